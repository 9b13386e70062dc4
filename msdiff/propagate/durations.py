"""How long each node's own work takes, its calls included: one number per node under one reading of the figures.

In: a `Plan` and a `Reading`. Out: `Durations`, in µs. Each construct follows the operator table of the latency model
(2.1): calls add up or run side by side, limits clip, tries and fallbacks count where a limit strikes, loops multiply.
"""

from __future__ import annotations

from collections.abc import MutableMapping, MutableSequence, Sequence
from math import inf

from msdiff.model.records import NamedTuple
from msdiff.propagate.components import components
from msdiff.propagate.plan import Plan, Wire
from msdiff.propagate.timing import SILENT, Quantiles, Speaks


class Reading(NamedTuple):
    """How figures are read: at which label (thousandths), and what an unknown counts.

    `most`: an unknown counts its most (else its least). `worst`: every try is used and fails into its fallback, and
    optional parts are no exception. `hard`: only enforced maxima count.
    """

    label: int
    most: bool = False
    worst: bool = False
    hard: bool = False
    strict: bool = False

    @property
    def lenient(self) -> bool:
        """Whether an unknown on an optional part counts its least while others count their most."""
        return self.most and not self.worst and not self.strict


def known(label: int) -> Reading:
    """The known part: nothing for what is unknown."""
    return Reading(label)


def ceiling(label: int) -> Reading:
    """The budget at its most."""
    return Reading(label, most=True)


def assured(label: int) -> Reading:
    """Figures at a label, constructs at their worst."""
    return Reading(label, most=True, worst=True)


HARD = Reading(1000, most=True, worst=True, hard=True)  # the hard bound (mode A)


class Durations(NamedTuple):
    """`own` work without calls, `ahead` time to the first output, `once` one pass with its calls, `work` all passes."""

    own: Sequence[float]
    ahead: MutableMapping[int, float]  # of nodes that stream
    once: MutableSequence[float]
    work: MutableSequence[float]
    calls: MutableMapping[int, tuple[tuple[float, Wire], ...]]  # of callers: the calls that count, with what each adds


def figure(quantiles: Quantiles, reading: Reading, count: int = 1) -> tuple[float, bool]:
    """The figure of one family under a reading, and whether it is declared there.

    A label that is missing is stood in for by the next higher one, never by a lower one. Of a node that runs `count`
    times side by side, the label p^(1/count) is wanted, and the highest declared one is taken if none reaches it.
    """
    if reading.hard:
        return quantiles.most, quantiles.most < inf
    at_least = [time for rank, time in quantiles.labels if rank >= reading.label]
    if at_least and count > 1:
        wanted = 1000 * (reading.label / 1000) ** (1 / count)
        reaching = [time for rank, time in quantiles.labels if rank >= wanted - 1e-9]
        return (reaching[0] if reaching else at_least[-1]), True
    if at_least:
        return at_least[0], True
    if reading.most:
        return quantiles.most, quantiles.most < inf
    return max([quantiles.least, *(time for _, time in quantiles.labels)]), False


def completion(says: Speaks, reading: Reading, count: int = 1) -> tuple[float, bool]:
    """Time from the first input to the last output, without calls: the declared latency, else TTFT + (N-1) TPOT."""
    if not says.enabled:
        return 0, True
    direct, declared = figure(says.latency, reading, count)
    if not (says.ttft.declared or says.tpot.declared) or declared:
        return direct, declared
    first, has_first = figure(says.ttft, reading, count)
    each, has_each = figure(says.tpot, reading, count)
    if says.tokens is None:
        streamed = inf if reading.most else first
    else:
        streamed = first + (max(says.tokens - 1, 0) * each if says.tokens > 1 else 0)
    if has_first and has_each and says.tokens is not None:
        return streamed, True
    if not reading.most:
        return max(direct, streamed), False
    return max(min(direct, streamed), figure(says.latency, known(reading.label), count)[0]), False


def own_work(says: Speaks, reading: Reading, count: int, *, covered: bool) -> float:
    """What a node counts for its own work. A boundary node, and a part whose owner's figure covers it, counts 0 if
    undeclared.

    An optional node's missing figure counts as far as it is known: it does not leave the SLO open.
    """
    if says is SILENT:
        return inf if reading.most else 0
    if not says.has_figure and (says.boundary or covered):
        return 0
    time, declared = completion(says, reading, count)
    if not declared and says.optional and reading.lenient:
        return completion(says, reading._replace(most=False), count)[0]
    return time


def is_covered(plan: Plan, says: Speaks) -> bool:
    """Whether a step of a ModelSpec belongs to a node that states a latency of its own."""
    owner = plan.number_of.get(says.part_of) if says.part_of is not None else None
    return owner is not None and plan.speaks[owner].has_figure


def durations(plan: Plan, reading: Reading, floor: Durations | None) -> Durations:
    """The durations of all nodes. `floor` holds those of the known part, which is all that optional calls count for."""
    own: list[float] = [inf if reading.most else 0] * len(plan.names)
    ahead: dict[int, float] = {}
    repeated: dict[int, float] = {}
    for node, says in enumerate(plan.speaks):
        if says is SILENT:
            continue
        count = plan.counts.get(node, 1)
        own[node] = own_work(says, reading, count, covered=is_covered(plan, says))
        if says.streams and says.enabled:
            ahead[node] = min(figure(says.ttft, reading, count)[0], own[node])
        if says.loop is not None:
            repeated[node] = passes(says) * own[node]
    found = Durations(own, ahead, list(own), list(own), {})
    for node, time in repeated.items():
        found.work[node] = time
    for block in reversed(plan.call_blocks):
        if len(block) > 1 or any(wire.consumer == block[0] for wire in plan.calls.get(block[0], ())):
            _add_recursion(plan, reading, block, found, floor)
        elif block[0] in plan.calls:
            _add_calls(plan, reading, block[0], plan.calls[block[0]], found, floor)
    return found


def passes(says: Speaks) -> int:
    """How often a node repeats what it does; an inclusive figure already holds all its passes."""
    return 1 if says.loop is None or says.inclusive else max(says.loop, 1)


def _add_calls(
    plan: Plan, reading: Reading, node: int, wires: Sequence[Wire], found: Durations, floor: Durations | None
) -> None:
    says = plan.speaks[node]
    counted = _counted(plan.speaks[node].order, [(added(wire, reading, found, floor), wire) for wire in wires], reading)
    found.calls[node] = counted
    called = sum(time for time, _ in counted)
    if not says.inclusive:
        found.once[node] = found.own[node] + called
    elif not completion(says, reading, plan.counts.get(node, 1))[1]:
        found.once[node] = max(found.own[node], called)
    found.work[node] = passes(says) * found.once[node]


def _counted(
    order: str | None, calls: Sequence[tuple[float, Wire]], reading: Reading
) -> tuple[tuple[float, Wire], ...]:
    """The calls that add up: of exclusive ones the longest; of all, each in sequence or the longest in parallel.

    The order must be declared (2.1): undeclared, it counts as parallel at the least and as sequential at the most.
    """
    together = [call for call in calls if not call[1].terms.branch]
    branches = [call for call in calls if call[1].terms.branch]
    if branches:
        together.append(longest(branches))
    if len(together) > 1 and (order == "parallel" or (order is None and not reading.most)):
        return (longest(together),)
    return tuple(together)


def longest(calls: Sequence[tuple[float, Wire]]) -> tuple[float, Wire]:
    """The longest; of equal ones the first by name."""
    return min(calls, key=lambda call: (-call[0], call[1].edge))


def call_groups(plan: Plan, node: int) -> int:
    """How many calls of a node run in each pass: exclusive ones count as one."""
    wires = plan.calls.get(node, ())
    return sum(not wire.terms.branch for wire in wires) + any(wire.terms.branch for wire in wires)


def added(wire: Wire, reading: Reading, found: Durations, floor: Durations | None) -> float:
    """What one call adds to its caller: the edge, and the callee's work as often as the call waits for it."""
    if wire.optional and floor is not None and reading.lenient:
        return added(wire, known(reading.label), floor, None)
    spent = clipped(found.work[wire.consumer], wire, reading, found.work)
    return on_the_way(wire, reading) + times(wire.terms.waves, spent)


def on_the_way(wire: Wire, reading: Reading) -> float:
    """The time on the edge itself."""
    if wire.terms.latency < inf or reading.most:
        return wire.terms.latency
    return 0


def times(factor: int, amount: float) -> float:
    """`factor` times an amount that may be unbounded."""
    return factor * amount if factor else 0


def clipped(work: float, wire: Wire, reading: Reading, works: Sequence[float]) -> float:
    """The consumer's work as this edge waits for it: limits, tries, fallback.

    In a budget a limit strikes only work that is longer than it: then every try runs into its limit, and the fallback
    follows T (2.1: T + fallback, never the larger of the two). At worst every try is used and the fallback follows
    anyway.
    """
    limit = wire.terms.limit
    fits = work <= limit.per_try and work <= limit.total
    if not reading.worst:
        if fits:
            return work
        given_up = limit.gives_up if work > limit.per_try else limit.total
        return given_up + _after_timeout(wire, works)
    spent = min(limit.attempts * min(work, limit.per_try) + limit.waits, limit.total)
    failed = 0 if limit.on_error in ("fail", "skip") else _stand_in(wire, works)
    return spent + max(failed, 0 if fits else _after_timeout(wire, works))


def is_limited(wire: Wire) -> bool:
    """Whether anything ends the consumer's work or repeats it."""
    limit = wire.terms.limit
    return limit.gives_up < inf or limit.attempts > 1 or bool(wire.fallback)


def _after_timeout(wire: Wire, works: Sequence[float]) -> float:
    """What follows a timeout: the fallback, where one is named and `edge.onTimeout` says nothing else."""
    return 0 if wire.terms.limit.on_timeout in ("fail", "skip") else _stand_in(wire, works)


def _stand_in(wire: Wire, works: Sequence[float]) -> float:
    return sum(works[node] for node in wire.fallback)


def _add_recursion(
    plan: Plan, reading: Reading, block: Sequence[int], found: Durations, floor: Durations | None
) -> None:
    """Nodes that call each other: bounded by one that says how often, unbounded otherwise."""
    header, order = _unrolled(plan, block)
    for node in order:
        wires = [wire for wire in plan.calls.get(node, ()) if wire.consumer != header]
        _add_calls(plan, reading, node, wires, found, floor)
        del found.calls[node]
    body = max((found.once[node] for node in order), default=0)
    for node in block:
        if header is None:
            found.once[node] = found.work[node] = inf if reading.most else found.own[node]
        else:
            found.work[node] = max(plan.speaks[header].loop or 1, 1) * body


def _unrolled(plan: Plan, block: Sequence[int]) -> tuple[int | None, Sequence[int]]:
    """The node that bounds the recursion, and the members callees first, once no call leads back to it."""
    among = frozenset(block)
    for header in (node for node in block if plan.speaks[node].loop is not None):
        after = {
            caller: [w.consumer for w in plan.calls.get(caller, ()) if w.consumer in among and w.consumer != header]
            for caller in block
        }
        blocks = components(block, after)
        if len(blocks) == len(block) and not any(node in after[node] for node in block):
            return header, [node for (node,) in reversed(blocks)]
    return None, ()
