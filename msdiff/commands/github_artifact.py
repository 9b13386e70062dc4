"""A JSON report that another run left behind -> a `Report` to render: the second stage for pull requests from forks.

In go bytes that anybody may have written. Promise: they are data: their size is bounded, every value is of the type
that `msdiff.report/v1` says, every file lies inside the repository, and no address in them becomes a link.
"""

import os
from collections.abc import Mapping
from itertools import pairwise
from math import nan
from typing import TYPE_CHECKING, Any

from msdiff.errors import InputError
from msdiff.model.change import Change
from msdiff.model.finding import Acceptance, Finding, Level, Related, Verdict
from msdiff.model.graph import Fact
from msdiff.model.location import Location
from msdiff.model.obligation import Status
from msdiff.model.report import (
    Affected,
    ClassifiedChange,
    Coverage,
    PathStep,
    Problem,
    Report,
    Side,
    SloResult,
    UndecidedObligation,
)
from msdiff.model.values import Unknown, Value

if TYPE_CHECKING:
    from msdiff.report import schema_v1 as v1

LARGEST = 10_000_000  # bytes
_DEEPEST = 40  # levels of a value
_READER = "report"


def read_report(path: str) -> Report:
    """The report in this file; raises `InputError` where it is none."""
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"the report cannot be read: {error.strerror}", hint="--report names it.") from None
    if max(size, len(data)) > LARGEST:
        raise InputError(f"the report is larger than {LARGEST:,} bytes", hint="It is not read.")
    return report_of(data)


def report_of(data: bytes) -> Report:
    """The report that these bytes are; raises `InputError` where they are none."""
    from pydantic import ValidationError

    from msdiff.report.schema_v1 import ReportV1

    try:
        said = ReportV1.model_validate_json(data, strict=True)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "its beginning"
        raise InputError(
            f"the report is no msdiff.report/v1: {where}: {first['msg']}", hint="Make it with: msdiff -f json"
        ) from None
    return _report(said)


def _report(said: "v1.ReportV1") -> Report:
    paths = [(one.graph, one.path) for one in said.findings] + [(one.graph, one.path) for one in said.affected]
    return Report(
        mode=said.mode,
        tool_version=said.tool.version,
        base=Side(said.base.label, said.base.commit),
        head=Side(said.head.label, said.head.commit),
        verdict=Verdict(said.verdict),
        exit_code=said.exit_code,
        fail_on=said.fail_on,
        strict=said.strict,
        changes=tuple(map(_change, said.changes)),
        findings=tuple(map(_finding, said.findings)),
        affected=tuple(map(_affected, said.affected)),
        slos=tuple(map(_slo, said.slos)),
        undecided=tuple(map(_undecided, said.undecided)),
        coverage=Coverage(said.summary.obligations.total, said.summary.obligations.decided),
        problems=tuple(map(_problem, said.errors)),
        notes=tuple(said.notes),
        graph_labels=tuple(said.graphs),
        edges=_edges(paths),
        roles={},
    )


def _edges(paths: list[tuple[str, list[str]]]) -> dict[str, tuple[tuple[str, str], ...]]:
    """The edges that the paths tell of: enough for a picture of the affected part."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for graph, path in paths:
        found.setdefault(graph, {}).update(dict.fromkeys(pairwise(path)))
    return {graph: tuple(sorted(edges)) for graph, edges in found.items()}


def _change(said: "v1.Change") -> ClassifiedChange:
    element = said.element or (f"node:{said.node}" if said.node is not None else None)
    element = element or (f"edge:{said.edge}" if said.edge is not None else "graph:")
    change = Change(
        id=said.id,
        kind=said.kind,
        graph=said.graph,
        fact=Fact(element, said.attribute or ""),
        old=Unknown(said.old_unknown) if said.old_unknown is not None else _value(said.old),
        new=Unknown(said.new_unknown) if said.new_unknown is not None else _value(said.new),
        base=_place(said.base),
        head=_place(said.head),
    )
    return ClassifiedChange(change, Verdict(said.classification), tuple(said.reasons))


def _finding(said: "v1.Finding") -> Finding:
    return Finding(
        rule=said.rule,
        title=said.title,
        verdict=Verdict(said.verdict),
        level=Level(said.level),
        status=Status(said.status),
        graph=said.graph,
        message=said.message,
        fix=said.fix,
        docs="",  # it would become a link
        fingerprint=said.fingerprint,
        node=said.node,
        edge=said.edge,
        element=said.element,
        causes=tuple(said.causes),
        path=tuple(said.path),
        location=_place(said.location),
        base_location=_place(said.base_location),
        related=tuple(Related(_inside(one), one.message) for one in said.related),
        owner=said.owner,
        acceptance=_acceptance(said.accepted),
        hops=tuple((hop.node, hop.value) for hop in said.hops),
    )


def _acceptance(said: "v1.Acceptance | None") -> Acceptance | None:
    if said is None:
        return None
    return Acceptance(said.reason, said.by, said.until, said.expired, _inside(said.location))


def _affected(said: "v1.Affected") -> Affected:
    return Affected(
        graph=said.graph,
        node=said.node,
        verdict=Verdict(said.verdict),
        mechanisms=tuple(said.mechanisms),
        causes=tuple(said.causes),
        path=tuple(said.path),
        other_paths=said.other_paths,
    )


def _slo(said: "v1.Slo") -> SloResult:
    return SloResult(
        graph=said.graph,
        name=said.name,
        at=said.at,
        metric=said.metric,
        percentile=said.percentile,
        limit=said.limit,
        base=said.base,
        head=said.head,
        base_limit=said.base_limit,
        verdict=said.verdict,
        critical_path=tuple(
            PathStep(one.node, one.edge, nan if one.amount is None else one.amount, one.delta or 0)
            for one in said.critical_path
        ),
        attribution=tuple((one.change, one.amount or 0) for one in said.attribution),
        reverts=tuple(map(tuple, said.reverts)),
        reason=said.reason,
        guarantee=said.guarantee,
        tie=said.tie,
    )


def _undecided(said: "v1.Undecided") -> UndecidedObligation:
    return UndecidedObligation(
        graph=said.graph,
        check=said.check,
        node=said.node,
        edge=said.edge,
        reason=said.reason,
        location=_inside(said.location),
        causes=tuple(said.causes),
    )


def _problem(said: "v1.Problem") -> Problem:
    place = Location(_path(said.file), said.line or 1, said.column or 1, _READER) if said.file is not None else None
    return Problem(said.message, said.hint, place, said.side)


def _place(said: "v1.Place | None") -> Location | None:
    return None if said is None else _inside(said)


def _inside(said: "v1.Place | v1.Related") -> Location:
    return Location(_path(said.file), said.line, said.column, _READER)


def _path(file: str) -> str:
    """A file of the repository; raises `InputError` for one that is not."""
    if any(part in ("", ".", "..") for part in file.split("/")):
        raise InputError("the report names a file outside of the repository", hint="It is not used.")
    return file


def _value(said: Any, depth: int = 0) -> Value:
    """A JSON value as msdiff holds it; raises `InputError` where it is too deep."""
    if depth > _DEEPEST:
        raise InputError("the report has a value that is too deep", hint="It is not used.")
    if isinstance(said, Mapping):
        return {str(key): _value(inner, depth + 1) for key, inner in said.items()}
    if isinstance(said, list):
        return tuple(_value(inner, depth + 1) for inner in said)
    return said if said is None or isinstance(said, bool | int | float | str) else str(said)
