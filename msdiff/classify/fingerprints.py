"""A finding's identity over time: rule, place, attribute, old and new value, consumer. No line numbers, no prose."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from msdiff.model.change import Change
from msdiff.model.obligation import Obligation
from msdiff.model.values import Unknown, Value

try:  # like `random` of the standard library: `hashlib` loads OpenSSL, which costs more than all fingerprints of a run
    from _sha2 import sha256
except ImportError:
    try:
        from _sha256 import sha256
    except ImportError:
        from hashlib import sha256

LENGTH = 16  # hexadecimal digits: 64 bits


def fingerprint(
    rule: str, graph: str, node: str | None, place: str | None, causes: Iterable[Change], obligation: Obligation | None
) -> str:
    """16 hexadecimal digits. A finding without causes (broken before) takes the two sides of its obligation instead."""
    moved = sorted([one.attribute or one.kind, one.fact.element, _plain(one.old), _plain(one.new)] for one in causes)
    said = (
        [] if moved or obligation is None else [_plain(obligation.facts.get(name)) for name in ("offered", "required")]
    )
    check = list(obligation.key[1:]) if obligation else []
    text = json.dumps(
        [rule, graph, node, place, check, moved, said], sort_keys=True, ensure_ascii=True, separators=(",", ":")
    )
    digest: str = sha256(text.encode()).hexdigest()
    return digest[:LENGTH]


def _plain(value: Value | Unknown) -> str:
    if isinstance(value, Unknown):
        return "?"
    return json.dumps(value, sort_keys=True, default=_json)


def _json(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"not a value: {value!r}")
