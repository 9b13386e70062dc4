"""Something that must hold, and whether it does."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import TypeAlias

from msdiff.model.claim import Claim
from msdiff.model.graph import Fact
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Value


class Held:
    """It holds."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held)

    def __hash__(self) -> int:
        return hash(Held)

    def __repr__(self) -> str:
        return "Held()"


class Violated:
    """It does not hold: by how much (same unit as the bound; `None` where there is no measure) and through what.

    `witnesses` are the things that break it (a label, a field, a guard kind): a witness that base did not have is a new
    breakage even where base was violated by another one.
    """

    __slots__ = ("excess", "witnesses")

    def __init__(self, excess: float | None = None, witnesses: frozenset[str] = frozenset()) -> None:
        self.excess = excess
        self.witnesses = witnesses

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Violated) and (self.excess, self.witnesses) == (other.excess, other.witnesses)

    def __hash__(self) -> int:
        return hash((Violated, self.excess, self.witnesses))

    def __repr__(self) -> str:
        return f"Violated({self.excess!r}, {sorted(self.witnesses)!r})"


class Undecided:
    """It cannot be decided; `reason` is a clause fit for "unverified: {reason}"."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Undecided) and other.reason == self.reason

    def __hash__(self) -> int:
        return hash((Undecided, self.reason))

    def __repr__(self) -> str:
        return f"Undecided({self.reason!r})"


Outcome: TypeAlias = Held | Violated | Undecided
NOTHING: Mapping[str, Value] = MappingProxyType({})


class Status(Enum):
    """How an obligation stands in head against base (design, section 6)."""

    INTRODUCED = "introduced"
    WORSENED = "worsened"
    RESOLVED = "resolved"
    REVEALED = "revealed"
    PREEXISTING = "preexisting"


class Obligation(NamedTuple):
    """One requirement on one version.

    `kind` is the family that rules select by: `edge`, `store`, `path`, `graph`, `pin`, `label`, `node`. `check` says what is
    compared (`dimension`, `space`, `guard.cover`, `slo.completion`); together with the elements it makes the `key`, which is
    the same in both versions. `node` is who suffers when it is violated. `facts` are what messages and conditions may read, under
    short names (`offered`, `required`, `producer`, `consumer`, `overflow`). `support` is everything whose change could change
    the outcome. `tabled` are the claims in its support that no file makes but a table of model facts;
    `asked` is false where nothing else asks for it and it is undecided: that is no gap of anybody's, and nothing is said.
    """

    kind: str
    check: str
    graph: str
    key: tuple[str, ...]
    outcome: Outcome
    node: str | None
    edge: str | None
    location: Location
    facts: Mapping[str, Value] = NOTHING
    support: tuple[Fact, ...] = ()
    path: tuple[str, ...] = ()
    related: tuple[tuple[Location, str], ...] = ()
    tabled: tuple[Claim, ...] = ()
    asked: bool = True
