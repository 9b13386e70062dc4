"""Bounds between two places (latency model, 2.4): `edge.maxLatencyMs` and `policy.maxLatency`."""

from typing import Any

import pytest
from graphs import Attributes, graph

from msdiff.errors import InputError
from msdiff.model.graph import Fact, Graph
from msdiff.model.obligation import Held, Obligation, Undecided, Violated
from msdiff.propagate.budgets import budget_obligations


def the(check: str, graph: Graph) -> Obligation:
    """The graph's only obligation of this check."""
    (found,) = (one for one in budget_obligations(graph) if one.check == check)
    return found


def fused(keyword_ms: float, bound: Attributes) -> Graph:
    chains = ("router 3 -> vec 12 -> fuse 4 -> llm 200", f"router -> kw {keyword_ms} -> fuse")
    edges = {"vec->fuse": {"latencyMs": 2}, "kw->fuse": {"latencyMs": 2}}
    return graph(
        *chains, edges=edges, policies={"hop": {"maxLatency": {"from": "router", "to": "fuse", "ms": 30, **bound}}}
    )


def test_a_policy_bounds_the_longest_path_between_its_ends() -> None:
    bound = {"measure": "startToEnd"}
    assert the("hop.policy", fused(9, bound)).outcome == Held()
    found = the("hop.policy", fused(22, bound))
    assert (found.outcome, found.node, found.path) == (Violated(1), "fuse", ("router", "kw", "fuse"))
    assert dict(found.facts) == {
        "policy": "hop",
        "from": "router",
        "to": "fuse",
        "measure": "startToEnd",
        "percentile": "p95",
        "estimated": False,
        "breakdown": "router 3 -> kw 22 -> kw->fuse 2 -> fuse 4",
        "amount": 31,
        "offered": 31,
        "limit": 30,
        "required": 30,
        "slack": -1,
        "margin": 1,
    }


@pytest.mark.parametrize(
    ("measure", "to", "amount"),
    [("endToEnd", "fuse", 28), ("startToEnd", "fuse", 31), ("endToStart", "fuse", 24), ("endToStart", "llm", 28)],
)
def test_where_a_policy_starts_and_ends_counting(measure: str, to: str, amount: float) -> None:
    assert the("hop.policy", fused(22, {"measure": measure, "to": to})).facts["amount"] == amount


def test_a_bound_on_one_node_is_its_own_time() -> None:
    policy = {"maxLatency": {"from": "rank", "to": "rank", "ms": 30, "measure": "startToEnd"}}
    chains, edges = ("in 5 -> rank 20", "rank -> tool 15"), {"rank->tool": {"kind": "call"}}
    found = the("hop.policy", graph(*chains, edges=edges, policies={"own": policy}))
    assert (found.outcome, found.facts["amount"], found.facts["breakdown"]) == (Violated(5), 35, "rank 20 -> tool 15")


def test_the_worst_pair_of_what_selectors_pick_counts() -> None:
    chains = ("in:entry -> a:retriever 10 -> c:generator 50", "in -> b:retriever 90 -> c", "c -> d:generator 5")
    policy = {
        "maxLatency": {"from": {"role": "retriever"}, "to": {"role": "generator"}, "ms": 60, "measure": "startToEnd"}
    }
    found = the("hop.policy", graph(*chains, policies={"p": policy}))
    assert (found.node, found.facts["amount"], found.path) == ("d", 145, ("b", "c", "d"))


def test_other_inputs_of_the_way_do_not_count() -> None:
    chains = ("in:entry -> slow 900 -> join 5", "in -> quick 10 -> join")
    found = the("hop.policy", graph(*chains, policies={"p": {"maxLatency": {"from": "quick", "to": "join", "ms": 10}}}))
    assert found.facts["amount"] == 5


def test_a_hop_inside_a_cycle_is_one_way_through_it() -> None:
    chains = ("in:entry -> agent 100 -> tool 50 -> agent",)
    nodes = {"agent": {"loop.maxIterations": 5}}
    policy = {"maxLatency": {"from": "agent", "to": "tool", "ms": 60}}
    assert the("hop.policy", graph(*chains, nodes=nodes, policies={"p": policy})).facts["amount"] == 50


def test_from_a_caller_to_what_it_calls() -> None:
    policy = {"maxLatency": {"from": "agent", "to": "tool", "ms": 60}}
    edges = {"agent->tool": {"kind": "call", "latencyMs": 2}}
    found = the("hop.policy", graph("agent 100 -> tool 50", edges=edges, policies={"p": policy}))
    assert (found.facts["amount"], found.path) == (52, ("agent", "tool"))


@pytest.mark.parametrize(
    ("ends", "reason"),
    [
        ({"from": "c", "to": "a"}, "no request path leads from `c` to `a`"),
        ({"from": {"role": "router"}, "to": "a"}, "its `from` picks no node"),
        ({"from": "a", "to": "gone"}, "its `to` picks no node"),
        ({"from": "a", "to": "d"}, "no request path leads from `a` to `d`"),
        ({"from": "a", "to": "b"}, "`b` declares no latency.p95Ms"),
    ],
)
def test_what_has_no_measure_is_undecided(ends: dict[str, Any], reason: str) -> None:
    chains, edges = ("a 1 -> b -> c 2", "c -> d 1"), {"c->d": {"kind": "async"}}
    found = the("hop.policy", graph(*chains, edges=edges, policies={"p": {"maxLatency": {"ms": 60, **ends}}}))
    assert found.outcome == Undecided(reason)


def test_a_selector_that_says_nothing_is_an_error() -> None:
    with pytest.raises(InputError, match="empty selector"):
        budget_obligations(graph("a 1 -> b 2", policies={"p": {"maxLatency": {"from": {}, "to": "b", "ms": 60}}}))


def test_an_edge_bound_is_the_edge_and_its_consumer_whatever_else_that_waits_for() -> None:
    chains = ("in:entry -> a 500 -> store 25", "in -> embed 12 -> store")
    edges = {"embed->store": {"latencyMs": 3, "maxLatencyMs": 27}}
    found = the("hop.edge", graph(*chains, edges=edges))
    assert (found.outcome, found.node, found.edge, found.path) == (
        Violated(1),
        "store",
        "embed->store",
        ("embed", "store"),
    )
    assert (found.facts["amount"], found.facts["breakdown"]) == (28, "embed->store 3 -> store 25")
    assert {Fact("edge:embed->store", "edge.maxLatencyMs"), Fact("node:store", "latency.p95Ms")} <= set(found.support)
    assert "node:a" not in {fact.element for fact in found.support}


def test_an_edge_bound_counts_limits_calls_and_the_inclusive_scope() -> None:
    edges: dict[str, Any] = {"in->hub": {"maxLatencyMs": 100}, "hub->tool": {"kind": "call"}}
    chains = ("in:entry -> hub 80", "hub -> tool 70")
    assert the("hop.edge", graph(*chains, edges=edges)).outcome == Violated(50)
    assert the("hop.edge", graph(*chains, nodes={"hub": {"latency.scope": "inclusive"}}, edges=edges)).outcome == Held()
    edges["in->hub"] = {"maxLatencyMs": 100, "timeoutMs": 90}
    assert the("hop.edge", graph(*chains, edges=edges)).outcome == Held()


def test_an_edge_bound_is_open_where_its_consumer_says_nothing_even_if_optional() -> None:
    edges = {"in->rank": {"maxLatencyMs": 100}}
    found = the("hop.edge", graph("in:entry -> rank", nodes={"rank": {"required": False}}, edges=edges))
    assert found.outcome == Undecided("`rank` declares no latency.p95Ms")
    lower = the("hop.edge", graph("in:entry -> rank", nodes={"rank": {"latency.p50Ms": 120}}, edges=edges))
    assert lower.outcome == Violated(20)
    higher = the("hop.edge", graph("in:entry -> rank", nodes={"rank": {"latency.p99Ms": 90}}, edges=edges))
    assert higher.outcome == Held()


def test_a_default_figure_is_an_estimate() -> None:
    nodes = {"rank": {"latency.source": "default"}}
    assert the("hop.edge", graph("in:entry -> rank 7", nodes=nodes, edges={"in->rank": {"maxLatencyMs": 1}})).facts[
        "estimated"
    ]
