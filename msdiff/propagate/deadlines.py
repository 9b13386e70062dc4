"""Time limits against what they limit (latency model, section 3: TO1, TO2, TO6, TO7).

In: a timed graph. Out: a `Limited` for each edge whose limit can be compared: with the callee's own figures, and along
`call` edges with the limits nested under it. Only declared numbers are compared; recursion ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf

from msdiff.model.graph import Edge, Fact
from msdiff.model.records import NamedTuple
from msdiff.propagate.behind import behind, gap_text, gaps
from msdiff.propagate.certainty import least_works
from msdiff.propagate.durations import HARD, Reading, call_groups, is_covered, known, times
from msdiff.propagate.plan import Plan, Wire
from msdiff.propagate.slos import Timed, element_facts
from msdiff.propagate.timing import LABELS, Speaks

# What bears on a limit where it is stated, so that its going shows as a cause.
_OF_LIMIT = ("edge.timeoutMs", "edge.perTryTimeoutMs", "edge.kind")
_OF_CALLEE = ("latency.scope", "flow.order", *(f"latency.{key}Ms" for key in (*LABELS, "min", "max")))
_OF_NESTED = (*_OF_LIMIT, "edge.maxAttempts", "edge.propagatesDeadline", "edge.fanOut.count")
_TIMEOUTS = frozenset(("edge.timeoutMs", "edge.perTryTimeoutMs"))
_MOST_NESTED = 100  # nodes whose limits are named as support; deeper nesting without any limit is not followed


class Limited(NamedTuple):
    """A limit and what it is too short for, in µs. It is `certain` where the limit always strikes.

    `amount` is at least, `most` at most; `what` names the figure. `rate` is the share of calls that time out, at least
    and at most. `terms` are what adds up to the amount. `reason` says why it cannot be decided.
    """

    edge: Edge
    limit: float
    amount: float
    most: float
    what: str
    certain: bool = False
    rate: tuple[float, float] | None = None
    terms: tuple[tuple[str, float], ...] = ()
    reason: str = ""


def callee_limits(at: Timed) -> Iterator[Limited]:
    """TO1 and TO2: each time limit on the request path against the figures of the callee."""
    least = least_works(at.plan, 0)
    for edge in _limited_edges(at):
        wire = at.wire(edge)
        limit = wire.terms.limit
        tightest = min(limit.total, limit.per_try)
        shortest = least[wire.consumer]
        if tightest < shortest:
            yield Limited(edge, tightest, shortest, shortest, "minimum", certain=True, rate=(1, 1))
        elif limit.total < inf:
            yield _against_figures(at, edge, wire)


def _limited_edges(at: Timed) -> Iterator[Edge]:
    for edge in at.graph.edges.values():
        limited = edge.attributes and not _TIMEOUTS.isdisjoint(edge.attributes)
        if limited and edge.resolved and edge.kind != "async":
            yield edge


def _against_figures(at: Timed, edge: Edge, wire: Wire) -> Limited:
    limit, says = wire.terms.limit.total, at.plan.speaks[wire.consumer]
    figures = [(label, rank, *_work(at, wire.consumer, rank)) for label, rank in _declared(at.plan, wire.consumer)]
    over = [figure for figure in figures if figure[2] > limit]
    if over:
        label, rank, amount, most = over[0]
        within = [other for _, other, time, _ in figures if time <= limit]
        rate = ((1000 - rank) / 1000, (1000 - max(within)) / 1000 if within else 1.0)
        return Limited(edge, limit, amount, most, label, rate=rate)
    label, amount, most = (figures[-1][0], *figures[-1][2:]) if figures else ("maximum", 0, inf)
    if _counts_nothing(at.plan, says) and wire.consumer not in at.plan.calls:
        most = 0
    if most <= limit or _hard_most(at, wire.consumer) <= limit:
        return Limited(edge, limit, amount, amount, label)
    found = gaps(at.plan, behind(at.plan, wire.consumer, arriving=False), LABELS.get(label, LABELS["p95"]), None)
    reason = gap_text(found) or f"`{edge.consumer}` declares no latency"
    return Limited(edge, limit, amount, inf, label, reason=reason)


def _declared(plan: Plan, node: int) -> list[tuple[str, int]]:
    """The labels at which the callee states a figure; p95 for one that only calls others."""
    says = plan.speaks[node]
    if not says.enabled:
        return []
    own = {rank for rank, _ in says.latency.labels}
    if not own and says.tokens is not None:
        own = {rank for rank, _ in says.ttft.labels} & {rank for rank, _ in says.tpot.labels}
    found = [(label, rank) for label, rank in LABELS.items() if rank in own]
    return found or ([("p95", LABELS["p95"])] if node in plan.calls and not says.has_figure else [])


def _work(at: Timed, node: int, rank: int) -> tuple[float, float]:
    """At least, and at most."""
    least, most = at.table.durations(known(rank)), at.table.durations(Reading(rank, most=True, strict=True))
    return (least.once[node], most.once[node]) if node in at.plan.looping else (least.work[node], most.work[node])


def _hard_most(at: Timed, node: int) -> float:
    found = at.table.durations(HARD)
    return found.once[node] if node in at.plan.looping else found.work[node]


def _counts_nothing(plan: Plan, says: Speaks) -> bool:
    return not says.enabled or (not says.has_figure and (says.boundary or is_covered(plan, says)))


def callee_facts(at: Timed, edge: Edge) -> Iterator[Fact]:
    """What the comparison of a limit with its callee's figures rests on."""
    yield from element_facts(edge, _OF_LIMIT)
    yield from element_facts(at.graph.nodes[edge.consumer], _OF_CALLEE)
    for call in at.plan.calls.get(at.plan.number_of[edge.consumer], ()):
        yield from element_facts(at.graph.edges[call.edge])
        yield from element_facts(at.graph.nodes[at.plan.names[call.consumer]])


def nested_limits(at: Timed) -> Iterator[Limited]:
    """TO6 and TO7: the limit of each `call` edge against those nested in its callee, where no deadline is handed on."""
    nested = _Nested(at)
    for caller in sorted(at.plan.calls):
        for wire in at.plan.calls[caller]:
            limit = min(wire.terms.limit.total, wire.terms.limit.per_try)
            found = nested.under(wire)
            if limit == inf or found.most == 0 or found.most == inf:
                continue
            edge = at.graph.edges[wire.edge]
            reason = ""
            if found.least <= limit < found.most:
                reason = f"`{edge.consumer}` declares no flow.order of its calls"
            if nested.hands_on(wire):
                kept = nested.in_spite(wire.consumer)
                found = kept if 0 < kept.most < inf else found._replace(least=0, most=0)
                reason = ""
            yield Limited(
                edge,
                limit,
                found.least,
                found.most,
                "limits nested in it",
                terms=found.terms,
                reason=reason if found.least <= limit < found.most else "",
            )


class _Sum(NamedTuple):
    """Limits under a node, in µs: `least` if an undeclared order runs in parallel, `most` if it runs in sequence."""

    least: float
    most: float
    terms: tuple[tuple[str, float], ...]


_EMPTY = _Sum(0, 0, ())


class _Nested:
    """Limits under each caller, callees first, so that each is worked out once."""

    def __init__(self, at: Timed) -> None:
        self._at = at
        self._all: dict[int, _Sum] = {}
        self._kept: dict[int, _Sum] = {}
        for block in reversed(at.plan.call_blocks):
            for node in block:
                among = frozenset(block) if len(block) > 1 else frozenset((node,))
                self._all[node] = self._sum(node, among, in_spite=False)
                self._kept[node] = self._sum(node, among, in_spite=True)
        self._handing_on = _handing_on(at)

    def under(self, wire: Wire) -> _Sum:
        """All that may run under a call: the callee's enforced maximum, else the limits of its own calls."""
        most = self._at.plan.speaks[wire.consumer].latency.most
        if most < inf:
            return _Sum(most, most, ((wire_name(self._at, wire.consumer, "latency.maxMs"), most),))
        return self._all.get(wire.consumer, _EMPTY)

    def in_spite(self, node: int) -> _Sum:
        """What runs under a node although a deadline is handed on to it: the calls that say they do not take it."""
        return self._kept.get(node, _EMPTY)

    def hands_on(self, wire: Wire) -> bool:
        """Whether the deadline of a call holds for what is nested under it."""
        return wire.edge in self._handing_on

    def _sum(self, node: int, among: frozenset[int], *, in_spite: bool) -> _Sum:
        parts: list[tuple[_Sum, Wire]] = []
        for wire in self._at.plan.calls.get(node, ()):
            found = self._of_call(wire, among, in_spite=in_spite)
            if found.most > 0:
                parts.append((found, wire))
        return _combined(self._at.plan, node, parts)

    def _of_call(self, wire: Wire, among: frozenset[int], *, in_spite: bool) -> _Sum:
        refuses = self._at.graph.edges[wire.edge].stated("edge.propagatesDeadline") is False
        if in_spite and not refuses:
            return _EMPTY if wire.consumer in among else self._kept.get(wire.consumer, _EMPTY)
        limit = wire.terms.limit.gives_up
        if limit < inf:
            limit = times(wire.terms.waves, limit)
            return _Sum(limit, limit, ((self._at.plan.names[wire.consumer], limit),))
        return _EMPTY if wire.consumer in among else self.under(wire)


def _combined(plan: Plan, node: int, parts: Sequence[tuple[_Sum, Wire]]) -> _Sum:
    if not parts:
        return _EMPTY
    order = plan.speaks[node].order
    branches = [part for part in parts if part[1].terms.branch]
    apart = [part for part in parts if not part[1].terms.branch]
    if branches:
        apart.append(min(branches, key=lambda part: (-part[0].most, part[1].edge)))
    widest = min(apart, key=lambda part: (-part[0].most, part[1].edge))[0]
    least = max(part.least for part, _ in apart)
    if order == "parallel" or len(apart) == 1 or call_groups(plan, node) == 1:
        return _Sum(least, widest.most, widest.terms)
    added = sum(part.most for part, _ in apart)
    terms = tuple(term for part, _ in apart for term in part.terms)
    if order == "sequential":
        return _Sum(sum(part.least for part, _ in apart), added, terms)
    return _Sum(least, added, terms)


def _handing_on(at: Timed) -> frozenset[str]:
    """The call edges whose deadline is handed on: they say so, or every call that they are nested under does."""
    said: Mapping[str, object] = {
        wire.edge: at.graph.edges[wire.edge].stated("edge.propagatesDeadline")
        for wires in at.plan.calls.values()
        for wire in wires
    }
    found = {edge for edge, value in said.items() if value is True}
    open_edges: dict[int, int] = {}
    for node, wires in at.plan.top.called.items():
        open_edges[node] = sum(wire.edge not in found for wire in wires)
    ready = [node for node, count in open_edges.items() if count == 0]
    while ready:
        node = ready.pop()
        for wire in at.plan.calls.get(node, ()):
            if said[wire.edge] is None and wire.edge not in found:
                found.add(wire.edge)
                open_edges[wire.consumer] -= 1
                if open_edges[wire.consumer] == 0:
                    ready.append(wire.consumer)
    return frozenset(found)


def wire_name(at: Timed, node: int, attribute: str) -> str:
    """`llm (latency.maxMs)`."""
    return f"{at.plan.names[node]} ({attribute})"


def nested_facts(at: Timed, edge: Edge) -> Iterator[Fact]:
    """The limits of the call and of the calls nested under it, down to those that have one."""
    yield from element_facts(edge, _OF_NESTED)
    waiting, seen = [edge.consumer], {edge.consumer}
    while waiting and len(seen) < _MOST_NESTED:
        name = waiting.pop()
        yield Fact(f"node:{name}")
        yield Fact(f"node:{name}", "latency.maxMs")
        yield Fact(f"node:{name}", "flow.order")
        for call in at.graph.outgoing.get(name, ()):
            if call.kind != "call":
                continue
            yield from element_facts(call, _OF_NESTED)
            if call.consumer not in seen and at.wire(call).terms.limit.gives_up == inf:
                seen.add(call.consumer)
                waiting.append(call.consumer)
