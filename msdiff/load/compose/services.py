"""One service of one file, and of several files put over each other, still with its variables.

In: a Compose file's map of a service. Out: `Draft`: what msdiff needs of it, each part with the file that says it.
Promised: short and long forms are one; what a later file says replaces (command, image) or adds to (environment,
volumes) what an earlier one says.
"""

from __future__ import annotations

from msdiff.load.compose.parts import Part
from msdiff.model.records import NamedTuple
from msdiff.syntax.tree import Entry, Mapping, Scalar, Sequence, Tree

REPLACED = ("image", "command", "entrypoint", "container_name", "hostname", "build")
MAX_DEPTH = 10


class Piece(NamedTuple):
    """A value and the file that it stands in."""

    part: Part
    tree: Tree


class Named(NamedTuple):
    """A named value: `environment` in both forms, `depends_on`, `models`. `value` is `None` for a name alone."""

    part: Part
    value: Tree | None
    key: Entry
    inline: bool = False  # `NAME=value` in a list: the scalar holds both


class Draft:
    """A service in the making."""

    __slots__ = (
        "aliases",
        "depends",
        "env_files",
        "environment",
        "key",
        "models",
        "part",
        "profiles",
        "single",
        "volumes",
    )

    def __init__(self, part: Part, key: Entry) -> None:
        self.part = part
        self.key = key
        self.single: dict[str, Piece] = {}
        self.environment: dict[str, Named] = {}
        self.env_files: list[Piece] = []
        self.depends: dict[str, Named] = {}
        self.models: dict[str, Named] = {}
        self.aliases: list[Piece] = []
        self.profiles: list[Piece] = []
        self.volumes: list[Piece] = []

    def put_over(self, other: Draft) -> Draft:
        """This service with what a later file says of it."""
        self.single |= other.single
        for name in ("environment", "depends", "models"):
            getattr(self, name).update(getattr(other, name))
        for name in ("env_files", "aliases", "profiles", "volumes"):
            getattr(self, name).extend(getattr(other, name))
        return self


def draft_of(part: Part, entry: Entry) -> Draft:
    """What one file says of a service."""
    found = Draft(part, entry)
    tree = entry.value
    if not isinstance(tree, Mapping):
        return found
    for key in REPLACED:
        value = tree.get(key)
        if value is not None and not _is_null(value) and not _reset(part, value):
            found.single[key] = Piece(part, value)
    found.environment = dict(named(part, tree.get("environment")))
    found.depends = dict(named(part, tree.get("depends_on")))
    found.models = dict(named(part, tree.get("models")))
    found.env_files = _env_files(part, tree.get("env_file"))
    found.profiles = _items(part, tree.get("profiles"))
    found.volumes = _items(part, tree.get("volumes"))
    networks = tree.get("networks")
    if isinstance(networks, Mapping):
        for one in networks.entries.values():
            if isinstance(one.value, Mapping):
                found.aliases += _items(part, one.value.get("aliases"))
    return found


def named(part: Part, tree: Tree | None) -> list[tuple[str, Named]]:
    """The entries of a map, or of a list of `NAME=value` and `NAME`."""
    if isinstance(tree, Mapping):
        return [
            (name, Named(part, None if _is_null(one.value) else one.value, one)) for name, one in tree.entries.items()
        ]
    found = []
    for item in tree.items if isinstance(tree, Sequence) else ():
        if isinstance(item, Scalar):
            name, equals, _ = item.text.partition("=")
            found.append(
                (name.strip(), Named(part, item if equals else None, Entry(item, item.line, item.column), bool(equals)))
            )
    return found


def _items(part: Part, tree: Tree | None) -> list[Piece]:
    if isinstance(tree, Sequence):
        return [Piece(part, one) for one in tree.items]
    return []


def _env_files(part: Part, tree: Tree | None) -> list[Piece]:
    """`env_file` as text, as a list, or as a list of maps with `path`."""
    found = []
    for one in tree.items if isinstance(tree, Sequence) else (tree,) if tree is not None else ():
        path = one.get("path") if isinstance(one, Mapping) else one
        if isinstance(path, Scalar) and path.text:
            found.append(Piece(part, path))
    return found


def _is_null(tree: Tree) -> bool:
    return isinstance(tree, Scalar) and tree.value is None


def _reset(part: Part, tree: Tree) -> bool:
    return (tree.line, tree.column) in part.resets
