"""Nested values compared part by part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msdiff.diff.nested import NestedChange, nested_changes
from msdiff.model.values import same


def test_a_schema_is_compared_keyword_by_keyword():
    old = {
        "type": "object",
        "required": ("sku", "price"),
        "properties": {
            "price": {"type": "number", "maximum": 10},
            "sku": {"type": "string"},
            "tags": {"type": "array", "items": {"enum": ("a", "b")}},
        },
    }
    new = {
        "type": "object",
        "required": ("price",),
        "properties": {
            "price": {"type": "integer", "maximum": 10.0},
            "tags": {"type": "array", "items": {"enum": ("b", "a", "c")}},
            "unit": {"type": "string"},
        },
    }
    assert nested_changes(old, new) == (
        NestedChange("properties.price.type", "number", "integer"),
        NestedChange("properties.sku", {"type": "string"}, None),
        NestedChange("properties.tags.items.enum", ("a", "b"), ("a", "b", "c")),
        NestedChange("properties.unit", None, {"type": "string"}),
        NestedChange("required", ("price", "sku"), ("price",)),
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"required": ("a", "b")}, {"required": ("b", "a")}),
        ({"type": ("string", "null")}, {"type": ("null", "string")}),
        (
            {"properties": {"x": {"enum": (1, "a", None, True)}}},
            {"properties": {"x": {"enum": (True, None, "a", 1.0)}}},
        ),
        ({"properties": {"default": {"type": ("a", "b")}}}, {"properties": {"default": {"type": ("b", "a")}}}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 2, "b": 1}}),
    ],
)
def test_what_means_the_same_is_no_difference(old, new):
    assert nested_changes(old, new) == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 2}, NestedChange("a", 1, 2)),
        ({"a": True}, {"a": 1}, NestedChange("a", True, 1)),
        ({"a": {"b": True}}, {"a": {"b": 1}}, NestedChange("a.b", True, 1)),
        ({}, {"a": None}, NestedChange("a", None, None)),
        ({"pii.email": 1}, {"pii.email": 2}, NestedChange("[pii.email]", 1, 2)),
        ({"p": {"a[b]": {"x": 1}}}, {"p": {"a[b]": {"x": 2}}}, NestedChange("p[a[b]].x", 1, 2)),
        ({"p": {"__x": 1}}, {"p": {"__x": 2}}, NestedChange("p.__x", 1, 2)),
        ({"p": {"x": "1"}}, {"p": {"x": 1}}, NestedChange("p.x", "1", 1)),
        ({"p": {"stop": ("a", "b")}}, {"p": {"stop": ("b", "a")}}, NestedChange("p.stop", ("a", "b"), ("b", "a"))),
        (
            {"const": {"type": ("a", "b")}},
            {"const": {"type": ("b", "a")}},
            NestedChange("const.type", ("a", "b"), ("b", "a")),
        ),
        (
            {"prefixItems": ({"type": "string"}, {"type": "null"})},
            {"prefixItems": ({"type": "integer"}, {"type": "null"})},
            NestedChange("prefixItems[0].type", "string", "integer"),
        ),
        (
            {"anyOf": ({"type": "string"},)},
            {"anyOf": ({"type": "string"}, {"type": "null"})},
            NestedChange("anyOf[1]", None, {"type": "null"}),
        ),
        ({"a": {"b": 1}}, {"a": 3}, NestedChange("a", {"b": 1}, 3)),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": (1,)}}, NestedChange("a.b", {"c": 1}, (1,))),
    ],
)
def test_one_difference_has_one_path(old, new, expected):
    assert nested_changes(old, new) == (expected,)


def test_what_lies_very_deep_or_in_a_very_long_list_is_shown_whole():
    deep_old: object = 1
    deep_new: object = 2
    for _ in range(60):
        deep_old, deep_new = {"n": deep_old}, {"n": deep_new}
    (change,) = nested_changes({"a": deep_old}, {"a": deep_new})
    assert change.path == "a" + ".n" * 15
    many = tuple({"n": index} for index in range(1001))
    (change,) = nested_changes({"a": {"b": many}}, {"a": {"b": (*many[:-1], {"n": "x"})}})
    assert (change.path, len(change.old)) == ("a.b", 1001)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from([0.5, 1.0, "", "a", "1", "a.b"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from(["a", "b", "type", "x.y", "__p", ""]), inner, max_size=3)
    ),
    max_leaves=8,
)
MAPS = st.dictionaries(st.sampled_from(["a", "b", "c.d"]), VALUES, max_size=3)


@given(MAPS, MAPS)
def test_something_is_found_exactly_where_the_values_differ_apart_from_the_order_of_sets(old, new):
    if same(old, new):
        assert nested_changes(old, new) == ()
    elif "type" not in repr((old, new)):
        assert nested_changes(old, new) != ()


@given(MAPS, MAPS)
def test_both_directions_mirror_each_other(old, new):
    there, back = nested_changes(old, new), nested_changes(new, old)
    assert [(change.path, change.new, change.old) for change in there] == [tuple(change) for change in back]


@given(MAPS, MAPS)
def test_paths_are_sorted_and_each_comes_once(old, new):
    paths = [change.path for change in nested_changes(old, new)]
    assert paths == sorted(set(paths))
