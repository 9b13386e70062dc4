"""Inside git's hooks, where variables say which repository, index and objects are meant."""

import json
import sys
from pathlib import Path

import pytest
from repositories import LINES, Repo, look

import msdiff

SCRIPT = """
import json, os, sys
sys.path[:0] = [{root!r}]
from msdiff.errors import MsdiffError
from msdiff.scm.git import resolve_sides

def is_yaml(path):
    return path.endswith(".yaml")

def seen(words, staged):
    try:
        with resolve_sides(words, cwd=os.getcwd(), staged=staged, wanted=is_yaml) as sides:
            paths = tuple(sides.head.paths())
            head = {{path: data.decode() for path, data in sides.head.read_many(paths).items()}}
            return [head, list(sides.changed_paths()), list(sides.notes), sides.prefix]
    except MsdiffError as error:
        return str(error)

staged = sys.argv[2:] == ["--staged"]
with open(sys.argv[1], "w") as file:
    json.dump(seen(() if staged else tuple(sys.argv[2:]), staged), file)
"""


@pytest.fixture
def script(tmp_path: Path) -> str:
    """A shell command that compares where it is run and writes what it saw to the file `seen`; its words follow it."""
    file = tmp_path / "script.py"
    file.write_text(SCRIPT.format(root=str(Path(msdiff.__path__[0]).parent)))
    return f"{sys.executable} {file} {tmp_path}/seen"


def hook(repo: Repo, name: str, command: str, folder: str = ".git/hooks") -> None:
    path = repo.folder / folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\nset -e\n{command}\n")
    path.chmod(0o755)


def seen(tmp_path: Path) -> object:
    return json.loads((tmp_path / "seen").read_text())


def test_pre_commit_sees_what_is_about_to_be_committed(repo: Repo, tmp_path: Path, script: str) -> None:
    repo.commit({"app.yaml": "a: 1\n", "b.yaml": "b: 1\n", "sub/s.yaml": "s: 1\n"})
    hook(repo, "pre-commit", f"{script} --staged")
    repo.write({"app.yaml": "a: 2\n", "b.yaml": "b: 2\n"})
    repo.git("add", "app.yaml")
    repo.write({"app.yaml": "a: 3\n"})
    repo.git("commit", "-qm", "partly staged")
    assert seen(tmp_path) == [{"app.yaml": "a: 2\n", "b.yaml": "b: 1\n", "sub/s.yaml": "s: 1\n"}, ["app.yaml"], [], ""]
    repo.git("commit", "-qm", "named", "b.yaml")
    assert seen(tmp_path) == [{"app.yaml": "a: 2\n", "b.yaml": "b: 2\n", "sub/s.yaml": "s: 1\n"}, ["b.yaml"], [], ""]
    repo.git("commit", "-qam", "all")
    assert seen(tmp_path) == [{"app.yaml": "a: 3\n", "b.yaml": "b: 2\n", "sub/s.yaml": "s: 1\n"}, ["app.yaml"], [], ""]


def test_pre_commit_in_a_linked_worktree_and_a_subfolder(repo: Repo, tmp_path: Path, script: str) -> None:
    repo.commit({"app.yaml": "a: 1\n", "sub/s.yaml": "s: 1\n"})
    repo.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    hook(repo, "pre-commit", f"cd sub\n{script} --staged")
    (tmp_path / "linked" / "app.yaml").write_text("a: 2\n")
    repo.git("commit", "-qam", "all", cwd=tmp_path / "linked")
    assert seen(tmp_path) == [{"app.yaml": "a: 2\n", "sub/s.yaml": "s: 1\n"}, ["app.yaml"], [], "sub/"]
    hook(repo, "pre-commit", f"cd sub\n{script} HEAD")
    (tmp_path / "linked" / "app.yaml").write_text("a: 3\n")
    repo.git("commit", "-qam", "all", cwd=tmp_path / "linked")
    assert seen(tmp_path) == [{"app.yaml": "a: 3\n", "sub/s.yaml": "s: 1\n"}, ["app.yaml"], [], "sub/"]


def test_a_hook_that_goes_to_another_repository_sees_that_one(repo: Repo, tmp_path: Path, script: str) -> None:
    other = Repo(tmp_path / "other")
    other.folder.mkdir()
    other.git("init", "-q")
    other.commit({"other.yaml": "o: 1\n"})
    other.write({"other.yaml": "o: 2\n"})
    other.git("add", ".")
    repo.commit({"app.yaml": "a: 1\n", "b.yaml": "b: 1\n"})
    hook(repo, "pre-commit", f"cd {other.folder}\n{script} --staged")
    for arguments in (["-qam", "all"], ["-qm", "named", "b.yaml"]):
        repo.write({"app.yaml": f"a: {arguments}\n", "b.yaml": f"b: {arguments}\n"})
        repo.git("commit", *arguments)
        assert seen(tmp_path) == [{"other.yaml": "o: 2\n"}, ["other.yaml"], [], ""]


def test_pre_receive_sees_the_objects_in_quarantine(repo: Repo, tmp_path: Path, script: str) -> None:
    repo.commit({"app.yaml": LINES, "gone.yaml": "g: 1\n"})
    server = Repo(tmp_path / "server.git")
    repo.git("clone", "-q", "--bare", str(repo.folder), str(server.folder))
    hook(server, "pre-receive", f'read old new ref\n{script} "main..$new"', folder="hooks")
    repo.commit({"main.yaml": "m: 1\n"})
    repo.git("push", "-q", str(server.folder), "main")
    assert seen(tmp_path) == [
        {"app.yaml": LINES, "gone.yaml": "g: 1\n", "main.yaml": "m: 1\n"},
        ["main.yaml"],
        [],
        "",
    ]
    repo.branch("feature", "main~1")
    repo.commit({"app.yaml": None, "renamed.yaml": LINES, "gone.yaml": None})
    repo.git("push", "-q", str(server.folder), "feature")
    assert seen(tmp_path) == [
        {"main.yaml": "m: 1\n", "renamed.yaml": LINES},
        ["app.yaml", "gone.yaml", "renamed.yaml"],
        [],
        "",
    ]


def test_variables_that_name_a_repository_are_heeded(
    forked: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("GIT_DIR", str(forked.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(forked.folder))
    forked.write({"new.yaml": "n: 1\n"})
    assert look(elsewhere, keep=forked.folder).changed == ("new.yaml",)
    assert look(forked.folder / "sub", keep=forked.folder).prefix == "sub/"
    monkeypatch.delenv("GIT_WORK_TREE")
    assert look(elsewhere, "main..feature", keep=forked.folder).changed == ("app.yaml", "feature.yaml")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "none"))
    with pytest.raises(Exception, match=r"^GIT_DIR is set to .*/none, which is no repository$"):
        look(forked.folder)


def test_an_index_of_the_user_s_own_is_heeded(forked: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = str(tmp_path / "index")
    forked.git("read-tree", "main", GIT_INDEX_FILE=index)
    monkeypatch.setenv("GIT_INDEX_FILE", index)
    assert look(forked.folder, staged=True).changed == ("app.yaml", "feature.yaml", "main.yaml")
