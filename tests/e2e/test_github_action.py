"""The composite action: every `run` of action.yml executed by bash, in a clean folder, as a runner would."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.unit.github import payloads
from tests.unit.github.clones import Origin, checkout, origin
from tests.unit.github.fake import FakeGitHub, serving

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_IS = re.compile(r"(\S+) (==|!=) '([^']*)'")


class Runner(NamedTuple):
    """A machine with nothing on it but Python and git: `home` holds all that a job has."""

    home: Path
    github: FakeGitHub

    def job(self, clone: Path, event: str, payload: dict[str, Any], inputs: dict[str, str], **more: str) -> "Job":
        """All steps of the action, one after the other; a kept environment is restored as GitHub's cache would."""
        (self.home / "event.json").write_text(json.dumps(payload))
        said = {"GITHUB_EVENT_PATH": str(self.home / "event.json"), "GITHUB_API_URL": self.github.address, **more}
        job = Job(self, payloads.variables(event, **said), inputs, {}, [], {})
        for step in STEPS:
            if "if" in step and not job.holds(step["if"]):
                continue
            if "uses" in step:
                is_kept = (self.home / "temp/msdiff-env/bin/msdiff").exists()
                job.outputs[step["id"]] = {"cache-hit": str(is_kept).lower()}
                continue
            code = job.run(step, clone)
            if code:
                return job._replace(code=code)
        return job


class Job(NamedTuple):
    """One run of the action: what the runner set, what each step put out, and what was printed."""

    runner: Runner
    variables: dict[str, str]
    inputs: dict[str, str]
    outputs: dict[str, dict[str, str]]
    printed: list[str]
    seconds: dict[str, float]
    code: int = 0

    def value(self, name: str) -> str:
        match name.split("."):
            case ["inputs", key]:
                return self.inputs.get(key, str(ACTION["inputs"][key].get("default", "")))
            case ["steps", step, "outputs", key]:
                return self.outputs.get(step, {}).get(key, "")
            case ["github", "token"]:
                return "secret"
        raise AssertionError(name)

    def text(self, said: object) -> str:
        found = _EXPRESSION.sub(lambda one: self.value(one[1]), str(said))
        return _EXPRESSION.sub(lambda one: self.value(one[1]), found)  # a default may be an expression

    def holds(self, condition: str) -> bool:
        found = _IS.fullmatch(condition)
        assert found, condition
        return (self.text(f"${{{{ {found[1]} }}}}") == found[3]) == (found[2] == "==")

    def run(self, step: dict[str, Any], clone: Path) -> int:
        home = self.runner.home
        script, output = home / "step.sh", home / "output"
        script.write_text(step["run"])
        output.write_text("")
        environment = {
            **{name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))},
            "PATH": f"{sys.base_prefix}/bin:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            "RUNNER_OS": "Linux",
            "RUNNER_ARCH": "X64",
            "RUNNER_TEMP": str(home / "temp"),
            "GITHUB_WORKSPACE": str(clone),
            "GITHUB_ACTION_PATH": str(home / "action"),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(home / "summary"),
            **self.variables,
            **{name: self.text(value) for name, value in step.get("env", {}).items()},
        }
        start = time.monotonic()
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=clone / self.text(step.get("working-directory", ".")),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.seconds[step["id"]] = time.monotonic() - start
        self.printed.append(done.stdout + done.stderr)
        self.outputs[step["id"]] = dict(outputs_in(output.read_text()))
        return done.returncode

    @property
    def log(self) -> str:
        return self.printed[-1]


def outputs_in(text: str) -> Iterator[tuple[str, str]]:
    """As the runner reads them: `name=value`, or name<<WORD, lines, WORD."""
    lines = iter(text.splitlines())
    for line in lines:
        if "<<" not in line:
            name, _, value = line.partition("=")
            yield name, value
            continue
        name, _, word = line.partition("<<")
        said = []
        while (one := next(lines)) != word:
            said.append(one)
        yield name, "\n".join(said)


@pytest.fixture(scope="module", name="runner")
def _runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    home = tmp_path_factory.mktemp("runner")
    (home / "temp").mkdir()
    unwanted = shutil.ignore_patterns(".git", "*.pyc", "__pycache__", ".venv*", "tests", "_compiled.json*", ".*_cache")
    shutil.copytree(ROOT, home / "action", ignore=unwanted)
    with serving(FakeGitHub()) as github:
        yield Runner(home, github)


@pytest.fixture(name="made")
def _made(tmp_path: Path) -> Origin:
    return origin(tmp_path / "origin")


def test_no_input_is_part_of_a_script() -> None:
    assert [step["id"] for step in STEPS if "${{" in step.get("run", "")] == []


def test_every_input_is_used_and_every_output_is_made() -> None:
    text = (ROOT / "action.yml").read_text()
    unused = [name for name in ACTION["inputs"] if f"inputs.{name}" not in text]
    assert unused == []
    assert all("description" in one for one in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))


def test_other_actions_are_pinned() -> None:
    assert all(re.search(r"@[0-9a-f]{40}$", step["uses"]) for step in STEPS if "uses" in step)


@pytest.mark.slow
def test_the_action_in_a_clean_folder(runner: Runner, made: Origin, tmp_path: Path) -> None:
    runner.github.pull(head=made.feature)
    clone = checkout(made, tmp_path / "clone", made.merge, depth=2).folder
    payload = payloads.pull_request(base=made.start, head=made.feature)
    first = runner.job(
        clone, "pull_request", payload, {"formats": "json,sarif", "check-run": "true"}, GITHUB_SHA=made.merge
    )
    assert first.code == 1, first.log
    assert "::error file=app.yaml,line=10," in first.log
    outputs = first.outputs["msdiff"]
    made_outputs = {name: first.text(one["value"]) for name, one in ACTION["outputs"].items()}
    assert made_outputs["verdict"] == "breaking"
    assert made_outputs["comment"] == "created"
    assert all(made_outputs.values())
    assert Path(outputs["report-sarif"]).is_file()
    assert Path(outputs["report-sarif"]).is_relative_to(runner.home / "temp")
    assert (runner.home / "summary").read_text().startswith("## msdiff: breaking\n")
    again = runner.job(clone, "pull_request", payload, {}, GITHUB_SHA=made.merge)
    assert "install" not in again.outputs  # it was kept
    assert again.outputs["msdiff"]["comment"] == "unchanged"
    assert int(again.outputs["msdiff"]["api-calls"]) <= 6
    assert again.seconds["msdiff"] < 3


@pytest.mark.slow
def test_no_module_of_the_pull_request_is_ever_imported(runner: Runner, made: Origin, tmp_path: Path) -> None:
    clone = checkout(made, tmp_path / "clone", made.merge, depth=2)
    for name in ("msdiff", "github", "yaml", "json", "site", "sitecustomize", "requests", "pydantic"):
        clone.write({f"{name}/__init__.py": "import os\nos._exit(0)\n", f"{name}.py": "import os\nos._exit(0)\n"})
    payload = payloads.pull_request(base=made.start, head=made.feature)
    job = runner.job(clone.folder, "pull_request", payload, {"comment": "never"}, GITHUB_SHA=made.merge)
    assert job.code == 1, job.log


@pytest.mark.slow
def test_inputs_are_words_and_nothing_else(runner: Runner, made: Origin, tmp_path: Path) -> None:
    clone = checkout(made, tmp_path / "clone", made.merge, depth=2)
    payload = payloads.pull_request(base=made.start, head=made.feature)
    evil = "x'; touch evil; $(touch evil) `touch evil`"
    inputs = {"comment-key": evil, "accept-label": evil, "ping": f"{evil}\n@acme/search", "paths": "app.yaml\n"}
    job = runner.job(clone.folder, "pull_request", payload, {**inputs, "comment": "never"}, GITHUB_SHA=made.merge)
    assert job.code == 1, job.log
    job = runner.job(clone.folder, "pull_request", payload, {"config": "--help"}, GITHUB_SHA=made.merge)
    assert job.code == 3, job.log
    job = runner.job(clone.folder, "pull_request", payload, {"fail-on": "$(touch evil)"}, GITHUB_SHA=made.merge)
    assert job.code == 2, job.log
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.slow
def test_the_second_stage(runner: Runner, made: Origin, tmp_path: Path) -> None:
    clone = checkout(made, tmp_path / "clone", made.merge, depth=2).folder
    payload = payloads.pull_request(base=made.start, head=made.feature, fork="eve/shop")
    job = runner.job(clone, "pull_request", payload, {"comment": "never"}, GITHUB_SHA=made.merge)
    (tmp_path / "empty").mkdir()
    shutil.move(job.outputs["msdiff"]["report-json"], tmp_path / "empty" / "msdiff.json")
    runner.github.pull(head=made.feature, repository="eve/shop")
    run = payloads.workflow_run(head=made.feature, fork="eve/shop")
    inputs = {"report": "msdiff.json", "comment-key": "second stage"}
    job = runner.job(tmp_path / "empty", "workflow_run", run, inputs)
    assert job.code == 0, job.log
    assert job.outputs["msdiff"]["comment"] == "created"
