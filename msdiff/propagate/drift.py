"""Drift: two variants of one application say different things, or a node contradicts the spec that it refers to.

In: all graphs of one version. Out: `drift.variant` for each attribute in which a variant differs from the first one outside what
may differ, and one that holds for each node that does not; `drift.spec` for each statement that overrides a `specRef`.
"""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from msdiff.model.graph import Effective, Fact, Graph, Node
from msdiff.model.location import Location
from msdiff.model.obligation import Violated
from msdiff.model.values import Unknown, Value, same
from msdiff.propagate.laws import HELD
from msdiff.propagate.ledger import Ledger
from msdiff.ruleset.attributes import Catalogue

# scale, place and measurement: what environments are for (rules-catalogue: "outside the allowed set (scale, region, endpoints)")
MAY_DIFFER = (
    "capacity.*", "resources.*", "load.*", "environment*", "observability.*", "cost.*", "latency.*", "streaming.t*", "usage.*",
    "endpoint.host", "endpoint.port", "endpoint.probes*", "governance.region", "edge.endpoint.host", "edge.endpoint.port",
    "edge.latencyMs", "description", "labels*", "owner", "specRef", "bind", "renamedFrom", "availability", "engine.maxNumSeqs",
)  # fmt: skip


def drift_obligations(
    graphs: Iterable[Graph], catalogue: Catalogue, allowed: Iterable[str], ledgers: Mapping[str, Ledger]
) -> None:
    """Adds drift to the ledger of the graph that differs. `allowed` are attribute globs of the configuration."""
    families: dict[str, list[Graph]] = {}
    for graph in graphs:
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
        if here is None or there is None:
            present = here or there
            assert present is not None  # the name is in one of the two
            _add(first, other, name, "", present.location, None, None, ledger, catalogue)
            continue
        found = [attribute for attribute in _differing(there, here) if not _may(attribute, globs)]
        for attribute in found:
            effective = here.attributes.get(attribute) or there.attributes[attribute]
            _add(first, other, name, attribute, effective.location, there, here, ledger, catalogue)
        if not found:
            facts = (Fact(here.id),)
            ledger.add(
                "graph", "drift.variant", (name, first.label), HELD, location=here.location, support=facts, node=name
            )


def _differing(there: Node, here: Node) -> Iterator[str]:
    for attribute in sorted(there.attributes.keys() | here.attributes.keys()):
        one, other = there.attributes.get(attribute), here.attributes.get(attribute)
        if not _own(one) and not _own(other):
            continue
        if one is None or other is None or not same(one.value, other.value):
            yield attribute


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


def _said(node: Node | None, attribute: str, present: bool) -> Value:
    if not attribute:
        return "present" if present else "absent"
    value = node.value(attribute) if node is not None else None
    return "undeclared" if isinstance(value, Unknown) else value


def _from_spec(graph: Graph, ledger: Ledger) -> None:
    for one in graph.disagreements:
        name = one.element.partition(":")[2]
        ledger.add(
            "graph",
            "drift.spec",
            (one.element, one.attribute),
            Violated(witnesses=frozenset((one.attribute,))),
            location=one.counted.location,
            support=(Fact(one.element, one.attribute), Fact(one.element)),
            node=name,
            facts={
                "attribute": one.attribute,
                "offered": _plain(one.counted.value),
                "required": _plain(one.other.value),
                "variant": str(one.counted.location.file),
                "reference": str(one.other.location.file),
                "hard": False,
            },
            related=((one.other.location, f"the spec says {_plain(one.other.value)}"),),
        )


def _plain(value: Value | Unknown) -> Value:
    return "undeclared" if isinstance(value, Unknown) else value
