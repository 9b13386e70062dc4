"""Which node of head is a node of base under another name.

Declared (`renamedFrom`), or found: exactly one node went and exactly one came with the same role, contract and neighbours.
Promised: conservative. A tie, a differing attribute or a differing neighbour is no rename. An edge in head that still names
the old node counts as the new one's neighbour, so that a consumer left behind shows as a dangling reference of a rename.
"""

from collections.abc import Iterator

from msdiff.model.graph import Graph, Node

NAMING = frozenset({"renamedFrom", "description", "specRef", "bind", "version"})  # attributes that a rename may touch
LEFT_BEHIND_LIMIT = 400  # pairs of names for which edges that still use the old name are looked at


def renames(base: Graph, head: Graph) -> dict[str, str]:
    """Old name -> new name."""
    gone = base.nodes.keys() - head.nodes.keys()
    came = head.nodes.keys() - base.nodes.keys()
    if not gone or not came:
        return {}
    found: dict[str, str] = {}
    for name in sorted(came):
        old = head.nodes[name].stated("renamedFrom")
        if isinstance(old, str) and old in gone and old not in found:
            found[old] = name
    while True:
        more = _look_alikes(base, head, gone - found.keys(), came - set(found.values()), found)
        if not more:
            return found
        found |= more


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
            yield attribute, repr(effective.value)


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
