"""A small repository to play with: commits go in, a repository comes out.

Promise: it depends on nothing of the user's configuration and changes nothing of it; commits are the same each time, to
the id. This is the one place that uses GitPython: it writes, and that is what it does well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msdiff.errors import GitError, OutputError, UsageError
from msdiff.model.records import NamedTuple
from msdiff.scm.process import shown

if TYPE_CHECKING:
    from git import Git

_NAME, _EMAIL = "msdiff demo", "demo@example.invalid"
_FIRST_DAY = 1_767_268_800  # 2026-01-01 12:00 UTC; commits are a day apart
_DAY = 86_400


class Commit(NamedTuple):
    """The files that a commit adds or changes on `branch` (`None`: removes). A branch starts where the first one is."""

    branch: str
    message: str
    files: Mapping[str, str | None]


def write_repository(folder: str, commits: Sequence[Commit], branch: str) -> tuple[str, ...]:
    """Make a repository in a new or empty folder, with `branch` checked out; the ids of its commits.

    Raises `UsageError` where the folder holds something, `OutputError` where it cannot be written, `GitError` where
    git fails.
    """
    try:
        if os.path.lexists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
            raise UsageError(
                f"`{shown(folder)}` is there already, and not an empty folder", hint="Name one that does not exist."
            )
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise OutputError(f"`{shown(folder)}` cannot be made: {error.strerror}") from None
    with _clean_variables(folder):
        from git import Git, GitCommandError, GitCommandNotFound

        try:
            return tuple(_written(Git(folder), folder, commits, branch))
        except GitCommandNotFound:
            raise GitError("git is not installed, or not on the PATH", hint="Install git.") from None
        except GitCommandError as error:
            raise GitError(f"git cannot write the repository: {str(error.stderr).strip()}") from None


def _written(git: Git, folder: str, commits: Sequence[Commit], branch: str) -> Iterator[str]:
    first, made = commits[0].branch, set[str]()
    git.init("--quiet", "--template=")
    git.symbolic_ref("HEAD", f"refs/heads/{first}")  # git before 2.28 knows no --initial-branch
    for number, commit in enumerate(commits):
        if made:
            start = () if commit.branch in made else ("-b", commit.branch, first)
            git.checkout("--quiet", *(start or (commit.branch,)))
        made.add(commit.branch)
        yield _commit(git, folder, commit, _FIRST_DAY + number * _DAY)
    git.checkout("--quiet", branch)


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


def _commit(git: Git, folder: str, commit: Commit, when: int) -> str:
    for name, content in commit.files.items():
        path = os.path.join(folder, name)
        try:
            if content is None:
                os.unlink(path)
                continue
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(content)
        except OSError as error:
            raise OutputError(f"`{shown(path)}` cannot be written: {error.strerror}") from None
    git.add("--all", "--force")
    dates = {"GIT_AUTHOR_DATE": f"{when} +0000", "GIT_COMMITTER_DATE": f"{when} +0000"}
    with git.custom_environment(**dates):
        git.commit("-q", "--no-verify", "--no-gpg-sign", "-m", commit.message)
    return str(git.rev_parse("HEAD"))
