"""Obligations on the shape of the graph: names resolve, cycles are bounded, nothing is cut off, required inputs are bound.

In: one graph. Out: `reference.resolves` (each reference), `cycle.bound` (each strongly connected component, or each node of a
loop that nothing ends), `reachable.entry` and `reachable.exit` (each node, where the graph has entries or exits),
`input.bound` (each required input). Linear in the size of the graph.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from msdiff.model.graph import Edge, Fact, Graph, Node, Reference
from msdiff.model.location import DOCUMENTS
from msdiff.model.obligation import Outcome, Undecided, Violated
from msdiff.propagate.laws import HELD
from msdiff.propagate.ledger import Ledger
from msdiff.propagate.routes import Routes, entries, exits

MOST_DOTS = 64  # of a name; a text of dots alone must not take for ever
LARGEST_LOOP = 64  # nodes; of a larger loop its first node speaks alone
ONLY_ADDRESSES = "addresses in a stack say who may call whom, not that a request runs in a circle"
STORES = ("vectorStore", "datastore", "cache")


Loops: TypeAlias = dict[int, tuple[Mapping[str, tuple[Edge, ...]], tuple[tuple[str, ...], ...]]]
"""By the identity of a graph's edges: they themselves (so that they stay), and the components that hold a cycle."""


def topology_obligations(graph: Graph, routes: Routes, ledger: Ledger, known: Loops) -> None:
    """Adds all obligations on the graph's shape. `known` carries loops over to the other version, where edges are the same."""
    _references(graph, ledger)
    _cycles(graph, ledger, known)
    _reachable(graph, routes, ledger)
    _inputs(graph, routes, ledger)


def _references(graph: Graph, ledger: Ledger) -> None:
    for reference in graph.references:
        kind, _, name = reference.element.partition(":")
        ledger.add(
            "graph",
            "reference.resolves",
            (reference.element, reference.attribute, reference.name),
            HELD if reference.resolves else Violated(),
            location=reference.location,
            support=(
                Fact(reference.element),
                Fact(reference.element, reference.attribute),
                *_named(reference),
                *_from_spec(graph, reference),
            ),
            node=name if kind == "node" else _edge_node(graph, name) if kind == "edge" else None,
            edge=name if kind == "edge" else None,
            facts={
                "reference": reference.name,
                "attribute": reference.attribute,
                "problem": reference.problem,
                "nearest": reference.nearest or "",
                "element": name or "graph",
            },
        )


def _from_spec(graph: Graph, reference: Reference) -> Iterator[Fact]:
    """What the node has from its spec: when the spec's file goes, that goes, and nothing else in the graph changes."""
    node = graph.nodes.get(reference.element.partition(":")[2])
    if reference.attribute == "specRef" and node is not None:
        for attribute, effective in node.attributes.items():
            if not effective.inherited and effective.location.file != reference.location.file:
                yield Fact(node.id, attribute)


def _named(reference: Reference) -> Iterator[Fact]:
    """The node or port whose existence makes the reference resolve."""
    name = reference.name
    for _ in range(MOST_DOTS):
        if not name:
            return
        yield Fact(f"node:{name}")
        head, dot, port = name.rpartition(".")
        if dot:
            yield Fact(f"node:{head}", f"outputs.{port}")
            yield Fact(f"node:{head}", f"inputs.{port}")
        name = head


def _edge_node(graph: Graph, key: str) -> str | None:
    """The end of a broken edge that does exist: whoever refers to the missing name."""
    edge = graph.edges[key]
    return next((name for name in (edge.consumer, edge.producer) if name in graph.nodes), None)


def _cycles(graph: Graph, ledger: Ledger, known: Loops) -> None:
    """A component without an endless loop is one obligation that holds. An endless loop is one for each of its nodes, all
    about the loop's first node: a node that joins is news, one that was on such a loop before is not (classify makes one
    finding of them). A loop that only addresses in a stack close is undecided."""
    if id(graph.outgoing) not in known:
        known[id(graph.outgoing)] = graph.outgoing, tuple(cyclic_components(graph, graph.nodes))
    for component in known[id(graph.outgoing)][1]:
        unbounded = [name for name in component if not _bounded(graph.nodes[name])]
        loops = tuple(cyclic_components(graph, unbounded, _drawn))
        for loop in loops:
            _cycle(graph, loop, loop if len(loop) <= LARGEST_LOOP else loop[:1], Violated(), ledger)
        if not loops:
            only_addresses = any(cyclic_components(graph, unbounded))
            _cycle(graph, component, component[:1], Undecided(ONLY_ADDRESSES) if only_addresses else HELD, ledger)


def _drawn(edge: Edge) -> bool:
    """Whether somebody drew the edge; an address in a stack says who may call whom, not what a request passes through."""
    return edge.location.reader in DOCUMENTS


def _cycle(graph: Graph, loop: tuple[str, ...], keys: Iterable[str], outcome: Outcome, ledger: Ledger) -> None:
    members = frozenset(loop)
    if outcome == HELD and not _touches(graph, members, ledger):
        ledger.count(
            outcome
        )  # a loop of a hundred thousand edges rests on each of them: that is not written down for nobody
        return
    bounds = (Fact(f"node:{n}", a) for n in loop for a in ("loop.maxIterations", "loop.until"))
    edges = (Fact(edge.id) for n in loop for edge in graph.outgoing.get(n, ()) if edge.consumer in members)
    support = (*edges, *bounds)
    for name in keys:
        ledger.add(
            "graph",
            "cycle.bound",
            (name,),
            outcome,
            location=graph.nodes[loop[0]].location,
            support=support,
            node=loop[0],
            facts={"cycle": " -> ".join((*loop, loop[0])), "size": len(loop)},
            path=loop,
        )


def _touches(graph: Graph, members: frozenset[str], ledger: Ledger) -> bool:
    """Whether a change bears on these nodes or on an edge among them."""
    for id in ledger.touched or ():
        element = graph.element(id)
        ends = (element.producer, element.consumer) if isinstance(element, Edge) else (id.removeprefix("node:"),)
        if members.issuperset(ends):
            return True
    return False


def _bounded(node: Node) -> bool:
    return "loop.maxIterations" in node.attributes or "loop.until" in node.attributes


def cyclic_components(
    graph: Graph, among: Iterable[str], counts: Callable[[Edge], bool] | None = None
) -> Iterator[tuple[str, ...]]:
    """Strongly connected components that hold a cycle, each sorted by name (Tarjan 1972, without recursion).

    With `counts` only edges for which it is true are followed.
    """
    following = _following(graph, frozenset(among), counts)
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for root in sorted(following):
        if root in index:
            continue
        work: list[tuple[str, Iterator[str]]] = [(root, iter(following[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            name, successors = work[-1]
            for successor in successors:
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(following[successor])))
                    break
                if successor in on_stack:
                    low[name] = min(low[name], index[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    yield from _component(following, name, stack, on_stack)


def _component(
    following: Mapping[str, list[str]], name: str, stack: list[str], on_stack: set[str]
) -> Iterator[tuple[str, ...]]:
    members = []
    while True:
        member = stack.pop()
        on_stack.discard(member)
        members.append(member)
        if member == name:
            break
    if len(members) > 1 or name in following[name]:
        yield tuple(sorted(members))


def _following(graph: Graph, among: frozenset[str], counts: Callable[[Edge], bool] | None) -> Mapping[str, list[str]]:
    """The consumers of each of the nodes that are among them, too."""
    following: dict[str, list[str]] = {}
    for name in among:
        edges = graph.outgoing.get(name, ())
        if counts is not None:
            edges = tuple(filter(counts, edges))
        following[name] = [edge.consumer for edge in edges if edge.consumer in among]
    return following


def _reachable(graph: Graph, routes: Routes, ledger: Ledger) -> None:
    starts, ends = entries(graph), exits(graph)
    if starts:
        found = routes.reach(starts).came_from
        _judge_reach(graph, "reachable.entry", found, ledger)
    if ends:
        _judge_reach(graph, "reachable.exit", _reaching(graph, routes, ends), ledger)


def _reaching(graph: Graph, routes: Routes, ends: Iterable[str]) -> Mapping[str, object]:
    """All nodes with a way to an exit, to the node of an SLO, or to a store."""
    goals = {*ends, *(str(slo.stated("slo.at")) for slo in graph.slos.values())}
    goals |= {name for name, node in graph.nodes.items() if node.role in STORES}
    found: dict[str, object] = dict.fromkeys(goals)
    queue = deque(found)
    while queue:
        for name in routes.back.get(queue.popleft(), ()):
            if name not in found:
                found[name] = None
                queue.append(name)
    return found


def _judge_reach(graph: Graph, check: str, found: Mapping[str, object], ledger: Ledger) -> None:
    for name, node in graph.nodes.items():
        if _stands_aside(node) or (check == "reachable.entry" and node.role == "entry"):
            continue
        outcome: Outcome = HELD if name in found else Violated()
        around = (*graph.incoming.get(name, ()), *graph.outgoing.get(name, ()))
        if outcome == HELD and not ledger.wants(outcome, (Fact(node.id), *(Fact(edge.id) for edge in around))):
            ledger.count(outcome)
            continue
        ledger.add(
            "graph",
            check,
            (name,),
            outcome,
            location=node.location,
            support=(Fact(node.id), Fact(node.id, "standby"), *(Fact(edge.id) for edge in around)),
            node=name,
            facts={"role": node.role, "direction": "from an entry" if check == "reachable.entry" else "to an exit"},
        )


def _stands_aside(node: Node) -> bool:
    """A part of another node, something kept for later, and a guard at the provider are not wired, and need not be."""
    return node.part_of is not None or node.stated("standby") is True or "guard.external" in node.attributes


def _inputs(graph: Graph, routes: Routes, ledger: Ledger) -> None:
    """Each required input without a default is bound by an edge. Where the order of calls is not stated, nothing is judged."""
    if not graph.edges or graph.key.kind == "ModelSpec":
        return
    stand_ins, entered, lost = routes.stand_ins, entries(graph), _ends_of_touched_edges(ledger)
    touched = _touched_consumers(graph, ledger)
    for name, node in graph.nodes.items():
        if node.role == "entry" or name in stand_ins or _stands_aside(node):
            continue
        if not entered and name not in graph.incoming and name not in lost:
            continue  # where no entry is drawn, data comes in at nodes without edges
        bound = {edge.in_port for edge in graph.incoming.get(name, ())}
        for port in node.inputs:
            if port not in bound and not _was_drawn(node, f"inputs.{port}."):
                continue
            held = port in bound or not _is_needed(node, port)
            if held and name not in touched:
                ledger.count(HELD)
            else:
                _input(graph, node, port, held, ledger)


def _touched_consumers(graph: Graph, ledger: Ledger) -> frozenset[str]:
    """Nodes that changed, or an edge to them."""
    elements = (graph.element(id) for id in ledger.touched or ())
    return frozenset(one.consumer if isinstance(one, Edge) else one.name for one in elements if one)


def _was_drawn(node: Node, prefix: str) -> bool:
    """Whether somebody drew the port; a flag or a migration says how much it takes, not that somebody is wired to it."""
    stated = [one for name, one in node.attributes.items() if name.startswith(prefix)]
    return not stated or any(one.location.reader in DOCUMENTS for one in stated)


def _ends_of_touched_edges(ledger: Ledger) -> frozenset[str]:
    """Nodes at which an edge ends, or ended, that is among what changed."""
    texts = {id.partition("->")[2].partition(" ")[0] for id in ledger.touched or () if id.startswith("edge:")}
    return frozenset(texts | {text.rpartition(".")[0] for text in texts})


def _is_needed(node: Node, port: str) -> bool:
    prefix = f"inputs.{port}"
    return node.stated(f"{prefix}.required", True) is not False and node.stated(f"{prefix}.default") is None


def _input(graph: Graph, node: Node, port: str, held: bool, ledger: Ledger) -> None:
    prefix = f"inputs.{port}"
    edges = tuple(Fact(edge.id) for edge in graph.incoming.get(node.name, ()) if edge.in_port == port)
    place = next(
        (node.attributes[key].location for key in node.attributes if key.startswith(f"{prefix}.")), node.location
    )
    ledger.add(
        "graph",
        "input.bound",
        (node.name, port),
        HELD if held else Violated(),
        location=place,
        support=(
            Fact(node.id),
            Fact(node.id, prefix),
            Fact(node.id, f"{prefix}.required"),
            Fact(node.id, f"{prefix}.default"),
            *edges,
        ),
        node=node.name,
        facts={"field": port, "role": node.role},
    )
