"""JSON values as JSON Schema sees them: their type, their identity, and how they look in a message.

Values in, names and texts out. `text` is equal for two values exactly where JSON Schema calls them equal (`1` and `1.0`
are, `true` and `1` are not), so it serves as the key of sets and as the witness of a finding.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TypeGuard

from msdiff.model.values import Value

TYPES = ("null", "boolean", "number", "string", "array", "object")

_MOST_PARTS = 50_000  # values inside one value that is written out
_DEEPEST = 150
_LONGEST_TEXT = 80  # characters of one value in a message
_MOST_VALUES = 12  # values of one list in a message


class TooLarge(Exception):
    """The work would pass its bound. Never leaves this package: it becomes `Undecided`."""


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is a finite JSON number (`true` is none, `.inf` is none)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)


def is_count(value: object) -> TypeGuard[int]:
    """Whether it can stand for a length: an integer, not negative."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def type_of(value: Value) -> str:
    """The JSON type, without the difference between integer and number."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, Mapping) else "array"


def text(value: Value) -> str:
    """Canonical JSON: keys sorted, integral floats as integers. Raises `TooLarge`."""
    return json.dumps(_plain(value, [_MOST_PARTS], 0), sort_keys=True, ensure_ascii=False)


def _plain(value: Value, left: list[int], depth: int) -> Value:
    left[0] -= 1  # aliases make a small file a huge value
    if left[0] < 0 or depth > _DEEPEST:
        raise TooLarge
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _plain(one, left, depth + 1) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(_plain(one, left, depth + 1) for one in value)
    return value


def short(value: Value) -> Value:
    """The value, cut to what fits into a sentence: long texts and long lists end in `…`."""
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return value[: _LONGEST_TEXT - 1] + "…"
    if isinstance(value, Mapping):
        return short(text(value))
    if isinstance(value, tuple):
        kept: tuple[Value, ...] = tuple(map(short, value[:_MOST_VALUES]))
        return (*kept, "…") if len(value) > _MOST_VALUES else kept
    return value


def step_into(path: str, *names: str) -> str:
    """The path one or more names further: joined by dots, a name that holds a dot or a bracket stands in brackets."""
    for name in names:
        bracketed = not name or any(mark in name for mark in ".[]")
        path += f"[{name}]" if bracketed else f".{name}" if path else name
    return path
