"""A sign of life on standard error while a long step runs.

Promise: nothing is written within the first second, nothing where standard error is no terminal, and nothing remains.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from msdiff.commands.output import is_terminal

PATIENCE_S = 1.0
_CLEAR = "\r\x1b[K"


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say `what` goes on, each second, from the second one on."""
    if not is_terminal(sys.stderr):
        yield
        return
    import signal

    if not hasattr(signal, "setitimer"):
        yield
        return
    start = time.monotonic()
    said = False

    def tick(number: int, frame: FrameType | None) -> None:
        nonlocal said
        said = True
        sys.stderr.write(f"{_CLEAR}msdiff: {what} ({time.monotonic() - start:.0f} s)")
        sys.stderr.flush()

    before = signal.signal(signal.SIGALRM, tick)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_S, PATIENCE_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if said:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
