"""A small GitHub: comments of pull requests, kept in memory and served over HTTP on this machine.

It behaves as GitHub does where that matters: pages, who wrote what, 422 for a body that is too long, 404 for what is
not there. Faults are scripted; every exchange is kept, so that a test can count calls and check their shape.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

TIME = "2026-03-01T12:00:00Z"
BOT = "github-actions[bot]"
LONGEST = 65_536  # characters of a body


class Fault(NamedTuple):
    """An answer instead of the real one. `after`: the request was carried out all the same; status 0 hangs up."""

    status: int
    message: str = "Server Error"
    headers: dict[str, str] = {}  # noqa: RUF012  # nobody changes it
    after: bool = False
    body: str | None = None


class Exchange(NamedTuple):
    """One request and its answer. `path` is without query and prefix."""

    verb: str
    path: str
    query: dict[str, list[str]]
    request: Any
    status: int
    answer: Any
    headers: dict[str, str]


class FakeGitHub:
    """`tokens` says who writes with which token. `faults` are asked in order; the first that gives one counts."""

    def __init__(self, repository: str = "acme/shop", prefix: str = "") -> None:
        self.repository = repository
        self.prefix = prefix
        self.tokens = {"secret": BOT}
        self.comments: dict[int, dict[str, Any]] = {}
        self.pulls: dict[int, dict[str, Any]] = {}
        self.template: dict[str, Any] = {}  # what a pull request has besides
        self.files: dict[int, list[dict[str, Any]]] = {}
        self.reviewed: dict[int, dict[str, Any]] = {}
        self.checks: dict[int, dict[str, Any]] = {}
        self.exchanges: list[Exchange] = []
        self.faults: list[Callable[[str, str], Fault | None]] = []
        self.before: Callable[[str, str], None] = lambda verb, path: None
        self.address = ""
        self._next = 1000
        self._lock = threading.Lock()

    # what a test says and asks

    def pull(self, number: int = 7, *, head: str, labels: tuple[str, ...] = (), repository: str | None = None) -> None:
        owner = repository or self.repository
        self.pulls[number] = {
            **self.template,
            "number": number,
            "state": "open",
            "head": {
                **self.template.get("head", {}),
                "sha": head,
                "ref": "feature",
                "label": f"{owner.partition('/')[0]}:feature",
                "repo": {**(self.template.get("head", {}).get("repo") or {}), "full_name": owner},
            },
            "base": {
                **self.template.get("base", {}),
                "ref": "main",
                "sha": "b" * 40,
                "repo": {**self.template.get("base", {}).get("repo", {}), "full_name": self.repository},
            },
            "labels": [{"name": label} for label in labels],
        }

    def say(self, body: str | None, *, number: int = 7, author: str | None = "ada", **more: Any) -> int:
        """Somebody comments; the comment's id."""
        with self._lock:
            self._next += 1
            self.comments[self._next] = {**self._comment(self._next, number, body, author), **more}
            return self._next

    def bodies(self, author: str = BOT) -> list[str]:
        return [one["body"] for one in self.comments.values() if (one["user"] or {}).get("login") == author]

    def calls(self) -> list[str]:
        return [f"{one.verb} {one.path.removeprefix(f'/repos/{self.repository}')}" for one in self.exchanges]

    def fail(self, verb: str, fault: Fault, *, times: int = 1, path: str = "") -> None:
        """The next requests with this method (and this in their path) fail."""
        left = [times]

        def asked(asked_verb: str, asked_path: str) -> Fault | None:
            if asked_verb != verb or path not in asked_path or not left[0]:
                return None
            left[0] -= 1
            return fault

        self.faults.append(asked)

    # what the server asks

    def _comment(self, id: int, number: int, body: str | None, author: str | None) -> dict[str, Any]:
        api, web = f"{self.address}/repos/{self.repository}", f"https://github.com/{self.repository}"
        return {
            "id": id,
            "node_id": f"IC_{id}",
            "url": f"{api}/issues/comments/{id}",
            "html_url": f"{web}/pull/{number}#issuecomment-{id}",
            "issue_url": f"{api}/issues/{number}",
            "body": body,
            "user": author and user(author),
            "created_at": TIME,
            "updated_at": TIME,
            "author_association": "NONE",
        }

    def answer(self, verb: str, path: str, query: dict[str, list[str]], body: Any, token: str) -> tuple[int, Any]:
        author = self.tokens.get(token)
        if author is None:
            return 401, problem("Bad credentials")
        if (verb, path) == ("POST", "/graphql"):
            return 200, {"data": {"viewer": {"login": author}}}
        here = f"/repos/{self.repository}"
        if not path.startswith(here + "/"):
            return 404, problem("Not Found")
        with self._lock:
            return self._of_repository(verb, path.removeprefix(here).split("/")[1:], query, body, author)

    def _of_repository(
        self, verb: str, parts: list[str], query: dict[str, list[str]], body: Any, author: str
    ) -> tuple[int, Any]:
        match verb, parts:
            case "GET", ["pulls"]:
                wanted = query.get("head", [""])[0]
                found = [one for one in self.pulls.values() if not wanted or one["head"]["label"] == wanted]
                return 200, paged(found, query)
            case "GET", ["pulls", number]:
                pull = self.pulls.get(int(number))
                return (200, pull) if pull else (404, problem("Not Found"))
            case "GET", ["pulls", number, "files"]:
                return 200, paged(self.files.get(int(number), []), query)
            case "GET", ["pulls", number, "comments"]:
                return 200, paged(list(self.reviewed.values()), query)
            case "POST", ["pulls", number, "comments"]:
                return self._review(int(number), body, author)
            case "PATCH", ["pulls", "comments", id]:
                self.reviewed[int(id)]["body"] = body["body"]
                return 200, self.reviewed[int(id)]
            case "DELETE", ["pulls", "comments", id]:
                return (204, None) if self.reviewed.pop(int(id), None) else (404, problem("Not Found"))
            case "GET", ["issues", number, "comments"]:
                about = f"{self.address}/repos/{self.repository}/issues/{number}"
                return 200, paged([one for one in self.comments.values() if one["issue_url"] == about], query)
            case "GET", ["commits", sha, "check-runs"]:
                named = [one for one in self.checks.values() if one["head_sha"] == sha]
                found = [one for one in named if one["name"] == query["check_name"][0]]
                return 200, {"total_count": len(found), "check_runs": paged(found, query)}
            case "POST", ["check-runs"]:
                self._next += 1
                return 201, self._check(self._next, body)
            case "PATCH", ["check-runs", id]:
                return 200, self._check(int(id), body)
            case "POST", ["issues", number, "comments"]:
                return self._create(int(number), body, author)
            case (("PATCH" | "DELETE"), ["issues", "comments", id]):
                return self._change(verb, int(id), body)
        return 404, problem("Not Found")

    def check(self, head: str, name: str, external_id: str | None) -> int:
        """A job or an app has made a Check Run; its id."""
        self._next += 1
        self._check(self._next, {"head_sha": head, "name": name, "external_id": external_id, "conclusion": "success"})
        return self._next

    def _check(self, id: int, said: dict[str, Any]) -> dict[str, Any]:
        api, web = f"{self.address}/repos/{self.repository}", f"https://github.com/{self.repository}"
        there = self.checks.get(id) or {"output": {"title": None, "summary": None, "text": None}, "details_url": None}
        output = {**there["output"], **said.get("output", {}), "annotations_count": 0, "annotations_url": f"{api}/a"}
        addresses = {"url": f"{api}/check-runs/{id}", "html_url": f"{web}/runs/{id}"}
        times = {"status": "completed", "started_at": TIME, "completed_at": TIME}
        about = {"id": id, "node_id": f"CR_{id}", "check_suite": {"id": 1}, "app": None, "pull_requests": []}
        self.checks[id] = {**there, **about, **times, **addresses, **said, "output": output}
        return self.checks[id]

    def _create(self, number: int, body: Any, author: str) -> tuple[int, Any]:
        refused = too_long(body)
        if refused:
            return 422, refused
        self._next += 1
        self.comments[self._next] = self._comment(self._next, number, body["body"], author)
        return 201, self.comments[self._next]

    def _change(self, verb: str, id: int, body: Any) -> tuple[int, Any]:
        if id not in self.comments:
            return 404, problem("Not Found")
        if verb == "DELETE":
            del self.comments[id]
            return 204, None
        refused = too_long(body)
        if refused:
            return 422, refused
        self.comments[id] = {**self.comments[id], "body": body["body"]}
        return 200, self.comments[id]

    def _review(self, number: int, body: Any, author: str) -> tuple[int, Any]:
        self._next += 1
        api, web = f"{self.address}/repos/{self.repository}", f"https://github.com/{self.repository}/pull/{number}"
        links = {"self": {"href": api}, "html": {"href": web}, "pull_request": {"href": api}}
        self.reviewed[self._next] = {
            **self._comment(self._next, number, body["body"], author),
            **{name: body[name] for name in ("path", "line", "side", "commit_id")},
            "original_commit_id": body["commit_id"],
            "diff_hunk": "@@",
            "pull_request_review_id": 1,
            "pull_request_url": f"{api}/pulls/{number}",
            "_links": links,
        }
        return 201, self.reviewed[self._next]


def user(login: str) -> dict[str, Any]:
    """A user as GitHub tells of one."""
    kind = "Bot" if login.endswith("[bot]") else "User"
    api = f"https://api.github.com/users/{login}"
    links = {
        name: f"{api}/{name}"
        for name in (
            "followers_url",
            "following_url",
            "gists_url",
            "starred_url",
            "subscriptions_url",
            "organizations_url",
            "repos_url",
            "events_url",
            "received_events_url",
        )
    }
    about = {"login": login, "id": 41, "node_id": "MDQ6", "type": kind, "site_admin": False, "gravatar_id": ""}
    return {**about, "avatar_url": api, "url": api, "html_url": f"https://github.com/{login}", **links}


def problem(message: str, *errors: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"message": message, "documentation_url": "https://docs.github.com/rest"}
    return {**said, "errors": list(errors)} if errors else said


def too_long(body: Any) -> dict[str, Any] | None:
    if not isinstance(body, dict) or not isinstance(body.get("body"), str):
        return problem("Validation Failed", {"resource": "IssueComment", "field": "body", "code": "missing"})
    if len(body["body"]) > LONGEST:
        detail = "Body is too long (maximum is 65536 characters)"
        return problem(
            "Validation Failed", {"resource": "IssueComment", "field": "data", "code": "x", "message": detail}
        )
    return None


def paged(found: list[Any], query: dict[str, list[str]]) -> list[Any]:
    size, page = (int(query.get(name, [default])[0]) for name, default in (("per_page", "30"), ("page", "1")))
    return found[(page - 1) * min(size, 100) : page * min(size, 100)]


@contextmanager
def serving(github: FakeGitHub) -> Iterator[FakeGitHub]:
    """The fake behind an address of its own (`github.address`)."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(github))
    server.daemon_threads = True
    github.address = f"http://127.0.0.1:{server.server_address[1]}{github.prefix}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield github
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(github: FakeGitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            parts = urlsplit(self.path)
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(data) if data else None
            path = parts.path.removeprefix(github.prefix) if parts.path.startswith(github.prefix) else "/outside"
            if github.prefix and parts.path == "/api/graphql":
                path = "/graphql"
            github.before(self.command, path)
            fault = next((found for one in github.faults if (found := one(self.command, path))), None)
            token = self.headers.get("Authorization", "").rpartition(" ")[2]
            query = parse_qs(parts.query)
            status, answer, headers = 0, None, {}
            if fault is None or fault.after:
                status, answer = github.answer(self.command, path, query, body, token)
            if fault is not None:
                status, answer, headers = fault.status, fault.body or problem(fault.message), fault.headers
            github.exchanges.append(Exchange(self.command, path, query, body, status, answer, headers))
            if not status:
                self.close_connection = True
                return
            self._send(status, answer, headers)

        def _send(self, status: int, answer: Any, headers: dict[str, str]) -> None:
            text = answer if isinstance(answer, str) else "" if answer is None else json.dumps(answer)
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _do

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
