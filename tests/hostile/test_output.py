"""Output that fails or is cut short: no report that looks whole and is not, no traceback, the right exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.playground import Repo

FORMATS = ("terminal", "markdown", "json", "sarif", "html", "github", "gitlab", "junit")


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "msdiff", *words]


def variables() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def in_shell(repo: Repo, line: str) -> tuple[int, str, str]:
    """A shell command with `$M` for msdiff."""
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=repo.folder,
        env={**variables(), "M": " ".join(command())},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")


@full
@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk_behind_standard_output(repo: Repo, format: str) -> None:
    code, out, err = in_shell(repo, f"$M main..HEAD -f {format} > /dev/full")
    assert (code, out, err) == (3, "", "error: standard output cannot be written: No space left on device\n")


@full
def test_a_full_disk_behind_a_report(repo: Repo) -> None:
    code, out, err = in_shell(repo, "$M main..HEAD -o json=/dev/full -o markdown=report.md")
    assert (code, err) == (3, "error: `/dev/full` cannot be written: No space left on device\n")
    assert "BREAKING" in out
    assert (repo.folder / "report.md").read_text().startswith("## msdiff: breaking")


@full
def test_a_full_disk_behind_standard_error(repo: Repo) -> None:
    assert in_shell(repo, "$M nowhere..HEAD 2> /dev/full") == (4, "", "")


@pytest.mark.parametrize("format", FORMATS)
def test_a_pipe_that_nobody_reads(repo: Repo, format: str) -> None:
    code, _, err = in_shell(repo, f"($M main..HEAD -f {format} -o json=kept.json; echo code $? >&2) | true")
    assert (code, err) in ((0, "code 141\n"), (0, "code 1\n"))  # 1: it was written before the reader ended
    assert json.loads((repo.folder / "kept.json").read_text())["verdict"] == "breaking"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_pipe_whose_reader_stops_early(repo: Repo, unbuffered: str) -> None:
    large(repo)
    line = f"(PYTHONUNBUFFERED={unbuffered} $M main..HEAD -f json; echo code $? >&2) | head -c 11"
    assert in_shell(repo, line) == (0, '{\n  "schema', "code 141\n")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_pipe_that_takes_little_at_a_time_gets_everything(repo: Repo, unbuffered: str) -> None:
    """One that does not block, as some programs hand it to those that they start."""
    large(repo)
    expected = in_shell(repo, "$M main..HEAD -f json")[1]
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    environment = {**variables(), "PYTHONUNBUFFERED": unbuffered}
    process = subprocess.Popen(command("main..HEAD", "-f", "json"), cwd=repo.folder, env=environment, stdout=writing)
    os.close(writing)
    time.sleep(1)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        assert pipe.read() == expected
    assert process.wait(60) == 1


@pytest.mark.parametrize("closed", ["1>&-", "0<&-", "1>&- 2>&-", "0<&- 1>&- 2>&-"])
def test_closed_streams(repo: Repo, closed: str) -> None:
    code, out, err = in_shell(repo, f"$M main..HEAD {closed}")
    assert code in (1, 3)
    assert "Traceback" not in out + err
    code, _, _ = in_shell(repo, f"$M main..HEAD -o json=kept.json {closed}")
    assert json.loads((repo.folder / "kept.json").read_text())["verdict"] == "breaking"


def test_a_file_is_replaced_whole_or_not_at_all(repo: Repo) -> None:
    """Where it is too large for the limit of the process, what was there stays, and nothing lies beside it."""
    target = repo.folder / "out" / "report.json"
    target.parent.mkdir()
    target.write_text("what was there")
    code, _, err = in_shell(repo, "trap '' XFSZ; ulimit -f 1; $M main..HEAD -o json=out/report.json")
    assert (code, err) == (3, "error: `out/report.json` cannot be written: File too large\n")
    assert target.read_text() == "what was there"
    assert os.listdir(target.parent) == ["report.json"]


def large(repo: Repo) -> None:
    """A graph that takes long enough to be interrupted."""
    from tests.e2e.playground import APP

    nodes = "".join(f"    n{n}: {{role: tool}}\n" for n in range(4000))
    text = APP.replace("  edges:\n", f"{nodes}  edges:\n")
    repo.commit({"large.yaml": text.replace("shop", "large")}, "large")


MOMENTS = (0.0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6)


def test_an_interruption_at_any_moment(repo: Repo) -> None:
    large(repo)
    target = repo.folder.parent / "report.json"
    before = repo.state()
    for moment in MOMENTS:
        target.write_text("what was there")
        process = subprocess.Popen(
            command("main..HEAD", "-f", "json", "-o", f"markdown={target}"),
            cwd=repo.folder,
            env=variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(moment)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        if process.returncode == -signal.SIGINT or "site.py" in err:
            continue  # before our first line: the interpreter's own start
        assert process.returncode in (1, 130), (moment, err)
        if process.returncode == 130:
            assert err.strip() in ("msdiff: interrupted", ""), (moment, err)
            assert out == "" or json.loads(out)
            assert target.read_text() == "what was there" or "msdiff" in target.read_text()
    assert repo.state() == before
    assert [one.name for one in repo.folder.parent.iterdir() if one.suffix == ".new"] == []


def test_an_interruption_leaves_no_process_and_no_temporary_folder(repo: Repo, tmp_path: Path) -> None:
    """In the midst of a merge, which needs a folder of its own."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    large(repo)
    repo.git("checkout", "--quiet", "main")
    repo.commit({"other.yaml": "a: 1\n"}, "main moved")
    for moment in (0.05, 0.1, 0.15, 0.2):
        process = subprocess.Popen(
            command("main..feature", "-f", "json"),
            cwd=repo.folder,
            env={**variables(), "TMPDIR": str(temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(moment)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert os.listdir(temporary) == []
