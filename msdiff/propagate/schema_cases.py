"""The alternatives that a schema allows, one JSON type at a time, and how two of them combine.

Cases in, cases out; nothing here reads a schema. Promise: `meet` never loses a value that both sides allow, and `apart`
says yes only where no value can match both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from msdiff.model.records import NamedTuple
from msdiff.model.values import Value
from msdiff.propagate.schema_values import TYPES, TooLarge, is_number, text

_MOST_CASES = 64  # alternatives of one type that are kept apart

Bound: TypeAlias = int | float | None
NodesApart: TypeAlias = Callable[["Node", "Node"], bool]


class Aside(NamedTuple):
    """A keyword left out of a case: the word, what it says ("" where that can't be compared), what the schema does."""

    word: str
    text: str
    phrase: str = ""

    @property
    def sentence(self) -> str:
        """What the schema does, to stand after "the producer's schema"."""
        return self.phrase or f"uses `{self.word}`"


class Node:
    """A place in a schema: one or more schemas that a value there must match, all of them."""

    __slots__ = ("key", "parts")

    def __init__(self, *parts: Value) -> None:
        self.parts = parts
        self.key = tuple(map(id, parts))


ANYTHING = Node(True)
NOTHING = Node(False)


def join(one: Node | None, other: Node | None) -> Node | None:
    """Both at once; `None` stands for a side that says nothing."""
    if one is None or other is None:
        return one or other
    return one if one.key == other.key else Node(*one.parts, *(p for p in other.parts if id(p) not in one.key))


class Values(NamedTuple):
    """A list of values, each under its canonical text."""

    values: Mapping[str, Value]

    def apart(self, other: Content, nodes_apart: NodesApart) -> bool:
        if isinstance(other, Values):
            return not self.values.keys() & other.values.keys()
        if isinstance(other, Numbers | Strings):
            return all(other.admits(value) is False for value in self.values.values())
        return False


class Numbers(NamedTuple):
    """A range. `step` 1 means whole numbers, `n` multiples of n, 0 any number. A stepped range takes its bounds on."""

    low: Bound = None
    low_open: bool = False
    high: Bound = None
    high_open: bool = False
    step: int = 0

    def admits(self, value: Value) -> bool:
        if not is_number(value):
            return False
        if self.low is not None and (value < self.low or (self.low_open and value == self.low)):
            return False
        if self.high is not None and (value > self.high or (self.high_open and value == self.high)):
            return False
        return not self.step or value % self.step == 0

    def apart(self, other: Content, nodes_apart: NodesApart) -> bool:
        if isinstance(other, Numbers):
            return _meet_numbers(self, other) is None
        return isinstance(other, Values) and other.apart(self, nodes_apart)


class Strings(NamedTuple):
    """Texts by length (in characters), patterns and formats, all of which must match."""

    shortest: int = 0
    longest: int | None = None
    patterns: frozenset[str] = frozenset()
    formats: frozenset[str] = frozenset()

    def admits(self, value: Value) -> bool | None:
        """`None` where a pattern or format would have to be run: they come from files nobody vouches for."""
        if not isinstance(value, str) or len(value) < self.shortest:
            return False
        if self.longest is not None and len(value) > self.longest:
            return False
        return None if self.patterns or self.formats else True

    def apart(self, other: Content, nodes_apart: NodesApart) -> bool:
        if isinstance(other, Strings):
            return _meet_strings(self, other) is None
        return isinstance(other, Values) and other.apart(self, nodes_apart)


class Arrays(NamedTuple):
    """Lists: the first items each with its schema, then `rest` for all others (`None` where nothing is said)."""

    shortest: int = 0
    longest: int | None = None
    unique: bool = False
    first: tuple[Node, ...] = ()
    rest: Node | None = None

    def at(self, index: int) -> Node | None:
        return self.first[index] if index < len(self.first) else self.rest

    def apart(self, other: Content, nodes_apart: NodesApart) -> bool:
        if not isinstance(other, Arrays):
            return False
        if _meet_arrays(self, other) is None:
            return True
        certain = min(max(self.shortest, other.shortest), max(len(self.first), len(other.first)) + 1)
        pairs = ((self.at(index), other.at(index)) for index in range(certain))
        return any(one is not None and two is not None and nodes_apart(one, two) for one, two in pairs)


class Objects(NamedTuple):
    """Records. `more` is what undeclared fields must match (`None` where nothing is said); `patterned` says that some
    follow `patternProperties`. `defaults` are the fields with a default; `declares` tells a record that lists its
    fields from a bare `object`.
    """

    fields: Mapping[str, Node]
    required: frozenset[str] = frozenset()
    defaults: frozenset[str] = frozenset()
    more: Node | None = None
    patterned: bool = False
    fewest: int = 0
    most: int | None = None
    declares: bool = False

    @property
    def needed(self) -> frozenset[str]:
        """The fields that must be there: a default makes up for one that is not."""
        return self.required - self.defaults

    @property
    def closed(self) -> bool:
        """Whether nothing says that undeclared fields may come."""
        return not self.patterned and (self.more is None or self.more.key == NOTHING.key)

    def field(self, name: str) -> Node | None:
        """What the schema says of a field of this name, declared or not; `None` for nothing."""
        return self.fields.get(name, None if self.patterned else self.more)

    def apart(self, other: Content, nodes_apart: NodesApart) -> bool:
        if not isinstance(other, Objects):
            return False
        tags = (self.needed | other.needed) & self.fields.keys() & other.fields.keys()
        return any(nodes_apart(self.fields[name], other.fields[name]) for name in tags)


Content: TypeAlias = Values | Numbers | Strings | Arrays | Objects


class Case(NamedTuple):
    """One alternative, with the keywords that it leaves out."""

    content: Content
    aside: frozenset[Aside] = frozenset()


Cases: TypeAlias = tuple[Case, ...]
Form: TypeAlias = dict[str, Cases]


def listed(*values: Value) -> Values:
    """The values as a list of values."""
    return Values({text(value): value for value in values})


FREE: Form = {
    "null": (Case(listed(None)),),
    "boolean": (Case(listed(False, True)),),
    "number": (Case(Numbers()),),
    "string": (Case(Strings()),),
    "array": (Case(Arrays()),),
    "object": (Case(Objects({})),),
}


def is_free(name: str, cases: Cases) -> bool:
    """Whether every value of the type passes."""
    if len(cases) != 1 or cases[0].aside:
        return False
    content = cases[0].content
    if isinstance(content, Objects):
        open_ended = content.more is None or content.more.key == ANYTHING.key
        return open_ended and content._replace(more=None, declares=False) == Objects({})
    return content == FREE[name][0].content


def meet(one: Form, other: Form) -> Form:
    """What both forms allow."""
    if one is FREE or other is FREE:
        return other if one is FREE else one
    form: Form = {}
    for name in TYPES:
        if name in one and name in other:
            met = (_meet_cases(first, second) for first in one[name] for second in other[name])
            cases = _gathered(case for case in met if case is not None)
            if cases:
                form[name] = cases
    return form


def union(forms: Iterable[Form]) -> Form:
    """What any of the forms allows."""
    together: dict[str, list[Case]] = {}
    for form in forms:
        for name, cases in form.items():
            together.setdefault(name, []).extend(cases)
    return {name: _gathered(together[name]) for name in TYPES if name in together}


def _gathered(cases: Iterable[Case]) -> Cases:
    """Lists of values made one, whatever is said twice kept once. Raises `TooLarge`."""
    kept: list[Case] = []
    values: dict[str, Value] = {}
    for case in cases:
        if isinstance(case.content, Values) and not case.aside:
            values.update(case.content.values)
        elif case not in kept:
            kept.append(case)
            if len(kept) > _MOST_CASES:
                raise TooLarge
    return (Case(Values(values)), *kept) if values else tuple(kept)


def _meet_cases(one: Case, other: Case) -> Case | None:
    aside = one.aside | other.aside
    first, second = one.content, other.content
    if isinstance(second, Values):
        first, second = second, first
    if isinstance(first, Values):
        return _sifted(first, second, aside)
    met = _meet_contents(first, second)
    return None if met is None else Case(met, aside)


def _sifted(values: Values, other: Content, aside: frozenset[Aside]) -> Case | None:
    """The listed values that the other side allows; one that can't be told stays, and the case says so."""
    if isinstance(other, Values):
        kept = {key: value for key, value in values.values.items() if key in other.values}
        return Case(Values(kept), aside) if kept else None
    if isinstance(other, Numbers | Strings):
        judged = {key: other.admits(value) for key, value in values.values.items()}
        kept = {key: values.values[key] for key, admitted in judged.items() if admitted is not False}
        doubtful = None in judged.values()
    else:
        kept = dict(values.values)
        doubtful = not is_free("array" if isinstance(other, Arrays) else "object", (Case(other),))
    if doubtful:
        aside |= {Aside("enum", "", "lists values beside other keywords")}
    return Case(Values(kept), aside) if kept else None


def _meet_contents(one: Content, other: Content) -> Content | None:
    if isinstance(one, Numbers) and isinstance(other, Numbers):
        return _meet_numbers(one, other)
    if isinstance(one, Strings) and isinstance(other, Strings):
        return _meet_strings(one, other)
    if isinstance(one, Arrays) and isinstance(other, Arrays):
        return _meet_arrays(one, other)
    if isinstance(one, Objects) and isinstance(other, Objects):
        return _meet_objects(one, other)
    return None


def _meet_numbers(one: Numbers, other: Numbers) -> Content | None:
    low, low_open = one.low, one.low_open
    if low is None or (other.low is not None and (other.low, other.low_open) > (low, low_open)):
        low, low_open = other.low, other.low_open
    high, high_open = one.high, one.high_open
    if high is None or (other.high is not None and (other.high, not other.high_open) < (high, not high_open)):
        high, high_open = other.high, other.high_open
    return in_range(Numbers(low, low_open, high, high_open, math.lcm(one.step, other.step) or one.step or other.step))


def in_range(found: Numbers) -> Numbers | Values | None:
    """The range with its bounds taken on, a single broken number as a list of values, `None` for an empty range."""
    low, high, step = found.low, found.high, found.step
    if not step and low is not None and low == high:
        if found.low_open or found.high_open:
            return None
        return listed(low) if low % 1 else Numbers(int(low), False, int(low), False, 1)
    if not step:
        return None if low is not None and high is not None and low > high else found
    low = None if low is None else _first_multiple(low, step, taken=not found.low_open)
    high = None if high is None else -_first_multiple(-high, step, taken=not found.high_open)
    if low is not None and high is not None and low > high:
        return None
    return Numbers(low, False, high, False, step)


def _first_multiple(low: int | float, step: int, *, taken: bool) -> int:
    """The least multiple of `step` from `low` on; `low` itself counts where it is taken on."""
    first = -(-math.ceil(low) // step) * step
    return first if taken or first != low else first + step


def _meet_strings(one: Strings, other: Strings) -> Strings | None:
    shortest, longest = max(one.shortest, other.shortest), _least(one.longest, other.longest)
    if longest is not None and shortest > longest:
        return None
    return Strings(shortest, longest, one.patterns | other.patterns, one.formats | other.formats)


def _meet_arrays(one: Arrays, other: Arrays) -> Arrays | None:
    shortest, longest = max(one.shortest, other.shortest), _least(one.longest, other.longest)
    if longest is not None and shortest > longest:
        return None
    size = max(len(one.first), len(other.first))
    first = tuple(join(one.at(index), other.at(index)) or ANYTHING for index in range(size))
    return Arrays(shortest, longest, one.unique or other.unique, first, join(one.rest, other.rest))


def _meet_objects(one: Objects, other: Objects) -> Objects | None:
    names = (*one.fields, *(name for name in other.fields if name not in one.fields))
    return Objects(
        {name: join(one.field(name), other.field(name)) or ANYTHING for name in names},
        one.required | other.required,
        one.defaults | other.defaults,
        join(one.more, other.more),
        one.patterned or other.patterned,
        max(one.fewest, other.fewest),
        _least(one.most, other.most),
        one.declares or other.declares,
    )


def _least(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)
