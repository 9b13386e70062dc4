"""Which graph of base is which graph of head.

By name and variant. Where exactly one graph of each side is left over and they share at least half of their nodes, it is the
same application under another `metadata.name`. Promised: each graph is in exactly one pair, pairs sorted by label.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msdiff.model.graph import Graph
from msdiff.model.records import NamedTuple


class GraphPair(NamedTuple):
    """One application in base and head (`None` where it does not exist), in head's names."""

    base: Graph | None
    head: Graph | None
    renamed: Mapping[str, str] = MappingProxyType({})  # node's old name -> new name
    renamed_from: str | None = None  # the graph's old name

    @property
    def label(self) -> str:
        graph = self.head or self.base
        return graph.label if graph else ""


def pair(base: tuple[Graph, ...], head: tuple[Graph, ...], *, by_likeness: bool = True) -> tuple[GraphPair, ...]:
    """The pairs; base takes head's name where the application was renamed (looked for unless `by_likeness` is false)."""
    old = {_identity(graph): graph for graph in base}
    new = {_identity(graph): graph for graph in head}
    pairs = [GraphPair(old[key], new[key]) for key in old.keys() & new.keys()]
    gone = [old[key] for key in old.keys() - new.keys()]
    came = [new[key] for key in new.keys() - old.keys()]
    if by_likeness and len(gone) == len(came) == 1 and _alike(gone[0], came[0]):
        moved = gone[0]._replace(key=came[0].key)
        pairs.append(GraphPair(moved, came[0], renamed_from=gone[0].key.name))
    else:
        pairs += [GraphPair(graph, None) for graph in gone]
        pairs += [GraphPair(None, graph) for graph in came]
    return tuple(sorted(pairs, key=lambda one: one.label))


def _identity(graph: Graph) -> tuple[str, str]:
    return graph.key.name, graph.key.variant


def _alike(old: Graph, new: Graph) -> bool:
    common = len(old.nodes.keys() & new.nodes.keys())
    return common * 2 >= max(len(old.nodes), len(new.nodes), 1)
