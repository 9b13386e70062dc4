"""Laws of the budget arithmetic, on small random graphs."""

from itertools import pairwise, permutations
from typing import Any

from graphs import HERE, assemble, graph
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from msdiff.model.change import Change
from msdiff.model.graph import Fact, Graph
from msdiff.propagate.budgets import SloFigure, arrivals, budget_obligations, compare_slo, evaluate_slo
from msdiff.propagate.components import components

NODES = [f"n{number}" for number in range(7)]
TIMES = st.integers(0, 50)
SLOW = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    deadline=None,
    max_examples=150,
)


def figure(made: Graph) -> SloFigure:
    (slo,) = made.slos.values()
    return evaluate_slo(made, slo)


def made_of(nodes: dict[str, Any], edges: dict[tuple[str, str], Any], at: str = NODES[-1], limit: float = 1e6) -> Graph:
    chains = [*nodes, *(f"{producer} -> {consumer}" for producer, consumer in edges)]
    said = {f"{producer}->{consumer}": terms for (producer, consumer), terms in edges.items()}
    return graph(*chains, nodes=nodes, edges=said, slos={"s": f"{at} p95 {limit}"})


# --- plain graphs: times add up, the longest way counts ---------------------------------------------------------------------


@st.composite
def plain(draw: st.DrawFn) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    """Times of nodes, and of edges that lead forward."""
    times = {name: draw(TIMES) for name in NODES}
    pairs = [(one, other) for number, one in enumerate(NODES) for other in NODES[number + 1 :]]
    edges = draw(st.dictionaries(st.sampled_from(pairs), st.integers(0, 9), max_size=14))
    return times, edges


def plain_graph(times: dict[str, int], edges: dict[tuple[str, str], int], limit: float = 1e6) -> Graph:
    nodes = {name: {"latency.p95Ms": time} for name, time in times.items()}
    return made_of(nodes, {ends: {"latencyMs": time} if time else {} for ends, time in edges.items()}, limit=limit)


def longest(times: dict[str, int], edges: dict[tuple[str, str], int], node: str) -> int:
    """By enumeration of every path."""
    return times[node] + max(
        (longest(times, edges, producer) + time for (producer, consumer), time in edges.items() if consumer == node),
        default=0,
    )


@SLOW
@given(plain())
def test_the_sum_is_the_longest_of_all_paths(drawn: tuple[dict[str, int], dict[tuple[str, str], int]]) -> None:
    times, edges = drawn
    found = figure(plain_graph(times, edges))
    assert found.value == longest(times, edges, NODES[-1])
    assert sum(step.amount for step in found.steps) == 1000 * longest(times, edges, NODES[-1])
    names = [step.node for step in found.steps if step.node is not None]
    assert names[-1] == NODES[-1]
    assert all(pair in edges for pair in pairwise(names))
    assert not any(consumer == names[0] for _, consumer in edges)
    every = arrivals(plain_graph(times, edges))
    assert {name: one.at for name, one in every.items()} == {name: longest(times, edges, name) for name in NODES}


@SLOW
@given(plain(), st.sampled_from(NODES))
def test_a_node_may_be_later_by_its_slack_and_no_more(
    drawn: tuple[dict[str, int], dict[tuple[str, str], int]], late: str
) -> None:
    times, edges = drawn
    total = longest(times, edges, NODES[-1])
    slack = arrivals(plain_graph(times, edges, limit=total))[late].slack
    if slack is None:
        assert longest({**times, late: times[late] + 1000}, edges, NODES[-1]) == total
    else:
        assert longest({**times, late: times[late] + int(slack)}, edges, NODES[-1]) == total
        assert longest({**times, late: times[late] + int(slack) + 1}, edges, NODES[-1]) > total


@SLOW
@given(plain(), st.data())
def test_shares_are_the_average_over_all_orders(
    drawn: tuple[dict[str, int], dict[tuple[str, str], int]], data: st.DataObject
) -> None:
    times, edges = drawn
    changed = data.draw(st.lists(st.sampled_from(NODES), unique=True, max_size=4))
    after = {**times, **{name: data.draw(TIMES, label=name) for name in changed}}
    changed = [name for name in NODES if times[name] != after[name]]
    changes = [Change(f"c-{n}", "", "app", Fact(f"node:{n}", "latency.p95Ms"), 1, 2, HERE, HERE) for n in changed]
    limit = data.draw(st.integers(0, 200))
    found = compare_slo(plain_graph(times, edges, limit), plain_graph(after, edges, limit), "s", changes)
    expected = dict.fromkeys(changed, 0.0)
    orders = list(permutations(changed))
    for order in orders:
        now = dict(times)
        for name in order:
            before = longest(now, edges, NODES[-1])
            now[name] = after[name]
            expected[name] += (longest(now, edges, NODES[-1]) - before) / len(orders)
    assert {change[2:]: round(share, 3) for change, share in found.attribution} == {
        name: round(share, 3) for name, share in expected.items() if round(share, 6)
    }
    for reverted in found.reverts:
        now = {**after, **{name: times[name] for name in changed if f"c-{name}" in reverted}}
        assert longest(now, edges, NODES[-1]) <= limit
        for kept in reverted:
            assert longest({**now, kept[2:]: after[kept[2:]]}, edges, NODES[-1]) > limit


# --- rich graphs: every construct -------------------------------------------------------------------------------------------

LADDER = ("minMs", "p50Ms", "p90Ms", "p95Ms", "p99Ms", "maxMs")


@st.composite
def figures(draw: st.DrawFn, family: str, whole: bool = False) -> dict[str, Any]:
    """Some (or the `whole`) of the figures of one family, that do not contradict each other."""
    times = sorted(draw(st.lists(TIMES, min_size=6, max_size=6)))
    kept = set(LADDER) if whole else draw(st.sets(st.sampled_from(LADDER)))
    return {f"{family}.{key}": time for key, time in zip(LADDER, times, strict=True) if key in kept}


def maybe(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any part of these attributes; two underscores stand for a dot."""
    return st.fixed_dictionaries({}, optional={name.replace("__", "."): value for name, value in values.items()})


@st.composite
def node(draw: st.DrawFn, whole: bool) -> dict[str, Any]:
    said = draw(figures("latency", whole))
    if draw(st.booleans()) and draw(st.booleans()):  # not both, so that they do not contradict each other
        said = draw(figures("streaming.ttft", whole)) | draw(figures("streaming.tpot", whole))
    rare = maybe(
        latency__scope=st.just("inclusive"),
        streaming__mode=st.sampled_from(["stream", "block"]),
        usage__outputTokens=st.integers(1, 5),
        flow__order=st.sampled_from(["parallel", "sequential"]),
        flow__join=st.sampled_from(["all", "any", {"k": 2}]),
        fallback=st.sampled_from(NODES),
        loop__maxIterations=st.integers(1, 4),
        required=st.booleans(),
        enabled=st.booleans(),
        availability=st.sampled_from([1, 0.9]),
        role=st.sampled_from(["entry", "exit"]),
    )
    return said | (draw(rare) if draw(st.booleans()) else {})


EDGE = maybe(
    kind=st.sampled_from(["sync", "call", "stream", "async"]),
    latencyMs=st.integers(0, 9),
    required=st.booleans(),
    when=st.sampled_from(["easy", "hard"]),
    probability=st.sampled_from([0, 0.5]),
    fanOut__count=st.integers(0, 5),
    fanOut__maxConcurrency=st.integers(1, 3),
    timeoutMs=st.integers(0, 60),
    perTryTimeoutMs=st.integers(0, 40),
    maxAttempts=st.integers(1, 4),
    backoff__initialMs=st.integers(0, 5),
    backoff__multiplier=st.sampled_from([1, 2, 1.5]),
    onTimeout=st.sampled_from(["fail", "skip", "fallback"]),
    onError=st.sampled_from(["fail", "skip", "fallback"]),
    fallback=st.sampled_from(NODES),
    maxLatencyMs=st.integers(0, 60),
    propagatesDeadline=st.booleans(),
)
PAIRS = [(one, other) for one in NODES for other in NODES]


@st.composite
def rich(draw: st.DrawFn, pairs: list[tuple[str, str]] = PAIRS) -> tuple[dict[str, Any], dict[tuple[str, str], Any]]:
    whole = draw(st.booleans())
    nodes = {name: draw(node(whole)) for name in NODES}
    edges = {
        ends: draw(EDGE) if draw(st.booleans()) else {} for ends in draw(st.sets(st.sampled_from(pairs), max_size=12))
    }
    return nodes, edges


Drawn = tuple[dict[str, Any], dict[tuple[str, str], Any]]


@SLOW
@given(rich())
def test_every_graph_has_a_figure_whose_steps_add_up(drawn: Drawn) -> None:
    for found in both_metrics(made_of(*drawn)):
        assert found.known is not None
        assert found.most is None or found.known <= found.most
        assert sum(step.amount for step in found.steps) == round(
            1000 * (found.known if found.value is None else found.value)
        )
        assert found.value is not None or found.reason
        assert found.value is None or found.known <= found.value


def both_metrics(made: Graph) -> tuple[SloFigure, ...]:
    """The graph's SLO read as completion, and as time to first token."""
    slo = made.slos["s"]
    return tuple(
        evaluate_slo(made, slo._replace(attributes={**slo.attributes, "slo.metric": _said(metric)}))
        for metric in ("completion", "ttft")
    )


def _said(value: Any) -> Any:
    return graph("x", slos={"s": {"metric": value}}).slos["s"].attributes["slo.metric"]


@SLOW
@given(rich())
def test_bounds_enclose_the_budget(drawn: Drawn) -> None:
    for found in both_metrics(made_of(*drawn)):
        assert found.lower is not None
        assert found.known is not None
        assert found.lower <= found.known
        assert found.bound is None or found.known <= found.bound


@SLOW
@given(rich(), st.data())
def test_an_unknown_figure_lands_inside_the_interval(drawn: Drawn, data: st.DataObject) -> None:
    nodes, edges = drawn
    open_nodes = [
        n
        for n, said in nodes.items()
        if not any(key.startswith(("latency.p", "latency.m", "streaming")) for key in said)
    ]
    assume(open_nodes)
    before = figure(made_of(nodes, edges))
    filled = {
        name: {**nodes[name], "latency.p95Ms": data.draw(TIMES)} for name in open_nodes if not nodes[name].get("role")
    }
    # what an optional part does not declare counts nothing, and so does an undeclared boundary
    assume(all(said.get("required", True) for said in nodes.values()))
    assume(all(terms.get("required", True) for terms in edges.values()))
    after = figure(made_of({**nodes, **filled}, edges))
    assert before.known is not None
    assert after.known is not None
    assert before.known <= after.known
    assert before.most is None or (after.most is not None and after.most <= before.most)


@SLOW
@given(rich(), st.sampled_from(NODES), TIMES)
def test_more_latency_never_lowers_the_budget(drawn: Drawn, name: str, more: int) -> None:
    nodes, edges = drawn
    before = figure(made_of(nodes, edges))
    said = {
        key: value + more if key.startswith("latency.") and key.endswith("Ms") else value
        for key, value in nodes[name].items()
    }
    after = figure(made_of({**nodes, name: said}, edges))
    assert (before.known or 0) <= (after.known or 0)
    assert after.most is None or (before.most is not None and before.most <= after.most)


RAISED = ("timeoutMs", "maxAttempts", "latencyMs", "fanOut.count", "perTryTimeoutMs")


@SLOW
@given(rich(), st.integers(1, 30), st.data())
def test_more_of_anything_never_lowers_the_hard_bound(drawn: Drawn, more: int, data: st.DataObject) -> None:
    nodes, edges = drawn
    raisable = sorted((ends, key) for ends, terms in edges.items() for key in RAISED if key in terms)
    assume(raisable)
    ends, key = data.draw(st.sampled_from(raisable))
    raised = {**edges, ends: {**edges[ends], key: edges[ends][key] + more}}
    before, after = figure(made_of(nodes, edges)), figure(made_of(nodes, raised))
    assert after.bound is None or (before.bound is not None and before.bound <= after.bound)


@SLOW
@given(rich(), st.randoms())
def test_the_order_of_nodes_and_edges_does_not_matter(drawn: Drawn, random: Any) -> None:
    made = made_of(*drawn)
    names, keys = list(made.nodes), list(made.edges)
    random.shuffle(names)
    random.shuffle(keys)
    shuffled = assemble(
        made._replace(nodes={name: made.nodes[name] for name in names}, edges={key: made.edges[key] for key in keys})
    )
    one, other = figure(made), figure(shuffled)
    assert (set(one.support), one.steps, one.value, one.verdict) == (
        set(other.support),
        other.steps,
        other.value,
        other.verdict,
    )
    assert {found.key: (found.outcome, dict(found.facts)) for found in budget_obligations(made)} == {
        found.key: (found.outcome, dict(found.facts)) for found in budget_obligations(shuffled)
    }


@SLOW
@given(rich(), st.integers(2, 9))
def test_times_scale(drawn: Drawn, factor: int) -> None:
    nodes, edges = drawn

    def scaled(said: dict[str, Any]) -> dict[str, Any]:
        return {key: value * factor if key.endswith("Ms") else value for key, value in said.items()}

    assume(all(terms.get("backoff.multiplier") != 1.5 for terms in edges.values()))
    one, other = (
        figure(made_of(nodes, edges)),
        figure(made_of({n: scaled(s) for n, s in nodes.items()}, {e: scaled(s) for e, s in edges.items()})),
    )
    assert (other.known, other.lower) == ((one.known or 0) * factor, (one.lower or 0) * factor)


@SLOW
@given(rich(), st.data())
def test_combinations_are_what_the_graphs_of_them_are(drawn: Drawn, data: st.DataObject) -> None:
    """The difference is split without a rest, whatever the constructs; what is contracted changes nothing."""
    nodes, edges = drawn
    after = {**nodes}
    for name in data.draw(st.sets(st.sampled_from(NODES), max_size=3)):
        after[name] = {key: data.draw(TIMES) if key == "latency.p95Ms" else value for key, value in nodes[name].items()}
    more = {
        ends: {**terms, "latencyMs": data.draw(TIMES)}
        for ends, terms in edges.items()
        if data.draw(st.integers(0, 5)) == 0
    }
    base, head = made_of(nodes, edges), made_of(after, {**edges, **more})
    changes = [Change(f"c{n}", "", "app", Fact(f"node:{n}", "latency.p95Ms"), 1, 2, HERE, HERE) for n in NODES]
    changes += [
        Change(f"e{n}", "", "app", Fact(key, "edge.latencyMs"), 1, 2, HERE, HERE)
        for n, key in enumerate(f"edge:{a}->{b}" for a, b in edges)
    ]
    found = compare_slo(base, head, "s", changes)
    one, other = figure(base), figure(head)
    if one.known == one.most and other.known == other.most:
        total = sum(share for _, share in found.attribution)
        assert abs(total - ((found.head or 0) - (found.base or 0))) < 1e-6


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20))
def test_components_are_mutual_reachability_in_forward_order(pairs: list[tuple[int, int]]) -> None:
    successors: dict[int, list[int]] = {}
    for one, other in pairs:
        successors.setdefault(one, []).append(other)
    reach = {node: {node} for node in range(9)}
    for _ in range(9):
        for one, other in pairs:
            reach[one] |= reach[other]
    found = components(range(9), successors)
    assert sorted(node for block in found for node in block) == list(range(9))
    for block in found:
        assert all(set(block) == {other for other in reach[node] if node in reach[other]} for node in block)
    place = {node: number for number, block in enumerate(found) for node in block}
    assert all(place[one] <= place[other] for one, other in pairs)


def test_a_large_cyclic_graph_ends_and_a_long_chain_does_not_recurse() -> None:
    chain = " -> ".join(f"n{number:05} 1" for number in range(3000))
    found = figure(graph(chain, slos={"s": "n02999 p95 99999"}))
    assert (found.value, len(found.steps)) == (3000, 3000)
    calls = {f"n{number:05}->n{number + 1:05}": {"kind": "call"} for number in range(2999)}
    found = figure(graph(chain, edges=calls, slos={"s": "n00000 p95 99999"}))
    assert (found.value, len(found.steps)) == (3000, 3000)
    circle = figure(
        graph(chain + " -> n00000", nodes={"n00000": {"loop.maxIterations": 2}}, slos={"s": "n00005 p95 99999"})
    )
    assert circle.value == 6000


# --- graphs that broke a law once -------------------------------------------------------------------------------------------


def test_a_first_token_is_not_known_where_a_caller_is_not() -> None:
    """One run of a node ends when nobody knows, so does another: the earlier first token of the two proves nothing."""
    nodes = {"n0": {}, "n1": {"latency.p95Ms": 0}, "n6": {"streaming.ttft.p95Ms": 0}}
    made = made_of(nodes, {("n0", "n6"): {"kind": "call"}, ("n1", "n6"): {}}, limit=10)
    found = both_metrics(made)[1]
    assert (found.value, found.verdict, found.missing) == (None, "undetermined", ("n0", "n6"))
