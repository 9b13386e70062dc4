"""Consumers and their findings -> HTML: the path, the value at each hop, where else to look, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msdiff.model.finding import Finding
from msdiff.model.report import Report
from msdiff.report.escape import plural
from msdiff.report.grouping import Consumer, RootCause, fold
from msdiff.report.html_parts import (
    NOTHING,
    Html,
    badge,
    bullets,
    code,
    element,
    folded,
    joined,
    link,
    more,
    prose,
    spaced,
    table,
    text,
    way,
    where,
)
from msdiff.report.naming import consumer_name, shared_causes, via_counts
from msdiff.report.wording import STATUS_WORDS, chain, change_phrase, listed, other_paths, sentence, short

_FULL = 10  # consumers of a root cause that are told in full
_RELATED = 30
_CAUSES = 10
_ROW_HEADER = ("consumer", "verdict", "path", "what", "owner")


def consumer_parts(consumers: Sequence[Consumer], report: Report, root: RootCause | None, rows: int) -> Iterator[Html]:
    """The first consumers in full, of the others at most `rows` as a table that opens on a click."""
    found = fold(consumers, _FULL)
    for consumer in found.shown:
        yield _consumer(consumer, report, root)
    if found.hidden:
        many = len(report.graph_labels) > 1
        summary = text(f"and {plural(len(found.hidden), 'more consumer')}: {via_counts(found.hidden)}")
        short_form = (_row(one, many_graphs=many) for one in found.hidden[:rows])
        yield folded(summary, table(_ROW_HEADER, short_form), more(len(found.hidden) - rows, "consumer"))


def _row(consumer: Consumer, *, many_graphs: bool) -> tuple[Html, ...]:
    findings = (spaced(code(finding.rule), code(short(finding.fingerprint))) for finding in consumer.findings)
    return (
        code(consumer_name(consumer, many_graphs=many_graphs)),
        badge(consumer.verdict),
        text(chain([short(name) for name in consumer.path])),
        joined(findings, ", "),
        code(short(consumer.owner)) if consumer.owner else NOTHING,
    )


def _consumer(consumer: Consumer, report: Report, root: RootCause | None) -> Html:
    name = code(consumer_name(consumer, many_graphs=len(report.graph_labels) > 1))
    owner = element("span", text("owner "), code(short(consumer.owner)), css="quiet") if consumer.owner else NOTHING
    return element(
        "div",
        element("h4", spaced(name, badge(consumer.verdict), owner)),
        _path(consumer.path, other_paths(consumer.other_paths)),
        *(_finding(finding, report, consumer, root) for finding in consumer.findings),
        css="consumer",
    )


def _path(path: Sequence[str], others: str) -> Html:
    if len(path) < 2:
        return NOTHING
    names = way(code(short(name)) for name in path)
    return element("p", spaced(text("by"), names, text(f"({others})" if others else "")))


def _finding(finding: Finding, report: Report, consumer: Consumer, root: RootCause | None) -> Html:
    said = spaced(badge(finding.verdict), prose(sentence(finding.message)), where(finding.location))
    related = [spaced(where(one.location), prose(sentence(one.message))) for one in finding.related[:_RELATED]]
    return element(
        "div",
        element("p", said),
        _path(finding.path, "") if finding.path != consumer.path else NOTHING,
        _hops(finding),
        _together_with(finding, report, root),
        bullets(related),
        more(len(finding.related) - _RELATED, "place"),
        _fix(finding),
        tag(finding, report),
        css="finding",
    )


def _hops(finding: Finding) -> Html:
    if not finding.hops:
        return NOTHING
    held = way(spaced(code(short(node)), prose(short(value))) for node, value in finding.hops)
    return element("p", spaced(text("Value by value:"), held))


def _together_with(finding: Finding, report: Report, root: RootCause | None) -> Html:
    """Causes that stand under another root cause: a budget rests on every node of its path."""
    elsewhere = shared_causes(finding, report, root.changes if root else ())
    if not elsewhere:
        return NOTHING
    many = len(report.graph_labels) > 1
    phrases = listed(change_phrase(item.change, many_graphs=many) for item in elsewhere[:_CAUSES])
    rest = f" and {len(elsewhere) - _CAUSES:,} more" if len(elsewhere) > _CAUSES else ""
    return element("p", text(f"Together with {phrases}{rest}."))


def _fix(finding: Finding) -> Html:
    if not finding.fix:
        return NOTHING
    return element("p", spaced(element("strong", text("Do this:")), prose(sentence(finding.fix))), css="fix")


def tag(finding: Finding, report: Report) -> Html:
    """The rule, the fingerprint by which it is accepted, and how it stands."""
    words = [] if report.mode == "check" else [STATUS_WORDS[finding.status]]
    words.append(f"level {finding.level.value}")
    if finding.acceptance is not None and finding.acceptance.expired:
        words.append(f"its acceptance expired on {finding.acceptance.until}")
    rule = link(code(finding.rule), finding.docs)
    return element("p", spaced(rule, code(short(finding.fingerprint)), text(listed(words))), css="quiet")
