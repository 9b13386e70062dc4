"""`msdiff github` on a pull request and other events: what the runner and the people see, whatever GitHub does."""

import json
import re
import threading
from pathlib import Path

import pytest

from msdiff.commands import github_posting
from tests.e2e.conftest import Run
from tests.e2e.playground import APP, BROKEN, WIDER, Repo
from tests.unit.github import payloads
from tests.unit.github.clones import checkout
from tests.unit.github.fake import FakeGitHub, Fault, serving
from tests.unit.github.steps import HOSTILE, Step, a_step, harmless, rendered

__all__ = ["a_step"]  # the fixture

PULL, COMMENTS = "/repos/acme/shop/pulls/7", "/repos/acme/shop/issues/7/comments"


def test_everything_is_told(step: Step) -> None:
    done = step()
    assert done.code == 1
    lines = step.body.splitlines()
    assert lines[0].startswith("<!-- msdiff:")
    assert lines[1] == "## msdiff: breaking"
    base, head = step.origin.main[:10], step.origin.merge[:10]
    assert f"`main` (`{base}`) → `#\u200b7 merged into main` (`{head}`); exit code 1 (--fail-on breaking)" in step.body
    assert re.search(r'^msdiff accept [0-9a-f]+ --reason "..." origin/main..HEAD$', step.body, re.MULTILINE)
    blob = f"https://github.com/acme/shop/blob/{step.origin.feature}"  # `main` did not touch this file
    assert f"[`app.yaml:10`]({blob}/app.yaml#L10)" in step.body
    assert f"[`app.yaml:10`]({blob}/app.yaml#L10)" in step.summary
    assert step.summary.startswith("## msdiff: breaking\n")
    outputs = step.outputs
    assert outputs == {
        "verdict": "breaking",
        "exit-code": "1",
        "changes": "1",
        "breaking": "1",
        "risky": "0",
        "safe": "0",
        "unverified": "0",
        "affected": outputs["affected"],
        "introduced": outputs["introduced"],
        "worsened": "0",
        "resolved": "0",
        "accepted": "0",
        "preexisting": "0",
        "reports": json.dumps({"json": str(step.folder / "temp/msdiff/msdiff.json")}),
        "report-json": str(step.folder / "temp/msdiff/msdiff.json"),
        "comment": "created",
        "comment-url": "https://github.com/acme/shop/pull/7#issuecomment-1001",
        "check-run": "not asked for",
        "check-run-url": "",
        "accepted-by-label": "false",
        "api-calls": "4",
    }
    report = json.loads(Path(outputs["report-json"]).read_text())
    assert (report["base"]["commit"], report["head"]["commit"]) == (step.origin.main, step.origin.merge)
    assert re.search(r"^::error file=app.yaml,line=10,", done.out, re.MULTILINE)
    assert done.out.endswith(f"msdiff: comment created: {outputs['comment-url']}\n")


def test_a_repetition_asks_little_and_writes_nothing(step: Step) -> None:
    for number in range(204):
        step.github.say(f"comment {number}")
    step()
    step.github.exchanges.clear()
    step.event("pull_request", step.pull(), GITHUB_SHA=step.origin.merge, GITHUB_RUN_ATTEMPT="2")
    assert step().code == 1
    assert step.github.calls() == ["GET /pulls/7", *["GET /issues/7/comments"] * 3]
    assert step.outputs["comment"] == "unchanged"


def test_a_token_of_an_app_costs_one_more_question(step: Step) -> None:
    step.github.tokens["app"] = "acme[bot]"
    step.environment.setenv("GITHUB_TOKEN", "app")
    step()
    step.github.exchanges.clear()
    step()
    assert [one.path for one in step.github.exchanges] == [PULL, "/graphql", COMMENTS]
    step.github.exchanges.clear()
    step("--comment-author", "acme[bot]")
    assert [one.path for one in step.github.exchanges] == [PULL, COMMENTS]


def test_a_clean_pull_request_gets_no_comment_and_a_fixed_one_a_green_one(step: Step) -> None:
    step.push({"app.yaml": APP})
    assert step().code == 0
    assert step.github.comments == {}
    assert step.outputs["comment"] == "not needed"
    step.push({"app.yaml": WIDER}, run=1003)
    assert step().code == 1
    step.push({"app.yaml": APP}, run=1004)
    assert step().code == 0
    assert step.body.splitlines()[1] == "## msdiff: unchanged"
    assert step.outputs["comment"] == "updated"


def test_the_next_push_says_what_came_and_went(step: Step) -> None:
    step()
    assert "since the last push" not in step.body
    first = step.origin.feature[:10]
    step.push({"app.yaml": APP.replace("outputs: {text: {type: text}}", "outputs: {text: {type: image}}")})
    step()
    assert step.body.splitlines()[3] == f"**2 fixed, 1 new** since the last push (from `{first}`)."
    step.github.exchanges.clear()
    step()
    assert step.outputs["comment"] == "unchanged"
    second = step.github.pulls[7]["head"]["sha"][:10]
    step.push({"app.yaml": BROKEN}, run=1003)
    step()
    step.push({"app.yaml": APP}, run=1004)
    assert step().code == 0
    said = f"**1 fixed** since the last push (from `{second}`)."
    assert step.body.splitlines()[1:4:2] == ["## msdiff: unchanged", said]


def test_another_value_that_is_wrong_fixes_nothing(step: Step) -> None:
    step()
    step.push({"app.yaml": WIDER.replace("dimension: 1024", "dimension: 512")})
    step()
    assert "since the last push" not in step.body


def test_what_cannot_be_decided_any_more_is_not_called_fixed(step: Step) -> None:
    step()
    step.push({"app.yaml": APP.replace("query: {type: embedding, dimension: 768}", "query: {type: text}")})
    step()
    first = step.origin.feature[:10]
    said = f"**1 no longer found (less could be decided), 1 new** since the last push (from `{first}`)."
    assert step.body.splitlines()[3] == said


def test_always_means_always_and_never_never(step: Step) -> None:
    assert step("--comment", "never").code == 1
    assert step.github.exchanges == []
    assert step.outputs["comment"] == "not asked for"
    step.push({"app.yaml": APP})
    assert step("--comment", "always").code == 0
    assert len(step.github.bodies()) == 1


def test_a_run_whose_commit_is_no_longer_the_head_says_nothing(step: Step) -> None:
    step.github.pull(head="d" * 40)
    done = step()
    assert done.code == 1
    assert step.github.comments == {}
    assert "msdiff: no comment: the pull request has moved on to dddddddddddd\n" in done.out


def test_the_token_of_a_fork_may_only_read(step: Step) -> None:
    step.event("pull_request", step.pull(fork="eve/shop"), GITHUB_SHA=step.origin.merge)
    step.github.fail("POST", Fault(403, "Resource not accessible by integration"), times=9)
    done = step()
    assert done.code == 1
    meaning = "(that of a fork or of Dependabot may only read; see docs/ci/forks.md)"
    said = f"no comment: the token may not write here {meaning} (403 Resource not accessible by integration)"
    assert f"msdiff: {said}\n" in done.out
    assert "::error file=app.yaml,line=10," in done.out
    assert step.summary.startswith("## msdiff: breaking\n")
    assert "- no comment: the token may not write here" in step.summary
    assert step.outputs["comment"] == "failed"
    assert step.github.comments == {}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(401, "Bad credentials"), "GitHub does not take the token (401 Bad credentials)"),
        (Fault(404, "Not Found"), "this token is not shown this"),
        (Fault(500), "500 Server Error"),
        (Fault(0), "no answer that can be read (ConnectionError)"),
        (Fault(200, body="<html>maintenance</html>"), "no open pull request has this commit as its head"),
        (Fault(200, body="{"), "no answer that can be read (JSONDecodeError)"),
        (Fault(429, "x", {"Retry-After": "3600"}), "GitHub limits how often it may be asked (429 x)"),
    ],
)
def test_the_verdict_is_the_same_whatever_github_does(step: Step, fault: Fault, expected: str) -> None:
    step.github.fail("GET", fault, times=99)
    done = step()
    assert done.code == 1
    assert f"msdiff: no comment: {expected}" in done.out
    assert "::error file=app.yaml,line=10," in done.out
    assert step.summary.startswith("## msdiff: breaking\n")
    assert step.outputs["verdict"] == "breaking"


def test_nobody_answers_at_all(step: Step) -> None:
    step.environment.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    done = step()
    assert done.code == 1
    assert "msdiff: no comment: no answer that can be read (ConnectionError)\n" in done.out


def test_an_answer_that_never_ends_is_given_up(step: Step) -> None:
    released = threading.Event()

    def hold(verb: str, path: str) -> None:
        released.wait(10)

    step.github.before = hold
    step.environment.setattr(github_posting, "SPARE_S", 0.3 - github_posting.PATIENCE_S)
    done = step()
    released.set()
    assert done.code == 1
    assert "msdiff: no comment: GitHub took too long\n" in done.out


def test_without_a_token(step: Step) -> None:
    step.environment.delenv("GITHUB_TOKEN")
    done = step()
    assert done.code == 1
    assert "msdiff: no comment: there is no token (GITHUB_TOKEN)\n" in done.out


def many(dimension: int) -> str:
    """An embedder that 300 stores read."""
    stores = "".join(
        f"    reader{n}: {{role: vectorStore, inputs: {{query: {{type: embedding, dimension: 768}}}}}}\n"
        for n in range(300)
    )
    edges = "".join(f"    - {{from: embedder.vector, to: reader{n}.query}}\n" for n in range(300))
    text = APP.replace(
        "{vector: {type: embedding, dimension: 768}}", f"{{vector: {{type: embedding, dimension: {dimension}}}}}"
    )
    return text.replace("  edges:\n", f"{stores}  edges:\n") + edges


def test_a_comment_that_github_finds_too_long_is_made_shorter(step: Step) -> None:
    step.push({"app.yaml": many(1024)})
    step.github.fail("POST", Fault(422, "Validation Failed: Body is too long"))
    assert step().code == 1
    lengths = [len(one.request["body"]) for one in step.github.exchanges if one.verb == "POST"]
    assert len(lengths) == 2
    assert lengths[0] > 2 * lengths[1]
    assert step.outputs["comment"] == "created"
    assert step.body.splitlines()[1] == "## msdiff: breaking"
    assert "Not shown here:" in step.body


def test_a_version_that_cannot_be_read_is_an_error_on_its_line(step: Step) -> None:
    step.push({"app.yaml": APP.replace("role: embedder", "role: embeder")})
    done = step()
    assert done.code == 3
    assert re.search(
        r"^::error file=app.yaml,line=8,title=msdiff could not compare::error: `role` cannot be", done.out, re.MULTILINE
    )
    assert step.summary.startswith("## msdiff: no verdict\n")
    assert step.outputs["verdict"] == "error"
    assert step.github.comments == {}


def test_a_comment_does_not_stay_as_it_is_where_nothing_is_known(step: Step) -> None:
    step()
    step.push({"app.yaml": APP.replace("role: embedder", "role: embeder")})
    assert step().code == 3
    assert step.body.splitlines()[1] == "## msdiff: no verdict"


def test_a_shallow_clone_is_told_how_to_be_deeper(step: Step) -> None:
    clone = checkout(step.origin, step.folder / "shallow", step.origin.merge, depth=1)
    step.environment.chdir(clone.folder)
    done = step()
    assert done.code == 4
    assert "`fetch-depth: 2`" in done.out
    assert "`fetch-depth: 2`" in step.summary


def test_lines_that_the_merge_moved_are_linked_where_they_are(step: Step) -> None:
    step.origin.repo.git("checkout", "--quiet", "main")
    main = step.origin.repo.commit({"app.yaml": f"# moved\n{APP}"})
    step = step._replace(origin=step.origin._replace(main=main))
    step.push({"notes.md": "x"})
    merge = Repo(step.folder / "clone").git("rev-parse", "HEAD")
    assert step().code == 1
    assert f"[`app.yaml:11`](https://github.com/acme/shop/blob/{merge}/app.yaml#L11)" in step.body


def test_a_label_accepts_what_was_found(step: Step) -> None:
    step.github.pull(head=step.origin.feature, labels=("msdiff: accept-breaking",))
    assert step("--accept-label", "msdiff: accept-breaking").code == 0
    assert (step.outputs["verdict"], step.outputs["exit-code"]) == ("breaking", "0")
    assert step.body.splitlines()[1:4] == [
        "## msdiff: breaking",
        "",
        "Accepted as a whole by the label `msdiff: accept-breaking`: the check does not fail.",
    ]


def test_a_label_counts_only_where_it_is_seen_now(step: Step) -> None:
    payload = step.pull()
    payload["pull_request"]["labels"] = [{"name": "accept"}]  # it was there when the event happened
    step.event("pull_request", payload, GITHUB_SHA=step.origin.merge)
    assert step("--accept-label", "accept").code == 1
    step.github.pull(head=step.origin.feature, labels=("accept",))
    step.github.fail("GET", Fault(500), times=3)
    assert step("--accept-label", "accept").code == 1
    assert step().code == 1
    assert step("--accept-label", "accept", "--comment", "never").code == 0


def test_a_merge_group_is_judged_and_never_commented_on(step: Step) -> None:
    step.event("merge_group", payloads.merge_group(base=step.origin.main, head=step.origin.merge, number=7))
    assert step().code == 1
    assert step.github.exchanges == []
    step.github.pull(head=step.origin.feature, labels=("accept",))
    assert step("--accept-label", "accept").code == 0
    assert step.github.calls() == ["GET /pulls/7"]


def test_a_push_is_judged_and_never_commented_on(step: Step) -> None:
    step.event("push", payloads.push(before=step.origin.main, after=step.origin.merge))
    assert step().code == 1
    assert step.github.exchanges == []
    step.event("push", payloads.push(after=payloads.NOTHING))
    assert step()[:2] == (0, "msdiff: there is nothing to compare\n")


def test_pull_request_target_is_refused_with_the_reason(step: Step) -> None:
    step.event("pull_request_target", step.pull(), GITHUB_SHA=step.origin.main)
    done = step()
    assert done.code == 2
    assert "`pull_request_target` is refused" in done.err
    assert "docs/ci/forks.md" in done.err
    assert step.github.exchanges == []
    clone = Repo(step.folder / "clone")
    clone.git("update-ref", "-d", "refs/remotes/pull/7/merge")
    assert step("--allow-pull-request-target").code == 4  # nobody has fetched the commits
    clone.git("fetch", "--quiet", "--depth=2", "origin", "+refs/pull/7/merge:refs/remotes/pull/7/merge")
    clone.git("checkout", "--quiet", step.origin.main)
    assert step("--allow-pull-request-target").code == 1
    assert step.outputs["comment"] == "created"


def test_outside_of_a_workflow(repo: Repo, run: Run) -> None:
    done = run("github")
    assert done.code == 2
    assert "Here: msdiff origin/main..HEAD" in done.err


def test_nothing_from_the_repository_acts(step: Step) -> None:
    evil = json.dumps(f"{HOSTILE}\n::error::owned\n::set-output name=x::y")
    text = WIDER.replace("name: shop", f"name: {evil}, owner: {json.dumps('@acme/everyone')}")
    text = text.replace("role: embedder", f"role: embedder\n      model: {{id: {evil}}}")
    text = text.replace("role: vectorStore", f"role: vectorStore\n      store: {{builtWith: {{model: {evil}x}}}}")
    text = text.replace(f"{evil}x", json.dumps(f"{HOSTILE}\n::warning::other"))
    step.push({"app.yaml": text, "a\n::error::x.yaml": WIDER})
    done = step()
    assert done.code == 1
    assert harmless(done.out)
    for said in (step.body, step.summary, done.out):
        assert "\u202e" not in said
    for said in (step.body, step.summary):
        assert "@acme" not in said
        assert "img src=x" in said
        assert "<img" not in rendered(said)


def test_an_error_from_the_repository_does_not_act_either(step: Step) -> None:
    evil = json.dumps(f"{HOSTILE}\n::error::owned")
    step.push({"app.yaml": APP.replace("role: embedder", f"{evil}: embedder")})
    done = step("--comment", "always")
    assert done.code == 3
    assert harmless(done.out)
    assert step.body.splitlines()[1] == "## msdiff: no verdict"
    assert "\u202e" not in step.body + step.summary + done.out


def test_outputs_cannot_be_forged(step: Step) -> None:
    step.environment.setenv("RUNNER_TEMP", str(step.folder / "temp\nverdict=safe"))
    step()
    assert step.outputs["verdict"] == "breaking"


def test_files_of_the_runner_that_cannot_be_written_cost_no_verdict(step: Step) -> None:
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        step.environment.setenv(name, str(step.folder / "none" / "such"))
    done = step()
    assert done.code == 1
    assert "msdiff: the job summary could not be written" in done.out


def test_reports_are_written_where_they_are_asked_for(step: Step) -> None:
    assert step("--formats", "json, sarif,html,junit,gitlab,markdown", "--report-folder", "reports").code == 1
    found = sorted(path.name for path in (step.folder / "clone/reports").iterdir())
    assert found == [
        "msdiff-gitlab.json",
        "msdiff-junit.xml",
        "msdiff.html",
        "msdiff.json",
        "msdiff.md",
        "msdiff.sarif",
    ]
    assert json.loads(step.outputs["reports"])["sarif"] == step.outputs["report-sarif"]


def test_a_report_that_cannot_be_written_does_not_hide_the_verdict(step: Step) -> None:
    (step.folder / "file").write_text("")
    assert step("--report-folder", str(step.folder / "file" / "x")).code == 1
    step.push({"app.yaml": APP})
    assert step("--report-folder", str(step.folder / "file" / "x")).code == 3
    assert step.outputs["verdict"] == "unchanged"


def test_two_configurations_have_two_comments(step: Step) -> None:
    for words in (("--comment-key", "one"), ("--comment-key", "two"), ("--comment-key", "one")):
        step(*words)
    assert len(step.github.bodies()) == 2
    step("--", "app.yaml")
    step("--", "app.yaml")
    assert len(step.github.bodies()) == 3


def test_an_owner_is_mentioned_only_if_the_command_line_says_so(step: Step) -> None:
    step.push({"app.yaml": WIDER.replace("{name: shop}", '{name: shop, owner: "@acme/search"}')})
    step("--ping", "@acme/other", "--ping", "@acme/search")
    assert "\nOwners of what breaks: @acme/search\n" in step.body
    assert "@acme/other" not in step.body


def test_an_own_github(step: Step) -> None:
    with serving(FakeGitHub(prefix="/api/v3")) as github:
        github.pull(head=step.origin.feature)
        step.environment.setenv("GITHUB_API_URL", github.address)
        step.environment.setenv("GITHUB_SERVER_URL", "https://git.acme.example")
        assert step().code == 1
        (body,) = github.bodies()
        assert "https://git.acme.example/acme/shop/actions/runs/1001" in body


def test_a_pull_request_cannot_approve_itself(step: Step) -> None:
    step.push({"app.yaml": WIDER, "msdiff.yaml": "failOn: never\n"})
    done = step()
    assert done.code == 1
    assert "head changes msdiff.yaml; what counts here is what `main` says" in done.out


PATCH = """\
@@ -7,7 +7,7 @@ spec:
     embedder:
       role: embedder
       inputs: {text: {type: text}}
-      outputs: {vector: {type: embedding, dimension: 768}}
+      outputs: {vector: {type: embedding, dimension: 1024}}
     index:
       role: vectorStore
       inputs: {query: {type: embedding, dimension: 768}}"""


def test_an_obvious_edit_is_suggested_on_a_line_of_the_diff(step: Step) -> None:
    step.github.files[7] = [{"filename": "app.yaml", "patch": PATCH}, {"filename": "notes.md"}]
    assert step("--suggest").code == 1
    (said,) = step.github.reviewed.values()
    assert (said["path"], said["line"], said["side"], said["commit_id"]) == (
        "app.yaml",
        13,
        "RIGHT",
        step.origin.feature,
    )
    assert said["body"].partition("\n")[2] == (
        "`index` still says `768` here (`embedding-dimension-mismatch`).\n\n"
        "```suggestion\n      inputs: {query: {type: embedding, dimension: 1024}}\n```\n"
    )
    step.github.exchanges.clear()
    step("--suggest")  # it is there
    assert step.github.calls() == ["GET /pulls/7", "GET /issues/7/comments", "GET /pulls/7/comments"]
    assert len(step.github.reviewed) == 1


def test_two_configurations_say_it_once(step: Step) -> None:
    step.github.files[7] = [{"filename": "app.yaml", "patch": PATCH}]
    step("--suggest")
    done = step("--suggest", "--comment-key", "search")
    assert [one["line"] for one in step.github.reviewed.values()] == [13]
    assert "msdiff: suggestions" not in done.out
    (id,) = step.github.reviewed
    over = step.github.reviewed[id]["body"].partition("\n")[0] + "\nThis no longer applies.\n"
    step.github.reviewed[id]["body"] = over  # the first has taken it back, where somebody had answered
    step("--suggest", "--comment-key", "search")
    assert [one["line"] for one in step.github.reviewed.values()] == [13, 13]


def test_a_suggestion_that_no_longer_holds_is_taken_back(step: Step) -> None:
    step.github.files[7] = [{"filename": "app.yaml", "patch": PATCH}]
    step("--suggest")
    (id,) = step.github.reviewed
    copy = {**step.github.reviewed[id], "id": 1, "line": None}  # an outdated one
    planted = {**step.github.reviewed[id], "id": 2, "user": {"login": "eve"}}
    step.github.reviewed.update({1: copy, 2: planted})
    step.push({"app.yaml": APP})
    done = step("--suggest")
    assert list(step.github.reviewed) == [2]
    assert "msdiff: suggestions: 0 posted, 2 taken back, 0 not on lines of the diff\n" in done.out


def test_a_suggestion_that_somebody_answered_says_that_it_is_over(step: Step) -> None:
    step.github.files[7] = [{"filename": "app.yaml", "patch": PATCH}]
    step("--suggest")
    (id,) = step.github.reviewed
    step.github.reviewed[3] = {"id": 3, "in_reply_to_id": id, "body": "why?", "user": {"login": "ada"}}
    step.push({"app.yaml": APP})
    step("--suggest")
    assert step.github.reviewed[id]["body"].endswith("-->\nThis no longer applies.\n")
    step.github.exchanges.clear()
    step("--suggest")
    assert not [one for one in step.github.exchanges if one.verb != "GET"]


@pytest.mark.parametrize(
    "files", [[], [{"filename": "app.yaml", "patch": "@@ -1,1 +1,1 @@\n x"}], [{"filename": "app.yaml"}]]
)
def test_no_suggestion_on_a_line_that_the_diff_does_not_show(step: Step, files: list[dict[str, str]]) -> None:
    step.github.files[7] = files
    assert "suggestions: 0 posted, 0 taken back, 1 not on lines of the diff" in step("--suggest").out
    assert step.github.reviewed == {}


def test_suggestions_that_github_refuses_cost_no_verdict(step: Step) -> None:
    step.github.files[7] = [{"filename": "app.yaml", "patch": PATCH}]
    step.github.fail("POST", Fault(422, "pull_request_review_thread.line must be part of the diff"), path="/pulls/")
    done = step("--suggest")
    assert done.code == 1
    assert "msdiff: no suggestions: 422 pull_request_review_thread.line must be part of the diff\n" in done.out
    assert step.outputs["comment"] == "created"
