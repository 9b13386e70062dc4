"""A draft becomes a graph: elements with effective values, edges between real ports, names checked.

Own statements count first; a differing statement of the spec is kept as a `Disagreement`. An edge end that does not
resolve leaves the edge in the graph, unresolved, and a broken `Reference`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from msdiff.model.claim import Claim, GraphKey
from msdiff.model.graph import Disagreement, Edge, Effective, Fact, Graph, Item, Node, Reference
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, canonical, same
from msdiff.resolve.drafts import Draft, Edges, ElementDraft, Statements
from msdiff.resolve.names import End, edge_end
from msdiff.resolve.passing import pass_through
from msdiff.resolve.references import references_of
from msdiff.syntax.nearest import Nearby

if TYPE_CHECKING:
    from msdiff.ruleset.model_facts import ModelFacts

NOTHING: Mapping[str, Effective] = {}
FOUND = ("compose", "settings")  # readers of edges that are addresses
NAME = "model.id"
_new = tuple.__new__  # half the time of calling the named tuple
_APART = ("edge.name", "edge.when", "edge.role")  # what sets edges between the same ports apart


class Wiring(NamedTuple):
    """The edges of a graph by key, those that resolve by their ends, and the references that ends break."""

    edges: Mapping[str, Edge]
    broken: tuple[Reference, ...]
    outgoing: Mapping[str, tuple[Edge, ...]]
    incoming: Mapping[str, tuple[Edge, ...]]


class Known:
    """What was built of which claims: what the same claims describe in two versions is made once.

    That holds for each node, for runs of edges, and for all edges of a graph together.
    """

    def __init__(self) -> None:
        self.nodes: dict[tuple[object, ...], tuple[Node, tuple[Disagreement, ...]]] = {}
        self.edges: Edges = {}
        self.wirings: list[tuple[object, Wiring]] = []


def build(
    draft: Draft,
    key: GraphKey,
    paths: Collection[str],
    references: Iterable[Reference] = (),
    known: Known | None = None,
    models: ModelFacts | None = None,
) -> Graph:
    """The graph of one draft. `references` are those that following `specRef` found; `known` carries nodes over; `models` are
    the model facts."""
    known = Known() if known is None else known
    disagreements: list[Disagreement] = []
    nodes: dict[str, Node] = {}
    for name, element in sorted(draft.nodes.items()):
        nodes[name], differing = _node_once(name, element, known)
        disagreements += differing
    nearby = Nearby()
    wiring = _wiring_once(draft.edges, nodes, nearby, known)
    meta = draft.meta or ElementDraft(draft.location)
    graph = Graph(
        key=key,
        location=draft.location,
        meta=_element("graph:", meta),
        nodes=nodes,
        edges=wiring.edges,
        slos={name: _element(f"slo:{name}", one) for name, one in sorted(draft.slos.items())},
        policies={name: _element(f"policy:{name}", one) for name, one in sorted(draft.policies.items())},
        disagreements=tuple(disagreements),
        outgoing=wiring.outgoing,
        incoming=wiring.incoming,
    )
    graph = _flowing(graph, models)
    found = (*references, *wiring.broken, *references_of(graph, paths, nearby))
    return graph._replace(references=tuple(sorted(found, key=lambda one: (one.element, one.attribute, one.name))))


def assemble(graph: Graph, models: ModelFacts | None = None) -> Graph:
    """The graph with its adjacency, what is known of its models, and what flows through `passes`."""
    outgoing, incoming = _linked(graph.edges)
    return _flowing(graph._replace(outgoing=outgoing, incoming=incoming), models)


def _flowing(graph: Graph, models: ModelFacts | None) -> Graph:
    told = graph if models is None else _with_known(graph, models)
    return told._replace(nodes=pass_through(told))


_ByNode: TypeAlias = dict[str, tuple[Edge, ...]]


def _linked(edges: Mapping[str, Edge]) -> tuple[_ByNode, _ByNode]:
    """Edges that resolve, by producer and by consumer."""
    outgoing: dict[str, list[Edge]] = {}
    incoming: dict[str, list[Edge]] = {}
    for edge in edges.values():
        if edge.resolved:
            outgoing.setdefault(edge.producer, []).append(edge)
            incoming.setdefault(edge.consumer, []).append(edge)
    return (
        {name: tuple(found) for name, found in outgoing.items()},
        {name: tuple(found) for name, found in incoming.items()},
    )


def _wiring_once(drafts: list[ElementDraft], nodes: Mapping[str, Node], nearby: Nearby, known: Known) -> Wiring:
    same = (
        [draft.location for draft in drafts],
        [draft.ends for draft in drafts],
        [list(map(id, chain.from_iterable(draft.statements.values()))) for draft in drafts if draft.statements],
        [draft.location for draft in drafts if draft.statements],
        [(name, node.inputs, node.outputs) for name, node in nodes.items()],
    )
    for one, wiring in known.wirings:
        if one == same:
            return wiring
    edges, broken = _edges(drafts, nodes, nearby)
    wiring = Wiring(edges, tuple(broken), *_linked(edges))
    if not broken:  # names of what is broken are compared with one another, as long as there is time
        known.wirings.append((same, wiring))
    return wiring


def _with_known(graph: Graph, models: ModelFacts) -> Graph:
    named = [node for node in graph.nodes.values() if NAME in node.attributes]
    if not named:
        return graph
    from msdiff.resolve.known_models import with_known  # only where a model is named

    nodes = dict(graph.nodes)
    tabled: dict[Fact, Claim] = {}
    for node in named:
        nodes[node.name], claims = with_known(node, models, graph.key)
        tabled.update(claims)
    return graph._replace(nodes=nodes, tabled=tabled)


def _node_once(name: str, draft: ElementDraft, known: Known) -> tuple[Node, tuple[Disagreement, ...]]:
    # claims live as long as the run, and equal files share them: their identities tell whether anything differs
    same = (
        name,
        draft.part_of,
        draft.location,
        *(id(claim) for claims in draft.statements.values() for claim in claims),
    )
    found = known.nodes.get(same)
    if found is None:
        disagreements: list[Disagreement] = []
        found = known.nodes[same] = (_node(name, draft, disagreements), tuple(disagreements))
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
        inputs=tuple(sorted(inputs)),
        outputs=tuple(sorted(outputs)),
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


def _edges(
    drafts: list[ElementDraft], nodes: Mapping[str, Node], nearby: Nearby
) -> tuple[dict[str, Edge], list[Reference]]:
    # edges share their ends: each text is looked up once
    producers = {text: _meant(edge_end(text, nodes, nearby, output=True)) for text in _ends(drafts, 0)}
    consumers = {text: _meant(edge_end(text, nodes, nearby, output=False)) for text in _ends(drafts, 1)}
    whole = {text: _meant(End(text, "")) for text in nodes}

    def into(draft: ElementDraft) -> tuple[End, str]:
        text = draft.ends[1]
        if (
            draft.statements
            and draft.location.reader in FOUND
            and text in whole
            and _calls(draft, producers[draft.ends[0]][0], nodes)
        ):
            return whole[text]
        return consumers[text]

    sources = [producers[draft.ends[0]] for draft in drafts]
    targets = [into(draft) for draft in drafts]
    keys = _keys([f"{one}->{other}" for (_, one), (_, other) in zip(sources, targets, strict=True)], drafts)
    edges: dict[str, Edge] = {}
    broken: list[Reference] = []
    for key, draft, (producer, _), (consumer, _) in zip(keys, drafts, sources, targets, strict=True):
        (node, port, wrong, _), (other, entry, also_wrong, _) = producer, consumer
        id = f"edge:{key}"
        attributes = _attributes(id, draft.statements) if draft.statements else NOTHING
        resolved = not wrong and not also_wrong
        edges[key] = _new(Edge, (id, draft.location, attributes, node, port, other, entry, resolved))
        if not resolved:
            broken += _broken(id, draft, producer, consumer)
    return {key: edges[key] for key in sorted(edges)}, broken


def _calls(draft: ElementDraft, producer: End, nodes: Mapping[str, Node]) -> bool:
    """Whether the edge is an address in a stack of which nobody says what is sent to it: it leads to no port of its own."""
    if "edge.kind" not in draft.statements:
        return False
    caller = nodes.get(producer.node)
    return caller is None or producer.port not in caller.outputs


def _ends(drafts: list[ElementDraft], side: int) -> list[str]:
    return sorted({draft.ends[side] for draft in drafts})


def _meant(end: End) -> tuple[End, str]:
    return end, f"{end.node}.{end.port}" if end.port else end.node


def _broken(id: str, draft: ElementDraft, producer: End, consumer: End) -> list[Reference]:
    ends = ((producer, "edge.from", draft.ends[0]), (consumer, "edge.to", draft.ends[1]))
    return [
        Reference(id, attribute, text, draft.location, False, end.nearest, end.problem)
        for end, attribute, text in ends
        if end.problem
    ]


def _keys(between: list[str], drafts: list[ElementDraft]) -> list[str]:
    """The key of each edge: the ports that it is between, and what tells it apart from others between the same ones."""
    if len(set(between)) == len(between):
        return between
    alike: dict[str, list[ElementDraft]] = {}
    for ends, draft in zip(between, drafts, strict=True):
        alike.setdefault(ends, []).append(draft)
    taken: dict[str, ElementDraft] = {}
    for ends, group in alike.items():
        _tell_apart(ends, group, taken)
    keys = {id(draft): key for key, draft in taken.items()}
    return [keys[id(draft)] for draft in drafts]


def _tell_apart(between: str, drafts: list[ElementDraft], taken: dict[str, ElementDraft]) -> None:
    """Edges between the same ports are told apart by what sets them apart: name, condition or role; else they are
    numbered by what they say, so that their order in the file does not matter."""
    number = 2
    for draft in sorted(drafts, key=_what_it_says) if len(drafts) > 1 else drafts:
        names = (f"{between} [{claims[0].value}]" for a in _APART if (claims := draft.statements.get(a)))
        key = between if between not in taken else next((name for name in names if name not in taken), "")
        while not key:
            key = f"{between} ({number})" if f"{between} ({number})" not in taken else ""
            number += 1
        taken[key] = draft


def _what_it_says(draft: ElementDraft) -> tuple[bool, str, Location]:
    said = sorted((attribute, canonical(claims[0].value)) for attribute, claims in draft.statements.items())
    return any(attribute in draft.statements for attribute in _APART), repr(said), draft.location
