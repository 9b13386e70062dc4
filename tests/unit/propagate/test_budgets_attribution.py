"""One SLO in two versions: who is to blame, what to revert (latency model, 2.5)."""

from itertools import combinations
from math import isnan

import pytest
from graphs import HERE, graph

from msdiff.model.change import Change
from msdiff.model.graph import Fact, Graph
from msdiff.model.report import PathStep, SloResult
from msdiff.propagate.budgets import compare_slo, compare_slos


def changes(*facts: tuple[str, ...]) -> tuple[Change, ...]:
    """One change for each fact, c1, c2 ... in this order."""
    return tuple(
        Change(f"c{number}", "attribute.changed", "app", Fact(*fact), 1, 2, HERE, HERE)
        for number, fact in enumerate(facts, 1)
    )


def slower(*names: str) -> tuple[Change, ...]:
    return changes(*((f"node:{name}", "latency.p95Ms") for name in names))


def chain(b: float, c: float) -> Graph:
    return graph(f"a 12 -> b {b} -> c {c}", slos={"answer": "c p95 400"})


def twins(a: float, b: float, limit: float) -> Graph:
    return graph(f"a {a} -> out:exit", f"b {b} -> out", slos={"answer": f"out p95 {limit}"})


def test_one_regression_in_a_row() -> None:
    assert compare_slo(chain(40, 300), chain(120, 300), "answer", slower("b")) == SloResult(
        graph="app",
        name="answer",
        at="c",
        metric="completion",
        percentile="p95",
        limit=400,
        base=352,
        head=432,
        base_limit=400,
        verdict="budget-exceeded",
        critical_path=(PathStep("a", None, 12, 0), PathStep("b", None, 120, 80), PathStep("c", None, 300, 0)),
        attribution=(("c1", 80),),
        reverts=(("c1",),),
        guarantee="a sum of 3 p95 figures guarantees p85 or better",
    )


def test_in_a_row_every_share_is_the_change_itself() -> None:
    found = compare_slo(chain(40, 300), chain(120, 325), "answer", slower("b", "c"))
    assert (found.base, found.head, found.slack) == (352, 457, -57)
    assert (found.attribution, found.reverts) == ((("c1", 80), ("c2", 25)), (("c1",),))


def test_twins_share_and_must_both_go() -> None:
    """Reverting one of them changes nothing, which is why the share is not what reverting one gives."""
    found = compare_slo(twins(100, 100, 120), twins(150, 150, 120), "answer", slower("a", "b"))
    assert (found.attribution, found.reverts, found.tie) == ((("c1", 25), ("c2", 25)), (("c1", "c2"),), True)


def test_side_by_side_the_common_part_is_split_and_the_rest_goes_to_the_larger() -> None:
    found = compare_slo(twins(100, 100, 110), twins(150, 120, 110), "answer", slower("a", "b"))
    assert (found.head, found.attribution, found.reverts) == (150, (("c1", 40), ("c2", 10)), (("c1", "c2"),))


def test_an_improvement_that_hides_a_regression_is_told() -> None:
    def version(cache: float, rerank: float) -> Graph:
        chains = (f"cache {cache} -> rerank {rerank} -> out:exit", "cache -> guard 130 -> out")
        return graph(*chains, slos={"answer": "out p95 185"})

    found = compare_slo(version(50, 100), version(20, 160), "answer", slower("cache", "rerank"))
    assert (found.base, found.head, found.verdict, found.reverts) == (180, 180, "budget-fits", ())
    assert found.attribution == (("c1", -30), ("c2", 30))
    assert found.notes == (
        "without what became faster, `rerank` would make it 210 ms and miss the SLO",
        "`rerank` takes 60 ms more, of which slack absorbs 30 ms",
    )


def test_slack_absorbs_part_of_a_regression() -> None:
    def version(rerank: float) -> Graph:
        return graph(f"in 5 -> rerank {rerank} -> llm 200", "in -> guard 90 -> llm", slos={"answer": "llm p95 400"})

    found = compare_slo(version(60), version(140), "answer", slower("rerank"))
    assert (found.base, found.head, found.attribution) == (295, 345, (("c1", 50),))
    assert found.notes == ("`rerank` takes 80 ms more, of which slack absorbs 30 ms",)
    assert found.critical_path == (
        PathStep("in", None, 5, 0),
        PathStep("rerank", None, 140, 80),
        PathStep("llm", None, 200, 0),
    )


def test_a_new_node_with_its_edges_is_one_change() -> None:
    base = chain(40, 300)
    head = graph("a 12 -> b 40 -> new 90 -> c 300", "b -> c", slos={"answer": "c p95 400"})
    all_changes = changes(("edge:b->new",), ("edge:new->c",), ("node:new",))
    found = compare_slo(base, head, "answer", all_changes)
    assert (found.attribution, found.reverts) == ((("c3", 90),), (("c1", "c2", "c3"),))
    gone = compare_slo(head, base, "answer", all_changes)
    assert (gone.attribution, gone.reverts, gone.verdict) == ((("c3", -90),), (), "budget-fits")


def test_new_nodes_that_lead_to_each_other_are_one_change() -> None:
    head = graph("a 12 -> b 40 -> new 50 -> newer 40 -> c 300", slos={"answer": "c p95 400"})
    all_changes = changes(
        ("edge:b->c",), ("edge:b->new",), ("edge:new->newer",), ("edge:newer->c",), ("node:new",), ("node:newer",)
    )
    found = compare_slo(chain(40, 300), head, "answer", all_changes)
    assert found.attribution == (("c5", 90),)


def test_edges_have_their_own_share() -> None:
    base = graph("a:entry -> b 200", edges={"a->b": {"timeoutMs": 100}}, slos={"answer": "b p95 120"})
    head = graph("a:entry -> b 200", edges={"a->b": {"latencyMs": 30}}, slos={"answer": "b p95 120"})
    found = compare_slo(base, head, "answer", changes(("edge:a->b", "edge.latencyMs"), ("edge:a->b", "edge.timeoutMs")))
    assert (found.base, found.head, found.attribution, found.reverts) == (100, 230, (("c1", 130),), (("c1", "c2"),))


def test_what_does_not_lead_to_the_slo_gets_nothing() -> None:
    def version(aside: float, b: float) -> Graph:
        return graph(f"a 12 -> b {b} -> c 300", f"b -> aside {aside}", slos={"answer": "c p95 400"})

    found = compare_slo(version(5, 40), version(500, 45), "answer", slower("aside", "b"))
    assert found.attribution == (("c2", 5),)


def test_of_several_changes_to_a_node_the_slo_s_own_percentile_is_the_cause() -> None:
    def version(more: float) -> Graph:
        nodes = {"b": {"latency.p50Ms": more / 2, "latency.p95Ms": more, "latency.p99Ms": more * 2}}
        return graph("a 12 -> b -> c 300", nodes=nodes, slos={"answer": "c p95 400"})

    found = compare_slo(
        version(40),
        version(120),
        "answer",
        changes(*(("node:b", f"latency.{label}Ms") for label in ("p50", "p95", "p99"))),
    )
    assert (found.attribution, found.reverts) == ((("c2", 80),), (("c2",),))


def test_a_tighter_slo_is_what_to_revert() -> None:
    base, head = chain(40, 300), graph("a 12 -> b 40 -> c 300", slos={"answer": "c p95 340"})
    found = compare_slo(base, head, "answer", changes(("slo:answer", "slo.latencyMs")))
    assert (found.limit, found.base_limit, found.attribution, found.reverts) == (340, 400, (), (("c1",),))


def test_another_percentile_or_node_is_a_change_of_the_figure() -> None:
    nodes = {"c": {"latency.p99Ms": 700}, "b": {"latency.p99Ms": 80}, "a": {"latency.p99Ms": 20}}
    base = graph("a 12 -> b 40 -> c 300", nodes=nodes, slos={"answer": "c p95 400"})
    head = graph("a 12 -> b 40 -> c 300", nodes=nodes, slos={"answer": "c p99 400"})
    found = compare_slo(base, head, "answer", changes(("slo:answer", "slo.percentile")))
    assert (found.base, found.head, found.attribution) == (352, 800, (("c1", 448),))
    moved = graph("a 12 -> b 40 -> c 300", slos={"answer": "b p95 400"})
    found = compare_slo(chain(40, 300), moved, "answer", changes(("slo:answer", "slo.at")))
    assert (found.base, found.head, found.attribution) == (352, 52, (("c1", -300),))


def test_an_slo_that_only_one_side_has() -> None:
    without = graph("a 12 -> b 40 -> c 300")
    new = compare_slo(without, chain(40, 300), "answer", changes(("slo:answer",)))
    assert (new.base, new.head, new.base_limit, new.limit, new.verdict) == (None, 352, None, 400, "budget-fits")
    gone = compare_slo(chain(40, 300), None, "answer", ())
    assert (gone.base, gone.head, gone.base_limit, gone.limit) == (352, None, 400, None)
    assert (gone.verdict, gone.reason) == ("undetermined", "head has no such SLO")


def test_an_interval_is_not_split() -> None:
    head = graph("a 12 -> b -> c 300", slos={"answer": "c p95 400"})
    found = compare_slo(chain(40, 300), head, "answer", slower("b"))
    assert (found.base, found.head, found.verdict, found.attribution) == (352, None, "undetermined", ())
    assert found.reason == "`b` declares no latency.p95Ms; known are 312 ms"


def test_identical_versions_and_swapped_ones() -> None:
    same = compare_slo(chain(40, 300), chain(40, 300), "answer", ())
    assert (same.attribution, same.reverts, {step.delta for step in same.critical_path}) == ((), (), {0})
    there = compare_slo(chain(40, 300), chain(120, 325), "answer", slower("b", "c"))
    back = compare_slo(chain(120, 325), chain(40, 300), "answer", slower("b", "c"))
    assert back.attribution == tuple((change, -share) for change, share in there.attribution)


def test_every_slo_of_either_version() -> None:
    base = graph("a 12 -> b 40", slos={"z": "b p95 60", "old": "a p95 60"})
    head = graph("a 12 -> b 45", slos={"z": "b p95 60", "new": "a p95 60"})
    found = compare_slos(base, head, slower("b"))
    assert [(one.name, one.base, one.head) for one in found] == [("new", None, 12), ("old", 12, None), ("z", 52, 57)]


def test_worst_and_total_negative_slack_over_two_slos() -> None:
    def version(rerank: float) -> Graph:
        chains = (f"embed 20 -> search 35 -> rerank {rerank} -> llm 250", "rerank -> cite 30")
        return graph(*chains, slos={"answer": "llm p95 380", "sources": "cite p95 160"})

    found = compare_slos(version(40), version(90), slower("rerank"))
    assert [(one.base, one.head, one.slack) for one in found] == [(345, 395, -15), (125, 175, -15)]


def many(count: int, slow: int, limit: float) -> Graph:
    """A row of `count` nodes of 10 ms with ways past every second one; the first `slow` of every third are slower."""
    late = {3 * number: 3 + number % 7 for number in range(slow)}
    row = " -> ".join(f"n{number:03} {10 + late.get(number, 0)}" for number in range(count))
    past = (f"n{number:03} -> n{number + 2:03}" for number in range(0, count - 2, 2))
    return graph(row, *past, slos={"answer": f"n{count - 1:03} p95 {limit}"})


def test_twelve_changes_are_split_exactly() -> None:
    all_changes = slower(*(f"n{3 * number:03}" for number in range(12)))
    found = compare_slo(many(60, 0, 610), many(60, 12, 610), "answer", all_changes)
    assert found.base is not None
    assert found.head is not None
    assert sum(share for _, share in found.attribution) == pytest.approx(found.head - found.base)
    assert [change for change, _ in found.attribution] == [f"c{number}" for number in range(1, 13)]
    delays = {f"c{number + 1}": 3 + number % 7 for number in range(12)}
    for number, one in enumerate(found.reverts):
        assert found.head - sum(delays[change] for change in one) <= 610
        assert all(
            found.head - sum(delays[change] for change in less) > 610 for less in combinations(one, len(one) - 1)
        ), number
    assert len(found.reverts) == 3


def test_more_than_twelve_changes_are_not_split_but_can_be_reverted() -> None:
    all_changes = slower(*(f"n{3 * number:03}" for number in range(14)))
    found = compare_slo(many(60, 0, 670), many(60, 14, 670), "answer", all_changes)
    assert found.attribution == ()
    assert found.notes == ("14 changes bear on it, too many to split the difference; only sets to revert are given",)
    assert found.reverts == (("c3", "c7"), ("c3", "c14"), ("c4", "c6"))


def test_more_than_twelve_changes_on_few_nodes_are_split_by_node() -> None:
    def version(late: float) -> Graph:
        chains = [f"in:entry -> a{number} 10 -> out.p{number} 5" for number in range(13)]
        edges = {f"a{number}->out.p{number}": {"latencyMs": late + number} for number in range(13)} if late else {}
        return graph(*chains, edges=edges, slos={"answer": "out p95 20"})

    all_changes = changes(*((f"edge:a{number}->out.p{number}", "edge.latencyMs") for number in range(13)))
    found = compare_slo(version(0), version(7), "answer", all_changes)
    assert (found.base, found.head, found.attribution) == (15, 34, (("c1", 19),))
    assert found.notes[0] == "changes to one node and the edges into it are counted as one"


@pytest.mark.parametrize("kind", ["stream", "call", "loop", "fallback"])
def test_constructs_that_do_not_simply_add_up_are_split_as_well(kind: str) -> None:
    def version(model: float, tool: float) -> Graph:
        nodes: dict[str, dict[str, object]] = {"model": {"latency.p95Ms": model}, "tool": {"latency.p95Ms": tool}}
        edges: dict[str, dict[str, object]] = {}
        chains = ["in 3 -> model -> tool -> out 2"]
        if kind == "stream":
            nodes["model"] = {"streaming.ttft.p95Ms": model, "streaming.tpot.p95Ms": 2, "usage.outputTokens": 10}
            edges["model->tool"] = {"kind": "stream"}
        elif kind == "call":
            nodes["model"]["flow.order"] = "sequential"
            edges["model->tool"] = {"kind": "call"}
            chains = ["in 3 -> model -> out 2", "model -> tool"]
        elif kind == "loop":
            nodes["model"]["loop.maxIterations"] = 3
            chains = ["in 3 -> model -> tool -> model", "tool -> out 2"]
        else:
            nodes["tool"]["fallback"] = "spare"
            nodes["spare"] = {"latency.p95Ms": 30}
            edges["model->tool"] = {"timeoutMs": 25}
        return graph(*chains, nodes=nodes, edges=edges, slos={"answer": "out p95 1000"})

    found = compare_slo(version(10, 20), version(40, 70), "answer", slower("model", "tool"))
    assert found.base is not None
    assert found.head is not None
    assert sum(share for _, share in found.attribution) == pytest.approx(found.head - found.base)
    assert (
        found.attribution
        == {
            "stream": (("c1", 30), ("c2", 50)),
            "call": (("c1", 30), ("c2", 50)),
            "loop": (("c1", 90), ("c2", 150)),
            "fallback": (("c1", 30), ("c2", 35)),
        }[kind]
    )


def test_a_node_whose_only_input_is_exchanged_is_one_change() -> None:
    base = graph("a 10 -> b 20 -> c 30", "a -> d 50", slos={"answer": "c p95 70"})
    head = graph("a 10 -> b 20", "a -> d 50 -> c 30", slos={"answer": "c p95 70"})
    found = compare_slo(base, head, "answer", changes(("edge:b->c",), ("edge:d->c",)))
    assert (found.base, found.head, found.attribution, found.reverts) == (60, 90, (("c1", 30),), (("c1", "c2"),))


def test_a_figure_that_nobody_declares_is_no_number() -> None:
    made = graph("in:entry -> b -> c 300", slos={"answer": "c p95 600"})
    found = compare_slo(made, made, "answer", ())
    assert [(step.node, isnan(step.amount), step.delta) for step in found.critical_path] == [
        ("in", False, 0),
        ("b", True, 0),
        ("c", False, 0),
    ]


def test_a_race_between_nodes_that_can_fail_is_split_as_it_is_summed() -> None:
    """What is contracted must not look as if it could not fail: then the slower way would not count."""
    nodes = {"l": {"flow.join": "any"}}
    base = graph("u:entry -> a 1 -> l 1", "u -> b 1 -> l", nodes=nodes, slos={"s": "l p95 900"})
    head = graph(
        "u:entry -> a 1 -> l 1", "u -> b 1 -> l", nodes=nodes, edges={"a->l": {"latencyMs": 7}}, slos={"s": "l p95 900"}
    )
    found = compare_slo(base, head, "s", changes(("edge:a->l", "edge.latencyMs")))
    assert (found.base, found.head, found.attribution) == (2, 9, (("c1", 7),))
