"""What all kinds of budgets share once they become obligations.

In: amounts in ms and steps in µs. Out: the facts that messages read, under the same names for every kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf

from msdiff.model.graph import Edge, Fact
from msdiff.model.obligation import Held, Obligation, Outcome
from msdiff.model.records import NamedTuple
from msdiff.model.values import Value
from msdiff.propagate.critical import Step
from msdiff.propagate.plan import Wire
from msdiff.propagate.slos import Timed
from msdiff.propagate.timing import milliseconds

HELD = Held()


class Budget(NamedTuple):
    """One budget, decided but not yet written up: most hold, and nobody reads those."""

    outcome: Outcome
    rests_on: Callable[[frozenset[str]], bool]  # whether one of these elements (by id) bears on it
    written: Callable[[], Obligation]


def among(support: Iterable[Fact], touched: frozenset[str]) -> bool:
    """Whether one of the touched elements stands in the support."""
    return any(fact.element in touched for fact in support)


def at_edge(edge: Edge, touched: frozenset[str]) -> bool:
    """Whether the edge or its consumer is among the touched elements."""
    return edge.id in touched or f"node:{edge.consumer}" in touched


def is_involved(at: Timed, wire: Wire) -> bool:
    """Whether more than the edge and its consumer bears on it."""
    return wire.consumer in at.plan.calls or bool(wire.fallback)


def amounts(amount: float | None, limit: float | None) -> dict[str, Value]:
    """The figure and the limit under both their names: `offered` and `required` are what every obligation has."""
    facts: dict[str, Value] = {"amount": amount, "offered": amount, "limit": limit, "required": limit}
    if amount is not None and limit is not None and amount < inf:
        facts["slack"] = less(limit, amount)
        facts["margin"] = abs(less(limit, amount))
    return facts


def less(one: float, other: float) -> float:
    """The difference without the noise of binary fractions."""
    found = round(one - other, 9)
    return int(found) if found == int(found) else found


def breakdown(steps: Iterable[Step]) -> str:
    """`a 12 -> b 120 -> c 300`: every term of the sum, in ms."""
    return " -> ".join(f"{step.node or step.edge} {milliseconds(step.amount):g}" for step in steps)
