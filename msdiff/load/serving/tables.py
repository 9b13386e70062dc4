"""The table of serving engines, ready to be asked.

In: plain data of `rules/tables/serving-flags.yaml`. Out: which engine, store or role an image, a command line or the
name of a model means. Promised: the first row that fits counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msdiff.model.records import NamedTuple


class Engine(NamedTuple):
    """One serving engine. `flags` are spelled with `-`; values of `flags` and `env` are facts of the table."""

    name: str
    role: str
    flags: Mapping[str, str]
    env: Mapping[str, str]
    positional: tuple[str, ...]
    from_image: bool
    from_tag: re.Pattern[str] | None  # the owner that a tag begins with
    own_name: bool
    images: re.Pattern[str] | None
    commands: re.Pattern[str] | None


class Tables(NamedTuple):
    """What is known of containers that serve models or keep vectors."""

    engines: tuple[Engine, ...]
    facts: Mapping[str, Mapping[str, Any]]
    switches: frozenset[str]
    precisions: Mapping[str, str]
    poolings: Mapping[str, str]
    roles: tuple[tuple[re.Pattern[str], str], ...]
    stores: tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...]
    wrappers: tuple[tuple[re.Pattern[str], str], ...]
    plain: re.Pattern[str]

    def engine(self, repository: str, command: str) -> Engine | None:
        """The engine that an image (without tag) or a command line starts."""
        for one in self.engines:
            if one.images and one.images.search(repository):
                return one
        for one in self.engines:
            if one.commands and one.commands.search(command):
                return one
        return None

    def store(self, repository: str) -> Mapping[str, Any] | None:
        """The row of a vector store's image."""
        return next((row for match, row in self.stores if match.search(repository)), None)

    def role(self, model: str) -> str | None:
        """What the name of a model says of its role."""
        name = model.rpartition("/")[2].lower()
        return next((role for match, role in self.roles if match.search(name)), None)

    def wrapper(self, repository: str) -> str | None:
        """The role of a well-known service around a model."""
        name = repository.rpartition("/")[2].lower()
        return next((role for match, role in self.wrappers if match.search(name)), None)


def tables_of(data: Mapping[str, Any]) -> Tables:
    """The tables from plain data."""
    return Tables(
        engines=tuple(map(_engine, data["engines"])),
        facts=data["facts"],
        switches=frozenset(data["switches"]),
        precisions=data["precisions"],
        poolings=data["poolings"],
        roles=tuple((re.compile(row["match"]), row["role"]) for row in data["roles"]),
        stores=tuple((re.compile(row["match"]), row) for row in data["stores"]),
        wrappers=tuple((re.compile(row["match"]), row["role"]) for row in data["wrappers"]),
        plain=re.compile(data["plain"]),
    )


def _engine(row: Mapping[str, Any]) -> Engine:
    return Engine(
        name=row["name"],
        role=row["role"],
        flags=row["flags"],
        env=row["env"],
        positional=tuple(row.get("positional", ())),
        from_image=row.get("fromImage", False),
        from_tag=re.compile(row["fromTag"]) if "fromTag" in row else None,
        own_name=row.get("ownName", False),
        images=_any_of(row["images"]),
        commands=_any_of(row["commands"]),
    )


def _any_of(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{one})" for one in patterns)) if patterns else None
