"""The seam to the CEL engine: what it refuses when a rule is loaded, and that it never answers a quiet "no"."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msdiff.errors import RuleError
from msdiff.model.location import Location
from msdiff.model.values import Unknown
from msdiff.ruleset.expressions import MAX_LENGTH, Condition, checked, evaluate

PLACE = Location("rules/some-rule.yaml", 7, 7, "rule")
NAMES = {
    "change.old": "number",
    "change.new": "number?",
    "obligation.overflow": "text?",
    "obligation.excess": "integer",
    "obligation.missing": "list",
    "obligation.offered": "value",
    "node.role": "text",
}


def refusal(text: str) -> RuleError:
    with pytest.raises(RuleError) as raised:
        checked(text, NAMES, whose="rule some-rule", location=PLACE)
    return raised.value


def failure(text: str, values: dict) -> RuleError:
    with pytest.raises(RuleError) as raised:
        evaluate(checked(text, NAMES, whose="rule some-rule"), values, whose="rule some-rule", location=PLACE)
    return raised.value


def answer(text: str, values: dict) -> bool | Unknown:
    return evaluate(checked(text, NAMES, whose="rule some-rule"), values, whose="rule some-rule")


def test_a_misspelt_name_is_refused_with_a_caret_and_the_nearest_name():
    error = refusal("change.odl > 1.0")
    assert error.message == (
        "rule some-rule: undeclared reference to 'change.odl' (in container '')\n | change.odl > 1.0\n | ......^"
    )
    assert error.hint == "did you mean `change.old`?"
    assert error.location == Location("rules/some-rule.yaml", 7, 13, "rule")


def test_a_name_like_no_other_lists_what_there_is():
    assert refusal("weather == 1").hint == (
        "it may read: change.new, change.old, node.role, obligation.excess, obligation.missing, "
        "obligation.offered, obligation.overflow"
    )


@pytest.mark.parametrize(
    "text",
    [
        "node.role > 1",  # a text and a number
        "obligation.overflow == 3",  # a text that may be null and a number
        "change.old == 'high'",
        "obligation.missing == 3",
        "node.role.contains(1)",
    ],
)
def test_a_wrong_type_is_refused(text):
    message = refusal(text).message
    assert message.startswith("rule some-rule: found no matching overload")
    assert message.endswith("^")


def test_an_integer_beside_a_number_says_how_to_write_it():
    assert refusal("change.old > 1").hint == "write `1.0` beside a number with a fraction, `1` beside an integer"
    assert refusal("obligation.excess > 1.0").hint == refusal("change.old > 1").hint
    assert refusal("change.new > 1").hint == refusal("change.old > 1").hint


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("node.role", "STRING"),
        ("obligation.offered", "DYN"),
        ("true ? obligation.offered : true", "DYN"),
        ("obligation.excess + 1", "INT"),
    ],
)
def test_a_result_that_is_no_boolean_is_refused(text, type_):
    assert refusal(text).message == f"rule some-rule: the condition gives {type_}, not true or false\n | {text}"


@pytest.mark.parametrize("text", ["", "1 +", "change.old >", "(" * 40 + "true" + ")" * 40])
def test_what_does_not_parse_is_refused(text):
    assert refusal(text).exit_code == 3


def test_a_long_condition_is_refused_unread():
    text = "true || " * (MAX_LENGTH // 8) + "true"
    assert refusal(text).message == f"rule some-rule: the condition has {len(text)} characters, at most 1000 are read"


def test_a_macro_that_builds_values_is_refused():
    assert refusal("obligation.missing.map(x, x) == []").message.startswith("rule some-rule: `map` is not part")
    assert answer("node.role == 'x.map(y)'", {"node": {"role": "x.map(y)"}}) is True


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        ("obligation.excess / 0 == 1", {"obligation": {"excess": 3}}, "divide by zero"),
        ("change.new > 1.0", {"change": {"new": None}}, "No matching overloads found : _>_(null_type, double)"),
        (
            "obligation.offered > 3",
            {"obligation": {"offered": "x"}},
            "No matching overloads found : _>_(string, int64)",
        ),
        ("obligation.offered.size == 3", {"obligation": {"offered": {}}}, 'Key not found in map : "size"'),
        ("obligation.excess + 1 > 0", {"obligation": {"excess": 2**63 - 1}}, "integer overflow"),
        ("obligation.excess > 0", {"obligation": {"excess": 2**70}}, "int too big to convert"),
        ("node.role.matches('[')", {"node": {"role": "x"}}, "invalid regular expression: missing ]: ["),
    ],
)
def test_an_error_that_the_engine_returns_as_a_value_is_an_error(text, values, said):
    error = failure(text, values)
    assert error.message.splitlines()[0] == f"rule some-rule: the condition has no answer: {said}"
    assert error.location == PLACE
    assert error.exit_code == 3


def test_a_result_that_is_no_boolean_after_all_is_an_error():
    condition = Condition("obligation.offered", (("obligation.offered", "value"),))
    with pytest.raises(RuleError, match="the result is STRING 'yes'"):
        evaluate(condition, {"obligation": {"offered": "yes"}}, whose="rule r")


def test_the_error_shows_the_values():
    error = failure("change.old / change.new > 2.0 && node.role == 'x'", {"change": {"old": 2}, "node": {"role": "x"}})
    assert error.message == (
        "rule some-rule: the condition has no answer: No matching overloads found : _/_(double, null_type)\n"
        " | change.old / change.new > 2.0 && node.role == 'x'\n"
        " with change.old = 2.0, change.new = null, node.role = 'x'"
    )


def test_a_fact_that_must_be_there_and_is_not_is_an_error():
    error = failure("obligation.excess > 0", {"obligation": {}})
    assert error.message.splitlines()[-1] == " with no values, without obligation.excess"


def test_a_loop_without_end_in_sight_is_an_error():
    every = "obligation.missing.all(x, obligation.missing.all(y, obligation.missing.all(z, x + y + z > 0)))"
    assert "budget" in failure(every, {"obligation": {"missing": tuple(range(1, 200))}}).message


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("change.new < change.old", {"change": {"old": 2, "new": 1}}, True),
        ("change.new < change.old", {"change": {"old": 0.5, "new": 1}}, False),
        ("obligation.overflow == 'truncate'", {"obligation": {"overflow": "truncate"}}, True),
        ("obligation.overflow == 'truncate'", {"obligation": {}}, False),
        ("obligation.overflow == null", {}, True),
        ("change.new != null && change.new > 1.0", {"change": {"new": None}}, False),
        ("'a' in obligation.missing", {"obligation": {"missing": ("b", ("a",))}}, False),
        ("'a' in obligation.missing", {"obligation": {"missing": ("a", 1, None)}}, True),
        ("size(obligation.missing) == 0", {"obligation": {"missing": ()}}, True),
        ("obligation.offered == 768", {"obligation": {"offered": 768}}, True),
        ("obligation.offered == 768", {"obligation": {"offered": None}}, False),
        ("obligation.offered == [1, 2]", {"obligation": {"offered": (1, 2)}}, True),
        ("obligation.offered.query == 'q: '", {"obligation": {"offered": {"query": "q: "}}}, True),
        ("obligation . excess > 0", {"obligation": {"excess": 1}}, True),
    ],
)
def test_an_answer(text, values, expected):
    assert answer(text, values) is expected


def test_an_unknown_value_makes_the_answer_unknown_only_where_the_answer_hangs_on_it():
    unknown = Unknown("two producers disagree")
    values = {"change": {"old": 1, "new": unknown}, "node": {"role": "router"}}
    assert answer("change.new < change.old", values) == unknown
    assert answer("node.role == 'guardrail' && change.new < change.old", values) is False
    assert answer("node.role == 'router' || change.new < change.old", values) is True


def test_an_unknown_value_hides_no_error():
    values = {"change": {"new": Unknown("undeclared")}, "obligation": {"excess": 1}}
    assert "divide by zero" in failure("obligation.excess / 0 == 1 && change.new > 1.0 || false", values).message


def test_a_condition_remembers_only_the_names_that_it_reads():
    assert checked("node.role == 'x' && change.new == null", NAMES, whose="rule r") == Condition(
        "node.role == 'x' && change.new == null", (("change.new", "number?"), ("node.role", "text"))
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(offered=VALUES)
def test_whatever_the_value_the_answer_is_a_boolean_or_an_error(offered):
    condition = checked("obligation.offered > 3 || obligation.offered == 'x'", NAMES, whose="rule r")
    with contextlib.suppress(RuleError):
        assert evaluate(condition, {"obligation": {"offered": offered}}, whose="rule r") in (True, False)
