"""Before a commit: as a plain git hook, and as a hook of pre-commit. What counts is what is staged."""

import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.e2e.playground import APP, IDENTITY, WIDER, Repo

ROOT = Path(__file__).parents[2]
HOOK = f"#!/bin/sh\nexec '{sys.executable}' -m msdiff --staged\n"
BOTH = WIDER.replace("query: {type: embedding, dimension: 768}", "query: {type: embedding, dimension: 1024}")
SHORT = APP.replace("  edges:\n", "    spare: {role: tool}\n  edges:\n")


@pytest.fixture(name="hooked")
def _hooked(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository on `main` whose pre-commit hook runs msdiff."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    repo.git("checkout", "--quiet", "main")
    path = repo.folder / ".git/hooks/pre-commit"
    path.parent.mkdir(exist_ok=True)
    path.write_text(HOOK)
    path.chmod(0o755)
    return repo


def commit(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "commit", "--message", "x", *words],
        cwd=folder,
        env={**os.environ, **IDENTITY},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_breaking_commit_is_stopped(hooked: Repo) -> None:
    hooked.write({"app.yaml": WIDER})
    hooked.git("add", "--all")
    done = commit(hooked.folder)
    assert done.returncode != 0
    assert "BREAKING" in done.stdout + done.stderr
    assert hooked.git("log", "-1", "--format=%s") == "first"
    hooked.write({"app.yaml": BOTH})
    hooked.git("add", "--all")
    assert commit(hooked.folder).returncode == 0


def test_what_is_not_staged_does_not_count(hooked: Repo) -> None:
    hooked.write({"app.yaml": WIDER})
    hooked.git("add", "--all")
    hooked.write({"app.yaml": BOTH})  # the rest of the fix lies in the working tree only
    assert commit(hooked.folder).returncode != 0
    hooked.write({"app.yaml": BOTH})
    hooked.git("add", "--all")
    hooked.write({"app.yaml": "kind: ["})  # and what is broken there does not matter
    assert commit(hooked.folder).returncode == 0


@pytest.mark.parametrize("words", [("--all",), ("app.yaml",), ("--include", "app.yaml"), ("--only", "app.yaml")])
def test_every_way_to_commit_brings_its_own_index(hooked: Repo, words: tuple[str, ...]) -> None:
    hooked.write({"app.yaml": WIDER})
    assert commit(hooked.folder, *words).returncode != 0
    hooked.write({"app.yaml": BOTH})
    assert commit(hooked.folder, *words).returncode == 0


def test_from_a_subdirectory(hooked: Repo) -> None:
    folder = hooked.folder / "deploy" / "prod"
    folder.mkdir(parents=True)
    hooked.write({"app.yaml": WIDER})
    hooked.git("add", "--all")
    assert commit(folder).returncode != 0


def test_in_a_linked_worktree(hooked: Repo) -> None:
    tree = hooked.folder.parent / "tree"
    hooked.git("worktree", "add", "--quiet", "-b", "other", str(tree))
    (tree / "app.yaml").write_text(WIDER)
    Repo(tree).git("add", "--all")
    assert commit(tree).returncode != 0
    (tree / "app.yaml").write_text(BOTH)
    Repo(tree).git("add", "--all")
    assert commit(tree).returncode == 0
    assert hooked.git("status", "--porcelain") == ""


def test_it_takes_a_moment(hooked: Repo) -> None:
    hooked.write({"app.yaml": SHORT})
    hooked.git("add", "--all")
    start = time.monotonic()
    assert commit(hooked.folder).returncode == 0
    assert time.monotonic() - start < 3


def test_the_manifest_says_what_is_run() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["msdiff", "msdiff-push"]
    assert hooks[0]["entry"].split()[:2] == ["msdiff", "--staged"]
    for hook in hooks:
        assert (hook["always_run"], hook["pass_filenames"], hook["language"]) == (True, False, "python")


@pytest.mark.parametrize(
    ("refs", "code"), [(("main", "feature"), 1), (("feature", "main"), 0), ((), 0), (("main", "nowhere"), 4)]
)
def test_the_second_hook_compares_what_is_pushed(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, refs: tuple[str, ...], code: int
) -> None:
    """Its words as pre-commit runs them, with an option of the user's at the end."""
    entry = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[1]["entry"]
    folder = repo.folder / ".git/bin"
    folder.mkdir()
    (folder / "msdiff").write_text(f"#!/bin/sh\nexec '{sys.executable}' -m msdiff \"$@\"\n")
    (folder / "msdiff").chmod(0o755)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    for name, ref in zip(("PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"), refs, strict=False):
        monkeypatch.setenv(name, ref)
    done = subprocess.run(
        [*shlex.split(entry), "--quiet"], cwd=repo.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert ("BREAKING" in done.stdout) == (code == 1)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pre-commit") is None, reason="pre-commit is not installed")
def test_pre_commit_itself(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`pre-commit try-repo` builds the hook's environment from what lies here, and runs it on what is staged."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    source = tmp_path / "source"
    unwanted = shutil.ignore_patterns(".git", "*.pyc", "__pycache__", ".venv*", "tests", "_compiled.json*", ".*_cache")
    shutil.copytree(ROOT, source, ignore=unwanted)
    hooks = Repo(source)
    hooks.git("init", "--quiet")
    hooks.commit({})
    repo.git("checkout", "--quiet", "main")
    subprocess.run(["pre-commit", "validate-manifest", str(source / ".pre-commit-hooks.yaml")], check=True)
    for text, expected in ((WIDER, 1), (BOTH, 0)):
        repo.write({"app.yaml": text})
        repo.git("add", "--all")
        words = ["pre-commit", "try-repo", str(source), "msdiff", "--verbose"]
        done = subprocess.run(words, cwd=repo.folder, capture_output=True, text=True, check=False)
        assert done.returncode == expected, done.stdout + done.stderr
        assert ("BREAKING" in done.stdout) == bool(expected)
    words = ["pre-commit", "try-repo", str(source), "msdiff-push", "--hook-stage", "pre-push", "--verbose"]
    done = subprocess.run(
        [*words, "--from-ref", "main", "--to-ref", "feature"],
        cwd=repo.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "BREAKING" in done.stdout
