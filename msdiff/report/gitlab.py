"""Report -> a Code Quality report, which GitLab shows in a merge request.

In: a finished report. Out: a JSON list, one entry a finding, worst first, in the form of GitLab's documentation ("Code
Quality report format"). Promise: every entry has what GitLab's parser asks for (it stops at the first that has not),
and a fingerprint of its own, the same from run to run: GitLab tells new from old by it alone.

Resolved findings have no entry: GitLab calls resolved what only the target branch's report has. Severity says how this
team reacts: `blocker` fails the run, `critical`, `major` and `minor` are error, warning and note, `info` is accepted.
"""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.model.finding import Finding, Level
from msdiff.model.obligation import Status
from msdiff.model.report import Report
from msdiff.report.anchors import Anchors
from msdiff.report.escape import visible
from msdiff.report.json_v1 import Document, encoded
from msdiff.report.naming import finding_name
from msdiff.report.options import RenderOptions
from msdiff.report.standing import fails_run, worst_first
from msdiff.report.wording import STATUS_WORDS, is_accepted, sentence

_SEVERITIES = {Level.ERROR: "critical", Level.WARNING: "major", Level.NOTE: "minor", Level.OFF: "info"}


def render(report: Report, options: RenderOptions) -> str:
    """The report as Code Quality JSON; no option changes it."""
    return encoded(list(_entries(report)))


def _entries(report: Report) -> Iterator[Document]:
    anchors = Anchors(report)
    for finding in worst_first(report.findings, report):
        anchor = anchors.of(finding)
        if anchor is None or finding.status is Status.RESOLVED:  # GitLab cannot read an entry without a file
            continue
        yield {
            "description": _description(finding, report),
            "check_name": finding.rule,
            "fingerprint": visible(finding.fingerprint),
            "severity": _severity(finding, report),
            "location": {"path": visible(anchor.location.file), "lines": {"begin": max(anchor.location.line, 1)}},
        }


def _severity(finding: Finding, report: Report) -> str:
    if is_accepted(finding):
        return "info"
    return "blocker" if fails_run(finding, report) else _SEVERITIES[finding.level]


def _description(finding: Finding, report: Report) -> str:
    name = finding_name(finding, many_graphs=len(report.graph_labels) > 1)
    words = [] if report.mode == "check" else [STATUS_WORDS[finding.status]]
    if is_accepted(finding) and finding.acceptance is not None:
        words.append(f"accepted: {sentence(finding.acceptance.reason)}")
    said = f"{name}: {sentence(finding.message)}" + (f" ({'; '.join(words)})" if words else "")
    return visible(f"{said} Do this: {sentence(finding.fix)}" if finding.fix else said)
