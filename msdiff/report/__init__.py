"""Finished `Report` -> text. One module a format; the command line's choices are the keys of `RENDERERS`.

Renderers decide nothing and write nothing. Each module is imported when its format is asked for, so that a JSON run
does not pay for the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msdiff.model.report import Report
from msdiff.report.options import RenderOptions

Renderer: TypeAlias = Callable[[Report, RenderOptions], str]


def _terminal(report: Report, options: RenderOptions) -> str:
    from msdiff.report.terminal import render

    return render(report, options)


def _markdown(report: Report, options: RenderOptions) -> str:
    from msdiff.report.markdown import render

    return render(report, options)


def _json(report: Report, options: RenderOptions) -> str:
    from msdiff.report.json_v1 import render

    return render(report, options)


def _sarif(report: Report, options: RenderOptions) -> str:
    from msdiff.report.sarif import render

    return render(report, options)


def _html(report: Report, options: RenderOptions) -> str:
    from msdiff.report.html import render

    return render(report, options)


def _github(report: Report, options: RenderOptions) -> str:
    from msdiff.report.github import render

    return render(report, options)


def _gitlab(report: Report, options: RenderOptions) -> str:
    from msdiff.report.gitlab import render

    return render(report, options)


def _junit(report: Report, options: RenderOptions) -> str:
    from msdiff.report.junit import render

    return render(report, options)


RENDERERS: dict[str, Renderer] = {
    "terminal": _terminal,
    "markdown": _markdown,
    "json": _json,
    "sarif": _sarif,
    "html": _html,
    "github": _github,
    "gitlab": _gitlab,
    "junit": _junit,
}

__all__ = ["RENDERERS", "RenderOptions", "Renderer"]
