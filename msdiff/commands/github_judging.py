"""An event -> the report on what it changes, or why there is none.

In go the event, the clone in the working directory and the command line. Promise: on a pull request, in a merge queue
and in a second stage, configuration, rules of the team's own and acceptances come from base.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from urllib.parse import quote

from msdiff.commands.comparing import Comparison, comparison
from msdiff.commands.options import Arguments
from msdiff.commands.output import documents_of
from msdiff.commands.policy import BASE
from msdiff.errors import MsdiffError, UsageError
from msdiff.model.records import NamedTuple
from msdiff.model.report import Report, Side
from msdiff.report.escape import code_block, code_span, shell_word, visible
from msdiff.report.options import Documents
from msdiff.scm.github_event import PULL, QUEUE, RUN, TARGET, Event
from msdiff.scm.github_range import Range, differing, range_of
from msdiff.scm.github_review import Suggestion

_TARGET_IS_REFUSED = UsageError(
    "`pull_request_target` is refused: it hands a token that may write to whoever opens a pull request, as soon as "
    "anything of theirs is run",
    hint="Use `on: pull_request`; for comments on pull requests from forks see docs/ci/forks.md. If you have read it: "
    "--allow-pull-request-target (msdiff itself only reads the commits, and runs nothing of them)",
)


class Judged(NamedTuple):
    """A report, or the error that stands for it, or neither: there was nothing to compare. `head` is the branch's
    commit, `local` names the comparison on a developer's machine, `link` is the address of a line on GitHub,
    `documents` what rules are about, `suggestions` what the lines of the branch could say instead.
    """

    report: Report | None
    error: MsdiffError | None
    head: str
    local: str = ""
    link: Callable[[str, int], str] | None = None
    documents: Documents | None = None
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def exit_code(self) -> int:
        if self.error is not None:
            return self.error.exit_code
        return self.report.exit_code if self.report else 0


def judged(event: Event, arguments: Arguments) -> Judged:
    """Compare; what goes wrong is part of the answer, but for `pull_request_target` (`UsageError`)."""
    if event.kind == TARGET and not arguments.allow_pull_request_target:
        raise _TARGET_IS_REFUSED
    try:
        found = range_of(event, os.getcwd(), base=arguments.base)
        if found is None:
            return Judged(None, None, event.head_sha)
        report, documents, suggestions = _compared(event, arguments, found)
    except MsdiffError as error:
        return Judged(None, error, event.head_sha)
    local = " ".join(map(shell_word, found.local))
    return Judged(report, None, found.head_commit, local, _link(event, found, report), documents, suggestions)


class _Compared(NamedTuple):
    report: Report
    documents: Documents
    suggestions: tuple[Suggestion, ...]


def _compared(event: Event, arguments: Arguments, found: Range) -> _Compared:
    if arguments.trust is None and event.kind in (PULL, TARGET, QUEUE, RUN):
        arguments.trust = BASE
    arguments.separated = True  # these words are revisions, whatever files there are
    with comparison(arguments, found.words) as done:
        report, documents = done.report, documents_of(done.request.rules)
        suggestions = tuple(_suggestions(done, found)) if arguments.suggest and event.kind == PULL else ()
    names = {report.base.label: found.base, report.head.label: found.head}
    named = report._replace(
        base=Side(found.base, report.base.commit),
        head=Side(found.head, report.head.commit),
        notes=tuple(_named(note, names) for note in (*found.notes, *report.notes)),
    )
    return _Compared(named, documents, suggestions)


def _suggestions(done: Comparison, found: Range) -> Iterator[Suggestion]:
    """The edits that `msdiff fix` would make, as lines, where the branch's line is what was compared."""
    from msdiff.commands.fix_proposals import proposed

    fixes = proposed(done)
    others = differing(os.getcwd(), found.head_commit, done.report.head.commit or found.head_commit)
    places = {(edit.place.file, edit.place.line): edit for edit in fixes.edits if edit.place.file not in others}
    for (file, line), edit in places.items():
        new = fixes.files[file].decode("utf-8").splitlines()[line - 1]
        if visible(new) == new:  # applied, it has to be what is shown
            wait = f" Apply it {edit.wait}." if edit.wait else ""
            about = f"{code_span(edit.node)} still says {code_span(edit.old)} here ({code_span(edit.rule)}).{wait}"
            yield Suggestion(file, line, f"{about}\n\n{code_block(new, 'suggestion')}\n")


def _named(note: str, names: dict[str, str]) -> str:
    """A sentence with the names that people know in place of the commits that were compared."""
    for label in sorted(names, key=len, reverse=True):
        note = note.replace(label, names[label])
    return note


def _link(event: Event, found: Range, report: Report) -> Callable[[str, int], str]:
    """Addresses of lines: at the branch's commit, at the merge's where the merge changed the file."""
    compared = report.head.commit or found.head_commit
    others = differing(os.getcwd(), found.head_commit, compared)
    return line_links(event, lambda file: compared if file in others else found.head_commit)


def line_links(event: Event, commit_of: Callable[[str], str]) -> Callable[[str, int], str]:
    """Addresses of lines of files, each at the commit that `commit_of` names for it."""
    blob = f"{event.server}/{event.repository}/blob"
    return lambda file, line: f"{blob}/{commit_of(file)}/{quote(file.encode('utf-8', 'surrogateescape'))}#L{line}"
