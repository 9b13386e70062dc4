"""What differs between base and head, before anybody judges it."""

from __future__ import annotations

from msdiff.model.graph import Fact
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value


class Change(NamedTuple):
    """One fact that differs: an element that appeared, went or was renamed, or an attribute whose own value differs.

    `detail` leads into a value that has parts (`[toxicity]`, `.properties.price.type`); several changes may share a fact.

    `kind` is `node.added|removed|renamed`, `edge.added|removed`, `slo.added|removed|changed`,
    `policy.added|removed|changed`, `attribute.added|removed|changed`. `fact` is in head's names, except for what exists in
    base only. `old` and `new` are `None` where there is no value; for a rename they are the two names.
    """

    id: str
    kind: str
    graph: str
    fact: Fact
    old: Value | Unknown
    new: Value | Unknown
    base: Location | None
    head: Location | None
    detail: str = ""

    @property
    def attribute(self) -> str | None:
        return f"{self.fact.attribute}{self.detail}" or None

    @property
    def node(self) -> str | None:
        return self._named("node")

    @property
    def edge(self) -> str | None:
        return self._named("edge")

    @property
    def element(self) -> str | None:
        """`slo:NAME` or `policy:NAME` for a change of these, else `None`."""
        return self.fact.element if self.fact.element.startswith(("slo:", "policy:")) else None

    def _named(self, kind: str) -> str | None:
        found, _, name = self.fact.element.partition(":")
        return name if found == kind else None
