"""Contents of many files in one go.

In go paths with blobs, or paths on disk, out come their bytes. Promise: a file over the size limit is never held and
never looks whole: it is read when it is asked for, and cut one byte past the limit, so that whoever parses it sees that
it is too large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msdiff.errors import InputError
from msdiff.model.location import Location
from msdiff.scm.disk import Disk
from msdiff.scm.objects import AbsentObject, Object, Objects
from msdiff.scm.process import shown
from msdiff.scm.remarks import POINTER, Remarks

_POINTER = b"version https://git-lfs.github.com/spec/v1\n"


class Contents(Mapping[str, bytes]):
    """Bytes by path. `found` has `None` for a file that is too large; `cut` reads its beginning."""

    __slots__ = ("_cut", "_found")

    def __init__(self, found: Mapping[str, bytes | None], cut: Callable[[str], bytes]) -> None:
        self._found = found
        self._cut = cut

    def __getitem__(self, path: str) -> bytes:
        data = self._found[path]
        return self._cut(path) if data is None else data

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def joined(self, other: Contents) -> Contents:
        """These and others."""
        found = {**self._found, **other._found}
        return Contents(found, lambda path: self._cut(path) if path in self._found else other._cut(path))

    def whole(self, path: str, label: str, limit: int) -> bytes:
        """The content of a path; raises `InputError` where it is over the limit (bytes)."""
        data = self._found[path]
        if data is None:
            hint = f"Files of up to {limit:,} bytes are read; --max-file-size changes that."
            raise InputError(f"`{shown(path)}` of {label} is too large", hint=hint, location=Location(path, 1, 1))
        return data


def blob_contents(objects: Objects, ids: Mapping[str, str], label: str, remarks: Remarks) -> Contents:
    """The blobs of these paths; LFS pointers are remembered. Raises `GitError` for one that the repository lacks."""
    blobs = _blobs(objects, ids, label)
    found = {path: blobs[id].data for path, id in ids.items()}
    _remember_pointers(found, remarks)
    return Contents(found, lambda path: objects.beginning(ids[path]))


def _blobs(objects: Objects, ids: Mapping[str, str], label: str) -> dict[str, Object]:
    unique = tuple(dict.fromkeys(ids.values()))
    try:
        found = dict(zip(unique, objects.read(unique), strict=True))
        absent = next((id for id, one in found.items() if one.kind != "blob"), None)
    except AbsentObject as error:
        found, absent = {}, error.id
    if absent is not None:
        path = next(path for path, id in ids.items() if id == absent)
        raise objects.missing(absent, f"`{shown(path)}` of {label}")
    return found


def disk_contents(disk: Disk, paths: Iterable[str], remarks: Remarks) -> Contents:
    """The files on disk; LFS pointers are remembered. Raises `InputError` for one that cannot be read."""
    found = {path: disk.read(path) for path in paths}
    _remember_pointers(found, remarks)
    return Contents(found, disk.beginning)


def _remember_pointers(found: Mapping[str, bytes | None], remarks: Remarks) -> None:
    for path, data in found.items():
        if data is not None and data.startswith(_POINTER) and len(data) < 1024:
            remarks.add(POINTER, path)


def existing(id: str | None, path: str, label: str) -> str:
    """The id; raises `InputError` where there is none."""
    if id is None:
        raise InputError(f"`{shown(path)}` is no file in {label}")
    return id
