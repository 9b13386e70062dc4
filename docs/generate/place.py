"""A folder in which the commands of a page really run.

In: what it begins with, files, commands. Out: what the commands print, without anything that differs from machine to
machine. Promise: nothing outside the folder is written, and it is removed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
HOME = "/home/you"  # what the folder above is called in a page
_DATE = "2026-03-02T12:00:00+00:00"


class Place:
    """A repository: `empty` (no commit yet), `demo` (what `msdiff demo` writes), or `folder` (without git)."""

    def __init__(self, kind: str, name: str) -> None:
        self._above = Path(os.path.realpath(tempfile.mkdtemp(prefix="msdiff-docs-")))
        self.folder = self._above / name
        self._environment = self._variables()
        try:
            self._begin(kind, name)
        except BaseException:
            shutil.rmtree(self._above)
            raise

    def _begin(self, kind: str, name: str) -> None:
        if kind == "demo":
            self._must(f"msdiff demo {name}", self._above)
            return
        self.folder.mkdir()
        if kind == "empty":
            self.do("git init --quiet --template= && git symbolic-ref HEAD refs/heads/main")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._above)

    def write(self, path: str, text: str) -> None:
        """One file, with the folders above it."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text that occurs once in a file; raises `RuntimeError` where it does not."""
        place = self.folder / path
        text = place.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise RuntimeError(f"{path} holds `{old}` {text.count(old)} times")
        place.write_text(text.replace(old, new), encoding="utf-8")

    def do(self, command: str) -> None:
        """Run it; raises `RuntimeError` with what it said where it fails."""
        self._must(command, self.folder)

    def run(self, command: str, columns: int | None = None) -> str:
        """What it prints: both streams, in a pipe; with `columns`, standard output to a terminal of that width."""
        if columns:
            return self._shown(_on_terminal(command, self.folder, {**self._environment, "COLUMNS": str(columns)}))
        done = self._done(command, self.folder)
        return self._shown(done.stdout)

    def _must(self, command: str, folder: Path) -> None:
        done = self._done(command, folder)
        if done.returncode:
            raise RuntimeError(f"{command}: exit code {done.returncode}\n{done.stdout}")

    def _done(self, command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )

    def _shown(self, text: str) -> str:
        return text.replace(str(self._above), HOME)

    def _variables(self) -> dict[str, str]:
        """An environment of its own, in which `msdiff` is the one of this checkout."""
        tools = self._above / ".tools"
        tools.mkdir()
        command = tools / "msdiff"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m msdiff "$@"\n', encoding="utf-8")
        command.chmod(0o755)
        (self._above / ".gitconfig").write_text(_GIT_CONFIG, encoding="utf-8")
        path = os.pathsep.join((str(tools), os.environ.get("PATH", os.defpath)))
        kept = {name: os.environ[name] for name in ("PYTHONDONTWRITEBYTECODE", "SYSTEMROOT") if name in os.environ}
        who = {f"GIT_{role}_{what}": said for role in ("AUTHOR", "COMMITTER") for what, said in _IDENTITY.items()}
        return {
            **kept,
            **who,
            "PATH": path,
            "PYTHONPATH": os.pathsep.join((str(ROOT), *filter(None, sys.path))),
            "HOME": str(self._above),
            "TMPDIR": str(self._above),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CEILING_DIRECTORIES": str(self._above),
        }


_IDENTITY = {"NAME": "Ada", "EMAIL": "ada@example.org", "DATE": _DATE}
_GIT_CONFIG = "[user]\n\tname = Ada\n\temail = ada@example.org\n"


def _on_terminal(command: str, folder: Path, variables: dict[str, str]) -> str:
    """Standard output as a terminal without colours gets it."""
    import pty

    reader, writer = pty.openpty()
    try:
        with subprocess.Popen(
            ["/bin/sh", "-c", command],
            cwd=folder,
            env={**variables, "TERM": "dumb", "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=subprocess.DEVNULL,
        ):
            os.close(writer)
            return _all_of(reader).decode().replace("\r\n", "\n")
    finally:
        os.close(reader)


def _all_of(reader: int) -> bytes:
    found = b""
    while True:
        try:
            part = os.read(reader, 65536)
        except OSError:  # how Linux says that the other end was closed
            return found
        if not part:
            return found
        found += part
