"""Claims of one graph that a reader of other formats puts together.

In: what is said, one by one. Out: claims, in that order; edges are numbered by the graph.
"""

from __future__ import annotations

from msdiff.model.claim import Claim, GraphKey
from msdiff.model.location import Location
from msdiff.model.values import Unknown, Value


class Claims:
    """Collects the claims of one graph."""

    def __init__(self, graph: GraphKey) -> None:
        self.graph = graph
        self.found: list[Claim] = []
        self._edges = 0

    def say(self, element: str, attribute: str, value: Value | Unknown, place: Location) -> None:
        self.found.append(Claim(self.graph, element, attribute, value, place))

    def edge(self, producer: str, consumer: str, place: Location) -> str:
        element = f"edge:{self._edges}"
        self._edges += 1
        self.say(element, "", (producer, consumer), place)
        return element


def port_name(setting: str) -> str:
    """A setting as the name of a port: dots and brackets take names apart."""
    return "".join(one if one.isalnum() or one in "_-" else "_" for one in setting) or "call"
