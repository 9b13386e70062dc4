"""The keywords of one JSON Schema object, read type by type.

A schema object comes in, one `Case` for a type goes out. Promise: a keyword with a value that makes no sense is never
ignored; the case names it in `aside`, like every keyword that can't be worked in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from msdiff.model.values import Value
from msdiff.propagate.schema_cases import (
    Arrays,
    Aside,
    Case,
    Form,
    Node,
    Numbers,
    Objects,
    Strings,
    in_range,
    listed,
    union,
)
from msdiff.propagate.schema_values import TYPES, is_count, is_number, text, type_of

Identity: TypeAlias = Callable[[Value], str]  # a text that is equal only where two schemas mean the same
Schema: TypeAlias = Mapping[str, Value]

_TYPE_OF_KEYWORD = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "number"),
    **dict.fromkeys(("minLength", "maxLength", "pattern"), "string"),
    **dict.fromkeys(("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"), "array"),
    **dict.fromkeys(("properties", "required", "additionalProperties", "patternProperties"), "object"),
}
_ANYWHERE = ("not", "$dynamicRef", "$recursiveRef")
_IN_OBJECTS = ("patternProperties", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies")
_COMBINING = ("allOf", "anyOf", "oneOf", "$ref", "if", "dependentSchemas", "patternProperties", "additionalProperties")
_DECLARING = ("properties", "required", "additionalProperties", "unevaluatedProperties")


def everywhere(raw: Schema, identity: Identity) -> frozenset[Aside]:
    """The keywords that bear on values of every type and can't be worked in."""
    found = {Aside(word, identity(raw[word])) for word in _ANYWHERE if word in raw}
    if "if" in raw and not raw.keys().isdisjoint(("then", "else")):
        found.add(Aside("if", identity({word: raw[word] for word in ("if", "then", "else") if word in raw})))
    for word in ("allOf", "anyOf", "oneOf"):
        if word in raw and not raw[word]:
            found.add(Aside(word, "", f"has an empty `{word}`"))
        else:
            _list(raw, word, "list of schemas", found)
    _list(raw, "enum", "list of values", found)
    return frozenset(found)


def named_types(raw: Schema, aside: set[Aside]) -> dict[str, bool]:
    """The types that may come, each with whether only whole numbers may."""
    every = dict.fromkeys(TYPES, False)
    if "type" not in raw:
        return every
    stated = raw["type"] if isinstance(raw["type"], tuple) else (raw["type"],)
    if not stated or any(name != "integer" and name not in TYPES for name in stated):
        aside.add(Aside("type", text(raw["type"]), "has a `type` that JSON Schema does not know"))
        return every
    named = {"number" if name == "integer" else name for name in stated}
    if raw.get("nullable") is True:  # OpenAPI 3.0: it adds null to the type that is stated
        named.add("null")
    return {name: name == "number" and "number" not in stated for name in TYPES if name in named}


def hinted_types(raw: Schema) -> frozenset[str]:
    """The types that the schema's keywords speak of: one that names no type most likely describes these."""
    return frozenset(_TYPE_OF_KEYWORD[word] for word in raw if word in _TYPE_OF_KEYWORD)


def values_of(raw: Schema) -> Form | None:
    """`enum` and `const` as a form; `None` where the schema has neither."""
    lists: list[tuple[Value, ...]] = [(raw["const"],)] if "const" in raw else []
    if isinstance(raw.get("enum"), tuple):
        lists.append(tuple(_items(raw["enum"])))
    if not lists:
        return None
    kept = set.intersection(*({text(value) for value in values} for values in lists))
    return union({type_of(value): (Case(listed(value)),)} for value in lists[0] if text(value) in kept)


def _items(value: Value) -> Iterator[Value]:
    if isinstance(value, tuple):
        yield from value


def numbers(raw: Schema, identity: Identity, *, integer: bool) -> Case | None:
    """The range that a number must lie in; `None` for an empty one."""
    aside: set[Aside] = set()
    low, low_open = _end(raw, ("minimum", "exclusiveMinimum"), aside, sign=1)
    high, high_open = _end(raw, ("maximum", "exclusiveMaximum"), aside, sign=-1)
    step = 1 if integer else 0
    multiple = _number(raw, "multipleOf", aside)
    if multiple is not None and multiple > 0 and multiple % 1 == 0:
        step = int(multiple)
    elif multiple is not None:
        aside.add(Aside("multipleOf", identity(multiple)))
    found = in_range(Numbers(low, low_open, high, high_open, step))
    return None if found is None else Case(found, frozenset(aside))


def _end(raw: Schema, words: tuple[str, str], aside: set[Aside], *, sign: int) -> tuple[int | float | None, bool]:
    """One end of the range, and whether the end itself is left out. Reads the boolean form of draft 4, too."""
    word, exclusive = words
    bound = _number(raw, word, aside)
    if isinstance(raw.get(exclusive), bool):
        return bound, raw[exclusive] is True and bound is not None
    limit = _number(raw, exclusive, aside)
    if limit is None or (bound is not None and sign * bound > sign * limit):
        return bound, False
    return limit, True


def strings(raw: Schema) -> Case | None:
    """Length, pattern and format of a text; `None` where no length fits."""
    aside: set[Aside] = set()
    shortest = _count(raw, "minLength", aside) or 0
    longest = _count(raw, "maxLength", aside)
    if longest is not None and longest < shortest:
        return None
    pattern = _text(raw, "pattern", aside)
    form = _text(raw, "format", aside)
    content = Strings(shortest, longest, frozenset(filter(None, (pattern,))), frozenset(filter(None, (form,))))
    return Case(content, frozenset(aside))


def arrays(raw: Schema, identity: Identity) -> Case | None:
    """Items, their number and uniqueness; `None` where no number fits."""
    aside: set[Aside] = set()
    if raw.get("unevaluatedItems", True) is not True:
        aside.add(Aside("unevaluatedItems", identity(raw)))
    if "contains" in raw:
        words = ("contains", "minContains", "maxContains")
        aside.add(Aside("contains", identity({word: raw[word] for word in words if word in raw})))
    shortest = _count(raw, "minItems", aside) or 0
    longest = _count(raw, "maxItems", aside)
    if longest is not None and longest < shortest:
        return None
    first, rest = raw.get("prefixItems"), raw.get("items")
    if isinstance(rest, tuple):  # before draft 2020-12 a list of schemas stood under `items`
        first, rest = rest, raw.get("additionalItems")
    else:
        first = _list(raw, "prefixItems", "list of schemas", aside)
    nodes = tuple(map(Node, _items(first)))
    content = Arrays(shortest, longest, raw.get("uniqueItems") is True, nodes, None if rest is None else Node(rest))
    return Case(content, frozenset(aside))


def objects(raw: Schema, identity: Identity) -> Case | None:
    """Fields, and which must be there; `None` where no number of fields fits."""
    aside = {Aside(word, identity(raw[word])) for word in _IN_OBJECTS if word in raw}
    more = raw.get("additionalProperties")
    if raw.get("unevaluatedProperties", True) is not True:
        if raw.keys().isdisjoint(_COMBINING):
            more = raw["unevaluatedProperties"]
        else:
            aside.add(Aside("unevaluatedProperties", identity(raw)))
    fields = _fields(raw, aside)
    required = _names(raw, aside)
    fewest = _count(raw, "minProperties", aside) or 0
    most = _count(raw, "maxProperties", aside)
    if most is not None and most < max(fewest, len(required)):
        return None
    content = Objects(
        {name: Node(field) for name, field in fields.items()},
        required,
        frozenset(name for name, field in fields.items() if isinstance(field, Mapping) and "default" in field),
        None if more is None else Node(more),
        "patternProperties" in raw,
        fewest,
        most,
        not raw.keys().isdisjoint(_DECLARING),
    )
    return Case(content, frozenset(aside))


def _number(raw: Schema, word: str, aside: set[Aside]) -> int | float | None:
    value = raw.get(word)
    return value if is_number(value) else _unusable(raw, word, "number", aside)


def _count(raw: Schema, word: str, aside: set[Aside]) -> int | None:
    value = raw.get(word)
    return value if is_count(value) else _unusable(raw, word, "count", aside)


def _text(raw: Schema, word: str, aside: set[Aside]) -> str | None:
    value = raw.get(word)
    return value if isinstance(value, str) else _unusable(raw, word, "text", aside)


def _list(raw: Schema, word: str, wanted: str, aside: set[Aside]) -> tuple[Value, ...]:
    value = raw.get(word)
    return value if isinstance(value, tuple) else _unusable(raw, word, wanted, aside) or ()


def _fields(raw: Schema, aside: set[Aside]) -> Mapping[str, Value]:
    value = raw.get("properties")
    return value if isinstance(value, Mapping) else _unusable(raw, "properties", "map of schemas", aside) or {}


def _names(raw: Schema, aside: set[Aside]) -> frozenset[str]:
    names = frozenset(name for name in _items(raw.get("required")) if isinstance(name, str))
    if not isinstance(raw.get("required"), tuple) or len(names) < len(set(map(text, _items(raw["required"])))):
        _unusable(raw, "required", "list of names", aside)
    return names


def _unusable(raw: Schema, word: str, wanted: str, aside: set[Aside]) -> Any:
    """`None`; where the keyword is there, a note in `aside` that its value is not what is wanted."""
    if word in raw:
        aside.add(Aside(word, text(raw[word]), f"has a `{word}` that is not a {wanted}"))
    return None
