"""One SLO against the figures of one version (latency model, 2.2 and 2.3).

In: a graph and an SLO of it. Out: a `SloFigure` with the budget sum, what bounds it, the verdict and what that rests
on. The sum is a budget, neither a bound nor the percentile itself; `guarantee` says what it promises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import inf

from msdiff.model.graph import Edge, Element, Fact, Graph, Item
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown
from msdiff.propagate.arrivals import Pass, Timetable
from msdiff.propagate.behind import (
    Behind,
    Gap,
    Stages,
    behind,
    gap_text,
    gaps,
    is_missing,
    label_for_all,
    label_used,
    stages,
)
from msdiff.propagate.critical import Step, critical
from msdiff.propagate.durations import HARD, assured, ceiling, known
from msdiff.propagate.plan import Plan, Wire, plan, wire_of
from msdiff.propagate.timing import (
    EDGE_ATTRIBUTES,
    LABELS,
    NODE_ATTRIBUTES,
    PLAIN,
    QUANTILES,
    Parts,
    microseconds,
    milliseconds,
    parts,
    says_time,
    stated_times,
)

MISSED = ("certain-miss", "budget-exceeded")
_NOTES_SHOWN = 5
_EDGE_COULD = tuple(sorted(EDGE_ATTRIBUTES))
_NODE_COULD = {
    rank: tuple(name for name in sorted(NODE_ATTRIBUTES) if name not in QUANTILES or name.endswith(f".{label}Ms"))
    for label, rank in LABELS.items()
}
_LIMITS = {"availability": "slo.availability", "cost": "slo.costPerRequest"}


class Timed(NamedTuple):
    """A graph with what it says about time, its plan and the passes over it."""

    graph: Graph
    parts: Parts
    plan: Plan
    table: Timetable

    def wire(self, edge: Edge) -> Wire:
        """What one edge says, whether or not it is on the request path."""
        if not says_time(edge) and not self.plan.speaks[self.plan.number_of[edge.consumer]].fallback:
            index = self.plan.number_of
            return Wire(edge.name, index[edge.producer], index[edge.consumer], edge.in_port, PLAIN, False, ())
        return wire_of(self.plan, edge, self.parts.terms.get(edge.name, PLAIN))


class SloFigure(NamedTuple):
    """Figures in ms (fractions for availability, currency for cost).

    `value` is the budget sum, `None` where it is undetermined; `known` is its known part and `most` what it is at the
    most. `lower` is what no dependence can undercut, `bound` the hard bound; `None` stands for none. `steps` add up
    to `value`, or to `known` where there is none.
    """

    name: str
    at: str
    metric: str
    percentile: str
    limit: float | None
    value: float | None
    known: float | None
    most: float | None
    lower: float | None
    bound: float | None
    verdict: str
    steps: tuple[Step, ...] = ()
    tie: bool = False
    missing: tuple[str, ...] = ()
    reason: str = ""
    guarantee: str = ""
    notes: tuple[str, ...] = ()
    support: tuple[Fact, ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        """The nodes of the critical path."""
        return tuple(step.node for step in self.steps if step.node is not None)


def timed(graph: Graph) -> Timed:
    """The graph, ready to be evaluated."""
    said = parts(graph)
    made = plan(said)
    return Timed(graph, said, made, Timetable(made))


def evaluate_slo(graph: Graph, slo: Item, at: Timed | None = None, *, support: bool = True) -> SloFigure:
    """What the SLO's figure is, and whether it is met. `at` saves planning the graph; `support` may be left out."""
    found = at or timed(graph)
    figure = _evaluated(graph, slo, found)
    return figure._replace(support=tuple(support_of(found, slo, figure))) if support else figure


def _evaluated(graph: Graph, slo: Item, found: Timed) -> SloFigure:
    metric = str(slo.stated("slo.metric", "completion"))
    node = str(slo.stated("slo.at", ""))
    if node not in graph.nodes:
        return _open(slo, metric, f"there is no node `{node}`")
    if metric == "cost":
        return _open(slo, metric, "cost is not evaluated in this version")
    if metric == "availability":
        return _availability(found, slo, node)
    return _latency(found, slo, node, metric)


def limit_of(slo: Item) -> float | None:
    """What the SLO allows, in the unit of its metric."""
    value = slo.value(_LIMITS.get(str(slo.stated("slo.metric", "completion")), "slo.latencyMs"))
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def percentile_of(slo: Item) -> str:
    """The SLO's percentile label; p95 unless said."""
    stated = slo.stated("slo.percentile")
    return stated if isinstance(stated, str) and stated in LABELS else "p95"


def _open(slo: Item, metric: str, reason: str) -> SloFigure:
    return SloFigure(
        name=slo.name,
        at=str(slo.stated("slo.at", "")),
        metric=metric,
        percentile=percentile_of(slo) if metric in ("completion", "ttft") else "",
        limit=limit_of(slo),
        value=None,
        known=None,
        most=None,
        lower=None,
        bound=None,
        verdict="undetermined",
        reason=reason,
    )


def _own_facts(slo: Item) -> tuple[Fact, ...]:
    return (Fact(slo.id), *(fact for name in sorted(slo.attributes) for fact in slo.attributes[name].facts))


def _latency(at: Timed, slo: Item, name: str, metric: str) -> SloFigure:
    label, first = LABELS[percentile_of(slo)], metric == "ttft"
    node = at.plan.number_of[name]
    reach = behind(at.plan, node)
    least, most = (_time(at.table.arrivals(reading), node, first) for reading in (known(label), ceiling(label)))
    allowed = microseconds(limit_of(slo))
    lower = _lower(at, node, label, first)
    hard = _time(at.table.arrivals(HARD), node, first)
    sums = stages(at.plan, reach, label)
    verdict = _verdict(allowed, least, most, lower, min(hard, _assured(at, node, label, first, sums)))
    missing = gaps(at.plan, reach, label, node if first else None) if least != most else ()
    fits = verdict in ("budget-fits", "certain-meet") and most < inf
    now = at.table.arrivals(ceiling(label) if fits else known(label))
    steps, tie = critical(now, node, first=first)
    value = None if verdict == "undetermined" else _time(now, node, first)
    return SloFigure(
        name=slo.name,
        at=name,
        metric=metric,
        percentile=percentile_of(slo),
        limit=limit_of(slo),
        value=None if value is None else milliseconds(value),
        known=milliseconds(least),
        most=None if most == inf else milliseconds(most),
        lower=milliseconds(lower),
        bound=None if hard == inf else milliseconds(hard),
        verdict=verdict,
        steps=steps,
        tie=tie,
        missing=tuple(dict.fromkeys(gap.element.partition(":")[2] for gap in missing)),
        reason=_reason(verdict, allowed, least, most, missing),
        guarantee=_guarantee(verdict, sums, percentile_of(slo)),
        notes=tuple(_notes(at.plan, reach, label, slo)),
    )


def _time(now: Pass, node: int, first: bool) -> float:
    return (now.clock.first if first else now.clock.done)[node]


def _lower(at: Timed, node: int, label: int, first: bool) -> float:
    bounds = at.table.bounds(label)
    return (bounds.first if first else bounds.done)[node].bound


def _assured(at: Timed, node: int, label: int, first: bool, sums: Stages) -> float:
    """The sum at a label so high that together the figures hold at the SLO's under any dependence."""
    needed = label_for_all(sums.tried, label)
    return inf if needed is None else _time(at.table.arrivals(assured(needed)), node, first)


def _verdict(allowed: float | None, least: float, most: float, lower: float, sure: float) -> str:
    if allowed is None:
        return "undetermined"
    if lower > allowed:
        return "certain-miss"
    if sure <= allowed:
        return "certain-meet"
    if least > allowed:
        return "budget-exceeded"
    return "budget-fits" if most <= allowed else "undetermined"


def _reason(verdict: str, allowed: float | None, least: float, most: float, missing: Sequence[Gap]) -> str:
    if verdict != "undetermined":
        return ""
    if allowed is None:
        return "it states no limit"
    known_part = f"{milliseconds(least):g}{'' if most == inf else f' to {milliseconds(most):g}'} ms"
    return f"{gap_text(missing)}; known are {known_part}" if missing else f"known are {known_part}"


def _guarantee(verdict: str, sums: Stages, percentile: str) -> str:
    if verdict == "certain-miss":
        return "missed however the nodes depend on each other"
    if verdict == "certain-meet":
        return "met however the nodes depend on each other"
    if sums.figures == 0 or verdict == "undetermined":
        return ""
    holds = 1000 - sums.open
    what = f"one {percentile} figure" if sums.figures == 1 else f"a sum of {sums.figures} {percentile} figures"
    return f"{what} guarantees p{holds / 10:g} or better" if holds > 0 else f"{what} guarantees no percentile"


def _notes(at: Plan, reach: Behind, label: int, slo: Item) -> Iterator[str]:
    notes = []
    if isinstance(slo.value("slo.percentile"), Unknown):
        notes.append("the SLO names no percentile: p95 is assumed")
    for node in sorted(reach.nodes):
        if node in at.counts or label not in dict(at.speaks[node].latency.labels):
            notes += _notes_of(at, node, reach, label)
    yield from notes[:_NOTES_SHOWN]
    if len(notes) > _NOTES_SHOWN:
        yield f"and {len(notes) - _NOTES_SHOWN} more notes of this kind"


def _notes_of(at: Plan, node: int, reach: Behind, label: int) -> Iterator[str]:
    says, name, count = at.speaks[node], at.names[node], at.counts.get(node, 1)
    percentile = next(text for text, rank in LABELS.items() if rank == label)
    used = label_used(says.latency, label, count)
    if used is not None and used != label:
        stands_in = next(text for text, rank in LABELS.items() if rank == used)
        yield f"`{name}`: {stands_in} stands in for {percentile}" + (f" of {count} calls" if count > 1 else "")
    if count > 1 and used is not None and used < 1000 * (label / 1000) ** (1 / count) - 1e-9:
        within = f"{100 * (used / 1000) ** count:.3g} %"
        yield f"`{name}`: all {count} calls stay within its figure in {within} of requests, if they are independent"
    if is_missing(at, node, label) and (node not in reach.required or says.optional):
        yield f"`{name}` is optional and declares no {percentile} latency: counted as far as it is known"


def support_of(at: Timed, slo: Item, figure: SloFigure) -> Iterable[Fact]:
    """All whose change could change the figure: elements behind the node and what they state of time.

    Of the elements on the critical path and of those with gaps also what they could state: there an addition counts.
    """
    facts: list[Fact] = [*_own_facts(slo)]
    if figure.at not in at.plan.number_of:
        return facts
    open_names = {step.node for step in figure.steps} | set(figure.missing)
    could = _NODE_COULD[LABELS.get(figure.percentile, LABELS["p95"])]
    reach = behind(at.plan, at.plan.number_of[figure.at])
    for node in sorted(reach.nodes):
        name = at.plan.names[node]
        on_path = name in open_names
        facts += element_facts(at.graph.nodes[name], could if on_path else ())
        edges: list[Edge] = [at.graph.edges[wire.edge] for wire in at.plan.calls.get(node, ())]
        if node in reach.arriving:
            edges += at.graph.incoming.get(name, ())
        for edge in edges:
            if on_path or edge.attributes:
                facts += element_facts(edge, _EDGE_COULD if on_path and edge.producer in open_names else ())
            else:
                facts.append(Fact(edge.id))
    return dict.fromkeys(facts)


def rests_on(at: Timed, figure: SloFigure, elements: Iterable[str]) -> bool:
    """Whether one of these elements (by id) is part of the figure's support."""
    if figure.at not in at.plan.number_of:
        return f"slo:{figure.name}" in elements
    reach = behind(at.plan, at.plan.number_of[figure.at])
    return any(_is_behind(at, figure, reach, element) for element in elements)


def _is_behind(at: Timed, figure: SloFigure, reach: Behind, element: str) -> bool:
    kind, _, name = element.partition(":")
    if kind == "node":
        return at.plan.number_of.get(name) in reach.nodes
    edge = at.graph.edges.get(name) if kind == "edge" else None
    if edge is None:
        return element == f"slo:{figure.name}"
    return at.plan.number_of.get(edge.consumer) in reach.arriving or at.plan.number_of.get(edge.producer) in reach.nodes


def element_facts(element: Element, also: Iterable[str] = ()) -> Iterator[Fact]:
    """That the element exists, what it states of time, and what it could state `also`."""
    id = element.id
    yield Fact(id)
    if element.attributes:
        for name in sorted(stated_times(element)):
            yield from element.attributes[name].facts
        if id.startswith("node:"):
            for name, effective in element.attributes.items():
                if name.startswith("inputs.") and name.endswith(".required"):
                    yield from effective.facts
    for name in also:
        yield Fact(id, name)


def _availability(at: Timed, slo: Item, name: str) -> SloFigure:
    from msdiff.propagate.availability import availability  # few graphs have such an SLO

    found = availability(at.plan, at.graph, at.plan.number_of[name])
    limit = limit_of(slo)
    verdict, reason = "undetermined", "it states no limit"
    if limit is not None:
        verdict, reason = found.verdict(limit)
    return SloFigure(
        name=slo.name,
        at=name,
        metric="availability",
        percentile="",
        limit=limit,
        value=None if verdict == "undetermined" else (found.high if verdict == "certain-miss" else found.low),
        known=found.low,
        most=found.high,
        lower=None,
        bound=None,
        verdict=verdict,
        missing=found.missing,
        reason=reason,
        guarantee="" if verdict == "undetermined" else "a product of declared availabilities of independent nodes",
    )
