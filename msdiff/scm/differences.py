"""Where several trees differ.

In go trees, out come the files that are not the same in all of them. Promise: what is equal everywhere is never opened,
so that the cost is that of the differences.
"""

from __future__ import annotations

from msdiff.model.records import NamedTuple
from msdiff.scm.objects import FILE, FOLDER, MODULE, TYPES, Objects
from msdiff.scm.snapshots import counted


class Difference(NamedTuple):
    """A path, and what stands there in each of the trees: the blob of a regular file, another mark for a link or a
    submodule, `None` for nothing.
    """

    path: str
    marks: tuple[str | None, ...]


class Differences(NamedTuple):
    """`folders` are the trees that were opened; `mixed` says that something is a file in one and a folder in
    another.
    """

    files: tuple[Difference, ...]
    folders: frozenset[str]
    mixed: bool


def differences(objects: Objects, trees: tuple[str, ...]) -> Differences:
    """What differs between these trees; raises `InputError` over a million lines, `GitError` for what is missing."""
    found: list[Difference] = []
    opened: set[str] = set()
    mixed = False
    count = 0
    level: list[tuple[str, tuple[str | None, ...]]] = [("", trees)]
    while level:
        objects.load_trees(id for _, ids in level for id in ids if id is not None)
        below: list[tuple[str, tuple[str | None, ...]]] = []
        for folder, ids in level:
            opened.update(id for id in ids if id is not None)
            tables = [_table(objects, id) for id in ids]
            count = counted(count + sum(map(len, tables)))
            for name in {name for table in tables for name in table}:
                lines = [table.get(name, _NOTHING) for table in tables]
                if lines.count(lines[0]) == len(lines):
                    continue
                path = folder + name.decode("utf-8", "surrogateescape")
                folders = tuple(id if type == FOLDER else None for type, id in lines)
                files = tuple(_mark(type, id) for type, id in lines)
                below += [(path + "/", folders)] if any(folders) else []
                found += [Difference(path, files)] if any(files) else []
                mixed = mixed or (any(folders) and any(files))
        level = below
    return Differences(tuple(sorted(found)), frozenset(opened), mixed)


_NOTHING = ("", "")


def _table(objects: Objects, tree: str | None) -> dict[bytes, tuple[str, str]]:
    if tree is None:
        return {}
    return {name: (TYPES.get(mode, MODULE), id.hex()) for mode, name, id in objects.lines(tree)}


def _mark(type: str, id: str) -> str | None:
    if type in ("", FOLDER):
        return None
    return id if type == FILE else f"{type} {id}"
