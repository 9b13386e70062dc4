"""Blocks of a text report -> text for a terminal: the same words as `lines.plain`, wrapped to the window, and coloured.

Rich is imported here only, and this module only where somebody looks at a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from rich.console import Console
from rich.style import Style
from rich.text import Text

from msdiff.report.escape import visible
from msdiff.report.lines import Block, Line, as_lines, to_ascii

_UNBOUNDED = 1_000_000  # columns: colours were asked for in a pipe, where nothing is wrapped
_LEAST = 20  # columns; a narrower window scrolls
_STYLES = {
    "breaking": Style(color="red", bold=True),
    "risky": Style(color="yellow", bold=True),
    "unverified": Style(color="magenta", bold=True),
    "safe": Style(color="green", bold=True),
    "unchanged": Style(color="green", bold=True),
    "heading": Style(bold=True, underline=True),
    "name": Style(bold=True),
    "value": Style(color="cyan"),
    "old": Style(color="red"),
    "new": Style(color="green"),
    "place": Style(color="blue"),
    "fix": Style(color="green"),
    "command": Style(color="cyan", bold=True),
    "dim": Style(dim=True),
    "": Style.null(),
}


def painted(blocks: Iterable[Block], *, width: int | None, colour: bool, unicode: bool) -> str:
    """The blocks as terminal text of at most `width` columns (not wrapped if `None`), in the user's own 16 colours."""
    columns = max(width or _UNBOUNDED, _LEAST)
    out = StringIO()
    console = Console(
        file=out,
        width=columns,
        color_system="standard" if colour else None,
        force_terminal=True,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},  # the window and the colours are the caller's decision, whatever the environment says
    )
    for block in blocks:
        for one in as_lines(block, width):
            for row in _wrapped(one, console, columns, unicode=unicode):
                console.print(row, soft_wrap=True)
    return out.getvalue()


def _wrapped(one: Line, console: Console, columns: int, *, unicode: bool) -> list[Text]:
    text = Text()
    for span in one.spans:
        shown = visible(span.text)
        text.append(shown if unicode else to_ascii(shown), _STYLES[span.style])
    text.rstrip()
    indent = min(one.indent, columns // 3)
    hang = min(indent + one.hang, columns // 2)
    first = text.wrap(console, columns - indent)[0]
    rest = text[len(first.plain) :]
    rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
    rows = [Text(" " * indent) + first]
    if rest.plain:
        rows += (Text(" " * hang) + row for row in rest.wrap(console, columns - hang))
    for row in rows:
        row.rstrip()
    return rows
