"""Which changes an obligation rests on: those whose fact stands in its support, and no others.

In: the changes of a comparison. Out, for an obligation (in both versions): its causes in order. An element that appeared or went
stands for all its attributes.
"""

from __future__ import annotations

from collections.abc import Iterable

from msdiff.model.change import Change
from msdiff.model.graph import Fact
from msdiff.model.obligation import Obligation

PORTS = ("inputs.", "outputs.")
ROUTING = frozenset(("role", "fallback", "standby", "edge.fallback", "edge.kind", "edge.required"))


class Causes:
    """The changes, by the element that they touch."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self.changes = tuple(changes)
        self._order = {change.id: number for number, change in enumerate(self.changes)}
        self._by_element: dict[tuple[str, str], list[Change]] = {}
        for change in self.changes:
            self._by_element.setdefault((change.graph, change.fact.element), []).append(change)
            if change.kind == "node.renamed":
                self._by_element.setdefault((change.graph, f"node:{change.old}"), []).append(change)

    @property
    def elements(self) -> frozenset[str]:
        """Ids of everything that some change touches, in whatever graph."""
        return frozenset(element for _, element in self._by_element)

    def of(self, *obligations: Obligation | None) -> tuple[Change, ...]:
        """The changes in the support of an obligation, in base and head together."""
        found: dict[str, Change] = {}
        for obligation in obligations:
            if obligation is None:
                continue
            for graph in (obligation.graph, *_other(obligation)):
                for fact in obligation.support:
                    for change in self._by_element.get((graph, fact.element), ()):
                        if _touches(change, fact):
                            found[change.id] = change
        return tuple(sorted(found.values(), key=lambda change: self._order[change.id]))

    def structural(self, graph: str) -> tuple[Change, ...]:
        """Elements that went or moved in a graph; where there are none, those that came, or what else leads other ways."""
        here = [
            change
            for change in self.changes
            if change.graph == graph and change.fact.element.startswith(("node:", "edge:"))
        ]
        gone = tuple(
            change for change in here if change.kind.endswith((".removed", ".renamed")) and not change.attribute
        )
        came = tuple(change for change in here if change.kind.endswith(".added") and not change.attribute)
        return gone or came or tuple(change for change in here if change.fact.attribute in ROUTING)


def _other(obligation: Obligation) -> tuple[str, ...]:
    """Drift rests on a second graph."""
    other = obligation.facts.get("otherGraph")
    return (other,) if isinstance(other, str) else ()


def _touches(change: Change, fact: Fact) -> bool:
    if change.kind == "node.renamed":
        return fact.element == f"node:{change.old}"
    if not change.fact.attribute:
        return True
    told, wanted = change.fact.attribute, fact.attribute
    if told == wanted:
        return True
    if told.count(".") == 1 and told.startswith(PORTS):  # a port that came or went stands for all that is said of it
        return wanted.startswith(f"{told}.") or wanted == told.partition(".")[0]
    return bool(wanted) and not wanted.startswith(PORTS) and told.startswith((f"{wanted}.", f"{wanted}["))
