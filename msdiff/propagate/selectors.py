"""Selectors: which nodes or edges of a graph a policy speaks of (design, section 11, point 22).

In: a graph and a selector as it was read. Out: names, sorted. A selector that says nothing is an `InputError`, and so
is a key that no selector has: leaving it out would pick more than was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msdiff.errors import InputError
from msdiff.model.graph import Edge, Graph, Node
from msdiff.model.values import Value

_Test = Callable[[Graph, Node, Value], bool]


def select(graph: Graph, selector: Value) -> tuple[str, ...]:
    """The nodes that a selector picks: by name, or by a map of which every entry must match. Raises `InputError`."""
    if isinstance(selector, str):
        return (selector,) if selector in graph.nodes else ()
    if isinstance(selector, tuple):
        return tuple(sorted({name for one in selector for name in select(graph, one)}))
    wanted = _entries(graph, selector, _NODE_TESTS)
    if set(wanted) == {"nodes"}:
        return select(graph, wanted["nodes"])
    return tuple(
        name
        for name, node in sorted(graph.nodes.items())
        if all(_NODE_TESTS[key](graph, node, value) for key, value in wanted.items())
    )


def select_edges(graph: Graph, selector: Value) -> tuple[str, ...] | None:
    """The edges that an edge selector (`{edges: ...}`) picks, or `None` where the selector picks nodes.

    It is the edge's id without `edge:`, or a map of any of `from` and `to` (node selectors), `name`, `role` and
    `kind`. Only edges whose both ends exist are picked. Raises `InputError`.
    """
    if not isinstance(selector, Mapping) or "edges" not in selector:
        return None
    wanted = selector["edges"]
    edges = {key: edge for key, edge in sorted(graph.edges.items()) if edge.resolved}
    if isinstance(wanted, str):
        return (wanted,) if wanted in edges else ()
    asked = dict(_entries(graph, wanted, {"from": None, "to": None, "name": None, "role": None, "kind": None}))
    ends = {side: frozenset(select(graph, asked.pop(side))) for side in ("from", "to") if side in asked}
    return tuple(
        key
        for key, edge in edges.items()
        if all((edge.producer if side == "from" else edge.consumer) in names for side, names in ends.items())
        and all(_among(_of_edge(edge, name), value) for name, value in asked.items())
    )


def _entries(graph: Graph, selector: Value, known: Mapping[str, object]) -> Mapping[str, Value]:
    if not isinstance(selector, Mapping) or not selector:
        raise InputError(
            f"graph `{graph.label}` has an empty selector",
            hint="write a node name, or a map with at least one entry, such as `role: entry`",
        )
    for key in selector:
        if key not in known:
            raise InputError(
                f"graph `{graph.label}` has a selector with the unknown key `{key}`",
                hint=f"a selector knows {', '.join(sorted(known))}",
            )
    return selector


def _of_edge(edge: Edge, name: str) -> Value:
    return edge.kind if name == "kind" else edge.stated(f"edge.{name}")


def _among(value: Value, wanted: Value) -> bool:
    """Whether the value is the wanted one, or one of the wanted ones."""
    return value is not None and value in (wanted if isinstance(wanted, tuple) else (wanted,))


def _any_among(values: Value, wanted: Value) -> bool:
    return isinstance(values, tuple) and any(_among(value, wanted) for value in values)


def _labels(graph: Graph, node: Node, wanted: Value) -> bool:
    labels = node.stated("labels")
    if not isinstance(wanted, Mapping) or not isinstance(labels, Mapping):
        return False
    return all(_among(labels.get(key), value) for key, value in wanted.items())


def _guard(graph: Graph, node: Node, wanted: Value) -> bool:
    if node.role != "guardrail" or not isinstance(wanted, Mapping):
        return False
    tests = {
        "kind": lambda value: _any_among(node.stated("guard.kinds"), value),
        "stage": lambda value: _among(node.stated("guard.stage"), value),
        "streaming": lambda value: _among(node.stated("guard.streaming"), value),
    }
    return all(tests[key](value) for key, value in _entries(graph, wanted, tests).items())


def _side_effect(graph: Graph, node: Node, wanted: Value) -> bool:
    """Whether some tool that the node offers has the side effect."""
    return any(
        _among(effective.value, wanted)  # type: ignore[arg-type]  # an unknown value is among nothing
        for name, effective in node.attributes.items()
        if name.startswith("tools.offered") and name.endswith(".sideEffect")
    )


def _owner(graph: Graph, node: Node, wanted: Value) -> bool:
    return _among(node.stated("owner", graph.meta.stated("metadata.owner")), wanted)


_NODE_TESTS: Mapping[str, _Test] = {
    "node": lambda graph, node, wanted: _among(node.name, wanted),
    "nodes": lambda graph, node, wanted: node.name in select(graph, wanted),
    "role": lambda graph, node, wanted: _among(node.role, wanted),
    "labels": _labels,
    "guard": _guard,
    "sideEffect": _side_effect,
    "owner": _owner,
    "graph": lambda graph, node, wanted: _among(graph.key.name, wanted) or _among(graph.label, wanted),
}
