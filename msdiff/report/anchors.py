"""Findings -> the line on which a reviewer is shown them.

In: a finding and its report. Out: the changed line that causes it, where this change made it and head has that line;
else the finding's own place. Promise: never a line that only base has, as long as head has any place to show instead.

A pull request shows a remark only on lines that its diff holds, and the consumer that breaks usually stands in a file
that nobody touched.
"""

from __future__ import annotations

from collections.abc import Mapping

from msdiff.model.change import Change
from msdiff.model.finding import Finding
from msdiff.model.location import Location
from msdiff.model.obligation import Status
from msdiff.model.records import NamedTuple
from msdiff.model.report import Report

_OLD = (Status.PREEXISTING, Status.RESOLVED)  # what changed is not why they are broken


class Anchor(NamedTuple):
    """A line; `cause` is the change that stands on it, `None` where it is the finding's own place."""

    location: Location
    cause: Change | None


class Anchors:
    """The anchors of one report's findings."""

    def __init__(self, report: Report) -> None:
        self.changes: Mapping[str, Change] = {item.change.id: item.change for item in report.changes}
        self._places = report.places
        self._edges = report.edges
        self._costs = {(slo.graph, f"slo:{slo.name}"): dict(slo.attribution) for slo in report.slos}

    def of(self, finding: Finding) -> Anchor | None:
        """Where to show it; `None` for a finding without any place."""
        causes = () if finding.status in _OLD else self.causes(finding)
        standing = [cause for cause in causes if cause.head is not None]
        if standing:
            cause = min(standing, key=lambda cause: self._rank(cause, finding))  # the first of equals
            assert cause.head is not None  # it stands
            return Anchor(cause.head, cause)
        gone = {cause.base for cause in causes}
        if finding.location is not None and finding.location not in gone:
            return Anchor(finding.location, None)
        place = self._surviving(finding) or finding.location or finding.base_location
        return Anchor(place, None) if place is not None else None

    def causes(self, finding: Finding) -> tuple[Change, ...]:
        return tuple(self.changes[id] for id in finding.causes if id in self.changes)

    def _rank(self, cause: Change, finding: Finding) -> tuple[float, bool]:
        """The change that costs an SLO most, then one on the path: a budget rests on changes all over the graph."""
        costs = self._costs.get((finding.graph, finding.element or ""), {})
        return -abs(costs.get(cause.id, 0.0)), cause.node not in finding.path

    def place(self, graph: str, node: str) -> Location | None:
        """Where head declares the node."""
        return self._places.get(graph, {}).get(node)

    def _surviving(self, finding: Finding) -> Location | None:
        """A node that head still has: who suffers, else the nearest before it on the path, else whom it was wired to."""
        nodes = [node for node in (finding.node, *reversed(finding.path)) if node]
        edges = self._edges.get(finding.graph, ())
        consumers = (consumer for producer, consumer in edges if producer == finding.node)
        producers = (producer for producer, consumer in edges if consumer == finding.node)
        places = (self.place(finding.graph, node) for node in (*nodes, *consumers, *producers))
        return next((place for place in places if place is not None), None)
