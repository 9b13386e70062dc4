"""The documentation is true: generated parts are up to date, what was run gives what is shown, links lead somewhere."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs.generate.pages import PAGES, ROOT, regenerated
from docs.generate.words import FAMILIES, FLOWS
from msdiff.commands import COMMANDS
from msdiff.load import READERS
from msdiff.report.schema_v1 import report_schema
from msdiff.ruleset.attributes import load_catalogue
from msdiff.settings import SCHEMA

TEXTS = tuple(
    str(path.relative_to(ROOT))
    for path in sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/README.md")))
)
INSTALL_AND_TEST = "pip install -q --no-cache-dir -e '.[test]'"


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="the commands of a page run in a POSIX shell")
@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_up_to_date(page: str) -> None:
    """Fails where data, help or output changed since: `python -m docs.generate` writes the page anew."""
    written = read(page)
    assert regenerated(written).split("\n") == written.split("\n")


def test_every_page_of_docs_is_generated_or_belongs_to_the_ci_examples() -> None:
    found = {page for page in TEXTS if page.startswith("docs/") and not page.startswith("docs/ci/")}
    assert found == {page for page in PAGES if page.startswith("docs/")}


@pytest.mark.parametrize("page", TEXTS)
def test_links_lead_somewhere(page: str) -> None:
    assert list(broken_links(page)) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# Here\n", encoding="utf-8")
    text = "[a](other.md#here) [b](other.md#there) [c](nowhere.md) [d](#missing) `[e](code)` [f](https://example.org)"
    (tmp_path / "page.md").write_text(text, encoding="utf-8")
    assert list(broken_links(str(tmp_path / "page.md"))) == ["other.md#there", "nowhere.md", "#missing"]


def broken_links(page: str) -> Iterator[str]:
    """Links to files that are not there, and to headings that a page does not have."""
    text = without_code(read(page))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            yield target


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))


def anchors(file: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    text = re.sub(r"^```.*?^```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-") for heading in headings}


def test_what_the_words_of_the_catalogue_mean_is_said_and_no_more() -> None:
    attributes = tuple(load_catalogue().attributes())
    assert {one.family for one in attributes} == set(FAMILIES)
    assert {one.flow for one in attributes} == set(FLOWS)


def test_every_key_of_the_json_report_is_explained() -> None:
    """Each object has a section, whose table has exactly its keys."""
    schema = report_schema()
    sections = dict(zip(("", *_REPORT), re.split(r"^## .*$", read("docs/report.md"), flags=re.MULTILINE), strict=True))
    missing = {
        title: keys(schema if title == "The report" else schema["$defs"][name]) ^ explained(sections[title])
        for title, name in _REPORT.items()
    }
    assert missing == {title: set() for title in _REPORT}


_REPORT = {
    "The report": "",
    "summary": "Summary",
    "changes": "Change",
    "findings": "Finding",
    "affected": "Affected",
    "slos": "Slo",
    "undecided": "Undecided",
    "errors": "Problem",
}


def keys(schema: dict[str, Any]) -> set[str]:
    return set(schema["properties"])


def explained(section: str) -> set[str]:
    """The keys in the first column of the section's table."""
    firsts = re.findall(r"^\| ([^|]*) \|", section, flags=re.MULTILINE)
    return {key for first in firsts for key in re.findall(r"`(\w+)`", first)}


def test_every_command_has_its_help_on_the_page() -> None:
    assert set(re.findall(r"^### msdiff (\w+)$", read("docs/command-line.md"), flags=re.MULTILINE)) == set(COMMANDS)


def test_every_format_that_is_read_is_described() -> None:
    """`docs/graph-format.md` says which there are; a new reader needs a section there."""
    assert set(READERS) == {"graph", "modelspec"}


def test_every_top_level_key_of_the_configuration_is_on_its_page() -> None:
    shown = re.findall(r"^\| `(\w+)", read("docs/configuration.md"), flags=re.MULTILINE)
    assert set(SCHEMA["properties"]) <= set(shown)


def test_the_readme_has_two_commands_each_one_line() -> None:
    blocks = re.findall(r"^```sh\n(.*?)\n```$", read("README.md"), flags=re.DOTALL | re.MULTILINE)
    assert [block.count("\n") for block in blocks] == [0, 0]
    assert all(
        block.startswith("python3 -m venv .venv && .venv/bin/pip install -q --no-cache-dir ") for block in blocks
    )
    assert "msdiff demo .venv/" in blocks[0]
    assert INSTALL_AND_TEST in blocks[1]


def test_the_ci_runs_the_test_command_of_the_readme() -> None:
    command = next(line for line in read("README.md").splitlines() if INSTALL_AND_TEST in line)
    assert command in read(".ci/run").splitlines()
