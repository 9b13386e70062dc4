"""The other parts of a Markdown report: head, picture, SLOs, what does not count, what is not known, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msdiff.model.finding import Finding
from msdiff.model.report import Report, SloResult, UndecidedObligation
from msdiff.report.commands import accept_command, open_findings
from msdiff.report.escape import cell_code, code_block, code_span, inline, plural, prose
from msdiff.report.grouping import Grouping
from msdiff.report.markdown_parts import Detail, Part, bullets, code_place, cut, folded, table
from msdiff.report.markdown_roots import change_text
from msdiff.report.mermaid import flowchart
from msdiff.report.naming import finding_name, undecided_name
from msdiff.report.options import RenderOptions
from msdiff.report.picture import affected_picture
from msdiff.report.slo_words import SLO_WORDS, slo_facts, slo_figures, slo_moved, slo_name
from msdiff.report.wording import also_counted, element_name, exit_text, headline, is_accepted, place, sentence, short

_COMMANDS = 5
_LEGEND = {
    "changed": "blue changed",
    "breaking": "red breaks",
    "risky": "orange is at risk",
    "unverified": "violet is not decided",
}


def head_part(report: Report, detail: Detail) -> Part:
    """Verdict, what it rests on, which versions; then the notes of the run."""
    sides = (report.head,) if report.mode == "check" else (report.base, report.head)
    labels = " → ".join(
        code_span(short(side.label)) + (f" ({code_span(side.commit[:10])})" if side.commit else "") for side in sides
    )
    also = also_counted(report)
    said = headline(report)
    lines = [
        f"## msdiff: {report.verdict.value}",
        f"{inline(said[:1].upper() + said[1:])}.{f' Also: {inline(also)}.' if also else ''}",
        f"{labels}; {inline(exit_text(report))}",
    ]
    shown, left_out = cut(report.notes, max(detail.entries, 3), "note")
    if shown:
        lines.append("\n".join(f"> - {prose(sentence(note))}" for note in shown))
    return Part("\n\n".join(lines), left_out)


def picture_part(report: Report, groups: Grouping, detail: Detail) -> Part:
    """A flowchart of what changed, whom it affects and what lies between."""
    if not groups.roots:
        return Part("")
    if not detail.boxes:
        return Part("", ("the picture",))
    picture = affected_picture(report, groups, detail.boxes)
    if not picture.drawings:
        return Part("")
    marks = {box.mark for drawing in picture.drawings for box in drawing.boxes}
    legend = ", ".join(text for mark, text in _LEGEND.items() if mark in marks)
    without = plural(picture.without_box, "affected node")
    out = f" Without a box of their own: {without}." if picture.without_box else ""
    return Part(f"{code_block(flowchart(picture.drawings).rstrip(), 'mermaid')}\n\nThe affected part: {legend}.{out}")


def slo_part(report: Report, detail: Detail) -> Part:
    """The table, and below it the sums of those that moved or miss."""
    if not report.slos:
        return Part("")
    many = len(report.graph_labels) > 1
    ordered = sorted(report.slos, key=lambda slo: not slo_moved(slo))
    shown, left_out = cut(ordered, detail.entries, "SLO")
    if not shown:
        return Part("", left_out)
    header = ("SLO", "at", "measure", "limit", "base", "head", "slack", "verdict")
    text = "### SLOs\n\n" + table(header, (_slo_row(slo, many_graphs=many) for slo in shown))
    facts = [line for slo in shown if slo_moved(slo) for line in _slo_lines(slo, report, many_graphs=many)]
    return Part(f"{text}\n\n{bullets(facts)}" if facts else text, left_out)


def _slo_row(slo: SloResult, *, many_graphs: bool) -> tuple[str, ...]:
    name = slo_name(slo, many_graphs=many_graphs)
    figures = map(inline, slo_figures(slo))
    return (cell_code(name), cell_code(short(slo.at)), *figures, SLO_WORDS.get(slo.verdict, inline(slo.verdict)))


def _slo_lines(slo: SloResult, report: Report, *, many_graphs: bool) -> Iterator[str]:
    name = slo_name(slo, many_graphs=many_graphs)
    for title, text in slo_facts(slo, report, many_graphs=many_graphs):
        yield f"{code_span(name)} {title}: {prose(text)}"


def standing_parts(report: Report, groups: Grouping, detail: Detail) -> Iterator[Part]:
    """Resolved, revealed, broken before, accepted."""
    strict = "fails: --strict" if report.strict else "fails only with --strict"
    yield _standing("resolved", "Resolved by this change", groups.resolved, report, detail)
    yield _standing("revealed", f"Revealed: violated, and only now known; {strict}", groups.revealed, report, detail)
    yield _standing("broken before", "Broken before, not by this change", groups.preexisting, report, detail)
    yield _standing("accepted", "Accepted", groups.accepted, report, detail)


def _standing(word: str, title: str, findings: Sequence[Finding], report: Report, detail: Detail) -> Part:
    if not findings:
        return Part("")
    shown, _ = cut(findings, detail.entries, "")
    rest = len(findings) - len(shown)
    left_out = (f"{rest:,} {word}",) if rest else ()
    if not shown:
        return Part("", left_out)
    many = len(report.graph_labels) > 1
    lines = bullets(_entry(finding, detail, many_graphs=many) for finding in shown)
    return Part(folded(f"{title} ({len(findings):,})", lines), left_out)


def _entry(finding: Finding, detail: Detail, *, many_graphs: bool) -> str:
    where = f" ({code_place(finding.location, detail)})" if finding.location else ""
    name = code_span(finding_name(finding, many_graphs=many_graphs))
    line = f"{finding.verdict.value} {name}: {prose(sentence(finding.message))}{where}"
    line += f" {code_span(finding.rule)} {code_span(short(finding.fingerprint))}"
    if is_accepted(finding) and finding.acceptance is not None:
        by = f" by {code_span(short(finding.acceptance.by))}" if finding.acceptance.by else ""
        until = f" until {inline(short(finding.acceptance.until))}" if finding.acceptance.until else ""
        line += f"; accepted{by}{until}: {inline(sentence(finding.acceptance.reason))}"
    return line


def safe_part(report: Report, groups: Grouping, detail: Detail) -> Part:
    """Changes that nothing objects to."""
    items = [item for root in groups.safe for item in root.changes]
    shown, left_out = cut(items, detail.entries, "safe change")
    if not shown:
        return Part("", left_out)
    many = len(report.graph_labels) > 1
    lines = []
    for item in shown:
        subject = element_name(item.change.graph, item.change.fact.element, many_graphs=many)
        lines.append(f"{code_span(subject)} {change_text(item, subject, detail)}")
    return Part(folded(f"Safe: decided, and nothing breaks ({len(items):,})", bullets(lines)), left_out)


def undecided_part(report: Report, detail: Detail) -> Part:
    """Obligations that could not be decided, those that a change touches first."""
    ordered = sorted(report.undecided, key=lambda one: not one.causes)
    shown, left_out = cut(ordered, detail.entries, "undecided obligation")
    if not shown:
        return Part("", left_out)
    many = len(report.graph_labels) > 1
    lines = bullets(_undecided(one, detail, many_graphs=many) for one in shown)
    coverage = report.coverage
    title = f"Could not be decided ({coverage.total - coverage.decided:,} of {coverage.total:,} obligations)"
    return Part(folded(title, lines), left_out)


def _undecided(one: UndecidedObligation, detail: Detail, *, many_graphs: bool) -> str:
    name = code_span(undecided_name(one, many_graphs=many_graphs))
    touched = ", touched by this change" if one.causes else ""
    where = code_place(one.location, detail)
    return f"{name} {code_span(short(one.check))}: {prose(sentence(one.reason))} ({where}){touched}"


def next_part(report: Report, groups: Grouping, options: RenderOptions) -> Part:
    """What to do: fix, or accept by the exact command; declare what is missing."""
    found = open_findings(report, groups)
    lines = []
    if found:
        lines.append(f"Fix {plural(len(found), 'finding')} as “do this” says, or accept one on purpose:")
        shown, left_out = cut(found, _COMMANDS, "more command")
        lines.append(code_block("\n".join(accept_command(finding, options) for finding in shown), "sh"))
        lines += (
            f"…and {text}: the fingerprint stands beside each finding, and in the JSON report." for text in left_out
        )
    if report.undecided:
        count = plural(len(report.undecided), "obligation")
        strict = "" if report.strict else "; `--strict` makes unverified changes fail"
        lines.append(f"Declare what {count} could not be decided without{strict}.")
    return Part("### What to do\n\n" + "\n\n".join(lines)) if lines else Part("")


def problem_part(report: Report, detail: Detail) -> Part:
    """What of the input could not be read."""
    shown, left_out = cut(report.problems, max(detail.entries, 3), "problem in the input", "problems in the input")
    if not shown:
        return Part("", left_out)
    lines = []
    for problem in shown:
        where = f"{code_span(place(problem.location))}: " if problem.location else ""
        hint = f" ({prose(sentence(problem.hint))})" if problem.hint else ""
        lines.append(f"{inline(problem.side)}: {where}{prose(sentence(problem.message))}{hint}")
    return Part("### Problems in the input\n\n" + bullets(lines), left_out)
