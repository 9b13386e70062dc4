"""The JSON report: section 8 of the design to the letter, and its published schema."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from golden import GoldenJson
from jsonschema import Draft202012Validator
from reports import APP, PAYLOADS, changed, embedder_swap, hostile, many_consumers, report
from syrupy.assertion import SnapshotAssertion

from msdiff.model.finding import Verdict
from msdiff.model.report import PathStep, Report, SloResult
from msdiff.model.values import Unknown
from msdiff.report import RENDERERS, RenderOptions
from msdiff.report.schema_v1 import report_schema
from tests.records import replace

SCHEMA = report_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
SAMPLES: list[Callable[[], Report]] = [embedder_swap, many_consumers, hostile, report]


def rendered(made: Report) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(RENDERERS["json"](made, RenderOptions()))
    return document


def test_the_realistic_report(snapshot: SnapshotAssertion) -> None:
    assert RENDERERS["json"](embedder_swap(), RenderOptions()) == snapshot.use_extension(GoldenJson)


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_report_fits_the_schema(sample: Callable[[], Report]) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(rendered(sample()))


def objects(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a document with its path, list positions left out."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from objects(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner, path)


def test_the_schema_knows_every_key_and_no_other() -> None:
    """The published schema allows more keys, so that v1 can grow; here they must be the same."""

    def close(schema: Any) -> None:
        for _, found in objects(schema):
            if found.get("type") == "object" and "properties" in found:
                found["additionalProperties"] = False
                assert set(found["required"]) == set(found["properties"])

    closed = json.loads(json.dumps(SCHEMA))
    close(closed)
    for sample in SAMPLES:
        Draft202012Validator(closed).validate(rendered(sample()))


def places(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    seen: set[tuple[str, str]] = set()
    for path, found in objects(document):
        for key in found:
            if (path, key) not in seen:
                seen.add((path, key))
                yield path, found, key


def test_a_missing_key_or_a_wrong_type_does_not_fit() -> None:
    document = rendered(embedder_swap())
    checked = 0
    for _, found, key in list(places(document)):
        kept = found.pop(key)
        assert not VALIDATOR.is_valid(document), f"{key} may be missing"
        if key not in ("old", "new"):
            found[key] = {"wrong": True} if not isinstance(kept, dict) else "wrong"
            assert not VALIDATOR.is_valid(document), f"{key} may be anything"
        found[key] = kept
        checked += 1
    assert checked > 100
    assert VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("verdict",), "terrible"),
        (("exitCode",), "1"),
        (("summary", "changes"), -1),
        (("changes", 0, "kind"), "attribute.moved"),
        (("changes", 0, "element"), "node:x"),
        (("findings", 0, "status"), "broken before"),
        (("findings", 0, "verdict"), "unverified"),
        (("slos", 0, "verdict"), "ok"),
        (("errors", 0, "line"), 0),
    ],
)
def test_a_word_outside_its_vocabulary_does_not_fit(path: tuple[str | int, ...], wrong: object) -> None:
    document: Any = rendered(embedder_swap())
    *way, last = path
    inner = document
    for key in way:
        inner = inner[key]
    inner[last] = wrong
    assert not VALIDATOR.is_valid(document)


def test_the_keys_of_the_design_come_first_and_in_its_order() -> None:
    document = rendered(embedder_swap())
    first = {
        "": "schema tool base head verdict exitCode summary changes findings affected slos errors",
        "/summary": "changes breaking risky safe unverified affected preexisting revealed resolved accepted "
        "obligations",
        "/changes": "id kind node edge attribute old new classification base head",
        "/findings": "fingerprint rule verdict level status message fix docs causes node edge path location related "
        "owner accepted",
        "/affected": "node verdict mechanisms causes path otherPaths",
        "/slos": "name at percentile limitMs baseMs headMs slackMs verdict criticalPath attribution",
        "/slos/criticalPath": "node ms deltaMs",
        "/slos/attribution": "change ms",
    }
    for path, found in objects(document):
        if path in first:
            expected = first[path].split()
            assert list(found)[: len(expected)] == expected
    for part in ("changes", "findings", "affected", "slos"):
        assert all(entry["graph"] == APP for entry in document[part])


def test_an_unknown_value_is_null_and_says_why() -> None:
    change = changed("c1", "node:a", "outputs.v.dimension", 768, Unknown("`a` declares no dimension"), 1)
    (entry,) = rendered(report(changes=(change,)))["changes"]
    assert (entry["old"], entry["new"]) == (768, None)
    assert (entry["oldUnknown"], entry["newUnknown"]) == (None, "`a` declares no dimension")


def test_figures_are_rounded_once_and_never_nan() -> None:
    slo = SloResult(
        APP, "a", "llm", "completion", "p95", 0.3, 0.1 + 0.2, float("inf"), float("nan"), "undetermined",
        (PathStep("llm", None, 547.0, 0.0),), (("c1", 1 / 3),),
    )  # fmt: skip
    (entry,) = rendered(report(slos=(slo,)))["slos"]
    assert (entry["limitMs"], entry["baseMs"], entry["headMs"], entry["baseLimit"]) == (0.3, 0.3, None, None)
    assert entry["criticalPath"][0] == {
        "node": "llm", "ms": 547, "deltaMs": 0, "edge": None, "amount": 547, "delta": 0,
    }  # fmt: skip
    assert entry["attribution"] == [{"change": "c1", "ms": 0.333333333333, "amount": 0.333333333333}]


def test_figures_that_are_no_latency_have_no_ms() -> None:
    slo = SloResult(
        APP, "up", "llm", "availability", "", 0.99, 0.995, 0.98, 0.99, "certain-miss", (), (("c1", -0.015),)
    )
    (entry,) = rendered(report(slos=(slo,)))["slos"]
    assert [entry[key] for key in ("limitMs", "baseMs", "headMs", "slackMs")] == [None] * 4
    assert [entry[key] for key in ("limit", "base", "head", "slack", "unit")] == [0.99, 0.995, 0.98, -0.01, "fraction"]
    assert entry["attribution"] == [{"change": "c1", "ms": None, "amount": -0.015}]


def test_hostile_text_survives_unchanged() -> None:
    text = RENDERERS["json"](hostile(), RenderOptions())
    assert text.encode()  # a lone surrogate stays an escape
    assert [entry["node"] for entry in json.loads(text)["changes"]] == list(PAYLOADS)


def test_order_of_keys_in_a_value_does_not_matter() -> None:
    one = changed("c1", "node:a", "schema", {"b": 1, "a": 2}, {"x": ({"d": 1, "c": 2},)}, 1)
    other = changed("c1", "node:a", "schema", {"a": 2, "b": 1}, {"x": ({"c": 2, "d": 1},)}, 1)
    first, second = (RENDERERS["json"](report(changes=(made,)), RenderOptions()) for made in (one, other))
    assert first == second


def test_no_option_changes_it() -> None:
    loud = RenderOptions(colour=True, width=40, unicode=False, verbose=2, quiet=True, max_chars=1)
    assert RENDERERS["json"](embedder_swap(), loud) == RENDERERS["json"](embedder_swap(), RenderOptions())


def test_summary_counts_changes_and_findings() -> None:
    made = replace(embedder_swap(), verdict=Verdict.BREAKING)
    summary = rendered(made)["summary"]
    assert summary == {
        "changes": 7, "breaking": 4, "risky": 0, "safe": 2, "unverified": 1, "affected": 4, "preexisting": 2,
        "revealed": 1, "resolved": 1, "accepted": 1, "obligations": {"total": 31, "decided": 27}, "introduced": 4,
        "worsened": 0,
    }  # fmt: skip
