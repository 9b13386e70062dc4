"""The comment through GitHub's own reader of Markdown (cmark-gfm): what is text stays text."""

import re
from html.parser import HTMLParser

import pytest

from msdiff.model.report import Report
from msdiff.report import RENDERERS, RenderOptions
from tests.unit.report.reports import PAYLOADS, embedder_swap, hostile, many_consumers

cmarkgfm = pytest.importorskip("cmarkgfm", reason="cmarkgfm is not installed: pip install -e '.[ci]'")
pytestmark = pytest.mark.slow
_TAGS = {"h2", "h3", "p", "code", "pre", "ol", "ul", "li", "strong", "em", "a", "details", "summary", "blockquote"}
_TABLE = {"table", "thead", "tbody", "tr", "th", "td"}


class _Page(HTMLParser):
    """The elements of a page, where its links lead, and its text outside of code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: set[str | None] = set()
        self.words = ""
        self._code = 0
        self.cells: list[int] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._code += tag == "code"
        if tag == "tr":
            self.cells.append(0)
        if tag in ("td", "th"):
            self.cells[-1] += 1
        if tag == "a":
            self.links.add(dict(attrs).get("href"))

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.words += "" if self._code else data

    def handle_comment(self, data: str) -> None:
        self.tags.append("<!--")


def page(made: Report) -> _Page:
    options = RenderOptions(max_chars=10_000_000, max_bytes=10_000_000, verbose=1)
    html = cmarkgfm.github_flavored_markdown_to_html(
        RENDERERS["markdown"](made, options), options=cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE
    )
    return _Page(html)


@pytest.mark.parametrize("made", [embedder_swap(), many_consumers(100), hostile()])
def test_only_our_own_elements_are_there(made: Report) -> None:
    found = page(made)
    assert set(found.tags) <= _TAGS | _TABLE
    assert set(found.cells) <= {8}
    assert all(str(link).startswith("https://example.org/rules#") for link in found.links)  # what rules are about


def test_nothing_hostile_is_read_as_anything_but_text() -> None:
    found = page(hostile())
    assert found.tags.count("tr") == 1 + len(PAYLOADS)
    assert not re.search(r"@\w|#\d|\bGH-\d|://|www\.", found.words, re.IGNORECASE)


def test_a_page_that_is_not_escaped_is_found() -> None:
    html = cmarkgfm.github_flavored_markdown_to_html("\n\n".join(PAYLOADS).replace("\ud800", ""))
    assert not set(_Page(html).tags) <= _TAGS | _TABLE
