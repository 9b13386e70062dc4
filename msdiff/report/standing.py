"""How a finding or a change stands in the run, for formats that have a word for it: failed, skipped, suppressed.

In: a finished report. Out: whether one of its parts is what makes the run fail. Promise: the same answer as the exit
code's (design, section 7 and section 11, 12); nothing is judged here.
"""

from __future__ import annotations

from msdiff.model.finding import Finding, Level, Verdict
from msdiff.model.obligation import Status
from msdiff.model.report import ClassifiedChange, Report
from msdiff.report.wording import is_accepted

_LIVE = (Status.INTRODUCED, Status.WORSENED)
_LEVELS = {"breaking": (Level.ERROR,), "risky": (Level.ERROR, Level.WARNING)}
_LEVEL_ORDER = (Level.ERROR, Level.WARNING, Level.NOTE, Level.OFF)


def is_live(finding: Finding, report: Report) -> bool:
    """Whether this version made it or made it worse (a revealed one counts under --strict), and nobody accepted it."""
    counted = (*_LIVE, Status.REVEALED) if report.strict else _LIVE
    return finding.status in counted and not is_accepted(finding)


def fails_run(finding: Finding, report: Report) -> bool:
    """Whether the finding alone makes the run exit with 1."""
    return is_live(finding, report) and finding.level in _LEVELS.get(report.fail_on, ())


def fails_unverified(item: ClassifiedChange, report: Report) -> bool:
    """Whether the change makes the run exit with 1 because it could not be decided: under --strict."""
    return report.strict and report.fail_on != "never" and item.classification is Verdict.UNVERIFIED


def worst_first(findings: tuple[Finding, ...], report: Report) -> tuple[Finding, ...]:
    """What fails the run, then what is live, then the rest; within each by level and verdict, else as they came."""
    return tuple(sorted(findings, key=lambda finding: _order(finding, report)))


def _order(finding: Finding, report: Report) -> tuple[bool, bool, int, int]:
    verdict = -list(Verdict).index(finding.verdict)
    return (
        not fails_run(finding, report),
        not is_live(finding, report),
        _LEVEL_ORDER.index(finding.level),
        verdict,
    )
