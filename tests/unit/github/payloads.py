"""Payloads of events as GitHub sends them, cut down to what is read, and the variables of the runner beside them."""

from typing import Any

REPOSITORY = {"full_name": "acme/shop", "default_branch": "main"}
BASE, HEAD, MERGE = "b" * 40, "a" * 40, "c" * 40
NOTHING = "0" * 40


def variables(name: str, **more: str) -> dict[str, str]:
    """What the runner sets, as far as it is read."""
    return {
        "GITHUB_EVENT_NAME": name,
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_SHA": MERGE,
        "GITHUB_REF": "refs/pull/7/merge" if name.startswith("pull_request") else "refs/heads/main",
        "GITHUB_RUN_ID": "1001",
        "GITHUB_RUN_NUMBER": "12",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_API_URL": "https://api.github.com",
        **more,
    }


def pull_request(
    *, base: str = BASE, head: str = HEAD, number: int = 7, fork: str | None = "acme/shop", base_ref: str = "main"
) -> dict[str, Any]:
    """`fork` is the repository that the head comes from; `None` where it is gone."""
    return {
        "action": "synchronize",
        "number": number,
        "pull_request": {
            "number": number,
            "head": {"sha": head, "ref": "feature", "repo": fork and {"full_name": fork}},
            "base": {"sha": base, "ref": base_ref, "repo": REPOSITORY},
            "labels": [],
        },
        "repository": REPOSITORY,
    }


def push(*, before: str = BASE, after: str = HEAD, ref: str = "refs/heads/main") -> dict[str, Any]:
    created, deleted = before == NOTHING, after == NOTHING
    said = {"ref": ref, "before": before, "after": after, "created": created, "deleted": deleted, "forced": False}
    return {**said, "base_ref": None, "repository": REPOSITORY}


def merge_group(*, base: str = BASE, head: str = HEAD, number: int = 104) -> dict[str, Any]:
    ref = f"refs/heads/gh-readonly-queue/main/pr-{number}-{base}"
    group = {"head_sha": head, "head_ref": ref, "base_sha": base, "base_ref": "refs/heads/main"}
    return {"action": "checks_requested", "merge_group": group, "repository": REPOSITORY}


def workflow_run(
    *, head: str = HEAD, fork: str | None = "acme/shop", pulls: list[dict[str, Any]] | None = None, id: int = 900
) -> dict[str, Any]:
    return {
        "action": "completed",
        "workflow_run": {
            "id": id,
            "run_number": 36,
            "run_attempt": 2,
            "event": "pull_request",
            "conclusion": "failure",
            "head_sha": head,
            "head_branch": "feature",
            "head_repository": fork and {"full_name": fork, "owner": {"login": fork.partition("/")[0]}},
            "pull_requests": pulls or [],
        },
        "repository": REPOSITORY,
    }


def workflow_dispatch(ref: str = "refs/heads/feature") -> dict[str, Any]:
    return {"inputs": {}, "ref": ref, "workflow": ".github/workflows/msdiff.yml", "repository": REPOSITORY}
