"""What no dependence between nodes can undercut: the lower bound of an SLO's figure (latency model, 2.3).

In: a `Plan` and a label. Out: for each node the least its quantile can be: along some chain of required work, one node
at its own quantile and the others at their minima. What is conditional, optional, repeated or cached or has a stand-in
counts at its least.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from msdiff.model.records import NamedTuple
from msdiff.propagate.durations import times
from msdiff.propagate.plan import Plan, Wire
from msdiff.propagate.timing import Quantiles, Speaks


class Least(NamedTuple):
    """A chain at its minima, and the same with one node at its quantile, in µs."""

    minima: float
    bound: float

    def then(self, other: Least) -> Least:
        """One after the other: only one of the two may be at its quantile."""
        return Least(self.minima + other.minima, max(self.bound + other.minima, self.minima + other.bound))

    def capped(self, wire: Wire) -> Least:
        """As an edge waits for it: to its limit, and not at all where something else may answer first."""
        limit = wire.terms.limit
        if wire.fallback or wire.terms.hedged or limit.on_error == "skip" or wire.terms.waves == 0:
            return NOTHING
        cap = min(limit.total, limit.per_try)
        return Least(min(self.minima, cap), min(self.bound, cap))


NOTHING = Least(0, 0)


class Bounds(NamedTuple):
    """By node: the least time to the first and to the last output, given that the node runs."""

    first: dict[int, Least]
    done: dict[int, Least]


def least_times(plan: Plan, label: int) -> Bounds:
    """Lower bounds at a label. Only figures at that label or lower ones bound from below."""
    own = [_own(says, label) for says in plan.speaks]
    work = _works(plan, own)
    bounds = Bounds({}, {})
    sometimes: set[int] = set()  # nodes behind a branch
    for block in plan.top.blocks:
        members = frozenset(block) if block[0] in plan.top.loops else frozenset()
        begins = [found for node in block if (found := _begin(plan, node, members, bounds, sometimes)) is not None]
        head = _least([first for first, _ in begins])
        tail = _least([done for _, done in begins])
        for node in block:
            bounds.first[node], bounds.done[node] = _ended(plan, node, head, tail, work[node], label)
    return bounds


def _ended(plan: Plan, node: int, head: Least, tail: Least, work: Least, label: int) -> tuple[Least, Least]:
    says, wires = plan.speaks[node], plan.top.wires.get(node, ())
    ahead = NOTHING if _is_avoidable(says) else _each(says.ttft, label)
    for wire in (*wires, *plan.top.called.get(node, ())):
        work, ahead = work.capped(wire), ahead.capped(wire)
    done = tail.then(work)
    if not says.streams:
        return done, done
    first = head.then(ahead)
    if any(wire.terms.kind == "stream" for wire in wires):
        return first, _longer(tail, first)
    return _least((first, done)), done


def _is_avoidable(says: Speaks) -> bool:
    return says.optional or says.cached or not says.enabled


def _own(says: Speaks, label: int) -> Least:
    if _is_avoidable(says):
        return NOTHING
    direct = _each(says.latency, label)
    if says.tokens is None or says.latency.declared:
        return direct
    more = max(says.tokens - 1, 0)
    rest = _each(says.tpot, label)
    return _each(says.ttft, label).then(Least(more * rest.minima, more * rest.bound))


def least_works(plan: Plan, label: int) -> Sequence[float]:
    """The least that each node's work takes, required calls included: its minimum at label 0, else its quantile."""
    own = [_own(says._replace(optional=False) if says.optional else says, label) for says in plan.speaks]
    return [work.bound for work in _works(plan, own)]


def _each(quantiles: Quantiles, label: int) -> Least:
    figures = [time for rank, time in quantiles.labels if rank <= label]
    return Least(quantiles.least, max([quantiles.least, *figures]))


def _works(plan: Plan, own: Sequence[Least]) -> Sequence[Least]:
    """Work with required calls; each node runs at least once."""
    work = list(own)
    for block in reversed(plan.call_blocks):
        node = block[0]
        says = plan.speaks[node]
        if len(block) > 1 or says.inclusive or node not in plan.calls:
            continue
        calls = [_call(wire, work) for wire in plan.calls[node] if not wire.optional and not wire.terms.branch]
        if says.order == "sequential":
            for call in calls:
                work[node] = work[node].then(call)
        else:
            work[node] = work[node].then(_longer(*calls))
    return work


def _call(wire: Wire, work: Sequence[Least]) -> Least:
    callee = work[wire.consumer].capped(wire)
    return _on_way(wire).then(Least(times(wire.terms.waves - 1, callee.minima), 0)).then(callee)


def _on_way(wire: Wire) -> Least:
    transit = wire.terms.latency if wire.terms.latency < inf else 0
    return Least(transit, transit)


def _begin(
    plan: Plan, node: int, members: frozenset[int], bounds: Bounds, sometimes: set[int]
) -> tuple[Least, Least] | None:
    """When the node's inputs from outside are there at the earliest, first and last output; `None` for none in a cycle.

    Required inputs that always come are waited for; of the others one comes.
    """
    if not members and node not in plan.special and not sometimes:
        found = [bounds.done[producer] for producer in plan.top.plain.get(node, ())]
        return (longest := _longer(*found)), longest
    always: list[tuple[Least, Least]] = []
    maybe: list[tuple[Least, Least]] = []
    for producer in plan.top.plain.get(node, ()):
        if producer not in members:
            done = bounds.done[producer]
            (maybe if producer in sometimes else always).append((done, done))
    for wire in plan.top.wires.get(node, ()):
        if wire.producer in members or wire.optional:
            continue
        source = bounds.first if wire.terms.kind == "stream" else bounds.done
        arriving = (source[wire.producer].then(_on_way(wire)), bounds.done[wire.producer].then(_on_way(wire)))
        (maybe if wire.terms.branch or wire.producer in sometimes else always).append(arriving)
    if any(wire.producer not in members for wire in plan.top.called.get(node, ())):
        maybe.append((NOTHING, NOTHING))
    wanted = plan.speaks[node].join
    if wanted is not None and maybe:
        return NOTHING, NOTHING
    if always:
        wanted = wanted or len(always)
        return _nth([head for head, _ in always], wanted), _nth([tail for _, tail in always], wanted)
    if maybe:
        sometimes.add(node)
        return _least([head for head, _ in maybe]), _least([tail for _, tail in maybe])
    return None if members else (NOTHING, NOTHING)


def _least(chains: Sequence[Least]) -> Least:
    return Least(min((c.minima for c in chains), default=0), min((c.bound for c in chains), default=0))


def _longer(*chains: Least) -> Least:
    return Least(max((c.minima for c in chains), default=0), max((c.bound for c in chains), default=0))


def _nth(chains: Sequence[Least], wanted: int) -> Least:
    at = min(wanted, len(chains)) - 1
    return Least(sorted(c.minima for c in chains)[at], sorted(c.bound for c in chains)[at])
