"""The sections of an HTML report after the root causes: SLOs, what does not count, what is not known, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msdiff.model.finding import Finding
from msdiff.model.report import Problem, Report, SloResult
from msdiff.report.commands import accept_command, explain_command, open_findings
from msdiff.report.escape import plural
from msdiff.report.grouping import Grouping
from msdiff.report.html_consumers import tag
from msdiff.report.html_parts import (
    NOTHING,
    Html,
    badge,
    bullets,
    code,
    element,
    folded,
    lines,
    more,
    prose,
    spaced,
    table,
    text,
    where,
)
from msdiff.report.html_roots import changes_table
from msdiff.report.naming import finding_name, undecided_name
from msdiff.report.options import RenderOptions
from msdiff.report.slo_words import SLO_WORDS, slo_facts, slo_figures, slo_moved, slo_name
from msdiff.report.wording import is_accepted, sentence, short

_ENTRIES = 1_000  # of one section
_COMMANDS = 10
_SLO_HEADER = ("SLO", "at", "measure", "limit", "base", "head", "slack", "verdict")
_SLO_COLOURS = {
    "certain-miss": "breaking",
    "budget-exceeded": "breaking",
    "undetermined": "unverified",
    "budget-fits": "safe",
    "certain-meet": "safe",
}


def slos(report: Report) -> Html:
    """The table, and below it the sums of those that moved or miss."""
    if not report.slos:
        return NOTHING
    many = len(report.graph_labels) > 1
    ordered = sorted(report.slos, key=lambda slo: not slo_moved(slo))[:_ENTRIES]
    return element(
        "section",
        element("h2", text("SLOs")),
        table(_SLO_HEADER, (_slo_row(slo, many_graphs=many) for slo in ordered)),
        lines(_slo_facts(slo, report, many_graphs=many) for slo in ordered if slo_moved(slo)),
        more(len(report.slos) - _ENTRIES, "SLO"),
    )


def _slo_row(slo: SloResult, *, many_graphs: bool) -> tuple[Html, ...]:
    verdict = element("strong", text(SLO_WORDS.get(slo.verdict, slo.verdict)), css=_SLO_COLOURS.get(slo.verdict, ""))
    return (
        code(slo_name(slo, many_graphs=many_graphs)),
        code(short(slo.at)),
        *map(text, slo_figures(slo)),
        verdict,
    )


def _slo_facts(slo: SloResult, report: Report, *, many_graphs: bool) -> Html:
    facts = tuple(slo_facts(slo, report, many_graphs=many_graphs))
    if not facts:
        return NOTHING
    name = element("p", code(slo_name(slo, many_graphs=many_graphs)))
    return lines((name, bullets(text(f"{title}: {said}") for title, said in facts)))


def standing(report: Report, groups: Grouping) -> Iterator[Html]:
    """Resolved, revealed, broken before, accepted."""
    strict = "fails: --strict" if report.strict else "fails only with --strict"
    yield _standing("Resolved by this change", groups.resolved, report)
    yield _standing(f"Revealed: violated, and only now known; {strict}", groups.revealed, report)
    yield _standing("Broken before, not by this change", groups.preexisting, report)
    yield _standing("Accepted", groups.accepted, report)


def _standing(title: str, findings: Sequence[Finding], report: Report) -> Html:
    if not findings:
        return NOTHING
    entries = bullets(_entry(finding, report) for finding in findings[:_ENTRIES])
    return _section(f"{title} ({len(findings):,})", entries, more(len(findings) - _ENTRIES, "finding"))


def _entry(finding: Finding, report: Report) -> Html:
    name = code(finding_name(finding, many_graphs=len(report.graph_labels) > 1))
    said = spaced(badge(finding.verdict), name, prose(sentence(finding.message)), where(finding.location))
    return lines((said, _acceptance(finding), tag(finding, report)))


def _acceptance(finding: Finding) -> Html:
    entry = finding.acceptance
    if entry is None or not is_accepted(finding):
        return NOTHING
    by = f" by {short(entry.by)}" if entry.by else ""
    until = f" until {short(entry.until)}" if entry.until else ""
    said = text(f"Accepted{by}{until}: {sentence(entry.reason)}")
    return element("p", spaced(said, where(entry.location)))


def safe(report: Report, groups: Grouping) -> Html:
    """Changes that nothing objects to."""
    items = [item for root in groups.safe for item in root.changes]
    if not items:
        return NOTHING
    shown = changes_table(items[:_ENTRIES], many_graphs=len(report.graph_labels) > 1)
    return _section(
        f"Safe: decided, and nothing breaks ({len(items):,})", shown, more(len(items) - _ENTRIES, "safe change")
    )


def undecided(report: Report) -> Html:
    """Obligations that could not be decided, those that a change touches first."""
    if not report.undecided:
        return NOTHING
    many = len(report.graph_labels) > 1
    ordered = sorted(report.undecided, key=lambda one: not one.causes)[:_ENTRIES]
    rows = (
        (
            code(undecided_name(one, many_graphs=many)),
            code(short(one.check)),
            prose(sentence(one.reason)),
            where(one.location),
            text("touched by this change" if one.causes else ""),
        )
        for one in ordered
    )
    coverage = report.coverage
    title = f"Could not be decided ({coverage.total - coverage.decided:,} of {coverage.total:,} obligations)"
    shown = table(("where", "obligation", "why", "place", ""), rows)
    return _section(title, shown, more(len(report.undecided) - _ENTRIES, "undecided obligation"))


def next_steps(report: Report, groups: Grouping, options: RenderOptions) -> Html:
    """What to do: fix, or accept by the exact command; ask why; declare what is missing."""
    found = open_findings(report, groups)
    steps: list[Html] = []
    if found:
        asked = element("p", text(f"Fix {plural(len(found), 'finding')} as “do this” says, or accept one on purpose:"))
        commands = [accept_command(finding, options) for finding in found[:_COMMANDS]]
        steps += [asked, element("pre", lines(map(text, commands)))]
        if len(found) > _COMMANDS:
            steps.append(element("p", text(f"…and {len(found) - _COMMANDS:,} more, each by its fingerprint.")))
    named = next((one.node for root in groups.roots for one in root.consumers if one.node), None)
    if named is not None:
        steps += [
            element("p", text("See the whole chain to a consumer:")),
            element("pre", text(explain_command(named, options))),
        ]
    if report.undecided:
        count = plural(len(report.undecided), "obligation")
        strict = "." if report.strict else "; `--strict` makes unverified changes fail."
        steps.append(element("p", prose(f"Declare what {count} could not be decided without{strict}")))
    return element("section", element("h2", text("What to do")), lines(steps)) if steps else NOTHING


def problems(report: Report) -> Html:
    """What of the input could not be read."""
    if not report.problems:
        return NOTHING
    entries = bullets(map(_problem, report.problems[:_ENTRIES]))
    rest = more(len(report.problems) - _ENTRIES, "problem")
    return element("section", element("h2", text("Problems in the input")), entries, rest)


def _problem(problem: Problem) -> Html:
    hint = f" ({sentence(problem.hint)})" if problem.hint else ""
    return spaced(text(f"{problem.side}:"), where(problem.location), prose(sentence(problem.message) + hint))


def _section(title: str, *body: Html) -> Html:
    return element("section", folded(element("strong", text(title)), *body))
