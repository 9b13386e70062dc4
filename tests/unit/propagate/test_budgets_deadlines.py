"""Time limits against what they limit (latency model, section 3)."""

from typing import Any

import pytest
from graphs import Attributes, graph

from msdiff.model.graph import Fact, Graph
from msdiff.model.obligation import Held, Obligation, Outcome, Undecided, Violated
from msdiff.propagate.budgets import budget_obligations

CALL = {"kind": "call"}


def found(check: str, graph: Graph) -> dict[str, Obligation]:
    return {str(one.edge): one for one in budget_obligations(graph) if one.check == check}


def callee(said: Attributes, limit: Attributes, role: str = "custom") -> Obligation:
    (one,) = found(
        "timeout.callee", graph(f"caller -> callee:{role}", nodes={"callee": said}, edges={"caller->callee": limit})
    ).values()
    return one


def test_a_limit_below_a_percentile_strikes_at_a_rate() -> None:
    """p50 60 is within 80, p95 120 is not: at least 5 % and at most half of the calls time out."""
    one = callee(
        {"latency.p50Ms": 60, "latency.p95Ms": 120, "latency.p99Ms": 300, "latency.minMs": 20}, {"timeoutMs": 80}
    )
    assert (one.outcome, one.node, one.edge, one.path) == (
        Violated(40),
        "caller",
        "caller->callee",
        ("caller", "callee"),
    )
    assert dict(one.facts) == {
        "producer": "caller",
        "consumer": "callee",
        "certain": False,
        "percentile": "p95",
        "breakdown": "",
        "rateAtLeast": 0.05,
        "rateAtMost": 0.5,
        "amount": 120,
        "offered": 120,
        "limit": 80,
        "required": 80,
        "slack": -40,
        "margin": 40,
    }


@pytest.mark.parametrize("limit", [{"timeoutMs": 15}, {"timeoutMs": 90, "perTryTimeoutMs": 15, "maxAttempts": 3}])
def test_a_limit_below_the_minimum_always_strikes(limit: Attributes) -> None:
    one = callee({"latency.minMs": 20}, limit)
    assert (one.outcome, one.facts["certain"], one.facts["percentile"]) == (Violated(5), True, "minimum")


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"latency.p99Ms": 80}, Held()),
        ({"latency.maxMs": 80}, Held()),
        ({"latency.p50Ms": 90, "latency.maxMs": 100}, Violated(10)),
        ({"enabled": False}, Held()),
        ({}, Undecided("`callee` declares no latency.p95Ms")),
        ({"required": False}, Undecided("`callee` declares no latency")),
        ({"latency.minMs": 10}, Undecided("`callee` declares no latency.p95Ms")),
        ({"streaming.ttft.p95Ms": 50, "streaming.tpot.p95Ms": 1, "usage.outputTokens": 41}, Violated(10)),
    ],
)
def test_what_a_limit_of_80_is_compared_with(said: Attributes, outcome: Outcome) -> None:
    assert callee(said, {"timeoutMs": 80}).outcome == outcome


def test_an_exit_takes_no_time() -> None:
    assert callee({}, {"timeoutMs": 80}, role="exit").outcome == Held()


def test_off_the_request_path_nobody_waits() -> None:
    made = graph("a -> b 100", edges={"a->b": {"kind": "async", "timeoutMs": 5}})
    assert budget_obligations(made) == ()


def test_the_callee_s_figure_includes_its_calls() -> None:
    edges: dict[str, Any] = {"gate->agent": {**CALL, "timeoutMs": 500}, "agent->tool": CALL}
    nodes = {"agent": {"latency.minMs": 200}, "tool": {"latency.minMs": 350}}
    one = found("timeout.callee", graph("gate -> agent 300 -> tool 400", nodes=nodes, edges=edges))["gate->agent"]
    assert (one.outcome, one.facts["certain"]) == (Violated(50), True)
    inclusive = {**nodes, "agent": {"latency.minMs": 200, "latency.scope": "inclusive"}}
    one = found("timeout.callee", graph("gate -> agent 300 -> tool 400", nodes=inclusive, edges=edges))["gate->agent"]
    assert one.outcome == Held()


# --- nested limits --------------------------------------------------------------------------------------------------------


def nested(
    outer: Attributes, *, order: str | None = None, model: Attributes | None = None, **agent: object
) -> Obligation | None:
    """A gateway calls an agent, which calls a model (6 s) and a tool (3 tries of 2 s)."""
    edges = {
        "gate->agent": {**CALL, **outer},
        "agent->model": {**CALL, "timeoutMs": 6000, **(model or {})},
        "agent->tool": {**CALL, "perTryTimeoutMs": 2000, "maxAttempts": 3},
    }
    said: dict[str, object] = {**agent, **({"flow.order": order} if order else {})}
    made = graph("gate -> agent -> model", "agent -> tool", nodes={"agent": said}, edges=edges)
    return found("timeout.nested", made).get("gate->agent")


def outcome(one: Obligation | None) -> Outcome | None:
    return one.outcome if one else None


def test_limits_in_sequence_add_up() -> None:
    one = nested({"timeoutMs": 10_000}, order="sequential")
    assert one is not None
    assert (one.outcome, one.node, one.facts["breakdown"]) == (Violated(2000), "gate", "model 6000 + tool 6000")
    assert Fact("edge:gate->agent", "edge.propagatesDeadline") in one.support
    assert Fact("edge:agent->model", "edge.timeoutMs") in one.support


def test_limits_side_by_side_do_not() -> None:
    assert outcome(nested({"timeoutMs": 10_000}, order="parallel")) == Held()
    assert outcome(nested({"timeoutMs": 5000}, order="parallel")) == Violated(1000)


def test_an_undeclared_order_leaves_it_open_unless_one_limit_alone_is_too_long() -> None:
    assert outcome(nested({"timeoutMs": 10_000})) == Undecided("`agent` declares no flow.order of its calls")
    assert outcome(nested({"timeoutMs": 5000})) == Violated(1000)
    assert outcome(nested({"timeoutMs": 12_000})) == Held()


def test_a_deadline_that_is_handed_on_bounds_all_that_is_nested() -> None:
    handed = {"timeoutMs": 5000, "propagatesDeadline": True}
    assert outcome(nested(handed, order="sequential")) == Held()
    assert outcome(nested(handed, order="sequential", model={"propagatesDeadline": False})) == Violated(1000)


def test_back_offs_and_tries_count() -> None:
    model = {"timeoutMs": 90_000, "perTryTimeoutMs": 1000, "maxAttempts": 4, "backoff.initialMs": 500}
    assert outcome(nested({"timeoutMs": 5000}, order="parallel", model=model)) == Violated(1000)
    model = {**model, "maxAttempts": 5}
    assert outcome(nested({"timeoutMs": 5000}, order="parallel", model=model)) == Violated(2000)


def test_an_enforced_maximum_is_the_callee_s_own_limit() -> None:
    assert outcome(nested({"timeoutMs": 10_000}, order="sequential", **{"latency.maxMs": 9000})) == Held()
    assert outcome(nested({"timeoutMs": 10_000}, order="sequential", **{"latency.maxMs": 30_000})) == Violated(20_000)


def test_a_try_that_is_given_up_leaves_work_behind() -> None:
    assert outcome(nested({"timeoutMs": 90_000, "perTryTimeoutMs": 5000}, order="parallel")) == Violated(1000)


def test_only_calls_nest() -> None:
    assert nested({"timeoutMs": 5000, "kind": "sync"}, order="sequential") is None


def test_deadlines_go_through_callees_without_a_limit() -> None:
    edges = {"a->b": {**CALL, "timeoutMs": 1000}, "b->c": CALL, "c->d": {**CALL, "timeoutMs": 1500}}
    assert outcome(found("timeout.nested", graph("a -> b -> c -> d", edges=edges)).get("a->b")) == Violated(500)


def test_a_deadline_handed_on_by_every_outer_call_is_inherited() -> None:
    edges: dict[str, Any] = {
        "top->a": {**CALL, "propagatesDeadline": True},
        "a->b": {**CALL, "timeoutMs": 1000},
        "b->c": {**CALL, "timeoutMs": 2000},
    }
    assert outcome(found("timeout.nested", graph("top -> a -> b -> c", edges=edges))["a->b"]) == Held()
    edges["other->a"] = CALL
    assert outcome(found("timeout.nested", graph("top -> a -> b -> c", "other -> a", edges=edges))["a->b"]) == Violated(
        1000
    )


def test_calls_in_a_circle_end() -> None:
    edges = {"a->b": {**CALL, "timeoutMs": 1000}, "b->a": {**CALL, "timeoutMs": 2000}}
    assert outcome(found("timeout.nested", graph("a -> b -> a", edges=edges))["a->b"]) == Violated(1000)
