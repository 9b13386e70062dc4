"""Migrations, one after another: which columns hold vectors in the end, and how wide.

In: the steps of each SQL file. Out: an `Index` for each column that is left. Promised: the files of one folder are run
in the order of their names with numbers as numbers; later statements override; files that take a migration back, and
tests, are left out; two folders that state one column are two statements.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from msdiff.load.indexes.index import Index
from msdiff.load.indexes.sql import Step

_BACK = re.compile(r"(?i)(?:^|[._-])(?:down|undo|rollback|revert)(?:[._-]|$)|^U\d")
_TESTS = re.compile(r"(?i)(?:^|/)(?:tests?|testdata|fixtures?|node_modules|vendor|site-packages)/")
_ONE_EACH = re.compile(r"(?i)^(?:migration|up)\.sql$")  # every migration in a folder of its own
_NUMBER = re.compile(r"(\d+)")

Columns = dict[tuple[str, str], Step]


def is_migration(path: str) -> bool:
    """Whether a file may be a migration that is in force, by its name."""
    return path.endswith(".sql") and not _BACK.search(posixpath.basename(path)) and not _TESTS.search(path)


def replayed(steps: Mapping[str, tuple[Step, ...]]) -> Iterator[Index]:
    """The columns that are left when the files of each folder have run."""
    folders: dict[str, list[str]] = {}
    for path in sorted((path for path, found in steps.items() if found), key=_order):
        folders.setdefault(_folder(path), []).append(path)
    for folder, paths in folders.items():
        database = _Database()
        for path in paths:
            for step in steps[path]:
                database.do(step)
        yield from database.indexes(folder)


def _folder(path: str) -> str:
    folder = posixpath.dirname(path)
    return posixpath.dirname(folder) if _ONE_EACH.match(posixpath.basename(path)) else folder


def _order(path: str) -> tuple[tuple[bool, int, str], ...]:
    return tuple((one.isdigit(), int(one) if one.isdigit() else 0, one) for one in _NUMBER.split(path) if one)


class _Database:
    """The state of one database. Tables are kept by name, whether or not they hold vectors."""

    def __init__(self) -> None:
        self._tables: set[str] = set()
        self._there = ""  # the table that a statement would make if it were not there
        self._columns: Columns = {}
        self._arguments: Columns = {}
        self._made: dict[str, Step] = {}
        self._indexed: Columns = {}

    def do(self, step: Step) -> None:
        here = (step.table, step.column)
        match step.does:
            case "table":
                self._drop(step.table)
                self._tables.add(step.table)
            case "tableIfNew":
                self._there = step.table if step.table in self._tables else ""
                self._tables.add(step.table)
            case "firstColumn":
                if step.table != self._there:
                    self._columns[here] = step
            case "newColumn":
                self._columns.setdefault(here, step)
            case "column":
                self._columns[here] = step
            case "drop":
                self._drop(step.table)
            case "dropColumn":
                self._columns.pop(here, None)
                self._indexed.pop(here, None)
            case "rename" | "renameColumn":
                self._rename(step)
            case "index":
                self._indexed[here] = step
            case "function":
                self._arguments[here] = step
            case "dropFunction":
                self._arguments = {key: one for key, one in self._arguments.items() if key[0] != step.table}
            case "vectorizer":
                self._made[step.table] = step

    def _drop(self, table: str) -> None:
        self._tables.discard(table)
        for columns in (self._columns, self._indexed):
            for key in [key for key in columns if key[0] == table]:
                del columns[key]

    def _rename(self, step: Step) -> None:
        for columns in (self._columns, self._indexed):
            for key in [key for key in columns if key[0] == step.table and step.column in ("", key[1])]:
                new = (key[0], step.to) if step.column else (step.to, key[1])
                columns[new] = columns.pop(key)

    def indexes(self, folder: str) -> Iterator[Index]:
        for (table, column), step in self._columns.items():
            index = self._indexed.get((table, column))
            yield Index(
                "pgvector",
                f"{table}.{column}",
                folder,
                step.width,
                index.metric if index else None,
                index.kind if index else None,
            )
        for (name, argument), step in self._arguments.items():
            yield Index("pgvector", f"{name}({argument})", folder, step.width)
        for model, step in self._made.items():
            yield Index("pgvector", f"vectorizer of {model}", folder, step.width, model=step.model)
