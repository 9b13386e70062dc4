"""A change that touches no obligation and that no rule judges: harmless by what it says, or unverified.

In: the change, the name of its attribute in the catalogue, and the table `rules/alone.yaml`. Out: "" where it can only be
harmless, else the reason why it is unverified. A change that nothing can decide is never safe.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from msdiff.model.change import Change
from msdiff.model.values import Unknown, Value

Table = Mapping[str, Sequence[str]]


def alone(change: Change, template: str | None, table: Table) -> str:
    """Why the change is unverified, or ""."""
    if change.kind in table["kinds"]:
        return ""
    attribute = change.fact.attribute
    if not attribute:
        return _of_element(change)
    names = (attribute, template or attribute)
    if _matches(names, table["safe"]):
        return ""
    if _matches(names, table["lowerIsSafe"]) and _below(change.new, change.old):
        return ""
    if _matches(names, table["higherIsSafe"]) and _below(change.old, change.new):
        return ""
    return f"nothing in the graph states what {change.attribute} must be"


def _matches(names: Sequence[str], globs: Sequence[str]) -> bool:
    return any(fnmatchcase(name, glob) for name in names for glob in globs)


def _below(low: Value | Unknown, high: Value | Unknown) -> bool:
    if isinstance(low, bool) or isinstance(high, bool):
        return False
    return isinstance(low, int | float) and isinstance(high, int | float) and low < high


def _of_element(change: Change) -> str:
    kind, _, what = change.kind.partition(".")
    name = change.fact.element.partition(":")[2]
    if what == "removed":
        return f"nothing in the graph states whether anybody needs {kind} `{name}`"
    return f"{kind} `{name}` states nothing that could be checked"
