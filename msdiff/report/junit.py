"""Report -> JUnit XML, which nearly every CI system reads as test results.

In: a finished report. Out: one suite of findings and one of changes; what makes the run fail is a failure, what was
repaired and what is safe has passed, everything else is skipped with the reason why it does not count. Promise:
well-formed XML 1.0 whatever the names hold, at least one test case (some readers take none for a broken run), and a
failure if and only if the report's exit code is 1.

No `system-out`: a plug-in of Jenkins attaches files that are named there. A failure's `type` is one of our words: the
reader of GitLab gives some values of it a meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msdiff.model.finding import Finding, Verdict
from msdiff.model.location import Location
from msdiff.model.obligation import Status
from msdiff.model.records import NamedTuple
from msdiff.model.report import ClassifiedChange, Report
from msdiff.report.anchors import Anchors
from msdiff.report.escape import xml, xml_lines
from msdiff.report.naming import finding_name
from msdiff.report.options import RenderOptions
from msdiff.report.standing import fails_run, fails_unverified, is_live, worst_first
from msdiff.report.wording import (
    chain,
    change_phrase,
    headline,
    is_accepted,
    listed,
    place,
    sentence,
    short,
    value_by_value,
)

_RELATED = 10


class _Case(NamedTuple):
    """A test case. `outcome` is "passed", "failure" or "skipped", with a message and (of a failure) lines."""

    group: str
    name: str
    location: Location | None
    outcome: str
    message: str = ""
    lines: Sequence[str] = ()
    type: str = ""


def render(report: Report, options: RenderOptions) -> str:
    """The report as JUnit XML; no option changes it."""
    suites = (("findings", tuple(_findings(report))), ("changes", tuple(_changes(report))))
    shown = [suite for suite in suites if suite[1]] or [("changes", (_nothing(report),))]
    cases = [case for _, found in shown for case in found]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="msdiff" {_counts(cases)}>']
    for name, found in shown:
        lines += _suite(name, found, report)
    return "\n".join((*lines, "</testsuites>\n"))


def _nothing(report: Report) -> _Case:
    found = "nothing found" if report.mode == "check" else "no change in any graph"
    return _Case("msdiff", found, None, "passed")


def _findings(report: Report) -> Iterator[_Case]:
    anchors = Anchors(report)
    for finding in worst_first(report.findings, report):
        anchor = anchors.of(finding)
        name = finding_name(finding, many_graphs=False)
        case = _Case(
            group=finding.graph,
            name=f"{finding.rule}: {name} [{finding.fingerprint}]",
            location=anchor.location if anchor else None,
            outcome="passed",
        )
        if fails_run(finding, report):
            yield case._replace(
                outcome="failure",
                message=sentence(finding.message),
                lines=tuple(_details(finding, anchors, report)),
                type=finding.verdict.value,
            )
        elif finding.status is Status.RESOLVED:
            yield case
        else:
            why = _why_not(finding, report)
            yield case._replace(outcome="skipped", message=f"{why}: {sentence(finding.message)}")


def _why_not(finding: Finding, report: Report) -> str:
    """Why a finding does not make the run fail."""
    if is_accepted(finding) and finding.acceptance is not None:
        by = f" by {short(finding.acceptance.by)}" if finding.acceptance.by else ""
        until = f" until {short(finding.acceptance.until)}" if finding.acceptance.until else ""
        return f"accepted{by}{until} ({sentence(finding.acceptance.reason)})"
    if finding.status is Status.PREEXISTING:
        return "broken before, not by this change"
    if finding.status is Status.REVEALED and not is_live(finding, report):
        return "revealed, fails only with --strict"
    return f"{finding.verdict.value}, level {finding.level.value}, does not fail with --fail-on {report.fail_on}"


def _details(finding: Finding, anchors: Anchors, report: Report) -> Iterator[str]:
    yield f"{finding.verdict.value}: {sentence(finding.message)}"
    for cause in anchors.causes(finding):
        phrase = change_phrase(cause, many_graphs=len(report.graph_labels) > 1)
        yield f"cause: {phrase}  {place(cause.head or cause.base)}"
    if len(finding.path) > 1:
        yield f"path: {chain([short(node) for node in finding.path])}"
    if finding.hops:
        yield f"value by value: {value_by_value(finding)}"
    if finding.location is not None:
        yield f"at: {place(finding.location)}"
    for related in finding.related[:_RELATED]:
        yield f"see also: {place(related.location)} {sentence(related.message)}"
    if len(finding.related) > _RELATED:
        yield f"and {len(finding.related) - _RELATED:,} more places"
    if finding.fix:
        yield f"do this: {sentence(finding.fix)}"
    if finding.owner:
        yield f"owner: {short(finding.owner)}"


def _changes(report: Report) -> Iterator[_Case]:
    """Changes that no finding tells of: the safe ones, and those that could not be decided."""
    for item in report.changes:
        if item.classification not in (Verdict.SAFE, Verdict.UNVERIFIED):
            continue
        change = item.change
        case = _Case(change.graph, change_phrase(change, many_graphs=False), change.head or change.base, "passed")
        yield case if item.classification is Verdict.SAFE else _undecided(case, item, report)


def _undecided(case: _Case, item: ClassifiedChange, report: Report) -> _Case:
    reasons = listed(map(sentence, item.reasons)) or "it could not be decided"
    if fails_unverified(item, report):
        lines = (f"unverified: {reasons}", "Declare what is missing, or run without --strict.")
        return case._replace(outcome="failure", message=f"unverified: {reasons}", lines=lines, type="unverified")
    return case._replace(outcome="skipped", message=f"unverified, fails only with --strict: {reasons}")


def _suite(name: str, cases: Sequence[_Case], report: Report) -> Iterator[str]:
    yield f'  <testsuite name="msdiff {name}" {_counts(cases)}>'
    yield "    <properties>"
    for key, value in _properties(report):
        yield f'      <property name="{key}" value="{xml(value)}"/>'
    yield "    </properties>"
    for case in cases:
        yield from _case(case)
    yield "  </testsuite>"


def _properties(report: Report) -> Iterator[tuple[str, str]]:
    yield "verdict", report.verdict.value
    yield "summary", headline(report)
    sides = (("version", report.head),) if report.mode == "check" else (("base", report.base), ("head", report.head))
    for name, side in sides:
        yield name, f"{short(side.label)} {side.commit or ''}".rstrip()
    for note in report.notes:
        yield "note", sentence(note)
    for problem in report.problems:
        where = f"{place(problem.location)}: " if problem.location else ""
        yield "problem", f"in {problem.side}: {where}{sentence(problem.message)}"


def _counts(cases: Sequence[_Case]) -> str:
    outcomes = [case.outcome for case in cases]
    failures, skipped = outcomes.count("failure"), outcomes.count("skipped")
    return f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}" time="0"'


def _case(case: _Case) -> Iterator[str]:
    where = f' file="{xml(case.location.file)}" line="{max(case.location.line, 1)}"' if case.location else ""
    start = f'    <testcase classname="{xml(case.group)}" name="{xml(case.name)}"{where} time="0"'
    if case.outcome == "passed":
        yield f"{start}/>"
        return
    yield f"{start}>"
    if case.outcome == "skipped":
        yield f'      <skipped message="{xml(case.message)}"/>'
    else:
        said = xml_lines(case.lines)
        yield f'      <failure type="{case.type}" message="{xml(case.message)}">{said}</failure>'
    yield "    </testcase>"
