"""The sections after the root causes -> blocks: what does not count, what is not known, the SLOs, what to do, notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msdiff.model.finding import Finding
from msdiff.model.report import Report, SloResult
from msdiff.report.commands import accept_command, explain_command, open_findings
from msdiff.report.escape import plural
from msdiff.report.grouping import Grouping, RootCause
from msdiff.report.lines import Block, Line, Span, Table, line, sentence_spans
from msdiff.report.naming import finding_name, undecided_name
from msdiff.report.options import RenderOptions
from msdiff.report.slo_words import SLO_WORDS, slo_facts, slo_figures, slo_moved, slo_name
from msdiff.report.terminal_roots import change_line
from msdiff.report.wording import STATUS_WORDS, element_name, is_accepted, place, sentence, short

_ENTRIES = 10  # shown before folding
_COMMANDS = 5
_SLO_HEADER = ("slo", "at", "measure", "limit", "base", "head", "slack", "verdict")
_SLO_STYLES = {
    "certain-miss": "breaking",
    "budget-exceeded": "breaking",
    "undetermined": "unverified",
    "budget-fits": "safe",
    "certain-meet": "safe",
}


def standing_blocks(report: Report, groups: Grouping, options: RenderOptions) -> Iterator[tuple[Block, ...]]:
    """Resolved, revealed, broken before, accepted: each a section of its own."""
    strict = "fails: --strict" if report.strict else "fails only with --strict"
    yield tuple(_standing("Resolved by this change", groups.resolved, report, options))
    yield tuple(_standing(f"Revealed: violated, and only now known; {strict}", groups.revealed, report, options))
    yield tuple(_standing("Broken before, not by this change", groups.preexisting, report, options))
    yield tuple(_standing("Accepted", groups.accepted, report, options))


def _standing(title: str, findings: Sequence[Finding], report: Report, options: RenderOptions) -> Iterator[Block]:
    if not findings:
        return
    yield line(0, Span(f"{title} ({len(findings):,})", "heading"))
    shown = findings if options.verbose else findings[:_ENTRIES]
    for finding in shown:
        yield from _entry(finding, report)
    yield from _more(len(findings) - len(shown), "finding")


def _entry(finding: Finding, report: Report) -> Iterator[Line]:
    name = finding_name(finding, many_graphs=len(report.graph_labels) > 1)
    verdict = Span(finding.verdict.value, finding.verdict.value)
    message = sentence_spans(sentence(finding.message))
    yield line(2, "- ", Span(name, "name"), "  ", verdict, ": ", *message, "  ", Span(place(finding.location), "place"))
    if is_accepted(finding) and finding.acceptance is not None:
        by = f" by {finding.acceptance.by}" if finding.acceptance.by else ""
        until = f" until {finding.acceptance.until}" if finding.acceptance.until else ""
        where = Span(place(finding.acceptance.location), "place")
        yield line(6, Span("accepted", "safe"), f"{by}{until}: {sentence(finding.acceptance.reason)}  ", where)
    status = f", {STATUS_WORDS[finding.status]}" if is_accepted(finding) and report.mode != "check" else ""
    yield line(6, Span(f"[{finding.rule} {finding.fingerprint}{status}]", "dim"))


def safe_blocks(report: Report, groups: Grouping, options: RenderOptions) -> Iterator[Block]:
    """Changes that every obligation that they touch allows, one line each."""
    items = [(root, item) for root in groups.safe for item in root.changes]
    if not items:
        return
    many = len(report.graph_labels) > 1
    yield line(0, Span(f"Safe: decided, and nothing breaks ({len(items):,})", "heading"))
    shown = items if options.verbose else items[:_ENTRIES]
    for root, item in shown:
        subject = element_name(item.change.graph, item.change.fact.element, many_graphs=many)
        found = change_line(item, 2, subject=subject)
        yield line(2, "- ", *found.spans, _reached(root))
    yield from _more(len(items) - len(shown), "safe change")


def _reached(root: RootCause) -> str:
    return f"  (reaches {plural(len(root.reached), 'consumer')}, breaks none)" if root.reached else ""


def undecided_blocks(report: Report, options: RenderOptions) -> Iterator[Block]:
    """Obligations that could not be decided and why; those that a change touches first."""
    if not report.undecided:
        return
    coverage = report.coverage
    title = f"Could not be decided ({coverage.total - coverage.decided:,} of {coverage.total:,} obligations)"
    yield line(0, Span(title, "heading"))
    ordered = sorted(report.undecided, key=lambda one: not one.causes)
    shown = ordered if options.verbose else ordered[:_ENTRIES]
    many = len(report.graph_labels) > 1
    for one in shown:
        touched = "  touched by this change" if one.causes else ""
        reason = sentence_spans(sentence(one.reason))
        where = Span(place(one.location), "place")
        name = Span(undecided_name(one, many_graphs=many), "name")
        yield line(2, "- ", name, f"  {one.check}: ", *reason, "  ", where, Span(touched, "unverified"))
    yield from _more(len(report.undecided) - len(shown), "undecided obligation")


def slo_blocks(report: Report, options: RenderOptions) -> Iterator[Block]:
    """The SLO table, and under it the sum, the share of each change and the guarantee of those that moved or miss."""
    if not report.slos:
        return
    yield line(0, Span("SLOs", "heading"))
    ordered = sorted(report.slos, key=lambda slo: not slo_moved(slo))
    shown = ordered if options.verbose else ordered[:_ENTRIES]
    many = len(report.graph_labels) > 1
    yield Table(2, _SLO_HEADER, tuple(_slo_row(slo, many_graphs=many) for slo in shown))
    yield from _more(len(ordered) - len(shown), "SLO")
    for slo in shown:
        if slo_moved(slo) or options.verbose:
            yield from _slo_details(slo, report, many_graphs=many)


def _slo_row(slo: SloResult, *, many_graphs: bool) -> tuple[Span, ...]:
    name = Span(slo_name(slo, many_graphs=many_graphs), "name")
    verdict = Span(SLO_WORDS.get(slo.verdict, slo.verdict), _SLO_STYLES.get(slo.verdict, ""))
    return (name, Span(short(slo.at)), *map(Span, slo_figures(slo)), verdict)


def _slo_details(slo: SloResult, report: Report, *, many_graphs: bool) -> Iterator[Line]:
    facts = tuple(slo_facts(slo, report, many_graphs=many_graphs))
    if facts:
        yield line(2, Span(f"{slo_name(slo, many_graphs=many_graphs)}:", "name"))
    for title, text in facts:
        yield line(4, Span(f"{title}: ", "dim"), text)


def next_blocks(report: Report, groups: Grouping, options: RenderOptions) -> Iterator[Block]:
    """What the reader does now: fix, or accept by name; declare what is missing; ask why."""
    findings = open_findings(report, groups)
    if not findings and not report.undecided:
        return
    yield line(0, Span("What to do", "heading"))
    if findings:
        yield line(2, f'- fix {plural(len(findings), "finding")} as "do this" says, or accept one on purpose:')
        for finding in findings[:_COMMANDS]:
            about = f"  # {finding.rule} on {finding_name(finding, many_graphs=len(report.graph_labels) > 1)}"
            yield line(6, Span(accept_command(finding, options), "command"), Span(about, "dim"))
        if len(findings) > _COMMANDS:
            yield line(6, f"and {len(findings) - _COMMANDS:,} more, each by the fingerprint in its brackets")
    named = next((one.node for root in groups.roots for one in root.consumers if one.node), None)
    if named is not None:
        yield line(2, "- see the whole chain to a consumer: ", Span(explain_command(named, options), "command"))
    if report.undecided:
        strict = "" if report.strict else "; --strict makes unverified changes fail"
        count = plural(len(report.undecided), "obligation")
        yield line(2, f"- declare what {count} could not be decided without (listed above){strict}")


def note_blocks(report: Report) -> Iterator[Block]:
    """Notes of the run, then what of the input could not be read."""
    for note in report.notes:
        yield line(0, Span("note: ", "dim"), *sentence_spans(sentence(note)))
    for problem in report.problems:
        where = f"{place(problem.location)}: " if problem.location else ""
        yield line(
            0, Span(f"problem in {problem.side}: ", "breaking"), where, *sentence_spans(sentence(problem.message))
        )
        if problem.hint:
            yield line(2, *sentence_spans(sentence(problem.hint)))


def _more(count: int, noun: str) -> Iterator[Line]:
    if count > 0:
        yield line(2, f"- and {plural(count, f'more {noun}')} (-v shows all)")
