"""Real repositories in a temporary folder."""

import os
from pathlib import Path

import pytest
from repositories import LINES, Repo


@pytest.fixture(autouse=True)
def _clean_variables(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path_factory.mktemp("temporary")))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """An empty repository on the branch `main`."""
    folder = tmp_path / "repo"
    folder.mkdir()
    made = Repo(folder)
    made.git("init", "-q", "-b", "main")
    return made


@pytest.fixture
def forked(repo: Repo) -> Repo:
    """`main` changed line 1, `feature` line 18 of app.yaml since they parted; each added a file; `feature` is checked
    out.
    """
    repo.commit({"app.yaml": LINES, "sub/part.yaml": "a: 1\n", "README.md": "hello\n"}, "base")
    repo.branch("feature")
    repo.commit({"app.yaml": LINES.replace("18: 18", "18: feature"), "feature.yaml": "f: 1\n"}, "feature")
    repo.checkout("main")
    repo.commit({"app.yaml": LINES.replace("line1: 1\n", "line1: main\n"), "main.yaml": "m: 1\n"}, "main")
    repo.checkout("feature")
    return repo
