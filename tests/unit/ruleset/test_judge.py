"""What a rule says of one obligation or change."""

import pytest

from msdiff.errors import RuleError
from msdiff.model.change import Change
from msdiff.model.finding import Verdict
from msdiff.model.graph import Fact
from msdiff.model.location import Location
from msdiff.model.obligation import Obligation, Undecided, Violated
from msdiff.model.values import Unknown
from msdiff.ruleset.expressions import Condition
from msdiff.ruleset.judge import applies, change_facts, judged, message, obligation_facts
from msdiff.ruleset.spec import ChangeWatch, Judgement, ObligationWatch, Rule

PLACE = Location("app.yaml", 3, 5)
OLD_NEW = (("change.old", "number?"), ("change.new", "number?"))
LOWER = Condition("change.new < change.old", OLD_NEW)
OVERFLOW = (("obligation.overflow", "text?"),)


def rule_of(watch: ObligationWatch | ChangeWatch) -> Rule:
    return Rule("my-rule", "T", "topology", "0.1", "fix", "rules/topology/my-rule.yaml", (watch,))


def change(old: object, new: object) -> Change:
    return Change("c1", "attribute.changed", "app", Fact("node:llm", "threshold.value"), old, new, PLACE, PLACE)


def obligation(outcome: object = Violated(), **facts: object) -> Obligation:
    return Obligation(
        kind="edge",
        check="maxTokens",
        graph="app",
        key=("edge",),
        outcome=outcome,
        node="llm",
        edge="a.b->llm.c",
        location=PLACE,
        facts=facts,
    )


def say(watch: ObligationWatch | ChangeWatch, groups: object) -> Judgement | Unknown | None:
    return judged(rule_of(watch), watch, groups)


OTHERWISE = Judgement(Verdict.BREAKING, "otherwise")
TRUNCATED = Judgement(Verdict.RISKY, "truncated", Condition('obligation.overflow == "truncate"', OVERFLOW))
SPLIT = Judgement(Verdict.SAFE, "split", Condition('obligation.overflow == "split"', OVERFLOW))
BY_CASE = ObligationWatch("edge", ("maxTokens",), (), (TRUNCATED, SPLIT, OTHERWISE))


@pytest.mark.parametrize(
    ("overflow", "expected"), [("truncate", TRUNCATED), ("split", SPLIT), ("error", OTHERWISE), (None, OTHERWISE)]
)
def test_the_first_case_that_applies(overflow, expected):
    assert say(BY_CASE, obligation_facts(obligation(overflow=overflow))) == expected


def test_a_rule_whose_condition_does_not_hold_says_nothing():
    watch = ChangeWatch(("attribute.changed",), (), (), (LOWER,), (OTHERWISE,))
    assert say(watch, change_facts(change(2, 1), facts={}, node={})) == OTHERWISE
    assert say(watch, change_facts(change(1, 2), facts={}, node={})) is None


def test_an_unknown_value_makes_the_answer_unknown():
    unknown = Unknown("two producers disagree")
    watch = ChangeWatch(("attribute.changed",), (), (), (LOWER,), (OTHERWISE,))
    assert say(watch, change_facts(change(2, unknown), facts={}, node={})) == unknown


def test_a_case_that_cannot_be_decided_counts_where_it_is_graver():
    unknown = change_facts(change(2, Unknown("?")), facts={}, node={})
    grave = Judgement(Verdict.BREAKING, "grave", LOWER)
    mild = Judgement(Verdict.SAFE, "mild", LOWER)
    risky = Judgement(Verdict.RISKY, "otherwise")
    assert say(ChangeWatch((), (), (), (), (grave, risky)), unknown) == grave
    assert say(ChangeWatch((), (), (), (), (mild, risky)), unknown) == risky


def test_a_condition_without_an_answer_names_its_rule():
    watch = ChangeWatch((), (), (), (LOWER,), (OTHERWISE,))
    with pytest.raises(RuleError) as raised:
        say(watch, change_facts(change(2, None), facts={}, node={}))
    assert raised.value.message == (
        "rule my-rule: the condition has no answer: No matching overloads found : _<_(null_type, double)\n"
        " | change.new < change.old\n"
        " with change.old = 2.0, change.new = null"
    )
    assert str(raised.value.location) == "rules/topology/my-rule.yaml:1:1"


def test_a_remark_applies():
    rule = rule_of(BY_CASE)
    assert applies(rule, OTHERWISE, {}) is True
    assert applies(rule, TRUNCATED, obligation_facts(obligation(overflow="error"))) is False


def test_what_there_is_to_read_of_an_obligation():
    assert obligation_facts(obligation(Undecided("nobody says"), offered=3)) == {
        "obligation": {
            "kind": "edge",
            "graph": "app",
            "node": "llm",
            "edge": "a.b->llm.c",
            "check": "maxTokens",
            "offered": 3,
            "reason": "nobody says",
        }
    }


def test_what_there_is_to_read_of_a_change():
    groups = change_facts(change(2, 1), facts={"lowered": True}, node={"role": "guardrail"}, consumer={"name": "b"})
    assert groups == {
        "change": {
            "graph": "app",
            "node": "llm",
            "edge": None,
            "element": None,
            "kind": "attribute.changed",
            "attribute": "threshold.value",
            "old": 2,
            "new": 1,
            "lowered": True,
        },
        "node": {"role": "guardrail"},
        "consumer": {"name": "b"},
    }


def test_messages():
    groups = change_facts(change(2, 1), facts={}, node={"role": "guardrail"}, consumer={"name": "b"})
    assert message("`{node}` ({role}): {old} to {new}, `{consumer}`", groups) == "`llm` (guardrail): 2 to 1, `b`"
    offered = obligation_facts(obligation(offered=(768, 1024)))
    assert message("{offered}, {required}, {node}", offered) == "768, 1024, unknown, llm"
