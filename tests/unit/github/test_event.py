"""A run's variables and payload -> an event."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from msdiff.errors import InputError, UsageError
from msdiff.scm.github_event import EVENTS, Event, RunId, api_address, event_of, read_event
from tests.records import replace
from tests.unit.github import payloads
from tests.unit.github.payloads import BASE, HEAD, MERGE, NOTHING, variables

PULL = Event(
    kind="pull_request",
    name="pull_request",
    action="synchronize",
    repository="acme/shop",
    sha=MERGE,
    ref="refs/pull/7/merge",
    number=7,
    base_sha=BASE,
    base_ref="main",
    head_sha=HEAD,
    head_ref="feature",
    head_repository="acme/shop",
    from_fork=False,
    default_branch="main",
    is_gone=False,
    run=RunId(1001, 1),
    run_url="https://github.com/acme/shop/actions/runs/1001",
    server="https://github.com",
    api="https://api.github.com",
)
PUSH = replace(
    PULL, kind="push", name="push", action="", ref="refs/heads/main", number=None, base_ref="", head_ref="main"
)


@pytest.mark.parametrize(
    ("name", "payload", "expected"),
    [
        ("pull_request", payloads.pull_request(), PULL),
        (
            "pull_request",
            payloads.pull_request(fork="eve/shop"),
            replace(PULL, head_repository="eve/shop", from_fork=True),
        ),
        ("pull_request", payloads.pull_request(fork=None), replace(PULL, head_repository="", from_fork=True)),
        (
            "pull_request_target",
            payloads.pull_request(),
            replace(PULL, kind="pull_request_target", name="pull_request_target"),
        ),
        ("pull_request_review", payloads.pull_request(), replace(PULL, name="pull_request_review")),
        ("push", payloads.push(), PUSH),
        ("push", payloads.push(before=NOTHING), replace(PUSH, base_sha="")),
        ("push", payloads.push(after=NOTHING), replace(PUSH, head_sha="", is_gone=True)),
        (
            "merge_group",
            payloads.merge_group(),
            replace(
                PULL,
                kind="merge_group",
                name="merge_group",
                action="checks_requested",
                ref="refs/heads/main",
                number=104,
                head_ref=f"gh-readonly-queue/main/pr-104-{BASE}",
            ),
        ),
        (
            "workflow_run",
            payloads.workflow_run(fork="eve/shop"),
            replace(
                PULL,
                kind="workflow_run",
                name="workflow_run",
                action="completed",
                ref="refs/heads/main",
                number=None,
                base_sha="",
                base_ref="",
                head_repository="eve/shop",
                from_fork=True,
                run=RunId(900, 2),  # the run that compared, not the one that comments
                run_url="https://github.com/acme/shop/actions/runs/900",
            ),
        ),
        (
            "workflow_dispatch",
            payloads.workflow_dispatch(),
            replace(PUSH, kind="workflow_dispatch", name="workflow_dispatch", base_sha="", head_sha=MERGE),
        ),
    ],
)
def test_each_event_is_read(name: str, payload: Any, expected: Event) -> None:
    assert event_of(name, payload, variables(name)) == expected


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("pull_request", {"repository": payloads.REPOSITORY}),
        ("pull_request", {"repository": payloads.REPOSITORY, "pull_request": []}),
        ("pull_request", payloads.pull_request(head="HEAD; rm -rf /")),
        ("merge_group", {"repository": payloads.REPOSITORY, "merge_group": {"head_sha": 3}}),
        ("workflow_run", payloads.workflow_run(head="main")),
        ("push", {"repository": {"full_name": "../../etc"}}),
    ],
)
def test_a_payload_that_lacks_what_is_needed_is_refused(name: str, payload: Any) -> None:
    with pytest.raises(InputError):
        event_of(name, payload, variables(name, GITHUB_REPOSITORY=""))


@pytest.mark.parametrize("payload", [None, [], "x", 3, {"repository": None, "before": 3, "deleted": "yes"}])
def test_a_push_that_says_nothing_is_one_of_the_checked_out_commit(payload: Any) -> None:
    event = event_of("push", payload, variables("push"))
    assert (event.base_sha, event.head_sha, event.is_gone, event.repository) == ("", "", False, "acme/shop")


def test_other_events_name_no_versions() -> None:
    with pytest.raises(UsageError, match="`issue_comment` names no two versions"):
        event_of("issue_comment", {}, variables("issue_comment"))


def test_outside_of_a_workflow() -> None:
    with pytest.raises(UsageError, match="runs in a workflow"):
        read_event({})


@pytest.mark.parametrize("text", ["{", "\udcff", "[" * 100_000])
def test_a_file_that_is_no_json(tmp_path: Path, text: str) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match="not JSON"):
        read_event(variables("push", GITHUB_EVENT_PATH=str(path)))


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(payloads.pull_request()))
    assert read_event(variables("pull_request", GITHUB_EVENT_PATH=str(path))) == PULL


@pytest.mark.parametrize(
    ("said", "server", "expected"),
    [
        ("", "https://github.com", "https://api.github.com"),
        ("https://api.github.com/", "https://github.com", "https://api.github.com"),
        ("", "https://git.acme.example", "https://git.acme.example/api/v3"),
        ("https://git.acme.example/api/v3/", "https://git.acme.example", "https://git.acme.example/api/v3"),
        ("http://127.0.0.1:4012/api/v3", "x", "http://127.0.0.1:4012/api/v3"),
    ],
)
def test_the_address_of_the_api(said: str, server: str, expected: str) -> None:
    assert api_address(said, server) == expected


EXAMPLES = os.environ.get("MSDIFF_GITHUB_WEBHOOKS", "")


@pytest.mark.node
@pytest.mark.skipif(not EXAMPLES, reason="MSDIFF_GITHUB_WEBHOOKS does not name the published payloads (index.json)")
def test_the_published_payloads_are_read() -> None:
    """Those of the npm package `@octokit/webhooks-examples`, at api.github.com/index.json."""
    read: dict[str, int] = {}
    for one in json.loads(Path(EXAMPLES).read_text()):
        for payload in one["examples"]:
            try:
                event = event_of(one["name"], payload, variables(one["name"]))
            except UsageError:
                assert one["name"] not in EVENTS
                continue
            read[event.kind] = read.get(event.kind, 0) + 1
            assert event.repository.count("/") == 1
            if event.kind == "pull_request":
                assert (event.number, event.head_sha, event.from_fork) == (
                    payload["pull_request"]["number"],
                    payload["pull_request"]["head"]["sha"],
                    False,
                )
            if event.kind == "merge_group":
                assert (event.number, event.base_ref) == (104, "main")
    assert min(read[kind] for kind in ("pull_request", "push", "merge_group", "workflow_run", "workflow_dispatch")) > 0
