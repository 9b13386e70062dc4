"""Records and lists: does the consumer find the fields and items that it reads, and take all that come?

Contents of two cases come in, clauses come out; what lies below is compared through `Sides.below`.
Promise: an absent field is held against the producer only where it lists its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msdiff.model.obligation import Undecided
from msdiff.model.records import NamedTuple
from msdiff.propagate.schema_cases import ANYTHING, Arrays, Node, Objects
from msdiff.propagate.schema_clauses import CONSTRAINT, HELD, MISSING, OPTIONAL, READ, Clause, Place
from msdiff.propagate.schema_forms import Document
from msdiff.propagate.schema_members import inhabited, longest

_UNSAID = Node({})
_NO_FIELDS = "the producer's schema lists no fields"


class Sides(NamedTuple):
    """The producer's document and the consumer's.

    `mapping` is consumer name -> producer name for the fields at the root. `strict` reads the first schema as JSON
    Schema has it: what is not said may come. Otherwise the producer promises what it declares: it sends no field that
    it does not declare, and what it leaves open (no type, no items, no fields at all) is unknown, not anything.
    """

    offered: Document
    required: Document
    mapping: Mapping[str, str]
    strict: bool
    below: Callable[[Node, Node, Place, bool], tuple[Clause, ...]]

    def closed(self, sent: Objects) -> bool:
        """Whether no other fields come than those that the producer declares."""
        return sent.closed and not self.strict

    def certain(self, sent: Objects) -> frozenset[str]:
        """The fields that always come."""
        if self.strict:
            return sent.needed
        all_there = sent.closed and sent.fewest >= len(sent.fields)
        return sent.required | sent.fields.keys() if all_there else sent.required


class Source(NamedTuple):
    """What feeds a field of the consumer: the producer's field, whether it always comes, why that can't be told."""

    node: Node | None
    certain: bool = False
    unsure: str = ""


def object_clauses(sent: Objects, wanted: Objects, place: Place, sides: Sides) -> Iterator[Clause]:
    """Each field that the consumer names, then all others, then their number."""
    if _is_tight(sent, sides):
        place = place.doubting("the producer's schema limits the number of fields")
    mapping = {} if place.path else sides.mapping
    names = sorted(wanted.fields.keys() | wanted.required)
    for name in names:
        source = _source(sent, mapping.get(name, name), sides)
        yield from _field(source, sent, wanted, place.into("properties", name, field=name), sides, name)
    used = {mapping.get(name, name) for name in names} | set(mapping.values())
    extra = sorted((sent.fields.keys() | sent.required) - used)
    yield from _extras(extra, sent, wanted, place, sides)
    yield from _counts(sent, wanted, place, sides)


def _is_tight(sent: Objects, sides: Sides) -> bool:
    """Whether the number of fields may force some of them to come or to stay away."""
    if sent.most is not None and sent.most <= len(sent.required):
        return True
    if not sent.fewest:
        return False
    empty = any(not inhabited(sides.offered, node) for node in sent.fields.values())
    return empty or sent.fewest > len(sent.fields)


def _source(sent: Objects, name: str, sides: Sides) -> Source:
    """The producer's field of this name; `a.b` of a mapping leads into a record where no field is called so."""
    if name in sent.fields or name in sent.required:
        return Source(sent.field(name) or _UNSAID, name in sides.certain(sent))
    head, _, rest = name.partition(".")
    if not rest or not sides.mapping or head not in sent.fields:
        return Source(None)
    form = sides.offered.form(sent.fields[head])
    cases = form.get("object", ())
    if len(form) != 1 or len(cases) != 1 or cases[0].aside or not isinstance(cases[0].content, Objects):
        return Source(None, unsure=f"whether the producer's `{head}` holds `{rest}` cannot be told")
    found = _source(cases[0].content, rest, sides)
    return found._replace(certain=found.certain and head in sides.certain(sent))


def _field(source: Source, sent: Objects, wanted: Objects, place: Place, sides: Sides, name: str) -> Iterator[Clause]:
    """One field that the consumer names, fed from the producer's field."""
    needed = name in wanted.needed
    other = wanted.field(name) or ANYTHING
    kind = MISSING if needed else READ
    if source.unsure:
        yield place.clause(kind, "", Undecided(source.unsure))
    elif source.node is None and needed:
        outcome = place.judged(_declares(sent, sides), witnesses={place.field}, reason=_NO_FIELDS)
        yield place.clause(MISSING, "", outcome, tuple(sorted(sent.fields)), name)
    elif source.node is None:
        yield from _unread(sent, other, place, sides)
    else:
        null = needed and _null_apart(source.node, other, sides)
        if needed or not sides.strict:
            yield place.clause(kind, "", HELD, name, name)
        if needed:
            yield _guaranteed(source, place, null)
        yield from sides.below(source.node, other, place, null)


def _declares(sent: Objects, sides: Sides) -> bool | None:
    """`False`, where the producer lists its fields and so says that it has no other; else it can't be told."""
    return False if sent.declares or sides.strict else None


def _unread(sent: Objects, other: Node, place: Place, sides: Sides) -> Iterator[Clause]:
    """A field that the consumer reads if it is there, and that the producer does not declare."""
    if sides.strict:
        return
    if sent.closed:
        outcome = place.judged(_declares(sent, sides), witnesses={place.field}, reason=_NO_FIELDS)
        yield place.clause(READ, "", outcome, tuple(sorted(sent.fields)), place.field)
    elif sent.patterned or sent.more is None or sent.more.key == ANYTHING.key:
        if not sides.required.is_free(other):
            reason = f"`{place.field}` may come among the producer's undeclared fields"
            yield place.clause(CONSTRAINT, "", Undecided(reason))
    else:
        yield from sides.below(sent.more, other, place, False)


def _guaranteed(source: Source, place: Place, null: bool) -> Clause:
    words = {"absent": "optional"} if not source.certain else {}
    if null:
        words["null"] = "nullable"
    outcome = place.judged(not words, witnesses=words)
    return place.clause(OPTIONAL, "", outcome, " and ".join(words.values()) or "guaranteed", "guaranteed")


def _null_apart(node: Node, other: Node, sides: Sides) -> bool:
    """Whether null may come, among other things, and is not accepted."""
    form = sides.offered.form(node)
    if "null" not in form or len(form) == 1 or "null" in sides.required.form(other):
        return False
    return sides.strict or sides.offered.says_type(node)


def _extras(extra: list[str], sent: Objects, wanted: Objects, place: Place, sides: Sides) -> Iterator[Clause]:
    """Fields that the consumer does not name."""
    if wanted.more is None or sides.required.is_free(wanted.more):
        return
    more = ANYTHING if sides.strict and sent.more is None else sent.more
    reason = "which fields come beside those that the consumer names cannot be told"
    if sides.required.form(wanted.more):
        if sent.patterned:
            yield place.clause(CONSTRAINT, "additionalProperties", Undecided(reason))
        for name in extra:
            inner = place.into("additionalProperties", name, field=name)
            yield from sides.below(sent.field(name) or _UNSAID, wanted.more, inner, False)
        if more is not None:
            yield from sides.below(more, wanted.more, place.into("additionalProperties", field="*"), False)
        return
    there = {name: inhabited(sides.offered, sent.field(name) or _UNSAID) for name in extra}
    if more is not None:
        there["undeclared fields"] = inhabited(sides.offered, more)
    witnesses = tuple(name for name, found in there.items() if found)
    holds = False if witnesses else None if sent.patterned or None in there.values() else True
    if wanted.patterned and not holds:
        holds = None
    outcome = place.judged(holds, witnesses=witnesses, reason=reason)
    yield place.clause(CONSTRAINT, "additionalProperties", outcome, witnesses, tuple(sorted(wanted.fields)))


def _counts(sent: Objects, wanted: Objects, place: Place, sides: Sides) -> Iterator[Clause]:
    if wanted.fewest:
        fewest = max(sent.fewest, len(sides.certain(sent)))
        outcome = place.judged(fewest >= wanted.fewest, excess=wanted.fewest - fewest)
        yield place.clause(CONSTRAINT, "minProperties", outcome, fewest, wanted.fewest)
    if wanted.most is None:
        return
    most = sent.most
    if sides.closed(sent):
        declared = len(sent.fields.keys() | sent.required)
        most = declared if most is None else min(most, declared)
    if not all(inhabited(sides.offered, node) for node in sent.fields.values()):
        place = place.doubting("how many fields the producer can send cannot be told")
    yield _at_most(most, wanted.most, "maxProperties", place)


def _at_most(most: int | None, limit: int, word: str, place: Place) -> Clause:
    excess = None if most is None else most - limit
    witnesses = {f"{word}: unlimited"} if excess is None else set()
    outcome = place.judged(excess is not None and excess <= 0, witnesses=witnesses, excess=excess)
    return place.clause(CONSTRAINT, word, outcome, most, limit)


def array_clauses(sent: Arrays, wanted: Arrays, place: Place, sides: Sides) -> Iterator[Clause]:
    """The number of items, their uniqueness, and the items themselves."""
    most, certain = longest(sides.offered, sent)
    unsure = place if certain else place.doubting("how many items the producer can send cannot be told")
    if wanted.shortest:
        outcome = place.judged(sent.shortest >= wanted.shortest, excess=wanted.shortest - sent.shortest)
        yield place.clause(CONSTRAINT, "minItems", outcome, sent.shortest, wanted.shortest)
    if wanted.longest is not None:
        yield _at_most(most, wanted.longest, "maxItems", unsure)
    if wanted.unique:
        yield _unique(sent, most, place, sides)
    for index in range(max(len(sent.first), len(wanted.first)) + 1):
        other = wanted.at(index)
        if other is not None and (most is None or index < most):
            base = place if index < max(sent.shortest, 1) else unsure
            inner = base.item(index if index < len(wanted.first) else None)
            yield from sides.below(sent.at(index) or _UNSAID, other, inner, False)


def _unique(sent: Arrays, most: int | None, place: Place, sides: Sides) -> Clause:
    holds: bool | None = sent.unique or (most is not None and most < 2)
    if not holds and (sent.first or not inhabited(sides.offered, sent.rest or _UNSAID)):
        holds = None
    outcome = place.judged(holds, witnesses={"uniqueItems"}, reason="whether items can repeat cannot be told")
    return place.clause(CONSTRAINT, "uniqueItems", outcome, sent.unique, True)
