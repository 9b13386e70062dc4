"""SARIF by Microsoft's own tool: the rules of the standard, and those of GitHub (`Ghas`)."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from msdiff.model.report import Report
from msdiff.report import RENDERERS, RenderOptions
from msdiff.report.options import RuleDocument
from tests.unit.report.reports import embedder_swap, hostile, many_consumers, report
from tests.validators.packages import FOLDER, needs_packages

pytestmark = [pytest.mark.node, needs_packages]
TOOL = FOLDER / "@microsoft/sarif-multitool-linux/Sarif.Multitool"
ACCEPTED = {"SARIF2005"}  # no `informationUri`: the project has no address of its own yet


def remarks(text: str, folder: Path) -> set[str]:
    """The rules that the file breaks; the tool's exit code is 0 all the same."""
    said, heard = folder / "said.sarif", folder / "heard.sarif"
    said.write_text(text, encoding="utf-8")
    words = [str(TOOL), "validate", str(said), "--rule-kind", "Sarif;Ghas", "--output", str(heard)]
    more = {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "DOTNET_BUNDLE_EXTRACT_BASE_DIR": str(folder)}
    done = subprocess.run(
        [*words, "--log", "ForceOverwrite"],
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert heard.is_file(), done.stdout + done.stderr
    found: Any = json.loads(heard.read_text(encoding="utf-8-sig"))
    return {one["ruleId"] for run in found["runs"] for one in run.get("results", ())}


def written(made: Report) -> str:
    document = RuleDocument("contract", "Why it matters.", "Do this.")
    return RENDERERS["sarif"](made, RenderOptions(documents=lambda rule: document))


@pytest.mark.parametrize("made", [report(), embedder_swap(), many_consumers(300), hostile()])
def test_neither_the_standard_nor_github_objects(made: Report, tmp_path: Path) -> None:
    assert remarks(written(made), tmp_path) <= ACCEPTED


def test_the_tool_finds_what_is_wrong(tmp_path: Path) -> None:
    wrong = json.loads(written(embedder_swap()))
    del wrong["runs"][0]["tool"]["driver"]["rules"][0]["help"]
    assert "GH2012" in remarks(json.dumps(wrong), tmp_path)
