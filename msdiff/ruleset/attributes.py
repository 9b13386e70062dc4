"""The attribute catalogue, typed: what may be stated, of what type, in which unit, on which side, by which law.

In: the tables of `rules/attributes.yaml`, as plain data. Out: `Catalogue`. Promised: making one costs next to nothing;
rows become `Attribute`s when somebody asks for them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from msdiff.model.records import NamedTuple
from msdiff.model.values import Value
from msdiff.syntax.shape import plain
from msdiff.syntax.tree import parse

SECTIONS = ("port", "node", "edge", "slo", "policy", "metadata")
PORT_SIDES = ("inputs", "outputs")

# What one step of a name leads to: more steps, or the row at its end. A step in angle brackets is a name of the user's.
Branches: TypeAlias = "dict[str, Branches | str]"

# Types whose values have no inside that a path could lead to.
_FLAT = frozenset({"text", "name", "boolean", "integer", "number", "fraction", "pins"})


class Attribute(NamedTuple):
    """One row of the catalogue. `name` is in full: `outputs.<port>.dimension`, `latency.p95Ms`, `edge.latencyMs`.

    `key` is the row's name in its section (`on`). `side` is `wire` where it is a capability on an output and a
    requirement on an input. `family` is the law that compares two values ("none": equality), `flow` how far it travels.
    """

    name: str
    on: str
    key: str
    type: str
    side: str
    family: str
    flow: str
    about: str
    of: str | None = None
    keys: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    open: bool = False
    min: float | None = None
    max: float | None = None
    unit: str | None = None
    many: bool = False
    union: bool = False
    default: Value = None
    ports: str | None = None


class Catalogue:
    """Every attribute, by the path under which a file or a report mentions it."""

    def __init__(self, tables: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
        self._tables = {section: tables.get(section, {}) for section in SECTIONS}
        self._rows: dict[tuple[str, str], Attribute] = {}
        self._branches: dict[str, Branches] = {}
        self._found: dict[str, Attribute | None] = {}

    @classmethod
    def from_dict(cls, tables: Mapping[str, Any]) -> Catalogue:
        """The catalogue in the data of `attributes.yaml`; other top-level keys are left to others."""
        return cls(tables)

    def lookup(self, path: str) -> Attribute | None:
        """The attribute that a path means, or `None`: `outputs.vector.dimension`, `prompt.parts[history].maxTokens`.

        A path into a value (`outputs.answer.schema.properties.price.type`, `threshold.byLabel[toxicity]`) means the
        attribute that holds it; names of the user's may stand in brackets or between dots, or be `<port>` and so on.
        """
        if path not in self._found:
            self._found[path] = self._search(path)
        return self._found[path]

    def side(self, path: str) -> str | None:
        """`capability`, `requirement` or `structure`: what the attribute is at this path."""
        found = self.lookup(path)
        if found is None or found.side != "wire":
            return found.side if found else None
        return "capability" if path.startswith("outputs.") else "requirement"

    def names(self) -> tuple[str, ...]:
        """Every name in full, in the order of the catalogue; port attributes for each side that has them."""
        return tuple(attribute.name for attribute in self.attributes())

    def attributes(self) -> Iterator[Attribute]:
        """Every attribute; port attributes for each side that has them."""
        for section, table in self._tables.items():
            for key, row in table.items():
                if section == "port":
                    sides = [side for side in PORT_SIDES if row.get("ports") in (None, side)]
                    yield from (self.row(side, key) for side in sides)
                else:
                    yield self.row(section, key)

    def row(self, section: str, key: str) -> Attribute:
        """One row by its section (`inputs` and `outputs` for a port) and its name there. Raises `KeyError`."""
        found = self._rows.get((section, key))
        if found is None:
            on = "port" if section in PORT_SIDES else section
            found = self._rows[section, key] = _attribute(section, on, key, self._tables[on][key])
        return found

    def branches(self, section: str) -> Branches:
        """The names of a section (`inputs` and `outputs` for a port) by their steps; a leaf is the row's name."""
        found = self._branches.get(section)
        if found is None:
            table = self._tables["port" if section in PORT_SIDES else section]
            keys = (key for key, row in table.items() if row.get("ports") in (None, section))
            found = self._branches[section] = _by_steps(keys)
        return found

    def _search(self, path: str) -> Attribute | None:
        steps = _steps(path)
        section, rest = "node", steps
        if steps[0] in PORT_SIDES:
            section, rest = steps[0], steps[2:]
        elif steps[0] in ("edge", "slo", "policy", "metadata"):
            section, rest = steps[0], steps[1:]
        at: Branches | str = self.branches(section)
        for position, step in enumerate(rest):
            if isinstance(at, str):
                found = self.row(section, at)
                return None if found.type in _FLAT and not _in_list(found, rest[position:]) else found
            following = at.get(step) or next((at[name] for name in at if name.startswith("<")), None)
            if following is None:
                return None
            at = following
        return self.row(section, at) if isinstance(at, str) else None


def _in_list(attribute: Attribute, rest: list[str]) -> bool:
    """Whether the path goes on to a position in a list of alternatives: `inputs.vector.dimension[1]`."""
    return attribute.many and len(rest) == 1 and rest[0].isdigit()


def _steps(path: str) -> list[str]:
    """`a.b[c.d].e` as a, b, c.d, e."""
    if "[" not in path:
        return path.split(".")
    steps: list[str] = []
    for part in path.split("["):
        name, closed, rest = part.partition("]")
        if steps and closed:
            steps.append(name)
            steps.extend(step for step in rest.split(".") if step)
        else:
            steps.extend(part.split("."))
    return steps


def _by_steps(names: Iterable[str]) -> Branches:
    root: Branches = {}
    for name in names:
        *before, last = name.split(".")
        at = root
        for step in before:
            below = at.setdefault(step, {})
            assert isinstance(below, dict), f"{name} goes on after an attribute"
            at = below
        at[last] = name
    return root


def _attribute(section: str, on: str, key: str, row: Mapping[str, Any]) -> Attribute:
    prefix = "" if on == "node" else f"{section}.<port>." if on == "port" else f"{section}."
    return Attribute(
        name=f"{prefix}{key}",
        on=on,
        key=key,
        type=row["type"],
        side=row["side"],
        family=row["family"],
        flow=row["flow"],
        about=row.get("about", ""),
        of=row.get("of"),
        keys=tuple(row.get("keys", ())),
        names=tuple(row.get("names", ())),
        values=tuple(row.get("values", ())),
        open=row.get("open", False),
        min=row.get("min"),
        max=row.get("max"),
        unit=row.get("unit"),
        many=row.get("many", False),
        union=row.get("union", False),
        default=row.get("default"),
        ports=row.get("ports"),
    )


def load_catalogue() -> Catalogue:
    """The catalogue from its YAML: in the package (a wheel), else beside it (a checkout). For tests and the build."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (package, os.path.dirname(package)):
        file = os.path.join(folder, "rules", "attributes.yaml")
        if os.path.exists(file):
            with open(file, "rb") as stream:
                (tree,) = parse(stream.read(), "rules/attributes.yaml")
            tables = plain(tree)
            assert isinstance(tables, Mapping)
            return Catalogue.from_dict(tables)
    raise FileNotFoundError("rules/attributes.yaml is neither in the package nor beside it")
