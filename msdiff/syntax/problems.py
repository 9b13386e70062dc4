"""The parser's complaints in plain words, with the place where a reader would look.

In: an exception of PyYAML and the text. Out: an `InputError`.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.reader import ReaderError

from msdiff.errors import InputError
from msdiff.model.location import Location
from msdiff.syntax.encoding import place_of

MAX_PROBLEMS = 100  # in one document; whoever has more corrects these first
TOO_MANY = f"there are more than {MAX_PROBLEMS} problems; the rest is not listed"

_CONFLICT = rb"(?m)^<{7}(?: .*)?$"
_SURROGATES = rb"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"

_FITS = ("the line does not fit its surroundings", "check indentation and quotes on this line")
_MAP = ("a `,` or the closing `}` is missing", "separate entries by `, ` and close the map with `}`")
_LIST = ("a `,` or the closing `]` is missing", "separate items by `, ` and close the list with `]`")
_QUOTE = ("the quoted text that begins here is not closed", "add the closing quote")
_VALUE = ("a value was expected here", "write the value, or check what stands before")
_ENDED = ("the document has ended before this line", "separate documents by a line `---`")
_CONTROL = ("the file holds a control character", "remove it")
_NESTED = "check the indentation, or put text that holds `: ` in quotes"

# Part of libyaml's (or PyYAML's) words -> message and hint. The first that fits.
_WORDS: tuple[tuple[str, tuple[str, str]], ...] = (
    ("mapping values are not allowed", ("`:` cannot stand here", _NESTED)),
    ("did not find expected key", _FITS),
    ("expected <block end>", _FITS),
    ("expected '-' indicator", ("a list item was expected", "begin the line with `- `, or check its indentation")),
    ("expected ',' or '}'", _MAP),
    ("expected ',' or ']'", _LIST),
    ("expected ':'", ("a `:` was expected after this key", "write `key: value`")),
    ("unexpected end of stream", _QUOTE),
    ("unexpected document indicator", _QUOTE),
    ("unexpected document separator", _QUOTE),
    ("unknown escape character", ("this escape has no meaning in double quotes", "use single quotes")),
    ("invalid Unicode character escape", ("this escape names no character", "write the character itself")),
    ("node content", _VALUE),
    ("<document start>", _ENDED),
    ("maximum nesting depth", ("nested too deeply", "flatten it")),
    ("undefined tag handle", ("this tag is not defined", "remove it")),
    ("block sequence entries are not allowed", ("a list item cannot stand here", "put it on a line of its own")),
    ("mapping keys are not allowed", ("a key cannot stand here", "put it on a line of its own")),
    ("special characters are not allowed", _CONTROL),
    ("control characters are not allowed", _CONTROL),
)


def with_joined_surrogates(data: bytes) -> bytes:
    """The text with each pair of JSON escapes that stands for one character (`\\ud83d\\ude00`) written as one escape.

    JSON writes characters beyond U+FFFF in two halves, which YAML refuses. The same bytes where there is no such
    pair.
    """
    return re.sub(_SURROGATES, _joined, data) if b"\\u" in data else data


def _joined(found: re.Match[bytes]) -> bytes:
    high, low = int(found[2], 16), int(found[3], 16)
    return found[1] + b"\\U%08x" % (0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def in_plain_words(error: yaml.YAMLError, data: bytes, file: str) -> InputError:
    """What is wrong, where, and what to do about it."""
    conflict = re.search(_CONFLICT, data)
    if conflict:
        hint = "resolve the conflict: keep one side and remove the lines `<<<<<<<`, `=======` and `>>>>>>>`"
        place = _at(data, conflict.start(), file)
        return InputError("a merge conflict was left in the file", hint=hint, location=place)
    if isinstance(error, ReaderError):
        return _unreadable(error, data, file)
    mark: Any = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or error)
    if mark is not None and "cannot start any token" in problem:
        return _bad_start(data, mark, file)
    message, hint = _said(problem)
    opened: Any = getattr(error, "context_mark", None)
    if opened is not None and message == _QUOTE[0]:
        mark = opened
    elif opened is not None and message in (_MAP[0], _LIST[0]) and (mark is None or _at_end(data, mark)):
        mark = opened
        message = f"what is opened here is not closed: {message}"
    elif mark is not None and _at_end(data, mark):
        return InputError(message, hint=hint, location=_at(data, len(data.rstrip()), file))
    return InputError(message, hint=hint, location=_place(mark, file))


def _said(problem: str) -> tuple[str, str]:
    for part, words in _WORDS:
        if part in problem:
            return words
    return f"not valid YAML: {problem}", "check indentation, quotes and brackets around this place"


def _bad_start(data: bytes, mark: Any, file: str) -> InputError:
    lines = data.decode().splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    character = line[mark.column : mark.column + 1]
    if character == "\t":
        return InputError("a tab is used for indentation", hint="indent with spaces", location=_place(mark, file))
    message = f"`{character}` cannot begin a value" if character else "a value was expected here"
    return InputError(message, hint="put the text in quotes", location=_place(mark, file))


def _unreadable(error: ReaderError, data: bytes, file: str) -> InputError:
    """libyaml counts the characters before a control character, the pure Python reader likewise."""
    message, hint = _said(str(error.reason))
    before = data.decode()[: error.position]
    return InputError(message, hint=hint, location=place_of(before, file))


def _at_end(data: bytes, mark: Any) -> bool:
    return bool(mark.line >= data.rstrip().count(b"\n") + 1) or mark.index >= len(data.decode().rstrip())


def _at(data: bytes, offset: int, file: str) -> Location:
    return place_of(data[:offset].decode(errors="ignore"), file)


def _place(mark: Any, file: str) -> Location:
    return Location(file, mark.line + 1, mark.column + 1) if mark is not None else Location(file, 1, 1)
