"""Finished reports -> standard output and files. The only place where msdiff writes what it found.

In: a report and where it shall go. Promise: a file is written whole or not at all, no report is lost because another
could not be written, and text that the output cannot encode is escaped.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from io import RawIOBase
from typing import TYPE_CHECKING, BinaryIO, TextIO

from msdiff.commands.options import Arguments
from msdiff.errors import ManyErrors, OutputError, UsageError
from msdiff.model.records import NamedTuple
from msdiff.model.report import Report
from msdiff.report import RENDERERS, RenderOptions
from msdiff.report.escape import shell_word, visible
from msdiff.report.options import Documents, RuleDocument

if TYPE_CHECKING:
    from msdiff.report.lines import Block
    from msdiff.ruleset.library import RuleSet

STDOUT = "-"
_SIGNS = "→≤≥…·"  # what the terminal report uses beyond ASCII


class Target(NamedTuple):
    """A format, and the file that it goes to."""

    format: str
    file: str


def targets(arguments: Arguments) -> tuple[Target, ...]:
    """Where the reports go; raises `UsageError` where two would go to one place."""
    files = [Target(*output) for output in arguments.outputs]
    places = [one.file if one.file == STDOUT else os.path.realpath(one.file) for one in files]
    for number, place in enumerate(places):
        if place in places[:number] or (place == STDOUT and arguments.format is not None):
            name = "standard output" if place == STDOUT else f"`{files[number].file}`"
            raise UsageError(f"two reports would go to {name}", hint="Give each a file of its own.")
    if STDOUT not in places:
        files.append(Target(arguments.format or "terminal", STDOUT))
    return tuple(files)


def deliver(
    report: Report,
    wanted: Iterable[Target],
    arguments: Arguments,
    *,
    range: str = "",
    documents: Documents | None = None,
) -> None:
    """Render and write every report; `range` names the comparison on a command line, `documents` tells what a rule is about.

    Raises `OutputError` at the end where one could not be written.
    """
    texts = [
        (target, RENDERERS[target.format](report, _options(target, arguments, range, documents))) for target in wanted
    ]
    texts.sort(key=lambda pair: pair[0].file == STDOUT)  # files first: a closed pipe must not cost one
    problems: list[OutputError] = []
    for target, text in texts:
        try:
            _write(target, text)
        except OutputError as error:
            problems.append(error)
    if problems:
        raise problems[0] if len(problems) == 1 else ManyErrors(tuple(problems))


def _write(target: Target, text: str) -> None:
    if target.file == STDOUT:
        print_text(text, utf8=target.format != "terminal")
    else:
        write_file(target.file, text)


def documents_of(rules: RuleSet) -> Documents:
    """What each rule is about, read when a format asks for it."""

    def document(id: str) -> RuleDocument | None:
        try:
            found = rules.document(id)
        except UsageError:
            return None
        return RuleDocument(found.rule.category, found.why, found.rule.fix, found.references)

    return document


def _options(target: Target, arguments: Arguments, range: str, documents: Documents | None) -> RenderOptions:
    here = target.file == STDOUT
    return RenderOptions(
        colour=wants_colour(arguments.color, sys.stdout) if here else bool(arguments.color),
        width=_width() if here else None,
        unicode=_can_encode() if here else True,
        verbose=arguments.verbose,
        quiet=arguments.quiet,
        range=range,
        documents=documents,
    )


def wants_colour(asked: bool | None, stream: TextIO | None) -> bool:
    """Whether to colour: as asked, else by NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, else if somebody looks at it."""
    if asked is not None:
        return asked
    environment = os.environ
    if environment.get("NO_COLOR"):
        return False
    if any(environment.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return is_terminal(stream) and environment.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody looks at it."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it was closed
        return False


def _width() -> int | None:
    """Columns of the terminal; `None` in a pipe."""
    if not is_terminal(sys.stdout):
        return None
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _can_encode() -> bool:
    try:
        _SIGNS.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def print_text(text: str, *, utf8: bool = False) -> None:
    """Write to standard output. `utf8`: whatever the locale, as for JSON; else what it cannot encode is escaped.

    Raises `OutputError` where that fails, `BrokenPipeError` where nobody reads any more.
    """
    if sys.stdout is None:
        raise OutputError("standard output is closed", hint="Write to a file: -o json=report.json")
    if not hasattr(sys.stdout, "buffer"):  # a stream of text alone, which a program has put in its place
        sys.stdout.write(text)
        return
    encoding = "utf-8" if utf8 else getattr(sys.stdout, "encoding", None) or "utf-8"
    data = text.encode(encoding, "backslashreplace")
    try:
        sys.stdout.flush()
        _write_all(sys.stdout.buffer, data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        raise OutputError(f"standard output cannot be written: {_why(error)}") from None


def _write_all(stream: BinaryIO | RawIOBase, data: bytes) -> None:
    """Write to the end: below its buffer (there may be none: PYTHONUNBUFFERED) a stream may take less than it is given,
    or nothing for now."""
    raw = getattr(stream, "raw", stream)
    rest = memoryview(data)
    while rest:
        taken = raw.write(rest)
        if taken is None:  # a pipe that does not block, and is full
            import select

            select.select([], [raw], [])
        rest = rest[taken or 0 :]


def say(text: str) -> None:
    """Write to standard error, whatever it can encode; where nobody reads that, the exit code has to do."""
    if sys.stderr is None:
        return
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    with suppress(OSError, ValueError):
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stderr.flush()


def print_blocks(blocks: Iterable[Block], colour: bool | None) -> None:
    """Write blocks of text to standard output: wrapped and coloured on a terminal, plain in a pipe."""
    painting = wants_colour(colour, sys.stdout)
    if painting or _width() is not None:
        from msdiff.report.paint import painted

        print_text(painted(blocks, width=_width(), colour=painting, unicode=_can_encode()))
    else:
        from msdiff.report.lines import plain

        print_text(plain(blocks, unicode=_can_encode()))


def write_file(path: str, text: str) -> None:
    """Write a file, whole or not at all; a device or a pipe is written to directly. Raises `OutputError`."""
    data = text.encode("utf-8", "backslashreplace")
    real = os.path.realpath(path)
    try:
        if os.path.exists(real) and not os.path.isfile(real):
            with open(real, "wb", buffering=0) as file:
                _write_all(file, data)
        else:
            replace_file(real, data)
    except (OSError, ValueError) as error:
        raise OutputError(f"`{visible(path)}` cannot be written: {_why(error)}", hint=_remedy(real)) from None


def replace_file(path: str, data: bytes) -> None:
    """Put a file in the place of another, whole or not at all, with the other's permissions; raises `OSError`."""
    beside = f"{path}.{os.urandom(4).hex()}.new"
    try:
        with open(beside, "xb") as file:
            file.write(data)
            file.flush()
        if os.path.exists(path):
            os.chmod(beside, os.stat(path).st_mode & 0o7777)
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _remedy(path: str) -> str:
    folder = os.path.dirname(path)
    return "" if os.path.isdir(folder) else f"Make the folder first: mkdir -p {shell_word(folder)}"
