"""Budgets: the time of every path that ends at a node, added up figure by figure."""

from collections.abc import Iterator
from itertools import pairwise
from math import inf

from tests.laws.oracle.graphs import Spec, edges, ends, key, optional, stand_ins
from tests.laws.oracle.outcomes import HELD, OPEN, UNSURE, Outcome, Outcomes

SLO, HOP = "path-latency-slo-exceeded", "edge-latency-budget-exceeded"


def waited_for(spec: Spec) -> list[Spec]:
    """Edges on the request path. Nobody waits for a stand-in that nothing leads to."""
    sync = [edge for edge in edges(spec) if edge.get("kind") != "async"]
    led_to = {ends(edge)[1] for edge in sync}
    idle = stand_ins({**spec, "edges": sync}) - led_to
    return [edge for edge in sync if ends(edge)[0] not in idle]


def work(spec: Spec, name: str, unknown: float) -> float:
    node = spec["nodes"][name]
    if node.get("enabled") is False:
        return 0
    time = node.get("latency", {}).get("p95Ms")
    if time is not None:
        return float(time)
    return 0 if node["role"] in ("entry", "exit") else unknown


def unrolled(spec: Spec) -> tuple[Spec, dict[str, str]] | None:
    """The spec with each bounded cycle as one node that takes all its passes, and the node that each name is now in.

    `None` where cycles share nodes, are optional in part, are known in part, or where calls are made: not for brute force.
    """
    where = {name: name for name in spec["nodes"]}
    nodes, drawn = dict(spec["nodes"]), waited_for(spec)
    for cycle in sorted({tuple(sorted(path[1:])) for name in where for path in circles(spec, name)}):
        heads = [name for name in cycle if "loop" in spec["nodes"][name]]
        inside = [edge for edge in drawn if set(ends(edge)) <= set(cycle)]
        known = [work(spec, name, inf) < inf for name in cycle] + [True for edge in inside if edge.get("latencyMs")]
        alone = not any(where[name] != name for name in cycle) and len(inside) == len(cycle)
        if not alone or len(heads) != 1 or any(optional(spec, edge) for edge in inside) or len(set(known)) > 1:
            return None
        body = sum(work(spec, name, inf) for name in cycle) + sum(edge.get("latencyMs", 0) for edge in inside)
        whole: Spec = {"role": "transform"}
        if body < inf:
            whole["latency"] = {"p95Ms": body * passes(spec, heads[0])}
        where |= dict.fromkeys(cycle, "+".join(cycle))
        nodes["+".join(cycle)] = whole
        drawn = [edge for edge in drawn if edge not in inside]
    led = [(where[one], where[other]) for one, other in map(ends, drawn)]
    if len(set(led)) < len(led) or any(edge.get("kind") == "call" for edge in edges(spec)):
        return None
    made = [{**edge, "from": f"{one}.o", "to": f"{other}.i"} for edge, (one, other) in zip(drawn, led, strict=True)]
    kept = {name: node for name, node in nodes.items() if name in where.values()}
    return {**spec, "nodes": kept, "edges": made}, where


def passes(spec: Spec, name: str) -> int:
    return max(spec["nodes"][name].get("loop", {}).get("maxIterations", 1), 1)


def circles(spec: Spec, name: str) -> Iterator[tuple[str, ...]]:
    return (path for path in paths(spec, name, loops=True) if len(path) > 1 and path[0] == path[-1])


def paths(spec: Spec, at: str, loops: bool = False) -> Iterator[tuple[str, ...]]:
    """Every path that ends at the node, from its first node on; with `loops` also those that begin where they end."""
    drawn = waited_for(spec)
    waiting = [(at,)]
    while waiting:
        path = waiting.pop()
        yield path
        for edge in drawn:
            producer, consumer = ends(edge)
            if consumer == path[0] and producer not in path:
                waiting.append((producer, *path))
            elif loops and consumer == path[0] and producer == at:
                yield (producer, *path)


def time_of(spec: Spec, path: tuple[str, ...], unknown: float) -> float:
    """What is missing of an optional part leaves nothing open: it counts as far as it is known (latency model, 2.3)."""
    between = {ends(edge): edge for edge in waited_for(spec)}
    total: float = 0
    for place in range(len(path) - 1, -1, -1):  # from the end: all that comes before an optional edge is optional
        node = spec["nodes"][path[place]]
        total += passes(spec, path[place]) * work(spec, path[place], unknown if node.get("required", True) else 0)
        if place:
            edge = between[path[place - 1], path[place]]
            total += edge.get("latencyMs", 0)
            port = node.get("inputs", {}).get("i", {})
            unknown = unknown if edge.get("required", True) and port.get("required", True) else 0
    return total


def budgets(spec: Spec) -> Outcomes:
    """SLOs and hops of which brute force knows the exact figure."""
    found: Outcomes = {}
    plain = unrolled(spec)
    for one in spec.get("slos", ()):
        if one["at"] in spec["nodes"] and plain is None:
            found[SLO, one["name"]] = UNSURE
        elif one["at"] in spec["nodes"] and plain is not None:
            every = list(paths(plain[0], plain[1][one["at"]]))
            least, most = (max(time_of(plain[0], path, unknown) for path in every) for unknown in (0, inf))
            found[SLO, one["name"]] = judged(least, most, one["latencyMs"])
    for edge in edges(spec):
        consumer = ends(edge)[1]
        node = spec["nodes"][consumer]
        if "maxLatencyMs" in edge:
            if "loop" in node or _calls(spec, consumer):
                found[HOP, key(edge)] = UNSURE
                continue
            least, most = (edge.get("latencyMs", 0) + work(spec, consumer, unknown) for unknown in (0, inf))
            found[HOP, key(edge)] = judged(least, most, edge["maxLatencyMs"])
    return found


def _calls(spec: Spec, name: str) -> bool:
    return any(edge.get("kind") == "call" and ends(edge)[0] == name for edge in edges(spec))


def judged(least: float, most: float, limit: float) -> Outcome:
    if least > limit:
        return Outcome("violated", least - limit)
    return HELD if most <= limit else OPEN


def longest_required(spec: Spec, at: str) -> float:
    """What the node takes at the least, whatever loops and calls add: the longest of its simple paths of required edges."""
    required = {ends(edge) for edge in edges(spec) if not optional(spec, edge)}
    whole = (path for path in paths(spec, at) if all(pair in required for pair in pairwise(path)))
    return max(time_of(spec, path, 0) for path in whole)
