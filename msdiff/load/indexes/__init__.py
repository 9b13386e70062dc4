"""What an index takes, where files say it: SQL migrations, mappings, collection and class schemas (docs/formats.md).

In: the files beside stacks that keep vectors. Out: claims on the store that they are about: width, metric, kind of
index, what built it. Promised: a width is what the store demands, never what an embedder gives; a store is found by
its engine and its application's folder, and where two could be meant none is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msdiff.load.document import Reading
from msdiff.load.indexes.bodies import bodies_in, may_hold_body
from msdiff.load.indexes.index import Index
from msdiff.load.indexes.joining import Store, claims_on, stores_in
from msdiff.load.indexes.migrations import is_migration, replayed
from msdiff.load.indexes.sql import Step, steps_of
from msdiff.model.records import NamedTuple
from msdiff.syntax.tree import Limits

__all__ = ["Kept", "Store", "about", "kept", "may_say", "stores_in"]

MAX_FILES = 2_000  # that are looked at
SQL = "pgvector"


class Kept(NamedTuple):
    """What one file says, whatever stores there are; kept by path and content."""

    steps: tuple[Step, ...] = ()
    indexes: tuple[Index, ...] = ()


def may_say(paths: Iterable[str], stores: Iterable[Store]) -> Iterator[str]:
    """The files that may speak of one of the stores, by their names alone."""
    engines = {one.engine for one in stores}
    count = 0
    for path in paths:
        if is_migration(path) if path.endswith(".sql") else may_hold_body(path) and engines != {SQL}:
            if path.endswith(".sql") and SQL not in engines:
                continue
            count += 1
            if count > MAX_FILES:
                return
            yield path


def kept(path: str, data: bytes, limits: Limits) -> Kept:
    """What one file says."""
    if path.endswith(".sql"):
        return Kept(steps=steps_of(path, data))
    return Kept(indexes=bodies_in(path, data, limits))


def about(stores: tuple[Store, ...], found: Mapping[str, Kept]) -> tuple[Reading, ...]:
    """Claims on the stores, one reading for each graph that has some."""
    indexes = (
        *replayed({path: one.steps for path, one in found.items()}),
        *(i for one in found.values() for i in one.indexes),
    )
    return claims_on(stores, indexes) if indexes else ()
