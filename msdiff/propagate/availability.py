"""How available a node's answer is: a product over what it requires (latency model, section 6).

In: a `Plan` and a node. Out: a range. Each node counts once, however many paths lead to it; what is optional does not
count; retries are not credited. A fallback is a parallel pair where independence is declared, else a range. Branches
and races give a range, too: as if all were needed, to as if none were.
"""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.model.graph import Graph, Node
from msdiff.model.records import NamedTuple
from msdiff.propagate.plan import Plan, Wire

_NOISE = 1e-12  # of binary fractions: 0.999 x 0.999 meets 0.998001
SHARED = ("endpoint.provider", "endpoint.host", "governance.region")


class Availability(NamedTuple):
    """`low` and `high` of the product; `pessimistic` is the least without independence; what is undeclared."""

    low: float
    high: float
    pessimistic: float
    missing: tuple[str, ...]
    reason: str

    def verdict(self, limit: float) -> tuple[str, str]:
        """The verdict on an objective, and why there is none."""
        if self.high < limit - _NOISE:
            return "certain-miss", ""
        if self.pessimistic >= limit - _NOISE:
            return "certain-meet", ""
        return ("budget-fits", "") if self.low >= limit - _NOISE else ("undetermined", self.reason)


def availability(plan: Plan, graph: Graph, node: int) -> Availability:
    """The availability of the node's answer from the declared figures."""
    needed, uncertain = _needed(plan, node)
    stand_ins = _stand_ins(plan, needed)
    low = high = 1.0
    left_open = 0.0
    missing: list[str] = []
    for one in sorted(needed):
        least, most = _range(graph, plan.names[one], [plan.names[other] for other in stand_ins.get(one, ())])
        if least == 0 and most == 1:
            missing.append(plan.names[one])
        low *= least
        left_open += 1 - least
        high *= 1.0 if one in uncertain else most
    reason = "it has branches or races, which this version does not weigh" if uncertain else "fate that may be shared"
    if missing:
        names = ", ".join(f"`{name}`" for name in missing[:4])
        reason = f"{names} {'declares' if len(missing) == 1 else 'declare'} no availability"
    return Availability(low, high, max(1 - left_open, 0.0), tuple(missing), reason)


def _needed(plan: Plan, node: int) -> tuple[frozenset[int], frozenset[int]]:
    """What success depends on, at any depth; and what of it only some requests need."""
    found: dict[int, bool] = {}
    waiting = [(node, False)]
    while waiting:
        one, sometimes = waiting.pop()
        if one in found and (sometimes or not found[one]):
            continue
        found[one] = sometimes
        waiting.extend((before, sometimes or branch) for before, branch in _before(plan, one))
    return frozenset(found), frozenset(one for one, sometimes in found.items() if sometimes)


def _before(plan: Plan, node: int) -> Iterator[tuple[int, bool]]:
    race = plan.speaks[node].join is not None
    for producer in plan.top.plain.get(node, ()):
        if not plan.speaks[producer].optional:
            yield producer, race
    for wire in plan.top.wires.get(node, ()):
        if _is_needed(wire, wire.producer, plan):
            yield wire.producer, race or wire.terms.branch
    for wire in plan.top.called.get(node, ()):
        yield wire.producer, False
    for wire in plan.calls.get(node, ()):
        if _is_needed(wire, wire.consumer, plan):
            yield wire.consumer, wire.terms.branch


def _is_needed(wire: Wire, dependency: int, plan: Plan) -> bool:
    return not wire.optional and not plan.speaks[dependency].optional and wire.terms.limit.on_error != "skip"


def _stand_ins(plan: Plan, needed: frozenset[int]) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for node in needed:
        names = plan.speaks[node].fallback
        if names:
            found[node] = tuple(plan.number_of[name] for name in names if name in plan.number_of)
        for group in (plan.top.wires, plan.top.called):
            for wire in group.get(node, ()):
                if wire.fallback and wire.terms.limit.on_error != "fail":
                    found[node] = wire.fallback
    return found


def _range(graph: Graph, name: str, stand_ins: list[str]) -> tuple[float, float]:
    least, most = _stated(graph.nodes[name])
    for stand_in in stand_ins:
        low, high = _stated(graph.nodes[stand_in])
        apart = _independent(graph.nodes[name], graph.nodes[stand_in])
        both_low, both_high = 1 - (1 - least) * (1 - low), 1 - (1 - most) * (1 - high)
        least = both_low if apart else max(least, low)
        most = max(most, high) if apart is False else both_high
    return least, most


def _stated(node: Node) -> tuple[float, float]:
    idle = node.role in ("entry", "exit") or node.stated("enabled") is False
    value = node.stated("availability", 1 if idle else None)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value), float(value)
    return 0.0, 1.0


def _independent(one: Node, other: Node) -> bool | None:
    """Whether the two share no fate, by what both declare; `None` where nothing says so."""
    pairs = [(one.stated(name), other.stated(name)) for name in SHARED]
    both = [(mine, theirs) for mine, theirs in pairs if mine is not None and theirs is not None]
    if any(mine == theirs for mine, theirs in both):
        return False
    return True if both else None
