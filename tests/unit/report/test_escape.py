"""Text from the repository is inert in every target, and still shows as itself."""

import re
import shlex
import xml.etree.ElementTree as ElementTree
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from reports import PAYLOADS

from msdiff.report.escape import (
    cell_code,
    code_block,
    code_span,
    dot_text,
    html,
    inline,
    log_line,
    mermaid_text,
    prose,
    shell_word,
    shorten,
    visible,
    web_address,
    xml,
)

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
ANY = st.text(alphabet=st.characters(codec=None), max_size=60) | st.sampled_from(PAYLOADS)
MARKS = st.text(alphabet="`*_[]()<>|\\~#@!&$-+=.:/ \na1", max_size=30)


def tokens(markdown: str) -> list[Token]:
    """Every token, those of inline content included."""
    found = []
    for token in GITHUB.parse(markdown):
        found += [token, *(token.children or ())]
    return found


def shown(markdown: str) -> str:
    """What a reader sees of one paragraph, without the zero-width spaces."""
    return "".join(token.content for token in tokens(markdown) if token.type in ("text", "code_inline")).replace(
        "\u200b", ""
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ünïcode 日本 🚀", "plain ünïcode 日本 🚀"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\x9b31m", r"\x9b31m"),
        ("rtl\u202eoverride", r"rtl\u202eoverride"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("lone\ud800", r"lone\ud800"),
        ("line\u2028break", r"line\u2028break"),
    ],
)
def test_what_acts_or_hides_is_written_out(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(ANY)
def test_visible_text_is_one_line_that_any_encoding_takes(text: str) -> None:
    seen = visible(text)
    assert len(seen.splitlines()) <= 1
    assert seen.encode().decode() == seen
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", seen)
    assert visible(seen) == seen


def test_a_long_text_says_what_is_missing() -> None:
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("abcdefg", 6) == "abcdef… (+1 character)"
    assert shorten("x" * 2000, 3) == "xxx… (+1,997 characters)"
    assert shorten("\x1b" * 10, 9) == r"\x1b\x1b… (+8 characters)"


@given(ANY, st.integers(0, 50))
def test_a_shortened_text_keeps_its_limit(text: str, limit: int) -> None:
    assert len(shorten(text, limit).partition("… (+")[0]) <= max(limit, len(visible(text)) if "… (+" in text else limit)


@given(ANY | MARKS)
@example("`")
@example(" `` ` ")
def test_a_code_span_is_one_code_span(text: str) -> None:
    children = GITHUB.parse(f"before {code_span(text)} after")[1].children or []
    assert [child.type for child in children] == ["text", "code_inline", "text"] if text else ["text"]
    if text.strip():
        assert shown(code_span(text)).strip() == visible(text).strip()


@given(ANY | MARKS)
@example("1. list")
@example("- [ ] task")
@example("+ x")
@example("---")
@example("===")
@example("# heading")
@example("    code")
@example("~~~")
def test_inline_text_is_only_text(text: str) -> None:
    for before in ("", "- ", "a ", "> "):
        types = {token.type for token in tokens(before + inline(text))}
        allowed = {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
        structure = {"- ": {"bullet_list", "list_item"}, "> ": {"blockquote"}}.get(before, set())
        assert types <= allowed | {f"{one}_{end}" for one in structure for end in ("open", "close")}
    assert shown("a " + inline(text)).split() == f"a {visible(text.strip())}".split()


@given(ANY | MARKS)
def test_prose_has_code_and_text_and_nothing_else(text: str) -> None:
    types = {token.type for token in tokens(f"a {prose(text)} b")}
    assert types <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "code_inline"}


def test_prose_keeps_names_as_code() -> None:
    assert prose("`embedder` gives 1024, `vector_db` accepts 768.") == "`embedder` gives 1024, `vector_db` accepts 768."
    assert prose("an odd ` one, max_tokens") == "an odd \\` one, max\\_tokens"
    assert prose("`a``b`") == "`a``b`"


@given(ANY | MARKS)
def test_a_cell_stays_one_cell(text: str) -> None:
    table = GITHUB.parse(f"| a | b |\n| --- | --- |\n| {cell_code(text)} | {inline(text)} |\n")
    assert [token.type for token in table].count("td_open") == 2
    assert all(token.type == "td_open" or "html" not in token.type for token in table)


@given(ANY | MARKS)
def test_a_code_block_ends_where_it_should(text: str) -> None:
    parsed = GITHUB.parse(code_block(text, "sh") + "\n\nafter")
    assert [token.type for token in parsed] == ["fence", "paragraph_open", "inline", "paragraph_close"]


@pytest.mark.parametrize("escape", [code_span, inline, prose, cell_code, html])
@given(text=ANY | MARKS)
@example(text="@acme/everyone #123 GH-4 a@b.example https://evil.example www.evil.example")
def test_nothing_is_mentioned_or_linked(escape: object, text: str) -> None:
    assert callable(escape)
    written = escape(text)
    assert not re.search(r"@\w|#\d|\bGH-\d", unescape(written), re.IGNORECASE)
    if escape in (inline, html):  # code is not linked
        assert not re.search(r"://|www\.", written, re.I)


@given(ANY | MARKS)
def test_xml_and_html_are_text(text: str) -> None:
    assert ElementTree.fromstring(f"<a b='{xml(text)}'>{xml(text)}</a>").text == (visible(text) or None)
    assert not re.search("[<>\"']", html(text))


@given(ANY | MARKS)
def test_a_mermaid_label_has_no_sign_of_mermaid(text: str) -> None:
    assert re.fullmatch(r"(?:[\w .,/()+=\u200b-]|#\d+;)*", mermaid_text(text))
    decoded = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), mermaid_text(text)).replace("\u200b", "")
    assert decoded == visible(text)


def test_mermaid_reads_nothing_after_decoding() -> None:
    assert mermaid_text("a\\nb $$x$$ fa:fa-car") == (
        "a\u200b#92;\u200bnb \u200b#36;\u200b\u200b#36;\u200bx\u200b#36;\u200b\u200b#36;\u200b fa\u200b#58;\u200bfa-car"
    )
    assert mermaid_text("1. list") == "\u200b1. list"


@given(ANY | MARKS)
def test_a_dot_string_ends_where_it_should(text: str) -> None:
    assert re.fullmatch(r'(?:[^"\\\n]|\\["\\])*', dot_text(text))


@given(ANY | MARKS)
def test_a_shell_word_is_one_word(text: str) -> None:
    assert shlex.split(shell_word(text)) == [visible(text)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("::error::x", r"\x3a:error::x"),
        ("   ::set-output name=a::b", r"   \x3a:set-output name=a::b"),
        ("a ::b", "a ::b"),
        ("x ##[error]y", r"x #\x23[error]y"),
        ("##vso[task.setvariable]", r"#\x23vso[task.setvariable]"),
        ("## title [a]", "## title [a]"),
    ],
)
def test_a_log_runs_no_command(line: str, expected: str) -> None:
    assert log_line(line) == expected


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://example.org/rules#a-b", "https://example.org/rules#a-b"),
        ("http://example.org:8080/x?y=1&z=%20", "http://example.org:8080/x?y=1&z=%20"),
        ("docs/rules.md#a", None),
        ("javascript:alert(1)", None),
        ("https://evil.example/) [x](y", None),
        ("https://example.org/<b>", None),
        ("https://user@evil.example/", None),
        ("https://example.org\n", None),
    ],
)
def test_only_plain_addresses_become_links(text: str, address: str | None) -> None:
    assert web_address(text) == address
