"""The files that stacks are put together from, parsed one by one.

In: path and bytes of one file. Out: `Part`: a Compose file's documents, or the assignments of a file of variables.
Promised: a function of path and bytes alone, so that a file that did not change is parsed once.
"""

from __future__ import annotations

import posixpath
import re

from msdiff.errors import InputError
from msdiff.load.compose.env_files import Assignment, assignments
from msdiff.load.compose.naming import is_compose_name
from msdiff.load.keymaps import KeyMaps, tree_of
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.syntax.encoding import as_utf8
from msdiff.syntax.tree import Limits, Mapping, Scalar, parsed

NAME = "compose"
_TAG = re.compile(r"the tag `!(reset|override)` has no meaning here")
_TEMPLATE = re.compile(r"\{%|\{\{")
_NAMED_TEMPLATE = re.compile(r"(?i)[._-](?:template|tmpl|tpl|j2|jinja2?|example|sample)(?:[._-]|$)")
_MAX_LINE = 100_000
LEAVE_OUT = "or leave the file out: `sources.exclude` in msdiff.yaml"
MADE_OF = ("image", "build", "extends")
OF_SERVICE = (*MADE_OF, "environment", "command", "depends_on", "env_file", "ports", "models", "volumes")


class Part(NamedTuple):
    """One file. `root` is there for a Compose file, `assignments` for variables, `settings` for a settings file that key maps
    know (`maps`); `resets` and `overrides` are places of tags."""

    path: str
    lines: tuple[str, ...]
    root: Mapping | None = None
    assignments: tuple[Assignment, ...] = ()
    problems: tuple[InputError, ...] = ()
    resets: frozenset[tuple[int, int]] = frozenset()
    overrides: frozenset[tuple[int, int]] = frozenset()
    settings: Mapping | None = None
    maps: tuple[str, ...] = ()

    def at(self, scalar: Scalar, needle: str) -> Location:
        """Where a piece of a value stands: in its own line, or in one of those that follow it in a block of text."""
        if needle and needle in scalar.text and len(needle) < _MAX_LINE:
            extent = scalar.text.count("\n") + 2 + len(scalar.text) // 20
            for number in range(scalar.line, min(scalar.line + extent, len(self.lines)) + 1):
                start = scalar.column - 1 if number == scalar.line else 0
                found = self.lines[number - 1].find(needle, start)
                if found >= 0:
                    return Location(self.path, number, found + 1, NAME)
        return Location(self.path, scalar.line, scalar.column, NAME)


def compose_part(path: str, data: bytes, limits: Limits) -> Part | None:
    """A Compose file; `None` for a file that is none of ours to judge."""
    documents, problems = parsed(data, path, limits)
    resets, overrides, real = _without_tags(problems)
    roots = [one for one in documents if isinstance(one, Mapping)]
    named = is_compose_name(path)
    root = roots[0] if len(roots) == 1 else None
    if real and _NAMED_TEMPLATE.search(posixpath.basename(path)):
        return None  # somebody fills it in first
    if not documents and problems:
        text = data.decode("utf-8", "replace")
        return Part(path, (), None, (), tuple(real)) if named and not _TEMPLATE.search(text + path) else None
    if root is None or not _has_services(root, named=named):
        return None
    text = as_utf8(data, path).decode("utf-8", "replace")
    return Part(path, tuple(text.splitlines()), root, (), tuple(real), resets, overrides)


def variables_part(path: str, data: bytes) -> Part:
    """A file of variables, or a shell script that sets some."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return Part(path, (), None, assignments(text))


def module_part(path: str, data: bytes) -> Part:
    """A Python settings module: the defaults of variables, as assignments."""
    from msdiff.load.keymaps.python_defaults import defaults_of  # 8 ms

    found = (Assignment(one.name, str(one.value), True, one.line, one.column) for one in defaults_of(data))
    return Part(path, (), assignments=tuple(found))


def settings_part(path: str, data: bytes, maps: KeyMaps) -> Part | None:
    """A settings file that a key map knows."""
    found = maps.knowing(data, path)
    root = tree_of(path, data) if found else None
    return Part(path, (), settings=root, maps=tuple(one.name for one in found)) if root is not None else None


def _has_services(root: Mapping, *, named: bool) -> bool:
    """Whether the document is a Compose file: services that have what only services of Compose have."""
    services = root.get("services")
    if services is None:
        return named and (isinstance(root.get("models"), Mapping) or "include" in root.entries)
    if not isinstance(services, Mapping) or not services.entries or "apiVersion" in root.entries:
        return False
    found = [entry.value for entry in services.entries.values() if isinstance(entry.value, Mapping)]
    if not found or (len(found) < len(services.entries) and not named):
        return False
    if named:
        return any(key in one.entries for one in found for key in OF_SERVICE)
    return all(any(key in one.entries for key in MADE_OF) for one in found)


def _without_tags(
    problems: tuple[InputError, ...],
) -> tuple[frozenset[tuple[int, int]], frozenset[tuple[int, int]], list[InputError]]:
    """Compose's own tags are no problems; where they stand matters when files are merged."""
    places: dict[str, set[tuple[int, int]]] = {"reset": set(), "override": set()}
    rest = []
    for one in problems:
        found = _TAG.match(one.message)
        if found and one.location:
            places[found[1]].add((one.location.line, one.location.column))
        else:
            rest.append(InputError(one.message, hint=f"{one.hint}; {LEAVE_OUT}", location=one.location))
    return frozenset(places["reset"]), frozenset(places["override"]), rest
