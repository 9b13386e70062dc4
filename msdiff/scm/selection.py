"""Which files of a version are looked at: the words after `--` and the caller's own filter, made into one question.

Promise: a path outside the repository is refused, never silently empty.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from msdiff.errors import UsageError
from msdiff.model.records import NamedTuple
from msdiff.scm.process import shown

_SPECIAL = re.compile(r"[*?\[]")


class Pattern(NamedTuple):
    """One word after `--`: as typed, relative to the root ("" is all of it); a glob also as what stands before its
    first special character, and as an expression.
    """

    typed: str
    path: str
    fixed: str = ""
    glob: re.Pattern[str] | None = None

    def matches(self, path: str) -> bool:
        """Whether it names this file or a folder above it. As for git, `*` matches `/` too."""
        if not self.path or path == self.path or path.startswith(self.path + "/"):
            return True
        return self.glob is not None and any(self.glob.match(part) for part in _upwards(path))

    def enters(self, folder: str) -> bool:
        """Whether it may name something in this folder (relative to the root, no `/` at the end)."""
        if self.glob is None:
            return self.matches(folder) or self.path.startswith(folder + "/")
        return self.matches(folder) or self.fixed.startswith(folder + "/") or folder.startswith(self.fixed)


class Selection(NamedTuple):
    """What to look at: files that `wanted` says yes to, limited to the patterns if there are any."""

    wanted: Callable[[str], bool]
    patterns: tuple[Pattern, ...] = ()

    def has(self, path: str) -> bool:
        """Whether the file is looked at."""
        return self.wanted(path) and self.limits(path)

    @property
    def test(self) -> Callable[[str], bool]:
        """`has`, for very many paths."""
        return self.has if self.patterns else self.wanted

    def limits(self, path: str) -> bool:
        """Whether the patterns allow the path."""
        return not self.patterns or any(pattern.matches(path) for pattern in self.patterns)

    def enters(self, folder: str) -> bool:
        """Whether something in the folder may be looked at."""
        return not self.patterns or any(pattern.enters(folder) for pattern in self.patterns)


def patterns_of(words: tuple[str, ...], *, root: str | None, prefix: str) -> tuple[Pattern, ...]:
    """The words after `--` as patterns; raises `UsageError` for a path outside, or in a notation that only git knows.

    `root` is the absolute folder that paths are relative to (`None`: there is no folder, only the version itself),
    `prefix` the working directory below it ("" or "sub/folder/").
    """
    return tuple(_pattern(word, root, prefix) for word in words)


def _pattern(word: str, root: str | None, prefix: str) -> Pattern:
    if word.startswith(":"):
        hint = f"Write `./{shown(word)}` for a file of that name; leave files out with `ignore` in the configuration."
        raise UsageError(f"`{shown(word)}`: git's pathspec notation is not understood here", hint=hint)
    if not word:
        raise UsageError("a path after `--` is empty", hint="Write `.` for the current folder.")
    path = os.path.normpath(_relative(word, root) if os.path.isabs(word) else prefix + word)
    if path == ".." or path.startswith(("../", "/")):
        where = f" of {shown(root)}" if root else " of the repository"
        raise UsageError(f"`{shown(word)}` lies outside{where}", hint="Paths after `--` limit what is compared.")
    path = "" if path == "." else path
    special = _SPECIAL.search(path)
    return Pattern(word, path, path[: special.start()], _glob(path)) if special else Pattern(word, path)


def _relative(word: str, root: str | None) -> str:
    if root is None:
        return word
    folder, name = os.path.split(word.rstrip("/") or "/")
    return os.path.relpath(os.path.join(os.path.realpath(folder), name), root)


def _glob(path: str) -> re.Pattern[str]:
    import fnmatch  # few runs have a glob

    return re.compile(fnmatch.translate(path))


def _upwards(path: str) -> list[str]:
    """The path and the folders above it."""
    ends = [at for at, one in enumerate(path) if one == "/"]
    return [path, *(path[:end] for end in reversed(ends))]
