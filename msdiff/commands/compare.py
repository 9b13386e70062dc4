"""`msdiff [RANGE] [-- PATHS]`: compare two versions."""

from __future__ import annotations

from msdiff.commands import COMMANDS, NOT_YET
from msdiff.commands.options import Arguments, Parser, add_common, add_judging, add_output, add_policy, add_range
from msdiff.errors import UsageError

_USAGE = "msdiff [RANGE] [options] [-- PATHS]\n       msdiff COMMAND [options]"
_ABOUT = """\
Compare two versions of an AI application graph: what changed, who is affected and by
what path, what breaks, and what to do about it.

RANGE (with none: HEAD against the working tree)
  A..B             A against the result of merging B into A: what the branch would change
  A...B            where A and B part, against B
  A B              A against B, literally
  A                A against the working tree
  --staged         HEAD against the index
  OLD NEW          two files or folders, without git
"""
_EXIT = """\
exit codes:
  0 nothing at or over --fail-on   1 findings at or over it   2 usage
  3 input or configuration wrong, nothing to compare, a report not written
  4 git   5 internal error   130 interrupted   141 nobody reads the output

A command's word always means the command; a branch of that name is refs/heads/NAME.

"""
_EXAMPLES = (
    "msdiff main..HEAD                       what this branch would change on main",
    "msdiff main..HEAD -- deploy/            the same, below deploy/ only",
    "msdiff --staged --fail-on risky         before a commit",
    "msdiff v1.0 v1.1 -f markdown            two tags, as Markdown",
    "msdiff main..HEAD -o json=impact.json -o markdown=impact.md",
    "msdiff old.yaml new.yaml                two files",
)


def parser() -> Parser:
    """The words of a comparison."""
    found = Parser(_USAGE, f"{_ABOUT}\n{_commands()}", _EXAMPLES, more=_EXIT)
    add_range(found)
    add_output(found)
    add_judging(found)
    add_policy(found)
    add_common(found)
    return found


def _commands() -> str:
    lines = [f"  {name:<12} {about}" for name, about in COMMANDS.items()]
    return "\n".join(("commands (msdiff COMMAND --help says more)", *lines))


def run(arguments: Arguments) -> int:
    """Compare, and write the reports; the report's exit code."""
    first = arguments.words[0] if arguments.words else ""
    if first in COMMANDS or first in NOT_YET:
        hint = f"Write it first: msdiff {first} ...; for a branch of that name: refs/heads/{first}"
        raise UsageError(f"`{first}` is a command", hint=hint)
    return judged(arguments, "comparing")


def judged(arguments: Arguments, doing: str) -> int:
    """Make the report that the arguments ask for, and write it wherever they say; its exit code."""
    from msdiff.commands.comparing import comparison, range_text  # not for --help, --version and a wrong word
    from msdiff.commands.output import deliver, documents_of, say, targets
    from msdiff.commands.progress import waiting
    from msdiff.report.escape import visible

    words = tuple(arguments.words)
    wanted = targets(arguments)
    with waiting(doing), comparison(arguments, words) as done:
        report = done.report
        left_alone = done.left_alone() if arguments.verbose else ()
    say("".join(visible(f"left alone: {path} ({why})") + "\n" for path, why in left_alone))
    documents = documents_of(done.request.rules)
    deliver(report, wanted, arguments, range=range_text(arguments, words), documents=documents)
    return report.exit_code
