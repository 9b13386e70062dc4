"""The command `msdiff`: words in, an exit code out.

Which command is meant, one boundary for everything that can go wrong, and nothing else. Promise: a crash is never
exit 1, and every error is rendered here, once.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

import msdiff
from msdiff.commands import COMMANDS, NOT_YET, command
from msdiff.commands.output import print_text, say, wants_colour
from msdiff.commands.patience import patience
from msdiff.errors import MsdiffError, UsageError

INTERRUPTED, NOBODY_READS, OURS = 130, 141, 5


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (`sys.argv` where none is given); the exit code."""
    words = tuple(sys.argv[1:] if argv is None else argv)
    collecting = gc.isenabled()
    gc.disable()  # records that live as long as the run: collecting costs a multiple of making them
    try:
        return _run(words)
    except MsdiffError as error:
        return _failed(error)
    except KeyboardInterrupt:
        say("\nmsdiff: interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        _read_by_nobody()
        return NOBODY_READS
    except Exception as error:
        return _crashed(error, words)
    finally:
        if collecting:
            gc.enable()


def _run(words: tuple[str, ...]) -> int:
    name = words[0] if words and words[0] in COMMANDS else "compare"
    if words and words[0] in NOT_YET:
        raise UsageError(f"`msdiff {words[0]}` is not in this version", hint=f"Until then: {NOT_YET[words[0]]}")
    found = command(name)
    parser = found.parser()
    arguments = parser.parsed(words if name == "compare" else words[1:])
    if arguments.help or arguments.version:
        print_text(parser.format_help() if arguments.help else f"msdiff {msdiff.__version__}\n")
        return 0
    with patience(arguments.max_time):
        return found.run(arguments)


def _failed(error: MsdiffError) -> int:
    from msdiff.commands.failures import error_text

    say(error_text(error, colour=wants_colour(None, sys.stderr)))
    return error.exit_code


def _crashed(error: Exception, words: tuple[str, ...]) -> int:
    from msdiff.commands.failures import crash_text

    say(crash_text(error, words, debug="--debug" in words))
    return OURS


def _read_by_nobody() -> None:
    """Let the interpreter's own flush at its end go nowhere, instead of to the closed pipe."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return
