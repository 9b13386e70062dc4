"""The pieces that an HTML page is built from.

Text becomes `Html` only by the functions here, and only `Html` becomes part of a page: the type checker finds whoever
forgets to escape.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NewType

from msdiff.model.finding import Verdict
from msdiff.model.location import Location
from msdiff.report.escape import page_prose, plural, web_address, xml
from msdiff.report.wording import chain, place

Html = NewType("Html", str)

NOTHING = Html("")


def text(said: str) -> Html:
    return Html(xml(said))


def prose(said: str) -> Html:
    """A sentence; names in backticks become code."""
    return Html(page_prose(said))


def element(name: str, *children: Html, css: str = "", **attributes: str) -> Html:
    """An element; `css` are its classes, attributes are escaped here (`datetime_` would be `datetime`)."""
    said = {"class": css, **attributes} if css else attributes
    inside = "".join(f' {key.rstrip("_")}="{xml(value)}"' for key, value in said.items())
    return Html(f"<{name}{inside}>{''.join(children)}</{name}>")


def lines(parts: Iterable[Html]) -> Html:
    """The parts that hold anything, one under another."""
    return Html("\n".join(part for part in parts if part))


def spaced(*parts: Html) -> Html:
    """The parts that hold anything, with a space between them."""
    return Html(" ".join(part for part in parts if part))


def joined(parts: Iterable[Html], between: str) -> Html:
    return Html(xml(between).join(parts))


def way(parts: Iterable[Html]) -> Html:
    """`a → b → c`; of a long one the middle is left out, with the count."""
    return Html(chain(list(parts)))


def more(count: int, noun: str) -> Html:
    """How many of these are not on the page; nothing where all are."""
    if count <= 0:
        return NOTHING
    return element("p", text(f"and {plural(count, f'more {noun}')}; the JSON report has everything"))


def named(names: Sequence[str], limit: int) -> Html:
    """The first names as code, and how many more."""
    rest = f" and {len(names) - limit:,} more" if len(names) > limit else ""
    return Html(joined(map(code, names[:limit]), ", ") + text(rest))


def code(said: str, css: str = "") -> Html:
    return element("code", text(said), css=css)


def badge(verdict: Verdict) -> Html:
    return element("span", text(verdict.value), css=f"badge {verdict.value}")


def where(location: Location | None) -> Html:
    """File and line, or nothing."""
    return code(place(location), "place") if location is not None else NOTHING


def bullets(entries: Iterable[Html]) -> Html:
    """A list; nothing for no entries."""
    found = [element("li", entry) for entry in entries]
    return element("ul", lines(found)) if found else NOTHING


def table(header: Sequence[str], rows: Iterable[Sequence[Html]]) -> Html:
    """A table; the first cell of a row is its header."""
    head = element("tr", *(element("th", text(title), scope="col") for title in header))
    body = lines(
        element("tr", element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:])) for row in rows
    )
    return element("div", element("table", element("thead", head), element("tbody", body)), css="wide")


def folded(summary: Html, *body: Html, css: str = "") -> Html:
    """A part that opens on a click, and on paper."""
    return element("details", element("summary", summary), *body, css=css)


def link(said: Html, address: str) -> Html:
    """The text, as a link where the address is a plain one of the web."""
    return element("a", said, href=address, rel="noreferrer") if web_address(address) else said
