"""Graphs from short text, made directly as model objects.

`graph("a:entry -> b 40 -> c.docs:generator 300")` reads: node `a` is an entry, `b` has a p95 of 40 ms, and the edge into `c`
arrives at its port `docs`. A node may be named again without its figure.
"""

from collections.abc import Mapping
from typing import Any

from msdiff.model.claim import GraphKey
from msdiff.model.graph import Edge, Effective, Fact, Graph, Item, Node
from msdiff.model.location import Location
from msdiff.model.values import Value

HERE = Location("app.yaml", 1, 1)
Attributes = Mapping[str, Any]


def graph(
    *chains: str,
    nodes: Mapping[str, Attributes] | None = None,
    edges: Mapping[str, Attributes] | None = None,
    slos: Mapping[str, str | Attributes] | None = None,
    policies: Mapping[str, Attributes] | None = None,
    label: str = "p95",
) -> Graph:
    """A graph. Attributes of edges and SLOs go without their prefix; a text for an SLO is `NODE LABEL MS`."""
    roles: dict[str, str] = {}
    said: dict[str, dict[str, Any]] = {}
    links: list[tuple[str, str, str]] = []
    for chain in chains:
        before = None
        for token in chain.split("->"):
            end, _, figure = token.strip().partition(" ")
            end, _, role = end.partition(":")
            name, _, port = end.partition(".")
            said.setdefault(name, {})
            if role:
                roles[name] = role
            if figure:
                said[name][f"latency.{label}Ms"] = float(figure) if "." in figure else int(figure)
            if before is not None:
                links.append((before, name, port))
            before = name
    for name, attributes in (nodes or {}).items():
        said.setdefault(name, {}).update(attributes)
    made = {name: _node(name, said[name], roles.get(name, "custom")) for name in sorted(said)}
    wired = {}
    for producer, consumer, port in sorted(dict.fromkeys(links)):
        key = f"{producer}->{consumer}.{port}" if port else f"{producer}->{consumer}"
        terms = (edges or {}).get(key, {})
        wired[key] = _edge(key, producer, consumer, port, terms)
    missing = set(edges or {}) - set(wired)
    assert not missing, f"no such edge: {missing}"
    return assemble(
        Graph(
            key=GraphKey("app"),
            location=HERE,
            meta=Item("graph:", HERE, {}),
            nodes=made,
            edges=wired,
            slos={name: _element(f"slo:{name}", _slo(value), "slo.") for name, value in sorted((slos or {}).items())},
            policies={
                name: _element(f"policy:{name}", value, "policy.") for name, value in sorted((policies or {}).items())
            },
        )
    )


def assemble(graph: Graph) -> Graph:
    """The graph with its adjacency."""
    outgoing: dict[str, list[Edge]] = {}
    incoming: dict[str, list[Edge]] = {}
    for edge in graph.edges.values():
        outgoing.setdefault(edge.producer, []).append(edge)
        incoming.setdefault(edge.consumer, []).append(edge)
    return Graph(
        graph.key,
        graph.location,
        graph.meta,
        graph.nodes,
        graph.edges,
        graph.slos,
        graph.policies,
        outgoing={name: tuple(found) for name, found in outgoing.items()},
        incoming={name: tuple(found) for name, found in incoming.items()},
    )


def _node(name: str, said: Attributes, role: str) -> Node:
    return Node(f"node:{name}", HERE, _attributes(f"node:{name}", said, ""), role=said.get("role", role))


def _edge(key: str, producer: str, consumer: str, port: str, said: Attributes) -> Edge:
    id = f"edge:{key}"
    return Edge(id, HERE, _attributes(id, said, "edge."), producer=producer, consumer=consumer, in_port=port)


def _element(id: str, said: Attributes, prefix: str) -> Item:
    return Item(id, HERE, _attributes(id, said, prefix))


def _slo(value: str | Attributes) -> Attributes:
    if not isinstance(value, str):
        return value
    at, percentile, limit = value.split()
    return {"at": at, "percentile": percentile, "latencyMs": float(limit)}


def _attributes(element: str, said: Attributes, prefix: str) -> Mapping[str, Effective]:
    found: dict[str, Effective] = {}
    for name, value in said.items():
        full = prefix + name
        found[full] = Effective(_value(value), HERE, (Fact(element, full),))
    return found


def _value(value: Any) -> Value:
    return tuple(value) if isinstance(value, list) else value
