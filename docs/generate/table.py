"""Rows of text become a Markdown table."""

from collections.abc import Iterable


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """The table, with a line break at its end."""
    names = tuple(heads)
    lines = [names, ("---",) * len(names), *(tuple(map(cell, row)) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(text: str) -> str:
    """The text on one line, without anything that ends a cell."""
    return " ".join(text.split()).replace("|", "\\|")


def names(words: Iterable[str]) -> str:
    """Names as code: `a`, `b`."""
    return ", ".join(f"`{word}`" for word in words)
