"""`passes`: an output takes over every attribute of what arrives on an input, unless it declares it itself.

Work goes from node to node until nothing new arrives, so that cycles end: each output port collects distinct values, and
there are only as many as there are statements. Several producers with different values give `options`; a producer that says
nothing where another says something gives an unknown option, however many nodes pass that on. Past `OPTION_LIMIT` values the
attribute is unknown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping

from msdiff.model.graph import Edge, Effective, Fact, Graph, Node
from msdiff.model.values import Unknown, canonical

OPTION_LIMIT = 32  # distinct values of one attribute on one port
SUPPORT_LIMIT = 64  # facts of a value from which on no further producer of the same value is added

_Arrivals = dict[str, dict[str, Effective]]  # attribute (without port) -> value as text -> effective value
_Silence = dict[str, dict[Fact, Effective]]  # attribute (without port) -> who says nothing of it -> an unknown value


def pass_through(graph: Graph) -> Mapping[str, Node]:
    """The nodes, with inherited output attributes added to those that pass something through."""
    passing = {name: _passes(node) for name, node in graph.nodes.items() if "passes" in node.attributes}
    if not passing:
        return graph.nodes
    arrived: dict[tuple[str, str], _Arrivals] = {(n, out): {} for n, ports in passing.items() for out in ports}
    _until_nothing_new(graph, passing, lambda name, out: _collect(graph, name, passing[name][out], arrived, out))
    silent: dict[tuple[str, str], _Silence] = {port: {} for port in arrived}
    _until_nothing_new(graph, passing, lambda name, out: _hush(graph, name, passing[name][out], arrived, silent, out))
    nodes = dict(graph.nodes)
    for name, ports in passing.items():
        nodes[name] = _with_inherited(nodes[name], ports, arrived, silent)
    return nodes


def _until_nothing_new(
    graph: Graph, passing: Mapping[str, Mapping[str, str]], take: Callable[[str, str], bool]
) -> None:
    """Lets each output port take over what its producers give, again whenever one of these has something new."""
    queue = deque(sorted((name, out) for name, ports in passing.items() for out in ports))
    while queue:
        name, out_port = queue.popleft()
        if take(name, out_port):
            queue.extend(
                (edge.consumer, other)
                for edge in graph.outgoing.get(name, ())
                if edge.out_port == out_port and edge.consumer in passing
                for other, in_port in passing[edge.consumer].items()
                if in_port == edge.in_port
            )


def _passes(node: Node) -> dict[str, str]:
    value = node.stated("passes")
    return {str(out): str(into) for out, into in value.items()} if isinstance(value, Mapping) else {}


def _edges_into(graph: Graph, name: str, in_port: str) -> Iterator[Edge]:
    return (edge for edge in graph.incoming.get(name, ()) if edge.in_port == in_port)


def _collect(
    graph: Graph, name: str, in_port: str, arrived: Mapping[tuple[str, str], _Arrivals], out_port: str
) -> bool:
    """Takes over what the producers give now; whether anything was new."""
    new = False
    mine = arrived[name, out_port]
    through = (Fact(f"node:{name}", "passes"),)
    for edge in _edges_into(graph, name, in_port):
        for attribute, effective in _given(graph, edge, arrived):
            values = mine.setdefault(attribute, {})
            key = canonical(effective.value)
            known = values.get(key)
            if known is None and len(values) > OPTION_LIMIT:
                continue
            facts = (*effective.facts, Fact(edge.id), *through)
            if known is not None:  # the same from elsewhere: the value rests on both
                facts = tuple(dict.fromkeys((*known.facts, *facts)))
                if len(known.facts) >= SUPPORT_LIMIT or len(facts) == len(known.facts):
                    continue
            first = known or effective
            values[key] = Effective(first.value, first.location, facts, first.claims, inherited=True)
            new = True
    return new


def _given(graph: Graph, edge: Edge, arrived: Mapping[tuple[str, str], _Arrivals]) -> Iterator[tuple[str, Effective]]:
    """What the producer's port states itself, then what came through it."""
    prefix = f"outputs.{edge.out_port}."
    producer = graph.nodes[edge.producer]
    for attribute, effective in producer.attributes.items():
        if attribute.startswith(prefix):
            yield attribute[len(prefix) :], effective
    for attribute, values in arrived.get((edge.producer, edge.out_port), {}).items():
        if prefix + attribute not in producer.attributes:
            yield from ((attribute, effective) for effective in values.values())


def _hush(
    graph: Graph,
    name: str,
    in_port: str,
    arrived: Mapping[tuple[str, str], _Arrivals],
    silent: Mapping[tuple[str, str], _Silence],
    out_port: str,
) -> bool:
    """Takes over who says nothing of an attribute that others speak of; whether anybody was new."""
    new = False
    through = (Fact(f"node:{name}", "passes"),)
    for edge in _edges_into(graph, name, in_port):
        for attribute in arrived[name, out_port]:
            mine = silent[name, out_port].setdefault(attribute, {})
            for origin, unknown in _unsaid(graph, edge, attribute, arrived, silent):
                if origin not in mine and len(mine) <= OPTION_LIMIT:
                    facts = (*unknown.facts, Fact(edge.id), *through)
                    mine[origin] = Effective(unknown.value, unknown.location, facts, inherited=True)
                    new = True
    return new


def _unsaid(
    graph: Graph,
    edge: Edge,
    attribute: str,
    arrived: Mapping[tuple[str, str], _Arrivals],
    silent: Mapping[tuple[str, str], _Silence],
) -> Iterator[tuple[Fact, Effective]]:
    """The unknown values that the edge brings: its producer's, or those that came through its producer."""
    full = f"outputs.{edge.out_port}.{attribute}"
    if full in graph.nodes[edge.producer].attributes:
        return
    port = (edge.producer, edge.out_port)
    if attribute in arrived.get(port, {}):
        yield from tuple(silent[port].get(attribute, {}).items())
        return
    fact = Fact(f"node:{edge.producer}", full)
    yield fact, Effective(Unknown(f"`{edge.producer}` declares no {attribute}"), edge.location, (fact,), inherited=True)


def _with_inherited(
    node: Node,
    ports: Mapping[str, str],
    arrived: Mapping[tuple[str, str], _Arrivals],
    silent: Mapping[tuple[str, str], _Silence],
) -> Node:
    attributes = dict(node.attributes)
    for out_port in ports:
        unsaid = silent[node.name, out_port]
        for attribute, values in sorted(arrived[node.name, out_port].items()):
            full = f"outputs.{out_port}.{attribute}"
            if full not in node.attributes:
                attributes[full] = _joined([*values.values(), *unsaid.get(attribute, {}).values()], full)
    return Node(node.id, node.location, attributes, node.role, node.inputs, node.outputs or tuple(ports), node.part_of)


def _joined(options: list[Effective], attribute: str) -> Effective:
    if len(options) == 1:
        return options[0]
    facts = tuple(dict.fromkeys(fact for option in options for fact in option.facts))
    if len(options) > OPTION_LIMIT:
        reason = Unknown(f"more than {OPTION_LIMIT} different values arrive for {attribute}")
        return Effective(reason, options[0].location, facts, inherited=True)
    reason = Unknown(f"{len(options)} producers give different values for {attribute}")
    claims = tuple(claim for option in options for claim in option.claims)
    return Effective(reason, options[0].location, facts, claims, inherited=True, options=tuple(options))
