"""The wire table (`rules/wires.yaml`) made ready: which checks have something to decide on a given edge.

In: the table's rows as plain data. Out: for an edge, the rows of which the side that calls for a decision is declared, and the
two effective values. Work per edge is proportional to what its ends declare, not to the number of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msdiff.model.graph import Edge, Effective, Fact, Graph, Node
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, canonical

MODIFIERS = {
    "bound": ("overflow",),
    "range": ("uses",),
    "member": (),
    "subset": ("default",),
}  # read beside the two sides


class Wire(NamedTuple):
    """One row: a check, its law, and where its two sides are read."""

    check: str
    law: str
    offers: str
    requires: str
    exists: str
    roles: tuple[str, ...]
    modifiers: tuple[str, ...]
    order: int


class Numbers(dict[tuple[str, str], int | None]):
    """A number that ports (node, name) have in common which declare the same, at nodes of one role; `None` for the few whose
    rows look beyond the two ports. Worked out when it is asked for."""

    def __init__(self, found: Callable[[str, str], int | None]) -> None:
        super().__init__()
        self._found = found

    def __missing__(self, port: tuple[str, str]) -> int | None:
        number = self[port] = self._found(*port)
        return number


class Wires:
    """The rows by what calls for them, made once for all graphs."""

    def __init__(self, rows: Mapping[str, Mapping[str, Any]]) -> None:
        self.by_port: dict[str, Wire] = {}  # attribute of the two ports -> row
        self.by_input: dict[str, Wire] = {}  # attribute of the consumer's input that calls for it
        self.by_edge: dict[str, list[Wire]] = {}  # attribute of the edge that calls for it
        self.by_role: dict[str, list[Wire]] = {}  # role of the consumer
        for order, (check, row) in enumerate(rows.items()):
            self._place(_wire(check, row, order))

    def _place(self, wire: Wire) -> None:
        caller = wire.offers if wire.exists == "offers" else wire.requires
        if wire.roles:
            for role in wire.roles:
                self.by_role.setdefault(role, []).append(wire)
        elif caller.startswith("edge."):
            self.by_edge.setdefault(caller, []).append(wire)
        elif wire.offers != f"out.{wire.check}":
            self.by_input[caller.removeprefix("in.")] = wire
        else:
            self.by_port[wire.check] = wire


class WireTable:
    """The rows over one graph."""

    def __init__(self, wires: Wires, graph: Graph) -> None:
        self._graph = graph
        self._by_port, self._by_input = wires.by_port, wires.by_input
        self._by_edge, self._by_role = wires.by_edge, wires.by_role
        self.offers = Numbers(self._offer)
        self.demands = Numbers(self._demand)
        self._numbers: dict[tuple[object, ...], int] = {}
        self._ports: dict[tuple[str, str], frozenset[str]] = {}
        self._chosen: dict[tuple[frozenset[str], frozenset[str]], tuple[Wire, ...]] = {}

    def _offer(self, node: str, port: str) -> int | None:
        return self._number(node, f"outputs.{port}.")

    def _demand(self, node: str, port: str) -> int | None:
        plain = self._graph.nodes[node].role not in self._by_role
        return self._number(node, f"inputs.{port}.") if plain else None

    def _number(self, node: str, prefix: str) -> int | None:
        names = self._declared(node, prefix)
        found = self._graph.nodes[node]
        if not names.isdisjoint(self._by_input) or any(found.attributes[prefix + name].options for name in names):
            return None
        said = ((name, canonical(found.attributes[prefix + name].value)) for name in sorted(names))
        return self._numbers.setdefault((prefix[0], found.role, *said), len(self._numbers))

    def present(self, edge: Edge) -> list[Wire]:
        """The rows that have something to decide on this edge, in the table's order."""
        out = self._declared(edge.producer, f"outputs.{edge.out_port}.")
        into = self._declared(edge.consumer, f"inputs.{edge.in_port}.")
        wires = list(self._by_names(out, into))
        wires.extend(wire for name in edge.attributes if name in self._by_edge for wire in self._by_edge[name])
        by_role = self._by_role.get(self._graph.nodes[edge.consumer].role, ())
        wires.extend(wire for wire in by_role if self.required(wire, edge).claims)
        return [wire for wire in wires if wire.exists != "both" or self._both(wire, edge)]

    def _both(self, wire: Wire, edge: Edge) -> bool:
        return bool(self.offered(wire, edge).claims and self.required(wire, edge).claims)

    def _declared(self, node: str, prefix: str) -> frozenset[str]:
        found = self._ports.get((node, prefix))
        if found is None:
            size = len(prefix)
            names = frozenset(name[size:] for name in self._graph.nodes[node].attributes if name.startswith(prefix))
            found = self._ports[node, prefix] = names
        return found

    def _by_names(self, out: frozenset[str], into: frozenset[str]) -> tuple[Wire, ...]:
        found = self._chosen.get((out, into))
        if found is None:
            wires = [self._by_port[name] for name in out | into if name in self._by_port]
            wires = [wire for wire in wires if _calls(wire, out, into)]
            wires += [self._by_input[name] for name in into if name in self._by_input]
            found = self._chosen[out, into] = tuple(sorted(wires, key=lambda wire: wire.order))
        return found

    def offered(self, wire: Wire, edge: Edge) -> Effective:
        return _side(wire.offers, self._graph, edge)

    def required(self, wire: Wire, edge: Edge) -> Effective:
        return _side(wire.requires, self._graph, edge)


def _wire(check: str, row: Mapping[str, Any], order: int) -> Wire:
    law = str(row["law"])
    return Wire(
        check,
        law,
        str(row.get("offers", f"out.{check}")),
        str(row.get("requires", f"in.{check}")),
        str(row.get("exists", "either")),
        tuple(row.get("roles", ())),
        MODIFIERS.get(law, ()),
        order,
    )


def _calls(wire: Wire, out: frozenset[str], into: frozenset[str]) -> bool:
    if wire.exists == "requires":
        return wire.check in into
    if wire.exists == "offers":
        return wire.check in out
    return True


def _side(place: str, graph: Graph, edge: Edge) -> Effective:
    side, _, name = place.partition(".")
    if side in ("out", "in") and not (edge.out_port if side == "out" else edge.in_port):
        return _no_port(graph.nodes[edge.producer if side == "out" else edge.consumer], side)
    if side == "out":
        return graph.nodes[edge.producer].effective(f"outputs.{edge.out_port}.{name}")
    if side == "in":
        return graph.nodes[edge.consumer].effective(f"inputs.{edge.in_port}.{name}")
    if side == "edge":
        return edge.effective(place)
    node = graph.nodes[edge.producer if side == "producer" else edge.consumer]
    if name.startswith("outputs."):
        return _any_output(node, name.removeprefix("outputs."))
    return node.effective(name)


def _no_port(node: Node, side: str) -> Effective:
    """What a node without ports says of them: nothing, and a port would change that."""
    group = "outputs" if side == "out" else "inputs"
    return Effective(Unknown(f"`{node.name}` declares no {group}"), node.location, (Fact(node.id, group),))


def _any_output(node: Node, name: str) -> Effective:
    """The first output that declares it."""
    for port in node.outputs:
        if f"outputs.{port}.{name}" in node.attributes:
            return node.attributes[f"outputs.{port}.{name}"]
    return node.effective(f"outputs.{node.outputs[0] if node.outputs else ''}.{name}")
