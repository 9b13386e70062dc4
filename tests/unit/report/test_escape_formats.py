"""Text in HTML, XML, SARIF and workflow commands."""

import re
import xml.etree.ElementTree as ElementTree
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reports import PAYLOADS

from msdiff.report.escape import (
    annotation_property,
    annotation_text,
    log_line,
    page_prose,
    relative_uri,
    sarif_link,
    sarif_text,
    visible,
    xml_lines,
)

ANY = st.text(alphabet=st.characters(codec=None), max_size=60) | st.sampled_from(PAYLOADS)
MARKS = st.text(alphabet="`[]()\\:/,%#@\n\ra1", max_size=30)


@given(ANY | MARKS)
def test_a_message_of_a_command_is_one_line_that_decodes_to_the_text(text: str) -> None:
    said = annotation_text([text])
    assert len(said.splitlines()) <= 1
    assert "%0D" not in said
    assert said.replace("%0A", "\n").replace("%25", "%") == log_line(visible(text))


@given(ANY | MARKS)
def test_a_property_of_a_command_ends_where_it_ends(text: str) -> None:
    said = annotation_property(text)
    assert not set(said) & set(":,\r\n")
    assert not re.search("%(?!25|3A|2C)", said)


def test_lines_stay_lines_and_breaks_within_them_do_not() -> None:
    assert annotation_text(["a\nb", "100 %"]) == r"a\nb%0A100 %25"
    assert xml_lines(["a\nb", "<c>"]) == "a\\nb\n&lt;c&gt;"


@given(st.lists(ANY, max_size=3))
def test_xml_lines_are_text(lines: list[str]) -> None:
    found = ElementTree.fromstring(f"<a>{xml_lines(lines)}</a>")
    assert (found.text or "") == "\n".join(map(visible, lines))
    assert list(found) == []


@given(ANY | MARKS)
def test_prose_of_a_page_has_no_element_but_code(text: str) -> None:
    found = ElementTree.fromstring(f"<a>{page_prose(text)}</a>")
    assert {one.tag for one in found} <= {"code"}
    assert "".join(found.itertext()).replace("`", "") == visible(text).replace("`", "")


@given(ANY | MARKS)
@example("[click](https://evil.example) [x](1)")
def test_sarif_text_has_no_link(text: str) -> None:
    said = sarif_text(text)
    assert not re.search(r"\]\(", said)
    assert not re.search(r"@\w|://", said)
    assert said.replace("\u200b", "") == visible(text)


@given(ANY | MARKS)
def test_a_link_of_sarif_is_one_link(text: str) -> None:
    """The grammar of SARIF 2.1.0, 3.11.6."""
    said = sarif_link(text, 7)
    assert re.fullmatch(r"\[(?:[^\\\[\]]|\\[\\\[\]])*\]\(7\)", said)
    assert re.sub(r"\\(.)", r"\1", said[1:-4]).replace("\u200b", "") == visible(text)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=40) | MARKS)
@example("//evil.example/x")
@example("file:///etc/passwd")
@example("a?b#c")
def test_a_uri_is_relative_and_decodes_to_the_file(path: str) -> None:
    uri = relative_uri(path)
    assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})*", uri)
    assert unquote_to_bytes(uri) == path.encode()
    found = urlsplit(urljoin("https://root.example/repo/", uri))
    assert (found.scheme, found.netloc, found.query, found.fragment) == ("https", "root.example", "", "")


@pytest.mark.parametrize(("path", "data"), [("caf\udce9", b"caf\xe9"), ("x\ud800", b"x\xed\xa0\x80")])
def test_a_file_name_that_is_no_text_keeps_its_bytes(path: str, data: bytes) -> None:
    assert unquote_to_bytes(relative_uri(path)) == data
