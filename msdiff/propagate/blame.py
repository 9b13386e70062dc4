"""Who is to blame for an SLO's difference, and what to revert (latency model, 2.5).

In: both versions, both figures, what differs. Out: a `Blame`. What differs is sorted into units: one node or edge each, a
new node with its edges. Each combination of units is a graph of its own, whose sum says what that combination costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msdiff.model.change import Change
from msdiff.model.records import NamedTuple
from msdiff.propagate.combinations import Combinations
from msdiff.propagate.contraction import Versions
from msdiff.propagate.durations import known
from msdiff.propagate.shapley import shares, smallest_sets
from msdiff.propagate.slos import MISSED, SloFigure, Timed
from msdiff.propagate.timing import LABELS, milliseconds
from msdiff.propagate.units import Unit, by_id, merged_by_node, split

MOST_UNITS = 12  # 2^12 combinations; above, no split is worked out (2.5)
_MOST_WORK = 4_000_000  # nodes and edges looked at, over all combinations
_LARGEST_REVERT = 3  # members of a set to revert where combinations are too many to try all


class Blame(NamedTuple):
    """Shares, sets to revert, and what else is to be said of how the difference came about."""

    attribution: tuple[tuple[str, float], ...] = ()
    reverts: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()


def blame(
    sides: tuple[Timed, Timed],
    figures: tuple[SloFigure, SloFigure],
    differing: Sequence[Unit],
    changes: Sequence[Change],
) -> Blame:
    """Splits head - base over the changes. `sides` and `figures` are of base and head, `differing` is what differs."""
    head = figures[1]
    base_slo, head_slo = (side.graph.slos[head.name] for side in sides)
    units, versions = split(differing, Versions(sides[0].parts, sides[1].parts), (base_slo, head_slo), changes)
    if not units:
        return Blame()
    notes: list[str] = []
    if len(units) > MOST_UNITS:
        units = merged_by_node(units, versions)
        notes.append("changes to one node and the edges into it are counted as one")
    combinations = Combinations(versions, units, (base_slo, head_slo))
    if len(units) > MOST_UNITS or (combinations.size << len(units)) > _MOST_WORK:
        notes = [f"{len(units)} changes bear on it, too many to split the difference; only sets to revert are given"]
        return Blame((), _reverts(combinations, head, largest=_LARGEST_REVERT), tuple(notes))
    split_up = shares(len(units), combinations.value)
    attribution = tuple(
        (unit.cause, _ms(share)) for unit, share in zip(units, split_up, strict=True) if unit.cause and share
    )
    notes += _masked(combinations, head, split_up)
    notes += _absorbed(sides, head, combinations)
    return Blame(tuple(sorted(attribution, key=_by_id)), _reverts(combinations, head), tuple(notes))


def _reverts(combinations: Combinations, head: SloFigure, *, largest: int | None = None) -> tuple[tuple[str, ...], ...]:
    """The smallest sets of changes without which head would meet the SLO."""
    if head.verdict not in MISSED:
        return ()
    everything = (1 << len(combinations.units)) - 1
    sets = smallest_sets(len(combinations.units), lambda mask: combinations.meets(everything & ~mask), largest=largest)
    chosen = ([unit for number, unit in enumerate(combinations.units) if mask >> number & 1] for mask in sets)
    return tuple(
        tuple(sorted((id for unit in units for id in unit.changes), key=by_id))
        for units in chosen
        if all(unit.changes for unit in units)
    )


def _masked(combinations: Combinations, head: SloFigure, split_up: Sequence[float]) -> Iterator[str]:
    """Head meets the SLO only because something else became faster."""
    worse = sum(1 << number for number, share in enumerate(split_up) if share > 0)
    better = any(share < 0 for share in split_up)
    if head.verdict in MISSED or not worse or not better or combinations.meets(worse):
        return
    names = [_name(unit) for number, unit in enumerate(combinations.units) if worse >> number & 1]
    would_be = milliseconds(combinations.value(worse))
    yield f"without what became faster, {_listed(names)} would make it {would_be:g} ms and miss the SLO"


def _absorbed(sides: tuple[Timed, Timed], head: SloFigure, combinations: Combinations) -> Iterator[str]:
    """Where a slower node costs less than it lost: the rest was slack (2.4, drag)."""
    reading = known(LABELS[head.percentile])
    for number, unit in enumerate(combinations.units):
        if len(unit.nodes) != 1 or unit.edges or unit.is_slo:
            continue
        numbers = [(side, side.plan.number_of.get(unit.nodes[0])) for side in sides]
        works = [side.table.durations(reading).work[n] for side, n in numbers if n is not None]
        costs = max(combinations.value(1 << number) - combinations.value(0), 0)
        if len(works) == 2 and works[1] - works[0] > costs:
            slower, absorbed = milliseconds(works[1] - works[0]), milliseconds(works[1] - works[0] - costs)
            yield f"`{unit.nodes[0]}` takes {slower:g} ms more, of which slack absorbs {absorbed:g} ms"


def _name(unit: Unit) -> str:
    if unit.is_slo:
        return "the SLO's own change"
    return f"`{(unit.nodes or unit.edges)[0]}`"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _ms(share: float) -> float:
    """A share in ms; thirds of a microsecond are not printed."""
    found = round(share / 1000, 6)
    return int(found) if found == int(found) else found


def _by_id(entry: tuple[str, float]) -> tuple[int, str]:
    return by_id(entry[0])
