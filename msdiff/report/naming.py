"""Findings, consumers and undecided obligations -> what a reader calls them, before any escaping."""

from __future__ import annotations

from collections.abc import Sequence

from msdiff.model.finding import Finding
from msdiff.model.report import ClassifiedChange, Report, UndecidedObligation
from msdiff.report.escape import plural
from msdiff.report.grouping import Consumer, via
from msdiff.report.wording import by_verdict, element_name, listed, short


def consumer_name(consumer: Consumer, *, many_graphs: bool) -> str:
    """`vector_db`, `SLO answer (at llm)`."""
    name = element_name(consumer.graph, consumer.element, many_graphs=many_graphs)
    at = consumer.node if not consumer.element.startswith("node:") else None
    return f"{name} (at {short(at)})" if at else name


def finding_name(finding: Finding, *, many_graphs: bool) -> str:
    """Who the finding is about: `llm`, `SLO answer`, `edge a.x->b.y`."""
    element = finding.element or (f"node:{finding.node}" if finding.node is not None else f"edge:{finding.edge or ''}")
    return element_name(finding.graph, element, many_graphs=many_graphs)


def undecided_name(one: UndecidedObligation, *, many_graphs: bool) -> str:
    """Where the obligation stands: on an edge, on a node, or on the graph."""
    element = f"edge:{one.edge}" if one.edge is not None else f"node:{one.node}" if one.node is not None else "graph:"
    return element_name(one.graph, element, many_graphs=many_graphs)


def via_counts(hidden: Sequence[Consumer]) -> str:
    """`488 breaking; 480 through retriever, 8 through cache; 12 owners`: what the folded consumers have in common."""
    through: dict[str, int] = {}
    for consumer in hidden:
        through[via(consumer) or "no path"] = through.get(via(consumer) or "no path", 0) + 1
    most = sorted(through.items(), key=lambda entry: (-entry[1], entry[0]))
    hops = [f"{count:,} through {short(name)}" for name, count in most[:3]]
    rest = sum(count for _, count in most[3:])
    hops += [f"{rest:,} through others"] if rest else []
    owners = len({consumer.owner for consumer in hidden} - {None})
    counts = by_verdict(consumer.verdict for consumer in hidden)
    return "; ".join(filter(None, (counts, listed(hops), plural(owners, "owner") if owners else "")))


def shared_causes(finding: Finding, report: Report, own: Sequence[ClassifiedChange]) -> tuple[ClassifiedChange, ...]:
    """Causes that stand under another root cause than `own`: a budget rests on every node of its path."""
    if len(finding.causes) < 2:
        return ()
    known = {item.change.id for item in own}
    causes = set(finding.causes) - known
    return tuple(item for item in report.changes if item.change.id in causes)
