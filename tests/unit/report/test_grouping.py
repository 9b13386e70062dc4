"""One root cause is one entry, with everybody it breaks under it."""

from reports import APP, changed, embedder_swap, finding, many_consumers, report

from msdiff.model.change import Change
from msdiff.model.finding import Acceptance, Verdict
from msdiff.model.graph import Fact
from msdiff.model.location import Location
from msdiff.model.obligation import Status
from msdiff.model.report import Affected, ClassifiedChange, Report, SloResult
from msdiff.report.grouping import Grouping, fold, grouping
from tests.records import replace

BREAKING, RISKY, SAFE = Verdict.BREAKING, Verdict.RISKY, Verdict.SAFE


def outline(groups: Grouping) -> list[tuple[list[str], list[str]]]:
    """Ids of the changes and names of the consumers of each root cause."""
    return [
        ([item.change.id for item in root.changes], [consumer.element for consumer in root.consumers])
        for root in groups.roots
    ]


def edge_change(id: str, kind: str, key: str, classification: Verdict = BREAKING) -> ClassifiedChange:
    return ClassifiedChange(Change(id, kind, APP, Fact(f"edge:{key}"), None, None, None, None), classification)


def node_change(id: str, kind: str, name: str) -> ClassifiedChange:
    return ClassifiedChange(Change(id, kind, APP, Fact(f"node:{name}"), None, None, None, None), BREAKING)


def breaks(node: str, *causes: str, rule: str = "some-rule", verdict: Verdict = BREAKING, **more: object) -> object:
    return finding(rule, verdict, f"`{node}` breaks.", node=node, causes=causes, **more)  # type: ignore[arg-type]


def of(changes: tuple[ClassifiedChange, ...], *findings: object, **more: object) -> Grouping:
    return grouping(report(changes=changes, findings=findings, **more))  # type: ignore[arg-type]


def test_an_embedder_swap_is_one_entry() -> None:
    groups = grouping(embedder_swap())
    assert outline(groups) == [
        (["c1", "c2", "c3"], ["node:vector_db", "node:reranker"]),
        (["c4"], ["slo:answer"]),
        (["c5"], []),
    ]
    assert [finding.rule for finding in groups.roots[0].consumers[0].findings] == [
        "embedding-dimension-mismatch",
        "embedding-space-changed",
    ]
    assert [entry.node for entry in groups.roots[0].reached] == ["answer_filter"]
    assert [consumer.element for consumer in groups.roots[0].contributes_to] == ["slo:answer"]
    assert [item.change.id for root in groups.safe for item in root.changes] == ["c6", "c7"]
    assert [
        [finding.rule for finding in group] for group in (groups.resolved, groups.revealed, groups.preexisting)
    ] == [
        ["rerank-top-n-mismatch"],
        ["max-input-below-producer-max"],
        ["timeout-inverted"],
    ]
    assert [finding.rule for finding in groups.accepted] == ["model-revision-unpinned"]


def test_changes_that_break_something_together_are_one_cause() -> None:
    changes = (
        changed("c1", "node:a", "x", 1, 2, 1, BREAKING),
        changed("c2", "node:b", "x", 1, 2, 2, BREAKING),
        changed("c3", "node:c", "x", 1, 2, 3, RISKY),
        changed("c4", "node:d", "x", 1, 2, 4, BREAKING),
    )
    groups = of(changes, breaks("y", "c2", "c4"), breaks("z", "c4", "c1"), breaks("w", "c3", verdict=RISKY))
    assert outline(groups) == [(["c1", "c2", "c4"], ["node:y", "node:z"]), (["c3"], ["node:w"])]


def test_a_missed_slo_does_not_join_its_causes_and_stands_under_the_costliest() -> None:
    changes = (changed("c1", "node:a", "x", 1, 2, 1, BREAKING), changed("c2", "node:b", "x", 1, 2, 2, BREAKING))
    missed = breaks("b", "c1", "c2", element="slo:answer")
    slo = SloResult(
        APP, "answer", "b", "completion", "p95", 10, 5, 15, 10, "budget-exceeded", (), (("c1", 2), ("c2", 8))
    )
    groups = of(changes, missed, slos=(slo,))
    assert {tuple(changes): consumers for (changes, consumers) in map(_pair, groups.roots)} == {
        ("c1",): [],
        ("c2",): ["slo:answer"],
    }
    lower = replace(slo, metric="availability", attribution=(("c1", -0.2), ("c2", 0.1)))
    groups = of(changes, missed, slos=(lower,))
    assert dict(map(_pair, groups.roots)) == {("c1",): ["slo:answer"], ("c2",): []}


def _pair(root: object) -> tuple[tuple[str, ...], list[str]]:
    found = root
    return (
        tuple(item.change.id for item in found.changes),  # type: ignore[attr-defined]
        [consumer.element for consumer in found.consumers],  # type: ignore[attr-defined]
    )


def test_one_statement_that_several_graphs_read_is_one_cause() -> None:
    changes = (
        changed("c1", "node:embedder", "model.id", "a", "b", 3, BREAKING, graph="app@prod", file="embedder.yaml"),
        changed("c2", "node:embedder", "model.id", "a", "b", 3, BREAKING, graph="app@staging", file="embedder.yaml"),
        changed("c3", "node:embedder", "model.id", "a", "b", 9, BREAKING, graph="app@dev", file="dev.yaml"),
    )
    assert outline(of(changes)) == [(["c1", "c2"], []), (["c3"], [])]


def test_a_node_takes_the_edges_that_came_or_went_with_it() -> None:
    changes = (
        node_change("c1", "node.removed", "filter.v1"),
        edge_change("c2", "edge.removed", "entry.text->filter.v1.text"),
        edge_change("c3", "edge.removed", "filter.v1->llm.query"),
        edge_change("c4", "edge.added", "entry.text->llm.query"),
    )
    assert outline(of(changes)) == [(["c1", "c2", "c3"], []), (["c4"], [])]
    assert outline(of(changes, breaks("llm", "c1", "c4"))) == [(["c1", "c2", "c3", "c4"], ["node:llm"])]


def test_findings_without_a_listed_cause_are_kept_apart() -> None:
    groups = of((), breaks("a"), breaks("b", "c9", verdict=RISKY), breaks("a", rule="other"))
    assert outline(groups) == []
    assert [(one.element, len(one.findings)) for one in groups.uncaused] == [("node:a", 2), ("node:b", 1)]


def test_an_expired_acceptance_counts_again() -> None:
    changes = (changed("c1", "node:a", "x", 1, 2, 1, BREAKING),)
    accepted = Acceptance("why", None, "2020-01-01", False, Location("a", 1, 1))
    live = breaks("b", "c1", acceptance=replace(accepted, expired=True))
    groups = of(changes, live, breaks("c", "c1", acceptance=accepted))
    assert outline(groups) == [(["c1"], ["node:b"])]
    assert [finding.node for finding in groups.accepted] == ["c"]


def test_checking_one_version_shows_every_finding() -> None:
    findings = (breaks("a", status=Status.PREEXISTING), breaks("b", status=Status.INTRODUCED, verdict=RISKY))
    groups = of((), *findings, mode="check")
    assert [one.element for one in groups.uncaused] == ["node:a", "node:b"]
    assert groups.preexisting == ()


def test_nothing_is_lost_and_nothing_stands_twice() -> None:
    for made in (embedder_swap(), many_consumers()):
        groups = grouping(made)
        consumers = [one for root in groups.roots for one in root.consumers] + list(groups.uncaused)
        standing = [groups.resolved, groups.revealed, groups.preexisting, groups.accepted]
        findings = [f for one in consumers for f in one.findings] + [f for group in standing for f in group]
        assert sorted(map(id, findings)) == sorted(map(id, made.findings))
        changes = [item.change.id for root in (*groups.roots, *groups.safe) for item in root.changes]
        assert sorted(changes) == sorted(item.change.id for item in made.changes)


def test_folding_shows_each_kind_before_more_of_one() -> None:
    consumers = grouping(many_consumers(500)).roots[0].consumers
    shown, hidden = fold(consumers, 10)
    assert [one.element for one in shown] == [
        "node:service_0000",
        "node:service_0001",
        "node:service_0002",
        "node:ranker",
    ]
    assert len(shown) + len(hidden) == len(consumers) == 501
    assert fold(consumers, 501) == (consumers, ())
    assert fold(consumers, 0) == ((), consumers)


def test_a_consumer_takes_its_path_from_the_finding_or_from_the_affected_entry() -> None:
    changes = (changed("c1", "node:a", "x", 1, 2, 1, BREAKING),)
    affected = Affected(APP, "z", BREAKING, ("contract",), ("c1",), ("a", "m", "z"), 4)
    made: Report = report(changes=changes, findings=(breaks("z", "c1"),), affected=(affected,))  # type: ignore[arg-type]
    (consumer,) = grouping(made).roots[0].consumers
    assert (consumer.path, consumer.other_paths) == (("a", "m", "z"), 4)
