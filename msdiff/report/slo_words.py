"""One SLO's result -> the words for it, before any escaping."""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.model.report import Report, SloResult
from msdiff.report.wording import change_phrase, figure, listed, sentence, short, signed

SLO_WORDS = {
    "certain-miss": "cannot be met",
    "certain-meet": "met for certain",
    "budget-exceeded": "over budget",
    "budget-fits": "fits",
    "undetermined": "undetermined",
}
_LATENCY = ("completion", "ttft")


def unit(slo: SloResult) -> str:
    """`ms` for latencies, `fraction` of requests for availability, `currency` for cost."""
    if slo.metric in _LATENCY:
        return "ms"
    return "fraction" if slo.metric == "availability" else "currency"


def amount(value: float | None, slo: SloResult) -> str:
    """A figure of an SLO with its unit; `unknown` where it could not be worked out."""
    if value is None:
        return "unknown"
    return f"{figure(value)}{_suffix(slo)}"


def slo_measure(slo: SloResult) -> str:
    """`p95 completion`, `availability`."""
    return f"{slo.percentile} {slo.metric}" if unit(slo) == "ms" and slo.percentile else slo.metric


def slo_sum(slo: SloResult) -> str:
    """The critical path with every term: `reranker 160 (+80) → llm 400 = 627 ms`."""
    steps = (
        f"{short(step.node or step.edge or '')} {figure(step.amount)}"
        + (f" ({signed(step.delta)})" if step.delta and slo.base is not None else "")
        for step in slo.critical_path
    )
    total = f" = {amount(slo.head, slo)}" if slo.head is not None else ""
    tie = "; another path is as long" if slo.tie else ""
    return " → ".join(steps) + total + tie


def slo_moved(slo: SloResult) -> bool:
    """Whether the SLO needs more than its row: it changed, or is not met."""
    met = slo.verdict in ("certain-meet", "budget-fits")
    return not met or slo.base != slo.head or slo.base_limit != slo.limit


def slo_name(slo: SloResult, *, many_graphs: bool) -> str:
    """`answer`, or `app/answer` where the report covers several graphs."""
    return f"{short(slo.graph)}/{short(slo.name)}" if many_graphs else short(slo.name)


def slo_figures(slo: SloResult) -> tuple[str, str, str, str, str]:
    """Measure, limit, base, head and slack, as the table shows them."""
    limit = amount(slo.limit, slo) if slo.limit is not None else "none"
    if slo.base_limit is not None and slo.base_limit != slo.limit:
        limit = f"{limit} (was {amount(slo.base_limit, slo)})"
    slack = "" if slo.slack is None else f"{signed(slo.slack)}{_suffix(slo)}"
    base = "none" if slo.base is None and slo.base_limit is None else amount(slo.base, slo)  # no such SLO there
    return slo_measure(slo), limit, base, amount(slo.head, slo), slack


def slo_facts(slo: SloResult, report: Report, *, many_graphs: bool) -> Iterator[tuple[str, str]]:
    """What stands under the table: the sum, the share of each change, what to revert, the guarantee, notes."""
    changes = {item.change.id: item.change for item in report.changes}

    def said(id: str) -> str:
        return change_phrase(changes[id], many_graphs=many_graphs) if id in changes else id

    if slo.critical_path:
        yield "critical path", slo_sum(slo)
    if slo.attribution:
        yield "due to", listed(f"{said(change)} ({signed(share)}{_suffix(slo)})" for change, share in slo.attribution)
    for one in slo.reverts[:3]:
        yield "met again by reverting", " and ".join(map(said, one))
    if slo.reason:
        yield "not known", sentence(slo.reason)
    if slo.guarantee:
        yield "what the sum promises", sentence(slo.guarantee)
    for note in slo.notes:
        yield "note", sentence(note)


def _suffix(slo: SloResult) -> str:
    return " ms" if unit(slo) == "ms" else ""
