"""The pieces that a Markdown report is built from: how much detail, a part with what it left out, lists and folds.

Everything that comes in here is Markdown already; `escape` made it so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.report.escape import code_span, html, plural, web_address
from msdiff.report.wording import place

_Item = TypeVar("_Item")


class Detail(NamedTuple):
    """How much to show: `roots` in the list with `names` of consumers beside each, `folds` of them in full with as many
    `consumers` (their values and fixes if `facts`), `boxes` in the picture, `entries` of any other section. `link` is
    that of the options."""

    roots: int
    names: int
    folds: int
    consumers: int
    facts: bool
    boxes: int
    entries: int
    link: Callable[[str, int], str] | None = None


class Part(NamedTuple):
    """A piece of the document, and what of it was left out."""

    text: str
    left_out: tuple[str, ...] = ()


def cut(items: Sequence[_Item], limit: int, noun: str, nouns: str = "") -> tuple[Sequence[_Item], tuple[str, ...]]:
    """The first items, and the sentence part that counts the rest."""
    rest = len(items) - limit
    return items[: max(limit, 0)], (plural(rest, noun, nouns),) if rest > 0 else ()


def code_place(location: Location, detail: Detail, shown: str = "") -> str:
    """`app.yaml:21` as code (or what is `shown` instead), linked to the line of head where it is known how."""
    text = code_span(shown or place(location))
    address = web_address(detail.link(location.file, location.line)) if detail.link else None
    return f"[{text}]({address})" if address else text


def bullets(lines: Iterable[str], indent: int = 0) -> str:
    return "\n".join(f"{' ' * indent}- {line}" for line in lines)


def folded(summary: str, body: str) -> str:
    """A part that opens on a click. The blank line after the summary is what makes GitHub read the body as Markdown."""
    return f"<details><summary>{html(summary)}</summary>\n\n{body}\n\n</details>"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def names(found: Sequence[str], limit: int) -> str:
    """The first names as code, and how many more."""
    shown = ", ".join(map(code_span, found[:limit]))
    more = len(found) - limit
    if more <= 0:
        return shown
    return f"{shown} and {more:,} more" if shown else f"{more:,}"
