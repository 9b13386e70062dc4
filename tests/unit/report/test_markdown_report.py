"""The Markdown report: verdict first, within its size, and nothing in it acts."""

import re
from html.parser import HTMLParser

import pytest
from golden import GoldenMarkdown
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from reports import PAYLOADS, changed, embedder_swap, finding, hostile, many_consumers, report
from syrupy.assertion import SnapshotAssertion

from msdiff.model.finding import Verdict
from msdiff.model.report import Report
from msdiff.report import RENDERERS, RenderOptions

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def markdown(made: Report, **options: object) -> str:
    return RENDERERS["markdown"](made, RenderOptions(**options))  # type: ignore[arg-type]


def tokens(text: str) -> list[Token]:
    found = []
    for token in GITHUB.parse(text):
        found += [token, *(token.children or ())]
    return found


def test_the_realistic_report(snapshot: SnapshotAssertion) -> None:
    assert markdown(embedder_swap()) == snapshot.use_extension(GoldenMarkdown)


def test_five_hundred_consumers(snapshot: SnapshotAssertion) -> None:
    assert markdown(many_consumers(500)) == snapshot.use_extension(GoldenMarkdown)


def test_no_change() -> None:
    assert markdown(report()) == (
        "## msdiff: unchanged\n\n"
        "No change in any graph, obligations 31 of 31 decided.\n\n"
        "`main` (`1c644c9a2b`) → `merge of HEAD into main` (`77aa01be4c`); exit code 0 (--fail-on breaking)\n"
    )


class _Tags(HTMLParser):
    """Tags and attributes of a piece of HTML, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.tags.append((f"<!-- {data}", []))


@pytest.mark.parametrize("verbose", [0, 1])
def test_payloads_do_nothing(verbose: int) -> None:
    found = tokens(markdown(hostile(), verbose=verbose, max_chars=10_000_000, max_bytes=10_000_000))
    assert {token.type for token in found if token.type.startswith(("link", "image", "html_inline"))} <= {
        "link_open",
        "link_close",
        "html_inline",
    }
    links = {token.attrGet("href") for token in found if token.type == "link_open"}
    assert links == {"https://example.org/rules#embedding-dimension-mismatch"}
    for token in found:
        if token.type in ("html_block", "html_inline"):
            seen = _Tags(token.content)
            assert {tag for tag, _ in seen.tags} <= {"details", "summary", "code"}
            assert all(not attributes for _, attributes in seen.tags)
            assert not re.search(r"@\w|#\d|GH-\d|://|www\.", seen.text, re.IGNORECASE)
        if token.type in ("text", "code_inline"):
            assert not re.search(r"@\w|#\d|\bGH-\d", token.content, re.IGNORECASE)
        if token.type == "text":
            assert not re.search(r"://|www\.", token.content, re.IGNORECASE)
        if token.type in ("heading_open", "hr", "s_open"):
            assert token.type == "heading_open"
    headings = [found[at + 1].content for at, token in enumerate(found) if token.type == "heading_open"]
    assert headings == ["msdiff: breaking", "Root causes", "SLOs", "What to do", "Problems in the input"]
    assert [token.info for token in found if token.type == "fence"] == ["mermaid", "sh"]
    assert not any(re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\ud800-\udfff]", token.content) for token in found)


def test_every_payload_is_still_readable() -> None:
    text = markdown(hostile(), verbose=1, max_chars=10_000_000, max_bytes=10_000_000)
    assert len(re.findall(r"^\d+\. \*\*breaking\*\*", text, re.MULTILINE)) == len(PAYLOADS)
    cells = [token for token in GITHUB.parse(text) if token.type == "td_open"]
    assert len(cells) == 8 * len(PAYLOADS)


def folds_are_closed(text: str) -> bool:
    blocks = [token.content for token in GITHUB.parse(text) if token.type == "html_block"]
    opened = sum(block.count("<details>") for block in blocks)
    return opened == sum(block.count("</details>") for block in blocks) == text.count("\n<details>")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("count", [0, 1, 10, 500, 5_000])
def test_it_fits_whatever_the_count(count: int) -> None:
    text = markdown(many_consumers(count))
    assert units(text) <= 60_000
    assert len(text.encode()) <= 190_000
    assert text.startswith("## msdiff: breaking\n")
    assert "1. **breaking** `embedder`: `outputs.vector.dimension` `768` → `1024` (`app.yaml:21`)." in text
    if count > 10:
        assert f"Not shown here: the findings of {count - 3:,} consumers." in text
    assert folds_are_closed(text)


def many_causes(count: int, letter: str = "x") -> Report:
    name = letter * 100
    changes = tuple(
        changed(f"c{n}", f"node:{name}{n}", "prompt.text", name, f"{name}!", n + 1, Verdict.BREAKING)
        for n in range(count)
    )
    findings = tuple(
        finding("r", Verdict.BREAKING, f"`{name}{n}` breaks.", node=f"{name}{n}b", causes=(f"c{n}",), fix=name)
        for n in range(count)
    )
    return report(verdict=Verdict.BREAKING, exit_code=1, changes=changes, findings=findings)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 300), st.sampled_from(["x", "🚀", "|", "\x1b", "`", "<"]), st.integers(10_000, 60_000))
def test_it_fits_whatever_the_text(count: int, letter: str, size: int) -> None:
    text = markdown(many_causes(count, letter), max_chars=size, max_bytes=3 * size)
    assert units(text) <= size
    assert len(text.encode()) <= 3 * size
    assert text.startswith("## msdiff: breaking\n\n")
    listed = len(re.findall(r"^\d+\. \*\*breaking\*\*", text, re.MULTILINE))
    rest = count - listed
    assert listed == count or f"Not shown here: {rest:,} root cause" in text
    assert folds_are_closed(text)


def test_bytes_count_too() -> None:
    full = markdown(many_causes(100, "🚀"))
    size = len(full.encode())
    assert units(full) < size
    assert len(markdown(many_causes(100, "🚀"), max_bytes=size - 1).encode()) < size


def test_the_ladder_drops_the_picture_before_the_facts() -> None:
    full = markdown(many_consumers(500))
    assert "```mermaid" in full
    smaller = markdown(many_consumers(500), max_chars=units(full) - 1)
    assert "```mermaid" not in smaller
    assert "**do this:**" in smaller
    assert "Not shown here: the picture, the findings of 497 consumers." in smaller


def test_verbose_shows_all_that_fits() -> None:
    text = markdown(many_consumers(100), verbose=1)
    assert all(f"`service_{number:04}`" in text for number in range(100))
    assert "Not shown here" not in text


def test_quiet_is_the_list_alone() -> None:
    text = markdown(embedder_swap(), quiet=True)
    assert "<details>" not in text
    assert "3. **unverified** `llm`" in text


def test_the_picture_stays_within_what_a_page_draws() -> None:
    text = markdown(many_consumers(5_000))
    picture = text.split("```mermaid\n")[1].split("\n```")[0]
    assert len(picture) < 50_000
    assert picture.count("-->") <= 120
    assert '["+4,997 more<br>alike"]' in picture
    assert "Without a box of their own: 4,997 affected nodes." in text


def test_the_accept_command_is_ready_to_copy() -> None:
    assert '```sh\nmsdiff accept 4f1c9a02d7 --reason "..."\n' in markdown(embedder_swap())
