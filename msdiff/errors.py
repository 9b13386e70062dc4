"""Everything that msdiff says when it cannot go on. `cli` renders these, once; each class carries its exit code.

A name that does not resolve is a finding, never one of these. A crash (exit 5) is whatever else escapes.
"""

from __future__ import annotations

from msdiff.model.location import Location


class MsdiffError(Exception):
    """`message` says what is wrong, `hint` what to do about it, `location` where."""

    exit_code = 5

    def __init__(self, message: str, *, hint: str = "", location: Location | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.location = location


class UsageError(MsdiffError):
    """The command line asks for something that does not exist or does not go together."""

    exit_code = 2


class InputError(MsdiffError):
    """A file that says it is ours cannot be read: syntax, unknown key, wrong type, impossible figure."""

    exit_code = 3


class SettingsError(MsdiffError):
    """The configuration or an acceptance file is wrong."""

    exit_code = 3


class RuleError(MsdiffError):
    """A rule cannot be loaded, or its condition cannot be evaluated."""

    exit_code = 3


class NothingToCompare(MsdiffError):
    """No graph in either version."""

    exit_code = 3


class OutputError(MsdiffError):
    """A report cannot be written: no such folder, no permission, no space left."""

    exit_code = 3


class GitError(MsdiffError):
    """Git cannot give what was asked for: unknown revision, no merge-base, shallow clone."""

    exit_code = 4


class ManyErrors(MsdiffError):
    """Several problems of one run, shown together. The exit code is that of the first."""

    def __init__(self, errors: tuple[MsdiffError, ...]) -> None:
        super().__init__(f"{len(errors)} problems")
        self.errors = errors
        self.exit_code = errors[0].exit_code
