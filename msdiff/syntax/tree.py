"""YAML or JSON bytes become positioned trees, one a document, by libyaml's events and a builder of our own.

In: the bytes of one file. Out: `Scalar`, `Sequence` and `Mapping`, each with the line and column where it begins.
Promised: depth, size and the work that aliases and merge keys cause are bounded, a key is never silently given twice,
and every problem has a place. Scalars mean what the YAML 1.2 core schema says (`msdiff.syntax.scalars`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from msdiff.errors import InputError, ManyErrors
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.syntax.collecting import collector_paused
from msdiff.syntax.encoding import as_utf8
from msdiff.syntax.nodes import Entry, Mapping, Rows, Scalar, Sequence, Tree
from msdiff.syntax.problems import MAX_PROBLEMS, TOO_MANY, in_plain_words, with_joined_surrogates
from msdiff.syntax.runs import STAND_IN, Run, items, rows, without_runs
from msdiff.syntax.scalars import HINTS, MAPPING_TAGS, SEQUENCE_TAGS, TAGGED, Core, resolve, tag_as_written

__all__ = [
    "DEFAULT", "Entry", "Limits", "Mapping", "Parsed", "Rows", "Scalar", "Sequence", "Shared", "Tree", "parse", "parsed",
]  # fmt: skip


class Limits(NamedTuple):
    """How much a file may ask of us. `aliased` counts the values that aliases and merge keys stand for."""

    size: int = 20_000_000
    depth: int = 100
    aliased: int = 100_000


DEFAULT = Limits()
Shared: TypeAlias = dict[tuple[Run, int], Rows]  # by run and first line


class Parsed(NamedTuple):
    """The documents that have content, and what is wrong. A file that cannot be read to its end has no documents."""

    documents: tuple[Tree, ...]
    problems: tuple[InputError, ...]


def parse(data: bytes, file: str, limits: Limits = DEFAULT) -> tuple[Tree, ...]:
    """The documents of one file; raises `InputError`, or `ManyErrors` with all of them, where something is wrong."""
    documents, problems = parsed(data, file, limits)
    if len(problems) > 1:
        raise ManyErrors(problems)
    if problems:
        raise problems[0]
    return documents


def parsed(data: bytes, file: str, limits: Limits = DEFAULT, shared: Shared | None = None) -> Parsed:
    """Like `parse`, but hands problems back. Duplicate keys and foreign tags do not hide the documents.

    Hand the same `shared` to both versions of a file: rows that stand on the same lines of both are then the same object.
    """
    if len(data) > limits.size:
        message = f"the file has more than {limits.size:,} bytes"
        hint = "split it into several files, or read larger ones: --max-file-size, or `limits.fileBytes` in msdiff.yaml"
        return Parsed((), (InputError(message, hint=hint, location=Location(file, 1, 1)),))
    try:
        with collector_paused():
            return _read(as_utf8(data, file), file, limits, {} if shared is None else shared)
    except InputError as error:
        return Parsed((), (error,))


def _read(data: bytes, file: str, limits: Limits, shared: Shared) -> Parsed:
    try:
        return _documents(data, file, limits, shared)
    except yaml.YAMLError as error:
        joined = with_joined_surrogates(data)
        if joined == data:
            raise in_plain_words(error, data, file) from None
    return _read(joined, file, limits, shared)


def _documents(data: bytes, file: str, limits: Limits, shared: Shared) -> Parsed:
    shorter, runs = without_runs(data, [run for run, _ in shared])
    if runs:
        try:
            builder = _Builder(shorter, file, limits, runs, shared)
            documents = tuple(builder.documents())
            if builder.runs_met == len(runs) and not builder.problems:
                return Parsed(documents, ())
        except (yaml.YAMLError, InputError, ValueError):
            pass  # whatever is wrong is said of the whole text, below
    builder = _Builder(data, file, limits)
    documents = tuple(builder.documents())
    return Parsed(documents, tuple(builder.problems))


def _parser(data: bytes) -> Any:
    """libyaml's event source, or the pure Python one (about 15 times slower) where PyYAML was built without
    libyaml."""
    if yaml.__with_libyaml__:
        from yaml._yaml import CParser

        return CParser(data)
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class PythonParser(Reader, Scanner, Parser):
        def __init__(self, text: str) -> None:
            Reader.__init__(self, text)
            Scanner.__init__(self)
            Parser.__init__(self)

    return PythonParser(data.decode())


_new = tuple.__new__  # half the time of calling the named tuple


class _Builder:
    """Events to trees, one call a collection, so never deeper than the limit."""

    def __init__(
        self, data: bytes, file: str, limits: Limits, runs: tuple[Run, ...] = (), shared: Shared | None = None
    ) -> None:
        self._runs = runs
        self._shared: Shared = {} if shared is None else shared
        self.runs_met = 0
        self._next = _parser(data).get_event
        self._file = file
        self._limits = limits
        self._anchors: dict[str, Tree | None] = {}  # None while the anchored value is still open
        self._aliased = 0
        self._sizes: dict[str, tuple[int, int]] = {}  # anchor -> values in it, levels in it
        self.problems: list[InputError] = []

    def documents(self) -> list[Tree]:
        found: list[Tree] = []
        while True:
            event = self._next()
            kind = event.__class__
            if kind is StreamEndEvent:
                return found
            if kind is StreamStartEvent:
                continue
            if kind is DocumentStartEvent:
                self._anchors.clear()
                self._sizes.clear()
                continue
            if kind in _STARTS:
                tree = self._node(event, 1)
                if tree.__class__ is not Scalar or tree.text:
                    found.append(tree)

    def _node(self, event: Any, depth: int) -> Tree:
        kind = event.__class__
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is AliasEvent:
            return self._alias(event, depth)
        if depth > self._limits.depth:
            raise self._error(event, f"nested deeper than {self._limits.depth} levels", "flatten it")
        anchor = event.anchor
        if anchor is not None:
            self._anchors[anchor] = None
            self._sizes.pop(anchor, None)
        tree: Tree
        tree = self._mapping(event, depth) if kind is MappingStartEvent else self._sequence(event, depth)
        if anchor is not None:
            self._anchors[anchor] = tree
        return tree

    def _scalar(self, event: Any) -> Scalar:
        text = value = event.value
        if text[:1] in HINTS or event.tag is not None:
            value = self._meaning(event)
        mark = event.start_mark
        scalar: Scalar = _new(Scalar, (value, mark.line + 1, mark.column + 1, text))
        if event.anchor is not None:
            self._anchors[event.anchor] = scalar
            self._sizes.pop(event.anchor, None)
        return scalar

    def _meaning(self, event: Any) -> Core:
        """The value of a scalar that is not evidently text."""
        plain, quoted = event.implicit
        if quoted:
            return str(event.value)
        if not plain:
            return self._tagged(event)
        try:
            return resolve(event.value)
        except ValueError as error:
            self._problem(event, f"{error}; msdiff cannot read it", "put it in quotes if it is an id")
            return str(event.value)

    def _tagged(self, event: Any) -> Core:
        convert = TAGGED.get(event.tag)
        written = tag_as_written(event.tag)
        if convert is None:
            self._problem(event, f"the tag `{written}` has no meaning here", "remove it")
            return str(event.value)
        try:
            return convert(event.value)
        except ValueError as error:
            self._problem(event, f"`{event.value}` is tagged `{written}`, but is {error}", "remove the tag")
            return str(event.value)

    def _sequence(self, event: Any, depth: int) -> Sequence:
        if event.tag not in SEQUENCE_TAGS:
            self._problem(event, f"the tag `{tag_as_written(event.tag)}` has no meaning here", "remove it")
        mark = event.start_mark
        read = self._next
        found: list[Tree | Rows] = []
        while (event := read()).__class__ is not SequenceEndEvent:
            if event.__class__ is not ScalarEvent:
                found.append(self._node(event, depth + 1))
            elif self._runs and event.value.startswith(STAND_IN):
                found.extend(self._run(event, depth))
            else:
                found.append(self._scalar(event))
        return Sequence(tuple(found), mark.line + 1, mark.column + 1)

    def _run(self, event: Any, depth: int) -> Iterator[Mapping | Rows]:
        """The items that a stand-in stands for. Raises `ValueError` where the parser would have more to say."""
        self.runs_met += 1
        run = self._runs[int(event.value.removeprefix(STAND_IN))]
        if depth + 1 > self._limits.depth:
            raise ValueError("too deep")
        line = event.start_mark.line + 1
        found = self._shared.get((run, line))
        if found is None and (found := rows(run, line)) is None:
            return items(run, line)
        self._shared[run, line] = found
        return iter((found,))

    def _mapping(self, event: Any, depth: int) -> Mapping:
        if event.tag not in MAPPING_TAGS:
            self._problem(event, f"the tag `{tag_as_written(event.tag)}` has no meaning here", "remove it")
        start = event.start_mark
        read = self._next
        scalar = self._scalar
        new = tuple.__new__
        entries: dict[str, Entry] = {}
        merged: list[tuple[Any, Tree]] = []
        while (event := read()).__class__ is not MappingEndEvent:
            mark = event.start_mark
            simple = event.__class__ is ScalarEvent and event.anchor is None
            key = event.value if simple else self._odd_key(event, depth)
            if key == "<<" and event.__class__ is ScalarEvent and event.implicit[0]:
                merged.append((mark, self._node(read(), depth + 1)))
                continue
            event = read()
            value = scalar(event) if event.__class__ is ScalarEvent else self._node(event, depth + 1)
            if key in entries:
                self._duplicate(key, entries[key], mark)
            else:
                entries[key] = new(Entry, (value, mark.line + 1, mark.column + 1))
        for mark, value in merged:
            self._merge(entries, value, mark)
        return _new(Mapping, (entries, start.line + 1, start.column + 1))

    def _odd_key(self, event: Any, depth: int) -> str:
        """A key that is an alias, is anchored, or is no scalar at all."""
        tree = self._node(event, depth + 1)
        if isinstance(tree, Scalar):
            return tree.text
        self._problem(event, "a key must be a single value", "write the key as text")
        return f"?{event.start_mark.line}:{event.start_mark.column}"

    def _duplicate(self, key: str, first: Entry, mark: Any) -> None:
        place = Location(self._file, mark.line + 1, mark.column + 1)
        message = f"the key `{key}` is given twice: on line {first.line} and on line {place.line}"
        self._add(InputError(message, hint="remove one of the two", location=place))

    def _merge(self, entries: dict[str, Entry], value: Tree, mark: Any) -> None:
        for source in value.items if isinstance(value, Sequence) else (value,):
            if not isinstance(source, Mapping):
                place = Location(self._file, mark.line + 1, mark.column + 1)
                message = "`<<` takes over the keys of a map, and this is none"
                self._add(InputError(message, hint="refer to a map, or to a list of maps: `<<: *name`", location=place))
                return
            self._spend(mark, len(source.entries))
            for key, entry in source.entries.items():
                entries.setdefault(key, entry)

    def _alias(self, event: Any, depth: int) -> Tree:
        name = event.anchor
        if name not in self._anchors:
            raise self._error(event, f"the alias `*{name}` refers to nothing", f"define `&{name}` before it")
        tree = self._anchors[name]
        if tree is None:
            raise self._error(event, f"the alias `*{name}` stands inside what it refers to", "write the value out")
        if name not in self._sizes:
            self._sizes[name] = _extent(tree)
        size, levels = self._sizes[name]
        self._spend(event.start_mark, size)
        if depth + levels - 1 > self._limits.depth:
            raise self._error(event, f"with `*{name}` nested deeper than {self._limits.depth} levels", "flatten it")
        return tree

    def _spend(self, mark: Any, values: int) -> None:
        self._aliased += values
        if self._aliased > self._limits.aliased:
            message = f"aliases and merge keys stand for more than {self._limits.aliased:,} values"
            place = Location(self._file, mark.line + 1, mark.column + 1)
            raise InputError(message, hint="write out what is needed", location=place)

    def _problem(self, event: Any, message: str, hint: str) -> None:
        self._add(self._error(event, message, hint))

    def _add(self, problem: InputError) -> None:
        """One more problem, as long as there are not too many."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)
        elif len(self.problems) == MAX_PROBLEMS:
            self.problems.append(InputError(TOO_MANY, hint="correct these first", location=problem.location))

    def _error(self, event: Any, message: str, hint: str) -> InputError:
        mark = event.start_mark
        return InputError(message, hint=hint, location=Location(self._file, mark.line + 1, mark.column + 1))


_STARTS = frozenset({ScalarEvent, AliasEvent, MappingStartEvent, SequenceStartEvent})


def _extent(tree: Tree) -> tuple[int, int]:
    """How many values there are in a tree (aliases written out), and on how many levels of collections."""
    if isinstance(tree, Scalar):
        return 1, 0
    parts = tree.items if isinstance(tree, Sequence) else (entry.value for entry in tree.entries.values())
    size, levels = 1, 0
    for part in parts:
        inner, below = _extent(part)
        size += inner
        levels = max(levels, below)
    return size, levels + 1
