"""Where a guard would close every open way to a node: a smallest set of edges that all of them share out.

In: one graph, a node, and kinds of guards. Out: edges of that graph, fewest possible, nearest to the node among equals.
Promise: with a guard of each kind on each of these edges no way is left without one. Source: a minimum cut by maximum flow (Ford
and Fulkerson 1956), as networkx computes it; only an explanation pays for importing it.
"""

from __future__ import annotations

from collections.abc import Iterable

from msdiff.model.graph import Edge, Graph
from msdiff.propagate.promises import guards
from msdiff.propagate.routes import Routes, entries

_OUTSIDE, _INSIDE = ("outside",), ("inside",)


def closing_edges(graph: Graph, node: str, kinds: Iterable[str]) -> tuple[Edge, ...]:
    """The fewest edges on which guards of these kinds would cut `node` off from the entries; none if nothing is open."""
    found: dict[str, Edge] = {}
    for kind in kinds:
        found.update({edge.id: edge for edge in _cut(graph, node, frozenset(guards(graph, kind)))})
    return tuple(found[id] for id in sorted(found))


def _cut(graph: Graph, node: str, barriers: frozenset[str]) -> Iterable[Edge]:
    """Each edge is a pipe of its own between two pairs, so that an edge with several ways is cut once."""
    import networkx as nx

    pipes: nx.DiGraph[object] = nx.DiGraph()
    for start, hops in Routes(graph).hops.items():
        for hop in hops:
            if hop.optional or hop.node not in barriers:
                pipes.add_edge(start, (hop.edge.id, "in"))  # no capacity: cannot be cut
                pipes.add_edge((hop.edge.id, "in"), (hop.edge.id, "out"), capacity=1)
                pipes.add_edge((hop.edge.id, "out"), hop.node)
    pipes.add_edges_from((_OUTSIDE, entry) for entry in entries(graph) if entry not in barriers)
    pipes.add_edge(node, _INSIDE)
    if _OUTSIDE not in pipes or not nx.has_path(pipes, _OUTSIDE, _INSIDE):
        return ()
    try:
        _, (_, within) = nx.minimum_cut(pipes, _OUTSIDE, _INSIDE)
    except nx.NetworkXUnbounded:  # the node is an entry itself
        return ()
    by_id = {edge.id: edge for edge in graph.edges.values()}
    return [edge for id, edge in by_id.items() if (id, "out") in within and (id, "in") not in within]
