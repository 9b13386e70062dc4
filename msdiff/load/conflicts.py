"""The same attribute of the same element, stated with two values in one graph (design, section 11, point 5).

In: claims on one graph, in the order of files and lines. Out: a problem at each later statement that differs, with
the place of the first. Edges never conflict: each statement is an edge of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msdiff.errors import InputError
from msdiff.model.claim import Claim
from msdiff.model.values import same

# Documents of one graph may each have an owner and a description of their own.
_ONCE_OF_GRAPH = frozenset({"metadata.version"})
_WORDS = {"slo": "SLO"}


def conflicts(claims: Iterable[Claim]) -> Iterator[InputError]:
    """Each statement that contradicts an earlier one."""
    first: dict[tuple[str, str], Claim] = {}
    for claim in claims:
        kind, _, name = claim.element.partition(":")
        if kind == "edge" or (kind == "graph" and claim.attribute not in _ONCE_OF_GRAPH):
            continue
        earlier = first.setdefault((claim.element, claim.attribute), claim)
        if earlier is claim or same(earlier.value, claim.value):
            continue
        what = f"`{claim.attribute}` of {_WORDS.get(kind, kind)} `{name}`" if name else f"`{claim.attribute}`"
        message = f"{what} is {_shown(claim)} here and {_shown(earlier)} at {earlier.location}"
        yield InputError(message, hint="keep one of the two", location=claim.location)


def _shown(claim: Claim) -> str:
    value = claim.value
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "another map" if len(str(value)) > 60 else str(value)
    return f"`{value}`"
