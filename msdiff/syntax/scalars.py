"""What an unquoted word means: the YAML 1.2 core schema, which differs from what PyYAML's own resolver does.

`no`, `on`, `22:30` and `20_000` are text, `010` is ten, `0o10` is eight, `1e3` is a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(_NULL, None),
    **dict.fromkeys(_TRUE, True),
    **dict.fromkeys(_FALSE, False),
}
# Patterns are compiled when first needed: most files hold no number but plain whole ones.
_NUMERIC = frozenset("-+.0123456789")
_INTEGER = r"[-+]?[0-9]+"
_OCTAL = r"0o[0-7]+"
_HEXADECIMAL = r"0x[0-9a-fA-F]+"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_INFINITE = r"[-+]?\.(?:inf|Inf|INF)"
_NOT_A_NUMBER = frozenset({".nan", ".NaN", ".NAN"})

# An unquoted word that begins with none of these is text; most are. ("" is the first character of the empty word.)
HINTS = frozenset(("", *"0123456789+-.~nNtTfF"))

# No integer that is read is too large for a float (nor for CPython, which refuses to read more than 4300 digits).
MAX_DIGITS = 250

# The largest figure of a graph. A million years are fewer milliseconds; sums and products of what is larger overflow.
LARGEST = 10**18

Core: TypeAlias = bool | int | float | str | None


def resolve(text: str) -> Core:
    """The value of an unquoted, untagged scalar. Raises `ValueError` for a number of more than `MAX_DIGITS` digits."""
    if text.isdigit() and text.isascii() and len(text) <= MAX_DIGITS:
        return int(text)
    if text in _WORDS:
        return _WORDS[text]
    number = _number(text)
    return text if number is None else number


def _number(text: str) -> int | float | None:
    if text[:1] not in _NUMERIC:
        return None
    if re.fullmatch(_INTEGER, text):
        return int(_bounded(text))
    if re.fullmatch(_FLOAT, text):
        return float(text)
    if re.fullmatch(_OCTAL, text):
        return int(_bounded(text)[2:], 8)
    if re.fullmatch(_HEXADECIMAL, text):
        return int(_bounded(text)[2:], 16)
    if re.fullmatch(_INFINITE, text):
        return float("-inf") if text[0] == "-" else float("inf")
    return float("nan") if text in _NOT_A_NUMBER else None


def _bounded(digits: str) -> str:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return digits


def _as_null(text: str) -> None:
    if text not in _NULL:
        raise ValueError("not null")


def _as_boolean(text: str) -> bool:
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueError("not true or false")


def _as_integer(text: str) -> int:
    number = _number(text)
    if not isinstance(number, int):
        raise ValueError("not an integer")
    return number


def _as_float(text: str) -> float:
    number = _number(text)
    if number is None:
        raise ValueError("not a number")
    return float(number)


_CORE = "tag:yaml.org,2002:"

# What an explicit tag makes of the text; a `ValueError` means that the text does not fit the tag.
TAGGED: dict[str, Callable[[str], Core]] = {
    "!": str,
    f"{_CORE}str": str,
    f"{_CORE}null": _as_null,
    f"{_CORE}bool": _as_boolean,
    f"{_CORE}int": _as_integer,
    f"{_CORE}float": _as_float,
}
MAPPING_TAGS = frozenset({None, "!", f"{_CORE}map"})
SEQUENCE_TAGS = frozenset({None, "!", f"{_CORE}seq"})


def tag_as_written(tag: str) -> str:
    """The tag as a user writes it: `!!set` for `tag:yaml.org,2002:set`."""
    return f"!!{tag.removeprefix(_CORE)}" if tag.startswith(_CORE) else tag
