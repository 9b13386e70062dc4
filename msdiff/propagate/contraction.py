"""A small graph with the same figures, so that thousands of combinations of changes can be tried.

In: two versions as `Parts`, and what differs. Out: both versions without the nodes that nothing bears on: a chain of
plain nodes that is equal in both becomes one edge that takes as long. No combination's figure changes by that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import inf

from msdiff.model.graph import Edge
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.propagate.arrivals import Timetable
from msdiff.propagate.durations import known
from msdiff.propagate.plan import Plan, plan
from msdiff.propagate.timing import PLAIN, SILENT, Parts, Speaks, Terms

ORIGIN = ""  # stands for the moment at which the request comes in; no node has this name
_NOWHERE = Location("", 0, 0)


class Versions(NamedTuple):
    """Two versions of one graph over the same names."""

    base: Parts
    head: Parts


def contracted(versions: Versions, changed: Collection[str], label: int, at: Collection[str]) -> Versions:
    """Both versions without cold nodes. `changed` are names of nodes and edge ends that differ, `at` nodes to keep."""
    union = union_of(versions)
    whole = plan(union)
    hot = _hot(union, whole, changed, at)
    cold = {name for name in union.nodes if name not in hot}
    if not cold:
        return versions
    shortcuts = tuple(_shortcuts(union, whole, cold, label))
    return Versions(_without(versions.base, cold, shortcuts), _without(versions.head, cold, shortcuts))


def union_of(versions: Versions) -> Parts:
    """All that either version has, as in head where both have it."""
    base, head = versions
    return Parts({**base.nodes, **head.nodes}, {**base.edges, **head.edges}, {**base.terms, **head.terms})


def _hot(union: Parts, whole: Plan, changed: Collection[str], at: Collection[str]) -> frozenset[str]:
    """Names of which more is to be said than `the longest way to it, plus its work`."""
    hot = {*changed, *at}
    for name, says in union.nodes.items():
        if says is not SILENT and _is_special(says):
            hot.add(name)
        hot.update(says.fallback)
    if any(says.join is not None for says in union.nodes.values()):  # a race counts on who cannot fail
        hot.update(name for number, name in enumerate(whole.names) if number not in whole.sure)
    for key, edge in union.edges.items():
        terms = union.terms.get(key, PLAIN)
        ports = union.nodes[edge.consumer].optional_ports if edge.consumer in union.nodes else ()
        if (terms is not PLAIN and not _only_takes_time(terms)) or edge.in_port in ports:
            hot.update((edge.producer, edge.consumer))
            hot.update(terms.limit.fallback)
    for loop in whole.top.loops.values():
        hot.update(whole.names[member] for member in loop.members)
    return frozenset(hot)


def _is_special(says: Speaks) -> bool:
    return (
        says.join is not None
        or says.streams
        or says.standby
        or says.part_of is not None
        or says.mode is not None
        or bool(says.fallback)
    )


def is_plain(version: Parts) -> bool:
    """Whether nothing counts but the longest way."""
    if any(says is not SILENT and (_is_special(says) or says.optional_ports) for says in version.nodes.values()):
        return False
    return all(_only_takes_time(terms) for terms in version.terms.values())


def _only_takes_time(terms: Terms) -> bool:
    return terms.latency < inf and terms._replace(latency=0) == PLAIN


def _shortcuts(union: Parts, whole: Plan, cold: Collection[str], label: int) -> Iterator[tuple[str, str, float]]:
    """(producer, consumer, time) of the longest way over cold nodes between hot ones; `ORIGIN` where it starts cold."""
    work = Timetable(whole).durations(known(label)).work
    incoming: dict[str, list[tuple[str, float]]] = {}
    for key, edge in union.edges.items():
        incoming.setdefault(edge.consumer, []).append((edge.producer, union.terms.get(key, PLAIN).latency))
    ways: dict[str, dict[str, float]] = {}
    for member in (one for block in whole.top.blocks for one in block):
        name = whole.names[member]
        inputs = incoming.get(name, [])
        if name in cold:
            ways[name] = {source: time + work[member] for source, time in _joined(inputs, ways).items()}
        elif over_cold := [one for one in inputs if one[0] in cold]:
            for source, time in sorted(_joined(over_cold, ways).items()):
                yield source, name, time


def _joined(inputs: Collection[tuple[str, float]], ways: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """How long it takes from each hot node at the most until all inputs are there."""
    found: dict[str, float] = {} if inputs else {ORIGIN: 0}
    for producer, time in inputs:
        for source, before in ways.get(producer, {producer: 0}).items():
            found[source] = max(found.get(source, 0), before + time)
    return found


def _without(parts: Parts, cold: Collection[str], shortcuts: Collection[tuple[str, str, float]]) -> Parts:
    nodes = {name: says for name, says in parts.nodes.items() if name not in cold}
    nodes[ORIGIN] = Speaks(boundary=True)
    edges = {k: e for k, e in parts.edges.items() if e.producer not in cold and e.consumer not in cold}
    terms = {key: said for key, said in parts.terms.items() if key in edges}
    for number, (producer, consumer, time) in enumerate(shortcuts):
        key = f" {number}"
        edges[key] = Edge(f"edge:{key}", _NOWHERE, {}, producer=producer, consumer=consumer)
        if time:
            terms[key] = PLAIN._replace(latency=time)
    return Parts(nodes, edges, terms)
