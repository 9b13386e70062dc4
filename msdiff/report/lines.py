"""The content of a text report: lines of styled spans, and tables; and its plain form.

A report is laid out once, as these blocks. `plain` joins them, `paint` (with rich) colours and wraps the same blocks.
Text in a span is as the repository has it; escaping happens here and in `paint`, at the one place where a span becomes
characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from msdiff.model.records import NamedTuple
from msdiff.report.escape import log_line, visible


class Span(NamedTuple):
    """A piece of text; `style` is one of the words that `paint` knows."""

    text: str
    style: str = ""


class Line(NamedTuple):
    """One line. `hang` is how much deeper its continuation lines stand where a window is narrower than the line."""

    indent: int
    spans: tuple[Span, ...]
    hang: int = 2


class Table(NamedTuple):
    """Rows of cells under a header; a row that does not fit a window is written as one line a cell instead."""

    indent: int
    header: tuple[str, ...]
    rows: tuple[tuple[Span, ...], ...]


Block: TypeAlias = Line | Table

BLANK = Line(0, ())
_ASCII = str.maketrans({"→": "->", "≤": "<=", "≥": ">=", "…": "...", "·": "-"})
_GAP = 2


def line(indent: int, *parts: str | Span, hang: int = 2) -> Line:
    """A line of spans; plain strings are spans without a style."""
    spans = tuple(part if isinstance(part, Span) else Span(part) for part in parts if part)
    return Line(indent, spans, hang)


def sentence_spans(text: str, style: str = "") -> Iterator[Span]:
    """A sentence in which names stand in backticks, the names painted as names."""
    for index, part in enumerate(text.split("`")):
        if index:
            yield Span("`", style)
        if part:
            yield Span(part, "name" if index % 2 else style)


def plain(blocks: Iterable[Block], *, unicode: bool) -> str:
    """The blocks as text: nothing is wrapped or coloured, so that the same report is the same bytes everywhere."""
    text = "\n".join(_plain_line(one) for block in blocks for one in as_lines(block)) + "\n"
    return text if unicode else to_ascii(text)


def to_ascii(text: str) -> str:
    """Our own signs in ASCII; what else the text holds is left to the encoder of the output."""
    return text.translate(_ASCII)


def _plain_line(one: Line) -> str:
    text = "".join(visible(span.text) for span in one.spans)
    return log_line((" " * one.indent + text).rstrip())


def as_lines(block: Block, width: int | None = None) -> Iterator[Line]:
    """The block as lines; a table in columns if these fit the width, else stacked."""
    if isinstance(block, Line):
        yield block
        return
    widths = [max(map(len, column)) for column in _columns(block)]
    if width is None or block.indent + sum(widths) + _GAP * (len(widths) - 1) <= width:
        yield from _aligned(block, widths)
    else:
        yield from _stacked(block)


def _columns(table: Table) -> Iterator[list[str]]:
    for index, title in enumerate(table.header):
        yield [title, *(visible(row[index].text) for row in table.rows)]


def _aligned(table: Table, widths: Sequence[int]) -> Iterator[Line]:
    header = tuple(Span(title, "dim") for title in table.header)
    for row in (header, *table.rows):
        spans: list[Span] = []
        for span, width in zip(row, widths, strict=True):
            spans += [span, Span(" " * (width - len(visible(span.text)) + _GAP))]
        yield Line(table.indent, tuple(spans[:-1]))


def _stacked(table: Table) -> Iterator[Line]:
    for row in table.rows:
        yield Line(table.indent, (row[0],))
        for title, span in zip(table.header[1:], row[1:], strict=True):
            yield Line(table.indent + 2, (Span(f"{title}: ", "dim"), span))
