"""Report -> Markdown for a pull request.

In: a finished report and a size. Out: GitHub Markdown; verdict first, root causes as a list, a picture of the affected
part, consumers folded under their cause, SLOs, what does not count, what is not known, what to do. Promise: not longer
than the size (from 10,000 characters on), verdict and root causes before everything else, and every part that is left
out is counted. Text is made again with less detail, never cut.
"""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.model.report import Report
from msdiff.report.grouping import Grouping, grouping
from msdiff.report.markdown_parts import Detail, Part
from msdiff.report.markdown_roots import root_list, root_parts, uncaused_part
from msdiff.report.markdown_sections import (
    head_part,
    next_part,
    picture_part,
    problem_part,
    safe_part,
    slo_part,
    standing_parts,
    undecided_part,
)
from msdiff.report.options import RenderOptions
from msdiff.report.wording import listed

_EVERYTHING = Detail(roots=10_000, names=12, folds=10_000, consumers=10_000, facts=True, boxes=40, entries=10_000)
# From all that a reader wants to the list of root causes alone; each step is for what the one before makes too long.
_LADDER = (
    Detail(roots=50, names=8, folds=50, consumers=25, facts=True, boxes=40, entries=25),
    Detail(roots=50, names=8, folds=50, consumers=25, facts=True, boxes=0, entries=25),
    Detail(roots=50, names=8, folds=50, consumers=10, facts=True, boxes=0, entries=10),
    Detail(roots=50, names=8, folds=50, consumers=10, facts=False, boxes=0, entries=5),
    Detail(roots=50, names=5, folds=10, consumers=5, facts=True, boxes=0, entries=5),
    Detail(roots=50, names=5, folds=3, consumers=3, facts=True, boxes=0, entries=2),
    Detail(roots=50, names=5, folds=0, consumers=0, facts=False, boxes=0, entries=0),
    Detail(roots=20, names=3, folds=0, consumers=0, facts=False, boxes=0, entries=0),
    Detail(roots=5, names=2, folds=0, consumers=0, facts=False, boxes=0, entries=0),
    Detail(roots=1, names=1, folds=0, consumers=0, facts=False, boxes=0, entries=0),
)
_QUIET = _LADDER[6:]


def render(report: Report, options: RenderOptions) -> str:
    """The report as Markdown within `max_chars` and `max_bytes`, with the most detail that fits."""
    groups = grouping(report)
    ladder = _QUIET if options.quiet else (_EVERYTHING, *_LADDER) if options.verbose else _LADDER
    text = ""
    for detail in ladder:
        text = _document(report, groups, options, detail._replace(link=options.link))
        if _fits(text, options):
            break
    return text


def _fits(text: str, options: RenderOptions) -> bool:
    """Whether the text is small enough, counted both ways that GitHub may count: UTF-16 units, and bytes."""
    return len(text.encode("utf-16-le")) // 2 <= options.max_chars and len(text.encode()) <= options.max_bytes


def _document(report: Report, groups: Grouping, options: RenderOptions, detail: Detail) -> str:
    parts = tuple(_parts(report, groups, options, detail))
    texts = [part.text for part in parts if part.text]
    left_out = [phrase for part in parts for phrase in part.left_out]
    if left_out:
        texts.append(f"Not shown here: {listed(left_out)}. `msdiff -v` and the JSON report have everything.")
    return "\n\n".join(texts) + "\n"


def _parts(report: Report, groups: Grouping, options: RenderOptions, detail: Detail) -> Iterator[Part]:
    yield head_part(report, detail)
    yield root_list(report, groups, detail)
    yield picture_part(report, groups, detail)
    yield from root_parts(report, groups, detail)
    yield uncaused_part(report, groups, detail)
    yield slo_part(report, detail)
    yield from standing_parts(report, groups, detail)
    yield safe_part(report, groups, detail)
    yield undecided_part(report, detail)
    yield next_part(report, groups, options)
    yield problem_part(report, detail)
