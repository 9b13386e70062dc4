"""Tries that cannot start: the overall limit of an edge runs out before the last of its tries begins (latency model, TO3, TO4).

In: one graph. Out: `timeout.attempts` for each edge that states several tries, a limit for each and one for all. A try starts
when those before it ran into their limit and the pauses between them are over.
"""

from __future__ import annotations

from msdiff.model.graph import Edge, Fact, Graph
from msdiff.model.obligation import Violated
from msdiff.model.values import Value
from msdiff.propagate.laws import HELD
from msdiff.propagate.ledger import Ledger

MOST_TRIES = 1000
READ = ("maxAttempts", "perTryTimeoutMs", "timeoutMs", "backoff.initialMs", "backoff.multiplier", "backoff.maxMs")


def attempt_obligations(graph: Graph, ledger: Ledger) -> None:
    """Adds one for each edge that states tries and both limits."""
    for edge in graph.edges.values():
        tries, each, limit = (_figure(edge, name) for name in READ[:3])
        if tries is None or each is None or limit is None or tries < 2 or not edge.resolved:
            continue
        starts = _starts(edge, int(min(tries, MOST_TRIES)), each)
        reachable = sum(start < limit for start in starts)
        facts: dict[str, Value] = {
            "reachable": reachable,
            "tries": int(tries),
            "amount": starts[-1],
            "limit": limit,
            "each": each,
            "producer": edge.producer,
            "consumer": edge.consumer,
        }
        place = edge.attributes["edge.maxAttempts"]
        ledger.add(
            "path",
            "timeout.attempts",
            (edge.name,),
            HELD if reachable == len(starts) else Violated(excess=len(starts) - reachable),
            location=place.location,
            support=(Fact(edge.id), *(Fact(edge.id, f"edge.{name}") for name in READ)),
            node=edge.consumer,
            edge=edge.name,
            facts=facts,
            path=(edge.producer, edge.consumer),
        )


def _starts(edge: Edge, tries: int, each: float) -> list[float]:
    """When each try begins, in ms, where all before it run into their limit."""
    pause, factor, longest = (_figure(edge, name) for name in READ[3:])
    pause, factor = pause or 0, 1 if factor is None else factor
    found = [0.0]
    for _ in range(tries - 1):
        found.append(found[-1] + each + (pause if longest is None else min(pause, longest)))
        pause = min(pause * factor, 1e15)
    return found


def _figure(edge: Edge, name: str) -> float | None:
    value = edge.stated(f"edge.{name}")
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
