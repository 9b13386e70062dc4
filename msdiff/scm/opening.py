"""A repository at work: what one range needs of git, started together and put together.

In go a request and the form of its range, out come snapshots. Promise: whatever does not depend on another answer runs
at the same time, and `end` leaves no process behind.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from msdiff.errors import GitError
from msdiff.model.records import NamedTuple
from msdiff.model.snapshot import Snapshot
from msdiff.scm.disk import Disk
from msdiff.scm.objects import READER, Objects, peeled
from msdiff.scm.process import Child, Result, shown
from msdiff.scm.repository import Repository, ask, refusal, repository_of, settled
from msdiff.scm.revisions import FORK, INDEX, MERGE, TREE, Commit, Form, commits_of, is_askable
from msdiff.scm.selection import Selection, patterns_of
from msdiff.scm.sides import Sides, Version, Where
from msdiff.scm.snapshots import TreeSnapshot

if TYPE_CHECKING:  # two commits need neither
    from msdiff.scm.index import IndexSnapshot
    from msdiff.scm.worktree import WorkingTreeSnapshot


class Request(NamedTuple):
    """What is asked for beside the versions: folder to start from (absolute), words after `--`, whether there was a
    `--`, which files are looked at, and the largest that is read (bytes).
    """

    cwd: str
    paths: tuple[str, ...]
    separated: bool
    wanted: Callable[[str], bool]
    limit: int

    def selection(self, root: str | None, prefix: str = "") -> Selection:
        """What is looked at, in paths relative to `root`; raises `UsageError` for a path outside."""
        return Selection(self.wanted, patterns_of(self.paths, root=root, prefix=prefix))


class Opening:
    """Git at work for one range."""

    __slots__ = ("_bases", "_finding", "_form", "_git", "_index", "_request", "_untracked", "objects")

    def __init__(self, request: Request, form: Form) -> None:
        self._request = request
        self._form = form
        self._git = settled(request.cwd, os.environ)
        self._finding = ask(self._git)
        self.objects = Objects(lambda: self._git.start(*READER, interactive=True), limit=request.limit)
        self._index = self._started_index(form)
        self._untracked = self._started_untracked(form)
        self._bases = self._started_bases(form)

    def _started_index(self, form: Form) -> Child | None:
        """A split index is copied before it is listed, once it is known where it is."""
        if form.kind not in (TREE, INDEX):
            return None
        from msdiff.scm.index import list_index
        from msdiff.scm.split_index import may_be_split

        return None if may_be_split(self._git) else list_index(self._git)

    def _started_untracked(self, form: Form) -> Child | None:
        if form.kind != TREE:
            return None
        from msdiff.scm.index import list_untracked

        return list_untracked(self._git)

    def _started_bases(self, form: Form) -> Child | None:
        if form.kind not in (MERGE, FORK) or not all(map(is_askable, form.revisions)):
            return None
        return self._git.start("merge-base", "--all", *map(peeled, form.revisions))

    def found(self) -> Found | GitError:
        """The repository, or why there is none; raises `GitError` where there is one and git refuses it."""
        answer = self._finding.result()
        if answer.code and "not a git repository" in answer.err:
            return refusal(answer, self._git)
        repository = repository_of(self._git, answer)
        commits = commits_of(self._form.revisions, self.objects)
        self.objects.sha256, self.objects.partial = repository.sha256, repository.partial
        selection = self._request.selection(repository.root, repository.prefix)
        return Found(repository, self.objects, commits, selection, self._index, self._untracked, self._bases)

    def end(self, *, keep: bool) -> None:
        """End every process, but with `keep` the one that reads objects."""
        for child in (self._finding, self._index, self._untracked, self._bases):
            if child is not None:
                child.close()
        if not keep:
            self.objects.close()


class Found(NamedTuple):
    """An opened repository: the commits that were named, what is looked at in it, and what git is still working at."""

    repository: Repository
    objects: Objects
    commits: dict[str, Commit]
    selection: Selection
    listing: Child | None
    untracked: Child | None
    bases: Child | None

    def tree(self, commit: Commit, *notes: str) -> TreeSnapshot:
        """The files of a commit."""
        said = (*commit.doubts, *notes)
        return TreeSnapshot(commit.name, commit.id, commit.tree, self.objects, self.selection, said=said)

    def merge_bases(self) -> Result:
        """What git says where the histories of base and head meet."""
        if self.bases is None:
            raise AssertionError("only asked of a range whose revisions were found")
        answer = self.bases.result()
        for name, commit in commits_of(tuple(self.commits), self.objects).items():
            if commit.id != self.commits[name].id:  # git was asked at the same time, by name
                raise GitError(f"`{shown(name)}` moved while it was read", hint="Run again.")
        return answer

    def sides(
        self,
        base: Snapshot,
        head: Snapshot,
        *,
        date: str | None = None,
        merge_base: str | None = None,
        conflicts: tuple[str, ...] = (),
    ) -> Sides:
        """Two versions of this repository."""
        return Sides(self._where(), date, base, head, merge_base=merge_base, conflicts=conflicts)

    def version(self, snapshot: Snapshot, date: str | None) -> Version:
        """One version of this repository."""
        return Version(self._where(), date, snapshot)

    def _where(self) -> Where:
        return Where(self.repository.root, self.repository.prefix, self.selection.patterns, self.objects)

    def staged(self) -> IndexSnapshot:
        """What is staged; raises `GitError` in a bare repository, and where it holds a conflict."""
        from msdiff.scm.index import index_of, index_snapshot

        if self.repository.root is None:
            raise _bare("index")
        index = index_of(self.listing, self.repository, self.objects)
        return index_snapshot(self.repository, index, self.objects, self.selection)

    def working_tree(self) -> WorkingTreeSnapshot:
        """What lies on disk; raises `GitError` in a bare repository."""
        from msdiff.scm.index import index_of, printed
        from msdiff.scm.worktree import WorkingTreeSnapshot

        repository, objects = self.repository, self.objects
        if repository.root is None or self.untracked is None:
            raise _bare("working tree")
        disk = Disk(repository.root, objects.limit, sha256=repository.sha256)
        index = index_of(self.listing, repository, objects)
        listed = printed(self.untracked.result(), repository.git)
        return WorkingTreeSnapshot(disk, index, listed, objects, self.selection)


def _bare(what: str) -> GitError:
    return GitError(f"there is no {what} in a bare repository", hint="Name two versions: msdiff main..feature")
