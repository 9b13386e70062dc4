"""One finding for one thing: which drafts stay. Drafts and rules are records made by hand."""

from typing import Any

import pytest

from msdiff.classify.judging import Draft
from msdiff.classify.superseding import precise
from msdiff.model.change import Change
from msdiff.model.finding import Verdict
from msdiff.model.graph import Fact
from msdiff.model.location import Location
from msdiff.model.obligation import Obligation, Status, Violated
from msdiff.ruleset.spec import Rule
from tests.snapshots import built_in_rules

HERE = Location("app.yaml", 1, 1)
ANY: Rule = built_in_rules().rules[0]
PRECISE = ANY._replace(id="precise", supersedes=("plain",))
PLAIN = ANY._replace(id="plain", supersedes=())


def change(id: str) -> Change:
    return Change(id, "attribute.changed", "app", Fact("node:a", id), 1, 2, HERE, HERE)


def obligation(*place: str, kind: str = "edge", check: str = "dimension") -> Obligation:
    return Obligation(kind, check, "app", ("app", kind, check, *place), Violated(), "a", None, HERE)


def draft(rule: Rule, *causes: str, **fields: Any) -> Draft:
    made = Draft(
        rule=rule, verdict=Verdict.BREAKING, status=Status.INTRODUCED, message="", fix="", graph="app", node="a", edge=None,
        element=None, causes=tuple(map(change, causes)), path=("a",),
    )  # fmt: skip
    return made._replace(**fields)


@pytest.mark.parametrize(
    ("one", "other", "stays"),
    [
        ({"causes": "12"}, {"causes": "1"}, False),
        ({"causes": "12"}, {"causes": "12"}, False),
        ({"causes": "12"}, {"causes": "13"}, True),  # a cause of its own
        ({"causes": "12"}, {"causes": ""}, True),
        ({"causes": "12", "graph": "more"}, {"causes": "1"}, True),
        ({"causes": "12", "status": Status.RESOLVED}, {"causes": "1"}, True),
        ({"causes": "12", "status": Status.WORSENED}, {"causes": "1"}, False),
        ({"causes": "12", "status": Status.REVEALED}, {"causes": "1"}, False),
        ({"causes": "12", "status": Status.PREEXISTING}, {"causes": "1", "status": Status.PREEXISTING}, False),
        ({"causes": "12", "obligation": obligation("x")}, {"causes": "1"}, False),
        # on obligations the place counts, not the causes
        ({"causes": "1", "obligation": obligation("x")}, {"causes": "2", "obligation": obligation("x")}, False),
        ({"causes": "1", "obligation": obligation("x")}, {"causes": "1", "obligation": obligation("y")}, True),
        (  # what is compared on an edge is no part of its place, elsewhere it is
            {"causes": "1", "obligation": obligation("x", check="space")},
            {"causes": "2", "obligation": obligation("x")},
            False,
        ),
        (
            {"causes": "1", "obligation": obligation("x", kind="graph", check="a")},
            {"causes": "2", "obligation": obligation("x", kind="graph", check="b")},
            True,
        ),
    ],
)
def test_when_a_precise_rule_speaks_for_another(one: dict[str, Any], other: dict[str, Any], stays: bool) -> None:
    first = draft(PRECISE, *one.pop("causes"), **one)
    second = draft(PLAIN, *other.pop("causes"), **other)
    assert precise((first, second)) == ((first, second) if stays else (first,))
    assert precise((second, first)) == ((second, first) if stays else (first,))


def test_what_a_table_alone_shows_takes_nothing_back_that_is_graver() -> None:
    tabled = draft(PRECISE, "1", tabled=True, verdict=Verdict.RISKY)
    graver, equal = draft(PLAIN, "1"), draft(PLAIN, "1", verdict=Verdict.RISKY)
    assert precise((tabled, graver)) == (tabled, graver)
    assert precise((tabled, equal)) == (tabled,)
    assert precise((tabled._replace(tabled=False), graver)) == (tabled._replace(tabled=False),)


@pytest.mark.parametrize(
    ("other", "count"),
    [
        ({}, 1),
        ({"node": "b"}, 2),
        ({"graph": "more"}, 2),
        ({"status": Status.RESOLVED}, 2),
        ({"edge": "a->b"}, 2),
        ({"causes": (change("2"),)}, 2),
        ({"rule": PRECISE._replace(supersedes=())}, 2),
    ],
)
def test_doubles_are_one(other: dict[str, Any], count: int) -> None:
    assert len(precise((draft(PLAIN, "1"), draft(PLAIN, "1")._replace(**other)))) == count


def test_of_doubles_the_gravest_stays_and_of_equals_the_first() -> None:
    risky, breaking = draft(PLAIN, "1", verdict=Verdict.RISKY), draft(PLAIN, "1", message="first")
    assert precise((risky, breaking, draft(PLAIN, "1", message="second"))) == (breaking,)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        (obligation("x"), obligation("x", kind="store"), 1),  # a wire and the state behind it
        (obligation("x", check="space"), obligation("x", kind="store", check="space"), 2),
        (obligation("x", kind="path", check="guard.cover"), obligation("y", kind="path", check="guard.cover"), 1),
        (obligation("x", kind="path", check="guard.output"), obligation("y", kind="path", check="guard.output"), 1),
        (obligation("x", kind="graph", check="dimension"), obligation("y", kind="graph", check="dimension"), 2),
        (obligation("x", kind="graph", check="cycle.bound"), obligation("y", kind="graph", check="cycle.bound"), 1),
        (obligation("x", kind="path", check="timeout.callee"), obligation("x", kind="path", check="timeout.nested"), 1),
        (obligation("x", kind="path", check="slo.ttft"), obligation("y", kind="path", check="slo.ttft"), 2),
    ],
)
def test_obligations_that_say_the_same(one: Obligation, other: Obligation, count: int) -> None:
    assert len(precise((draft(PLAIN, "1", obligation=one), draft(PLAIN, "1", obligation=other)))) == count
    without = (draft(PLAIN, obligation=one), draft(PLAIN, obligation=other))
    expected = 1 if one.check == "cycle.bound" or one.check.startswith("timeout.") else 2
    assert len(precise(without)) == expected
