"""Examples of rules: as they are written in a rule file, in; the files of their two versions, out.

They are documentation, and every rule runs over every rule's examples as a test.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msdiff.model.records import NamedTuple
from msdiff.ruleset.library import Document

GRAPH_FILE = "graph.yaml"
_PARTS = frozenset({"metadata", "nodes", "edges", "slos", "policies"})


class Example(NamedTuple):
    """One example. `base` and `head` are files by name; `expect` are the findings that the rule must give."""

    rule: str
    name: str
    base: Mapping[str, bytes]
    head: Mapping[str, bytes]
    expect: tuple[Mapping[str, str], ...]


def examples_of(document: Document) -> tuple[Example, ...]:
    """The examples of one rule, in their order."""
    return tuple(
        Example(
            document.rule.id,
            written["name"],
            files(written["base"]),
            files(written["head"] if "head" in written else merged(written["base"], written["patch"])),
            tuple(written["expect"]),
        )
        for written in document.examples
    )


def files(written: Mapping[str, Any]) -> dict[str, bytes]:
    """The files that a version consists of: those given by name, or one graph as a document."""
    if not written.keys() <= _PARTS:
        return {name: str(text).encode() for name, text in written.items()}
    spec = {name: part for name, part in written.items() if name != "metadata"}
    metadata = {"name": "example", **written.get("metadata", {})}
    document = {"apiVersion": "msdiff/v1", "kind": "ApplicationGraph", "metadata": metadata, "spec": spec}
    return {GRAPH_FILE: json.dumps(document, ensure_ascii=False, indent=1).encode()}


def merged(base: Any, patch: Any) -> Any:
    """JSON Merge Patch (RFC 7396): maps are merged, null removes, everything else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(base) if isinstance(base, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result
