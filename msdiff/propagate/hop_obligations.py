"""Latency bounds between two places as obligations: `hop.edge` and `hop.policy` (kind `path`).

In: a timed graph. Out: a `Budget` for each `edge.maxLatencyMs` and each `policy.maxLatency`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from msdiff.model.graph import Edge, Graph, Item
from msdiff.model.obligation import Obligation, Outcome, Undecided, Violated
from msdiff.model.values import Value
from msdiff.propagate.behind import gap_text
from msdiff.propagate.budget import HELD, Budget, among, amounts, at_edge, breakdown, is_involved
from msdiff.propagate.hops import Hop, edge_facts, edge_hop, edge_times, policy_hop
from msdiff.propagate.slos import Timed
from msdiff.propagate.timing import microseconds, milliseconds


def hop_budgets(graph: Graph, at: Timed) -> Iterator[Budget]:
    """The bounds of all edges and policies. Raises `InputError` for a selector that says nothing."""
    for edge in graph.edges.values():
        if edge.attributes and "edge.maxLatencyMs" in edge.attributes and edge.resolved:
            yield from _edge_budget(graph, edge, at)
    for policy in graph.policies.values():
        if (hop := policy_hop(at, policy)) is not None:
            written = partial(_of_policy, graph, policy, hop)
            yield Budget(_hop_outcome(hop), partial(among, hop.support), written)


def _edge_budget(graph: Graph, edge: Edge, at: Timed) -> Iterator[Budget]:
    limit = microseconds(edge.value("edge.maxLatencyMs"))
    if limit is None:
        return
    wire = at.wire(edge)
    known, most = edge_times(at, wire)

    def written() -> Obligation:
        return _of_edge(graph, edge, edge_hop(at, edge, limit))

    def rests(touched: frozenset[str]) -> bool:
        return at_edge(edge, touched) or (is_involved(at, wire) and among(edge_facts(at, edge, wire), touched))

    outcome = HELD if most <= limit and known <= limit else _hop_outcome(edge_hop(at, edge, limit))
    yield Budget(outcome, rests, written)


def _of_edge(graph: Graph, edge: Edge, hop: Hop) -> Obligation:
    facts = {"producer": edge.producer, "consumer": edge.consumer, **_hop_facts(hop)}
    return Obligation(
        kind="path",
        check="hop.edge",
        graph=graph.label,
        key=(graph.label, "path", "hop.edge", edge.id),
        outcome=_hop_outcome(hop),
        node=edge.consumer,
        edge=edge.name,
        location=edge.attributes["edge.maxLatencyMs"].location,
        facts=facts,
        support=hop.support,
        path=_path((edge.producer, *(step.node for step in hop.steps))),
    )


def _of_policy(graph: Graph, policy: Item, hop: Hop) -> Obligation:
    value = policy.stated("policy.maxLatency")
    assert isinstance(value, Mapping)  # else there is no hop
    ends = {"from": value.get("from"), "to": value.get("to"), "measure": value.get("measure") or "endToEnd"}
    return Obligation(
        kind="path",
        check="hop.policy",
        graph=graph.label,
        key=(graph.label, "path", "hop.policy", policy.id),
        outcome=_hop_outcome(hop),
        node=hop.node or None,
        edge=None,
        location=policy.attributes["policy.maxLatency"].location,
        facts={"policy": policy.name, **ends, **_hop_facts(hop)},
        support=hop.support,
        path=_path((*(step.node for step in hop.steps), hop.node)),
    )


def _hop_outcome(hop: Hop) -> Outcome:
    if hop.reason:
        return Undecided(hop.reason)
    if hop.known > hop.limit:
        return Violated(milliseconds(hop.known - hop.limit))
    return HELD if hop.most <= hop.limit else Undecided(gap_text(hop.missing) or "a latency is undeclared")


def _hop_facts(hop: Hop) -> dict[str, Value]:
    return {
        "percentile": hop.percentile,
        "estimated": hop.estimated,
        "breakdown": breakdown(hop.steps),
        **amounts(milliseconds(hop.known), milliseconds(hop.limit)),
    }


def _path(names: Iterable[str | None]) -> tuple[str, ...]:
    """The names without gaps and without a repetition in a row."""
    found: list[str] = []
    for name in names:
        if name and (not found or found[-1] != name):
            found.append(name)
    return tuple(found)
