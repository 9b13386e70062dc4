"""Where obligations of one graph are collected and counted.

A graph has far more obligations than anybody reads: those that hold and that no change touches are counted, not kept. Kept
are the violated ones, and all that rest on an element that some change touches. With no `touched` set (one version is
checked, not two compared) everything undecided is kept, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msdiff.model.claim import Claim
from msdiff.model.graph import Fact
from msdiff.model.location import Location
from msdiff.model.obligation import Held, Obligation, Outcome, Undecided, Violated
from msdiff.model.values import Value


class Ledger:
    """Obligations of one graph, in the order of their making."""

    def __init__(
        self, graph: str, touched: frozenset[str] | None, tabled: Mapping[Fact, Claim] = MappingProxyType({})
    ) -> None:
        """`tabled`: what no file says of the graph and a table of model facts does."""
        self.graph = graph
        self.touched = touched
        self._tabled = tabled
        self.kept: list[Obligation] = []
        self.total = 0
        self.decided = 0

    def count(self, outcome: Outcome) -> None:
        self.total += 1
        self.decided += not isinstance(outcome, Undecided)

    def wants(self, outcome: Outcome, support: Iterable[Fact]) -> bool:
        """Whether an obligation with this outcome must be kept whole."""
        if isinstance(outcome, Violated):
            return True
        if self.touched is None:
            return not isinstance(outcome, Held)
        return any(fact.element in self.touched for fact in support)

    def add(  # noqa: PLR0913  # an obligation has many parts
        self,
        kind: str,
        check: str,
        key: tuple[str, ...],
        outcome: Outcome,
        *,
        location: Location,
        support: tuple[Fact, ...],
        node: str | None = None,
        edge: str | None = None,
        facts: Mapping[str, Value] | None = None,
        path: tuple[str, ...] = (),
        related: tuple[tuple[Location, str], ...] = (),
        asked: bool = True,
    ) -> None:
        """Counts the obligation, and keeps it where somebody will read it.

        `asked`: whether a file declares a side of it. What only a table asks for and nobody can decide is not counted.
        """
        told = asked or not isinstance(outcome, Undecided)
        if told:
            self.count(outcome)
        if not self.wants(outcome, support):
            return
        self.kept.append(
            Obligation(
                kind=kind,
                check=check,
                graph=self.graph,
                key=(self.graph, kind, check, *key),
                outcome=outcome,
                node=node,
                edge=edge,
                location=location,
                facts=facts or {},
                support=support,
                path=path,
                related=related,
                tabled=self._of_table(support),
                asked=told,
            )
        )

    def _of_table(self, support: Iterable[Fact]) -> tuple[Claim, ...]:
        if not self._tabled:
            return ()
        return tuple({fact: self._tabled[fact] for fact in support if fact in self._tabled}.values())

    def take(self, obligation: Obligation) -> None:
        """Counts an obligation that is made already, and keeps it where somebody will read it."""
        self.count(obligation.outcome)
        if self.wants(obligation.outcome, obligation.support):
            tabled = self._of_table(obligation.support)
            self.kept.append(obligation._replace(graph=self.graph, key=(self.graph, *obligation.key), tabled=tabled))
