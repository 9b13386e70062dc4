"""Values of attributes: a tree and a row of the catalogue become a normalised value, or a problem with its place.

Equal meaning becomes equal value: quantities in the unit of the name, sets sorted, an accepted set of one as that
one, integral floats as integers. Impossible figures (not a number, infinite, outside the row's bounds) are problems.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TypeAlias

from msdiff.errors import InputError
from msdiff.model.location import Location
from msdiff.model.values import Unknown, Value
from msdiff.ruleset.attributes import Attribute
from msdiff.syntax.nearest import did_you_mean
from msdiff.syntax.problems import MAX_PROBLEMS, TOO_MANY
from msdiff.syntax.quantity import UNITS, QuantityError, quantity
from msdiff.syntax.scalars import LARGEST
from msdiff.syntax.shape import Source, kind_of, plain, type_hint, whole
from msdiff.syntax.tree import Mapping, Scalar, Sequence, Tree

MAX_VALUES = 20_000  # values inside one attribute: a JSON Schema of that size is a mistake

INVALID = Unknown("it cannot be read")


class Enough(Exception):
    """A document has so many problems that the rest is not worth finding."""


class Problems:
    """What is wrong in one document, as it is found. Raises `Enough` with one more than `MAX_PROBLEMS`."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[InputError] = []

    def at(self, location: Location, message: str, hint: str = "") -> None:
        self.found.append(InputError(message, hint=hint, location=location))
        if len(self.found) == MAX_PROBLEMS:
            hint = "correct these first"
            self.found.append(InputError(TOO_MANY, hint=hint, location=location))
            raise Enough

    def on(self, tree: Tree, message: str, hint: str = "") -> None:
        self.at(self.source.of(tree), message, hint)

    def wrong_type(self, tree: Tree, path: str, wanted: str, kind: str = "", hint: str = "") -> None:
        """`wanted` in words; `kind` is the JSON Schema type that decides which slip is hinted at."""
        self.on(tree, f"`{path}` must be {wanted}, not {kind_of(tree)}", hint or type_hint(tree, kind))


Check: TypeAlias = Callable[[Tree, str, Problems], Value | Unknown]
"""Tree, full name for messages, where problems go -> the value, or `INVALID` where a problem was found."""


def text(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
    if tree.__class__ is Scalar and isinstance(tree.value, str):
        return tree.value
    problems.wrong_type(tree, path, "text", "string")
    return INVALID


def boolean(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
    if isinstance(tree, Scalar) and isinstance(tree.value, bool):
        return tree.value
    problems.wrong_type(tree, path, "true or false", "boolean")
    return INVALID


def word_of(values: Iterable[str], *, others: bool = False) -> Check:
    """One of some words; with `others`, any other word, too."""
    ordered = tuple(values)
    known = frozenset(ordered)

    def check(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
        if tree.__class__ is Scalar and (
            tree.value in known or (others and isinstance(tree.value, str) and tree.value)
        ):
            return tree.value
        if not isinstance(tree, Scalar) or not isinstance(tree.value, str):
            problems.wrong_type(tree, path, f"one word ({_listed(ordered)})", "string")
        elif others:
            problems.on(tree, f"`{path}` must not be empty", f"write a word, such as {_listed(ordered)}")
        else:
            hint = did_you_mean(tree.value, ordered)
            problems.on(tree, f"`{path}` cannot be `{tree.value}`", hint or f"known: {_listed(ordered)}")
        return INVALID

    return check


def number_of(attribute: Attribute) -> Check:
    """A finite number within the row's bounds: whole for `integer`, 0..1 for `fraction`; text with a unit of its
    kind."""
    unit = attribute.unit if attribute.unit in UNITS else None
    must_be_whole = attribute.type == "integer"
    low = 0.0 if attribute.type == "fraction" else attribute.min
    high = 1.0 if attribute.type == "fraction" else attribute.max
    wanted = "a whole number" if must_be_whole else "a number"

    def check(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
        value = tree.value if isinstance(tree, Scalar) else None
        if isinstance(value, str) and unit is not None:
            try:
                value = quantity(value, unit)
            except QuantityError as error:
                problems.on(tree, f"`{path}`: {error.message}", error.hint)
                return INVALID
        if isinstance(value, bool) or not isinstance(value, int | float):
            problems.wrong_type(tree, path, wanted, "number")
            return INVALID
        if not math.isfinite(value):
            problems.on(tree, f"`{path}` must be a finite number, not {_shown(tree)}", "leave it out if it is unknown")
            return INVALID
        if abs(value) > LARGEST:
            problems.on(tree, f"`{path}` must be at most {LARGEST:.0e} in size", "leave it out if it is unknown")
            return INVALID
        if must_be_whole and isinstance(value, float) and not value.is_integer():
            problems.on(tree, f"`{path}` must be a whole number, not {_shown(tree)}")
            return INVALID
        if (low is not None and value < low) or (high is not None and value > high):
            problems.on(
                tree, f"`{path}` must be {_bounds(low, high)}, not {_shown(tree)}", _fraction_hint(attribute, value)
            )
            return INVALID
        return whole(value)

    return check


def _bounds(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"from {whole(low)} to {whole(high)}"
    return f"at least {whole(low)}" if low is not None else f"at most {whole(high)}"


def _fraction_hint(attribute: Attribute, value: float) -> str:
    if attribute.type == "fraction" and 1 < value <= 100:
        return f"fractions are from 0 to 1: {whole(value)} % is {whole(round(value / 100, 12))}"
    return ""


def set_of(item: Check) -> Check:
    """A list in which neither order nor repetition counts."""

    def check(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
        values = items_of(tree, path, problems, item)
        return values if isinstance(values, Unknown) else as_set(values)

    return check


def list_of(item: Check) -> Check:
    """A list in which order counts."""
    return lambda tree, path, problems: items_of(tree, path, problems, item)


def items_of(tree: Tree, path: str, problems: Problems, item: Check) -> tuple[Value, ...] | Unknown:
    """The checked items of a list, `INVALID` where it is none or one of them is wrong."""
    if not isinstance(tree, Sequence):
        hint = f"write `[{tree.text}]`" if isinstance(tree, Scalar) and tree.value is not None else ""
        problems.wrong_type(tree, path, "a list", hint=hint)
        return INVALID
    values = tuple(item(one, f"{path}[{number}]", problems) for number, one in enumerate(tree.items))
    known = tuple(value for value in values if not isinstance(value, Unknown))
    return known if len(known) == len(values) else INVALID


def as_set(values: Iterable[Value]) -> tuple[Value, ...]:
    """Sorted, each once."""
    ranked = {_rank(value): value for value in values}
    return tuple(ranked[rank] for rank in sorted(ranked))


def _rank(value: Value) -> tuple[str, float, str]:
    """Equal for equal values; sorts numbers by size and text by letters."""
    if isinstance(value, str):
        return "text", 0, value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number", value, ""
    if isinstance(value, dict):
        return "map", 0, repr(sorted((key, _rank(part)) for key, part in value.items()))
    return type(value).__name__, 0, repr(value)


def map_of(item: Check) -> Check:
    """A map from names of the user's."""

    def check(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
        if not isinstance(tree, Mapping):
            problems.wrong_type(tree, path, "a map")
            return INVALID
        values = {key: item(entry.value, f"{path}[{key}]", problems) for key, entry in tree.entries.items()}
        known = {key: value for key, value in values.items() if not isinstance(value, Unknown)}
        return known if len(known) == len(values) else INVALID

    return check


def record(fields: dict[str, Check], *, required: Iterable[str] = ()) -> Check:
    """A map with some of these keys and no others, at least one of them."""
    needed = tuple(required)

    def check(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
        if not isinstance(tree, Mapping):
            problems.wrong_type(tree, path, f"a map with {_listed(fields)}")
            return INVALID
        before = len(problems.found)
        missing = [key for key in needed if key not in tree.entries]
        for key in missing:
            problems.on(tree, f"`{key}` is missing in `{path}`", f"add `{key}`")
        if not tree.entries:
            problems.on(tree, f"`{path}` must not be empty", f"it knows {_listed(fields)}")
        values: dict[str, Value] = {}
        for key, entry in tree.entries.items():
            if key not in fields:
                place = problems.source.at(entry.line, entry.column)
                unused = (name for name in fields if name not in tree.entries)
                problems.at(place, f"unknown key `{key}` in `{path}`", did_you_mean(key, unused))
                continue
            value = fields[key](entry.value, f"{path}.{key}", problems)
            if not isinstance(value, Unknown):
                values[key] = value
        return values if len(problems.found) == before else INVALID

    return check


def anything(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
    """Any value that JSON can hold, of bounded size."""
    for counted, one in enumerate(_all(tree), 1):
        if counted > MAX_VALUES:
            problems.on(tree, f"`{path}` holds more than {MAX_VALUES:,} values", "refer to a file instead")
            return INVALID
        if isinstance(one, Scalar) and isinstance(one.value, float) and not math.isfinite(one.value):
            problems.on(one, f"`{path}` must not hold {one.text}", "JSON has no such number")
            return INVALID
    return plain(tree)


def _all(tree: Tree) -> Iterable[Tree]:
    yield tree
    if isinstance(tree, Sequence):
        for item in tree.items:
            yield from _all(item)
    elif isinstance(tree, Mapping):
        for entry in tree.entries.values():
            yield from _all(entry.value)


def scalar(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
    """Text or a finite number."""
    if isinstance(tree, Scalar) and tree.value is not None and not isinstance(tree.value, bool):
        return anything(tree, path, problems)
    problems.wrong_type(tree, path, "text or a number", "string")
    return INVALID


def schema(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
    """JSON Schema: a map, or text that refers to one (it stays text; resolving follows it)."""
    if isinstance(tree, Mapping) or (isinstance(tree, Scalar) and isinstance(tree.value, str) and tree.value):
        return anything(tree, path, problems)
    problems.wrong_type(tree, path, "a JSON Schema (a map), or a reference to one (text)", "string")
    return INVALID


def names(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
    """One name, or several in order; always a tuple."""
    if isinstance(tree, Sequence):
        return items_of(tree, path, problems, text)
    value = text(tree, path, problems)
    return value if isinstance(value, Unknown) else (value,)


def shape(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
    return items_of(tree, path, problems, _axis)


def _axis(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
    value = tree.value if isinstance(tree, Scalar) else None
    if (isinstance(value, str) and value) or (isinstance(value, int) and not isinstance(value, bool) and value >= -1):
        return value
    problems.wrong_type(tree, path, "a size, -1, or a name", "integer")
    return INVALID


def prefix(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
    if isinstance(tree, Mapping):
        return _QUERY_AND_PASSAGE(tree, path, problems)
    return text(tree, path, problems)


def span(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
    """Two numbers, the lower first."""
    values = items_of(tree, path, problems, _figure)
    if isinstance(values, Unknown):
        return INVALID
    if len(values) != 2:
        problems.on(tree, f"`{path}` must hold two numbers, not {len(values)}", "write `[lowest, highest]`")
        return INVALID
    low, high = values
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        problems.on(tree, f"`{path}`: the lowest, {low}, is above the highest, {high}", "swap them")
        return INVALID
    return values


def join(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
    if isinstance(tree, Mapping):
        return _K_OF_N(tree, path, problems)
    return _ALL_OR_ANY(tree, path, problems)


def widths(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
    """Whether at all, or which widths."""
    if isinstance(tree, Sequence):
        values = items_of(tree, path, problems, _positive)
        return values if isinstance(values, Unknown) else as_set(values)
    if isinstance(tree, Scalar) and isinstance(tree.value, bool):
        return tree.value
    problems.wrong_type(tree, path, "true, false, or a list of widths", "boolean")
    return INVALID


def parameter(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
    """What a request parameter takes: `{required, values}`, either may be left out; empty takes anything."""
    if (isinstance(tree, Scalar) and tree.value is None) or (isinstance(tree, Mapping) and not tree.entries):
        return {}
    return _PARAMETER(tree, path, problems)


def alternatives(check: Check, otherwise: str = "accepts nothing") -> Check:
    """One value, or a list of which any will do. A list of one is that one; an empty list is a mistake."""

    def several(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
        if not isinstance(tree, Sequence):
            return check(tree, path, problems)
        values = items_of(tree, path, problems, check)
        if isinstance(values, Unknown):
            return INVALID
        if not values:
            problems.on(tree, f"`{path}` {otherwise}", "list at least one, or leave it out")
            return INVALID
        distinct = as_set(values)
        return distinct[0] if len(distinct) == 1 else distinct

    return several


def _numeric(type_: str, low: float | None = None) -> Check:
    return number_of(Attribute("", "", "", type_, "", "", "", "", min=low))


_figure = _numeric("number")
_positive = _numeric("integer", 1)
_ALL_OR_ANY = word_of(("all", "any"))
_K_OF_N = record({"k": _positive}, required=("k",))
_QUERY_AND_PASSAGE = record({"query": text, "passage": text})
_PARAMETER = record({"required": boolean, "values": set_of(anything)})

ITEMS: dict[str, Check] = {
    "text": text,
    "value": anything,
    "scalar": scalar,
    "integer": _numeric("integer"),
    "number": _figure,
    "parameter": parameter,
}


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _shown(tree: Tree) -> str:
    return tree.text if isinstance(tree, Scalar) else kind_of(tree)
