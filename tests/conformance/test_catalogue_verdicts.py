"""Verdict conditions of the rules catalogue that lie between two rules, or between a rule and the absence policy."""

import pytest

from tests.conformance.specs import Spec, chain, changed, edge, entry, step, told, verdicts
from tests.snapshots import compared_specs


def wired(producer: Spec, consumer: Spec, **stated: object) -> Spec:
    return {"nodes": {"a": producer, "b": consumer}, "edges": [edge("a.o", "b.i", **stated)]}


def object_of(*fields: str, required: tuple[str, ...] = ()) -> Spec:
    return {"type": "object", "properties": {name: {"type": "string"} for name in fields}, "required": list(required)}


def test_a_field_that_nobody_reads_may_go_and_one_of_which_nobody_knows_is_risky() -> None:
    def sent(fields: tuple[str, ...], read: Spec) -> Spec:
        return wired({"outputs": {"o": {"schema": object_of(*fields)}}}, {"inputs": {"i": read}})

    known = {"schema": object_of("x")}
    assert told(sent(("x", "y"), known), sent(("x",), known)) == []
    assert told(sent(("x", "y"), {}), sent(("x",), {})) == [("output-field-removed", "a", "introduced", "risky")]


def test_an_input_with_a_default_and_an_optional_one_may_be_added() -> None:
    base = wired(step(), step())
    for port, expected in (({"default": "x"}, "safe"), ({"required": False}, "safe"), ({"type": "text"}, "breaking")):
        head = changed(base, lambda spec, one=port: spec["nodes"]["b"]["inputs"].update(j=one))
        assert verdicts(compared_specs(base, head)) == {"inputs.j": expected}


def test_a_guards_label_that_is_acted_on_may_not_go() -> None:
    def said(*labels: str) -> Spec:
        guard = {"role": "guardrail", "guard": {"onFailure": "closed"}, "outputs": {"o": {"labels": list(labels)}}}
        return wired(guard, {"inputs": {"i": {"labels": ["safe", "unsafe", "other"]}}})

    rule = "guardrail-label-set-changed"
    assert told(said("safe", "unsafe"), said("safe"), rule) == [(rule, "a", "introduced", "breaking")]


@pytest.mark.parametrize(
    ("fallback", "expected"),
    [(["c"], ["risky"]), (None, ["risky"]), (["c", "b"], []), (["b", "c"], []), (["d"], [])],
)
def test_a_fallback_is_removed_only_if_less_is_left(fallback: list[str] | None, expected: list[str]) -> None:
    spec: Spec = {"nodes": {name: step() for name in "abcd"}, "edges": []}
    base = changed(spec, lambda made: made["nodes"]["a"].update(fallback=["b", "c"]))
    head = changed(spec, lambda made: made["nodes"]["a"].update({"fallback": fallback} if fallback else {}))
    assert [one[3] for one in told(base, head, "fallback-removed")] == expected


def test_another_text_before_queries_is_risky_where_the_index_says_nothing_of_it() -> None:
    def asking(query: str) -> Spec:
        port = {"type": "embedding", "prefix": {"query": query, "passage": "p: "}}
        embedder = {"role": "embedder", "model": {"id": "m"}, "outputs": {"o": port}}
        store = {"role": "vectorStore", "store": {"builtWith": {"model": "m", "prefix": "p: "}}, "inputs": {"i": {}}}
        return wired(embedder, store)

    assert told(asking("q: "), asking("question: ")) == [("embedding-prefix-mismatch", "a", "introduced", "risky")]


def test_what_becomes_required_and_promises_less_than_is_asked_breaks() -> None:
    def needing(required: bool, promised: float) -> Spec:
        spec = wired(step(), step(availability=promised), required=required)
        return {**spec, "slos": [{"name": "s", "at": "b", "metric": "availability", "availability": 0.99}]}

    rule = "dependency-requirement-changed"
    assert [one[3] for one in told(needing(False, 0.9), needing(True, 0.9), rule)] == ["breaking"]
    assert [one[3] for one in told(needing(False, 0.999), needing(True, 0.999), rule)] == ["risky"]


# data labels and regions


def flow(labels: list[str] | None, permitted: list[str] | None, **more: object) -> Spec:
    user = entry(**({"dataLabels": labels} if labels else {}))
    port = {"type": "text", **({"dataLabels": permitted} if permitted else {})}
    node = {"role": "generator", "endpoint": {"external": True}, "inputs": {"i": port}, **more}
    return {"nodes": {"u": user, "l": node}, "edges": chain("u", "l")}


PII = "pii-flow-to-disallowed-node"


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        (flow(["public"], ["public"]), flow(["pii.email"], ["public"]), ("introduced", "breaking")),
        (flow(["pii.email"], ["pii"]), flow(["pii.email"], ["public"]), ("introduced", "breaking")),
        (flow(["pii.email"], ["pii"]), flow(["pii.email"], None), ("introduced", "breaking")),
        (flow(["pii.email"], ["pii"]), flow(None, ["pii"]), ("introduced", "breaking")),
        (flow(None, ["public"]), flow(["pii.email"], ["public"]), ("revealed", "breaking")),
    ],
)
def test_data_labels(base: Spec, head: Spec, expected: tuple[str, str]) -> None:
    assert [one[2:] for one in told(base, head, PII)] == [expected]


def test_what_an_entry_lets_in_is_unknown_until_it_says_so() -> None:
    unwired = changed(flow(None, ["public"]), lambda spec: spec["edges"].clear())
    report = compared_specs(unwired, flow(None, ["public"]))
    assert verdicts(report) == {"edge.added": "unverified"}
    anything = changed(flow(None, ["any"]), lambda spec: spec["edges"].clear())
    assert verdicts(compared_specs(anything, flow(None, ["any"]))) == {"edge.added": "safe"}


def test_an_external_node_that_no_longer_says_its_region_is_risky() -> None:
    def placed(**governance: str) -> Spec:
        spec = flow(None, None, **({"governance": governance} if governance else {}))
        return changed(spec, lambda made: made["nodes"]["u"]["outputs"]["o"].update(residency=["eu"]))

    rule = "data-region-changed"
    assert [one[2:] for one in told(placed(region="eu-1"), placed(), rule)] == [("introduced", "risky")]
    assert [one[2:] for one in told(placed(region="eu-1"), placed(region="us-1"), rule)] == [("introduced", "breaking")]
    everywhere = placed(region="eu-1", deploymentType="global")
    assert [one[2:] for one in told(placed(region="eu-1"), everywhere, rule)] == [("introduced", "breaking")]


# budgets


def test_a_first_token_behind_a_call_of_unknown_length_is_never_certain() -> None:
    def streaming(first: int) -> Spec:
        figures = {"minMs": 0, "p95Ms": first, "maxMs": first}
        return {"streaming": {"ttft": figures, "tpot": {"minMs": 0, "p95Ms": 0, "maxMs": 0}}}

    spec: Spec = {
        "nodes": {"a": {"role": "generator", **streaming(0)}, "b": {"role": "generator", **streaming(10)}},
        "edges": [edge("a", "b", kind="call")],
        "slos": [{"name": "s", "at": "a", "metric": "ttft", "percentile": "p95", "latencyMs": 1000}],
    }
    assert [one.verdict for one in compared_specs(spec, spec).slos] == ["undetermined"]
    late = changed(spec, lambda made: made["slos"][0].update(latencyMs=5))
    assert [one.verdict for one in compared_specs(late, late).slos] == ["budget-exceeded"]


def test_a_model_that_is_no_longer_named_is_a_dropped_contract() -> None:
    base: Spec = {"nodes": {"l": {"role": "generator", "model": {"id": "acme-1"}}}}
    head: Spec = {"nodes": {"l": {"role": "generator"}}}
    assert told(base, head) == [("model-identity-changed", "l", "introduced", "risky")]
