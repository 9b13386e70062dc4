"""What is answered without the engine is answered as the engine does."""

from itertools import product

import pytest

from msdiff.model.values import Value
from msdiff.ruleset.expressions import Condition, checked, evaluate
from msdiff.ruleset.plain_conditions import holds, plan_of
from msdiff.ruleset.spec import ChangeWatch, ObligationWatch, Rule
from tests.snapshots import built_in_rules

TYPES = {"a.word": "text", "a.other": "text", "a.flag": "boolean", "a.count": "number"}


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("a.flag", ["is", "a.flag"]),
        ("!a.flag", ["not", ["is", "a.flag"]]),
        ('a.word == "x"', ["in", "a.word", ["x"]]),
        ('a.word != "x && !y"', ["not", ["in", "a.word", ["x && !y"]]]),
        ('a.word in ["x", "y"]', ["in", "a.word", ["x", "y"]]),
        (
            'a.flag && (a.word == "x" || !a.flag)',
            ["and", ["is", "a.flag"], ["or", ["in", "a.word", ["x"]], ["not", ["is", "a.flag"]]]],
        ),
        ("a.count < 1.0", None),
        ("a.word == a.other", None),
        ('a.flag == true', None),
        ('a.word.startsWith("x")', None),
        ('a.flag ? true : false', None),
        ("size(a.word) > 0", None),
        ('a.word == r"x"', ["in", "a.word", ["x"]]),
    ],
)  # fmt: skip
def test_a_plan_is_made_of_plain_conditions_only(text: str, plan: list[object] | None) -> None:
    assert plan_of(text, TYPES) == plan


@pytest.mark.parametrize("value", [None, 1, ("x",)])
def test_a_value_of_another_kind_is_left_to_the_engine(value: Value) -> None:
    assert holds(["in", "a.word", ["x"]], {"a": {"word": value}}) is None
    assert holds(["not", ["is", "a.flag"]], {"a": {"flag": value}}) is None


def conditions(rule: Rule) -> list[Condition]:
    """Every condition of a rule that has a plan."""
    remarks = [one for one in (rule.undecided, rule.dropped, rule.coordinated) if one]
    found = [one.when for one in remarks if one.when]
    for watch in rule.watches:
        assert isinstance(watch, ChangeWatch | ObligationWatch)
        found += [*watch.when, *(one.when for one in watch.judgements if one.when)]
    return [condition for condition in found if condition.plan is not None]


def test_the_engine_agrees_on_every_plan_of_a_built_in_rule() -> None:
    planned = {condition for rule in built_in_rules().rules for condition in conditions(rule)}
    assert len(planned) > 20
    for condition in planned:
        words = ["", "x", *(word for word in condition.text.split('"')[1::2])]
        choices = [[True, False] if kind.startswith("boolean") else words for _, kind in condition.names]
        for values in product(*choices):
            groups: dict[str, dict[str, Value]] = {}
            for (name, _), value in zip(condition.names, values, strict=True):
                group, _, fact = name.partition(".")
                groups.setdefault(group, {})[fact] = value
            bare = Condition(condition.text, condition.names)
            assert evaluate(condition, groups, whose="a test") == evaluate(bare, groups, whose="a test"), condition.text


def test_a_checked_condition_has_its_plan() -> None:
    assert checked("a.flag", TYPES, whose="a test") == Condition("a.flag", (("a.flag", "boolean"),), ["is", "a.flag"])
