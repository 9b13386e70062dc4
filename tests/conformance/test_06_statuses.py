"""Section 6: statuses, causes, classification."""

import pytest

from tests.conformance.specs import Spec, chain, changed, edge, entry, step, told, verdicts
from tests.snapshots import compared_specs, found

SLO = "path-latency-slo-exceeded"


def parallel(a: float, b: float, end: float | None = 400, limit: float = 600) -> Spec:
    """An entry, two branches, and a node with an SLO that waits for both."""
    last: Spec = {"role": "generator", "inputs": {"x": {"type": "text"}, "y": {"type": "text"}}}
    if end is not None:
        last["latency"] = {"p95Ms": end}
    return {
        "nodes": {
            "u": entry(),
            "a": step(latency={"p95Ms": a}),
            "b": step(latency={"p95Ms": b}),
            "end": last,
        },
        "edges": [edge("u.o", "a.i"), edge("u.o", "b.i"), edge("a.o", "end.x"), edge("b.o", "end.y")],
        "slos": [{"name": "s", "at": "end", "percentile": "p95", "latencyMs": limit}],
    }


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        ((100, 50), (250, 50), [(SLO, "end", "introduced", "breaking")]),
        ((250, 50), (280, 50), [(SLO, "end", "worsened", "risky")]),
        ((250, 50), (250, 90), [(SLO, "end", "preexisting", "breaking")]),
        ((250, 50), (220, 50), [(SLO, "end", "preexisting", "breaking")]),
        ((250, 50), (150, 50), [(SLO, "end", "resolved", "safe")]),
        ((100, 50), (100, 90), []),
    ],
)
def test_statuses_of_a_budget(base: tuple[int, int], head: tuple[int, int], expected: list[tuple[str, ...]]) -> None:
    assert told(parallel(*base), parallel(*head), SLO) == expected


def test_only_what_fails_now_fails() -> None:
    assert compared_specs(parallel(250, 50), parallel(280, 50)).exit_code == 0
    assert compared_specs(parallel(250, 50), parallel(280, 50), fail_on="risky").exit_code == 1
    assert compared_specs(parallel(100, 50), parallel(250, 50), fail_on="never").exit_code == 0
    assert compared_specs(parallel(250, 50), parallel(250, 50), strict=True).exit_code == 0


def test_an_obligation_of_head_alone_is_introduced() -> None:
    base = changed(parallel(250, 50), lambda spec: spec["slos"].clear())
    assert told(base, parallel(250, 50), SLO) == [(SLO, "end", "introduced", "breaking")]


def test_a_new_certain_miss_is_introduced_though_base_could_not_be_decided() -> None:
    base, head = parallel(100, 50, end=None), parallel(700, 50, end=None)
    assert told(base, head, SLO) == [(SLO, "end", "introduced", "breaking")]


def test_unknown_to_violated_is_introduced_where_the_value_that_breaks_it_changed() -> None:
    base = {
        "nodes": {"a": {"outputs": {"o": {"dimension": 768}}}, "b": {"inputs": {"i": {}}}},
        "edges": [edge("a.o", "b.i")],
    }
    head = changed(
        base,
        lambda spec: spec["nodes"]["a"]["outputs"]["o"].update(dimension=1024),
        lambda spec: spec["nodes"]["b"]["inputs"]["i"].update(dimension=768),
    )
    report = compared_specs(base, head)
    assert found(report) == [("embedding-dimension-mismatch", "b", "introduced", "breaking")]
    assert set(verdicts(report).values()) == {"breaking"}


def test_a_default_that_is_overruled_was_known() -> None:
    base = parallel(100, 50, end=None, limit=130)
    head = changed(base, lambda spec: spec["edges"][2].update(latencyMs=50))
    assert told(base, head, SLO) == [(SLO, "end", "introduced", "breaking")]


# classification


def test_what_slack_absorbs_is_safe() -> None:
    report = compared_specs(parallel(100, 50), parallel(100, 90))
    assert verdicts(report) == {"latency.p95Ms": "safe"}


def test_what_is_faster_is_no_cause_of_a_miss() -> None:
    report = compared_specs(parallel(100, 50), parallel(400, 50, end=390))
    assert [one.causes for one in report.findings] == [("c1",)]
    assert {one.change.node: one.classification.value for one in report.changes} == {
        "a": "breaking",
        "end": "unverified",
    }


def test_a_change_at_something_broken_before_is_unverified() -> None:
    assert set(verdicts(compared_specs(parallel(250, 50), parallel(220, 50))).values()) == {"unverified"}


def test_a_coordinated_change_is_safe() -> None:
    def at(width: int) -> Spec:
        nodes = {"a": {"outputs": {"o": {"dimension": width}}}, "b": {"inputs": {"i": {"dimension": width}}}}
        return {"nodes": nodes, "edges": [edge("a.o", "b.i")]}

    report = compared_specs(at(768), at(1024))
    assert set(verdicts(report).values()) == {"safe"}
    assert report.findings == ()


def test_that_a_name_exists_or_a_model_is_pinned_judges_no_value() -> None:
    def pinned(commit: str) -> Spec:
        return {"nodes": {"llm": {"role": "generator", "model": {"id": "org/model", "revision": commit * 40}}}}

    assert verdicts(compared_specs(pinned("a"), pinned("b"))) == {"model.revision": "unverified"}
    spare = {"nodes": {"a": {"fallback": "b"}, "b": {}, "c": {}}}
    head = changed(spare, lambda spec: spec["nodes"]["a"].update(fallback="c"))
    assert verdicts(compared_specs(spare, head)) == {"fallback": "unverified"}


def test_another_role_is_never_safe() -> None:
    base = {"nodes": {"u": entry(), "a": step(latency={"p95Ms": 5})}, "edges": chain("u", "a")}
    base["slos"] = [{"name": "s", "at": "a", "percentile": "p95", "latencyMs": 9}]
    head = changed(base, lambda spec: spec["nodes"]["a"].update(role="tool"))
    assert verdicts(compared_specs(base, head)) == {"role": "unverified"}


# one root cause, one entry


def test_a_removed_node_swallows_its_attributes() -> None:
    base = {"nodes": {"a": step(latency={"p95Ms": 1}, description="x"), "b": step()}, "edges": chain("a", "b")}
    head = changed(base, lambda spec: spec["nodes"].pop("a"), lambda spec: spec["edges"].clear())
    assert sorted(one.change.kind for one in compared_specs(base, head).changes) == ["edge.removed", "node.removed"]


def test_the_fingerprint_knows_no_lines() -> None:
    base, head = parallel(100, 50), parallel(250, 50)
    longer = {"x-note": ["a", "b", "c"], **head}
    one, other = compared_specs(base, head), compared_specs(base, longer)
    assert [f.fingerprint for f in one.findings] == [f.fingerprint for f in other.findings]
    assert [f.location for f in one.findings] != [f.location for f in other.findings]
