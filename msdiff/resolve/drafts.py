"""Claims sorted by the element that they speak of, before anything is decided about them.

In: claims in any order. Out: one `Draft` for each graph (documents of one name and variant are one, also with a stack) and
for each ModelSpec document. A draft is filled while references are followed and does not leave this package.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from msdiff.model.claim import FOUND, Claim, GraphKey
from msdiff.model.location import DOCUMENTS, Location

Statements: TypeAlias = dict[str, list[Claim]]  # attribute -> claims, the one that counts first


QUERY = "query"  # the port of a store that a stack's vectors go to


class ElementDraft:
    """An element with what is said of it. `ends` are the two ends of an edge as they were written."""

    __slots__ = ("ends", "location", "part_of", "statements")

    def __init__(
        self,
        location: Location,
        statements: Statements | None = None,
        ends: tuple[str, str] = ("", ""),
        part_of: str | None = None,
    ) -> None:
        self.location = location
        self.statements: Statements = {} if statements is None else statements
        self.ends = ends
        self.part_of = part_of


class Draft:
    """One graph in the making."""

    __slots__ = ("edges", "key", "location", "meta", "nodes", "policies", "slos")

    def __init__(self, key: GraphKey, location: Location) -> None:
        self.key = key
        self.location = location
        self.meta: ElementDraft | None = None
        self.nodes: dict[str, ElementDraft] = {}
        self.edges: list[ElementDraft] = []
        self.slos: dict[str, ElementDraft] = {}
        self.policies: dict[str, ElementDraft] = {}

    @property
    def is_spec(self) -> bool:
        return self.key.kind == "ModelSpec"


Rows: TypeAlias = Sequence[tuple[int, list[Claim]]]
Edges: TypeAlias = dict[int, list[ElementDraft]]


def group(claims: Sequence[Claim], rows: Rows = (), known: Edges | None = None) -> tuple[Draft, ...]:
    """The drafts, sorted by graph and place; claims of one element keep the order of their places.

    `rows` are runs of edges without attributes, by their position among the claims; `known` holds what was made of the same
    ones in another version.
    """
    drafts: dict[tuple[GraphKey, str, int], Draft] = {}
    edges: dict[tuple[str, int, str], ElementDraft] = {}
    done = 0
    for start, run in rows:
        _sort_in(claims[done:start], drafts, edges)
        made = None if known is None else known.get(id(run))
        if made is None:
            made = [ElementDraft(claim.location, {}, claim.value) for claim in run]  # type: ignore[arg-type]
            if known is not None:
                known[id(run)] = made
        _draft(drafts, run[0]).edges += made
        done = start + len(run)
    _sort_in(claims[done:], drafts, edges)
    found: tuple[Draft, ...] = tuple(drafts.values())
    if any(draft.key.is_found for draft in found):
        from msdiff.resolve.binding import bound  # few repositories have stacks

        found = bound(found)
    for draft in found:
        if draft.key.is_found:
            _with_one_port_each(draft)
            _with_one_edge_each(draft)
    return tuple(sorted(found, key=lambda draft: (draft.key, draft.location)))


def _sort_in(
    claims: Iterable[Claim],
    drafts: dict[tuple[GraphKey, str, int], Draft],
    edges: dict[tuple[str, int, str], ElementDraft],
) -> None:
    """Puts claims into the drafts of their graphs and elements."""
    last = ""
    source: tuple[object, ...] = ()
    element: ElementDraft | None = None
    draft: Draft | None = None
    for claim in claims:
        # claims on one document, and those on one element, follow one another: each is looked up once
        graph, name, attribute, value, location, document, _ = claim
        here = (graph, location[0], document)
        if draft is None or here != source:
            source, last = here, ""
            draft = _draft(drafts, claim)
        if element is None or name != last:
            last = name
            element = _element(draft, claim, edges)
        if attribute:
            element.statements.setdefault(attribute, []).append(claim)
        else:
            element.location = location
            if isinstance(value, tuple) and len(value) == 2:
                element.ends = (str(value[0]), str(value[1]))


def _draft(drafts: dict[tuple[GraphKey, str, int], Draft], claim: Claim) -> Draft:
    spec = claim.graph.kind == "ModelSpec"
    stack = claim.graph.kind in FOUND  # a document of a stack's name adds to the stack
    graph = GraphKey(claim.graph.name, claim.graph.variant) if stack else claim.graph
    identity = (graph, claim.location.file if spec else "", claim.document if spec else 0)
    draft = drafts.get(identity)
    if draft is None:
        draft = drafts[identity] = Draft(claim.graph, claim.location)
    elif stack and not draft.key.is_found:
        draft.key = claim.graph
    return draft


def _with_one_port_each(draft: Draft) -> None:
    """A document may call the port that vectors go to as it likes: what a stack says of `query` is said of that one."""
    ports: dict[str, str] = {}
    for name, node in draft.nodes.items():
        if f"inputs.{QUERY}.type" not in node.statements:
            continue
        by_people = {
            one.split(".")[1]
            for one, claims in node.statements.items()
            if one.startswith("inputs.") and claims[0].location.reader in DOCUMENTS
        }
        ports[name] = next(iter(by_people)) if len(by_people) == 1 else QUERY
        for one in [one for one in node.statements if one.startswith(f"inputs.{QUERY}.")] if by_people else ():
            own = f"inputs.{ports[name]}.{one.split('.', 2)[2]}"
            if own != one:
                node.statements.setdefault(own, []).extend(node.statements.pop(one))
    for edge in draft.edges if ports else ():
        start, end = edge.ends
        name, _, port = end.rpartition(".")
        if port == QUERY and name in ports:
            edge.ends = (start, f"{name}.{ports[name]}")
        elif end in ports and edge.location.reader in DOCUMENTS:
            edge.ends = (start, f"{end}.{ports[end]}")


def _with_one_edge_each(draft: Draft) -> Draft:
    """What a stack says of an edge that a document draws, too, is said of that edge."""
    drawn = {edge.ends: edge for edge in reversed(draft.edges) if edge.location.reader in DOCUMENTS}
    kept = []
    for edge in draft.edges:
        start, end = edge.ends
        known = drawn.get((start, end)) or drawn.get((start, _without_port(end)))
        if known is None or known is edge or edge.location.reader in DOCUMENTS:
            kept.append(edge)
            continue
        for attribute, claims in edge.statements.items():
            known.statements.setdefault(attribute, []).extend(claims)
    draft.edges = kept
    return draft


def _without_port(end: str) -> str:
    """A document may leave out the port of a node that has one."""
    name, dot, _ = end.rpartition(".")
    return name if dot else end


def _element(draft: Draft, claim: Claim, edges: dict[tuple[str, int, str], ElementDraft]) -> ElementDraft:
    kind, _, name = claim.element.partition(":")
    if kind == "edge":
        if claim.graph.kind in FOUND:  # an edge of a stack is stated in several files: its number is the stack's
            identity = (claim.graph.label, 0, claim.element)
        else:
            identity = (claim.location.file, claim.document, claim.element)
        found = edges.get(identity)
        if found is None:
            found = edges[identity] = ElementDraft(claim.location)
            draft.edges.append(found)
        return found
    if kind == "graph":
        if draft.meta is None:
            draft.meta = ElementDraft(claim.location)
        return draft.meta
    table = {"node": draft.nodes, "slo": draft.slos, "policy": draft.policies}[kind]
    element = table.get(name)
    if element is None:
        element = table[name] = ElementDraft(claim.location)
    return element
