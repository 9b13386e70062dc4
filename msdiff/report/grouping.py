"""Changes, findings and affected consumers -> root causes, one entry each, with their consumers under them.

In: a finished report. Out: `Grouping`, gravest first, everything of the report exactly once except consumers that
several root causes reach without breaking, which stand under each. Promise: nothing is judged here; verdicts are the
report's own.

Changes belong to one root cause where they touch the same element, are one statement that several graphs read, rewire
an element that came or went, or break something together. A missed SLO does not join its causes (a budget rests on
every node of its path): it stands under the one that costs it most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msdiff.model.finding import Finding, Verdict
from msdiff.model.obligation import Status
from msdiff.model.records import NamedTuple
from msdiff.model.report import Affected, ClassifiedChange, Report
from msdiff.report.causes import homes
from msdiff.report.slo_words import unit
from msdiff.report.wording import is_accepted

_OF_A_KIND = 3  # consumers alike that are shown where there are too many
_LIVE = (Status.INTRODUCED, Status.WORSENED)


class Consumer(NamedTuple):
    """Who suffers: `element` is `node:NAME`, `edge:KEY`, `slo:NAME` or `policy:NAME`; findings gravest first."""

    graph: str
    element: str
    node: str | None
    verdict: Verdict
    findings: tuple[Finding, ...]
    path: tuple[str, ...]
    other_paths: int

    @property
    def owner(self) -> str | None:
        return next((finding.owner for finding in self.findings if finding.owner), None)


class RootCause(NamedTuple):
    """Changes that are one cause, whom they break (`consumers`), and whom they reach without breaking (`reached`).

    `contributes_to` are missed SLOs that stand under another root cause and rest on this one, too.
    """

    verdict: Verdict
    changes: tuple[ClassifiedChange, ...]
    consumers: tuple[Consumer, ...]
    reached: tuple[Affected, ...]
    contributes_to: tuple[Consumer, ...]


class Grouping(NamedTuple):
    """`roots` have a finding or are not safe; `safe` are the rest; `uncaused` are live findings of no listed change."""

    roots: tuple[RootCause, ...]
    safe: tuple[RootCause, ...]
    uncaused: tuple[Consumer, ...]
    resolved: tuple[Finding, ...]
    revealed: tuple[Finding, ...]
    preexisting: tuple[Finding, ...]
    accepted: tuple[Finding, ...]


class Folded(NamedTuple):
    """The consumers to show, and those to count."""

    shown: tuple[Consumer, ...]
    hidden: tuple[Consumer, ...]


def grouping(report: Report) -> Grouping:
    """The report, grouped by root cause."""
    live = tuple(filter(_live_in(report.mode), report.findings))
    home = homes(report, live)
    roots = tuple(_roots(report, live, home))
    uncaused = _consumers([finding for finding in live if _root_of(finding, home, report) is None], {})
    ordered = sorted(roots, key=lambda root: root.verdict, reverse=True)  # stable: else in the order of the report
    return Grouping(
        roots=tuple(root for root in ordered if _has_something_to_say(root)),
        safe=tuple(root for root in ordered if not _has_something_to_say(root)),
        uncaused=uncaused,
        resolved=_standing(report, Status.RESOLVED),
        revealed=_standing(report, Status.REVEALED),
        preexisting=_standing(report, Status.PREEXISTING),
        accepted=_gravest_first(filter(is_accepted, report.findings)),
    )


def fold(consumers: Sequence[Consumer], limit: int) -> Folded:
    """All consumers, or beyond `limit` at most three of each kind (verdict, rules, last hop), first ones first."""
    if len(consumers) <= limit:
        return Folded(tuple(consumers), ())
    seen: dict[object, int] = {}
    ranked: list[tuple[int, int]] = []
    for position, consumer in enumerate(consumers):
        kind = (consumer.verdict, tuple(finding.rule for finding in consumer.findings), via(consumer))
        seen[kind] = seen.get(kind, 0) + 1
        ranked.append((seen[kind], position))
    kept = {position for rank, position in sorted(ranked)[:limit] if rank <= _OF_A_KIND}
    shown = tuple(consumer for position, consumer in enumerate(consumers) if position in kept)
    return Folded(shown, tuple(consumer for position, consumer in enumerate(consumers) if position not in kept))


def via(consumer: Consumer) -> str | None:
    """The last node before the consumer on its path."""
    return consumer.path[-2] if len(consumer.path) > 1 else None


def _has_something_to_say(root: RootCause) -> bool:
    return bool(root.consumers or root.contributes_to) or root.verdict > Verdict.SAFE


def _live_in(mode: str) -> Callable[[Finding], bool]:
    if mode == "check":
        return lambda finding: not is_accepted(finding)
    return lambda finding: finding.status in _LIVE and not is_accepted(finding)


def _standing(report: Report, status: Status) -> tuple[Finding, ...]:
    if report.mode == "check":
        return ()
    return _gravest_first(f for f in report.findings if f.status is status and not is_accepted(f))


def _gravest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.verdict, reverse=True))


def _roots(report: Report, live: Sequence[Finding], home: dict[str, str]) -> Iterator[RootCause]:
    changes: dict[str, list[ClassifiedChange]] = {}
    for item in report.changes:
        changes.setdefault(home[item.change.id], []).append(item)
    findings: dict[str, list[Finding]] = {}
    shared: dict[str, list[Finding]] = {}
    for finding in live:
        root = _root_of(finding, home, report)
        for cause in dict.fromkeys(home[cause] for cause in finding.causes if cause in home):
            (findings if cause == root else shared).setdefault(cause, []).append(finding)
    affected: dict[str, dict[tuple[str, str], Affected]] = {}
    for entry in report.affected:
        for cause in entry.causes:
            if cause in home:
                affected.setdefault(home[cause], {})[(entry.graph, entry.node)] = entry
    for root, items in changes.items():
        reached = affected.get(root, {})
        consumers = _consumers(findings.get(root, ()), reached)
        contributes_to = _consumers(shared.get(root, ()), reached)
        suffering = {(consumer.graph, consumer.node) for consumer in consumers + contributes_to}
        yield RootCause(
            verdict=max(item.classification for item in items),
            changes=_changes_gravest_first(items),
            consumers=consumers,
            reached=tuple(entry for key, entry in reached.items() if key not in suffering),
            contributes_to=contributes_to,
        )


def _changes_gravest_first(items: Sequence[ClassifiedChange]) -> tuple[ClassifiedChange, ...]:
    return tuple(sorted(items, key=lambda item: item.classification, reverse=True))


def _consumers(findings: Sequence[Finding], affected: dict[tuple[str, str], Affected]) -> tuple[Consumer, ...]:
    by_consumer: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        by_consumer.setdefault((finding.graph, _sufferer(finding)), []).append(finding)
    found = (_consumer(*key, _gravest_first(group), affected) for key, group in by_consumer.items())
    return tuple(sorted(found, key=lambda one: (_rank(one.verdict), len(one.path), one.graph, one.element)))


def _rank(verdict: Verdict) -> int:
    return -list(Verdict).index(verdict)


def _consumer(
    graph: str, element: str, findings: tuple[Finding, ...], affected: dict[tuple[str, str], Affected]
) -> Consumer:
    node = next((finding.node for finding in findings if finding.node), None)
    entry = affected.get((graph, node)) if node else None
    path = next((finding.path for finding in findings if finding.path), entry.path if entry else ())
    others = entry.other_paths if entry else 0
    return Consumer(graph, element, node, findings[0].verdict, findings, path, others)


def _sufferer(finding: Finding) -> str:
    if finding.element is not None:
        return finding.element
    return f"node:{finding.node}" if finding.node is not None else f"edge:{finding.edge or ''}"


def _root_of(finding: Finding, home: dict[str, str], report: Report) -> str | None:
    """The root cause that a finding stands under: its causes' own, or the one that costs an SLO most."""
    roots = list(dict.fromkeys(home[cause] for cause in finding.causes if cause in home))
    if len(roots) < 2:
        return roots[0] if roots else None
    costs = dict.fromkeys(roots, 0.0)
    for slo in report.slos:
        if slo.graph == finding.graph and finding.element == f"slo:{slo.name}":
            worse = -1 if unit(slo) == "fraction" else 1  # less availability is worse, and more of anything else
            for change, amount in slo.attribution:
                if home.get(change) in costs:
                    costs[home[change]] += worse * amount
    return max(roots, key=lambda root: costs[root])  # the first of equals
