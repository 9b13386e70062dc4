"""Graph -> what to draw, before any format: boxes with a role, arrows with a style.

In: the graph of one version. Out: `Drawing`, in the order of the file. Promise: every node and every edge is in it, an
edge end that does not exist as a box of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.model.graph import Edge, Graph
from msdiff.model.records import NamedTuple


class Look(NamedTuple):
    """How nodes of a role look: a shape that every format has, and a light fill for dark text."""

    shape: str  # box, pill, cylinder, hexagon, diamond, double
    fill: str


class Box(NamedTuple):
    """`key` is unique in the drawing; `mark` is a verdict, `changed`, `missing` or ""."""

    key: str
    name: str
    role: str
    mark: str = ""


class Arrow(NamedTuple):
    """`style` is `solid`, `dashed` (an optional dependency) or `dotted` (off the request path)."""

    source: str
    target: str
    label: str = ""
    style: str = "solid"


class Drawing(NamedTuple):
    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


_NEUTRAL, _MODEL, _STORE, _GUARD, _SWITCH, _ACTOR = "#eceff1", "#e3f2fd", "#e8f5e9", "#fff3e0", "#f3e5f5", "#fce4ec"
_OTHER = Look("box", "#f5f5f5")
_LOOKS = {
    "entry": Look("pill", _NEUTRAL),
    "exit": Look("pill", _NEUTRAL),
    "embedder": Look("box", _MODEL),
    "retriever": Look("box", _MODEL),
    "reranker": Look("box", _MODEL),
    "generator": Look("box", _MODEL),
    "model": Look("box", _MODEL),
    "vectorStore": Look("cylinder", _STORE),
    "datastore": Look("cylinder", _STORE),
    "cache": Look("cylinder", _STORE),
    "guardrail": Look("hexagon", _GUARD),
    "router": Look("diamond", _SWITCH),
    "gateway": Look("pill", _SWITCH),
    "agent": Look("double", _ACTOR),
    "tool": Look("double", _ACTOR),
}


def look(role: str) -> Look:
    """The look of a role; transforms, chunkers and roles of one's own are plain boxes."""
    return _LOOKS.get(role, _OTHER)


def drawing_of(graph: Graph) -> Drawing:
    """The whole graph."""
    boxes = [Box(name, name, node.role) for name, node in graph.nodes.items()]
    ends = dict.fromkeys(end for edge in graph.edges.values() for end in (edge.producer, edge.consumer))
    boxes += (Box(end, end or "(no name)", "missing", "missing") for end in ends if end not in graph.nodes)
    return Drawing(graph.label, tuple(boxes), tuple(_arrows(graph)))


def _arrows(graph: Graph) -> Iterator[Arrow]:
    for edge in graph.edges.values():
        yield Arrow(edge.producer, edge.consumer, _label(edge), _style(edge, graph))


def _label(edge: Edge) -> str:
    if edge.out_port == edge.in_port:
        return edge.out_port
    return " → ".join(port for port in (edge.out_port, edge.in_port) if port)


def _style(edge: Edge, graph: Graph) -> str:
    if edge.kind == "async":
        return "dotted"
    if edge.consumer in graph.nodes and graph.optional(edge):
        return "dashed"
    return "solid"
