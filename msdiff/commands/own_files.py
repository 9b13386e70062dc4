"""Files of a repository that a command changes because it was asked to: an acceptance, a configuration, a fix.

In go the folder that they lie in and a path below it, with `/`. Promise: no symbolic link that a repository holds leads
out of it, nothing but a regular file is opened, and a file is written whole or not at all.
"""

from __future__ import annotations

import os
import stat

from msdiff.commands.output import replace_file
from msdiff.errors import GitError, InputError, OutputError
from msdiff.model.location import Location
from msdiff.report.escape import visible
from msdiff.scm.disk import Disk

_LARGEST = 20_000_000
_NO_LINKS = "msdiff writes to nothing behind a link of the repository; put a file or a folder of your own there."


def content(root: str, path: str, *, limit: int = _LARGEST) -> bytes | None:
    """What a regular file holds, read without following a link; `None` where there is none.

    Raises `InputError` where it cannot be read, or has more than `limit` bytes.
    """
    disk = Disk(root, limit)
    if disk.kind(path) != stat.S_IFREG:
        return None
    data = disk.read(path)
    if data is None:
        raise InputError(f"`{visible(path)}` has more than {limit:,} bytes", location=Location(path, 1, 1))
    return data


def write(root: str, path: str, data: bytes) -> None:
    """Write a file, and the folders above it; raises `OutputError`."""
    _refuse_links(root, path)
    place = os.path.join(root, *path.split("/"))
    try:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if os.path.lexists(place) and not os.path.isfile(place):
            raise OutputError(f"`{visible(path)}` cannot be written: it is no file")
        replace_file(place, data)
    except OSError as error:
        raise OutputError(f"`{visible(path)}` cannot be written: {error.strerror}") from None


def _refuse_links(root: str, path: str) -> None:
    parts = path.split("/")
    for end in range(1, len(parts) + 1):
        if os.path.islink(os.path.join(root, *parts[:end])):
            raise OutputError(f"`{visible('/'.join(parts[:end]))}` is a symbolic link", hint=_NO_LINKS)


def no_working_tree() -> GitError:
    """The error of a command that writes, in a repository that has nothing to write to."""
    return GitError(
        "a bare repository has no working tree to write to", hint="Run it in a clone that has the branch checked out."
    )
