"""Time limits as obligations: `timeout.callee` (TO1, TO2) and `timeout.nested` (TO6, TO7), kind `path`.

In: a timed graph. Out: a `Budget` for each limit that can be compared. Who suffers is the caller: it gives up.
"""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.model.graph import Fact, Graph
from msdiff.model.obligation import Obligation, Outcome, Undecided, Violated
from msdiff.model.values import Value
from msdiff.propagate.budget import HELD, Budget, among, amounts, at_edge, is_involved
from msdiff.propagate.deadlines import Limited, callee_facts, callee_limits, nested_facts, nested_limits
from msdiff.propagate.slos import Timed
from msdiff.propagate.timing import milliseconds


def limit_budgets(graph: Graph, at: Timed) -> Iterator[Budget]:
    """Each time limit against its callee's figures, and against the limits nested under it."""
    for limited in callee_limits(at):
        yield _limit_budget(graph, "timeout.callee", limited, at)
    for limited in nested_limits(at):
        yield _limit_budget(graph, "timeout.nested", limited, at)


def _limit_budget(graph: Graph, check: str, limited: Limited, at: Timed) -> Budget:
    edge, facts = limited.edge, callee_facts if check == "timeout.callee" else nested_facts

    def written() -> Obligation:
        return _of_limit(graph, check, limited, tuple(dict.fromkeys(facts(at, edge))))

    def rests(touched: frozenset[str]) -> bool:
        return at_edge(edge, touched) or (is_involved(at, at.wire(edge)) and among(facts(at, edge), touched))

    return Budget(_limit_outcome(limited), rests, written)


def _limit_outcome(limited: Limited) -> Outcome:
    if limited.amount > limited.limit:
        return Violated(milliseconds(limited.amount - limited.limit))
    if limited.most > limited.limit:
        return Undecided(limited.reason or "the callee's latency is undeclared")
    return HELD


def _of_limit(graph: Graph, check: str, limited: Limited, support: tuple[Fact, ...]) -> Obligation:
    edge = limited.edge
    stated = next(name for name in ("edge.timeoutMs", "edge.perTryTimeoutMs") if name in edge.attributes)
    facts: dict[str, Value] = {
        "producer": edge.producer,
        "consumer": edge.consumer,
        "certain": limited.certain,
        "percentile": limited.what,
        "breakdown": " + ".join(f"{name} {milliseconds(time):g}" for name, time in limited.terms),
        **amounts(milliseconds(limited.amount), milliseconds(limited.limit)),
    }
    if limited.rate is not None:
        facts["rateAtLeast"], facts["rateAtMost"] = limited.rate
    return Obligation(
        kind="path",
        check=check,
        graph=graph.label,
        key=(graph.label, "path", check, edge.id),
        outcome=_limit_outcome(limited),
        node=edge.producer,
        edge=edge.name,
        location=edge.attributes[stated].location,
        facts=facts,
        support=support,
        path=(edge.producer, edge.consumer),
    )
