"""Trees against shapes, and the shapes against JSON Schema itself."""

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msdiff.model.location import Location
from msdiff.syntax.shape import Source, plain, shape_problems
from msdiff.syntax.tree import parse

SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "patternProperties": {"^x-": True},
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "level": {"type": "string", "enum": ["error", "warning", "note"]},
        "version": {"const": 1},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "share": {"type": "number", "exclusiveMinimum": 0},
        "strict": {"type": "boolean"},
        "globs": {"$ref": "#/$defs/globs"},
        "rules": {"type": "object", "additionalProperties": {"$ref": "#/$defs/rule"}, "minProperties": 1},
        "nothing": {"type": ["null", "string"]},
    },
    "$defs": {
        "globs": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "rule": {
            "anyOf": [
                {"type": "string", "enum": ["on", "off"]},
                {"type": "object", "additionalProperties": False, "required": ["level"], "properties": {"level": {}}},
            ]
        },
    },
}


def said(text: str) -> list[str]:
    (tree,) = parse(text.encode(), "a.yaml")
    return [
        f"{problem.location}: {problem.message} ({problem.hint})"
        for problem in shape_problems(tree, SHAPE, Source("a.yaml", "test"))
    ]


def test_what_fits() -> None:
    assert (
        said("name: a\nx-y: [1]\nport: 80.0\nshare: 0.1\nglobs: [a]\nrules: {a: on, b: {level: 1}}\nnothing:\n") == []
    )


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("{}", ["a.yaml:1:1: `name` is missing (add `name`)"]),
        ("[]", ["a.yaml:1:1: the document must be a map, not a list ()"]),
        ("name: ''", ["a.yaml:1:7: `name` must not be empty ()"]),
        ("name: 1.10", ['a.yaml:1:7: `name` must be text, not the number 1.10 (put it in quotes: "1.10")']),
        ("name: true", ['a.yaml:1:7: `name` must be text, not `true` (a boolean) (put it in quotes: "true")']),
        ("name:", ["a.yaml:1:6: `name` must be text, not empty ()"]),
        (
            "{nme: b}",
            ["a.yaml:1:1: `name` is missing (add `name`)", "a.yaml:1:2: unknown key `nme` (did you mean `name`?)"],
        ),
        ("{name: a, prt: 1}", ["a.yaml:1:11: unknown key `prt` (did you mean `port`?)"]),
        (
            "{name: a, level: eror}",
            [
                "a.yaml:1:18: `level` must be one of `error`, `warning`, `note`, not `eror` (did you mean `error`?)",
            ],
        ),
        ("{name: a, version: 2}", ["a.yaml:1:20: `version` must be `1`, not `2` (did you mean `1`?)"]),
        ("{name: a, version: true}", ["a.yaml:1:20: `version` must be `1`, not `true` ()"]),
        (
            "{name: a, port: 0, share: 0, globs: []}",
            [
                "a.yaml:1:17: `port` must be at least 1, not 0 ()",
                "a.yaml:1:27: `share` must be more than 0, not 0 ()",
                "a.yaml:1:37: `globs` must not be empty ()",
            ],
        ),
        ("{name: a, port: 70000}", ["a.yaml:1:17: `port` must be at most 65535, not 70000 ()"]),
        ("{name: a, port: 1.5}", ["a.yaml:1:17: `port` must be a whole number, not the number 1.5 ()"]),
        (
            "{name: a, port: '80'}",
            ["a.yaml:1:17: `port` must be a whole number, not the text `80` (write 80 without quotes)"],
        ),
        ("{name: a, share: .nan}", ["a.yaml:1:18: `share` must be a finite number, not .nan ()"]),
        (
            "{name: a, strict: yes}",
            ["a.yaml:1:19: `strict` must be true or false, not the text `yes` (write true; `yes` is text in YAML 1.2)"],
        ),
        (
            "{name: a, globs: [1, a]}",
            ['a.yaml:1:19: `globs[0]` must be text, not the number 1 (put it in quotes: "1")'],
        ),
        ("{name: a, rules: {}}", ["a.yaml:1:18: `rules` must not be empty ()"]),
        (
            "{name: a, rules: {r: of, s: {levl: 1}, t: []}}",
            [
                "a.yaml:1:22: `rules.r` must be one of `on`, `off`, not `of` (did you mean `off`?)",
                "a.yaml:1:29: `level` is missing in `rules.s` (add `level`)",
                "a.yaml:1:30: unknown key `levl` in `rules.s` (did you mean `level`?)",
                "a.yaml:1:43: `rules.t` must be text or a map, not a list ()",
            ],
        ),
        ("{name: a, nothing: 1}", ["a.yaml:1:20: `nothing` must be empty or text, not the number 1 ()"]),
    ],
)
def test_problems(text: str, problems: list[str]) -> None:
    assert said(text) == problems


def test_problems_are_bounded() -> None:
    problems = said("{name: a, " + ", ".join(f"k{number}: 1" for number in range(50_000)) + "}")
    assert len(problems) == 101
    assert "there are more than 100 problems; the rest is not listed (correct these first)" in "".join(problems)


def test_problems_carry_the_reader() -> None:
    (tree,) = parse(b"{}", "a.yaml")
    (problem,) = shape_problems(tree, SHAPE, Source("a.yaml", "test"))
    assert problem.location == Location("a.yaml", 1, 1, "test")


def test_plain_values() -> None:
    (tree,) = parse(b"{a: [1, 1.0, 1.5, x], b: {c: null}}", "a.yaml")
    assert plain(tree) == {"a": (1, 1, 1.5, "x"), "b": {"c": None}}
    assert [type(one) for one in plain(tree)["a"]] == [int, int, float, str]  # type: ignore[index, call-overload, union-attr]


VALUES = st.none() | st.booleans() | st.integers(-2, 70_000) | st.sampled_from([0.5, "a", "error", "on", "", "off"])
INNER = st.lists(VALUES, max_size=2) | st.dictionaries(st.sampled_from(["a", "level", "b"]), VALUES, max_size=2)
DOCUMENTS = st.dictionaries(st.sampled_from([*SHAPE["properties"], "x-a", "other"]), VALUES | INNER, max_size=5)


@given(DOCUMENTS)
def test_it_agrees_with_json_schema(document: dict[str, Any]) -> None:
    import json

    valid = jsonschema.Draft202012Validator(SHAPE).is_valid(document)
    assert (said(json.dumps(document)) == []) is valid
