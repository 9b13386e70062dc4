"""Examples of rules as the files of two versions."""

import json

from hypothesis import given
from hypothesis import strategies as st

from msdiff.ruleset.examples import Example, examples_of, files, merged
from msdiff.ruleset.library import Document
from msdiff.ruleset.spec import Rule

RULE = Rule("my-rule", "T", "topology", "0.1", "fix", "x.yaml", ())


def document(*examples: dict) -> Document:
    return Document(RULE, "why", (), examples, "")


def test_a_graph_becomes_one_file():
    (example,) = examples_of(
        document(
            {
                "name": "e",
                "base": {"metadata": {"owner": "@a"}, "nodes": {"a": {"role": "entry"}, "b": {"role": "exit"}}},
                "patch": {"nodes": {"b": None, "a": {"required": False}}},
                "expect": ({"node": "b", "status": "introduced", "verdict": "breaking"},),
            }
        )
    )
    head = {
        "apiVersion": "msdiff/v1",
        "kind": "ApplicationGraph",
        "metadata": {"name": "example", "owner": "@a"},
        "spec": {"nodes": {"a": {"role": "entry", "required": False}}},
    }
    assert json.loads(example.head["graph.yaml"]) == head
    assert json.loads(example.base["graph.yaml"])["spec"]["nodes"] == {"a": {"role": "entry"}, "b": {"role": "exit"}}
    assert example.expect == ({"node": "b", "status": "introduced", "verdict": "breaking"},)


def test_files_stay_files():
    written = {"name": "e", "base": {"a.yaml": "x", "b.yaml": "y"}, "head": {"a.yaml": "z"}, "expect": ()}
    assert examples_of(document(written)) == (
        Example("my-rule", "e", {"a.yaml": b"x", "b.yaml": b"y"}, {"a.yaml": b"z"}, ()),
    )
    assert files({}) == files({"nodes": {}}) | {"graph.yaml": files({})["graph.yaml"]}


JSON = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(base=JSON, patch=JSON)
def test_a_patch_applied_twice_is_applied_once(base, patch):
    assert merged(merged(base, patch), patch) == merged(base, patch)


def test_merging_as_the_rfc_says():
    base = {"a": "b", "c": {"d": "e", "f": "g"}}
    assert merged(base, {"a": "z", "c": {"f": None}}) == {"a": "z", "c": {"d": "e"}}
    assert merged({"a": [1]}, {"a": [2]}) == {"a": [2]}
    assert merged("a", {"b": {"c": None}}) == {"b": {}}
    assert base == {"a": "b", "c": {"d": "e", "f": "g"}}
