"""Variants of a stack that say the same as another variant: one line changed is then one change.

In: what one or two versions say. Out: the same without the claims of such variants, and a note that names them.
Promised: a variant is left out of both versions or of none, so that none seems to be new or gone that is not.
"""

from __future__ import annotations

from msdiff.load import Loaded
from msdiff.model.claim import GraphKey

STACK = "Compose"
SHOWN = 6


def without_twins(*versions: Loaded) -> tuple[Loaded, ...]:
    """The versions without variants that say nothing of their own in any of them."""
    if not any(one.variants for one in versions):
        return versions
    twins = [_twins(one) for one in versions]
    own = {key for one, found in zip(versions, twins, strict=True) for key in one.variants if key not in found}
    return tuple(_without(one, found - own) for one, found in zip(versions, twins, strict=True))


def _twins(loaded: Loaded) -> frozenset[GraphKey]:
    """Variants whose files say what those of another variant say, at the same places. What a document adds is its own."""
    names = {key.name for key in loaded.variants}
    said: dict[GraphKey, list[tuple[object, ...]]] = {}
    drawn = set()
    for claim in loaded.claims:
        if claim.graph.name not in names:
            continue
        if claim.graph.kind != STACK:
            drawn.add((claim.graph.name, claim.graph.variant))
        elif claim.element != "graph:":
            said.setdefault(claim.graph, []).append((*claim[1:4], claim.location))
    known: dict[str, list[list[tuple[object, ...]]]] = {}
    twins = set()
    for key in sorted(said):
        others = known.setdefault(key.name, [])
        if key.variant and (key.name, key.variant) not in drawn and said[key] in others:
            twins.add(key)
        others.append(said[key])
    return frozenset(twins)


def _without(loaded: Loaded, twins: frozenset[GraphKey]) -> Loaded:
    if not twins:
        return loaded
    names = [key.label for key in sorted(twins)]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    note = f"variants that say the same as another are told with it: {', '.join(names[:SHOWN])}{more}"
    return loaded._replace(
        claims=tuple(claim for claim in loaded.claims if claim.graph not in twins), notes=(*loaded.notes, note)
    )
