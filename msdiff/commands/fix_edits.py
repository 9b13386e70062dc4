"""Places and new values -> the text of a file with exactly these values replaced.

In go a file's text, positions of values and what shall stand there. Promise: nothing else changes, not a space, not a
comment; and the new text is read as the same tokens but for these values, whatever the values hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msdiff.model.records import NamedTuple
from msdiff.report.escape import visible

LARGEST = 4_000_000  # characters; the scanner is not fast
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./@+-]*(:[A-Za-z0-9_./@+-]+)*|[0-9][A-Za-z0-9_.-]*")
_NO_TEXT = re.compile(
    r"(?i)true|false|yes|no|on|off|y|n|null|nan|inf|[-+]?[0-9][0-9_]*(\.[0-9_]*)?(e[-+]?[0-9]+)?|0x[0-9a-f_]+|0o[0-7_]+|"
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|[0-9]+(:[0-9]+)+"
)


class Written(NamedTuple):
    """A value as it stands in a file: its key, what it says, and from where to where (characters)."""

    key: str
    value: str
    style: str | None
    start: int
    end: int


class Replacement(NamedTuple):
    """Where (line and column from 1, of the value) and what shall stand there."""

    line: int
    column: int
    value: str | int | float | bool


def written_at(text: str, places: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], Written]:
    """The single values that begin at these places (line and column from 1); others are left out."""
    wanted = set(places)
    return {place: one for place, one in _scalars(text) if place in wanted}


def replaced(text: str, replacements: Iterable[Replacement]) -> str | None:
    """The text with these values; `None` where it cannot be done without touching anything else."""
    asked = {(one.line, one.column): one.value for one in replacements}
    found = written_at(text, asked)
    if len(found) != len(asked):
        return None
    result = text
    for place, one in sorted(found.items(), reverse=True):
        said = scalar(asked[place], one.style)
        if said is None:
            return None
        result = result[: one.start] + said + result[one.end :]
    return result if _is_clean(text, result, {place: _said(value) for place, value in asked.items()}) else None


def scalar(value: str | int | float | bool, style: str | None) -> str | None:
    """The value as YAML, in the style that stands there now where that can hold it; `None` in place of a block."""
    if style in ("|", ">"):
        return None
    if not isinstance(value, str):
        return _said(value)
    if style == "'" and visible(value) == value:
        return "'" + value.replace("'", "''") + "'"
    if style != '"' and _PLAIN.fullmatch(value) and not _NO_TEXT.fullmatch(value):
        return value
    return _double_quoted(value)


def _double_quoted(value: str) -> str:
    quoted = json.dumps(value, ensure_ascii=False)
    return quoted if visible(quoted) == quoted else json.dumps(value) if value.isascii() else visible(quoted)


def _said(value: str | int | float | bool) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _tokens(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yield from yaml.scan(text)


def _scalars(text: str) -> Iterator[tuple[tuple[int, int], Written]]:
    """Each value of a map, with its place."""
    from ruamel.yaml.tokens import AnchorToken, KeyToken, ScalarToken, TagToken, ValueToken

    if len(text) > LARGEST:
        return
    key, state = "", ""
    for token in _tokens(text):
        if isinstance(token, KeyToken):
            state = "key"
        elif isinstance(token, ScalarToken) and state == "key":
            key, state = token.value, ""
        elif isinstance(token, ValueToken):
            state = "value"
        elif isinstance(token, ScalarToken) and state == "value":
            start, end = token.start_mark, token.end_mark
            style = None if token.plain else token.style
            yield (start.line + 1, start.column + 1), Written(key, token.value, style, start.index, end.index)
            state = ""
        elif not isinstance(token, AnchorToken | TagToken):
            state = ""


def _is_clean(before: str, after: str, asked: Mapping[tuple[int, int], str]) -> bool:
    """Whether both are the same tokens, but for the values that were asked for."""
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.tokens import ScalarToken

    try:
        old, new = list(_tokens(before)), list(_tokens(after))
    except YAMLError:
        return False
    if len(old) != len(new):
        return False
    for one, other in zip(old, new, strict=True):
        if type(one) is not type(other):
            return False
        if isinstance(one, ScalarToken):
            place = (one.start_mark.line + 1, one.start_mark.column + 1)
            if other.value != asked.get(place, one.value):
                return False
    return True
