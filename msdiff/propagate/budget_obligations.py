"""Budgets as obligations: SLOs, latency bounds between two places, time limits (kind `path`).

In: one graph. Out: an obligation for each SLO (`slo.completion`, `slo.ttft`, `slo.availability`, `slo.cost`), each
`edge.maxLatencyMs` (`hop.edge`), each `policy.maxLatency` (`hop.policy`), each time limit against its callee's figures
(`timeout.callee`: TO1, TO2) and against the limits nested under it (`timeout.nested`: TO6, TO7). Facts hold ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from msdiff.model.graph import Graph, Item
from msdiff.model.obligation import Held, Obligation, Outcome, Undecided, Violated
from msdiff.propagate.budget import HELD, Budget, amounts, breakdown, less
from msdiff.propagate.ledger import Ledger
from msdiff.propagate.slos import MISSED, SloFigure, Timed, evaluate_slo, rests_on, support_of, timed

_LIMITS = frozenset(("edge.timeoutMs", "edge.perTryTimeoutMs"))


def budget_obligations(graph: Graph, at: Timed | None = None) -> tuple[Obligation, ...]:
    """Every budget of the graph. `at` saves planning it again. Raises `InputError` for a selector that says nothing."""
    return tuple(budget.written() for budget in budgets(graph, at))


def add_budgets(graph: Graph, ledger: Ledger, at: Timed | None = None) -> None:
    """Counts every budget, and writes up those that somebody will read."""
    for budget in budgets(graph, at):
        violated = isinstance(budget.outcome, Violated)
        untouched = ledger.touched is not None and not violated and not budget.rests_on(ledger.touched)
        if untouched or (ledger.touched is None and isinstance(budget.outcome, Held)):
            ledger.count(budget.outcome)
        else:
            ledger.take(budget.written())


def budgets(graph: Graph, at: Timed | None = None) -> Iterator[Budget]:
    """Every budget of the graph, decided. Kinds that a graph has none of are not imported: start-up time counts."""
    said = [edge.attributes.keys() for edge in graph.edges.values() if edge.attributes]
    hops = any("edge.maxLatencyMs" in names for names in said)
    hops = hops or any("policy.maxLatency" in policy.attributes for policy in graph.policies.values())
    limits = not all(_LIMITS.isdisjoint(names) for names in said)
    if not (graph.slos or hops or limits):
        return
    found = at or timed(graph)
    for slo in graph.slos.values():
        yield _slo_budget(graph, slo, found)
    if hops:
        from msdiff.propagate.hop_obligations import hop_budgets

        yield from hop_budgets(graph, found)
    if limits:
        from msdiff.propagate.limit_obligations import limit_budgets

        yield from limit_budgets(graph, found)


def _slo_budget(graph: Graph, slo: Item, at: Timed) -> Budget:
    figure = evaluate_slo(graph, slo, at, support=False)

    def written() -> Obligation:
        return _of_slo(graph, slo, figure._replace(support=tuple(support_of(at, slo, figure))))

    return Budget(_slo_outcome(figure), partial(rests_on, at, figure), written)


def _slo_outcome(figure: SloFigure) -> Outcome:
    amount = figure.known if figure.value is None else figure.value
    if figure.verdict == "undetermined":
        return Undecided(figure.reason)
    if figure.verdict in MISSED and amount is not None and figure.limit is not None:
        return Violated(abs(less(amount, figure.limit)))
    return HELD


def _of_slo(graph: Graph, slo: Item, figure: SloFigure) -> Obligation:
    amount = figure.known if figure.value is None else figure.value
    facts = {
        "slo": figure.name,
        "at": figure.at,
        "metric": figure.metric,
        "percentile": figure.percentile,
        "verdict": figure.verdict,
        "certain": figure.verdict == "certain-miss",
        "hard": slo.stated("slo.hard", False),
        "guarantee": figure.guarantee,
        "breakdown": breakdown(figure.steps),
        "notes": figure.notes,
        **amounts(amount, figure.limit),
    }
    if figure.metric == "availability" and amount is not None and figure.limit is not None:
        facts["slack"] = less(amount, figure.limit)
    stated = slo.attributes.get("slo.availability" if figure.metric == "availability" else "slo.latencyMs")
    return Obligation(
        kind="path",
        check=f"slo.{figure.metric}",
        graph=graph.label,
        key=(graph.label, "path", f"slo.{figure.metric}", slo.id),
        outcome=_slo_outcome(figure),
        node=figure.at if figure.at in graph.nodes else None,
        edge=None,
        location=stated.location if stated else slo.location,
        facts=facts,
        support=figure.support,
        path=figure.path or ((figure.at,) if figure.at in graph.nodes else ()),
    )
