"""Sections 4 and 5: guards in front of what they protect, policies of every kind."""

import pytest

from tests.conformance.specs import Spec, chain, changed, edge, entry, guard, step, told, verdicts
from tests.snapshots import compared_specs, found

BYPASS = "guardrail-bypass-path"
BYPASSED = (BYPASS, "l", "introduced", "breaking")


def guarded(**said: object) -> Spec:
    """u -> g -> l, with a guard `g`."""
    return {"nodes": {"u": entry(), "g": guard(**said), "l": step("generator")}, "edges": chain("u", "g", "l")}


def around(spec: Spec, **stated: object) -> Spec:
    return changed(spec, lambda made: made["edges"].append(edge("u.o", "l.i", **stated)))


@pytest.mark.parametrize("stated", [{}, {"required": False}, {"kind": "async"}, {"kind": "call"}, {"when": "fast"}])
def test_an_edge_of_any_kind_is_a_way_past_the_guard(stated: Spec) -> None:
    report = compared_specs(guarded(), around(guarded(), **stated))
    assert found(report) == [BYPASSED]
    assert verdicts(report) == {"edge.added": "breaking"}
    assert report.findings[0].path == ("u", "l")


@pytest.mark.parametrize(
    "said",
    [
        {"enabled": False},
        {"required": False},
        {"guard": {"kinds": ["injection"], "onFailure": "open"}},
        {"guard": {"kinds": ["injection"], "onFailure": "closed", "mode": "log"}},
        {"guard": {"kinds": ["toxicity"], "onFailure": "closed"}},
    ],
)
def test_a_guard_that_does_not_count_closes_no_way(said: Spec) -> None:
    assert BYPASSED in told(guarded(), changed(guarded(), lambda made: made["nodes"]["g"].update(said)))


def test_an_undeclared_failure_counts_and_is_noted() -> None:
    base = guarded(kinds=["injection"])
    report = compared_specs(base, around(base))
    assert found(report) == [BYPASSED]
    same = compared_specs(base, changed(base, lambda made: made["nodes"]["g"].update(version="2")))
    assert (same.coverage.total - same.coverage.decided) == 1


def test_a_fallback_of_the_guard_is_a_way() -> None:
    head = changed(
        guarded(), lambda made: made["nodes"].update(x=step()), lambda made: made["nodes"]["g"].update(fallback="x")
    )
    assert BYPASSED in told(guarded(), head)


def test_what_a_guard_does_not_say_it_guards_is_unverified() -> None:
    base = guarded(onFailure="closed")
    report = compared_specs(base, around(base))
    assert verdicts(report) == {"edge.added": "unverified"}
    assert "does not say guard.kinds" in report.changes[0].reasons[0]


def test_a_dropped_declaration_of_a_guard_breaks() -> None:
    silent = changed(guarded(), lambda made: made["nodes"]["g"]["guard"].pop("onFailure"))
    assert told(guarded(), silent) == [("guardrail-made-optional", "g", "introduced", "breaking")]
    kindless = changed(guarded(), lambda made: made["nodes"]["g"]["guard"].pop("kinds"))
    assert told(guarded(), kindless) == [BYPASSED]


def test_where_no_entry_is_drawn_data_comes_in_at_the_sources() -> None:
    base = changed(guarded(), lambda made: made["nodes"]["u"].update(role="transform"))
    assert told(base, around(base)) == [BYPASSED]
    assert BYPASSED in told(guarded(), around(base))  # an entry that stops being called one is still the way in


def test_an_edge_at_a_guard_that_becomes_optional_breaks_on_either_side() -> None:
    for position in (0, 1):
        head = changed(guarded(), lambda made, at=position: made["edges"][at].update(required=False))
        assert ("guardrail-made-optional", "g", "introduced", "breaking") in told(guarded(), head)


def test_a_second_guard_of_its_kinds_makes_it_risky() -> None:
    base = changed(
        guarded(),
        lambda made: made["nodes"].update(h=guard()),
        lambda made: made.update(edges=chain("u", "g", "h", "l")),
    )
    head = changed(base, lambda made: made["nodes"]["g"].update(required=False))
    assert told(base, head) == [("guardrail-made-optional", "g", "introduced", "risky")]


# policies


def ruled(policy: Spec, *more: Spec, **nodes: Spec) -> Spec:
    """u -> a -> l under one policy `p`."""
    made = {"u": entry(), "a": step(), "l": step("generator"), **nodes}
    return {"nodes": made, "edges": [*chain("u", "a", "l"), *more], "policies": [{"name": "p", **policy}]}


EVERY = {"everyPath": {"from": {"role": "entry"}, "to": {"role": "generator"}, "through": {"node": ["a", "b"]}}}
NONE = {"noPath": {"from": {"role": "entry"}, "to": {"labels": {"zone": "secret"}}}}


def test_every_path() -> None:
    assert told(ruled(EVERY), ruled(EVERY, edge("u.o", "l.i")), "policy-violated") == [
        ("policy-violated", "l", "introduced", "breaking")
    ]
    two = chain("u", "b", "l")
    assert told(ruled(EVERY, b=step()), ruled(EVERY, *two, b=step()), "policy-violated") == []


def test_no_path() -> None:
    secret = step(labels={"zone": "secret"})
    base, head = ruled(NONE, s=secret), ruled(NONE, edge("a.o", "s.i"), s=secret)
    assert told(base, head, "policy-violated") == [("policy-violated", "s", "introduced", "breaking")]
    assert told(head, base, "policy-violated") == [("policy-violated", "s", "resolved", "safe")]


def test_a_label_by_which_a_policy_picks_a_node_is_a_cause() -> None:
    base = ruled(NONE, edge("a.o", "s.i"), s=step())
    head = ruled(NONE, edge("a.o", "s.i"), s=step(labels={"zone": "secret"}))
    report = compared_specs(base, head)
    assert ("policy-violated", "s", "introduced", "breaking") in found(report)
    assert verdicts(report) == {"labels": "breaking"}


def slow(**figures: int) -> Spec:
    return {"latency": {f"{name}Ms": figure for name, figure in figures.items()}}


@pytest.mark.parametrize(
    ("measure", "held", "missed"),
    [("endToEnd", (500, 100), (500, 101)), ("startToEnd", (10, 90), (11, 90)), ("endToStart", (900, 900), None)],
)
def test_max_latency(measure: str, held: tuple[int, int], missed: tuple[int, int] | None) -> None:
    policy = {"maxLatency": {"from": "a", "to": "l", "percentile": "p95", "ms": 100, "measure": measure}}

    def timed(first: int, last: int) -> Spec:
        return ruled(policy, a=step(**slow(p95=first)), l=step("generator", **slow(p95=last)))

    assert told(timed(1, 1), timed(*held)) == []
    if missed is not None:
        assert told(timed(*held), timed(*missed)) == [("edge-latency-budget-exceeded", "l", "introduced", "breaking")]


def test_require() -> None:
    policy = {"require": {"select": {"role": "generator"}, "condition": "latency.p95Ms <= 100"}}
    quick, late, silent = (
        ruled(policy, l=step("generator", **slow(**f))) for f in ({"p95": 50}, {"p95": 150}, {"p50": 1})
    )
    assert told(quick, late) == [("policy-violated", "l", "introduced", "breaking")]
    assert told(silent, late) == [("policy-violated", "l", "revealed", "breaking")]
    assert told(quick, silent) == [("policy-violated", "l", "introduced", "risky")]


def test_a_condition_decides_only_what_it_reads() -> None:
    policy = {"require": {"select": {"role": "generator"}, "condition": "latency.p95Ms <= 100"}}
    base = ruled(policy, l=step("generator", **slow(p95=50), environment={"MODE": "1"}))
    head = changed(base, lambda made: made["nodes"]["l"]["environment"].update(MODE="2"))
    assert verdicts(compared_specs(base, head)) == {"environment[MODE]": "unverified"}


def test_pins_that_a_new_policy_requires_are_introduced() -> None:
    model = {"l": step("generator", model={"id": "gpt-4o"})}
    base = changed(ruled({"requirePins": True}, **model), lambda made: made["policies"].clear())
    assert told(base, ruled({"requirePins": True}, **model)) == [
        ("model-alias-unpinned", "l", "introduced", "breaking")
    ]


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({}, "unverified"),
        ({"tools": {"offered": {"find": {"sideEffect": "write"}}}}, "unverified"),
        ({"tools": {"offered": {"find": {"sideEffect": "none"}}}}, "safe"),
    ],
)
def test_a_new_tool_beside_one_that_needs_an_approval_need_not_need_one(said: Spec, verdict: str) -> None:
    gate = guard(kinds=["approval"], onFailure="closed")
    nodes = {"u": entry(), "a": step("agent"), "g": gate, "pay": step("tool"), "end": step("exit")}
    base = {"nodes": nodes, "edges": [*chain("u", "a", "g", "pay", "end")]}
    head = changed(
        base,
        lambda made: made["nodes"].update(find=step("tool", **said)),
        lambda made: made["edges"].extend(chain("a", "find", "end")),
    )
    report = compared_specs(base, head)
    assert found(report) == []
    assert verdicts(report)["node.added"] == verdict
