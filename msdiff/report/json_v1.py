"""Report -> JSON, `msdiff.report/v1`: the shape of the design, section 8, spelled out.

In: a finished report. Out: the document, two spaces of indent, a line break at its end. Promise: the same report is the
same bytes; every key is always there; there is no clock, no absolute path and no NaN in it. `schema_v1` describes it.

Within v1 keys are only added, after those of the design. Added so far: `mode`, `failOn`, `strict`, `graphs`,
`undecided`, `notes`; `graph` and `element` where several graphs, SLOs and policies have to be told apart; `oldUnknown`
and `newUnknown`, which say why a value is not known (`old` and `new` are then `null`, as where there is no value).
Figures of an SLO stand twice: in `…Ms` for latencies only (else `null`), and without the suffix in the unit that `unit`
names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, TypeAlias

from msdiff.model.finding import Finding, Verdict
from msdiff.model.location import Location
from msdiff.model.obligation import Status
from msdiff.model.report import (
    Affected,
    ClassifiedChange,
    PathStep,
    Problem,
    Report,
    Side,
    SloResult,
    UndecidedObligation,
)
from msdiff.model.values import Unknown, Value
from msdiff.report.escape import json_text
from msdiff.report.options import RenderOptions
from msdiff.report.slo_words import unit
from msdiff.report.wording import is_accepted

SCHEMA = "msdiff.report/v1"
Document: TypeAlias = dict[str, Any]


def render(report: Report, options: RenderOptions) -> str:
    """The report as JSON text; no option changes it."""
    return encoded(document(report))


def encoded(content: Document | list[Document]) -> str:
    """JSON text that any UTF-8 file can hold and any terminal can show."""
    return json_text(json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)) + "\n"


def document(report: Report) -> Document:
    """The report as plain dicts and lists."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "msdiff", "version": report.tool_version},
        "base": _side(report.base),
        "head": _side(report.head),
        "verdict": report.verdict.value,
        "exitCode": report.exit_code,
        "summary": _summary(report),
        "changes": [_change(item) for item in report.changes],
        "findings": [_finding(finding) for finding in report.findings],
        "affected": [_affected(entry) for entry in report.affected],
        "slos": [_slo(slo) for slo in report.slos],
        "errors": [_problem(problem) for problem in report.problems],
        "mode": report.mode,
        "failOn": report.fail_on,
        "strict": report.strict,
        "graphs": list(report.graph_labels),
        "undecided": [_undecided(one) for one in report.undecided],
        "notes": list(report.notes),
    }


def _side(side: Side) -> Document:
    return {"label": side.label, "commit": side.commit}


def _summary(report: Report) -> Document:
    """Changes by verdict (they add up to `changes`), consumers, and findings by status, accepted ones included."""
    classes = [item.classification for item in report.changes]
    statuses = [finding.status for finding in report.findings]
    return {
        "changes": len(classes),
        "breaking": classes.count(Verdict.BREAKING),
        "risky": classes.count(Verdict.RISKY),
        "safe": classes.count(Verdict.SAFE),
        "unverified": classes.count(Verdict.UNVERIFIED),
        "affected": len(report.affected),
        "preexisting": statuses.count(Status.PREEXISTING),
        "revealed": statuses.count(Status.REVEALED),
        "resolved": statuses.count(Status.RESOLVED),
        "accepted": sum(map(is_accepted, report.findings)),
        "obligations": {"total": report.coverage.total, "decided": report.coverage.decided},
        "introduced": statuses.count(Status.INTRODUCED),
        "worsened": statuses.count(Status.WORSENED),
    }


def _change(item: ClassifiedChange) -> Document:
    change = item.change
    return {
        "id": change.id,
        "kind": change.kind,
        "node": change.node,
        "edge": change.edge,
        "attribute": change.attribute,
        "old": plain_value(change.old),
        "new": plain_value(change.new),
        "classification": item.classification.value,
        "base": place(change.base),
        "head": place(change.head),
        "graph": change.graph,
        "element": change.element,
        "oldUnknown": _why_unknown(change.old),
        "newUnknown": _why_unknown(change.new),
        "reasons": list(item.reasons),
    }


def _finding(finding: Finding) -> Document:
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "verdict": finding.verdict.value,
        "level": finding.level.value,
        "status": finding.status.value,
        "message": finding.message,
        "fix": finding.fix,
        "docs": finding.docs,
        "causes": list(finding.causes),
        "node": finding.node,
        "edge": finding.edge,
        "path": list(finding.path),
        "location": place(finding.location),
        "related": [{**_stated(one.location), "message": one.message} for one in finding.related],
        "owner": finding.owner,
        "accepted": _accepted(finding),
        "graph": finding.graph,
        "element": finding.element,
        "title": finding.title,
        "baseLocation": place(finding.base_location),
        "hops": [{"node": node, "value": held} for node, held in finding.hops],
    }


def _accepted(finding: Finding) -> Document | None:
    entry = finding.acceptance
    if entry is None:
        return None
    return {
        "reason": entry.reason,
        "by": entry.by,
        "until": entry.until,
        "expired": entry.expired,
        "location": place(entry.location),
    }


def _affected(entry: Affected) -> Document:
    return {
        "node": entry.node,
        "verdict": entry.verdict.value,
        "mechanisms": list(entry.mechanisms),
        "causes": list(entry.causes),
        "path": list(entry.path),
        "otherPaths": entry.other_paths,
        "graph": entry.graph,
    }


def _slo(slo: SloResult) -> Document:
    latency = unit(slo) == "ms"
    return {
        "name": slo.name,
        "at": slo.at,
        "percentile": slo.percentile,
        "limitMs": _number(slo.limit) if latency else None,
        "baseMs": _number(slo.base) if latency else None,
        "headMs": _number(slo.head) if latency else None,
        "slackMs": _number(slo.slack) if latency else None,
        "verdict": slo.verdict,
        "criticalPath": [_step(step, latency=latency) for step in slo.critical_path],
        "attribution": [_share(change, amount, latency=latency) for change, amount in slo.attribution],
        "graph": slo.graph,
        "element": f"slo:{slo.name}",
        "metric": slo.metric,
        "unit": unit(slo),
        "limit": _number(slo.limit),
        "base": _number(slo.base),
        "head": _number(slo.head),
        "slack": _number(slo.slack),
        "baseLimit": _number(slo.base_limit),
        "reverts": [list(changes) for changes in slo.reverts],
        "reason": slo.reason,
        "guarantee": slo.guarantee,
        "tie": slo.tie,
        "notes": list(slo.notes),
    }


def _step(step: PathStep, *, latency: bool) -> Document:
    amount, delta = _number(step.amount), _number(step.delta)
    return {
        "node": step.node,
        "ms": amount if latency else None,
        "deltaMs": delta if latency else None,
        "edge": step.edge,
        "amount": amount,
        "delta": delta,
    }


def _share(change: str, amount: float, *, latency: bool) -> Document:
    return {"change": change, "ms": _number(amount) if latency else None, "amount": _number(amount)}


def _undecided(one: UndecidedObligation) -> Document:
    return {
        "check": one.check,
        "node": one.node,
        "edge": one.edge,
        "reason": one.reason,
        "causes": list(one.causes),
        "location": place(one.location),
        "graph": one.graph,
    }


def _problem(problem: Problem) -> Document:
    where = problem.location
    return {
        "message": problem.message,
        "hint": problem.hint,
        "side": problem.side,
        "file": where.file if where else None,
        "line": where.line if where else None,
        "column": where.column if where else None,
    }


def place(location: Location | None) -> Document | None:
    """file, line, column; `null` where there is no place."""
    return None if location is None else _stated(location)


def _stated(location: Location) -> Document:
    return {"file": location.file, "line": location.line, "column": location.column}


def _why_unknown(value: Value | Unknown) -> str | None:
    return value.reason if isinstance(value, Unknown) else None


def plain_value(value: Value | Unknown) -> Any:
    """The value as JSON holds it, keys sorted; `null` for what is unknown or not a number."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Mapping):
        return {key: plain_value(value[key]) for key in sorted(value)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain_value(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _number(amount: float | None) -> float | int | None:
    """The figure without the noise of binary arithmetic (12 digits), an integer where it is one; else `null`."""
    if amount is None or not isfinite(amount):
        return None
    rounded = float(f"{amount:.12g}")
    return int(rounded) if rounded.is_integer() else rounded
