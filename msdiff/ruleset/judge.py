"""What a rule says of one obligation or change. Facts in, a judgement out.

Which obligations and changes are judged, and which judgements are shown, is `classify`'s work.
"""

from __future__ import annotations

from collections.abc import Mapping

from msdiff.model.change import Change
from msdiff.model.location import Location
from msdiff.model.obligation import Obligation, Undecided
from msdiff.model.values import Unknown, Value
from msdiff.ruleset.expressions import Condition, Groups, evaluate
from msdiff.ruleset.messages import filled
from msdiff.ruleset.spec import Judgement, Rule, Watch


def obligation_facts(obligation: Obligation) -> Groups:
    """What conditions and messages may read of an obligation."""
    own: dict[str, Value | Unknown] = {
        "kind": obligation.kind,
        "graph": obligation.graph,
        "node": obligation.node,
        "edge": obligation.edge,
        "check": obligation.check,
        **obligation.facts,
    }
    if isinstance(obligation.outcome, Undecided):
        own["reason"] = obligation.outcome.reason
    return {"obligation": own}


def change_facts(
    change: Change,
    *,
    facts: Mapping[str, Value],
    node: Mapping[str, Value],
    consumer: Mapping[str, Value] | None = None,
) -> Groups:
    """What conditions and messages may read of a change; `facts`, `node`, `consumer`: as in `rules/facts.yaml`."""
    own: dict[str, Value | Unknown] = {
        "graph": change.graph,
        "node": change.node,
        "edge": change.edge,
        "element": change.element,
        "kind": change.kind,
        "attribute": change.attribute,
        "old": change.old,
        "new": change.new,
        **facts,
    }
    return {"change": own, "node": node} if consumer is None else {"change": own, "node": node, "consumer": consumer}


def judged(rule: Rule, watch: Watch, groups: Groups) -> Judgement | Unknown | None:
    """The rule's answer on what its watch matched: nothing where it has nothing to say.

    Unknown where that hangs on an unknown value: then the change is unverified. A case that cannot be decided counts
    if it is graver than what follows it. Raises `RuleError` where a condition has no answer.
    """
    for condition in watch.when:
        holds = _holds(rule, condition, groups)
        if isinstance(holds, Unknown):
            return holds
        if not holds:
            return None
    possible: list[Judgement] = []
    for judgement in watch.judgements:
        holds = applies(rule, judgement, groups)
        if isinstance(holds, Unknown) or holds:
            possible.append(judgement)
        if holds is True:
            break
    return max(possible, key=lambda judgement: judgement.verdict, default=None)


def speaks(rule: Rule, watch: Watch, groups: Groups) -> bool:
    """Whether the watch is about this at all: none of its conditions says no."""
    return all(_holds(rule, condition, groups) is not False for condition in watch.when)


def applies(rule: Rule, judgement: Judgement, groups: Groups) -> bool | Unknown:
    """Whether the judgement's own condition holds (one without a condition always does)."""
    return judgement.when is None or _holds(rule, judgement.when, groups)


def _holds(rule: Rule, condition: Condition, groups: Groups) -> bool | Unknown:
    return evaluate(condition, groups, whose=f"rule {rule.id}", location=Location(rule.file, 1, 1, "rule"))


def message(template: str, groups: Groups) -> str:
    """The message (or fix) with its names filled in."""
    values = dict(groups.get("obligation") or groups.get("change", {}))
    values.setdefault("role", groups.get("node", {}).get("role"))
    if "consumer" in groups:
        values["consumer"] = groups["consumer"].get("name")
    return filled(template, values)
