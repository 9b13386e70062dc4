"""What is answered without the engine is answered as the engine does."""

from itertools import product

import pytest

from msdiff.errors import RuleError
from msdiff.model.values import Value
from msdiff.ruleset.expressions import Condition, checked, evaluate
from msdiff.ruleset.plain_conditions import holds, plan_of
from msdiff.ruleset.spec import ChangeWatch, ObligationWatch, Rule
from tests.snapshots import built_in_rules

TYPES = {
    "a.word": "text", "a.other": "text", "a.maybe": "text?", "a.flag": "boolean", "a.perhaps": "boolean?", "a.count": "number",
    "a.whole": "integer", "a.list": "list", "a.any": "value",
}  # fmt: skip


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
        ("a.count < 1.0", ["<", "number", ["of", "a.count"], ["just", 1.0]]),
        ("a.word == a.other", ["==", "text", ["of", "a.word"], ["of", "a.other"]]),
        ('a.maybe != "x"', ["not", ["in?", "a.maybe", ["x"]]]),
        ('a.maybe == a.word', ["==", "text", ["of?", "a.maybe"], ["of", "a.word"]]),
        ('a.flag == true', ["==", "boolean", ["of", "a.flag"], ["just", True]]),
        ('a.perhaps != false', ["!=", "boolean", ["of?", "a.perhaps"], ["just", False]]),
        ('a.word.startsWith("x")', ["starts", "a.word", "x"]),
        ('!a.maybe.endsWith("x")', ["not", ["ends", "a.maybe", "x"]]),
        ("size(a.list) > 0", [">", "integer", ["size", "a.list"], ["just", 0]]),
        ("a.any == 1", ["==", "integer", ["of?", "a.any"], ["just", 1]]),
        ("a.maybe != null", ["!=", "null", ["of?", "a.maybe"], ["just", None]]),
        ("a.word == null", None),
        ("a.whole <= 1", ["<=", "integer", ["of", "a.whole"], ["just", 1]]),
        ("size(a.word) > 0", None),
        ("a.word < a.other", None),
        ("a.any < 1", None),
        ("a.list == a.list", None),
        ("!a.flag == true", None),
        ("a.whole + 1 > 2", None),
        ('a.list.exists(one, one == "x")', None),
        ('a.flag ? true : false', None),
        ('a.word == r"x"', ["in", "a.word", ["x"]]),
    ],
)  # fmt: skip
def test_a_plan_is_made_of_plain_conditions_only(text: str, plan: list[object] | None) -> None:
    assert plan_of(text, TYPES) == plan


@pytest.mark.parametrize("value", [None, 1, ("x",)])
def test_a_value_of_another_kind_is_left_to_the_engine(value: Value) -> None:
    assert holds(["in", "a.word", ["x"]], {"a": {"word": value}}) is None
    assert holds(["not", ["is", "a.flag"]], {"a": {"flag": value}}) is None
    assert holds(["starts", "a.word", "x"], {"a": {"word": value}}) is None
    assert holds(["==", "text", ["of", "a.word"], ["just", "x"]], {"a": {"word": value}}) is None


def test_what_decides_alone_is_enough() -> None:
    missing, yes, no = ["is", "a.missing"], ["is", "a.yes"], ["is", "a.no"]
    groups = {"a": {"yes": True, "no": False}}
    assert holds(["and", missing, no], groups) is False
    assert holds(["or", missing, yes], groups) is True
    assert holds(["and", missing, yes], groups) is None
    assert holds(["or", missing, no], groups) is None


VALUES: dict[str, list[Value]] = {
    "boolean": [True, False],
    "integer": [0, 1, 2, -3],
    "number": [0, 1, 1.5, 768, -0.5],
    "list": [(), ("x",), ("x", "y")],
    "value": [None, 0, 1, 2, "1", ("x",), True],
}


def choices(kind: str, words: list[str]) -> list[Value]:
    """Values of a kind; none is one where the kind says that it may be missing."""
    found: list[Value] = [*VALUES.get(kind.removesuffix("?"), words)]
    return [*found, None] if kind.endswith("?") else found


@pytest.mark.parametrize(
    "text",
    [
        "a.count < 1.0", "a.count == 1.5", "a.whole != 1", "a.whole >= 2", "size(a.list) > 1", "size(a.list) == 0",
        "a.perhaps == true", "a.perhaps != false", 'a.maybe == "x"', 'a.maybe != "x"', 'a.maybe in ["x", "y"]',
        'a.maybe == a.word', 'a.word != a.other', "a.any == 1", "a.any != 1",
        "a.maybe == null", "a.any != null && a.any == 2", "null != a.perhaps",
        'a.flag && a.maybe.startsWith("x")', 'a.flag || a.maybe.endsWith("y")', '!(a.word.startsWith("x") || a.flag)',
        "a.flag == true && a.whole > 0 || a.perhaps == a.flag",
    ],
)  # fmt: skip
def test_the_engine_agrees_on_each_kind_of_comparison(text: str) -> None:
    condition = checked(text, TYPES, whose="a test")
    assert condition.plan is not None
    agree(condition, ["", "x", "y", "xy"])


def agree(condition: Condition, words: list[str]) -> None:
    """With and without the plan the answer, or the complaint, is the same, whatever the values."""
    bare = Condition(condition.text, condition.names)
    for values in product(*(choices(kind, words) for _, kind in condition.names)):
        groups: dict[str, dict[str, Value]] = {}
        for (name, _), value in zip(condition.names, values, strict=True):
            group, _, fact = name.partition(".")
            groups.setdefault(group, {})[fact] = value
        assert answer(condition, groups) == answer(bare, groups), (condition.text, values)


def answer(condition: Condition, groups: dict[str, dict[str, Value]]) -> object:
    try:
        return evaluate(condition, groups, whose="a test")
    except RuleError as error:
        return error.message


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
        agree(condition, ["", "x", *condition.text.split('"')[1::2]])


def test_a_checked_condition_has_its_plan() -> None:
    assert checked("a.flag", TYPES, whose="a test") == Condition("a.flag", (("a.flag", "boolean"),), ["is", "a.flag"])
