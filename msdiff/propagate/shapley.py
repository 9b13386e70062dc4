"""Who is to blame when several changes land together (latency model, 2.5).

In: the value of each set of changes, sets as bit masks. Out: exact Shapley shares, and the smallest sets to revert.
Nothing here knows what a change is.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial


def shares(count: int, value: Callable[[int], int]) -> tuple[float, ...]:
    """The Shapley share of each of `count` changes in value(all) - value(none); exact, in 2^count values."""
    weights = [factorial(size) * factorial(count - size - 1) for size in range(count)]
    totals = [0] * count
    values = [value(mask) for mask in range(1 << count)]
    for mask in range(1 << count):
        for one in range(count):
            if not mask >> one & 1:
                totals[one] += weights[mask.bit_count()] * (values[mask | 1 << one] - values[mask])
    return tuple(total / factorial(count) for total in totals)


def smallest_sets(
    count: int, enough: Callable[[int], bool], *, most: int = 3, largest: int | None = None
) -> tuple[int, ...]:
    """Sets that are `enough` while no proper subset is: the smallest, `most` of them, of at most `largest` members."""
    found: list[int] = []
    for size in range(1, (largest or count) + 1):
        for members in combinations(range(count), size):
            mask = sum(1 << member for member in members)
            if not any(smaller & mask == smaller for smaller in found) and enough(mask):
                found.append(mask)
                if len(found) == most:
                    return tuple(found)
    return tuple(found)
