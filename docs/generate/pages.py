r"""A page in, the same page up to date out.

What stands in comments of their own line says what is made:

    <!-- generated: NAME -->  until  <!-- /generated -->     a table, from the data that the program reads
    <!-- repository: KIND NAME -->                           from here on commands run in a fresh place
    <!-- file: PATH -->                                      the fenced block below is written to that file
    <!-- do: COMMAND -->                                     runs, and is not shown
    <!-- edit: PATH | OLD | NEW -->                          OLD occurs once in that file and becomes NEW (`\n` is a line break)
    <!-- run -->                                             each `$ ` line of the fenced block below runs; its output follows
    <!-- run: columns=100 until="SLOs" then="What" -->       on a terminal of that width; cut from the line that begins so
                                                             on, to the next one that begins as `then` says (or the end)
"""

import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from docs.generate.attributes import (
    attribute_tables,
    edge_table,
    limit_table,
    model_spec_table,
    node_table,
    unit_table,
    word_tables,
)
from docs.generate.formats import keymap_tables, model_fact_table, serving_tables
from docs.generate.help import command_texts, help_text
from docs.generate.place import ROOT, Place
from docs.generate.rules import rule_index, rule_pages
from docs.generate.settings import acceptance_table, configuration_table
from docs.generate.vocabulary import change_facts, checks

__all__ = ["PAGES", "ROOT", "regenerated"]

PAGES = (
    "README.md",
    "docs/command-line.md",
    "docs/configuration.md",
    "docs/formats.md",
    "docs/getting-started.md",
    "docs/graph-format.md",
    "docs/how-it-decides.md",
    "docs/report.md",
    "docs/rules.md",
    "docs/troubleshooting.md",
    "docs/writing-rules.md",
)
BLOCKS: dict[str, Callable[[], str]] = {
    "acceptances": acceptance_table,
    "attributes": attribute_tables,
    "change facts": change_facts,
    "checks": checks,
    "commands": command_texts,
    "configuration": configuration_table,
    "edges": edge_table,
    "nodes": node_table,
    "help": help_text,
    "limits": limit_table,
    "model facts": model_fact_table,
    "modelspec": model_spec_table,
    "rules": rule_pages,
    "keymaps": keymap_tables,
    "serving": serving_tables,
    "rule index": rule_index,
    "units": unit_table,
    "words": word_tables,
}
CUT = "[...]"
_DIRECTIVE = re.compile(r"<!-- (generated|repository|file|do|edit|run)(?:: (.*))? -->")
_END = "<!-- /generated -->"


def regenerated(text: str) -> str:
    """The page with every generated part as it is now. Raises `RuntimeError` where a page asks for what there is not."""
    with ExitStack() as open_places:
        return "\n".join(_Page(text.split("\n"), open_places).lines())


class _Page:
    """One page, read line by line."""

    def __init__(self, lines: list[str], open_places: ExitStack) -> None:
        self._lines = iter(lines)
        self._open = open_places
        self._place: Place | None = None

    def lines(self) -> Iterator[str]:
        for line in self._lines:
            yield line
            found = _DIRECTIVE.fullmatch(line)
            if found:
                yield from self._answer(found[1], found[2] or "")

    def _answer(self, what: str, said: str) -> Iterator[str]:
        if what == "generated":
            yield from self._generated(said)
        elif what == "repository":
            kind, _, name = said.partition(" ")
            self._place = self._open.enter_context(Place(kind, name))
        elif what == "do":
            self._here().do(said)
        elif what == "edit":
            path, old, new = said.split(" | ")
            self._here().edit(path, old.replace("\\n", "\n"), new.replace("\\n", "\n"))
        elif what == "file":
            fence, inside, end = self._fenced()
            self._here().write(said, "".join(f"{line}\n" for line in inside))
            yield from (fence, *inside, end)
        else:
            fence, inside, end = self._fenced()
            yield from (fence, *self._ran(inside, dict(word.split("=", 1) for word in shlex.split(said))), end)

    def _generated(self, name: str) -> Iterator[str]:
        for line in self._lines:
            if line == _END:
                break
        else:
            raise RuntimeError(f"`generated: {name}` has no end")
        yield from ("", *BLOCKS[name]().strip("\n").split("\n"), "", _END)

    def _here(self) -> Place:
        if self._place is None:
            raise RuntimeError("there is no `repository` above")
        return self._place

    def _fenced(self) -> tuple[str, list[str], str]:
        fence = next(self._lines)
        if not fence.startswith("```"):
            raise RuntimeError(f"a fenced block is expected, not: {fence}")
        inside: list[str] = []
        for line in self._lines:
            if line == "```":
                return fence, inside, line
            inside.append(line)
        raise RuntimeError(f"the block has no end: {fence}")

    def _ran(self, inside: list[str], options: dict[str, str]) -> Iterator[str]:
        columns = int(options["columns"]) if "columns" in options else None
        for line in inside:
            if line.startswith("$ "):
                yield line
                output = self._here().run(line[2:], columns).rstrip("\n")
                shown = output.split("\n") if output else []
                yield from _cut(shown, options.get("until"), options.get("then"))


def _cut(output: list[str], until: str | None, then: str | None) -> Iterator[str]:
    """The lines without those from one that begins with `until` up to the next that begins with `then`."""
    skipping = False
    for line in output:
        if not skipping and until is not None and line.startswith(until):
            skipping, until = True, None
            yield CUT
        elif skipping and then is not None and line.startswith(then):
            skipping = False
        if not skipping:
            yield line.rstrip()
    if until is not None:
        raise RuntimeError(f"no line begins with `{until}`")
