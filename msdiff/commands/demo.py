"""`msdiff demo [DIR]`: a small git repository in which a harmless-looking branch breaks three things, compared.

In: a folder that does not exist or is empty. Out: the repository in it, and the report of `msdiff main..HEAD` there.
Promise: the same commits on every machine, and nothing outside the folder.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping

from msdiff.commands.comparing import comparison
from msdiff.commands.options import Arguments, Parser, add_color, add_common
from msdiff.commands.output import Target, deliver, print_text
from msdiff.errors import UsageError
from msdiff.model.records import NamedTuple
from msdiff.model.report import Report
from msdiff.report.escape import visible
from msdiff.scm.sample import Commit, write_repository

DEFAULT = "msdiff-demo"
RANGE = "main..HEAD"
FILES = ("README.md", "app.yaml", "models/embedder.modelspec.yaml")
_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "demo_files")
_USAGE = "msdiff demo [DIR] [options]"
_ABOUT = f"""\
Write a small git repository to DIR (default: {DEFAULT}), with a main and a feature branch, and run
the comparison in it. The exit code is 0: the demonstration worked, whatever it found."""
_EXAMPLES = ("msdiff demo", "msdiff demo playground")


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
_BASE, _LARGE = "1c644c92ad3ba1efdad3f1451a637716616a20e8", "f169b11e22de13617baa190a028a32f3493550b6"
STORY = (
    Step("main", "Answer questions from documents", ()),
    Step(
        _FEATURE,
        "Use the large embedder: better recall",
        (
            Edit(_SPEC, "id: intfloat/e5-base-v2", "id: intfloat/e5-large-v2"),
            Edit(_SPEC, f"hf://intfloat/e5-base-v2@{_BASE}", f"hf://intfloat/e5-large-v2@{_LARGE}"),
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
    write_repository(folder, tuple(commits()), _FEATURE)
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


def commits() -> Iterator[Commit]:
    """The story, with the files of each step."""
    files = {name: _packaged(name) for name in FILES}
    branches: dict[str, dict[str, str]] = {}
    for step in STORY:
        branches[step.branch] = _edited(branches.get(step.branch, files), step.edits)
        yield Commit(step.branch, step.message, branches[step.branch])


def _packaged(name: str) -> str:
    with open(os.path.join(_FOLDER, *name.split("/")), encoding="utf-8") as file:
        return file.read()


def _edited(files: Mapping[str, str], edits: tuple[Edit, ...]) -> dict[str, str]:
    edited = dict(files)
    for edit in edits:
        text = edited[edit.file]
        if text.count(edit.old) != 1:
            raise AssertionError(f"the story of the demonstration does not fit {edit.file}")
        edited[edit.file] = text.replace(edit.old, edit.new)
    return edited
