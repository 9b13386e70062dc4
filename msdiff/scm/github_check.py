"""The Check Run of a commit: the verdict as a line of its own among the checks, with the report behind it.

In go a name, a commit and what to say, out comes what became of it. Promise: one Check Run a name and commit, which an
older run never changes; nothing is written where it says the same already; a POST is sent again only after looking.

There are no annotations in it: the step's log has made them, and GitHub would show each a second time.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import partial
from hashlib import sha256
from typing import Any

from msdiff.model.records import NamedTuple
from msdiff.scm.github import Api, Trouble
from msdiff.scm.github_event import RunId

_OURS = re.compile(r"msdiff:1:(\d{1,20})\.(\d{1,9}):([0-9a-f]{32})", re.ASCII)


class Conclusion(Enum):
    """How GitHub shows it: green, red, or grey (which holds nothing up)."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"


class Check(NamedTuple):
    """What a Check Run says of a commit. `summary` is Markdown; GitHub takes 65,535 characters of it."""

    name: str
    head: str
    conclusion: Conclusion
    title: str
    summary: str
    address: str


class Checked(NamedTuple):
    """What became of it (`created`, `updated`, `unchanged`, or who has written it since), and its address."""

    outcome: str
    url: str = ""


class _There(NamedTuple):
    id: int
    url: str
    run: RunId
    digest: str


def check(api: Api, repository: str, said: Check, run: RunId) -> Checked:
    """Make the Check Run say this; raises `Trouble`."""
    there = _ours(api, repository, said)
    if there is None:
        body = {**_words(said, run), "head_sha": said.head}
        look = partial(_ours, api, repository, said)
        there = api.created(f"/repos/{repository}/check-runs", body, read=partial(_made, said), look=look)
        return Checked("created", there.url)
    if there.run > run:
        return Checked("left alone: a newer run has written it", there.url)
    if there.digest == _digest(said):
        return Checked("unchanged", there.url)
    api.call("PATCH", f"/repos/{repository}/check-runs/{there.id}", body=_words(said, run))
    return Checked("updated", there.url)


def _made(said: Check, answer: Any) -> _There:
    there = _read(answer, said)
    if there is None:
        raise Trouble(0, "GitHub's answer is no Check Run")
    return there


def _words(said: Check, run: RunId) -> dict[str, Any]:
    return {
        "name": said.name,
        "external_id": f"msdiff:1:{run.id}.{run.attempt}:{_digest(said)}",
        "details_url": said.address,
        "status": "completed",
        "conclusion": said.conclusion.value,
        "output": {"title": said.title, "summary": said.summary},
    }


def _digest(said: Check) -> str:
    text = "\0".join((said.name, said.head, said.conclusion.value, said.title, said.summary))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _ours(api: Api, repository: str, said: Check) -> _There | None:
    """The newest of ours; GitHub gives the latest of each suite."""
    query = {"check_name": said.name, "filter": "latest", "per_page": 100}
    answer = api.call("GET", f"/repos/{repository}/commits/{said.head}/check-runs", query=query)
    runs = answer.get("check_runs") if isinstance(answer, dict) else None
    if not isinstance(runs, list):
        raise Trouble(0, "GitHub's answer is no list of Check Runs")
    found = [there for one in runs if (there := _read(one, said)) is not None]
    return max(found, key=lambda there: (there.run, there.id), default=None)


def _read(answer: Any, said: Check) -> _There | None:
    """A Check Run if it is one of ours: a job of the same name has another mark."""
    if not isinstance(answer, dict) or answer.get("name") != said.name:
        return None
    id, mark, url = answer.get("id"), answer.get("external_id"), answer.get("html_url")
    found = _OURS.fullmatch(mark) if isinstance(mark, str) else None
    if found is None or not isinstance(id, int):
        return None
    return _There(id, url if isinstance(url, str) else "", RunId(int(found[1]), int(found[2])), found[3])
