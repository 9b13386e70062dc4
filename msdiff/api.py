"""The comparison as a function, for programs: two versions in, the finished `Report` out.

Configuration, rules of a team's own and acceptances count as on the command line. Nothing is printed and nothing is
written. Promise: what goes wrong is an `MsdiffError` with `message`, `hint` and `location`, never an exit.
"""

from __future__ import annotations

import os
from typing import TypeAlias

from msdiff.commands.comparing import comparison, opened_version
from msdiff.commands.options import Arguments
from msdiff.errors import UsageError
from msdiff.model.graph import Graph
from msdiff.model.report import Report
from msdiff.pipeline import graphs_of

Version: TypeAlias = str | os.PathLike[str]
"""A revision or a path, as on the command line; a `Path` is always a path."""


def compare(base: Version, head: Version | None = None, *, repository: Version = ".") -> Report:
    """What going from `base` to `head` changes and breaks.

    Both are revisions of the repository in the folder `repository`, or two folders or files, relative to it. Without
    `head`, `base` may be any RANGE (`main..HEAD`); a single revision is compared with the working tree. Raises
    `MsdiffError`: `InputError` for a file of head that is wrong, `GitError`, `NothingToCompare`, `SettingsError`,
    `RuleError`.
    """
    words = tuple(_word(one) for one in (base, head) if one is not None)
    with comparison(Arguments(), words, cwd=os.path.abspath(repository)) as done:
        return done.report


def load_graph(path: Version) -> tuple[Graph, ...]:
    """The graphs in a file or folder on disk, by name and variant, with effective values and where they come from.

    In a file that stands alone a `specRef` to another file does not resolve: name the folder. Raises `MsdiffError`:
    `InputError` for a file that is wrong, `NothingToCompare` where there is no graph, `UsageError` where there is nothing.
    """
    place = os.path.abspath(path)
    if not os.path.exists(place):
        raise UsageError(f"there is no file or folder {os.fspath(path)}", hint="A revision is compared, not loaded.")
    folder, word = (place, "./") if os.path.isdir(place) else (os.path.dirname(place), f"./{os.path.basename(place)}")
    with opened_version(Arguments(), word, cwd=folder) as (version, _, request):
        return graphs_of(version.snapshot, request)


def _word(version: Version) -> str:
    """The version as a word of the command line: a path object is never taken for a revision."""
    if isinstance(version, str):
        return version
    path = os.fspath(version)
    return path if os.path.isabs(path) else f"./{path}"
