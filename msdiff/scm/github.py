"""GitHub's REST API: a method and a path in, JSON values out. The only user of PyGithub.

Promise: whatever goes wrong is a `Trouble` that says whether the request may have been carried out; what can be sent
twice without harm is tried again, a POST never is (PyGithub's own repetition of a POST makes two comments of one: a
502 may come after the comment was stored); and all waiting together stays within one limit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

PATIENCE_S = 60.0  # seconds for everything
_TIMEOUT_S = 10  # seconds for one answer
_PAUSES_S = (1.0, 3.0)  # seconds between tries
_UNKNOWN_WAIT_S = 60.0  # seconds after a secondary limit that does not say how long (GitHub's own advice)
_PER_PAGE = 100
BOT = "github-actions[bot]"  # who GITHUB_TOKEN is
_MOST_PAGES = 100
T = TypeVar("T")


class Trouble(Exception):
    """GitHub refused (`status` is an HTTP status), or gave no answer that can be read (`status` 0).

    `wait` are the seconds after which it would answer, where it limits how often it is asked.
    """

    def __init__(self, status: int, message: str, wait: float | None = None) -> None:
        super().__init__(f"{status} {message}" if status else message)
        self.status = status
        self.message = message
        self.wait = wait

    @property
    def is_unclear(self) -> bool:
        """Whether the request may have been carried out all the same."""
        return self.status == 0 or self.status >= 500


class Api:
    """One token at one GitHub. `send` is PyGithub's request; `calls` counts the requests."""

    def __init__(
        self,
        send: Callable[..., tuple[Mapping[str, Any], Any]],
        *,
        graphql: str = "/graphql",
        patience: float = PATIENCE_S,
        pauses: tuple[float, ...] = _PAUSES_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._send = send
        self._graphql = graphql
        self._end = time.monotonic() + patience
        self._pauses = pauses
        self._sleep = sleep
        self.calls = 0

    def call(self, verb: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None) -> Any:
        """The answer's JSON; raises `Trouble`. Tried again after a limit, and unless it is a POST after no answer."""
        for pause in self._pauses:
            try:
                return self._once(verb, path, query, body)
            except Trouble as trouble:
                wait = trouble.wait
                if wait is None and trouble.is_unclear and verb != "POST":
                    wait = pause
                if wait is None or not self._has_time_for(wait):
                    raise
                self._sleep(wait)
        return self._once(verb, path, query, body)

    def pages(self, path: str, query: Mapping[str, Any] | None = None) -> Iterator[Any]:
        """All items of a list, in order; raises `Trouble`, also where the list never ends."""
        for number in range(1, _MOST_PAGES + 1):
            found = self.call("GET", path, query={**(query or {}), "per_page": _PER_PAGE, "page": number})
            if not isinstance(found, list):
                raise Trouble(0, "GitHub's answer is no list")
            yield from found
            if len(found) < _PER_PAGE:
                return
        raise Trouble(0, f"more than {_MOST_PAGES * _PER_PAGE:,} entries")

    def created(self, path: str, body: Any, *, read: Callable[[Any], T], look: Callable[[], T | None]) -> T:
        """What a POST has made, as `read` from the answer. Where no answer came, `look` whether it is there before it is
        sent again. Raises `Trouble`, as `read` may.
        """
        for pause in (*self._pauses, None):
            try:
                return read(self.call("POST", path, body=body))
            except Trouble as trouble:
                if pause is None or not trouble.is_unclear or not self._has_time_for(pause):
                    raise
            self._sleep(pause)
            found = look()
            if found is not None:
                return found
        raise AssertionError("the last try raises")

    def login(self) -> str:
        """Who this token writes as; that of GITHUB_TOKEN where GitHub does not say. REST has no answer for an app."""
        try:
            said = self.call("POST", self._graphql, body={"query": "query { viewer { login } }"})
            login = said["data"]["viewer"]["login"]
        except (Trouble, KeyError, TypeError):
            return BOT
        return login if isinstance(login, str) else BOT

    def _has_time_for(self, seconds: float) -> bool:
        return time.monotonic() + seconds < self._end

    def _once(self, verb: str, path: str, query: Mapping[str, Any] | None, body: Any) -> Any:
        from github import GithubException
        from requests.exceptions import RequestException

        if not self._has_time_for(0):
            raise Trouble(0, "GitHub took too long")
        self.calls += 1
        try:
            return self._send(verb, path, parameters=dict(query or {}), input=body)[1]
        except GithubException as refused:
            raise _trouble(refused.status, refused.data, refused.headers) from None
        except (RequestException, OSError, ValueError, RuntimeError, AssertionError, AttributeError) as error:
            # Of PyGithub's own: a redirection that leads elsewhere, a host that is not GitHub's, a body that is not JSON.
            raise Trouble(0, f"no answer that can be read ({type(error).__name__})") from None


def connected(
    address: str,
    token: str,
    *,
    patience: float = PATIENCE_S,
    pauses: tuple[float, ...] = _PAUSES_S,
    writes_apart: float = 1.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Api:
    """The API at an address (`https://api.github.com`, or that of an own GitHub) for a token. Nothing is sent yet.

    `writes_apart` are seconds between two writes, which GitHub asks for.
    """
    from github import Auth, Github

    client = Github(
        base_url=address,
        auth=Auth.Token(token),
        retry=None,
        timeout=_TIMEOUT_S,
        per_page=_PER_PAGE,
        user_agent="msdiff",
        seconds_between_requests=None,  # one after the other anyway
        seconds_between_writes=writes_apart,
    )
    graphql = address.removesuffix("/v3") + "/graphql"  # of an own GitHub: /api/graphql beside /api/v3
    send = client.requester.requestJsonAndCheck
    return Api(send, graphql=graphql, patience=patience, pauses=pauses, sleep=sleep)


def _trouble(status: int, data: Any, headers: Mapping[str, Any] | None) -> Trouble:
    message = _message(data)
    named = {str(key).lower(): str(value) for key, value in (headers or {}).items()}
    return Trouble(status, message, _wait(status, message.lower(), named))


def _message(data: Any) -> str:
    """What GitHub says, with the first of its details (`Validation Failed: body is too long`)."""
    if not isinstance(data, Mapping):
        return "no reason given"
    said = data.get("message")
    message = said if isinstance(said, str) else "no reason given"
    errors = data.get("errors")
    for error in errors if isinstance(errors, list) else ():
        detail = error.get("message") if isinstance(error, Mapping) else error
        if isinstance(detail, str) and detail:
            return f"{message}: {detail}"
    return message


def _wait(status: int, message: str, headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, where this is a limit on how often one may ask (403 and 429 alike)."""
    if status not in (403, 429):
        return None
    if headers.get("retry-after", "").isdecimal():
        return float(headers["retry-after"])
    if headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdecimal():
        return max(float(headers["x-ratelimit-reset"]) - time.time(), 0.0) + 1.0
    return _UNKNOWN_WAIT_S if status == 429 or "rate limit" in message else None
