"""Engine against oracle on one pair: every difference, in words. No difference: an empty list."""

from collections.abc import Iterator, Mapping

from msdiff.model.report import Report
from tests.laws.oracle import outcomes, times, ways, wires
from tests.laws.oracle.graphs import Spec, in_new_names
from tests.laws.oracle.outcomes import Key, Outcomes


def differences(base: Spec, head: Spec, report: Report) -> list[str]:
    """What engine and oracle do not agree on."""
    names = {str(one.change.old): str(one.change.new) for one in report.changes if one.change.kind == "node.renamed"}
    before = in_new_names(base, names)
    old, new = obligations(before), obligations(head)
    said = statuses(report)
    return [
        *_statuses(old, new, said),
        *_guards(before, head, report),
        *_cycles(before, head, report),
        *_inputs(before, head, said),
        *_limits(before, head, report),
        *_verdict(old, new, before, head, report),
    ]


def obligations(spec: Spec) -> Outcomes:
    return {
        **wires.wires(spec),
        **wires.stores(spec),
        **ways.policies(spec),
        **ways.reach(spec),
        **ways.names(spec),
        **times.budgets(spec),
    }


def statuses(report: Report) -> Mapping[Key, set[str]]:
    """The statuses of what the engine found, by rule and place."""
    found: dict[Key, set[str]] = {}
    for one in report.findings:
        places: set[object] = {one.edge, one.node, one.element, (one.node, one.element)} - {None}
        if one.rule == "dangling-reference" and one.edge:
            places = {one.edge}
        for place in places:
            where = place if isinstance(place, tuple) else (place,)
            found.setdefault((one.rule, *map(str, where)), set()).add(one.status.value)
    return found


def _place(key: Key) -> Key:
    """The engine's name for the place: without what only the oracle tells apart."""
    rule, where, *more = key
    return (
        (rule, where, more[0])
        if more and more[0].startswith("policy:")
        else (rule, f"slo:{where}" if rule == times.SLO else where)
    )


def _statuses(old: Outcomes, new: Outcomes, said: Mapping[Key, set[str]]) -> Iterator[str]:
    places: dict[Key, list[Key]] = {}
    for key in {*old, *new}:
        places.setdefault(_place(key), []).append(key)
    for place, keys in sorted(places.items()):
        sets = [outcomes.allowed(old.get(key), new.get(key)) for key in keys]
        got = said.get(place, set())
        allowed = {status for one in sets for status in one}
        for one in sets:
            if "" not in one and not one & got:
                yield f"{place}: wants {sorted(one)}, got {sorted(got)}"
        if got - allowed - LENIENT.get(place[0], set()):
            yield f"{place}: got {sorted(got)}, allowed are {sorted(allowed)}"


# what other watches of the same rule may add: a change by itself, a declaration that is gone
LENIENT = {
    "embedding-space-changed": {"introduced"},
    "dangling-reference": {"resolved"},
    # a wire and a store may speak of one node
    "embedding-dimension-mismatch": {"introduced", "preexisting", "revealed", "resolved"},
}


def _guards(base: Spec, head: Spec, report: Report) -> Iterator[str]:
    got = {
        one.node: one.verdict.value
        for one in report.findings
        if one.rule == ways.BYPASS and one.status.value == "introduced" and one.element is None
    }
    wanted = {
        name: "breaking" if ways.untrusted(head, starts) else "risky"
        for name, starts in ways.lost_guards(base, head).items()
    }
    if got != wanted:
        yield f"guards: wants {wanted}, got {got}"


def _cycles(base: Spec, head: Spec, report: Report) -> Iterator[str]:
    before, after = ways.endless(base), ways.endless(head)
    got = {one.status.value for one in report.findings if one.rule == "cycle-without-bound"}
    if bool(after - before) != ("introduced" in got):
        yield f"cycles: {sorted(before)} -> {sorted(after)}, got {sorted(got)}"
    if after and not got & {"introduced", "preexisting"}:
        yield f"cycles: {sorted(after)} are endless, got {sorted(got)}"


def _inputs(base: Spec, head: Spec, said: Mapping[Key, set[str]]) -> Iterator[str]:
    for name in ways.unbound(head) - ways.unbound(base):
        if "introduced" not in said.get(("input-required-added", name), set()):
            yield f"input of {name} has no source, got {said.get(('input-required-added', name))}"


def _limits(base: Spec, head: Spec, report: Report) -> Iterator[str]:
    """Whatever loops and calls add: a figure that the engine gives is never below the longest simple path."""
    for one in report.slos:
        at = next((slo["at"] for slo in head.get("slos", ()) if slo["name"] == one.name), None)
        if at in head["nodes"] and one.head is not None:
            least = times.longest_required(head, at)
            if one.head < least - 1e-6 and one.verdict in ("budget-fits", "certain-meet"):
                yield f"slo {one.name}: {one.head} is below a path of {least}"


def _verdict(old: Outcomes, new: Outcomes, base: Spec, head: Spec, report: Report) -> Iterator[str]:
    verdict = report.verdict.value
    broken = outcomes.new_violations(old, new)
    if (broken or ways.lost_guards(base, head) or ways.endless(head) - ways.endless(base)) and verdict not in (
        "breaking",
        "risky",
    ):
        yield f"verdict {verdict}, though {sorted(broken)} broke"
    open_now = outcomes.newly_open(old, new)
    if open_now and verdict in ("safe", "unchanged"):
        yield f"verdict {verdict}, though {sorted(open_now)} cannot be told"
