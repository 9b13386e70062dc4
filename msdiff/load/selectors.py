"""Selectors and the values of policies that hold them (design, section 11, point 22).

In: the words of the catalogue. Out: checks. A selector of one node is its name, a list of one is that one, and what
has a default is filled in, so that equal meaning is equal value.
"""

from __future__ import annotations

from msdiff.load.values import (
    INVALID,
    Check,
    Problems,
    alternatives,
    boolean,
    map_of,
    number_of,
    record,
    text,
    word_of,
)
from msdiff.model.values import Unknown, Value
from msdiff.ruleset.attributes import Attribute, Catalogue
from msdiff.syntax.tree import Mapping, Scalar, Tree

MEASURES = ("endToEnd", "startToEnd", "endToStart")
FILLED_IN = {"percentile": "p95", "measure": "endToEnd"}
_MILLISECONDS = Attribute("ms", "policy", "ms", "number", "requirement", "aggregate", "latency", "", min=0, unit="ms")


class Selectors:
    """The checks for what a policy says, with the catalogue's own words for roles, stages and so on."""

    def __init__(self, catalogue: Catalogue) -> None:
        def words(section: str, key: str) -> Check:
            return _one_or_more(word_of(catalogue.row(section, key).values))

        several = _one_or_more(text)
        guard = {"kind": several, "stage": words("node", "guard.stage"), "streaming": words("node", "guard.streaming")}
        self._node = record(
            {
                "node": several,
                "role": words("node", "role"),
                "labels": map_of(several),
                "guard": record(guard),
                "sideEffect": words("node", "tools.offered.<tool>.sideEffect"),
                "owner": several,
                "graph": several,
            }
        )
        ends: dict[str, Check] = {"from": self.nodes, "to": self.nodes}
        words_of_edge = {"name": several, "role": several, "kind": words("edge", "kind")}
        self._edge = record({**ends, **words_of_edge})
        self._edges = record({"edges": self.edge})
        percentile = word_of(catalogue.row("slo", "percentile").values)
        bound = {"percentile": percentile, "ms": number_of(_MILLISECONDS), "measure": word_of(MEASURES)}
        self._bound = record({**ends, **bound}, required=("from", "to", "ms"))
        self.requirement = record({"select": self.picked, "condition": text}, required=("select", "condition"))

    def selection(self, attribute: Attribute) -> Check:
        """A map that has a selector under each of the row's keys."""
        return record(dict.fromkeys(attribute.keys, self.nodes), required=attribute.keys)

    def nodes(self, tree: Tree, path: str, problems: Problems) -> Value | Unknown:
        """A node name, or a map of which every entry must match. `{node: x}` alone is the name."""
        if isinstance(tree, Scalar) and isinstance(tree.value, str) and tree.value:
            return tree.value
        if not isinstance(tree, Mapping):
            problems.wrong_type(tree, path, "a node name, or a map such as `{role: guardrail}`", "string")
            return INVALID
        value = self._node(tree, path, problems)
        name = value.get("node") if isinstance(value, dict) and len(value) == 1 else None
        return name if isinstance(name, str) else value

    def edge(self, tree: Tree, path: str, problems: Problems) -> Value | Unknown:
        """An edge's id without `edge:`, or a map of any of its ends (selectors), name, role and kind."""
        return text(tree, path, problems) if isinstance(tree, Scalar) else self._edge(tree, path, problems)

    def picked(self, tree: Tree, path: str, problems: Problems) -> Value | Unknown:
        """A selector of nodes, or `{edges: ...}`."""
        if isinstance(tree, Mapping) and "edges" in tree.entries:
            return self._edges(tree, path, problems)
        return self.nodes(tree, path, problems)

    def latency_bound(self, tree: Tree, path: str, problems: Problems) -> Value | Unknown:
        """`{from, to, ms}` with `percentile` and `measure` filled in."""
        value = self._bound(tree, path, problems)
        return {**FILLED_IN, **value} if isinstance(value, dict) else value

    @staticmethod
    def pins(attribute: Attribute) -> Check:
        """True or false, or the least rank of a pin."""
        rank = word_of(attribute.values)

        def check(tree: Tree, path: str, problems: Problems) -> Value | Unknown:
            is_text = isinstance(tree, Scalar) and isinstance(tree.value, str)
            return rank(tree, path, problems) if is_text else boolean(tree, path, problems)

        return check


def _one_or_more(check: Check) -> Check:
    return alternatives(check, "can match nothing")
