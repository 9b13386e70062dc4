"""The pages about other CI systems say what is true."""

import re
from pathlib import Path

import pytest
import yaml

from msdiff.report import RENDERERS
from msdiff.report.gitlab import _SEVERITIES

PAGES = sorted((Path(__file__).parents[3] / "docs" / "ci").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_format_exists_and_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"(?:-o |-f )([a-z]+)\b", text)) <= RENDERERS.keys()
    for target in re.findall(r"\]\(([\w./-]+\.md)(?:#[\w-]*)?\)", text):
        assert (page.parent / target).is_file(), target


def test_the_gitlab_job_is_a_job() -> None:
    text = (PAGES[0].parent / "gitlab.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    job = yaml.safe_load(block)["msdiff"]
    said = "\n".join(job["script"])
    reports = job["artifacts"]["reports"]
    for file in (reports["codequality"], reports["junit"], *job["artifacts"]["paths"]):
        assert said.count(f"={file}") == 2  # both branches of the script write it
    severities = {word for row in re.findall(r"^\| ([a-z, ]+) \|", text, re.MULTILINE) for word in row.split(", ")}
    assert {"blocker", *_SEVERITIES.values()} <= severities
