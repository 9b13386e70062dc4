"""Files of variables (`.env`, `nvdev.env`, `set_env.sh`): lines `[export] NAME=value` with their places.

In: text. Out: assignments in the order of the file, the later wins. Promised: quotes, trailing comments, references
to earlier lines and a missing newline at the end as Compose reads them; other lines of a shell script are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msdiff.load.compose.interpolation import Filled, Lookup, filled
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple

NAME = "compose"
_ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$"}


class Assignment(NamedTuple):
    """One line. `raw` has its variables still in it; `literal` says that `$` has no meaning in it (single quotes)."""

    name: str
    raw: str
    literal: bool
    line: int
    column: int  # of the value


def assignments(text: str) -> tuple[Assignment, ...]:
    """The assignments of a file."""
    return tuple(_assignments(text.replace("\r\n", "\n").lstrip("\ufeff")))


def _assignments(text: str) -> Iterator[Assignment]:
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        found = _ASSIGNMENT.match(line)
        if found is None:
            continue
        rest = line[found.end() :]
        first, start = number, number
        if rest[:1] in ("'", '"'):
            while not _closed(rest) and number < len(lines) and number - first < 200:
                rest += "\n" + lines[number]
                number += 1
            if not _closed(rest):
                rest, number = line[found.end() :], first
        raw, literal = _value(rest)
        yield Assignment(found[1], raw, literal, start, found.end() + 1)


def _closed(text: str) -> bool:
    return _end_of_quote(text) > 0


def _end_of_quote(text: str) -> int:
    quote, at = text[0], 1
    while at < len(text):
        if text[at] == "\\" and quote == '"':
            at += 1
        elif text[at] == quote:
            return at
        at += 1
    return -1


def _value(text: str) -> tuple[str, bool]:
    if text[:1] in ("'", '"') and (end := _end_of_quote(text)) > 0:
        inner = text[1:end]
        if text[0] == "'":
            return inner, True
        return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), inner, flags=re.DOTALL), False
    return re.split(r"(?:^|[ \t])#", text, maxsplit=1)[0].rstrip(), False


def values_of(file: str, found: tuple[Assignment, ...], outer: Lookup) -> Mapping[str, Filled]:
    """The value of each variable of a file. `outer` knows variables that the file does not set."""
    known: dict[str, Filled] = {}

    def lookup(name: str) -> Filled | None:
        return known.get(name) or outer(name)

    for one in found:
        place = Location(file, one.line, one.column, NAME)
        value = Filled(one.raw) if one.literal else filled(one.raw, lookup)
        known[one.name] = Filled(value.text, value.missing, (place,), True)
    return known
