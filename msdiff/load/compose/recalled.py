"""What a stack said in another version, where all that it looked at is the same.

In: parts by path, each one object for one content. Out: the same parts, with a record of what was looked at, files that
are not there included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msdiff.load.compose.parts import Part

Recalled = dict[Any, tuple[dict[str, Part | None], Any]]
"""What identifies a stack -> what it looked at, and what came of it."""


class Parts(Mapping[str, Part]):
    """Parts that remember which of them were asked for."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self._parts = parts
        self.seen: dict[str, Part | None] = {}

    def __getitem__(self, path: str) -> Part:
        self.seen[path] = self._parts.get(path)
        return self._parts[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def touch(self, seen: Mapping[str, Part | None]) -> None:
        """Takes what was looked at before, and is used again, as looked at now."""
        self.seen.update(seen)

    def same(self, seen: Mapping[str, Part | None]) -> bool:
        """Whether everything that was looked at is still the same."""
        return all(self._parts.get(path) is part for path, part in seen.items())
