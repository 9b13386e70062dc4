"""`msdiff demo [DIR]`: a small git repository in which a harmless-looking branch breaks three things, compared.

In: a folder that does not exist or is empty. Out: the repository in it, and the report of `msdiff main..HEAD` there.
Promise: the same commits on every machine, and nothing outside the folder.
"""

import os
import shlex
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msdiff.commands.comparing import comparison
from msdiff.commands.options import Arguments, Parser, add_color, add_common
from msdiff.commands.output import Target, deliver, print_text, write_file
from msdiff.errors import GitError, OutputError, UsageError
from msdiff.model.report import Report
from msdiff.report.escape import visible
from msdiff.scm.process import Git, git_at

DEFAULT = "msdiff-demo"
RANGE = "main..HEAD"
FILES = ("README.md", "app.yaml", "models/embedder.modelspec.yaml")
_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "demo_files")
_NOT_OURS = (  # a hook's variables lead to the hook's repository
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
)
_IDENTITY = {
    "GIT_AUTHOR_NAME": "msdiff demo",
    "GIT_AUTHOR_EMAIL": "demo@example.invalid",
    "GIT_COMMITTER_NAME": "msdiff demo",
    "GIT_COMMITTER_EMAIL": "demo@example.invalid",
}
_COMMIT = ("-c", "commit.gpgSign=false", "-c", "core.autocrlf=false", "commit", "--quiet", "--no-verify")

_USAGE = "msdiff demo [DIR] [options]"
_ABOUT = f"""\
Write a small git repository to DIR (default: {DEFAULT}), with a main and a feature branch, and run
the comparison in it. The exit code is 0: the demonstration worked, whatever it found."""
_EXAMPLES = ("msdiff demo", "msdiff demo /tmp/try")


class Edit(NamedTuple):
    """`old` occurs once in the file."""

    file: str
    old: str
    new: str


class Step(NamedTuple):
    """One commit."""

    branch: str
    message: str
    edits: tuple[Edit, ...]


_SPEC, _APP, _FEATURE = "models/embedder.modelspec.yaml", "app.yaml", "feature/better-answers"
STORY = (
    Step("main", "Answer questions from documents", ()),
    Step(
        _FEATURE,
        "Use the large embedder: better recall",
        (
            Edit(_SPEC, "id: intfloat/e5-base-v2", "id: intfloat/e5-large-v2"),
            Edit(_SPEC, "hf://intfloat/e5-base-v2@1c644c9", "hf://intfloat/e5-large-v2@f169b11"),
            Edit(_APP, "{vector: {type: embedding, dimension: 768,", "{vector: {type: embedding, dimension: 1024,"),
        ),
    ),
    Step(_FEATURE, "Rerank with more context", (Edit(_APP, "latency: {p95Ms: 80}", "latency: {p95Ms: 160}"),)),
    Step(
        _FEATURE,
        "Give the model the question as it was asked",
        (Edit(_APP, "{from: safety_filter.text, to: llm.query}", "{from: user_input.text, to: llm.query}"),),
    ),
    Step("main", "Release 2.3.1", (Edit(_APP, 'version: "2.3.0"', 'version: "2.3.1"'),)),
)


def parser() -> Parser:
    """The words of the demonstration."""
    found = Parser(_USAGE, _ABOUT, _EXAMPLES)
    found.add_argument("words", nargs="*", metavar="DIR", help="a folder that does not exist, or is empty")
    add_color(found.add_argument_group("report"))
    add_common(found)
    return found


def run(arguments: Arguments) -> int:
    """Write the repository, compare in it, say what to try next."""
    if len(arguments.words) > 1:
        raise UsageError("the demonstration goes to one folder", hint="msdiff demo DIR")
    name = arguments.words[0] if arguments.words else DEFAULT
    folder = os.path.abspath(name)
    write_repository(folder)
    print_text(visible(f"A small repository was written to {folder}:") + "\n")
    print_text("main, and feature/better-answers with three commits that look harmless.\n\n")
    print_text(visible(f"$ cd {shlex.quote(name)} && msdiff {RANGE}") + "\n")
    before = os.getcwd()
    os.chdir(folder)
    try:
        with comparison(arguments, (RANGE,)) as done:
            report = done.report
        deliver(report, (Target("terminal", "-"),), arguments, range=RANGE)
    finally:
        os.chdir(before)
    print_text("".join(visible(line) + "\n" for line in _next(name, report)))
    return 0


def _next(name: str, report: Report) -> Iterator[str]:
    yield ""
    yield f"The exit code of that comparison is {report.exit_code}; it would stop a pull request."
    yield "Go on in it:"
    yield f"  cd {shlex.quote(name)}"
    if report.findings:
        yield f"  msdiff explain {report.findings[0].fingerprint[:8]} {RANGE}     from the changed line to what breaks"
    yield f"  msdiff explain llm {RANGE}          why the answer is affected"
    yield "  msdiff graph -f svg -o app.svg        a picture"
    yield "  $EDITOR app.yaml && msdiff            your own change, before you commit it"


def write_repository(folder: str) -> None:
    """The repository of the story. Raises `UsageError` for a folder with something in it, `GitError`, `OutputError`."""
    _make(folder)
    git = git_at(folder, os.environ).without(*_NOT_OURS)
    _done(git, "init", "--quiet", "--template=")
    _done(git, "symbolic-ref", "HEAD", "refs/heads/main")
    files = {name: _packaged(name) for name in FILES}
    branches: dict[str, Mapping[str, str]] = {}
    for number, step in enumerate(STORY):
        if step.branch not in branches and branches:
            _done(git, "checkout", "--quiet", "-b", step.branch, "main")
        elif branches:
            _done(git, "checkout", "--quiet", step.branch)
        files = branches[step.branch] = _edited(dict(branches.get(step.branch, files)), step.edits)
        for path, text in files.items():
            _write(folder, path, text)
        _commit(git, step.message, number)
    _done(git, "checkout", "--quiet", _FEATURE)


def _make(folder: str) -> None:
    try:
        if os.path.lexists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
            raise UsageError(
                f"`{folder}` is there already, and not an empty folder", hint="Name another: msdiff demo DIR"
            )
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise OutputError(f"`{folder}` cannot be made: {error.strerror}") from None


def _write(folder: str, path: str, text: str) -> None:
    place = os.path.join(folder, *path.split("/"))
    os.makedirs(os.path.dirname(place), exist_ok=True)
    write_file(place, text)


def _packaged(name: str) -> str:
    with open(os.path.join(_FOLDER, *name.split("/")), encoding="utf-8") as file:
        return file.read()


def _edited(files: dict[str, str], edits: tuple[Edit, ...]) -> dict[str, str]:
    for edit in edits:
        text = files[edit.file]
        if text.count(edit.old) != 1:
            raise AssertionError(f"the story of the demonstration does not fit {edit.file}")
        files[edit.file] = text.replace(edit.old, edit.new)
    return files


def _commit(git: Git, message: str, number: int) -> None:
    """A commit whose id is the same everywhere: a day each, at noon UTC."""
    date = f"2026-03-{number + 2:02d}T12:00:00+00:00"
    dated = git._replace(variables={**git.variables, **_IDENTITY, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date})
    _done(dated, "-c", "core.autocrlf=false", "add", "--all")
    _done(dated, *_COMMIT, "--message", message)


def _done(git: Git, *arguments: str) -> None:
    result = git.run(*arguments)
    if result.code:
        said = result.err.strip().splitlines()
        raise GitError(f"git cannot write the demonstration: {said[-1] if said else f'exit code {result.code}'}")
