"""What a parsed document consists of: values, lists and maps, each with the place where it begins (counted from 1).

Named tuples, made by `tuple.__new__` where many are made: there is one for each value of a file. A list is none: it makes
the maps of long runs of lines only where somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias, Union

from msdiff.model.records import NamedTuple
from msdiff.syntax.scalars import Core


class Scalar(NamedTuple):
    """One value. `text` is what the file says, without quotes: `1.10` where the value is 1.1."""

    value: Core
    line: int
    column: int
    text: str


class Rows(NamedTuple):
    """A run of list items, one a line from `line` on, that each are a map of the same two keys with text.

    `values` are the texts of both keys; `maps` makes the items.
    """

    keys: tuple[str, str]
    values: tuple[tuple[str, str], ...]
    line: int
    column: int
    maps: Callable[[], Iterator[Mapping]]


class Sequence:
    """A list. `parts` are its items, runs of them as they are."""

    __slots__ = ("_items", "column", "line", "parts")

    def __init__(self, parts: tuple[Tree | Rows, ...], line: int, column: int) -> None:
        self.parts = parts
        self.line = line
        self.column = column
        self._items: tuple[Tree, ...] | None = None

    @property
    def items(self) -> tuple[Tree, ...]:
        """Each item as a tree."""
        if self._items is None:
            found: list[Tree] = []
            for part in self.parts:
                if isinstance(part, Rows):
                    found.extend(part.maps())
                else:
                    found.append(part)
            self._items = tuple(found)
        return self._items

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return (self.line, self.column, self.items) == (other.line, other.column, other.items)

    __hash__ = None  # type: ignore[assignment]  # like the maps that it holds


class Entry(NamedTuple):
    """The value of a key, and where the key stands."""

    value: Tree
    line: int
    column: int


class Mapping(NamedTuple):
    """A map. Keys are text as written (`1` and `"1"` are one key), in the order of the file."""

    entries: dict[str, Entry]
    line: int
    column: int

    def get(self, key: str) -> Tree | None:
        """The value of a key, or `None` where there is no such key."""
        found = self.entries.get(key)
        return None if found is None else found.value


Tree: TypeAlias = Union[Scalar, Sequence, Mapping]  # noqa: UP007 (`|` with a forward reference is an error)
