"""Verdicts, bounds and guarantees of one SLO (latency model, 2.2 and 2.3)."""

import pytest
from graphs import graph

from msdiff.model.graph import Fact, Graph
from msdiff.propagate.budgets import SloFigure, budget_obligations, evaluate_slo


def figure(graph: Graph) -> SloFigure:
    (slo,) = graph.slos.values()
    return evaluate_slo(graph, slo)


def test_one_stage_alone_is_a_certain_miss() -> None:
    """420 at its p99, and the minima of the stages in series with it: 5 + 420 + 5."""
    nodes = {name: {"latency.minMs": least} for name, least in (("a", 5), ("b", 60), ("c", 5))}
    found = figure(graph("a 30 -> b 420 -> c 25", nodes=nodes, slos={"s": "c p99 400"}, label="p99"))
    assert (found.lower, found.verdict, found.value) == (430, "certain-miss", 475)


def test_high_enough_labels_meet_the_slo_under_any_dependence() -> None:
    """Five figures at p99 together hold at p95: 1 - 5 x (1 - 0.99)."""
    chain = "a 60 -> b 90 -> c 200 -> d 20 -> e 25"
    certain = figure(graph(chain, slos={"s": "e p95 400"}, label="p99"))
    assert (certain.value, certain.verdict) == (395, "certain-meet")
    longer = figure(graph(chain + " -> f 1", slos={"s": "f p95 400"}, label="p99"))
    assert (longer.value, longer.verdict) == (396, "budget-fits")


def test_enforced_maxima_meet_the_slo_whatever_happens() -> None:
    nodes = {name: {"latency.maxMs": most} for name, most in (("a", 100), ("b", 250))}
    found = figure(graph("a 30 -> b 120", nodes=nodes, slos={"s": "b p95 350"}))
    assert (found.bound, found.verdict, found.value) == (350, "certain-meet", 150)


def test_a_retry_takes_certainty_away() -> None:
    nodes = {"b": {"latency.maxMs": 250}}
    edges = {"a->b": {"maxAttempts": 2}}
    found = figure(graph("a:entry -> b 120", nodes=nodes, edges=edges, slos={"s": "b p95 350"}))
    assert (found.bound, found.verdict) == (500, "budget-fits")


@pytest.mark.parametrize(("count", "holds"), [(3, "p97"), (5, "p95"), (8, "p92"), (20, "p80")])
def test_what_a_sum_of_p99_figures_guarantees(count: int, holds: str) -> None:
    chain = " -> ".join(f"n{number:02} 10" for number in range(count))
    found = figure(graph(chain, slos={"s": f"n{count - 1:02} p99 1000"}, label="p99"))
    assert found.guarantee == f"a sum of {count} p99 figures guarantees {holds} or better"


def test_the_guarantee_counts_all_that_can_delay_not_only_the_critical_path() -> None:
    found = figure(graph("a 30 -> c 10", "b 20 -> c", slos={"s": "c p95 100"}))
    assert (found.path, found.guarantee) == (("a", "c"), "a sum of 3 p95 figures guarantees p85 or better")


def test_too_many_figures_guarantee_nothing() -> None:
    chain = " -> ".join(f"n{number:02} 10" for number in range(20))
    assert (
        figure(graph(chain, slos={"s": "n19 p95 1000"})).guarantee == "a sum of 20 p95 figures guarantees no percentile"
    )


def test_a_sum_below_both_is_still_only_a_budget() -> None:
    """Two stages that stall in 0.9 % of calls: each p99 is 1 ms, and the sum of 2 ms is not the p99 of 1001 ms."""
    found = figure(graph("a 1 -> b 1", slos={"s": "b p99 5"}, label="p99"))
    assert (found.value, found.verdict) == (2, "budget-fits")
    assert found.guarantee == "a sum of 2 p99 figures guarantees p98 or better"


@pytest.mark.parametrize(
    ("nodes", "edges"),
    [
        ({"b": {"required": False}}, {}),
        ({"b": {"fallback": "spare"}, "spare": {"latency.p95Ms": 1}}, {"a->b": {"timeoutMs": 9999}}),
        ({"b": {"cache.hitRatio": 0.5}}, {}),
        ({}, {"a->b": {"hedgeAfterMs": 50}}),
        ({}, {"a->b": {"onError": "skip"}}),
    ],
)
def test_a_miss_is_not_certain_where_something_else_may_answer(
    nodes: dict[str, object], edges: dict[str, object]
) -> None:
    found = figure(graph("a:entry -> b 500", nodes=nodes, edges=edges, slos={"s": "b p95 400"}))  # type: ignore[arg-type]
    assert (found.verdict, found.lower) == ("budget-exceeded", 0)


def test_a_miss_on_one_branch_is_not_certain() -> None:
    chains = ("route:entry -> fast 20 -> out.text:exit", "route -> slow 500 -> out.text")
    edges = {"route->fast": {"when": "easy"}, "route->slow": {"when": "hard"}}
    found = figure(graph(*chains, edges=edges, slos={"s": "out p95 400"}))
    assert (found.verdict, found.lower, found.value) == ("budget-exceeded", 20, 500)


def test_a_lower_label_bounds_from_below() -> None:
    """A quarter of a second at the median is at least that at p95; p99 says nothing of p95."""
    nodes = {"a": {"latency.p50Ms": 250, "latency.p99Ms": 900}}
    found = figure(graph("a", nodes=nodes, slos={"s": "a p95 200"}))
    assert (found.lower, found.verdict, found.value) == (250, "certain-miss", 900)


def test_an_slo_without_percentile_is_read_at_p95() -> None:
    found = figure(graph("a 50", slos={"s": {"at": "a", "latencyMs": 60}}))
    assert (found.percentile, found.value, found.notes) == ("p95", 50, ("the SLO names no percentile: p95 is assumed",))


@pytest.mark.parametrize(
    ("slo", "reason"),
    [
        ({"at": "nowhere", "latencyMs": 60}, "there is no node `nowhere`"),
        ({"at": "a"}, "it states no limit"),
        ({"at": "a", "metric": "cost", "costPerRequest": 1}, "cost is not evaluated in this version"),
    ],
)
def test_what_cannot_be_worked_out_is_undetermined_never_met(slo: dict[str, object], reason: str) -> None:
    found = figure(graph("a 50", slos={"s": slo}))
    assert (found.verdict, found.value, found.reason) == ("undetermined", None, reason)


def test_support_names_all_whose_change_could_change_the_figure() -> None:
    chains = ("in:entry -> rank 60 -> write.docs 200", "aside -> write.log", "write -> later 5", "lone 7")
    edges = {"aside->write.log": {"kind": "async"}, "in->rank": {"timeoutMs": 90}}
    support = set(figure(graph(*chains, edges=edges, slos={"s": "write p95 400"})).support)
    inside = {
        Fact("slo:s"),
        Fact("slo:s", "slo.latencyMs"),
        Fact("slo:s", "slo.at"),
        Fact("node:rank"),
        Fact("node:rank", "latency.p95Ms"),
        Fact("node:rank", "required"),
        Fact("edge:in->rank"),
        Fact("edge:in->rank", "edge.timeoutMs"),
        Fact("edge:rank->write.docs", "edge.latencyMs"),
        Fact("edge:aside->write.log"),
        Fact("edge:aside->write.log", "edge.kind"),
    }
    assert inside <= support
    assert {fact.element for fact in support} == {
        "slo:s",
        "node:in",
        "node:rank",
        "node:write",
        "edge:in->rank",
        "edge:rank->write.docs",
        "edge:aside->write.log",
    }


# --- availability (section 6) ---------------------------------------------------------------------------------------------


def availability(limit: float, *chains: str, **stated: object) -> SloFigure:
    nodes = {name: value if isinstance(value, dict) else {"availability": value} for name, value in stated.items()}
    at = chains[-1].split("->")[-1].strip().partition(".")[0]
    slo = {"at": at, "metric": "availability", "availability": limit}
    return figure(graph(*chains, nodes=nodes, slos={"s": slo}))


def test_required_nodes_multiply() -> None:
    found = availability(0.999, "db -> web", db=0.9999, web=0.9995)
    assert (found.value, found.verdict) == (pytest.approx(0.99940005), "certain-meet")


def test_a_node_reached_twice_counts_once() -> None:
    found = availability(0.98, "db -> a -> svc", "db -> b -> svc", svc=1, a=0.999, b=0.999, db=0.99)
    assert (found.value, found.verdict) == (pytest.approx(0.98802099), "certain-meet")


def test_an_objective_above_the_product_is_a_certain_miss() -> None:
    found = availability(0.999, "a -> b", a=0.9995, b=0.999)
    assert (found.value, found.verdict) == (pytest.approx(0.9985005), "certain-miss")


def test_five_dependencies_use_half_of_the_budget() -> None:
    found = availability(0.9999, *(f"d{n} -> svc" for n in range(5)), svc=1, **{f"d{n}": 0.99999 for n in range(5)})
    assert ((1 - (found.value or 0)) * 525_600, found.verdict) == (pytest.approx(26.28, abs=0.01), "certain-meet")


def test_an_independent_fallback_is_a_pair() -> None:
    queue = {"availability": 0.999, "endpoint.provider": "one"}
    database = {"availability": 0.9999, "endpoint.provider": "two", "fallback": "queue"}
    found = availability(0.999, "database -> web", web=0.9995, database=database, queue=queue)
    assert found.value == pytest.approx(0.9994999001)


def test_undeclared_shared_fate_gives_a_range() -> None:
    main, spare = {"availability": 0.99, "fallback": "spare"}, {"availability": 0.995}
    found = availability(0.999, "main -> web", web=1, main=main, spare=spare)
    assert (found.verdict, found.known, found.most, found.reason) == (
        "undetermined",
        pytest.approx(0.995),
        pytest.approx(0.99995),
        "fate that may be shared",
    )


def test_what_is_optional_does_not_count() -> None:
    assert (
        availability(0.999, "extra -> web", web=0.9995, extra={"availability": 0.9, "required": False}).value == 0.9995
    )


def test_an_undeclared_availability_is_not_one() -> None:
    found = availability(0.999, "in:entry -> db -> web", web=0.9995)
    assert (found.verdict, found.reason) == ("undetermined", "`db` declares no availability")
    assert availability(0.9999, "db -> web", web=0.9995).verdict == "certain-miss"


def test_binary_fractions_do_not_miss_an_objective() -> None:
    assert availability(0.998001, "a -> b", a=0.999, b=0.999).verdict == "budget-fits"


# --- as obligations -------------------------------------------------------------------------------------------------------


def test_an_slo_is_an_obligation_with_its_whole_sum() -> None:
    (found,) = budget_obligations(graph("a 12 -> b 120 -> c 300", slos={"answer": "c p95 400"}))
    assert (found.kind, found.check, found.key, found.node, found.path) == (
        "path",
        "slo.completion",
        ("app", "path", "slo.completion", "slo:answer"),
        "c",
        ("a", "b", "c"),
    )
    assert (found.outcome.excess, dict(found.facts)) == (  # type: ignore[union-attr]
        32,
        {
            "slo": "answer",
            "at": "c",
            "metric": "completion",
            "percentile": "p95",
            "verdict": "budget-exceeded",
            "certain": False,
            "hard": False,
            "guarantee": "a sum of 3 p95 figures guarantees p85 or better",
            "breakdown": "a 12 -> b 120 -> c 300",
            "notes": (),
            "amount": 432,
            "offered": 432,
            "limit": 400,
            "required": 400,
            "slack": -32,
            "margin": 32,
        },
    )


def test_a_first_token_waits_for_a_call_that_nobody_knows_the_end_of() -> None:
    """Neither its own end nor the call's is known: both count as without end, and the later start does, too."""
    nodes = {"l": {"streaming.ttft.p95Ms": 0}}
    made = graph(
        "u:entry -> l",
        "u -> a -> l",
        nodes=nodes,
        edges={"a->l": {"kind": "call"}},
        slos={"s": {"at": "l", "latencyMs": 9}},
    )
    slo = made.slos["s"]
    ttft = graph("x", slos={"s": {"metric": "ttft"}}).slos["s"].attributes["slo.metric"]
    found = evaluate_slo(made, slo._replace(attributes={**slo.attributes, "slo.metric": ttft}))
    assert (found.known, found.most, found.verdict) == (0, None, "undetermined")


def test_nobody_waits_for_stand_ins_that_only_others_of_them_lead_to() -> None:
    nodes = {"a": {"fallback": "a"}, "l": {"fallback": "b"}}
    found = figure(graph("a 50 -> b 40 -> l 5", "u:entry -> l", nodes=nodes, slos={"s": "l p95 9"}))
    assert (found.value, found.path) == (5, ("u", "l"))
