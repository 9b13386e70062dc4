"""Small real repositories, and ways to run the command line in them: in this process, or as a process of its own."""

import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "2026-03-01T12:00:00+00:00",
    "GIT_COMMITTER_DATE": "2026-03-01T12:00:00+00:00",
}
APP = """\
apiVersion: msdiff/v1
kind: ApplicationGraph
metadata: {name: shop}
spec:
  nodes:
    question: {role: entry, outputs: {text: {type: text}}}
    embedder:
      role: embedder
      inputs: {text: {type: text}}
      outputs: {vector: {type: embedding, dimension: 768}}
    index:
      role: vectorStore
      inputs: {query: {type: embedding, dimension: 768}}
      outputs: {documents: {type: documents}}
  edges:
    - {from: question.text, to: embedder.text}
    - {from: embedder.vector, to: index.query}
"""
WIDER = APP.replace(
    "outputs: {vector: {type: embedding, dimension: 768}}", "outputs: {vector: {type: embedding, dimension: 1024}}"
)
BROKEN = APP.replace("role: embedder", "role: embeder")


class Repo(NamedTuple):
    """A repository in a folder."""

    folder: Path

    def git(self, *arguments: str) -> str:
        """Run git here; what it printed."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **IDENTITY},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def commit(self, files: Mapping[str, str], message: str = "change") -> str:
        """Write and commit the files; the commit's id."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def state(self) -> dict[str, str]:
        """A digest of every file in the folder, git's own included."""
        files = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return {str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


class Done(NamedTuple):
    """What a run did."""

    code: int
    out: str
    err: str


def everything(folder: Path) -> dict[str, tuple[object, ...]]:
    """Every file and folder below: kind, permissions, time of the last change, size, content or target."""
    found: dict[str, tuple[object, ...]] = {}
    for above, folders, files in os.walk(folder):
        for name in (*folders, *files, "."):
            path = os.path.join(above, name)
            about = os.lstat(path)
            found[path] = (about.st_mode, about.st_mtime_ns, about.st_size, _content(path, about.st_mode))
    return found


def _content(path: str, mode: int) -> bytes:
    if stat.S_ISLNK(mode):
        return os.fsencode(os.readlink(path))
    if not stat.S_ISREG(mode):
        return b""
    with open(path, "rb") as file:
        return file.read()


def run_process(folder: Path, *words: str, variables: Mapping[str, str] | None = None) -> Done:
    """`msdiff WORDS` as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "msdiff", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **(variables or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
