"""The working tree: the files on disk that git tracks or would add.

In go the index and a listing of what lies there, out comes a snapshot. Promise: files are compared as they lie on disk
(no filter runs), and what git ignores is not there.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping

from msdiff.scm.contents import Contents, blob_contents, disk_contents, existing
from msdiff.scm.disk import Disk
from msdiff.scm.index import Index
from msdiff.scm.objects import Objects
from msdiff.scm.remarks import LINK, REPOSITORY, Remarks
from msdiff.scm.selection import Selection


class WorkingTreeSnapshot:
    """Where a sparse checkout left a file out, the index stands for it."""

    __slots__ = ("_files", "_index", "_others", "_remarks", "commit", "disk", "label", "objects", "selection")

    def __init__(self, disk: Disk, index: Index, listed: bytes, objects: Objects, selection: Selection) -> None:
        """`listed` is what git printed of the files on disk; those in the index may or may not be among them."""
        self.label = "working tree"
        self.commit: str | None = None
        self.disk = disk
        self.objects = objects
        self.selection = selection
        self._index = index
        self._others = frozenset(listed.decode("utf-8", "surrogateescape").split("\0")[:-1])
        self._remarks = Remarks()
        self._files: tuple[str, ...] | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        return self._remarks.sentences(self.label)

    def paths(self) -> Iterator[str]:
        if self._files is None:
            self._files = tuple(sorted(filter(self._is_there, self._known())))
        return iter(self._files)

    def _known(self) -> set[str]:
        """Files that are looked at, if they are there."""
        known = {
            *self._index.tracked(self.selection, self._remarks),
            *filter(self.selection.test, self._index.unmerged),
        }
        modules = {module + "/" for module in self._index.modules}
        for path in self._others:
            if not path.endswith("/"):
                known |= {path} if self.selection.has(path) else set()
            elif path not in modules and self.selection.enters(path[:-1]):
                self._remarks.add(REPOSITORY, path)
        return known

    def _is_there(self, path: str) -> bool:
        """Whether it lies on disk as something that can be read or must be refused; a link is remembered."""
        kind = self.disk.kind(path)
        if kind == stat.S_IFLNK:
            self._remarks.add(LINK, path)
        return self._index.is_skipped(path) if kind is None else kind not in (stat.S_IFLNK, stat.S_IFDIR)

    def has(self, path: str) -> bool:
        """Whether there is a regular file of this name that git tracks or would add, looked at or not."""
        return self._holds(path) and (self.disk.kind(path) == stat.S_IFREG or self._is_sparse(path))

    def _holds(self, path: str) -> bool:
        return path in self._others or self._index.id(path) is not None or path in self._index.unmerged

    def _is_sparse(self, path: str) -> bool:
        return self._index.is_skipped(path) and self.disk.kind(path) is None

    def _listed(self, path: str) -> str:
        return existing(path if self._holds(path) else None, path, self.label)

    def digest(self, path: str) -> str:
        """The id that the blob would have if the file were committed as it is."""
        if self._is_sparse(path):
            return existing(self._index.id(path), path, self.label)
        return self.disk.digest(self._listed(path))

    def read(self, path: str) -> bytes:
        limit = self.disk.limit
        if self._is_sparse(path):
            return self._folded((path,)).whole(path, self.label, limit)
        return disk_contents(self.disk, (self._listed(path),), self._remarks).whole(path, self.label, limit)

    def read_many(self, paths: tuple[str, ...]) -> Mapping[str, bytes]:
        """Contents in one go. A file over the size limit comes cut, one byte past it; `read` raises for it."""
        sparse = dict.fromkeys(filter(self._is_sparse, paths))
        lying = disk_contents(self.disk, [self._listed(path) for path in paths if path not in sparse], self._remarks)
        return lying.joined(self._folded(tuple(sparse))) if sparse else lying

    def _folded(self, paths: tuple[str, ...]) -> Contents:
        """Contents of files that a sparse checkout left out."""
        return blob_contents(self.objects, {path: self.digest(path) for path in paths}, self.label, self._remarks)
