"""Report -> the affected part of its graphs as drawings, bounded.

In: a report and its root causes. Out: what changed, whom it breaks, and what lies on the paths between, at most as many
boxes as asked for; and how much was left out. Promise: root causes come in their order, and each gets a consumer before
any gets its second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msdiff.model.finding import Verdict
from msdiff.model.records import NamedTuple
from msdiff.model.report import Report
from msdiff.report.drawing import Arrow, Box, Drawing
from msdiff.report.grouping import Consumer, Grouping, RootCause, fold, via

_CONSUMERS = 10  # of one root cause that get a box of their own
_ARROWS = 120  # GitHub draws 500; more than this nobody can follow


class Picture(NamedTuple):
    """The drawings, one a graph, and how many affected nodes have no box of their own."""

    drawings: tuple[Drawing, ...]
    without_box: int


class _Place(NamedTuple):
    graph: str
    node: str


def affected_picture(report: Report, groups: Grouping, boxes: int) -> Picture:
    """The affected part with at most `boxes` boxes (folded consumers come on top, one box a node that reaches them)."""
    marks = _marks(report, groups)
    folds = [fold(root.consumers, _CONSUMERS) for root in groups.roots]
    walks = [_walk(root, one.shown) for root, one in zip(groups.roots, folds, strict=True)]
    kept = dict.fromkeys(list(dict.fromkeys(_by_turns(walks)))[:boxes])
    more = _folded([consumer for one in folds for consumer in one.hidden], kept)
    drawings = (_drawing(report, graph, kept, marks, more) for graph in report.graph_labels)
    affected = {_Place(one.graph, one.node) for root in groups.roots for one in root.consumers if one.node is not None}
    return Picture(tuple(drawing for drawing in drawings if drawing.boxes), len(affected - kept.keys()))


def _folded(hidden: Sequence[Consumer], kept: dict[_Place, None]) -> dict[_Place, set[str]]:
    """The node that reaches them -> the consumers behind it that have no box."""
    more: dict[_Place, set[str]] = {}
    for consumer in hidden:
        place = _Place(consumer.graph, via(consumer) or "")
        if place in kept and consumer.node is not None and _Place(consumer.graph, consumer.node) not in kept:
            more.setdefault(place, set()).add(consumer.node)
    return more


def _marks(report: Report, groups: Grouping) -> dict[_Place, str]:
    """Verdict of each affected node; `changed` for what changed and is not broken itself."""
    marks: dict[_Place, str] = {}
    worst: dict[_Place, Verdict] = {}
    for item in report.changes:
        if item.change.node is not None:
            marks[_Place(item.change.graph, item.change.node)] = "changed"
    consumers = [one for root in groups.roots for one in (*root.consumers, *root.contributes_to)]
    for one in (*consumers, *groups.uncaused):
        if one.node is not None:
            place = _Place(one.graph, one.node)
            worst[place] = max(worst.get(place, one.verdict), one.verdict)
    for entry in report.affected:
        marks.setdefault(_Place(entry.graph, entry.node), entry.verdict.value)
    return marks | {place: verdict.value for place, verdict in worst.items()}


def _walk(root: RootCause, consumers: Sequence[Consumer]) -> Iterator[tuple[_Place, ...]]:
    """What changed, then each consumer with its path."""
    changed = (item.change for item in root.changes)
    yield tuple(_Place(change.graph, change.node) for change in changed if change.node is not None)
    for consumer in consumers:
        ends = (consumer.node,) if consumer.node is not None else ()
        yield tuple(_Place(consumer.graph, node) for node in (*consumer.path, *ends))
    for entry in root.reached:
        yield tuple(_Place(entry.graph, node) for node in (*entry.path, entry.node))


def _by_turns(walks: Sequence[Iterator[tuple[_Place, ...]]]) -> Iterator[_Place]:
    waiting = list(walks)
    while waiting:
        still = []
        for walk in waiting:
            step = next(walk, None)
            if step is not None:
                yield from step
                still.append(walk)
        waiting = still


def _drawing(
    report: Report, graph: str, kept: dict[_Place, None], marks: dict[_Place, str], more: dict[_Place, set[str]]
) -> Drawing:
    roles = report.roles.get(graph, {})
    nodes = [place.node for place in kept if place.graph == graph]
    known = set(nodes)
    boxes = [Box(node, node, roles.get(node, "custom"), marks.get(_Place(graph, node), "passed")) for node in nodes]
    ends = dict.fromkeys((a, b) for a, b in report.edges.get(graph, ()) if a in known and b in known)
    arrows = [Arrow(*pair) for pair in list(ends)[:_ARROWS]]
    for number, node in enumerate(node for node in nodes if _Place(graph, node) in more):
        count = len(more[_Place(graph, node)])
        boxes.append(Box(f"+{number}", f"+{count:,} more", "alike", "passed"))
        arrows.append(Arrow(node, f"+{number}"))
    return Drawing(graph, tuple(boxes), tuple(arrows))
