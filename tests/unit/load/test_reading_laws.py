"""How a document is written never matters, only what it says."""

import json
from typing import Any

import yaml
from drawn_documents import document
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import CATALOGUE, read, told

from msdiff.load import FileClaims


def meaning(result: FileClaims) -> list[tuple[object, ...]]:
    """What the claims say, without their places and order."""
    assert told(result) == []
    return sorted((one.graph, one.element, one.attribute, repr(_sorted(one.value))) for one in result.claims)


def _sorted(value: object) -> object:
    return {key: _sorted(value[key]) for key in sorted(value)} if isinstance(value, dict) else value


def shuffled(value: Any, random: Any) -> Any:
    """The same maps with their keys in another order; lists keep theirs."""
    if isinstance(value, list):
        return [shuffled(item, random) for item in value]
    if not isinstance(value, dict):
        return value
    keys = list(value)
    random.shuffle(keys)
    return {key: shuffled(value[key], random) for key in keys}


class Quoted(yaml.SafeDumper):
    """Writes all text in double quotes, so that no version of YAML reads it as anything else."""


Quoted.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def with_comments(text: str) -> str:
    return "# first\n" + text.replace("\n", "  # said here\n")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_key_order_style_quotes_comments_and_anchors_do_not_matter(data: st.DataObject) -> None:
    whole = data.draw(document(CATALOGUE))
    first = read(json.dumps(whole), "a.json")
    if told(first):
        return  # figures that contradict each other
    other = shuffled(whole, data.draw(st.randoms(use_true_random=False)))
    for flow in (True, False, None):
        text = yaml.dump(
            other, Dumper=Quoted, default_flow_style=flow, allow_unicode=True, width=10**6, sort_keys=False
        )
        assert meaning(read(text)) == meaning(first)
        assert meaning(read(with_comments(text))) == meaning(first)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_places_are_inside_the_file(data: st.DataObject) -> None:
    text = yaml.dump(data.draw(document(CATALOGUE, mistakes=True)), Dumper=Quoted)
    result = read(text)
    lines = text.splitlines()
    for one in (*result.claims, *result.problems):
        assert one.location is not None
        assert 1 <= one.location.column <= len(lines[one.location.line - 1]) + 1


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_place(data: bytes) -> None:
    result = read(b"apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {name: a}\nspec:\n  " + data)
    assert result.readings or result.problems
    for problem in result.problems:
        assert problem.location is not None
