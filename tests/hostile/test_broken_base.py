"""A base that cannot be read in full: reported, and what it held is unknown. Nothing is called new, safe or resolved that
may have been there before; what is known in both versions is judged as ever."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from msdiff.model.report import Report
from tests.laws.test_oracle import Spec, edited
from tests.snapshots import compared, document, found

BROKEN = "apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {name: other}\nspec: {nodes: [\n"
GUARDED: Spec = {
    "nodes": {
        "start": {"role": "entry", "outputs": {"o": {"type": "text"}}},
        "filter": {
            "role": "guardrail",
            "guard": {"kinds": ["toxicity"], "onFailure": "closed"},
            "inputs": {"i": {"type": "text"}},
            "outputs": {"o": {"type": "text"}},
        },
        "llm": {"role": "generator", "inputs": {"i": {"type": "text", "maxTokens": 100}}},
    },
    "edges": [{"from": "start.o", "to": "filter.i"}, {"from": "filter.o", "to": "llm.i"}],
}


def changed(spec: Spec, **nodes: Any) -> Spec:
    return {**spec, "nodes": {name: {**one, **nodes.get(name, {})} for name, one in spec["nodes"].items()}}


BYPASSED: Spec = {**GUARDED, "edges": [*GUARDED["edges"], {"from": "start.o", "to": "llm.i"}]}


def classified(report: Report) -> dict[str, str]:
    return {
        f"{one.change.kind} {one.change.fact.element}.{one.change.attribute or ''}": one.classification.value
        for one in report.changes
    }


def test_a_graph_that_was_broken_in_base_is_not_new_and_safe() -> None:
    report = compared({"app.yaml": BROKEN}, {"app.yaml": document(GUARDED)})
    assert set(classified(report).values()) == {"unverified"}
    assert {one.reasons[-1] for one in report.changes} == {"base could not be read in full: this may not be new"}
    assert (report.verdict.value, report.exit_code, report.findings) == ("unverified", 0, ())
    assert [(one.side, str(one.location)) for one in report.problems] == [("base", "app.yaml:4:16")]
    assert report.notes == (
        "base could not be read in full (`app.yaml`): what is new here may not be new, and what it held is unknown",
    )


def test_what_is_violated_now_is_revealed_not_introduced() -> None:
    head = changed(BYPASSED, llm={"inputs": {"i": {"type": "text", "maxTokens": 10}}})
    head["nodes"]["start"] = {"role": "entry", "outputs": {"o": {"type": "text", "maxTokens": 20}}}
    head["edges"] = [*head["edges"], {"from": "llm", "to": "nowhere"}]
    new = compared({}, {"app.yaml": document(head)})
    assert new.exit_code == 1
    assert {one.status.value for one in new.findings} == {"introduced"}
    report = compared({"app.yaml": BROKEN}, {"app.yaml": document(head)})
    assert {one.status.value for one in report.findings} == {"revealed"}
    assert {one.rule for one in report.findings} == {one.rule for one in new.findings}
    assert (report.verdict.value, report.exit_code) == ("unverified", 0)
    assert compared({"app.yaml": BROKEN}, {"app.yaml": document(head)}, strict=True).exit_code == 1


def test_a_rule_about_additions_says_revealed() -> None:
    base: Spec = {"nodes": {"a": {"role": "agent", "outputs": {"o": {"type": "text"}}}}, "edges": []}
    head = changed(base, a={"tools": {"offered": {"pay": {"sideEffect": "write"}}}})
    files = {"app.yaml": document(base), "more.yaml": BROKEN}
    whole = compared({"app.yaml": document(base)}, {"app.yaml": document(head)})
    report = compared(files, {"app.yaml": document(head)})
    assert {one.status.value for one in report.findings} <= {"revealed"}
    assert [one.rule for one in report.findings] == [one.rule for one in whole.findings]


def test_a_known_value_that_changed_is_judged_as_ever() -> None:
    base, head = changed(GUARDED), changed(GUARDED, filter={"enabled": False})
    expected = found(compared({"app.yaml": document(base)}, {"app.yaml": document(head)}))
    assert ("guardrail-bypass-path", "llm", "introduced", "breaking") in expected
    report = compared({"app.yaml": document(base), "more.yaml": BROKEN}, {"app.yaml": document(head)})
    assert found(report) == expected
    assert report.exit_code == 1


def test_a_reference_into_the_broken_file_was_not_dangling_and_is_not_resolved() -> None:
    part: Spec = {"nodes": {"start": {"role": "entry"}}, "edges": [{"from": "start", "to": "llm"}]}
    rest: Spec = {"nodes": {"llm": {"role": "generator"}}, "edges": []}
    broken = document(rest).replace('"nodes"', '"nodes')
    report = compared(
        {"a.yaml": document(part), "b.yaml": broken}, {"a.yaml": document(part), "b.yaml": document(rest)}
    )
    assert report.findings == ()
    again = compared({"a.yaml": document(part), "b.yaml": broken}, {"a.yaml": document(part)})
    assert found(again) == [("dangling-reference", "start", "revealed", "breaking")]


def test_only_the_graph_with_the_mistake_is_in_doubt_where_the_file_tells_which_it_is() -> None:
    other = changed(GUARDED, llm={"latency": {"p95Ms": "soon"}})
    right = changed(GUARDED, llm={"latency": {"p95Ms": 3}})
    base = {"a.yaml": document(GUARDED, "a"), "b.yaml": document(other, "b")}
    report = compared(base, {"a.yaml": document(BYPASSED, "a"), "b.yaml": document(right, "b")})
    assert ("guardrail-bypass-path", "llm", "introduced", "breaking") in found(report)
    assert {one.graph for one in report.findings} == {"a"}
    doubted = [one for one in report.changes if one.change.graph == "b"]
    assert [(one.change.kind, one.classification.value) for one in doubted] == [("attribute.added", "unverified")]


@pytest.mark.parametrize("given_twice", ["same file", "two files"])
def test_of_two_contradicting_statements_none_counts(given_twice: str) -> None:
    text = document(changed(GUARDED, llm={"inputs": {"i": {"type": "text", "maxTokens": 200}}}))
    if given_twice == "same file":
        base = {"app.yaml": text.replace('"maxTokens": 200', '"maxTokens": 100, "maxTokens": 200')}
    else:
        part: Spec = {"nodes": {"llm": {"inputs": {"i": {"maxTokens": 100}}}}, "edges": []}
        base = {"app.yaml": text, "part.yaml": document(part)}
    for head in (text, text.replace("200", "100")):
        report = compared(base, {"app.yaml": head})
        wanted = "attribute.added node:llm.inputs.i.maxTokens"
        whole = "node.added node:llm."
        assert "unverified" in (classified(report).get(wanted), classified(report).get(whole))
        assert report.verdict.value == "unverified"


def test_no_rename_is_guessed_where_the_new_name_may_be_an_old_one() -> None:
    head = json.loads(json.dumps(GUARDED).replace('"filter', '"screen'))
    assert "node.renamed" in {one.change.kind for one in compared(*_documents(GUARDED, head)).changes}
    files, after = _documents(GUARDED, head)
    report = compared({**files, "more.yaml": BROKEN}, after)
    assert "node.renamed" not in {one.change.kind for one in report.changes}
    declared = changed(head, screen={"renamedFrom": "filter"})
    report = compared({**files, "more.yaml": BROKEN}, _documents(GUARDED, declared)[1])
    assert "node.renamed" in {one.change.kind for one in report.changes}
    other = compared({"app.yaml": document(GUARDED), "more.yaml": BROKEN}, {"app.yaml": document(GUARDED, "shop")})
    assert {one.change.kind.partition(".")[2] for one in other.changes} == {"added", "removed"}


def _documents(base: Spec, head: Spec) -> tuple[dict[str, str], dict[str, str]]:
    return {"app.yaml": document(base)}, {"app.yaml": document(head)}


def test_figures_of_half_a_base_are_no_figures() -> None:
    slo = {"slos": [{"name": "answer", "at": "llm", "percentile": "p95", "latencyMs": 100}]}
    part: Spec = {"nodes": {"start": {"role": "entry"}, "llm": {"role": "generator", "latency": {"p95Ms": 90}}}}
    part = {**part, "edges": [{"from": "start", "to": "llm"}], **slo}
    more: Spec = {"nodes": {"slow": {"role": "tool", "latency": {"p95Ms": 50}}}}
    more["edges"] = [{"from": "start", "to": "slow"}, {"from": "slow", "to": "llm"}]
    base = {"a.yaml": document(part), "b.yaml": document(more).replace('"edges"', '"edges')}
    report = compared(base, {"a.yaml": document(part), "b.yaml": document(more)})
    (slo_result,) = report.slos
    assert (slo_result.base, slo_result.head) == (None, 140)
    assert {one.status.value for one in report.findings} == {"revealed"}
    assert report.exit_code == 0


@settings(max_examples=60, deadline=None)
@given(edited())
def test_less_of_base_never_makes_more_safe(pair: tuple[Spec, Spec]) -> None:
    """The nodes of base are spread over two files, and the second is broken."""
    base, head = pair
    names = sorted(base["nodes"])
    half = len(names) // 2
    one: Spec = {**base, "nodes": {name: base["nodes"][name] for name in names[:half]}}
    other: Spec = {"nodes": {name: base["nodes"][name] for name in names[half:]}}
    files = {"a.yaml": document(one), "b.yaml": document(other)}
    whole = compared(files, {"a.yaml": document(head)})
    broken = compared({**files, "b.yaml": files["b.yaml"].replace('"nodes"', '"nodes')}, {"a.yaml": document(head)})
    assert broken.verdict.value in ("unverified", "risky", "breaking")
    for one_change in broken.changes:
        if one_change.change.kind.endswith(".added") and one_change.change.old is None:
            assert one_change.classification.value != "safe"
    assert {one.rule for one in broken.findings if one.status.value == "resolved"} <= {
        one.rule for one in whole.findings if one.status.value == "resolved"
    }
    changes = (one.change for one in broken.changes)
    certain = {one.id for one in changes if not one.kind.endswith(".added") or one.old is not None}
    for finding in broken.findings:
        if finding.status.value in ("introduced", "worsened"):
            assert certain & set(finding.causes)
