"""A run of the tests that passes leaves nothing outside the checkout."""

import getpass
import os
import site
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest


@pytest.fixture(autouse=True, scope="session")
def _home_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where programs that tests start (git, shells) look for, and keep, what belongs to their user."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("XDG_")]:
            patch.delenv(name)
        patch.setenv("PYTHONUSERBASE", site.getuserbase())
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove pytest's folder for temporary ones, if this run was the only one in it; the others are removed by pytest."""
    if hasattr(config, "workerinput"):
        return
    above = Path(os.environ.get("PYTEST_DEBUG_TEMPROOT") or tempfile.gettempdir()) / f"pytest-of-{getpass.getuser()}"
    with suppress(OSError):  # something is in it: a run that failed, or one that goes on
        for link in above.iterdir():
            if link.is_symlink() and not link.exists():
                link.unlink()
        above.rmdir()
