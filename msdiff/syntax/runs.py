"""Long runs of one-line list items (`- {from: a.x, to: b.y}`), read without the parser: big graphs are little else.

In: the text of a file. Out: the text with each run replaced by one stand-in item and as many blank lines as the run
had lines (so every other position stays), and the runs. The caller puts the items back where it meets the stand-in as
a list item; if it does not meet each one exactly once (a run inside a block of text, say), it reads the original text
instead. Promised: the same trees as the parser gives, in a fraction of the time; where every line has the same two keys
(edges without attributes), trees are made only where somebody asks for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice

from msdiff.model.records import NamedTuple
from msdiff.syntax.nodes import Entry, Mapping, Rows, Scalar
from msdiff.syntax.patterns import Pattern
from msdiff.syntax.scalars import HINTS, resolve

SMALL = 65_536  # bytes; in a smaller file there is nothing to win
LARGE = 16  # a run that is at least one part in so many of its file; as many are looked for
MANY = 32  # lines; a shorter run is left to the parser
STAND_IN = "msdiff.run.of.items."

# Words that mean themselves everywhere in YAML: no indicator, no quote, no escape; single spaces; no comment.
_WORD = rb"[A-Za-z0-9_./][A-Za-z0-9_./@+-]*"
_PAIR = rb"[A-Za-z_][A-Za-z0-9_.-]*: " + _WORD
_ITEM = rb"- \{ ?" + _PAIR + rb"(?:, " + _PAIR + rb")* ?\}\r?\n"
_RUN = rb"(?m)^( *)" + _ITEM + rb"(?:\1" + _ITEM + rb"){%d,}" % (MANY - 1)

_TWO_KEYS = Pattern(r" *- \{ ?([^:]+): [^,]+, ([^:]+): [^,]+\}")
_ROW = r"- \{{ ?{}: ([^,]+), {}: ([^ }}]+) ?\}}"  # of a run: anything else cannot stand there


class Run(NamedTuple):
    """`text` is the run's lines; `indent` counts the spaces before each dash."""

    text: str
    indent: int


def without_runs(data: bytes, known: Iterable[Run] = ()) -> tuple[bytes, tuple[Run, ...]]:
    """The text with stand-ins, and the runs in their order. The same text where there is no run.

    `known` are runs of another version: finding a large one again is much faster than recognising its lines.
    """
    if len(data) < SMALL or STAND_IN.encode() in data:
        return data, ()
    runs: list[Run] = []

    def stand_in(run: Run) -> bytes:
        runs.append(run)
        return b"%s- %s%d%s" % (b" " * run.indent, STAND_IN.encode(), len(runs) - 1, b"\n" * run.text.count("\n"))

    large = (run for run in known if len(run.text) * LARGE > len(data))
    for run in islice(large, LARGE):
        before, text, after = data.partition(run.text.encode())
        if text and (not before or before.endswith(b"\n")):
            data = before + stand_in(run) + after
    return re.sub(_RUN, lambda found: stand_in(Run(found[0].decode(), len(found[1]))), data), tuple(runs)


def rows(run: Run, line: int) -> Rows | None:
    """The run as rows, where every line has the same two keys and texts that nobody could take for anything else."""
    first = _TWO_KEYS.match(run.text)
    if first is None or first[1] == first[2]:
        return None
    keys = first[1], first[2]
    found = re.findall(_ROW.format(*map(re.escape, keys)), run.text)
    if len(found) != run.text.count("\n"):
        return None
    words = {word: word for pair in found for word in pair}  # one string for each: a graph names each node many times
    if any(word[0] in HINTS and resolve(word) != word for word in words):
        return None
    values = tuple([(words[one], words[other]) for one, other in found])
    return Rows(keys, values, line, run.indent + 3, partial(items, run, line))


def items(run: Run, line: int) -> Iterator[Mapping]:
    """The maps that the run's lines are, from `line` on. Raises `ValueError` where the parser would complain."""
    new = tuple.__new__
    brace = run.indent + 3
    kept: dict[str, str] = {}  # one string for each word: a graph names each node many times
    for text in run.text.splitlines():
        column = brace + (2 if text[brace] == " " else 1)
        entries: dict[str, Entry] = {}
        pairs = text[column - 1 : text.rindex("}")].rstrip().split(", ")
        for pair in pairs:
            key, _, written = pair.partition(": ")
            key, written = kept.setdefault(key, key), kept.setdefault(written, written)
            value = resolve(written) if written[0] in HINTS else written
            entries[key] = new(Entry, (new(Scalar, (value, line, column + len(key) + 2, written)), line, column))
            column += len(pair) + 2
        if len(entries) != len(pairs):
            raise ValueError("a key is given twice")
        yield new(Mapping, (entries, line, brace))
        line += 1
