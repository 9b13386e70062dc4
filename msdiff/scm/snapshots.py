"""Versions whose files are blobs: a commit, the result of a merge, the index.

In go ids of trees or blobs, out come paths, digests and contents. Promise: everything is read from the object store,
never through the working tree, filters or line-ending conversion, so that a version reads the same wherever it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msdiff.errors import InputError
from msdiff.scm.contents import Contents, blob_contents, existing
from msdiff.scm.objects import FILE, FOLDER, LINK, MODULE, TYPES, Line, Objects
from msdiff.scm.remarks import LINK as LINK_REMARK
from msdiff.scm.remarks import MODULE as MODULE_REMARK
from msdiff.scm.remarks import Remarks
from msdiff.scm.selection import Selection

MAX_FILES = 1_000_000  # lines of trees: a tree that holds itself ten times over, ten levels deep, never ends otherwise
_MAX_PATH = 4096  # bytes that an operating system takes
_NONE: Mapping[str, str | None] = {}


class TreeSnapshot:
    """The files of one tree: of a commit, or of a merge that nobody has made. `said` are notes to begin with, `others`
    what stands there instead in some paths: a blob, `link ID`, `module ID`, `None` for nothing.
    """

    __slots__ = ("_files", "_remarks", "_said", "commit", "label", "objects", "others", "selection", "tree")

    def __init__(
        self,
        label: str,
        commit: str | None,
        tree: str,
        objects: Objects,
        selection: Selection,
        *,
        said: tuple[str, ...] = (),
        others: Mapping[str, str | None] = _NONE,
    ) -> None:
        self.label = label
        self.commit = commit
        self.tree = tree
        self.objects = objects
        self.selection = selection
        self.others = others
        self._said = said
        self._remarks = Remarks()
        self._files: dict[str, str] | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        return self._said + self._remarks.sentences(self.label)

    def paths(self) -> Iterator[str]:
        return iter(self.files())

    def files(self) -> Mapping[str, str]:
        """Path to blob id of every file that is looked at, sorted."""
        if self._files is None:
            files = files_of(self.objects, self.tree, self.selection, self._remarks)
            self._files = self._replaced(files) if self.others else files
        return self._files

    def _replaced(self, files: dict[str, str]) -> dict[str, str]:
        found: dict[str, str | None] = {**files}
        for path, mark in self.others.items():
            if self.selection.has(path):
                found[path] = regular(mark)
            remark_on(path, mark or "", self.selection, self._remarks)
        return {path: id for path, id in sorted(found.items()) if id is not None}

    def has(self, path: str) -> bool:
        """Whether the version holds a regular file of this name, looked at or not."""
        return self.id(path) is not None

    def digest(self, path: str) -> str:
        return existing(self.id(path), path, self.label)

    def read(self, path: str) -> bytes:
        return self._contents((path,)).whole(path, self.label, self.objects.limit)

    def read_many(self, paths: tuple[str, ...]) -> Mapping[str, bytes]:
        """Contents in one go. A file over the size limit comes cut, one byte past it; `read` raises for it."""
        return self._contents(paths)

    def _contents(self, paths: tuple[str, ...]) -> Contents:
        return blob_contents(self.objects, {path: self.digest(path) for path in paths}, self.label, self._remarks)

    def id(self, path: str) -> str | None:
        """The blob of a regular file, looked at or not; `None` where there is none."""
        if path in self.others:
            return regular(self.others[path])
        if self._files is not None and path in self._files:
            return self._files[path]
        return file_in(self.objects, self.tree, path)


def files_of(
    objects: Objects, tree: str, selection: Selection, remarks: Remarks, *, folder: str = ""
) -> dict[str, str]:
    """Path to blob id of the selected files of a tree, sorted; raises `InputError` over a million lines.

    `folder` is where the tree stands ("" or "sub/folder/").
    """
    found: dict[str, str] = {}
    level = [(folder, tree)]
    count = 0
    while level:
        objects.load_trees(id for _, id in level)
        below: list[tuple[str, str]] = []
        for above, id in level:
            lines = objects.lines(id)
            count = counted(count + len(lines))
            _sort_out(above, lines, selection, found, below, remarks)
        level = below
    return dict(sorted(found.items()))


def _sort_out(
    folder: str,
    lines: list[Line],
    selection: Selection,
    found: dict[str, str],
    below: list[tuple[str, str]],
    remarks: Remarks,
) -> None:
    is_selected = selection.test
    for mode, name, id in lines:
        path = folder + name.decode("utf-8", "surrogateescape")
        type = TYPES.get(mode, MODULE)
        if type == FILE:
            if is_selected(path):
                found[path] = id.hex()
        elif type == FOLDER:
            if _entered(path, selection):
                below.append((path + "/", id.hex()))
        else:
            remark_on(path, type, selection, remarks)


def remark_on(path: str, mark: str, selection: Selection, remarks: Remarks) -> None:
    """Remember a link or a submodule that would have been looked at."""
    if mark.startswith(LINK) and selection.has(path):
        remarks.add(LINK_REMARK, path)
    if mark.startswith(MODULE) and selection.enters(path):
        remarks.add(MODULE_REMARK, path)


def regular(mark: str | None) -> str | None:
    """The blob, if a mark is that of a regular file."""
    return None if mark is None or " " in mark else mark


def file_in(objects: Objects, tree: str, path: str) -> str | None:
    """The blob of one file of a tree, `None` where there is no regular file of that name."""
    *folders, last = path.encode("utf-8", "surrogateescape").split(b"/")
    for folder in folders:
        below = _line(objects, tree, folder, FOLDER)
        if below is None:
            return None
        tree = below
    return _line(objects, tree, last, FILE)


def _line(objects: Objects, tree: str, name: bytes, type: str) -> str | None:
    mode, id = objects.named(tree).get(name, (b"", b""))
    return id.hex() if TYPES.get(mode) == type else None


def _entered(folder: str, selection: Selection) -> bool:
    return len(folder) < _MAX_PATH and selection.enters(folder)


def counted(count: int) -> int:
    """The number of lines of trees read so far; raises `InputError` over a million."""
    if count > MAX_FILES:
        raise InputError(f"more than {MAX_FILES:,} files in one version", hint="Limit them: msdiff -- PATH")
    return count
