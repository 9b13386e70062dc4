"""The garbage collector, off for a while: trees and claims are all containers and no garbage.

Collecting while a file of a hundred thousand edges is read costs two to six times the reading.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No collection inside the block; where it was off before, it stays off."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
