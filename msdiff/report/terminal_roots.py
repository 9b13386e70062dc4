"""Root causes -> blocks: what changed with its place, then each consumer with path, values and fix, gravest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msdiff.model.finding import Finding, Level, Verdict
from msdiff.model.report import ClassifiedChange, Report
from msdiff.report.escape import plural
from msdiff.report.grouping import Consumer, Grouping, RootCause, fold
from msdiff.report.lines import Block, Line, Span, line, sentence_spans
from msdiff.report.naming import consumer_name, shared_causes, via_counts
from msdiff.report.options import RenderOptions
from msdiff.report.wording import (
    STATUS_WORDS,
    by_verdict,
    chain,
    change_phrase,
    change_place,
    element_name,
    listed,
    other_paths,
    place,
    replacement,
    sentence,
    short,
    value_by_value,
)

_ROOTS = 25  # shown before folding
_CHANGES = 8
_CONSUMERS = 10
_NAMES = 12
_RELATED = 4
_USUAL_LEVEL = {Verdict.BREAKING: Level.ERROR, Verdict.RISKY: Level.WARNING, Verdict.SAFE: Level.NOTE}


def root_blocks(report: Report, groups: Grouping, options: RenderOptions) -> Iterator[tuple[Block, ...]]:
    """One section a root cause; beyond the fold a line with how many are left and how grave they are."""
    shown = groups.roots if options.verbose else groups.roots[:_ROOTS]
    for number, root in enumerate(shown, 1):
        yield tuple(_root(number, root, report, options))
    hidden = groups.roots[len(shown) :]
    if hidden:
        counts = by_verdict(root.verdict for root in hidden)
        yield (line(0, f"and {plural(len(hidden), 'more root cause')}: {counts} (-v shows all)"),)


def summary_lines(report: Report, groups: Grouping, options: RenderOptions) -> Iterator[Line]:
    """The quiet form: a line a root cause, with the names of those it breaks."""
    many = len(report.graph_labels) > 1
    shown = groups.roots if options.verbose else groups.roots[:_ROOTS]
    for root in shown:
        broken = _names((consumer_name(one, many_graphs=many) for one in root.consumers), len(root.consumers))
        phrase = change_phrase(root.changes[0].change, many_graphs=many)
        more = f" and {plural(len(root.changes) - 1, 'more change')}" if len(root.changes) > 1 else ""
        yield line(0, _verdict(root.verdict), f" {phrase}{more}", f": {broken}" if broken else "")
    for one in groups.uncaused:
        yield line(0, _verdict(one.verdict), f" {consumer_name(one, many_graphs=many)}: ", _rules(one.findings))
    if len(shown) < len(groups.roots):
        yield line(0, f"and {plural(len(groups.roots) - len(shown), 'more root cause')}")


def uncaused_blocks(report: Report, groups: Grouping, options: RenderOptions) -> Iterator[Block]:
    """Findings that no listed change causes: all of them, when one version is checked."""
    if not groups.uncaused:
        return
    yield line(0, Span("What is wrong now" if report.mode == "check" else "Without a listed cause", "heading"))
    yield from _consumers(groups.uncaused, report, options, indent=2)


def change_line(item: ClassifiedChange, indent: int, *, subject: str = "") -> Line:
    """`outputs.vector.dimension  768 → 1024  app.yaml:21`."""
    found = replacement(item.change)
    said = subject.casefold().startswith(f"{found.what} ")  # "edge a.x->b.y added", not "edge a.x->b.y edge added"
    parts: list[Span | str] = [Span(f"{subject} ", "name") if subject else "", "" if said else found.what]
    if found.old is not None and found.new is not None:
        parts += ["  ", Span(found.old, "old"), " → ", Span(found.new, "new")]
    elif found.old is not None or found.new is not None:
        style = "old" if found.new is None else "new"
        parts += ["  ", Span(found.new or found.old or "", style), f"  {found.verb}"]
    elif found.verb:
        parts.append(found.verb if said else f" {found.verb}")
    parts += ["  ", Span(change_place(item.change), "place")]
    return line(indent, *parts)


def _root(number: int, root: RootCause, report: Report, options: RenderOptions) -> Iterator[Block]:
    many = len(report.graph_labels) > 1
    subjects = list(dict.fromkeys(_subject(item, many_graphs=many) for item in root.changes))
    title = _names(subjects, len(subjects), limit=3)
    yield line(0, f"{number}. ", _verdict(root.verdict), "  ", Span(title, "name"))
    shown = root.changes if options.verbose else root.changes[:_CHANGES]
    for item in shown:
        yield change_line(item, 3, subject=_subject(item, many_graphs=many) if len(subjects) > 1 else "")
        for reason in item.reasons:
            yield line(5, Span("unverified: ", "unverified"), *sentence_spans(sentence(reason)))
    if len(shown) < len(root.changes):
        yield line(3, f"and {plural(len(root.changes) - len(shown), 'more change')} of the same cause")
    if root.consumers:
        counts = f" ({by_verdict(one.verdict for one in root.consumers)})" if len(root.consumers) > 1 else ""
        yield line(3, f"affects {plural(len(root.consumers), 'consumer')}{counts}:")
        yield from _consumers(root.consumers, report, options, indent=3, causes=root)
    if root.contributes_to:
        names = [consumer_name(one, many_graphs=many) for one in root.contributes_to]
        yield line(3, f"contributes to: {_names(names, len(names))}, under another cause")
    if root.reached:
        names = [element_name(one.graph, f"node:{one.node}", many_graphs=many) for one in root.reached]
        limit = len(root.reached) if options.verbose else _NAMES
        also = "also reaches" if root.consumers else "reaches"
        yield line(3, f"{also} without a finding: {_names(names, len(root.reached), limit=limit)}")


def _subject(item: ClassifiedChange, *, many_graphs: bool) -> str:
    return element_name(item.change.graph, item.change.fact.element, many_graphs=many_graphs)


def _consumers(
    consumers: Sequence[Consumer],
    report: Report,
    options: RenderOptions,
    *,
    indent: int,
    causes: RootCause | None = None,
) -> Iterator[Block]:
    told: dict[str, str] = {}  # fix -> who it was told for
    folded = fold(consumers, len(consumers) if options.verbose else _CONSUMERS)
    for consumer in folded.shown:
        yield from _consumer(consumer, report, options, indent=indent, told=told, root=causes)
    if folded.hidden:
        more = plural(len(folded.hidden), "more consumer")
        yield line(indent, f"- and {more}: {via_counts(folded.hidden)} (-v shows all)")


def _consumer(
    consumer: Consumer,
    report: Report,
    options: RenderOptions,
    *,
    indent: int,
    told: dict[str, str],
    root: RootCause | None,
) -> Iterator[Block]:
    name = consumer_name(consumer, many_graphs=len(report.graph_labels) > 1)
    owner: tuple[Span | str, ...] = (f"  owner {consumer.owner}",) if consumer.owner else ()
    yield line(indent, "- ", Span(name, "name"), "  ", _verdict(consumer.verdict, upper=False), *owner)
    yield from _path(consumer.path, other_paths(consumer.other_paths), indent + 4)
    for finding in consumer.findings:
        yield from _finding(finding, indent + 4, options)
        if finding.path != consumer.path:
            yield from _path(finding.path, "", indent + 6)
        yield from _together_with(finding, indent + 6, report, root)
        yield from _fix(finding, indent + 6, name, told)
        yield line(indent + 6, Span(_tag(finding, check=report.mode == "check"), "dim"))


def _path(path: Sequence[str], others: str, indent: int) -> Iterator[Line]:
    if len(path) > 1:
        names = chain([short(name) for name in path])
        yield line(indent, Span("path: ", "dim"), names, f"  ({others})" if others else "")


def _fix(finding: Finding, indent: int, name: str, told: dict[str, str]) -> Iterator[Line]:
    """What to do; a fix that was told already is referred to, so that 500 consumers don't repeat it."""
    if not finding.fix:
        return
    before = told.setdefault(finding.fix, "")
    if before:
        who = "above" if before == name else f"for {before}"
        yield line(indent, Span("do this: ", "fix"), f"as {who}")
        return
    told[finding.fix] = name
    yield line(indent, Span("do this: ", "fix"), *sentence_spans(sentence(finding.fix)), hang=4)


def _finding(finding: Finding, indent: int, options: RenderOptions) -> Iterator[Line]:
    verdict = _verdict(finding.verdict, upper=False)
    yield line(
        indent, verdict, ": ", *sentence_spans(sentence(finding.message)), "  ", Span(place(finding.location), "place")
    )
    if finding.hops:
        yield line(indent + 2, Span("value by value: ", "dim"), value_by_value(finding), hang=4)
    shown = finding.related if options.verbose else finding.related[:_RELATED]
    for related in shown:
        where = Span(place(related.location), "place")
        yield line(indent + 2, Span("see also: ", "dim"), where, " ", *sentence_spans(sentence(related.message)))
    if len(shown) < len(finding.related):
        yield line(indent + 2, f"and {plural(len(finding.related) - len(shown), 'more place')} (-v shows all)")


def _tag(finding: Finding, *, check: bool) -> str:
    """`[embedding-dimension-mismatch 4f1c…, introduced]`, and what the team made of it where that is unusual."""
    words = [f"{finding.rule} {finding.fingerprint}"]
    if not check:
        words.append(STATUS_WORDS[finding.status])
    if finding.level is not _USUAL_LEVEL.get(finding.verdict, finding.level):
        words.append(f"level {finding.level.value}")
    if finding.acceptance is not None and finding.acceptance.expired:
        words.append(f"its acceptance expired on {finding.acceptance.until}")
    return f"[{listed(words)}]"


def _together_with(finding: Finding, indent: int, report: Report, root: RootCause | None) -> Iterator[Line]:
    """Causes that stand under another root cause: a budget rests on every node of its path."""
    elsewhere = shared_causes(finding, report, root.changes if root else ())
    if elsewhere:
        phrases = [change_phrase(item.change, many_graphs=len(report.graph_labels) > 1) for item in elsewhere[:3]]
        more = f" and {len(elsewhere) - 3:,} more" if len(elsewhere) > 3 else ""
        yield line(indent, Span("together with: ", "dim"), listed(phrases) + more)


def _names(names: Iterable[str], count: int, *, limit: int = _NAMES) -> str:
    shown = [name for _, name in zip(range(limit), names, strict=False)]
    return listed(shown) + (f" and {count - limit:,} more" if count > limit else "")


def _rules(findings: Sequence[Finding]) -> str:
    return listed(dict.fromkeys(finding.rule for finding in findings))


def _verdict(verdict: Verdict, *, upper: bool = True) -> Span:
    return Span(verdict.value.upper() if upper else verdict.value, verdict.value)
