"""Latency budgets between two places: `edge.maxLatencyMs` and `policy.maxLatency` (latency model, 2.4).

In: a timed graph. Out: a `Hop` for each bound: the longest path between the two ends, not a slice of a longer one. Here
an unknown figure leaves the bound open even where the node is optional: the bound speaks of that very node.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import inf

from msdiff.model.graph import Edge, Fact, Item
from msdiff.model.records import NamedTuple
from msdiff.model.values import Value
from msdiff.propagate.arrivals import Pass
from msdiff.propagate.behind import Gap, behind, gaps, is_missing
from msdiff.propagate.critical import Step, critical, edge_steps
from msdiff.propagate.durations import Reading, clipped, on_the_way, times
from msdiff.propagate.plan import Plan, Wire, restricted
from msdiff.propagate.selectors import select
from msdiff.propagate.slos import Timed, element_facts
from msdiff.propagate.timing import LABELS, microseconds

# What bears on one hop where it is stated, so that its going shows as a cause.
OF_EDGE = ("edge.latencyMs", "edge.timeoutMs", "edge.perTryTimeoutMs", "edge.maxAttempts", "edge.fanOut.count")
OF_NODE = ("latency.p95Ms", "latency.scope", "loop.maxIterations", "flow.order", "fallback", "enabled")


class Hop(NamedTuple):
    """A bound and the figure against it, in µs: `known` at least, `most` at most. `reason` says why there is none."""

    limit: float
    percentile: str
    known: float
    most: float
    node: str
    steps: tuple[Step, ...]
    missing: tuple[Gap, ...]
    support: tuple[Fact, ...]
    estimated: bool
    reason: str = ""


def edge_hop(at: Timed, edge: Edge, limit: float) -> Hop:
    """Producer done to consumer done, against `edge.maxLatencyMs`."""
    label = LABELS["p95"]
    wire = at.wire(edge)
    known, most = edge_times(at, wire)
    reach = behind(at.plan, wire.consumer, arriving=False)
    return Hop(
        limit=limit,
        percentile="p95",
        known=known,
        most=most,
        node=edge.consumer,
        steps=edge_steps(at.table.arrivals(_readings(label)[0]), wire),
        missing=_with_own_gap(at.plan, gaps(at.plan, reach, label, None), wire.consumer, label)
        if known != most
        else (),
        support=tuple(dict.fromkeys(edge_facts(at, edge, wire))),
        estimated=is_estimate(at, [edge.consumer]),
    )


def edge_facts(at: Timed, edge: Edge, wire: Wire) -> Iterator[Fact]:
    """What the hop over an edge rests on."""
    yield from element_facts(edge, ("edge.maxLatencyMs", *OF_EDGE))
    for number in sorted(behind(at.plan, wire.consumer, arriving=False).nodes | {*wire.fallback}):
        yield from element_facts(at.graph.nodes[at.plan.names[number]], OF_NODE if number == wire.consumer else ())
        for call in at.plan.calls.get(number, ()):
            yield from element_facts(at.graph.edges[call.edge])


def _readings(label: int) -> tuple[Reading, Reading]:
    return Reading(label, strict=True), Reading(label, most=True, strict=True)


def edge_times(at: Timed, wire: Wire) -> tuple[float, float]:
    """Edge and consumer's work together at p95, in µs: at least, and at most."""
    least, most = (_edge_time(at, wire, reading) for reading in _readings(LABELS["p95"]))
    return least, most


def _edge_time(at: Timed, wire: Wire, reading: Reading) -> float:
    found, node = at.table.durations(reading), wire.consumer
    work = found.once[node] if node in at.plan.looping else found.work[node]
    return on_the_way(wire, reading) + times(wire.terms.waves, clipped(work, wire, reading, found.work))


def _with_own_gap(plan: Plan, found: tuple[Gap, ...], node: int, label: int) -> tuple[Gap, ...]:
    """Also an optional node's gap: the bound speaks of it."""
    if not plan.speaks[node].optional or not is_missing(plan, node, label):
        return found
    percentile = next(text for text, rank in LABELS.items() if rank == label)
    return tuple(dict.fromkeys((Gap(f"node:{plan.names[node]}", f"latency.{percentile}Ms"), *found)))


def policy_hop(at: Timed, policy: Item) -> Hop | None:
    """The longest path between the nodes of `policy.maxLatency`; `None` where the policy states none.

    `endToEnd` runs from `from` done to `to` done, `startToEnd` and `endToStart` as they say. Raises `InputError` for a
    selector that says nothing.
    """
    value = policy.stated("policy.maxLatency")
    if not isinstance(value, Mapping):
        return None
    limit = microseconds(value.get("ms"))
    percentile = str(value.get("percentile") or "p95")
    if limit is None or percentile not in LABELS:
        return None
    measure = str(value.get("measure") or "endToEnd")
    facts = (Fact(policy.id), *policy.attributes["policy.maxLatency"].facts)
    open_hop = Hop(limit, percentile, 0, inf, "", (), (), facts, False)
    ends = [tuple(at.plan.number_of[name] for name in select(at.graph, value.get(side))) for side in ("from", "to")]
    for side, names in zip(("from", "to"), ends, strict=True):
        if not names:
            return open_hop._replace(reason=f"its `{side}` picks no node")
    between = _between(at.plan, *ends)
    if not between:
        return open_hop._replace(reason=f"no request path leads from {spoken(value['from'])} to {spoken(value['to'])}")
    return _measured(at, open_hop, ends, between, measure)


def _measured(at: Timed, hop: Hop, ends: list[tuple[int, ...]], between: Collection[int], measure: str) -> Hop:
    label = LABELS[hop.percentile]
    starts = [node for node in ends[0] if node in between]
    region = restricted(at.plan, between, _leaving(at.plan, starts))
    origins = () if measure == "startToEnd" else frozenset(starts)
    passes = [at.table.measured(region, reading, origins) for reading in _readings(label)]
    targets = [node for node in ends[1] if node in between]
    known, most = (max((_end(now, node, measure), -node) for node in targets) for now in passes)
    worst = -(known if known[0] > 0 else most)[1]
    steps, _ = critical(passes[0], worst)
    if measure == "endToStart" and steps and steps[-1].node == at.plan.names[worst]:
        steps = steps[:-1]
    facts = list(hop.support)
    for node in sorted(between):
        name = at.plan.names[node]
        facts += element_facts(at.graph.nodes[name], (*OF_NODE, f"latency.{hop.percentile}Ms"))
        for edge in at.graph.incoming.get(name, ()):
            if at.plan.number_of[edge.producer] in between:
                facts += element_facts(edge, OF_EDGE)
    names = [step.node for step in steps if step.node is not None]
    counted = frozenset(between) - (frozenset(starts) if measure != "startToEnd" else frozenset())
    return hop._replace(
        known=known[0],
        most=most[0],
        node=at.plan.names[worst],
        steps=steps,
        missing=_gaps_between(at, worst, counted, label) if known[0] != most[0] else (),
        support=tuple(dict.fromkeys(facts)),
        estimated=is_estimate(at, names),
    )


def _gaps_between(at: Timed, target: int, counted: frozenset[int], label: int) -> tuple[Gap, ...]:
    reach = behind(at.plan, target)
    called = reach.nodes - reach.arriving
    found = gaps(at.plan, reach._replace(required=(counted | called) & reach.nodes), label, None)
    for node in sorted(counted):
        found = _with_own_gap(at.plan, found, node, label)
    return found


def _end(now: Pass, node: int, measure: str) -> float:
    return (now.clock.start if measure == "endToStart" else now.clock.done)[node]


def _leaving(plan: Plan, starts: Collection[int]) -> frozenset[int]:
    """Starts to which a cycle leads back: there the way begins anew. Of several in one cycle none is cut."""
    cut = set()
    for loop in plan.top.loops.values():
        inside = [node for node in starts if node in loop.members]
        if len(inside) == 1:
            cut.update(inside)
    return frozenset(cut)


def _between(plan: Plan, starts: Collection[int], ends: Collection[int]) -> frozenset[int]:
    """The nodes on some way from a start to an end."""
    before: dict[int, set[int]] = {}
    waiting = list(ends)
    while waiting:
        node = waiting.pop()
        if node not in before:
            before[node] = _producers(plan, node)
            waiting.extend(before[node])
    after: dict[int, list[int]] = {}
    for node, producers in before.items():
        for producer in producers:
            after.setdefault(producer, []).append(node)
    found: set[int] = set()
    waiting = [node for node in starts if node in before]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(after.get(node, ()))
    return frozenset(found)


def _producers(plan: Plan, node: int) -> set[int]:
    top = plan.top
    found = set(top.plain.get(node, ()))
    found.update(wire.producer for wire in (*top.wires.get(node, ()), *top.called.get(node, ())))
    return found


def is_estimate(at: Timed, names: Collection[str]) -> bool:
    """Whether one of the figures is a default, not declared or measured."""
    return any(at.graph.nodes[name].stated("latency.source") == "default" for name in names)


def spoken(selector: Value) -> str:
    """A selector in words: `` `llm` ``, `role generator`."""
    if isinstance(selector, str):
        return f"`{selector}`"
    if isinstance(selector, Mapping):
        return " and ".join(_spoken_entries(selector))
    return " or ".join(str(one) for one in selector) if isinstance(selector, tuple) else str(selector)


def _spoken_entries(selector: Mapping[str, Value]) -> Iterator[str]:
    for key, value in sorted(selector.items()):
        yield f"{key} {spoken(value).strip('`')}"
