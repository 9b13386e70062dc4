"""Repositories to build with git, and one way to look at them that also proves that nothing was written."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from msdiff.scm.git import resolve_sides
from msdiff.scm.sides import Sides
from tests.e2e.playground import everything

LINES = "\n".join(f"line{n}: {n}" for n in range(20)) + "\n"
IDENTITY = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "C",
    "GIT_COMMITTER_EMAIL": "c@example.org",
}


class Seen(NamedTuple):
    """All that can be read of two versions."""

    base: dict[str, str]
    head: dict[str, str]
    labels: tuple[str, str]
    commits: tuple[str | None, str | None]
    changed: tuple[str, ...]
    notes: tuple[str, ...]
    conflicts: tuple[str, ...]
    prefix: str
    date: str | None


class Repo:
    """A repository to build with git itself; every commit is a second later than the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = 1_700_000_000

    def git(self, *arguments: str, cwd: Path | None = None, code: int = 0, **variables: str) -> str:
        self.clock += 1
        when = {"GIT_AUTHOR_DATE": f"{self.clock} +0000", "GIT_COMMITTER_DATE": f"{self.clock} +0000"}
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd or self.folder,
            env={**os.environ, **IDENTITY, **when, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        assert done.returncode == code, (arguments, done.stderr)
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, files: dict[str, str | bytes | None]) -> None:
        for name, content in files.items():
            path = self.folder / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, files: dict[str, str | bytes | None], message: str = "change") -> str:
        """Commit these files (`None`: removed) and give the id."""
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, at: str = "HEAD") -> None:
        self.git("checkout", "-q", "-b", name, at)

    def checkout(self, name: str) -> None:
        self.git("checkout", "-q", name)


def read(sides: Sides) -> Seen:
    """Read both sides of an open comparison to the end."""
    base, head = (
        {path: data.decode("utf-8", "replace") for path, data in side.read_many(tuple(side.paths())).items()}
        for side in (sides.base, sides.head)
    )
    return Seen(
        base=base,
        head=head,
        labels=(sides.base.label, sides.head.label),
        commits=(sides.base.commit, sides.head.commit),
        changed=sides.changed_paths(),
        notes=sides.notes,
        conflicts=sides.conflicts,
        prefix=sides.prefix,
        date=sides.date,
    )


def is_yaml(path: str) -> bool:
    return path.endswith(".yaml")


def look(
    folder: Path,
    *words: str,
    paths: tuple[str, ...] = (),
    staged: bool = False,
    separated: bool = False,
    limit: int = 100_000,
    keep: Path | None = None,
) -> Seen:
    """Compare in a folder and read everything.

    Fails if any byte or time below `keep` (the folder itself unless said) is another afterwards, or if a process, a
    file descriptor or a temporary file is left.
    """
    before, descriptors = everything(keep or folder), _descriptors()
    try:
        with resolve_sides(
            words, paths, cwd=str(folder), staged=staged, separated=separated, wanted=is_yaml, limit=limit
        ) as sides:
            return read(sides)
    finally:
        after = everything(keep or folder)
        written = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
        assert written == [], f"written to: {written}"
        assert _descriptors() == descriptors
        assert os.listdir(os.environ["TMPDIR"]) == []
        with pytest.raises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
