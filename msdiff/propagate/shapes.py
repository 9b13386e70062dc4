"""Tensor shapes unified over a whole graph.

The shapes at both ends of each edge come in, one `Match` for each edge comes out. A dimension is a number, a name or
free (-1, or `None`). A name is one variable throughout its node; a free dimension of an output is one variable for all
edges that leave the port, because they carry one tensor; a free dimension of an input takes whatever comes.

Promise: the same edges in any order give the same matches. Where several edges together contradict one another, the
last of them by key is violated, and names the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from msdiff.model.obligation import Held, Outcome, Undecided, Violated
from msdiff.model.records import NamedTuple
from msdiff.model.values import Value

FREE = -1

Shape: TypeAlias = tuple[int | str, ...]

_FARTHEST = 1000  # variables looked at to explain one contradiction
_HELD = Held()


class TensorWire(NamedTuple):
    """The two shapes of one edge, with the node and port that state each: a name belongs to the node that writes it.

    `batched` says of each end that its node adds a batch dimension in front (`capacity.maxBatch` over 0). A
    `conditional` edge (`when`) is one of several of which not all are taken: what it demands binds no other edge.
    """

    key: str
    producer: str
    out_port: str
    consumer: str
    in_port: str
    offered: Value
    required: Value
    offered_batched: bool = False
    required_batched: bool = False
    conditional: bool = False


class Match(NamedTuple):
    """What became of one edge.

    `dynamic`: it holds, but the producer leaves a dimension free of which the consumer needs one size. `offered` and
    `required` are the shapes with the batch dimension. `through` are the keys of the other edges that the violation
    rests on, `why` says in a clause what does not fit. Witnesses of a violation: `rank` or `dim N` (N counts from 0).
    """

    outcome: Outcome
    dynamic: bool = False
    offered: Shape = ()
    required: Shape = ()
    through: tuple[str, ...] = ()
    why: str = ""


class _Variable(NamedTuple):
    """A dimension that has a name (throughout a node), or a free one of an output port (by position)."""

    node: str
    name: str
    port: str | None = None


_Term: TypeAlias = int | _Variable


class _Bindings:
    """Which variables are equal, and to which number: a union-find that remembers which edge said so.

    With an `outer` one it sees all that is bound there and leaves it as it is.
    """

    def __init__(self, outer: _Bindings | None = None) -> None:
        self._outer = outer
        self._parents: dict[_Variable, _Variable] = {}
        self._sizes: dict[_Variable, int] = {}
        self._numbers: dict[_Variable, int] = {}
        self._links: dict[_Variable, list[tuple[_Term, str]]] = {}

    def number(self, term: _Term) -> int | None:
        """The number that the term stands for, if it is known."""
        return term if isinstance(term, int) else self._number(self._root(term))

    def equate(self, one: _Term, other: _Term, edge: str) -> bool:
        """Makes both equal; `False`, and nothing done, where they are two different numbers already."""
        first, second = self.number(one), self.number(other)
        if first is not None and second is not None and first != second:
            return False
        if isinstance(one, int):
            one, other = other, one
        if isinstance(one, int):
            return True
        self._links.setdefault(one, []).append((other, edge))
        if isinstance(other, int):
            self._numbers[self._root(one)] = other
            return True
        self._links.setdefault(other, []).append((one, edge))
        self._unite(self._root(one), self._root(other), first if first is not None else second)
        return True

    def reasons(self, term: _Term) -> tuple[str, ...]:
        """The edges through which the term got its number, as few as possible; empty where it is one itself."""
        if isinstance(term, int):
            return ()
        came: dict[_Variable, tuple[_Variable, str] | None] = {term: None}
        waiting = [term]
        for variable in waiting:
            for neighbour, edge in self._neighbours(variable):
                if isinstance(neighbour, int):
                    return (*_way_back(came, variable), edge)
                if neighbour not in came and len(waiting) < _FARTHEST:
                    came[neighbour] = (variable, edge)
                    waiting.append(neighbour)
        return ()

    def _root(self, variable: _Variable) -> _Variable:
        root = variable
        while (parent := self._parent(root)) is not None:
            root = parent
        if root != variable:
            self._parents[variable] = root
        return root

    def _unite(self, one: _Variable, other: _Variable, number: int | None) -> None:
        if one == other:
            return
        small, large = (one, other) if self._size(one) < self._size(other) else (other, one)
        self._parents[small] = large
        self._sizes[large] = self._size(small) + self._size(large)
        if number is not None:
            self._numbers[large] = number

    def _parent(self, variable: _Variable) -> _Variable | None:
        found = self._parents.get(variable)
        return self._outer._parent(variable) if found is None and self._outer else found

    def _size(self, variable: _Variable) -> int:
        found = self._sizes.get(variable)
        return found or (self._outer._size(variable) if self._outer else 1)

    def _number(self, variable: _Variable) -> int | None:
        found = self._numbers.get(variable)
        return self._outer._number(variable) if found is None and self._outer else found

    def _neighbours(self, variable: _Variable) -> list[tuple[_Term, str]]:
        outer = self._outer._neighbours(variable) if self._outer else []
        return [*outer, *self._links.get(variable, ())]


def _way_back(came: Mapping[_Variable, tuple[_Variable, str] | None], variable: _Variable) -> Iterator[str]:
    while (step := came[variable]) is not None:
        variable, edge = step
        yield edge


class Unifier:
    """The shapes of one graph, taken on edge by edge."""

    def __init__(self) -> None:
        self._bindings = _Bindings()

    def unify(self, wire: TensorWire) -> Match:
        """Whether this edge fits, given the edges before it; what it demands counts for those after it."""
        offered = _shape(wire.offered, batched=wire.offered_batched)
        required = _shape(wire.required, batched=wire.required_batched)
        if offered is None or required is None:
            wrong = "offered" if offered is None else "required"
            return Match(Undecided(f"the {wrong} shape is not a list of sizes, names and -1"))
        if len(offered) != len(required):
            why = f"{len(offered)} dimensions against {len(required)}"
            return Match(Violated(witnesses=frozenset({"rank"})), False, offered, required, (), why)
        bindings = _Bindings(self._bindings) if wire.conditional else self._bindings
        clashes = [
            (index, ends)
            for index, ends in enumerate(_ends(wire, offered, required))
            if ends is not None and not bindings.equate(*ends, wire.key)
        ]
        if not clashes:
            return Match(_HELD, False, offered, required)
        through = {edge for _, ends in clashes for term in ends for edge in bindings.reasons(term)}
        return Match(
            Violated(witnesses=frozenset(f"dim {index}" for index, _ in clashes)),
            False,
            offered,
            required,
            tuple(sorted(through - {wire.key})),
            "; ".join(_clash(index, ends, bindings) for index, ends in clashes),
        )

    def is_dynamic(self, wire: TensorWire, match: Match) -> bool:
        """Whether the producer leaves a dimension free of which the consumer needs one size, all edges considered."""
        pairs = zip(match.offered, match.required, strict=True) if match.outcome == _HELD else ()
        return any(
            offered == FREE and required != FREE and self._bindings.number(_named(wire.consumer, required)) is not None
            for offered, required in pairs
        )


def unify_shapes(wires: Iterable[TensorWire]) -> dict[str, Match]:
    """A match for each edge, by key. Unconditional edges bind first, then each conditional one is tried for itself."""
    order = sorted(wires, key=lambda wire: (wire.conditional, wire.key))
    unifier = Unifier()
    matches = {wire.key: unifier.unify(wire) for wire in order}
    return {wire.key: matches[wire.key]._replace(dynamic=unifier.is_dynamic(wire, matches[wire.key])) for wire in order}


def _shape(value: Value, *, batched: bool) -> Shape | None:
    """The shape with its batch dimension in front; `None` where it is no shape."""
    if not isinstance(value, tuple):
        return None
    dims: list[int | str] = [FREE] if batched else []
    for dim in value:
        if dim is None:
            dims.append(FREE)
        elif isinstance(dim, bool) or not isinstance(dim, int | str) or (isinstance(dim, int) and dim < FREE):
            return None
        else:
            dims.append(dim)
    return tuple(dims)


def _ends(wire: TensorWire, offered: Shape, required: Shape) -> Iterator[tuple[_Term, _Term] | None]:
    """For each dimension the two terms that must be equal; `None` where the consumer takes any size."""
    for index, (one, other) in enumerate(zip(offered, required, strict=True)):
        if other == FREE:
            yield None
        elif one == FREE:
            yield _Variable(wire.producer, str(index), wire.out_port), _named(wire.consumer, other)
        else:
            yield _named(wire.producer, one), _named(wire.consumer, other)


def _named(node: str, dim: int | str) -> _Term:
    return dim if isinstance(dim, int) else _Variable(node, dim)


def _clash(index: int, ends: tuple[_Term, _Term], bindings: _Bindings) -> str:
    one, other = (_says(term, bindings) for term in ends)
    return f"dim {index}: {one} against {other}"


def _says(term: _Term, bindings: _Bindings) -> str:
    if isinstance(term, int):
        return str(term)
    if term.port is None:
        return f"{bindings.number(term)} (`{term.name}` of `{term.node}`)"
    return f"{bindings.number(term)} (a free dimension of `{term.node}.{term.port}`)"
