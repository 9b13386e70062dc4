"""What the comment remembers: which findings counted at the last push, so that the next one can say what came and went.

In go keys, out come a few bytes for the comment's marker, and the difference between two pushes. Promise: what
is remembered is bounded, nothing of the repository can be read from it, and a repetition for the same commit says the
same again.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from msdiff.model.records import NamedTuple

MOST = 150  # of each kind; of more it is not remembered which they were
_BYTES = 4  # of a digest: two of 150 are alike once in 300,000 comments, and a count is then one off


class Memory(NamedTuple):
    """What counted at one commit of the branch (`head`), and what could not be decided there, as digests."""

    head: str
    findings: frozenset[bytes]
    undecided: frozenset[bytes]


class Standing(NamedTuple):
    """A run, as keys: findings that count, those that are there without counting (accepted, broken before), and
    obligations that the change touches and that could not be decided.
    """

    counted: tuple[str, ...]
    others: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()


class Since(NamedTuple):
    """What became of the findings of an earlier commit: no longer there, new, and there without counting any more.
    `is_sure`: nothing is undecided now that was decided then, so that what is gone is fixed.
    """

    head: str
    gone: int
    new: int
    others: int
    is_sure: bool


def remembered(head: str, standing: Standing) -> Memory | None:
    """What to remember of a run; `None` where it is too much."""
    found = Memory(head, _digests(standing.counted), _digests(standing.undecided))
    return found if len(found.findings) <= MOST and len(found.undecided) <= MOST else None


def since(earlier: Memory, standing: Standing) -> Since | None:
    """How a run differs from what is remembered of an earlier commit; `None` where it does not."""
    counted, others = _digests(standing.counted), _digests(standing.others)
    left = earlier.findings - counted
    figures = (len(left - others), len(counted - earlier.findings), len(left & others))
    is_sure = _digests(standing.undecided) <= earlier.undecided
    return Since(earlier.head, *figures, is_sure) if any(figures) else None


def _digests(keys: Iterable[str]) -> frozenset[bytes]:
    data = (one.encode("utf-8", "surrogatepass") for one in keys)
    return frozenset(sha256(one).digest()[:_BYTES] for one in data)


def packed(memory: Memory | None) -> list[str] | None:
    """A memory as JSON."""
    if memory is None:
        return None
    return [memory.head, *(base64.b64encode(b"".join(sorted(one))).decode() for one in memory[1:])]


def unpacked(said: Any) -> Memory | None:
    """The memory that `packed` made; `None` for anything else."""
    if not isinstance(said, list) or [type(one) for one in said] != [str, str, str]:
        return None
    try:
        data = [base64.b64decode(text, validate=True) for text in said[1:]]
    except ValueError:
        return None
    if any(len(one) % _BYTES or len(one) > MOST * _BYTES for one in data):
        return None
    findings, undecided = (frozenset(one[at : at + _BYTES] for at in range(0, len(one), _BYTES)) for one in data)
    return Memory(said[0], findings, undecided)
