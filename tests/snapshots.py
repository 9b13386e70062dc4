"""Versions in memory, and one call that compares two of them with the built-in rules."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from msdiff.model.report import Report
from msdiff.pipeline import check, compare
from msdiff.ruleset.library import RuleSet, load_ruleset
from msdiff.settings import Settings
from msdiff.world import Request


class MemorySnapshot:
    """Files by path, as text or bytes."""

    def __init__(self, files: Mapping[str, str | bytes], label: str = "memory") -> None:
        self.label = label
        self.commit: str | None = None
        self.notes: tuple[str, ...] = ()
        self._files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}

    def paths(self) -> Iterator[str]:
        return iter(sorted(self._files))

    def read(self, path: str) -> bytes:
        return self._files[path]

    def digest(self, path: str) -> str:
        return sha256(self._files[path]).hexdigest()

    def read_many(self, paths: tuple[str, ...]) -> Mapping[str, bytes]:
        return {path: self._files[path] for path in paths}


@cache
def built_in_rules() -> RuleSet:
    return load_ruleset(Settings())


def document(spec: Mapping[str, Any], name: str = "app", variant: str | None = None) -> str:
    """A graph document with this `spec`; JSON is YAML, too."""
    metadata = {"name": name} if variant is None else {"name": name, "variant": variant}
    return json.dumps(
        {"apiVersion": "msdiff/v1", "kind": "ApplicationGraph", "metadata": metadata, "spec": spec}, indent=1
    )


def compared(base: Mapping[str, str | bytes], head: Mapping[str, str | bytes], **options: Any) -> Report:
    """The report on two sets of files."""
    return compare(MemorySnapshot(base, "base"), MemorySnapshot(head, "head"), request(**options))


def checked(files: Mapping[str, str | bytes], **options: Any) -> Report:
    """The report on one set of files."""
    return check(MemorySnapshot(files, "head"), request(**options))


def request(**options: Any) -> Request:
    settings = options.pop("settings", Settings())
    return Request(
        settings=settings, rules=options.pop("rules", None) or built_in_rules(), tool_version="test", **options
    )


def compared_specs(base: Mapping[str, Any], head: Mapping[str, Any], **options: Any) -> Report:
    """The report on two versions of one graph, given as the `spec` of its document."""
    return compared({"app.yaml": document(base)}, {"app.yaml": document(head)}, **options)


def found(report: Report) -> list[tuple[str, str, str, str]]:
    """Rule, node, status and verdict of each finding, sorted."""
    return sorted((one.rule, one.node or "", one.status.value, one.verdict.value) for one in report.findings)
