"""A graph at one version: elements, their effective values, and what each value rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

from msdiff.model.claim import Claim, GraphKey
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value


class Fact(NamedTuple):
    """The unit of support: one attribute of one element, or (empty attribute) that the element exists at all.

    `element` is `node:NAME`, `edge:KEY`, `slo:NAME`, `policy:NAME` or `graph:`. A change touches exactly one fact, so the
    causes of an obligation are the changes whose fact stands in its support.
    """

    element: str
    attribute: str = ""


class Effective(NamedTuple):
    """What the graph's view of an attribute is, and what it rests on.

    `facts` name what would have to change for the value to change; `claims` are the statements behind it, own statement
    first. `inherited` tells a value that came through `passes` (or was worked out) from one that the element states.
    Where several producers arrive with different values, `options` holds one `Effective` for each and `value` is unknown.
    """

    value: Value | Unknown
    location: Location
    facts: tuple[Fact, ...]
    claims: tuple[Claim, ...] = ()
    inherited: bool = False
    options: tuple[Effective, ...] = ()

    @property
    def is_of_table(self) -> bool:
        """Whether the value that counts is no file's but a table's (see `Claim`)."""
        return bool(self.claims) and self.claims[0].is_of_table

    @property
    def alternatives(self) -> tuple[Effective, ...]:
        """Each value that may hold: the options, or this one."""
        return self.options or (self,)


class _Attributed:
    """What every element can be asked."""

    __slots__ = ()
    id: str
    location: Location
    attributes: Mapping[str, Effective]

    @property
    def name(self) -> str:
        return self.id.partition(":")[2]

    def effective(self, attribute: str) -> Effective:
        """The attribute's effective value; unknown, with the reason, where nothing states it."""
        found = self.attributes.get(attribute)
        if found is not None:
            return found
        reason = f"`{self.name}` declares no {attribute}"
        return Effective(Unknown(reason), self.location, (Fact(self.id, attribute),))

    def value(self, attribute: str) -> Value | Unknown:
        return self.effective(attribute).value

    def stated(self, attribute: str, default: Value = None) -> Value:
        """The value, or `default` where it is unknown. For attributes whose absence has a meaning."""
        found = self.attributes.get(attribute)
        if found is None or isinstance(found.value, Unknown):
            return default
        return found.value


class _Item(NamedTuple):
    id: str
    location: Location
    attributes: Mapping[str, Effective]


class Item(_Item, _Attributed):
    """Something with a name and attributes and no ends: an SLO (`slo:answer`), a policy, the graph's metadata (`graph:`)."""

    __slots__ = ()


class _Node(NamedTuple):
    id: str
    location: Location
    attributes: Mapping[str, Effective]
    role: str = "custom"
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    part_of: str | None = None


class Node(_Node, _Attributed):
    """A component. `inputs` and `outputs` are the names of its ports, sorted: the order of keys means nothing.

    A step of a ModelSpec that a node refers to is `part_of` that node.
    """

    __slots__ = ()


class _Edge(NamedTuple):
    id: str
    location: Location
    attributes: Mapping[str, Effective]
    producer: str = ""
    out_port: str = ""
    consumer: str = ""
    in_port: str = ""
    resolved: bool = True


class Edge(_Edge, _Attributed):
    """Data flow from `producer`'s output port to `consumer`'s input port ("" where the node declares no ports).

    Its id is `edge:PRODUCER.PORT->CONSUMER.PORT`. An edge end that does not resolve is a broken `Reference` of the graph;
    such an edge is kept, with the name that was written, but `Graph.outgoing` and `Graph.incoming` leave it out.
    """

    __slots__ = ()

    @property
    def kind(self) -> str:
        return str(self.stated("edge.kind", "sync"))


Element: TypeAlias = Item | Node | Edge


class Reference(NamedTuple):
    """A name that must resolve: who says it, what it says, and whether something of that name exists."""

    element: str
    attribute: str
    name: str
    location: Location
    resolves: bool
    nearest: str | None = None
    problem: str = ""  # "no node `rerankr`", "node `llm` has no input `doc`"


class Disagreement(NamedTuple):
    """Two statements about one attribute of one node that differ: the node's own, which counts, and its spec's."""

    element: str
    attribute: str
    counted: Effective
    other: Effective


class Graph(NamedTuple):
    """One application at one version, pass-through already applied.

    `tabled` holds what no file says and a table of model facts does.
    """

    key: GraphKey
    location: Location
    meta: Item
    nodes: Mapping[str, Node]
    edges: Mapping[str, Edge]  # by id without "edge:"
    slos: Mapping[str, Item]
    policies: Mapping[str, Item]
    references: tuple[Reference, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    outgoing: Mapping[str, tuple[Edge, ...]] = MappingProxyType({})
    incoming: Mapping[str, tuple[Edge, ...]] = MappingProxyType({})
    tabled: Mapping[Fact, Claim] = MappingProxyType({})

    @property
    def label(self) -> str:
        return self.key.label

    def element(self, id: str) -> Element | None:
        """The element with this id, or `None`."""
        kind, _, name = id.partition(":")
        if kind == "node":
            return self.nodes.get(name)
        if kind == "edge":
            return self.edges.get(name)
        if kind == "slo":
            return self.slos.get(name)
        if kind == "policy":
            return self.policies.get(name)
        return self.meta

    def elements(self) -> Iterator[Element]:
        """Every element, the graph's own metadata first."""
        yield self.meta
        yield from self.nodes.values()
        yield from self.edges.values()
        yield from self.slos.values()
        yield from self.policies.values()

    def optional(self, edge: Edge) -> bool:
        """Whether the dependency is optional: the consumer, the edge or the input port says `required: false`."""
        consumer = self.nodes[edge.consumer]
        return (
            edge.stated("edge.required", True) is False
            or consumer.stated("required", True) is False
            or (edge.in_port != "" and consumer.stated(f"inputs.{edge.in_port}.required", True) is False)
        )
