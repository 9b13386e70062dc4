"""Key maps: their data is right, and values become what attributes want."""

import pytest

from msdiff.load.keymaps import ADDRESS, KeyMaps, keymaps_of
from msdiff.load.keymaps.maps import value_of
from msdiff.model.values import Value
from tests.snapshots import built_in_rules

DATA = built_in_rules().keymaps
MAPS = keymaps_of(DATA)


@pytest.mark.parametrize("name", DATA)
def test_a_map_says_what_it_follows_and_names_what_exists(name: str) -> None:
    catalogue = built_in_rules().catalogue
    one = MAPS.by_name[name]
    roles = set(catalogue.row("node", "role").values)
    assert one.about["title"]
    assert one.about["follows"]
    assert one.about["source"].startswith("https://")
    assert set(one.parts.values()) <= roles
    assert {key.of for key in one.keys if key.of} == set(one.parts)
    assert [key.says for key in one.keys if key.says != ADDRESS and catalogue.lookup(key.says) is None] == []
    assert all(key.env or key.path or (key.item and one.items) for key in one.keys)
    same = [(key.env, key.path, key.item, key.of, key.says, key.when) for key in one.keys]
    assert len(same) == len(set(same))


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("text", ' "acme/embed-v1" ', "acme/embed-v1"),
        ("text", "", None),
        ("text", None, None),
        ("text", ("a",), None),
        ("count", "2048", 2048),
        ("count", 2048, 2048),
        ("count", "1_024", 1024),
        ("count", "0", None),
        ("count", "-1", None),
        ("count", "many", None),
        ("count", True, None),
        ("tries", 0, 1),
        ("tries", "2", 3),
        ("number", "0.80", 0.8),
        ("number", "1.0", 1),
        ("number", "nan", None),
        ("s", 30, 30_000),
        ("s", "1.5", 1500),
        ("s", "500ms", 500),
        ("ms", "250", 250),
        ("s", "soon", None),
        ("switch", "False", False),
        ("switch", True, True),
        ("switch", "perhaps", None),
    ],
)
def test_values(kind: str, raw: Value, value: Value) -> None:
    found = value_of(kind, raw)
    assert (found, type(found)) == (value, type(value))


def small(needs: int) -> KeyMaps:
    keys = [{"env": name, "of": "llm", "says": "model.id", "common": name == "C"} for name in ("A", "B", "C")]
    return keymaps_of({"x": {"keyMap": "x", "needs": needs, "parts": {"llm": "generator"}, "keys": keys}})


def test_one_setting_of_a_common_name_means_nothing() -> None:
    assert set(small(2).meant(["A", "OTHER"])) == set()
    assert set(small(2).meant(["A", "B"])) == {"A", "B"}
    assert set(small(1).meant(["A"])) == {"A"}
    assert set(small(1).meant(["C"])) == set()
    assert set(small(1).meant(["A", "C"])) == {"A", "C"}
