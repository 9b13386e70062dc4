"""Running git: arguments go in, what it printed comes out.

Promise: nothing that a repository configures is run (hooks, monitors, helpers, pagers), nothing is fetched, no lock is
taken and no index refreshed; no call waits for ever. It goes through `posix_spawn` because importing `subprocess` costs
more than two runs of git.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Mapping

from msdiff.errors import GitError
from msdiff.model.records import NamedTuple

TIMEOUT_S = 120.0  # without a sign of life from git
MAX_OUTPUT = 1 << 29  # bytes: a listing of some five million files
_MAX_ERRORS = 1 << 16
_SIGKILL = 9  # the same everywhere; `signal` costs half a millisecond to import

# What a hook or a user sets so that git finds the right repository, index or objects, and the user's own configuration
# (`safe.directory` stands there). Everything else that begins with GIT_ could run something or change what is read.
_KEPT = frozenset(
    (
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_COMMON_DIR",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_QUARANTINE_PATH",
        "GIT_CEILING_DIRECTORIES",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
    )
)
_FIXED = {
    "LC_ALL": "C",
    "LANGUAGE": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull + "/none",
    "GIT_NO_LAZY_FETCH": "1",  # the next line does it for a git that does not know this one (before 2.39.4)
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
}
_OPTIONS = (
    "--no-pager",
    "--no-optional-locks",
    "-c",
    "core.hooksPath=" + os.devnull,
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.warnAmbiguousRefs=true",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "sparse.expectFilesOutsideOfPatterns=true",  # else git unfolds a sparse index, and writes trees while it does
    "-c",
    "protocol.allow=never",
    "-c",
    "credential.helper=",
)


class NoGit(GitError):
    """There is no git on this machine."""


class Result(NamedTuple):
    """What a finished git said: exit code, output, and the text of its errors."""

    code: int
    out: bytes
    err: str


class Git(NamedTuple):
    """How to run git: where, with which variables, and which of the user's `safe.directory` entries to pass on."""

    cwd: str
    variables: Mapping[str, str]
    trusted: tuple[str, ...] = ()

    def start(self, *arguments: str, interactive: bool = False) -> Child:
        """Start git; raises `GitError` where it is not installed. `interactive` keeps its input open."""
        safe = tuple(part for folder in self.trusted for part in ("-c", f"safe.directory={folder}"))
        return Child(["git", "-C", self.cwd, *_OPTIONS, *safe, *arguments], self.variables, interactive=interactive)

    def run(self, *arguments: str) -> Result:
        """Run git to its end."""
        return self.start(*arguments).result()

    def without(self, *names: str) -> Git:
        """The same without some variables."""
        return self._replace(variables={key: value for key, value in self.variables.items() if key not in names})


def git_at(cwd: str, variables: Mapping[str, str]) -> Git:
    """Git in a folder, with the variables of the caller made harmless."""
    kept = {key: value for key, value in variables.items() if not key.startswith("GIT_") or key in _KEPT}
    return Git(cwd, kept | _FIXED, tuple(_trusted(variables)))


def git_alone(folder: str) -> Git:
    """Git in a repository of our own (`folder` is its GIT_DIR): no configuration but the one that stands there."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    own = {
        "GIT_DIR": folder,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "HOME": folder,
        "XDG_CONFIG_HOME": folder,
    }
    return Git(folder, kept | _FIXED | own)


def _trusted(variables: Mapping[str, str]) -> list[str]:
    """The `safe.directory` values that the user gave by GIT_CONFIG_COUNT, as containers do."""
    count = variables.get("GIT_CONFIG_COUNT", "")
    numbers = range(min(int(count), 1000)) if count.isdecimal() else range(0)
    keys = ((variables.get(f"GIT_CONFIG_KEY_{n}", ""), variables.get(f"GIT_CONFIG_VALUE_{n}", "")) for n in numbers)
    return [value for key, value in keys if key.lower() == "safe.directory"]


class Child:
    """One running git. `out` is what it has printed and nobody has taken yet."""

    __slots__ = ("_deadline", "_err", "_err_end", "_in_end", "_out_end", "_pid", "_poll", "out")

    def __init__(self, arguments: list[str], variables: Mapping[str, str], *, interactive: bool) -> None:
        self.out = bytearray()
        self._err = bytearray()
        self._pid, self._in_end, self._out_end, self._err_end = _spawn(arguments, variables, interactive)
        self._poll = select.poll()
        for end in (self._out_end, self._err_end):
            self._poll.register(end, select.POLLIN)
        self.extend()

    @property
    def errors(self) -> str:
        return self._err.decode("utf-8", "replace")

    def extend(self) -> None:
        """Begin the time limit anew."""
        self._deadline = time.monotonic() + TIMEOUT_S

    def send(self, data: bytes) -> None:
        """Write to its input. At most a pipe's buffer, while everything asked before has been received."""
        try:
            while data:
                data = data[os.write(self._in_end, data) :]
        except BrokenPipeError:
            return  # it died; `receive` comes to the end and its errors say why

    def receive(self) -> bool:
        """Take what it has written since; false when it has written all. Raises `GitError` when it takes too long."""
        if self._out_end < 0 and self._err_end < 0:
            return False
        ready = self._poll.poll(max(0.0, self._deadline - time.monotonic()) * 1000)
        if not ready:
            self.close()
            raise GitError(
                f"git did not answer within {TIMEOUT_S:.0f} seconds", hint="Is the disk of the repository slow?"
            )
        for end, _ in ready:
            self._take(end)
        return True

    def _take(self, end: int) -> None:
        data = os.read(end, 1 << 18)
        if end == self._err_end:
            self._err += data[: _MAX_ERRORS - len(self._err)]
        else:
            self.out += data
        if not data:
            self._poll.unregister(end)
            os.close(end)
            self._out_end, self._err_end = (-1 if end == one else one for one in (self._out_end, self._err_end))

    def result(self) -> Result:
        """All that it prints until it ends; raises `GitError` when that is too much or takes too long."""
        try:
            while self.receive():
                if len(self.out) > MAX_OUTPUT:
                    raise GitError("git printed more than 512 MiB", hint="Is this the repository that you mean?")
            pid, self._pid = self._pid, 0
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            return Result(code, bytes(self.out), self.errors)
        finally:
            self.close()

    def close(self) -> None:
        """End it, whatever it does, and release everything."""
        ends = (self._in_end, self._out_end, self._err_end)
        self._in_end = self._out_end = self._err_end = -1
        for end in ends:
            if end >= 0:
                os.close(end)
        pid, self._pid = self._pid, 0
        if pid:
            os.kill(pid, _SIGKILL)
            os.waitpid(pid, 0)


def _spawn(arguments: list[str], variables: Mapping[str, str], interactive: bool) -> tuple[int, int, int, int]:
    """Start a process; its id and our ends of its input (-1 if it has none), output and errors."""
    if not hasattr(os, "posix_spawnp"):
        raise GitError("git cannot be read on this system", hint="Run msdiff in WSL, or compare two folders.")
    pipes = [_pipe(), _pipe(), *([_pipe()] if interactive else [])]
    (out, out_end), (err, err_end) = pipes[:2]
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    actions = [
        (os.POSIX_SPAWN_DUP2, pipes[2][0], 0) if interactive else nothing,
        (os.POSIX_SPAWN_DUP2, out_end, 1),
        (os.POSIX_SPAWN_DUP2, err_end, 2),
    ]
    ours = [out, err, *(end for _, end in pipes[2:])]
    try:
        pid = os.posix_spawnp("git", arguments, variables, file_actions=actions)
    except (OSError, ValueError) as error:
        for end in ours:
            os.close(end)
        raise _not_started(error) from None
    finally:
        for end in (out_end, err_end, *(end for end, _ in pipes[2:])):
            os.close(end)
    return pid, ours[2] if interactive else -1, out, err


def _pipe() -> tuple[int, int]:
    """A pipe whose ends are none of the three standard streams, even where the caller closed those."""
    ends = os.pipe()
    if min(ends) > 2:
        return ends
    better = _pipe()
    for end in ends:
        os.close(end)
    return better


def _not_started(error: OSError | ValueError) -> GitError:
    if isinstance(error, FileNotFoundError):
        return NoGit("git was not found", hint="Install git, or compare two folders or files.")
    return GitError(f"git could not be started: {error}")


def shown(text: str) -> str:
    """A path or a word as one line of plain text: whatever is not printable is escaped."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escaped(one) for one in text)


def _escaped(one: str) -> str:
    if "\udc80" <= one <= "\udcff":  # a byte that is no UTF-8
        return f"\\x{ord(one) - 0xDC00:02x}"
    return one.encode("unicode_escape").decode("ascii")
