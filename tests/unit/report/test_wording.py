"""Facts in words."""

import pytest
from reports import APP, at, changed

from msdiff.model.change import Change
from msdiff.model.finding import Verdict
from msdiff.model.graph import Fact
from msdiff.model.values import Unknown, Value
from msdiff.report.wording import (
    by_verdict,
    chain,
    change_phrase,
    change_place,
    element_name,
    figure,
    old_and_new,
    signed,
    value_text,
)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (600.0, "600"),
        (1234.5, "1,234.5"),
        (0.1 + 0.2, "0.3"),
        (0.9995, "0.9995"),
        (0.000002, "0.000002"),
        (0, "0"),
        (-33.0, "-33"),
        (float("inf"), "unbounded"),
        (float("nan"), "unknown"),
    ],
)
def test_a_figure_is_as_short_as_it_can_be(amount: float, text: str) -> None:
    assert figure(amount) == text


def test_a_difference_has_its_sign() -> None:
    assert [signed(80), signed(-1.5), signed(0)] == ["+80", "-1.5", "0"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (768, "768"),
        ("intfloat/e5", "intfloat/e5"),
        ("1.0", '"1.0"'),
        ("true", '"true"'),
        ("", '""'),
        (" x", '" x"'),
        (True, "true"),
        (None, "null"),
        (("a", 1, False), "[a, 1, false]"),
        ({"b": 1, "a": ("x",)}, "{a: [x], b: 1}"),
        (Unknown("`a` declares no dimension"), "unknown (`a` declares no dimension)"),
    ],
)
def test_a_value_reads_as_what_it_is(value: Value | Unknown, text: str) -> None:
    assert value_text(value) == text


def test_long_values_show_where_they_differ() -> None:
    start = "You are a helpful assistant for the customers of Acme. "
    old, new = old_and_new(start * 3 + "Answer briefly.", start * 3 + "Answer at length.")
    assert (old, new) == ("…f Acme. Answer briefly.", "…f Acme. Answer at length.")


def change(kind: str, element: str, attribute: str = "", old: Value = None, new: Value = None) -> Change:
    return Change(
        "c1",
        kind,
        APP,
        Fact(element, attribute),
        old,
        new,
        None if kind.endswith("added") else at(3, file="old.yaml"),
        None if kind.endswith("removed") else at(4),
    )


@pytest.mark.parametrize(
    ("found", "phrase", "where"),
    [
        (changed("c1", "node:a", "latency.p95Ms", 12, 18, 4).change, "a latency.p95Ms 12 → 18", "app.yaml:4"),
        (change("attribute.added", "node:a", "model.id", None, "x"), "a model.id x added", "app.yaml:4"),
        (change("attribute.removed", "node:a", "model.id", "x"), "a model.id x removed", "was old.yaml:3"),
        (change("node.added", "node:a"), "a node added", "app.yaml:4"),
        (change("node.removed", "node:a"), "a node removed", "was old.yaml:3"),
        (change("node.renamed", "node:b", "", "a", "b"), "b renamed a → b", "app.yaml:4, was old.yaml:3"),
        (change("edge.added", "edge:a.x->b.y"), "edge a.x->b.y added", "app.yaml:4"),
        (
            change("slo.changed", "slo:answer", "slo.latencyMs", 600, 500),
            "SLO answer slo.latencyMs 600 → 500",
            "app.yaml:4, was old.yaml:3",
        ),
        (change("policy.removed", "policy:p"), "policy p removed", "was old.yaml:3"),
    ],
)
def test_a_change_in_a_phrase(found: Change, phrase: str, where: str) -> None:
    assert change_phrase(found, many_graphs=False) == phrase
    assert change_place(found) == where


def test_several_graphs_put_their_name_in_front() -> None:
    assert element_name("app@prod", "node:llm", many_graphs=True) == "app@prod/llm"
    assert element_name("app", "edge:a->b", many_graphs=True) == "edge app/a->b"
    assert element_name("app", "graph:", many_graphs=True) == "graph app"


def test_a_long_chain_loses_its_middle_and_says_so() -> None:
    assert chain(list("abc")) == "a → b → c"
    assert chain(list("abcdefghijklm")) == "a → b → c → d → (5 more) → j → k → l → m"


def test_verdicts_are_counted_gravest_first() -> None:
    assert by_verdict([Verdict.SAFE, Verdict.BREAKING, Verdict.SAFE]) == "1 breaking, 2 safe"
