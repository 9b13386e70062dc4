"""The one comment: found, written, and kept the only one, whatever GitHub does meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msdiff.scm.github import Api, Trouble, connected
from msdiff.scm.github_comment import Draft, Drafting, Outcome, Posted, Stamp, Thread, marker, stamp_of
from msdiff.scm.github_event import RunId
from tests.unit.github.fake import BOT, FakeGitHub, Fault, serving

HEAD = "a" * 40
OLD, MINE, NEW = (Stamp("shop", HEAD, RunId(id, 1)) for id in (10, 20, 30))
COMMENTS = "/issues/7/comments"


@pytest.fixture(name="github")
def _github() -> Iterator[FakeGitHub]:
    with serving(FakeGitHub()) as github:
        yield github


def api(github: FakeGitHub, token: str = "secret", **options: Any) -> Api:
    """The real client, without its pauses."""
    quick: dict[str, Any] = {"pauses": (0.0, 0.0), "writes_apart": 0.0, "sleep": lambda seconds: None}
    return connected(github.address, token, **{**quick, **options})


def drafted(text: str, stamp: Stamp) -> Drafting:
    """The same words, whatever is there."""
    return lambda earlier: Draft(text, stamp)


def thread(github: FakeGitHub, *, author: str = BOT, key: str = "shop", token: str = "secret") -> Thread:
    return Thread(api(github, token), github.repository, 7, author=author, key=key)


def post(github: FakeGitHub, text: str = "broken", stamp: Stamp = MINE, *, create: bool = True) -> Posted:
    return thread(github).post(drafted(text, stamp), create=create)


def said(github: FakeGitHub) -> list[tuple[int, str]]:
    """Our comments as run and text."""
    found = [stamp_of(body) for body in github.bodies()]
    return [(one[0].run.id, one[1]) for one in found if one is not None]


def test_a_comment_begins_with_a_marker_that_holds_nothing_to_read() -> None:
    stamp = Stamp("--> <img src=x> @everyone -- 日本", HEAD, RunId(2**60, 3))
    line = marker(stamp)
    assert line.startswith("<!-- msdiff:")
    assert line.endswith(" -->\n")
    assert set(line[12:-5]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._")
    assert stamp_of(line + "text\n") == (stamp, "text\n")


@given(st.text(max_size=200), st.text("0123456789abcdef", max_size=64), st.integers(0, 2**63), st.integers(0, 99))
def test_every_stamp_comes_back(key: str, head: str, run: int, attempt: int) -> None:
    stamp = Stamp(key, head, RunId(run, attempt))
    assert stamp_of(marker(stamp) + "x") == (stamp, "x")


@given(st.text(max_size=300))
def test_no_text_is_taken_for_a_comment_of_ours(text: str) -> None:
    assert stamp_of(text) is None
    assert stamp_of(f"<!-- msdiff:{text} -->\n") is None or text.isascii()


def test_it_is_created_where_there_is_none(github: FakeGitHub) -> None:
    number = github.say("nice work")
    assert post(github) == Posted(Outcome.CREATED, f"https://github.com/acme/shop/pull/7#issuecomment-{number + 1}")
    assert said(github) == [(20, "broken")]
    assert github.calls() == [f"GET {COMMENTS}", f"POST {COMMENTS}", f"GET {COMMENTS}"]


def test_it_is_not_created_on_a_clean_pull_request(github: FakeGitHub) -> None:
    assert post(github, "all is well", create=False) == Posted(Outcome.NOT_NEEDED)
    assert github.calls() == [f"GET {COMMENTS}"]


def test_it_turns_green_when_it_is_fixed(github: FakeGitHub) -> None:
    first = post(github)
    assert post(github, "all is well", NEW, create=False) == Posted(Outcome.UPDATED, first.url)
    assert said(github) == [(30, "all is well")]


def test_a_repetition_with_the_same_words_writes_nothing(github: FakeGitHub) -> None:
    first = post(github)
    github.exchanges.clear()
    again = Stamp("shop", HEAD, RunId(20, 2))
    assert post(github, stamp=again) == Posted(Outcome.UNCHANGED, first.url)
    assert github.calls() == [f"GET {COMMENTS}"]


def test_line_breaks_that_github_changed_are_no_difference(github: FakeGitHub) -> None:
    github.say((marker(MINE) + "one\ntwo\n").replace("\n", "\r\n"), author=BOT)
    assert post(github, "one\ntwo").outcome is Outcome.UNCHANGED


def test_an_older_run_that_finishes_last_changes_nothing(github: FakeGitHub) -> None:
    first = post(github, "fixed", NEW)
    assert post(github, "broken", MINE) == Posted(Outcome.OLDER, first.url)
    assert post(github, "broken", Stamp("shop", HEAD, RunId(30, 0))).outcome is Outcome.OLDER
    assert said(github) == [(30, "fixed")]


def test_a_run_between_two_that_said_the_same_is_older_than_the_second(github: FakeGitHub) -> None:
    post(github, "broken", OLD)
    post(github, "broken", NEW)
    post(github, "fixed", MINE)
    assert said(github) == [(30, "broken")]


def test_it_is_found_behind_204_others(github: FakeGitHub) -> None:
    for number in range(200):
        github.say(f"comment {number}")
    post(github, "broken", OLD)
    for number in range(4):
        github.say(f"late {number}")
    github.exchanges.clear()
    assert post(github, "fixed").outcome is Outcome.UPDATED
    assert len(github.comments) == 205
    assert [one.query["page"] for one in github.exchanges[:3]] == [["1"], ["2"], ["3"]]
    assert [one.verb for one in github.exchanges] == ["GET", "GET", "GET", "PATCH"]


@pytest.mark.parametrize("count", [100, 200])
def test_a_last_page_that_is_full(github: FakeGitHub, count: int) -> None:
    for number in range(count):
        github.say(f"comment {number}")
    assert post(github, create=False).outcome is Outcome.NOT_NEEDED
    assert len(github.exchanges) == count // 100 + 1


@pytest.mark.parametrize(
    ("body", "author", "more"),
    [
        (marker(OLD) + "planted", "eve", {}),
        (marker(OLD) + "planted", "github-actions", {}),
        ("> " + marker(OLD) + "quoted", BOT, {}),
        (" " + marker(OLD) + "not at the start", BOT, {}),
        (marker(OLD._replace(key="other")) + "of another configuration", BOT, {}),
        (marker(OLD) + "hidden", BOT, {"minimized": {"reason": "outdated"}}),
        ("<!-- msdiff:???? -->\nx", BOT, {}),
        ("<!-- msdiff:bnVsbA -->\nx", BOT, {}),
        (None, BOT, {}),
        (marker(OLD) + "a ghost's", None, {}),
    ],
)
def test_what_is_not_ours_is_left_alone(github: FakeGitHub, body: str | None, author: str | None, more: Any) -> None:
    number = github.say(body, author=author, **more)
    before = dict(github.comments[number])
    assert post(github).outcome is Outcome.CREATED
    assert github.comments[number] == before


def test_two_first_runs_at_once_leave_one_comment_of_the_newer(github: FakeGitHub) -> None:
    meeting = threading.Barrier(2, timeout=10)
    waited: list[int] = []

    def meet(verb: str, path: str) -> None:
        if verb == "POST" and len(waited) < 2:  # both have looked, and found nothing
            waited.append(1)
            meeting.wait()

    github.before = meet
    runs = [
        threading.Thread(target=post, args=(github, text, stamp)) for text, stamp in (("broken", OLD), ("fixed", NEW))
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join(20)
    post(github, "fixed", NEW)  # whatever the order, the next look heals
    assert said(github) == [(30, "fixed")]
    assert len([one for one in github.calls() if one.startswith("POST")]) == 2


def test_duplicates_are_removed_and_the_oldest_stays(github: FakeGitHub) -> None:
    oldest = github.say(marker(OLD) + "one", author=BOT)
    github.say(marker(NEW) + "two", author=BOT)
    github.say(marker(OLD) + "three", author=BOT)
    assert post(github, "mine", MINE).outcome is Outcome.OLDER
    assert said(github) == [(30, "two")]
    assert oldest in github.comments


def test_a_duplicate_that_cannot_be_removed_is_told(github: FakeGitHub) -> None:
    for text in ("one", "two"):
        github.say(marker(OLD) + text, author=BOT)
    github.fail("DELETE", Fault(403, "Resource not accessible by integration"))
    posted = post(github)
    assert posted.outcome is Outcome.UPDATED
    assert posted.trouble == "a duplicate was not removed: 403 Resource not accessible by integration"
    github.fail("DELETE", Fault(404, "Not Found"))
    assert post(github).trouble == ""


@pytest.mark.parametrize(
    "fault", [Fault(502, after=True), Fault(504, after=True, body="<html>oops</html>"), Fault(0, after=True)]
)
def test_a_lost_answer_makes_no_second_comment(github: FakeGitHub, fault: Fault) -> None:
    github.fail("POST", fault)
    assert post(github).outcome is Outcome.CREATED
    assert said(github) == [(20, "broken")]
    assert github.calls() == [f"{verb} {COMMENTS}" for verb in ("GET", "POST", "GET", "GET")]


def test_what_was_not_stored_is_sent_again_after_a_look(github: FakeGitHub) -> None:
    github.fail("POST", Fault(502))
    assert post(github).outcome is Outcome.CREATED
    assert said(github) == [(20, "broken")]
    assert [one.split()[0] for one in github.calls()] == ["GET", "POST", "GET", "POST", "GET"]


def test_it_is_not_sent_for_ever(github: FakeGitHub) -> None:
    github.fail("POST", Fault(500), times=99)
    with pytest.raises(Trouble) as caught:
        post(github)
    assert (caught.value.status, len([one for one in github.calls() if one.startswith("POST")])) == (500, 3)


@pytest.mark.parametrize("verb", ["GET", "PATCH"])
@pytest.mark.parametrize("fault", [Fault(500), Fault(503), Fault(0), Fault(200, body="{no json")])
def test_reads_and_edits_are_tried_again(github: FakeGitHub, verb: str, fault: Fault) -> None:
    github.say(marker(OLD) + "broken", author=BOT)
    github.fail(verb, fault, times=2)
    assert post(github, "fixed").outcome is Outcome.UPDATED
    assert said(github) == [(20, "fixed")]


@pytest.mark.parametrize("status", [401, 403, 404, 410, 422])
def test_a_refusal_is_not_argued_with(github: FakeGitHub, status: int) -> None:
    github.fail("POST", Fault(status, "no"), times=9)
    with pytest.raises(Trouble, match=f"{status} no"):
        post(github)
    assert len(github.exchanges) == 2


def test_a_bad_token(github: FakeGitHub) -> None:
    with pytest.raises(Trouble, match="401 Bad credentials"):
        thread(github, token="wrong").post(drafted("x", MINE), create=True)


def test_a_body_that_is_too_long_says_so(github: FakeGitHub) -> None:
    with pytest.raises(Trouble) as caught:
        post(github, "x" * 65_536)
    assert str(caught.value) == "422 Validation Failed: Body is too long (maximum is 65536 characters)"


SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@pytest.mark.parametrize(
    ("fault", "waited"),
    [
        (Fault(403, "slow down", {"Retry-After": "7"}), 7.0),
        (Fault(429, "slow down", {"Retry-After": "7"}), 7.0),
        (Fault(403, SECONDARY, {"Retry-After": "0"}), 0.0),
    ],
)
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_a_limit_is_waited_for(github: FakeGitHub, fault: Fault, waited: float, verb: str) -> None:
    github.fail(verb, fault)
    slept: list[float] = []
    found = Thread(api(github, sleep=slept.append), github.repository, 7, author=BOT, key="shop")
    assert found.post(drafted("x", MINE), create=True).outcome is Outcome.CREATED
    assert slept == [waited]
    assert len(said(github)) == 1


@pytest.mark.parametrize("fault", [Fault(403, SECONDARY), Fault(429, "x", {"Retry-After": "900"})])
def test_a_limit_that_lasts_too_long_is_a_refusal(github: FakeGitHub, fault: Fault) -> None:
    github.fail("POST", fault, times=9)
    slept: list[float] = []
    found = Thread(api(github, sleep=slept.append, patience=30.0), github.repository, 7, author=BOT, key="shop")
    with pytest.raises(Trouble):
        found.post(drafted("x", MINE), create=True)
    assert slept == []


def test_a_token_of_an_app_is_known_by_what_it_wrote(github: FakeGitHub) -> None:
    github.tokens["app"] = "acme-bot[bot]"
    assert api(github, "app").login() == "acme-bot[bot]"
    thread(github, token="app", author=BOT).post(drafted("x", MINE), create=True)  # though nobody had told
    assert len(github.bodies("acme-bot[bot]")) == 1


def test_nobody_says_who_we_are(github: FakeGitHub) -> None:
    github.fail("POST", Fault(403, "no"), path="/graphql")
    assert api(github).login() == BOT
    github.fail("POST", Fault(200, body='{"errors": []}'), path="/graphql")
    assert api(github).login() == BOT


def test_an_own_github_below_a_path() -> None:
    with serving(FakeGitHub(prefix="/api/v3")) as github:
        assert post(github).outcome is Outcome.CREATED
        assert api(github).login() == BOT


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["id", "body", "user", "login", "html_url", "minimized", "x"]), inner, max_size=5
            )
        ),
        max_leaves=20,
    )
)
def test_no_answer_surprises(answer: Any) -> None:
    """Whatever GitHub answers, it is a comment, none, or a `Trouble`."""
    found = Thread(
        Api(lambda *words, **more: ({}, answer), pauses=(), sleep=lambda seconds: None), "a/b", 1, author="x", key="k"
    )
    with suppress(Trouble):
        found.post(drafted("text", MINE), create=True)
