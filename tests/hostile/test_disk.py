"""What is no ordinary file, end to end: links, folders, pipes, devices, files that nobody may read or that change."""

import json
import os
import stat
import threading
import time
from pathlib import Path

import pytest

from msdiff.scm.disk import Disk
from tests.e2e.conftest import Run
from tests.e2e.playground import APP, WIDER, Repo, run_process

SECRET = (
    "apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {name: secret}\nspec: {nodes: {hidden: {role: tool}}}\n"
)


@pytest.fixture
def sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.yaml").write_text(APP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_links_are_not_followed_and_said(sides: Path, run: Run) -> None:
    outside = sides / "outside"
    outside.mkdir()
    (outside / "secret.yaml").write_text(SECRET)
    (sides / "new" / "link.yaml").symlink_to(outside / "secret.yaml")
    (sides / "new" / "folder").symlink_to(outside)
    (sides / "new" / "passwd.yaml").symlink_to("/etc/passwd")
    (sides / "new" / "broken.yaml").symlink_to("nowhere")
    done = run("old", "new", "-f", "json")
    report = json.loads(done.out)
    assert (done.code, report["verdict"]) == (0, "unchanged")
    assert "secret" not in done.out.replace("link.yaml", "").replace("passwd.yaml", "")
    assert report["notes"] == ["symbolic links are not followed: `broken.yaml`, `link.yaml`, `passwd.yaml`"]


def test_loops_of_links_end(sides: Path, run: Run) -> None:
    (sides / "new" / "loop").symlink_to(".")
    (sides / "new" / "up").symlink_to("..")
    (sides / "new" / "self.yaml").symlink_to("self.yaml")
    start = time.monotonic()
    assert run("old", "new").code == 0
    assert time.monotonic() - start < 5


def test_links_of_a_commit_and_of_the_working_tree_are_not_followed(repo: Repo, run: Run) -> None:
    (repo.folder.parent / "secret.yaml").write_text(SECRET)
    (repo.folder / "link.yaml").symlink_to("../secret.yaml")
    assert "hidden" not in run("main", "-f", "json").out
    repo.commit({}, "a link")
    done = run("main..HEAD", "-f", "json")
    assert "hidden" not in done.out
    assert json.loads(done.out)["notes"] == ["symbolic links are not followed: `link.yaml`"]


def test_a_link_in_the_place_of_a_graph_removes_it(repo: Repo, run: Run) -> None:
    (repo.folder / "app.yaml").unlink()
    (repo.folder / "app.yaml").symlink_to("README.md")
    report = json.loads(run("main", "-f", "json").out)
    assert {one["kind"] for one in report["changes"]} == {"edge.removed", "node.removed"}
    assert report["verdict"] != "safe"


def test_a_specref_through_a_link_reads_nothing(sides: Path, run: Run) -> None:
    (sides / "spec.yaml").write_text(SECRET)
    (sides / "new" / "spec.yaml").symlink_to("../spec.yaml")
    text = APP.replace("role: embedder", "role: embedder\n      specRef: spec.yaml#hidden")
    (sides / "new" / "app.yaml").write_text(text)
    done = run("old", "new", "-f", "json")
    (finding,) = json.loads(done.out)["findings"]
    assert (finding["rule"], finding["message"].partition(": ")[2]) == ("dangling-reference", "no file spec.yaml.")


def test_a_folder_called_like_a_file(sides: Path, run: Run) -> None:
    (sides / "new" / "app.yaml").unlink()
    (sides / "new" / "app.yaml").mkdir()
    (sides / "new" / "app.yaml" / "inner.yaml").write_text(WIDER)
    assert run("old", "new").code == 1


def test_a_folder_called_like_a_file_in_git(repo: Repo, run: Run) -> None:
    (repo.folder / "app.yaml").unlink()
    repo.commit({"app.yaml/app.yaml": WIDER}, "a folder")
    assert run("main..HEAD").code == 1
    assert run("main").code == 1


def test_a_pipe_is_refused_at_once_and_a_broken_base_is_said(sides: Path, run: Run) -> None:
    os.mkfifo(sides / "new" / "pipe.yaml")
    start = time.monotonic()
    done = run("old", "new")
    assert (done.code, done.out, done.err) == (3, "", "error: `pipe.yaml` is a named pipe\n  --> pipe.yaml:1:1\n")
    done = run("new", "old", "-f", "json")
    report = json.loads(done.out)
    assert (done.code, report["verdict"]) == (0, "unverified")
    assert [(one["message"], one["side"]) for one in report["errors"]] == [("`pipe.yaml` is a named pipe", "base")]
    assert time.monotonic() - start < 5


def test_a_device_is_refused_at_once(sides: Path, run: Run) -> None:
    try:
        os.mknod(sides / "new" / "zero.yaml", stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only an administrator can make devices")
    done = run("old", "new")
    assert (done.code, done.err) == (3, "error: `zero.yaml` is a device\n  --> zero.yaml:1:1\n")


def test_a_file_that_nobody_may_read(sides: Path, run: Run) -> None:
    """As somebody who is no administrator: where we are one, in a child that gives that up."""
    (sides / "new" / "app.yaml").chmod(0)
    wanted = "error: `app.yaml` is not readable (Permission denied)\n  --> app.yaml:1:1\n"
    if os.geteuid() != 0:
        done = run("old", "new")
        assert (done.code, done.out, done.err) == (3, "", wanted)
        return
    assert run("old", "new").code == 0  # whatever is imported on the way is imported now
    for folder in (sides, *sides.parents):
        if "pytest" in str(folder):
            folder.chmod(0o755)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        done = run("old", "new")
        os.write(writing, f"{done.code}\n{done.out}{done.err}".encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as file:
        assert file.read() == f"3\n{wanted}"


def test_a_file_that_is_replaced_while_it_is_read(sides: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its digest and its content: what is neither version must not look whole."""
    original = Disk.digest

    def digest(self: Disk, path: str) -> str:
        found = original(self, path)
        if self.root.endswith("new"):
            (sides / "new" / "app.yaml").write_text(WIDER)
        return found

    (sides / "new" / "app.yaml").write_text(f"# another text\n{APP}")
    monkeypatch.setattr(Disk, "digest", digest)
    done = run("old", "new")
    assert (done.code, done.out) == (3, "")
    assert done.err == "error: `app.yaml` changed while it was read\n  --> app.yaml:1:1\n  hint: Run again.\n"


def test_files_that_come_and_go_while_msdiff_runs_crash_nothing(repo: Repo) -> None:
    stop = threading.Event()

    def restless() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            (repo.folder / "app.yaml").write_text(APP if number % 2 else WIDER)
            (repo.folder / f"x{number % 5}.yaml").write_text(SECRET.replace("secret", f"s{number}"))
            (repo.folder / f"x{(number + 2) % 5}.yaml").unlink(missing_ok=True)

    thread = threading.Thread(target=restless)
    thread.start()
    try:
        runs = [run_process(repo.folder, "main", "-f", "json") for _ in range(8)]
    finally:
        stop.set()
        thread.join()
    assert {done.code for done in runs} <= {0, 1, 3}
    for done in runs:
        assert "Traceback" not in done.err
        assert (done.out == "") == (done.code == 3)
        if done.out:
            json.loads(done.out)


def test_two_folders_compare_where_there_is_no_git(sides: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (sides / "new" / "app.yaml").write_text(WIDER)
    assert run("old", "new").code == 1
    assert run("check", "new").code in (0, 1)
    done = run("main..HEAD")
    assert (done.code, done.err.splitlines()[0]) == (4, "error: git was not found")


def test_a_tree_of_very_many_folders_ends(sides: Path, run: Run) -> None:
    folder = sides / "new"
    for _ in range(200):
        folder = folder / "d"
        folder.mkdir()
    (folder / "deep.yaml").write_text(SECRET)
    done = run("old", "new", "-f", "json")
    assert "hidden" in done.out
