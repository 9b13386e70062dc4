"""The ways that a request and its answers can take through a graph.

Beside the edges as drawn these are: from the producer of an edge to each fallback of its consumer and on to the consumer's own
consumers, and back along each `call` edge with the answer. Optional and asynchronous edges are ways like any other: a guard
must stand on each of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping

from msdiff.model.graph import Edge, Fact, Graph, Node
from msdiff.model.records import NamedTuple
from msdiff.model.values import Value

GUARD_ATTRIBUTES = (
    "enabled",
    "required",
    "guard.mode",
    "guard.onFailure",
    "guard.kinds",
    "guard.stage",
    "guard.redacts",
)


class Hop(NamedTuple):
    """One step: to `node`, by `edge`. Through an `optional` dependency the node may be left out of the way."""

    node: str
    edge: Edge
    optional: bool


class Reach(NamedTuple):
    """Where one can get to: the hop and node that led to each, and the barriers that were met on the way."""

    came_from: Mapping[str, tuple[str, Edge] | None]
    barriers: frozenset[str]

    def path(self, node: str) -> tuple[str, ...]:
        """A shortest way to the node, its start first."""
        names = [node]
        while (step := self.came_from[names[-1]]) is not None:
            names.append(step[0])
        return tuple(reversed(names))

    def edges(self, node: str) -> tuple[Edge, ...]:
        """The edges of that way."""
        found = []
        while (step := self.came_from[node]) is not None:
            node, edge = step
            found.append(edge)
        return tuple(reversed(found))


class Routes:
    """The successors of each node of one graph, looked up when somebody asks: many graphs have nothing that does."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._hops: dict[str, list[Hop]] | None = None
        self._back: dict[str, list[str]] | None = None

    @property
    def hops(self) -> dict[str, list[Hop]]:
        """The steps from each node."""
        if self._hops is None:
            self._hops = _hops(self.graph)
        return self._hops

    @property
    def stand_ins(self) -> frozenset[str]:
        """The nodes that stand in for others."""
        graph = self.graph
        replaced = _replaced(graph)
        edges = (edge for edge in graph.edges.values() if edge.attributes or edge.consumer in replaced)
        return frozenset(name for edge in edges if edge.resolved for name in fallbacks(graph, edge))

    @property
    def back(self) -> dict[str, list[str]]:
        """The predecessors of each node."""
        if self._back is None:
            self._back = {}
            for start, hops in self.hops.items():
                for hop in hops:
                    self._back.setdefault(hop.node, []).append(start)
        return self._back

    def reach(self, starts: Iterable[str], barriers: Collection[str] = ()) -> Reach:
        """All that can be reached from `starts` without passing a barrier. A barrier behind an optional hop does not stop."""
        came_from: dict[str, tuple[str, Edge] | None] = {name: None for name in starts if name not in barriers}
        met: set[str] = set()
        queue = deque(came_from)
        while queue:
            name = queue.popleft()
            for hop in self.hops.get(name, ()):
                if hop.node in barriers and not hop.optional:
                    met.add(hop.node)
                elif hop.node not in came_from:
                    came_from[hop.node] = (name, hop.edge)
                    queue.append(hop.node)
        return Reach(came_from, frozenset(met))

    def upstream(self, name: str) -> frozenset[str]:
        """All nodes from which there is a way to this one (itself only where it stands on a cycle)."""
        found: set[str] = set()
        queue = deque((name,))
        while queue:
            for start in self.back.get(queue.popleft(), ()):
                if start not in found:
                    found.add(start)
                    queue.append(start)
        return frozenset(found)


def _hops(graph: Graph) -> dict[str, list[Hop]]:
    hops: dict[str, list[Hop]] = {}
    optional = {name for name, node in graph.nodes.items() if _may_be_optional(node)}
    replaced = _replaced(graph)
    for edge in graph.edges.values():
        if edge.resolved:
            skips = (edge.consumer in optional or "edge.required" in edge.attributes) and graph.optional(edge)
            hops.setdefault(edge.producer, []).append(Hop(edge.consumer, edge, skips))
            if edge.attributes or edge.consumer in replaced:
                for start, hop in _ways(graph, edge):
                    hops.setdefault(start, []).append(hop)
    return hops


def _ways(graph: Graph, edge: Edge) -> Iterator[tuple[str, Hop]]:
    """The ways that are not drawn: answers of calls, and stand-ins with their own way on."""
    if edge.kind == "call":
        yield edge.consumer, Hop(edge.producer, edge, False)
    for stand_in in fallbacks(graph, edge):
        yield edge.producer, Hop(stand_in, edge, False)
        for onward in graph.outgoing.get(edge.consumer, ()):
            yield stand_in, Hop(onward.consumer, onward, graph.optional(onward))


def _replaced(graph: Graph) -> frozenset[str]:
    """The nodes that name what stands in for them."""
    return frozenset(name for name, node in graph.nodes.items() if "fallback" in node.attributes)


def fallbacks(graph: Graph, edge: Edge) -> tuple[str, ...]:
    """The nodes that stand in for the edge's consumer: the edge's own fallback, and the consumer's."""
    named = (*_names(edge.stated("edge.fallback")), *_names(graph.nodes[edge.consumer].stated("fallback")))
    return tuple(dict.fromkeys(name for name in named if name in graph.nodes))


def _names(value: Value) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(str(name) for name in value)
    return (value,) if isinstance(value, str) else ()


def _may_be_optional(node: Node) -> bool:
    attributes = node.attributes
    return "required" in attributes or any(f"inputs.{port}.required" in attributes for port in node.inputs)


def entries(graph: Graph) -> tuple[str, ...]:
    """The nodes at which requests come in."""
    return tuple(name for name, node in graph.nodes.items() if node.role == "entry")


def exits(graph: Graph) -> tuple[str, ...]:
    return tuple(name for name, node in graph.nodes.items() if node.role == "exit")


def counts(node: Node) -> bool:
    """Whether a guard counts in a cut: required, enabled, not log-only and not declared fail-open (design, section 4)."""
    return (
        node.stated("required", True) is not False
        and node.stated("enabled", True) is not False
        and node.stated("guard.mode") != "log"
        and node.stated("guard.onFailure") != "open"
    )


def way_facts(graph: Graph, nodes: Iterable[str], edges: Iterable[Edge]) -> tuple[Fact, ...]:
    """What a way rests on: its nodes and edges exist, and each guard on it is what it is."""
    facts: list[Fact] = []
    nodes, edges = tuple(nodes), tuple(edges)
    for name, edge in zip(nodes, edges, strict=False):
        if name not in (edge.producer, edge.consumer):  # a stand-in goes on from here
            facts.append(Fact(f"node:{edge.producer}", "fallback"))
            facts += (Fact(one.id, "edge.fallback") for one in graph.incoming.get(edge.producer, ()))
    for name in nodes:
        facts.append(Fact(f"node:{name}"))
        if graph.nodes[name].role == "guardrail":
            facts += guard_facts(name)
    for edge in edges:
        facts += (Fact(edge.id), Fact(edge.id, "edge.required"), Fact(edge.id, "edge.fallback"))
        facts += (
            Fact(f"node:{edge.consumer}", "fallback"),
            Fact(f"node:{edge.consumer}", f"inputs.{edge.in_port}.required"),
        )
    return tuple(dict.fromkeys(facts))


def guard_facts(name: str) -> tuple[Fact, ...]:
    """All that decides whether a guard counts."""
    element = f"node:{name}"
    return (Fact(element), Fact(element, "role"), *(Fact(element, attribute) for attribute in GUARD_ATTRIBUTES))
