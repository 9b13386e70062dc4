"""What rules may read: `rules/facts.yaml` in, the names and types of each watch out.

A name that is not here is refused when a rule is loaded, so a misspelt one cannot make a rule that never fires.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from msdiff.model.records import NamedTuple
from msdiff.ruleset.attributes import Attribute
from msdiff.ruleset.expressions import TYPES

Facts: TypeAlias = Mapping[str, str]
"""Short name -> type, as `expressions.Names` has it."""

CHANGE_KINDS = (
    *(f"attribute.{what}" for what in ("added", "changed", "removed")),
    *(f"edge.{what}" for what in ("added", "removed")),
    *(f"node.{what}" for what in ("added", "removed", "renamed")),
    *(f"policy.{what}" for what in ("added", "changed", "removed")),
    *(f"slo.{what}" for what in ("added", "changed", "removed")),
)

_TYPES = {
    "integer": "integer",
    "number": "number",
    "fraction": "number",
    "boolean": "boolean",
    "text": "text",
    "name": "text",
    "set": "list",
    "list": "list",
}
_EVERY_OBLIGATION = {"kind": "text", "graph": "text", "node": "text?", "edge": "text?", "check": "text"}
_EVERY_CHANGE = {
    "graph": "text",
    "node": "text?",
    "edge": "text?",
    "element": "text?",
    "kind": "text",
    "attribute": "text?",
}


class Vocabulary(NamedTuple):
    """Facts of each check (by kind and check; those of its kind included), of changes, of the node that changed."""

    checks: Mapping[str, Mapping[str, Facts]]
    change: Facts
    node: Facts
    consumer: Facts

    def of_obligation(self, kind: str, check: str) -> dict[str, str]:
        """Facts that an obligation of this check has: those that every obligation has, and its own."""
        return {**_EVERY_OBLIGATION, **self.checks[kind][check]}

    def of_change(self, value: str) -> dict[str, str]:
        """Facts that a change has; `value` is the type of its old and new value."""
        return {**_EVERY_CHANGE, **self.change, "old": value, "new": value}


def vocabulary_from(written: Mapping[str, Any]) -> Vocabulary:
    """The vocabulary in the parsed `facts.yaml`; raises `ValueError` with what is wrong in it."""
    kinds = {kind: said["facts"] for kind, said in written["kinds"].items()}
    changes = {
        group: {name: _known(said["type"], name) for name, said in written["changes"][group].items()}
        for group in ("change", "node", "consumer")
    }
    return Vocabulary(
        checks={
            kind: {
                check: {name: _known(type_, name) for name, type_ in {**kinds[kind], **said.get("facts", {})}.items()}
                for check, said in checks.items()
            }
            for kind, checks in written["checks"].items()
        },
        change=changes["change"],
        node=changes["node"],
        consumer=changes["consumer"],
    )


def shared(facts: tuple[Facts, ...]) -> dict[str, str]:
    """The facts that all have, with the type that fits all: its own where they agree, else any value."""
    first, *others = facts
    return {
        name: _common({type_, *(other[name] for other in others)})
        for name, type_ in first.items()
        if all(name in other for other in others)
    }


def maybe_missing(facts: Facts) -> dict[str, str]:
    """The same facts, each of which may be missing: what is known of an obligation that cannot be decided."""
    return {name: type_ if type_.endswith("?") else f"{type_}?" for name, type_ in facts.items()}


def type_of_values(kinds: Iterable[str], attributes: tuple[Attribute, ...]) -> str:
    """The type of a change's old and new value: that of its attributes where they agree, else any."""
    kinds = tuple(kinds)
    if all(kind.startswith(("node.", "edge.")) for kind in kinds):
        return "text?"
    if not attributes or not all(kind.startswith("attribute.") for kind in kinds):
        return "value"
    types = {type_of(attribute) for attribute in attributes}
    if len(types) > 1:
        return "value"
    return types.pop() + ("?" if any(kind != "attribute.changed" for kind in kinds) else "")


def type_of(attribute: Attribute) -> str:
    """The type of an attribute's value, as conditions know it."""
    if attribute.union or (attribute.many and not attribute.name.startswith("outputs.")):
        return "value"  # one, or a list of accepted ones
    return _TYPES.get(attribute.type, "value")


def _common(types: set[str]) -> str:
    bare = {type_.rstrip("?") for type_ in types}
    optional = "?" if any(type_.endswith("?") for type_ in types) else ""
    return (bare.pop() if len(bare) == 1 else "value") + optional


def _known(type_: str, name: str) -> str:
    if type_.removesuffix("?") not in TYPES:
        raise ValueError(
            f"fact `{name}` has the type `{type_}`; types are {', '.join(sorted(TYPES))}, with `?` if it may be missing"
        )
    return type_
