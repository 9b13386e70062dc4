"""Two versions of the graphs to typed changes.

In: paired graphs in the same names (renames already applied to base). Out: changes sorted by graph, element and attribute,
with ids `c1`, `c2` ... in that order. Promised: only differences of meaning; what is inherited through `passes` is no change of
its own; `diff(g, g)` is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msdiff.diff.pairing import GraphPair, pair
from msdiff.diff.renames import renames
from msdiff.diff.values import attribute_change, attribute_changes
from msdiff.model.change import Change
from msdiff.model.graph import Edge, Element, Fact, Graph, Node
from msdiff.model.location import Location
from msdiff.model.values import Value
from msdiff.ruleset.attributes import Catalogue

__all__ = ["GraphPair", "diff", "pair", "renames"]

META = "graph:"


def diff(pairs: Iterable[GraphPair], catalogue: Catalogue) -> tuple[Change, ...]:
    """The changes of all pairs. Elements that appear or go swallow their attributes: one edit, one change."""
    found = [change for one in pairs for change in _changes(one, catalogue)]
    found.sort(key=lambda change: (change.graph, change.fact, change.detail, change.kind))
    return tuple(change._replace(id=f"c{number}") for number, change in enumerate(found, 1))


def _changes(graphs: GraphPair, catalogue: Catalogue) -> Iterator[Change]:
    label = graphs.label
    for old_name, new_name in graphs.renamed.items():
        yield _renamed(graphs, old_name, new_name)
    same_edges = graphs.base is not None and graphs.head is not None and graphs.base.edges is graphs.head.edges
    old = _elements(graphs.base, edges=not same_edges)
    new = _elements(graphs.head, edges=not same_edges)
    for id in old.keys() - new.keys() - {META}:
        yield _gone_or_new(label, old[id], "removed")
    for id in new.keys() - old.keys() - {META}:
        yield _gone_or_new(label, new[id], "added")
    for id, element in new.items():
        before = old.get(id)
        if before is not None and before is not element and (element.attributes or before.attributes or id[0] == "n"):
            yield from attribute_changes(label, before, element, catalogue)
    for id in sorted(_dangling_specs(graphs) & old.keys() & new.keys()):
        yield from attribute_change(label, old[id], new[id], "specRef", catalogue)
    if graphs.renamed_from is not None and graphs.head is not None:
        yield _renamed_graph(graphs, graphs.renamed_from)


def _dangling_specs(graphs: GraphPair) -> set[str]:
    """Nodes whose `specRef` leads nowhere in one version. Elsewhere it is only the way by which statements came."""
    references = (one for graph in (graphs.base, graphs.head) if graph for one in graph.references)
    return {one.element for one in references if one.attribute == "specRef" and not one.resolves}


def _elements(graph: Graph | None, *, edges: bool) -> dict[str, Element]:
    """The elements by id; without `edges` where both versions share them, so that none differs."""
    if graph is None:
        return {}
    shown = graph if edges else graph._replace(edges={})
    return {element.id: element for element in shown.elements()}


def _gone_or_new(graph: str, element: Element, what: str) -> Change:
    kind = element.id.partition(":")[0]
    gone = what == "removed"
    return Change(
        id="",
        kind=f"{kind}.{what}",
        graph=graph,
        fact=Fact(element.id),
        old=_summary(element) if gone else None,
        new=None if gone else _summary(element),
        base=element.location if gone else None,
        head=None if gone else element.location,
    )


def _summary(element: Element) -> Value:
    """What to show of a whole element: a node's role, an edge's ends, an SLO's or policy's name."""
    if isinstance(element, Node):
        return element.role
    if isinstance(element, Edge):
        return element.name
    return element.name or None


def _renamed(graphs: GraphPair, old_name: str, new_name: str) -> Change:
    assert graphs.base is not None  # a rename has both sides
    assert graphs.head is not None
    return Change(
        id="",
        kind="node.renamed",
        graph=graphs.label,
        fact=Fact(f"node:{new_name}"),
        old=old_name,
        new=new_name,
        base=graphs.base.nodes[new_name].location,
        head=graphs.head.nodes[new_name].location,
    )


def _renamed_graph(graphs: GraphPair, old: str) -> Change:
    assert graphs.base is not None  # a rename has both sides
    assert graphs.head is not None
    base: Location = graphs.base.meta.location
    return Change(
        "", "attribute.changed", graphs.label, Fact("graph:", "metadata.name"), old, graphs.head.key.name, base,
        graphs.head.meta.location,
    )  # fmt: skip
