"""Our `NamedTuple` makes the class that the one of `typing` makes."""

import copy
import pickle
import typing
from typing import Any

import pytest

from msdiff.model.location import Location
from msdiff.model.records import NamedTuple


class Ours(NamedTuple):
    """A record."""

    first: int
    second: str = "b"
    third: tuple[int, ...] = ()

    @property
    def both(self) -> str:
        return f"{self.first}{self.second}"


class Theirs(typing.NamedTuple):
    """A record."""

    first: int
    second: str = "b"
    third: tuple[int, ...] = ()

    @property
    def both(self) -> str:
        return f"{self.first}{self.second}"


class More(Ours):
    """A class on top, as nodes and edges are."""

    __slots__ = ()


BOTH: list[Any] = [Ours, Theirs]


@pytest.mark.parametrize("kind", BOTH)
def test_a_record_is_a_tuple_with_names(kind: Any) -> None:
    one = kind(1, third=(2,))
    assert one == (1, "b", (2,)) == tuple.__new__(kind, (1, "b", (2,)))
    assert (one.first, one.second, one.third, one.both) == (1, "b", (2,), "1b")
    assert one._replace(second="c") == kind(1, "c", (2,)) == kind._make((1, "c", (2,)))
    assert one._asdict() == {"first": 1, "second": "b", "third": (2,)}
    assert repr(one) == f"{kind.__name__}(first=1, second='b', third=(2,))"
    assert (kind._fields, kind._field_defaults) == (("first", "second", "third"), {"second": "b", "third": ()})
    assert (kind.__doc__, kind.__match_args__) == ("A record.", ("first", "second", "third"))
    assert copy.copy(one) == copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
    assert type(pickle.loads(pickle.dumps(one))) is kind
    assert not hasattr(one, "__dict__")
    match one:
        case kind(first, second):
            assert (first, second) == (1, "b")


@pytest.mark.parametrize("kind", BOTH)
def test_what_does_not_fit_is_refused(kind: Any) -> None:
    for values, named in (((), {}), ((1, "b", (), 4), {}), ((1,), {"fourth": 4}), ((1,), {"first": 1})):
        with pytest.raises(TypeError):
            kind(*values, **named)
    with pytest.raises(ValueError, match="fourth"):
        kind(1)._replace(fourth=4)
    with pytest.raises(TypeError):
        kind._make((1,))
    with pytest.raises(AttributeError):
        kind(1).first = 2
    with pytest.raises(AttributeError):
        kind(1).fourth = 2


def test_a_field_without_a_default_comes_first() -> None:
    with pytest.raises(TypeError, match="without a default"):

        class _Wrong(NamedTuple):
            first: int = 1
            second: str  # type: ignore[misc]


def test_a_class_on_top_is_made_by_its_own_name() -> None:
    one = More(1, "x")
    assert type(one) is More
    assert (one.both, type(one._replace(first=2)), one._replace(first=2).first) == ("1x", More, 2)
    assert type(Ours(1)) is Ours


def test_the_first_object_by_keyword_is_like_the_others() -> None:
    class Fresh(NamedTuple):
        a: int
        b: int = 2

    assert Fresh(b=3, a=1) == (1, 3)
    assert Fresh(a=1) == (1, 2)
    assert Location("a.yaml", 1, 2) == ("a.yaml", 1, 2, "graph")
