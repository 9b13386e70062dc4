"""Does a tree have the shape that a JSON Schema asks for? And a tree as plain values.

In: a tree and a table that is itself valid JSON Schema 2020-12, of which these words are understood: `type`,
`properties`, `required`, `additionalProperties`, `patternProperties` (patterns of the form `^prefix`), `items`,
`enum`, `const`, `minimum`, `maximum`, `exclusiveMinimum`, `minItems`, `minLength`, `minProperties`, `anyOf`, `$ref`
to `#/$defs/...`; others are ignored. Out: every problem, with its place and the nearest known key or word.
"""

from __future__ import annotations

import math
from collections.abc import Mapping as Table
from contextlib import suppress
from typing import Any, TypeAlias

from msdiff.errors import InputError
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Value
from msdiff.syntax.nearest import did_you_mean, nearest
from msdiff.syntax.nodes import Mapping, Scalar, Sequence, Tree
from msdiff.syntax.problems import MAX_PROBLEMS, TOO_MANY
from msdiff.syntax.scalars import LARGEST, Core

Shape = Table[str, Any]


class Source(NamedTuple):
    """Which file a tree came from, and what problems in it speak of."""

    file: str
    reader: str = "graph"

    def at(self, line: int, column: int) -> Location:
        return Location(self.file, line, column, self.reader)

    def of(self, tree: Tree) -> Location:
        return Location(self.file, tree.line, tree.column, self.reader)


def shape_problems(tree: Tree, shape: Shape, source: Source) -> tuple[InputError, ...]:
    """Each place where the tree does not have the shape, in the order of the file."""
    check = _Check(shape, source)
    with suppress(_Enough):
        check.tree(tree, shape, None)
    return tuple(sorted(check.found, key=lambda problem: problem.location or source.at(0, 0)))


def plain(tree: Tree) -> Value:
    """The tree as values: lists are tuples, maps are dicts, an integral float is an integer."""
    if isinstance(tree, Scalar):
        return whole(tree.value)
    if isinstance(tree, Sequence):
        return tuple(plain(item) for item in tree.items)
    return {key: plain(entry.value) for key, entry in tree.entries.items()}


def whole(value: Core) -> Core:
    """1.0 is 1: equal numbers are equal values."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def kind_of(tree: Tree) -> str:
    """What a tree is, in words that fit after "not": "a map", "text", "nothing"."""
    if isinstance(tree, Mapping):
        return "a map"
    if isinstance(tree, Sequence):
        return "a list"
    if tree.value is None:
        return "empty"
    if isinstance(tree.value, bool):
        return f"`{tree.text}` (a boolean)"
    shown = tree.text if len(tree.text) <= 40 else f"{tree.text[:37]}..."
    return f"the text `{shown}`" if isinstance(tree.value, str) else f"the number {shown}"


def type_hint(tree: Tree, wanted: str) -> str:
    """What to write instead, for the usual slips."""
    if not isinstance(tree, Scalar) or tree.value is None:
        return ""
    if wanted == "string" and not isinstance(tree.value, str):
        return f'put it in quotes: "{tree.text}"'
    if wanted == "boolean" and tree.text.lower() in _BOOLEAN_WORDS:
        return f"write {_BOOLEAN_WORDS[tree.text.lower()]}; `{tree.text}` is text in YAML 1.2"
    if wanted in ("integer", "number") and isinstance(tree.value, str) and _reads_as_number(tree.text):
        return f"write {tree.text} without quotes"
    return ""


_BOOLEAN_WORDS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"} | {
    word: word for word in ("true", "false")
}
_NAMES = {
    "object": "a map",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
}


def _reads_as_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


# A key or a position under the path of what holds it; put into words only when a message needs them.
_Path: TypeAlias = "tuple[_Path, str | int] | None"


class _Enough(Exception):
    """So many problems that the rest is not worth finding."""


class _Check:
    """Collects what is wrong. One call a value, so quick for what is right."""

    def __init__(self, root: Shape, source: Source) -> None:
        self._root = root
        self._source = source
        self.found: list[InputError] = []

    def tree(self, tree: Tree, shape: Shape, path: _Path) -> None:
        if "$ref" in shape:
            shape = self._resolved(shape)
        if "anyOf" in shape:
            self._closest(tree, shape["anyOf"], path)
        wanted = shape.get("type")
        if wanted is not None and not _is_any(tree, wanted):
            self._wrong_type(tree, [wanted] if isinstance(wanted, str) else wanted, path)
        elif isinstance(tree, Scalar):
            if len(shape) > 1 or wanted in (None, "number"):
                self._scalar(tree, shape, path)
        elif isinstance(tree, Mapping):
            self._mapping(tree, shape, path)
        else:
            self._sequence(tree, shape, path)

    def _resolved(self, shape: Shape) -> Shape:
        while "$ref" in shape:
            found: Any = self._root
            for step in str(shape["$ref"]).removeprefix("#/").split("/"):
                found = found[step]
            shape = found
        return shape

    def _closest(self, tree: Tree, choices: list[Shape], path: _Path) -> None:
        """Nothing where one choice fits, else the problems of the choice that is at least of the right type."""
        tried: list[tuple[int, list[InputError]]] = []
        types: list[str] = []
        for choice in map(self._resolved, choices):
            trial = _Check(self._root, self._source)
            with suppress(_Enough):
                trial.tree(tree, choice, path)
            if not trial.found:
                return
            wanted = choice.get("type", ())
            types.extend([wanted] if isinstance(wanted, str) else wanted)
            if _is_any(tree, wanted):
                tried.append((len(trial.found), trial.found))
        if tried:
            self.found.extend(min(tried, key=lambda one: one[0])[1])
        else:
            self._wrong_type(tree, list(dict.fromkeys(types)), path)

    def _mapping(self, tree: Mapping, shape: Shape, path: _Path) -> None:
        known: Shape = shape.get("properties", {})
        patterns: Shape = shape.get("patternProperties", {})
        others = shape.get("additionalProperties", True)
        for key in shape.get("required", ()):
            if key not in tree.entries:
                self._error(self._source.of(tree), f"`{key}` is missing{_inside(path)}", f"add `{key}`")
        if len(tree.entries) < shape.get("minProperties", 0):
            self._error(self._source.of(tree), f"{_subject(path)} must not be empty", "")
        for key, entry in tree.entries.items():
            inner = known.get(key)
            if inner is None:
                matching = (patterns[one] for one in patterns if key.startswith(one.removeprefix("^")))
                inner = next(matching, others)
            if inner is False:
                hint = did_you_mean(key, (name for name in known if name not in tree.entries))
                self._error(self._source.at(entry.line, entry.column), f"unknown key `{key}`{_inside(path)}", hint)
            elif inner is not True:
                self.tree(entry.value, inner, (path, key))

    def _sequence(self, tree: Sequence, shape: Shape, path: _Path) -> None:
        if len(tree.items) < shape.get("minItems", 0):
            self._error(self._source.of(tree), f"{_subject(path)} must not be empty", "")
        items = shape.get("items")
        if isinstance(items, Table):
            for number, item in enumerate(tree.items):
                self.tree(item, items, (path, number))

    def _scalar(self, tree: Scalar, shape: Shape, path: _Path) -> None:
        allowed = [shape["const"]] if "const" in shape else shape.get("enum")
        value = tree.value
        if allowed is not None and not any(type(one) is type(value) and one == value for one in allowed):
            words = ", ".join(f"`{word}`" for word in allowed)
            message = f"{_subject(path)} must be {'one of ' if len(allowed) > 1 else ''}{words}, not `{tree.text}`"
            meant = nearest(tree.text, map(str, allowed))
            self._error(self._source.of(tree), message, f"did you mean `{meant}`?" if meant else "")
        if isinstance(value, str) and len(value) < shape.get("minLength", 0):
            self._error(self._source.of(tree), f"{_subject(path)} must not be empty", "")
        if isinstance(value, int | float) and not isinstance(value, bool):
            must = _out_of_bounds(value, shape)
            if must:
                self._error(self._source.of(tree), f"{_subject(path)} {must}, not {tree.text}", "")

    def _wrong_type(self, tree: Tree, wanted: list[str], path: _Path) -> None:
        names = " or ".join(_NAMES[one] for one in wanted)
        message = f"{_subject(path)} must be {names}, not {kind_of(tree)}"
        self._error(self._source.of(tree), message, type_hint(tree, wanted[0]))

    def _error(self, place: Location, message: str, hint: str) -> None:
        self.found.append(InputError(message, hint=hint, location=place))
        if len(self.found) == MAX_PROBLEMS:
            self.found.append(InputError(TOO_MANY, hint="correct these first", location=place))
            raise _Enough


def _out_of_bounds(value: int | float, shape: Shape) -> str:
    """What the number must be, "" where it is that."""
    low, high, over = shape.get("minimum"), shape.get("maximum"), shape.get("exclusiveMinimum")
    if not math.isfinite(value):
        return "must be a finite number"
    if abs(value) > LARGEST:
        return f"must be at most {LARGEST:.0e} in size"
    if low is not None and value < low:
        return f"must be at least {low}"
    if over is not None and value <= over:
        return f"must be more than {over}"
    if high is not None and value > high:
        return f"must be at most {high}"
    return ""


def _is_any(tree: Tree, wanted: str | list[str]) -> bool:
    if wanted.__class__ is str:
        return _is(tree, wanted)
    return any(_is(tree, one) for one in wanted)


def _is(tree: Tree, wanted: str) -> bool:
    if tree.__class__ is Scalar and wanted == "string":
        return tree.value.__class__ is str
    if isinstance(tree, Mapping):
        return wanted == "object"
    if isinstance(tree, Sequence):
        return wanted == "array"
    value = tree.value
    if wanted == "null":
        return value is None
    if wanted == "boolean":
        return isinstance(value, bool)
    if wanted == "string":
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return wanted == "number" or (wanted == "integer" and (isinstance(value, int) or value.is_integer()))


def _words(path: _Path) -> str:
    if path is None:
        return ""
    before, last = _words(path[0]), path[1]
    if isinstance(last, int):
        return f"{before}[{last}]"
    return f"{before}.{last}" if before else last


def _subject(path: _Path) -> str:
    return f"`{_words(path)}`" if path else "the document"


def _inside(path: _Path) -> str:
    return f" in `{_words(path)}`" if path else ""
