"""The figure of each combination of changes: some units as in head, the others as in base.

In: two versions, units, the SLO in both. Out: values by bit mask, in µs, each worked out once. Where nothing but
latencies adds up, a combination is one pass over a short list; otherwise it is planned and evaluated like any graph.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import TypeVar

from msdiff.model.graph import Item
from msdiff.model.records import NamedTuple
from msdiff.propagate.arrivals import Timetable
from msdiff.propagate.contraction import Versions, contracted, is_plain, union_of
from msdiff.propagate.durations import known
from msdiff.propagate.plan import plan
from msdiff.propagate.slos import limit_of, percentile_of
from msdiff.propagate.timing import LABELS, PLAIN, Parts, microseconds
from msdiff.propagate.units import Unit

_T = TypeVar("_T")


class _Term(NamedTuple):
    """One node of a straight sum: its work in base and head (`None`: not there), and its inputs likewise."""

    name: str
    unit: int
    work: tuple[float | None, float | None]
    inputs: tuple[tuple[str, int, float | None, float | None], ...]


class Combinations:
    """Values of combinations. A set bit stands for a unit as in head."""

    def __init__(self, versions: Versions, units: Sequence[Unit], slos: tuple[Item, Item]) -> None:
        self.units = units
        self.slos = slos
        labels = {LABELS[percentile_of(slo)] for slo in slos}
        if len(labels) == 1:
            ends = frozenset(end for unit in units for end in unit.ends(versions))
            versions = contracted(versions, ends, min(labels), {str(slo.stated("slo.at")) for slo in slos})
        self.versions = versions
        self._straight = _straight(versions, units, min(labels)) if len(labels) == 1 else None
        self.size = (len(versions.head.nodes) + len(versions.head.edges)) * (1 if self._straight else _PLANNED)
        self.value: Callable[[int], int] = cache(self._value)

    def slo(self, mask: int) -> Item:
        """The SLO of a combination: it may be one of the units itself."""
        number = next((n for n, unit in enumerate(self.units) if unit.is_slo), None)
        return self.slos[1] if number is None or mask >> number & 1 else self.slos[0]

    def meets(self, mask: int) -> bool:
        """Whether a combination is within its limit."""
        limit = microseconds(limit_of(self.slo(mask)))
        return limit is not None and self.value(mask) <= limit

    def _value(self, mask: int) -> int:
        slo = self.slo(mask)
        at = str(slo.stated("slo.at"))
        if self._straight is not None:
            return int(_summed(self._straight, mask).get(at, 0))
        made = plan(self._parts(mask))
        if at not in made.number_of:
            return 0
        clock = Timetable(made).arrivals(known(LABELS[percentile_of(slo)])).clock
        return int((clock.first if slo.stated("slo.metric") == "ttft" else clock.done)[made.number_of[at]])

    def _parts(self, mask: int) -> Parts:
        base, head = self.versions
        nodes, edges, terms = dict(head.nodes), dict(head.edges), dict(head.terms)
        for number, unit in enumerate(self.units):
            if not mask >> number & 1:
                _take_over(nodes, base.nodes, unit.nodes)
                _take_over(edges, base.edges, unit.edges)
                _take_over(terms, base.terms, unit.edges)
        return Parts(nodes, edges, terms)


_PLANNED = 30  # how much more a planned evaluation costs than a straight sum, each node and edge


def _take_over(into: dict[str, _T], source: Mapping[str, _T], names: Collection[str]) -> None:
    for name in names:
        if name in source:
            into[name] = source[name]
        else:
            into.pop(name, None)


def _straight(versions: Versions, units: Sequence[Unit], label: int) -> Sequence[_Term] | None:
    """The nodes in order, where times only add up and the longest counts; `None` where there is more to it."""
    union = union_of(versions)
    whole = plan(union)
    if whole.top.loops or not all(is_plain(version) for version in versions):
        return None
    node_units = {name: number for number, unit in enumerate(units) for name in unit.nodes}
    edge_units = {key: number for number, unit in enumerate(units) for key in unit.edges}
    works = [_works(version, label) for version in versions]
    inputs: dict[str, list[tuple[str, int, float | None, float | None]]] = {}
    for key, edge in union.edges.items():
        times = [version.terms.get(key, PLAIN).latency if key in version.edges else None for version in versions]
        inputs.setdefault(edge.consumer, []).append((edge.producer, edge_units.get(key, -1), times[0], times[1]))
    names = (whole.names[block[0]] for block in whole.top.blocks)
    return tuple(
        _Term(
            name,
            node_units.get(name, -1),
            (works[0].get(name), works[1].get(name)),
            tuple(inputs.get(name, ())),
        )
        for name in names
    )


def _works(version: Parts, label: int) -> Mapping[str, float]:
    made = plan(version)
    work = Timetable(made).durations(known(label)).work
    return {name: work[number] for name, number in made.number_of.items()}


def _summed(terms: Sequence[_Term], mask: int) -> Mapping[str, float]:
    """When each node is done. A unit of -1 is equal in both versions."""
    done: dict[str, float] = {}
    for name, unit, works, inputs in terms:
        work = works[unit < 0 or mask >> unit & 1]
        if work is None:
            continue
        begin: float = 0
        for producer, number, before, after in inputs:
            time = after if number < 0 or mask >> number & 1 else before
            if time is not None and producer in done and done[producer] + time > begin:
                begin = done[producer] + time
        done[name] = begin + work
    return done
