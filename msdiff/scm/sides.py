"""What a command line named, found: two versions, or one.

In go snapshots, out come they and what is known about them together. Promise: `close` (or `with`) ends every process.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from msdiff.model.records import NamedTuple
from msdiff.model.snapshot import Snapshot
from msdiff.scm.differences import differences
from msdiff.scm.objects import Objects
from msdiff.scm.selection import Pattern
from msdiff.scm.snapshots import TreeSnapshot, regular


class Where(NamedTuple):
    """Where versions come from: the top of the working tree (`None`: a bare repository, or no git), the working
    directory below it ("" or "sub/folder/"), the words after `--`, and what reads the objects.
    """

    root: str | None
    prefix: str
    patterns: tuple[Pattern, ...]
    objects: Objects | None


class _Open:
    """What both have; `date` is the day of the (head) commit (ISO, UTC; `None` where it is no commit)."""

    __slots__ = ("date", "objects", "patterns", "prefix", "root")

    def __init__(self, where: Where, date: str | None) -> None:
        self.root, self.prefix, self.patterns, self.objects = where
        self.date = date

    def close(self) -> None:
        """End what reads the repository; the snapshots cannot read any more."""
        if self.objects is not None:
            self.objects.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Version(_Open):
    """One version."""

    __slots__ = ("snapshot",)

    def __init__(self, where: Where, date: str | None, snapshot: Snapshot) -> None:
        super().__init__(where, date)
        self.snapshot = snapshot

    @property
    def notes(self) -> tuple[str, ...]:
        return self.snapshot.notes


class Sides(_Open):
    """Two versions. `merge_base` is the commit at which their histories meet, where the range asks for it; `conflicts`
    are the files that a merge could not decide.
    """

    __slots__ = ("base", "conflicts", "head", "merge_base")

    def __init__(
        self,
        where: Where,
        date: str | None,
        base: Snapshot,
        head: Snapshot,
        *,
        merge_base: str | None = None,
        conflicts: tuple[str, ...] = (),
    ) -> None:
        super().__init__(where, date)
        self.base = base
        self.head = head
        self.merge_base = merge_base
        self.conflicts = conflicts

    @property
    def notes(self) -> tuple[str, ...]:
        """What the report must say, without repetition; complete once both sides have been read."""
        return tuple(dict.fromkeys((*self.base.notes, *self.head.notes)))

    def changed_paths(self) -> tuple[str, ...]:
        """The files that are looked at and differ, sorted: cheap, without reading contents where git knows."""
        base, head = self.base, self.head
        if isinstance(base, TreeSnapshot) and isinstance(head, TreeSnapshot):
            return _changed(base, head)
        old, new = set(base.paths()), set(head.paths())
        return tuple(sorted(old ^ new | {path for path in old & new if base.digest(path) != head.digest(path)}))

    def unmatched(self) -> tuple[str, ...]:
        """The words after `--` that name no file in either version."""
        paths = {*self.base.paths(), *self.head.paths()} if self.patterns else set()
        return tuple(one.typed for one in self.patterns if not any(map(one.matches, paths)))


def _changed(base: TreeSnapshot, head: TreeSnapshot) -> tuple[str, ...]:
    found = differences(base.objects, (base.tree, head.tree)).files
    ids = {path: (regular(old), regular(new)) for path, (old, new) in found}
    ids |= {path: (base.id(path), regular(mark)) for path, mark in head.others.items()}
    return tuple(sorted(path for path, (old, new) in ids.items() if old != new and head.selection.has(path)))
