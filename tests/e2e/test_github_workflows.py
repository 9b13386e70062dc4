"""The workflows of the documentation: they are what the pages show, and the linters have nothing to say."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / "docs" / "ci").glob("*.yml"))
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
PAGES = {page: (ROOT / "docs" / "ci" / page).read_text() for page in ("github-actions.md", "forks.md", "pre-commit.md")}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_the_pages_show_the_workflows_as_they_are(path: Path) -> None:
    assert any(f"```yaml\n{path.read_text()}```\n" in page for page in PAGES.values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_and_every_input_exists(path: Path) -> None:
    jobs = yaml.safe_load(path.read_text())["jobs"].values()
    steps = [step for job in jobs for step in job["steps"]]
    assert all(re.search(r"@[0-9a-f]{40}$", step["uses"]) for step in steps)
    ours = [step for step in steps if step["uses"].startswith("OWNER/msdiff@")]
    assert len(ours) == 1
    assert set(ours[0].get("with", {})) <= set(ACTION["inputs"])


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
