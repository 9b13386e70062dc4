"""The workflows of the documentation: they are what the pages show, and the linters have nothing to say."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.github.steps import Step, a_step

__all__ = ["a_step"]  # the fixture
ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / "docs" / "ci").glob("*.yml"))
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
PAGES = {
    page: (ROOT / "docs" / "ci" / page).read_text() for page in ("github-actions.md", "forks.md", "annotations.md")
}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_the_pages_show_the_workflows_as_they_are(path: Path) -> None:
    assert any(f"```yaml\n{path.read_text()}```\n" in page for page in PAGES.values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_and_every_input_exists(path: Path) -> None:
    jobs = yaml.safe_load(path.read_text())["jobs"].values()
    steps = [step for job in jobs for step in job["steps"]]
    assert all(re.search(r"@[0-9a-f]{40}$", step["uses"]) for step in steps if "uses" in step)
    ours = [step for step in steps if step.get("uses", "").startswith("OWNER/msdiff@")]
    assert len(ours) == (path.name != "msdiff-annotations.yml")
    assert all(set(step.get("with", {})) <= set(ACTION["inputs"]) for step in ours)


def test_annotations_alone_are_what_the_page_says(step: Step) -> None:
    """The last line of the workflow, in the clone that actions/checkout makes."""
    job = yaml.safe_load((ROOT / "docs/ci/msdiff-annotations.yml").read_text())["jobs"]["msdiff"]
    words = job["steps"][-1]["run"].split()
    done = step.run(*words[1:])
    assert (words[0], done.code) == ("msdiff", 1)
    said = [line.partition(" ")[0] for line in done.out.splitlines()]
    assert said == ["::error", "::warning", "::notice"]
    assert step.github.exchanges == []


def test_the_readme_shows_the_first_workflow() -> None:
    assert f"```yaml\n{(ROOT / 'docs/ci/msdiff.yml').read_text()}```\n" in (ROOT / "README.md").read_text()


def test_the_first_workflow_has_twelve_lines() -> None:
    assert len((ROOT / "docs/ci/msdiff.yml").read_text().splitlines()) <= 13


def test_the_page_lists_every_input_and_every_output() -> None:
    page = PAGES["github-actions.md"]
    missing = [name for name in (*ACTION["inputs"], *ACTION["outputs"]) if f"`{name}`" not in page]
    assert missing == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("zizmor") is None, reason="zizmor is not installed")
def test_zizmor_finds_nothing() -> None:
    words = ["zizmor", "--offline", "--no-progress", str(ROOT / "action.yml"), *map(str, WORKFLOWS)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
