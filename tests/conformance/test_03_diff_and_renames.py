"""Section 3: compare by meaning; renames are found conservatively; an affected consumer has a path of real edges."""

import json
import random
from typing import Any

import pytest

from tests.conformance.specs import Spec, chain, changed, edge, entry, step, told, verdicts
from tests.snapshots import compared, compared_specs, document, found

HEAD = "apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {name: app}\n"
ONE_WAY = (
    HEAD
    + """spec:
  nodes:
    u: {role: entry, outputs: {t: {type: text}}}
    l: {role: generator, inputs: {t: {type: text}}, latency: {p95Ms: 1000, p50Ms: 500}, model: {capabilities: [tools, seed]}}
  edges:
    - {from: u.t, to: l.t, latencyMs: 5, timeoutMs: 2000}
"""
)
OTHER_FILE = (
    HEAD
    + """spec:
  x-limits: &limits {p95Ms: 1s}
  nodes:
    l:
      {x-why: "a note", role: generator, model: {capabilities: [seed, tools, seed]}, latency: {<<: *limits, p50Ms: 0.5s},
       inputs: {t: {type: text, required: true}}, enabled: true}
---
"""
    + HEAD
    + """spec:
  nodes: {u: {role: entry, outputs: {t: {type: text}}}}
  edges: [{to: l, from: u, kind: sync, required: true, timeoutMs: 2 s, latencyMs: "5ms"}]
"""
)


def test_another_way_to_write_it_is_no_change() -> None:
    report = compared({"a.yaml": ONE_WAY}, {"graphs/b.yaml": OTHER_FILE})
    assert report.changes == ()
    assert report.verdict.value == "unchanged"


def base() -> Spec:
    return {
        "nodes": {"u": entry(), "a": step(latency={"p95Ms": 5}), "b": step("generator", latency={"p95Ms": 7})},
        "edges": chain("u", "a", "b"),
        "slos": [{"name": "s", "at": "b", "percentile": "p95", "latencyMs": 100}],
    }


def with_names(spec: Spec, **names: str) -> Spec:
    """The spec with nodes renamed, all at once, wherever they are named."""
    text = json.dumps(spec)
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"#{new}"').replace(f'"{old}.', f'"#{new}.')
    renamed: Spec = json.loads(text.replace("#", ""))
    return renamed


def test_a_rename_is_one_change() -> None:
    report = compared_specs(base(), with_names(base(), a="c"))
    assert [(one.change.kind, one.change.old, one.change.new) for one in report.changes] == [("node.renamed", "a", "c")]
    assert report.verdict.value == "safe"


def test_a_declared_rename_may_change_its_contract() -> None:
    head = with_names(base(), a="c")
    head["nodes"]["c"].update(renamedFrom="a", latency={"p95Ms": 9})
    report = compared_specs(base(), head)
    assert verdicts(report) == {"node.renamed": "safe", "latency.p95Ms": "safe"}
    assert [one.attribution for one in report.slos] == [(("c2", 4),)]


def test_without_a_declaration_another_contract_is_another_node() -> None:
    head = with_names(base(), a="c")
    head["nodes"]["c"]["latency"] = {"p95Ms": 9}
    kinds = {one.change.kind for one in compared_specs(base(), head).changes}
    assert kinds == {"node.added", "node.removed", "edge.added", "edge.removed"}


def test_a_tie_is_no_rename() -> None:
    twins = {"nodes": {"u": entry(), "a": step(), "b": step()}, "edges": [*chain("u", "a"), *chain("u", "b")]}
    report = compared_specs(twins, with_names(twins, a="c", b="d"))
    assert "node.renamed" not in {one.change.kind for one in report.changes}


def test_a_consumer_left_on_the_old_name_breaks() -> None:
    head = with_names(base(), a="c")
    head["edges"][1]["from"] = "a.o"
    report = compared_specs(base(), head)
    assert ("dangling-reference", "b", "introduced", "breaking") in found(report)
    assert "node.renamed" in verdicts(report)


def test_declared_names_may_be_exchanged() -> None:
    head = with_names(base(), a="b", b="a")
    head["nodes"]["a"]["renamedFrom"] = "b"
    head["nodes"]["b"]["renamedFrom"] = "a"
    assert {one.change.kind for one in compared_specs(base(), head).changes} == {"node.renamed"}


def test_a_declaration_that_stays_means_nothing_later() -> None:
    head = with_names(base(), a="c")
    head["nodes"]["c"]["renamedFrom"] = "a"
    assert compared_specs(head, head).changes == ()


def test_a_renamed_application_may_have_a_renamed_node() -> None:
    report = compared({"a.yaml": document(base(), "old")}, {"a.yaml": document(with_names(base(), a="c"), "new")})
    assert verdicts(report) == {"metadata.name": "safe", "node.renamed": "safe"}


def test_a_threshold_that_names_its_scorer_follows_the_rename() -> None:
    def tuned(name: str, said: str) -> Spec:
        nodes = {
            name: step("reranker", version="1"),
            "f": {"inputs": {"i": {"type": "text"}}, "threshold": {"value": 0.5, "calibratedFor": f"{said}@1"}},
        }
        return {"nodes": nodes, "edges": [edge(f"{name}.o", "f.i")]}

    assert told(tuned("rank", "rank"), tuned("sort", "sort")) == []
    assert told(tuned("rank", "rank"), tuned("sort", "rank")) == [
        ("similarity-threshold-uncalibrated", "f", "introduced", "risky")
    ]


# decide by value, explain by path


def drawn(seed: int, *, circles: bool, calls: bool) -> tuple[Spec, dict[str, set[str]]]:
    """A small graph whose node `a` has a model, and who follows whom (callers get answers)."""
    chance = random.Random(seed)
    names = "abcdefg"[: chance.randint(3, 6)]
    ends = [(x, y) for x in names for y in names if (x != y if circles else x < y) and chance.random() < 0.4]
    edges = [edge(f"{x}.o", f"{y}.i", **({"kind": "call"} if calls and chance.random() < 0.3 else {})) for x, y in ends]
    nodes: dict[str, Any] = {name: step(loop={"maxIterations": 2}) for name in names}
    nodes["a"]["model"] = {"id": "m1"}
    follow: dict[str, set[str]] = {name: set() for name in names}
    for one in edges:
        follow[one["from"][0]].add(one["to"][0])
        if one.get("kind") == "call":
            follow[one["to"][0]].add(one["from"][0])
    return {"nodes": nodes, "edges": edges}, follow


def walks(follow: dict[str, set[str]], path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Every path that begins like this and visits no node twice."""
    further = [walk for name in sorted(follow[path[-1]]) if name not in path for walk in walks(follow, (*path, name))]
    return [path, *further]


@pytest.mark.parametrize(("circles", "calls"), [(False, False), (True, False), (False, True)])
def test_paths_are_shortest_and_counted_as_brute_force_counts_them(circles: bool, calls: bool) -> None:
    for seed in range(40):
        spec, follow = drawn(seed, circles=circles, calls=calls)
        head = changed(spec, lambda made: made["nodes"]["a"]["model"].update(id="m2"))
        report = compared_specs(spec, head)
        every: dict[str, list[tuple[str, ...]]] = {}
        for walk in walks(follow, ("a",)):
            every.setdefault(walk[-1], []).append(walk)
        every.pop("a")
        got = {one.node: one for one in report.affected if "model" in one.mechanisms and one.node != "a"}
        assert got.keys() == every.keys()
        for name, one in got.items():
            assert one.path in every[name]
            assert len(one.path) == min(map(len, every[name]))
            assert one.other_paths == len(every[name]) - 1, (seed, name)


def test_who_feels_no_difference_is_not_affected() -> None:
    spec: Spec = {
        "nodes": {"a": step(), "b": {"inputs": {"i": {"maxTokens": 10}}}, "c": {"inputs": {"i": {"type": "text"}}}},
        "edges": [edge("a.o", "b.i"), edge("a.o", "c.i")],
    }
    spec["nodes"]["a"]["outputs"]["o"]["maxTokens"] = 5
    head = changed(spec, lambda made: made["nodes"]["a"]["outputs"]["o"].update(maxTokens=9))
    assert [one.node for one in compared_specs(spec, head).affected if one.verdict.value == "safe"] == ["b"]
