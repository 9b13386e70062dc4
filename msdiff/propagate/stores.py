"""Stored state: an index only answers to the embedder that it was built with.

In: one graph. Out, for each store that keeps vectors: `dimension`, `space`, `pooling` and `prefix` (what `store.builtWith` says
against the embedder that writes it now), `split` (the query side against the index side) and `shared` (two writers of one
collection). A store that does not say `builtWith` is undecided: vectors of equal length can still mean something else.
"""

from __future__ import annotations

from msdiff.model.graph import Effective, Fact, Graph, Node
from msdiff.model.obligation import Outcome, Undecided, Violated
from msdiff.model.values import Unknown, Value, same
from msdiff.propagate.laws import HELD
from msdiff.propagate.ledger import Ledger
from msdiff.propagate.spaces import STORING, Source, differing, is_index, passage_prefix, sources, writer
from msdiff.propagate.widths import another_asked
from msdiff.ruleset.messages import in_words

BUILT = "store.builtWith."
IDENTITY = ("model", "revision", "normalized")  # of the space, as builtWith can state it
DESCRIBED = ("revision", "normalized", "pooling", "prefix")  # what an embedder may say and builtWith must then say, too


def store_obligations(graph: Graph, ledger: Ledger) -> None:
    """Adds the obligations of everything that keeps vectors."""
    collections: dict[tuple[str, str], list[tuple[Node, Source]]] = {}
    for store in graph.nodes.values():
        if not _keeps_vectors(store):
            continue
        feeding = sources(graph, store)
        built_by = writer(graph, store, feeding)
        for source in (built_by,) if built_by else tuple(one for one in feeding):
            _state(store, source, ledger)
        _split(graph, store, feeding, built_by, ledger)
        _metric(store, ledger)
        for source in feeding:
            if is_index(source.edge):
                collections.setdefault(_collection(store), []).append((store, source))
    for (collection, namespace), writers in sorted(collections.items()):
        if collection:
            _shared(collection, namespace, writers, ledger)


def _keeps_vectors(node: Node) -> bool:
    return node.role in STORING or any(name.startswith("store.") for name in node.attributes)


def _collection(store: Node) -> tuple[str, str]:
    return str(store.stated("store.collection", store.name)), str(store.stated("store.namespace", ""))


def _state(store: Node, source: Source, ledger: Ledger) -> None:
    for part, check in (("dimension", "dimension"), ("pooling", "pooling"), ("prefix", "prefix")):
        built = store.attributes.get(BUILT + part)
        if built is not None:
            _part(store, source, part, check, built, ledger)
    _space(store, source, ledger)


def _part(store: Node, source: Source, part: str, check: str, built: Effective, ledger: Ledger) -> None:
    now = source.part(part)
    outcome: Outcome
    if isinstance(now.value, Unknown):
        outcome = Undecided(now.value.reason)
    elif isinstance(built.value, Unknown):
        outcome = Undecided(built.value.reason)
    else:
        given = passage_prefix(now.value) if part == "prefix" else now.value
        outcome = HELD if same(given, built.value) else Violated(witnesses=frozenset((part,)))
        if part == "dimension":
            outcome = another_asked(source.node, now, built, outcome)
    _add(store, source, check, outcome, (part,), now, built, ledger)


def _space(store: Node, source: Source, ledger: Ledger) -> None:
    stated = {part: store.attributes[BUILT + part] for part in IDENTITY if BUILT + part in store.attributes}
    wrong = []
    silent = []
    for part, built in stated.items():
        now = source.part(part).value
        if isinstance(now, Unknown) or isinstance(built.value, Unknown):
            silent.append(part)
        elif not same(now, built.value):
            wrong.append(part)
    outcome: Outcome = HELD
    if wrong:
        outcome = Violated(witnesses=frozenset(wrong))
    elif "model" not in stated:
        outcome = Undecided(f"`{store.name}` does not say store.builtWith.model")
    elif silent:
        outcome = Undecided(f"`{source.node.name}` does not say {', '.join(silent)}")
    elif missing := [part for part in DESCRIBED if _says(source, part) and BUILT + part not in store.attributes]:
        outcome = Undecided(f"`{store.name}` does not say store.builtWith.{missing[0]}")
    shown = wrong or [part for part in ("model",) if part in stated]
    said = stated.get(shown[0]) if shown else None
    _add(store, source, "space", outcome, tuple(wrong), source.part(shown[0] if shown else "model"), said, ledger)


def _metric(store: Node, ledger: Ledger) -> None:
    """An index computes the distance that it was built for, as far as the store states both."""
    now, built = store.attributes.get("store.metric"), store.attributes.get(BUILT + "metric")
    if now is None or built is None:
        return
    ledger.add(
        "store",
        "metric",
        (store.name,),
        HELD if same(_known(now), _known(built)) else Violated(),
        location=built.location,
        support=(*now.facts, *built.facts, Fact(store.id)),
        node=store.name,
        facts={
            "store": store.name, "producer": store.name, "consumer": store.name, "offered": _known(now),
            "required": _known(built), "parts": (), "rebuild": str(store.stated("store.rebuild", "")),
            "engine": str(store.stated("store.engine", "")),
        },
        path=(store.name,),
        related=((now.location, f"{store.name} now computes {_short(now.value)}"),),
    )  # fmt: skip


def _known(one: Effective) -> Value:
    return None if isinstance(one.value, Unknown) else one.value


def _says(source: Source, part: str) -> bool:
    return not isinstance(source.part(part).value, Unknown)


def _add(  # noqa: PLR0913  # an obligation has many parts
    store: Node,
    source: Source,
    check: str,
    outcome: Outcome,
    wrong: tuple[str, ...],
    now: Effective,
    built: Effective | None,
    ledger: Ledger,
) -> None:
    place = built or store.effective(BUILT + "model")
    facts: dict[str, Value] = {
        "store": store.name,
        "producer": source.node.name,
        "consumer": store.name,
        "offered": None if isinstance(now.value, Unknown) else passage_prefix(now.value),
        "required": None if built is None or isinstance(built.value, Unknown) else built.value,
        "parts": wrong,
        "rebuild": str(store.stated("store.rebuild", "")),
        "engine": str(store.stated("store.engine", "")),
        "overflow": "",
        "hasDefault": False,
    }
    support = (*source.facts, *_built_facts(store), Fact(store.id), *_edge_facts(source))
    if check in ("dimension", "pooling", "prefix"):
        support = (*now.facts, Fact(store.id, BUILT + check), Fact(store.id), *_edge_facts(source))
    ledger.add(
        "store",
        check,
        (store.name, source.node.name),
        outcome,
        location=place.location,
        support=support,
        node=store.name,
        edge=source.edge.name if source.edge else None,
        facts=facts,
        path=(source.node.name, store.name),
        related=()
        if isinstance(now.value, Unknown)
        else ((now.location, f"{source.node.name} is now {_short(now.value)}"),),
    )


def _built_facts(store: Node) -> tuple[Fact, ...]:
    parts = (*IDENTITY, "node", "dimension", "pooling", "prefix")
    return tuple(Fact(store.id, BUILT + part) for part in parts)


def _edge_facts(source: Source) -> tuple[Fact, ...]:
    return (Fact(source.edge.id), Fact(source.edge.id, "edge.role")) if source.edge else ()


def _short(value: Value | Unknown) -> str:
    return "undeclared" if isinstance(value, Unknown) else in_words(value)


def _split(graph: Graph, store: Node, feeding: tuple[Source, ...], built_by: Source | None, ledger: Ledger) -> None:
    """Each embedder on the query side speaks the space that the index was written in."""
    if built_by is None:
        return
    for source in feeding:
        if is_index(source.edge) or source.node.name == built_by.node.name:
            continue
        wrong, unknown = differing(source, built_by)
        outcome: Outcome = HELD
        if wrong:
            outcome = Violated(witnesses=frozenset(wrong))
        elif unknown:
            outcome = Undecided(f"`{source.node.name}` or `{built_by.node.name}` does not say {', '.join(unknown)}")
        ledger.add(
            "store",
            "split",
            (store.name, source.node.name, built_by.node.name),
            outcome,
            location=source.node.location,
            support=(
                *source.facts,
                *built_by.facts,
                *_edge_facts(source),
                *_edge_facts(built_by),
                *_built_facts(store),
            ),
            node=store.name,
            edge=source.edge.name if source.edge else None,
            facts={
                "store": store.name,
                "producer": source.node.name,
                "writer": built_by.node.name,
                "parts": wrong,
                "offered": _value(source, wrong),
                "required": _value(built_by, wrong),
                "prefixOnly": wrong == ("prefix",),
            },
            path=(source.node.name, store.name),
            related=((built_by.node.location, f"{built_by.node.name} writes the index"),),
        )


def _value(source: Source, parts: tuple[str, ...]) -> Value:
    value = source.part(parts[0]).value if parts else None
    return None if isinstance(value, Unknown) else value


def _shared(collection: str, namespace: str, writers: list[tuple[Node, Source]], ledger: Ledger) -> None:
    """All that write to one collection and namespace speak one space: each is compared with the first."""
    store, first = writers[0]
    for other, source in writers[1:]:
        wrong, unknown = differing(source, first)
        outcome: Outcome = HELD
        if wrong:
            outcome = Violated(witnesses=frozenset(wrong))
        elif unknown:
            outcome = Undecided(f"`{source.node.name}` or `{first.node.name}` does not say {', '.join(unknown)}")
        where = f"{collection}/{namespace}" if namespace else collection
        ledger.add(
            "store",
            "shared",
            (collection, namespace, *sorted((source.node.name, first.node.name))),
            outcome,
            location=source.edge.location if source.edge else store.location,
            support=(
                *source.facts, *first.facts, *_edge_facts(source), *_edge_facts(first),
                *(Fact(one.id, name) for one in (store, other) for name in ("store.collection", "store.namespace")),
            ),
            node=store.name,
            facts={
                "store": store.name, "collection": where, "producer": source.node.name, "writer": first.node.name,
                "parts": wrong, "offered": _value(source, wrong), "required": _value(first, wrong),
            },
            path=(source.node.name, store.name),
        )  # fmt: skip
