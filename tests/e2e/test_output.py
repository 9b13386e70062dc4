"""Where reports go, and that what goes there is whole, stable and safe."""

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from msdiff.cli import main
from msdiff.commands.progress import waiting
from tests.e2e.conftest import Run
from tests.e2e.playground import Repo, run_process

HEAVY = (
    "pydantic",
    "networkx",
    "deepdiff",
    "git",
    "github",
    "rich",
    "jsonschema",
    "ruamel",
    "cel_expr_python",
    "subprocess",
)
OF_OTHERS = (  # for other graphs, other ranges and other reports
    "msdiff.scm.index", "msdiff.scm.folders", "msdiff.scm.merging", "msdiff.scm.worktree", "msdiff.ruleset.accepted",
    "msdiff.load.compose", "msdiff.load.model_spec_shape", "msdiff.propagate.policies", "msdiff.propagate.drift",
    "msdiff.report.lines", "msdiff.report.markdown", "msdiff.diff.nested",
)  # fmt: skip


def test_several_reports_in_one_run(repo: Repo, run: Run, tmp_path: Path) -> None:
    files = {name: tmp_path / f"report.{name}" for name in ("json", "markdown")}
    done = run("main..HEAD", *(word for name, file in files.items() for word in ("-o", f"{name}={file}")))
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("BREAKING")
    assert json.loads(files["json"].read_text())["exitCode"] == 1
    assert run("main..HEAD", "-f", "json").out == files["json"].read_text()
    assert run("main..HEAD", "-f", "markdown").out == files["markdown"].read_text()
    assert run("main..HEAD", "-o", "json=-").out == files["json"].read_text()


def test_a_report_that_cannot_be_written_is_3_and_costs_no_other(repo: Repo, run: Run, tmp_path: Path) -> None:
    done = run("main..HEAD", "-o", f"json={tmp_path}/no/such/report.json", "-o", f"markdown={tmp_path}/report.md")
    assert done.code == 3
    assert done.out.startswith("BREAKING")
    assert (tmp_path / "report.md").read_text() == run("main..HEAD", "-f", "markdown").out
    assert done.err == (
        f"error: `{tmp_path}/no/such/report.json` cannot be written: No such file or directory\n"
        f"  hint: Make the folder first: mkdir -p {tmp_path}/no/such\n"
    )


def test_files_that_were_left_alone_are_listed_on_request(repo: Repo, run: Run) -> None:
    repo.write({"values.yaml": "a: 1\n", "notes.txt": "a"})
    assert run("check").err == ""
    assert run("check", "-v").err == (
        "left alone: values.yaml (no document in it says that it is an ApplicationGraph or a ModelSpec)\n"
    )


def test_a_device_is_written_to_and_not_replaced(repo: Repo, run: Run) -> None:
    assert run("main..HEAD", "-o", f"json={os.devnull}").code == 1
    assert not os.path.isfile(os.devnull)
    if os.path.exists("/dev/full"):
        done = run("main..HEAD", "-o", "json=/dev/full")
        assert (done.code, done.err) == (3, "error: `/dev/full` cannot be written: No space left on device\n")


def test_a_file_is_replaced_whole(repo: Repo, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text("before")
    file.chmod(0o640)
    run("main..HEAD", "-o", f"json={file}")
    assert json.loads(file.read_text())["verdict"] == "breaking"
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(tmp_path.iterdir()) == [repo.folder, file]


@pytest.mark.parametrize(
    "words",
    [("-o", "json=a", "-o", "markdown=./a"), ("-o", "json=-", "-o", "markdown=-"), ("-f", "json", "-o", "json=-")],
)
def test_two_reports_for_one_place_are_refused(repo: Repo, run: Run, words: tuple[str, ...]) -> None:
    done = run("main..HEAD", *words)
    assert done.code == 2
    assert "two reports would go to" in done.err
    assert not (repo.folder / "a").exists()


def test_a_full_disk_is_3(repo: Repo) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full here")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "msdiff", "main..HEAD"],
            cwd=repo.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (3, "error: standard output cannot be written: No space left on device\n")


def test_a_closed_pipe_is_quiet_and_not_1(repo: Repo) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "msdiff", "main..HEAD"],
        cwd=repo.folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def test_no_standard_output_at_all_is_3(repo: Repo) -> None:
    command = f"{sys.executable} -m msdiff main..HEAD >&-"
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=repo.folder, env=variables, stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == 3
    assert done.stderr.startswith("error: standard output is closed\n")


def test_an_output_that_knows_ascii_only(repo: Repo) -> None:
    variables = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = run_process(repo.folder, "main..HEAD", variables=variables)
    assert (done.code, done.err) == (1, "")
    assert done.out.isascii()
    assert "768 -> 1024" in done.out
    assert run_process(repo.folder, "main..HEAD", "-f", "json", variables=variables).out == (
        run_process(repo.folder, "main..HEAD", "-f", "json").out
    )


def test_colours_on_request_only(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = run("main..HEAD").out
    assert "\x1b" not in plain
    assert "\x1b[" in run("main..HEAD", "--color").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("main..HEAD").out
    assert run("main..HEAD", "--no-color").out == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert run("main..HEAD").out == plain
    assert "\x1b[" in run("main..HEAD", "--color").out


@pytest.mark.parametrize("format", ["terminal", "markdown", "json"])
def test_the_same_bytes_whatever_the_hash_seed(repo: Repo, format: str) -> None:
    runs = {run_process(repo.folder, "main..HEAD", "-f", format, variables={"PYTHONHASHSEED": seed}) for seed in "012"}
    assert len(runs) == 1
    assert runs.pop().code == 1


def test_the_repository_is_not_touched(repo: Repo, run: Run) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.commit({"README.md": "moved on\n"})
    repo.git("checkout", "--quiet", "feature")
    before = repo.state()
    for words in (
        ("main..HEAD",),
        ("main...HEAD",),
        ("main",),
        ("--staged",),
        (),
        ("check",),
        ("graph",),
        ("explain", "index"),
    ):
        run(*words)
    assert repo.state() == before


def test_an_ordinary_run_imports_nothing_heavy(repo: Repo) -> None:
    program = (
        "import sys; from msdiff.cli import main; code = main(['main..HEAD', '-f', 'json']);"
        f"print(sorted(set(sys.modules) & set({HEAVY + OF_OTHERS!r})), code, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=repo.folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "[] 1\n"
    assert json.loads(done.stdout)["verdict"] == "breaking"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_sign_of_life_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("msdiff.commands.progress.PATIENCE_S", 0.02)
    for stream, said in ((_Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with waiting("comparing"):
            time.sleep(0.1)
        assert stream.getvalue().startswith("\r\x1b[Kmsdiff: comparing (0 s)") is said
        assert stream.getvalue().endswith("\r\x1b[K") is said
    quick = _Terminal()
    monkeypatch.setattr("msdiff.commands.progress.PATIENCE_S", 5.0)
    monkeypatch.setattr(sys, "stderr", quick)
    with waiting("comparing"):
        pass
    assert quick.getvalue() == ""


def test_a_crash_is_5_with_a_file_that_holds_nothing_of_the_users(
    repo: Repo, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise KeyError("a secret of the user")

    monkeypatch.setattr("msdiff.pipeline.compare", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = run("main..HEAD", "--config=secret.yaml")
    assert done.code == 3  # there is no such configuration: still an error of ours that is explained
    done = run("main..HEAD", "--only", "embedding-*")
    (file,) = tmp_path.glob("msdiff-crash-*.txt")
    text = file.read_text()
    assert done.code == 5
    assert "Traceback" not in done.err
    assert str(file) in done.err
    assert "secret" not in text
    assert str(tmp_path) not in text
    assert text.splitlines()[1:3] == ["command: msdiff ... --only ...", "builtins.KeyError"]
    assert "Traceback" in run("main..HEAD", "--debug").err


def test_a_stream_of_text_alone_is_written_to(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a program calls msdiff and has put a stream of its own in the place of standard output."""
    out = io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    assert main(("main..HEAD", "--quiet")) == 1
    assert out.getvalue().startswith("BREAKING")
