"""What the rules say of pairs of obligations, where mutants of the code survived everything else.

Survivors that are left mean the same: a share of nothing is never listed (`>= 0`, `<= 0`, `< 1`), what base would be with head's
new facts is only read where base is undecided and head violated (asking for it more often costs time, and nothing else), and the
graph stands in an obligation's key, but is compared before (`superseding`). Not looked for: whether half a millisecond less is
among the causes of an SLO that holds. Not tested yet: `per: consumer`, which no built-in rule says.
"""

import pytest

from msdiff.model.report import Report
from tests.conformance.specs import Spec, chain, changed, edge, entry, step
from tests.snapshots import compared_specs


def causes(report: Report, rule: str) -> list[tuple[str | None, str, tuple[str, ...]]]:
    """Node, status and the facts of the causes of a rule's findings."""
    facts = {one.change.id: f"{one.change.kind} {one.change.fact.element}" for one in report.changes}
    return [
        (one.node, one.status.value, tuple(facts[id] for id in one.causes))
        for one in report.findings
        if one.rule == rule
    ]


def timed(first: float, last: float) -> Spec:
    nodes = {"u": entry(), "a": step(latency={"p95Ms": first}), "l": step(latency={"p95Ms": last})}
    slos = [{"name": "s", "at": "l", "percentile": "p95", "latencyMs": 100}]
    return {"nodes": nodes, "edges": chain("u", "a", "l"), "slos": slos}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((50, 50), (50.5, 50), ("attribute.changed node:a",)),  # half a millisecond is a cause
        ((50, 50), (60, 49.5), ("attribute.changed node:a",)),  # and one less is none of a miss
    ],
)
def test_what_moves_a_budget_is_its_cause_however_little(
    before: tuple[float, float], after: tuple[float, float], expected: tuple[str, ...]
) -> None:
    report = compared_specs(timed(*before), timed(*after))
    assert causes(report, "path-latency-slo-exceeded") == [("l", "introduced", expected)]


def test_what_a_change_elsewhere_cuts_off_or_joins_again_is_its_work() -> None:
    whole: Spec = {"nodes": {"u": entry(), "a": step(), "b": step()}, "edges": chain("u", "a", "b")}
    cut = changed(whole, lambda spec: spec["edges"].pop(0))
    lost = ("edge.removed edge:u.o->a.i",)
    assert ("b", "introduced", lost) in causes(compared_specs(whole, cut), "node-unreachable")
    assert ("b", "resolved", ("edge.added edge:u.o->a.i",)) in causes(compared_specs(cut, whole), "node-unreachable")


def fields(*names: str) -> Spec:
    return {"type": "object", "required": [*names], "properties": {name: {"type": "string"} for name in names}}


def spoken(sent: Spec | None, read: Spec | None) -> Spec:
    out, into = ({"type": "json", **({"schema": one} if one else {})} for one in (sent, read))
    return {"nodes": {"a": {"outputs": {"o": out}}, "b": {"inputs": {"i": into}}}, "edges": [edge("a.o", "b.i")]}


def test_a_schema_that_is_declared_now_reveals_what_was_sent_before() -> None:
    base, head = spoken(fields("x"), None), spoken(fields("x"), fields("y"))
    told = [(one.rule, one.status.value) for one in compared_specs(base, head).findings]
    assert told == [("output-field-removed", "revealed")]


def test_a_schema_that_is_declared_no_more_is_a_dropped_contract() -> None:
    base, head = spoken(fields("x"), fields("x")), spoken(fields("x"), None)
    told = [(one.rule, one.status.value, one.verdict.value) for one in compared_specs(base, head).findings]
    assert told == [("output-field-removed", "introduced", "risky")]


def test_a_way_that_is_cut_before_a_node_that_passes_on_is_not_safe() -> None:
    nodes = {
        "e": {"outputs": {"o": {"dimension": 768}}},
        "p": {"inputs": {"i": {"required": False}}, "outputs": {"o": {}}, "passes": {"o": "i"}},
        "t": {"inputs": {"i": {"dimension": 768}}},
    }
    base: Spec = {"nodes": nodes, "edges": chain("e", "p", "t")}
    head = changed(base, lambda spec: spec["edges"].pop(0))
    report = compared_specs(base, head)
    assert {one.classification.value for one in report.changes} == {"unverified"}


def test_what_was_unknown_on_the_other_side_is_no_dropped_contract() -> None:
    base: Spec = {
        "nodes": {"e": {"outputs": {"o": {"dimension": 768}}}, "t": {"inputs": {"i": {}}}},
        "edges": chain("e", "t"),
    }
    head = changed(base, lambda spec: spec["nodes"]["e"]["outputs"]["o"].update(dimension=1024))
    assert causes(compared_specs(base, head), "embedding-dimension-mismatch") == []


def test_a_new_store_that_says_nothing_is_no_news_about_its_embedder() -> None:
    """`undecided` speaks where something changed under a node that stayed."""
    embedder = {"role": "embedder", "model": {"id": "org/a"}, "outputs": {"v": {"type": "embedding"}}}
    store = {"role": "vectorStore", "inputs": {"q": {"type": "embedding"}}}
    base: Spec = {"nodes": {"e": embedder}, "edges": []}
    head: Spec = {"nodes": {"e": embedder, "s": store}, "edges": [edge("e.v", "s.q")]}
    assert causes(compared_specs(base, head), "embedding-space-changed") == []
    moved = changed(head, lambda spec: spec["nodes"]["e"]["model"].update(id="org/b"))
    assert causes(compared_specs(head, moved), "embedding-space-changed") == [
        ("s", "introduced", ("attribute.changed node:e",))
    ]
    both = changed(moved, lambda spec: spec["nodes"]["s"].update(store={"engine": "qdrant"}))
    assert [node for node, *_ in causes(compared_specs(head, both), "embedding-space-changed")] == ["s"]


def test_another_producer_that_says_nothing_is_not_safe() -> None:
    nodes = {
        "e": {"outputs": {"o": {"dimension": 768}}},
        "f": {"outputs": {"o": {}}},
        "p": {"inputs": {"i": {}}, "outputs": {"o": {}}, "passes": {"o": "i"}},
        "t": {"inputs": {"i": {"dimension": 768}}},
    }
    base: Spec = {"nodes": nodes, "edges": chain("e", "p", "t")}
    head: Spec = {"nodes": nodes, "edges": [*chain("e", "p", "t"), edge("f.o", "p.i")]}
    report = compared_specs(base, head)
    assert [one.classification.value for one in report.changes] == ["unverified"]


def test_what_nobody_declared_before_is_no_dropped_contract() -> None:
    base: Spec = {
        "nodes": {"a": {"outputs": {"o": {}}}, "b": {"inputs": {"i": {"overflow": "split"}}}},
        "edges": chain("a", "b"),
    }
    head = changed(base, lambda spec: spec["nodes"]["b"]["inputs"].update(i={"maxTokens": 100}))
    assert causes(compared_specs(base, head), "max-input-below-producer-max") == []


def test_a_producer_that_gives_way_to_one_that_says_nothing_is_a_lost_side() -> None:
    """Nobody took a word back."""
    nodes = {
        "e": {"outputs": {"o": {"dimension": 768}}},
        "f": {"outputs": {"o": {}}},
        "p": {"inputs": {"i": {"dimension": [768]}}, "outputs": {"o": {}}, "passes": {"o": "i"}},
        "t": {"inputs": {"i": {"dimension": 768}}},
    }
    base: Spec = {"nodes": nodes, "edges": [edge("e.o", "p.i"), edge("e.o", "p.i", when="late"), edge("p.o", "t.i")]}
    head: Spec = {"nodes": nodes, "edges": [edge("e.o", "p.i", when="late"), edge("f.o", "p.i"), edge("p.o", "t.i")]}
    report = compared_specs(base, head)
    assert ("t", "introduced") in [one[:2] for one in causes(report, "embedding-dimension-mismatch")]
    assert report.verdict.value == "risky"
