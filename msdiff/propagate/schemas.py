"""JSON Schema containment: is every value that one schema allows allowed by another?

Two schemas come in, as their readers left them; clauses come out, one for each thing compared, or one answer for all.
Decided within a fragment: types and unions, enum and const, bounds and lengths, fields (required, optional, others),
items, `allOf`, `anyOf`, `oneOf` whose members exclude one another, local `$ref` (recursive ones too). Patterns and
formats are compared as text. Everything else (`not`, `if`, `patternProperties`, `dependent...`, `unevaluated...`) is
undecided, unless both sides say the same.

Promise: `Held` only where every value is accepted, `Violated` only where a value is not, relative to four conventions:
1. a producer sends only the fields that it declares, unless it says `additionalProperties`;
2. a producer's schema that has `properties` or `items` and names no type describes a record or a list;
3. a consumer's `default` makes up for a field that is not there;
4. a pattern or format has some text that matches it.
Work is bounded; past the bound the answer is undecided.
"""

from __future__ import annotations

from collections.abc import Mapping

from msdiff.model.obligation import Undecided
from msdiff.model.values import Value
from msdiff.propagate.schema_checks import Comparison
from msdiff.propagate.schema_clauses import HELD, SCHEMA, Clause, contained
from msdiff.propagate.schema_forms import Document, Steps
from msdiff.propagate.schema_values import TooLarge, text

_MOST_STEPS = 20_000  # about a tenth of a second


def containment(offered: Value, required: Value, mapping: Mapping[str, str] | None = None) -> tuple[Clause, ...]:
    """Whether the consumer's schema accepts all that the producer's allows, one clause for each thing compared.

    A schema is a mapping, a boolean, or a text that refers to one elsewhere; `mapping` is consumer name -> producer
    name for fields at the root (`edge.map`; `a.b` on the producer's side leads into a record). Sorted by path; each
    place that both sides reach has a `type` clause.
    """
    if isinstance(offered, str) or isinstance(required, str):
        if offered == required and not mapping:
            return (Clause(SCHEMA, "", "", HELD, offered, required),)
        reference = offered if isinstance(offered, str) else required
        return (Clause(SCHEMA, "", "", Undecided(f"the schema `{reference}` was not read")),)
    return _compared(offered, required, mapping or {}, strict=False)


def tightened(old: Value, new: Value) -> bool | None:
    """Whether a consumer's new schema accepts less than its old one and nothing more; `None` where it can't be told.

    A field that may be left out is no tightening, whatever is said of it.
    """
    if isinstance(old, str) or isinstance(new, str):
        return False if old == new else None
    inside = contained(_compared(new, old, {}, strict=True))
    outside = contained(_compared(old, new, {}, strict=True))
    if inside is False or outside is True:
        return False
    return True if inside and outside is False else None


def _compared(offered: Value, required: Value, mapping: Mapping[str, str], *, strict: bool) -> tuple[Clause, ...]:
    steps = Steps(_MOST_STEPS)
    ours, theirs = Document(offered, steps, promises=not strict), Document(required, steps, promises=False)
    try:
        return Comparison(ours, theirs, mapping, strict=strict).root()
    except TooLarge:
        equal = not mapping and _equal(offered, required)
        return (Clause(SCHEMA, "", "", HELD if equal else Undecided("the schemas are too large to compare")),)


def _equal(offered: Value, required: Value) -> bool:
    try:
        return text(offered) == text(required)
    except TooLarge:
        return False


__all__ = ["Clause", "contained", "containment", "tightened"]
