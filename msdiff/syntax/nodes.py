"""What a parsed document consists of: values, lists and maps, each with the place where it begins (counted from 1).

Named tuples, made by `tuple.__new__` where many are made: there is one for each value of a file.
"""

from typing import NamedTuple, TypeAlias, Union

from msdiff.syntax.scalars import Core


class Scalar(NamedTuple):
    """One value. `text` is what the file says, without quotes: `1.10` where the value is 1.1."""

    value: Core
    line: int
    column: int
    text: str


class Sequence(NamedTuple):
    """A list."""

    items: "tuple[Tree, ...]"
    line: int
    column: int


class Entry(NamedTuple):
    """The value of a key, and where the key stands."""

    value: "Tree"
    line: int
    column: int


class Mapping(NamedTuple):
    """A map. Keys are text as written (`1` and `"1"` are one key), in the order of the file."""

    entries: "dict[str, Entry]"
    line: int
    column: int

    def get(self, key: str) -> "Tree | None":
        """The value of a key, or `None` where there is no such key."""
        found = self.entries.get(key)
        return None if found is None else found.value


Tree: TypeAlias = Union[Scalar, Sequence, Mapping]  # noqa: UP007 (`|` with a forward reference is an error)
