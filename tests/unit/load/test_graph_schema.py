"""The JSON Schemas that editors get, against JSON Schema itself and against the reader."""

import json
import os

import jsonschema
import pytest
import yaml
from drawn_documents import document
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import CATALOGUE, read, told

from msdiff.load.schema import graph_schema, model_spec_schema

SCHEMA = graph_schema(CATALOGUE)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def example() -> dict[str, object]:
    with open(os.path.join(os.path.dirname(__file__), "example.yaml"), encoding="utf-8") as stream:
        return yaml.safe_load(stream)  # type: ignore[no-any-return]


@pytest.mark.parametrize("schema", [SCHEMA, model_spec_schema()])
def test_they_are_valid(schema: dict[str, object]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    json.dumps(schema)


def test_the_example_is_accepted() -> None:
    assert [error.message for error in VALIDATOR.iter_errors(example())] == []


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("metadata",),
        ("spec",),
        ("spec", "nodes", "llm"),
        ("spec", "nodes", "llm", "latency"),
        ("spec", "nodes", "llm", "inputs", "query"),
        ("spec", "edges", 0),
        ("spec", "slos", 0),
        ("spec", "policies", 0),
        ("spec", "policies", 0, "everyPath"),
        ("spec", "policies", 0, "everyPath", "from"),
    ],
)
def test_unknown_keys_are_refused_everywhere(path: tuple[str | int, ...]) -> None:
    whole = example()
    place = whole
    for step in path:
        place = place[step]  # type: ignore[index, assignment]
    place["unknown"] = 1
    assert len(list(VALIDATOR.iter_errors(whole))) >= 1
    del place["unknown"]
    place["x-free"] = 1
    assert (list(VALIDATOR.iter_errors(whole)) == []) is (path[-1:] not in [("everyPath",), ("from",)])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_the_reader_accepts_the_schema_accepts(data: st.DataObject) -> None:
    whole = data.draw(document(CATALOGUE))
    if told(read(json.dumps(whole), "a.json")):
        return  # figures that contradict each other
    assert [error.message for error in VALIDATOR.iter_errors(whole)] == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_the_schema_refuses_the_reader_refuses(data: st.DataObject) -> None:
    whole = data.draw(document(CATALOGUE, mistakes=True))
    if VALIDATOR.is_valid(whole):
        return
    assert told(read(json.dumps(whole), "a.json")) != []
