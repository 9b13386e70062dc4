"""What a workflow run of GitHub Actions is about: its environment and the payload of its event, as one record.

In go the variables that the runner sets, out comes an `Event`. Promise: the payload is data: its size is bounded, only
known places of it are read, and nothing of it is trusted to be of the right type or to be a commit id.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any

from msdiff.errors import InputError, UsageError
from msdiff.model.records import NamedTuple

PULL, TARGET, PUSH, QUEUE, RUN, MANUAL = (
    "pull_request",
    "pull_request_target",
    "push",
    "merge_group",
    "workflow_run",
    "workflow_dispatch",
)
_LIKE_PULL = ("pull_request_review", "pull_request_review_comment")  # same payload, same GITHUB_SHA
_LIKE_MANUAL = ("schedule", "repository_dispatch")
EVENTS = (PULL, PUSH, QUEUE, MANUAL, RUN, *_LIKE_PULL, *_LIKE_MANUAL)
_LARGEST = 32 * 1024 * 1024  # bytes; GitHub itself stops at 25 MB
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_QUEUE_REF = re.compile(r"refs/heads/gh-readonly-queue/.+/pr-(\d{1,9})-[0-9a-f]{40,64}", re.DOTALL)
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[\w./-]*)?", re.ASCII)
_GITHUB = "https://github.com"


class RunId(NamedTuple):
    """Which run of a workflow; later ones are greater. `id` grows with each run, `attempt` with each repetition."""

    id: int
    attempt: int


class Event(NamedTuple):
    """What started the run. Texts are "" and numbers `None` where the event does not say.

    `kind` is one of the constants above; `name` is GitHub's own. `number` is the pull request; `base_sha` and
    `head_sha` are what the payload says (frozen when the event happened). `head_repository` and `head_ref` say where
    the head comes from; `from_fork` that it is not this repository. `run` is the run that compares.
    """

    kind: str
    name: str
    action: str
    repository: str
    sha: str
    ref: str
    number: int | None
    base_sha: str
    base_ref: str
    head_sha: str
    head_ref: str
    head_repository: str
    from_fork: bool
    default_branch: str
    is_gone: bool
    run: RunId
    run_url: str
    server: str
    api: str
    pulls: tuple[tuple[str, str], ...] = ()  # of a workflow_run: (base, head) of its pull requests


def read_event(variables: Mapping[str, str]) -> Event:
    """The event that these variables name; raises `UsageError` outside of a workflow, `InputError` for no JSON."""
    path, name = variables.get("GITHUB_EVENT_PATH", ""), variables.get("GITHUB_EVENT_NAME", "")
    if not path or not name:
        raise UsageError(
            "`msdiff github` runs in a workflow of GitHub Actions, and this is none",
            hint="Here: msdiff origin/main..HEAD",
        )
    return event_of(name, _payload(path), variables)


def _payload(path: str) -> Any:
    try:
        if os.path.getsize(path) > _LARGEST:
            raise InputError("the event's payload is too large to be read", hint="GITHUB_EVENT_PATH names it.")
        with open(path, "rb") as file:
            return json.loads(file.read(_LARGEST))
    except OSError as error:
        raise InputError(
            f"the event's payload cannot be read: {error.strerror}", hint="GITHUB_EVENT_PATH names it."
        ) from None
    except (ValueError, RecursionError):
        raise InputError("the event's payload is not JSON", hint="GITHUB_EVENT_PATH names it.") from None


def event_of(name: str, payload: Any, variables: Mapping[str, str]) -> Event:
    """The event of this name with this payload (JSON values); raises `UsageError` for one that names no versions."""
    kind = _kind(name)
    said = _Payload(payload)
    repository = said.text("repository", "full_name") or variables.get("GITHUB_REPOSITORY", "")
    if not _REPOSITORY.fullmatch(repository):
        raise InputError("the event's payload names no repository", hint="GITHUB_REPOSITORY names it, too.")
    server = _address(variables.get("GITHUB_SERVER_URL", ""), _GITHUB)
    event = Event(
        kind=kind,
        name=name,
        action=said.text("action"),
        repository=repository,
        sha=said.commit_in(variables.get("GITHUB_SHA", "")),
        ref=variables.get("GITHUB_REF", "") or said.text("ref"),
        number=None,
        base_sha="",
        base_ref="",
        head_sha="",
        head_ref="",
        head_repository=repository,
        from_fork=False,
        default_branch=said.text("repository", "default_branch"),
        is_gone=False,
        run=RunId(_number(variables.get("GITHUB_RUN_ID")), _number(variables.get("GITHUB_RUN_ATTEMPT"))),
        run_url=f"{server}/{repository}/actions/runs/{_number(variables.get('GITHUB_RUN_ID'))}",
        server=server,
        api=api_address(variables.get("GITHUB_API_URL", ""), server),
    )
    return _FILLED[kind](event, said)


def api_address(said: str, server: str) -> str:
    """Where the REST API is: as said, with or without a slash at the end; else it follows from the server."""
    if said:
        return _address(said, said)
    return "https://api.github.com" if server == _GITHUB else f"{server}/api/v3"


def _kind(name: str) -> str:
    if name in (PULL, TARGET, PUSH, QUEUE, RUN, MANUAL):
        return name
    if name in _LIKE_PULL:
        return PULL
    if name in _LIKE_MANUAL:
        return MANUAL
    raise UsageError(f"the event `{name[:80]}` names no two versions", hint=f"These do: {', '.join(EVENTS)}.")


class _Payload:
    """JSON values of which nothing is known. What is missing or of another type is "", `None` or false."""

    def __init__(self, values: Any) -> None:
        self._values = values

    def at(self, *keys: str) -> Any:
        found = self._values
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def text(self, *keys: str) -> str:
        found = self.at(*keys)
        return found if isinstance(found, str) else ""

    def number(self, *keys: str) -> int | None:
        found = self.at(*keys)
        return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None

    def flag(self, *keys: str) -> bool:
        return self.at(*keys) is True

    def commit(self, *keys: str) -> str:
        return self.commit_in(self.text(*keys))

    @staticmethod
    def commit_in(text: str) -> str:
        return text if _COMMIT.fullmatch(text) else ""


def _pull(event: Event, said: _Payload) -> Event:
    number = said.number("pull_request", "number")
    head = said.commit("pull_request", "head", "sha")
    if number is None or not head:
        raise InputError("the event's payload has no pull request", hint="GITHUB_EVENT_PATH names it.")
    head_repository = said.text("pull_request", "head", "repo", "full_name")  # "" where the fork is gone
    return event._replace(
        number=number,
        base_sha=said.commit("pull_request", "base", "sha"),
        base_ref=said.text("pull_request", "base", "ref"),
        head_sha=head,
        head_ref=said.text("pull_request", "head", "ref"),
        head_repository=head_repository,
        from_fork=head_repository.casefold() != event.repository.casefold(),
    )


def _push(event: Event, said: _Payload) -> Event:
    before, after = said.commit("before"), said.commit("after")
    return event._replace(
        base_sha="" if _is_zero(before) else before,
        head_sha="" if _is_zero(after) else after,
        head_ref=event.ref.removeprefix("refs/heads/").removeprefix("refs/tags/"),
        is_gone=said.flag("deleted") or _is_zero(after),
    )


def _queue(event: Event, said: _Payload) -> Event:
    base, head = said.commit("merge_group", "base_sha"), said.commit("merge_group", "head_sha")
    if not base or not head:
        raise InputError("the event's payload has no merge group", hint="GITHUB_EVENT_PATH names it.")
    ref = said.text("merge_group", "head_ref")
    found = _QUEUE_REF.fullmatch(ref)
    return event._replace(
        number=int(found[1]) if found else None,
        base_sha=base,
        base_ref=said.text("merge_group", "base_ref").removeprefix("refs/heads/"),
        head_sha=head,
        head_ref=ref.removeprefix("refs/heads/"),
    )


def _run(event: Event, said: _Payload) -> Event:
    head = said.commit("workflow_run", "head_sha")
    if not head:
        raise InputError("the event's payload has no workflow run", hint="GITHUB_EVENT_PATH names it.")
    repository = said.text("workflow_run", "head_repository", "full_name")
    id, attempt = said.number("workflow_run", "id"), said.number("workflow_run", "run_attempt")
    pulls = said.at("workflow_run", "pull_requests")
    found = [_Payload(one) for one in pulls] if isinstance(pulls, list) else []
    ends = tuple((one.commit("base", "sha"), one.commit("head", "sha")) for one in found[:10])
    return event._replace(
        head_sha=head,
        head_ref=said.text("workflow_run", "head_branch"),
        head_repository=repository,
        from_fork=repository.casefold() != event.repository.casefold(),
        run=RunId(id or event.run.id, attempt or 1),  # of the run that was judged: it tells which comment is newer
        run_url=f"{event.server}/{event.repository}/actions/runs/{id}" if id else event.run_url,
        pulls=ends,
    )


def _manual(event: Event, said: _Payload) -> Event:
    return event._replace(head_sha=event.sha, head_ref=event.ref.removeprefix("refs/heads/"))


_FILLED = {PULL: _pull, TARGET: _pull, PUSH: _push, QUEUE: _queue, RUN: _run, MANUAL: _manual}


def _is_zero(commit: str) -> bool:
    return bool(commit) and not commit.strip("0")


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 20 else 0


def _address(said: str, otherwise: str) -> str:
    """An http(s) address without a slash at its end."""
    said = said.strip().rstrip("/")
    return (
        said if re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[\w./-]*)?", said, re.ASCII) else otherwise.rstrip("/")
    )
