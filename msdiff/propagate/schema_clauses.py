"""What a comparison of two schemas says: one clause for each thing compared.

Promise: a clause's `key` is the same in every version in which the same thing is compared, so that base and head pair.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from msdiff.model.obligation import Held, Outcome, Undecided, Violated
from msdiff.model.records import NamedTuple
from msdiff.model.values import Value
from msdiff.propagate.schema_values import short, step_into

HELD = Held()

MISSING = "field.missing"  # the consumer requires a field: does the producer declare it?
OPTIONAL = "field.optional"  # does it guarantee the field, and never send null for it?
READ = "field.read"  # the consumer reads a field if it is there: does the producer declare it? No part of containment
TYPE = "type"
ENUM = "enum"
CONSTRAINT = "constraint"  # bounds, lengths, patterns, undeclared fields ...
SCHEMA = "schema"  # the schemas as a whole could not be compared

Key: TypeAlias = tuple[str, str]


class Clause(NamedTuple):
    """One thing compared. `path` leads through the consumer's schema (`properties.price.type`), `field` is the same for
    people (`price`, `items[].sku`; "" for the whole), `offered` and `required` are short JSON values for messages.
    """

    kind: str
    path: str
    field: str
    outcome: Outcome
    offered: Value = None
    required: Value = None

    @property
    def key(self) -> Key:
        return (self.kind, self.path)


class Place(NamedTuple):
    """Where a comparison stands. With a `doubt` nothing here can be called violated: the producer's schema may rule out
    the value that would show it.
    """

    path: str = ""
    field: str = ""
    doubt: str = ""

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return f"`{self.field}`" if self.field else "the value"

    def into(self, *words: str, field: str = "") -> Place:
        """The place further down: keywords (and names) for the path, a name for the field."""
        named = step_into(self.field, field) if field else self.field
        return self._replace(path=step_into(self.path, *words), field=named)

    def item(self, index: int | None) -> Place:
        """The place of one item by position, or of all others."""
        word = "items" if index is None else f"prefixItems[{index}]"
        field = f"{self.field}[]" if index is None else f"{self.field}[{index}]"
        return self._replace(path=f"{self.path}.{word}" if self.path else word, field=field)

    def doubting(self, doubt: str) -> Place:
        return self._replace(doubt=self.doubt or doubt)

    def clause(self, kind: str, word: str, outcome: Outcome, offered: Value = None, required: Value = None) -> Clause:
        """A clause on a keyword of this place (on the place itself where `word` is empty)."""
        path = step_into(self.path, word) if word else self.path
        return Clause(kind, path, self.field, outcome, short(offered), short(required))

    def judged(
        self, holds: bool | None, *, witnesses: Iterable[str] = (), excess: float | None = None, reason: str = ""
    ) -> Outcome:
        """`Held`, `Violated` where a value shows it, or `Undecided` for the reason that keeps it from being told."""
        if holds:
            return HELD
        if holds is None:
            return Undecided(self.doubt or reason)
        return Undecided(self.doubt) if self.doubt else Violated(excess, frozenset(witnesses))


def contained(clauses: Iterable[Clause]) -> bool | None:
    """Whether all that one schema allows is allowed by the other: yes, no, or `None` where it can't be told."""
    outcomes = [clause.outcome for clause in clauses if clause.kind != READ]
    if any(isinstance(outcome, Violated) for outcome in outcomes):
        return False
    return None if any(isinstance(outcome, Undecided) for outcome in outcomes) else True


def merged(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """One clause for each key, by path: what several alternatives say of one thing must all hold."""
    found: dict[Key, Clause] = {}
    for clause in clauses:
        before = found.get(clause.key)
        found[clause.key] = clause if before is None else _both(before, clause)
    return tuple(sorted(found.values(), key=lambda clause: (clause.path, clause.kind)))


def _both(one: Clause, other: Clause) -> Clause:
    worse = other if _gravity(other.outcome) > _gravity(one.outcome) else one
    if not isinstance(one.outcome, Violated) or not isinstance(other.outcome, Violated):
        return worse
    excesses = [outcome.excess for outcome in (one.outcome, other.outcome) if outcome.excess is not None]
    together = Violated(max(excesses, default=None), one.outcome.witnesses | other.outcome.witnesses)
    return worse._replace(outcome=together)


def _gravity(outcome: Outcome) -> int:
    return 2 if isinstance(outcome, Violated) else 1 if isinstance(outcome, Undecided) else 0
