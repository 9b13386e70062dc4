"""A JSON Schema taken apart: for each JSON type, the cases that it allows.

A schema as its reader left it comes in (dicts and tuples); a `Form` comes out: type -> alternatives, with `allOf`,
`anyOf`, `oneOf`, `$ref`, `enum`, `const` and `nullable` worked in. What lies below (fields, items) stays a `Node` and
is read when somebody asks, so recursive schemas are no problem.

Promise: the cases of a form together allow every value that the schema allows. Where they allow more, because a keyword
cannot be worked in (`not`, `if`, `patternProperties` ...), the case names it in `aside`.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping

from msdiff.model.values import Value
from msdiff.propagate.schema_cases import FREE, Aside, Case, Cases, Form, Node, Values, is_free, meet, union
from msdiff.propagate.schema_keywords import (
    Schema,
    arrays,
    everywhere,
    hinted_types,
    named_types,
    numbers,
    objects,
    strings,
    values_of,
)
from msdiff.propagate.schema_values import TYPES, TooLarge, text

_NO_WORD = frozenset(  # keywords that say nothing on the values
    ("$defs", "definitions", "title", "description", "default", "examples", "deprecated", "$comment", "$schema", "$id")
)
_DEEPEST = 32  # allOf, anyOf, oneOf and $ref in one another


class Steps:
    """Counts the work done on one comparison; `spend` raises `TooLarge` past the bound."""

    def __init__(self, most: int) -> None:
        self._left = most

    def spend(self, amount: int = 1) -> None:
        self._left -= amount
        if self._left < 0:
            raise TooLarge


class Document:
    """One side's schema with its `$ref` targets, and the forms read so far.

    `promises` says how to read a schema that names no type but has keywords of one (`properties`, `items`): a producer
    describes a record or a list with it, while for a consumer every other type passes, as JSON Schema has it.
    """

    def __init__(self, root: Value, steps: Steps, *, promises: bool) -> None:
        self.root = root
        self.steps = steps
        self._promises = promises
        self._forms: dict[tuple[int, ...], Form] = {}
        self._parts: dict[tuple[int, bool], Form] = {}
        self._open: set[tuple[int, bool]] = set()
        self._root_text = ""
        self._surfaces: dict[tuple[int, ...], Form] = {}

    def form(self, node: Node) -> Form:
        """The node's form; `{}` for a schema that allows nothing."""
        found = self._forms.get(node.key)
        if found is not None:
            return found
        typed = any(self._typed(part) for part in node.parts)
        form = FREE
        for part in node.parts:
            form = self._meet(form, self._part(part, typed, 0))
        self._forms[node.key] = form
        return form

    def followed(self, node: Node) -> Node:
        """The node that a bare `$ref` leads to, so that one schema is one node from wherever it is referred to."""
        parts = tuple(self._resolved(part) if _is_bare(part) else part for part in node.parts)
        return node if all(map(operator.is_, parts, node.parts)) else Node(*parts)

    def is_free(self, node: Node) -> bool:
        """Whether every value passes."""
        form = self.form(node)
        return len(form) == len(FREE) and all(is_free(name, cases) for name, cases in form.items())

    def says_type(self, node: Node) -> bool:
        """Whether the schema limits the type, or says with `true` or a full list that any type may come."""
        if len(self.form(node)) < len(FREE):
            return True
        return any(part is True or (isinstance(part, Mapping) and "type" in part) for part in node.parts)

    def identity(self, raw: Value) -> str:
        """A text that is equal for two schemas, of this or of another document, only where they mean the same."""
        found = text(raw)
        return f"{found} in {self._whole_text()}" if 'Ref"' in found or '"$ref"' in found else found

    def same_as(self, node: Node, other: Document, theirs: Node) -> bool:
        """Whether both nodes are one schema, word for word."""
        if len(node.parts) != 1 or len(theirs.parts) != 1:
            return False
        return self.identity(node.parts[0]) == other.identity(theirs.parts[0])

    def cases_apart(self, case: Case, other: Document, theirs: Case) -> bool:
        """Whether no value can be in both cases, as far as lists of values, bounds and tags of records show."""
        return case.content.apart(theirs.content, lambda one, two: _apart(self._surface(one), other._surface(two)))

    def _whole_text(self) -> str:
        self._root_text = self._root_text or text(self.root)
        return self._root_text

    def _part(self, raw: Value, typed: bool, depth: int) -> Form:
        """The form of one schema; `typed` where a schema around it already says of what type the value is."""
        if isinstance(raw, bool):
            return FREE if raw else {}
        if not isinstance(raw, Mapping):
            return _set_aside(FREE, Aside("schema", text(raw), "is not a schema"))
        if depth > _DEEPEST:
            raise TooLarge
        key = (id(raw), typed)
        if key in self._open:
            return _set_aside(FREE, Aside("$ref", "", "has a `$ref` that leads back to itself"))
        if key not in self._parts:
            self._open.add(key)
            self._parts[key] = self._combined(raw, typed, depth)
            self._open.discard(key)
        return self._parts[key]

    def _combined(self, raw: Schema, typed: bool, depth: int) -> Form:
        typed = typed or self._typed(raw)
        form = self._own(raw, typed)
        for other in self._others(raw, typed, depth + 1):
            form = self._meet(form, other)
        if raw.get("nullable") is True and raw.keys().isdisjoint(("type", "enum", "const")):
            return union((form, {"null": FREE["null"]}))  # OpenAPI 3.0, beside $ref or allOf
        return form

    def _own(self, raw: Schema, typed: bool) -> Form:
        """What the schema says by its own keywords, without a look into other schemas."""
        self.steps.spend()
        aside = set(everywhere(raw, self.identity))
        names = named_types(raw, aside)
        hinted = hinted_types(raw)
        if self._promises and not typed and hinted:
            names = {name: whole for name, whole in names.items() if name in hinted}
        form: Form = {}
        for name in TYPES:
            case = self._case(raw, name, integer=names[name]) if name in names else None
            if case is not None:
                form[name] = (case._replace(aside=case.aside | aside),)
        values = values_of(raw)
        return form if values is None else self._meet(form, values)

    def _case(self, raw: Schema, name: str, *, integer: bool) -> Case | None:
        if name == "number":
            return numbers(raw, self.identity, integer=integer)
        if name == "string":
            return strings(raw)
        if name == "array":
            return arrays(raw, self.identity)
        if name == "object":
            return objects(raw, self.identity)
        return FREE[name][0]

    def _others(self, raw: Schema, typed: bool, depth: int) -> Iterator[Form]:
        """The forms of the schemas that must hold beside the own keywords."""
        for part in _schemas(raw.get("allOf")):
            yield self._part(part, typed, depth)
        if _schemas(raw.get("anyOf")):
            yield union([self._part(part, typed, depth) for part in _schemas(raw["anyOf"])])
        if _schemas(raw.get("oneOf")):
            yield self._one_of(_schemas(raw["oneOf"]), typed, depth)
        if "$ref" in raw:
            target = self._target(raw["$ref"])
            phrase = f"refers to `{raw['$ref']}`, which was not read"
            yield (
                self._part(target, typed, depth)
                if target is not None
                else _set_aside(FREE, Aside("$ref", text(raw["$ref"]), phrase))
            )

    def _one_of(self, parts: tuple[Value, ...], typed: bool, depth: int) -> Form:
        """The members as alternatives; set aside where two of them may match the same value, which `oneOf` refuses."""
        members = [self._part(part, typed, depth) for part in parts]
        form = union(members)
        if all(self._all_apart([member.get(name, ()) for member in members]) for name in form):
            return form
        return _set_aside(form, Aside("oneOf", self.identity(parts), "has `oneOf` members that may overlap"))

    def _all_apart(self, members: list[Cases]) -> bool:
        """Whether no value is in the cases of two members, all of one type."""
        seen: list[Case] = []
        listed: dict[str, Value] = {}
        for cases in members:
            for case in cases:
                others = seen if isinstance(case.content, Values) or not listed else [Case(Values(listed)), *seen]
                self.steps.spend(len(others))
                if isinstance(case.content, Values) and not listed.keys().isdisjoint(case.content.values):
                    return False
                if not all(self.cases_apart(case, self, other) for other in others):
                    return False
            for case in cases:
                if isinstance(case.content, Values):
                    listed.update(case.content.values)
                else:
                    seen.append(case)
        return True

    def _surface(self, node: Node) -> Form:
        """The node's form by own keywords alone: enough to tell tags apart, and safe while forms are being read."""
        if node.key not in self._surfaces:
            form = FREE
            for raw in map(self._resolved, node.parts):
                if raw is False:
                    form = {}
                elif isinstance(raw, Mapping):
                    form = self._meet(form, self._own(raw, typed=True))
            self._surfaces[node.key] = form
        return self._surfaces[node.key]

    def _typed(self, raw: Value, depth: int = 0) -> bool:
        """Whether the schema itself says of what type its values are."""
        raw = self._resolved(raw)
        if not isinstance(raw, Mapping) or depth > _DEEPEST:
            return False
        if not raw.keys().isdisjoint(("type", "enum", "const")):
            return True
        self.steps.spend()
        if any(self._typed(part, depth + 1) for part in _schemas(raw.get("allOf"))):
            return True
        members = _schemas(raw.get("anyOf")) or _schemas(raw.get("oneOf"))
        return bool(members) and all(self._typed(part, depth + 1) for part in members)

    def _meet(self, one: Form, other: Form) -> Form:
        size = sum(len(one[name]) * len(other[name]) for name in one.keys() & other.keys())
        self.steps.spend(size // len(FREE) + 1)
        return meet(one, other)

    def _resolved(self, raw: Value) -> Value:
        """What a `$ref` leads to; the schema itself where it has none or it leads nowhere."""
        for _ in range(_DEEPEST):
            target = self._target(raw["$ref"]) if isinstance(raw, Mapping) and "$ref" in raw else None
            if target is None:
                break
            raw = target
        return raw

    def _target(self, reference: Value) -> Value | None:
        """What a reference inside this document points at (`#`, `#/$defs/price`), or `None`."""
        if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")) or self._rebased():
            return None
        found: Value = self.root
        for step in reference.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, Mapping) and name in found:
                found = found[name]
            elif isinstance(found, tuple) and name.isdecimal() and len(name) < 6 and int(name) < len(found):
                found = found[int(name)]
            else:
                return None
        return found

    def _rebased(self) -> bool:
        """Whether a schema inside has an `$id` of its own: references below it start there, not at the root."""
        own = isinstance(self.root, Mapping) and isinstance(self.root.get("$id"), str)
        return self._whole_text().count('"$id": "') > own


def _is_bare(raw: Value) -> bool:
    return isinstance(raw, Mapping) and "$ref" in raw and raw.keys() - _NO_WORD == {"$ref"}


def _schemas(parts: Value) -> tuple[Value, ...]:
    return parts if isinstance(parts, tuple) else ()


def _set_aside(form: Form, aside: Aside) -> Form:
    return {name: tuple(case._replace(aside=case.aside | {aside}) for case in cases) for name, cases in form.items()}


def _apart(one: Form, other: Form) -> bool:
    pairs: Iterator[tuple[Case, Case]] = (
        (case, another) for name in one.keys() & other.keys() for case in one[name] for another in other[name]
    )
    return all(case.content.apart(another.content, lambda _one, _other: False) for case, another in pairs)
