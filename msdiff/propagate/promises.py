"""What the guards of a version really keep, and what that asks of the next one.

In: one graph and its routes. Out: a `Promise` for each kind of guard and each node that it may protect, said of every place at
which data comes in; and, for a later version, the starts from which a guard must stand on every way. Promise: an entry that was
open before does not excuse one that was not, and what is new is held to what was kept for its like.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping

from msdiff.model.graph import Graph, Node
from msdiff.model.records import NamedTuple
from msdiff.propagate.routes import Routes, counts, entries, exits

PROTECTED = ("generator", "agent", "tool")
GATES = (
    "approval",
    "policy",
)  # kinds that stand before what a tool does: whether another tool needs one, its like do not tell
NAMELESS = ""  # stands for the kind of guards that do not say theirs


class Promise(NamedTuple):
    """How a node that is reached stands to the guards of a kind (for `output`: to all output guards on the way to an exit).

    `kept` are the starts with a guard on every way to the node, `open` those with a way past the guards; where no entry is
    drawn, starts are nodes without incoming edges. A start that does not reach a guarded node keeps what it kept.
    """

    stage: str  # "input" | "output"
    node: str
    role: str
    kind: str
    kept: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()


class Promises(NamedTuple):
    """Those of the graph itself and those that base keeps (`None`: there is no base, or this is base)."""

    own: tuple[Promise, ...] = ()
    before: tuple[Promise, ...] | None = None


class Wanted(NamedTuple):
    """What is asked of one node: by kind, the starts from which a guard must stand on every way.

    `likely` are kinds that some nodes of its role are guarded by and others are not, where the node itself is new; of a new
    tool also gates before what tools do.
    """

    starts: Mapping[str, frozenset[str]]
    likely: Mapping[str, frozenset[str]]


def promises(graph: Graph, routes: Routes) -> tuple[Promise, ...]:
    """How each protected node of this graph stands to each kind of guard."""
    return (*_input_promises(graph, routes), *_output_promises(graph, routes))


def guards(graph: Graph, kind: str | None = None, stage: str | None = None) -> tuple[str, ...]:
    """The guards that count, of one kind and stage where given."""
    return tuple(
        name
        for name, node in graph.nodes.items()
        if node.role == "guardrail"
        and counts(node)
        and (kind is None or kind in kinds_of(node))
        and (stage is None or node.stated("guard.stage") == stage)
    )


def kinds_of(node: Node) -> tuple[str, ...]:
    """The declared kinds of a guard; none where they are undeclared."""
    value = node.stated("guard.kinds", ())
    return tuple(map(str, value)) if isinstance(value, tuple) else ()


def of_kind(graph: Graph, kind: str) -> tuple[str, ...]:
    """The guards of a kind that count. One that does not say its kinds counts for none (rules-catalogue: absence policy)."""
    if kind == NAMELESS:
        return tuple(name for name in guards(graph) if not kinds_of(graph.nodes[name]))
    return guards(graph, kind)


def ways_in(graph: Graph) -> tuple[str, ...]:
    """Where data comes in: the entries or, where none is drawn, the nodes without incoming edges."""
    return entries(graph) or tuple(name for name in graph.nodes if not graph.incoming.get(name))


def _input_promises(graph: Graph, routes: Routes) -> Iterator[Promise]:
    kinds = sorted({kind for name in guards(graph) for kind in kinds_of(graph.nodes[name]) or (NAMELESS,)})
    if not kinds:
        return
    starts = frozenset(ways_in(graph))
    everything = routes.reach(sorted(starts)).came_from
    reached = [node for name, node in graph.nodes.items() if node.role in PROTECTED and name in everything]
    reaching: Origins | None = None
    for kind in kinds:
        barriers = frozenset(of_kind(graph, kind))
        past = routes.reach(sorted(starts), barriers)
        passing: Origins | None = None
        for node in reached:
            opened = starts if node.name in past.came_from else frozenset[str]()
            kept = starts - opened
            if opened and (past.barriers or starts & barriers) and len(starts) > 1:  # rare: some ways are guarded
                reaching = Origins(routes, starts) if reaching is None else reaching
                passing = Origins(routes, starts, barriers) if passing is None else passing
                opened = passing.of(node.name)
                kept = starts - opened if reaching.of(node.name) - opened else kept
            yield Promise("input", node.name, node.role, kind, kept, opened)


class Origins:
    """From which starts each node is reached without passing a barrier; a start is one bit, so that many cost little."""

    def __init__(self, routes: Routes, starts: Iterable[str], barriers: Collection[str] = ()) -> None:
        self._starts = tuple(sorted(starts))
        self._bits = {name: 1 << number for number, name in enumerate(self._starts) if name not in barriers}
        queue = deque(self._bits)
        while queue:
            name = queue.popleft()
            for hop in routes.hops.get(name, ()):
                known = self._bits.get(hop.node, 0)
                if (hop.optional or hop.node not in barriers) and self._bits[name] & ~known:
                    self._bits[hop.node] = known | self._bits[name]
                    queue.append(hop.node)

    def of(self, node: str) -> frozenset[str]:
        """The starts from which the node is reached."""
        bits = self._bits.get(node, 0)
        return frozenset(name for number, name in enumerate(self._starts) if bits >> number & 1)


def _output_promises(graph: Graph, routes: Routes) -> Iterator[Promise]:
    barriers, ends = frozenset(guards(graph, stage="output")), frozenset(exits(graph))
    if not barriers or not ends:
        return
    for name, node in graph.nodes.items():
        if node.role == "generator":
            past = routes.reach((name,), barriers)
            if past.barriers or not ends.isdisjoint(past.came_from):
                yield Promise("output", name, node.role, NAMELESS, past.barriers, ends & past.came_from.keys())


def wanted_inputs(graph: Graph, promised: Promises) -> Mapping[str, Wanted]:
    """For each node, what its guards must cut off: what this graph keeps, what base kept, and what base kept for its like."""
    found: dict[str, Wanted] = {}
    here, known = frozenset(entries(graph)), set[tuple[str, str]]()
    for promise in promised.before or ():
        if promise.stage == "input" and promise.node in graph.nodes:
            known.add((promise.node, promise.kind))
            if promise.kept:
                starts = (here | (promise.kept & graph.nodes.keys())) - promise.open
                _want(found, promise.node, promise.kind, starts)
    for promise in promised.own:
        if promise.stage == "input" and promise.kept:
            _want(found, promise.node, promise.kind, promise.kept)
    _from_new_sources(graph, promised.before or (), found)
    for (role, kind), alike in _by_role(promised.before, "input").items():
        kept, opened = _united(one.kept for one in alike), _united(one.open for one in alike if one.kept)
        starts = (here | (kept & graph.nodes.keys())) - opened
        for name, node in graph.nodes.items():
            if node.role == role and (name, kind) not in known and kept and not (kind in GATES and _is_harmless(node)):
                always = all(one.kept for one in alike) and not (role == "tool" and kind in GATES)
                _want(found, name, kind, starts, likely=not always)
    return found


def _is_harmless(node: Node) -> bool:
    """Whether a tool says of all that it offers that it changes nothing."""
    effects = [one.value for name, one in node.attributes.items() if name.endswith("].sideEffect")]
    return node.role == "tool" and bool(effects) and all(one == "none" for one in effects)


def _from_new_sources(graph: Graph, before: Iterable[Promise], found: dict[str, Wanted]) -> None:
    """Where no entry is drawn nobody can tell whether a new node without incoming edges lets requests in."""
    came_in = frozenset[str]() if entries(graph) else frozenset(ways_in(graph))
    for promise in before:
        new = came_in - promise.kept - promise.open
        if promise.stage == "input" and promise.kept and promise.node in graph.nodes and new:
            _want(found, promise.node, promise.kind, new, likely=True)


def wanted_outputs(graph: Graph, promised: Promises) -> frozenset[str]:
    """The generators whose answers must pass an output guard on every way to an exit."""
    own = {one.node for one in promised.own if one.stage == "output" and one.kept}
    before = [one for one in promised.before or () if one.stage == "output"]
    own.update(one.node for one in before if one.kept and one.node in graph.nodes)
    if before and all(one.kept for one in before):
        known = {one.node for one in before}
        own.update(name for name, node in graph.nodes.items() if node.role == "generator" and name not in known)
    return frozenset(own)


def _by_role(before: Iterable[Promise] | None, stage: str) -> Mapping[tuple[str, str], list[Promise]]:
    found: dict[tuple[str, str], list[Promise]] = {}
    for promise in before or ():
        if promise.stage == stage:
            found.setdefault((promise.role, promise.kind), []).append(promise)
    return found


def _united(groups: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset(name for group in groups for name in group)


def _want(found: dict[str, Wanted], node: str, kind: str, starts: frozenset[str], *, likely: bool = False) -> None:
    wanted = found.setdefault(node, Wanted({}, {}))
    group = wanted.likely if likely else wanted.starts
    assert isinstance(group, dict)
    group[kind] = group.get(kind, frozenset()) | starts
