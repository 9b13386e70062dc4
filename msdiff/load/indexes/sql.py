"""Columns that hold vectors, as the statements of one SQL file make, change and drop them (pgvector).

In: path and bytes of one file. Out: `Step`s in the order of the file; what they come to, only all files of a folder
say (`migrations`). Promised: nothing is run; a width that a template fills in is unknown. Follows pgvector 0.8
(`vector(N)`, `halfvec(N)`, `hnsw` and `ivfflat`) and pgai (`ai.create_vectorizer`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msdiff.load.indexes.index import KINDS, METRICS, Fact
from msdiff.load.indexes.sql_text import sql_of
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown

NAME = "sql"
MAX_BYTES = 2_000_000
MAX_STATEMENT = 200_000
_WORTH = re.compile(rb"(?i)vector|halfvec|\b(?:drop|rename|type)\b")
_ID = r'(?:"[^"\n]{1,100}"|[\w$]{1,100})'
_OF = rf"(?:{_ID}\s*\.\s*)?({_ID})"
_TYPE = rf'(?:{_ID}\s*\.\s*)?"?(?:vector|halfvec)"?\s*\(\s*([^()\n]{{1,80}}?)\s*\)'
_CREATE = re.compile(rf"(?i)\bcreate\s+(?:unlogged\s+|foreign\s+)?table\s+(if\s+not\s+exists\s+)?{_OF}")
_ALTER = re.compile(rf"(?i)\balter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?{_OF}")
_DROP = re.compile(rf"(?i)\bdrop\s+table\s+(?:if\s+exists\s+)?((?:{_OF}\s*,\s*){{0,50}}{_OF})")
_INDEX = re.compile(
    rf"(?i)\bcreate\s+(?:unique\s+)?index\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?(?:({_ID})\s+)?on\s+(?:only\s+)?{_OF}"
    rf"\s+using\s+(\w{{1,30}})\s*\([\s(]*({_ID})[^;]{{0,200}}?\b(?:vector|halfvec)_(cosine|ip|l2|l1)_ops"
)
_FUNCTION = re.compile(rf"(?i)\b(create\s+(?:or\s+replace\s+)?|drop\s+)function\s+(?:if\s+exists\s+)?{_OF}")
_RETURNS = re.compile(r"(?i)\breturns\b")
_COLUMN = re.compile(rf"(?i)(?:^|[,(])\s*({_ID})\s+{_TYPE}")
_ADDED = re.compile(rf"(?i)\badd\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?({_ID})\s+{_TYPE}")
_TYPED = re.compile(rf"(?i)\balter\s+(?:column\s+)?({_ID})\s+(?:set\s+data\s+)?type\s+(?:{_TYPE})?")
_LOST = re.compile(rf"(?i)\bdrop\s+column\s+(?:if\s+exists\s+)?({_ID})")
_RENAMED = re.compile(rf"(?i)\brename\s+(?:column\s+)?({_ID})\s+to\s+({_ID})")
_MOVED = re.compile(rf"(?i)\brename\s+to\s+({_ID})")
_VECTORIZER = re.compile(
    r"(?i)\bai\.embedding_(\w+)\s*\(\s*(?:model\s*=>\s*)?'([^']{1,200})'\s*,\s*(?:dimensions\s*=>\s*)?(\d{1,6})"
)


class Step(NamedTuple):
    """One thing that a statement does.

    `does`: `table`, `tableIfNew` with `firstColumn`s, `newColumn`, `column`, `drop`, `dropColumn`, `rename`,
    `renameColumn`, `index`, `function`, `dropFunction`, `vectorizer`. `to` is a new name.
    """

    does: str
    table: str
    column: str = ""
    width: Fact | None = None
    metric: Fact | None = None
    kind: Fact | None = None
    model: Fact | None = None
    to: str = ""


class _File(NamedTuple):
    path: str
    lines: tuple[int, ...]  # where each begins

    def at(self, offset: int) -> Location:
        from bisect import bisect_right

        line = bisect_right(self.lines, offset)
        return Location(self.path, line, offset - self.lines[line - 1] + 1, NAME)

    def width(self, text: str, offset: int) -> Fact:
        is_number = text.isdigit() and int(text) > 0
        value = int(text) if is_number else Unknown(f"`{text}` is filled in when the migration runs")
        return Fact(value, self.at(offset))


def steps_of(path: str, data: bytes) -> tuple[Step, ...]:
    """What the statements of a file do to columns that hold vectors."""
    if len(data) > MAX_BYTES or not _WORTH.search(data):
        return ()
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    starts = (0, *(found.end() for found in re.finditer("\n", text)))
    file = _File(path, starts)
    sql = sql_of(text)
    steps: list[Step] = []
    start = 0
    while start < len(sql.code):
        end = sql.code.find(";", start)
        end = len(sql.code) if end < 0 else end
        if end - start < MAX_STATEMENT:
            steps += _of_statement(sql.code[start:end], sql.texts[start:end], start, file)
        start = end + 1
    return tuple(steps)


def _of_statement(code: str, texts: str, start: int, file: _File) -> Iterator[Step]:
    if found := _CREATE.search(code):
        yield Step("tableIfNew" if found[1] else "table", _name(found[2]))
        for column in _COLUMN.finditer(code, found.end()):
            width = file.width(column[2], start + column.start(2))
            yield Step("firstColumn" if found[1] else "column", _name(found[2]), _name(column[1]), width)
    elif found := _ALTER.search(code):
        yield from _altered(code, found.end(), _name(found[1]), start, file)
    elif found := _DROP.search(code):
        for one in found[1].split(","):
            yield Step("drop", _name(one.rpartition(".")[2]))
    elif found := _INDEX.search(code):
        metric = Fact(METRICS[found[5].lower()], file.at(start + found.start(5)))
        kind = KINDS.get(found[3].lower())
        yield Step(
            "index",
            _name(found[2]),
            _name(found[4]),
            metric=metric,
            kind=Fact(kind, file.at(start + found.start(3))) if kind else None,
        )
    elif found := _FUNCTION.search(code):
        yield from _function(code, found, start, file)
    for made in _VECTORIZER.finditer(texts):
        yield Step(
            "vectorizer",
            made[2],
            width=file.width(made[3], start + made.start(3)),
            model=Fact(made[2], file.at(start + made.start(2))),
        )


def _altered(code: str, at: int, table: str, start: int, file: _File) -> Iterator[Step]:
    for found in _ADDED.finditer(code, at):
        yield Step("newColumn", table, _name(found[1]), file.width(found[2], start + found.start(2)))
    for found in _TYPED.finditer(code, at):
        if found[2]:
            yield Step("column", table, _name(found[1]), file.width(found[2], start + found.start(2)))
        else:
            yield Step("dropColumn", table, _name(found[1]))
    for found in _LOST.finditer(code, at):
        yield Step("dropColumn", table, _name(found[1]))
    if moved := _MOVED.search(code, at):
        yield Step("rename", table, to=_name(moved[1]))
    elif renamed := _RENAMED.search(code, at):
        yield Step("renameColumn", table, _name(renamed[1]), to=_name(renamed[2]))


def _function(code: str, found: re.Match[str], start: int, file: _File) -> Iterator[Step]:
    """A function that takes a vector: it demands the width as the column does."""
    name = _name(found[2])
    yield Step("dropFunction", name)
    if found[1].lower().startswith("drop"):
        return
    returns = _RETURNS.search(code, found.end())
    for argument in _COLUMN.finditer(code, found.end(), returns.start() if returns else len(code)):
        width = file.width(argument[2], start + argument.start(2))
        yield Step("function", name, _name(argument[1]), width)


def _name(text: str) -> str:
    text = text.strip()
    return text[1:-1] if text.startswith('"') else text.lower()
