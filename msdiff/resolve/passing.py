"""`passes`: an output takes over every attribute of what arrives on an input, unless it declares it itself.

Work goes from node to node until nothing new arrives, so that cycles end: each output port collects distinct values, and
there are only as many as there are statements. Several producers with different values give `options`; a producer that says
nothing where another says something gives an unknown option. Past `OPTION_LIMIT` values the attribute is unknown.
"""

from collections import deque
from collections.abc import Iterator, Mapping

from msdiff.model.graph import Edge, Effective, Fact, Graph, Node
from msdiff.model.values import Unknown, canonical

OPTION_LIMIT = 32  # distinct values of one attribute on one port

_Arrivals = dict[str, dict[str, Effective]]  # attribute (without port) -> value as text -> effective value


def pass_through(graph: Graph) -> Mapping[str, Node]:
    """The nodes, with inherited output attributes added to those that pass something through."""
    passing = {name: _passes(node) for name, node in graph.nodes.items() if "passes" in node.attributes}
    if not passing:
        return graph.nodes
    arrived: dict[tuple[str, str], _Arrivals] = {(n, out): {} for n, ports in passing.items() for out in ports}
    queue = deque(sorted(arrived))
    while queue:
        name, out_port = queue.popleft()
        if _collect(graph, name, passing[name][out_port], arrived, arrived[name, out_port]):
            queue.extend(
                (edge.consumer, other)
                for edge in graph.outgoing.get(name, ())
                if edge.out_port == out_port and edge.consumer in passing
                for other, in_port in passing[edge.consumer].items()
                if in_port == edge.in_port
            )
    nodes = dict(graph.nodes)
    for name, ports in passing.items():
        nodes[name] = _with_inherited(graph, nodes[name], ports, arrived)
    return nodes


def _passes(node: Node) -> dict[str, str]:
    value = node.stated("passes")
    return {str(out): str(into) for out, into in value.items()} if isinstance(value, Mapping) else {}


def _edges_into(graph: Graph, name: str, in_port: str) -> Iterator[Edge]:
    return (edge for edge in graph.incoming.get(name, ()) if edge.in_port == in_port)


def _collect(graph: Graph, name: str, in_port: str, arrived: dict[tuple[str, str], _Arrivals], mine: _Arrivals) -> bool:
    """Takes over what the producers give now; whether anything was new."""
    new = False
    through = (Fact(f"node:{name}", "passes"),)
    for edge in _edges_into(graph, name, in_port):
        for attribute, effective in _given(graph, edge, arrived):
            values = mine.setdefault(attribute, {})
            key = canonical(effective.value)
            if key in values or len(values) > OPTION_LIMIT:
                continue
            facts = (*effective.facts, Fact(edge.id), *through)
            values[key] = Effective(effective.value, effective.location, facts, effective.claims, inherited=True)
            new = True
    return new


def _given(graph: Graph, edge: Edge, arrived: dict[tuple[str, str], _Arrivals]) -> Iterator[tuple[str, Effective]]:
    """What the producer's port states itself, then what came through it."""
    prefix = f"outputs.{edge.out_port}."
    producer = graph.nodes[edge.producer]
    for attribute, effective in producer.attributes.items():
        if attribute.startswith(prefix):
            yield attribute[len(prefix) :], effective
    for attribute, values in arrived.get((edge.producer, edge.out_port), {}).items():
        if prefix + attribute not in producer.attributes:
            yield from ((attribute, effective) for effective in values.values())


def _with_inherited(
    graph: Graph, node: Node, ports: Mapping[str, str], arrived: dict[tuple[str, str], _Arrivals]
) -> Node:
    attributes = dict(node.attributes)
    for out_port, in_port in ports.items():
        producers = tuple(_edges_into(graph, node.name, in_port))
        for attribute, values in sorted(arrived[node.name, out_port].items()):
            full = f"outputs.{out_port}.{attribute}"
            if full not in node.attributes:
                silent = _silent(graph, producers, attribute, arrived)
                attributes[full] = _joined(list(values.values()) + silent, full)
    return Node(node.id, node.location, attributes, node.role, node.inputs, node.outputs or tuple(ports), node.part_of)


def _silent(
    graph: Graph, producers: tuple[Edge, ...], attribute: str, arrived: dict[tuple[str, str], _Arrivals]
) -> list[Effective]:
    """An unknown option for each producer that says nothing of the attribute."""
    found = []
    for edge in producers:
        own = f"outputs.{edge.out_port}.{attribute}" in graph.nodes[edge.producer].attributes
        if not own and attribute not in arrived.get((edge.producer, edge.out_port), {}):
            reason = Unknown(f"`{edge.producer}` declares no {attribute}")
            fact = Fact(f"node:{edge.producer}", f"outputs.{edge.out_port}.{attribute}")
            found.append(Effective(reason, edge.location, (fact, Fact(edge.id)), inherited=True))
    return found


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
