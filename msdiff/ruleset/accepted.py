"""Findings that a team decided to live with: `.msdiff/accepted.yaml` in, its entries out; and the file with one more.

An entry fits exactly one finding (fingerprint, rule and node), so a new difference is never covered by an old decision.
Writing keeps comments, order and layout of the file.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from msdiff.errors import SettingsError
from msdiff.model.finding import Acceptance
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.settings import ACCEPTED_FILE, gathered
from msdiff.syntax.patterns import Pattern
from msdiff.syntax.shape import Source, plain, shape_problems
from msdiff.syntax.tree import Mapping, Sequence, Tree, parsed

_HEADER = """\
# Findings that we decided to live with. `msdiff accept FINGERPRINT --reason TEXT [--until DATE]` adds one.
# An entry counts for exactly this finding, until the end of the day `until`.
"""
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "msdiff acceptances",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "accepted": {
            "type": ["array", "null"],
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["fingerprint", "rule", "reason"],
                "properties": {
                    "fingerprint": _TEXT,
                    "rule": _TEXT,
                    "node": {"anyOf": [_TEXT, {"type": "null"}]},
                    "delta": {"anyOf": [_TEXT, {"type": "null"}], "description": "Old and new value, for the reader."},
                    "reason": _TEXT,
                    "by": {"anyOf": [_TEXT, {"type": "null"}]},
                    "until": {
                        "anyOf": [_TEXT, {"type": "null"}],
                        "description": "Last day on which it counts: YYYY-MM-DD.",
                    },
                },
            },
        },
    },
}
_DATE = Pattern(r"(\d{4})-(\d{2})-(\d{2})")
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Accepted(NamedTuple):
    """One entry. `until` is the last day on which it counts, as YYYY-MM-DD."""

    fingerprint: str
    rule: str
    reason: str
    node: str | None = None
    delta: str | None = None
    by: str | None = None
    until: str | None = None
    location: Location = Location(ACCEPTED_FILE, 1, 1, "accepted")

    def expired(self, as_of: str) -> bool:
        """Whether the entry no longer counts on the day `as_of` (YYYY-MM-DD; a time of day after it is ignored)."""
        return self.until is not None and self.until < as_of[:10]

    def fits(self, *, fingerprint: str, rule: str, node: str | None) -> bool:
        """Whether this is the finding that was accepted."""
        return self.fingerprint == fingerprint and self.rule == rule and self.node == node

    def acceptance(self, as_of: str) -> Acceptance:
        """The entry as a finding carries it."""
        return Acceptance(self.reason, self.by, self.until, self.expired(as_of), self.location)


def read_accepted(data: bytes, file: str = ACCEPTED_FILE) -> tuple[Accepted, ...]:
    """The entries, in the order of the file; raises `SettingsError` (or `ManyErrors` of it) with places."""
    tree = _tree(data, file)
    entries = tree.get("accepted") if isinstance(tree, Mapping) else None
    if not isinstance(entries, Sequence):
        return ()
    found = tuple(_entry(entry, file) for entry in entries.items)
    problems = [*_bad_dates(found), *_given_twice(found), *_blank_reasons(found)]
    if problems:
        raise gathered(problems, SettingsError)
    return found


def is_date(text: str) -> bool:
    """Whether the text is a day of the calendar, as YYYY-MM-DD."""
    found = _DATE.fullmatch(text)
    if found is None:
        return False
    year, month, day = (int(part) for part in found.groups())
    leap = month == 2 and ((year % 4 == 0 and year % 100 != 0) or year % 400 == 0)
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] + leap


def with_accepted(data: bytes, entry: Accepted, path: str = ACCEPTED_FILE) -> bytes:
    """The file's content (b"" where there is none) with the entry in it, in place of one with its fingerprint.

    Raises `SettingsError` where the entry or the file (`path`, for messages) is not valid.
    """
    problems = [*_bad_dates((entry,)), *_blank_reasons((entry,))]
    if problems:
        raise gathered(problems, SettingsError)
    read_accepted(data, path)
    written = _with_entry(data or _HEADER.encode(), entry, path)
    if not any(_same(known, entry) for known in read_accepted(written, path)):
        raise SettingsError(f"{path} cannot be edited", hint="add the entry by hand", location=Location(path, 1, 1))
    return written


def _tree(data: bytes, file: str) -> Tree | None:
    documents, problems = parsed(data, file)
    if problems:
        raise gathered(problems, SettingsError)
    if len(documents) > 1:
        place = Location(file, documents[1].line, documents[1].column, "accepted")
        raise SettingsError("acceptances are one document", hint="remove the `---`", location=place)
    if not documents:
        return None
    shape = shape_problems(documents[0], SCHEMA, Source(file, "accepted"))
    if shape:
        raise gathered(shape, SettingsError)
    return documents[0]


def _entry(tree: Tree, file: str) -> Accepted:
    said: Any = plain(tree)
    return Accepted(**said, location=Location(file, tree.line, tree.column, "accepted"))


def _bad_dates(entries: Iterable[Accepted]) -> Iterable[SettingsError]:
    for entry in entries:
        if entry.until is not None and not is_date(entry.until):
            message = f"`until` is `{entry.until}`, which is no day of the calendar"
            yield SettingsError(message, hint="write it as YYYY-MM-DD", location=entry.location)


def _blank_reasons(entries: Iterable[Accepted]) -> Iterable[SettingsError]:
    for entry in entries:
        if not entry.reason.strip():
            hint = "say why the team can live with it"
            yield SettingsError("an acceptance needs a reason", hint=hint, location=entry.location)


def _given_twice(entries: Iterable[Accepted]) -> Iterable[SettingsError]:
    first: dict[str, Accepted] = {}
    for entry in entries:
        before = first.setdefault(entry.fingerprint, entry)
        if before is not entry:
            message = f"`{entry.fingerprint}` is accepted twice, first on line {before.location.line}"
            yield SettingsError(message, hint="remove one of the two", location=entry.location)


def _with_entry(data: bytes, entry: Accepted, path: str) -> bytes:
    """The file's text with the entry in it."""
    yaml = _round_trip(_tree(data, path))
    document = yaml.load(data)
    if not document:  # nothing but comments, which the round trip would lose
        return data.rstrip(b"\n") + b"\n" + _dumped({"accepted": [_written(entry)]}, yaml)
    entries = document.get("accepted")
    if not entries:
        document["accepted"] = entries = []
    _put(entries, _written(entry))
    return _dumped(document, yaml)


def _round_trip(tree: Tree | None) -> Any:
    """A reader and writer that keeps comments, and indents as the file does."""
    from ruamel.yaml import YAML

    listed = tree.get("accepted") if isinstance(tree, Mapping) else None
    offset = listed.column - 1 if isinstance(listed, Sequence) and listed.items else 2
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    return yaml


def _put(entries: list[Any], written: dict[str, str]) -> None:
    """In place of the entry with this fingerprint, else at the end."""
    for known in entries:
        if known["fingerprint"] == written["fingerprint"]:
            for key in [key for key in known if key not in written]:
                del known[key]
            known.update(written)
            return
    entries.append(written)


def _dumped(document: Any, yaml: Any) -> bytes:
    text = io.BytesIO()
    yaml.dump(document, text)
    return text.getvalue()


def _same(one: Accepted, other: Accepted) -> bool:
    return one._replace(location=other.location) == other


def _written(entry: Accepted) -> dict[str, str]:
    said = {
        "fingerprint": entry.fingerprint,
        "rule": entry.rule,
        "node": entry.node,
        "delta": entry.delta,
        "reason": entry.reason,
        "by": entry.by,
        "until": entry.until,
    }
    return {key: value for key, value in said.items() if value is not None}
