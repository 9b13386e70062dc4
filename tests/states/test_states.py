"""Every state of git by every command: the answer is right, nothing is written, and nothing of the repository runs."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Run
from tests.e2e.playground import IDENTITY, Done, everything, run_process
from tests.states.states import STATES, State, ordinary
from tests.states.tripwires import LIVE, Tripwires
from tests.unit.github import payloads

RANGE, HERE, STAGED = ("main..feature", "-f", "json"), ("-f", "json"), ("--staged", "-f", "json")
READING = (
    ("main", "-f", "sarif"),
    ("main...feature", "-f", "markdown"),
    ("main", "feature", "-f", "html"),
    ("main..feature", "-v", "--strict", "--trust", "base"),
    ("main..feature", "--", "sub"),
    ("no-such-branch..feature",),
    ("check",),
    ("check", "main", "-f", "junit"),
    ("graph", "-f", "svg"),
    ("graph", "feature", "-f", "json"),
    ("explain", "index", "main..feature"),
    ("explain", "embedder"),
    ("fix", "--dry-run", "main..feature"),
    ("rules",),
    ("schema", "report"),
    ("completion", "bash"),
    ("github", "--base", "main", "--comment", "never"),
)
WRITING = {  # and what they may change, besides the time of its folder
    ("accept", "FINGERPRINT", "--reason", "for now", "main..feature"): {".msdiff", ".msdiff/accepted.yaml"},
    ("fix", "main..feature"): {"app.yaml"},
    ("init",): {"msdiff.yaml"},
}
Make = Callable[[str], State]


@pytest.fixture
def wires(tmp_path: Path) -> Tripwires:
    return Tripwires(tmp_path / "wires")


@pytest.fixture
def make(tmp_path: Path, wires: Tripwires, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Make a state, with tripwires in it, and go there."""

    def made(name: str) -> State:
        if name == "another user's" and os.geteuid() != 0:
            pytest.skip("only root can give a folder away")
        (tmp_path / "states").mkdir()
        state = STATES[name](tmp_path / "states")
        for config in sorted(state.repository.rglob("config")):
            if (config.parent / "objects").is_dir():
                wires.configure(config.parent)
        for key, value in {**wires.variables(), **_runner(tmp_path), **state.variables}.items():
            monkeypatch.setenv(key, value)
        monkeypatch.chdir(state.folder)
        return state

    return made


def _runner(folder: Path) -> dict[str, str]:
    """The variables of a workflow step, for `msdiff github`; its files lie elsewhere."""
    (folder / "event.json").write_text(json.dumps({"repository": payloads.REPOSITORY}))
    files = {f"GITHUB_{name}": str(folder / name) for name in ("OUTPUT", "STEP_SUMMARY")}
    event = {"GITHUB_EVENT_PATH": str(folder / "event.json"), "RUNNER_TEMP": str(folder / "runner")}
    return payloads.variables("workflow_dispatch", **event, **files)


def unwritten(state: State, wires: Tripwires, run: Run, *words: str) -> Done:
    """Run it; nothing may be another afterwards, and no wire may have fired."""
    before = everything(state.repository)
    done = run(*words)
    assert differing(before, everything(state.repository)) == set(), words
    assert wires.fired() == [], words
    return done


def differing(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def says(done: Done, expected: str) -> None:
    """A verdict, or an error that ends the run."""
    if " " in expected:
        assert (done.code in (3, 4), done.out) == (True, ""), done
        assert expected in done.err
    else:
        verdict = json.loads(done.out)["verdict"]
        assert (verdict, done.code, done.err) == (expected, int(expected == "breaking"), "")


def compared(done: Done) -> dict[str, Any]:
    """A report without what differs between repositories that hold the same."""
    text = done.out.replace("deploy/moved.yaml", "sub/other.yaml").replace("sub/Other.yaml", "sub/other.yaml")
    report: dict[str, Any] = json.loads(text)
    for side in ("base", "head"):
        assert report[side].pop("commit")
    del report["notes"]
    return report


@pytest.mark.parametrize("name", STATES)
def test_a_state(name: str, make: Make, wires: Tripwires, run: Run) -> None:
    state = make(name)
    done = unwritten(state, wires, run, *RANGE)
    says(done, state.merged)
    says(unwritten(state, wires, run, *HERE), state.here)
    says(unwritten(state, wires, run, *STAGED), state.staged)
    if done.out:
        assert tuple(json.loads(done.out)["notes"]) == state.notes
    if done.out and state.is_alike:
        assert compared(done) == MEASURE


MEASURE: dict[str, Any] = {}


@pytest.fixture(autouse=True)
def _measure(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """What is said of an ordinary repository."""
    if not MEASURE:
        with monkeypatch.context() as patch:
            patch.chdir(ordinary(tmp_path_factory.mktemp("measure") / "repo").folder)
            MEASURE.update(compared(run(*RANGE)))


def some(*names: str) -> list[Any]:
    """Every state; those that are not named only in the long suite."""
    return [pytest.param(name, marks=() if name in names else pytest.mark.slow) for name in STATES]


@pytest.mark.parametrize("name", some("loose objects", "shallow", "bare inside another"))
def test_commands_that_read(name: str, make: Make, wires: Tripwires, run: Run) -> None:
    state = make(name)
    for words in READING:
        done = unwritten(state, wires, run, *words)
        assert done.code in (0, 1, 3, 4), (words, done)
        assert "Traceback" not in done.err


@pytest.mark.parametrize("name", some("loose objects", "sparse index"))
@pytest.mark.parametrize("words", WRITING)
def test_commands_that_write(name: str, words: tuple[str, ...], make: Make, wires: Tripwires, run: Run) -> None:
    """Their own file, and nothing else; where they fail, nothing at all."""
    state = make(name)
    if state.writable is None and words[0] == "init":
        pytest.skip("`init` writes to the working tree beside the git folder")
    allowed = {f"{state.writable}/{path}" for path in ("", *WRITING[words])}
    if words[0] == "accept":
        words = (words[0], fingerprint(run), *words[2:])
    before = everything(state.repository)
    done = run(*words)
    changed = {one.removesuffix("/.") for one in differing(before, everything(state.repository))}
    assert changed <= {one.removesuffix("/") for one in allowed}
    assert (done.code in (0, 2, 3, 4), wires.fired()) == (True, [])
    assert (changed == set()) == (done.code > 0 or "0 edits" in done.out), done


def fingerprint(run: Run) -> str:
    """Of the first finding; any, where there is none."""
    done = run(*RANGE)
    found = json.loads(done.out)["findings"] if done.out else []
    return str(found[0]["fingerprint"]) if found else "0123456789abcdef"


def test_the_demonstration_is_made_without_the_caller_s_variables(
    make: Make, wires: Tripwires, run: Run, tmp_path: Path
) -> None:
    state = make("loose objects")
    assert unwritten(state, wires, run, "demo", str(tmp_path / "demo")).code == 0


def test_no_module_of_a_repository_is_imported(make: Make, wires: Tripwires) -> None:
    """However msdiff is started."""
    state = make("dirty")
    wires.modules(state.folder)
    before = everything(state.repository)
    for words in (RANGE, ("check",), ("fix", "--dry-run", "main..feature")):
        assert run_process(state.folder, *words).code in (0, 1)
    assert wires.fired() == []
    assert differing(before, everything(state.repository)) == set()


@pytest.mark.parametrize("wire", LIVE)
def test_a_wire_is_live(wire: str, wires: Tripwires, tmp_path: Path) -> None:
    """Git, used without care, runs what the tests above hold not to run."""
    folder = STATES["conflict in a graph"](tmp_path).folder
    wires.configure(folder / ".git", wire)
    words = ["git", *LIVE[wire]]
    subprocess.run(words, cwd=folder, env={**os.environ, **IDENTITY}, input=b"url=https://x/\n\n", capture_output=True)
    assert wire in wires.fired()
