"""Wire obligations: on each edge, what the producer guarantees is what the consumer accepts.

In: one graph and the wire table (`rules/wires.yaml`). Out: an obligation for each edge and check of which a side is declared.
Known against unknown is undecided, never held. Where several values may arrive (fan-in into a node that passes them on), each
must be accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msdiff.model.graph import Edge, Effective, Fact, Graph, Node
from msdiff.model.obligation import Outcome, Undecided, Violated
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value
from msdiff.propagate.laws import HELD, LAWS, as_set, data_type
from msdiff.propagate.ledger import Ledger
from msdiff.propagate.widths import another_asked
from msdiff.propagate.wire_tables import Wire, Wires, WireTable
from msdiff.ruleset.messages import in_words


def _never_waits_for_a_start(_: Edge, callee: Node) -> bool:
    warm = callee.stated("capacity.warmPool.size", 0)
    return callee.stated("capacity.minReplicas") != 0 or (isinstance(warm, int) and warm > 0)


def _is_kept_alive(edge: Edge, _: Node) -> bool:
    beat, silence = edge.stated("edge.heartbeatMs"), edge.stated("edge.idleTimeoutMs")
    return isinstance(beat, int | float) and isinstance(silence, int | float) and beat < silence


# when the two sides of a check do not meet at all, and what is read for that
COPES: Mapping[str, Callable[[Edge, Node], bool]] = {
    "coldStart": _never_waits_for_a_start,
    "idleTimeout": _is_kept_alive,
    "filterFields": lambda _, store: store.stated("store.strict") is False,
}
ASIDE = {
    "coldStart": ("capacity.minReplicas", "capacity.warmPool.size"),
    "idleTimeout": ("edge.heartbeatMs",),
    "filterFields": ("store.strict",),
    "protocolVersions": ("endpoint.compat",),
    "normalized": ("store.metric",),
}


_NOT_YET = (-1, -1)


class Ends(NamedTuple):
    """The two declared sides of one check on one edge."""

    offered: Effective
    required: Effective


def wire_obligations(graph: Graph, wires: Wires, ledger: Ledger, *, only_touched: bool = False) -> None:
    """Adds the wire obligations of every edge that resolves. `wires` is the wire table.

    With `only_touched` edges are left out (and not counted) on which no change bears: they stand in base as in head.
    """
    table = WireTable(wires, graph)
    tensors: list[tuple[Edge, Ends]] = []
    alike: dict[tuple[int | None, int | None], tuple[int, int] | None] = {}
    touched = _touched_nodes(graph, ledger)
    total = decided = 0
    for edge in graph.edges.values():
        id, _, attributes, producer, out_port, consumer, in_port, resolved = edge
        if not resolved:
            continue
        near = touched is None or producer in touched or consumer in touched or id in touched
        if near:
            _edge(graph, edge, table, tensors, ledger)
        elif not only_touched:
            ports = (table.offers[producer, out_port], table.demands[consumer, in_port])
            counts = None if attributes or None in ports else alike.get(ports, _NOT_YET)
            if counts is _NOT_YET:
                counts = alike[ports] = _counts(graph, edge, table)
            if counts is None:
                _edge(graph, edge, table, tensors, ledger)
            else:
                total += counts[0]
                decided += counts[1]
    ledger.total += total
    ledger.decided += decided
    _shapes(graph, tensors, ledger)


def _touched_nodes(graph: Graph, ledger: Ledger) -> frozenset[str] | None:
    """Ids of touched edges, names of touched nodes and of nodes to which a touched statement was passed on."""
    if ledger.touched is None:
        return None
    names = {id if id.startswith("edge:") else id.partition(":")[2] for id in ledger.touched}
    for name, node in graph.nodes.items():
        if "passes" in node.attributes and name not in names:
            facts = (fact for one in node.attributes.values() if one.inherited for fact in one.facts)
            if any(fact.element in ledger.touched for fact in facts):
                names.add(name)
    return frozenset(names)


def _counts(graph: Graph, edge: Edge, table: WireTable) -> tuple[int, int] | None:
    """What to count (in all, decided) for each edge whose ports declare the same as those of this one, if nothing is violated
    there."""
    trial = Ledger(graph.label, frozenset())
    tensors: list[tuple[Edge, Ends]] = []
    _edge(graph, edge, table, tensors, trial)
    return None if trial.kept or tensors else (trial.total, trial.decided)


def _edge(graph: Graph, edge: Edge, table: WireTable, tensors: list[tuple[Edge, Ends]], ledger: Ledger) -> None:
    for wire in table.present(edge):
        ends = Ends(table.offered(wire, edge), table.required(wire, edge))
        if wire.law == "schema":
            _schema(graph, edge, ends, ledger)
        elif wire.law == "shape":
            tensors.append((edge, ends))
        else:
            _plain(graph, edge, wire, ends, ledger)


def _plain(graph: Graph, edge: Edge, wire: Wire, ends: Ends, ledger: Ledger) -> None:
    outcome, offered = _judge(graph, edge, wire, ends)
    support = _support(graph, edge, ends, wire)
    if offered is not ends.offered:
        support = tuple(dict.fromkeys((*support, *offered.facts)))
    shown = Ends(offered, ends.required)
    if not ledger.wants(outcome, support):
        if not isinstance(outcome, Undecided) or _is_asked(shown):
            ledger.count(outcome)
        return
    _add(graph, edge, wire.check, outcome, shown, support, ledger)


def _is_asked(ends: Ends) -> bool:
    """Whether more than a table declares one of the two sides."""
    by_table = any(one.is_of_table for one in ends)
    return not by_table or any(not isinstance(one.value, Unknown) and not one.is_of_table for one in ends)


def _judge(graph: Graph, edge: Edge, wire: Wire, ends: Ends) -> tuple[Outcome, Effective]:
    """The worst outcome over all values that may arrive, and the value that gives it."""
    undecided: tuple[Outcome, Effective] | None = None
    for option in ends.offered.alternatives:
        offered = _fewest(graph, edge, option, ends.required.value) if wire.check == "minItems" else option
        outcome = _one(graph, edge, wire, offered, ends.required)
        if isinstance(outcome, Violated):
            return outcome, offered
        if isinstance(outcome, Undecided) and undecided is None:
            undecided = outcome, option
    return undecided or (HELD, ends.offered)


def _one(graph: Graph, edge: Edge, wire: Wire, offered: Effective, required: Effective) -> Outcome:
    # a consumer that says `any` accepts whatever comes, declared or not
    if required.value == "any" and wire.law in ("type", "member", "subset"):
        return HELD
    if isinstance(required.value, Unknown):
        return Undecided(required.value.reason)
    if isinstance(offered.value, Unknown):
        return Undecided(offered.value.reason)
    if wire.law == "type":
        return data_type(offered.value, required.value, edge.stated("edge.select"))
    outcome = LAWS[wire.law](offered.value, required.value)
    return _adjusted(graph, edge, wire, offered, required, outcome)


def _adjusted(
    graph: Graph, edge: Edge, wire: Wire, offered: Effective, required: Effective, outcome: Outcome
) -> Outcome:
    """What the bare law cannot see: a consumer that copes, a list taken item by item, a default branch, prefixes, two
    tokenizers, an order-only reader.
    """
    consumer = graph.nodes[edge.consumer]
    port = f"inputs.{edge.in_port}"
    if wire.law == "bound" and consumer.stated(f"{port}.overflow") in ("split", "window"):
        return HELD
    if wire.check in COPES and COPES[wire.check](edge, consumer):
        return HELD
    if wire.check == "maxItems" and edge.stated("edge.select") == "each":
        return HELD
    if wire.check == "maxTokens":
        return _tokens(graph, edge, _shown(offered.value), _shown(required.value), outcome)
    if wire.check == "labels" and outcome != HELD and consumer.stated(f"{port}.default") is not None:
        return outcome  # the rule says what a default branch means
    if wire.check == "dimension":
        return another_asked(graph.nodes[_origin(edge, offered)], offered, required, outcome)
    if wire.check.startswith("score.") and consumer.stated(f"{port}.uses") == "order":
        return HELD
    return outcome


def _tokens(graph: Graph, edge: Edge, offered: Value, required: Value, outcome: Outcome) -> Outcome:
    producer, consumer = graph.nodes[edge.producer], graph.nodes[edge.consumer]
    one = producer.value(f"outputs.{edge.out_port}.tokenizer")
    other = consumer.value(f"inputs.{edge.in_port}.tokenizer")
    if isinstance(one, str) and isinstance(other, str) and one != other:
        return Undecided(f"`{edge.producer}` counts with {one}, `{edge.consumer}` with {other}")
    extra = _prefix_tokens(consumer, edge.in_port) if producer.role == "chunker" else 0
    if extra and isinstance(offered, int) and isinstance(required, int) and offered + extra > required:
        return Violated(excess=offered + extra - required)
    return outcome


def _prefix_tokens(consumer: Node, port: str) -> int:
    """The least number of tokens that the consumer's prefix adds: one for each word."""
    prefix = consumer.stated(f"inputs.{port}.prefix")
    if isinstance(prefix, Mapping):
        prefix = prefix.get("passage")
    return len(prefix.split()) if isinstance(prefix, str) and prefix != "none" else 0


def _fewest(graph: Graph, edge: Edge, offered: Effective, needed: Value | Unknown) -> Effective:
    """A producer whose most is too few never gives enough, whatever its least is."""
    most = graph.nodes[edge.producer].effective(f"outputs.{edge.out_port}.maxItems")
    if isinstance(most.value, Unknown) or isinstance(needed, Unknown):
        return offered
    return most if LAWS["floor"](most.value, needed) != HELD else offered


def _support(graph: Graph, edge: Edge, ends: Ends, wire: Wire) -> tuple[Fact, ...]:
    more = tuple(Fact(f"node:{edge.consumer}", f"inputs.{edge.in_port}.{name}") for name in wire.modifiers)
    aside = ASIDE.get(wire.check, ())
    more += tuple(Fact(edge.id if name.startswith("edge.") else f"node:{edge.consumer}", name) for name in aside)
    return (*ends.offered.facts, *ends.required.facts, Fact(edge.id), *more, *_looked_at(graph, edge, ends, wire))


def _looked_at(graph: Graph, edge: Edge, ends: Ends, wire: Wire) -> tuple[Fact, ...]:
    """What else than its two sides decides a check (see `_fewest`, `_tokens` and `data_type`)."""
    output = f"outputs.{edge.out_port}"
    if wire.check == "maxTokens":
        producer, consumer = graph.nodes[edge.producer], graph.nodes[edge.consumer]
        counting = (producer.effective(f"{output}.tokenizer"), consumer.effective(f"inputs.{edge.in_port}.tokenizer"))
        prefix = consumer.effective(f"inputs.{edge.in_port}.prefix").facts if producer.role == "chunker" else ()
        both = not any(isinstance(one.value, Unknown) for one in counting)
        return (*counting[0].facts, *counting[1].facts, *prefix) if both else prefix
    if wire.check == "dimension" and ends.offered.is_of_table:
        return (Fact(f"node:{_origin(edge, ends.offered)}", "model.matryoshka"),)
    selected = wire.check == "maxItems" or (wire.law == "type" and _is_list(ends.offered.value))
    return (Fact(edge.id, "edge.select"),) if selected else ()


def _is_list(value: Value | Unknown) -> bool:
    return any(one in ("documents", "document") for one in (value if isinstance(value, tuple) else (value,)))


def _schema(graph: Graph, edge: Edge, ends: Ends, ledger: Ledger) -> None:
    from msdiff.propagate.schemas import containment  # eight modules that few graphs need

    support = (*ends.offered.facts, *ends.required.facts, Fact(edge.id), Fact(edge.id, "edge.map"))
    unknown = next((one.value for one in ends if isinstance(one.value, Unknown)), None)
    if unknown is not None:
        _add(graph, edge, "schema.undeclared", Undecided(unknown.reason), ends, support, ledger)
        return
    mapping = edge.stated("edge.map")
    names = {str(k): str(v) for k, v in mapping.items()} if isinstance(mapping, Mapping) else None
    for clause in containment(_shown(ends.offered.value), _shown(ends.required.value), names):
        facts = {
            "field": clause.field,
            "schemaPath": clause.path,
            "offered": clause.offered,
            "required": clause.required,
        }
        check = f"schema.{clause.kind}"
        _add(graph, edge, check, clause.outcome, ends, support, ledger, facts, (clause.path,))


def _shapes(graph: Graph, tensors: list[tuple[Edge, Ends]], ledger: Ledger) -> None:
    """Shapes are unified over the whole graph: a name is one size wherever its node uses it."""
    if not tensors:
        return
    from msdiff.propagate.shapes import Match, TensorWire, unify_shapes

    matches = unify_shapes(TensorWire(*_tensor(graph, edge, ends)) for edge, ends in tensors if _known(ends))
    for edge, ends in tensors:
        match = matches.get(edge.name) or Match(Undecided(_reason(ends)))
        batching = tuple(Fact(f"node:{name}", "capacity.maxBatch") for name in (edge.producer, edge.consumer))
        others = tuple(fact for key in match.through for fact in _shape_facts(graph.edges[key]))
        support = (*ends.offered.facts, *ends.required.facts, Fact(edge.id), *batching, *others)
        _add(
            graph,
            edge,
            "shape",
            match.outcome,
            ends,
            support,
            ledger,
            _clash(match.dynamic, match.why, match.offered, match.required),
        )


def _clash(dynamic: bool, why: str, offered: Value, required: Value) -> dict[str, Value]:
    """Facts about two shapes, with the batch dimension that their nodes add."""
    shown = {"offered": offered, "required": required} if offered or required else {}
    return {"dynamic": dynamic, "clash": why, **shown}


def _shape_facts(edge: Edge) -> tuple[Fact, ...]:
    """What another edge adds to a contradiction: that it exists, and the shapes at its ends."""
    offered = Fact(f"node:{edge.producer}", f"outputs.{edge.out_port}.shape")
    return (Fact(edge.id), offered, Fact(f"node:{edge.consumer}", f"inputs.{edge.in_port}.shape"))


def _known(ends: Ends) -> bool:
    return not any(isinstance(one.value, Unknown) for one in ends)


def _reason(ends: Ends) -> str:
    return next(one.value.reason for one in ends if isinstance(one.value, Unknown))


def _tensor(graph: Graph, edge: Edge, ends: Ends) -> tuple[str, str, str, str, str, Value, Value, bool, bool, bool]:
    """The fields of a `TensorWire`."""
    batched = [bool(graph.nodes[name].stated("capacity.maxBatch", 0)) for name in (edge.producer, edge.consumer)]
    conditional = "edge.when" in edge.attributes
    fact = ends.offered.facts[0]  # a name of a dimension belongs to the node that writes it, also behind `passes`
    producer, port = fact.element.partition(":")[2], fact.attribute.split(".")[1]
    return (
        edge.name, producer, port, edge.consumer, edge.in_port,
        _shown(ends.offered.value), _shown(ends.required.value), batched[0], batched[1], conditional,
    )  # fmt: skip


def _add(  # noqa: PLR0913  # an obligation has many parts
    graph: Graph,
    edge: Edge,
    check: str,
    outcome: Outcome,
    ends: Ends,
    support: tuple[Fact, ...],
    ledger: Ledger,
    facts: Mapping[str, Value] | None = None,
    key: tuple[str, ...] = (),
) -> None:
    offered, required = ends
    ledger.add(
        "edge",
        check,
        (edge.name, *key),
        outcome,
        location=edge.location if isinstance(required.value, Unknown) else required.location,
        support=support,
        node=edge.consumer,
        edge=edge.name,
        facts=_facts(graph, edge, check, outcome, ends) | dict(facts or {}),
        path=_path(graph, edge, offered),
        related=((offered.location, _says(offered)),) if not isinstance(offered.value, Unknown) else (),
        asked=_is_asked(ends),
    )


def _facts(graph: Graph, edge: Edge, check: str, outcome: Outcome, ends: Ends) -> dict[str, Value]:
    producer, consumer = graph.nodes[edge.producer], graph.nodes[edge.consumer]
    port = f"inputs.{edge.in_port}"
    return {
        "attribute": check,
        "producer": _origin(edge, ends.offered),
        "consumer": edge.consumer,
        "producerRole": producer.role,
        "consumerRole": consumer.role,
        "offered": _shown(ends.offered.value),
        "required": _shown(ends.required.value),
        "excess": outcome.excess if isinstance(outcome, Violated) else None,
        "missing": tuple(sorted(outcome.witnesses)) if isinstance(outcome, Violated) else (),
        "overflow": str(consumer.stated(f"{port}.overflow", "")),
        "hasDefault": consumer.stated(f"{port}.default") is not None,
        "default": str(consumer.stated(f"{port}.default", "")),
        "optional": graph.optional(edge),
        "offeredMost": _shown(producer.value(f"outputs.{edge.out_port}.maxItems")),
        "select": str(edge.stated("edge.select", "")),
        "metric": str(consumer.stated("store.metric", "")),
        **_more_facts(edge, check, consumer),
    }


def _more_facts(edge: Edge, check: str, consumer: Node) -> dict[str, Value]:
    """Facts that one check alone has."""
    if check == "filterFields":
        return {"strict": str(consumer.stated("store.strict", "")).lower()}
    if check == "protocolVersions":
        spoken = as_set(_shown(edge.value("edge.endpoint.protocolVersions")))
        return {"compatible": any(one in as_set(consumer.stated("endpoint.compat", ())) for one in spoken)}
    return {}


def _shown(value: Value | Unknown) -> Value:
    return None if isinstance(value, Unknown) else value


def _origin(edge: Edge, offered: Effective) -> str:
    """The node that states what arrives: the producer, or whoever is behind the ports that pass it on."""
    first = offered.facts[0].element if offered.facts else ""
    return first.partition(":")[2] if first.startswith("node:") else edge.producer


def _path(graph: Graph, edge: Edge, offered: Effective) -> tuple[str, ...]:
    """From the node that states the value, over the nodes that pass it on, to the consumer.

    A value that several producers state alike rests on all of them; the first one's way is shown.
    """
    names = [edge.producer]
    if offered.inherited:
        stated = dict.fromkeys(fact.element.partition(":")[2] for fact in offered.facts if fact.element[:5] == "node:")
        names = [*stated][:1]
        for name in [*stated][1:]:
            if names[-1] != edge.producer and any(one.consumer == name for one in graph.outgoing.get(names[-1], ())):
                names.append(name)
    path = tuple(names) if names[-1:] == [edge.producer] else (edge.producer,)
    return (*path, edge.consumer) if edge.consumer not in path else path


def _says(offered: Effective) -> str:
    fact = offered.facts[0]
    if offered.is_of_table:
        return f"{offered.claims[0].text}: {fact.attribute} {_short(offered.value)}"
    return f"{fact.element.partition(':')[2]} says {fact.attribute}: {_short(offered.value)}"


def _short(value: Value | Unknown) -> str:
    text = in_words(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
