"""Short ways to write graphs and to read reports, for tests that follow the design sentence by sentence."""

import copy
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from msdiff.model.report import Report
from tests.snapshots import compared_specs, found

Spec = dict[str, Any]
TEXT: Spec = {"type": "text"}


def edge(start: str, end: str, **stated: Any) -> Spec:
    """An edge `start` -> `end`, with what else it states."""
    return {"from": start, "to": end, **stated}


def step(role: str = "transform", **stated: Any) -> Spec:
    """A node with one text input `i` and one text output `o`."""
    return {"role": role, "inputs": {"i": dict(TEXT)}, "outputs": {"o": dict(TEXT)}, **stated}


def entry(**port: Any) -> Spec:
    return {"role": "entry", "outputs": {"o": {**TEXT, **port}}}


def guard(**said: Any) -> Spec:
    """A guard against injection that fails closed, or what is said instead."""
    return step("guardrail", guard=said or {"kinds": ["injection"], "onFailure": "closed"})


def chain(*names: str, **stated: Any) -> list[Spec]:
    """Edges along the names, all of them from `o` to `i`."""
    return [edge(f"{one}.o", f"{other}.i", **stated) for one, other in pairwise(names)]


def changed(spec: Spec, *edits: Callable[[Spec], Any]) -> Spec:
    """A copy of the spec with edits made to it."""
    head = copy.deepcopy(spec)
    for edit in edits:
        edit(head)
    return head


def verdicts(report: Report) -> dict[str, str]:
    """What each change means, by attribute (or kind of change)."""
    return {one.change.attribute or one.change.kind: one.classification.value for one in report.changes}


def reasons(report: Report) -> set[str]:
    return {reason for one in report.changes for reason in one.reasons}


def told(base: Spec, head: Spec, *rules: str) -> list[tuple[str, str, str, str]]:
    """What the rules say of two versions (all rules where none is named)."""
    return [one for one in found(compared_specs(base, head)) if not rules or one[0] in rules]
