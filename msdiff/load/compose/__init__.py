"""Docker Compose: stacks of services become graphs (docs/formats.md).

In: the parts of one version, Compose files and files of variables. Out: for each stack that serves a model its
claims; problems of files that say that they are Compose's and cannot be read; notes. Promised: nothing is run or
fetched, secrets are not read, and what a stack gives depends on the parts alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msdiff.errors import InputError
from msdiff.load.compose.applications import applications
from msdiff.load.compose.graph import claims_of
from msdiff.load.compose.mentions import mentions_of
from msdiff.load.compose.naming import is_script, is_variables
from msdiff.load.compose.parts import Part, compose_part, module_part, settings_part, variables_part
from msdiff.load.compose.project import project_of
from msdiff.load.compose.recalled import Parts, Recalled
from msdiff.load.compose.stacks import stacks_of
from msdiff.load.compose.variables import Variables
from msdiff.load.document import Reading
from msdiff.load.keymaps import keymaps_of
from msdiff.load.serving import tables_of
from msdiff.model.records import NamedTuple

__all__ = [
    "Part",
    "Stacks",
    "compose_part",
    "is_script",
    "is_variables",
    "mentions_of",
    "module_part",
    "read",
    "settings_part",
    "variables_part",
]

NAME = "compose"
SHOWN = 6


class Stacks(NamedTuple):
    """What all stacks of one version say."""

    readings: tuple[Reading, ...]
    problems: tuple[InputError, ...]
    files: tuple[str, ...]
    notes: tuple[str, ...]


def read(parts: Mapping[str, Part], tables: Mapping[str, Any], recalled: Recalled | None = None) -> Stacks:
    """Every stack of a version. `recalled` holds what stacks of other versions said, and takes what these say."""
    known, maps = tables_of(tables), keymaps_of(tables.get("keymaps", {}))
    watched = Parts(parts)
    variables = Variables(watched)
    recalled = {} if recalled is None else recalled
    readings: list[Reading] = []
    notes: list[str] = []
    used: set[str] = set()
    left_out: dict[str, None] = {}
    modules = tuple(sorted(path for path in parts if path.endswith(".py")))
    for stack in stacks_of(parts):
        key = (stack.name, stack.variant, tuple(part.path for part in stack.files), variables.scripts, modules)
        if key not in recalled or not watched.same(recalled[key][0]):
            watched.seen = {part.path: part for part in stack.files}
            project = project_of(stack, watched, variables, modules)
            recalled[key] = (watched.seen, (*claims_of(project, known, maps), project.notes))
        claims, others, remarks = recalled[key][1]
        if not claims:
            continue
        readings.append(Reading(claims[0].graph, claims, ()))
        used |= {one.location.file for one in claims} | {one.path for one in stack.files}
        left_out |= dict.fromkeys(others)
        notes += remarks
    if left_out:
        names = list(left_out)
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        notes.append(
            f"Compose services that serve no model and call none are left out: {', '.join(names[:SHOWN])}{more}"
        )
    for reading in applications(
        {path: part for path, part in parts.items() if path not in used and part.settings is not None}, known, maps
    ):
        readings.append(reading)
        used |= {one.location.file for one in reading.claims}
    problems = tuple(one for part in parts.values() for one in part.problems)
    return Stacks(tuple(readings), problems, tuple(sorted(used)), tuple(dict.fromkeys(notes)))
