"""Sections 7 to 9: what the command line takes as it is written there, the keys of the JSON report, acceptance."""

import json
import re
from typing import Any

from msdiff.model.finding import Acceptance
from msdiff.model.location import Location
from msdiff.report.json_v1 import render
from msdiff.report.options import RenderOptions
from tests.conformance.specs import Spec, changed, edge, entry
from tests.e2e.conftest import Run
from tests.e2e.playground import Repo
from tests.snapshots import compared_specs

# what the example of section 8 shows, with the graph that section 11, 5 adds
KEYS = {
    "": "schema tool base head verdict exitCode summary changes findings affected slos errors",
    "tool": "name version",
    "base": "label commit",
    "head": "label commit",
    "summary": "changes breaking risky safe unverified affected preexisting revealed resolved accepted obligations",
    "obligations": "total decided",
    "changes": "id kind node edge attribute old new classification base head graph element",
    "findings": "fingerprint rule verdict level status message fix docs causes node edge path location related owner accepted "
    "graph",
    "affected": "node verdict mechanisms causes path otherPaths graph",
    "slos": "name at percentile limitMs baseMs headMs slackMs verdict criticalPath attribution graph metric",
    "criticalPath": "node ms deltaMs edge",
    "attribution": "change ms",
}


def app(rerank: int = 80, dimension: int = 768) -> Spec:
    return {
        "nodes": {
            "user": entry(),
            "embedder": {
                "role": "embedder",
                "inputs": {"t": {"type": "text"}},
                "outputs": {"v": {"type": "embedding", "dimension": dimension}},
                "latency": {"p95Ms": rerank},
            },
            "db": {"role": "vectorStore", "inputs": {"q": {"dimension": 768}}, "latency": {"p95Ms": 5}},
        },
        "edges": [edge("user.o", "embedder.t"), edge("embedder.v", "db.q")],
        "slos": [{"name": "s", "at": "db", "percentile": "p95", "latencyMs": 90}],
    }


def as_json(*args: Any, **options: Any) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(render(compared_specs(*args, **options), RenderOptions()))
    return report


def test_the_report_has_every_key_of_the_example() -> None:
    report = as_json(app(), app(160, 1024))
    (slo,) = report["slos"]
    parts = {
        "": report, "tool": report["tool"], "base": report["base"], "head": report["head"], "summary": report["summary"],
        "obligations": report["summary"]["obligations"], "changes": report["changes"][0],
        "findings": report["findings"][0], "affected": report["affected"][0], "slos": slo,
        "criticalPath": slo["criticalPath"][-1], "attribution": slo["attribution"][0],
    }  # fmt: skip
    missing = {name: set(keys.split()) - parts[name].keys() for name, keys in KEYS.items()}
    assert missing == {name: set() for name in KEYS}
    assert set(report["findings"][0]["location"]) == {"file", "line", "column"}
    assert report["schema"] == "msdiff.report/v1"
    assert (report["verdict"], report["exitCode"]) == ("breaking", 1)


def test_the_summary_counts_changes_by_what_they_mean() -> None:
    report = as_json(app(), app(160, 1024))
    counted = {name: sum(one["classification"] == name for one in report["changes"]) for name in ("breaking", "safe")}
    assert {name: report["summary"][name] for name in counted} == counted
    assert report["summary"]["affected"] == len(report["affected"])


def test_changes_of_slos_and_policies_name_their_element() -> None:
    head = changed(app(), lambda spec: spec["slos"][0].update(latencyMs=95))
    (change,) = as_json(app(), head)["changes"]
    assert (change["kind"], change["element"], change["node"], change["edge"]) == ("slo.changed", "slo:s", None, None)


# acceptance


def test_what_is_accepted_does_not_fail_a_strict_run_until_it_runs_out() -> None:
    base = changed(app(), lambda spec: spec["nodes"]["db"]["inputs"]["q"].pop("dimension"))
    base["nodes"]["embedder"]["outputs"]["v"]["dimension"] = 1024
    base["nodes"]["db"]["role"] = "transform"
    head = changed(base, lambda spec: spec["nodes"]["db"]["inputs"]["q"].update(dimension=768))

    def exit_code(expired: bool) -> int:
        told = Acceptance("known", None, "2026-01-01", expired, Location("accepted.yaml", 1, 1))
        report = compared_specs(base, head, strict=True, accepted=lambda fingerprint: told)
        assert [one.status.value for one in report.findings] == ["revealed"]
        return report.exit_code

    assert exit_code(expired=False) == 0
    assert exit_code(expired=True) == 1


def test_accept_takes_a_fingerprint_alone_as_the_design_writes_it(repo: Repo, run: Run) -> None:
    before = run("main..HEAD")
    assert before.code == 1
    fingerprint = re.search(r"\[embedding-dimension-mismatch ([0-9a-f]{16})", before.out)
    assert fingerprint is not None
    done = run("accept", fingerprint[1], "--reason", "the index is rebuilt tonight")
    assert (done.code, done.err) == (0, "")
    assert fingerprint[1] in (repo.folder / ".msdiff" / "accepted.yaml").read_text(encoding="utf-8")
    assert run("main..HEAD").code == 0
    assert run("accept", "0" * 16, "--reason", "no such finding").code == 2


def test_explain_takes_a_fingerprint_alone(repo: Repo, run: Run) -> None:
    fingerprint = re.search(r"\[embedding-dimension-mismatch ([0-9a-f]{16})", run("main..HEAD").out)
    assert fingerprint is not None
    done = run("explain", fingerprint[1])
    assert done.code == 0
    assert "embedding-dimension-mismatch" in done.out
