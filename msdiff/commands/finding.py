"""Finding a finding, a change or a node again by what the user typed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msdiff.errors import UsageError
from msdiff.model.finding import Finding
from msdiff.model.report import ClassifiedChange, Report

_FINGERPRINT = re.compile(r"[0-9a-f]{4,64}")


def found(findings: Iterable[Finding], word: str) -> Finding | None:
    """The finding whose fingerprint this is, or begins with it; raises `UsageError` where several do."""
    if not _FINGERPRINT.fullmatch(word):
        return None
    fitting = {one.fingerprint: one for one in findings if one.fingerprint.startswith(word)}
    if len(fitting) > 1:
        names = ", ".join(sorted(fitting))
        raise UsageError(f"{len(fitting)} fingerprints begin with {word}", hint=f"Write more of one: {names}")
    return next(iter(fitting.values()), None)


def looks_like_fingerprint(word: str) -> bool:
    """Whether it can be (the beginning of) a fingerprint."""
    return _FINGERPRINT.fullmatch(word) is not None


def where(report: Report) -> str:
    """`between main and HEAD`, or `in HEAD`."""
    if report.mode == "check":
        return f"in {report.head.label}"
    return f"between {report.base.label} and {report.head.label}"


def change_of(report: Report, id: str) -> ClassifiedChange | None:
    """The change with this id."""
    return next((one for one in report.changes if one.change.id == id), None)
