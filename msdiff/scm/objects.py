"""Contents of git objects: names go in, commits, trees and blobs come out.

Promise: one `git cat-file --batch` serves a whole run, nothing is held that is larger than the limit, and nothing is
fetched: an object that is not there is an error with its remedy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from msdiff.errors import GitError
from msdiff.model.records import NamedTuple
from msdiff.scm.process import Child, shown

READER = ("cat-file", "--batch")
_MAX_OTHER = 1 << 28  # bytes of a commit or a tree
_AT_ONCE = 200  # names: they and the line feeds fit the smallest pipe, so that sending never waits
_KINDS = frozenset((b"commit", b"tree", b"blob", b"tag"))
_SOUND = rb"[0-7]++ (?!\.{1,2}\0|\.git\0)[^\0/]++\0"  # git refuses to check other names out, too
_TREES = {  # by the length of an id in hexadecimal: SHA-1, SHA-256. Never back to where it was: time in proportion
    40: re.compile(rb"(?:" + _SOUND + rb".{20})*+", re.DOTALL),
    64: re.compile(rb"(?:" + _SOUND + rb".{32})*+", re.DOTALL),
}
_LINES = {
    40: re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.DOTALL),
    64: re.compile(rb"([0-7]+) ([^\0]+)\0(.{32})", re.DOTALL),
}

FOLDER, FILE, LINK, MODULE = "folder", "file", "link", "module"
TYPES = {  # by mode
    b"40000": FOLDER,
    b"100644": FILE,
    b"100755": FILE,
    b"100664": FILE,  # git before 1.0
    b"120000": LINK,
    b"160000": MODULE,
}
Line: TypeAlias = tuple[bytes, bytes, bytes]  # of a tree: mode, name, id. Plain and as read: there may be a million


class Object(NamedTuple):
    """One object. `kind` is "" where there is none of that name; `data` is `None` then, and where it is too large."""

    id: str
    kind: str
    data: bytes | None
    size: int = 0


class AbsentObject(GitError):
    """An object that a partial clone left with the remote."""

    def __init__(self, id: str, what: str) -> None:
        self.id = id
        super().__init__(
            f"this is a partial clone without {what}, and msdiff fetches nothing",
            hint="Fetch it, and run again: git fetch --refetch --no-filter",
        )


class EndedError(GitError):
    """Git gave up reading at a name; `said` is its reason."""

    def __init__(self, name: str, said: str) -> None:
        self.name = name
        self.said = said
        super().__init__(f"git cannot read its objects: {said}", hint="`git fsck` says more.")


class Objects:
    """The objects of one repository, through the `READER` that `start` starts. Not for several threads.

    `partial` says that it is a partial clone, where some may be missing, `sha256` which kind of ids it has, `limit` is
    the largest blob that is read, in bytes.
    """

    __slots__ = ("_child", "_loose", "_named", "_start", "_trees", "limit", "partial", "sha256")

    def __init__(self, start: Callable[[], Child], *, limit: int) -> None:
        self._start = start
        self.limit = limit
        self._trees: dict[str, list[Line]] = {}
        self._named: dict[str, dict[bytes, tuple[bytes, bytes]]] = {}
        self._loose: dict[str, bytes] = {}
        self.partial = False
        self.sha256 = False
        self._child = start()

    def close(self) -> None:
        """End the process."""
        self._child.close()

    def add(self, loose: dict[str, bytes]) -> None:
        """Add objects that stand nowhere else: id to content, compressed as git stores it."""
        self._loose |= loose

    def add_blob(self, data: bytes) -> str:
        """Add a file that stands nowhere else; its id."""
        import zlib

        id = object_id("blob", data, sha256=self.sha256)
        self._loose[id] = zlib.compress(b"blob %d\0" % len(data) + data, 1)
        return id

    def read(self, names: Sequence[str]) -> list[Object]:
        """The objects of these names (ids or revisions), in order.

        Raises `AbsentObject` where a partial clone lacks one, `GitError` where git gives up.
        """
        found: list[Object] = []
        while len(found) < len(names):
            some = names[len(found) : len(found) + _AT_ONCE]
            found += self._received(some) if self._loose.keys().isdisjoint(some) else [self._one(some[0])]
        return found

    def _one(self, name: str) -> Object:
        return self._inflated(name) if name in self._loose else self._received((name,))[0]

    def _received(self, names: Sequence[str]) -> list[Object]:
        """Answers to the first of these names; fewer than names where one is too large, which ends the process."""
        self._ask(names)
        found: list[Object] = []
        for name in names:
            one = self._answer(name)
            found.append(one)
            if one.kind and one.data is None:
                self._restart()  # rather than wait for gigabytes
                break
        return found

    def _ask(self, names: Sequence[str]) -> None:
        self._child.extend()
        self._child.send(b"".join(name.encode("utf-8", "surrogateescape") + b"\n" for name in names))

    def _answer(self, name: str) -> Object:
        out = self._child.out
        while (end := out.find(b"\n")) < 0:
            self._wait(name)
        id, kind, size = _header(bytes(out[:end]))
        if not kind:
            del out[: end + 1]
            return Object(name, "", None)
        if size > self._largest(kind):
            return Object(id, kind, None, size)
        while len(out) < end + size + 2:
            self._wait(name)
        data = bytes(out[end + 1 : end + 1 + size])
        del out[: end + size + 2]
        return Object(id, kind, data, size)

    def beginning(self, id: str) -> bytes:
        """The content of a blob, cut one byte past the limit."""
        if id in self._loose:
            return self._unpacked(id, self.limit + 33).partition(b"\0")[2][: self.limit + 1]
        self._ask((id,))
        out = self._child.out
        while (end := out.find(b"\n")) < 0:
            self._wait(id)
        _, _, size = _header(bytes(out[:end]))
        size = min(size, self.limit + 1)
        while len(out) < end + 1 + size:
            self._wait(id)
        data = bytes(out[end + 1 : end + 1 + size])
        self._restart()  # rather than wait for the rest
        return data

    def _wait(self, name: str) -> None:
        if self._child.receive():
            return
        said = self._child.errors.strip().split("fatal: ")[-1]
        if "promisor remote" in said:  # it ends rather than say that the object is missing
            self._restart()
            raise AbsentObject(name, f"object {name}")
        raise EndedError(name, shown(said) or "it ended")

    def _restart(self) -> None:
        self.close()
        self._child = self._start()

    def _inflated(self, name: str) -> Object:
        id, kind, size = _header(f"{name} ".encode("ascii") + self._unpacked(name, 32).partition(b"\0")[0])
        if size > self._largest(kind):
            return Object(id, kind, None, size)
        return Object(id, kind, self._unpacked(name, size + 32).partition(b"\0")[2], size)

    def _unpacked(self, name: str, size: int) -> bytes:
        """The first bytes of an object that stands nowhere else, its head included."""
        import zlib  # only a merge that made something new comes here

        return zlib.decompressobj().decompress(self._loose[name], size)

    def _largest(self, kind: str) -> int:
        return self.limit if kind == "blob" else _MAX_OTHER

    @property
    def errors(self) -> str:
        """What git has warned of so far."""
        return self._child.errors

    def commits(self, names: Sequence[str]) -> list[Object]:
        """What these revisions name, once tags are peeled: a commit, or an object of kind "" where there is no such
        commit.
        """
        return self.read([peeled(name) for name in names])

    def load_trees(self, ids: Iterable[str]) -> None:
        """Read these trees in one go, so that `lines` has them; raises `GitError` where one is missing or damaged."""
        needed = [id for id in dict.fromkeys(ids) if id not in self._trees]
        for id, tree in zip(needed, self.read(needed), strict=True):
            if tree.kind != "tree" or tree.data is None:
                raise self.missing(id, "a folder")
            self._trees[id] = _lines(id, tree.data)

    def lines(self, tree: str) -> list[Line]:
        """The lines of one tree."""
        self.load_trees((tree,))
        return self._trees[tree]

    def named(self, tree: str) -> dict[bytes, tuple[bytes, bytes]]:
        """Mode and id by name of one tree."""
        if tree not in self._named:
            self._named[tree] = {name: (mode, id) for mode, name, id in self.lines(tree)}
        return self._named[tree]

    def missing(self, id: str, what: str) -> GitError:
        """The error for an object that is not there; `what` it is ("a folder", "`app.yaml`")."""
        if self.partial:
            return AbsentObject(id, f"{what} (object {id})")
        return GitError(f"the repository lacks {what} or has it damaged (object {id})", hint="`git fsck` says more.")


def object_id(kind: str, data: bytes, *, sha256: bool) -> str:
    """The id that git gives to an object of this kind and content."""
    import hashlib  # only what is not committed is hashed

    new = hashlib.sha256 if sha256 else hashlib.sha1
    return new(f"{kind} {len(data)}\0".encode("ascii") + data, usedforsecurity=False).hexdigest()


def peeled(name: str) -> str:
    """The name of the commit behind a revision; `:/text` takes everything after it for text to look for."""
    return name if name.startswith(":/") else name + "^{commit}"


def _header(line: bytes) -> tuple[str, str, int]:
    """Id, kind and size; kind "" for `NAME missing` and `NAME ambiguous`."""
    words = line.rsplit(b" ", 2)
    if len(words) != 3 or words[1] not in _KINDS or not words[2].isdigit():
        return "", "", 0
    return words[0].decode("ascii", "replace"), words[1].decode("ascii"), int(words[2])


def _lines(id: str, data: bytes) -> list[Line]:
    if _TREES[len(id)].fullmatch(data) is None:
        raise GitError(f"the tree {id} is damaged", hint="`git fsck` says more.")
    lines: list[Line] = _LINES[len(id)].findall(data)
    return lines
