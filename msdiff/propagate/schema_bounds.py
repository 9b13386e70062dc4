"""Numbers, texts and lists of values: does the consumer accept all that the producer may send?

Contents of two cases of one type come in, clauses come out. Promise: `Violated` only where a value within the bounds of
the producer lies outside those of the consumer.
"""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.model.obligation import Undecided
from msdiff.model.values import Value
from msdiff.propagate.schema_cases import Bound, Content, Numbers, Strings, Values, listed
from msdiff.propagate.schema_clauses import CONSTRAINT, ENUM, HELD, TYPE, Clause, Place
from msdiff.propagate.schema_values import is_number


def number_clauses(offered: Numbers | Values, required: Numbers, place: Place) -> Iterator[Clause]:
    """`minimum`, `maximum` (exclusive bounds, too), `multipleOf`, and whether only whole numbers come."""
    sent = offered if isinstance(offered, Numbers) else _range_of(offered)
    if required.low is not None:
        ends = (_end(sent.low, sent.low_open, ">"), _end(required.low, required.low_open, ">"))
        inside = _reaches(sent.low, sent.low_open, required.low, required.low_open)
        yield _bound(place, "minimum", inside, None if sent.low is None else required.low - sent.low, ends)
    if required.high is not None:
        ends = (_end(sent.high, sent.high_open, "<"), _end(required.high, required.high_open, "<"))
        high = None if sent.high is None else -sent.high
        inside = _reaches(high, sent.high_open, -required.high, required.high_open)
        yield _bound(place, "maximum", inside, None if sent.high is None else sent.high - required.high, ends)
    if required.step:
        yield _step(offered, required.step, place)


def _reaches(low: Bound, low_open: bool, least: int | float, least_open: bool) -> bool:
    """Whether a range that starts at `low` starts within one that starts at `least`."""
    if low is None or low < least:
        return False
    return low > least or low_open or not least_open


def _end(bound: Bound, left_out: bool, sign: str) -> Value:
    return f"{sign} {bound}" if left_out and bound is not None else bound


def _range_of(values: Values) -> Numbers:
    numbers = [value for value in values.values.values() if is_number(value)]
    return Numbers(min(numbers), False, max(numbers), False)


def _bound(place: Place, word: str, inside: bool, excess: float | None, ends: tuple[Value, Value]) -> Clause:
    """A bound that the producer does not limit is exceeded without measure: a witness tells it from a near miss."""
    witnesses = {f"{word}: unlimited"} if excess is None else set()
    return place.clause(CONSTRAINT, word, place.judged(inside, witnesses=witnesses, excess=excess), *ends)


def _step(offered: Numbers | Values, step: int, place: Place) -> Clause:
    if isinstance(offered, Numbers):
        holds = offered.step != 0 and offered.step % step == 0
        shown: Value = offered.step or "any number"
    else:
        holds = all(is_number(value) and value % step == 0 for value in offered.values.values())
        shown = tuple(offered.values.values())
    if step == 1:
        outcome = place.judged(holds, witnesses={"number"})
        return place.clause(TYPE, "type", outcome, "integer" if holds else "number", "integer")
    outcome = place.judged(holds, witnesses={f"multipleOf: not {step}"})
    return place.clause(CONSTRAINT, "multipleOf", outcome, shown, step)


def string_clauses(offered: Strings | Values, required: Strings, place: Place) -> Iterator[Clause]:
    """`minLength`, `maxLength`, `pattern`, `format`. Patterns are compared as text, never run: they are untrusted."""
    sent = offered if isinstance(offered, Strings) else _lengths_of(offered)
    measured = place
    if sent.patterns or sent.formats:
        which = _quoted(sent.patterns | sent.formats)
        measured = place.doubting(f"how long a text that matches {which} may be cannot be told")
    if required.shortest:
        inside = sent.shortest >= required.shortest
        excess = required.shortest - sent.shortest
        yield _bound(measured, "minLength", inside, excess, (sent.shortest, required.shortest))
    if required.longest is not None:
        inside = sent.longest is not None and sent.longest <= required.longest
        over = None if sent.longest is None else sent.longest - required.longest
        yield _bound(measured, "maxLength", inside, over, (sent.longest, required.longest))
    yield from _matched(place, "pattern", sent.patterns, required.patterns)
    yield from _matched(place, "format", sent.formats, required.formats)


def _lengths_of(values: Values) -> Strings:
    lengths = [len(value) for value in values.values.values() if isinstance(value, str)]
    return Strings(min(lengths), max(lengths))


def _matched(place: Place, word: str, offered: frozenset[str], required: frozenset[str]) -> Iterator[Clause]:
    if not required:
        return
    sent = _quoted(offered) if offered else "none"
    reason = f"{word}s are compared as text only: the producer states {sent}, the consumer {_quoted(required)}"
    outcome = HELD if required <= offered else Undecided(reason)
    yield place.clause(CONSTRAINT, word, outcome, _one_or_all(offered), _one_or_all(required))


def _quoted(words: frozenset[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words))


def _one_or_all(words: frozenset[str]) -> Value:
    found = tuple(sorted(words))
    return found[0] if len(found) == 1 else found or None


def listed_clause(offered: Content, required: Values, place: Place, examples: tuple[str, ...]) -> Clause:
    """`enum`: each value that may come is on the consumer's list. `examples` are texts of some values that may come."""
    holds, witnesses = _listed(_written_out(offered, len(required.values)), required, examples)
    reason = "which values the producer sends cannot be told from its schema"
    outcome = place.judged(holds, witnesses=witnesses, reason=reason)
    shown = tuple(offered.values.values()) if isinstance(offered, Values) else None
    return place.clause(ENUM, "enum", outcome, shown, tuple(required.values.values()))


def _listed(offered: Content, required: Values, examples: tuple[str, ...]) -> tuple[bool | None, tuple[str, ...]]:
    if isinstance(offered, Values):
        extra = tuple(key for key in offered.values if key not in required.values)
        return not extra, extra
    if isinstance(offered, Numbers):
        return False, ("any number",)
    if isinstance(offered, Strings) and not offered.patterns:
        return False, ("any text",)
    extra = tuple(key for key in examples if key not in required.values)
    return (False if extra else None), extra[:1]


def _written_out(content: Content, most: int) -> Content:
    """As a list of values, where that takes at most `most` values."""
    if isinstance(content, Strings) and content.longest == 0 and not content.patterns:
        return listed("")
    if isinstance(content, Numbers) and content.step and content.low is not None and content.high is not None:
        low, high = int(content.low), int(content.high)  # a stepped range has whole ends
        if (high - low) // content.step < most:
            return listed(*range(low, high + 1, content.step))
    return content
