"""SQL without what is no statement: comments, the bodies of functions, and (apart) the texts in quotes.

In: the text of a file. Out: texts of the same length, so that every place stays a place. Promised: linear time; the
part of a migration that takes it back is left out; the body of a `DO` block is a statement like others.
"""

from __future__ import annotations

import re

from msdiff.model.records import NamedTuple

_OPENING = re.compile(r"--|/\*|'|\$[A-Za-z_]*\$")
_BACK = re.compile(r"(?im)^[ \t]*--[ \t]*(?:\+goose[ \t]+down|\+migrate[ \t]+down|migrate:down|//@undo|rollback)\b")
_DO = re.compile(r"(?i)\bdo\s+(?:language\s+\w+\s+)?$")
_SPACE = re.compile(r"[^\n]")
BEFORE = 60  # characters before a body in which `DO` stands


class Sql(NamedTuple):
    """`code` has no comments, bodies and texts; `texts` still has the texts in quotes."""

    code: str
    texts: str


def sql_of(text: str) -> Sql:
    """The statements of a file."""
    back = _BACK.search(text)
    text = text[: back.start()] if back else text
    code: list[str] = []
    texts: list[str] = []
    at = 0
    while (found := _OPENING.search(text, at)) is not None:
        code.append(text[at : found.start()])
        texts.append(text[at : found.start()])
        mark = found[0]
        is_block = mark.startswith("$") and _DO.search(text, max(0, found.start() - BEFORE), found.start())
        if is_block:  # what it holds are statements
            end = found.end()
        else:
            closing = {"--": "\n", "/*": "*/"}.get(mark, mark)
            close = text.find(closing, found.end())
            end = len(text) if close < 0 else close + (0 if mark == "--" else len(closing))
        blank = _SPACE.sub(" ", text[found.start() : end])
        code.append(blank)
        texts.append(text[found.start() : end] if mark == "'" else blank)
        at = end
    code.append(text[at:])
    texts.append(text[at:])
    return Sql("".join(code), "".join(texts))
