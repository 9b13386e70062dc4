"""An end to every run: whatever a repository holds, nobody waits for ever.

In: seconds of computing time. Promise: work that takes longer ends with a clear error, whatever it was busy with, and
nothing half done is shown. Sizes, depths and numbers are limited where they are read; this is for what all of them let pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from msdiff.errors import MsdiffError

SECONDS = 300  # a graph of 100,000 nodes takes less than a minute


class TooLong(MsdiffError):
    """The input asks for more work than anybody waits for."""

    exit_code = 3


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    """Raise `TooLong` inside after so many seconds of computing (waiting for a disk or for git does not count).

    Nothing happens where the system has no such clock, or this is not the main thread.
    """
    import signal

    if seconds <= 0 or not hasattr(signal, "ITIMER_VIRTUAL"):
        yield
        return

    def over(number: int, frame: FrameType | None) -> None:
        hint = "Compare less (msdiff RANGE -- PATHS, `sources.exclude` in msdiff.yaml), or wait longer: --max-time"
        raise TooLong(f"this takes more than {seconds:,} seconds of computing", hint=hint)

    try:
        before = signal.signal(signal.SIGVTALRM, over)
    except ValueError:  # not the main thread
        yield
        return
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1)  # again each second: something may have caught the first one
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
