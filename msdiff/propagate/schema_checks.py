"""Two schemas compared place by place: does the consumer accept all that the producer may send?

Two documents come in, clauses come out. Recursive schemas end: a pair of places that is being compared counts as held
when it comes up again below itself, because whatever breaks it shows at the first place.

Promise: sound. `Held` only where every value is accepted, `Violated` only where some value is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msdiff.model.obligation import Undecided
from msdiff.model.values import Value
from msdiff.propagate.schema_bounds import listed_clause, number_clauses, string_clauses
from msdiff.propagate.schema_cases import (
    FREE,
    Arrays,
    Case,
    Cases,
    Form,
    Node,
    Numbers,
    Objects,
    Strings,
    Values,
    is_free,
)
from msdiff.propagate.schema_clauses import CONSTRAINT, ENUM, HELD, TYPE, Clause, Place, contained, merged
from msdiff.propagate.schema_forms import Document
from msdiff.propagate.schema_members import accepted, examples, inhabited_case
from msdiff.propagate.schema_parts import Sides, array_clauses, object_clauses
from msdiff.propagate.schema_values import TooLarge, text

_DEEPEST = 40  # places below one another


class Comparison:
    """The producer's document against the consumer's, on the way through both."""

    def __init__(self, offered: Document, required: Document, mapping: Mapping[str, str], *, strict: bool) -> None:
        self._offered = offered
        self._required = required
        self._sides = Sides(offered, required, mapping, strict, self._below)
        self._strict = strict
        self._comparing: set[tuple[tuple[int, ...], tuple[int, ...], bool]] = set()

    def root(self) -> tuple[Clause, ...]:
        """All clauses; raises `TooLarge`."""
        return self._below(Node(self._offered.root), Node(self._required.root), Place())

    def _below(self, one: Node, other: Node, place: Place, null_apart: bool = False) -> tuple[Clause, ...]:
        """Clauses on one place and all below it. With `null_apart`, null is judged elsewhere (`field.optional`)."""
        self._required.steps.spend()
        one, other = self._offered.followed(one), self._required.followed(other)
        pair = (one.key, other.key, null_apart)
        if pair in self._comparing:
            return ()
        if self._required.is_free(other):
            return (place.clause(TYPE, "type", HELD, _shown(self._offered.form(one)), "any"),)
        if len(self._comparing) > _DEEPEST:
            raise TooLarge
        self._comparing.add(pair)
        sent = self._offered.form(one)
        if null_apart:
            sent = {name: cases for name, cases in sent.items() if name != "null"}
        clauses = merged(self._forms(one, sent, self._required.form(other), place))
        self._comparing.discard(pair)
        if contained(clauses) is not True and self._same(one, other, place):
            return tuple(clause._replace(outcome=HELD) for clause in clauses)
        return clauses

    def _same(self, one: Node, other: Node, place: Place) -> bool:
        mapped = bool(self._sides.mapping) and not place.path
        return not mapped and self._offered.same_as(one, self._required, other)

    def _forms(self, one: Node, sent: Form, wanted: Form, place: Place) -> Iterator[Clause]:
        plain = all(not case.aside for cases in sent.values() for case in cases)
        if plain and not self._strict and not self._offered.says_type(one):
            place = place.doubting(f"the producer does not say of what type {place.name} is")
        yield from self._types(sent, wanted, place)
        for name in sent:
            if name in wanted and not is_free(name, wanted[name]):
                for case, inner in self._alive(sent[name], place):
                    yield from self._alternatives(name, case, wanted[name], inner)

    def _types(self, sent: Form, wanted: Form, place: Place) -> Iterator[Clause]:
        shown = (_shown(sent), _shown(wanted) if len(wanted) < len(FREE) else "any")
        if len(wanted) == len(FREE):
            spoken = {name for name in wanted if not is_free(name, wanted[name])}
            if sent and spoken.isdisjoint(sent) and not self._strict:
                reason = f"the consumer does not say of what type {place.name} is"
                yield place.clause(TYPE, "type", Undecided(place.doubt or reason), *shown)
                return
        yield place.clause(TYPE, "type", HELD, *shown)
        for name in sent:
            for case, inner in self._alive(sent[name] if name not in wanted else (), place):
                outcome = inner.judged(False, witnesses=_type_names({name: (case,)}))
                yield place.clause(TYPE, "type", outcome, *shown)

    def _alive(self, cases: Cases, place: Place) -> Iterator[tuple[Case, Place]]:
        """The cases that allow any value at all; with a doubt where that is not certain."""
        for case in cases:
            there = inhabited_case(self._offered, case)
            if there is None:
                asides = sorted(aside.sentence for aside in case.aside)
                yield case, place.doubting(f"the producer's schema {asides[0] if asides else 'may allow nothing here'}")
            elif there:
                yield case, place

    def _alternatives(self, name: str, case: Case, wanted: Cases, place: Place) -> Iterator[Clause]:
        """One of the producer's cases against the consumer's alternatives."""
        if len(wanted) == 1:
            yield from self._case(name, case, wanted[0], place)
        elif isinstance(case.content, Values):
            yield self._each(case.content, wanted, place)
        else:
            yield from self._union(name, case, wanted, place)

    def _union(self, name: str, case: Case, wanted: Cases, place: Place) -> Iterator[Clause]:
        """The one alternative that fits, or the only one that can: its clauses. Else one clause on the union."""
        near = [other for other in wanted if not self._offered.cases_apart(case, self._required, other)]
        if not near:
            near = [other for other in wanted if self._same_tags(case, other)][:1]
        trials = [merged(self._case(name, case, other, place)) for other in near]
        chosen = next((trial for trial in trials if contained(trial)), trials[0] if len(trials) == 1 else None)
        holds: bool | None = True
        if chosen is None:
            refused = any(accepted(self._required, wanted, one) is False for one in examples(self._offered, case))
            holds = False if refused or not near else None
        sent = _described(self._offered, name, case)
        asides = sorted(f"the consumer's schema {aside.sentence}" for other in near for aside in other.aside)
        reason = next(iter(asides), f"which of the consumer's {len(wanted)} alternatives takes {sent} cannot be told")
        outcome = place.judged(holds, witnesses={sent}, reason=reason)
        alternatives = tuple(_described(self._required, name, other) for other in wanted)
        yield place.clause(TYPE, "anyOf", outcome, sent, alternatives)
        yield from chosen or ()

    def _same_tags(self, case: Case, other: Case) -> bool:
        if not isinstance(case.content, Objects) or not isinstance(other.content, Objects):
            return False
        ours, theirs = dict(_tags(self._offered, case.content)), dict(_tags(self._required, other.content))
        common = ours.keys() & theirs.keys()
        return bool(common) and all(ours[name] == theirs[name] for name in common)

    def _each(self, values: Values, wanted: Cases, place: Place) -> Clause:
        """Listed values, each tried against all alternatives."""
        judged = {key: accepted(self._required, wanted, value) for key, value in values.values.items()}
        refused = [key for key, fits in judged.items() if fits is False]
        holds = False if refused else None if None in judged.values() else True
        reason = "whether the consumer accepts the listed values cannot be told"
        outcome = place.judged(holds, witnesses=refused, reason=reason)
        return place.clause(ENUM, "enum", outcome, tuple(values.values.values()))

    def _case(self, name: str, case: Case, other: Case, place: Place) -> Iterator[Clause]:
        """One case against one alternative."""
        self._required.steps.spend()
        for aside in sorted(other.aside):
            known = aside.text != "" and any(aside[:2] == own[:2] for own in case.aside)
            outcome = HELD if known else Undecided(f"the consumer's schema {aside.sentence}")
            yield place.clause(CONSTRAINT, aside.word, outcome)
        sent, wanted = case.content, other.content
        if isinstance(wanted, Values):
            if not is_free(name, (Case(wanted),)):
                some = () if isinstance(sent, Values) else tuple(map(text, examples(self._offered, case)))
                yield listed_clause(sent, wanted, place, some)
        elif isinstance(wanted, Numbers) and isinstance(sent, Numbers | Values):
            yield from number_clauses(sent, wanted, place)
        elif isinstance(wanted, Strings) and isinstance(sent, Strings | Values):
            yield from string_clauses(sent, wanted, place)
        elif isinstance(sent, Values):
            yield self._each(sent, (Case(wanted),), place)
        elif isinstance(sent, Arrays) and isinstance(wanted, Arrays):
            yield from array_clauses(sent, wanted, place, self._sides)
        elif isinstance(sent, Objects) and isinstance(wanted, Objects):
            yield from object_clauses(sent, wanted, place, self._sides)


def _described(document: Document, name: str, case: Case) -> str:
    """One alternative of a union in a few words: type, and for a record its tags or else its fields."""
    kind = _type_names({name: (case,)})[0]
    if not isinstance(case.content, Objects) or not case.content.fields:
        return kind
    tags = [f"{field}: {tag}" for field, tag in _tags(document, case.content)]
    return f"{kind} with {', '.join(tags or sorted(case.content.fields))}"


def _tags(document: Document, content: Objects) -> Iterator[tuple[str, str]]:
    """The fields that can hold only one value, which they do to tell the alternatives apart."""
    for name in sorted(content.fields):
        cases = [case for found in document.form(content.fields[name]).values() for case in found]
        if len(cases) == 1 and isinstance(cases[0].content, Values) and len(cases[0].content.values) == 1:
            yield name, next(iter(cases[0].content.values))


def _type_names(form: Form) -> tuple[str, ...]:
    """The names of the types as JSON Schema writes them: `integer` where only whole numbers may come."""
    return tuple("integer" if name == "number" and all(map(_whole, cases)) else name for name, cases in form.items())


def _shown(form: Form) -> Value:
    names = _type_names(form)
    return names[0] if len(names) == 1 else names


def _whole(case: Case) -> bool:
    if isinstance(case.content, Values):
        return all(isinstance(value, int) for value in case.content.values.values())
    return isinstance(case.content, Numbers) and case.content.step > 0
