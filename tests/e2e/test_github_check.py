"""The Check Run: what it says, that there is one a commit and name, and that GitHub's moods cost nothing."""

import json
from typing import Any

import pytest

from tests.e2e.playground import APP, BROKEN
from tests.e2e.test_github import PATCH
from tests.unit.github import payloads
from tests.unit.github.fake import Fault
from tests.unit.github.steps import HOSTILE, Step, a_step, harmless

__all__ = ["a_step"]  # the fixture

NAME = "msdiff verdict"
ALONE = ("--check-run", "--comment", "never")


def run_of(step: Step) -> dict[str, Any]:
    """The one Check Run of ours."""
    (found,) = (one for one in step.github.checks.values() if str(one["external_id"]).startswith("msdiff:"))
    return found


def test_it_says_the_verdict_at_the_head_of_the_branch(step: Step) -> None:
    done = step(*ALONE)
    assert done.code == 1
    found = run_of(step)
    assert (found["name"], found["head_sha"], found["status"]) == (NAME, step.origin.feature, "completed")
    assert (found["conclusion"], found["details_url"]) == ("failure", "https://github.com/acme/shop/actions/runs/1001")
    assert found["output"]["title"].startswith("breaking: 1 change (1 breaking), 1 consumer affected, obligations")
    assert found["output"]["summary"] == step.summary.rstrip("\n") + "\n"
    assert step.github.calls() == [f"GET /commits/{step.origin.feature}/check-runs", "POST /check-runs"]
    assert (step.outputs["check-run"], step.outputs["check-run-url"]) == ("created", found["html_url"])
    assert done.out.endswith(f"msdiff: Check Run created: {found['html_url']}\n")


def test_a_repetition_asks_at_most_six_times_and_writes_nothing(step: Step) -> None:
    for number in range(204):
        step.github.say(f"comment {number}")
    step.github.files[7] = [{"filename": "app.yaml", "patch": PATCH}]
    step("--check-run", "--suggest")
    step.github.exchanges.clear()
    step.event("pull_request", step.pull(), GITHUB_SHA=step.origin.merge, GITHUB_RUN_ATTEMPT="2")
    assert step("--check-run", "--suggest").code == 1
    assert {one.verb for one in step.github.exchanges} == {"GET"}
    assert int(step.outputs["api-calls"]) == len(step.github.exchanges) == 6
    assert (step.outputs["comment"], step.outputs["check-run"]) == ("unchanged", "unchanged")


@pytest.mark.parametrize(
    ("text", "words", "conclusion", "title"),
    [
        (APP, (), "success", "unchanged: no change in any graph"),
        (APP.replace("768", "1024"), ("--fail-on", "never"), "neutral", "risky: "),
        (APP.replace("text: {type: text}}\n", "text: {type: text, maxTokens: 512}}\n"), (), "neutral", "unverified: "),
        (BROKEN, (), "failure", "no verdict: "),
    ],
)
def test_green_is_only_what_is_known_to_be_safe(
    step: Step, text: str, words: tuple[str, ...], conclusion: str, title: str
) -> None:
    step.push({"app.yaml": text})
    step(*ALONE, *words)
    assert run_of(step)["conclusion"] == conclusion
    assert run_of(step)["output"]["title"].startswith(title)


def test_a_label_makes_it_grey(step: Step) -> None:
    step.github.pull(head=step.origin.feature, labels=("fine",))
    assert step("--check-run", "--accept-label", "fine").code == 0
    assert run_of(step)["conclusion"] == "neutral"
    assert run_of(step)["output"]["summary"].splitlines()[2].startswith("Accepted as a whole by the label `fine`")


def test_another_result_for_the_same_commit_is_written_over_it(step: Step) -> None:
    step(*ALONE)
    step.event("pull_request", step.pull(), GITHUB_SHA=step.origin.merge, GITHUB_RUN_ID="1002")
    step(*ALONE, "--fail-on", "never")
    assert (run_of(step)["conclusion"], step.outputs["check-run"]) == ("neutral", "updated")


def test_an_older_run_that_finishes_last_changes_nothing(step: Step) -> None:
    step.event("pull_request", step.pull(), GITHUB_SHA=step.origin.merge, GITHUB_RUN_ID="1002")
    step(*ALONE, "--fail-on", "never")
    step.event("pull_request", step.pull(), GITHUB_SHA=step.origin.merge, GITHUB_RUN_ID="1001")
    assert step(*ALONE).code == 1
    assert run_of(step)["conclusion"] == "neutral"
    assert step.outputs["check-run"] == "left alone: a newer run has written it"


def test_of_several_the_newest_counts(step: Step) -> None:
    """Two runs at once may have made one each."""
    marks = [f"msdiff:1:{run}.1:{'0' * 32}" for run in (999, 1009, 1000)]
    for mark in marks:
        step.github.check(step.origin.feature, NAME, mark)
    step(*ALONE)
    assert step.outputs["check-run"] == "left alone: a newer run has written it"
    assert [one["external_id"] for one in step.github.checks.values()] == marks


@pytest.mark.parametrize("mark", [None, "42", "msdiff:1:9.1:", f"msdiff:2:1.1:{'0' * 32}"])
def test_a_job_of_the_same_name_is_not_ours(step: Step, mark: str | None) -> None:
    id = step.github.check(step.origin.feature, NAME, mark)
    step(*ALONE)
    assert step.outputs["check-run"] == "created"
    assert step.github.checks[id]["external_id"] == mark


@pytest.mark.parametrize("after", [True, False])
def test_a_lost_answer_makes_no_second_one(step: Step, after: bool) -> None:
    step.github.fail("POST", Fault(502, after=after))
    assert step(*ALONE).code == 1
    assert step.outputs["check-run"] == "created"
    assert run_of(step)["conclusion"] == "failure"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(403, "Resource not accessible by integration"), "the token may not write here"),
        (Fault(404, "Not Found"), "this token is not shown this (does the job have `checks: write`?)"),
        (Fault(422, "Validation Failed"), "422 Validation Failed"),
        (Fault(201, body="[]"), "GitHub's answer is no Check Run"),
    ],
)
def test_the_verdict_is_the_same_whatever_github_does(step: Step, fault: Fault, expected: str) -> None:
    step.github.fail("POST", fault, times=9, path="check-runs")
    done = step("--check-run")
    assert done.code == 1
    assert f"msdiff: no Check Run: {expected}" in done.out
    assert (step.outputs["comment"], step.outputs["check-run"]) == ("created", "failed")
    assert "no Check Run" in step.summary
    tries = sum(one.verb == "POST" and one.path.endswith("/check-runs") for one in step.github.exchanges)
    assert tries == (3 if fault.status == 201 else 1)  # a refusal is not argued with


def test_without_a_token(step: Step) -> None:
    step.environment.delenv("GITHUB_TOKEN")
    done = step("--check-run")
    assert done.code == 1
    assert "msdiff: no comment and no Check Run: there is no token (GITHUB_TOKEN)\n" in done.out


def test_a_merge_group_has_one_too(step: Step) -> None:
    payload = payloads.merge_group(base=step.origin.main, head=step.origin.merge)
    step.event("merge_group", payload, GITHUB_SHA=step.origin.merge)
    assert step("--check-run").code == 1
    assert run_of(step)["head_sha"] == step.origin.merge
    assert step.github.comments == {}


def test_two_configurations_have_two(step: Step) -> None:
    step(*ALONE)
    step(*ALONE, "--comment-key", "search")
    assert [one["name"] for one in step.github.checks.values()] == [NAME, f"{NAME} (search)"]


def test_a_report_that_anybody_may_have_written_gets_none(step: Step) -> None:
    step("--comment", "never")
    step.event("workflow_run", payloads.workflow_run(head=step.origin.feature, fork="eve/shop"))
    done = step("--check-run", "--report", str(step.folder / "temp/msdiff/msdiff.json"))
    assert done.code == 2
    assert "`--check-run` is for a run that compares" in done.err
    assert step.github.checks == {}


def test_nothing_from_the_repository_acts(step: Step) -> None:
    step.push({"app.yaml": APP.replace("role: embedder", f"role: {json.dumps(HOSTILE)}")})
    done = step(*ALONE)
    assert harmless(done.out)
    assert "\u202e" not in run_of(step)["output"]["title"]
