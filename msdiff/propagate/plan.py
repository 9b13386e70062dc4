"""The order in which times can be added up: adjacency by number, cycles resolved into loops.

In: `Parts`, what nodes and edges say about time. Out: a `Plan`, which depends on structure only and serves every
percentile and every reading of the figures. Linear in nodes and edges, except that nested loops are followed to a
fixed depth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import inf

from msdiff.model.graph import Edge
from msdiff.model.records import NamedTuple
from msdiff.propagate.components import components
from msdiff.propagate.timing import PLAIN, SILENT, Parts, Speaks, Terms

_LARGE = 5000  # edges in one cycle; above, nested loops are followed two deep and by one way only


class Wire(NamedTuple):
    """An edge on the request path that says something. `fallback` stands in for its consumer, in order."""

    edge: str
    producer: int
    consumer: int
    port: str
    terms: Terms
    optional: bool
    fallback: tuple[int, ...]


class Loop(NamedTuple):
    """A cycle.

    It runs at most `times` passes, each from `header` through `inner`; unbounded where there is no header.
    """

    members: tuple[int, ...]
    header: int | None
    times: int
    inner: Region | None
    back: tuple[Wire, ...]  # those edges back to the header that take time or say more


class Inputs(NamedTuple):
    """What each node waits for: `plain` are required, instant, unlimited sync edges, by producer."""

    plain: Mapping[int, Sequence[int]]
    wires: Mapping[int, Sequence[Wire]]
    called: Mapping[int, Sequence[Wire]]

    def within(self, nodes: Collection[int]) -> Inputs:
        """Only between these nodes."""
        return Inputs(
            {n: [producer for producer in self.plain.get(n, ()) if producer in nodes] for n in nodes},
            {n: [wire for wire in self.wires.get(n, ()) if wire.producer in nodes] for n in nodes},
            {n: [wire for wire in self.called.get(n, ()) if wire.producer in nodes] for n in nodes},
        )

    def cut(self, nodes: Collection[int]) -> Inputs:
        """Without what leads into these nodes."""
        none = dict.fromkeys(nodes, ())
        return Inputs({**self.plain, **none}, {**self.wires, **none}, {**self.called, **none})

    def count(self, node: int) -> int:
        """How many edges lead into the node."""
        return len(self.plain.get(node, ())) + len(self.wires.get(node, ())) + len(self.called.get(node, ()))

    def successors(self) -> Mapping[int, Sequence[int]]:
        """The same, by producer."""
        found: dict[int, list[int]] = defaultdict(list)
        for consumer, producers in self.plain.items():
            for producer in producers:
                found[producer].append(consumer)
        for group in (self.wires, self.called):
            for consumer, wires in group.items():
                for wire in wires:
                    found[wire.producer].append(consumer)
        return found


class Region(NamedTuple):
    """Some nodes with the inputs that count among them.

    `blocks` are strongly connected components, producers first; `loops` holds those that are cycles, by first member.
    """

    inputs: Inputs
    blocks: Sequence[Sequence[int]]
    loops: Mapping[int, Loop]
    looped: frozenset[int]  # members of these cycles

    @property
    def plain(self) -> Mapping[int, Sequence[int]]:
        return self.inputs.plain

    @property
    def wires(self) -> Mapping[int, Sequence[Wire]]:
        return self.inputs.wires

    @property
    def called(self) -> Mapping[int, Sequence[Wire]]:
        return self.inputs.called


class Plan(NamedTuple):
    """`names` are sorted, so that the lower number is the lower name. `calls` are outgoing `call` edges by caller."""

    names: Sequence[str]
    number_of: Mapping[str, int]
    speaks: Sequence[Speaks]
    counts: Mapping[int, int]  # how many times in parallel a node runs, where that is not once
    calls: Mapping[int, Sequence[Wire]]
    top: Region
    looping: frozenset[int]  # members of cycles
    call_blocks: Sequence[Sequence[int]]  # callers and what they call, callers first
    special: frozenset[int]  # nodes of which more is to be said than `max of inputs, plus work`
    sure: frozenset[
        int
    ]  # nodes whose result cannot fail to come; worked out only where some node waits for fewer than all


class _Draft:
    """Adjacency while the edges are read."""

    def __init__(self) -> None:
        self.plain: dict[int, list[int]] = defaultdict(list)
        self.wires: dict[int, list[Wire]] = defaultdict(list)
        self.called: dict[int, list[Wire]] = defaultdict(list)
        self.calls: dict[int, list[Wire]] = defaultdict(list)
        self.counts: dict[int, int] = {}

    def drop_idle(self, idle: Collection[int]) -> None:
        """Nobody waits for a stand-in that nothing leads to: its time counts where it stands in."""
        for inputs in self.plain.values():
            inputs[:] = [producer for producer in inputs if producer not in idle]
        for wires in (*self.wires.values(), *self.called.values()):
            wires[:] = [wire for wire in wires if wire.producer not in idle]


def plan(parts: Parts) -> Plan:
    """The plan of a graph."""
    names = sorted(parts.nodes)
    index = {name: number for number, name in enumerate(names)}
    speaks = [parts.nodes[name] for name in names]
    draft = _Draft()
    _add_edges(draft, parts, index, speaks)
    idle = _idle(draft, speaks, index)
    if idle:
        draft.drop_idle(idle)
    for group in (draft.wires, draft.called, draft.calls):
        for wires in group.values():
            wires.sort(key=lambda wire: wire.edge)
    top = _region(range(len(names)), Inputs(draft.plain, draft.wires, draft.called), speaks, 0)
    return Plan(
        names=names,
        number_of=index,
        speaks=speaks,
        counts=draft.counts,
        calls=draft.calls,
        top=top,
        looping=top.looped,
        call_blocks=_call_blocks(draft.calls),
        special=frozenset(_special(draft, speaks)),
        sure=_sure(top, draft.calls, speaks) if any(says.join is not None for says in speaks) else frozenset(),
    )


def restricted(plan: Plan, nodes: Collection[int], cut: Collection[int]) -> Region:
    """Only these nodes and what runs between them, without the inputs of the nodes in `cut`."""
    among = frozenset(nodes)
    return _region(sorted(among), plan.top.inputs.within(among).cut(cut), plan.speaks, 0)


def _add_edges(draft: _Draft, parts: Parts, index: Mapping[str, int], speaks: Sequence[Speaks]) -> None:
    plain, said = draft.plain, parts.terms
    ports = {name: says.optional_ports for name, says in parts.nodes.items() if says.optional_ports}
    for key, edge in parts.edges.items():
        if not edge.resolved or edge.producer not in index or edge.consumer not in index:
            continue
        optional = edge.consumer in ports and edge.in_port in ports[edge.consumer]
        if optional or key in said:
            _add(draft, edge, optional, said.get(key, PLAIN), index, speaks)
        else:
            plain[index[edge.consumer]].append(index[edge.producer])


def _add(
    draft: _Draft, edge: Edge, optional: bool, terms: Terms, index: Mapping[str, int], speaks: Sequence[Speaks]
) -> None:
    producer, consumer = index[edge.producer], index[edge.consumer]
    says = speaks[consumer]
    optional = optional or not terms.required
    if terms.never or terms.kind == "async":
        return
    if terms == PLAIN and not optional:
        draft.plain[consumer].append(producer)
        return
    wire = _wire(edge, terms, optional, index, says)
    if terms.calls > 1:
        draft.counts[consumer] = max(terms.calls, draft.counts.get(consumer, 1))
    if terms.kind == "call":
        wire = wire._replace(optional=optional or says.optional)
        draft.calls[producer].append(wire)
        draft.called[consumer].append(wire)
    else:
        draft.wires[consumer].append(wire)


def _wire(edge: Edge, terms: Terms, optional: bool, index: Mapping[str, int], says: Speaks) -> Wire:
    fallback = tuple(index[name] for name in terms.limit.fallback or says.fallback if name in index)
    return Wire(edge.name, index[edge.producer], index[edge.consumer], edge.in_port, terms, optional, fallback)


def wire_of(plan: Plan, edge: Edge, said: Terms) -> Wire:
    """One edge by itself, whether or not it is on the request path; `said` are its terms."""
    says = plan.speaks[plan.number_of[edge.consumer]]
    optional = not said.required or edge.in_port in says.optional_ports or says.optional
    return _wire(edge, said, optional, plan.number_of, says)


def _idle(draft: _Draft, speaks: Sequence[Speaks], index: Mapping[str, int]) -> frozenset[int]:
    stand_ins = {number for number, says in enumerate(speaks) if says.standby}
    for says in speaks:
        stand_ins.update(index[name] for name in says.fallback if name in index)
    for wires in (*draft.wires.values(), *draft.calls.values()):
        for wire in wires:
            stand_ins.update(wire.fallback)
    return frozenset(_led_to_by_none(draft, stand_ins))


def _led_to_by_none(draft: _Draft, stand_ins: Collection[int]) -> Iterator[int]:
    """Those to which nothing leads, or only others to which nothing leads."""
    waiting: dict[int, int] = {}
    onward: dict[int, list[int]] = defaultdict(list)
    for node in stand_ins:
        wires = (*draft.wires.get(node, ()), *draft.called.get(node, ()))
        producers = {*draft.plain.get(node, ()), *(wire.producer for wire in wires)}
        waiting[node] = len(producers)
        for producer in producers:
            onward[producer].append(node)
    ready = [node for node, count in waiting.items() if not count]
    while ready:
        node = ready.pop()
        yield node
        for after in onward[node]:
            waiting[after] -= 1
            if not waiting[after]:
                ready.append(after)


def _special(draft: _Draft, speaks: Sequence[Speaks]) -> Iterator[int]:
    for group in (draft.wires, draft.called):
        yield from (number for number, wires in group.items() if wires)
    for number, says in enumerate(speaks):
        if says is not SILENT and (says.streams or says.join is not None):
            yield number


def _sure(top: Region, calls: Mapping[int, Sequence[Wire]], speaks: Sequence[Speaks]) -> frozenset[int]:
    """Nodes that cannot fail, behind inputs that cannot fail (latency model, P04: a race is only as short as those)."""
    found: set[int] = set()
    for block in top.blocks:
        node = block[0]
        if len(block) > 1 or node in top.loops or not speaks[node].sure:
            continue
        if any(calls.get(wire.consumer) or not speaks[wire.consumer].sure for wire in calls.get(node, ())):
            continue
        inputs = [(producer, PLAIN) for producer in top.plain.get(node, ())]
        inputs += [(wire.producer, wire.terms) for wire in top.wires.get(node, ()) if not wire.optional]
        good = sum(producer in found and terms.limit.gives_up == inf for producer, terms in inputs)
        if good >= min(speaks[node].join or len(inputs), len(inputs)):
            found.add(node)
    return frozenset(found)


def _call_blocks(calls: Mapping[int, Sequence[Wire]]) -> Sequence[Sequence[int]]:
    if not calls:
        return ()
    after = {caller: [n for wire in wires for n in (wire.consumer, *wire.fallback)] for caller, wires in calls.items()}
    nodes = sorted({*after, *(callee for callees in after.values() for callee in callees)})
    return components(nodes, after)


def _region(nodes: Sequence[int], inputs: Inputs, speaks: Sequence[Speaks], depth: int) -> Region:
    successors = inputs.successors()
    blocks = components(nodes, successors)
    loops = {}
    for block in blocks:
        if len(block) > 1 or block[0] in successors.get(block[0], ()):
            loops[block[0]] = _loop(block, inputs, speaks, depth)
    looped = frozenset(member for loop in loops.values() for member in loop.members)
    return Region(inputs, blocks, loops, looped)


def _loop(block: Sequence[int], inputs: Inputs, speaks: Sequence[Speaks], depth: int) -> Loop:
    """The loop around a node that bounds it: by preference one that bounds all of it, and the most loops inside."""
    inside = inputs.within(frozenset(block))
    large = sum(map(inside.count, block)) > _LARGE
    tried: list[Loop] = []
    for header in _headers(block, inputs, inside, speaks)[: 1 if large or depth else 3]:
        if depth < (2 if large else 8):
            inner = _region(block, inside.cut((header,)), speaks, depth + 1)
            back = (*inside.wires[header], *inside.called[header])
            tried.append(Loop(tuple(block), header, max(speaks[header].loop or 1, 1), inner, back))
    return min(tried, key=_preference, default=Loop(tuple(block), None, 1, None, ()))


def _headers(block: Sequence[int], inputs: Inputs, inside: Inputs, speaks: Sequence[Speaks]) -> list[int]:
    """The nodes that say how often they run, those first through which the cycle is entered."""
    bounding = [node for node in block if speaks[node].loop is not None]
    return sorted(bounding, key=lambda node: (inside.count(node) == inputs.count(node), node))


def _preference(loop: Loop) -> tuple[bool, int]:
    if loop.inner is None:
        return True, 0
    return bool(unbounded(loop.inner)), -len(loop.inner.loops)


def unbounded(region: Region) -> tuple[tuple[int, ...], ...]:
    """The cycles of a region, nested ones included, that nothing bounds."""
    found: list[tuple[int, ...]] = []
    for loop in region.loops.values():
        if loop.inner is None:
            found.append(loop.members)
        else:
            found += unbounded(loop.inner)
    return tuple(found)
