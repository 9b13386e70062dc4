"""An event and a clone -> the versions to compare; and where a commit is missing, the command that really brings it."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from msdiff.errors import GitError, UsageError
from msdiff.scm.github_event import event_of
from msdiff.scm.github_range import Range, range_of
from tests.e2e.playground import Repo
from tests.unit.github import payloads
from tests.unit.github.clones import Origin, checkout, obey, origin
from tests.unit.github.payloads import NOTHING, variables


@pytest.fixture(autouse=True)
def _own_git(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture(name="github")
def _github(tmp_path: Path) -> Origin:
    return origin(tmp_path / "origin")


def asked(name: str, payload: Any, clone: Repo, *, base: str | None = None, **more: str) -> Range | None:
    return range_of(event_of(name, payload, variables(name, **more)), str(clone.folder), base=base)


def pull(github: Origin, **more: Any) -> dict[str, Any]:
    return payloads.pull_request(base=github.start, head=github.feature, **more)


def helped(ask: Callable[[], Range | None], folder: Path, said: str) -> Range | None:
    """What comes out once the command of the error was run."""
    with pytest.raises(GitError, match=said) as caught:
        ask()
    obey(caught.value.hint, folder)
    return ask()


def test_a_pull_request_is_its_merge_commit_against_the_first_parent(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.merge, depth=2)
    found = asked("pull_request", pull(github), clone, GITHUB_SHA=github.merge)
    assert found == Range(
        words=(github.main, github.merge),  # the payload's base, `start`, is older
        base="main",
        head="#7 merged into main",
        head_commit=github.feature,
        local=("origin/main..HEAD",),
    )


def test_at_depth_1_the_error_has_what_helps(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.merge, depth=1)
    ask = lambda: asked("pull_request", pull(github), clone, GITHUB_SHA=github.merge)  # noqa: E731
    with pytest.raises(GitError) as caught:
        ask()
    assert "the clone has a depth of 1" in caught.value.message
    assert "`fetch-depth: 2`" in caught.value.hint
    found = helped(ask, clone.folder, "depth of 1")
    assert found is not None
    assert found.words == (github.main, github.merge)


def test_a_merge_that_was_made_anew_says_so(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.merge, depth=2)
    payload = payloads.pull_request(base=github.start, head="d" * 40)
    found = asked("pull_request", payload, clone, GITHUB_SHA=github.merge)
    assert found is not None
    assert (found.head_commit, len(found.notes)) == (github.feature, 1)


def test_the_branch_itself_may_be_checked_out(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.feature, depth=0)
    found = asked("pull_request", pull(github), clone, GITHUB_SHA=github.merge)
    assert found is not None
    assert (found.words, found.head_commit) == ((f"{github.main}..{github.feature}",), github.feature)


def test_the_branch_itself_in_a_shallow_clone(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.feature, depth=1)
    ask = lambda: asked("pull_request", pull(github), clone, GITHUB_SHA=github.merge)  # noqa: E731
    with pytest.raises(GitError, match="`main`, was not fetched") as caught:
        ask()
    obey(caught.value.hint, clone.folder)
    found = helped(ask, clone.folder, "does not reach the commit at which")
    assert found is not None
    assert found.words == (f"{github.main}..{github.feature}",)


def test_anything_else_is_not_guessed_at(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.main, depth=2)
    with pytest.raises(GitError, match="neither the pull request's merge commit nor its head"):
        asked("pull_request", pull(github), clone, GITHUB_SHA=github.merge)
    found = asked("pull_request", pull(github), clone, base=github.start, GITHUB_SHA=github.merge)
    assert found is not None
    assert found.words == (f"{github.start}..{github.main}",)


def test_a_branch_with_a_name_for_shells(github: Origin, tmp_path: Path) -> None:
    name = "it's;touch$IFS'evil"
    github.repo.git("branch", name, github.main)
    clone = checkout(github, tmp_path / "clone", github.feature, depth=0)
    clone.git("update-ref", "-d", f"refs/remotes/origin/{name}")
    payload = payloads.pull_request(base="e" * 40, head=github.feature, base_ref=name)
    found = helped(lambda: asked("pull_request", payload, clone), clone.folder, "was not fetched")
    assert found is not None
    assert found.words == (f"{github.main}..{github.feature}",)
    assert sorted(path.name for path in clone.folder.iterdir()) == [".git", "README.md", "app.yaml", "notes.md"]


def test_a_push_is_what_was_there_before_against_after(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.main, depth=2, ref="refs/remotes/origin/main")
    found = asked("push", payloads.push(before=github.start, after=github.main), clone)
    assert found == Range((github.start, github.main), "main before", "main", github.main, (github.start, github.main))


def test_a_push_of_more_commits_than_were_fetched(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.feature, depth=1, ref="refs/remotes/origin/feature")
    payload = payloads.push(before=github.start, after=github.feature, ref="refs/heads/feature")
    found = helped(
        lambda: asked("push", payload, clone, GITHUB_REF="refs/heads/feature"), clone.folder, "is not in this clone"
    )
    assert found is not None
    assert found.words == (github.start, github.feature)


def test_a_new_branch_is_compared_with_where_it_left_the_default_branch(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.feature, depth=0)
    payload = payloads.push(before=NOTHING, after=github.feature, ref="refs/heads/feature")
    found = asked("push", payload, clone, GITHUB_REF="refs/heads/feature")
    assert found == Range(
        (f"{github.main}...{github.feature}",), "main", "feature", github.feature, ("origin/main...feature",)
    )


def test_a_new_branch_in_a_shallow_clone_is_its_last_commit_and_says_so(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.feature, depth=2)
    payload = payloads.push(before=NOTHING, after=github.feature, ref="refs/heads/feature")
    found = asked("push", payload, clone, GITHUB_REF="refs/heads/feature")
    assert found is not None
    assert found.words == (clone.git("rev-parse", "HEAD^"), github.feature)
    assert found.notes == ("feature is new: its last commit is compared with the one before",)


def test_a_branch_that_goes_away_and_a_first_commit_have_nothing_to_compare(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.start, depth=0)
    assert asked("push", payloads.push(after=NOTHING), clone) is None
    assert asked("push", payloads.push(before=NOTHING, after=github.start), clone) is None


@pytest.mark.parametrize("depth", [1, 2])
def test_a_merge_group(github: Origin, tmp_path: Path, depth: int) -> None:
    clone = checkout(github, tmp_path / "clone", github.merge, depth=depth)
    payload = payloads.merge_group(base=github.main, head=github.merge)
    ask = lambda: asked("merge_group", payload, clone)  # noqa: E731
    found = ask() if depth > 1 else helped(ask, clone.folder, "the base of the merge group")
    assert found == Range(
        (github.main, github.merge), "main", "merge queue, #104", github.merge, (github.main, github.merge)
    )


def test_by_hand_a_branch_is_compared_with_the_default_branch(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.feature, depth=1)
    ask = lambda: asked("workflow_dispatch", payloads.workflow_dispatch(), clone, GITHUB_REF="refs/heads/feature")  # noqa: E731
    with pytest.raises(GitError, match="the default branch, `main`, was not fetched") as caught:
        ask()
    obey(caught.value.hint, clone.folder)
    found = helped(ask, clone.folder, "does not reach")
    assert found == Range(
        (f"{github.main}..{github.feature}",), "main", "feature", github.feature, ("origin/main..HEAD",)
    )


@pytest.mark.parametrize("name", ["workflow_dispatch", "schedule"])
def test_by_hand_the_default_branch_is_its_last_commit(github: Origin, tmp_path: Path, name: str) -> None:
    clone = checkout(github, tmp_path / "clone", github.main, depth=2, ref="refs/remotes/origin/main")
    found = asked(name, payloads.workflow_dispatch("refs/heads/main"), clone)
    assert found is not None
    assert (found.words, len(found.notes)) == ((github.start, github.main), 1)


def test_a_named_base_stands_for_what_the_event_says(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.main, depth=0)
    payload = payloads.workflow_dispatch("refs/heads/main")
    found = asked("workflow_dispatch", payload, clone, base=github.start)
    assert found == Range(
        (f"{github.start}..{github.main}",), github.start, "main", github.main, (f"{github.start}..HEAD",)
    )
    with pytest.raises(GitError, match="unknown revision `realease`"):
        asked("workflow_dispatch", payload, clone, base="realease")
    with pytest.raises(GitError, match="unknown revision"):
        asked("workflow_dispatch", payload, clone, base="--output=evil")


def test_a_finished_run_of_this_repository(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.feature, depth=0)
    pulls = [{"number": 7, "base": {"sha": github.main}, "head": {"sha": github.feature}}]
    found = asked("workflow_run", payloads.workflow_run(head=github.feature, pulls=pulls), clone)
    assert found is not None
    assert found.words == (f"{github.main}..{github.feature}",)
    with pytest.raises(UsageError, match="a fork's is never named"):
        asked("workflow_run", payloads.workflow_run(head=github.feature), clone)


def test_pull_request_target_reads_what_was_fetched_and_checks_nothing_out(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.main, depth=1, ref="refs/remotes/origin/main")
    ask = lambda: asked("pull_request_target", pull(github), clone, GITHUB_SHA=github.main)  # noqa: E731
    found = helped(ask, clone.folder, "were not fetched")
    assert found is not None
    assert (found.words, found.head_commit) == ((github.main, github.merge), github.feature)
    assert "768" in (clone.folder / "app.yaml").read_text()
    assert "1024" not in (clone.folder / "app.yaml").read_text()


def test_without_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "empty").mkdir()
    with pytest.raises(GitError, match="was not checked out"):
        asked("push", payloads.push(), Repo(tmp_path / "empty"))


def test_every_error_is_one_line_of_plain_text(github: Origin, tmp_path: Path) -> None:
    clone = checkout(github, tmp_path / "clone", github.feature, depth=1)
    payload = payloads.pull_request(base="e" * 40, head=github.feature, base_ref="a\n::error::x\u202eb")
    with pytest.raises(GitError) as caught:
        asked("pull_request", payload, clone)
    assert not re.search("[\n\u202e]", caught.value.message + caught.value.hint)
