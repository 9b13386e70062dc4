"""The identity of a vector space, and of whoever produces scores in it.

A space is what comes out of one model at one revision with one pooling, normalisation, prefix and representation. Equal
dimension says nothing. Where a node declares `space`, that name is the identity; else the parts are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msdiff.model.graph import Edge, Effective, Fact, Graph, Node
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value, same

# part of the identity -> attribute of the producing node ("{port}" is its output port)
PARTS = {
    "model": "model.id",
    "revision": "model.revision",
    "normalized": "outputs.{port}.normalized",
    "representation": "outputs.{port}.representation",
    "pooling": "outputs.{port}.pooling",
    "prefix": "outputs.{port}.prefix",
    "dimension": "outputs.{port}.dimension",
    "space": "outputs.{port}.space",
    "precision": "model.precision",
}
STORING = ("vectorStore", "cache")
FEEDING = ("embedder", "model", "custom", "transform", "gateway", "cache", "router")


class Source(NamedTuple):
    """An embedder that feeds a store: its node, the output port that the vectors leave by, the edge into the store."""

    node: Node
    port: str
    edge: Edge | None

    def part(self, name: str) -> Effective:
        """One part of the identity."""
        return self.node.effective(PARTS[name].format(port=self.port))

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All that the identity rests on."""
        return tuple(Fact(self.node.id, attribute.format(port=self.port)) for attribute in PARTS.values())


def sources(graph: Graph, store: Node) -> tuple[Source, ...]:
    """The embedders whose vectors arrive at the store, through whatever passes vectors on; sorted by name."""
    found: dict[tuple[str, str], Source] = {}
    seen = {store.name}
    queue: list[tuple[str, Edge]] = [
        (edge.producer, edge) for edge in graph.incoming.get(store.name, ()) if _vectors(graph, edge)
    ]
    for name, edge in queue:
        node = graph.nodes[name]
        if node.role == "embedder" or "model.id" in node.attributes:
            found.setdefault((name, edge.out_port), Source(node, edge.out_port, edge))
        elif name not in seen:
            seen.add(name)
            queue.extend((one.producer, edge) for one in graph.incoming.get(name, ()) if _vectors(graph, one))
    return tuple(found[key] for key in sorted(found))


def _vectors(graph: Graph, edge: Edge) -> bool:
    """Whether the edge carries vectors: its ends say so, or an embedder is at its start and nothing contradicts."""
    said = (
        graph.nodes[edge.producer].stated(f"outputs.{edge.out_port}.type"),
        graph.nodes[edge.consumer].stated(f"inputs.{edge.in_port}.type"),
    )
    if "embedding" in said:
        return True
    declared = any(
        f"{side}.dimension" in graph.nodes[name].attributes
        for name, side in ((edge.producer, f"outputs.{edge.out_port}"), (edge.consumer, f"inputs.{edge.in_port}"))
    )
    return declared or (graph.nodes[edge.producer].role == "embedder" and said == (None, None))


def writer(graph: Graph, store: Node, feeding: tuple[Source, ...]) -> Source | None:
    """The embedder that the index was built with: the one that `store.builtWith.node` names, or the one on an index edge."""
    name = store.stated("store.builtWith.node")
    if isinstance(name, str) and name in graph.nodes:
        known = next((source for source in feeding if source.node.name == name), None)
        return known or Source(graph.nodes[name], _vector_port(graph.nodes[name]), None)
    indexing = [source for source in feeding if is_index(source.edge)]
    return indexing[0] if len(indexing) == 1 else None


def _vector_port(node: Node) -> str:
    for port in node.outputs:
        if node.stated(f"outputs.{port}.type") == "embedding" or f"outputs.{port}.dimension" in node.attributes:
            return port
    return node.outputs[0] if node.outputs else ""


def is_index(edge: Edge | None) -> bool:
    """Whether the edge writes to the index."""
    return edge is not None and edge.stated("edge.role") == "index"


def differing(one: Source, other: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The parts in which two spaces differ, and the parts of which one side is unknown."""
    wrong: list[str] = []
    unknown: list[str] = []
    if one.node is other.node and one.port == other.port:
        return (), ()
    for part in (
        ("space",)
        if _both(one, other, "space")
        else ("model", "revision", "normalized", "representation", "pooling", "prefix", "dimension")
    ):
        left, right = one.part(part).value, other.part(part).value
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            if not (isinstance(left, Unknown) and isinstance(right, Unknown) and part != "model"):
                unknown.append(part)
        elif not same(_passage(left, part), _passage(right, part)):
            wrong.append(part)
    return tuple(wrong), tuple(unknown)


def _both(one: Source, other: Source, part: str) -> bool:
    return not isinstance(one.part(part).value, Unknown) and not isinstance(other.part(part).value, Unknown)


def _passage(value: Value, part: str) -> Value:
    """Of a prefix with two roles the index holds the passage's."""
    if part == "prefix" and isinstance(value, Mapping):
        return value.get("passage")
    return value


def passage_prefix(value: Value) -> Value:
    return _passage(value, "prefix")


def identities(source: Source) -> Iterator[str]:
    """The ways in which a threshold may name a score producer: model, model@revision, node@version, space."""
    model, revision = source.part("model").value, source.part("revision").value
    if isinstance(model, str):
        yield model
        if isinstance(revision, str):
            yield f"{model}@{revision}"
    space = source.part("space").value
    if isinstance(space, str):
        yield space
    version = source.node.stated("version")
    if version is not None:
        yield f"{source.node.name}@{version}"
