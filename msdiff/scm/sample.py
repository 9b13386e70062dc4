"""A small repository to play with: files go in, a repository with a `main` and a feature branch comes out.

Promise: it depends on nothing of the user's configuration and changes nothing of it; commits are the same each time, to
the id. This is the one place that uses GitPython: it writes, and that is what it does well.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msdiff.errors import UsageError
from msdiff.scm.process import shown

if TYPE_CHECKING:
    from git import Git

_NAME, _EMAIL = "msdiff demo", "demo@example.org"
_FIRST_DAY = 1_767_268_800  # 2026-01-01 12:00 UTC; commits are a day apart
_DAY = 86_400


def init_repository(
    folder: str, main: Mapping[str, str], feature: Mapping[str, str | None], *, branch: str = "feature"
) -> tuple[str, str]:
    """Make a repository in a new or empty folder; the ids of its two commits.

    `main` are the files of the first commit, on the branch `main`; `feature` are those that the second one, on
    `branch`, adds or changes (`None`: removes). `branch` is checked out at the end. Raises `UsageError` where the
    folder holds something.
    """
    if os.path.lexists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
        raise UsageError(f"`{shown(folder)}` is not empty", hint="Name a folder that does not exist yet.")
    os.makedirs(folder, exist_ok=True)
    with _clean_variables(folder):
        from git import Git

        git = Git(folder)
        git.init("--quiet", "--template=", "--initial-branch=main")
        first = _commit(git, folder, main, "The application as it runs today", _FIRST_DAY)
        git.checkout("--quiet", "-b", branch)
        second = _commit(git, folder, feature, "What the pull request changes", _FIRST_DAY + _DAY)
    return first, second


@contextmanager
def _clean_variables(folder: str) -> Iterator[None]:
    """No variable of a hook, no configuration of the user; GitPython starts git with the variables of this process."""
    before = dict(os.environ)
    own = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": folder,  # git before 2.32 knows no GIT_CONFIG_GLOBAL
        "XDG_CONFIG_HOME": folder,
        "GIT_AUTHOR_NAME": _NAME,
        "GIT_AUTHOR_EMAIL": _EMAIL,
        "GIT_COMMITTER_NAME": _NAME,
        "GIT_COMMITTER_EMAIL": _EMAIL,
    }
    try:
        for name in [name for name in before if name.startswith("GIT_")]:
            del os.environ[name]
        os.environ.update(own)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _commit(git: "Git", folder: str, files: Mapping[str, str | None], message: str, when: int) -> str:
    for name, content in files.items():
        path = os.path.join(folder, name)
        if content is None:
            os.unlink(path)
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
    git.add("--all", "--force")
    dates = {"GIT_AUTHOR_DATE": f"{when} +0000", "GIT_COMMITTER_DATE": f"{when} +0000"}
    with git.custom_environment(**dates):
        git.commit("-q", "--no-verify", "--no-gpg-sign", "-m", message)
    return str(git.rev_parse("HEAD"))
