"""When each node's result is there: the forward pass of the latency model (2.1, 2.4) under one reading of the figures.

In: a `Plan`, a `Reading` and the durations. Out: a `Pass`: for each node when it begins, gives its first output and is
done, in µs after the request came in. Linear in nodes and edges; cycles end.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import inf

from msdiff.model.records import NamedTuple
from msdiff.propagate.certainty import Bounds, least_times
from msdiff.propagate.durations import (
    Durations,
    Reading,
    call_groups,
    clipped,
    durations,
    figure,
    is_covered,
    is_limited,
    known,
    on_the_way,
    times,
)
from msdiff.propagate.plan import Loop, Plan, Region, Wire


class Clock(NamedTuple):
    """By node: when its work begins, when its first output is there, when it is done."""

    start: dict[int, float]
    first: dict[int, float]
    done: dict[int, float]


class Input(NamedTuple):
    """What a node waits for: when the producer's first and last output arrive. A plain edge has no `wire`."""

    producer: int
    head: float
    tail: float
    wire: Wire | None

    @property
    def streamed(self) -> bool:
        return self.wire is not None and self.wire.terms.kind == "stream"


class Pass(NamedTuple):
    """One evaluation of a region. `floor` is that of the known part, which is all that optional inputs count for.

    `origins` are nodes whose own work lies before the time that is measured.
    """

    plan: Plan
    region: Region
    reading: Reading
    durations: Durations
    clock: Clock
    floor: Pass | None = None
    origins: Collection[int] = ()

    def spend(self, node: int) -> float:
        """The node's work as the pass counts it: one pass only where the cycle around it counts the others."""
        return self.durations.once[node] if node in self.plan.looping else self.durations.work[node]


class Timetable:
    """The passes over one plan, each worked out once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._durations: dict[Reading, Durations] = {}
        self._passes: dict[Reading, Pass] = {}
        self._bounds: dict[int, Bounds] = {}

    def durations(self, reading: Reading) -> Durations:
        """How long each node works under a reading."""
        if reading not in self._durations:
            floor = self.durations(known(reading.label)) if reading.lenient else None
            self._durations[reading] = durations(self.plan, reading, floor)
        return self._durations[reading]

    def arrivals(self, reading: Reading) -> Pass:
        """When each node is done under a reading."""
        if reading not in self._passes:
            self._passes[reading] = self.measured(self.plan.top, reading)
        return self._passes[reading]

    def bounds(self, label: int) -> Bounds:
        """What no dependence can undercut at a label."""
        if label not in self._bounds:
            self._bounds[label] = least_times(self.plan, label)
        return self._bounds[label]

    def measured(self, region: Region, reading: Reading, origins: Collection[int] = ()) -> Pass:
        """The same over a part of the graph, from `origins` on."""
        floor = None
        if reading.lenient:
            floor = (
                self.arrivals(known(reading.label))
                if region is self.plan.top
                else self.measured(region, known(reading.label), origins)
            )
        found = Pass(self.plan, region, reading, self.durations(reading), Clock({}, {}, {}), floor, origins)
        settle(found)
        return found


def settle(now: Pass) -> None:
    """Fills the clock, producers first."""
    plain, loops, special, looping = now.region.plain, now.region.loops, now.plan.special, now.plan.looping
    start, first, done = now.clock.start, now.clock.first, now.clock.done
    work, at = now.durations.work, done.__getitem__
    for block in now.region.blocks:
        node = block[0]
        if node in loops:
            _settle_loop(now, loops[node])
        elif node in special or node in looping or node in now.origins:
            _settle_node(now, node)
        else:
            producers = plain.get(node)
            start[node] = begin = max(map(at, producers)) if producers else 0
            done[node] = first[node] = begin + work[node]


def inputs(now: Pass, node: int, without: Collection[int] = ()) -> list[Input]:
    """What the node waits for beside calls. Optional inputs count as far as they are known."""
    done = now.clock.done
    found = [Input(p, done[p], done[p], None) for p in now.region.plain.get(node, ()) if p not in without]
    for wire in now.region.wires.get(node, ()):
        if wire.producer in without:
            continue
        source = now.floor if wire.optional and now.floor is not None else now
        transit = on_the_way(wire, source.reading)
        tail = source.clock.done[wire.producer] + transit
        head = source.clock.first[wire.producer] + transit if wire.terms.kind == "stream" else tail
        found.append(Input(wire.producer, head, tail, wire))
    return found


def awaited(plan: Plan, node: int, arriving: Sequence[tuple[float, Input]]) -> float:
    """When enough of the inputs are there: all, or as many required ones as `flow.join` says; branches are one input.

    Fewer than all can be counted on only among producers that cannot fail; otherwise the slowest may be the survivor.
    """
    wanted = plan.speaks[node].join
    if wanted is None or not arriving:
        return max((time for time, _ in arriving), default=0)
    required = [(t, i) for t, i in arriving if i.wire is None or not i.wire.optional] or arriving
    groups: dict[str, list[tuple[float, bool]]] = {}
    for number, (time, one) in enumerate(required):
        branch = one.wire is not None and one.wire.terms.branch
        key = f"port {one.wire.port}" if one.wire is not None and branch else f"input {number}"
        limited = one.wire is not None and one.wire.terms.limit.gives_up < inf
        groups.setdefault(key, []).append((time, one.producer in plan.sure and not limited))
    times_of = [(max(time for time, _ in group), all(sure for _, sure in group)) for group in groups.values()]
    sure = sorted(time for time, safe in times_of if safe)
    return sure[wanted - 1] if len(sure) >= wanted else max(time for time, _ in times_of)


def _settle_node(now: Pass, node: int) -> None:
    waiting = inputs(now, node)
    calls = now.region.called.get(node, ())
    if node in now.origins and not waiting and not calls:
        now.clock.start[node] = now.clock.first[node] = now.clock.done[node] = 0
        return
    if waiting or not calls:
        begin, first, done = _moments(now, node, waiting)
    else:
        begin, first, done = -1, -1, -1
    for wire in calls:
        called, ended = call_times(now, wire)
        head = call_first(now, wire)
        if ended > done:
            begin, done, first = called, ended, max(first, head) if now.reading.most else head
        elif now.reading.most:  # which of its runs ends last is not known where each may take for ever
            first = max(first, head)
    now.clock.start[node], now.clock.first[node], now.clock.done[node] = begin, first, done


def _moments(now: Pass, node: int, waiting: Sequence[Input]) -> tuple[float, float, float]:
    tail = awaited(now.plan, node, [(one.tail, one) for one in waiting])
    if any(one.streamed for one in waiting):
        head = awaited(now.plan, node, [(one.head, one) for one in waiting])
        if is_transparent(now, node):
            return head, head + now.spend(node), tail + now.spend(node)
        if node in now.durations.ahead:
            return chunked(now, node, head, waiting)
    done = worked(now, node, waiting, tail)
    first = min(done, tail + now.durations.ahead[node] + calls_time(now, node)) if node in now.durations.ahead else done
    return tail, first, done


def is_transparent(now: Pass, node: int) -> bool:
    """Whether a stream runs through the node as it comes: it counts nothing of its own and does not hold it back."""
    says = now.plan.speaks[node]
    passes = says.boundary or not says.enabled or is_covered(now.plan, says)
    return passes and now.durations.own[node] == 0 and says.mode != "block"


def calls_time(now: Pass, node: int) -> float:
    """What a node's calls add to one pass of its work."""
    once, own = now.durations.once[node], now.durations.own[node]
    if once < inf:
        return once - own
    if own < inf:
        return inf
    counted = now.durations.calls.get(node)  # a cycle of calls has none
    return sum(time for time, _ in counted) if counted is not None else (inf if node in now.plan.calls else 0)


def chunked(now: Pass, node: int, head: float, waiting: Sequence[Input]) -> tuple[float, float, float]:
    """A node that takes a stream and gives one: its last chunk follows the producer's, and its own pace."""
    says = now.plan.speaks[node]
    tail = max(one.tail for one in waiting if one.streamed)
    each, paced = figure(says.tpot, now.reading, now.plan.counts.get(node, 1))
    first = head + now.durations.ahead[node] + calls_time(now, node)
    if paced:
        return head, first, max(tail + each, first + more_chunks(now, node, waiting) * each if each else first)
    return head, first, max(tail, head) + now.spend(node) if now.reading.most else max(tail, first)


def more_chunks(now: Pass, node: int, waiting: Sequence[Input]) -> float:
    """How many chunks follow the first: the node's own tokens, else its producers'."""
    speaks = now.plan.speaks
    counts = [speaks[n].tokens for n in (node, *(one.producer for one in waiting if one.streamed))]
    stated = [count for count in counts if count is not None]
    if not stated:
        return inf if now.reading.most else 0
    return max((stated[0] if counts[0] is not None else max(stated)) - 1, 0)


def worked(now: Pass, node: int, waiting: Sequence[Input], begin: float) -> float:
    """When the node is done: its work as its edges wait for it, of alternative branches the later."""
    wires = [one.wire for one in waiting if one.wire is not None]
    if not any(is_limited(wire) or wire.terms.waves != 1 for wire in wires):
        return begin + now.spend(node)
    always = [wire for wire in wires if not wire.terms.branch]
    branches = [one for one in waiting if one.wire is not None and one.wire.terms.branch]
    if not branches or now.plan.speaks[node].join is not None:
        return begin + spent(now, node, wires)
    rest = max((one.tail for one in waiting if one not in branches), default=0)
    return max(max(rest, one.tail) + spent(now, node, [*always, *_wire(one)]) for one in branches)


def _wire(one: Input) -> tuple[Wire, ...]:
    return () if one.wire is None else (one.wire,)


def spent(now: Pass, node: int, wires: Sequence[Wire]) -> float:
    """The node's work under the tightest limit of these edges, as often as the widest fan-out repeats it."""
    work, waves = now.spend(node), max((wire.terms.waves for wire in wires), default=1)
    wire = tightest(wires)
    return times(waves, work if wire is None else clipped(work, wire, now.reading, now.durations.work))


def tightest(wires: Sequence[Wire]) -> Wire | None:
    """The edge that gives up first, of those that limit anything."""
    limited = [wire for wire in wires if is_limited(wire)]
    return min(limited, key=lambda wire: (wire.terms.limit.gives_up, -len(wire.fallback), wire.edge), default=None)


def call_times(now: Pass, wire: Wire) -> tuple[float, float]:
    """When a call of the node reaches it, and when it is answered: at the latest when its caller is done."""
    work = clipped(now.spend(wire.consumer), wire, now.reading, now.durations.work)
    work = times(wire.terms.waves, work)
    caller = wire.producer
    if calls_at_once(now, caller):
        own = 0 if caller in now.origins else now.durations.own[caller]
        begin = now.clock.start[caller] + own + on_the_way(wire, now.reading)
        return begin, begin + work
    done = now.clock.done[caller]
    return (max(done - work, now.clock.start[caller]) if done < inf else done), done


def call_first(now: Pass, wire: Wire) -> float:
    """When a call of the node gives its first output; all at once where nobody can tell."""
    begin, done = call_times(now, wire)
    return min(begin + now.durations.ahead.get(wire.consumer, inf), done) if calls_at_once(now, wire.producer) else done


def calls_at_once(now: Pass, caller: int) -> bool:
    """Whether each call of a node starts when its own work is done, once."""
    if caller in now.origins:
        return True
    says = now.plan.speaks[caller]
    if caller in now.region.looped:
        return False
    once = caller in now.plan.looping or (says.loop or 1) <= 1
    together = says.order == "parallel" or (says.order is None and not now.reading.most)
    return once and not says.inclusive and (together or call_groups(now.plan, caller) < 2)


def entered(now: Pass, loop: Loop) -> float:
    """When a cycle starts: all that it waits for from outside is there."""
    members = frozenset(loop.members)
    arrived = [one.tail for member in members for one in inputs(now, member, without=members)]
    for member in members:
        calls = now.region.called.get(member, ())
        arrived += [reached(now, wire) for wire in calls if wire.producer not in members]
    return max(arrived, default=0)


def reached(now: Pass, wire: Wire) -> float:
    """When a call reaches a cycle: at the latest when its caller is done, where that does not tell."""
    begin, done = call_times(now, wire)
    return begin if calls_at_once(now, wire.producer) else done


def one_pass(now: Pass, loop: Loop) -> Pass:
    """One pass through a bounded cycle, from its header on."""
    assert loop.inner is not None
    floor = None
    if now.floor is not None:
        floor = Pass(now.plan, loop.inner, now.floor.reading, now.floor.durations, Clock({}, {}, {}))
        settle(floor)
    inner = Pass(now.plan, loop.inner, now.reading, now.durations, Clock({}, {}, {}), floor)
    settle(inner)
    return inner


def body(inner: Pass, loop: Loop) -> float:
    """How long one pass takes, the way back to the header included."""
    done = inner.clock.done
    back = [done[wire.producer] + on_the_way(wire, inner.reading) for wire in loop.back if wire.terms.kind != "call"]
    return max([*done.values(), *back])


def _settle_loop(now: Pass, loop: Loop) -> None:
    """A bounded cycle takes its bound times its body; an unbounded one counts its least, or has no end."""
    begin = entered(now, loop)
    clock = now.clock
    if loop.inner is None:
        for member in loop.members:
            clock.start[member] = begin
            clock.first[member] = clock.done[member] = inf if now.reading.most else begin + now.spend(member)
        return
    inner = one_pass(now, loop)
    each = body(inner, loop)
    for member in loop.members:
        clock.start[member] = begin
        clock.first[member] = begin + times(loop.times - 1, each) + inner.clock.first[member]
        clock.done[member] = begin + loop.times * each
