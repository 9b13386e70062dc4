"""A judged event -> the words of the comment and of the job summary.

Promise: the verdict stands in the first line, whatever has to be left out; nobody is mentioned who is not on the
command line's list.
"""

import re
from collections.abc import Iterator

import msdiff
from msdiff.commands.failures import error_text
from msdiff.commands.github_judging import Judged
from msdiff.commands.options import Arguments
from msdiff.model.finding import Verdict
from msdiff.report import RENDERERS, RenderOptions
from msdiff.report.escape import code_block, code_span, visible
from msdiff.scm.github_event import RUN, Event

LONGEST = 60_000  # characters; GitHub takes 65,536, and what it counts is disputed
_BYTES_EACH = 190_000 / 60_000
_MARKER = 1_200  # characters that are kept free for the first line
_OWNER = re.compile(r"@[A-Za-z0-9-]{1,39}(/[A-Za-z0-9._-]{1,100})?")
_SUMMARY_CHARS, _SUMMARY_BYTES = 250_000, 900_000


def comment_text(event: Event, judged: Judged, arguments: Arguments, *, size: int, accepted: bool) -> str:
    """The comment without its marker, in at most `size` characters."""
    before = tuple(_first(event, arguments, accepted=accepted))
    after = tuple(_last(event, judged, arguments))
    room = size - _MARKER - sum(len(part) + 2 for part in (*before, *after))
    text = _body(judged, arguments, RenderOptions(max_chars=room, max_bytes=int(room * _BYTES_EACH)))
    head, _, rest = text.partition("\n\n")
    return "\n\n".join((head, *before, *filter(None, [rest.strip("\n")]), *after)) + "\n"


def summary_text(judged: Judged, arguments: Arguments) -> str:
    """The job summary."""
    return _body(judged, arguments, RenderOptions(max_chars=_SUMMARY_CHARS, max_bytes=_SUMMARY_BYTES))


def _body(judged: Judged, arguments: Arguments, options: RenderOptions) -> str:
    if judged.error is not None:
        said = code_block(error_text(judged.error).rstrip("\n")[: options.max_chars // 2], "text")
        return f"## msdiff: no verdict\n\nThis could not be compared:\n\n{said}\n"
    if judged.report is None:
        return "## msdiff: nothing to compare\n"
    options = options._replace(range=judged.local, verbose=arguments.verbose, link=judged.link)
    return RENDERERS["markdown"](judged.report, options)


def _first(event: Event, arguments: Arguments, *, accepted: bool) -> Iterator[str]:
    if event.kind == RUN:
        yield f"Reported by the [run of the pull request]({event.run_url}), which the pull request itself can change."
    if accepted:
        yield f"Accepted as a whole by the label {code_span(arguments.accept_label)}: the check does not fail."


def _last(event: Event, judged: Judged, arguments: Arguments) -> Iterator[str]:
    owners = _pinged(judged, arguments)
    if owners:
        yield f"Owners of what breaks: {', '.join(owners)}"
    what = f"commit {judged.head[:12]}" if judged.head else "this event"
    version = visible(msdiff.__version__)
    yield f"<sub>msdiff {version} on {what}; the whole report is in the [job summary]({event.run_url}).</sub>"


def _pinged(judged: Judged, arguments: Arguments) -> list[str]:
    """Owners of what breaks who may be mentioned: those on the command line, and no others."""
    allowed = [owner for owner in arguments.ping if _OWNER.fullmatch(owner)]
    findings = judged.report.findings if judged.report else ()
    breaking = {one.owner for one in findings if one.verdict is Verdict.BREAKING and one.acceptance is None}
    return [owner for owner in allowed if owner in breaking]
