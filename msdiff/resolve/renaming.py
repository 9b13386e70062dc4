"""Base in head's names: after a rename, every mention of the old name is read as the new one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msdiff.model.claim import Claim
from msdiff.model.values import Unknown, Value
from msdiff.resolve.references import NODE_NAMES, SELECTORS

_MAPPED = frozenset((*NODE_NAMES, *SELECTORS))
_AT_VERSION = frozenset(("threshold.calibratedFor", "store.builtWith.chunker"))  # may say NODE@VERSION


def renamed_claims(claims: Iterable[Claim], names: Mapping[tuple[str, str], Mapping[str, str]]) -> Iterator[Claim]:
    """The claims with nodes renamed. `names` maps (graph name, variant) to old name -> new name.

    Edge ends, fallbacks, SLO nodes, selectors and builders of stored state follow. `renamedFrom` does not: it is what
    declares the rename.
    """
    for claim in claims:
        mapping = names.get((claim.graph.name, claim.graph.variant))
        yield _renamed(claim, mapping) if mapping else claim


def _renamed(claim: Claim, mapping: Mapping[str, str]) -> Claim:
    kind, _, name = claim.element.partition(":")
    if kind == "node" and name in mapping:
        claim = claim._replace(element=f"node:{mapping[name]}")
    if kind == "edge" and not claim.attribute and isinstance(claim.value, tuple):
        return claim._replace(value=tuple(_end(str(end), mapping) for end in claim.value))
    if claim.attribute in _MAPPED and not isinstance(claim.value, Unknown):
        return claim._replace(value=_value(claim.value, mapping))
    if claim.attribute in _AT_VERSION and isinstance(claim.value, str):
        node, at, version = claim.value.partition("@")
        return claim._replace(value=f"{mapping.get(node, node)}@{version}") if at else claim
    return claim


def _end(text: str, mapping: Mapping[str, str]) -> str:
    if text in mapping:
        return mapping[text]
    node, dot, port = text.rpartition(".")
    return f"{mapping.get(node, node)}{dot}{port}"


def _value(value: Value, mapping: Mapping[str, str]) -> Value:
    if isinstance(value, str):
        return mapping.get(value, value)
    if isinstance(value, tuple):
        return tuple(_value(one, mapping) for one in value)
    if isinstance(value, Mapping):
        return {
            key: _value(one, mapping) if key in ("node", "from", "to", "through", "select", "nodes", "edges") else one
            for key, one in value.items()
        }
    return value
