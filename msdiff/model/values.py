"""Values as msdiff compares them.

A value is what JSON can hold, made immutable by convention: text, number, boolean, `None`, a tuple, or a dict that nobody
changes after it was made. Readers normalise before they make a claim, so that equal meaning is equal value: a quantity is a
number in the unit of its attribute's name, an integral float is an int, a set is a sorted tuple without duplicates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Value: TypeAlias = bool | int | float | str | tuple["Value", ...] | Mapping[str, "Value"] | None


class Unknown:
    """A value that nothing states, or that cannot be worked out; `reason` is a clause fit for "unverified: {reason}".

    It is a type of its own so that the type checker finds whoever forgets it: unknown is not equal to any value, not zero
    and not empty. It is no tuple either, since a tuple is a value.
    """

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __bool__(self) -> bool:
        raise TypeError("an unknown value has no truth value; use isinstance(value, Unknown)")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and other.reason == self.reason

    def __hash__(self) -> int:
        return hash((Unknown, self.reason))

    def __repr__(self) -> str:
        return f"Unknown({self.reason!r})"


def canonical(value: Value | Unknown) -> str:
    """Text that is equal for equal values of equal type, whatever the order of their keys."""
    return f"?{value.reason}" if isinstance(value, Unknown) else repr(_ordered(value))


def _ordered(value: Value) -> object:
    if isinstance(value, Mapping):
        return sorted((key, _ordered(one)) for key, one in value.items())
    if isinstance(value, tuple):
        return tuple(map(_ordered, value))
    return value


def same(one: Value | Unknown, other: Value | Unknown) -> bool:
    """Whether two values mean the same: order of keys and `1.0` against `1` are no difference, `true` against `1` is one.

    Unknown is never the same as anything, not even as another unknown.
    """
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return False
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other
