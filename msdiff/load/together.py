"""Files that only say something together: the second kind of reader.

In: a snapshot and what each of its files gave alone. Out: what the stacks say. Promised: imported only where a file
may be part of a stack; each part is parsed once for its content (`FileClaims.part`), and equal parts of two versions
are read together once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msdiff.errors import InputError
from msdiff.load import PYTHON
from msdiff.load.compose import (
    Stacks,
    compose_part,
    is_script,
    is_variables,
    mentions_of,
    module_part,
    read,
    settings_part,
    variables_part,
)
from msdiff.load.keymaps import KeyMaps, keymaps_of
from msdiff.model.mention import Mention
from msdiff.model.records import NamedTuple
from msdiff.model.snapshot import Snapshot
from msdiff.settings import Settings
from msdiff.syntax.tree import Limits

if TYPE_CHECKING:
    from msdiff.load.compose import Part

MAX_BESIDE = 2_000  # files of variables and scripts that are looked at
SETTINGS = (".yaml", ".yml", ".toml")
TREES = (*SETTINGS, ".json")
NAMED = (".toml", *PYTHON)


class Kept(NamedTuple):
    """What one file gave, whatever it is; kept by path and content."""

    part: Part | None = None
    mentions: tuple[Mention, ...] = ()


class Together(NamedTuple):
    """What the stacks of a version say, and what files beside them mention."""

    stacks: Stacks
    mentions: tuple[Mention, ...]


def together(
    snapshot: Snapshot,
    wanted: tuple[str, ...],
    others: tuple[str, ...],
    settings: Settings,
    tables: Mapping[str, Any],
    memo: dict[Any, Any],
    limits: Limits,
) -> Together:
    """What files say together. `wanted` may be Compose files, `others` are YAML files that nobody else reads."""
    beside = tuple(path for path in _beside(snapshot, settings) if path not in wanted)
    stacked, loose = wanted + beside, tuple(path for path in others if path.endswith(SETTINGS) and path not in wanted)
    digests = {path: snapshot.digest(path) for path in (*stacked, *loose)}
    missing = tuple(path for path, digest in digests.items() if ("together", path, digest) not in memo)
    contents = snapshot.read_many(missing) if missing else {}
    maps = keymaps_of(tables.get("keymaps", {}))
    for path in missing:
        data = contents.get(path)
        kept = Kept() if data is None else _kept(path, data, path in wanted, limits, maps)
        memo["together", path, digests[path]] = kept
    found = {path: memo["together", path, digest] for path, digest in digests.items()}
    parts = {path: one.part for path, one in found.items() if one.part is not None}
    key = ("stacks", tuple((path, digests[path]) for path in parts))
    if key not in memo:
        memo[key] = read(parts, tables, memo.setdefault("recalled", {}))
    stacks: Stacks = memo[key]
    if not stacks.readings:
        return Together(stacks, ())
    mentions = tuple(one for kept in found.values() for one in kept.mentions)
    return Together(_with_indexes(stacks, snapshot, settings, memo, limits), mentions)


def _with_indexes(
    stacks: Stacks, snapshot: Snapshot, settings: Settings, memo: dict[Any, Any], limits: Limits
) -> Stacks:
    """The stacks with what migrations and schemas say of their stores."""
    if not any(claim.attribute == "store.engine" for reading in stacks.readings for claim in reading.claims):
        return stacks
    from msdiff.load.indexes import about, kept, may_say, stores_in  # few stacks keep vectors

    stores = stores_in(stacks.readings)
    paths = tuple(may_say(filter(settings.reads, snapshot.paths()), stores))
    digests = dict(_digests(snapshot, paths))
    missing = tuple(path for path, digest in digests.items() if ("index", path, digest) not in memo)
    contents = snapshot.read_many(missing) if missing else {}
    for path in missing:
        data = contents.get(path)
        memo["index", path, digests[path]] = None if data is None else kept(path, data, limits)
    said = {path: memo["index", path, digest] for path, digest in digests.items()}
    found = {
        one.graph: one.claims for one in about(stores, {path: one for path, one in said.items() if one is not None})
    }
    files = {claim.location.file for claims in found.values() for claim in claims}
    # what an index is made with counts before what settings of its callers say of it
    readings = tuple(
        one._replace(claims=(one.claims[0], *found.get(one.graph, ()), *one.claims[1:])) for one in stacks.readings
    )
    return stacks._replace(readings=readings, files=tuple(sorted({*stacks.files, *files})))


def _digests(snapshot: Snapshot, paths: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for path in paths:
        with suppress(InputError):  # a pipe, a device: none of ours to judge
            yield path, snapshot.digest(path)


def _kept(path: str, data: bytes, compose: bool, limits: Limits, maps: KeyMaps) -> Kept:
    part = compose_part(path, data, limits) if compose else None
    if part is None and (is_variables(path) or is_script(path)):
        part = variables_part(path, data)
    elif part is None and path.endswith(PYTHON):
        part = module_part(path, data)
    elif part is None and path.endswith(TREES):
        part = settings_part(path, data, maps)
    return Kept(part, mentions_of(path, data, maps))


def _beside(snapshot: Snapshot, settings: Settings) -> Iterator[str]:
    count = 0
    for path in snapshot.paths():
        if (
            (path.endswith(NAMED) or is_variables(path) or is_script(path))
            and settings.reads(path)
            and "node_modules/" not in path
        ):
            count += 1
            if count > MAX_BESIDE:
                return
            yield path
