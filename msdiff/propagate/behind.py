"""What lies behind a node's time: the nodes that it waits for, what of them is undeclared, how often they run.

In: a `Plan` and a node. Out: sets of nodes, and `Gap`s with their reasons. Linear in what lies behind the node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import inf

from msdiff.model.records import NamedTuple
from msdiff.propagate.durations import call_groups, completion, figure, is_covered, known, passes
from msdiff.propagate.plan import Loop, Plan, Region, Wire, unbounded
from msdiff.propagate.timing import LABELS, SILENT, Quantiles, Speaks

_LABEL_OF = {rank: label for label, rank in LABELS.items()}


class Behind(NamedTuple):
    """`arriving` nodes count with all that they wait for, the other `nodes` with their work only (they are called).

    `required` are those of which an unknown figure leaves the sum open.
    """

    nodes: frozenset[int]
    arriving: frozenset[int]
    required: frozenset[int]


class Gap(NamedTuple):
    """Something undeclared that a sum needs: an element, and what it does not declare."""

    element: str
    what: str


def behind(plan: Plan, node: int, *, arriving: bool = True) -> Behind:
    """All that can delay the node; with `arriving` false, its own work."""
    waiting = [(node, arriving, True)]
    seen: set[tuple[int, bool, bool]] = set()
    while waiting:
        state = waiting.pop()
        if state in seen:
            continue
        seen.add(state)
        waiting.extend(_before(plan, *state))
    return Behind(
        frozenset(one for one, _, _ in seen),
        frozenset(one for one, arrives, _ in seen if arrives),
        frozenset(one for one, _, required in seen if required),
    )


def _before(plan: Plan, node: int, arrives: bool, required: bool) -> Iterator[tuple[int, bool, bool]]:
    says = plan.speaks[node]
    if not says.inclusive or not says.latency.declared:
        for wire in plan.calls.get(node, ()):
            yield wire.consumer, False, required and not wire.optional
            yield from _stand_ins(wire, required)
    if not arrives:
        return
    for producer in plan.top.plain.get(node, ()):
        yield producer, True, required
    for wire in plan.top.wires.get(node, ()):
        yield wire.producer, True, required and not wire.optional
        yield from _stand_ins(wire, required)
    for wire in plan.top.called.get(node, ()):
        yield wire.producer, True, required


def _stand_ins(wire: Wire, required: bool) -> Iterator[tuple[int, bool, bool]]:
    for node in wire.fallback:
        yield node, False, required and wire.terms.limit.gives_up < inf


def gaps(plan: Plan, reach: Behind, label: int, at: int | None) -> tuple[Gap, ...]:
    """What is undeclared among the required nodes. `at` is the node whose first output is asked for, if any."""
    found = [gap for node in sorted(reach.required) for gap in _gaps_of(plan, node, label)]
    streaming = {wire.producer for node in reach.arriving for wire in _streams(plan, node)} | ({at} - {None})
    for node in sorted(one for one in streaming & reach.required if one is not None):
        says = plan.speaks[node]
        if says.streams and not figure(says.ttft, known(label))[1]:
            found.append(Gap(f"node:{plan.names[node]}", f"streaming.ttft.{_LABEL_OF[label]}Ms"))
    cycles = (members for members in unbounded(plan.top) if reach.arriving.intersection(members))
    found += (Gap(f"node:{plan.names[members[0]]}", _loop_text(plan, members)) for members in cycles)
    wires = (wire for node in sorted(reach.required & reach.arriving) for wire in plan.top.wires.get(node, ()))
    found += (Gap(f"edge:{w.edge}", "known edge.latencyMs") for w in wires if w.terms.latency == inf and not w.optional)
    return tuple(dict.fromkeys(found))


def _streams(plan: Plan, node: int) -> Iterator[Wire]:
    return (wire for wire in plan.top.wires.get(node, ()) if wire.terms.kind == "stream")


def _gaps_of(plan: Plan, node: int, label: int) -> Iterator[Gap]:
    says, element = plan.speaks[node], f"node:{plan.names[node]}"
    if is_missing(plan, node, label) and not says.optional:
        stated = says.ttft.declared and says.tpot.declared and says.tokens is None
        yield Gap(element, "usage.outputTokens" if stated else f"latency.{_LABEL_OF[label]}Ms")
    if call_groups(plan, node) > 1 and says.order is None and not says.inclusive:
        yield Gap(element, f"flow.order of its {call_groups(plan, node)} calls")
    if says.streams and any(True for _ in _streams(plan, node)) and not figure(says.tpot, known(label))[1]:
        yield Gap(element, f"streaming.tpot.{_LABEL_OF[label]}Ms")


def is_missing(plan: Plan, node: int, label: int) -> bool:
    """Whether a node that must count something does not say what."""
    says = plan.speaks[node]
    if not says.has_figure and (says.boundary or is_covered(plan, says)):
        return False
    return says is SILENT or not completion(says, known(label))[1]


def _loop_text(plan: Plan, members: Iterable[int]) -> str:
    names = [f"`{plan.names[member]}`" for member in members]
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"loop.maxIterations that bounds the cycle through {shown}"


def gap_text(found: Iterable[Gap]) -> str:
    """`a` and `b` declare no latency.p95Ms; `c` declares no flow.order of its 2 calls."""
    by_what: dict[str, list[str]] = {}
    for gap in found:
        by_what.setdefault(gap.what, []).append(f"`{gap.element.partition(':')[2]}`")
    return "; ".join(
        f"{_listed(names)} {'declares' if len(names) == 1 else 'declare'} no {what}" for what, names in by_what.items()
    )


def _listed(names: list[str]) -> str:
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


class Stages(NamedTuple):
    """How many figures a sum adds up, each as often as it counts (`tried`: each try), and how much they leave open."""

    figures: int
    tried: int
    open: int  # thousandths of all requests, of all figures together


def stages(plan: Plan, reach: Behind, label: int) -> Stages:
    """The figures behind a node at a label (P(total <= sum) >= 1 - sum(1 - p), model 2.2)."""
    runs, attempts = _runs(plan, reach), _attempts(plan, reach)
    count = tried = left_open = 0
    for node in reach.nodes:
        for used in _labels_used(plan.speaks[node], label, plan.counts.get(node, 1)):
            count += runs[node]
            tried += runs[node] * attempts.get(node, 1)
            left_open += runs[node] * (1000 - used)
    return Stages(count, tried, left_open)


def _labels_used(says: Speaks, label: int, times: int) -> Iterator[int]:
    if not says.enabled:
        return
    direct = label_used(says.latency, label, times)
    if direct is not None:
        if dict(says.latency.labels)[direct] > 0:
            yield direct
        return
    time, declared = completion(says, known(label), times)
    if time == 0 or not declared:
        return
    for quantiles in (says.ttft, says.tpot):
        yield label_used(quantiles, label, times) or label


def label_used(quantiles: Quantiles, label: int, times: int = 1) -> int | None:
    """The label that stands for the wanted one: itself, or the next higher declared one."""
    higher = [rank for rank, _ in quantiles.labels if rank >= label]
    if not higher:
        return None
    wanted = 1000 * (label / 1000) ** (1 / times)
    return next((rank for rank in higher if rank >= wanted - 1e-9), higher[-1])


def _attempts(plan: Plan, reach: Behind) -> Mapping[int, int]:
    """The most tries of each node that is tried more than once."""
    found: dict[int, int] = {}
    for group in (plan.top.wires, plan.top.called):
        for node, wires in group.items():
            if wires and node in reach.nodes:
                found[node] = max(found.get(node, 1), *(wire.terms.limit.attempts for wire in wires))
    return found


def _runs(plan: Plan, reach: Behind) -> Mapping[int, int]:
    """How often each node's figure counts in one request, at most."""
    rounds = dict.fromkeys(reach.nodes, 1)
    _count_loops(plan.top, rounds)
    runs = {}
    for node in reach.nodes:
        often = plan.counts.get(node, 1)
        runs[node] = often * (rounds[node] if node in plan.looping else passes(plan.speaks[node]))
    called: dict[int, int] = {}
    for block in plan.call_blocks:
        for caller in block:
            if caller in runs:
                runs[caller] *= called.get(caller, 1)
                for wire in plan.calls.get(caller, ()):
                    called[wire.consumer] = called.get(wire.consumer, 0) + runs[caller]
    return runs


def _count_loops(region: Region, rounds: dict[int, int]) -> None:
    loop: Loop
    for loop in region.loops.values():
        for member in loop.members:
            if member in rounds:
                rounds[member] *= loop.times
        if loop.inner is not None:
            _count_loops(loop.inner, rounds)


def label_for_all(count: int, label: int) -> int | None:
    """The lowest label at which `count` figures together leave no more open than one at `label`: 1 - (1 - p)/n."""
    return next((rank for rank in LABELS.values() if (1000 - rank) * max(count, 1) <= 1000 - label), None)
