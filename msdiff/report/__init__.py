"""Finished `Report` -> text. One module a format; the command line's choices are the keys of `RENDERERS`.

Renderers decide nothing and write nothing. Each module is imported when its format is asked for, so that a JSON run
does not pay for the others.
"""

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


RENDERERS: dict[str, Renderer] = {"terminal": _terminal, "markdown": _markdown, "json": _json}

__all__ = ["RENDERERS", "RenderOptions", "Renderer"]
