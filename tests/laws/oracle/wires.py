"""Wires and stored state: every value that may arrive is followed back to whoever states it."""

from typing import Any

from tests.laws.oracle.graphs import Spec, edges, ends, key
from tests.laws.oracle.outcomes import HELD, OPEN, SOMEHOW, VIOLATED, Outcome, Outcomes

RULES = {
    "maxTokens": "max-input-below-producer-max",
    "dimension": "embedding-dimension-mismatch",
    "languages": "language-coverage-lost",
}


def arriving(spec: Spec, name: str, attribute: str) -> list[Any]:
    """All that may leave by the node's output; `None` where somebody says nothing. Empty: nobody says anything."""
    said: list[Any] = []
    loops = _collect(spec, name, attribute, (), said)
    known = [one for one in said if one is not None]
    return said if known or not loops else known


def _collect(spec: Spec, name: str, attribute: str, behind: tuple[str, ...], said: list[Any]) -> bool:
    """Adds what comes out of the node. What comes round again says nothing new."""
    node = spec["nodes"][name]
    own = node.get("outputs", {}).get("o", {}).get(attribute)
    if own is not None or "passes" not in node:
        said.append(own)
        return False
    feeding = {ends(edge)[0] for edge in edges(spec) if ends(edge)[1] == name}
    if not feeding:
        said.append(None)
    for producer in feeding:
        if producer not in (*behind, name):
            _collect(spec, producer, attribute, (*behind, name), said)
    return bool(feeding)


def wires(spec: Spec) -> Outcomes:
    found: Outcomes = {}
    for edge in edges(spec):
        one, other = ends(edge)
        for attribute, rule in RULES.items():
            offered = arriving(spec, one, attribute)
            required = spec["nodes"][other].get("inputs", {}).get("i", {}).get(attribute)
            known = [value for value in offered if value is not None]
            if known or required is not None:
                found[rule, key(edge)] = _wire(attribute, offered, known, required)
    return found


def _wire(attribute: str, offered: list[Any], known: list[Any], required: Any) -> Outcome:
    if required is None:
        return OPEN
    bad = [value for value in known if not _fits(attribute, value, required)]
    if bad:
        single = len({repr(value) for value in offered}) == 1
        return _how(attribute, bad[0], required) if single else SOMEHOW
    return OPEN if None in offered or not known else HELD


def _fits(attribute: str, value: Any, required: Any) -> bool:
    if attribute == "maxTokens":
        return bool(value <= required)
    if attribute == "languages":
        return set(value) <= set(required)
    return value in (required if isinstance(required, list) else [required])


def _how(attribute: str, value: Any, required: Any) -> Outcome:
    if attribute == "maxTokens":
        return Outcome("violated", value - required)
    if attribute == "languages":
        return Outcome("violated", None, frozenset(value) - frozenset(required))
    return VIOLATED


def stores(spec: Spec) -> Outcomes:
    """Each store against each embedder whose vectors come to it."""
    found: Outcomes = {}
    for name, node in spec["nodes"].items():
        if node["role"] != "vectorStore":
            continue
        built = node.get("store", {}).get("builtWith", {})
        for writer in _writers(spec, name, (name,)):
            said = spec["nodes"][writer]
            found["embedding-space-changed", name, writer] = _space(built, said.get("model", {}))
            if "dimension" in built:
                width = said["outputs"]["o"].get("dimension")
                outcome = OPEN if width is None else HELD if width == built["dimension"] else VIOLATED
                found["embedding-dimension-mismatch", name, writer] = outcome
    return found


def _writers(spec: Spec, name: str, behind: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    for edge in edges(spec):
        producer, consumer = ends(edge)
        if consumer != name or producer in behind or not _carries_vectors(spec, producer, consumer):
            continue
        if spec["nodes"][producer]["role"] == "embedder":
            found.add(producer)
        else:
            found |= _writers(spec, producer, (*behind, producer))
    return found


def _carries_vectors(spec: Spec, producer: str, consumer: str) -> bool:
    port = spec["nodes"][consumer]["inputs"]["i"]
    types = arriving(spec, producer, "type")
    one_type = types[0] if len(set(types)) == 1 else None
    declares = any(value is not None for value in arriving(spec, producer, "dimension")) or "dimension" in port
    return "embedding" in (one_type, port.get("type")) or declares


def _space(built: Spec, model: Spec) -> Outcome:
    wrong = [part for part in ("model", "revision") if part in built and _of(model, part) not in (None, built[part])]
    if wrong:
        return Outcome("violated", None, frozenset(wrong))
    if "model" not in built or "id" not in model:
        return OPEN
    return HELD if ("revision" in built) == ("revision" in model) else OPEN


def _of(model: Spec, part: str) -> Any:
    return model.get("id" if part == "model" else part)
