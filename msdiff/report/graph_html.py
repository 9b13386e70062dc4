"""Graphs -> one HTML page: the picture of each, and a table of its nodes with what they are and where they stand.

In: graphs of one version. Out: a complete page that loads nothing and runs nothing.
"""

from collections.abc import Iterator

from msdiff.model.graph import Graph, Node
from msdiff.report.drawing import drawing_of
from msdiff.report.escape import plural
from msdiff.report.html_page import page
from msdiff.report.html_parts import Html, code, element, joined, lines, named, table, text, where
from msdiff.report.svg import pictured
from msdiff.report.wording import value_text

_ROWS = 500
_NAMES = 6
_TOLD = ("model.id", "store.engine", "engine.name", "guard.kinds", "latency.p95Ms")


def graph_html(*graphs: Graph) -> str:
    """The graphs as a page, one under another."""
    title = ", ".join(graph.label for graph in graphs[:_NAMES])
    return page(f"msdiff graph: {title}", lines(part for graph in graphs for part in _sections(graph)))


def _sections(graph: Graph) -> Iterator[Html]:
    size = f"{plural(len(graph.nodes), 'node')}, {plural(len(graph.edges), 'edge')}"
    yield element("header", element("h1", text(graph.label)), element("p", text(f"{size}."), css="quiet"))
    yield element("figure", Html(pictured((drawing_of(graph),))))
    rows = [_row(graph, node) for node in list(graph.nodes.values())[:_ROWS]]
    yield table(("node", "role", "what it says", "gets from", "gives to", "where"), rows)
    if len(graph.nodes) > _ROWS:
        yield element("p", text(f"and {len(graph.nodes) - _ROWS:,} more nodes; `msdiff graph -f json` has all"))


def _row(graph: Graph, node: Node) -> tuple[Html, ...]:
    incoming, outgoing = graph.incoming.get(node.name, ()), graph.outgoing.get(node.name, ())
    return (
        code(node.name),
        text(node.role),
        joined(_said(node), ", "),
        _ends(edge.producer for edge in incoming),
        _ends(edge.consumer for edge in outgoing),
        where(node.location),
    )


def _ends(names: Iterator[str]) -> Html:
    return named(tuple(dict.fromkeys(names)), _NAMES)


def _said(node: Node) -> Iterator[Html]:
    for name in _TOLD:
        value = node.stated(name)
        if value is not None:
            yield Html(f"{text(name)}: {code(value_text(value))}")
