"""Where something is stated."""

from __future__ import annotations

from msdiff.model.records import NamedTuple

DOCUMENTS = frozenset({"graph", "modelspec"})
"""Readers of files in which people draw a graph; what others read says what is there, not what was meant."""


class Location(NamedTuple):
    """A place in a file of the snapshot.

    `file` is relative to the root of the repository and uses `/`; `line` and `column` count from 1; `reader` names the
    format that was read there (`graph`, `modelspec` ...).
    """

    file: str
    line: int
    column: int
    reader: str = "graph"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
