"""Drift: two variants of one application say different things, or a node contradicts the spec that it refers to.

In: all graphs of one version. Out: `drift.variant` for each attribute in which a variant differs from the first one outside what
may differ, and one that holds for each node that does not; `drift.spec` for each statement that overrides a `specRef`;
`drift.places` where files that nobody drew say two things of one node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from msdiff.model.graph import Edge, Effective, Element, Fact, Graph, Node
from msdiff.model.location import DOCUMENTS, Location
from msdiff.model.obligation import Violated
from msdiff.model.values import Unknown, Value, same
from msdiff.propagate.laws import HELD
from msdiff.propagate.ledger import Ledger
from msdiff.ruleset.attributes import Catalogue
from msdiff.ruleset.messages import in_words

# scale, place and measurement: what environments are for (rules-catalogue: "outside the allowed set (scale, region, endpoints)")
MAY_DIFFER = (
    "capacity.*", "resources.*", "load.*", "environment*", "observability.*", "cost.*", "latency.*", "streaming.t*", "usage.*",
    "endpoint.host", "endpoint.port", "endpoint.probes*", "governance.region", "edge.endpoint.host", "edge.endpoint.port",
    "edge.latencyMs", "description", "labels*", "owner", "specRef", "bind", "renamedFrom", "availability", "engine.maxNumSeqs",
)  # fmt: skip

PROFILES = "Settings"  # variants of settings are put over each other: whatever a profile states, it states to differ


def drift_obligations(
    graphs: Iterable[Graph], catalogue: Catalogue, allowed: Iterable[str], ledgers: Mapping[str, Ledger]
) -> None:
    """Adds drift to the ledger of the graph that differs. `allowed` are attribute globs of the configuration."""
    families: dict[str, list[Graph]] = {}
    for graph in graphs:
        if graph.key.kind != PROFILES:
            families.setdefault(graph.key.name, []).append(graph)
        _from_spec(graph, ledgers[graph.label])
    for variants in families.values():
        first, *others = sorted(variants, key=lambda graph: graph.key)
        for other in others:
            globs = (*MAY_DIFFER, *allowed, *_policy(first), *_policy(other))
            _from_variant(first, other, catalogue, globs, ledgers[other.label])


def _policy(graph: Graph) -> Iterator[str]:
    for policy in graph.policies.values():
        value = policy.stated("policy.allowDrift")
        yield from (str(one) for one in value) if isinstance(value, tuple) else ()


def _from_variant(first: Graph, other: Graph, catalogue: Catalogue, globs: tuple[str, ...], ledger: Ledger) -> None:
    for name in sorted(first.nodes.keys() | other.nodes.keys()):
        here, there = other.nodes.get(name), first.nodes.get(name)
        if (here is None or there is None) and _is_stack(first, other):
            continue  # a stack for other machines, or with another store, has other services on purpose
        if here is None or there is None:
            present = here or there
            assert present is not None  # the name is in one of the two
            _add(first, other, name, "", present.location, None, None, ledger, catalogue)
            continue
        found = [attribute for attribute in _differing(there, here, catalogue) if not _may(attribute, globs)]
        if _is_stack(first, other):
            found = [attribute for attribute in found if _stated_in_both(attribute, there, here)]
            if _named_for_store(first, there) or _named_for_store(other, here):  # another store is what it is there for
                found = [attribute for attribute in found if not attribute.startswith(("store.", "inputs."))]
        for attribute in found:
            effective = here.attributes.get(attribute) or there.attributes[attribute]
            _add(first, other, name, attribute, effective.location, there, here, ledger, catalogue)
        if not found:
            facts = (Fact(here.id),)
            ledger.add(
                "graph", "drift.variant", (name, first.label), HELD, location=here.location, support=facts, node=name
            )

    if not _is_stack(first, other):
        _edges(first, other, catalogue, globs, ledger)


def _edges(first: Graph, other: Graph, catalogue: Catalogue, globs: tuple[str, ...], ledger: Ledger) -> None:
    """Wires between nodes that both variants have: which there are, and what they state."""
    for key in sorted(first.edges.keys() | other.edges.keys()):
        here, there = other.edges.get(key), first.edges.get(key)
        present = here or there
        assert present is not None  # the key is in one of the two
        if not {present.producer, present.consumer} <= first.nodes.keys() & other.nodes.keys():
            continue  # what is said of the node says it all
        found = [""]
        if here is not None and there is not None:
            found = [name for name in _differing(there, here, catalogue) if not _may(name, globs)]
        for attribute in found:
            _add_edge(first, other, present, attribute, ledger, catalogue)


def _add_edge(first: Graph, other: Graph, edge: Edge, attribute: str, ledger: Ledger, catalogue: Catalogue) -> None:
    here, there = other.edges.get(edge.name), first.edges.get(edge.name)
    known = catalogue.lookup(attribute) if attribute else None
    place = next(
        (one.attributes[attribute].location for one in (here, there) if one and attribute in one.attributes), None
    )
    ledger.add(
        "graph",
        "drift.variant",
        (edge.id, first.label, attribute or "(edge)"),
        Violated(witnesses=frozenset((attribute or edge.name,))),
        location=place or edge.location,
        support=(Fact(edge.id, attribute), Fact(edge.id)),
        node=edge.consumer,
        edge=edge.name,
        facts={
            "attribute": f"{attribute or 'the edge itself'} ({edge.name})",
            "offered": _said(here, attribute, here is not None),
            "required": _said(there, attribute, there is not None),
            "variant": other.key.variant or "(no variant)",
            "reference": first.key.variant or "(no variant)",
            "hard": not attribute or (known is not None and (known.side == "wire" or known.family == "guard")),
            "otherGraph": first.label,
        },
    )


def _differing(there: Element, here: Element, catalogue: Catalogue) -> Iterator[str]:
    for attribute in sorted(there.attributes.keys() | here.attributes.keys()):
        one, other = there.attributes.get(attribute), here.attributes.get(attribute)
        if not _own(one) and not _own(other):
            continue
        if one is None or other is None:
            known, stated = catalogue.lookup(attribute), one or other
            default = known.default if known else None
            if default is None or stated is None or not same(stated.value, default):
                yield attribute
        elif not same(one.value, other.value):
            yield attribute


def _is_stack(first: Graph, other: Graph) -> bool:
    return first.key.is_found or other.key.is_found


def _named_for_store(graph: Graph, node: Node) -> bool:
    """Whether a variant has the name of the engine of its store: `compose.milvus.yaml`."""
    engine = node.stated("store.engine")
    return isinstance(engine, str) and engine in graph.key.variant.lower()


def _stated_in_both(attribute: str, there: Node, here: Node) -> bool:
    """Whether both stacks know the fact; images differ by machine."""
    both = attribute in there.attributes and attribute in here.attributes
    known = both and not isinstance(there.value(attribute), Unknown) and not isinstance(here.value(attribute), Unknown)
    return known and attribute not in ("image", "standby")


def _own(effective: Effective | None) -> bool:
    return effective is not None and not effective.inherited


def _may(attribute: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(attribute, glob) for glob in globs)


def _add(  # noqa: PLR0913  # an obligation has many parts
    first: Graph,
    other: Graph,
    name: str,
    attribute: str,
    location: Location,
    there: Node | None,
    here: Node | None,
    ledger: Ledger,
    catalogue: Catalogue,
) -> None:
    known = catalogue.lookup(attribute) if attribute else None
    node = f"node:{name}"
    hard = (
        not attribute
        or (known is not None and (known.side == "wire" or known.family == "guard"))
        or attribute == "store.strict"
    )
    ledger.add(
        "graph",
        "drift.variant",
        (name, first.label, attribute or "(node)"),
        Violated(witnesses=frozenset((attribute or name,))),
        location=location,
        support=(Fact(node, attribute), Fact(node)),
        node=name,
        facts={
            "attribute": attribute or "the node itself",
            "offered": _said(here, attribute, name in other.nodes),
            "required": _said(there, attribute, name in first.nodes),
            "variant": other.key.variant or "(no variant)",
            "reference": first.key.variant or "(no variant)",
            "hard": hard,
            "otherGraph": first.label,
        },
        related=((there.attributes[attribute].location, f"{first.label} says otherwise"),)
        if there is not None and attribute in there.attributes
        else (),
    )


def _said(node: Element | None, attribute: str, present: bool) -> Value:
    if not attribute:
        return "present" if present else "absent"
    value = node.value(attribute) if node is not None else None
    return "undeclared" if isinstance(value, Unknown) else value


def _from_spec(graph: Graph, ledger: Ledger) -> None:
    for one in graph.disagreements:
        name = one.element.partition(":")[2]
        found = (
            one.counted.location.reader not in DOCUMENTS
        )  # a document that says otherwise than a stack is drift, too
        ledger.add(
            "graph",
            "drift.places" if found else "drift.spec",
            (one.element, one.attribute),
            Violated(witnesses=frozenset((one.attribute,))),
            location=one.counted.location,
            support=(Fact(one.element, one.attribute), Fact(one.element)),
            node=name,
            facts={
                "attribute": one.attribute,
                "offered": _plain(one.counted.value),
                "required": _plain(one.other.value),
                "variant": str(one.counted.location if found else one.counted.location.file),
                "reference": str(one.other.location if found else one.other.location.file),
                "hard": False,
            },
            related=(
                (one.other.location, f"{'this' if found else 'the spec'} says {in_words(_plain(one.other.value))}"),
            ),
        )


def _plain(value: Value | Unknown) -> Value:
    return "undeclared" if isinstance(value, Unknown) else value
