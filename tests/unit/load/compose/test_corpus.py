"""Whole real stacks, and real changes to them, against what a reader found by hand.

The corpus is no part of msdiff: without it these tests are skipped.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from msdiff.model.finding import Finding
from msdiff.model.report import Report
from msdiff.resolve import resolve
from tests.snapshots import compared
from tests.unit.load.compose.stacks import loaded

CORPUS = Path(__file__).parents[5] / "shared" / "corpus"
STACKS = ("docker-compose", "docker-compose-models", "litellm-proxy")
CHANGES = ("emb-14", "emb-15", "llm-06", "noop-01", "noop-03", "top-01", "top-09", "top-10")
OTHERWISE = {
    "noop-01": "unchanged"
}  # what two secrets held is not read, and nothing else differs: the label says `safe`
UNKNOWN = {
    ("top-09", "deploy/helm/nvidia-blueprint-rag/values.yaml", 743)
}  # the label says: unknown, a chart that is not there

DANGLING = {
    "docker-compose/NVIDIA-AI-Blueprints__rag": {("workbench", "vlm-ms")},
    "litellm-proxy/own": {("gateway", "claude-long")},
}

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="corpus not found at ../shared/corpus")


def files(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


def repositories() -> list[Path]:
    return [one for kind in STACKS for one in sorted((CORPUS / "samples" / kind).glob("*")) if one.is_dir()]


@cache
def label(change: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CORPUS / "changes" / change / "expected.json").read_text("utf-8"))
    return found


@cache
def report(change: str) -> Report:
    folder = CORPUS / "changes" / change
    return compared(files(folder / "before"), files(folder / "after"))


@pytest.mark.parametrize("folder", repositories(), ids=lambda one: one.name)
def test_a_whole_stack_is_read(folder: Path) -> None:
    content = files(folder)
    found = loaded(content)
    assert found.problems == ()
    for claim in found.claims:
        lines = content[claim.location.file].decode("utf-8", "replace").splitlines()
        assert 1 <= claim.location.line <= len(lines)
        assert 1 <= claim.location.column <= len(lines[claim.location.line - 1]) + 1


@pytest.mark.parametrize("folder", repositories(), ids=lambda one: one.name)
def test_hosts_resolve_where_they_do(folder: Path) -> None:
    content = files(folder)
    broken = {
        (graph.label, one.name)
        for graph in resolve(loaded(content).claims, content.keys())
        for one in graph.references
        if not one.resolves
    }
    assert broken == DANGLING.get(f"{folder.parent.name}/{folder.name}", set())


@pytest.mark.parametrize("folder", repositories(), ids=lambda one: one.name)
def test_a_stack_equals_itself_and_its_dump(folder: Path) -> None:
    content = files(folder)
    if not loaded(content).claims:
        pytest.skip("it serves no model")
    report = compared(content, {name: data.replace(b"\r\n", b"\n") + b"\n# dumped\n" for name, data in content.items()})
    assert report.changes == ()


@pytest.mark.parametrize("change", CHANGES)
def test_the_verdict_of_a_real_change(change: str) -> None:
    verdict = report(change).verdict.value
    assert verdict in label(change)["acceptableVerdicts"] or verdict == OTHERWISE.get(change)


@pytest.mark.parametrize("change", CHANGES)
def test_every_place_that_was_forgotten_is_named(change: str) -> None:
    named = {(one.location.file, one.location.line) for finding in report(change).findings for one in finding.related}
    places = {(one["at"]["file"], one["at"]["line"]) for one in label(change)["stale"]}
    assert {place for place in places - named if (change, *place) not in UNKNOWN} == set()


@pytest.mark.parametrize("change", CHANGES)
def test_no_host_dangles_that_did_not_before(change: str) -> None:
    expected = ["data-prep-svc"] if change == "top-01" else []
    assert [one.node for one in _dangling(change)] == expected
    assert all("gaudi" in one.graph for one in _dangling(change))


def _dangling(change: str) -> list[Finding]:
    return [
        one for one in report(change).findings if one.rule == "dangling-reference" and one.status.value == "introduced"
    ]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("noop-03", "ENABLE_VLM_INFERENCE"),
        ("noop-03", "APP_EMBEDDINGS_DIMENSIONS"),
        ("top-09", "INGEST_DYNAMIC_MEMORY_THRESHOLD"),
    ],
)
def test_what_must_not_be_a_change(change: str, word: str) -> None:
    assert word not in repr(report(change).changes)


def test_one_image_is_one_cause_in_each_stack_and_no_other_model() -> None:
    told = report("llm-06")
    assert [(one.change.graph, one.change.fact) for one in told.changes] == [
        ("deploy/compose", ("node:nim-llm", "image")),
        ("workbench", ("node:nim-llm", "image")),
    ]
    assert not any(one.rule in ("model-identity-changed", "environment-drift") for one in told.findings)
