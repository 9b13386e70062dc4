"""A workflow step that is about to run, in a clone as actions/checkout makes it, beside a small GitHub."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from msdiff.commands import github_posting
from msdiff.scm.github import connected
from tests.e2e.conftest import Run
from tests.e2e.playground import Done, Repo
from tests.unit.github import payloads
from tests.unit.github.clones import Origin, checkout, origin
from tests.unit.github.fake import FakeGitHub, serving


class Step(NamedTuple):
    """`folder` holds the runner's files, and the clone in `clone/`."""

    folder: Path
    environment: pytest.MonkeyPatch
    run: Run
    github: FakeGitHub
    origin: Origin

    def event(self, name: str, payload: dict[str, Any], **variables: str) -> None:
        """The event that the next run is of."""
        path = self.folder / "event.json"
        path.write_text(json.dumps(payload))
        said = {"GITHUB_EVENT_PATH": str(path), "GITHUB_API_URL": self.github.address, **variables}
        for key, value in payloads.variables(name, **said).items():
            self.environment.setenv(key, value)

    def pull(self, **more: Any) -> dict[str, Any]:
        """The payload of the pull request."""
        return payloads.pull_request(base=self.origin.start, head=self.origin.feature, **more)

    def push(self, files: dict[str, str], *, run: int = 1002) -> None:
        """The branch gets another commit, GitHub makes another merge commit, and the next run is about to begin."""
        repo, clone = self.origin.repo, Repo(self.folder / "clone")
        repo.git("checkout", "--quiet", self.origin.feature)
        head = repo.commit(files)
        repo.git("checkout", "--quiet", self.origin.main)
        repo.git("merge", "--quiet", "--no-ff", "--message", "merge", head)
        merge = repo.git("rev-parse", "HEAD")
        repo.git("update-ref", "refs/pull/7/merge", merge)
        clone.git("fetch", "--quiet", "--depth=2", "origin", merge)
        clone.git("checkout", "--quiet", "--force", merge)
        self.github.pull(head=head)
        payload = payloads.pull_request(base=self.origin.start, head=head)
        self.event("pull_request", payload, GITHUB_SHA=merge, GITHUB_RUN_ID=str(run))

    def __call__(self, *words: str) -> Done:
        """Run `msdiff github`."""
        for name in ("summary", "output"):
            (self.folder / name).write_text("")
        return self.run("github", *words)

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text()

    @property
    def outputs(self) -> dict[str, str]:
        """As the runner reads them: name<<WORD, lines, WORD."""
        found: dict[str, str] = {}
        lines = iter((self.folder / "output").read_text().splitlines())
        for line in lines:
            name, _, word = line.partition("<<")
            value = []
            while (said := next(lines)) != word:
                value.append(said)
            found[name] = "\n".join(value)
        return found

    @property
    def body(self) -> str:
        """The one comment of ours."""
        (body,) = self.github.bodies()
        return str(body)


@pytest.fixture(name="step")
def a_step(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Step]:
    """The step of a pull request that makes the embedder wider and leaves the index behind."""
    made = origin(tmp_path / "origin")
    clone = checkout(made, tmp_path / "clone", made.merge, depth=2)
    monkeypatch.chdir(clone.folder)
    for name, value in {
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_TOKEN": "secret",
        "MSDIFF_DEFAULT_TOKEN": "secret",
        "RUNNER_TEMP": str(tmp_path / "temp"),
    }.items():
        monkeypatch.setenv(name, value)
    quick: dict[str, Any] = {"pauses": (0.0, 0.0), "writes_apart": 0.0, "sleep": lambda seconds: None}
    monkeypatch.setattr(github_posting, "connected", lambda *words, **more: connected(*words, **more, **quick))
    with serving(FakeGitHub()) as github:
        github.pull(head=made.feature)
        step = Step(tmp_path, monkeypatch, run, github, made)
        step.event("pull_request", step.pull(), GITHUB_SHA=made.merge)
        yield step


HOSTILE = "a\u202e@acme/everyone --> <img src=x> | ``` #1 ##[error]x"


def harmless(log: str) -> bool:
    """Whether the only workflow commands of a log are ours."""
    lines = [line.lstrip() for line in log.splitlines()]
    words = ("::stop-commands::", "::error file=", "::error title=", "::warning file=", "::notice ")
    ours = [line for line in lines if line.startswith(words) or (len(line) == 36 and line.startswith("::"))]
    return len(ours) == sum(line.startswith("::") for line in lines) and "##[" not in log


def rendered(markdown: str) -> str:
    """The HTML of it; what is HTML in it stays so."""
    from markdown_it import MarkdownIt  # rich brings it

    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))
