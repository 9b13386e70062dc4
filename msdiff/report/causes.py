"""Which changes are one root cause.

In: the changes of a report and its live findings. Out: for each change, the first change of its root cause. Promise:
every change has exactly one, and the time is linear in changes and causes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msdiff.model.change import Change
from msdiff.model.finding import Finding
from msdiff.model.report import Report


def homes(report: Report, live: Iterable[Finding]) -> dict[str, str]:
    """Change id -> id of the first change of its root cause; `live` are the findings that join their causes."""
    joined = _Joined(item.change.id for item in report.changes)
    by_key: dict[tuple[object, ...], str] = {}
    for item in report.changes:
        for key in _keys(item.change):
            joined.join(by_key.setdefault(key, item.change.id), item.change.id)
    _join_rewired(report, joined)
    for finding in live:
        if not _is_slo(finding):
            known = [cause for cause in finding.causes if cause in joined.parent]
            for cause in known[1:]:
                joined.join(known[0], cause)
    return {item.change.id: joined.root(item.change.id) for item in report.changes}


def _keys(change: Change) -> Iterator[tuple[object, ...]]:
    yield ("element", change.graph, change.fact.element)
    stated = change.head or change.base
    if stated is not None and change.fact.attribute:
        yield ("statement", stated.file, stated.line, stated.column, change.fact.attribute)


def _join_rewired(report: Report, joined: _Joined) -> None:
    """A node that came, went or was renamed takes the edges that came or went with it."""
    moved = {(i.change.graph, i.change.node): i.change.id for i in report.changes if i.change.kind.startswith("node.")}
    if not moved:
        return
    for item in report.changes:
        for node in _ends(item.change.edge or ""):
            other = moved.get((item.change.graph, node))
            if other is not None:
                joined.join(other, item.change.id)


def _ends(edge: str) -> Iterator[str]:
    """The names that may be an edge's ends: `PRODUCER.PORT->CONSUMER.PORT`, the ports possibly left out."""
    for end in edge.split("->"):
        yield end
        yield end.rpartition(".")[0]


def _is_slo(finding: Finding) -> bool:
    return finding.element is not None and finding.element.startswith("slo:")


class _Joined:
    """Disjoint sets; the representative of a set is its earliest member."""

    def __init__(self, members: Iterable[str]) -> None:
        self.order = {member: position for position, member in enumerate(members)}
        self.parent = {member: member for member in self.order}

    def root(self, member: str) -> str:
        while self.parent[member] != member:
            self.parent[member] = self.parent[self.parent[member]]
            member = self.parent[member]
        return member

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.root(one), self.root(other)), key=self.order.__getitem__)
        self.parent[second] = first
