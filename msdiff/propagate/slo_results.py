"""The SLO table: every SLO of base or head, changed or not; and which nodes are done at another time in head than in base.

In: both versions of each graph, and the changes. Out: an `SloResult` each, sorted by graph and name.
"""

from __future__ import annotations

from collections.abc import Iterable

from msdiff.model.change import Change
from msdiff.model.graph import Graph
from msdiff.model.report import SloResult
from msdiff.propagate.comparison import Compared
from msdiff.propagate.durations import known
from msdiff.propagate.slos import Timed, timed
from msdiff.propagate.timing import LABELS

PERCENTILE = "p95"  # at which arrival times are compared (latency model, 2.4)


def slo_results(
    graphs: Iterable[tuple[Graph | None, Graph | None]], changes: Iterable[Change]
) -> tuple[SloResult, ...]:
    """The results of all SLOs of all pairs of graphs (base, head)."""
    by_graph: dict[str, list[Change]] = {}
    for change in changes:
        by_graph.setdefault(change.graph, []).append(change)
    found: list[SloResult] = []
    for base, head in graphs:
        label = (head or base).label if head or base else ""  # type: ignore[union-attr]  # one of the two is there
        compared = Compared(base, head, by_graph.get(label, ()))
        found.extend(compared.result(name) for name in compared.names())
    return tuple(sorted(found, key=lambda one: (one.graph, one.name)))


def later(base: Graph, head: Graph) -> frozenset[str]:
    """The nodes whose known arrival time differs between base and head."""
    before, after = _arrivals(timed(base)), _arrivals(timed(head))
    return frozenset(name for name, moment in after.items() if name in before and before[name] != moment)


def _arrivals(at: Timed) -> dict[str, float]:
    done = at.table.arrivals(known(LABELS[PERCENTILE])).clock.done
    return {name: done[position] for position, name in enumerate(at.plan.names) if position in done}
