"""Suggestions on lines of a pull request: posted where the line is in the diff, one a line, and taken back when they no
longer hold.

A suggestion is ours if it begins with our marker and was written by who we are. Promise: what is there already is not
posted again, what no longer holds is deleted, or says so where somebody has answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msdiff.model.records import NamedTuple
from msdiff.scm.github import Api
from msdiff.scm.github_comment import Stamp, marker, stamp_of
from msdiff.scm.github_event import RunId

MOST = 10  # new ones in a run
_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_OVER = "This no longer applies.\n"


class Suggestion(NamedTuple):
    """What to say on a line of head (file, line from 1)."""

    file: str
    line: int
    text: str


class Suggested(NamedTuple):
    """How many were posted, taken back, and left out because their line is not in the diff or there were too many."""

    posted: int = 0
    removed: int = 0
    left_out: int = 0


class _Posted(NamedTuple):
    """One that is there, of whatever configuration (`key`)."""

    id: int
    key: str
    place: Suggestion
    is_answered: bool


class Reviews:
    """The suggestions of one pull request. `author` is who we are there."""

    def __init__(self, api: Api, repository: str, number: int, *, author: str, key: str) -> None:
        self._api = api
        self._pull = f"/repos/{repository}/pulls/{number}"
        self._one = f"/repos/{repository}/pulls/comments"
        self._author = author
        self._key = key

    def post(self, wanted: Iterable[Suggestion], stamp: Stamp) -> Suggested:
        """Make the suggestions be exactly these; raises `Trouble`."""
        asked = {(one.file, one.line): one for one in wanted}
        all_there = tuple(self._ours())
        there = [one for one in all_there if one.key == self._key]
        others = {one.place[:2] for one in all_there if one.key != self._key and one.place.text != _OVER}
        if not asked and not there:
            return Suggested()
        keep = {one.place for one in there} & set(asked.values())
        removed = sum(self._taken_back(one) for one in _superfluous(there, keep))
        new = [one for one in asked.values() if one not in keep and one[:2] not in others]
        lines = self._lines() if new else {}
        fitting = [one for one in new if one.line in lines.get(one.file, ())]
        for one in fitting[:MOST]:
            said = {"body": marker(stamp) + one.text, "path": one.file, "line": one.line, "side": "RIGHT"}
            self._api.call("POST", f"{self._pull}/comments", body={**said, "commit_id": stamp.head})
        posted = min(len(fitting), MOST)
        return Suggested(posted, removed, len(new) - posted)

    def _taken_back(self, one: _Posted) -> bool:
        if one.is_answered:
            if one.place.text == _OVER:
                return False
            stamp = Stamp(self._key, "", RunId(0, 0))
            self._api.call("PATCH", f"{self._one}/{one.id}", body={"body": marker(stamp) + _OVER})
        else:
            self._api.call("DELETE", f"{self._one}/{one.id}")
        return True

    def _ours(self) -> Iterator[_Posted]:
        found = [one for one in self._api.pages(f"{self._pull}/comments") if isinstance(one, dict)]
        answered = {one.get("in_reply_to_id") for one in found}
        for one in found:
            user, body, id = one.get("user"), one.get("body"), one.get("id")
            login = user.get("login") if isinstance(user, dict) else None
            if not isinstance(body, str) or not isinstance(login, str) or not isinstance(id, int):
                continue
            stamped = stamp_of(body)
            if stamped is None or login.casefold() != self._author.casefold():
                continue
            file, line = one.get("path"), one.get("line")  # an outdated one has no line
            place = Suggestion(str(file), line if isinstance(line, int) else 0, stamped[1])
            yield _Posted(id, stamped[0].key, place, id in answered)

    def _lines(self) -> dict[str, frozenset[int]]:
        """The lines of each file that can be commented on: those that the diff shows, as head has them."""
        found: dict[str, frozenset[int]] = {}
        for one in self._api.pages(f"{self._pull}/files"):
            file, patch = (one.get("filename"), one.get("patch")) if isinstance(one, dict) else (None, None)
            if isinstance(file, str) and isinstance(patch, str):
                found[file] = frozenset(shown_lines(patch))
        return found


def shown_lines(patch: str) -> Iterator[int]:
    """The lines of the new file that a patch shows, context included."""
    line = 0
    for one in patch.split("\n"):
        hunk = _HUNK.match(one)
        if hunk:
            line = int(hunk[1])
        elif line and one[:1] in ("+", " "):
            yield line
            line += 1


def _superfluous(there: Iterable[_Posted], keep: Iterable[Suggestion]) -> Iterator[_Posted]:
    """Those that are not wanted, and of several that say the same all but the first."""
    left = set(keep)
    for one in there:
        if one.place in left:
            left.discard(one.place)
        else:
            yield one
