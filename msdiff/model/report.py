"""All that a renderer needs, finished: nothing is decided after this."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msdiff.model.change import Change
from msdiff.model.finding import Finding, Verdict
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple


class Side(NamedTuple):
    """One of the two versions."""

    label: str
    commit: str | None


class ClassifiedChange(NamedTuple):
    """A change with what it means. `reasons` say why it is unverified (empty otherwise)."""

    change: Change
    classification: Verdict
    reasons: tuple[str, ...] = ()


class Affected(NamedTuple):
    """A consumer that some change reaches: gravest verdict, all mechanisms, all causes, one shortest path."""

    graph: str
    node: str
    verdict: Verdict
    mechanisms: tuple[str, ...]
    causes: tuple[str, ...]
    path: tuple[str, ...]
    other_paths: int


class PathStep(NamedTuple):
    """One node or edge on a critical path: its figure in head, and the difference to base (ms or the SLO's unit).

    A figure that nobody declares is not a number (`nan`), never 0.
    """

    node: str | None
    edge: str | None
    amount: float
    delta: float


class SloResult(NamedTuple):
    """One SLO in base and head. Figures are ms for `completion` and `ttft`, else in the metric's own unit.

    `verdict` is one of `certain-miss`, `certain-meet`, `budget-exceeded`, `budget-fits`, `undetermined` (latency model,
    section 2.3). A figure is `None` where that side has no such SLO or cannot work it out; `reason` then says why.
    `guarantee` is what the budget sum promises, in words.
    """

    graph: str
    name: str
    at: str
    metric: str
    percentile: str
    limit: float | None
    base: float | None
    head: float | None
    base_limit: float | None
    verdict: str
    critical_path: tuple[PathStep, ...]
    attribution: tuple[tuple[str, float], ...]  # (change id, ms)
    reverts: tuple[tuple[str, ...], ...] = ()  # smallest sets of changes whose reversal meets the SLO
    reason: str = ""
    guarantee: str = ""
    tie: bool = False
    notes: tuple[str, ...] = ()  # sentences: a stand-in percentile, a masked regression, what slack absorbed

    @property
    def slack(self) -> float | None:
        """How far head is inside its limit, negative where it is missed; an availability's limit is the least allowed."""
        if self.limit is None or self.head is None:
            return None
        return self.head - self.limit if self.metric == "availability" else self.limit - self.head


class Problem(NamedTuple):
    """Something in the input that could not be read, where it did not stop the run (a file that is broken in base only)."""

    message: str
    hint: str
    location: Location | None
    side: str  # "base" | "head" | "config"


class UndecidedObligation(NamedTuple):
    """An obligation of head that could not be decided, and why; `causes` are the changes that touch it."""

    graph: str
    check: str
    node: str | None
    edge: str | None
    reason: str
    location: Location
    causes: tuple[str, ...]


class Coverage(NamedTuple):
    total: int
    decided: int


class Report(NamedTuple):
    """One comparison (`mode` compare) or one version (`mode` check), judged.

    `graph_labels` holds each graph of base or head; `edges` and `roles` are head's (base's for what is gone), so that a
    renderer can draw the affected part without the graph types. `places` are where head declares its nodes.
    """

    mode: str
    tool_version: str
    base: Side
    head: Side
    verdict: Verdict
    exit_code: int
    fail_on: str
    strict: bool
    changes: tuple[ClassifiedChange, ...]
    findings: tuple[Finding, ...]
    affected: tuple[Affected, ...]
    slos: tuple[SloResult, ...]
    undecided: tuple[UndecidedObligation, ...]
    coverage: Coverage
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    graph_labels: tuple[str, ...]
    edges: Mapping[str, tuple[tuple[str, str], ...]]  # graph label -> (producer, consumer)
    roles: Mapping[str, Mapping[str, str]]  # graph label -> node -> role
    places: Mapping[str, Mapping[str, Location]] = MappingProxyType({})  # graph label -> node -> its declaration
