"""The one comment of a pull request: found again, written, and kept the only one.

A comment is ours if it begins with our marker, was written by who we are, and is about the same key. Promise: of several
the oldest stays, with what the newest run says; an older run never replaces a newer one's words; a comment is sent
again only after looking whether the first one arrived; nothing in the marker comes from the repository as it is.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from enum import Enum
from typing import Any, TypeAlias

from msdiff.model.records import NamedTuple
from msdiff.scm.github import Api, Trouble
from msdiff.scm.github_event import RunId
from msdiff.scm.github_memory import Memory, Standing, packed, remembered, unpacked

_BEGIN, _END = "<!-- msdiff:", " -->\n"
LONGEST_MARKER = 7_000  # characters; with the longest key and two full memories it has 6,400
_MARKER = re.compile(rf"<!-- msdiff:([A-Za-z0-9._]{{1,{LONGEST_MARKER}}}) -->\r?\n")
_ALTCHARS = b"._"  # in place of `+/`: a comment of HTML must not hold `--`


class Stamp(NamedTuple):
    """What a comment speaks of: which configuration (`key`), which commit of the branch, which run said it; what it
    had found (`now`), and what had been found at the push before (`before`).
    """

    key: str
    head: str
    run: RunId
    now: Memory | None = None
    before: Memory | None = None


class Draft(NamedTuple):
    """What is to be said, and its stamp."""

    text: str
    stamp: Stamp


Drafting: TypeAlias = Callable[[Stamp | None], Draft]
"""What says it, in view of the stamp of the comment that is there."""


class Comment(NamedTuple):
    """One of ours. `text` is what follows the marker."""

    id: int
    url: str
    stamp: Stamp
    text: str


class Outcome(Enum):
    """What became of the comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    NOT_NEEDED = "not needed"
    OLDER = "left alone: a newer run has written it"


class Posted(NamedTuple):
    """The result, the comment's address ("" where there is none), and what was not done about duplicates."""

    outcome: Outcome
    url: str = ""
    trouble: str = ""


def marker(stamp: Stamp) -> str:
    """The first line of a comment."""
    said: dict[str, Any] = {"v": 1, "key": stamp.key, "head": stamp.head}
    said |= {"run": stamp.run.id, "attempt": stamp.run.attempt}
    memories = {"now": packed(stamp.now), "before": packed(stamp.before)}
    said |= {name: memory for name, memory in memories.items() if memory is not None}
    data = json.dumps(said, separators=(",", ":")).encode()
    return f"{_BEGIN}{base64.b64encode(data, _ALTCHARS).decode().rstrip('=')}{_END}"


def stamp_of(body: str) -> tuple[Stamp, str] | None:
    """The stamp of a comment that begins with a marker, and the text after it; `None` for any other."""
    found = _MARKER.match(body)
    if found is None:
        return None
    try:
        said = json.loads(base64.b64decode(found[1] + "=" * (-len(found[1]) % 4), _ALTCHARS, validate=True))
        values = (said["key"], said["head"], said["run"], said["attempt"])
        memories = (unpacked(said.get("now")), unpacked(said.get("before")))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if tuple(map(type, values)) != (str, str, int, int):
        return None
    key, head, run, attempt = values
    return Stamp(key, head, RunId(run, attempt), *memories), body[found.end() :].replace("\r\n", "\n")


def recalled(earlier: Stamp | None, head: str, standing: Standing | None) -> tuple[Memory | None, Memory | None]:
    """What to remember of this run at `head`, and of the push before, given what the comment that is there remembers.
    A run that could not compare (`standing` is `None`) leaves both as they are.
    """
    now, before = (earlier.now, earlier.before) if earlier else (None, None)
    if standing is None:
        return now, before
    return remembered(head, standing), before if now is None or now.head == head else now


class Thread:
    """The comments of one pull request, as far as they are ours. `author` is who we are there (a login)."""

    def __init__(self, api: Api, repository: str, number: int, *, author: str, key: str) -> None:
        self._api = api
        self._comments = f"/repos/{repository}/issues/{number}/comments"
        self._one = f"/repos/{repository}/issues/comments"
        self._author = author
        self._key = key

    def ours(self) -> list[Comment]:
        """Oldest first; raises `Trouble`."""
        found = (self._comment(one) for one in self._api.pages(self._comments))
        return sorted(one for one in found if one is not None)

    def _comment(self, said: Any) -> Comment | None:
        """The comment if it is ours, and nobody has hidden it."""
        if not isinstance(said, dict) or said.get("minimized"):
            return None
        id, body, user = said.get("id"), said.get("body"), said.get("user")
        login = user.get("login") if isinstance(user, dict) else None
        if not isinstance(id, int) or not isinstance(body, str) or not isinstance(login, str):
            return None
        stamped = stamp_of(body)
        if stamped is None or login.casefold() != self._author.casefold() or stamped[0].key != self._key:
            return None
        url = said.get("html_url")
        return Comment(id, url if isinstance(url, str) else "", *stamped)

    def post(self, drafted: Drafting, *, create: bool) -> Posted:
        """Say what is drafted, in the comment that is there or (with `create`) in a new one; raises `Trouble`.

        A trouble after the text has arrived is no error: it is told in the result.
        """
        found = self.ours()
        text, stamp = drafted(_newest(found).stamp if found else None)
        if found:
            return self._settled(found, text, stamp)
        if not create:
            return Posted(Outcome.NOT_NEEDED)
        made = self._created(text, stamp)
        try:
            settled = self._settled(self.ours() or [made], text, stamp)
            return settled if settled.outcome is Outcome.OLDER else settled._replace(outcome=Outcome.CREATED)
        except Trouble as trouble:  # the next run looks for duplicates again
            return Posted(Outcome.CREATED, made.url, f"duplicates were not looked for: {trouble}")

    def _created(self, text: str, stamp: Stamp) -> Comment:
        return self._api.created(
            self._comments,
            {"body": marker(stamp) + text},
            read=lambda said: self._told(said, text, stamp),
            look=lambda: next(reversed(self.ours()), None),
        )

    def _told(self, said: Any, text: str, stamp: Stamp) -> Comment:
        """What was stored; whoever stored it is who we are."""
        if not isinstance(said, dict) or not isinstance(said.get("id"), int):
            raise Trouble(0, "GitHub's answer is no comment")
        user = said.get("user")
        if isinstance(user, dict) and isinstance(user.get("login"), str):
            self._author = user["login"]
        return Comment(said["id"], str(said.get("html_url") or ""), stamp, text)

    def _settled(self, found: list[Comment], text: str, stamp: Stamp) -> Posted:
        """The oldest holds what the newest run says, and is the only one."""
        oldest, *others = found
        newest = _newest(found)
        is_older = newest.stamp.run > stamp.run
        wanted, words = (newest.stamp, newest.text) if is_older else (stamp, text)
        is_said = _is_same(oldest, wanted, words)
        if not is_said:
            self._api.call("PATCH", f"{self._one}/{oldest.id}", body={"body": marker(wanted) + words})
        outcome = Outcome.OLDER if is_older else Outcome.UNCHANGED if is_said else Outcome.UPDATED
        return Posted(outcome, oldest.url, self._removed(others))

    def _removed(self, others: list[Comment]) -> str:
        for one in others:
            try:
                self._api.call("DELETE", f"{self._one}/{one.id}")
            except Trouble as trouble:
                if trouble.status != 404:  # somebody else was faster
                    return f"a duplicate was not removed: {trouble}"
        return ""


def _newest(found: list[Comment]) -> Comment:
    return max(found, key=lambda one: (one.stamp.run, one.id))


def _is_same(comment: Comment, stamp: Stamp, text: str) -> bool:
    """Whether it says this already. A later run writes its stamp even where the words are the same; a repetition of the
    same run does not: else a run between the two could not tell that it is older.
    """
    said = comment.stamp
    is_same_run = said._replace(run=RunId(said.run.id, stamp.run.attempt)) == stamp
    return is_same_run and comment.text.strip() == text.strip()
