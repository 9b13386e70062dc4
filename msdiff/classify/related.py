"""The other places that a finding speaks of: the other end of its obligation, and what still states a cause's old value.

In: findings' drafts, in the order of the report. Out: each draft's places, each place once. Promise: every place that still
states an old value is named. With very many of them the first finding of a change names all, further ones the first
`MANY` and how many more there are: 500 consumers of one change must not name one another 250,000 times.
"""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.classify.evidence import Evidence
from msdiff.classify.judging import Draft
from msdiff.model.change import Change
from msdiff.model.finding import Related
from msdiff.model.location import Location
from msdiff.model.obligation import Status

FAILING = (Status.INTRODUCED, Status.WORSENED)
MANY = 20


class Places:
    """Answers for one draft after another: what was told before is not told at length again."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._stale: dict[str, tuple[Related, ...]] = {}
        self._shorter: dict[str, tuple[Related, ...]] = {}  # of changes that were told in full

    def of(self, draft: Draft) -> tuple[Related, ...]:
        """The draft's places, the other end first."""
        own = draft.obligation.location if draft.obligation else None
        found: dict[Location, Related] = {}
        for location, text in draft.obligation.related if draft.obligation else ():
            if location != own:
                found.setdefault(location, Related(location, text))
        if draft.status in FAILING:
            for related in self._left(draft):
                if related.location != own:
                    found.setdefault(related.location, related)
        return tuple(found.values())

    def _left(self, draft: Draft) -> Iterator[Related]:
        for change in draft.causes:
            places = self._places(change)
            yield from self._shorter.get(change.id, places)
            if len(places) > MANY and change.id not in self._shorter:
                self._shorter[change.id] = _first_of(places)

    def _places(self, change: Change) -> tuple[Related, ...]:
        if change.id not in self._stale:
            self._stale[change.id] = self._evidence.stale(change)
        return self._stale[change.id]


def _first_of(places: tuple[Related, ...]) -> tuple[Related, ...]:
    last = places[MANY - 1]
    left = len(places) - MANY
    more = f"{last.message}; so do {left} more, which the first finding of this change lists"
    return (*places[: MANY - 1], last._replace(message=more))
