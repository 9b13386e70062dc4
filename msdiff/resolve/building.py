"""A draft becomes a graph: elements with effective values, edges between real ports, names checked.

Own statements count first; a differing statement of the spec is kept as a `Disagreement`. An edge end that does not
resolve leaves the edge in the graph, unresolved, and a broken `Reference`.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from msdiff.model.claim import Claim, GraphKey
from msdiff.model.graph import Disagreement, Edge, Effective, Fact, Graph, Item, Node, Reference
from msdiff.model.values import Unknown, same
from msdiff.resolve.drafts import Draft, ElementDraft, Statements
from msdiff.resolve.names import End, edge_end
from msdiff.resolve.passing import pass_through
from msdiff.resolve.references import references_of

NOTHING: Mapping[str, Effective] = {}


Known: TypeAlias = dict[tuple[object, ...], tuple[Node, tuple[Disagreement, ...]]]
"""What was built of which claims: a node that the same claims describe in two versions is made once."""


def build(
    draft: Draft,
    key: GraphKey,
    paths: Collection[str],
    references: Iterable[Reference] = (),
    known: Known | None = None,
) -> Graph:
    """The graph of one draft. `references` are those that following `specRef` found; `known` carries nodes over."""
    disagreements: list[Disagreement] = []
    nodes: dict[str, Node] = {}
    for name, element in sorted(draft.nodes.items()):
        nodes[name], differing = _node_once(name, element, {} if known is None else known)
        disagreements += differing
    edges, broken = _edges(draft.edges, nodes)
    meta = draft.meta or ElementDraft(draft.location)
    graph = assemble(
        Graph(
            key=key,
            location=draft.location,
            meta=_element("graph:", meta),
            nodes=nodes,
            edges=edges,
            slos={name: _element(f"slo:{name}", one) for name, one in sorted(draft.slos.items())},
            policies={name: _element(f"policy:{name}", one) for name, one in sorted(draft.policies.items())},
            disagreements=tuple(disagreements),
        )
    )
    found = (*references, *broken, *references_of(graph, paths))
    return graph._replace(references=tuple(sorted(found, key=lambda one: (one.element, one.attribute, one.name))))


def assemble(graph: Graph) -> Graph:
    """The graph with its adjacency and with what flows through `passes`."""
    outgoing: dict[str, list[Edge]] = {}
    incoming: dict[str, list[Edge]] = {}
    for edge in graph.edges.values():
        if edge.resolved:
            outgoing.setdefault(edge.producer, []).append(edge)
            incoming.setdefault(edge.consumer, []).append(edge)
    linked = graph._replace(
        outgoing={name: tuple(edges) for name, edges in outgoing.items()},
        incoming={name: tuple(edges) for name, edges in incoming.items()},
    )
    return linked._replace(nodes=pass_through(linked))


def _node_once(name: str, draft: ElementDraft, known: Known) -> tuple[Node, tuple[Disagreement, ...]]:
    # claims live as long as the run, and equal files share them: their identities tell whether anything differs
    same = (name, draft.part_of, draft.location, *(id(claim) for claims in draft.statements.values() for claim in claims))
    found = known.get(same)
    if found is None:
        disagreements: list[Disagreement] = []
        found = known[same] = (_node(name, draft, disagreements), tuple(disagreements))
    return found


def _node(name: str, draft: ElementDraft, disagreements: list[Disagreement]) -> Node:
    element = f"node:{name}"
    attributes: dict[str, Effective] = {}
    inputs: dict[str, None] = {}
    outputs: dict[str, None] = {}
    for attribute, claims in draft.statements.items():
        if attribute.startswith("inputs."):
            _, port, rest = f"{attribute}..".split(".", 2)
            inputs[port] = None
        elif attribute.startswith("outputs."):
            _, port, rest = f"{attribute}..".split(".", 2)
            outputs[port] = None
        else:
            rest = attribute
        if rest.strip("."):
            attributes[attribute] = _effective(element, attribute, claims)
            _note_disagreement(element, attribute, attributes[attribute], claims, disagreements)
    role = attributes.get("role")
    return Node(
        element,
        draft.location,
        attributes,
        role=str(role.value) if role and isinstance(role.value, str) else "custom",
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        part_of=draft.part_of,
    )


def _effective(element: str, attribute: str, claims: list[Claim]) -> Effective:
    return Effective(claims[0].value, claims[0].location, (Fact(element, attribute),), tuple(claims))


def _note_disagreement(
    element: str, attribute: str, counted: Effective, claims: list[Claim], disagreements: list[Disagreement]
) -> None:
    for claim in claims[1:]:
        known = not isinstance(claim.value, Unknown) and not isinstance(counted.value, Unknown)
        if known and attribute != "role" and not same(claim.value, counted.value):
            other = Effective(claim.value, claim.location, counted.facts, (claim,))
            disagreements.append(Disagreement(element, attribute, counted, other))
            return


def _element(id: str, draft: ElementDraft) -> Item:
    return Item(id, draft.location, _attributes(id, draft.statements))


def _attributes(id: str, statements: Statements) -> Mapping[str, Effective]:
    if not statements:
        return NOTHING
    return {attribute: _effective(id, attribute, claims) for attribute, claims in statements.items()}


def _edges(drafts: list[ElementDraft], nodes: Mapping[str, Node]) -> tuple[dict[str, Edge], list[Reference]]:
    edges: dict[str, Edge] = {}
    broken: list[Reference] = []
    producers: dict[str, tuple[End, str]] = {}  # what each text means: edges share their ends
    consumers: dict[str, tuple[End, str]] = {}
    for draft in drafts:
        start, end = draft.ends
        if start not in producers:
            producers[start] = _meant(edge_end(start, nodes, output=True))
        if end not in consumers:
            consumers[end] = _meant(edge_end(end, nodes, output=False))
        (producer, one), (consumer, other) = producers[start], consumers[end]
        key = f"{one}->{other}"
        if key in edges:
            key = _free_key(key, edges, draft)
        id = f"edge:{key}"
        resolved = not producer.problem and not consumer.problem
        attributes = _attributes(id, draft.statements)
        edges[key] = Edge(
            id, draft.location, attributes, producer.node, producer.port, consumer.node, consumer.port, resolved
        )
        if not resolved:
            broken += _broken(id, draft, producer, consumer)
    return dict(sorted(edges.items())), broken


def _meant(end: End) -> tuple[End, str]:
    return end, f"{end.node}.{end.port}" if end.port else end.node


def _broken(id: str, draft: ElementDraft, producer: End, consumer: End) -> list[Reference]:
    ends = ((producer, "edge.from", draft.ends[0]), (consumer, "edge.to", draft.ends[1]))
    return [
        Reference(id, attribute, text, draft.location, False, end.nearest, end.problem)
        for end, attribute, text in ends
        if end.problem
    ]


def _free_key(key: str, taken: Mapping[str, Edge], draft: ElementDraft) -> str:
    """Edges between the same ports are told apart by what sets them apart: name, condition or role; else by their order."""
    for attribute in ("edge.name", "edge.when", "edge.role"):
        claims = draft.statements.get(attribute)
        if claims and f"{key} [{claims[0].value}]" not in taken:
            return f"{key} [{claims[0].value}]"
    number = 2
    while f"{key} ({number})" in taken:
        number += 1
    return f"{key} ({number})"
