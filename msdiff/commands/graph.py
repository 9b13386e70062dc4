"""`msdiff graph [REV|PATH]`: the graph of one version, drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msdiff.commands.comparing import opened_version
from msdiff.commands.options import Arguments, Parser, add_common, add_policy, one_of, one_version
from msdiff.commands.output import STDOUT, print_text, write_file
from msdiff.errors import NothingToCompare
from msdiff.model.graph import Graph
from msdiff.pipeline import graphs_of

_USAGE = "msdiff graph [REV|PATH] [options] [-- PATHS]"
_ABOUT = "Draw the graph of one version. Without REV or PATH: the working tree."
_EXAMPLES = (
    "msdiff graph                            Mermaid, to paste into Markdown",
    "msdiff graph main -f svg -o app.svg     a picture of main",
    "msdiff graph -f html -o app.html        a page: the picture and a table of what there is",
    "msdiff graph -f dot | dot -Tpng         for Graphviz",
    "msdiff graph --graph checkout@prod      one graph, where there are several",
    "msdiff graph -f json                    every effective value, with where it comes from",
)


def _mermaid(graphs: Sequence[Graph]) -> str:
    from msdiff.report.mermaid import mermaid

    return mermaid(*graphs)


def _dot(graphs: Sequence[Graph]) -> str:
    from msdiff.report.dot import dot

    return dot(*graphs)


def _svg(graphs: Sequence[Graph]) -> str:
    from msdiff.report.svg import svg

    return svg(*graphs)


def _html(graphs: Sequence[Graph]) -> str:
    from msdiff.report.graph_html import graph_html

    return graph_html(*graphs)


def _json(graphs: Sequence[Graph]) -> str:
    from msdiff.report.graph_json import graph_json

    return graph_json(*graphs)


DRAWINGS: dict[str, Callable[[Sequence[Graph]], str]] = {
    "mermaid": _mermaid,
    "dot": _dot,
    "svg": _svg,
    "html": _html,
    "json": _json,
}


def parser() -> Parser:
    """The words of a drawing."""
    found = Parser(_USAGE, _ABOUT, _EXAMPLES)
    found.add_argument("words", nargs="*", metavar="REV|PATH", help="a revision, a file or a folder")
    group = found.add_argument_group("drawing")
    group.add_argument(
        "-f", "--format", type=_format, metavar="FORMAT", help=f"{', '.join(DRAWINGS)} (default: mermaid)"
    )
    group.add_argument("-o", "--output", metavar="FILE", help="write to a file instead of standard output")
    group.add_argument("--graph", metavar="NAME", help="only this graph: NAME or NAME@VARIANT")
    add_policy(found)
    add_common(found)
    return found


def _format(text: str) -> str:
    return one_of(text, tuple(DRAWINGS), "format")


def run(arguments: Arguments) -> int:
    """Draw, and write the drawing."""
    with opened_version(arguments, one_version(arguments.words)) as (version, _, request):
        graphs = graphs_of(version.snapshot, request)
    text = DRAWINGS[arguments.format or "mermaid"](_chosen(graphs, arguments.graph))
    if arguments.output in (None, STDOUT):
        print_text(text, utf8=True)
    else:
        write_file(str(arguments.output), text)
    return 0


def _chosen(graphs: tuple[Graph, ...], name: str | None) -> tuple[Graph, ...]:
    if not graphs:
        raise NothingToCompare("there is no graph to draw", hint="`msdiff init` writes a first one.")
    if name is None:
        return graphs
    found = tuple(graph for graph in graphs if name in (graph.label, graph.key.name))
    if not found:
        one_of(name, tuple(graph.label for graph in graphs), "graph")
    return found
