"""The second stage for pull requests from forks: a report that anybody may have written, and an event that nobody can."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.github import payloads
from tests.unit.github.steps import HOSTILE, Step, a_step, harmless, rendered

__all__ = ["a_step"]  # the fixture


@pytest.fixture(name="report")
def _report(step: Step) -> Path:
    """The report of the first stage, in a step of the second, which has no clone at all."""
    step("--comment", "never")
    path = Path(step.outputs["report-json"]).rename(step.folder / "msdiff.json")
    (step.folder / "empty").mkdir()
    step.environment.chdir(step.folder / "empty")
    step.github.pull(head=step.origin.feature, repository="eve/shop")
    step.event("workflow_run", payloads.workflow_run(head=step.origin.feature, fork="eve/shop"))
    return path


def test_the_second_stage_comments_on_what_the_first_has_found(step: Step, report: Path) -> None:
    done = step("--report", str(report))
    assert done.code == 0
    assert step.body.splitlines()[1:4] == [
        "## msdiff: breaking",
        "",
        "Reported by the [run of the pull request](https://github.com/acme/shop/actions/runs/900), "
        "which the pull request itself can change.",
    ]
    assert "flowchart LR" in step.body
    blob = f"https://github.com/acme/shop/blob/{step.origin.feature}"
    assert f"[`app.yaml:10`]({blob}/app.yaml#L10)" in step.body
    assert step.outputs["verdict"] == "breaking"
    assert step.github.calls()[0] == "GET /pulls"
    assert step.github.exchanges[0].query["head"] == ["eve:feature"]
    assert "::error" not in done.out


def test_a_first_stage_that_left_nothing_makes_no_comment_but_ends_an_old_one(step: Step, report: Path) -> None:
    gone = str(step.folder / "gone.json")
    done = step("--report", gone)
    assert (done.code, step.outputs["verdict"], step.outputs["comment"]) == (0, "error", "not needed")
    step("--report", str(report))
    run = payloads.workflow_run(head=step.origin.feature, fork="eve/shop", id=901)
    step.event("workflow_run", run)
    assert step("--report", gone).code == 0
    assert step.body.splitlines()[1] == "## msdiff: no verdict"
    assert "the run of the pull request left no report: it could not compare" in step.body


@pytest.mark.parametrize("fork", ["mallory/shop", None])
def test_only_the_event_says_which_pull_request_it_is(step: Step, report: Path, fork: str | None) -> None:
    step.event("workflow_run", payloads.workflow_run(head=step.origin.feature, fork=fork))
    done = step("--report", str(report))
    assert done.code == 0
    assert step.github.comments == {}
    assert "no open pull request has this commit as its head" in done.out


def test_a_pull_request_that_has_moved_on_is_left_alone(step: Step, report: Path) -> None:
    step.github.pull(head="d" * 40, repository="eve/shop")
    step("--report", str(report))
    assert step.github.comments == {}


def test_an_older_first_stage_that_finishes_last(step: Step, report: Path) -> None:
    head = step.origin.feature
    step.event("workflow_run", payloads.workflow_run(head=head, fork="eve/shop", id=905))
    step("--report", str(report))
    step.event("workflow_run", payloads.workflow_run(head=head, fork="eve/shop", id=904), GITHUB_RUN_ID="9999")
    step("--report", str(report))
    assert step.outputs["comment"] == "left alone: a newer run has written it"


def edited(change: Callable[[dict[str, Any]], object], path: Path) -> None:
    said = json.loads(path.read_text())
    change(said)
    path.write_text(json.dumps(said))


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(schema="msdiff.report/v2"),
        lambda said: said.update(verdict="great"),
        lambda said: said.update(findings="none"),
        lambda said: said["findings"][0]["location"].update(file="../../../etc/passwd"),
        lambda said: said["findings"][0]["location"].update(file="/etc/passwd"),
        lambda said: said["findings"][0]["location"].update(line=-1),
        lambda said: said["findings"][0].update(message=["x"]),
        lambda said: said.pop("summary"),
        lambda said: said["changes"][0].update(old=json.loads("[" * 60 + "]" * 60)),
    ],
)
def test_a_report_that_is_none_is_refused(step: Step, report: Path, change: Callable[[dict[str, Any]], object]) -> None:
    edited(change, report)
    done = step("--report", str(report))
    assert done.code == 3
    assert step.github.exchanges == []
    assert "Traceback" not in done.out + done.err


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 1_000_000, b" " * 10_000_001, b"null"])
def test_bytes_that_are_no_report_are_refused(step: Step, report: Path, data: bytes) -> None:
    report.write_bytes(data)
    assert step("--report", str(report)).code == 3
    assert step.github.exchanges == []


def test_what_a_report_says_does_not_act(step: Step, report: Path) -> None:
    def poison(said: dict[str, Any]) -> None:
        evil = {"message": f"{HOSTILE}\n::error::x", "docs": "https://evil.example/", "fix": HOSTILE}
        for one in said["findings"]:
            one.update(**evil, owner="@acme/everyone", rule=HOSTILE, fingerprint="`rm -rf /`")
        said["base"]["label"] = HOSTILE

    edited(poison, report)
    done = step("--report", str(report), "--ping", "@acme/search")
    assert done.code == 0
    assert harmless(done.out)
    assert "@acme" not in step.body
    assert "<img" not in rendered(step.body)
    assert "evil.example" not in step.body


def test_a_report_is_only_for_a_second_stage(step: Step) -> None:
    assert step("--report", "x.json").code == 2
    step.event("workflow_run", payloads.workflow_run(head=step.origin.feature))
    assert step("--report", str(step.folder)).code == 3  # a folder
    assert step().code == 2  # without a report, a fork's run names no pull request
