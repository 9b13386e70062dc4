"""Report -> SARIF 2.1.0, for code scanning and editors.

In: a finished report. Out: one run, its results worst first, two spaces of indent, a line break at the end. Promise:
valid against the schema of the standard, within what GitHub accepts and keeps; what is left out for that is counted in
a notification of the run. No clock, no absolute path, no identifier that is not the same for the same report.

Resolved findings are no results: GitHub, which does not read `baselineState`, would open an alert for each. They are
counted in the properties of the run, like the obligations that could not be decided.

Limits (GitHub's documentation, "SARIF support for code scanning"): 20 runs a file, 25,000 results a run of which the
gravest 5,000 are kept, 100 locations a result, 10 MB when compressed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

from msdiff.model.finding import Finding
from msdiff.model.obligation import Status
from msdiff.model.report import Problem, Report, Side
from msdiff.report.anchors import Anchors
from msdiff.report.escape import plural, sarif_text, visible
from msdiff.report.json_v1 import Document, encoded
from msdiff.report.naming import finding_name
from msdiff.report.options import RenderOptions
from msdiff.report.sarif_results import Beside, ResultWriter, physical
from msdiff.report.sarif_rules import rule_descriptors
from msdiff.report.standing import worst_first
from msdiff.report.wording import headline, is_accepted, sentence

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RESULTS = 5_000
_COMPRESSED = 10_000_000  # bytes


def render(report: Report, options: RenderOptions) -> str:
    """The report as SARIF text; only `documents` of the options changes it."""
    shown = worst_first(tuple(finding for finding in report.findings if finding.status is not Status.RESOLVED), report)
    limit = _RESULTS
    while True:
        text = encoded(_log(report, shown[:limit], len(shown), options))
        if limit == 0 or not _too_large(text):
            return text
        limit = min(limit, len(shown)) // 2


def _too_large(text: str) -> bool:
    data = text.encode()
    return len(data) > _COMPRESSED and len(zlib.compress(data, 6)) > _COMPRESSED * 0.98  # a gzip header comes on top


def _log(report: Report, findings: Sequence[Finding], total: int, options: RenderOptions) -> Document:
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, findings, total, options)]}


def _run(report: Report, findings: Sequence[Finding], total: int, options: RenderOptions) -> Document:
    rules = rule_descriptors(findings, options.documents)
    writer = ResultWriter(report, {rule["id"]: index for index, rule in enumerate(rules)}, _beside(report, findings))
    return {
        "tool": {"driver": {"name": "msdiff", **_version(report.tool_version), "rules": rules}},
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": report.exit_code,
                "toolExecutionNotifications": list(_notifications(report, total - len(findings))),
            }
        ],
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": [writer.result(finding) for finding in findings],
        "properties": _properties(report),
    }


def _version(version: str) -> Document:
    """`semanticVersion` only where it is one (https://semver.org): three numbers."""
    numbers = version.split(".")
    semantic = len(numbers) == 3 and all(part.isdecimal() for part in numbers)
    return {"version": version, "semanticVersion": version} if semantic else {"version": version}


def _beside(report: Report, findings: Sequence[Finding]) -> Beside:
    """Rule, file and line -> who else that line breaks by that rule. GitHub shows these as one alert."""
    anchors, many = Anchors(report), len(report.graph_labels) > 1
    found: dict[tuple[str, str, int], dict[str, None]] = {}
    for finding in findings:
        anchor = anchors.of(finding)
        if anchor is not None:
            key = (finding.rule, anchor.location.file, anchor.location.line)
            found.setdefault(key, {})[finding_name(finding, many_graphs=many)] = None
    return {key: tuple(names) for key, names in found.items()}


def _notifications(report: Report, left_out: int) -> Iterator[Document]:
    yield _note(f"{report.verdict.value}: {headline(report)}")
    if left_out:
        yield _note(
            f"{plural(left_out, 'result')} not in this file, which holds the gravest that GitHub takes; "
            "the JSON report has everything",
            "warning",
        )
    yield from (_note(sentence(note)) for note in report.notes)
    yield from map(_problem, report.problems)


def _note(text: str, level: str = "note") -> Document:
    return {"level": level, "message": {"text": sarif_text(text)}}


def _problem(problem: Problem) -> Document:
    hint = f" ({sentence(problem.hint)})" if problem.hint else ""
    found = _note(f"problem in {problem.side}: {sentence(problem.message)}{hint}", "warning")
    return found if problem.location is None else {**found, "locations": [physical(problem.location)]}


def _properties(report: Report) -> Document:
    statuses = [finding.status for finding in report.findings]
    return {
        "verdict": report.verdict.value,
        "mode": report.mode,
        "failOn": report.fail_on,
        "strict": report.strict,
        "base": _side(report.base),
        "head": _side(report.head),
        "changes": len(report.changes),
        "affected": len(report.affected),
        "resolved": statuses.count(Status.RESOLVED),
        "accepted": sum(map(is_accepted, report.findings)),
        "obligations": {"total": report.coverage.total, "decided": report.coverage.decided},
    }


def _side(side: Side) -> Document:
    return {"label": sarif_text(side.label), "commit": visible(side.commit) if side.commit else None}
