"""Settings files: what key paths of YAML, JSON and TOML mean to the maps.

In: path and bytes of one file. Out: for each map whose marks the file has, its keys with value and place. Promised: a
file is parsed only where a map may know it; what cannot be parsed says nothing here; secrets are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msdiff.load.keymaps.maps import Key, KeyMap, KeyMaps
from msdiff.load.secrets import is_secret
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value
from msdiff.syntax.tree import Entry, Limits, Scalar, Sequence, Tree, parsed
from msdiff.syntax.tree import Mapping as Map

NAME = "settings"
LIMITS = Limits(size=1_000_000, depth=30, aliased=20_000)
TREES = (".yaml", ".yml", ".json", ".toml")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][\w,]*)(?::-?|-)?([^{}]*)\}")  # `${A}`, `${A:x}` (private-gpt), `${A:-x}`
_FROM_ENV = re.compile(r"os\.environ/(\w+)")
QUOTES = ('"""', "'''")  # of texts of several lines
_TABLE = re.compile(r"\s*\[{1,2}([^\[\]]+)\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")


class Setting(NamedTuple):
    """One key of a map, as a file states it."""

    key: Key
    value: Value | Unknown
    place: Location
    name: str  # as the file writes the key


def settings_of(path: str, data: bytes, maps: KeyMaps) -> Mapping[str, tuple[Setting, ...]]:
    """The settings in a file, by map."""
    if not path.endswith(TREES) or len(data) > LIMITS.size:
        return {}
    wanted = maps.knowing(data, path)
    root = tree_of(path, data) if wanted else None
    if root is None:
        return {}
    found = {one.name: tuple(stated(path, root, one)) for one in wanted}
    return {
        name: said for name, said in found.items() if len({one.key.path for one in said}) >= maps.by_name[name].needs
    }


def tree_of(path: str, data: bytes) -> Map | None:
    """The file as a tree with places; `None` where it is no map."""
    if path.endswith(".toml"):
        return _toml(data)
    documents, _ = parsed(data, path, LIMITS)
    return documents[0] if len(documents) == 1 and isinstance(documents[0], Map) else None


def stated(path: str, root: Map, one: KeyMap, over: tuple[Map, ...] = ()) -> Iterator[Setting]:
    """What a file says by a map. Conditions hold by `over`: the files that are put over each other, the last one first."""
    for key in one.keys:
        if not key.path or is_hidden(key) or not all(_holds(over or (root,), *condition) for condition in key.when):
            continue
        tree = at(root, key.path)
        if not isinstance(tree, Scalar) or tree.value is None:
            continue
        value = read_value(tree, key)
        if value is not None:
            yield Setting(key, value, Location(path, tree.line, tree.column, NAME), key.path[-1])


def is_hidden(key: Key) -> bool:
    """Whether a key looks like a secret. A figure is none, whatever it is called (`max_tokens_to_sample`)."""
    return key.kind == "text" and any(map(is_secret, (*key.path, *key.item)))


def _holds(over: tuple[Map, ...], path: tuple[str, ...], word: str) -> bool:
    found = next((one for root in over if isinstance(one := at(root, path), Scalar)), None)
    return found is not None and _VARIABLE.sub(lambda one: one[2], found.text) == word


def at(tree: Tree | None, path: tuple[str, ...]) -> Tree | None:
    """What stands at a key path; `None` for nothing."""
    for step in path:
        tree = tree.get(step) if isinstance(tree, Map) else None
    return tree


def read_value(tree: Scalar, key: Key) -> Value | Unknown:
    """The value of a setting, variables in it replaced by their defaults; unknown where one has none."""
    text = tree.value
    if not isinstance(text, str):
        return key.value(text)
    if "{{" in text or "{%" in text:
        return Unknown("it is a template")
    named = _FROM_ENV.fullmatch(text)
    if named:
        return Unknown(f"nothing sets {named[1]}")
    missing = [one[1] for one in _VARIABLE.finditer(text) if not one[2]]
    if missing:
        return Unknown(f"nothing sets {', '.join(missing)}")
    return key.value(_VARIABLE.sub(lambda one: one[2], text))


def _toml(data: bytes) -> Map | None:
    """TOML with places: `tomllib` gives the values, a pass over the lines the places of their keys."""
    import tomllib  # 5 ms

    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        said = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    return _placed(said, (), _places(text), (1, 1), 0)


def _placed(
    value: Mapping[str, Any],
    path: tuple[str, ...],
    places: Mapping[tuple[str, ...], tuple[int, int]],
    outer: tuple[int, int],
    depth: int,
) -> Map:
    entries = {}
    for key, inner in value.items():
        here = (*path, key)
        line, column = places.get(here, outer)
        entries[key] = Entry(_tree(inner, here, places, (line, column), depth + 1), line, column)
    return Map(entries, *outer)


def _tree(
    value: Any,
    path: tuple[str, ...],
    places: Mapping[tuple[str, ...], tuple[int, int]],
    at: tuple[int, int],
    depth: int,
) -> Tree:
    if isinstance(value, dict) and depth < LIMITS.depth:
        return _placed(value, path, places, at, depth)
    if isinstance(value, list) and depth < LIMITS.depth:
        return Sequence(
            tuple(_tree(one, (*path, str(number)), places, at, depth + 1) for number, one in enumerate(value)), *at
        )
    plain = value if isinstance(value, bool | int | float | str) else str(value)
    return Scalar(plain, *at, str(value))


def _places(text: str) -> Mapping[tuple[str, ...], tuple[int, int]]:
    """Key path -> line and column of its value. A line inside a text of several lines may look like a key: the first one counts."""
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    table: tuple[str, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    quote = ""
    for number, line in enumerate(text.split("\n"), 1):
        if quote:
            quote = "" if quote in line else quote
            continue
        if (head := _TABLE.match(line)) is not None:
            table = _names(head[1])
            if line.lstrip().startswith("[["):
                counts[table] = counts.get(table, -1) + 1
                table = (*table, str(counts[table]))
            found.setdefault(table, (number, line.index("[") + 1))
        elif (key := _KEY.match(line)) is not None:
            rest = line[key.end() :]
            found.setdefault((*table, *_names(key[1])), (number, len(line) - len(rest.lstrip()) + 1))
            start = rest.lstrip()[:3]
            quote = start if start in QUOTES and rest.count(start) == 1 else ""
    return found


def _names(text: str) -> tuple[str, ...]:
    return tuple(one.strip().strip("\"'") for one in text.split("."))
