"""Something that must hold, and whether it does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from msdiff.model.graph import Fact
from msdiff.model.location import Location
from msdiff.model.values import Value


@dataclass(frozen=True, slots=True)
class Held:
    """It holds."""


@dataclass(frozen=True, slots=True)
class Violated:
    """It does not hold: by how much (same unit as the bound; `None` where there is no measure) and through what.

    `witnesses` are the things that break it (a label, a field, a guard kind): a witness that base did not have is a new
    breakage even where base was violated by another one.
    """

    excess: float | None = None
    witnesses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Undecided:
    """It cannot be decided; `reason` is a clause fit for "unverified: {reason}"."""

    reason: str


Outcome: TypeAlias = Held | Violated | Undecided


class Status(Enum):
    """How an obligation stands in head against base (design, section 6)."""

    INTRODUCED = "introduced"
    WORSENED = "worsened"
    RESOLVED = "resolved"
    REVEALED = "revealed"
    PREEXISTING = "preexisting"


@dataclass(frozen=True, slots=True)
class Obligation:
    """One requirement on one version.

    `kind` is the family that rules select by: `edge`, `store`, `path`, `graph`, `pin`, `label`. `check` says what is compared
    (`dimension`, `space`, `guard.cover`, `slo.completion`); together with the elements it makes the `key`, which is the same
    in both versions. `node` is who suffers when it is violated. `facts` are what messages and conditions may read, under
    short names (`offered`, `required`, `producer`, `consumer`, `overflow`). `support` is everything whose change could change
    the outcome. `breaks` are the facts that carry the value which breaks it: the producer's side on a wire.
    """

    kind: str
    check: str
    graph: str
    key: tuple[str, ...]
    outcome: Outcome
    node: str | None
    edge: str | None
    location: Location
    facts: Mapping[str, Value] = field(default_factory=dict)
    support: tuple[Fact, ...] = ()
    path: tuple[str, ...] = ()
    related: tuple[tuple[Location, str], ...] = ()
