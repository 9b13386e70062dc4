"""A rule's judgement, and a change's way to a consumer."""

from __future__ import annotations

from enum import Enum

from msdiff.model.location import Location
from msdiff.model.obligation import Status
from msdiff.model.records import NamedTuple


class Verdict(Enum):
    """What something means, gravest last. `UNVERIFIED` and `UNCHANGED` classify changes and runs, never a finding."""

    UNCHANGED = "unchanged"
    SAFE = "safe"
    UNVERIFIED = "unverified"
    RISKY = "risky"
    BREAKING = "breaking"

    def __lt__(self, other: Verdict) -> bool:
        return _GRAVITY[self] < _GRAVITY[other]

    def __gt__(self, other: Verdict) -> bool:
        return _GRAVITY[self] > _GRAVITY[other]

    def __le__(self, other: Verdict) -> bool:
        return _GRAVITY[self] <= _GRAVITY[other]

    def __ge__(self, other: Verdict) -> bool:
        return _GRAVITY[self] >= _GRAVITY[other]


_GRAVITY = {verdict: rank for rank, verdict in enumerate(Verdict)}


class Level(Enum):
    """How this team reacts."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    OFF = "off"


class Impact(NamedTuple):
    """A change that reaches a consumer, through what (`contract`, `latency` ...), and by which path of real edges."""

    change: str
    graph: str
    consumer: str
    mechanism: str
    path: tuple[str, ...]  # node names, the changed one first, the consumer last
    other_paths: int


class Related(NamedTuple):
    """Another place that matters for a finding: one that still states the old value, or the other end of the wire."""

    location: Location
    message: str


class Acceptance(NamedTuple):
    """A team's decision to live with a finding. `expired` entries count again."""

    reason: str
    by: str | None
    until: str | None
    expired: bool
    location: Location


class Finding(NamedTuple):
    """One rule's judgement on one consumer."""

    rule: str
    title: str
    verdict: Verdict
    level: Level
    status: Status
    graph: str
    message: str
    fix: str
    docs: str
    fingerprint: str
    node: str | None
    edge: str | None
    element: str | None  # "slo:NAME" or "policy:NAME"
    causes: tuple[str, ...]  # ids of changes
    path: tuple[str, ...]
    location: Location | None
    base_location: Location | None = None
    related: tuple[Related, ...] = ()
    owner: str | None = None
    acceptance: Acceptance | None = None
    hops: tuple[tuple[str, str], ...] = ()  # (node, what it holds there): the value at each hop of the path
