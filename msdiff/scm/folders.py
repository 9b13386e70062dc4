"""Versions without git: a folder, or one file.

In goes a path, out comes a snapshot. Promise: nothing outside the folder is read, folders that tools fill are left
alone, and no symbolic link is followed, so that loops end.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping

from msdiff.errors import InputError
from msdiff.scm.contents import disk_contents
from msdiff.scm.disk import Disk
from msdiff.scm.process import shown
from msdiff.scm.remarks import LINK, Remarks
from msdiff.scm.selection import Selection
from msdiff.scm.snapshots import MAX_FILES

_LEFT_ALONE = frozenset((".git", "node_modules", ".venv"))


class FolderSnapshot:
    """The files of a folder, or the one file `only` of it."""

    __slots__ = ("_files", "_remarks", "commit", "disk", "label", "only", "selection")

    def __init__(self, label: str, disk: Disk, selection: Selection, only: str | None = None) -> None:
        self.label = label
        self.commit: str | None = None
        self.disk = disk
        self.selection = selection
        self.only = only
        self._remarks = Remarks()
        self._files: tuple[str, ...] | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        return self._remarks.sentences(self.label)

    def paths(self) -> Iterator[str]:
        if self._files is None:
            self._files = (self.only,) if self.only is not None else tuple(sorted(self._listed()))
        return iter(self._files)

    def _listed(self) -> Iterator[str]:
        folders = [""]
        count = 0
        while folders:
            folder = folders.pop()
            for entry in _entries(self.disk.root, folder):
                count += 1
                if count > MAX_FILES:
                    raise InputError(
                        f"more than {MAX_FILES:,} files in {shown(self.label)}", hint="Name a smaller folder."
                    )
                path = folder + entry.name
                if entry.is_symlink():
                    if self.selection.has(path):
                        self._remarks.add(LINK, path)
                elif entry.is_dir(follow_symlinks=False):
                    if entry.name not in _LEFT_ALONE and self.selection.enters(path):
                        folders.append(path + "/")
                elif self.selection.has(path):
                    yield path

    def has(self, path: str) -> bool:
        """Whether there is a regular file of this name, looked at or not."""
        return self.disk.kind(path) == stat.S_IFREG

    def digest(self, path: str) -> str:
        return self.disk.digest(path)

    def read(self, path: str) -> bytes:
        return disk_contents(self.disk, (path,), self._remarks).whole(path, self.label, self.disk.limit)

    def read_many(self, paths: tuple[str, ...]) -> Mapping[str, bytes]:
        """Contents in one go. A file over the size limit comes cut, one byte past it; `read` raises for it."""
        return disk_contents(self.disk, paths, self._remarks)


def _entries(root: str, folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(os.path.join(root, folder)) as entries:
            return list(entries)
    except OSError as error:
        raise InputError(f"the folder `{shown(folder or root)}` is not readable ({error.strerror})") from None


def folder_snapshot(path: str, *, cwd: str, selection: Selection, limit: int) -> FolderSnapshot:
    """A folder or a file that the user named; `limit` is the largest size of a file in bytes.

    A folder's paths are relative to itself, so that two folders compare; a file's are relative to the working directory
    where it lies below it (else to its own folder), so that its references to files beside it resolve.
    """
    real = os.path.realpath(os.path.join(cwd, path))
    if os.path.isdir(real):
        return FolderSnapshot(path, Disk(real, limit), selection)
    here = os.path.realpath(cwd)
    root = here if real.startswith(here.rstrip("/") + "/") else os.path.dirname(real)
    return FolderSnapshot(path, Disk(root, limit), selection, only=os.path.relpath(real, root))
