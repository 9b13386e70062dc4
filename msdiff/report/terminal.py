"""Report -> what a platform engineer reads in a terminal or a log.

In: a finished report. Out: text; verdict first, then each root cause with everybody it breaks, then what does not
count, what could not be decided, the SLOs, and what to do. Promise: in a pipe the text is the same bytes for the same
report; on a terminal the same words are coloured and wrapped to the window.
"""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.model.report import Report
from msdiff.report.grouping import Grouping, grouping
from msdiff.report.lines import BLANK, Block, Span, line, plain
from msdiff.report.options import RenderOptions
from msdiff.report.terminal_roots import root_blocks, summary_lines, uncaused_blocks
from msdiff.report.terminal_sections import (
    next_blocks,
    note_blocks,
    safe_blocks,
    slo_blocks,
    standing_blocks,
    undecided_blocks,
)
from msdiff.report.wording import also_counted, exit_text, headline


def render(report: Report, options: RenderOptions) -> str:
    """The report as terminal text; see `RenderOptions` for width, colour, verbosity."""
    blocks = tuple(_spaced(_sections(report, grouping(report), options)))
    if options.colour or options.width is not None:
        from msdiff.report.paint import painted

        return painted(blocks, width=options.width, colour=options.colour, unicode=options.unicode)
    return plain(blocks, unicode=options.unicode)


def _sections(report: Report, groups: Grouping, options: RenderOptions) -> Iterator[tuple[Block, ...]]:
    yield tuple(_head(report))
    if options.quiet:
        yield tuple(summary_lines(report, groups, options))
        return
    yield from root_blocks(report, groups, options)
    yield tuple(uncaused_blocks(report, groups, options))
    yield from standing_blocks(report, groups, options)
    yield tuple(safe_blocks(report, groups, options))
    yield tuple(undecided_blocks(report, options))
    yield tuple(slo_blocks(report, options))
    yield tuple(next_blocks(report, groups, options))
    yield tuple(note_blocks(report))


def _spaced(sections: Iterator[tuple[Block, ...]]) -> Iterator[Block]:
    """One blank line between sections; a section without lines leaves none."""
    first = True
    for section in sections:
        if not section:
            continue
        if not first:
            yield BLANK
        first = False
        yield from section


def _head(report: Report) -> Iterator[Block]:
    verdict = report.verdict.value
    yield line(0, Span(verdict.upper(), verdict), f": {headline(report)}")
    yield line(0, *_sides(report), Span(f"; {exit_text(report)}", "dim"))
    also = also_counted(report)
    if also:
        yield line(0, f"Also: {also}")


def _sides(report: Report) -> Iterator[Span]:
    sides = (report.head,) if report.mode == "check" else (report.base, report.head)
    for index, side in enumerate(sides):
        if index:
            yield Span(" → ")
        yield Span(side.label, "name")
        if side.commit is not None:
            yield Span(f" ({side.commit[:10]})", "dim")
