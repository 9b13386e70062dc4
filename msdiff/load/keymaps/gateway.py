"""A model gateway's configuration: aliases, the models behind them, tries, time limits, fallbacks.

In: a settings file's tree and its key map. Out: claims: the gateway calls a node for each alias. Promised: an alias with
several deployments is one node; a fallback that names no alias stays a name that does not resolve; of an address only
the host is told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from msdiff.load.addresses import addresses
from msdiff.load.claiming import Claims, port_name
from msdiff.load.keymaps.maps import ADDRESS, Items, Key, KeyMap, value_of
from msdiff.load.keymaps.settings_files import NAME, at, is_hidden, read_value
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value
from msdiff.settings import name_matches
from msdiff.syntax.tree import Mapping as Map
from msdiff.syntax.tree import Scalar, Sequence, Tree

MAX_ITEMS = 2_000
MODEL = "model.id"
NOBODY: Mapping[str, str] = {}


class Alias(NamedTuple):
    """A name that callers ask for, and the entries behind it."""

    name: str
    role: str
    place: Location
    entries: tuple[Map, ...]


class Stated(NamedTuple):
    """One value of a setting."""

    value: Value | Unknown
    place: Location


class Gateway:
    """One configuration. `name` is its node, `hosts` are the services of its stack by address."""

    def __init__(
        self,
        path: str,
        root: Map,
        one: KeyMap,
        role_of: Callable[[str], str | None],
        name: str = "",
        hosts: Mapping[str, str] = NOBODY,
    ) -> None:
        assert one.items is not None  # it is a gateway's map
        self._path = path
        self._root = root
        self._map = one
        self._name = name or one.gateway
        self._hosts = hosts
        self._taken = frozenset((*hosts.values(), self._name))
        self.aliases = tuple(self._aliases(one.items, role_of))
        self._nodes = tuple(self.node(one.name) for one in self.aliases)
        self._by_id = {id: alias.name for alias in self.aliases for id in _ids(alias, one.items)}

    def _aliases(self, items: Items, role_of: Callable[[str], str | None]) -> Iterator[Alias]:
        found: dict[str, list[Map]] = {}
        places: dict[str, Location] = {}
        tree = at(self._root, items.list)
        for one in tree.items[:MAX_ITEMS] if isinstance(tree, Sequence) else ():
            name = at(one, items.name)
            if isinstance(one, Map) and isinstance(name, Scalar) and name.text:
                found.setdefault(name.text, []).append(one)
                places.setdefault(name.text, self._at(name))
        for text, entries in found.items():
            yield Alias(text, self._role(entries, items, role_of), places[text], tuple(entries))

    def _role(self, entries: list[Map], items: Items, role_of: Callable[[str], str | None]) -> str:
        """What the mode of an entry says, else what the name of its model does."""
        for one in entries:
            mode = at(one, items.mode)
            if isinstance(mode, Scalar) and mode.text in items.modes:
                return items.modes[mode.text]
        models = (at(one, key.item) for one in entries for key in self._map.keys if key.says == MODEL)
        named = (role_of(one.text) for one in models if isinstance(one, Scalar))
        return next(filter(None, named), items.default)

    def say(self, claims: Claims) -> None:
        """All that the configuration says."""
        last = self._guards(claims)
        for alias in self.aliases:
            self._alias(alias, last if alias.role == "generator" else self._name, claims)
        self._names(claims)
        self._fallbacks(claims)

    def node(self, alias: str) -> str:
        """The name of an alias's node: its own, unless another node has it."""
        return f"{self._name}/{alias}" if alias in self._taken else alias

    def _guards(self, claims: Claims) -> str:
        """The guards that every request passes, one after another; the last node before the models."""
        last = self._name
        for name, place in self._always().items():
            node = f"{self._name}/{name}"
            claims.say(f"node:{node}", "", None, place)
            claims.say(f"node:{node}", "role", "guardrail", place)
            claims.say(f"node:{node}", "guard.stage", "input", place)
            claims.edge(f"{last}.{port_name(name)}", node, place)  # no call: answers do not come back this way
            last = node
        return last

    def _always(self) -> Mapping[str, Location]:
        """The guards that are on for all requests, before a model sees them."""
        found: dict[str, Location] = {}
        guards = self._map.guards
        tree = at(self._root, guards.list) if guards is not None else None
        if guards is None or not isinstance(tree, Sequence):
            return found
        for one in tree.items[:MAX_ITEMS]:
            name, mode, on = (at(one, path) for path in (guards.name, guards.mode, guards.on))
            modes = mode.items if isinstance(mode, Sequence) else (mode,)
            before = any(isinstance(word, Scalar) and word.text in guards.before for word in modes)
            always = isinstance(on, Scalar) and value_of("switch", on.value) is True
            if before and always and isinstance(name, Scalar) and name.text:
                found.setdefault(name.text, self._at(name))
        return found

    def _alias(self, alias: Alias, caller: str, claims: Claims) -> None:
        element = f"node:{self.node(alias.name)}"
        claims.say(element, "", None, alias.place)
        claims.say(element, "role", alias.role, alias.place)
        self._model(alias, element, claims)
        edge = claims.edge(f"{caller}.{port_name(alias.name)}", self.node(alias.name), alias.place)
        if caller == self._name:
            claims.say(edge, "edge.kind", "call", alias.place)
        for key in self._map.keys:
            if key.says in (MODEL, ADDRESS) or key.kind in ("fallbacks", "names", "aliases"):
                continue
            if key.says.startswith("outputs.vector.") and alias.role != "embedder":
                continue
            for one in self._stated(key, alias):
                claims.say(edge if key.says.startswith("edge.") else element, key.says, one.value, one.place)

    def _model(self, alias: Alias, element: str, claims: Claims) -> None:
        """Model, provider and address of an alias; deployments of several models are one name of them all."""
        models = [one for key in self._map.keys if key.says == MODEL for one in self._stated(key, alias)]
        models = [] if "*" in alias.name else models
        known = [one.value for one in models if isinstance(one.value, str)]
        parts = [without_provider(one, self._map.providers) for one in known]
        if len(known) < len(models) or len({name for _, name in parts}) < 2:
            for one in models:
                value = without_provider(one.value, self._map.providers)[1] if isinstance(one.value, str) else one.value
                claims.say(element, MODEL, value, one.place)
        else:
            claims.say(element, MODEL, " or ".join(sorted({name for _, name in parts})), models[0].place)
        providers = {provider for provider, _ in parts}
        if len(providers) == 1 and (provider := providers.pop()):
            claims.say(element, "endpoint.provider", provider, models[0].place)
        if alias.role == "embedder":
            claims.say(element, "outputs.vector.type", "embedding", alias.place)
        self._addresses(alias, element, parts[0][1] if parts else "", claims)

    def _addresses(self, alias: Alias, element: str, model: str, claims: Claims) -> None:
        hosts: dict[str, Location] = {}
        for key in self._map.keys:
            for one in self._stated(key, alias) if key.says == ADDRESS else ():
                for address in addresses(one.value) if isinstance(one.value, str) else ():
                    hosts.setdefault(address.host, one.place)
        for host, place in hosts.items():
            if host in self._hosts:
                edge = claims.edge(f"{element.removeprefix('node:')}.api_base", self._hosts[host], place)
                claims.say(edge, "edge.kind", "call", place)
                if model:
                    claims.say(edge, "edge.model", model, place)
        if not hosts:
            claims.say(element, "endpoint.external", True, alias.place)
        outside = [host for host in hosts if host not in self._hosts]
        if len(hosts) == 1 and outside and outside[0]:
            claims.say(element, "endpoint.host", outside[0], hosts[outside[0]])

    def _stated(self, key: Key, alias: Alias) -> Iterator[Stated]:
        """What a setting says of an alias: of several deployments the least counts first."""
        if key.path:
            yield from self._scalar(self._root, key.path, key)
            return
        found = [one for entry in alias.entries for one in self._scalar(entry, key.item, key)]
        if all(isinstance(one.value, int | float) for one in found):
            found.sort(key=lambda one: one.value)  # type: ignore[arg-type,return-value]
        yield from found

    def _scalar(self, tree: Map, path: tuple[str, ...], key: Key) -> Iterator[Stated]:
        found = None if is_hidden(key) else at(tree, path)
        if isinstance(found, Scalar) and found.value is not None:
            value = read_value(found, key)
            if value is not None:
                yield Stated(value, self._at(found))

    def _at(self, tree: Tree) -> Location:
        return Location(self._path, tree.line, tree.column, NAME)

    def _names(self, claims: Claims) -> None:
        """What callers may ask the gateway for; open where an alias is a pattern."""
        names = {alias.name for alias in self.aliases}
        for key in self._map.keys:
            tree = at(self._root, key.path) if key.kind == "aliases" else None
            names |= tree.entries.keys() if isinstance(tree, Map) else set()
        if self.aliases and not any("*" in name for name in names):
            claims.say(f"node:{self._name}", "model.servedNames", tuple(sorted(names)), self.aliases[0].place)

    def _fallbacks(self, claims: Claims) -> None:
        said: set[str] = set()
        reached: dict[str, set[str]] = {}
        for key in self._map.keys:
            for alias, targets, place in self._lists(key):
                if key.on:
                    self._conditional(alias, targets, key, place, reached, claims)
                elif alias not in said:  # what is said of an alias by name counts before the default of all
                    said.add(alias)
                    value: Value = targets[0] if len(targets) == 1 else targets
                    claims.say(f"node:{alias}", key.says, value, place)

    def _conditional(
        self,
        alias: str,
        targets: tuple[str, ...],
        key: Key,
        place: Location,
        reached: dict[str, set[str]],
        claims: Claims,
    ) -> None:
        """Fallbacks for one kind of failure. One that would close a circle is left out: the gateway ends it by itself."""
        for target in targets:
            if alias in _closure(target, reached):
                continue
            reached.setdefault(alias, set()).add(target)
            edge = claims.edge(f"{alias}.{port_name(key.on)}", target, place)
            claims.say(edge, "edge.kind", "call", place)
            claims.say(edge, "edge.required", False, place)
            claims.say(edge, key.says, key.on, place)

    def _lists(self, key: Key) -> Iterator[tuple[str, tuple[str, ...], Location]]:
        """Alias, what steps in for it, and where that is said, in names of nodes; what holds for all comes last."""
        tree = at(self._root, key.path) if key.kind in ("fallbacks", "names") else None
        if not isinstance(tree, Sequence):
            return
        roles = {self.node(one.name): one.role for one in self.aliases}
        entries = [
            (name, entry.value) for item in tree.items if isinstance(item, Map) for name, entry in item.entries.items()
        ]
        for name, value in entries:
            alias = self._meant(name) if name != "*" else ""
            targets = tuple(
                one for one in self._targets(value) if one != alias
            )  # a deployment of its own is no other node
            if alias in self._nodes and targets:
                yield alias, targets, self._at(value)
        for value in (tree,) if key.kind == "names" else tuple(value for name, value in entries if name == "*"):
            targets = self._targets(value)
            for node, role in roles.items():
                if rest := tuple(one for one in targets if one != node and roles.get(one, role) == role):
                    yield node, rest, self._at(value)

    def _targets(self, tree: Tree) -> tuple[str, ...]:
        items = tree.items if isinstance(tree, Sequence) else (tree,)
        names = (self._meant(one.text) for one in items if isinstance(one, Scalar) and one.text)
        return tuple(dict.fromkeys(names))

    def _meant(self, name: str) -> str:
        """The node of an alias, of a deployment's id, or of a pattern that fits; else the name itself."""
        for alias in self.aliases:
            if alias.name == name:
                return self.node(name)
        if name in self._by_id:
            return self.node(self._by_id[name])
        for alias in self.aliases:
            if "*" in alias.name and name_matches(alias.name, name):
                return self.node(alias.name)
        return name


def without_provider(model: str, providers: Collection[str]) -> tuple[str, str]:
    """Provider ("" where none is named) and name of a model."""
    provider, slash, rest = model.partition("/")
    return (provider, rest) if slash and provider in providers else ("", model)


def _ids(alias: Alias, items: Items) -> Iterator[str]:
    for one in alias.entries:
        id = at(one, items.id)
        if isinstance(id, Scalar) and id.text:
            yield id.text


def _closure(start: str, reached: Mapping[str, set[str]]) -> set[str]:
    found, queue = {start}, [start]
    while queue:
        for one in reached.get(queue.pop(), ()):
            if one not in found:
                found.add(one)
                queue.append(one)
    return found
