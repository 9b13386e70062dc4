"""Report -> one HTML page that explains itself: for a build artifact, a mail, a meeting, a printer.

In: a finished report. Out: a complete page, in the order of the terminal report: verdict, root causes with everybody
they break, SLOs, what does not count, what is not known, what to do. Promise: it loads nothing and runs nothing (its
own policy forbids both), shows every text of the repository as it is, and counts what it leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.model.report import Report, Side
from msdiff.report.grouping import Grouping, grouping
from msdiff.report.html_page import page
from msdiff.report.html_parts import NOTHING, Html, badge, bullets, code, element, joined, lines, prose, spaced, text
from msdiff.report.html_roots import picture, root_cards, root_overview, uncaused_cards
from msdiff.report.html_sections import next_steps, problems, safe, slos, standing, undecided
from msdiff.report.options import RenderOptions
from msdiff.report.wording import also_counted, exit_text, headline, sentence, short


def render(report: Report, options: RenderOptions) -> str:
    """The report as an HTML page; `quiet` leaves the verdict and the list of root causes."""
    body = lines((*_sections(report, grouping(report), options), _footer(report)))
    return page(f"msdiff: {report.verdict.value}, {_title(report)}", body)


def _title(report: Report) -> str:
    sides = (report.head,) if report.mode == "check" else (report.base, report.head)
    return " → ".join(short(side.label) for side in sides)


def _sections(report: Report, groups: Grouping, options: RenderOptions) -> Iterator[Html]:
    yield _head(report)
    yield root_overview(report, groups)
    if options.quiet:
        return
    yield picture(report, groups)
    yield root_cards(report, groups)
    yield uncaused_cards(report, groups)
    yield slos(report)
    yield from standing(report, groups)
    yield safe(report, groups)
    yield undecided(report)
    yield next_steps(report, groups, options)
    yield problems(report)


def _head(report: Report) -> Html:
    sides = (report.head,) if report.mode == "check" else (report.base, report.head)
    versions = joined(map(_side, sides), " → ")
    also = also_counted(report)
    said = headline(report)
    return element(
        "header",
        element("h1", text("msdiff "), badge(report.verdict)),
        element("p", text(f"{said[:1].upper()}{said[1:]}."), text(f" Also: {also}." if also else "")),
        element("p", spaced(versions, text(f"· {exit_text(report)}")), css="quiet"),
        bullets(prose(sentence(note)) for note in report.notes),
    )


def _side(side: Side) -> Html:
    return spaced(code(short(side.label)), code(side.commit[:10]) if side.commit else NOTHING)


def _footer(report: Report) -> Html:
    return element("footer", text(f"msdiff {report.tool_version}"), css="quiet")
