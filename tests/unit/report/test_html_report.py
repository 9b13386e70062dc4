"""The HTML report: complete, self-contained, and every text of the repository is only text."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from golden import GoldenHtml
from reports import PAYLOADS, changed, embedder_swap, finding, hostile, many_consumers, report
from syrupy.assertion import SnapshotAssertion

from msdiff.model.finding import Verdict
from msdiff.model.report import Coverage, Report
from msdiff.report import RENDERERS, RenderOptions
from msdiff.report.escape import visible
from tests.records import replace

VOID = {"meta"}  # a self-closing element of SVG is told by its slash
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "header", "footer", "section", "article", "div", "span", "p",
    "h1", "h2", "h3", "h4", "ul", "ol", "li", "a", "code", "pre", "strong", "details", "summary", "table", "thead",
    "tbody", "tr", "th", "td", "figure", "figcaption", "svg", "defs", "marker", "path", "rect", "g", "text", "polygon",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "rel", "class"},
    "meta": {"charset", "name", "content", "http-equiv"},
    "th": {"scope"},
    "article": {"class", "id"},
}


class _Page(HTMLParser):
    """Elements, their nesting, and the text of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.style = ""
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.text.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def rendered(made: Report, **options: object) -> str:
    return RENDERERS["html"](made, RenderOptions(**options))  # type: ignore[arg-type]


def page(made: Report, **options: object) -> _Page:
    return _Page(rendered(made, **options))


def test_the_realistic_report(snapshot: SnapshotAssertion) -> None:
    assert rendered(embedder_swap()) == snapshot.use_extension(GoldenHtml)


def test_nothing_changed() -> None:
    found = page(report())
    assert found.words == (
        "msdiff: unchanged, main → merge of HEAD into main msdiff unchanged "
        "No change in any graph, obligations 31 of 31 decided. "
        "main 1c644c9a2b → merge of HEAD into main 77aa01be4c · exit code 0 (--fail-on breaking) msdiff 0.1.0"
    )


def test_one_version() -> None:
    findings = tuple(replace(one, causes=(), acceptance=None) for one in embedder_swap().findings[:2])
    words = page(report(mode="check", verdict=Verdict.BREAKING, findings=findings, coverage=Coverage(31, 29))).words
    assert "What is wrong now vector_db breaking owner @acme/search" in words
    assert "introduced" not in words


@pytest.mark.parametrize("made", [embedder_swap, many_consumers, hostile, report])
def test_it_loads_and_runs_nothing(made: object) -> None:
    found = page(made())  # type: ignore[operator]
    for tag, attributes in found.elements:
        assert tag in ALLOWED
        assert not any(name.startswith("on") or name in ("style", "src", "srcset") for name in attributes)
        assert set(attributes) <= ATTRIBUTES.get(tag, set(attributes))
    links = {attributes["href"] or "" for tag, attributes in found.elements if tag == "a"}
    assert all(re.fullmatch(r"#cause-\d+|https://example\.org/rules#[a-z-]+", link) for link in links)
    policies = [attributes["content"] for _, attributes in found.elements if "http-equiv" in attributes]
    digest = b64encode(sha256(found.style.encode()).digest()).decode()
    assert policies == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]
    assert not re.search(r"url\(|@import|expression", found.style)


def test_payloads_show_as_themselves() -> None:
    source = rendered(hostile())
    found = _Page(source)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]", source)
    for payload in PAYLOADS[:-1]:
        assert visible(payload) in found.text


def test_an_address_of_the_repository_is_no_link() -> None:
    found = replace(finding("r", Verdict.BREAKING, "No.", node="a"), docs="javascript:alert(1)")
    links = [one for one in page(report(findings=(found,))).elements if one[0] == "a"]
    assert links == []


def test_every_consumer_is_on_the_page() -> None:
    words = page(many_consumers(500)).words
    assert all(f"service_{number:04}" in words for number in range(500))
    assert "and 497 more consumers: 497 breaking; 497 through retriever" in words


def test_a_page_stays_readable_whatever_the_count() -> None:
    source = rendered(many_consumers(20_000))
    assert len(source) < 6_000_000
    assert "and 14,997 more consumers; the JSON report has everything" in _Page(source).words


def test_many_causes_are_counted() -> None:
    changes = tuple(
        changed(f"c{n}", f"node:n{n}", "x", n, n + 1, n + 1, Verdict.UNVERIFIED, reasons=("`y` declares no x",))
        for n in range(300)
    )
    found = page(report(verdict=Verdict.UNVERIFIED, changes=changes))
    assert sum(tag == "article" for tag, _ in found.elements) == 200
    assert "and 100 more root causes; the JSON report has everything" in found.words


def test_a_link_of_the_overview_leads_to_its_card() -> None:
    found = page(embedder_swap())
    targets = [attributes["href"] for tag, attributes in found.elements if tag == "a" and attributes["href"]]
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert [target for target in targets if target.startswith("#")] == [f"#cause-{n}" for n in (1, 2, 3)]
    assert {f"cause-{n}" for n in (1, 2, 3)} <= set(ids)


def test_quiet_is_the_verdict_and_the_causes() -> None:
    found = page(embedder_swap(), quiet=True)
    assert "Root causes" in found.words
    assert "Do this:" not in found.words


def test_the_commands_are_ready_to_copy() -> None:
    words = page(embedder_swap(), range="main..HEAD").words
    assert 'msdiff accept 4f1c9a02d7 --reason "..." main..HEAD' in words
    assert "msdiff explain vector_db main..HEAD" in words
