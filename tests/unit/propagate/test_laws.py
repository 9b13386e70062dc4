"""The variance laws, each with what just holds and what just does not: whole outcomes."""

from typing import Any

import pytest

from msdiff.model.obligation import Held, Violated
from msdiff.propagate.laws import LAWS, data_type

HELD = Held()


def missing(*witnesses: str) -> Violated:
    return Violated(witnesses=frozenset(witnesses))


ACCEPTED = {"a": {"required": True, "values": ("x", "y")}, "b": {}, "c": {"values": "z"}}


@pytest.mark.parametrize(
    ("law", "offered", "required", "expected"),
    [
        ("member", 768, 768, HELD),
        ("member", 768.0, 768, HELD),
        ("member", 768, 1024, Violated()),
        ("member", 768, (512, 768), HELD),
        ("member", (512, 768), 768, missing("512")),
        ("member", (512, 768), (768, 512), HELD),
        ("bound", 100, 100, HELD),
        ("bound", 101, 100, Violated(1)),
        ("bound", 130, 100, Violated(30)),
        ("bound", "many", 100, HELD),
        ("bound", 100, "few", HELD),
        ("bound", True, 0, HELD),
        ("floor", 5, 5, HELD),
        ("floor", 3, 5, Violated(2)),
        ("floor", "many", 5, HELD),
        ("floor", 3, "five", HELD),
        ("subset", ("en",), ("de", "en"), HELD),
        ("subset", ("en", "fr"), ("de", "en"), missing("fr")),
        ("subset", ("fr",), "any", HELD),
        ("subset", ("fr",), ("any", "de"), HELD),
        ("superset", ("tools", "seed"), ("tools",), HELD),
        ("superset", ("tools",), ("tools", "seed"), missing("seed")),
        ("type", "text", "text", HELD),
        ("type", "text", "json", Violated()),
        ("type", ("text", "json"), ("json",), missing("text")),
        ("type", "any", "text", Violated()),
        ("type", "text", "any", HELD),
        ("range", (0, 1), (0, 1), HELD),
        ("range", (0, 1), (-1, 2), HELD),
        ("range", (-3, 1), (0, 1), Violated(3, frozenset({"lowest"}))),
        ("range", (0, 6), (0, 1), Violated(5, frozenset({"highest"}))),
        ("range", (-3, 6), (0, 1), Violated(5, frozenset({"lowest", "highest"}))),
        ("range", (0, 9, 9), (0, 1), HELD),
        ("range", (0, 9), (0, 1, 1), HELD),
        ("range", 9, (0, 1), HELD),
        ("range", (0, 9), 1, HELD),
        ("parameters", {"a": "x", "b": 1}, ACCEPTED, HELD),
        ("parameters", {"b": 1}, ACCEPTED, missing("a is required")),
        ("parameters", {"a": "q"}, ACCEPTED, missing("a=q is not accepted")),
        ("parameters", {"a": "y", "d": 1}, ACCEPTED, missing("d is not accepted")),
        ("parameters", {"a": "y", "c": "z"}, ACCEPTED, HELD),
        ("parameters", {"a": "y", "c": "q"}, ACCEPTED, missing("c=q is not accepted")),
        ("parameters", {"a": 1}, {"a": None}, HELD),
        ("parameters", {}, {"a": {"required": False}}, HELD),
        ("parameters", "all", ACCEPTED, HELD),
        ("parameters", {"d": 1}, "all", HELD),
        ("unit", True, "dotProduct", HELD),
        ("unit", False, "dotProduct", Violated()),
        ("unit", False, "cosine", HELD),
        ("streamed", False, "stream", Violated()),
        ("streamed", True, "stream", HELD),
        ("streamed", False, "sync", HELD),
        ("overlap", ("a", "b"), ("b", "c"), HELD),
        ("overlap", ("a",), ("b", "c"), Violated()),
        ("chat", "none", "chat", Violated()),
        ("chat", "none", "completion", HELD),
        ("chat", "abc", "chat", HELD),
    ],
)
def test_what_holds_and_what_does_not(law: str, offered: Any, required: Any, expected: Held | Violated) -> None:
    assert LAWS[law](offered, required) == expected


@pytest.mark.parametrize(
    ("offered", "required", "select", "expected"),
    [
        ("documents", "document", "first", HELD),
        ("documents", "document", "each", HELD),
        ("documents", "document", None, Violated()),
        ("documents", "document", "join", Violated()),
        ("documents", "text", "join", HELD),
        ("document", "text", "join", HELD),
        ("document", "text", "first", Violated()),
        ("text", "document", "first", Violated()),
        ("json", "text", "join", Violated()),
    ],
)
def test_what_is_selected_on_the_way(
    offered: str, required: str, select: str | None, expected: Held | Violated
) -> None:
    assert data_type(offered, required, select) == expected


def test_the_same_law_under_several_names() -> None:
    assert LAWS["items"] is LAWS["floor"] is LAWS["pool"]
