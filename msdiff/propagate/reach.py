"""Impacts that are no obligation: the quality of what a model makes, and the time at which it is there.

In: the changes and both versions of each graph. Out: an `Impact` for each consumer that a change reaches in this way. A model's
identity reaches everything behind it; a latency figure reaches every node whose own arrival time differs between base and head.
How far an attribute travels is its `flow` in the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msdiff.model.change import Change
from msdiff.model.finding import Impact
from msdiff.propagate.flow import Paths

Late = Callable[[str], frozenset[str]]  # graph label -> nodes whose arrival time differs


def impacts(
    changes: Iterable[Change],
    flow: Callable[[Change], str],
    start: Callable[[Change], str],
    paths: Callable[[str], Paths],
    late: Late,
) -> tuple[Impact, ...]:
    """The impacts of all changes. `flow` says how far a change travels ("" for an element that came or went),
    `start` at which node it sets out ("" where at none).
    """
    return tuple(impact for change in changes for impact in _impacts(change, flow(change), start, paths, late))


def _impacts(
    change: Change, flow: str, start_of: Callable[[Change], str], paths: Callable[[str], Paths], late: Late
) -> Iterator[Impact]:
    start = start_of(change)
    if not start:
        return
    if flow == "quality":
        yield from _behind(change, start, "model", paths(change.graph), None)
    elif flow == "latency" or (not flow and change.kind.endswith((".added", ".removed"))):
        slower = late(change.graph)
        if slower:
            yield from _behind(change, start, "latency", paths(change.graph), slower)


def _behind(change: Change, start: str, mechanism: str, paths: Paths, among: frozenset[str] | None) -> Iterator[Impact]:
    tree = paths.tree(start)
    for name in sorted(tree.before):
        if name != start and (among is None or name in among):
            yield Impact(change.id, change.graph, name, mechanism, tree.path(name), tree.ways[name] - 1)


def differing(base: Mapping[str, object], head: Mapping[str, object]) -> frozenset[str]:
    """The nodes of head whose figure is not what it was in base."""
    return frozenset(name for name, figure in head.items() if base.get(name) != figure)
