"""What msdiff and GitHub say to each other about one event: labels, the one comment, suggestions, the Check Run.

In go what was judged and the event, out comes what became of it, in sentences. Promise: whatever GitHub does, this ends
within a limit and costs no verdict; a label counts only if GitHub shows it now; nothing is written about a commit that
is no longer the head of the pull request.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from msdiff.commands.github_checking import check_of
from msdiff.commands.github_judging import Judged
from msdiff.commands.github_text import LONGEST, Words, comment_text, standing_of
from msdiff.commands.options import Arguments
from msdiff.model.finding import Verdict
from msdiff.model.records import NamedTuple
from msdiff.scm.github import BOT, PATIENCE_S, Api, Trouble, connected
from msdiff.scm.github_check import check
from msdiff.scm.github_comment import Draft, Drafting, Outcome, Posted, Stamp, Thread, recalled
from msdiff.scm.github_event import PULL, QUEUE, RUN, TARGET, Event
from msdiff.scm.github_memory import since
from msdiff.scm.github_review import Reviews

ALWAYS, ON_CHANGE, NEVER = MODES = ("always", "on-change", "never")
SPARE_S = 5.0  # seconds after which an answer that comes byte by byte is given up
_SHORTEST = 2_000  # characters; a comment that is refused though it is shorter is not refused for its length
T = TypeVar("T")


class Exchange(NamedTuple):
    """What came of it: of the comment (`outcome`), of the Check Run (`check`). `is_accepted`: a label accepts what was
    found. `calls` counts the requests to GitHub.
    """

    outcome: str = "not asked for"
    url: str = ""
    sentences: tuple[str, ...] = ()
    is_accepted: bool = False
    calls: int = 0
    check: str = "not asked for"
    check_url: str = ""


class Access(NamedTuple):
    """A way to GitHub: address and token, and who this token writes as ("" where that has to be asked)."""

    address: str
    token: str
    author: str


class _Pull(NamedTuple):
    number: int
    head: str
    base_ref: str
    labels: frozenset[str]


def access(event: Event, arguments: Arguments, variables: Any) -> Access | None:
    """The way that the variables open; `None` without a token."""
    token = variables.get("GITHUB_TOKEN", "").strip()
    if not token:
        return None
    own = variables.get("MSDIFF_DEFAULT_TOKEN", "").strip()
    author = arguments.comment_author or (BOT if own and token == own else "")
    return Access(event.api, token, author)


def exchange(event: Event, judged: Judged, arguments: Arguments, way: Access | None) -> Exchange:
    """Read the label, write the comment and the Check Run; never raises for anything that GitHub does."""
    comments = arguments.comment != NEVER and event.kind in (PULL, TARGET, RUN)
    labels = bool(arguments.accept_label) and judged.exit_code == 1
    pulls = (comments or labels) and (event.number is not None or event.kind == RUN)
    checks = bool(arguments.check_run and judged.head)
    if not pulls and not checks:
        return Exchange()
    what = " and ".join(filter(None, ("no comment" if pulls else "", "no Check Run" if checks else "")))
    if way is None:
        return Exchange("no token", sentences=(f"{what}: there is no token (GITHUB_TOKEN)",))
    api = connected(way.address, way.token)

    def ask() -> Exchange:
        found = _exchange(api, event, judged, arguments, way) if pulls else Exchange()
        return _checked(api, event, judged, arguments, found) if checks else found

    answer = _within(PATIENCE_S + SPARE_S, ask)
    if answer is None:
        return Exchange("failed", sentences=(f"{what}: GitHub took too long",), calls=api.calls)
    return answer._replace(calls=api.calls)


def _checked(api: Api, event: Event, judged: Judged, arguments: Arguments, found: Exchange) -> Exchange:
    """With what became of the Check Run."""
    wanted = check_of(event, judged, arguments, accepted=found.is_accepted)
    try:
        done = check(api, event.repository, wanted, event.run)
    except Trouble as trouble:
        said = f"no Check Run: {explained(trouble, 'checks: write')}"
        return found._replace(check="failed", sentences=(*found.sentences, said))
    said = f"Check Run {done.outcome}" + (f": {done.url}" if done.url else "")
    return found._replace(check=done.outcome, check_url=done.url, sentences=(*found.sentences, said))


def _within(seconds: float, ask: Callable[[], T]) -> T | None:
    """What `ask` returns; `None` if it has not after this time (an answer can come one byte at a time, for ever)."""
    found: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(ask())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    return found[0] if found else None


def _exchange(api: Api, event: Event, judged: Judged, arguments: Arguments, way: Access) -> Exchange:
    try:
        pull = _pull_of_run(api, event) if event.kind == RUN else _pull(api, event)
    except Trouble as trouble:
        return Exchange("failed", sentences=(f"no comment: {explained(trouble)}",))
    if pull is None:
        return Exchange("not needed", sentences=("no comment: no open pull request has this commit as its head",))
    accepted = bool(arguments.accept_label) and arguments.accept_label in pull.labels and judged.exit_code == 1
    said = (f"accepted as a whole by the label `{arguments.accept_label}`",) if accepted else ()
    if arguments.comment == NEVER or event.kind == QUEUE:
        return Exchange(sentences=said, is_accepted=accepted)
    if pull.head != judged.head:
        moved = f"no comment: the pull request has moved on to {pull.head[:12]}"
        return Exchange("outdated", sentences=(*said, moved), is_accepted=accepted)
    try:
        posted = _posted(api, event, judged, arguments, way, pull, accepted)
    except Trouble as trouble:
        return Exchange("failed", sentences=(*said, f"no comment: {explained(trouble)}"), is_accepted=accepted)
    more = ((posted.trouble,) if posted.trouble else ()) + _suggested(api, event, judged, arguments, way)
    words = f"comment {posted.outcome.value}" + (f": {posted.url}" if posted.url else "")
    return Exchange(posted.outcome.value, posted.url, (*said, words, *more), accepted)


def _suggested(api: Api, event: Event, judged: Judged, arguments: Arguments, way: Access) -> tuple[str, ...]:
    """What became of the suggestions, in a sentence; nothing where none are wanted."""
    if not arguments.suggest or event.kind != PULL or event.number is None:
        return ()
    try:
        author, key = way.author or api.login(), arguments.comment_key
        reviews = Reviews(api, event.repository, event.number, author=author, key=key)
        done = reviews.post(judged.suggestions, Stamp(key, judged.head, event.run))
    except Trouble as trouble:
        return (f"no suggestions: {explained(trouble)}",)
    said = (f"{done.posted} posted", f"{done.removed} taken back", f"{done.left_out} not on lines of the diff")
    return (f"suggestions: {', '.join(said)}",) if any(done) else ()


def _posted(
    api: Api, event: Event, judged: Judged, arguments: Arguments, way: Access, pull: _Pull, accepted: bool
) -> Posted:
    author = way.author or api.login()
    key = arguments.comment_key
    thread = Thread(api, event.repository, pull.number, author=author, key=key)
    create = arguments.comment == ALWAYS or (judged.report is not None and judged.report.verdict >= Verdict.UNVERIFIED)
    size = LONGEST
    while True:
        drafted = _drafting(event, judged, arguments, size=size, accepted=accepted)
        try:
            return thread.post(drafted, create=create)
        except Trouble as trouble:
            size = len(drafted(None).text) // 2
            if trouble.status != 422 or size < _SHORTEST:
                raise


def _drafting(event: Event, judged: Judged, arguments: Arguments, *, size: int, accepted: bool) -> Drafting:
    """The words and the stamp, in view of what the comment that is there remembers."""
    key = arguments.comment_key
    standing = standing_of(judged.report) if judged.report is not None else None

    def drafted(earlier: Stamp | None) -> Draft:
        now, before = recalled(earlier, judged.head, standing)
        words = Words(size, accepted, since(before, standing) if before and standing else None)
        return Draft(comment_text(event, judged, arguments, words), Stamp(key, judged.head, event.run, now, before))

    return drafted


def _pull(api: Api, event: Event) -> _Pull | None:
    return _read(api.call("GET", f"/repos/{event.repository}/pulls/{event.number}"))


def _pull_of_run(api: Api, event: Event) -> _Pull | None:
    """The open pull request that a finished run belongs to: by what GitHub says of the run, never by what it left."""
    if not event.head_repository or not event.head_ref:
        return None
    owner = event.head_repository.partition("/")[0]
    query = {"state": "open", "head": f"{owner}:{event.head_ref}"}
    for said in api.pages(f"/repos/{event.repository}/pulls", query):
        found = _read(said)
        if found is None or found.head != event.head_sha:
            continue
        repository = _at(said, "head", "repo", "full_name")
        if isinstance(repository, str) and repository.casefold() == event.head_repository.casefold():
            return found
    return None


def _read(said: Any) -> _Pull | None:
    number, head, base = _at(said, "number"), _at(said, "head", "sha"), _at(said, "base", "ref")
    if not isinstance(number, int) or not isinstance(head, str) or not isinstance(base, str):
        return None
    labels = _at(said, "labels")
    names = (_at(one, "name") for one in (labels if isinstance(labels, list) else ()))
    return _Pull(number, head, base, frozenset(name for name in names if isinstance(name, str)))


def _at(said: Any, *keys: str) -> Any:
    for key in keys:
        said = said.get(key) if isinstance(said, dict) else None
    return said


def explained(trouble: Trouble, permission: str = "pull-requests: write") -> str:
    """A trouble, and what it usually means."""
    meaning = {
        401: "GitHub does not take the token",
        403: "the token may not write here (that of a fork or of Dependabot may only read; see docs/ci/forks.md)",
        404: f"this token is not shown this (does the job have `{permission}`?)",
        410: "comments are switched off here",
    }
    if trouble.wait is not None:
        return f"GitHub limits how often it may be asked ({trouble})"
    return f"{meaning[trouble.status]} ({trouble})" if trouble.status in meaning else str(trouble)


def is_written(outcome: str) -> bool:
    """Whether the comment says now what was found."""
    return outcome in (Outcome.CREATED.value, Outcome.UPDATED.value, Outcome.UNCHANGED.value)
