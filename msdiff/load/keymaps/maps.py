"""Key maps ready to be asked: which setting of an application means which attribute of which node.

In: plain data of `rules/tables/keymap-*.yaml` and of a team's own maps. Out: what a variable or a key path means, and
values as attributes want them. Promised: a setting means nothing unless a map says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from msdiff.model.records import NamedTuple
from msdiff.model.values import Value

ADDRESS = "address"
_COUNT = re.compile(r"\d{1,15}(?:_\d{3})*")
_NUMBER = re.compile(r"[-+]?(?:\d{1,15}(?:\.\d{0,9})?|\.\d{1,9})")
_TIME = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*(ms|s|m|h)?")
_IN_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
_ON, _OFF = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})


class Key(NamedTuple):
    """One setting: `says` is an attribute, or `address`; `of` is the part of the map that it speaks of."""

    map: str
    of: str
    role: str
    says: str
    kind: str
    env: str
    path: tuple[str, ...]
    common: bool = False  # other applications have a variable of this name, too: it is no sign of this one
    item: tuple[str, ...] = ()  # the path in an entry of a list, `path` is () then
    on: str = ""  # the condition under which what it says holds
    when: tuple[tuple[tuple[str, ...], str], ...] = ()  # it counts where these other keys have these values

    @property
    def fact(self) -> str:
        """What is equal for all statements of one fact."""
        return f"{self.map}/{self.of}.{self.says}"

    def value(self, raw: Value) -> Value:
        """The value as the attribute wants it; `None` where it says nothing."""
        return value_of(self.kind, raw)


class Flow(NamedTuple):
    """An edge between two parts: part and port of either end. `always`: where the first part is, the other one is, too."""

    start: tuple[str, str]
    end: tuple[str, str]
    role: str
    always: bool


class Items(NamedTuple):
    """A list of which each entry is a node of a gateway. `modes` are words of the entry's mode to roles."""

    list: tuple[str, ...]
    name: tuple[str, ...]
    id: tuple[str, ...]
    mode: tuple[str, ...]
    modes: Mapping[str, str]
    default: str


class Guards(NamedTuple):
    """A list of guards of a gateway. One counts that is `on` for all requests and whose mode is among `before`."""

    list: tuple[str, ...]
    name: tuple[str, ...]
    mode: tuple[str, ...]
    on: tuple[str, ...]
    before: frozenset[str]


class KeyMap(NamedTuple):
    """The settings of one application."""

    name: str
    needs: int  # variables of its own that must stand together before any of them counts
    files: tuple[str, ...]  # ends of names of files that may hold settings
    marks: tuple[bytes, ...]  # a settings file holds all of them
    parts: Mapping[str, str]  # part -> role
    keys: tuple[Key, ...]
    about: Mapping[str, Any]
    gateway: str = ""  # the name of the node that an application with `items` is
    items: Items | None = None
    guards: Guards | None = None
    providers: frozenset[str] = frozenset()  # what may stand before `/` in the name of a model
    alone: bool = False  # a settings file is an application by itself
    inherits: str = ""  # what says what a settings file does not state, and is not in the repository
    base: str = ""  # the name of the file that profiles are put over
    profiles: tuple[str, str] = ("", "")  # how the name of a profile's file begins and ends
    inside: frozenset[str] = frozenset()  # parts that run in the application's own process where they have no address
    edges: tuple[Flow, ...] = ()

    def profile(self, path: str) -> str:
        """The profile that a file is, by its name; "" for one that is none."""
        before, behind = self.profiles
        name = path.rpartition("/")[2]
        fits = before and name.startswith(before) and name.endswith(behind) and len(name) > len(before + behind)
        return name[len(before) : -len(behind)] if fits else ""


class KeyMaps:
    """All key maps."""

    def __init__(self, maps: Iterable[KeyMap]) -> None:
        self.maps = tuple(maps)
        self.by_name = {one.name: one for one in self.maps}

    @cached_property
    def by_env(self) -> Mapping[str, tuple[Key, ...]]:
        """Keys by the name of their variable."""
        found: dict[str, list[Key]] = {}
        for one in self.maps:
            for key in one.keys:
                if key.env:
                    found.setdefault(key.env, []).append(key)
        return {name: tuple(keys) for name, keys in found.items()}

    def knowing(self, data: bytes, path: str = "") -> tuple[KeyMap, ...]:
        """The maps whose marks a file has, or whose profile it is by its name."""
        found = (one for one in self.maps if one.marks)
        return tuple(one for one in found if one.profile(path) or all(mark in data for mark in one.marks))

    def meant(self, names: Iterable[str]) -> Mapping[str, tuple[Key, ...]]:
        """What variables that stand together mean: those of maps of which enough are there."""
        found = {name: keys for name in names if (keys := self.by_env.get(name))}
        seen: dict[str, set[str]] = {}
        for name, keys in found.items():
            for key in keys:
                if not key.common:
                    seen.setdefault(key.map, set()).add(name)
        enough = {name for name, there in seen.items() if len(there) >= self.by_name[name].needs}
        return {name: kept for name, keys in found.items() if (kept := tuple(one for one in keys if one.map in enough))}


def keymaps_of(data: Mapping[str, Any]) -> KeyMaps:
    """The maps from plain data, by name."""
    return KeyMaps(_keymap(one) for _, one in sorted(data.items()))


def _keymap(data: Mapping[str, Any]) -> KeyMap:
    parts = data.get("parts", {})
    return KeyMap(
        name=data["keyMap"],
        needs=int(data.get("needs", 2)),
        files=tuple(data.get("files", ())),
        marks=tuple(one.encode() for one in data.get("marks", ())),
        parts=parts,
        keys=tuple(_key(data["keyMap"], row, parts) for row in data["keys"]),
        about={name: data[name] for name in ("title", "follows", "source") if name in data},
        gateway=data.get("gateway", ""),
        items=_items(data["items"]) if "items" in data else None,
        guards=_guards(data["guards"]) if "guards" in data else None,
        providers=frozenset(data.get("providers", ())),
        alone=bool(data.get("alone")),
        inherits=data.get("inherits", ""),
        base=data.get("base", ""),
        profiles=_around(data.get("profiles", "")),
        inside=frozenset(data.get("inside", ())),
        edges=tuple(map(_flow, data.get("edges", ()))),
    )


def _key(name: str, row: Mapping[str, Any], parts: Mapping[str, str]) -> Key:
    of = row.get("of", "")
    return Key(
        name,
        of,
        parts.get(of, ""),
        row["says"],
        row.get("as", "text"),
        row.get("env", ""),
        steps(row.get("path", "")),
        bool(row.get("common")),
        steps(row.get("item", "")),
        row.get("on", ""),
        tuple((steps(path), word) for path, word in row.get("when", {}).items()),
    )


def _guards(data: Mapping[str, Any]) -> Guards:
    where, name, mode, on = (steps(data[key]) for key in ("list", "name", "mode", "on"))
    return Guards(where, name, mode, on, frozenset(data["before"]))


def _around(pattern: str) -> tuple[str, str]:
    """What stands before and behind the `*` of a file name."""
    before, _, behind = pattern.partition("*")
    return before, behind


def _flow(data: Mapping[str, Any]) -> Flow:
    start, _, out = data["from"].rpartition(".")
    end, _, into = data["to"].rpartition(".")
    return Flow((start, out), (end, into), data.get("role", "input"), bool(data.get("always")))


def _items(data: Mapping[str, Any]) -> Items:
    where, name, id, mode = (steps(data.get(key, "")) for key in ("list", "name", "id", "mode"))
    return Items(where, name, id, mode, data.get("modes", {}), data["default"])


def steps(path: str) -> tuple[str, ...]:
    """The keys of a path."""
    return tuple(path.split(".")) if path else ()


def value_of(kind: str, raw: Value) -> Value:
    """A raw value as this kind of attribute wants it; `None` where it says nothing."""
    if raw is None or isinstance(raw, tuple | Mapping):
        return None
    text = str(raw).strip().strip("\"'").strip()
    if kind in ("count", "tries"):
        if not _COUNT.fullmatch(text):
            return None
        number = int(text.replace("_", ""))
        return number + 1 if kind == "tries" else number or None
    if kind == "number":
        return _whole(float(text)) if _NUMBER.fullmatch(text) else None
    if kind in _IN_MS:
        found = _TIME.fullmatch(text)
        return _whole(float(found[1]) * _IN_MS[found[2] or kind]) if found else None
    if kind == "switch":
        word = text.lower()
        return True if word in _ON else False if word in _OFF else None
    return text or None


def _whole(number: float) -> float | int:
    return int(number) if number.is_integer() else number
