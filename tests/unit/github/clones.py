"""A repository as GitHub keeps it, and clones of it as actions/checkout makes them."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.e2e.playground import APP, WIDER, Repo


class Origin(NamedTuple):
    """`main` has moved on since `feature` (a wider embedder) left it; `merge` is what GitHub made of the two."""

    repo: Repo
    start: str
    main: str
    feature: str
    merge: str

    @property
    def address(self) -> str:
        return f"file://{self.repo.folder}"


def origin(folder: Path) -> Origin:
    """`refs/pull/7/head` and `refs/pull/7/merge` stand for a pull request that may come from a fork."""
    folder.mkdir()
    repo = Repo(folder)
    repo.git("init", "--quiet")
    repo.git("symbolic-ref", "HEAD", "refs/heads/main")
    for key in ("allowReachableSHA1InWant", "allowTipSHA1InWant"):
        repo.git("config", f"uploadpack.{key}", "true")  # as GitHub does
    start = repo.commit({"app.yaml": APP, "README.md": "hello\n"}, "first")
    repo.git("checkout", "--quiet", "--detach")
    repo.commit({"app.yaml": WIDER}, "wider")
    feature = repo.commit({"notes.md": "why\n"}, "notes")
    repo.git("checkout", "--quiet", "main")
    main = repo.commit({"README.md": "hello again\n"}, "main moves")
    repo.git("checkout", "--quiet", "--detach")
    repo.git("merge", "--quiet", "--no-ff", "--message", "merge", feature)
    merge = repo.git("rev-parse", "HEAD")
    repo.git("update-ref", "refs/pull/7/head", feature)
    repo.git("update-ref", "refs/pull/7/merge", merge)
    repo.git("checkout", "--quiet", "main")
    return Origin(repo, start, main, feature, merge)


def checkout(origin: Origin, folder: Path, commit: str, *, depth: int, ref: str = "refs/remotes/pull/7/merge") -> Repo:
    """What actions/checkout does: one commit is fetched to a depth (0: everything), and checked out."""
    folder.mkdir()
    clone = Repo(folder)
    clone.git("init", "--quiet")
    clone.git("remote", "add", "origin", origin.address)
    if depth:
        clone.git("fetch", "--quiet", "--no-tags", f"--depth={depth}", "origin", f"+{commit}:{ref}")
    else:
        clone.git("fetch", "--quiet", "--prune", "origin", "+refs/heads/*:refs/remotes/origin/*", f"+{commit}:{ref}")
    clone.git("checkout", "--quiet", "--force", commit)
    return clone


def obey(hint: str, folder: Path) -> None:
    """Run the command that a hint ends with."""
    command = "git fetch" + hint.rpartition("git fetch")[2]
    subprocess.run(command, shell=True, cwd=folder, check=True, capture_output=True, env=dict(os.environ))
