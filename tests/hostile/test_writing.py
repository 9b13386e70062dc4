"""Commands that write on request, where the repository has put something in the way: nothing outside it is touched."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Run
from tests.e2e.playground import Repo, everything
from tests.e2e.test_fix import GRAPH, LONGER
from tests.e2e.test_policy import fingerprint

HINT = "  hint: msdiff writes to nothing behind a link of the repository; put a file or a folder of your own there.\n"


def _linked_folder(repo: Repo, outside: Path) -> None:
    (repo.folder / ".msdiff").symlink_to(outside)


def _linked_file(repo: Repo, outside: Path) -> None:
    (repo.folder / ".msdiff").mkdir()
    (repo.folder / ".msdiff" / "accepted.yaml").symlink_to(outside / "accepted.yaml")


def _broken_link(repo: Repo, outside: Path) -> None:
    (repo.folder / ".msdiff").symlink_to(outside / "none")


def _a_file(repo: Repo, outside: Path) -> None:
    (repo.folder / ".msdiff").write_text("no folder\n")


def _a_folder(repo: Repo, outside: Path) -> None:
    (repo.folder / ".msdiff" / "accepted.yaml").mkdir(parents=True)


def _a_pipe(repo: Repo, outside: Path) -> None:
    (repo.folder / ".msdiff").mkdir()
    os.mkfifo(repo.folder / ".msdiff" / "accepted.yaml")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "accepted.yaml").write_text("accepted: []\n")
    return folder


@pytest.mark.parametrize(
    ("obstacle", "message"),
    [
        (_linked_folder, f"error: `.msdiff` is a symbolic link\n{HINT}"),
        (_linked_file, f"error: `.msdiff/accepted.yaml` is a symbolic link\n{HINT}"),
        (_broken_link, f"error: `.msdiff` is a symbolic link\n{HINT}"),
        (_a_file, "error: `.msdiff/accepted.yaml` cannot be written: File exists\n"),
        (_a_folder, "error: `.msdiff/accepted.yaml` cannot be written: it is no file\n"),
        (_a_pipe, "error: `.msdiff/accepted.yaml` cannot be written: it is no file\n"),
    ],
)
def test_an_acceptance_goes_nowhere_else(
    repo: Repo, run: Run, outside: Path, obstacle: Callable[[Repo, Path], None], message: str
) -> None:
    id = fingerprint(run, "main..HEAD")
    obstacle(repo, outside)
    before = everything(repo.folder.parent)
    assert run("accept", id, "main..HEAD", "--reason", "x", "--trust", "base") == (3, "", message)
    assert everything(repo.folder.parent) == before


def test_an_acceptance_where_the_file_cannot_be_read(repo: Repo, run: Run) -> None:
    """What stands there is not taken for nothing, and not overwritten."""
    id = fingerprint(run, "main..HEAD")
    repo.write({".msdiff/accepted.yaml": "accepted: []\n" + "#" * 20_000_000})
    before = everything(repo.folder)
    done = run("accept", id, "main..HEAD", "--reason", "x", "--trust", "base")
    assert (done.code, done.err.partition("\n")[0]) == (
        3,
        "error: `.msdiff/accepted.yaml` has more than 20,000,000 bytes",
    )
    assert everything(repo.folder) == before


def test_a_configuration_goes_nowhere_else(repo: Repo, run: Run, outside: Path) -> None:
    (repo.folder / "msdiff.yaml").symlink_to(outside / "accepted.yaml")
    before = everything(repo.folder.parent)
    assert run("init", "--force") == (3, "", f"error: `msdiff.yaml` is a symbolic link\n{HINT}")
    assert everything(repo.folder.parent) == before


@pytest.mark.parametrize("obstacle", ["linked file", "linked folder", "pipe", "folder", "nothing", "too large"])
def test_a_fix_goes_nowhere_else(repo: Repo, run: Run, outside: Path, obstacle: str) -> None:
    """A file that is not the one that was compared is left alone, whatever it is."""
    repo.git("checkout", "--quiet", "main")
    repo.commit({"app.yaml": "a: 1\n", "sub/app.yaml": GRAPH})
    repo.git("checkout", "--quiet", "-b", "longer")
    repo.commit({"sub/app.yaml": LONGER})
    (outside / "app.yaml").write_text(LONGER)
    there = repo.folder / "sub" / "app.yaml"
    there.unlink()
    if obstacle == "linked file":
        there.symlink_to(outside / "app.yaml")
    elif obstacle == "linked folder":
        there.parent.rmdir()
        there.parent.symlink_to(outside)
    elif obstacle == "pipe":
        os.mkfifo(there)
    elif obstacle == "folder":
        there.mkdir()
    elif obstacle == "too large":
        there.write_text(LONGER + "#" * 5000)
    before = everything(repo.folder.parent)
    done = run("fix", "main..HEAD", "--max-file-size", "4kB")
    untouched = "sub/app.yaml is not what was compared: not touched"
    assert done == (0, f"{untouched}\n0 edits made; 0 findings without an obvious edit\n", "")
    assert everything(repo.folder.parent) == before


@pytest.mark.parametrize("command", ["accept", "init"])
def test_a_bare_repository_is_not_written_to(
    repo: Repo, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    id = fingerprint(run, "main..HEAD")
    repo.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))
    monkeypatch.chdir(tmp_path / "bare.git")
    before = everything(tmp_path)
    words = (id, "main..feature", "--reason", "x") if command == "accept" else ()
    assert run(command, *words) == (
        4,
        "",
        "error: a bare repository has no working tree to write to\n"
        "  hint: Run it in a clone that has the branch checked out.\n",
    )
    assert everything(tmp_path) == before
