"""Conditions of `policy.require`: CEL over the attributes of one node or edge.

In: the condition, the element that the policy's selector picked, the policy's name. Out: held, violated, or undecided where the
condition reads an attribute that the element does not declare. Raises `RuleError` (exit 3) for a condition that names no
attribute of the catalogue or gives no boolean.
"""

from __future__ import annotations

from functools import lru_cache

from msdiff.model.graph import Edge, Element
from msdiff.model.location import Location
from msdiff.model.obligation import Held, Outcome, Undecided, Violated
from msdiff.model.values import Unknown, Value
from msdiff.ruleset.attributes import Attribute, Catalogue
from msdiff.ruleset.expressions import Condition, checked, evaluate
from msdiff.syntax.patterns import Pattern

_TEXT = Pattern(r"""r?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
_NAME = Pattern(r"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
# numbers stay untyped, so that `latency.p95Ms < 500` may be written without a decimal point
_TYPES = {"text": "text", "name": "text", "boolean": "boolean", "set": "list", "list": "list", "map": "map"}


class PolicyJudge:
    """Judges conditions; each is checked once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._compiled = lru_cache(maxsize=256)(self._checked)

    def __call__(self, text: str, element: Element, policy: str) -> Outcome:
        """The outcome for one element."""
        condition = self._compiled(text, policy, isinstance(element, Edge), element.location)
        groups: dict[str, dict[str, Value | Unknown]] = {}
        for name, _ in condition.names:
            group, _, fact = name.partition(".")
            groups.setdefault(group, {})[fact] = self._value(element, name)
        holds = evaluate(condition, groups, whose=f"policy {policy}")
        if isinstance(holds, Unknown):
            return Undecided(holds.reason)
        return Held() if holds else Violated()

    def _checked(self, text: str, policy: str, edge: bool, location: Location) -> Condition:
        known = {name: attribute for name in _names(text) if (attribute := self._attribute(name, edge)) is not None}
        names = {name: _TYPES.get(attribute.type, "value") for name, attribute in known.items()}
        checked(text, names, whose=f"policy {policy}", location=location)
        return Condition(text, tuple(sorted(names.items())))

    def _attribute(self, name: str, edge: bool) -> Attribute | None:
        found = self._catalogue.lookup(name)
        return found if found is not None and (found.on == "edge") == edge else None

    def _value(self, element: Element, name: str) -> Value | Unknown:
        effective = element.attributes.get(name)
        if effective is not None:
            return effective.value
        attribute = self._catalogue.lookup(name)
        if name == "role":
            return getattr(element, "role", "custom")
        if attribute is not None and attribute.default is not None:
            return attribute.default
        return Unknown(f"`{element.name}` declares no {name}")


def _names(text: str) -> tuple[str, ...]:
    """Every dotted name in the text and each beginning of it (`store.engine.startsWith` reads `store.engine`)."""
    found: dict[str, None] = {}
    for name in _NAME.findall(_TEXT.sub('""', text)):
        steps = name.split(".")
        for count in range(1, len(steps) + 1):
            found[".".join(steps[:count])] = None
    return tuple(found)
