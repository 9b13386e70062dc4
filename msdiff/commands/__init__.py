"""The commands of `msdiff`, one module each: its words in, an exit code out.

A command is its module, with `parser()` and `run(arguments)`, and one line in `COMMANDS`. Modules are imported when
their command is asked for, so that a comparison does not pay for the others.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from msdiff.commands.options import Arguments, Parser

COMMANDS = {
    "check": "one version: what is violated, unpinned or unknown in it now",
    "graph": "draw the graph of one version",
    "explain": "a rule, a finding, or why a node is affected",
    "rules": "the catalogue of rules",
    "facts": "what is known of a model by its name, and from where",
    "accept": "live with one finding, with a reason",
    "fix": "make the edits that are obvious, or show them",
    "github": "what a workflow step of GitHub Actions runs",
    "init": "write a first configuration (and graph) for this repository",
    "schema": "JSON Schemas: graph, config, rule, facts, report",
    "demo": "write a small repository that breaks, and compare it",
    "completion": "a completion script for bash, zsh or fish",
}
NOT_YET: dict[str, str] = {}  # commands of the design that a later version brings, and what to do until then


class Command(Protocol):
    """What a command's module holds."""

    def parser(self) -> Parser:
        """What the command understands."""
        ...

    def run(self, arguments: Arguments) -> int:
        """Do it; the exit code."""
        ...


def command(name: str) -> Command:
    """The module of a command (`compare` is the one without a word of its own)."""
    return cast(Command, import_module(f"msdiff.commands.{name}"))
