"""What a trap is: a graph, a few edits of its text, and what the design says of the difference.

Expectations were written down from the design before the program was run, and are changed only where the design says so.
"""

from textwrap import dedent, indent
from typing import NamedTuple

Found = tuple[str, str, str, str]  # rule, node, status, verdict
HEAD = "apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {name: app}\nspec:\n"


class Trap(NamedTuple):
    """A `spec` in YAML and the replacements that make head of it (each old text stands there exactly once).

    `found` are all findings but those that stood before, `verdict` is the run's. `more` are further files, as (path, text).
    """

    name: str
    base: str
    edits: tuple[tuple[str, str], ...]
    verdict: str
    found: tuple[Found, ...] = ()
    more: tuple[tuple[str, str], ...] = ()

    @property
    def files(self) -> tuple[dict[str, str], dict[str, str]]:
        """Both versions. An edit may be of any file."""
        before = {"app.yaml": HEAD + indent(dedent(self.base).strip("\n"), "  "), **dict(self.more)}
        after = dict(before)
        for old, new in self.edits:
            holding = [path for path, text in after.items() for _ in range(text.count(old))]
            assert len(holding) == 1, f"{old!r} stands {len(holding)} times"
            after[holding[0]] = after[holding[0]].replace(old, new)
        return before, after


def other(name: str, nodes: str) -> str:
    """The text of another graph, with its nodes."""
    return HEAD.replace("name: app", f"name: {name}") + f"  nodes:\n    {nodes}\n"
