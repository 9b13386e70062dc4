"""Which Compose files are one stack.

In: the parts of one version. Out: stacks: name, variant, files in the order in which they are put over each other.
Promised: files of one folder that share no service are one stack; a file that only adds to services of the base file
is put over it; a file that defines the same services anew is a variant of its own.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping

from msdiff.load.compose.naming import is_base, overlay_of, stack_name, variant_of
from msdiff.load.compose.parts import Part
from msdiff.model.records import NamedTuple
from msdiff.syntax.tree import Mapping as Map
from msdiff.syntax.tree import Scalar


class Stack(NamedTuple):
    """Files that are run together."""

    name: str
    variant: str
    files: tuple[Part, ...]

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.files[0].path)


def stacks_of(parts: Mapping[str, Part]) -> tuple[Stack, ...]:
    """All stacks, sorted by their first file."""
    folders: dict[str, list[Part]] = {}
    for path in sorted(parts):
        if parts[path].root is not None:
            folders.setdefault(posixpath.dirname(path), []).append(parts[path])
    found = [stack for folder, files in folders.items() for stack in _of_folder(folder, files)]
    counts = Counter((one.name, one.variant) for one in found)
    return tuple(
        one._replace(name=one.folder or one.name, variant=_own_variant(one))
        if counts[one.name, one.variant] > 1
        else one
        for one in found
    )


def _own_variant(stack: Stack) -> str:
    """The part of the variant that is not the folder's."""
    of_folder = stack_name(stack.folder)[1]
    return stack.variant.removeprefix(of_folder).lstrip("+")


def _of_folder(folder: str, files: list[Part]) -> Iterator[Stack]:
    base = sorted(
        (one for one in files if is_base(one.path)), key=lambda one: (len(posixpath.basename(one.path)), one.path)
    )
    first, rest = (base[0], [one for one in files if one is not base[0]]) if base else (files[0], files[1:])
    together = [first]
    overlays: list[Part] = []
    variants: list[Part] = []
    taken = set(services_in(first))
    for one in rest:
        names = set(services_in(one))
        shared = names & taken
        if base and overlay_of(one.path):
            (variants if shared and _defines(one, shared) else overlays).append(one)
        elif shared and not _defines(one, shared):
            overlays.append(one)
        elif shared:
            variants.append(one)
        else:
            together.append(one)
            taken |= names
    always = [one for one in overlays if overlay_of(one.path) == "override"]
    optional = [one for one in overlays if one not in always]
    name, machine = _name(folder, together)
    yield Stack(name, machine, (*together, *always))
    for one in optional:
        yield Stack(name, _joined(machine, variant_of(one.path)), (*together, *always, one))
    for one in variants:
        yield Stack(_name(folder, [one, first])[0], _joined(machine, variant_of(one.path)), (one,))


def services_in(part: Part) -> tuple[str, ...]:
    """The names of a file's services."""
    services = part.root.get("services") if part.root else None
    return tuple(services.entries) if isinstance(services, Map) else ()


def _defines(part: Part, names: set[str]) -> bool:
    """Whether a file says of most of these services what they are made of, so that it can stand alone."""
    services = part.root.get("services") if part.root else None
    if not isinstance(services, Map):
        return False
    trees = [services.get(name) for name in names]
    whole = [
        one
        for one in trees
        if isinstance(one, Map) and ("image" in one.entries or "build" in one.entries or "extends" in one.entries)
    ]
    return len(whole) * 2 > len(trees)


def _name(folder: str, files: list[Part]) -> tuple[str, str]:
    name, machine = stack_name(folder)
    for one in files:
        said = one.root.get("name") if one.root else None
        if isinstance(said, Scalar) and isinstance(said.value, str) and said.value and "$" not in said.value:
            return said.value, machine
    return name, machine


def _joined(machine: str, variant: str) -> str:
    return f"{machine}+{variant}" if machine else variant
