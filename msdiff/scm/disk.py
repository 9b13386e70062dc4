"""Reading files of a folder on disk: a path relative to the folder goes in, its bytes come out.

Promise: no symbolic link is followed, nothing but a regular file is opened, no read blocks or exceeds the limit.
"""

from __future__ import annotations

import os
import stat
from io import RawIOBase

from msdiff.errors import InputError
from msdiff.model.location import Location
from msdiff.scm.objects import object_id
from msdiff.scm.process import shown

_FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_AT_ONCE = 1 << 16
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
}


class Disk:
    """A folder (absolute, resolved), the largest size of a file in bytes, and the kind of ids that digests are."""

    __slots__ = ("_digests", "_plain", "limit", "root", "sha256")

    def __init__(self, root: str, limit: int, *, sha256: bool = False) -> None:
        self.root = root
        self.limit = limit
        self.sha256 = sha256
        self._digests: dict[str, str] = {}
        self._plain = {"": True}

    def kind(self, path: str) -> int | None:
        """The file type (`stat.S_IFREG` ...) of a path itself; `None` where nothing is, or a link stands on the way."""
        folder = path.rpartition("/")[0]
        try:
            return stat.S_IFMT(os.lstat(self._absolute(path)).st_mode) if self._is_plain(folder) else None
        except (OSError, ValueError):
            return None

    def _absolute(self, path: str) -> str:
        return f"{self.root.rstrip('/')}/{path}"

    def _is_plain(self, folder: str) -> bool:
        """Whether a folder is reached without a symbolic link, and not by going up."""
        if folder not in self._plain:
            above, _, name = folder.rpartition("/")
            self._plain[folder] = name not in ("", ".", "..") and self._is_plain(above) and self._is_folder(folder)
        return self._plain[folder]

    def _is_folder(self, folder: str) -> bool:
        try:
            return stat.S_ISDIR(os.lstat(self._absolute(folder)).st_mode)
        except (OSError, ValueError):
            return False

    def digest(self, path: str) -> str:
        """The id that git would give to the content as it lies there; raises `InputError` if it cannot be read."""
        if path not in self._digests:
            data = self._read(path)
            # Too large to be read is equal to nothing, so that nobody takes it for unchanged.
            self._digests[path] = f"too large: {self._absolute(path)}" if data is None else self._id(data)
        return self._digests[path]

    def _id(self, data: bytes) -> str:
        return object_id("blob", data, sha256=self.sha256)

    def read(self, path: str) -> bytes | None:
        """Content of a regular file, `None` where it is larger than the limit.

        Raises `InputError` if it cannot be read, or is not what its digest was taken of: a mixture must not look whole.
        """
        data = self._read(path)
        if data is not None and path in self._digests and self._id(data) != self._digests[path]:
            raise InputError(
                f"`{shown(path)}` changed while it was read", hint="Run again.", location=Location(path, 1, 1)
            )
        return data

    def beginning(self, path: str) -> bytes:
        """Content, cut one byte past the limit; raises `InputError` if it cannot be read."""
        return self._start(path)[0]

    def _read(self, path: str) -> bytes | None:
        data, size = self._start(path, largest=self.limit)
        return None if max(size, len(data)) > self.limit else data

    def _start(self, path: str, *, largest: int | None = None) -> tuple[bytes, int]:
        """Content, cut one byte past the limit, and size; nothing of a file that is larger than `largest`."""
        kind = self.kind(path)
        if kind != stat.S_IFREG:
            raise _refused(path, _KINDS.get(kind or 0, "no file"))
        try:
            with open(self._absolute(path), "rb", buffering=0, opener=_opened) as file:
                about = os.fstat(file.fileno())
                if not stat.S_ISREG(about.st_mode):  # it was replaced since
                    raise _refused(path, _KINDS.get(stat.S_IFMT(about.st_mode), "no file"))
                if largest is not None and about.st_size > largest:
                    return b"", about.st_size
                return _up_to(file, self.limit + 1), about.st_size
        except OSError as error:
            raise _refused(path, f"not readable ({error.strerror})") from None


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | _FLAGS)


def _up_to(file: RawIOBase, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (part := file.read(min(size, _AT_ONCE))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _refused(path: str, why: str) -> InputError:
    return InputError(f"`{shown(path)}` is {why}", location=Location(path, 1, 1))
