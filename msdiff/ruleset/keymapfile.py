"""Key maps of a team's own: files of its rule folders that say `keyMap: NAME`.

In: name and content of such files, and the catalogue. Out: the maps as plain data, by name; a map with the name of a
built-in one replaces it. Promised: roles, attributes, kinds of values and parts are checked, each problem has its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msdiff.errors import InputError, MsdiffError, RuleError
from msdiff.model.location import Location
from msdiff.ruleset.attributes import Catalogue
from msdiff.settings import gathered
from msdiff.syntax.nearest import did_you_mean
from msdiff.syntax.shape import Source, plain, shape_problems
from msdiff.syntax.tree import Mapping as Map
from msdiff.syntax.tree import Scalar, Sequence, Tree, parsed

KINDS = ("text", "count", "tries", "number", "ms", "s", "m", "h", "switch", "fallbacks", "names", "aliases")
ADDRESS = "address"
_SAYS_SO = re.compile(rb"(?m)^keyMap[ \t]*:")
_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": _TEXT}
_WORDS = {"type": "object", "additionalProperties": _TEXT}
_ROW: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["says"],
    "properties": {
        "env": _TEXT,
        "path": _TEXT,
        "item": _TEXT,
        "of": _TEXT,
        "says": _TEXT,
        "as": {"type": "string", "enum": list(KINDS)},
        "on": _TEXT,
        "when": _WORDS,
        "common": {"type": "boolean"},
    },
}
_FLOW: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["from", "to"],
    "properties": {"from": _TEXT, "to": _TEXT, "role": _TEXT, "always": {"type": "boolean"}},
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["keyMap", "title", "follows", "source", "keys"],
    "properties": {
        "keyMap": _TEXT,
        "title": _TEXT,
        "follows": _TEXT,
        "source": _TEXT,
        "needs": {"type": "integer", "minimum": 1},
        "marks": _TEXTS,
        "alone": {"type": "boolean"},
        "files": _TEXTS,
        "inherits": _TEXT,
        "base": _TEXT,
        "profiles": _TEXT,
        "gateway": _TEXT,
        "providers": _TEXTS,
        "parts": _WORDS,
        "inside": _TEXTS,
        "edges": {"type": "array", "items": _FLOW},
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["list", "name", "default"],
            "properties": {"list": _TEXT, "name": _TEXT, "id": _TEXT, "mode": _TEXT, "default": _TEXT, "modes": _WORDS},
        },
        "guards": {
            "type": "object",
            "additionalProperties": False,
            "required": ["list", "name", "mode", "on", "before"],
            "properties": {"list": _TEXT, "name": _TEXT, "mode": _TEXT, "on": _TEXT, "before": _TEXTS},
        },
        "keys": {"type": "array", "items": _ROW, "minItems": 1},
    },
}


def is_keymap(data: bytes) -> bool:
    """Whether a file of a rule folder is a key map."""
    return _SAYS_SO.search(data) is not None


def keymaps_in(files: Iterable[tuple[str, bytes]], catalogue: Catalogue) -> Mapping[str, Any]:
    """The key maps in these files, by name. Raises `RuleError`, or `ManyErrors` of it."""
    found: dict[str, Any] = {}
    problems: list[MsdiffError] = []
    for file, data in files:
        documents, wrong = parsed(data, file)
        problems.extend(wrong)
        for tree in documents if not wrong else ():
            said = tuple(keymap_problems(tree, file, catalogue))
            problems.extend(said)
            if not said and isinstance(tree, Map):
                data_of: Any = plain(tree)
                found[data_of["keyMap"]] = data_of
    if problems:
        raise gathered(problems, RuleError)
    return found


def keymap_problems(tree: Tree, file: str, catalogue: Catalogue) -> Iterator[InputError]:
    """What is wrong with a key map."""
    shape = shape_problems(tree, SCHEMA, Source(file, "rule"))
    yield from shape
    if shape or not isinstance(tree, Map):
        return
    parts, keys = tree.get("parts"), tree.get("keys")
    roles = catalogue.row("node", "role").values
    names = parts.entries if isinstance(parts, Map) else {}
    for entry in names.values():
        yield from _among(entry.value, roles, "role", file)
    for name in ("inside", "edges"):
        yield from _ends(tree.get(name), tuple(names), file)
    for row in keys.items if isinstance(keys, Sequence) else ():
        if isinstance(row, Map):
            yield from _row_problems(row, tuple(names), file, catalogue)


def _row_problems(row: Map, parts: tuple[str, ...], file: str, catalogue: Catalogue) -> Iterator[InputError]:
    says, of = row.get("says"), row.get("of")
    if not any(name in row.entries for name in ("env", "path", "item")):
        place = Location(file, row.line, row.column, "rule")
        yield InputError("a key needs a name", hint="say `env`, `path` or `item`", location=place)
    if of is not None:
        yield from _among(of, parts, "part", file)
    if isinstance(says, Scalar) and says.text != ADDRESS and catalogue.lookup(says.text) is None:
        known = tuple(one.name for one in catalogue.attributes())
        hint = did_you_mean(says.text, (ADDRESS, *known))
        yield InputError(f"`{says.text}` is no attribute", hint=hint, location=Source(file, "rule").of(says))


def _ends(tree: Tree | None, parts: tuple[str, ...], file: str) -> Iterator[InputError]:
    """Parts that run inside, and the ends of edges: names of parts, those of edges with a port."""
    for one in tree.items if isinstance(tree, Sequence) else ():
        ends = (
            [one]
            if isinstance(one, Scalar)
            else [one.get(key) for key in ("from", "to")]
            if isinstance(one, Map)
            else []
        )
        for end in ends:
            if isinstance(end, Scalar):
                name = end.text if isinstance(one, Scalar) else end.text.rpartition(".")[0]
                yield from _among(end._replace(text=name), parts, "part", file)


def _among(tree: Tree, known: Iterable[str], what: str, file: str) -> Iterator[InputError]:
    words = tuple(known)
    if isinstance(tree, Scalar) and tree.text not in words:
        place = Location(file, tree.line, tree.column, "rule")
        yield InputError(f"there is no {what} `{tree.text}`", hint=did_you_mean(tree.text, words), location=place)
