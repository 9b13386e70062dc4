"""The demo's repository."""

import os
from pathlib import Path

import pytest
from repositories import Repo, everything, look

from msdiff.errors import UsageError
from msdiff.scm.sample import Commit, write_repository

COMMITS = (
    Commit("main", "One", {"app.yaml": "a: 1\n", "models/embedder.yaml": "e: 768\n", "old.yaml": "o: 1\n"}),
    Commit("feature", "Two", {"models/embedder.yaml": "e: 1024\n", "new.yaml": "n: é\n", "old.yaml": None}),
    Commit("main", "Three", {"later.yaml": "l: 1\n"}),
)


def test_two_branches_that_are_the_same_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = write_repository(str(tmp_path / "one"), COMMITS, "feature")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert write_repository(str(tmp_path / "two" / "deep"), COMMITS, "feature") == made
    repo = Repo(tmp_path / "one")
    assert (repo.git("rev-parse", "main~"), repo.git("rev-parse", "HEAD"), repo.git("rev-parse", "main")) == made
    assert (repo.git("status", "--porcelain"), repo.git("branch", "--show-current")) == ("", "feature")
    assert (
        repo.git("log", "--format=%an %ae %cn %ci", "-1")
        == "msdiff demo demo@example.invalid msdiff demo 2026-01-02 12:00:00 +0000"
    )
    seen = look(repo.folder, "main..HEAD")
    assert seen.base is not None
    assert seen.base["models/embedder.yaml"] == "e: 768\n"
    assert seen.head["models/embedder.yaml"] == "e: 1024\n"
    assert seen.changed == ("models/embedder.yaml", "new.yaml", "old.yaml")


def test_nothing_of_the_user_counts_or_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Repo(tmp_path / "other")
    other.folder.mkdir()
    other.git("init", "-q")
    ran = tmp_path / "ran"
    template = tmp_path / "template" / "hooks"
    template.mkdir(parents=True)
    for name in ("pre-commit", "post-commit", "post-checkout"):
        (template / name).write_text(f"#!/bin/sh\ntouch {ran}\n")
        (template / name).chmod(0o755)
    config = tmp_path / "config"
    config.write_text(
        f"[commit]\n\tgpgsign = true\n[core]\n\thooksPath = {template}\n\tautocrlf = true\n"
        f"[init]\n\ttemplateDir = {template.parent}\n\tdefaultBranch = trunk\n[user]\n\tuseConfigOnly = true\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.folder / ".git" / "index"))
    monkeypatch.setenv("GIT_QUARANTINE_PATH", str(tmp_path))
    before, variables = everything(other.folder), dict(os.environ)
    made = write_repository(str(tmp_path / "demo"), COMMITS, "feature")
    assert (everything(other.folder), dict(os.environ), ran.exists()) == (before, variables, False)
    assert made == write_repository(str(tmp_path / "again"), COMMITS, "feature")


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("x")
    for folder in (tmp_path / "mine", tmp_path / "mine" / "file"):
        with pytest.raises(UsageError, match=r"not an empty folder$"):
            write_repository(str(folder), COMMITS, "main")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["file"]
