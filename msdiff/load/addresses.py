"""Addresses in values: `http://tei:80/v1`, `nim-llm:8000`, `redis://:pw@redis:6379/0`.

In: a text. Out: hosts with port and path. Promised: user, password and query of an address are never handed out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msdiff.model.records import NamedTuple

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(?:[^/@\s,;\"']*@)?([A-Za-z0-9_.-]*)(?::(\d{1,5}))?(/[^\s,;?#\"'|]*)?")
_BARE = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.-]*)?:(\d{2,5})(/[^\s,;?#\"']*)?")
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_LISTEN = frozenset({"", "0.0.0.0", "localhost", "127.0.0.1", "::1", "host.docker.internal", "host-gateway"})
MAX = 4000


class Address(NamedTuple):
    """Where something is asked. `scheme` is "" where none is written; `host` may be ""."""

    scheme: str
    host: str
    port: int | None
    path: str


def addresses(text: str) -> Iterator[Address]:
    """Every address in a value: URLs anywhere, `host:port` and a host alone where they are a whole item of a list."""
    if len(text) > MAX:
        return
    text = text.strip().strip("\"'")
    seen = False
    for found in _URL.finditer(text):
        seen = True
        yield Address(found[1].lower(), found[2], _port(found[3]), _path(found[4]))
    if seen:
        return
    for item in re.split(r"[,;\s]+", text):
        bare = _BARE.fullmatch(item.strip("\"'"))
        if bare:
            yield Address("", bare[1] or "", _port(bare[2]), _path(bare[3]))
        elif _HOST.fullmatch(item):
            yield Address("", item, None, "")


def is_own_machine(host: str) -> bool:
    """Whether a host means the machine that the stack runs on, so that its published ports count."""
    return host.lower() in _LISTEN


def _port(text: str | None) -> int | None:
    port = int(text) if text else 0
    return port if 0 < port < 65536 else None


def _path(text: str | None) -> str:
    return (text or "").rstrip("/")
