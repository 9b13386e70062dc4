"""Partial update: which other places still state the value that a change replaced.

In: head's graphs. Out, for a change of a value that several places repeat (model, revision, dimension, tokenizer
...): the places that still say the old one. A model is looked for in the whole application, everything else at the
nodes next to the changed one. In a stack (Compose) a model is known by the last part of its name, since images,
addresses and profiles spell it differently, and mentions in files that no graph uses count, too, as far as they lie
in the application's folder. What a key map knows as one fact is one fact, whatever its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from msdiff.model.change import Change
from msdiff.model.claim import Claim
from msdiff.model.finding import Related
from msdiff.model.graph import Graph
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, same
from msdiff.ruleset.messages import in_words

# last part of an attribute's name -> what it states
STATES = {
    "model.id": "model", "builtWith.model": "model", "edge.model": "model", "threshold.calibratedFor": "model", "draft.id": "model",
    "model.revision": "revision", "builtWith.revision": "revision",
    "dimension": "dimension", "nativeDimension": "dimension",
    "tokenizer": "tokenizer", "tokenizer.id": "tokenizer",
    "metric": "metric", "pooling": "pooling", "prefix": "prefix", "collection": "collection",
    "endpoint.host": "host", "endpoint.port": "port",
}  # fmt: skip


if TYPE_CHECKING:
    from msdiff.model.mention import Mention

IN_STACKS = ("model.id", "edge.model")  # what names a model in a stack


Places: TypeAlias = dict[tuple[str, int], tuple[Location, str]]
"""File and line -> the place, and what to say of it."""


class Spread(NamedTuple):
    """How far an update went: places that state the new value, and those that still state the old one."""

    moved: int = 0
    left: tuple[Related, ...] = ()


class Stale:
    """What head's graphs state, by the kind of fact; `mentions` are what other files say."""

    def __init__(self, graphs: Iterable[Graph], mentions: Iterable[Mention] = ()) -> None:
        self._graphs = tuple(graphs)
        self._mentions = tuple(mentions)
        self._stacks = {graph.label: graph for graph in self._graphs if graph.key.is_found}
        self._named: dict[str, dict[tuple[str, int], tuple[Location, str, str]]] | None = None
        self._facts: dict[str, tuple[Mention, ...]] | None = None
        self._stated: dict[tuple[str, int], list[Mention]] = {}
        self._said: dict[tuple[str, str], list[tuple[Graph, Claim]]] | None = None

    @property
    def has_stacks(self) -> bool:
        return bool(self._stacks)

    def places(self, change: Change) -> tuple[Related, ...]:
        """The places that still state the change's old value, sorted; empty where the change replaces nothing."""
        if change.graph in self._stacks:
            return self.spread(change).left
        fact = states(change.fact.attribute)
        if fact is None or change.kind != "attribute.changed" or isinstance(change.old, Unknown):
            return ()
        found = {
            Related(claim.location, f"still says {claim.attribute}: {in_words(claim.value)}")
            for graph, claim in self._index().get((fact, _application(change.graph)), ())
            if not isinstance(claim.value, Unknown)
            and same(claim.value, change.old)
            and (claim.element != change.fact.element or claim.attribute != change.fact.attribute)
            and (fact == "model" or _near(graph, change, claim))
        }
        return tuple(sorted(found, key=lambda one: (one.location, one.message)))

    def spread(self, change: Change) -> Spread:
        """How far a change in a stack went: of a setting that a key map knows, or of a model's name that says enough."""
        stack = self._stacks.get(change.graph)
        if stack is None:
            return Spread()
        from msdiff.model.folders import application_of  # few repositories have stacks

        root = application_of(stack.location.file.rpartition("/")[0])[0]
        old, new = self._settings(change, root)
        names = _names(change)
        if names is not None:
            old, new = {**self._places(names[0], root, change), **old}, {**self._places(names[1], root, change), **new}
        if not old:
            return Spread()
        return Spread(len(new), tuple(Related(place, text) for place, text in sorted(old.values())))

    def _settings(self, change: Change, root: str) -> tuple[Places, Places]:
        """The places that state the setting that was changed: with the old value, and with the new one."""
        old: Places = {}
        new: Places = {}
        if change.kind != "attribute.changed" or isinstance(change.old, Unknown) or isinstance(change.new, Unknown):
            return old, new
        for one in self._same_fact(change):
            place = one.location
            if root and not place.file.startswith(f"{root}/"):
                continue
            if one.value == str(change.old):
                old[place.file, place.line] = (place, f"still says {one.key}: {one.value}")
            elif one.value == str(change.new):
                new[place.file, place.line] = (place, "")
        return old, new

    def _same_fact(self, change: Change) -> list[Mention]:
        """All mentions of the facts that are stated at the place of a change."""
        if self._facts is None:
            by_fact: dict[str, list[Mention]] = {}
            for one in self._mentions:
                if one.fact:
                    by_fact.setdefault(one.fact, []).append(one)
                    self._stated.setdefault((one.location.file, one.location.line), []).append(one)
            self._facts = {fact: tuple(found) for fact, found in by_fact.items()}
        place = change.head
        here = self._stated.get((place.file, place.line), ()) if place else ()
        facts = dict.fromkeys(one.fact for one in here if one.value == str(change.new))
        return [one for fact in facts for one in self._facts[fact]]

    def _places(self, name: str, root: str, change: Change) -> Places:
        """The places below a folder that state a name. Another server of that model is no statement about this one."""
        return {
            where: (place, text)
            for where, (place, text, server) in self._by_name().get(name, {}).items()
            if (not root or place.file.startswith(f"{root}/")) and server in ("", change.node or "")
        }

    def _by_name(self) -> dict[str, dict[tuple[str, int], tuple[Location, str, str]]]:
        """Places by name: location, what to say of it, and the server of which it is said."""
        if self._named is None:
            self._named = {}
            for graph in self._stacks.values():
                for claim in _claims(graph):
                    if claim.attribute in IN_STACKS and isinstance(claim.value, str):
                        server = claim.element.partition(":")[2] if claim.attribute == "model.id" else ""
                        self._add(claim.value, claim.location, f"still says {claim.value}", server)
            for one in self._mentions:
                self._add(one.value, one.location, f"still says {one.key}: {one.value}", "")
        return self._named

    def _add(self, value: str, place: Location, text: str, server: str) -> None:
        assert self._named is not None  # the index is being made
        from msdiff.model.mention import name_of

        self._named.setdefault(name_of(value), {}).setdefault((place.file, place.line), (place, text, server))

    def _index(self) -> dict[tuple[str, str], list[tuple[Graph, Claim]]]:
        if self._said is None:
            self._said = {}
            for graph in self._graphs:
                for claim in _claims(graph):
                    fact = states(claim.attribute)
                    if fact is not None:
                        self._said.setdefault((fact, graph.key.name), []).append((graph, claim))
        return self._said


def _names(change: Change) -> tuple[str, str] | None:
    """The old and the new name, where a change replaces one model's name by another, or the name of a server."""
    told = change.kind == "attribute.changed" and change.fact.attribute in IN_STACKS
    if (
        not (told or change.kind == "node.renamed")
        or not isinstance(change.old, str)
        or not isinstance(change.new, str)
    ):
        return None
    from msdiff.model.mention import is_telling, name_of

    old, new = name_of(change.old), name_of(change.new)
    return (old, new) if old != new and is_telling(old) else None


def states(attribute: str) -> str | None:
    """The kind of fact that an attribute states, where several places repeat it."""
    last = attribute.rpartition(".")[2]
    pair = ".".join(attribute.split(".")[-2:])
    return STATES.get(pair) or STATES.get(last)


def _application(label: str) -> str:
    return label.partition("@")[0]


def _claims(graph: Graph) -> Iterator[Claim]:
    for element in graph.elements():
        for effective in element.attributes.values():
            if not effective.inherited:
                yield from effective.claims


def _near(graph: Graph, change: Change, claim: Claim) -> bool:
    """The claim speaks of the changed node, of a neighbour, or of a store that names it as its builder."""
    node, name = change.node, claim.element.partition(":")[2]
    if node is None or not claim.element.startswith("node:"):
        return False
    if name == node or name not in graph.nodes:
        return name == node
    if graph.nodes[name].stated("store.builtWith.node") == node:
        return True
    return any(edge.consumer == name for edge in graph.outgoing.get(node, ()))
