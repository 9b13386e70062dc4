"""A judged event -> the words of the comment and of the job summary.

Promise: the verdict stands in the first line, whatever has to be left out; nobody is mentioned who is not on the
command line's list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import msdiff
from msdiff.commands.failures import error_text
from msdiff.commands.github_judging import Judged
from msdiff.commands.options import Arguments
from msdiff.model.finding import Finding, Verdict
from msdiff.model.obligation import Status
from msdiff.model.records import NamedTuple
from msdiff.model.report import Report
from msdiff.report import RENDERERS, RenderOptions
from msdiff.report.escape import code_block, code_span, visible
from msdiff.report.standing import is_live
from msdiff.scm.github_comment import LONGEST_MARKER
from msdiff.scm.github_event import RUN, Event
from msdiff.scm.github_memory import Since, Standing

LONGEST = 60_000 - LONGEST_MARKER - 40  # characters after the first line; GitHub takes 65,536 with it
_BYTES_EACH = 190_000 / 60_000  # what GitHub counts is disputed
_OWNER = re.compile(r"@[A-Za-z0-9-]{1,39}(/[A-Za-z0-9._-]{1,100})?")
_CHECK = 60_000  # bytes; GitHub takes 65,535 characters, and may count bytes
_SUMMARY_CHARS, _SUMMARY_BYTES = 250_000, 900_000


class Words(NamedTuple):
    """What only the pull request knows: in how many characters to say it, whether a label accepts it, and what has
    become of the findings since the last push.
    """

    size: int
    accepted: bool
    since: Since | None


def standing_of(report: Report) -> Standing:
    """What counts in this report, what is there without counting, and what could not be decided or read."""
    there = [one for one in report.findings if one.status is not Status.RESOLVED]
    is_counted = [is_live(one, report) for one in there]
    ordered = sorted(zip(is_counted, there, strict=True), key=lambda pair: not pair[0])  # those that count come first
    keys = _numbered(_key(one) for _, one in ordered)
    count = sum(is_counted)
    undecided = (f"{one.graph} {one.check} {one.node} {one.edge}" for one in report.undecided if one.causes)
    problems = (f"{problem.side} {problem.message}" for problem in report.problems)
    return Standing(keys[:count], keys[count:], (*undecided, *problems))


def _key(finding: Finding) -> str:
    """Which finding it is, whatever the values: one whose value moved without being right is not fixed."""
    return f"{finding.rule} {finding.graph} {finding.node} {finding.edge} {finding.element}"


def _numbered(keys: Iterable[str]) -> tuple[str, ...]:
    """Each key with how many were the same before it."""
    seen: Counter[str] = Counter()
    found = []
    for key in keys:
        found.append(f"{key} {seen[key]}")
        seen[key] += 1
    return tuple(found)


def comment_text(event: Event, judged: Judged, arguments: Arguments, words: Words) -> str:
    """The comment without its marker, in at most `words.size` characters."""
    before = tuple(_first(event, arguments, words))
    after = tuple(_last(event, judged, arguments))
    room = words.size - sum(len(part) + 2 for part in (*before, *after))
    size = RenderOptions(max_chars=room, max_bytes=int(room * _BYTES_EACH), verbose=arguments.verbose)
    return _with(_body(judged, size), before, after)


def summary_text(judged: Judged, arguments: Arguments) -> str:
    """The job summary: everything, as far as there is room for it."""
    options = RenderOptions(max_chars=_SUMMARY_CHARS, max_bytes=_SUMMARY_BYTES, verbose=max(arguments.verbose, 1))
    return _body(judged, options)


def check_text(judged: Judged, arguments: Arguments, *, accepted: bool) -> str:
    """What the Check Run shows."""
    text = _body(judged, RenderOptions(max_chars=_CHECK, max_bytes=_CHECK, verbose=arguments.verbose))
    return _with(text, (_accepted(arguments),) if accepted else ())


def _body(judged: Judged, options: RenderOptions) -> str:
    if judged.error is not None:
        said = code_block(error_text(judged.error).rstrip("\n")[: options.max_chars // 2], "text")
        return f"## msdiff: no verdict\n\nThis could not be compared:\n\n{said}\n"
    if judged.report is None:
        return "## msdiff: nothing to compare\n"
    return RENDERERS["markdown"](judged.report, options._replace(range=judged.local, link=judged.link))


def _with(text: str, before: tuple[str, ...], after: tuple[str, ...] = ()) -> str:
    """The text with paragraphs after its first one, which has the verdict, and at its end."""
    head, _, rest = text.partition("\n\n")
    return "\n\n".join((head, *before, *filter(None, [rest.strip("\n")]), *after)) + "\n"


def _first(event: Event, arguments: Arguments, words: Words) -> Iterator[str]:
    if words.since is not None:
        yield _since(words.since)
    if event.kind == RUN:
        yield f"Reported by the [run of the pull request]({event.run_url}), which the pull request itself can change."
    if words.accepted:
        yield _accepted(arguments)


def _accepted(arguments: Arguments) -> str:
    return f"Accepted as a whole by the label {code_span(arguments.accept_label)}: the check does not fail."


def _since(since: Since) -> str:
    """`2 fixed, 1 new since the last push`. A finding is not fixed where what it says may only be undecidable now."""
    gone = "fixed" if since.is_sure else "no longer found (less could be decided)"
    counts = ((since.gone, gone), (since.new, "new"), (since.others, "no longer counted (accepted, or broken before)"))
    said = ", ".join(f"{count:,} {word}" for count, word in counts if count)
    return f"**{said}** since the last push (from {code_span(since.head[:10])})."


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
