"""Graphs made by hand, for the drawings."""

from collections.abc import Mapping
from itertools import pairwise

from msdiff.model.claim import Claim, GraphKey
from msdiff.model.graph import Edge, Effective, Fact, Graph, Item, Node, Reference
from msdiff.model.location import Location
from msdiff.model.values import Unknown, Value


def at(line: int) -> Location:
    return Location("app.yaml", line, 3)


def effective(element: str, attribute: str, value: Value | Unknown, line: int, key: GraphKey) -> Effective:
    claim = Claim(key, element, attribute, value, at(line))
    return Effective(value, at(line), (Fact(element, attribute),), (claim,))


def graph(
    nodes: Mapping[str, str],
    wires: tuple[tuple[str, str], ...],
    *,
    name: str = "support-assistant",
    variant: str = "",
    edge_attributes: Mapping[int, Mapping[str, Value]] | None = None,
    node_attributes: Mapping[str, Mapping[str, Value | Unknown]] | None = None,
) -> Graph:
    """A graph from node -> role and wires `producer.port` -> `consumer.port`; an end that is no node is dangling."""
    key = GraphKey(name, variant)
    made: dict[str, Node] = {}
    for line, (node, role) in enumerate(nodes.items(), 10):
        said = (node_attributes or {}).get(node, {})
        attributes = {one: effective(f"node:{node}", one, value, line, key) for one, value in said.items()}
        made[node] = Node(f"node:{node}", at(line), attributes, role)
    edges: dict[str, Edge] = {}
    for number, (source, target) in enumerate(wires):
        producer, _, out_port = source.partition(".")
        consumer, _, in_port = target.partition(".")
        id = f"edge:{source}->{target}"
        said_of_edge = (edge_attributes or {}).get(number, {})
        attributes = {one: effective(id, one, value, 50 + number, key) for one, value in said_of_edge.items()}
        resolved = producer in made and consumer in made
        edges[f"{source}->{target}"] = Edge(
            id, at(50 + number), attributes, producer, out_port, consumer, in_port, resolved
        )
    references = tuple(
        Reference(edge.id, "to", edge.consumer, edge.location, False, "reranker", f"no node `{edge.consumer}`")
        for edge in edges.values()
        if not edge.resolved
    )
    slo = Item("slo:answer", at(70), {"slo.latencyMs": effective("slo:answer", "slo.latencyMs", 600, 70, key)})
    return Graph(
        key=key,
        location=at(1),
        meta=Item("graph:", at(1), {}),
        nodes=made,
        edges=edges,
        slos={"answer": slo},
        policies={},
        references=references,
    )


def support_assistant() -> Graph:
    """Every role family, an optional and an asynchronous edge, a loop, a self-loop and a dangling end."""
    return graph(
        {
            "user_input": "entry",
            "safety_filter": "guardrail",
            "router": "router",
            "embedder": "embedder",
            "vector_db": "vectorStore",
            "reranker": "reranker",
            "llm": "generator",
            "agent": "agent",
            "search": "tool",
            "audit_log": "datastore",
            "answer": "exit",
        },
        (
            ("user_input.text", "safety_filter.text"),
            ("safety_filter.text", "router.text"),
            ("router.text", "embedder.text"),
            ("router.text", "agent.task"),
            ("embedder.vector", "vector_db.query"),
            ("vector_db.documents", "reranker.documents"),
            ("reranker.documents", "llm.documents"),
            ("safety_filter.text", "llm.query"),
            ("agent.call", "search.query"),
            ("search.result", "agent.result"),
            ("agent.plan", "agent.plan"),
            ("agent.answer", "llm.query"),
            ("llm.answer", "audit_log.row"),
            ("llm.answer", "answer.text"),
            ("llm.answer", "rerankr.text"),
        ),
        edge_attributes={5: {"edge.required": False}, 12: {"edge.kind": "async"}},
        node_attributes={
            "embedder": {"outputs.vector.dimension": 768, "latency.p95Ms": 12},
            "llm": {"model.contextWindow": Unknown("`llm` declares no model.contextWindow")},
        },
    )


def of_names(*names: str) -> Graph:
    """A chain of nodes with these names, whatever is in them."""
    made = graph(dict.fromkeys(names, "custom"), ())
    edges = {
        f"{one}->{other}": Edge(f"edge:{one}->{other}", at(1), {}, one, "", other, "") for one, other in pairwise(names)
    }
    return Graph(made.key, made.location, made.meta, made.nodes, edges, {}, {})
