"""Report -> workflow commands of GitHub Actions, which become annotations on the lines of a pull request.

In: a finished report. Out: one `::error`, `::warning` or `::notice` a line, worst first; nothing where nothing is worth
a remark. Promise: at most ten of each (GitHub drops the rest without a word: actions/toolkit#734), and the last notice
counts what has no annotation. A changed line gets one annotation a level, with everybody whom it breaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msdiff.model.finding import Finding, Level, Verdict
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.report import Report
from msdiff.report.anchors import Anchor, Anchors
from msdiff.report.escape import annotation_property, annotation_text, plural, shorten
from msdiff.report.naming import finding_name
from msdiff.report.options import RenderOptions
from msdiff.report.standing import fails_unverified, is_live, worst_first
from msdiff.report.wording import also_counted, change_phrase, headline, listed, sentence

_MOST = 10  # annotations of a level in a step
_FINDINGS = 5  # told in one annotation
_NAMES = 3  # in a title
_TITLE = 200  # characters; GitHub allows 255
_LINE = 2_000  # characters; GitHub allows 64 KB for the message
_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


class _Remark(NamedTuple):
    """An annotation; `about` is how many findings (or changes) it stands for."""

    command: str
    location: Location | None
    title: str
    lines: Sequence[str]
    about: int


def render(report: Report, options: RenderOptions) -> str:
    """The report as workflow commands, one a line; no option changes it."""
    remarks = (*_of_findings(report), *_of_unverified(report))
    shown: list[_Remark] = []
    for command, room in (("error", _MOST), ("warning", _MOST), ("notice", _MOST - 1)):  # the last notice is ours
        shown += [remark for remark in remarks if remark.command == command][:room]
    left_out = sum(remark.about for remark in remarks) - sum(remark.about for remark in shown)
    lines = [_line(remark) for remark in (*shown, *_last(report, left_out))]
    return "".join(f"{line}\n" for line in lines)


def _of_findings(report: Report) -> Iterator[_Remark]:
    anchors = Anchors(report)
    together: dict[tuple[Level, str, int], list[tuple[Finding, Anchor | None]]] = {}
    for finding in worst_first(tuple(one for one in report.findings if is_live(one, report)), report):
        anchor = anchors.of(finding)
        file, line = (anchor.location.file, anchor.location.line) if anchor else ("", 0)
        together.setdefault((finding.level, file, line), []).append((finding, anchor))
    for (level, _, _), found in together.items():
        if level in _COMMANDS:
            yield _remark(_COMMANDS[level], found, report)


def _remark(command: str, found: Sequence[tuple[Finding, Anchor | None]], report: Report) -> _Remark:
    many = len(report.graph_labels) > 1
    names = list(dict.fromkeys(finding_name(finding, many_graphs=many) for finding, _ in found))
    whom = listed(names) if len(names) <= _NAMES else plural(len(names), "consumer")
    causes = {anchor.cause.id: anchor.cause for _, anchor in found if anchor and anchor.cause}
    lines = [change_phrase(cause, many_graphs=many) for cause in list(causes.values())[:_FINDINGS]]
    fixes: dict[str, None] = {}
    for finding, _ in found[:_FINDINGS]:
        who = f"{finding_name(finding, many_graphs=many)}: " if len(names) > 1 else ""
        lines.append(f"{who}{sentence(finding.message)} [{finding.rule}]")
        fixes |= {sentence(finding.fix): None} if finding.fix else {}
    if len(found) > _FINDINGS:
        lines.append(f"and {plural(len(found) - _FINDINGS, 'more finding')} of this line")
    lines += (f"Do this: {fix}" for fix in fixes)
    gravest, anchor = found[0]
    title = f"{gravest.verdict.value}: {whom}"
    return _Remark(command, anchor.location if anchor else None, title, lines, len(found))


def _of_unverified(report: Report) -> Iterator[_Remark]:
    many = len(report.graph_labels) > 1
    for item in report.changes:
        if fails_unverified(item, report):
            phrase = change_phrase(item.change, many_graphs=many)
            lines = (phrase, *map(sentence, item.reasons))
            yield _Remark("error", item.change.head, "unverified, which --strict does not allow", lines, 1)


def _last(report: Report, left_out: int) -> Iterable[_Remark]:
    """The run in one notice; none for a run that is clean and told in full."""
    if not left_out and report.verdict < Verdict.UNVERIFIED and not report.problems:
        return
    parts = [headline(report)]
    if also_counted(report):
        parts.append(f"also {also_counted(report)}")
    if left_out:
        parts.append(f"{left_out:,} more without an annotation (a step has at most {_MOST} a level)")
    yield _Remark("notice", None, f"msdiff: {report.verdict.value}", ("; ".join(parts),), 0)


def _line(remark: _Remark) -> str:
    where = {}
    if remark.location is not None:
        line = str(max(remark.location.line, 1))
        where = {"file": remark.location.file, "line": line, "endLine": line}
    properties = {**where, "title": shorten(remark.title, _TITLE)}
    said = ",".join(f"{name}={annotation_property(value)}" for name, value in properties.items())
    return f"::{remark.command} {said}::{annotation_text(shorten(line, _LINE) for line in remark.lines)}"
