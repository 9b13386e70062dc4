"""The SARIF report: the standard, GitHub's limits, and nothing in it acts."""

import json
import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from golden import GoldenSarif
from jsonschema import Draft7Validator
from reports import APP, LEVELS, PAYLOADS, at, changed, embedder_swap, finding, hostile, many_consumers, report
from sarif_shape import SCHEMA, objections
from syrupy.assertion import SnapshotAssertion

from msdiff.model.change import Change
from msdiff.model.finding import Level, Related, Verdict
from msdiff.model.graph import Fact
from msdiff.model.location import Location
from msdiff.model.obligation import Status
from msdiff.model.report import ClassifiedChange, Report
from msdiff.report import RENDERERS, RenderOptions
from msdiff.report.options import RuleDocument
from msdiff.report.sarif import render
from tests.records import replace

VALIDATOR = Draft7Validator(SCHEMA)
SAMPLES: list[Callable[[], Report]] = [embedder_swap, many_consumers, hostile, report]
PLACES = {APP: {name: at(line) for line, name in enumerate(("embedder", "vector_db", "reranker", "llm"), 10)}}
BREAKING = Verdict.BREAKING


def log(made: Report, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(made, RenderOptions(**options)))
    return found


def run(made: Report, **options: Any) -> dict[str, Any]:
    (found,) = log(made, **options)["runs"]
    assert isinstance(found, dict)
    return found


def results(made: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run(made)["results"]
    return found


def document(rule: str) -> RuleDocument:
    return RuleDocument("latency", f"Why {rule} matters.", "Wait {required} ms.", ("https://example.org/1", "nowhere"))


def line(location: dict[str, Any]) -> str:
    physical = location["physicalLocation"]
    return f"{physical['artifactLocation']['uri']}:{physical['region']['startLine']}"


def flow(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Place and words of each step of a result's way."""
    ((thread,),) = (one["threadFlows"] for one in result["codeFlows"])
    return [(line(step["location"]), step["location"]["message"]["text"]) for step in thread["locations"]]


def test_the_realistic_report(snapshot: SnapshotAssertion) -> None:
    text = render(replace(embedder_swap(), places=PLACES), RenderOptions(documents=document))
    assert text == snapshot.use_extension(GoldenSarif)


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("documents", [None, document, lambda rule: None])
def test_every_report_fits_the_standard_and_github(sample: Callable[[], Report], documents: Any) -> None:
    Draft7Validator.check_schema(SCHEMA)
    made = log(sample(), documents=documents)
    VALIDATOR.validate(made)
    assert objections(made) == []


@pytest.mark.node
@pytest.mark.parametrize("sample", SAMPLES)
def test_every_report_fits_the_official_schema(sample: Callable[[], Report]) -> None:
    path = os.environ.get("MSDIFF_SARIF_SCHEMA")
    if not path:
        pytest.skip("MSDIFF_SARIF_SCHEMA does not name the standard's sarif-schema-2.1.0.json")
    with open(path, encoding="utf-8") as file:
        Draft7Validator(json.load(file)).validate(log(sample(), documents=document))


def test_the_checks_can_fail() -> None:
    made = log(embedder_swap())
    result = made["runs"][0]["results"][0]
    for path, value in (
        (("message", "text"), "see [x](9)"),
        (("ruleIndex",), 1),
        (("level",), "none"),
        (("locations",), []),
    ):
        *way, last = path
        inner = result
        for key in way:
            inner = inner[key]
        kept, inner[last] = inner[last], value
        assert len(objections(made)) == 1
        inner[last] = kept
    result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "https://evil.example/x"
    assert not VALIDATOR.is_valid(made)


def test_nothing_changed() -> None:
    found = run(report())
    assert (found["results"], found["tool"]["driver"]["rules"]) == ([], [])
    assert found["invocations"][0]["exitCode"] == 0


def test_it_stands_on_the_changed_line_and_leads_to_the_consumer() -> None:
    first = results(embedder_swap())[0]
    assert [line(one) for one in first["locations"]] == ["app.yaml:21"]
    assert [(one["id"], line(one), one["message"]["text"]) for one in first["relatedLocations"]] == [
        (1, "app.yaml:26", "vector_db"),
        (2, "app.yaml:25", "`store.builtWith.dimension` still says 768"),
        (3, "deploy/index.yaml:7", "the collection is created with 768"),
    ]
    assert first["message"]["text"] == (
        "`embedder` gives 1024, `vector_db` accepts 768. Caused by embedder outputs.vector.dimension 768 → 1024. "
        "See [vector_db at app.yaml:26](1), [app.yaml:25](2), [deploy/index.yaml:7](3). "
        "Do this: Build a new collection at 1024 dimensions and re-embed, or pin `embedder` back."
    )


def test_a_way_has_the_value_at_each_hop() -> None:
    hops = (("embedder", "gives 1024"), ("retriever", "gives 1024"), ("vector_db", "accepts 768"))
    change = changed("c1", "node:embedder", "outputs.vector.dimension", 768, 1024, 21, BREAKING)
    found = finding("r", BREAKING, "No.", node="vector_db", causes=("c1",), hops=hops, line=26)
    made = report(changes=(change,), findings=(found,))
    cause = ("app.yaml:21", "embedder outputs.vector.dimension 768 → 1024, gives 1024")
    assert flow(results(replace(made, places={APP: {"retriever": at(23)}}))[0]) == [
        cause,
        ("app.yaml:23", "retriever gives 1024"),
        ("app.yaml:26", "vector_db accepts 768"),
    ]
    # where nobody says where a node stands, its words go before the next one's
    assert flow(results(made)[0]) == [cause, ("app.yaml:26", "retriever gives 1024 → vector_db accepts 768")]


def test_the_way_of_a_budget_has_what_each_step_takes() -> None:
    slo = next(
        one for one in results(replace(embedder_swap(), places=PLACES)) if one["ruleId"] == "path-latency-slo-exceeded"
    )
    assert flow(slo) == [
        ("app.yaml:10", "safety_filter 30 ms → embedder 18 ms (+6)"),
        ("app.yaml:11", "vector_db 25 ms"),
        ("app.yaml:34", "reranker latency.p95Ms 80 → 160, 160 ms (+80)"),
        ("app.yaml:56", "llm 400 ms"),
    ]


def test_a_way_without_a_second_place_is_none() -> None:
    found = finding("r", BREAKING, "No.", node="a", path=("a", "b"), line=3)
    assert "codeFlows" not in results(report(findings=(found,)))[0]


def test_a_long_way_says_what_it_leaves_out() -> None:
    names = tuple(f"n{number:04}" for number in range(1_500))
    found = finding("r", BREAKING, "No.", node=names[-1], path=names, line=3)
    made = replace(report(findings=(found,)), places={APP: {name: at(7) for name in names}})
    steps = [text for _, text in flow(results(made)[0])]
    assert len(steps) <= 100
    assert steps[0] == "n0000"
    assert steps[50] == "(1,401 steps not shown) → n1451"
    assert steps[-1] == "n1499"


def test_the_slo_stands_where_it_costs_most() -> None:
    slo = next(one for one in results(embedder_swap()) if one["ruleId"] == "path-latency-slo-exceeded")
    assert line(slo["locations"][0]) == "app.yaml:34"  # the reranker's 80 ms, not the embedder's 6


def test_a_removed_node_stands_at_who_survives() -> None:
    gone = Change("c1", "node.removed", APP, Fact("node:guard"), None, None, at(11), None)
    found = replace(
        finding("guardrail-removed", BREAKING, "No guard.", node="guard", causes=("c1",), path=("guard", "llm")),
        location=at(11),
    )
    made = report(changes=(ClassifiedChange(gone, BREAKING),), findings=(found,))
    assert line(results(replace(made, places=PLACES))[0]["locations"][0]) == "app.yaml:13"
    assert line(results(made)[0]["locations"][0]) == "app.yaml:11"  # nothing is left that is known to stand in head


def test_what_was_broken_before_stays_where_it_is() -> None:
    change = changed("c1", "node:embedder", "outputs.vector.dimension", 768, 1024, 21, BREAKING)
    found = finding("r", BREAKING, "No.", node="llm", causes=("c1",), status=Status.PREEXISTING, line=45)
    (result,) = results(report(changes=(change,), findings=(found,)))
    assert line(result["locations"][0]) == "app.yaml:45"
    assert result["baselineState"] == "unchanged"


def test_states_and_suppressions() -> None:
    found = {one["properties"]["status"]: one for one in results(embedder_swap())}
    assert {status: one["baselineState"] for status, one in found.items()} == {
        "introduced": "new",
        "preexisting": "unchanged",
        "revealed": "new",
    }
    assert "resolved" not in found  # GitHub would open an alert for it
    assert run(embedder_swap())["properties"]["resolved"] == 1
    (accepted,) = [one for one in results(embedder_swap()) if one["suppressions"]]
    assert accepted["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "the provider pins it",
            "location": {
                "physicalLocation": {
                    "artifactLocation": {"uri": ".msdiff/accepted.yaml", "uriBaseId": "SRCROOT"},
                    "region": {"startLine": 3, "startColumn": 3},
                }
            },
            "properties": {"by": "@dana", "until": "2026-12-31"},
        }
    ]


def test_one_version_has_no_baseline() -> None:
    made = report(mode="check", findings=(finding("r", BREAKING, "No.", node="a"),))
    assert "baselineState" not in results(made)[0]


def test_worst_first_and_the_fingerprint_is_ours() -> None:
    found = results(embedder_swap())
    assert [one["properties"]["failsRun"] for one in found] == [True] * 3 + [False] * 4
    assert [one["partialFingerprints"]["msdiff/v1"] for one in found][:3] == ["4f1c9a02d7", "81b0aa57c3", "2be7710f94"]
    assert not any("primaryLocationLineHash" in one["partialFingerprints"] for one in found)


def test_consumers_on_one_line_name_each_other() -> None:
    """GitHub shows the results of one rule on one line as one alert."""
    texts = [one["message"]["text"] for one in results(many_consumers(3))]
    assert "The same line is behind this finding for service_0001, service_0002." in texts[0]
    assert "The same line is behind this finding for service_0000, service_0002." in texts[1]
    many = results(many_consumers(500))[0]["message"]["text"]
    assert "service_0010 and 489 more." in many


def test_a_rule_is_told_without_the_values_of_one_finding() -> None:
    (rule,) = run(many_consumers(2), documents=document)["tool"]["driver"]["rules"][:1]
    assert rule == {
        "id": "embedding-dimension-mismatch",
        "shortDescription": {"text": "About embedding-dimension-mismatch"},
        "fullDescription": {"text": "Why embedding-dimension-mismatch matters."},
        "help": {
            "text": "About embedding-dimension-mismatch\n\nWhy embedding-dimension-mismatch matters.\n\n"
            "What to do: Wait {required} ms.\n\nReferences:\nhttps://example.org/1",
            "markdown": "About embedding-dimension-mismatch\n\nWhy embedding-dimension-mismatch matters.\n\n"
            "What to do: Wait {required} ms.\n\nReferences:\n\n- <https://example.org/1>",
        },
        "helpUri": "https://example.org/rules#embedding-dimension-mismatch",
        "defaultConfiguration": {"level": "error"},
        "properties": {"problem.severity": "error", "tags": ["latency"]},
    }


def test_help_has_an_address_only_if_it_is_absolute() -> None:
    found = replace(finding("r", BREAKING, "No.", node="a"), docs="docs/rules.md#r")
    (rule,) = run(report(findings=(found,)))["tool"]["driver"]["rules"]
    assert "helpUri" not in rule


@pytest.mark.parametrize(("version", "semantic"), [("0.1.0", True), ("0.1.0.dev3", False), ("1.2", False)])
def test_a_version_is_semantic_only_if_it_is(version: str, semantic: bool) -> None:
    driver = run(replace(report(), tool_version=version))["tool"]["driver"]
    assert (driver["version"], "semanticVersion" in driver) == (version, semantic)


def test_five_thousand_results_and_the_rest_is_counted() -> None:
    levels = {Level.ERROR: 5, Level.WARNING: 5_100}
    findings = tuple(
        finding("r", verdict, "No.", node=f"n{level.value}{number}", fingerprint=f"{level.value}{number}")
        for level, count in reversed(levels.items())
        for verdict in [next(verdict for verdict, found in LEVELS.items() if found is level)]
        for number in range(count)
    )
    made = log(report(findings=findings))
    VALIDATOR.validate(made)
    assert objections(made) == []
    (found,) = made["runs"]
    assert [one["level"] for one in found["results"]][:6] == ["error"] * 5 + ["warning"]
    assert len(found["results"]) == 5_000
    notes = [one["message"]["text"] for one in found["invocations"][0]["toolExecutionNotifications"]]
    assert notes[1].startswith("105 results not in this file, ")


def test_a_file_that_github_would_refuse_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("msdiff.report.sarif._COMPRESSED", 60_000)
    found = run(many_consumers(2_000))
    left = len(found["results"])
    assert 0 < left < 2_001
    notes = [one["message"]["text"] for one in found["invocations"][0]["toolExecutionNotifications"]]
    assert notes[1].startswith(f"{2_001 - left:,} results not in this file, ")


def test_many_places_are_cut_where_github_cuts_them() -> None:
    related = tuple(Related(at(number), "still says 768") for number in range(2, 400))
    (result,) = results(report(findings=(finding("r", BREAKING, "No.", node="a", related=related),)))
    assert len(result["relatedLocations"]) == 100
    assert "and 95 more places." in result["message"]["text"]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a b/ü.yaml", "a%20b/%C3%BC.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("//evil.example/x", "%2F/evil.example/x"),
        ("https://evil.example/x?y#z", "https%3A//evil.example/x%3Fy%23z"),
        ("back\\slash%41", "back%5Cslash%2541"),
        ("caf\udce9.yaml", "caf%E9.yaml"),
        ("\ud800.yaml", "%ED%A0%80.yaml"),
    ],
)
def test_a_file_is_a_relative_uri(file: str, uri: str) -> None:
    found = replace(finding("r", BREAKING, "No.", node="a"), location=Location(file, 1, 1))
    (result,) = results(report(findings=(found,)))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for key, inner in value.items() for text in (*strings(key), *strings(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in strings(inner)]
    return [value] if isinstance(value, str) else []


def test_payloads_do_nothing() -> None:
    made = run(hostile(), documents=lambda rule: RuleDocument(PAYLOADS[15], PAYLOADS[16], PAYLOADS[17], PAYLOADS))
    assert len(made["results"]) == 3 * len(PAYLOADS)
    for text in strings(made):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    for result in made["results"]:
        texts = [result["message"]["text"], *(one["message"]["text"] for one in result["relatedLocations"])]
        texts += [text for _, text in flow(result)] if "codeFlows" in result else []
        for text in texts:
            assert not re.search(r"@\w|#\d|\bGH-\d|://|\bwww\.", text, re.IGNORECASE)
            assert not re.search(r"\]\((?!\d+\))", text)


def test_links_of_hostile_names_stay_links() -> None:
    found = finding("r", BREAKING, "No.", node="a](0) [b\\", line=3)
    change = changed("c1", "node:x", "a", 1, 2, 9)
    (result,) = results(report(changes=(change,), findings=(replace(found, causes=("c1",)),)))
    assert "See [a\\]\u200b(0) \\[b\\\\ at app.yaml:3](1)." in result["message"]["text"]


def test_only_documents_change_it() -> None:
    loud = RenderOptions(colour=True, width=40, unicode=False, verbose=2, quiet=True, max_chars=1)
    assert RENDERERS["sarif"](embedder_swap(), loud) == render(embedder_swap(), RenderOptions())
