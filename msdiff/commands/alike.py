"""Services that may be the node of a document, by their names and roles: a suggestion, never a join.

In: the graphs of one version and a node. Out: lines for `msdiff explain`. Promised: nothing is said of a node that is
bound, or that a stack itself has.
"""

from collections.abc import Iterator, Mapping

from msdiff.model.graph import Graph, Node

SHORTEST = 4  # characters that two names must share


def alike(label: str, node: Node, graphs: Mapping[str, Graph]) -> Iterator[str]:
    """What one could write into the document, for each service that looks like the node."""
    own = graphs.get(label)
    if own is None or own.key.is_found or "bind" in node.attributes:
        return
    for graph in graphs.values():
        for service in graph.nodes.values() if graph.key.kind == "Compose" else ():
            if service.role == node.role != "custom" and _look_alike(service.name, node.name):
                place = f"{service.location.file}:{service.location.line}"
                yield f'service `{service.name}` ({place}); if so, write bind: ["compose:{service.name}"]'


def _look_alike(one: str, other: str) -> bool:
    short, long = sorted((_plain(one), _plain(other)), key=len)
    return len(short) >= SHORTEST and short in long


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
