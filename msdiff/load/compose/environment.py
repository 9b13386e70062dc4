"""What settings in the environment of services say of the nodes that they call, and of what runs inside of them.

In: the services of a stack, their calls, and the key maps. Out: `Application`s: attributes of nodes with the place that
states each, nodes inside of services, edges between the nodes of one map. Promised: a setting speaks of a node only if
its part has an address that leads there, or if the service calls one node of the part's role and no other; a part that
has no address runs inside only where its map says that it may.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msdiff.load.compose.links import Link
from msdiff.load.compose.project import Service
from msdiff.load.keymaps import ADDRESS, Key, KeyMap, KeyMaps
from msdiff.load.serving import Word
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value

MODEL = "model.id"
MODELS = ("embedder", "reranker", "generator")  # roles of what a gateway answers for


class Told(NamedTuple):
    """One attribute of a node, stated by a service that calls it. `part` is what its map calls the node."""

    node: str
    part: str
    attribute: str
    value: Value | Unknown
    place: Location


class Inside(NamedTuple):
    """A node that runs inside of a service: an embedder in the process of the application, its own index."""

    name: str
    part: str
    role: str
    service: Service
    place: Location


class Wire(NamedTuple):
    """What flows between two nodes that one service knows; both ends with their ports."""

    producer: str
    consumer: str
    role: str
    place: Location


class Application(NamedTuple):
    """What the settings of one service say."""

    told: tuple[Told, ...] = ()
    inside: tuple[Inside, ...] = ()
    wires: tuple[Wire, ...] = ()


class Calls:
    """Who calls which node, and what roles nodes have."""

    def __init__(self, links: tuple[Link, ...], roles: Mapping[str, str]) -> None:
        self.roles = roles
        self._by_source: dict[str, list[Link]] = {}
        for link in links:
            if link.target in roles:
                self._by_source.setdefault(link.source, []).append(link)

    def gateway(self, source: str) -> bool:
        """Whether a service calls a gateway: then its models are asked for there, and run nowhere inside."""
        return any(self.roles[link.target] == "gateway" for link in self._by_source.get(source, ()))

    def any(self, source: str) -> bool:
        """Whether a service calls anything of the graph."""
        return source in self._by_source

    def target(self, source: str, part: str, role: str, addresses: frozenset[str]) -> str:
        """The node that a part of a map is for a service, "" where that is open."""
        links = self._by_source.get(source, ())
        addressed = {link.target for link in links if link.setting in addresses}
        if addressed:
            return addressed.pop() if len(addressed) == 1 else ""
        known = {link.target for link in links if self.roles[link.target] == role}
        return known.pop() if len(known) == 1 else ""


def application_of(one: Service, calls: Calls, maps: KeyMaps, *, serves: bool) -> Application:
    """What the settings of a service say. One that `serves` itself has no say by a file that it shares with others."""
    if one.defaults and not serves:
        one = one._replace(env={**one.defaults, **one.env})
    own = {name for name in one.env if name not in one.shared}
    counted = maps.meant(one.env if calls.any(one.name) and not serves else own)
    if not counted or not (own & counted.keys() or calls.any(one.name)):
        return Application()
    found = [_of_map(one, maps.by_name[name], keys, calls) for name, keys in _by_map(counted).items()]
    return Application(
        tuple(told for said in found for told in said.told),
        tuple(node for said in found for node in said.inside),
        tuple(wire for said in found for wire in said.wires),
    )


def _by_map(counted: Mapping[str, tuple[Key, ...]]) -> Mapping[str, tuple[Key, ...]]:
    found: dict[str, list[Key]] = {}
    for keys in counted.values():
        for key in keys:
            found.setdefault(key.map, []).append(key)
    return {name: tuple(keys) for name, keys in found.items()}


def _of_map(one: Service, about: KeyMap, keys: tuple[Key, ...], calls: Calls) -> Application:
    """What the settings say that one map knows."""
    said: list[tuple[Key, Value | Unknown]] = []
    for key in keys:
        value = None if key.says == ADDRESS else _value(one.env[key.env], key)
        if value is not None:
            said.append((key, value))
    nodes: dict[str, str] = {}
    inside: dict[str, Inside] = {}
    for part, place in _parts(one, about, said):
        role = about.parts[part]
        addresses = frozenset(key.env for key in about.keys if key.of == part and key.says == ADDRESS and key.env)
        target = calls.target(one.name, part, role, addresses)
        if target:
            nodes[part] = target
        elif (
            part in about.inside
            and not (role in MODELS and calls.gateway(one.name))
            and not any(one.env[name].text.strip("\"'") for name in addresses if name in one.env)
        ):
            nodes[part] = f"{one.name}/{part}"
            inside[part] = Inside(nodes[part], part, role, one, place)
    told = tuple(
        Told(nodes[key.of], key.of, key.says, value, one.env[key.env].place)
        for key, value in said
        if key.of in nodes and (key.says == MODEL or key.of in inside or calls.roles[nodes[key.of]] == key.role)
    )
    return Application(told, tuple(inside.values()), tuple(_wires(about, nodes, inside)))


def _parts(one: Service, about: KeyMap, said: list[tuple[Key, Value | Unknown]]) -> Iterator[tuple[str, Location]]:
    """The parts that settings speak of, and those that come with them."""
    found: dict[str, Location] = {}
    for key, _ in said:
        found.setdefault(key.of, one.env[key.env].place)
    for edge in about.edges:
        if edge.always and edge.start[0] in found:
            found.setdefault(edge.end[0], found[edge.start[0]])
    yield from found.items()


def _wires(about: KeyMap, nodes: Mapping[str, str], inside: Mapping[str, Inside]) -> Iterator[Wire]:
    """The edges of a map of which an end runs inside; those between servers are found by their callers."""
    for edge in about.edges:
        (start, out), (end, into) = edge.start, edge.end
        here = inside.get(start) or inside.get(end)
        if start in nodes and end in nodes and here is not None:
            yield Wire(f"{nodes[start]}.{out}", f"{nodes[end]}.{into}", edge.role, here.place)


def _value(word: Word, key: Key) -> Value | Unknown:
    if word.missing:
        return Unknown(f"nothing sets {', '.join(word.missing)}")
    return key.value(word.text)


def models_asked(told: Iterable[Told], served: frozenset[str]) -> Iterator[Told]:
    """The models of nodes that say none themselves (`served` do): what they are asked for, if it is one model."""
    asked: dict[str, list[Told]] = {}
    for one in told:
        if one.attribute == MODEL and one.node not in served:
            asked.setdefault(one.node, []).append(one)
    for found in asked.values():
        if len({one.part for one in found}) == 1:
            yield from found
