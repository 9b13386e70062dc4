"""Settings files that no stack uses: each is an application of its own.

In: the parts with settings, by path, and the key maps. Out: a graph for each gateway's configuration. Promised: what a
file says depends on the file alone.
"""

from collections.abc import Iterator, Mapping

from msdiff.load.claiming import Claims
from msdiff.load.compose.parts import Part
from msdiff.load.document import Reading
from msdiff.load.keymaps import KeyMaps
from msdiff.load.keymaps.gateway import Gateway
from msdiff.load.serving import Tables
from msdiff.model.claim import GraphKey
from msdiff.model.location import Location

KIND = "Settings"
NAME = "settings"


def applications(parts: Mapping[str, Part], tables: Tables, maps: KeyMaps) -> Iterator[Reading]:
    """The graphs of settings files."""
    for path, part in sorted(parts.items()):
        for name in part.maps:
            one = maps.by_name[name]
            if one.items is None or part.settings is None:
                continue
            gateway = Gateway(path, part.settings, one, tables.role)
            if not gateway.aliases:
                continue
            claims = Claims(GraphKey(graph_name(path), "", KIND))
            start = Location(path, 1, 1, NAME)
            claims.say("graph:", "", None, start)
            claims.say(f"node:{one.gateway}", "", None, start)
            claims.say(f"node:{one.gateway}", "role", "gateway", start)
            gateway.say(claims)
            yield Reading(claims.graph, tuple(claims.found), ())


def graph_name(path: str) -> str:
    """What the application of a settings file is called: its path without the ending."""
    return path.rpartition(".")[0] or path
