"""JSON Schema containment: tables of cases, then laws with jsonschema as the judge."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from msdiff.model.obligation import Held, Undecided, Violated
from msdiff.propagate.schemas import Clause, contained, containment, tightened


def frozen(value):
    """The value as readers hand it on: tuples for lists."""
    if isinstance(value, dict):
        return {key: frozen(one) for key, one in value.items()}
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def record(*required, **fields):
    """A record schema. A field in `required` need not be described."""
    return {"type": "object", "properties": fields, **({"required": list(required)} if required else {})}


TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}


def judged(offered, required, mapping=None):
    """What does not hold, by key."""
    clauses = containment(frozen(offered), frozen(required), mapping)
    return {clause.key: clause.outcome for clause in clauses if clause.outcome != Held()}


def broken(*witnesses, excess=None):
    return Violated(excess, frozenset(witnesses))


def test_one_clause_for_each_thing_compared():
    offered = record("price", price={"type": "number", "maximum": 10}, name={"type": ["string", "null"]})
    required = record("price", "name", "sku", price={"type": "integer", "maximum": 5}, name=TEXT, note=TEXT)
    held = Held()
    assert containment(frozen(offered), frozen(required)) == (
        Clause("field.missing", "properties.name", "name", held, "name", "name"),
        Clause(
            "field.optional", "properties.name", "name", broken("absent", "null"), "optional and nullable", "guaranteed"
        ),
        Clause("type", "properties.name.type", "name", held, "string", "string"),
        Clause("field.read", "properties.note", "note", broken("note"), ("name", "price"), "note"),
        Clause("field.missing", "properties.price", "price", held, "price", "price"),
        Clause("field.optional", "properties.price", "price", held, "guaranteed", "guaranteed"),
        Clause("constraint", "properties.price.maximum", "price", broken(excess=5), 10, 5),
        Clause("type", "properties.price.type", "price", broken("number"), "number", "integer"),
        Clause("field.missing", "properties.sku", "sku", broken("sku"), ("name", "price"), "sku"),
        Clause("type", "type", "", held, "object", "object"),
    )


def test_a_consumer_that_takes_anything_is_a_clause_too():
    assert containment(TEXT, True) == (Clause("type", "type", "", Held(), "string", "any"),)
    assert containment(TEXT, {"minLength": 0}) == (Clause("type", "type", "", Held(), "string", "any"),)
    assert containment(TEXT, {"maximum": 3, "minLength": 0}) == (
        Clause("type", "type", "", Undecided("the consumer does not say of what type the value is"), "string", "any"),
    )


@pytest.mark.parametrize(
    ("offered", "required"),
    [
        (WHOLE, NUMBER),
        (TEXT, {"type": ["string", "null"]}),
        (TEXT, {}),
        ({}, {}),
        (TEXT, True),
        (False, TEXT),
        ({"const": "a"}, {"enum": ["a", "b"]}),
        ({"const": 1}, {"enum": [1.0]}),
        ({"enum": ["a", "ab"]}, {"type": "string", "maxLength": 2}),
        ({"type": "integer", "minimum": 1, "maximum": 3}, {"enum": [1, 2, 3, 4]}),
        ({"type": "integer", "exclusiveMinimum": 0}, {"type": "number", "minimum": 1}),
        ({"type": "number", "minimum": 3, "exclusiveMinimum": True}, {"type": "number", "exclusiveMinimum": 3}),
        ({"type": "integer", "multipleOf": 6}, {"type": "number", "multipleOf": 3}),
        ({"type": "number", "multipleOf": 0.1}, {"type": "number", "multipleOf": 0.1}),
        ({"type": "string", "pattern": "^a", "maxLength": 5}, {"type": "string", "pattern": "^a"}),
        ({"type": "string", "format": "date"}, {"type": "string", "format": "date"}),
        ({"anyOf": [TEXT, {"type": "null"}]}, {"type": ["null", "string"]}),
        ({"oneOf": [{"const": "a"}, {"const": "b"}]}, {"enum": ["a", "b"]}),
        ({"allOf": [{"type": "number"}, {"minimum": 3}, {"maximum": 5}]}, {"type": "number", "maximum": 6}),
        ({"type": "integer"}, {"anyOf": [TEXT, NUMBER]}),
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        (record("a", a=TEXT), record("a", a=TEXT)),
        (record("a", a=TEXT, b=TEXT), record("a", a=TEXT)),
        (record("a", a=TEXT), {**record("a", a=TEXT), "additionalProperties": False}),
        (record(a=TEXT), record("a", a={"type": "string", "default": "x"})),
        (record(), record("a", a={"type": "string", "default": "x"}, b={"default": 1})),
        ({"properties": {"a": TEXT}, "required": ["a"]}, record("a", a=TEXT)),
        ({"minProperties": 1, **record(a=TEXT)}, record("a", a=TEXT)),
        (record("a", "b"), {"type": "object", "minProperties": 2, "maxProperties": 2}),
        ({"type": "object", "additionalProperties": WHOLE}, {"type": "object", "additionalProperties": NUMBER}),
        ({"type": "object", "additionalProperties": WHOLE}, record(a=NUMBER)),
        (record(a=WHOLE), {"type": "object", "additionalProperties": NUMBER}),
        ({"type": "array", "items": WHOLE, "maxItems": 3}, {"type": "array", "items": NUMBER, "maxItems": 3}),
        ({"type": "array", "prefixItems": [TEXT], "items": False}, {"type": "array", "items": TEXT, "maxItems": 1}),
        ({"type": "array", "items": [TEXT, WHOLE], "additionalItems": False}, {"type": "array", "maxItems": 2}),
        ({"type": "array", "items": TEXT, "maxItems": 1}, {"type": "array", "uniqueItems": True}),
        ({"type": "array", "maxItems": 0}, {"type": "array", "items": TEXT}),
        ({**record(a=TEXT), "not": {"required": ["a"]}}, {**record(a=TEXT), "not": {"required": ["a"]}}),
        ({"oneOf": [WHOLE, NUMBER]}, {"oneOf": [WHOLE, NUMBER]}),
        ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": WHOLE}}, NUMBER),
        ({"title": "Price", "type": "number", "examples": [1], "x-unit": "USD"}, {"description": "any", **NUMBER}),
    ],
)
def test_held(offered, required):
    assert contained(containment(frozen(offered), frozen(required))) is True


@pytest.mark.parametrize(
    ("offered", "required", "expected"),
    [
        (NUMBER, WHOLE, {("type", "type"): broken("number")}),
        ({"type": ["string", "null"]}, TEXT, {("type", "type"): broken("null")}),
        ({"type": "string", "nullable": True}, TEXT, {("type", "type"): broken("null")}),
        (True, TEXT, {("type", "type"): broken("null", "boolean", "number", "array", "object")}),
        (TEXT, False, {("type", "type"): broken("string")}),
        ({"enum": ["a", "b", "c"]}, {"enum": ["a"]}, {("enum", "enum"): broken('"b"', '"c"')}),
        ({"enum": ["a", 1]}, {"enum": ["a"]}, {("type", "type"): broken("integer")}),
        (TEXT, {"enum": ["a"]}, {("enum", "enum"): broken("any text")}),
        (WHOLE, {"enum": [1]}, {("enum", "enum"): broken("any number")}),
        ({"type": "boolean"}, {"const": True}, {("enum", "enum"): broken("false")}),
        (record("a", a=TEXT), {"enum": [{"a": "x"}]}, {("enum", "enum"): broken('{"a": ""}')}),
        (
            {"type": "number", "minimum": 0, "maximum": 10},
            {"type": "number", "minimum": 1, "exclusiveMaximum": 10},
            {("constraint", "minimum"): broken(excess=1), ("constraint", "maximum"): broken(excess=0)},
        ),
        (WHOLE, {"type": "integer", "maximum": 3}, {("constraint", "maximum"): broken("maximum: unlimited")}),
        (
            {"type": "integer", "multipleOf": 4},
            {"type": "integer", "multipleOf": 6},
            {("constraint", "multipleOf"): broken("multipleOf: not 6")},
        ),
        (
            {"type": "string", "maxLength": 9},
            {"type": "string", "minLength": 1, "maxLength": 5},
            {("constraint", "minLength"): broken(excess=1), ("constraint", "maxLength"): broken(excess=4)},
        ),
        (record(a=TEXT), record("b"), {("field.missing", "properties.b"): broken("b")}),
        (record(a=TEXT), record("a", a=TEXT), {("field.optional", "properties.a"): broken("absent")}),
        (
            record("a", a={"type": ["string", "null"]}),
            record("a", a=TEXT),
            {("field.optional", "properties.a"): broken("null")},
        ),
        (
            record("a", a={"type": ["string", "null"]}),
            record(a=TEXT),
            {("type", "properties.a.type"): broken("null")},
        ),
        (record("a", a={"type": "null"}), record("a", a=TEXT), {("type", "properties.a.type"): broken("null")}),
        (record(a=TEXT), record(b=TEXT), {("field.read", "properties.b"): broken("b")}),
        (
            record(a=TEXT, b=TEXT),
            {**record(a=TEXT), "additionalProperties": False},
            {("constraint", "additionalProperties"): broken("b")},
        ),
        (
            {**record(a=TEXT), "additionalProperties": True},
            {**record(a=TEXT), "additionalProperties": False},
            {("constraint", "additionalProperties"): broken("undeclared fields")},
        ),
        (
            record(b=TEXT),
            {"type": "object", "additionalProperties": NUMBER},
            {("type", "additionalProperties.b.type"): broken("string")},
        ),
        (
            record(**{"a.b": TEXT}),
            record(**{"a.b": NUMBER}),
            {("type", "properties[a.b].type"): broken("string")},
        ),
        (
            record("o", o=record("p", p=TEXT)),
            record("o", o=record("p", p=NUMBER)),
            {("type", "properties.o.properties.p.type"): broken("string")},
        ),
        (record("a", "b"), {"type": "object", "maxProperties": 1}, {("constraint", "maxProperties"): broken(excess=1)}),
        (record("a"), {"type": "object", "minProperties": 3}, {("constraint", "minProperties"): broken(excess=2)}),
        (
            {"type": "array", "items": {"type": ["string", "null"]}},
            {"type": "array", "items": TEXT, "minItems": 1, "maxItems": 5, "uniqueItems": True},
            {
                ("type", "items.type"): broken("null"),
                ("constraint", "minItems"): broken(excess=1),
                ("constraint", "maxItems"): broken("maxItems: unlimited"),
                ("constraint", "uniqueItems"): broken("uniqueItems"),
            },
        ),
        (
            {"type": "array", "items": TEXT},
            {"type": "array", "prefixItems": [TEXT, NUMBER]},
            {("type", "prefixItems[1].type"): broken("string")},
        ),
        (
            {"type": "array", "items": TEXT},
            {"type": "array", "prefixItems": [TEXT], "items": False},
            {("type", "items.type"): broken("string")},
        ),
    ],
)
def test_violated(offered, required, expected):
    assert judged(offered, required) == expected


def reason(text):
    return Undecided(text)


def unread(keyword, phrase):
    return {("constraint", keyword): Undecided(f"the consumer's schema {phrase}")}


@pytest.mark.parametrize(
    ("offered", "required", "expected"),
    [
        (
            {},
            record("a"),
            {
                ("type", "type"): reason("the producer does not say of what type the value is"),
                ("field.missing", "properties.a"): reason("the producer does not say of what type the value is"),
            },
        ),
        (
            {"type": "object"},
            record("a", b=TEXT),
            {
                ("field.missing", "properties.a"): reason("the producer's schema lists no fields"),
                ("field.read", "properties.b"): reason("the producer's schema lists no fields"),
            },
        ),
        (
            {"type": "array"},
            {"type": "array", "items": TEXT},
            {("type", "items.type"): reason("the producer does not say of what type `[]` is")},
        ),
        (
            TEXT,
            {"properties": {"a": TEXT}},
            {("type", "type"): reason("the consumer does not say of what type the value is")},
        ),
        (
            TEXT,
            {"type": "string", "pattern": "^a"},
            {
                ("constraint", "pattern"): reason(
                    "patterns are compared as text only: the producer states none, the consumer `^a`"
                )
            },
        ),
        (
            {"type": "string", "format": "date"},
            {"type": "string", "maxLength": 5},
            {("constraint", "maxLength"): reason("how long a text that matches `date` may be cannot be told")},
        ),
        (
            {"type": "string", "pattern": "^a$"},
            {"enum": ["a"]},
            {("enum", "enum"): reason("which values the producer sends cannot be told from its schema")},
        ),
        (
            NUMBER,
            {"type": "number", "multipleOf": 0.1},
            {("constraint", "multipleOf"): reason("the consumer's schema uses `multipleOf`")},
        ),
        (
            TEXT,
            {"type": "string", "not": {"const": "x"}},
            {("constraint", "not"): reason("the consumer's schema uses `not`")},
        ),
        (
            {"type": "string", "not": {"maxLength": 3}},
            {"type": "number"},
            {("type", "type"): reason("the producer's schema uses `not`")},
        ),
        (
            record(a=TEXT),
            {**record(a=TEXT), "if": {"required": ["a"]}, "then": {"required": ["b"]}},
            {("constraint", "if"): reason("the consumer's schema uses `if`")},
        ),
        (
            {**record(a=TEXT), "additionalProperties": True},
            record(b=TEXT),
            {("constraint", "properties.b"): reason("`b` may come among the producer's undeclared fields")},
        ),
        (
            {**record(), "patternProperties": {"^x": TEXT}},
            {**record(), "additionalProperties": False},
            {("constraint", "additionalProperties"): reason("the producer's schema uses `patternProperties`")},
        ),
        (
            {**record(), "additionalProperties": WHOLE, "patternProperties": {"^x": TEXT}},
            {"type": "object", "additionalProperties": WHOLE},
            {
                ("constraint", "additionalProperties"): reason(
                    "which fields come beside those that the consumer names cannot be told"
                )
            },
        ),
        (
            {**record(a=False, b=TEXT), "minProperties": 1},
            record("b", b=TEXT),
            {("field.optional", "properties.b"): reason("the producer's schema limits the number of fields")},
        ),
        (
            {**record("a", a=TEXT, b=TEXT), "maxProperties": 1},
            record(a=TEXT, b=NUMBER),
            {("type", "properties.b.type"): reason("the producer's schema limits the number of fields")},
        ),
        (
            {"const": "abc"},
            {"anyOf": [{"type": "string", "not": {"const": "abc"}}, {"type": "string", "maxLength": 2}]},
            {("enum", "enum"): reason("whether the consumer accepts the listed values cannot be told")},
        ),
        (
            WHOLE,
            {"oneOf": [WHOLE, NUMBER]},
            {("type", "anyOf"): reason("the consumer's schema has `oneOf` members that may overlap")},
        ),
        (
            {"type": "string", "maxLength": 9},
            {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "string", "pattern": "a"}]},
            {("type", "anyOf"): reason("which of the consumer's 2 alternatives takes string cannot be told")},
        ),
        (
            {"$ref": "other.json"},
            TEXT,
            {("type", "type"): reason("the producer's schema refers to `other.json`, which was not read")},
        ),
        (TEXT, {"$ref": "#/$defs/x"}, unread("$ref", "refers to `#/$defs/x`, which was not read")),
        (TEXT, {"$ref": "#"}, unread("$ref", "has a `$ref` that leads back to itself")),
        (TEXT, {"type": "text"}, unread("type", "has a `type` that JSON Schema does not know")),
        (TEXT, {"maxLength": "5", **TEXT}, unread("maxLength", "has a `maxLength` that is not a count")),
        (TEXT, 7, unread("schema", "is not a schema")),
        ("a.json", TEXT, {("schema", ""): reason("the schema `a.json` was not read")}),
        ("a.json", "b.json", {("schema", ""): reason("the schema `a.json` was not read")}),
    ],
)
def test_undecided(offered, required, expected):
    assert judged(offered, required) == expected


def test_references_of_equal_text_hold():
    assert containment("a.json#/x", "a.json#/x") == (Clause("schema", "", "", Held(), "a.json#/x", "a.json#/x"),)


def test_names_are_mapped_at_the_root_alone():
    offered = record("cost", "box", cost=NUMBER, box=record("sku", sku=TEXT))
    required = {
        **record("price", "code", "box", price=NUMBER, code=TEXT, box=record("price")),
        "additionalProperties": False,
    }
    assert judged(offered, required, {"price": "cost", "code": "box.sku"}) == {
        ("field.missing", "properties.box.properties.price"): broken("box.price")
    }
    assert judged(offered, record("price"), {"price": "cost.amount"}) == {
        ("field.missing", "properties.price"): Undecided("whether the producer's `cost` holds `amount` cannot be told")
    }
    assert judged(offered, record("price"), {"price": "box.amount"}) == {
        ("field.missing", "properties.price"): broken("price")
    }
    assert judged({**record(box=record("sku", sku=TEXT))}, record("code"), {"code": "box.sku"}) == {
        ("field.optional", "properties.code"): broken("absent")
    }


def tagged(**alternatives):
    return {"oneOf": [record("kind", *fields, kind={"const": kind}, **fields) for kind, fields in alternatives.items()]}


def test_alternatives_are_told_apart_by_their_tag():
    offered = tagged(ok={"price": NUMBER}, error={"code": WHOLE}, timeout={})
    required = tagged(ok={"price": WHOLE}, error={"code": NUMBER})
    assert judged(offered, required) == {
        ("type", "anyOf"): broken('object with kind: "timeout"'),
        ("type", "properties.price.type"): broken("number"),
    }
    assert judged(tagged(ok={"price": WHOLE}), tagged(ok={"price": TEXT}, error={})) == {
        ("type", "properties.price.type"): broken("integer")
    }


def tree(leaf, *, required=True):
    below = {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/tree"}]}
    node = record(*(["value", "left"] if required else ["value"]), value=leaf, left=below)
    return {"$ref": "#/$defs/tree", "$defs": {"tree": node}}


def test_recursive_schemas_end():
    assert judged(tree(WHOLE), tree(NUMBER)) == {}
    assert judged(tree(TEXT), tree(NUMBER))[("type", "properties.value.type")] == broken("string")
    assert judged(tree(WHOLE, required=False), tree(WHOLE)).keys() == {
        ("field.optional", "properties.left"),
        ("field.optional", "properties.left.properties.left"),
    }


def test_a_record_that_can_never_exist_offers_nothing():
    endless = {"$ref": "#/$defs/n", "$defs": {"n": record("next", next={"$ref": "#/$defs/n"})}}
    assert contained(containment(frozen(record("a", a=False)), frozen(TEXT))) is True
    assert contained(containment(frozen(endless), frozen(TEXT))) is None


def wide(count):
    return {"anyOf": [record(f"f{i}", **{f"f{i}": TEXT}) for i in range(count)]}


def deep(levels):
    schema = TEXT
    for _ in range(levels):
        schema = record("n", n=schema)
    return schema


def aliased(levels):
    """A small file that is huge written out: each level holds the one below twice."""
    schema = frozen(TEXT)
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema, "b": schema}}
    return schema


@pytest.mark.parametrize("schema", [frozen(wide(2000)), frozen(deep(100)), aliased(60)])
def test_work_is_bounded(schema):
    too_large = (Clause("schema", "", "", Undecided("the schemas are too large to compare")),)
    assert containment(schema, {"anyOf": (schema, TEXT)}) == too_large


def test_a_long_list_of_constants_is_no_trouble():
    words = {"oneOf": [{"const": f"word {index}", "title": "a word"} for index in range(1000)]}
    assert judged(words, words) == {}
    assert judged({"oneOf": [*words["oneOf"], {"const": "more"}]}, words) == {("enum", "enum"): broken('"more"')}


def test_no_pattern_is_ever_run():
    slow = {"type": "string", "pattern": "(a+)+$"}
    assert contained(containment({"const": "a" * 60 + "b"}, slow)) is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (TEXT, {"type": "string", "maxLength": 5}, True),
        ({"type": "string", "maxLength": 5}, TEXT, False),
        ({"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 4}, True),
        ({"type": "string", "maxLength": 5}, {"type": "string", "minLength": 1, "maxLength": 6}, False),
        (NUMBER, WHOLE, True),
        ({}, TEXT, True),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}, True),
        ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}, False),
        (record(a=TEXT), record("a", a=TEXT), True),
        (record("a", a=TEXT), record(a=TEXT), False),
        (record(a=TEXT), record(a=TEXT, b=NUMBER), False),
        (record(a=TEXT), record("b", a=TEXT, b={"type": "number", "default": 1}), False),
        (record(a=TEXT), {**record(a=TEXT), "additionalProperties": False}, True),
        (record(a=NUMBER), record(a=WHOLE), True),
        (record("a", a={"type": "string", "default": ""}), record("a", a=TEXT), True),
        (TEXT, {"type": "string", "pattern": "^a"}, None),
        ("a.json", "a.json", False),
        ("a.json", TEXT, None),
    ],
)
def test_tightened(old, new, expected):
    assert tightened(frozen(old), frozen(new)) is expected


# Laws. The judge is jsonschema over a universe of small values; what a producer promises is written into its schema.

SCALARS = (None, True, False, 0, 1, 2, 3, 5, -1, 0.5, 1.5, 2.5, 100, -100, "", "a", "b", "ab", "abc", "abcd", "x" * 9)
_FEW = (None, 0, 1, 1.5, "", "a", "abc")
ITEMS = [[], *([one] for one in SCALARS), *map(list, itertools.product(_FEW, repeat=2)), *([one] * 4 for one in _FEW)]
FIELDS = [{}, *({name: one} for name in "abc" for one in SCALARS)]
FIELDS += [{"a": one, "b": other} for one in (*SCALARS, [], ["a"], {"a": 1}) for other in _FEW]
UNIVERSE = [*SCALARS, *ITEMS, *FIELDS]
MORE = [list(items) for size in (2, 3) for items in itertools.product((*SCALARS, {}), repeat=size)]
MORE += [{"a": one, "b": other} for one in SCALARS for other in SCALARS]

_BOUNDS = {
    "minimum": st.sampled_from([0, 1, 0.5]),
    "maximum": st.sampled_from([1, 2, 1.5]),
    "exclusiveMinimum": st.sampled_from([0, 1]),
    "exclusiveMaximum": st.sampled_from([2, 3]),
    "multipleOf": st.sampled_from([1, 2, 0.5]),
    "minLength": st.integers(0, 2),
    "maxLength": st.integers(0, 3),
    "enum": st.lists(st.sampled_from(SCALARS[:18]), min_size=1, max_size=3),
}
TYPES = st.sampled_from(["integer", "number", "string", "null", "boolean", ["string", "null"], ["integer", "string"]])
PLAIN = st.one_of(
    st.fixed_dictionaries({"type": TYPES}, optional=_BOUNDS),
    st.fixed_dictionaries({"enum": _BOUNDS["enum"]}),
    st.booleans(),
)
UNIONS = st.sampled_from(["anyOf", "oneOf", "allOf"]).flatmap(
    lambda word: st.lists(PLAIN, min_size=1, max_size=2).map(lambda parts: {word: parts})
)
PART = PLAIN | UNIONS
LISTS = st.fixed_dictionaries(
    {"type": st.just("array"), "items": PART},
    optional={
        "minItems": st.integers(0, 2),
        "maxItems": st.integers(0, 3),
        "uniqueItems": st.booleans(),
        "prefixItems": st.lists(PLAIN, min_size=1, max_size=1),
    },
)


@st.composite
def records(draw):
    fields = draw(st.dictionaries(st.sampled_from("ab"), PART, max_size=2))
    schema = {"type": "object", "properties": fields}
    schema["required"] = draw(st.lists(st.sampled_from(sorted(fields)), unique=True)) if fields else []
    more = st.fixed_dictionaries(
        {},
        optional={
            "additionalProperties": st.booleans() | PLAIN,
            "minProperties": st.integers(1, 2),
            "maxProperties": st.integers(1, 2),
            "not": st.just({"required": ["a"]}),
        },
    )
    return schema | draw(more)


MEMBERS = st.lists(records() | LISTS | PLAIN, min_size=2, max_size=2)
SCHEMAS = st.one_of(PART, LISTS, records(), MEMBERS.map(lambda parts: {"anyOf": parts}))


@st.composite
def pairs(draw):
    """Two schemas, most often close relatives: one keyword taken away or taken over from another schema."""
    offered, other = draw(SCHEMAS), draw(SCHEMAS)
    if not isinstance(offered, dict) or not isinstance(other, dict):
        return offered, other
    kind = draw(st.sampled_from(["other", "same", "fewer", "mixed"]))
    if kind == "other":
        return offered, other
    dropped = draw(st.sampled_from(sorted(offered))) if kind != "same" else None
    required = {word: value for word, value in offered.items() if word != dropped}
    return offered, required | other if kind == "mixed" else required


def promised(schema):
    """The producer's schema with the convention written out that it sends no field that it does not declare."""
    if not isinstance(schema, dict):
        return schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [promised(part) for part in schema["anyOf"]]}
    if schema.get("type") == "object" and "additionalProperties" not in schema:
        return {**schema, "additionalProperties": False}
    return schema


def values_of(*schemas, among=UNIVERSE):
    judges = [Draft202012Validator(schema) for schema in schemas]
    return (value for value in among if all(judge.is_valid(value) for judge in judges))


@settings(max_examples=300, deadline=None)
@given(pairs())
def test_held_means_that_every_value_is_accepted_and_violated_that_one_is_not(schemas):
    offered, required = schemas
    answer = contained(containment(frozen(offered), frozen(required)))
    accepts = Draft202012Validator(required).is_valid
    if answer is True:
        assert [value for value in values_of(offered, promised(offered)) if not accepts(value)] == []
    if answer is False:
        assert not all(map(accepts, values_of(offered, promised(offered), among=UNIVERSE + MORE)))


@settings(max_examples=100, deadline=None)
@given(SCHEMAS)
def test_a_schema_contains_itself(schema):
    assert contained(containment(frozen(schema), frozen(schema))) is True


@settings(max_examples=100, deadline=None)
@given(pairs())
def test_keys_are_unique_and_sorted_by_path(schemas):
    clauses = containment(*map(frozen, schemas))
    keys = [(clause.path, clause.kind) for clause in clauses]
    assert keys == sorted(set(keys))


@settings(max_examples=200, deadline=None)
@given(pairs())
def test_a_schema_is_not_tightened_both_ways(schemas):
    old, new = map(frozen, schemas)
    assert tightened(old, old) in (False, None)
    if tightened(old, new):
        assert not tightened(new, old)
        accepts = Draft202012Validator(schemas[1]).is_valid
        assert not all(map(accepts, values_of(schemas[0], among=UNIVERSE + MORE)))
