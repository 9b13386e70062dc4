"""One SLO in two versions: figures, what each element added, who is to blame, what to revert (latency model, 2.5).

In: both versions of a graph (base in head's names) and the changes between them. Out: an `SloResult`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import nan
from typing import TYPE_CHECKING

from msdiff.model.change import Change
from msdiff.model.graph import Graph
from msdiff.model.report import PathStep, SloResult
from msdiff.propagate.critical import Step
from msdiff.propagate.durations import known
from msdiff.propagate.slos import MISSED, SloFigure, Timed, evaluate_slo, timed
from msdiff.propagate.timing import LABELS, Parts, microseconds, milliseconds

if TYPE_CHECKING:  # imported where something differs: start-up time counts
    from msdiff.propagate.blame import Blame
    from msdiff.propagate.units import Unit


class Compared:
    """Both versions of one graph, each planned once for all its SLOs."""

    def __init__(self, base: Graph | None, head: Graph | None, changes: Iterable[Change]) -> None:
        asked = any(side is not None and side.slos for side in (base, head))
        self.base = timed(base) if base is not None and asked else None
        self.head = timed(head) if head is not None and asked else None
        self.label = (head or base).label if head or base else ""  # type: ignore[union-attr]
        self.changes = tuple(changes)
        self._differing: Sequence[Unit] | None = None

    def blame(self, base: SloFigure, head: SloFigure) -> Blame | None:
        """Who is to blame, where both figures are sums and something differs between the versions."""
        if self.base is None or self.head is None or not (_is_sum(base) and _is_sum(head)):
            return None
        stated = [side.graph.slos[head.name].attributes for side in (self.base, self.head)]
        if _same(self.base.parts, self.head.parts) and stated[0] == stated[1]:
            return None
        from msdiff.propagate.blame import blame
        from msdiff.propagate.units import groups

        if self._differing is None:
            self._differing = groups(self.base.parts, self.head.parts)
        return blame((self.base, self.head), (base, head), self._differing, self.changes)

    def names(self) -> tuple[str, ...]:
        """Every SLO of base or head."""
        sides = (side.graph.slos for side in (self.base, self.head) if side is not None)
        return tuple(sorted({name for slos in sides for name in slos}))

    def result(self, name: str) -> SloResult:
        """One SLO in base and head."""
        base, head = _figure(self.base, name), _figure(self.head, name)
        shown = head or base
        assert shown is not None, f"no SLO {name}"
        blame = self.blame(base, head) if base is not None and head is not None else None
        return SloResult(
            graph=self.label,
            name=name,
            at=shown.at,
            metric=shown.metric,
            percentile=shown.percentile,
            limit=head.limit if head else None,
            base=base.value if base else None,
            head=head.value if head else None,
            base_limit=base.limit if base else None,
            verdict=head.verdict if head else "undetermined",
            critical_path=_path(self.base, base, head),
            attribution=blame.attribution if blame else (),
            reverts=blame.reverts if blame else (),
            reason=head.reason if head else "head has no such SLO",
            guarantee=head.guarantee if head else "",
            tie=bool(head and head.tie),
            notes=(*(blame.notes if blame else ()), *(head.notes if head else ())),
        )


def compare_slo(base: Graph | None, head: Graph | None, name: str, changes: Iterable[Change]) -> SloResult:
    """One SLO of either version. `changes` are those of this graph; `base` is in head's names."""
    return Compared(base, head, changes).result(name)


def compare_slos(base: Graph | None, head: Graph | None, changes: Iterable[Change]) -> tuple[SloResult, ...]:
    """Every SLO of either version, by name."""
    compared = Compared(base, head, changes)
    return tuple(compared.result(name) for name in compared.names())


def _figure(side: Timed | None, name: str) -> SloFigure | None:
    slo = side.graph.slos.get(name) if side is not None else None
    if side is None or slo is None:
        return None
    return evaluate_slo(side.graph, slo, side, support=False)


def _path(base: Timed | None, before: SloFigure | None, head: SloFigure | None) -> tuple[PathStep, ...]:
    """Head's critical path; each step with its difference to what the same element takes in base."""
    if head is None:
        return ()
    old = _amounts(before.steps) if before is not None else {}
    return tuple(
        PathStep(step.node, step.edge, nan, 0)
        if step.node in head.missing and not step.amount
        else PathStep(
            step.node, step.edge, milliseconds(step.amount), milliseconds(step.amount - _before(base, head, old, step))
        )
        for step in head.steps
    )


def _amounts(steps: Iterable[Step]) -> Mapping[tuple[str | None, str | None], float]:
    amounts: dict[tuple[str | None, str | None], float] = {}
    for step in steps:
        amounts[step.node, step.edge] = amounts.get((step.node, step.edge), 0) + step.amount
    return amounts


def _before(
    base: Timed | None, head: SloFigure, old: Mapping[tuple[str | None, str | None], float], step: Step
) -> float:
    """What the step's element takes in base: on base's critical path, else by its own figure there."""
    found = old.get((step.node, step.edge))
    if found is not None or base is None:
        return found or 0
    label = LABELS.get(head.percentile, LABELS["p95"])
    if step.node is not None:
        number = base.plan.number_of.get(step.node)
        return base.table.durations(known(label)).once[number] if number is not None else 0
    edge = base.graph.edges.get(step.edge or "")
    return microseconds(edge.stated("edge.latencyMs", 0)) or 0 if edge is not None else 0


def _same(base: Parts, head: Parts) -> bool:
    """Whether both versions say the same of time."""
    return base.nodes == head.nodes and base.terms == head.terms and base.edges.keys() == head.edges.keys()


def _is_sum(figure: SloFigure) -> bool:
    closed = figure.known == figure.most or figure.verdict in MISSED
    return figure.metric in ("completion", "ttft") and figure.value is not None and closed
