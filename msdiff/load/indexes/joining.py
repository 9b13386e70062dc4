"""Which store an index is about, and what that says of the store.

In: the stores of all stacks, and indexes. Out: claims on the stores. Promised: an index is about a store of its engine
in the stack whose application's folder is the nearest above; where a stack has two such stores, about none. What
differs between indexes of one store is unknown, with all of them named.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msdiff.load.document import Reading
from msdiff.load.indexes.index import Fact, Index
from msdiff.model.claim import Claim, GraphKey
from msdiff.model.folders import application_of
from msdiff.model.mention import name_of
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, canonical

PORT = "inputs.query"
SHOWN = 4
MAX_PLACES = 40  # that state one width


class Store(NamedTuple):
    """A store of a stack. `root` is the folder of its application, `models` are what embedders of the stack serve."""

    graph: GraphKey
    element: str
    engine: str
    root: str
    models: tuple[str, ...]


def stores_in(readings: Iterable[Reading]) -> tuple[Store, ...]:
    """The stores of all stacks."""
    return tuple(store for reading in readings for store in _stores(reading))


def _stores(reading: Reading) -> Iterator[Store]:
    folder = posixpath.dirname(reading.claims[0].location.file)
    models = tuple(one.value for one in reading.claims if one.attribute == "model.id" and isinstance(one.value, str))
    for one in reading.claims:
        if one.attribute == "store.engine":
            yield Store(one.graph, one.element, str(one.value), application_of(folder)[0], models)


def claims_on(stores: tuple[Store, ...], indexes: Iterable[Index]) -> tuple[Reading, ...]:
    """What indexes say of stores, one reading for each graph."""
    said: dict[Store, list[Index]] = {}
    for index in indexes:
        for store in _meant(stores, index):
            said.setdefault(store, []).append(index)
    readings: dict[GraphKey, list[Claim]] = {}
    for store, about in said.items():
        readings.setdefault(store.graph, []).extend(_claims(store, about))
    return tuple(Reading(graph, tuple(claims), ()) for graph, claims in readings.items() if claims)


def _meant(stores: tuple[Store, ...], index: Index) -> Iterator[Store]:
    """The stores that an index is about: one in each stack (and variant) of the nearest application."""
    fitting = [one for one in stores if one.engine == index.engine and _below(index.file, one.root)]
    if not fitting:
        return
    nearest = max(len(one.root) for one in fitting)
    graphs: dict[GraphKey, list[Store]] = {}
    for one in fitting:
        if len(one.root) == nearest:
            graphs.setdefault(one.graph, []).append(one)
    yield from (found[0] for found in graphs.values() if len(found) == 1)


def _below(path: str, root: str) -> bool:
    return not root or path == root or path.startswith(f"{root}/")


def _claims(store: Store, indexes: list[Index]) -> Iterator[Claim]:
    yield from _said(store, f"{PORT}.dimension", [(one.name, one.dimension) for one in indexes if one.dimension])
    if len({canonical(one.dimension.value) for one in indexes if one.dimension and _is_known(one.dimension)}) > 1:
        ports: dict[str, list[Fact]] = {}
        for one in indexes:
            if one.dimension is not None:
                ports.setdefault(_port(one.name), []).append(one.dimension)
        for port, facts in ports.items():
            if len({canonical(fact.value) for fact in facts}) == 1:  # fields of one name in several files say nothing
                yield Claim(store.graph, store.element, f"inputs.{port}.dimension", *facts[0])
    yield from _said(store, "store.metric", [(one.name, one.metric) for one in indexes if one.metric])
    yield from _said(store, "store.index.type", [(one.name, one.kind) for one in indexes if one.kind])
    models = [(one.name, _as_served(one.model, store)) for one in indexes if one.model]
    yield from _said(store, "store.builtWith.model", models)


def _said(store: Store, attribute: str, facts: list[tuple[str, Fact]]) -> Iterator[Claim]:
    """One claim for each place that states the value; one that says why nobody knows where places differ."""
    if not facts:
        return
    if len({canonical(fact.value) if _is_known(fact) else None for _, fact in facts}) == 1:
        for _, fact in facts[:MAX_PLACES] if _is_known(facts[0][1]) else facts[:1]:
            yield Claim(store.graph, store.element, attribute, fact.value, fact.place)
        return
    shown = [f"{name} {fact.value.reason if isinstance(fact.value, Unknown) else fact.value}" for name, fact in facts]
    more = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    reason = f"its indexes differ: {', '.join(shown[:SHOWN])}{more}"
    yield Claim(store.graph, store.element, attribute, Unknown(reason), facts[0][1].place)


def _is_known(fact: Fact) -> bool:
    return not isinstance(fact.value, Unknown)


def _as_served(fact: Fact, store: Store) -> Fact:
    """The model as an embedder of the stack spells it, where it is the same but for owner and tag."""
    name = name_of(str(fact.value))
    return fact._replace(value=next((one for one in store.models if name_of(one) == name), fact.value))


def _port(name: str) -> str:
    """The name of an index as the name of a port: dots and brackets take names apart."""
    return "".join(one if one.isalnum() or one in "_-" else "_" for one in name).strip("_") or "other"
