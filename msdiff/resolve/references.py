"""Names inside attributes that must resolve: fallbacks, SLO and policy nodes, prompts, builders of stored state.

In: a built graph and the paths of the snapshot. Out: a `Reference` for each such name, resolved or not, with the nearest
name. What no reader of this version can look up (`bind`, a prompt in a registry) is left out: it is neither right nor wrong.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping

from msdiff.model.graph import Element, Graph, Reference
from msdiff.model.values import Value
from msdiff.syntax.nearest import Nearby

NODE_NAMES = ("fallback", "edge.fallback", "store.builtWith.node", "slo.at")
SELECTORS = ("policy.everyPath", "policy.noPath", "policy.maxLatency", "policy.requireFallback", "policy.require")


def references_of(graph: Graph, paths: Collection[str], nearby: Nearby) -> Iterator[Reference]:
    """Each reference that an attribute of the graph makes."""
    for element in graph.elements():
        if not element.attributes:
            continue
        for attribute in NODE_NAMES:
            if attribute in element.attributes:
                yield from _node_names(graph, element, attribute, element.stated(attribute), nearby)
        if element.id.startswith("policy:"):
            for attribute in SELECTORS:
                if attribute in element.attributes:
                    selected = tuple(_selected(element.stated(attribute)))
                    yield from _node_names(graph, element, attribute, selected, nearby)
        if "prompt.ref" in element.attributes:
            yield from _prompt(element, paths)
        if "passes" in element.attributes:
            yield from _passed_ports(graph, element, nearby)


def _node_names(graph: Graph, element: Element, attribute: str, value: Value, nearby: Nearby) -> Iterator[Reference]:
    location = element.attributes[attribute].location
    for name in value if isinstance(value, tuple) else (value,):
        text = str(name)
        known = text in graph.nodes
        near = None if known else nearby(text, graph.nodes)
        yield Reference(element.id, attribute, text, location, known, near, "" if known else f"no node `{text}`")


def _selected(value: Value) -> Iterator[str]:
    """The node names that a selector, or a map of selectors, holds."""
    if isinstance(value, str):
        yield value
    if not isinstance(value, Mapping):
        return
    for key in ("node", "from", "to", "through", "select", "nodes", "edges"):
        one = value.get(key)
        if key == "node":
            yield from (str(name) for name in (one if isinstance(one, tuple) else (one,)) if name is not None)
        elif isinstance(one, tuple):
            yield from (name for name in one if isinstance(name, str))
        elif one is not None:
            yield from _selected(one)


def _prompt(element: Element, paths: Collection[str]) -> Iterator[Reference]:
    effective = element.attributes["prompt.ref"]
    text = str(effective.value)
    if "://" in text or not text.rpartition("/")[2].count(".") or not paths:
        return
    file = posixpath.normpath(posixpath.join(posixpath.dirname(effective.location.file), text))
    known = file in paths or posixpath.normpath(text) in paths
    yield Reference(element.id, "prompt.ref", text, effective.location, known, None, "" if known else f"no file {file}")


def _passed_ports(graph: Graph, element: Element, nearby: Nearby) -> Iterator[Reference]:
    node = graph.nodes[element.name]
    value = element.stated("passes")
    location = element.attributes["passes"].location
    if not isinstance(value, Mapping):
        return
    for out, into in value.items():
        for port, ports, side in ((str(out), node.outputs, "output"), (str(into), node.inputs, "input")):
            known = not ports or port in ports
            near = None if known else nearby(port, ports)
            problem = "" if known else f"`{node.name}` has no {side} `{port}`"
            yield Reference(element.id, "passes", port, location, known, near, problem)
