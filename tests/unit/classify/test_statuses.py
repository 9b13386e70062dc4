"""Two outcomes make a status: the whole table."""

import pytest

from msdiff.classify.statuses import status
from msdiff.model.obligation import Held, Outcome, Status, Undecided, Violated

HELD, UNDECIDED, VIOLATED = Held(), Undecided("nobody says"), Violated()


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        (None, None, None),
        (None, HELD, None),
        (None, UNDECIDED, None),
        (None, VIOLATED, Status.INTRODUCED),
        (HELD, None, None),
        (HELD, HELD, None),
        (HELD, UNDECIDED, None),
        (HELD, VIOLATED, Status.INTRODUCED),
        (UNDECIDED, None, None),
        (UNDECIDED, HELD, None),
        (UNDECIDED, UNDECIDED, None),
        (VIOLATED, None, Status.RESOLVED),
        (VIOLATED, HELD, Status.RESOLVED),
        (VIOLATED, UNDECIDED, None),
        (VIOLATED, VIOLATED, Status.PREEXISTING),
    ],
)
def test_two_outcomes_make_a_status(base: Outcome | None, head: Outcome | None, expected: Status | None) -> None:
    assert status(base, head, None) is expected


@pytest.mark.parametrize(
    ("with_new_facts", "expected"),
    [
        (HELD, Status.INTRODUCED),
        (VIOLATED, Status.REVEALED),
        (UNDECIDED, Status.INTRODUCED),
        (None, Status.INTRODUCED),
    ],
)
def test_what_was_unknown_is_revealed_only_if_base_would_have_been_violated(
    with_new_facts: Outcome | None, expected: Status
) -> None:
    assert status(UNDECIDED, VIOLATED, with_new_facts) is expected


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        (Violated(excess=10), Violated(excess=10), Status.PREEXISTING),
        (Violated(excess=10), Violated(excess=5), Status.PREEXISTING),
        (Violated(excess=10), Violated(excess=10.5), Status.WORSENED),
        (Violated(excess=10), Violated(), Status.PREEXISTING),
        (Violated(witnesses=frozenset("a")), Violated(witnesses=frozenset("a")), Status.PREEXISTING),
        (Violated(witnesses=frozenset("ab")), Violated(witnesses=frozenset("a")), Status.PREEXISTING),
        (Violated(witnesses=frozenset("a")), Violated(witnesses=frozenset("ab")), Status.INTRODUCED),
        (Violated(witnesses=frozenset("a")), Violated(witnesses=frozenset("b")), Status.INTRODUCED),
        (Violated(), Violated(witnesses=frozenset("b")), Status.PREEXISTING),
    ],
)
def test_broken_twice_is_worse_only_by_more_and_new_only_by_another(
    base: Violated, head: Violated, expected: Status
) -> None:
    assert status(base, head, None) is expected
