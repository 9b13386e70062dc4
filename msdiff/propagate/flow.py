"""Decide by value, explain by path: which consumers a change reaches, and how to get there.

In: both versions of a graph. Out: one shortest path over real edges from the changed node to a consumer, and the number of
others. Breadth-first from each changed node once; cycles end; paths are counted, never listed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from msdiff.model.graph import Edge, Graph
from msdiff.model.records import NamedTuple

COUNT_LIMIT = 1_000_000  # more paths than this are not told apart
WALK_LIMIT = 2_000  # paths that are walked one by one, where there are circles


class Tree(NamedTuple):
    """Breadth-first from one node: predecessor on a shortest path, and the number of paths that do not run in circles."""

    before: Mapping[str, str | None]
    ways: Mapping[str, int]

    def path(self, node: str) -> tuple[str, ...]:
        names = [node]
        while (earlier := self.before[names[-1]]) is not None:
            names.append(earlier)
        return tuple(reversed(names))


class Paths:
    """Paths in base and head together: a consumer may be reached by an edge that exists in one of them only."""

    def __init__(self, *graphs: Graph | None) -> None:
        self._ahead: dict[str, list[str]] = {}
        self._back: dict[str, list[str]] = {}
        for producer, edges in sorted(_by_ends(graphs).items()):
            for consumer, edge in sorted(edges.items()):
                self._ahead.setdefault(producer, []).append(consumer)
                self._back.setdefault(consumer, []).append(producer)
                if edge.attributes and edge.kind == "call":
                    self._ahead.setdefault(consumer, []).append(producer)
                    self._back.setdefault(producer, []).append(consumer)
        self._trees: dict[tuple[str, bool], Tree] = {}

    def between(self, start: str, end: str) -> tuple[tuple[str, ...], int]:
        """A shortest path and the number of others; against the flow where there is none along it; empty where none at all."""
        if start == end:
            return (start,), 0
        tree = self.tree(start)
        if end in tree.before:
            return tree.path(end), min(tree.ways[end], COUNT_LIMIT) - 1
        upstream = self.tree(start, upstream=True)
        if end in upstream.before:
            return upstream.path(end), min(upstream.ways[end], COUNT_LIMIT) - 1
        return (), 0

    def tree(self, start: str, *, upstream: bool = False) -> Tree:
        """All that can be reached from one node, along the flow or against it."""
        found = self._trees.get((start, upstream))
        if found is None:
            found = self._trees[start, upstream] = _tree(start, self._back if upstream else self._ahead)
        return found


def _by_ends(graphs: Iterable[Graph | None]) -> dict[str, dict[str, Edge]]:
    """The edges of all graphs by producer and consumer; of several between the same nodes the last one."""
    found: dict[str, dict[str, Edge]] = {}
    seen: list[object] = []
    for graph in graphs:
        if graph is None or any(one is graph.outgoing for one in seen):
            continue  # equal edges of two versions are the same object
        seen.append(graph.outgoing)
        for producer, edges in graph.outgoing.items():
            found.setdefault(producer, {}).update((edge.consumer, edge) for edge in edges)
    return found


def _tree(start: str, successors: Mapping[str, Iterable[str]]) -> Tree:
    before: dict[str, str | None] = {start: None}
    order = [start]
    queue = deque(order)
    while queue:
        name = queue.popleft()
        for follower in successors.get(name, ()):
            if follower not in before:
                before[follower] = name
                order.append(follower)
                queue.append(follower)
    return Tree(before, _counted(start, order, successors))


def _counted(start: str, order: list[str], successors: Mapping[str, Iterable[str]]) -> Mapping[str, int]:
    """Paths to each node, none of which visits a node twice.

    Where circles make them too many to walk: paths over the edges that close none (an edge back to a node that is still open,
    depth first).
    """
    forward = _acyclic(start, successors)
    if sum(map(len, forward.values())) < sum(len(tuple(successors.get(name, ()))) for name in order):
        walked = _walked(start, successors)
        if walked is not None:
            return walked
    waiting: dict[str, int] = {}
    for followers in forward.values():
        for follower in followers:
            waiting[follower] = waiting.get(follower, 0) + 1
    ways = dict.fromkeys(order, 0) | {start: 1}
    queue = deque((start,))
    while queue:
        name = queue.popleft()
        for follower in forward.get(name, ()):
            ways[follower] = min(ways[follower] + ways[name], COUNT_LIMIT)
            waiting[follower] -= 1
            if not waiting[follower]:
                queue.append(follower)
    return ways


def _walked(start: str, successors: Mapping[str, Iterable[str]]) -> Mapping[str, int] | None:
    """Paths to each node, counted by going each of them; `None` where there are more than `WALK_LIMIT`."""
    ways = {start: 1}
    path = [start]
    work = [iter(successors.get(start, ()))]
    left = WALK_LIMIT
    while work:
        follower = next(work[-1], None)
        if follower is None:
            work.pop()
            path.pop()
        elif follower not in path:
            left -= 1
            if not left:
                return None
            ways[follower] = ways.get(follower, 0) + 1
            path.append(follower)
            work.append(iter(successors.get(follower, ())))
    return ways


def _acyclic(start: str, successors: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """The edges that can be reached, without those that close a circle."""
    kept: dict[str, list[str]] = {}
    state = {start: 1}  # 1 open, 2 done
    work = [(start, iter(successors.get(start, ())))]
    while work:
        name, followers = work[-1]
        for follower in followers:
            seen = state.get(follower, 0)
            if seen == 1:
                continue
            kept.setdefault(name, []).append(follower)
            if seen == 0:
                state[follower] = 1
                work.append((follower, iter(successors.get(follower, ()))))
                break
        else:
            state[name] = 2
            work.pop()
    return kept
