"""Names for SLOs and policies that have none: made of what they are about, not of their figures or their place.

So a raised limit is a change of the same policy, and reordering or reformatting the file changes nothing.
"""

from __future__ import annotations

from msdiff.syntax.shape import plain
from msdiff.syntax.tree import Mapping, Tree

_ENDS = (("from", ""), ("to", "to"), ("through", "through"), ("select", ""))


def slo_name(tree: Mapping) -> str:
    """`llm p95 completion`."""
    said = (plain_text(tree.get(key)) for key in ("at", "percentile", "metric"))
    return " ".join(word for word in said if word) or "unnamed"


def policy_name(tree: Mapping) -> str:
    """`everyPath role entry to role generator through role guardrail`."""
    parts = []
    for key in sorted(tree.entries):
        if key == "name" or key.startswith("x-"):
            continue
        value = tree.entries[key].value
        ends = _ends(value) if isinstance(value, Mapping) else ""
        parts.append(f"{key} {ends}".strip())
    return ", ".join(parts) or "unnamed"


def unique(name: str, used: dict[str, int]) -> str:
    """The name, or `name 2`, `name 3` ... where it was made before; `used` counts how often."""
    used[name] = used.get(name, 0) + 1
    return name if used[name] == 1 else f"{name} {used[name]}"


def plain_text(tree: Tree | None) -> str:
    """A value in words: text as it is, maps and lists with their parts sorted."""
    if tree is None:
        return ""
    value = plain(tree)
    if isinstance(value, dict):
        inner = tree.entries if isinstance(tree, Mapping) else {}
        return " ".join(f"{key} {plain_text(inner[key].value)}" for key in sorted(value))
    if isinstance(value, tuple):
        return " or ".join(sorted(map(str, value)))
    return str(value)


def _ends(value: Mapping) -> str:
    words = []
    for key, before in _ENDS:
        found = plain_text(value.get(key))
        if found:
            words.append(f"{before} {found}".strip())
    return " ".join(words)
