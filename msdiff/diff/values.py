"""Attributes of one element in base and head, compared by meaning.

Own statements are compared (what came through `passes` is the producer's change), defaults filled in. A value with parts (a
map, a schema) gives a change for each part that differs. A statement that appears or goes while the effective value stays is
no change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msdiff.model.change import Change
from msdiff.model.graph import Effective, Element, Fact, Node
from msdiff.model.location import Location
from msdiff.model.values import Unknown, Value, same
from msdiff.ruleset.attributes import Catalogue

WIRING = frozenset({"specRef", "renamedFrom"})  # how a statement came here, not what it says


def attribute_changes(graph: str, base: Element, head: Element, catalogue: Catalogue) -> Iterator[Change]:
    """Each attribute of the element that means something else in head."""
    ports: frozenset[str] = frozenset()
    if isinstance(base, Node) and isinstance(head, Node):
        yield from _ports(graph, base, head)
        ports = frozenset(port for one, other in ((base, head), (head, base)) for port in _missing_ports(one, other))
    if base.attributes is not head.attributes:
        for attribute in sorted(base.attributes.keys() | head.attributes.keys()):
            if attribute not in WIRING and not (ports and _port_of(attribute) in ports):
                yield from attribute_change(graph, base, head, attribute, catalogue)


def _port_of(attribute: str) -> str:
    """`inputs.text` of `inputs.text.maxTokens`."""
    return ".".join(attribute.split(".", 2)[:2])


def _missing_ports(one: Node, other: Node) -> Iterator[str]:
    """Ports that `one` has and `other` has not."""
    for side, mine, theirs in (("inputs", one.inputs, other.inputs), ("outputs", one.outputs, other.outputs)):
        yield from (f"{side}.{port}" for port in mine if port not in theirs)


def attribute_change(
    graph: str, base: Element, head: Element, attribute: str, catalogue: Catalogue
) -> Iterator[Change]:
    """The change of one attribute, if it means something else in head; one for each part of a value that has parts."""
    before, after = base.attributes.get(attribute), head.attributes.get(attribute)
    if (before is None or before.inherited) and (after is None or after.inherited):
        return
    if before is not None and after is not None and _equal(before.value, after.value):
        return
    default = _default(catalogue, attribute)
    old = _own_value(before, default)
    new = _own_value(after, default)
    if _equal(old, new):
        return
    kind = _kind(head.id, before, after)
    places = (before.location if before else None, after.location if after else None)
    if kind.endswith(".changed") and isinstance(old, Mapping) and isinstance(new, Mapping):
        from msdiff.diff.nested import nested_changes  # few changes are of a map

        schema = _is_schema(catalogue, attribute)
        for path, one, other in nested_changes(old, new):
            yield _change(
                graph, head.id, attribute, kind, (one, other), places, f".{path}" if schema else _bracketed(path)
            )
        return
    yield _change(graph, head.id, attribute, kind, (old, new), places, "")


def _change(
    graph: str,
    element: str,
    attribute: str,
    kind: str,
    values: tuple[Value | Unknown, Value | Unknown],
    places: tuple[Location | None, Location | None],
    detail: str,
) -> Change:
    return Change("", kind, graph, Fact(element, attribute), *values, *places, detail)


def _equal(old: Value | Unknown, new: Value | Unknown) -> bool:
    if isinstance(old, Unknown) and isinstance(new, Unknown):
        return old == new
    return same(old, new)


def _own_value(effective: Effective | None, default: Value) -> Value | Unknown:
    return default if effective is None or effective.inherited else effective.value


def _default(catalogue: Catalogue, attribute: str) -> Value:
    found = catalogue.lookup(attribute)
    return found.default if found else None


def _is_schema(catalogue: Catalogue, attribute: str) -> bool:
    found = catalogue.lookup(attribute)
    return bool(found and found.type == "schema")


def _kind(element: str, before: Effective | None, after: Effective | None) -> str:
    for prefix in ("slo:", "policy:"):
        if element.startswith(prefix):
            return f"{prefix[:-1]}.changed"
    if before is None or before.inherited:
        return "attribute.added"
    if after is None or after.inherited:
        return "attribute.removed"
    return "attribute.changed"


def _bracketed(path: str) -> str:
    """`toxicity` and `query.required` as `[toxicity]` and `[query].required`: the first step is a name of the user's."""
    if path.startswith("["):
        return path
    name, dot, rest = path.partition(".")
    return f"[{name}]{dot}{rest}"


def _ports(graph: str, base: Node, head: Node) -> Iterator[Change]:
    """A port that appears or goes swallows its attributes: one edit, one change."""
    for port in sorted(_missing_ports(base, head)):
        gone = (_place(base, port), None)
        yield _change(graph, head.id, port, "attribute.removed", (_contract(base, port), None), gone, "")
    for port in sorted(_missing_ports(head, base)):
        new = (None, _place(head, port))
        yield _change(graph, head.id, port, "attribute.added", (None, _contract(head, port)), new, "")


def _contract(node: Node, port: str) -> Value:
    """What the node states of a port."""
    size = len(port) + 1
    said = {
        key[size:]: one.value
        for key, one in sorted(node.attributes.items())
        if key.startswith(f"{port}.") and not one.inherited
    }
    return {key: value for key, value in said.items() if not isinstance(value, Unknown)}


def _place(node: Node, port: str) -> Location:
    return min(
        (one.location for key, one in node.attributes.items() if key.startswith(f"{port}.")), default=node.location
    )
