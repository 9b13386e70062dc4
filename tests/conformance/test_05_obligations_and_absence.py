"""Section 5: what holds on an edge, stored state, and what absence means."""

import pytest

from tests.conformance.specs import Spec, changed, edge, reasons, step, told, verdicts
from tests.snapshots import compared_specs, found

DIMENSION = "embedding-dimension-mismatch"
SPACE = "embedding-space-changed"
MAX = "max-input-below-producer-max"


def wire(
    offered: Spec, required: Spec, producer: str = "transform", consumer: str = "transform", **said: object
) -> Spec:
    """One edge between two ports."""
    return {
        "nodes": {
            "a": {"role": producer, "outputs": {"o": offered}},
            "b": {"role": consumer, "inputs": {"i": required}},
        },
        "edges": [edge("a.o", "b.i", **said)],
    }


def kept(model: str = "m1", built: Spec | None = None, **port: object) -> Spec:
    """An embedder in front of a store."""
    store = {"store": {"builtWith": built}} if built else {}
    return {
        "nodes": {
            "e": {"role": "embedder", "model": {"id": model}, "outputs": {"v": {"type": "embedding", **port}}},
            "db": {"role": "vectorStore", "inputs": {"q": {"type": "embedding"}}, **store},
        },
        "edges": [edge("e.v", "db.q")],
    }


# known against unknown


def test_known_against_unknown_is_unverified() -> None:
    report = compared_specs(wire({"maxTokens": 5}, {}), wire({"maxTokens": 6}, {}))
    assert verdicts(report) == {"outputs.o.maxTokens": "unverified"}
    assert report.findings == ()
    assert (report.verdict.value, report.exit_code) == ("unverified", 0)


def test_a_dropped_contract_is_risky() -> None:
    base = wire({"dimension": 768}, {"dimension": 768})
    assert told(base, wire({}, {"dimension": 768})) == [(DIMENSION, "b", "introduced", "risky")]
    assert told(base, wire({"dimension": 768}, {})) == [(DIMENSION, "b", "introduced", "risky")]


def test_a_contract_that_both_sides_drop_is_dropped() -> None:
    assert told(wire({"dimension": 768}, {"dimension": 768}), wire({}, {})) == [(DIMENSION, "b", "introduced", "risky")]


def test_a_broken_contract_is_not_mended_by_dropping_it() -> None:
    base = wire({"dimension": 1024}, {"dimension": 768})
    assert told(base, wire({"dimension": 1024}, {})) == [(DIMENSION, "b", "introduced", "risky")]
    assert told(base, wire({}, {})) == [(DIMENSION, "b", "introduced", "risky")]


def test_a_dropped_schema_is_one_dropped_contract() -> None:
    schema = {"type": "object", "properties": {"x": {"type": "string"}, "y": {"type": "number"}}, "required": ["x"]}
    base = wire({"schema": schema}, {"schema": schema})
    assert told(base, wire({"schema": schema}, {})) == [("output-field-removed", "b", "introduced", "risky")]


def test_unknown_to_known_and_violated_is_revealed() -> None:
    report = compared_specs(wire({}, {"maxTokens": 400}), wire({"maxTokens": 500}, {"maxTokens": 400}))
    assert found(report) == [(MAX, "b", "revealed", "breaking")]
    assert (report.verdict.value, report.exit_code) == ("unverified", 0)
    strict = compared_specs(wire({}, {"maxTokens": 400}), wire({"maxTokens": 500}, {"maxTokens": 400}), strict=True)
    assert (strict.verdict.value, strict.exit_code) == ("breaking", 1)


def test_a_new_port_only_reveals_what_was_wrong() -> None:
    base = {"nodes": {"a": {"outputs": {"o": {"dimension": 9}}}, "b": {}}, "edges": [edge("a.o", "b.i")]}
    head = changed(base, lambda spec: spec["nodes"]["b"].update(inputs={"i": {"dimension": 8}}))
    assert told(base, head, DIMENSION) == [(DIMENSION, "b", "revealed", "breaking")]


def test_what_is_revealed_behind_pass_through_is_revealed() -> None:
    base = {
        "nodes": {
            "a": step(),
            "p": step(passes={"o": "i"}),
            "c": {"inputs": {"i": {"type": "text", "maxTokens": 400}}},
        },
        "edges": [edge("a.o", "p.i"), edge("p.o", "c.i")],
    }
    head = changed(base, lambda spec: spec["nodes"]["a"]["outputs"]["o"].update(maxTokens=500))
    assert told(base, head, MAX) == [(MAX, "c", "revealed", "breaking")]


def test_any_must_be_written() -> None:
    assert compared_specs(wire({}, {}), wire({"type": "text"}, {"type": "any"})).verdict.value == "safe"
    assert told(wire({"type": "text"}, {"type": "text"}), wire({"type": "any"}, {"type": "text"})) == [
        ("output-type-changed", "b", "introduced", "breaking")
    ]


# laws


@pytest.mark.parametrize(
    ("offered", "required", "rule"),
    [
        ({"dimension": 1024}, {"dimension": 768}, DIMENSION),
        ({"dimension": 1024}, {"dimension": [512, 768]}, DIMENSION),
        ({"space": "s2"}, {"space": "s1"}, SPACE),
        ({"tokenizer": "t2"}, {"tokenizer": "t1"}, "tokenizer-changed"),
        ({"maxTokens": 513}, {"maxTokens": 512}, MAX),
        ({"maxItems": 3}, {"minItems": 4}, "rerank-top-n-mismatch"),
        ({"labels": ["x", "y"]}, {"labels": ["x"]}, "output-enum-widened"),
        ({"shape": [-1, 4]}, {"shape": [-1, 3]}, "tensor-contract-mismatch"),
        ({"type": "documents"}, {"type": "text"}, "output-type-changed"),
        ({"format": "markdown"}, {"format": ["json", "text"]}, "output-type-changed"),
    ],
)
def test_a_wire_that_does_not_fit_breaks(offered: Spec, required: Spec, rule: str) -> None:
    nothing = changed(wire(offered, required), lambda spec: spec["edges"].clear())
    report = compared_specs(nothing, wire(offered, required))
    assert (rule, "b", "introduced", "breaking") in found(report)
    assert verdicts(report) == {"edge.added": "breaking"}


@pytest.mark.parametrize(
    ("offered", "required"),
    [
        ({"dimension": 768}, {"dimension": [512, 768]}),
        ({"maxTokens": 512}, {"maxTokens": 512}),
        ({"minItems": 4, "maxItems": 4}, {"minItems": 4, "maxItems": 9}),
        ({"labels": ["x"]}, {"labels": ["x", "y"]}),
        ({"shape": [-1, 3]}, {"shape": [8, 3]}),
        ({"maxTokens": 900}, {"maxTokens": 512, "overflow": "split"}),
        ({"maxTokens": 900}, {"maxTokens": 512, "overflow": "window"}),
    ],
)
def test_a_wire_that_fits_holds(offered: Spec, required: Spec) -> None:
    nothing = changed(wire(offered, required), lambda spec: spec["edges"].clear())
    report = compared_specs(nothing, wire(offered, required))
    assert not [one for one in found(report) if one[2] == "introduced"]
    assert verdicts(report) == {"edge.added": "safe"}


def test_fewer_items_at_most_than_are_needed_break_though_the_least_is_undeclared() -> None:
    base = wire({"maxItems": 20}, {"minItems": 10})
    report = compared_specs(base, wire({"maxItems": 4}, {"minItems": 10}))
    assert found(report) == [("rerank-top-n-mismatch", "b", "introduced", "breaking")]
    assert report.findings[0].causes == ("c1",)
    assert "`a` gives 4 at most" in report.findings[0].message
    assert verdicts(report) == {"outputs.o.maxItems": "breaking"}


def test_what_makes_a_list_one_text_is_a_cause() -> None:
    base = wire({"type": "documents"}, {"type": "text"}, select="join")
    report = compared_specs(base, wire({"type": "documents"}, {"type": "text"}))
    assert report.findings[0].causes == ("c1",)
    assert verdicts(report) == {"edge.select": "breaking"}


# stored state


def test_a_new_embedder_of_the_same_dimension_breaks_until_the_index_is_rebuilt() -> None:
    built = {"node": "e", "model": "m1"}
    assert told(kept(built=built, dimension=768), kept("m2", built, dimension=768)) == [
        (SPACE, "db", "introduced", "breaking")
    ]


def test_without_built_with_it_is_unverified_and_risky() -> None:
    report = compared_specs(kept(), kept("m2"))
    assert found(report) == [(SPACE, "db", "introduced", "risky")]
    assert [(one.check, one.node) for one in report.undecided] == [("space", "db")]


def test_the_wire_holds_but_the_store_is_only_rebuilt_if_built_with_moved() -> None:
    def moved(dimension: int, built: int) -> Spec:
        made = kept(built={"model": "m1", "dimension": built}, dimension=dimension)
        return changed(made, lambda spec: spec["nodes"]["db"]["inputs"]["q"].update(dimension=dimension))

    assert (DIMENSION, "db", "introduced", "breaking") in told(moved(768, 768), moved(1024, 768))
    assert {one[3] for one in told(moved(768, 768), moved(1024, 1024))} == {"risky"}


@pytest.mark.parametrize("port", [{"space": "s2"}, {"representation": "sparse"}])
def test_what_built_with_has_no_words_for_is_not_safe(port: Spec) -> None:
    before = {"space": "s1"} if "space" in port else {"representation": "dense"}
    report = compared_specs(kept(built={"model": "m1"}, **before), kept(built={"model": "m1"}, **port))
    assert report.verdict.value == "breaking"


@pytest.mark.parametrize("part", ["pooling", "normalized", "prefix"])
def test_a_part_of_the_space_that_built_with_does_not_state_is_risky(part: str) -> None:
    values = {"pooling": ("cls", "mean"), "normalized": (True, False), "prefix": ("a: ", "b: ")}[part]
    old, new = ({part: value} for value in values)
    assert told(kept(built={"model": "m1"}, **old), kept(built={"model": "m1"}, **new), SPACE) == [
        (SPACE, "db", "introduced", "risky")
    ]


# calibration


def scored(metric: str, **threshold: object) -> Spec:
    base = kept(built={"model": "m1"})
    base["nodes"]["db"]["store"]["metric"] = metric
    base["nodes"]["db"]["outputs"] = {"d": {"type": "documents"}}
    base["nodes"]["f"] = {"inputs": {"d": {"type": "documents"}}, "threshold": {"value": 0.5, **threshold}}
    return {**base, "edges": [*base["edges"], edge("db.d", "f.d")]}


def test_a_threshold_that_stays_while_the_metric_changes_is_risky() -> None:
    rule = "similarity-threshold-uncalibrated"
    tuned = {"calibratedFor": "m1"}
    assert [one[3] for one in told(scored("cosine", **tuned), scored("euclidean", **tuned), rule)] == ["risky"]
    assert [one[3] for one in told(scored("cosine"), scored("euclidean"), rule)] == ["risky"]
    assert not told(scored("cosine", relative=True), scored("euclidean", relative=True), rule)


# coverage


def test_coverage_counts_every_obligation_of_head() -> None:
    spec = wire({"type": "text", "maxTokens": 5}, {"type": "text"})
    report = compared_specs(spec, spec)
    assert (report.coverage.decided, report.coverage.total) == (2, 3)  # type, input.bound; maxTokens is open
    assert reasons(report) == set()
