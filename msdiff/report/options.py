"""What a renderer is told about the place that its text goes to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msdiff.model.records import NamedTuple


class RuleDocument(NamedTuple):
    """What the documentation says of a rule; `fix` may hold the names of values in braces."""

    category: str
    why: str
    fix: str
    references: tuple[str, ...] = ()


Documents: TypeAlias = Callable[[str], RuleDocument | None]
"""What looks a rule up by its id."""


class RenderOptions(NamedTuple):
    """How to write, never what: every renderer shows the same report.

    `width` is the number of columns of a terminal, `None` in a pipe or a file: nothing is wrapped then. `colour` asks
    for ANSI colours; `NO_COLOR` is the caller's to read. `unicode` is false where the output cannot encode arrows.
    `verbose` above 0 folds nothing. `accept_command` is how the reader calls `msdiff accept`, `range` what names the
    same comparison again on a command line. `max_chars` (UTF-16 units) and `max_bytes` (UTF-8) bound Markdown: GitHub
    refuses a comment of more than 65,536 characters, and some longer than 200,000 bytes. `documents` looks a rule up,
    for SARIF; without it, or where it has no answer, the rule is described by its title. `link` gives the address of a
    line (file, line) of head; without it, places are text.
    """

    colour: bool = False
    width: int | None = None
    unicode: bool = True
    verbose: int = 0
    quiet: bool = False
    accept_command: str = "msdiff accept"
    range: str = ""
    max_chars: int = 60_000
    max_bytes: int = 190_000
    documents: Documents | None = None
    link: Callable[[str, int], str] | None = None
