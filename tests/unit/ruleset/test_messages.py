"""Messages with their values."""

import pytest

from msdiff.model.values import Unknown
from msdiff.ruleset.messages import filled, in_words, placeholders


def test_placeholders():
    assert placeholders("`{b}` and {a}, {b}; {}, {x.y}, {1}, ${c}") == ("b", "a", "c")


def test_a_message():
    values = {"producer": "embedder", "offered": 1024, "kept": "{offered}"}
    assert filled("`{producer}` gives {offered} {kept} {gone}", values) == "`embedder` gives 1024 {offered} unknown"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "unknown"),
        (Unknown("why"), "unknown"),
        (True, "true"),
        (768, "768"),
        (0.1, "0.1"),
        (1 / 3, "0.3333333333"),
        ("a\n  b", "a b"),
        ((), "nothing"),
        (("cls", "mean"), "cls, mean"),
        ((1, (2,)), "[1, [2]]"),
        ({"b": 1, "a": ("x",)}, '{"a": ["x"], "b": 1}'),
        ("x" * 500, "x" * 119 + "…"),
    ],
)
def test_values_in_words(value, words):
    assert in_words(value) == words
