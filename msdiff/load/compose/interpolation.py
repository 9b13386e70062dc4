"""Variables in texts: `$A`, `${A}`, `${A:-x}`, `${A-x}`, `${A:?x}`, `${A?x}`, `${A:+x}`, `${A+x}`, nested, `$$`.

In: a text and what is known of variables. Out: the text filled in, the names that nothing gives a value, and the
places that state the values. Promised: the operators of the Compose specification; a variable that is not set leaves
the text unknown (Compose would put nothing there, but the shell that starts it may know it); bounded depth and
length.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msdiff.model.location import Location
from msdiff.model.records import NamedTuple

MAX_DEPTH = 20
MAX_LENGTH = 100_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATORS = (":-", ":?", ":+", "-", "?", "+")


class Filled(NamedTuple):
    """A text without variables. `missing` are the names that nothing gives a value, `places` where values are stated."""

    text: str
    missing: tuple[str, ...] = ()
    places: tuple[Location, ...] = ()
    whole: bool = False  # the text is one variable and nothing else


Lookup = Callable[[str], Filled | None]


def filled(text: str, lookup: Lookup) -> Filled:
    """The text with its variables filled in."""
    if "$" not in text:
        return Filled(text)
    return _Filler(lookup).fill(text, 0)


class _Filler:
    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def fill(self, text: str, depth: int) -> Filled:
        if depth > MAX_DEPTH:
            return Filled("", ("a text nested too deep",))
        out: list[str] = []
        missing: list[str] = []
        places: list[Location] = []
        parts = size = at = 0
        while at < len(text):
            dollar = text.find("$", at)
            if dollar != at:
                end = len(text) if dollar < 0 else dollar
                out.append(text[at:end])
                size += end - at
                parts += 1
                at = end
                continue
            one, at = self._variable(text, at, depth)
            out.append(one.text)
            size += len(one.text)
            missing += one.missing
            places += one.places
            parts += 1
            if size > MAX_LENGTH:
                return Filled("", ("a text that grows too long",))
        return Filled("".join(out), tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(places)), parts == 1)

    def _variable(self, text: str, at: int, depth: int) -> tuple[Filled, int]:
        """What stands at a `$`, and where the text goes on."""
        if text.startswith("$$", at):
            return Filled("$"), at + 2
        if text.startswith("${", at):
            end = _closing(text, at + 2)
            if end < 0:
                return Filled("", (text[at : at + 40],)), len(text)
            return self._braced(text[at + 2 : end], depth), end + 1
        if text.startswith("$(", at):  # a command of the shell, or a Kubernetes variable: nothing that we know
            end = text.find(")", at)
            end = len(text) - 1 if end < 0 else end
            return Filled("", (text[at : end + 1],)), end + 1
        name = _NAME.match(text, at + 1)
        if name is None:
            return Filled("$"), at + 1
        return self._value(name[0]), name.end()

    def _value(self, name: str) -> Filled:
        return self._lookup(name) or Filled("", (name,))

    def _braced(self, inner: str, depth: int) -> Filled:
        name = _NAME.match(inner)
        if name is None:
            return Filled("", (f"${{{inner[:40]}}}",))
        rest = inner[name.end() :]
        operator = next((one for one in _OPERATORS if rest.startswith(one)), "")
        if not operator:
            return self._value(name[0]) if not rest else Filled("", (f"${{{inner[:40]}}}",))
        word = rest[len(operator) :]
        found = self._lookup(name[0])
        is_set = found is not None and (operator[0] != ":" or bool(found.text) or bool(found.missing))
        kind = operator[-1]
        if kind == "+":
            return self.fill(word, depth + 1) if is_set else Filled("")
        if found is not None and is_set:
            return found
        return self.fill(word, depth + 1) if kind == "-" else Filled("", (name[0],))


def _closing(text: str, at: int) -> int:
    """Where the brace that was opened before `at` is closed, -1 where it is not."""
    level = 1
    while at < len(text):
        if text.startswith("${", at):
            level += 1
            at += 1
        elif text[at] == "}":
            level -= 1
            if not level:
                return at
        at += 1
    return -1
