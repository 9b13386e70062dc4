"""What a comment remembers of the push before, and what it says of the difference."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msdiff.scm.github_comment import LONGEST_MARKER, Stamp, marker, recalled, stamp_of
from msdiff.scm.github_event import RunId
from msdiff.scm.github_memory import MOST, Memory, Since, Standing, packed, remembered, since, unpacked

HEAD, NEXT = "a" * 40, "b" * 40
NAMES = st.lists(st.text(max_size=20), max_size=12).map(tuple)


def standing(*counted: str, others: tuple[str, ...] = (), undecided: tuple[str, ...] = ()) -> Standing:
    return Standing(counted, others, undecided)


def memory(head: str, *counted: str, undecided: tuple[str, ...] = ()) -> Memory:
    found = remembered(head, standing(*counted, undecided=undecided))
    assert found is not None
    return found


def test_what_came_and_went() -> None:
    earlier = memory(HEAD, "one", "two", "three", "four")
    now = standing("four", "five", others=("three", "six"))
    assert since(earlier, now) == Since(HEAD, gone=2, new=1, others=1, is_sure=True)


def test_what_is_only_undecided_now_is_not_surely_fixed() -> None:
    earlier = memory(HEAD, "one", undecided=("store", "slo"))
    found = [since(earlier, standing(undecided=now)) for now in ((), ("slo",), ("store", "slo"), ("slo", "edge"))]
    assert [one and one.is_sure for one in found] == [True, True, True, False]


def test_nothing_is_said_where_nothing_moved() -> None:
    assert since(memory(HEAD, "one", "two"), standing("two", "one", "one", others=("three",))) is None


@given(NAMES, NAMES, NAMES)
def test_it_counts_as_sets_do(before: tuple[str, ...], counted: tuple[str, ...], others: tuple[str, ...]) -> None:
    left = set(before) - set(counted)
    figures = (len(left - set(others)), len(set(counted) - set(before)), len(left & set(others)))
    found = since(memory(HEAD, *before), standing(*counted, others=others))
    assert (found[1:4] if found else (0, 0, 0)) == figures


def test_a_repetition_for_the_same_commit_says_the_same() -> None:
    first = Stamp("key", HEAD, RunId(1, 1), *recalled(None, HEAD, standing("one")))
    assert (first.now, first.before) == (memory(HEAD, "one"), None)
    second = Stamp("key", NEXT, RunId(2, 1), *recalled(first, NEXT, standing("two")))
    assert (second.now, second.before) == (memory(NEXT, "two"), memory(HEAD, "one"))
    assert recalled(second, NEXT, standing("two")) == (second.now, second.before)


def test_a_push_that_cannot_be_compared_forgets_nothing() -> None:
    first = Stamp("key", HEAD, RunId(1, 1), *recalled(None, HEAD, standing("one")))
    broken = Stamp("key", NEXT, RunId(2, 1), *recalled(first, NEXT, None))
    assert (broken.now, broken.before) == (first.now, first.before)
    third = "c" * 40
    assert recalled(broken, third, standing("one", "two")) == (memory(third, "one", "two"), memory(HEAD, "one"))


def test_of_too_many_it_is_not_remembered_which() -> None:
    assert len(memory(HEAD, *map(str, range(MOST))).findings) == MOST
    many = tuple(map(str, range(MOST + 1)))
    assert [remembered(HEAD, standing(*many)), remembered(HEAD, standing(undecided=many))] == [None, None]


def test_the_longest_marker_is_short_enough_and_comes_back() -> None:
    many = tuple(map(str, range(MOST)))
    full = memory("f" * 64, *many, undecided=many)
    stamp = Stamp("\U0001f600" * 100, "f" * 64, RunId(2**63, 999), full, full)
    line = marker(stamp)
    assert len(line) <= LONGEST_MARKER
    assert stamp_of(line) == (stamp, "")


@pytest.mark.parametrize(
    "said",
    [None, "x", [], ["a", "", 1], ["a", "%", ""], ["a", "", "AAA="], ["a", "AAAA" * 9999, ""], {"a": 1}],
)
def test_what_is_no_memory_is_none(said: Any) -> None:
    assert unpacked(said) is None


@given(st.text(max_size=64), NAMES, NAMES)
def test_every_memory_comes_back(head: str, counted: tuple[str, ...], undecided: tuple[str, ...]) -> None:
    made = memory(head, *counted, undecided=undecided)
    assert unpacked(packed(made)) == made
