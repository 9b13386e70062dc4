"""`python -m msdiff` is `msdiff`.

Promise: no module is imported from the working directory, which `-m` puts first on the path: in a repository that is
looked at, a `json.py` would run in the place of Python's own.
"""

from __future__ import annotations

import os
import sys


def run() -> int:
    """What the command `msdiff` does; the exit code."""
    first = sys.path[0] if sys.path else ""
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if not sys.flags.safe_path and first in ("", os.getcwd()) and first != ours:
        del sys.path[:1]
    from msdiff.cli import main

    return main()


if __name__ == "__main__":
    sys.exit(run())
