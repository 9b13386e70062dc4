"""`msdiff github`: what a workflow step runs. Base and head from the event; log, annotations, summary, outputs, comment.

In: the runner's variables. Out: the exit code of the verdict, whatever GitHub does. Promise: everything that needs no
network is written before GitHub is asked for anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from msdiff.commands.failures import error_text
from msdiff.commands.github_judging import Judged, judged, line_links
from msdiff.commands.github_posting import MODES, ON_CHANGE, Exchange, access, exchange
from msdiff.commands.github_runner import Runner
from msdiff.commands.github_text import summary_text
from msdiff.commands.options import Arguments, Parser, add_common, add_judging, add_policy, one_of, report_format
from msdiff.commands.output import Target, deliver
from msdiff.errors import InputError, ManyErrors, MsdiffError, OutputError, UsageError
from msdiff.report import RENDERERS, RenderOptions
from msdiff.report.json_v1 import document
from msdiff.scm.github_event import RUN, Event, read_event

_USAGE = "msdiff github [options] [-- PATHS]"
_ABOUT = """\
Compare what the event of this workflow run changes: a pull request (its merge commit
against the first parent), a push, a merge group, a run by hand. Writes the log,
annotations, the job summary, the step's outputs and report files, then one comment
on the pull request. The exit code is the verdict's, whatever GitHub answers.

The token is read from GITHUB_TOKEN. The Action (action.yml) calls this command."""
_EXAMPLES = (
    "msdiff github",
    "msdiff github --formats json,sarif --fail-on risky",
    "msdiff github --base origin/release           against another branch",
    "msdiff github --report msdiff.json            second stage, on: workflow_run",
)
_FILES = {
    "terminal": "msdiff.txt",
    "markdown": "msdiff.md",
    "json": "msdiff.json",
    "sarif": "msdiff.sarif",
    "html": "msdiff.html",
    "gitlab": "msdiff-gitlab.json",
    "junit": "msdiff-junit.xml",
    "github": "msdiff-annotations.txt",
}

_NOTHING_LEFT = InputError(
    "the run of the pull request left no report: it could not compare",
    hint="Its log says why; if it did compare, its artifact could not be fetched.",
)


def parser() -> Parser:
    """The words of a step."""
    found = Parser(_USAGE, _ABOUT, _EXAMPLES)
    group = found.add_argument_group("what is compared")
    group.add_argument("--base", metavar="REV", help="compare with this instead of what the event says")
    group.add_argument("--report", metavar="FILE", help="comment on a JSON report of an earlier run (workflow_run)")
    group.add_argument(
        "--allow-pull-request-target",
        action="store_true",
        help="run on pull_request_target, which is refused otherwise",
    )
    _add_comment(found)
    group = found.add_argument_group("reports")
    group.add_argument(
        "--formats", type=_formats, default=("json",), metavar="LIST", help="report files: json,sarif,html"
    )
    group.add_argument("--report-folder", metavar="DIR", help="where they go (default: RUNNER_TEMP/msdiff)")
    group.add_argument("--no-annotations", action="store_true", help="no remarks on lines")
    group.add_argument("-v", "--verbose", action="count", default=0, help="fold nothing")
    add_judging(found)
    add_policy(found)
    add_common(found)
    return found


def _add_comment(parser: Parser) -> None:
    group = parser.add_argument_group("comment")
    group.add_argument(
        "--comment",
        type=lambda text: one_of(text, MODES, "--comment"),
        default=ON_CHANGE,
        metavar="WHEN",
        help="always, on-change (once something is not known to be safe; then kept up to date) or never",
    )
    group.add_argument("--comment-key", metavar="KEY", help="tells the comments of several configurations apart")
    group.add_argument("--comment-author", metavar="LOGIN", help="who the token writes as, if it is not GITHUB_TOKEN")
    group.add_argument("--ping", action="append", default=[], metavar="OWNER", help="an owner who may be mentioned")
    group.add_argument("--suggest", action="store_true", help="suggest obvious edits on lines that the diff shows")
    group.add_argument("--accept-label", default="", metavar="NAME", help="a label that accepts all that was found")
    group.add_argument("--check-run", action="store_true", help="make a Check Run of the verdict, too")


def run(arguments: Arguments) -> int:
    """Judge the event, tell the runner, then GitHub; the exit code of the verdict."""
    event, runner = read_event(os.environ), Runner(os.environ)
    _complete(arguments)
    found = _handed_on(event, arguments) if arguments.report else judged(event, arguments)
    problem = _told(found, arguments, runner)
    answer = exchange(event, found, arguments, access(event, arguments, os.environ))
    code = 0 if arguments.report or answer.is_accepted else found.exit_code
    _closed(answer, code, runner)
    if problem is not None and not code:
        raise problem
    return code


def _complete(arguments: Arguments) -> None:
    """The key of the comment is what is compared, so that two configurations have two comments."""
    if arguments.comment_key is None:
        arguments.comment_key = " ".join(filter(None, (arguments.config, *arguments.paths))) or "default"
    if len(arguments.comment_key) > 100:
        arguments.comment_key = f"{arguments.comment_key[:60]}…{_digest(arguments.comment_key)}"


def _digest(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _handed_on(event: Event, arguments: Arguments) -> Judged:
    """The report of the run that has finished; only the event says what it is about."""
    from msdiff.commands.github_artifact import read_report

    if event.kind != RUN:
        raise UsageError(
            f"`--report` is for a second stage, and this is `{event.name}`",
            hint="Use it in a workflow with on: workflow_run",
        )
    if arguments.check_run:
        raise UsageError(
            "`--check-run` is for a run that compares: a report of a pull request may say anything",
            hint="The check to require is the first stage's job",
        )
    if not os.path.lexists(arguments.report):
        return Judged(None, _NOTHING_LEFT, event.head_sha)
    link = line_links(event, lambda file: event.head_sha)
    return Judged(read_report(arguments.report), None, event.head_sha, link=link)


def _told(found: Judged, arguments: Arguments, runner: Runner) -> OutputError | ManyErrors | None:
    """Log, annotations, summary, report files and outputs; the problem of a report that could not be written."""
    runner.summarize(summary_text(found, arguments))
    if found.error is not None:
        _tell_error(found.error, runner)
        runner.output({"verdict": "error", "exit-code": found.exit_code})
        return None
    if found.report is None:
        runner.say("there is nothing to compare")
        runner.output({"verdict": "unchanged", "exit-code": 0})
        return None
    options = RenderOptions(range=found.local, verbose=arguments.verbose)
    runner.log(RENDERERS["terminal"](found.report, options))
    if not arguments.no_annotations and not arguments.report:
        runner.annotate(RENDERERS["github"](found.report, options))
    wanted = tuple(_targets(arguments))
    problem = _delivered(found, wanted, arguments)
    runner.output(_outputs(found, wanted))
    return problem


def _tell_error(error: MsdiffError, runner: Runner) -> None:
    runner.log(error_text(error))
    first = error.errors[0] if isinstance(error, ManyErrors) else error
    place = first.location
    runner.annotate_error(error_text(first).strip(), (place.file, place.line) if place else None)


def _targets(arguments: Arguments) -> Iterator[Target]:
    folder = arguments.report_folder or os.path.join(os.environ.get("RUNNER_TEMP") or ".", "msdiff")
    for name in arguments.formats if not arguments.report else ():
        yield Target(name, os.path.abspath(os.path.join(folder, _FILES.get(name, f"msdiff.{name}"))))


def _delivered(found: Judged, wanted: tuple[Target, ...], arguments: Arguments) -> OutputError | ManyErrors | None:
    try:
        for folder in {os.path.dirname(target.file) for target in wanted}:
            os.makedirs(folder, exist_ok=True)
        if found.report is not None:
            deliver(found.report, wanted, arguments, range=found.local, documents=found.documents)
    except OSError as error:
        return OutputError(f"no folder for reports: {error.strerror}", hint="--report-folder names another.")
    except (OutputError, ManyErrors) as error:
        return error
    return None


def _outputs(found: Judged, wanted: tuple[Target, ...]) -> dict[str, Any]:
    import json

    if found.report is None:
        return {}
    summary = document(found.report)["summary"]
    counts = ("changes", "breaking", "risky", "safe", "unverified", "affected", "introduced", "worsened", "resolved")
    files = {target.format: target.file for target in wanted}
    return {
        "verdict": found.report.verdict.value,
        "exit-code": found.exit_code,
        **{name: summary[name] for name in (*counts, "accepted", "preexisting")},
        "reports": json.dumps(files),
        **{f"report-{name}": file for name, file in files.items()},
    }


def _closed(answer: Exchange, code: int, runner: Runner) -> None:
    """What became of the comment, in the log, at the end of the summary and in the outputs."""
    for sentence in answer.sentences:
        runner.say(sentence)
    if {answer.outcome, answer.check} & {"failed", "no token"} or answer.is_accepted:
        from msdiff.report.escape import inline

        runner.summarize("\n".join(f"- {inline(sentence)}" for sentence in answer.sentences))
    runner.output(
        {
            "comment": answer.outcome,
            "comment-url": answer.url,
            "check-run": answer.check,
            "check-run-url": answer.check_url,
            "accepted-by-label": str(answer.is_accepted).lower(),
            "exit-code": code,
            "api-calls": answer.calls,
        }
    )


def _formats(text: str) -> tuple[str, ...]:
    words = tuple(filter(None, (word.strip() for word in text.split(","))))
    return tuple(dict.fromkeys(map(report_format, words)))
