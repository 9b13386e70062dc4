"""Edge ends and other names: which element do they mean?"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msdiff.model.graph import Node
from msdiff.model.records import NamedTuple
from msdiff.syntax.nearest import Nearby

_DOTS = 64  # of one name; a text of dots alone must not take for ever


class End(NamedTuple):
    """One end of an edge: the node and port that it means, and what is wrong with it ("" where nothing is)."""

    node: str
    port: str
    problem: str = ""
    nearest: str | None = None


def edge_end(text: str, nodes: Mapping[str, Node], nearby: Nearby, *, output: bool) -> End:
    """What `node.port`, or `node` alone, means. The port may be left out where the node has one on that side.

    A node that declares no port on that side takes any port name: it says nothing, so nothing contradicts.
    """
    node, port = _split(text, nodes)
    if node not in nodes:
        return End(node, port, f"no node `{node}`", nearby(node, nodes))
    ports = nodes[node].outputs if output else nodes[node].inputs
    side = "output" if output else "input"
    if port:
        if not ports or port in ports:
            return End(node, port)
        return End(node, port, f"`{node}` has no {side} `{port}`", nearby(port, ports))
    if len(ports) > 1:
        return End(node, "", f"`{node}` has {len(ports)} {side}s; write {node}.{ports[0]}", None)
    return End(node, ports[0] if ports else "")


def _split(text: str, nodes: Collection[str]) -> tuple[str, str]:
    """Names may hold dots: the longest known node name wins."""
    if text in nodes:
        return text, ""
    node, dot, port = text.rpartition(".")
    if not dot:
        return text, ""
    head = node
    for _ in range(_DOTS):
        if head in nodes or "." not in head:
            break
        head = head.rpartition(".")[0]
    return (head, text[len(head) + 1 :]) if head in nodes else (node, port)
