"""`msdiff accept FINGERPRINT --reason TEXT [--until DATE] [RANGE]`: live with one finding.

In: a finding's fingerprint and why. Out: an entry in `.msdiff/accepted.yaml` of the repository. Promise: only a finding
that the comparison really has is accepted, exactly that one, and nothing else in the file changes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

from msdiff.commands.comparing import Comparison, comparison, usual_ranges
from msdiff.commands.finding import change_of, found, where
from msdiff.commands.options import Arguments, Parser, add_common, add_policy, add_same, date
from msdiff.commands.output import print_text
from msdiff.commands.own_files import content, no_working_tree, write
from msdiff.errors import GitError, MsdiffError, UsageError
from msdiff.model.finding import Finding
from msdiff.model.report import ClassifiedChange
from msdiff.report.escape import visible
from msdiff.report.wording import old_and_new
from msdiff.ruleset.accepted import Accepted, with_accepted
from msdiff.settings import ACCEPTED_FILE

_USAGE = "msdiff accept FINGERPRINT --reason TEXT [--until DATE] [RANGE] [options]"
_ABOUT = f"""\
Live with one finding: write it, with the reason, to {ACCEPTED_FILE}. The finding stays in
every report, marked, and does not fail the run. Another difference at the same place is another finding.

RANGE names the comparison that has the finding; without one, HEAD against the working tree, then the
upstream branch (or main, or master) against HEAD."""
_EXAMPLES = (
    'msdiff accept 4f1c09ab12cd34ef --reason "the index is rebuilt tonight" main..HEAD',
    'msdiff accept 4f1c09 --until 2026-12-31 --reason "the new guard comes in May" main..HEAD',
)


def parser() -> Parser:
    """The words of an acceptance."""
    parser = Parser(_USAGE, _ABOUT, _EXAMPLES)
    parser.add_argument(
        "words", nargs="*", metavar="FINGERPRINT [RANGE]", help="as a report prints it; its beginning will do"
    )
    group = parser.add_argument_group("acceptance")
    group.add_argument("--reason", default="", metavar="TEXT", help="why the team can live with it (required)")
    group.add_argument("--until", type=date, metavar="DATE", help="last day on which it counts (YYYY-MM-DD)")
    group.add_argument("--by", metavar="NAME", help="who decided (default: git's user.name)")
    add_same(parser)
    add_policy(parser)
    add_common(parser)
    return parser


def run(arguments: Arguments) -> int:
    """Find the finding, and write it down."""
    if not arguments.words:
        raise UsageError("name the finding to accept", hint="msdiff accept FINGERPRINT --reason TEXT")
    _check(arguments)
    words = tuple(arguments.words[1:])
    try:
        entry = _accepted(arguments, words)
    except UsageError as unknown:
        entry = _accepted_elsewhere(arguments, usual_ranges(arguments, words), unknown)
    until = f" until {entry.until}" if entry.until else ""
    print_text(visible(f"accepted {entry.fingerprint} ({entry.rule}) at {entry.node or 'the graph'}{until}") + "\n")
    print_text(f"written to {ACCEPTED_FILE}: commit it, so that it counts for others\n")
    return 0


def _accepted(arguments: Arguments, words: tuple[str, ...]) -> Accepted:
    """Writes the finding down; raises `UsageError` where the comparison has none of this fingerprint."""
    with comparison(arguments, words) as done:
        finding = found(done.report.findings, arguments.words[0])
        if finding is None:
            raise _unknown(arguments.words[0], done)
        entry = Accepted(
            fingerprint=finding.fingerprint,
            rule=finding.rule,
            reason=arguments.reason.strip(),
            node=finding.node,
            delta=_delta(finding, done),
            by=arguments.by or _user(),
            until=arguments.until,
        )
        _write(done.root, entry)
    return entry


def _write(root: str | None, entry: Accepted) -> None:
    if root is None:
        raise no_working_tree()
    write(root, ACCEPTED_FILE, with_accepted(content(root, ACCEPTED_FILE) or b"", entry))


def _accepted_elsewhere(arguments: Arguments, ranges: Iterable[tuple[str, ...]], unknown: UsageError) -> Accepted:
    """A finding of the comparison that the branch is usually made for."""
    for words in ranges:
        try:
            return _accepted(arguments, words)
        except MsdiffError:
            continue
    raise unknown


def _check(arguments: Arguments) -> None:
    if not arguments.reason.strip():
        raise UsageError("an acceptance needs a reason", hint='Add --reason "why the team can live with it".')
    if arguments.until is not None and arguments.until < time.strftime("%Y-%m-%d", time.gmtime()):
        raise UsageError(f"`--until {arguments.until}` is past", hint="Name a day to come, or leave it out.")


def _unknown(word: str, done: Comparison) -> UsageError:
    known = [f"{one.fingerprint} ({one.rule})" for one in done.report.findings[:3]]
    hint = f"It has {', '.join(known)}{' and others' if len(done.report.findings) > 3 else ''}." if known else ""
    hint = hint or "It has no finding. Name the comparison that has it: msdiff accept FINGERPRINT ... main..HEAD"
    return UsageError(f"no finding {word} {where(done.report)}", hint=hint)


def _delta(finding: Finding, done: Comparison) -> str | None:
    """`outputs.vector.dimension 768 → 1024`, for whoever reads the file."""
    phrases = [_phrase(change_of(done.report, id)) for id in finding.causes]
    return "; ".join(dict.fromkeys(filter(None, phrases))) or None


def _phrase(change: ClassifiedChange | None) -> str:
    if change is None:
        return ""
    old, new = old_and_new(change.change.old, change.change.new)
    what = f"{change.change.fact.element.partition(':')[2]} {change.change.attribute or change.change.kind}"
    return f"{what} {old} → {new}" if change.change.attribute else what


def _user() -> str | None:
    """Git's `user.name`, where there is one."""
    from msdiff.scm.process import git_at

    try:
        result = git_at(os.getcwd(), os.environ).run("config", "--get", "user.name")
    except GitError:
        return None
    name = result.out.decode("utf-8", "replace").strip()
    return name if result.code == 0 and name else None
