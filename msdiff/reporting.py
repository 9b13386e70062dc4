"""What was judged -> the finished report: the run's verdict, its exit code, and what pictures are drawn from.

In: both versions, the world, the judgement and the request. Out: a `Report`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from msdiff.classify import Judged
from msdiff.diff import GraphPair
from msdiff.model.finding import Finding, Level, Verdict
from msdiff.model.obligation import Status
from msdiff.model.report import Coverage, Problem, Report, Side
from msdiff.model.snapshot import Snapshot
from msdiff.world import Request, World

if TYPE_CHECKING:
    pass

FAILING = (Status.INTRODUCED, Status.WORSENED)


def report_of(
    mode: str,
    sides: tuple[Snapshot, Snapshot],
    world: World,
    judged: Judged,
    request: Request,
    problems: tuple[Problem, ...],
) -> Report:
    base, head = sides
    failing = [one for one in judged.findings if one.status in FAILING and not _is_accepted(one)]
    if request.strict:
        failing += [one for one in judged.findings if one.status is Status.REVEALED and not _is_accepted(one)]
    verdict = max(_verdict(judged, request.strict), Verdict.UNVERIFIED if problems else Verdict.UNCHANGED)
    return Report(
        mode=mode,
        tool_version=request.tool_version,
        base=Side(base.label, base.commit),
        head=Side(head.label, head.commit),
        verdict=verdict,
        exit_code=_exit_code(failing, judged, request, read=not problems),
        fail_on=request.fail_on,
        strict=request.strict,
        changes=judged.changes,
        findings=judged.findings,
        affected=judged.affected,
        slos=world.slos,
        undecided=judged.undecided,
        coverage=Coverage(world.head.total, world.head.decided),
        problems=problems,
        notes=tuple(dict.fromkeys((*request.notes, *base.notes, *head.notes))),
        graph_labels=tuple(one.label for one in world.pairs),
        edges=_Ends(world.pairs),
        roles={one.label: _roles(one) for one in world.pairs},
        places={one.label: {n: node.location for n, node in one.head.nodes.items()} for one in world.pairs if one.head},
    )


def _is_accepted(finding: Finding) -> bool:
    return finding.acceptance is not None and not finding.acceptance.expired


def _verdict(judged: Judged, strict: bool) -> Verdict:
    """The gravest of changes and introduced or worsened findings (design, section 11, point 12)."""
    counted = (*FAILING, Status.REVEALED) if strict else FAILING
    verdicts = [one.classification for one in judged.changes]
    verdicts += [one.verdict for one in judged.findings if one.status in counted]
    return max(verdicts, default=Verdict.UNCHANGED)


def _exit_code(failing: Iterable[object], judged: Judged, request: Request, *, read: bool) -> int:
    """`read`: whether both versions could be read in full."""
    if request.fail_on == "never":
        return 0
    wanted = (Level.ERROR,) if request.fail_on == "breaking" else (Level.ERROR, Level.WARNING)
    if any(getattr(one, "level", None) in wanted for one in failing):
        return 1
    open_ = {one.change.id for one in judged.changes if one.classification is Verdict.UNVERIFIED} - _excused(judged)
    return int(request.strict and (not read or bool(open_)))


def _excused(judged: Judged) -> set[str]:
    """Changes of which nothing is open but what somebody accepted."""
    undecided = {id for one in judged.undecided for id in one.causes}
    revealed = [one for one in judged.findings if one.status is Status.REVEALED]
    refused = {id for one in revealed if not _is_accepted(one) for id in one.causes}
    return {id for one in revealed for id in one.causes} - refused - undecided


class _Ends(Mapping[str, tuple[tuple[str, str], ...]]):
    """The ends of the edges of both versions by graph, looked up when a picture is drawn of them."""

    def __init__(self, pairs: tuple[GraphPair, ...]) -> None:
        self._pairs = {one.label: one for one in pairs}

    def __getitem__(self, label: str) -> tuple[tuple[str, str], ...]:
        graphs = (self._pairs[label].base, self._pairs[label].head)
        edges = (edge for graph in graphs if graph for edge in graph.edges.values())
        return tuple(sorted({(edge.producer, edge.consumer) for edge in edges}))

    def __iter__(self) -> Iterator[str]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)


def _roles(one: GraphPair) -> Mapping[str, str]:
    return {name: node.role for graph in (one.base, one.head) if graph for name, node in graph.nodes.items()}
