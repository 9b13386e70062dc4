"""A repository to run in, and the command line as a function."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from msdiff.cli import main
from tests.e2e.playground import APP, WIDER, Done, Repo

Run = Callable[..., Done]
_OURS = ("GIT_", "GITHUB_", "CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLUMNS")


@pytest.fixture(autouse=True)
def _clean_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(_OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """`main` holds a graph; on `feature`, checked out, the embedder got wider and the index did not."""
    folder = tmp_path / "repo"
    folder.mkdir()
    made = Repo(folder)
    made.git("init", "--quiet")
    made.git("symbolic-ref", "HEAD", "refs/heads/main")
    made.commit({"app.yaml": APP, "README.md": "hello\n"}, "first")
    made.git("checkout", "--quiet", "-b", "feature")
    made.commit({"app.yaml": WIDER}, "wider")
    monkeypatch.chdir(folder)
    return made


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """`msdiff WORDS` in this process."""

    def call(*words: str) -> Done:
        capsys.readouterr()
        code = main(words)
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return call
