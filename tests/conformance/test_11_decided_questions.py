"""Section 11, point by point: what the design decided where it could have gone either way."""

import pytest

from msdiff.errors import InputError
from tests.conformance.specs import Spec, chain, changed, edge, entry, step, told, verdicts
from tests.snapshots import compared, compared_specs, document, found

HEAD = "apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {name: app}\n"
SLO = "path-latency-slo-exceeded"


# 2: boundary nodes count 0, anything else that is missing is unknown


def line(*, u: Spec | None = None, end: Spec | None = None, middle: Spec | None = None, limit: int = 100) -> Spec:
    nodes = {"u": {**entry(), **(u or {})}, "m": step(**(middle or {})), "l": step("generator", **(end or {}))}
    slo = {"name": "s", "at": "l", "percentile": "p95", "latencyMs": limit}
    return {"nodes": nodes, "edges": chain("u", "m", "l"), "slos": [slo]}


def test_an_entry_without_a_figure_counts_nothing() -> None:
    spec = line(middle={"latency": {"p95Ms": 10}}, end={"latency": {"p95Ms": 20}})
    assert [(one.head, one.verdict) for one in compared_specs(spec, spec).slos] == [(30, "budget-fits")]


def test_a_missing_figure_leaves_the_slo_undetermined_unless_the_rest_misses_it() -> None:
    open_, missed = line(end={"latency": {"p95Ms": 20}}), line(end={"latency": {"p95Ms": 120}})
    assert [one.verdict for one in compared_specs(open_, open_).slos] == ["undetermined"]
    assert [one.verdict for one in compared_specs(open_, missed).slos] == ["certain-miss"]


def test_a_higher_percentile_stands_in_and_a_lower_one_never() -> None:
    higher = line(middle={"latency": {"p99Ms": 10}}, end={"latency": {"p95Ms": 20}})
    lower = line(middle={"latency": {"p50Ms": 10}}, end={"latency": {"p95Ms": 20}})
    assert [one.head for one in compared_specs(higher, higher).slos] == [30]
    assert [one.verdict for one in compared_specs(lower, lower).slos] == ["undetermined"]


def test_an_added_slo_compares_with_what_base_took() -> None:
    spec = line(middle={"latency": {"p95Ms": 10}}, end={"latency": {"p95Ms": 20}})
    (added,) = compared_specs(changed(spec, lambda made: made["slos"].clear()), spec).slos
    assert {step_.delta for step_ in added.critical_path} == {0}


def test_the_critical_path_is_complete() -> None:
    spec = line(middle={"latency": {"p95Ms": 10}}, end={"latency": {"p95Ms": 20}})
    spec["edges"][1]["latencyMs"] = 5
    (slo,) = compared_specs(spec, spec).slos
    assert [(one.node or one.edge, one.amount) for one in slo.critical_path] == [
        ("u", 0), ("m", 10), ("m.o->l.i", 5), ("l", 20),
    ]  # fmt: skip


# 3: quantities


@pytest.mark.parametrize("text", ["2000", '"2000ms"', '"2s"', "2 s", '"2000000 us"', "2000.0"])
def test_equal_quantities_are_equal(text: str) -> None:
    files = [HEAD + f"spec: {{nodes: {{a: {{latency: {{p95Ms: {one}}}}}}}}}\n" for one in ("2000", text)]
    assert compared({"a.yaml": files[0]}, {"a.yaml": files[1]}).changes == ()


# 5: parts and variants


def test_parts_of_one_graph_may_not_disagree() -> None:
    one = HEAD + "spec: {nodes: {a: {role: tool}}}\n"
    other = HEAD + "spec: {nodes: {a: {role: agent}}}\n"
    with pytest.raises(InputError) as raised:
        compared({"a.yaml": one}, {"a.yaml": one, "b.yaml": other})
    assert "a.yaml:4" in raised.value.message
    assert str(raised.value.location).startswith("b.yaml:4")


def varied(name: str, dimension: int = 768, edges: list[Spec] | None = None, **stated: object) -> str:
    node = {"role": "embedder", "outputs": {"v": {"dimension": dimension}}, **stated}
    reader = {"role": "transform", "inputs": {"v": {}}}
    return document({"nodes": {"e": node, "r": reader}, "edges": edges or []}, "app", name)


DRIFT = "environment-drift"


@pytest.mark.parametrize(
    ("prod", "expected"),
    [
        (varied("prod", 1024), [(DRIFT, "e", "introduced", "breaking")]),
        (varied("prod", edges=[edge("e.v", "r.v")]), [(DRIFT, "r", "introduced", "breaking")]),
        (varied("prod", store={"strict": True}), [(DRIFT, "e", "introduced", "breaking")]),
        (varied("prod", chunking={"strategy": "x"}), [(DRIFT, "e", "introduced", "risky")]),
        (varied("prod", capacity={"minReplicas": 9}, governance={"region": "eu"}, endpoint={"host": "x"}), []),
        (varied("prod", required=True, enabled=True), []),
    ],
)
def test_variants_drift(prod: str, expected: list[tuple[str, ...]]) -> None:
    base = {"p.yaml": varied("prod"), "s.yaml": varied("staging")}
    assert [one for one in found(compared(base, {**base, "p.yaml": prod})) if one[0] == DRIFT] == expected


# 6: dangling references


def dangling(head: Spec) -> list[tuple[str, str]]:
    """(message, verdict) of each dangling reference that two versions introduce."""
    report = compared_specs({"nodes": {"alpha": step(), "beta": step()}, "edges": chain("alpha", "beta")}, head)
    return [
        (one.message, one.verdict.value)
        for one in report.findings
        if (one.rule, one.status.value) == ("dangling-reference", "introduced") and one.causes
    ]


def with_(**more: object) -> Spec:
    spec: Spec = {"nodes": {"alpha": step(), "beta": step()}, "edges": chain("alpha", "beta")}
    return {**spec, **more}


@pytest.mark.parametrize(
    ("head", "near"),
    [
        (with_(edges=[*chain("alpha", "beta"), edge("alhpa.o", "beta.i")]), "alpha"),
        (with_(edges=[*chain("alpha", "beta"), edge("alpha.oo", "beta.i")]), "o"),
        (with_(edges=[edge("alpha.o", "beta.i", fallback="bata")]), "beta"),
        (with_(nodes={"alpha": step(fallback=["bata"]), "beta": step()}), "beta"),
        (with_(nodes={"alpha": step(store={"builtWith": {"node": "bata"}}), "beta": step()}), "beta"),
        (with_(nodes={"alpha": step(specRef="app.yaml#bata"), "beta": step()}), "app.yaml#beta"),
        (with_(nodes={"alpha": step(specRef="app.yml#beta"), "beta": step()}), "app.yaml#beta"),
        (with_(slos=[{"name": "s", "at": "bata", "percentile": "p95", "latencyMs": 1}]), "beta"),
        (with_(policies=[{"name": "p", "noPath": {"from": "alpha", "to": "bata"}}]), "beta"),
        (with_(policies=[{"name": "p", "maxLatency": {"from": "alpha", "to": {"node": "bata"}, "ms": 1}}]), "beta"),
        (with_(policies=[{"name": "p", "requireFallback": {"node": ["bata"]}}]), "beta"),
    ],
)
def test_a_name_that_does_not_resolve_is_a_finding_with_the_nearest_name(head: Spec, near: str) -> None:
    ((message, verdict),) = dangling(head)
    assert message.endswith(f"Did you mean {near}?")
    assert verdict == "breaking"


# 8, 19: specRef

SPEC = document(
    {"nodes": {"emb": {"role": "embedder", "model": {"id": "m1"}, "outputs": {"v": {"dimension": 768}}}}}, "library"
)


def referring(**stated: object) -> str:
    return document({"nodes": {"e": {"specRef": "lib/spec.yaml#emb", **stated}}})


def test_the_nodes_own_statement_wins_and_the_difference_is_drift() -> None:
    base = {"app.yaml": referring(), "lib/spec.yaml": SPEC}
    report = compared(base, {**base, "app.yaml": referring(model={"id": "m2"})})
    assert ("environment-drift", "e", "introduced", "risky") in found(report)
    assert {one.change.attribute: one.change.new for one in report.changes} == {"model.id": "m2"}


def test_to_write_out_what_the_spec_says_is_no_change() -> None:
    told_ = {"role": "embedder", "model": {"id": "m1"}, "outputs": {"v": {"dimension": 768}}}
    base = {"app.yaml": referring(), "lib/spec.yaml": SPEC}
    assert compared(base, {**base, "app.yaml": document({"nodes": {"e": told_}})}).changes == ()


def test_a_spec_that_is_moved_is_no_change() -> None:
    moved = referring().replace("lib/spec", "specs/new")
    base = {"app.yaml": referring(), "lib/spec.yaml": SPEC}
    assert compared(base, {"app.yaml": moved, "specs/new.yaml": SPEC}).changes == ()


def test_a_spec_that_is_gone_dangles_through_what_the_node_had_from_it() -> None:
    report = compared({"app.yaml": referring(), "lib/spec.yaml": SPEC}, {"app.yaml": referring()})
    (dangles,) = (one for one in report.findings if one.rule == "dangling-reference")
    assert (dangles.status.value, dangles.verdict.value) == ("introduced", "breaking")
    assert dangles.causes


@pytest.mark.parametrize("target", ["../spec.yaml#emb", "/etc/spec.yaml#emb", "a/../../spec.yaml#emb"])
def test_a_spec_outside_of_the_repository_is_refused(target: str) -> None:
    with pytest.raises(InputError, match="leaves the repository"):
        compared({}, {"app.yaml": referring().replace("lib/spec.yaml#emb", target)})


def test_specs_that_refer_to_each_other_are_refused() -> None:
    circle = document({"nodes": {"a": {"specRef": "#b"}, "b": {"specRef": "#a"}}})
    with pytest.raises(InputError, match="circle"):
        compared({}, {"app.yaml": circle})


# 9: passes


def test_pass_through_takes_over_what_is_not_declared_through_chains_and_circles() -> None:
    nodes = {
        "a": {"outputs": {"o": {"maxTokens": 10, "languages": ["en"]}}},
        "p": {"inputs": {"i": {}}, "outputs": {"o": {"languages": ["de"]}}, "passes": {"o": "i"}},
        "q": {"inputs": {"i": {}}, "outputs": {"o": {}}, "passes": {"o": "i"}},
        "z": {"inputs": {"i": {"maxTokens": 10, "languages": ["de"]}}},
    }
    spec: Spec = {"nodes": nodes, "edges": [*chain("a", "p", "q", "z"), edge("q.o", "p.i")]}
    nodes["q"]["loop"] = {"maxIterations": 2}
    assert compared_specs(spec, spec).findings == ()
    head = changed(spec, lambda made: made["nodes"]["a"]["outputs"]["o"].update(maxTokens=11))
    report = compared_specs(spec, head)
    (broken,) = report.findings
    assert (broken.rule, broken.node, broken.path) == ("max-input-below-producer-max", "z", ("a", "p", "q", "z"))


def test_where_two_values_arrive_each_must_fit() -> None:
    spec: Spec = {
        "nodes": {
            "a": {"outputs": {"o": {"maxTokens": 10}}},
            "b": {"outputs": {"o": {"maxTokens": 10}}},
            "p": {"inputs": {"i": {}}, "outputs": {"o": {}}, "passes": {"o": "i"}},
            "z": {"inputs": {"i": {"maxTokens": 10}}},
        },
        "edges": [edge("a.o", "p.i"), edge("b.o", "p.i"), edge("p.o", "z.i")],
    }
    head = changed(spec, lambda made: made["nodes"]["b"]["outputs"]["o"].update(maxTokens=11))
    assert told(spec, head) == [("max-input-below-producer-max", "z", "introduced", "breaking")]


# 10: fallbacks


def test_a_fallback_needs_no_edge_to_be_reachable() -> None:
    spec = {"nodes": {"u": entry(), "a": step(fallback=["b"]), "b": step()}, "edges": chain("u", "a")}
    assert compared_specs(spec, spec).findings == ()


# 12: the run's verdict


@pytest.mark.parametrize(
    ("head", "verdict", "strict"),
    [
        ({}, ("unchanged", 0), ("unchanged", 0)),
        ({"description": "x"}, ("safe", 0), ("safe", 0)),
        ({"image": "x"}, ("unverified", 0), ("unverified", 1)),
        ({"model": {"id": "gpt-4o"}}, ("risky", 0), ("risky", 0)),
    ],
)
def test_the_verdict_of_a_run(head: Spec, verdict: tuple[str, int], strict: tuple[str, int]) -> None:
    base: Spec = {"nodes": {"a": {"role": "tool"}}}
    after = changed(base, lambda made: made["nodes"]["a"].update(head))
    for expected, options in ((verdict, {}), (strict, {"strict": True})):
        report = compared_specs(base, after, **options)
        assert report.verdict.value == expected[0]
        if head.get("model") is None:  # a new model is unverified beside what its alias is
            assert report.exit_code == expected[1]


# 20: what propagates its deadline


def test_a_propagated_deadline_holds_for_all_that_is_nested_unless_an_inner_edge_says_false() -> None:
    nodes = {name: step("tool", latency={"p95Ms": 5}) for name in "abcd"}
    calls = [edge("a.o", "b.i", kind="call", timeoutMs=100), edge("b.o", "c.i", kind="call", timeoutMs=90),
             edge("c.o", "d.i", kind="call", timeoutMs=50)]  # fmt: skip
    base: Spec = {"nodes": nodes, "edges": calls}

    def late(**outer: bool) -> Spec:
        return changed(
            base, lambda made: made["edges"][2].update(timeoutMs=500), lambda made: made["edges"][0].update(outer)
        )

    assert {one[1] for one in told(base, late()) if one[0] == "timeout-inverted"} == {"b"}
    assert told(base, late(propagatesDeadline=True)) == []
    inner = changed(late(propagatesDeadline=True), lambda made: made["edges"][1].update(propagatesDeadline=False))
    assert {one[1] for one in told(base, inner) if one[0] == "timeout-inverted"} == {"b"}


# 21: overflow


@pytest.mark.parametrize(
    ("role", "overflow", "verdict"),
    [
        ("generator", None, "breaking"),
        ("generator", "error", "breaking"),
        ("generator", "truncate", "risky"),
        ("generator", "split", None),
        ("generator", "window", None),
        ("embedder", None, "risky"),
        ("reranker", None, "risky"),
        ("guardrail", None, "risky"),
        ("embedder", "error", "breaking"),
    ],
)
def test_overflow(role: str, overflow: str | None, verdict: str | None) -> None:
    port = {"maxTokens": 512} | ({"overflow": overflow} if overflow else {})
    base: Spec = {
        "nodes": {"a": {"outputs": {"o": {"maxTokens": 512}}}, "b": {"role": role, "inputs": {"i": port}}},
        "edges": [edge("a.o", "b.i")],
    }
    head = changed(base, lambda made: made["nodes"]["a"]["outputs"]["o"].update(maxTokens=600))
    assert [one[3] for one in told(base, head)] == ([verdict] if verdict else [])


# 22: selectors


@pytest.mark.parametrize(
    "selector",
    [
        "l",
        {"node": "l"},
        {"node": ["x", "l"]},
        {"role": ["generator", "agent"]},
        {"labels": {"zone": ["a", "b"]}},
        {"owner": "@team"},
        {"graph": "app"},
        {"node": "l", "role": "generator", "labels": {"zone": "a"}},
    ],
)
def test_a_selector_picks(selector: object) -> None:
    last = step("generator", labels={"zone": "a"}, owner="@team")
    base: Spec = {"nodes": {"u": entry(), "l": last, "x": step(fallback="l")}, "edges": chain("u", "l")}
    head = changed(base, lambda made: made.update(policies=[{"name": "p", "noPath": {"from": "u", "to": selector}}]))
    assert ("policy-violated", "l", "introduced", "breaking") in told(base, head)


def test_all_that_a_selector_gives_must_match_and_it_must_give_something() -> None:
    base: Spec = {"nodes": {"u": entry(), "l": step("generator")}, "edges": chain("u", "l")}

    def picking(selector: object) -> Spec:
        return changed(
            base, lambda made: made.update(policies=[{"name": "p", "noPath": {"from": "u", "to": selector}}])
        )

    assert told(base, picking({"node": "l", "role": "tool"})) == []
    with pytest.raises(InputError):
        compared_specs(base, picking({}))


def test_what_is_classified_says_so_for_each_change() -> None:
    base: Spec = {"nodes": {"a": {"description": "x", "image": "y"}}}
    head: Spec = {"nodes": {"a": {"description": "z", "image": "w"}}}
    assert verdicts(compared_specs(base, head)) == {"description": "safe", "image": "unverified"}
