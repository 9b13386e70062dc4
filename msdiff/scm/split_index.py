"""An index in two parts (`core.splitIndex`), of which git marks the shared one as used, by its time, when it reads it.

In goes a repository, out comes git that reads copies of both. Promise: not even that time changes; where nothing is
split, nothing is copied.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from msdiff.errors import GitError
from msdiff.scm.process import Git
from msdiff.scm.repository import Repository, alone

_SHARED = "sharedindex."
_LONGEST = 4096  # bytes of a `.git` file


def may_be_split(git: Git) -> bool:
    """Whether there is a shared part, as far as it can be told before git has answered where the repository is."""
    return bool(_shared(_git_folder(git)))


@contextmanager
def index_reader(repository: Repository) -> Iterator[Git]:
    """Git whose index is the repository's: the repository's own git, or one with copies where a part is shared."""
    shared = _shared(repository.folder)
    if not shared:
        yield repository.git
        return
    named = repository.git.variables.get("GIT_INDEX_FILE")
    index = os.path.join(repository.git.cwd, named) if named else os.path.join(repository.folder, "index")
    with alone(repository) as git:
        try:
            _copy(index, os.path.join(git.cwd, "index"))
            for name in shared:
                _copy(os.path.join(repository.folder, name), os.path.join(git.cwd, name))
        except FileNotFoundError:
            pass  # no index yet; or a shared part that has just expired, which git will miss if it is needed
        except OSError as error:
            raise GitError(
                f"the index cannot be read: {error}", hint="`git status` here should say the same."
            ) from None
        yield git


def _shared(folder: str | None) -> tuple[str, ...]:
    try:
        return tuple(name for name in os.listdir(folder) if name.startswith(_SHARED)) if folder else ()
    except OSError:
        return ()


def _git_folder(git: Git) -> str | None:
    """Where GIT_DIR or the nearest `.git` leads, `None` where there is none."""
    if named := git.variables.get("GIT_DIR"):
        return os.path.join(git.cwd, named)
    folder = os.path.realpath(git.cwd)
    while not os.path.lexists(found := os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return found if os.path.isdir(found) else _named_in(found)


def _named_in(file: str) -> str | None:
    """The folder that a `.git` file names."""
    if not os.path.isfile(file):
        return None
    with open(file, "rb") as stream:
        said = os.fsdecode(stream.read(_LONGEST))
    name = said.removeprefix("gitdir: ").rstrip("\n")
    return os.path.join(os.path.dirname(file), name) if name != said.rstrip("\n") else None


def _copy(source: str, target: str) -> None:
    with open(source, "rb") as old, open(target, "wb") as new:
        while part := old.read(1 << 20):
            new.write(part)
