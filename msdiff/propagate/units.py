"""What differs between two versions, as far as it bears on an SLO, in units that can be reverted one by one.

In: both versions, the SLO in both, the changes. Out: `Unit`s, sorted by name of element. A unit is one node or edge; a
node that is new or gone makes one unit with its edges, with other new or gone nodes that these lead to, and with the
edge in whose place it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msdiff.model.change import Change
from msdiff.model.graph import Item
from msdiff.model.records import NamedTuple
from msdiff.propagate.behind import behind
from msdiff.propagate.contraction import Versions, union_of
from msdiff.propagate.plan import plan
from msdiff.propagate.timing import EDGE_ATTRIBUTES, NODE_ATTRIBUTES, PLAIN, QUANTILES, Parts

SLO_ATTRIBUTES = ("slo.at", "slo.percentile", "slo.metric", "slo.latencyMs")


class Unit(NamedTuple):
    """Elements that change together, and the ids of the changes that say so: `cause` is the one that says most."""

    nodes: tuple[str, ...]
    edges: tuple[str, ...]
    changes: tuple[str, ...] = ()
    cause: str = ""
    is_slo: bool = False

    def ends(self, versions: Versions) -> Iterator[str]:
        """The nodes that it touches, in either version."""
        yield from self.nodes
        for key in self.edges:
            for edges in (versions.base.edges, versions.head.edges):
                if key in edges:
                    yield from (edges[key].producer, edges[key].consumer)


def split(
    groups: Sequence[Unit], versions: Versions, slos: tuple[Item, Item], changes: Sequence[Change]
) -> tuple[tuple[Unit, ...], Versions]:
    """The units that bear on the SLO, and both versions cut down to what is behind its node in either."""
    stated = [[slo.stated(name) for name in SLO_ATTRIBUTES] for slo in slos]
    if not groups and stated[0] == stated[1]:
        return (), versions
    names = _behind(versions, {str(slo.stated("slo.at")) for slo in slos})
    cut = Versions(_only(versions.base, names), _only(versions.head, names))
    label = str(slos[1].stated("slo.percentile", "p95"))
    by_element: dict[str, list[Change]] = {}
    for change in changes:
        by_element.setdefault(change.fact.element, []).append(change)
    units = [_with_changes(unit, by_element, label) for unit in groups if _bears(unit, cut)]
    if stated[0] != stated[1]:
        own = [one for one in by_element.get(slos[1].id, ()) if one.fact.attribute in SLO_ATTRIBUTES]
        ids = tuple(change.id for change in own)
        units.append(Unit((), (), ids, ids[0] if ids else "", is_slo=True))
    return tuple(units), cut


def _behind(versions: Versions, at: Collection[str]) -> frozenset[str]:
    union = union_of(versions)
    whole = plan(union)
    reached = [behind(whole, whole.number_of[name]) for name in sorted(at) if name in whole.number_of]
    names = {whole.names[node] for reach in reached for node in reach.nodes}
    owners = {owner for name in names if (owner := union.nodes[name].part_of) is not None}
    return frozenset(names | owners)


def _bears(unit: Unit, cut: Versions) -> bool:
    return any(
        any(name in version.nodes for name in unit.nodes) or any(key in version.edges for key in unit.edges)
        for version in cut
    )


def _only(version: Parts, names: Collection[str]) -> Parts:
    nodes = {name: says for name, says in version.nodes.items() if name in names}
    edges = {
        key: edge
        for key, edge in version.edges.items()
        if edge.resolved and edge.producer in names and edge.consumer in names
    }
    return Parts(nodes, edges, {key: said for key, said in version.terms.items() if key in edges})


def groups(base: Parts, head: Parts) -> tuple[Unit, ...]:
    """What differs between two versions, by unit; no changes named yet."""
    nodes = sorted(n for n in base.nodes.keys() | head.nodes.keys() if base.nodes.get(n) != head.nodes.get(n))
    edges = sorted(
        key for key in {*(base.edges.keys() ^ head.edges.keys()), *_said(base, head)} if _differs(base, head, key)
    )
    links = _Links([*(f"node:{name}" for name in nodes), *(f"edge:{key}" for key in edges)])
    alone = {name for name in nodes if name not in base.nodes or name not in head.nodes}
    one_sided = [key for key in edges if key not in base.edges or key not in head.edges]
    for key in one_sided:
        edge = head.edges.get(key) or base.edges[key]
        for end in (edge.producer, edge.consumer):
            if end in alone:
                links.join(f"edge:{key}", f"node:{end}")
    _join_detours(base, head, one_sided, links)
    _join_rewired(base, head, one_sided, links)
    return tuple(
        Unit(
            tuple(one.removeprefix("node:") for one in members if one.startswith("node:")),
            tuple(one.removeprefix("edge:") for one in members if one.startswith("edge:")),
        )
        for members in links.groups()
    )


class _Links:
    """Which elements belong together (union-find), led by the first by name."""

    def __init__(self, elements: Iterable[str]) -> None:
        self._leader = {element: element for element in elements}

    def leader(self, element: str) -> str:
        while self._leader[element] != element:
            self._leader[element] = self._leader[self._leader[element]]
            element = self._leader[element]
        return element

    def join(self, one: str, other: str) -> None:
        first, second = self.leader(one), self.leader(other)
        self._leader[first if _after(first, second) else second] = second if _after(first, second) else first

    def groups(self) -> list[list[str]]:
        found: dict[str, list[str]] = {}
        for element in self._leader:
            found.setdefault(self.leader(element), []).append(element)
        return list(found.values())


def _after(one: str, other: str) -> bool:
    """Edges come after nodes, and names in order."""
    return (one.startswith("edge:"), one) > (other.startswith("edge:"), other)


def _join_detours(base: Parts, head: Parts, one_sided: Iterable[str], links: _Links) -> None:
    """An edge that gave way to a new node between its ends (or came in its place) belongs to that node."""
    leaving: dict[tuple[str, str], set[str]] = {}
    entering: dict[tuple[str, str], set[str]] = {}
    for key in one_sided:
        side = "head" if key in head.edges else "base"
        edge = head.edges.get(key) or base.edges[key]
        leader = links.leader(f"edge:{key}")
        if leader.startswith("node:"):
            leaving.setdefault((side, edge.producer), set()).add(leader)
            entering.setdefault((side, edge.consumer), set()).add(leader)
    for key in one_sided:
        edge = head.edges.get(key) or base.edges[key]
        if links.leader(f"edge:{key}").startswith("edge:"):
            other = "base" if key in head.edges else "head"
            detours = leaving.get((other, edge.producer), set()) & entering.get((other, edge.consumer), set())
            if detours:
                links.join(f"edge:{key}", min(detours))


def _join_rewired(base: Parts, head: Parts, one_sided: Iterable[str], links: _Links) -> None:
    """A node all of whose inputs were exchanged: without this, half of the exchange would cut it off."""
    kept = {edge.consumer for key, edge in head.edges.items() if key in base.edges}
    exchanged: dict[str, list[str]] = {}
    for key in one_sided:
        consumer = (head.edges.get(key) or base.edges[key]).consumer
        if consumer not in kept:
            exchanged.setdefault(consumer, []).append(key)
    for keys in exchanged.values():
        if any(key in base.edges for key in keys) and any(key in head.edges for key in keys):
            for key in keys[1:]:
                links.join(f"edge:{keys[0]}", f"edge:{key}")


def _said(base: Parts, head: Parts) -> Iterable[str]:
    return base.terms.keys() | head.terms.keys()


def _differs(base: Parts, head: Parts, key: str) -> bool:
    if key not in base.edges or key not in head.edges:
        return True
    return base.terms.get(key, PLAIN) != head.terms.get(key, PLAIN)


def _with_changes(unit: Unit, by_element: Mapping[str, Sequence[Change]], label: str) -> Unit:
    """The unit with the changes that make it up, the most telling one as its cause."""
    elements = [*(f"node:{name}" for name in unit.nodes), *(f"edge:{key}" for key in unit.edges)]
    changes = [change for element in elements for change in by_element.get(element, ())]
    ranked = sorted(
        ((_weight(change, label), by_id(change.id), change.id) for change in changes), key=lambda one: one[:2]
    )
    telling = [one for one in ranked if one[0] < _BESIDE] or [one for one in ranked if one[0] == _BESIDE]
    ids = tuple(sorted((id for _, _, id in telling), key=by_id))
    return unit._replace(changes=ids, cause=telling[0][2] if telling else "")


_BESIDE = 3  # the figure of another percentile
_UNRELATED = 4


def _weight(change: Change, label: str) -> int:
    attribute = change.fact.attribute
    if change.kind == "node.renamed":
        return _UNRELATED
    if not attribute:
        return 0 if change.fact.element.startswith("node:") else 1
    if attribute in QUANTILES:
        return 0 if attribute.endswith(f".{label}Ms") else _BESIDE
    optional_port = attribute.startswith("inputs.") and attribute.endswith(".required")
    timed = attribute in NODE_ATTRIBUTES or attribute in EDGE_ATTRIBUTES or attribute == "role" or optional_port
    return 2 if timed else _UNRELATED


def by_id(id: str) -> tuple[int, str]:
    """Ids in the order of their numbers: c2 before c10."""
    return len(id), id


def merged_by_node(units: Iterable[Unit], versions: Versions) -> tuple[Unit, ...]:
    """Fewer units: changes to a node and to the edges into it as one."""
    found: dict[str, Unit] = {}
    for number, unit in enumerate(units):
        key = f" {number}" if unit.is_slo else (unit.nodes[0] if unit.nodes else _consumer(unit, versions))
        other = found.get(key)
        if other is None:
            found[key] = unit
            continue
        changes = tuple(sorted({*other.changes, *unit.changes}, key=by_id))
        found[key] = Unit((*other.nodes, *unit.nodes), (*other.edges, *unit.edges), changes, other.cause or unit.cause)
    return tuple(found.values())


def _consumer(unit: Unit, versions: Versions) -> str:
    edges = versions.head.edges if unit.edges[0] in versions.head.edges else versions.base.edges
    return edges[unit.edges[0]].consumer
