"""Key maps as plain data, kept as one text until somebody asks: an ordinary run does not.

In: the built-in maps by name, and those of a team. Out: a mapping by name, and the signs of files that are applications
by themselves. Promised: what an ordinary run needs (`marks`, `files`) is there without reading the maps.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

TABLE = "keymaps"  # its name in the artefact


def packed(maps: Mapping[str, Any]) -> dict[str, Any]:
    """The maps for the artefact."""
    return {"text": json.dumps(maps, ensure_ascii=False, separators=(",", ":")), **_signs(maps)}


def _signs(maps: Mapping[str, Any]) -> dict[str, Any]:
    """Of maps whose files are applications by themselves: texts that a file holds, ends of names that are no YAML or JSON."""
    alone = [data for _, data in sorted(maps.items()) if data.get("alone") and data.get("marks")]
    return {
        "marks": [list(data["marks"]) for data in alone],
        "files": [end for data in alone for end in data.get("files", ())],
    }


class KeyMapData(Mapping[str, Any]):
    """Key maps by name; one of `own` replaces the built-in one of its name."""

    def __init__(self, table: Mapping[str, Any], own: Mapping[str, Any]) -> None:
        self._text: str = table.get("text", "{}")
        self._own = own
        self._read: dict[str, Any] | None = None
        signs = _signs(own)
        self.marks: tuple[tuple[bytes, ...], ...] = tuple(
            tuple(mark.encode() for mark in marks) for marks in (*table.get("marks", ()), *signs["marks"])
        )
        self.files: tuple[str, ...] = (*table.get("files", ()), *signs["files"])

    def _maps(self) -> dict[str, Any]:
        if self._read is None:
            self._read = {**json.loads(self._text), **self._own}
        return self._read

    def __getitem__(self, name: str) -> Any:
        return self._maps()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._maps())

    def __len__(self) -> int:
        return len(self._maps())
