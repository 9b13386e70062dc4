"""Each scenario of `examples/` in each format, as a reader gets it; and what each scenario is there to show."""

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from msdiff.model.report import Report
from msdiff.report import RENDERERS, RenderOptions
from tests.snapshots import compared

EXAMPLES = Path(__file__).parents[2] / "examples"
SCENARIOS = sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir())

# scenario -> rules that must speak (introduced), verdict of the run
SHOWS = {
    "agent-loop": ({"cycle-without-bound", "guardrail-bypass-path"}, "breaking"),
    "context-shrink": ({"context-window-exceeded"}, "breaking"),
    "coordinated-swap": ({"embedding-space-changed"}, "risky"),
    "cross-branch-clash": ({"rerank-top-n-mismatch"}, "breaking"),
    "embedder-swap": ({"embedding-dimension-mismatch", "embedding-space-changed"}, "breaking"),
    "environment-drift": ({"environment-drift"}, "breaking"),
    "fallback-removed": ({"fallback-removed"}, "risky"),
    "guardrail-bypassed": ({"guardrail-bypass-path"}, "breaking"),
    "guardrail-made-optional": ({"guardrail-made-optional", "guardrail-bypass-path"}, "breaking"),
    "guardrail-removed": ({"guardrail-removed", "guardrail-bypass-path"}, "breaking"),
    "guardrail-reordered": ({"guardrail-reordered"}, "breaking"),
    "modelspec-only": ({"precision-lowered", "context-window-reduced", "guardrail-made-optional"}, "breaking"),
    "partial-update": ({"embedding-space-changed", "embedding-dimension-mismatch"}, "breaking"),
    "reranker-schema": ({"output-field-removed"}, "breaking"),
    "reranker-slower": ({"path-latency-slo-exceeded"}, "breaking"),
    "same-dimension-swap": ({"embedding-space-changed"}, "breaking"),
    "slack-absorbed": (set(), "safe"),
    "tokenizer-change": ({"tokenizer-changed"}, "risky"),
}
NAMES = {"terminal": "txt", "markdown": "md", "json": "json"}


def files(scenario: str, side: str) -> dict[str, bytes]:
    folder = EXAMPLES / scenario / side
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def report(scenario: str) -> Report:
    return compared(files(scenario, "base"), files(scenario, "head"))


def test_each_scenario_is_listed() -> None:
    assert sorted(SHOWS) == SCENARIOS


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_scenario_shows_what_it_is_there_to_show(scenario: str) -> None:
    rules, verdict = SHOWS[scenario]
    made = report(scenario)
    introduced = {one.rule for one in made.findings if one.status.value == "introduced"}
    assert rules <= introduced
    assert made.verdict.value == verdict


@pytest.mark.parametrize("format_", sorted(RENDERERS.keys() & NAMES.keys()))
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_report_reads_as_it_did(scenario: str, format_: str, snapshot: SnapshotAssertion) -> None:
    class Golden(SingleFileSnapshotExtension):
        _write_mode = WriteMode.TEXT
        file_extension = _file_extension = NAMES[format_]

    text = RENDERERS[format_](report(scenario), RenderOptions())
    assert text == snapshot(extension_class=Golden, name=f"{scenario}.{format_}")


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("side", ["base", "head"])
def test_a_version_against_itself_is_unchanged(scenario: str, side: str) -> None:
    same = files(scenario, side)
    made = compared(same, same)
    assert (made.changes, made.verdict.value, made.exit_code) == ((), "unchanged", 0)
