"""Command lines to words, as a shell would take them apart.

In: the text of a command, still with its variables. Out: words with their offsets. Promised: quotes, escapes, line
continuations and `${...}` with spaces in it keep a word together; nothing is run.
"""

from __future__ import annotations

from msdiff.model.location import Location
from msdiff.model.records import NamedTuple

ENDS = frozenset({"&&", "||", ";", "|", "&"})


class Word(NamedTuple):
    """A word of a command line, filled in. `missing` are variables that nothing gives a value."""

    text: str
    place: Location
    missing: tuple[str, ...] = ()


def words_of(text: str) -> tuple[str, ...]:
    """The words of a command line; `&&`, `;` and `|` are words of their own."""
    found: list[str] = []
    word: list[str] = []
    started = False
    at = 0
    while at < len(text):
        one = text[at]
        if text.startswith("${", at):
            end = _brace(text, at + 2)
            word.append(text[at:end])
            started, at = True, end
        elif one == "\\" and at + 1 < len(text):
            if text[at + 1] != "\n":
                word.append(text[at + 1])
                started = True
            at += 2
        elif one in "'\"":
            end = _quote(text, at)
            word.append(text[at + 1 : end])
            started, at = True, end + 1
        elif one.isspace() or one in ";&|":
            if started:
                found.append("".join(word))
                word, started = [], False
            if not one.isspace():
                double = text[at : at + 2] in ("&&", "||")
                found.append(text[at : at + 2] if double else one)
                at += double
            elif one == "\n" and found and found[-1] != ";":
                pass  # in YAML a new line is mostly the same command going on
            at += 1
        else:
            word.append(one)
            started = True
            at += 1
    if started:
        found.append("".join(word))
    return tuple(found)


def _brace(text: str, at: int) -> int:
    level = 1
    while at < len(text) and level:
        if text.startswith("${", at):
            level, at = level + 1, at + 1
        elif text[at] == "}":
            level -= 1
        at += 1
    return at


def _quote(text: str, at: int) -> int:
    quote, end = text[at], at + 1
    while end < len(text) and text[end] != quote:
        end += 2 if text[end] == "\\" and quote == '"' else 1
    return min(end, len(text))
