"""The words of the command line, parsed: options that several commands share, and one way to refuse a wrong one.

In: words. Out: `Arguments`. Promise: whatever is not understood is a `UsageError` with the nearest thing that is, never
an exit from within.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from msdiff.commands.patience import SECONDS
from msdiff.errors import UsageError
from msdiff.syntax.nearest import nearest

# Formats of the design that a later version writes; asking for one says so instead of "unknown".
FAIL_ON = ("breaking", "risky", "never")


class Arguments(argparse.Namespace):
    """What was asked for. Which of these are set depends on the command; the rest keep these defaults."""

    words: Sequence[str] = ()
    paths: tuple[str, ...] = ()  # after `--`
    separated: bool = False  # there was a `--`
    staged: bool = False
    check: bool = False  # one version instead of a comparison
    format: str | None = None
    outputs: list[tuple[str, str]]  # (format, file)
    color: bool | None = None
    quiet: bool = False
    verbose: int = 0
    fail_on: str | None = None
    strict: bool | None = None
    config: str | None = None
    trust: str | None = None
    only: list[str]
    ignore: list[str]
    allow_empty: bool = False
    as_of: str | None = None
    max_file_size: int | None = None
    max_time: int = SECONDS
    help: bool = False
    version: bool = False
    debug: bool = False
    # of single commands
    graph: str | None = None
    output: str | None = None
    category: str | None = None
    reason: str = ""
    until: str | None = None
    by: str | None = None
    force: bool = False

    def __init__(self) -> None:
        super().__init__(outputs=[], only=[], ignore=[])


class Parser(argparse.ArgumentParser):
    """One command's words. `examples` stand at the end of its help."""

    def __init__(self, usage: str, about: str, examples: Iterable[str], *, more: str = "") -> None:
        shown = "".join(f"\n  {line}" for line in examples)
        super().__init__(
            prog="msdiff",
            usage=usage,
            description=about,
            epilog=f"{more}examples:{shown}",
            formatter_class=_Formatter,
            allow_abbrev=False,
            add_help=False,
        )

    def error(self, message: str) -> NoReturn:
        """Raise instead of exit."""
        raise UsageError(_in_our_words(message), hint=f"See {self._help_command()}.")

    def parsed(self, words: Sequence[str]) -> Arguments:
        """The words as arguments; `--` ends the options and begins the paths. Raises `UsageError`."""
        end = words.index("--") if "--" in words else len(words)
        arguments, unknown = self.parse_known_intermixed_args(list(words[:end]), Arguments())
        if unknown:
            raise self._unknown(unknown[0])
        arguments.paths = tuple(words[end + 1 :])
        arguments.separated = end < len(words)
        return arguments

    def option_names(self) -> tuple[str, ...]:
        """All options, long ones first."""
        return tuple(sorted(self._option_string_actions, key=lambda name: (not name.startswith("--"), name)))

    def _unknown(self, word: str) -> UsageError:
        if not word.startswith("-"):
            return UsageError(f"`{word}` is one word too many", hint=f"See {self._help_command()}.")
        option = word.partition("=")[0]
        near = nearest(option, (name for name in self._option_string_actions if name.startswith("--")))
        hint = f"did you mean `{near}`?" if near else f"See {self._help_command()}."
        return UsageError(f"there is no option `{option}`", hint=hint)

    def _help_command(self) -> str:
        words = (self.usage or "").split()
        named = len(words) > 1 and words[1].isalpha() and words[1].islower()
        return f"msdiff {words[1]} --help" if named else "msdiff --help"


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help that reads the same everywhere: of one width, and on every Python as 3.13 writes options (`-f, --format FORMAT`)."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=100)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        value = self._format_args(action, self._get_default_metavar_for_optional(action))
        return f"{', '.join(action.option_strings)} {value}"


def _in_our_words(message: str) -> str:
    """argparse's complaint as one of ours: `argument -f/--format: expected one argument`."""
    what, _, said = message.partition(": ")
    if what.startswith("argument ") and said:
        return f"`{what.removeprefix('argument ').rpartition('/')[2]}`: {said}"
    return message


def add_common(parser: Parser) -> None:
    """Options of every command."""
    group = parser.add_argument_group("about msdiff")
    group.add_argument("-h", "--help", action="store_true", help="show this text")
    group.add_argument("--version", action="store_true", help="show the version")
    group.add_argument("--debug", action="store_true", help="on an internal error, show the traceback")


def add_range(parser: Parser) -> None:
    """What is compared: base and head."""
    parser.add_argument("words", nargs="*", metavar="RANGE", help="A..B, A...B, A B, A, or two files or folders")
    parser.add_argument("--staged", action="store_true", help="compare HEAD with the index")


def add_same(parser: Parser) -> None:
    """The other ways to name a comparison, for commands that look at one again."""
    parser.add_argument("--staged", action="store_true", help="the comparison of HEAD with the index")
    parser.add_argument("--check", action="store_true", help="what `msdiff check [REV|PATH]` says, not a comparison")


def add_output(parser: Parser) -> None:
    """Where reports go, and how they look."""
    group = parser.add_argument_group("report")
    group.add_argument("-f", "--format", type=report_format, metavar="FORMAT", help=f"{_formats()} (default: terminal)")
    group.add_argument(
        "-o",
        "--output",
        dest="outputs",
        action="append",
        type=_output,
        metavar="FORMAT=FILE",
        help="write a report to a file, too; may be given several times; - is standard output",
    )
    add_color(group)
    group.add_argument("-q", "--quiet", action="store_true", help="verdict and one line a cause")
    group.add_argument("-v", "--verbose", action="count", default=0, help="fold nothing; list files that were not read")


def add_color(group: argparse._ArgumentGroup) -> None:
    """Colours, or none."""
    group.add_argument(
        "--color", action=argparse.BooleanOptionalAction, help="colours, or none (default: on a terminal)"
    )


def add_judging(parser: Parser) -> None:
    """What makes the run fail."""
    group = parser.add_argument_group("judging")
    group.add_argument(
        "--fail-on",
        type=_one_of(FAIL_ON, "--fail-on"),
        metavar="LEAST",
        help="breaking, risky or never: what makes exit 1",
    )
    group.add_argument(
        "--strict", action="store_true", default=None, help="fail on what is unverified or revealed, too"
    )
    group.add_argument("--allow-empty", action="store_true", help="no graph in either version is no error")
    group.add_argument("--as-of", type=date, metavar="DATE", help="day on which acceptances are judged (YYYY-MM-DD)")


def add_policy(parser: Parser) -> None:
    """Which configuration, rules and files count."""
    group = parser.add_argument_group("configuration")
    group.add_argument("--config", metavar="FILE", help="instead of msdiff.yaml or [tool.msdiff] in pyproject.toml")
    group.add_argument(
        "--trust",
        type=_one_of(("base", "worktree"), "--trust"),
        metavar="SIDE",
        help="where configuration, own rules and acceptances are read: base (default on a pull request) or worktree",
    )
    group.add_argument("--only", action="append", metavar="RULE", help="only these rules (* allowed)")
    group.add_argument("--ignore", action="append", metavar="RULE", help="not these rules (* allowed)")
    group.add_argument("--max-file-size", type=_size, metavar="SIZE", help="largest file that is read: 500kB, 20MB")
    group.add_argument(
        "--max-time",
        type=_seconds,
        default=SECONDS,
        metavar="TIME",
        help=f"give up after this: 90s, 10m (default: {SECONDS}s)",
    )


def one_version(words: Sequence[str]) -> str | None:
    """The one version that was named, `None` for none; raises `UsageError` for several."""
    if len(words) > 1:
        raise UsageError(f"{len(words)} versions were named, and one is looked at", hint="Paths come after `--`.")
    return words[0] if words else None


def report_format(text: str) -> str:
    """The name of a report format; raises `UsageError` for any other word."""
    from msdiff.report import RENDERERS

    return one_of(text, tuple(RENDERERS), "format")


def one_of(text: str, known: Sequence[str], what: str) -> str:
    """The word itself; raises `UsageError` with the nearest one where it is none of them."""
    if text in known:
        return text
    near = nearest(text, known)
    hint = f"did you mean `{near}`?" if near else f"There is {', '.join(known)}."
    raise UsageError(f"there is no {what} `{text}`", hint=hint)


def _formats() -> str:
    from msdiff.report import RENDERERS

    return ", ".join(RENDERERS)


def _one_of(known: Sequence[str], option: str) -> Any:
    return lambda text: one_of(text, known, option)


def _output(text: str) -> tuple[str, str]:
    format, equals, file = text.partition("=")
    if not equals or not file:
        raise UsageError(
            f"`-o {text}` names no {'file' if equals else 'format'}", hint="Write -o FORMAT=FILE: -o json=report.json"
        )
    return report_format(format), file


def date(text: str) -> str:
    """A day of the calendar; raises `UsageError` for anything else."""
    from msdiff.ruleset.accepted import is_date

    if not is_date(text):
        raise UsageError(f"`{text}` is no day of the calendar", hint="Write it as YYYY-MM-DD.")
    return text


def _seconds(text: str) -> int:
    """Whole seconds, at least one; raises `UsageError` for anything else."""
    from msdiff.syntax.quantity import QuantityError, quantity

    try:
        found = int(text) if text.isdecimal() and len(text) < 9 else int(quantity(text, "s"))
    except QuantityError as error:
        raise UsageError(error.message, hint=error.hint) from None
    if not 1 <= found < 10**9:
        raise UsageError(f"`{text}` is no time to wait", hint="Write it as 90s or 10m.")
    return found


def _size(text: str) -> int:
    from msdiff.syntax.quantity import QuantityError, quantity

    if text.isdecimal() and len(text) < 20:
        return int(text)
    try:
        return int(quantity(text, "bytes"))
    except QuantityError as error:
        raise UsageError(error.message, hint=error.hint) from None
