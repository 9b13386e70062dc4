"""Hostile files, end to end: refused with a place and a hint where head holds them, said and unknown where base does."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Run
from tests.e2e.playground import APP, WIDER
from tests.hostile.inputs import READ, REFUSED, TOP, Hostile

ids = [one.name for one in REFUSED]


@pytest.fixture
def sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a graph in `good`, and an empty `bad`."""
    (tmp_path / "good").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "good" / "app.yaml").write_text(APP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, files: Hostile) -> None:
    for name, text in files.files.items():
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)


@pytest.mark.parametrize("hostile", REFUSED, ids=ids)
def test_a_hostile_file_of_head_is_refused(hostile: Hostile, sides: Path, run: Run) -> None:
    write(sides / "bad", hostile)
    start = time.monotonic()
    for words in (("good", "bad"), ("good", "bad", "-f", "json"), ("check", "bad/"), ("graph", "bad/")):
        done = run(*words)
        assert (done.code, done.out) == (3, ""), words
        assert f"  --> {hostile.place}" in done.err
        assert hostile.message in done.err
        assert "hint: " in done.err if hostile.hint else True
        assert hostile.hint in done.err
        assert "Traceback" not in done.err
    assert time.monotonic() - start < 20
    assert not (sides / "pwned").exists()


@pytest.mark.parametrize("hostile", REFUSED, ids=ids)
def test_a_hostile_file_of_base_blocks_nothing_and_makes_nothing_safe(hostile: Hostile, sides: Path, run: Run) -> None:
    write(sides / "bad", hostile)
    done = run("bad", "good", "-f", "json")
    report = json.loads(done.out)
    assert (done.code, report["verdict"], done.err) == (0, "unverified", "")
    assert any(hostile.message in one["message"] for one in report["errors"])
    assert {one["side"] for one in report["errors"]} == {"base"}
    added = [one for one in report["changes"] if one["kind"].endswith(".added")]
    assert {one["classification"] for one in added} <= {"unverified"}
    assert run("bad", "good", "--strict").code == 1
    assert hostile.message.split("`")[0] in run("bad", "good").out


@pytest.mark.parametrize("name", READ)
def test_what_can_be_read_is_read(name: str, sides: Path, run: Run) -> None:
    (sides / "bad" / "app.yaml").write_bytes(READ[name])
    done = run("good", "bad", "-f", "json")
    assert (done.code, json.loads(done.out)["verdict"], done.err) == (0, "unchanged", "")


def test_every_problem_of_a_run_is_said(sides: Path, run: Run) -> None:
    (sides / "bad" / "app.yaml").write_text(APP.replace("role: embedder", "role: embeder").replace("768", "many"))
    (sides / "bad" / "more.yaml").write_text(f"{TOP}spec: []\n")
    done = run("good", "bad")
    places = [line for line in done.err.splitlines() if "-->" in line]
    assert places == [
        f"  --> {place}" for place in ("app.yaml:8:13", "app.yaml:10:54", "app.yaml:13:52", "more.yaml:4:7")
    ]


def test_no_nesting_crashes_the_interpreter(sides: Path) -> None:
    """In a process of its own: a crash of libyaml would take the tests with it."""
    for number, text in enumerate(("[" * 40_000, "{a: " * 40_000, "- " * 40_000, "&a [" * 40_000, "? " * 40_000)):
        (sides / "bad" / f"{number}.yaml").write_text(f"{TOP}spec: {text}\n" if number < 2 else f"{TOP}spec:\n{text}\n")
    done = subprocess.run(
        [sys.executable, "-m", "msdiff", "good", "bad"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path), "PATH": ""},
    )
    assert (done.returncode, done.stdout, done.stderr.splitlines()[-1]) == (3, "", "5 errors")


def test_a_file_over_the_limit_says_how_to_read_it(sides: Path, run: Run) -> None:
    (sides / "bad" / "app.yaml").write_text(WIDER + "#" * 5000)
    done = run("good", "bad", "--max-file-size", "4kB")
    assert (done.code, done.err) == (
        3,
        "error: the file has more than 4,000 bytes\n  --> app.yaml:1:1\n"
        "  hint: split it into several files, or read larger ones: --max-file-size, or `limits.fileBytes` in msdiff.yaml\n",
    )
    assert run("good", "bad", "--max-file-size", "6kB").code == 1


def test_a_large_file_that_is_not_ours_is_left_alone(sides: Path, run: Run) -> None:
    (sides / "bad" / "app.yaml").write_text(APP)
    (sides / "bad" / "data.json").write_text('{"rows": [' + "1, " * 5000 + "1]}")
    done = run("good", "bad", "--max-file-size", "4kB")
    assert (done.code, done.err) == (0, "")


def test_a_huge_scalar_is_read_and_never_shown_whole(sides: Path, run: Run) -> None:
    text = f"{TOP}spec: {{nodes: {{n: {{role: tool, description: '{'x' * 5_000_000}'}}}}}}\n"
    (sides / "good" / "app.yaml").write_text(text.replace("role: tool", "role: model"))
    (sides / "bad" / "app.yaml").write_text(text.replace("xxx'", "xxy'"))
    for format in ("terminal", "markdown"):
        done = run("good", "bad", "-f", format)
        assert done.code == 0
        assert len(done.out) < 10_000


def test_what_would_take_too_long_ends(sides: Path, run: Run) -> None:
    """A ring of calls: nothing about it is too large to read."""
    nodes = "".join(f"    n{n}: {{role: tool, latency: {{p95Ms: 1}}}}\n" for n in range(4000))
    edges = "".join(f"    - {{from: n{n}, to: n{(n + 1) % 4000}, kind: call, timeoutMs: 10}}\n" for n in range(4000))
    (sides / "bad" / "app.yaml").write_text(f"{TOP}spec:\n  nodes:\n{nodes}  edges:\n{edges}")
    start = time.monotonic()
    done = run("good", "bad", "--max-time", "2s")
    assert (done.code, done.out, done.err) == (
        3,
        "",
        "error: this takes more than 2 seconds of computing\n"
        "  hint: Compare less (msdiff RANGE -- PATHS, `sources.exclude` in msdiff.yaml), or wait longer: --max-time\n",
    )
    assert time.monotonic() - start < 30
    for word in ("0", "never", "-1s", "1e9s"):
        assert run("good", "bad", f"--max-time={word}").code == 2


@pytest.mark.parametrize("length", [5000])
def test_a_long_chain_of_references_does_not_recurse(length: int, sides: Path, run: Run) -> None:
    nodes = "".join(f"    n{n}: {{specRef: '#n{n + 1}'}}\n" for n in range(length))
    (sides / "bad" / "app.yaml").write_text(f"{TOP}spec:\n  nodes:\n{nodes}    n{length}: {{role: tool}}\n")
    report = json.loads(run("good", "bad", "-f", "json").out)
    added = [one["new"] for one in report["changes"] if one["kind"] == "node.added"]
    assert added == ["tool"] * (length + 1)


SIZES = {
    "10^5 nodes": f"{TOP}spec:\n  nodes:\n" + "".join(f"    n{n}: {{role: tool}}\n" for n in range(100_000)),
    "10^5 keys that are none": f"{TOP}spec: {{nodes: {{n: {{{', '.join(f'k{n}: 1' for n in range(100_000))}}}}}}}\n",
    "one key 10^5 times": f"{TOP}spec: {{nodes: {{n: {{{', '.join(['role: tool'] * 100_000)}}}}}}}\n",
    "10^5 edges of one kind": f"{TOP}spec:\n  nodes: {{a: {{}}, b: {{}}}}\n  edges:\n"
    + "    - {from: a, to: b}\n" * 100_000,
    "10^5 edges from nowhere": f"{TOP}spec:\n  nodes: {{a: {{}}}}\n  edges:\n"
    + "".join(f"    - {{from: x{n}, to: a}}\n" for n in range(100_000)),
    "10^5 documents of others": APP + "---\na: 1\n" * 100_000,
    "10^5 documents": "---\n".join(
        TOP.replace("shop", f"a{n}") + "spec: {nodes: {n: {role: tool}}}\n" for n in range(100_000)
    ),
    "10^5 anchors": f"{TOP}x-a:\n" + "".join(f"- &a{n} {n}\n" for n in range(100_000)) + "spec: {nodes: {n: {}}}\n",
    "a name of 10^5 letters": f"{TOP}spec:\n  nodes:\n    ? {'n' * 100_000}\n    : {{}}\n  edges:\n"
    + f"    - {{from: {'n' * 99_999}m, to: {'m' * 100_000}}}\n" * 100,
    "a name of 10^5 dots": f"{TOP}spec:\n  nodes: {{a: {{}}}}\n  edges:\n    - {{from: {'.' * 100_000}, to: a}}\n",
    "20,000 SLOs": f"{TOP}spec:\n  nodes: {{a: {{}}}}\n  slos:\n"
    + "".join(f"    - {{name: s{n}, at: a, percentile: p95, latencyMs: 1}}\n" for n in range(20_000)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SIZES)
def test_sizes_that_mean_harm_end(name: str, sides: Path) -> None:
    """Refused, or compared, either way round, within two minutes on a slow machine."""
    (sides / "bad" / "app.yaml").write_text(SIZES[name])
    for words in (("good", "bad"), ("bad", "good")):
        done = subprocess.run(
            [sys.executable, "-m", "msdiff", *words],
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
        )
        assert done.returncode in (0, 1, 3), done.stderr[-500:]
        assert len(done.stdout) < 50_000_000
        assert len(done.stderr) < 100_000
