"""Settings files that no stack uses: each is an application of its own, profiles are its variants.

In: the parts with settings, by path, and the key maps. Out: a graph for each gateway's configuration, and for each
application that a map knows. Promised: what a file says depends on the file and, for a profile, on the file that it is
put over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msdiff.load.claiming import Claims, port_name
from msdiff.load.compose.parts import Part
from msdiff.load.document import Reading
from msdiff.load.keymaps import ADDRESS, KeyMap, KeyMaps, Setting, stated
from msdiff.load.keymaps.gateway import Gateway, without_provider
from msdiff.load.serving import Tables
from msdiff.model.claim import GraphKey
from msdiff.model.location import Location
from msdiff.model.values import Unknown
from msdiff.syntax.tree import Mapping as Map

KIND = "Settings"
NAME = "settings"
MODEL = "model.id"


def applications(parts: Mapping[str, Part], tables: Tables, maps: KeyMaps) -> Iterator[Reading]:
    """The graphs of settings files."""
    for path, part in sorted(parts.items()):
        for one in (maps.by_name[name] for name in part.maps):
            claims = None
            if part.settings is not None and one.items is not None:
                claims = _gateway(path, part.settings, one, tables)
            elif part.settings is not None and one.alone:
                claims = _application(path, part.settings, one, parts)
            if claims is not None:
                yield Reading(claims.graph, tuple(claims.found), ())


def _gateway(path: str, root: Map, one: KeyMap, tables: Tables) -> Claims | None:
    gateway = Gateway(path, root, one, tables.role)
    if not gateway.aliases:
        return None
    claims = _started(path, GraphKey(graph_name(path), "", KIND), one.gateway)
    claims.say(f"node:{one.gateway}", "role", "gateway", Location(path, 1, 1, NAME))
    gateway.say(claims)
    return claims


def _application(path: str, root: Map, one: KeyMap, parts: Mapping[str, Part]) -> Claims | None:
    """The graph of a settings file; a profile inherits what it does not state from the file that it is put over."""
    profile = one.profile(path)
    if one.base and not profile and path.rpartition("/")[2] != one.base:
        return None  # of another application with words like these
    below = f"{path.rpartition('/')[0]}/{one.base}".lstrip("/") if profile else ""
    under = parts.get(below)
    if profile and (under is None or under.settings is None):
        return None
    base = under.settings if under is not None else None
    over = (root,) if base is None else (root, base)
    own = tuple(stated(path, root, one, over))
    taken = {(setting.key.of, setting.key.says) for setting in own}
    rest = one._replace(keys=tuple(key for key in one.keys if (key.of, key.says) not in taken))
    said = own if base is None else (*own, *stated(below, base, rest, over))
    if len({setting.key.path for setting in said}) < one.needs or (profile and not own):
        return None
    claims = _started(path, GraphKey(graph_name(below or path), profile, KIND), one.name)
    _parts(claims, one, said)
    return claims


def _started(path: str, graph: GraphKey, name: str) -> Claims:
    claims = Claims(graph)
    start = Location(path, 1, 1, NAME)
    claims.say("graph:", "", None, start)
    claims.say(f"node:{name}", "", None, start)
    return claims


def _parts(claims: Claims, one: KeyMap, said: tuple[Setting, ...]) -> None:
    """A node for each part that is spoken of, the application's call of it, and the edges between parts."""
    places: dict[str, Location] = {}
    for setting in said:
        if setting.key.says != ADDRESS:
            places.setdefault(setting.key.of, setting.place)
    stated_here = {(setting.key.of, setting.key.says) for setting in said}
    calls = {part: _part(claims, one, part, place) for part, place in places.items()}
    for setting in said:
        if setting.key.of in places and setting.key.says != ADDRESS:
            _attribute(claims, one, setting, calls[setting.key.of])
    for key in one.keys if one.inherits else ():
        if key.of in places and (key.of, key.says) not in stated_here and not key.says.startswith("edge."):
            open_ = Unknown(f"the file does not state it, and {one.inherits} may")
            claims.say(f"node:{key.of}", key.says, open_, places[key.of])
    for edge in one.edges:
        (start, out), (end, into) = edge.start, edge.end
        if start in places and end in places:
            element = claims.edge(f"{start}.{out}", f"{end}.{into}", places[start])
            claims.say(element, "edge.role", edge.role, places[start])


def _part(claims: Claims, one: KeyMap, part: str, place: Location) -> str:
    element, role = f"node:{part}", one.parts[part]
    claims.say(element, "", None, place)
    claims.say(element, "role", role, place)
    if role == "embedder":
        claims.say(element, "outputs.vector.type", "embedding", place)
        claims.say(element, "inputs.text.type", "text", place)
    if role == "vectorStore":
        claims.say(element, "inputs.query.type", "embedding", place)
    if role == "chunker":
        claims.say(element, "outputs.chunks.type", "text", place)
    call = claims.edge(f"{one.name}.{port_name(part)}", part, place)
    claims.say(call, "edge.kind", "call", place)
    return call


def _attribute(claims: Claims, one: KeyMap, setting: Setting, call: str) -> None:
    element = call if setting.key.says.startswith("edge.") else f"node:{setting.key.of}"
    value = setting.value
    if setting.key.says == MODEL and not isinstance(value, Unknown):
        provider, value = without_provider(str(value), one.providers)
        if provider:
            claims.say(element, "endpoint.provider", provider, setting.place)
    claims.say(element, setting.key.says, value, setting.place)


def graph_name(path: str) -> str:
    """What the application of a settings file is called: its path without the ending."""
    return path.rpartition(".")[0] or path
