"""What went wrong -> what the user reads on standard error. Nothing else in msdiff prints an error.

In: an `MsdiffError`, or whatever else escaped. Out: text. Promise: names from the repository are shown and never acted
on; the file about a crash holds no content of any file, no environment and no path of the user's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from types import TracebackType

import msdiff
from msdiff.errors import ManyErrors, MsdiffError
from msdiff.report.escape import log_line, visible

SHOWN = 50  # problems; more than this nobody reads at once
_PACKAGE = os.path.dirname(os.path.abspath(msdiff.__file__))
_RED, _DIM, _PLAIN = "\x1b[1;31m", "\x1b[2m", "\x1b[0m"


def error_text(error: MsdiffError, *, colour: bool = False) -> str:
    """The error, or all errors that it holds, each with its place and its hint."""
    errors = tuple(dict.fromkeys(_single(one, colour=colour) for one in _flat(error)))
    text = "\n".join(errors[:SHOWN])
    if len(errors) == 1:
        return text + "\n"
    more = f" (the first {SHOWN} are shown)" if len(errors) > SHOWN else ""
    return f"{text}\n{len(errors):,} errors{more}\n"


def _flat(error: MsdiffError) -> Iterator[MsdiffError]:
    if not isinstance(error, ManyErrors):
        yield error
        return
    for one in error.errors:
        yield from _flat(one)


def _single(error: MsdiffError, *, colour: bool) -> str:
    red, dim, plain = (_RED, _DIM, _PLAIN) if colour else ("", "", "")
    lines = [f"{red}error:{plain} {_shown(error.message)}"]
    if error.location is not None:
        lines.append(f"{dim}  --> {_shown(str(error.location))}{plain}")
    if error.hint:
        lines.append(f"  hint: {_shown(error.hint)}")
    return "\n".join(lines)


def _shown(text: str) -> str:
    """Each line made harmless; a message may have several."""
    return "\n         ".join(log_line(visible(line)) for line in text.splitlines())


def crash_text(error: BaseException, words: Sequence[str], *, debug: bool) -> str:
    """What to say about an error of ours: short, with a file that may be sent to us."""
    name = type(error).__name__
    about = _about(error, words)
    file = _written(about)
    where = f"It is described in {file}" if file else f"It is described here:\n\n{about}"
    lines = [
        f"error: msdiff failed ({name}). This is a bug of msdiff, and says nothing about your change.",
        f"  {where}" if file else where,
        "  hint: Report it as an issue of msdiff, with that description: it holds no content of your files, no names",
        "        and no environment. If a repository does this to you on purpose, see SECURITY.md instead.",
    ]
    if not debug:
        lines.append("        `--debug` shows the traceback.")
        return "\n".join(lines) + "\n"
    import traceback

    trace = "".join(traceback.format_exception(error)).splitlines()  # messages in it may hold text of the repository
    return "\n".join((*(log_line(visible(line)) for line in trace), *lines)) + "\n"


def _about(error: BaseException, words: Sequence[str]) -> str:
    import platform

    head = (
        f"msdiff {msdiff.__version__}, Python {platform.python_version()}, {sys.platform}",
        f"command: msdiff {' '.join(map(_without_value, words))}".rstrip(),
    )
    return "\n".join((*head, *_chain(error))) + "\n"


def _without_value(word: str) -> str:
    """An option by its name, a command by its word; anything else was the user's and is left out."""
    from msdiff.commands import COMMANDS

    if word.startswith("--"):
        name, equals, _ = word.partition("=")
        return f"{name}=..." if equals else name
    return word if word in COMMANDS or (word.startswith("-") and len(word) == 2) else "..."


def _chain(error: BaseException) -> Iterator[str]:
    """The types of the error and of those behind it, with their frames; messages may hold content, and stay out."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield f"{type(current).__module__}.{type(current).__qualname__}"
        yield from _frames(current.__traceback__)
        current = current.__cause__ or current.__context__


def _frames(trace: TracebackType | None) -> Iterator[str]:
    frames: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"  {_file(code.co_filename)}:{trace.tb_lineno} in {code.co_qualname}")
        trace = trace.tb_next
    yield from frames if len(frames) <= 40 else (*frames[:20], f"  ... {len(frames) - 40} frames", *frames[-20:])


def _file(path: str) -> str:
    """A file of ours below `msdiff/`, any other by its last two parts: a home folder is nobody's business."""
    if path.startswith("<"):  # code that was made while running
        return path
    absolute = os.path.abspath(path)
    if absolute.startswith(_PACKAGE + os.sep):
        return os.path.join("msdiff", os.path.relpath(absolute, _PACKAGE))
    return os.path.join(*absolute.split(os.sep)[-2:])


def _written(about: str) -> str:
    """The name of a new file in the folder for temporary files; "" where there is none, or it is in a repository."""
    import tempfile

    try:
        folder = os.path.realpath(tempfile.gettempdir())
        if _in_repository(folder):
            return ""
        end, path = tempfile.mkstemp(prefix="msdiff-crash-", suffix=".txt", dir=folder)
        with os.fdopen(end, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(about)
        return path
    except OSError:
        return ""


def _is_bare(folder: str) -> bool:
    return os.path.lexists(os.path.join(folder, "HEAD")) and os.path.isdir(os.path.join(folder, "objects"))


def _in_repository(folder: str) -> bool:
    while True:
        if os.path.lexists(os.path.join(folder, ".git")) or _is_bare(folder):
            return True
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above
