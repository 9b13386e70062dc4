"""Graphs -> JSON, `msdiff.graph/v1`: every element with its place, its effective values and the claims they rest on.

In: graphs of one version. Out: the document, sorted by name of attribute, elements in the order of the file. Promise:
the same graph is the same bytes; every key is always there; values as in `json_v1` (`unknown` says why one is `null`).
"""

from __future__ import annotations

from msdiff.model.claim import Claim
from msdiff.model.graph import Edge, Effective, Element, Graph, Node, Reference
from msdiff.model.values import Unknown
from msdiff.report.json_v1 import Document, encoded, place, plain_value

SCHEMA = "msdiff.graph/v1"


def graph_json(*graphs: Graph) -> str:
    """The graphs as JSON text."""
    return encoded({"schema": SCHEMA, "graphs": [_graph(graph) for graph in graphs]})


def _graph(graph: Graph) -> Document:
    return {
        "name": graph.key.name,
        "variant": graph.key.variant or None,
        "kind": graph.key.kind,
        "label": graph.label,
        "location": place(graph.location),
        "metadata": _attributes(graph.meta),
        "nodes": [_node(node) for node in graph.nodes.values()],
        "edges": [_edge(edge, graph) for edge in graph.edges.values()],
        "slos": [_named(slo) for slo in graph.slos.values()],
        "policies": [_named(policy) for policy in graph.policies.values()],
        "unresolved": [_reference(one) for one in graph.references if not one.resolves],
    }


def _named(element: Element) -> Document:
    return {"name": element.name, "location": place(element.location), "attributes": _attributes(element)}


def _node(node: Node) -> Document:
    return {
        "name": node.name,
        "role": node.role,
        "inputs": list(node.inputs),
        "outputs": list(node.outputs),
        "partOf": node.part_of,
        "location": place(node.location),
        "attributes": _attributes(node),
    }


def _edge(edge: Edge, graph: Graph) -> Document:
    return {
        "id": edge.name,
        "from": {"node": edge.producer, "port": edge.out_port or None},
        "to": {"node": edge.consumer, "port": edge.in_port or None},
        "kind": edge.kind,
        "optional": edge.consumer in graph.nodes and graph.optional(edge),
        "resolved": edge.resolved,
        "location": place(edge.location),
        "attributes": _attributes(edge),
    }


def _attributes(element: Element) -> Document:
    return {name: _effective(element.attributes[name]) for name in sorted(element.attributes)}


def _effective(found: Effective) -> Document:
    return {
        "value": plain_value(found.value),
        "unknown": found.value.reason if isinstance(found.value, Unknown) else None,
        "inherited": found.inherited,
        "location": place(found.location),
        "claims": [_claim(claim) for claim in found.claims],
        "options": [_effective(option) for option in found.options],
    }


def _claim(claim: Claim) -> Document:
    return {
        "element": claim.element,
        "attribute": claim.attribute,
        "value": plain_value(claim.value),
        "reader": claim.location.reader,
        "location": place(claim.location),
    }


def _reference(one: Reference) -> Document:
    return {
        "element": one.element,
        "attribute": one.attribute,
        "name": one.name,
        "problem": one.problem,
        "nearest": one.nearest,
        "location": place(one.location),
    }
