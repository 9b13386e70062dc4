"""When each node is done, how late it may be, and how long callers hold a slot (latency model, 2.4).

In: a graph and a percentile. Out: an `Arrival` for each node, in ms, from the known part of the figures. A forward and
a backward pass, linear in nodes and edges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf

from msdiff.model.graph import Graph
from msdiff.model.records import NamedTuple
from msdiff.propagate.arrivals import Input, Pass, awaited, call_times, chunked, inputs, more_chunks
from msdiff.propagate.durations import ceiling, figure, known
from msdiff.propagate.plan import Loop, Plan, Wire
from msdiff.propagate.slos import Timed, limit_of, percentile_of, timed
from msdiff.propagate.timing import LABELS, microseconds, milliseconds


class Arrival(NamedTuple):
    """`at` is when the node is done, `most` the same with unknown figures at their most (`None`: no end).

    `slack` is how much later it may be before an SLO at this percentile is missed (`None`: no SLO behind it). `hold` is
    how long it holds a slot, its own work and its calls (`None`: it calls nobody).
    """

    at: float
    most: float | None
    slack: float | None
    hold: float | None

    @property
    def deadline(self) -> float | None:
        """When it must be done."""
        return None if self.slack is None else self.at + self.slack


def arrivals(graph: Graph, percentile: str = "p95", at: Timed | None = None) -> Mapping[str, Arrival]:
    """Arrival, slack and hold time of each node at a percentile label. `at` saves planning the graph again."""
    found = at or timed(graph)
    label = LABELS[percentile]
    now, late = found.table.arrivals(known(label)), found.table.arrivals(ceiling(label))
    room = _slack(found, now, percentile)
    return {
        name: Arrival(
            milliseconds(now.clock.done[node]),
            None if late.clock.done[node] == inf else milliseconds(late.clock.done[node]),
            milliseconds(room[node]) if room[node] < inf else None,
            milliseconds(now.durations.work[node]) if node in found.plan.calls else None,
        )
        for node, name in enumerate(found.plan.names)
    }


def _slack(at: Timed, now: Pass, percentile: str) -> Mapping[int, float]:
    """Backward: how much later each node may be. What nobody waits for has no deadline."""
    slack: dict[int, float] = dict.fromkeys(range(len(at.plan.names)), inf)
    for slo in at.graph.slos.values():
        node = at.plan.number_of.get(str(slo.stated("slo.at", "")))
        limit = microseconds(limit_of(slo)) if slo.stated("slo.metric", "completion") == "completion" else None
        if node is not None and limit is not None and percentile_of(slo) == percentile:
            slack[node] = min(slack[node], limit - now.clock.done[node])
    for block in reversed(now.region.blocks):
        if block[0] in now.region.loops:
            _out_of_loop(now, now.region.loops[block[0]], slack)
        elif slack[block[0]] < inf:
            for producer, room in _room(now, block[0]):
                slack[producer] = min(slack[producer], slack[block[0]] + room)
    _down_calls(at.plan, now, slack)
    return slack


def _room(now: Pass, node: int) -> Iterator[tuple[int, float]]:
    """How much later each input of a node may come without delaying it."""
    waiting = inputs(now, node)
    begin = awaited(now.plan, node, [(one.tail, one) for one in waiting])
    streaming = node in now.durations.ahead and any(one.streamed for one in waiting)
    for one in waiting:
        if streaming:
            yield one.producer, _room_of_stream(now, node, one, waiting)
        elif one.tail <= begin:
            yield one.producer, begin - one.tail
    for wire in now.region.called.get(node, ()):
        yield wire.producer, now.clock.done[node] - call_times(now, wire)[1]


def _room_of_stream(now: Pass, node: int, one: Input, waiting: list[Input]) -> float:
    head = awaited(now.plan, node, [(other.head, other) for other in waiting])
    _, first, done = chunked(now, node, head, waiting)
    each, _ = figure(now.plan.speaks[node].tpot, now.reading, now.plan.counts.get(node, 1))
    own_pace = first + (more_chunks(now, node, waiting) * each if each else 0)
    later_head = max(head - one.head, 0) + done - own_pace
    return min(later_head, done - one.tail - each) if one.streamed else later_head


def _out_of_loop(now: Pass, loop: Loop, slack: dict[int, float]) -> None:
    """What is late inside a cycle is late in every pass."""
    whole = min(slack[member] for member in loop.members)
    if whole == inf:
        return
    members = frozenset(loop.members)
    for member in loop.members:
        slack[member] = whole // loop.times
        begin = now.clock.start[member]
        for one in inputs(now, member, without=members):
            slack[one.producer] = min(slack[one.producer], whole + begin - one.tail)
        for wire in now.region.called.get(member, ()):
            if wire.producer not in members:
                slack[wire.producer] = min(slack[wire.producer], whole)


def _down_calls(plan: Plan, now: Pass, slack: dict[int, float]) -> None:
    """A callee may be later by what its caller may, and by what a longer call beside it leaves."""
    for block in plan.call_blocks:
        for caller in block:
            counted = now.durations.calls.get(caller, ())
            if slack[caller] == inf or not counted:
                continue
            longest = max(time for time, _ in counted)
            for wire in plan.calls[caller]:
                room = _beside(wire, counted, longest, now)
                slack[wire.consumer] = min(slack[wire.consumer], slack[caller] + room)


def _beside(wire: Wire, counted: tuple[tuple[float, Wire], ...], longest: float, now: Pass) -> float:
    if any(other is wire for _, other in counted):
        return 0
    return max(longest - now.durations.work[wire.consumer], 0)
