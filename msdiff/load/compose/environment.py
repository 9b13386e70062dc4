"""What settings in the environment of services say of the nodes that they call.

In: the services that belong to the graph, their calls, and the key maps. Out: attributes of the nodes that a map's parts
are, with the place that states each. Promised: a setting speaks of a node only if its part has an address that leads
there, or if the service calls one node of the part's role and no other.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msdiff.load.compose.links import Link
from msdiff.load.compose.project import Service
from msdiff.load.keymaps import ADDRESS, Key, KeyMaps
from msdiff.load.serving import Word
from msdiff.model.location import Location
from msdiff.model.values import Unknown, Value

MODEL = "model.id"


class Told(NamedTuple):
    """One attribute of a node, stated by a service that calls it. `source` is that service, `part` what it calls the node."""

    node: str
    source: str
    part: str
    attribute: str
    value: Value | Unknown
    place: Location


class Calls:
    """Who calls which node, and what roles nodes have."""

    def __init__(self, links: tuple[Link, ...], roles: Mapping[str, str]) -> None:
        self.roles = roles
        self._by_source: dict[str, list[Link]] = {}
        for link in links:
            if link.target in roles:
                self._by_source.setdefault(link.source, []).append(link)

    def target(self, source: str, key: Key, maps: KeyMaps) -> str:
        """The node that a part of a map is for a service, "" where that is open."""
        links = self._by_source.get(source, ())
        settings = {one.env for one in maps.by_name[key.map].keys if one.of == key.of and one.says == ADDRESS}
        addressed = {link.target for link in links if link.setting in settings}
        if addressed:
            return addressed.pop() if len(addressed) == 1 else ""
        known = {link.target for link in links if self.roles[link.target] == key.role}
        return known.pop() if len(known) == 1 else ""


def told_by(one: Service, calls: Calls, maps: KeyMaps) -> Iterator[Told]:
    """What the settings of a service say of the nodes that it calls."""
    for name, keys in maps.meant(one.env).items():
        for key in keys:
            value = None if key.says == ADDRESS else _value(one.env[name], key)
            node = calls.target(one.name, key, maps) if value is not None else ""
            if node and (key.says == MODEL or calls.roles[node] == key.role):
                assert value is not None
                yield Told(node, one.name, key.of, key.says, value, one.env[name].place)


def _value(word: Word, key: Key) -> Value | Unknown:
    if word.missing:
        return Unknown(f"nothing sets {', '.join(word.missing)}")
    return key.value(word.text)


def models_asked(told: tuple[Told, ...], served: frozenset[str]) -> Iterator[Told]:
    """The models of nodes that say none themselves (`served` do): what they are asked for, if it is one model."""
    asked: dict[str, list[Told]] = {}
    for one in told:
        if one.attribute == MODEL and one.node not in served:
            asked.setdefault(one.node, []).append(one)
    for found in asked.values():
        if len({one.part for one in found}) == 1:
            yield from found
