"""Which node of head is a node of base under another name.

Declared (`renamedFrom`), or found: exactly one node went and exactly one came with the same role, contract and neighbours.
Promised: conservative. A tie, a differing attribute or a differing neighbour is no rename. An edge in head that still names
the old node counts as the new one's neighbour, so that a consumer left behind shows as a dangling reference of a rename.
"""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.model.graph import Graph, Node
from msdiff.model.values import canonical

NAMING = frozenset({"renamedFrom", "description", "specRef", "bind", "version"})  # attributes that a rename may touch
LEFT_BEHIND_LIMIT = 400  # pairs of names for which edges that still use the old name are looked at


def renames(base: Graph, head: Graph, *, by_likeness: bool = True) -> dict[str, str]:
    """Old name -> new name. What head does not declare is looked for, unless `by_likeness` is false."""
    gone = base.nodes.keys() - head.nodes.keys()
    came = head.nodes.keys() - base.nodes.keys()
    found = _declared(base, head)
    if not by_likeness or (not found and (not gone or not came)):
        return found
    while True:
        left = gone - found.keys(), came - set(found.values())
        more = _look_alikes(base, head, *left, found) or _taking_over(base, head, *left, found)
        if not more:
            return found
        found |= more


def _taking_over(base: Graph, head: Graph, gone: set[str], came: set[str], found: dict[str, str]) -> dict[str, str]:
    """In a stack a service takes over where all settings of callers that named the old one now name it.

    Its contract may change with its name: another model under another host is one edit.
    """
    if not base.key.is_found:
        return {}
    old = {name: _callers(base, name, found) for name in gone}
    new = {name: _callers(head, name, {}) for name in came}
    matches: dict[str, str] = {}
    for name, callers in old.items():
        fitting = [other for other, others in new.items() if callers and callers <= others]
        after = [other for other in fitting if _role(base, name) == _role(head, other)]
        if len(after) == 1 and after[0] not in matches.values():
            matches[name] = after[0]
    return matches


def _callers(graph: Graph, name: str, renamed: dict[str, str]) -> frozenset[tuple[str, str]]:
    """The settings that name a node: which caller, by which of its ports."""
    return frozenset((renamed.get(one.producer, one.producer), one.out_port) for one in graph.incoming.get(name, ()))


def _role(graph: Graph, name: str) -> str:
    return graph.nodes[name].role


def _declared(base: Graph, head: Graph) -> dict[str, str]:
    """What head newly declares. Names may be exchanged: a name of base that is still there must itself have moved."""
    said: dict[str, str] = {}
    for name in sorted(head.nodes):
        node = head.nodes[name]
        old = node.stated("renamedFrom") if "renamedFrom" in node.attributes else None
        known = base.nodes[name].stated("renamedFrom") if name in base.nodes else None
        if isinstance(old, str) and old in base.nodes and old != name and old != known:
            said.setdefault(old, name)
    while True:
        moved = set(said.values())
        kept = {
            old: name
            for old, name in said.items()
            if (old not in head.nodes or old in moved) and (name not in base.nodes or name in said)
        }
        if kept == said:
            return said
        said = kept


def _look_alikes(base: Graph, head: Graph, gone: set[str], came: set[str], found: dict[str, str]) -> dict[str, str]:
    old: dict[object, list[str]] = {}
    new: dict[object, list[str]] = {}
    left_behind = sorted(gone) if len(gone) * len(came) <= LEFT_BEHIND_LIMIT else []
    for name in gone:
        old.setdefault(_likeness(base, name, found, None), []).append(name)
    for name in came:
        for key in {_likeness(head, name, {}, left) for left in (None, *left_behind)}:
            new.setdefault(key, []).append(name)
    matches = [
        (old[key][0], new[key][0]) for key in old.keys() & new.keys() if key and len(old[key]) == len(new[key]) == 1
    ]
    targets = [name for _, name in matches]
    return {before: after for before, after in matches if targets.count(after) == 1}


def _likeness(graph: Graph, name: str, renamed: dict[str, str], left: str | None) -> object:
    """What must be equal; `None` where there is too little to go by. `left` is the old name that edges may still use."""
    node = graph.nodes[name]
    neighbours = frozenset(_neighbours(graph, name, renamed, left))
    return (node.role, frozenset(_contract(node)), neighbours) if neighbours else None


def _contract(node: Node) -> Iterator[tuple[str, str]]:
    for attribute, effective in node.attributes.items():
        if not effective.inherited and attribute.partition(".")[0] not in NAMING:
            yield attribute, canonical(effective.value)


def _neighbours(
    graph: Graph, name: str, renamed: dict[str, str], left: str | None
) -> Iterator[tuple[str, str, str, str]]:
    for edge in graph.outgoing.get(name, ()):
        yield "to", renamed.get(edge.consumer, edge.consumer), edge.out_port, edge.in_port
    for edge in graph.incoming.get(name, ()):
        yield "from", renamed.get(edge.producer, edge.producer), edge.out_port, edge.in_port
    if left is None:
        return
    for edge in graph.edges.values():
        if not edge.resolved and edge.producer == left:
            yield "to", edge.consumer, edge.out_port, edge.in_port
        if not edge.resolved and edge.consumer == left:
            yield "from", edge.producer, edge.out_port, edge.in_port
