"""`msdiff check [REV|PATH]`: what is violated, unpinned or unknown in one version."""

from __future__ import annotations

from msdiff.commands.compare import judged
from msdiff.commands.options import Arguments, Parser, add_common, add_judging, add_output, add_policy

_USAGE = "msdiff check [REV|PATH] [options] [-- PATHS]"
_ABOUT = "Look at one version: what is violated, unpinned or unknown in it now. Without REV or PATH: the working tree."
_EXAMPLES = (
    "msdiff check                            what lies on disk",
    "msdiff check v1.2                       a tag, a branch, a commit",
    "msdiff check graphs/app.yaml            one file",
    "msdiff check --strict -f json           fail on what is unknown, too",
)


def parser() -> Parser:
    """The words of a check."""
    found = Parser(_USAGE, _ABOUT, _EXAMPLES)
    found.add_argument("words", nargs="*", metavar="REV|PATH", help="a revision, a file or a folder")
    add_output(found)
    add_judging(found)
    add_policy(found)
    add_common(found)
    return found


def run(arguments: Arguments) -> int:
    """Check, and write the reports; the report's exit code."""
    arguments.check = True
    return judged(arguments, "checking")
