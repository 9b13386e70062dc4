"""A judged comparison -> edits of head that are obvious, and proved: with them, the comparison is made again.

An edit is obvious where a line still says the old value of what changed (a forgotten sibling, the consumer's own
requirement), where a consumer takes less than the producer now gives, or where a caller waits less than the callee
takes. Promise: an edit is proposed only if the finding is gone (or less grave) with it and nothing else is worse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from msdiff.commands.comparing import Comparison
from msdiff.commands.fix_edits import Replacement, Written, replaced, written_at
from msdiff.errors import MsdiffError
from msdiff.model.change import Change
from msdiff.model.finding import Finding, Level, Verdict
from msdiff.model.location import Location
from msdiff.model.obligation import Status
from msdiff.model.records import NamedTuple
from msdiff.model.report import Report
from msdiff.model.snapshot import Snapshot
from msdiff.pipeline import compare

_MOST = 60  # comparisons
_BOUNDS = frozenset(("maxTokens", "maxChars", "maxItems", "maxBytes", "maxPixels"))
_WAITS = frozenset(("timeoutMs", "perTryTimeoutMs", "timeout"))
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FAILING = (Status.INTRODUCED, Status.WORSENED)
Scalar = str | int | float | bool
Key = tuple[str, str, str | None, str | None, str | None]


class Edit(NamedTuple):
    """One value of one file. `wait` says what has to be done first, "" for nothing."""

    place: Location
    key: str
    old: str
    new: Scalar
    rule: str
    node: str
    wait: str = ""


class Fixes(NamedTuple):
    """The edits, the new text of each file, and how many findings have no obvious edit."""

    edits: tuple[Edit, ...]
    files: Mapping[str, bytes]
    left: int


class _Edited:
    """A version with some files changed."""

    def __init__(self, version: Snapshot, files: Mapping[str, bytes]) -> None:
        self.label = version.label
        self.commit = version.commit
        self._version = version
        self._files = files

    @property
    def notes(self) -> tuple[str, ...]:
        return self._version.notes

    def paths(self) -> Iterator[str]:
        return self._version.paths()

    def read(self, path: str) -> bytes:
        return self._files[path] if path in self._files else self._version.read(path)

    def digest(self, path: str) -> str:
        return sha256(self._files[path]).hexdigest() if path in self._files else self._version.digest(path)

    def read_many(self, paths: tuple[str, ...]) -> Mapping[str, bytes]:
        here = {path: self._files[path] for path in paths if path in self._files}
        return {**self._version.read_many(tuple(path for path in paths if path not in here)), **here}


def proposed(done: Comparison) -> Fixes:
    """The edits for a comparison that is still open."""
    return _Proposals(done).fixes()


class _Proposals:
    """Tries edits, one consumer after the other, and keeps those that prove good."""

    def __init__(self, done: Comparison) -> None:
        self._done = done
        self._texts: dict[str, str | None] = {}
        self._kept: list[Edit] = []
        self._report = done.report
        self._left = _MOST
        self._built = frozenset(_built_places(done.report.findings))

    def fixes(self) -> Fixes:
        consumers: dict[tuple[str, str | None], list[Finding]] = {}
        wanted = [one for one in self._done.report.findings if _is_wanted(one)]
        for finding in wanted:
            consumers.setdefault((finding.graph, finding.node), []).append(finding)
        for findings in consumers.values():
            if not self._try(findings) and len(findings) > 1:
                for finding in findings:
                    self._try([finding])
        open_now = _gravity(self._report)
        left = sum(open_now.get(_key(one), Verdict.SAFE) >= one.verdict for one in wanted)
        return Fixes(tuple(sorted(self._kept)), self._files(self._kept) or {}, left)

    def _try(self, findings: list[Finding]) -> bool:
        """Whether there are edits for these findings that prove good; they are kept then."""
        for edits in self._alternatives(findings):
            files = self._files([*self._kept, *edits])
            if files is None or self._left <= 0 or self._done.base is None:
                return False
            self._left -= 1
            try:
                report = compare(self._done.base, _Edited(self._done.head, files), self._done.request)
            except MsdiffError:
                continue
            if _is_better(self._report, report, findings):
                self._kept += edits
                self._report = report
                return True
        return False

    def _alternatives(self, findings: list[Finding]) -> Iterator[list[Edit]]:
        """Sets of edits to try; the n-th takes the n-th value for each place."""
        choices: dict[Location, list[Edit]] = {}
        for finding in findings:
            for edit in self._edits(finding):
                choices.setdefault(edit.place, []).append(edit)
        for number in range(max(map(len, choices.values()), default=0)):
            yield [edits[min(number, len(edits) - 1)] for edits in choices.values()]

    def _edits(self, finding: Finding) -> Iterator[Edit]:
        causes = [one.change for one in self._done.report.changes if one.change.id in set(finding.causes)]
        places = [place for place in (finding.location, *(one.location for one in finding.related)) if place]
        kept = {edit.place for edit in self._kept}
        for place in dict.fromkeys(places):
            said = self._written(place)
            if said is None or place in kept or any(_is_at(change, place) for change in causes):
                continue
            for new in _values(said, causes, finding):
                wait = _WAIT if place in self._built else ""
                yield Edit(place, said.key, said.value, new, finding.rule, finding.node or finding.graph, wait)

    def _written(self, place: Location) -> Written | None:
        text = self._text(place.file)
        if text is None:
            return None
        from ruamel.yaml.error import YAMLError

        try:
            return written_at(text, ((place.line, place.column),)).get((place.line, place.column))
        except YAMLError:
            return None

    def _text(self, file: str) -> str | None:
        """The file as it was compared; `None` where it is not UTF-8."""
        if file not in self._texts:
            try:
                self._texts[file] = self._done.head.read(file).decode("utf-8")
            except (UnicodeDecodeError, MsdiffError, KeyError):
                self._texts[file] = None
        return self._texts[file]

    def _files(self, edits: Iterable[Edit]) -> dict[str, bytes] | None:
        """The files with these edits; `None` where one of them cannot be made."""
        by_file: dict[str, list[Replacement]] = {}
        for edit in edits:
            by_file.setdefault(edit.place.file, []).append(Replacement(edit.place.line, edit.place.column, edit.new))
        found: dict[str, bytes] = {}
        for file, replacements in by_file.items():
            text = self._text(file)
            new = replaced(text, replacements) if text is not None else None
            if new is None:
                return None
            found[file] = new.encode("utf-8")
        return found


_WAIT = "only once the index is built again with it"


def _is_wanted(finding: Finding) -> bool:
    is_live = finding.status in _FAILING and (finding.acceptance is None or finding.acceptance.expired)
    return is_live and finding.level in (Level.ERROR, Level.WARNING)


def _is_at(change: Change, place: Location) -> bool:
    head = change.head
    return head is not None and (head.file, head.line, head.column) == (place.file, place.line, place.column)


def _built_places(findings: Iterable[Finding]) -> Iterator[Location]:
    """Lines that say what an index was built with: facts that an edit alone does not make true."""
    for finding in findings:
        if finding.location is not None and re.search(r"built with|were made with", finding.message):
            yield finding.location
        yield from (one.location for one in finding.related if "builtWith" in one.message)


def _values(said: Written, causes: list[Change], finding: Finding) -> Iterator[Scalar]:
    """What could stand there instead."""
    for change in causes:
        old, new = change.old, change.new
        leaf = (change.attribute or "").rpartition(".")[2]
        if not isinstance(new, str | int | float) or said.key not in _keys(leaf):
            continue
        is_old = isinstance(old, str | int | float) and said.value == _text_of(old)
        if is_old or (leaf in _BOUNDS and not isinstance(new, str | bool) and _is_less(said.value, new)):
            yield new
    if said.key in _WAITS and (limit := _number(said.value)) is not None:
        numbers = sorted({float(one) for one in _NUMBER.findall(finding.message.replace(",", ""))})
        for one in numbers:
            if one > limit:
                yield from (_whole(one), _whole(one) + 1)


def _keys(leaf: str) -> tuple[str, ...]:
    """Under which keys a value of this attribute may stand: `model.id` is `builtWith.model`, too."""
    return (leaf, "model") if leaf == "id" else (leaf,)


def _text_of(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_less(text: str, than: int | float) -> bool:
    number = _number(text)
    return number is not None and number < than


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _whole(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _key(finding: Finding) -> Key:
    return (finding.rule, finding.graph, finding.node, finding.edge, finding.element)


def _gravity(report: Report) -> dict[Key, Verdict]:
    """How grave each finding is that counts."""
    found: dict[Key, Verdict] = {}
    for finding in filter(_is_wanted, report.findings):
        found[_key(finding)] = max(found.get(_key(finding), Verdict.SAFE), finding.verdict)
    return found


def _is_better(before: Report, after: Report, findings: list[Finding]) -> bool:
    """Whether each of the findings is gone or less grave, and nothing is new or graver."""
    old, new = _gravity(before), _gravity(after)
    is_worse = any(verdict > old.get(key, Verdict.SAFE) for key, verdict in new.items())
    return not is_worse and all(new.get(_key(one), Verdict.SAFE) < one.verdict for one in findings)
