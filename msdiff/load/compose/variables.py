"""What is known of variables when a stack is started: `.env` beside it, else the script that sets them.

In: the parts of one version. Out: for a folder, a lookup. Promised: nothing outside the repository counts; the
environment of whoever starts the stack is unknown.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from msdiff.load.compose.env_files import values_of
from msdiff.load.compose.interpolation import Filled, Lookup, filled
from msdiff.load.compose.naming import is_script
from msdiff.load.compose.parts import Part
from msdiff.load.compose.recalled import Parts
from msdiff.load.compose.services import Named
from msdiff.load.serving import Word
from msdiff.syntax.tree import Scalar

ABOVE = 3  # folders above a stack in which a script that sets variables may lie


class Variables:
    """Variables by folder; each file is filled in once. `scripts` are those that there are."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._scripts: dict[str, list[str]] = {}
        for path in sorted(filter(is_script, parts)):
            self._scripts.setdefault(posixpath.dirname(path), []).append(path)
        self.scripts = tuple(path for paths in self._scripts.values() for path in paths)
        self._folders: dict[str, tuple[dict[str, Filled], dict[str, Part | None]]] = {}

    def lookup(self, folder: str) -> Lookup:
        """What variables mean in Compose files of a project in this folder."""
        if folder not in self._folders:
            before, self._parts.seen = self._parts.seen, {}
            known = {**self._of_scripts(folder), **self.of_file(posixpath.join(folder, ".env"), _nothing)}
            self._folders[folder] = (known, self._parts.seen)
            self._parts.seen = before
        known, seen = self._folders[folder]
        self._parts.touch(seen)
        return known.get

    def of_file(self, path: str, outer: Lookup) -> Mapping[str, Filled]:
        """What a file of variables says, {} where there is none."""
        part = self._parts.get(path)
        return values_of(path, part.assignments, outer) if part else {}

    def _of_scripts(self, folder: str) -> Mapping[str, Filled]:
        for _ in range(ABOVE + 1):
            if folder in self._scripts:
                known: dict[str, Filled] = {}
                for path in self._scripts[folder]:
                    known |= self.of_file(path, known.get)
                return known
            if not folder:
                break
            folder = posixpath.dirname(folder)
        return {}


def _nothing(name: str) -> Filled | None:
    return None


def word(part: Part, scalar: Scalar, lookup: Lookup, text: str | None = None) -> Word:
    """A value filled in, at the place that states it: the line of the file of variables, where the value is one variable."""
    raw = scalar.text if text is None else text
    value = filled(raw, lookup)
    place = value.places[0] if value.whole and value.places else part.at(scalar, raw)
    return Word(value.text, place, value.missing)


def said(name: str, one: Named, lookup: Lookup) -> Word | None:
    """The value of an entry of `environment`; a name alone takes what the project knows."""
    if one.value is None:
        known = lookup(name)
        if known is None:
            return None
        where = known.places[0] if known.places else one.part.at(Scalar(name, one.key.line, one.key.column, name), name)
        return Word(known.text, where, known.missing)
    if not isinstance(one.value, Scalar):
        return None
    if one.inline:
        return word(one.part, one.value, lookup, one.value.text.partition("=")[2].strip())
    return word(one.part, one.value, lookup)
