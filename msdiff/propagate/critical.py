"""Why a node is done when it is: the longest chain that leads to it, with what each node and edge adds.

In: a settled `Pass` and a node. Out: steps whose amounts add up to the node's time, and whether another chain is as
long. Ties are broken by name. Calls stand after their caller; what a limit cuts, or a loop repeats, counts as cut or
repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msdiff.model.records import NamedTuple
from msdiff.propagate.arrivals import (
    Input,
    Pass,
    awaited,
    body,
    call_first,
    call_times,
    calls_at_once,
    chunked,
    entered,
    inputs,
    is_transparent,
    one_pass,
    reached,
    spent,
    tightest,
)
from msdiff.propagate.durations import clipped, figure, on_the_way, passes
from msdiff.propagate.plan import Loop, Wire


class Step(NamedTuple):
    """What one node or edge adds, in µs."""

    node: str | None
    edge: str | None
    amount: float


class _From(NamedTuple):
    """What a chain hangs on: a node's last output (`done`), its `first`, or the end of its `own` work before calls."""

    now: Pass
    node: int
    event: str


class _Link(NamedTuple):
    """One link of a chain, its steps in order, and what it hangs on."""

    steps: Sequence[Step]
    before: _From | None
    tie: bool = False


def critical(now: Pass, node: int, *, first: bool = False) -> tuple[tuple[Step, ...], bool]:
    """The chain to the node's last output (or its `first`), in order, and whether another one is as long."""
    links: list[_Link] = []
    at: _From | None = _From(now, node, "first" if first else "done")
    while at is not None:
        links.append(_link(at))
        at = links[-1].before
    steps = [step for link in reversed(links) for step in link.steps]
    return tuple(steps), any(link.tie for link in links)


def _link(at: _From) -> _Link:
    loop = _loop_of(at)
    if loop is not None:
        return _around(at, loop)
    now, node = at.now, at.node
    waiting = inputs(now, node)
    calls = now.region.called.get(node, ())
    if calls:
        ending = call_first if at.event == "first" else _call_end
        latest = min(calls, key=lambda wire: (-ending(now, wire), wire.edge))
        begin, end = call_times(now, latest)[0], ending(now, latest)
        counted = now.clock.first[node] if at.event == "first" else now.clock.done[node]
        if end == counted and (at.event != "own" or begin == now.clock.start[node]):
            return _called(at, latest)
    if node in now.origins and not waiting:
        return _Link((Step(now.plan.names[node], None, 0),), None)
    if any(one.streamed for one in waiting) and node in now.durations.ahead:
        return _streamed(at, waiting)
    if any(one.streamed for one in waiting) and is_transparent(now, node) and at.event == "first":
        head = awaited(now.plan, node, [(one.head, one) for one in waiting])
        return _on_input(at, waiting, head, [_own(at, now.spend(node))], first=True)
    return _worked(at, waiting)


def _call_end(now: Pass, wire: Wire) -> float:
    return call_times(now, wire)[1]


def _own(at: _From, amount: float) -> Step:
    return Step(at.now.plan.names[at.node], None, amount)


def edge_steps(now: Pass, wire: Wire) -> tuple[Step, ...]:
    """What one edge and its consumer's work add, whatever else the consumer waits for."""
    return (*_transit(now, wire), *_work_steps(now, wire.consumer, [wire]))


def _loop_of(at: _From) -> Loop | None:
    for loop in at.now.region.loops.values() if at.node in at.now.region.looped else ():
        if at.node in loop.members:
            return loop
    return None


def _worked(at: _From, waiting: Sequence[Input]) -> _Link:
    """A node that waits for its whole input."""
    now, node = at.now, at.node
    begin = awaited(now.plan, node, [(one.tail, one) for one in waiting])
    if at.event == "own":
        own = 0 if node in now.origins else now.durations.own[node]
        return _on_input(at, waiting, begin, [_own(at, own)])
    if at.event == "first" and now.clock.first[node] < now.clock.done[node]:
        return _on_input(at, waiting, begin, [_own(at, now.clock.first[node] - begin)])
    wires = [one.wire for one in waiting if one.wire is not None]
    branches = [one for one in waiting if one.wire is not None and one.wire.terms.branch]
    if branches and now.plan.speaks[node].join is None:
        rest = max((one.tail for one in waiting if one not in branches), default=0)
        always = [wire for wire in wires if not wire.terms.branch]
        for one in branches:
            mine = [*always, *([one.wire] if one.wire is not None else ())]
            start = max(rest, one.tail)
            if start + spent(now, node, mine) == now.clock.done[node]:
                candidates = [other for other in waiting if other is one or other not in branches]
                return _on_input(at, candidates, start, _work_steps(now, node, mine))
    return _on_input(at, waiting, begin, _work_steps(now, node, wires))


def _streamed(at: _From, waiting: Sequence[Input]) -> _Link:
    """A node that passes a stream on: paced by its producer's last chunk, or by itself from the first one on."""
    now, node = at.now, at.node
    head = awaited(now.plan, node, [(one.head, one) for one in waiting])
    _, first, done = chunked(now, node, head, waiting)
    if at.event == "first":
        return _on_input(at, waiting, head, [_own(at, first - head)], first=True)
    each, _ = figure(now.plan.speaks[node].tpot, now.reading, now.plan.counts.get(node, 1))
    streams = [one for one in waiting if one.streamed]
    tail = max(one.tail for one in streams)
    if done == tail + each:
        return _on_input(at, streams, tail, [_own(at, each)])
    return _on_input(at, waiting, head, [_own(at, done - head)], first=True)


def _on_input(
    at: _From, waiting: Sequence[Input], begin: float, steps: Sequence[Step], *, first: bool = False
) -> _Link:
    """Hangs the steps on the input that came at `begin`; the first by name where several did."""
    deciding = [one for one in waiting if (one.head if first else one.tail) == begin]
    if not deciding:
        return _Link(steps, None)
    names = at.now.plan.names
    chosen = min(deciding, key=lambda one: (names[one.producer], one.wire.edge if one.wire else ""))
    tie = begin > 0 and len({one.producer for one in deciding}) > 1
    source = at.now
    if chosen.wire is not None and chosen.wire.optional and source.floor is not None:
        source = source.floor
    transit = _transit(source, chosen.wire)
    event = "first" if first and chosen.streamed else "done"
    return _Link((*transit, *steps), _From(source, chosen.producer, event), tie)


def _transit(now: Pass, wire: Wire | None) -> tuple[Step, ...]:
    if wire is None or on_the_way(wire, now.reading) == 0:
        return ()
    return (Step(None, wire.edge, on_the_way(wire, now.reading)),)


def _called(at: _From, wire: Wire) -> _Link:
    now = at.now
    begin, done = call_times(now, wire)
    own = 0 if at.node in now.origins else now.durations.own[at.node]
    if not calls_at_once(now, wire.producer):
        early = [_own(at, begin + own - done)] if at.event == "own" else ()  # its own calls start before all is done
        return _Link(early, _From(now, wire.producer, "done"))
    if at.event == "own":
        return _Link((*_transit(now, wire), _own(at, own)), _From(now, wire.producer, "own"))
    if at.event == "first" and now.clock.first[at.node] < done:
        steps: Sequence[Step] = [_own(at, now.clock.first[at.node] - begin)]
    else:
        steps = _work_steps(now, at.node, [wire])
    return _Link((*_transit(now, wire), *steps), _From(now, wire.producer, "own"))


def _around(at: _From, loop: Loop) -> _Link:
    """A cycle: its body as often as it runs."""
    now = at.now
    before, tie = _entry(now, loop)
    if loop.inner is None:
        return _Link((*before.steps, _own(at, now.spend(at.node))), before.before, tie)
    inner = one_pass(now, loop)
    each = body(inner, loop)
    steps, tied = _body_steps(inner, loop, each)
    if at.event == "first":
        last, _ = critical(inner, at.node, first=True)
        steps = _merged((*_scaled(steps, loop.times - 1), *last))
    else:
        steps = _scaled(steps, loop.times)
    return _Link((*before.steps, *steps), before.before, tie or tied)


def _entry(now: Pass, loop: Loop) -> tuple[_Link, bool]:
    """What the cycle's start hangs on."""
    members = frozenset(loop.members)
    begin = entered(now, loop)
    outer = [one for member in loop.members for one in inputs(now, member, without=members)]
    found = _on_input(_From(now, loop.members[0], "done"), outer, begin, ())
    if found.before is not None:
        return found, found.tie
    for member in loop.members:
        for wire in now.region.called.get(member, ()):
            if wire.producer not in members and reached(now, wire) == begin:
                if calls_at_once(now, wire.producer):
                    return _Link(_transit(now, wire), _From(now, wire.producer, "own")), False
                return _Link((), _From(now, wire.producer, "done")), False
    return _Link((), None), False


def _body_steps(inner: Pass, loop: Loop, each: float) -> tuple[tuple[Step, ...], bool]:
    ends = sorted(node for node, done in inner.clock.done.items() if done == each)
    if ends:
        return critical(inner, ends[0])
    for wire in loop.back:
        if inner.clock.done[wire.producer] + on_the_way(wire, inner.reading) == each:
            steps, tie = critical(inner, wire.producer)
            return (*steps, *_transit(inner, wire)), tie
    return (), False


def _scaled(steps: Iterable[Step], factor: int) -> tuple[Step, ...]:
    if not factor:
        return ()
    return tuple(step._replace(amount=factor * step.amount) for step in steps)


def _merged(steps: Iterable[Step]) -> tuple[Step, ...]:
    """One step for each element."""
    amounts: dict[tuple[str | None, str | None], float] = {}
    for step in steps:
        amounts[step.node, step.edge] = amounts.get((step.node, step.edge), 0) + step.amount
    return tuple(Step(node, edge, amount) for (node, edge), amount in amounts.items())


def _work_steps(now: Pass, node: int, wires: Sequence[Wire]) -> tuple[Step, ...]:
    """What the node's work consists of: its own, its calls', its stand-ins'."""
    waves = max((wire.terms.waves for wire in wires), default=1)
    if not waves:  # no instance of it runs, however long one would take
        return (Step(now.plan.names[node], None, 0),)
    wire = tightest(wires)
    work = now.spend(node)
    if wire is not None and (cut := clipped(work, wire, now.reading, now.durations.work)) != work:
        return _cut_steps(now, wire, waves, cut, node)
    return _unfolded(now, node, waves)


def _cut_steps(now: Pass, wire: Wire, factor: int, cut: float, node: int) -> tuple[Step, ...]:
    """Work that ends at a limit: the limit, then what stands in."""
    works, names = now.durations.work, now.plan.names
    instead = [(names[one], works[one]) for one in wire.fallback]
    replaced = sum(time for _, time in instead)
    without = clipped(now.spend(node), wire._replace(fallback=()), now.reading, works)
    if cut == without or cut - replaced != without:
        return (Step(names[node], None, factor * cut),)
    return (
        Step(names[node], None, factor * without),
        *(Step(name, None, factor * time) for name, time in instead),
    )


def _unfolded(now: Pass, node: int, factor: int) -> tuple[Step, ...]:
    """A node and all that it calls, each with its own work as often as it runs; callers before what they call."""
    plan, times = now.plan, now.durations
    if node not in times.calls or plan.speaks[node].inclusive:
        return (Step(plan.names[node], None, factor * now.spend(node)),)
    from heapq import heappop, heappush  # few nodes call others

    rank = {member: number for number, block in enumerate(plan.call_blocks) for member in block}
    often = {node: factor * (1 if node in plan.looping else passes(plan.speaks[node]))}
    waiting = [(rank.get(node, 0), node)]
    steps: list[Step] = []
    while waiting:
        _, caller = heappop(waiting)
        count = often[caller]
        if caller not in times.calls or plan.speaks[caller].inclusive:
            whole = factor * now.spend(node) if caller == node else count * times.work[caller]
            steps.append(Step(plan.names[caller], None, whole))
            continue
        steps.append(Step(plan.names[caller], None, count * times.own[caller]))
        for added, wire in times.calls[caller]:
            callee = wire.consumer
            steps += _scaled(_transit(now, wire), count)
            if not wire.terms.waves:
                continue
            spent_there = added - on_the_way(wire, now.reading)
            if spent_there != wire.terms.waves * times.work[callee]:
                steps += _scaled(_cut_steps_or_all(now, wire, spent_there), count)
                continue
            if callee not in often:
                heappush(waiting, (rank.get(callee, 0), callee))
            repeats = passes(plan.speaks[callee]) if callee in times.calls else 1
            often[callee] = often.get(callee, 0) + count * wire.terms.waves * repeats
    return _merged(steps)


def _cut_steps_or_all(now: Pass, wire: Wire, amount: float) -> tuple[Step, ...]:
    steps = _cut_steps(now, wire, wire.terms.waves, clipped_call(now, wire), wire.consumer)
    if sum(step.amount for step in steps) == amount:
        return steps
    return (Step(now.plan.names[wire.consumer], None, amount),)


def clipped_call(now: Pass, wire: Wire) -> float:
    """The work of a callee as its caller waits for it."""
    return clipped(now.durations.work[wire.consumer], wire, now.reading, now.durations.work)
