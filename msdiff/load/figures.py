"""Figures that contradict each other: no measurement and no plan can make them true together.

In: the claims on one element, or on one graph. Out: a problem at the place of the figure that does not fit. Source:
TO16 of the latency model (section 3).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from msdiff.errors import InputError
from msdiff.model.claim import Claim
from msdiff.model.records import NamedTuple

_QUANTILES = ("minMs", "p50Ms", "p90Ms", "p95Ms", "p99Ms", "maxMs")
_HIGHER = "a higher percentile cannot be lower"
# Within one group, by the last part of the name: the first cannot be above the second, and why.
_ORDERED = (
    ("minMs", "meanMs", "no average is below the least"),
    ("meanMs", "maxMs", "no average is above the most"),
    ("minItems", "maxItems", ""),
    ("minTokens", "maxTokens", ""),
    ("minReplicas", "maxReplicas", ""),
    ("cachedInputTokens", "inputTokens", ""),
)
TOLERANCE = 1e-6  # how far branch probabilities may be from 1

Group = dict[str, Claim]

WHOLE_GRAPH = frozenset({"edge.probability", "latency.scope"})  # attributes that `graph_figures` looks for


def node_figures(claims: Iterable[Claim]) -> Iterator[InputError]:
    """Contradictions between figures of one node."""
    groups: dict[str, Group] = {}
    for claim in claims:
        if claim.value.__class__ in (int, float):
            group, _, last = claim.attribute.rpartition(".")
            groups.setdefault(group, {})[last] = claim
    for some in groups.values():
        if len(some) > 1:
            yield from _within(some)
    first, whole = groups.get("streaming.ttft"), groups.get("latency")
    if first and whole:
        for quantile in (*_QUANTILES, "meanMs"):
            yield from _ordered(first.get(quantile), whole.get(quantile), "the first token cannot come after the last")


def _within(group: Group) -> Iterator[InputError]:
    present = [group[quantile] for quantile in _QUANTILES if quantile in group]
    for low, high in pairwise(present):
        yield from _ordered(low, high, _HIGHER)
    for less, more, reason in _ORDERED:
        if less in group and more in group:
            yield from _ordered(group[less], group[more], reason)


def edge_figures(claims: Iterable[Claim]) -> Iterator[InputError]:
    """Contradictions between figures of one edge."""
    stated = {claim.attribute: claim for claim in claims}
    beat, idle = stated.get("edge.heartbeatMs"), stated.get("edge.idleTimeoutMs")
    if beat and idle and _number(beat) >= _number(idle):
        message = (
            f"`heartbeatMs` ({beat.value}) is not below `idleTimeoutMs` ({idle.value}): the stream is cut before it"
        )
        yield InputError(message, hint="send heartbeats more often, or wait longer", location=beat.location)
    yield from _ordered(stated.get("edge.backoff.initialMs"), stated.get("edge.backoff.maxMs"))


def _ordered(low: Claim | None, high: Claim | None, reason: str = "") -> Iterator[InputError]:
    if low is None or high is None or _number(low) <= _number(high):
        return
    message = f"`{low.attribute}` ({low.value}) is more than `{high.attribute}` ({high.value})"
    later = max(low, high, key=lambda claim: claim.location)
    yield InputError(message, hint=reason or "one of the two is wrong", location=later.location)


def _number(claim: Claim) -> float:
    return claim.value if isinstance(claim.value, int | float) else 0.0


class _Edge(NamedTuple):
    """What the checks over a whole graph need of an edge."""

    producer: str
    consumer: str
    stated: dict[str, Claim]
    declared: Claim


def graph_figures(claims: Iterable[Claim]) -> Iterator[InputError]:
    """Contradictions that only the whole graph shows: branch probabilities, and times that should include others."""
    nodes: dict[str, dict[str, Claim]] = defaultdict(dict)
    edges: dict[tuple[str, int, str], _Edge] = {}
    for claim in claims:
        kind, _, name = claim.element.partition(":")
        if kind == "node":
            nodes[name].setdefault(claim.attribute, claim)
        elif kind == "edge":
            key = (claim.location.file, claim.document, claim.element)
            if not claim.attribute and isinstance(claim.value, tuple):
                edges[key] = _Edge(str(claim.value[0]), str(claim.value[1]), {}, claim)
            elif key in edges:
                edges[key].stated[claim.attribute] = claim
    yield from _probabilities(edges.values(), nodes)
    yield from _inclusive(edges.values(), nodes)


def _node_of(end: str, nodes: dict[str, dict[str, Claim]]) -> str:
    return end if end in nodes else end.rpartition(".")[0] or end


def _probabilities(edges: Iterable[_Edge], nodes: dict[str, dict[str, Claim]]) -> Iterator[InputError]:
    """Branches that all have a condition and a probability must add up to 1: those of the node, or of each port."""
    leaving: dict[str, dict[str, list[_Edge]]] = defaultdict(lambda: defaultdict(list))
    for edge in edges:
        leaving[_node_of(edge.producer, nodes)][edge.producer].append(edge)
    for node, ports in leaving.items():
        together = [edge for some in ports.values() for edge in some]
        if _adds_up(together):
            continue
        for some in ports.values():
            if len(some) > 1 and _all_weighed(some) and not _adds_up(some):
                total = _total(some)
                first = min(edge.stated["edge.probability"].location for edge in some)
                hint = "branches that are all weighed must add up to 1"
                yield InputError(
                    f"the branches out of `{node}` have probabilities of {total:g} in all", hint=hint, location=first
                )


def _all_weighed(edges: list[_Edge]) -> bool:
    return all("edge.when" in edge.stated and "edge.probability" in edge.stated for edge in edges)


def _total(edges: list[_Edge]) -> float:
    """Edges with the same condition are one branch that goes to several nodes."""
    shares: dict[str, float] = {}
    for edge in edges:
        when = str(edge.stated["edge.when"].value)
        shares[when] = max(shares.get(when, 0.0), _number(edge.stated["edge.probability"]))
    return sum(shares.values())


def _adds_up(edges: list[_Edge]) -> bool:
    return _all_weighed(edges) and abs(_total(edges) - 1) <= TOLERANCE


def _inclusive(edges: Iterable[_Edge], nodes: dict[str, dict[str, Claim]]) -> Iterator[InputError]:
    """A node whose figures include its calls is at least as slow as each node that it always calls and waits for."""
    for edge in edges:
        caller = nodes.get(_node_of(edge.producer, nodes), {})
        callee = nodes.get(_node_of(edge.consumer, nodes), {})
        scope = caller.get("latency.scope")
        if scope is None or scope.value != "inclusive" or not _always_waits(edge, caller, callee):
            continue
        limit = edge.stated.get("edge.timeoutMs")
        for quantile in _QUANTILES:
            whole, part = caller.get(f"latency.{quantile}"), callee.get(f"latency.{quantile}")
            if whole is None or part is None:
                continue
            least = min(_number(part), _number(limit)) if limit else _number(part)
            if _number(whole) < least:
                one, other = _node_of(edge.producer, nodes), _node_of(edge.consumer, nodes)
                yield InputError(
                    f"`latency.{quantile}` of `{one}` ({whole.value}) includes its calls, but `{other}`, "
                    f"which it calls, takes {part.value} ({part.location})",
                    hint="one of the two is wrong, or `latency.scope` is `self`",
                    location=whole.location,
                )


def _always_waits(edge: _Edge, caller: dict[str, Claim], callee: dict[str, Claim]) -> bool:
    stated = edge.stated
    kind, share = stated.get("edge.kind"), stated.get("edge.probability")
    port = edge.consumer.rpartition(".")[2]
    optional = (stated.get("edge.required"), callee.get("required"), callee.get(f"inputs.{port}.required"))
    return (
        kind is not None
        and kind.value == "call"
        and "edge.when" not in stated
        and (share is None or share.value == 1)
        and "cache.hitRatio" not in caller
        and not any(claim is not None and claim.value is False for claim in optional)
    )
