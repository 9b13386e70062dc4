"""What a reader gets and what it gives back."""

from __future__ import annotations

from typing import TypeAlias

from msdiff.errors import InputError
from msdiff.model.claim import Claim, GraphKey
from msdiff.model.records import NamedTuple
from msdiff.syntax.tree import Mapping, Scalar

Rows: TypeAlias = tuple[tuple[int, list[Claim]], ...]
"""Runs of edges among claims, by position: lists that both versions share where both have the same lines."""

SharedClaims: TypeAlias = dict[tuple[object, ...], list[Claim]]  # what the same rows said in another version


class Document(NamedTuple):
    """One document of a file; `number` tells the documents of one file apart (counts from 0)."""

    file: str
    number: int
    root: Mapping
    shared: SharedClaims | None = None


class Reading(NamedTuple):
    """What one document says, and what is wrong in it. `rows`: where runs of edges stand among the claims (see `Rows`)."""

    graph: GraphKey
    claims: tuple[Claim, ...]
    problems: tuple[InputError, ...]
    rows: Rows = ()


def said(root: Mapping, key: str) -> str:
    """The text under a key of the document, "" where there is none."""
    found = root.get(key)
    return found.value if isinstance(found, Scalar) and isinstance(found.value, str) else ""
