"""Strongly connected components of a graph whose nodes are numbers.

In: the successors of each node. Out: components, those that feed others first. Linear in nodes and edges, without
recursion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def components(nodes: Sequence[int], successors: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """The strongly connected components of `nodes`, each sorted, in an order in which edges lead forward.

    Successors outside `nodes` are left out. What lies before the first cycle is peeled off by counting (Kahn 1962),
    the rest is decomposed by depth-first search (Tarjan 1972).
    """
    waiting = dict.fromkeys(nodes, 0)
    for node in nodes:
        for successor in successors.get(node, ()):
            if successor in waiting:
                waiting[successor] += 1
    found: list[list[int]] = []
    ready = [node for node, count in waiting.items() if not count]
    while ready:
        node = ready.pop()
        del waiting[node]
        found.append([node])
        for successor in successors.get(node, ()):
            if successor in waiting:
                waiting[successor] -= 1
                if not waiting[successor]:
                    ready.append(successor)
    if waiting:
        found += _decomposed(list(waiting), successors)
    return found


def _decomposed(nodes: Sequence[int], successors: Mapping[int, Sequence[int]]) -> list[list[int]]:
    among = frozenset(nodes)
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    open_nodes: list[int] = []
    is_open: set[int] = set()
    found: list[list[int]] = []
    for root in nodes:
        if root in number:
            continue
        number[root] = low[root] = len(number)
        open_nodes.append(root)
        is_open.add(root)
        work = [(root, iter(successors.get(root, ())))]
        while work:
            node, rest = work[-1]
            for successor in rest:
                if successor not in among:
                    continue
                if successor not in number:
                    number[successor] = low[successor] = len(number)
                    open_nodes.append(successor)
                    is_open.add(successor)
                    work.append((successor, iter(successors.get(successor, ()))))
                    break
                if successor in is_open and number[successor] < low[node]:
                    low[node] = number[successor]
            else:
                work.pop()
                if work and low[node] < low[work[-1][0]]:
                    low[work[-1][0]] = low[node]
                if low[node] == number[node]:
                    found.append(_closed(node, open_nodes, is_open))
    found.reverse()
    return found


def _closed(root: int, open_nodes: list[int], is_open: set[int]) -> list[int]:
    members = []
    while True:
        node = open_nodes.pop()
        is_open.discard(node)
        members.append(node)
        if node == root:
            return sorted(members)
