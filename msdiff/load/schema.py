"""JSON Schema 2020-12 of the formats, made from what the readers check by: `msdiff schema graph` prints it for
editors.

In: the catalogue. Out: plain data. Promised: what the reader accepts, the schema accepts; figures that only
contradict each other, and units in text, are the reader's alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msdiff.load.application_graph import API_VERSION, KIND
from msdiff.load.model_spec_shape import SHAPE
from msdiff.load.selectors import FILLED_IN, MEASURES
from msdiff.ruleset.attributes import Attribute, Branches, Catalogue
from msdiff.syntax.quantity import UNITS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_WORD: Schema = {"type": "string", "minLength": 1}
_BOOLEAN: Schema = {"type": "boolean"}
_FREE: Schema = {"^x-": True}


def model_spec_schema() -> Schema:
    """The shape of a ModelSpec as published."""
    return SHAPE


def graph_schema(catalogue: Catalogue) -> Schema:
    """The shape of an ApplicationGraph."""
    return _Schemas(catalogue).graph()


class _Schemas:
    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def graph(self) -> Schema:
        metadata = self._section("metadata", required=("name",))
        metadata["properties"]["name"] = {**metadata["properties"]["name"], "minLength": 1}
        lists = {"edges": "edge", "slos": "slo", "policies": "policy"}
        spec = {key: {"type": ["array", "null"], "items": _ref(item)} for key, item in lists.items()}
        top = {
            "apiVersion": {"const": API_VERSION},
            "kind": {"const": KIND},
            "metadata": metadata,
            "spec": _map({"nodes": _named(_ref("node")), **spec}),
        }
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"{KIND} ({API_VERSION})",
            **_map(top, required=tuple(top)),
            "$defs": self._definitions(),
        }

    def _definitions(self) -> Schema:
        ports = {"inputs": _named(_ref("input")), "outputs": _named(_ref("output"))}
        node = self._section("node")
        node["properties"].update(ports)
        edge = self._section("edge", required=("from", "to"))
        edge["properties"].update({"from": _WORD, "to": _WORD})
        short = edge["properties"]["fanOut"]
        edge["properties"]["fanOut"] = {"anyOf": [short["properties"]["count"], short]}
        slo = self._section("slo", required=("at",))
        slo["properties"]["name"] = _WORD
        policy = self._section("policy")
        policy["anyOf"] = [{"required": [key]} for key in policy["properties"]]
        policy["properties"]["name"] = _WORD
        return {
            "node": {**node, "type": ["object", "null"]},
            "input": {**self._section("inputs"), "type": ["object", "null"]},
            "output": {**self._section("outputs"), "type": ["object", "null"]},
            "edge": edge,
            "slo": slo,
            "policy": policy,
            **self._selectors(),
        }

    def _section(self, section: str, required: tuple[str, ...] = ()) -> Schema:
        return self._group(self._catalogue.branches(section), section, required)

    def _group(self, branches: Branches, section: str, required: tuple[str, ...] = ()) -> Schema:
        """A map of attributes and of groups of them; one whose keys are names of the user's has one shape for all."""
        properties = {key: self._step(step, section) for key, step in branches.items() if not key.startswith("<")}
        others = [self._step(step, section) for key, step in branches.items() if key.startswith("<")]
        if not others:
            return _map(properties, required)
        named = {"type": "object", "patternProperties": _FREE, "additionalProperties": others[0]}
        allowed = self._names(next(iter(branches.values())), section)
        return (
            {**named, "propertyNames": {"anyOf": [{"enum": list(allowed)}, {"pattern": "^x-"}]}} if allowed else named
        )

    def _step(self, step: Branches | str, section: str) -> Schema:
        if not isinstance(step, str):
            return self._group(step, section)
        attribute = self._catalogue.row(section, step)
        schema = self._value(attribute)
        if attribute.many and (section == "inputs" or attribute.union):
            schema = _one_or_more(schema)
        notes: Schema = {"description": attribute.about}
        return {**schema, **notes} if attribute.default is None else {**schema, **notes, "default": attribute.default}

    def _names(self, step: Branches | str, section: str) -> tuple[str, ...]:
        while not isinstance(step, str):
            step = next(iter(step.values()))
        return self._catalogue.row(section, step).names

    def _value(self, attribute: Attribute) -> Schema:
        if attribute.type == "selection":
            return _map({key: _ref("selector") for key in attribute.keys}, attribute.keys, free=False)
        if attribute.type == "latencyBound":
            return self._latency_bound()
        return _TYPES[attribute.type](attribute)

    def _words(self, section: str, key: str) -> Schema:
        return {"type": "string", "enum": list(self._catalogue.row(section, key).values)}

    def _selectors(self) -> Schema:
        texts = _one_or_more(_TEXT)
        guard = {
            "kind": texts,
            "stage": _one_or_more(self._words("node", "guard.stage")),
            "streaming": _one_or_more(self._words("node", "guard.streaming")),
        }
        node = {
            "node": texts,
            "role": _one_or_more(self._words("node", "role")),
            "labels": {"type": "object", "additionalProperties": texts},
            "guard": _map(guard, least=1, free=False),
            "sideEffect": _one_or_more(self._words("node", "tools.offered.<tool>.sideEffect")),
            "owner": texts,
            "graph": texts,
        }
        edge = {
            "from": _ref("selector"),
            "to": _ref("selector"),
            "name": texts,
            "role": texts,
            "kind": _one_or_more(self._words("edge", "kind")),
        }
        edges = {"edges": {"anyOf": [_TEXT, _map(edge, least=1, free=False)]}}
        return {
            "selector": {"anyOf": [_WORD, _map(node, least=1, free=False)]},
            "edgeSelector": _map(edges, required=("edges",), free=False),
        }

    def _latency_bound(self) -> Schema:
        bound = {
            "from": _ref("selector"),
            "to": _ref("selector"),
            "ms": _with_unit({"type": "number", "minimum": 0}, "ms"),
            "percentile": {**self._words("slo", "percentile"), "default": FILLED_IN["percentile"]},
            "measure": {"type": "string", "enum": list(MEASURES), "default": FILLED_IN["measure"]},
        }
        return _map(bound, required=("from", "to", "ms"), free=False)


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _map(properties: Schema, required: Iterable[str] = (), *, least: int = 0, free: bool = True) -> Schema:
    """A map with these keys; `free`: keys that begin with `x-`, too; `least`: so many keys at least."""
    schema: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    if free:
        schema["patternProperties"] = _FREE
    if required:
        schema["required"] = list(required)
    return {**schema, "minProperties": least} if least else schema


def _named(item: Schema) -> Schema:
    return {"type": ["object", "null"], "patternProperties": _FREE, "additionalProperties": item}


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


def _number(attribute: Attribute) -> Schema:
    kind = "integer" if attribute.type == "integer" else "number"
    bounds: Schema = {} if attribute.min is None else {"minimum": attribute.min}
    if attribute.max is not None:
        bounds["maximum"] = attribute.max
    return _with_unit({"type": kind, **bounds}, attribute.unit)


def _with_unit(number: Schema, unit: str | None) -> Schema:
    if unit not in UNITS:
        return number
    return {"anyOf": [number, {"type": "string", "pattern": "[0-9]", "examples": [UNITS[unit][0].example]}]}


def _name(attribute: Attribute) -> Schema:
    if attribute.open:
        return {**_WORD, "examples": list(attribute.values)} if attribute.values else _WORD
    return {"type": "string", "enum": list(attribute.values)}


_PARAMETER: Schema = _map({"required": _BOOLEAN, "values": {"type": "array"}}, free=False) | {
    "type": ["object", "null"]
}
_ITEMS: dict[str, Schema] = {
    "text": _TEXT,
    "value": {},
    "scalar": {"type": ["string", "number"]},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "parameter": _PARAMETER,
}


def _item(attribute: Attribute) -> Schema:
    return _name(attribute) if attribute.values else _ITEMS[attribute.of or "text"]


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


_WIDTH: Schema = {"type": "integer", "minimum": 1}
_AXIS: Schema = {"anyOf": [{"type": "integer", "minimum": -1}, _WORD]}
_PREFIXES: Schema = _map({"query": _TEXT, "passage": _TEXT}, least=1, free=False)
_K_OF_N: Schema = _map({"k": _WIDTH}, required=("k",), free=False)
_PICKED: Schema = {"anyOf": [_ref("selector"), _ref("edgeSelector")]}

_TYPES: dict[str, Callable[[Attribute], Schema]] = {
    "text": lambda attribute: _TEXT,
    "name": _name,
    "boolean": lambda attribute: _BOOLEAN,
    "integer": _number,
    "number": _number,
    "fraction": lambda attribute: {"type": "number", "minimum": 0, "maximum": 1},
    "value": lambda attribute: {},
    "scalar": lambda attribute: _ITEMS["scalar"],
    "schema": lambda attribute: {"type": ["object", "string"]},
    "set": lambda attribute: _list(_item(attribute)),
    "list": lambda attribute: _list(_item(attribute)),
    "map": lambda attribute: {"type": "object", "additionalProperties": _item(attribute)},
    "names": lambda attribute: {"anyOf": [_TEXT, _list(_TEXT)]},
    "shape": lambda attribute: _list(_AXIS),
    "prefix": lambda attribute: {"anyOf": [_TEXT, _PREFIXES]},
    "range": lambda attribute: {**_list({"type": "number"}), "minItems": 2, "maxItems": 2},
    "join": lambda attribute: {"anyOf": [{"type": "string", "enum": ["all", "any"]}, _K_OF_N]},
    "widths": lambda attribute: {"anyOf": [_BOOLEAN, _list(_WIDTH)]},
    "selector": lambda attribute: _ref("selector"),
    "requirement": lambda attribute: _map(
        {"select": _PICKED, "condition": _TEXT}, required=("select", "condition"), free=False
    ),
    "pins": lambda attribute: {"anyOf": [_BOOLEAN, {"type": "string", "enum": list(attribute.values)}]},
}
