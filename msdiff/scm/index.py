"""The index: what git tracks, and what is staged.

In goes a listing of git, out come paths and blobs. Promise: the index is read and never refreshed, nor expanded where a
sparse checkout folded it (git would write trees to the object store).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msdiff.errors import GitError
from msdiff.scm.contents import Contents, blob_contents, existing
from msdiff.scm.objects import LINK, MODULE, Objects
from msdiff.scm.process import Child, Git, Result
from msdiff.scm.remarks import Remarks, some
from msdiff.scm.repository import Repository, refusal
from msdiff.scm.selection import Selection
from msdiff.scm.snapshots import file_in, files_of, remark_on
from msdiff.scm.split_index import index_reader

_LISTING = ("ls-files", "-z", "-t", "--stage", "--full-name")
_EVERYWHERE = ("--", ":/")
_LINE = re.compile(r"([A-Z]) ([0-7]{6}) ([0-9a-f]+) ([0-3])\t([^\0]+)\0")
_FLAGS = re.compile(r"([^\0]+)\0(?:  [^\n]*\n){4}  size: \d+\tflags: ([0-9a-f]+)\n")
_INTENT_TO_ADD = 0x20000000
_BAD_OPTION = 129
_EMPTY = (  # the id of a file without content, SHA-1 and SHA-256
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)


class Index:
    """What git tracks. `files` has the blobs of regular files by path, `folders` the trees that a sparse checkout
    folded (their names end with `/`), `skipped` are files that it left out of the working tree.
    """

    __slots__ = ("_objects", "files", "folders", "links", "modules", "skipped", "unmerged")

    def __init__(self, out: bytes, objects: Objects) -> None:
        lines: list[tuple[str, str, str, str, str]] = _LINE.findall(out.decode("utf-8", "surrogateescape"))
        regular = [line for line in lines if line[1].startswith("100")]
        self._objects = objects
        self.files = {path: id for _, _, id, stage, path in regular if stage == "0"}
        self.folders = {line[4]: line[2] for line in lines if line[1] == "040000"}
        self.skipped = frozenset(line[4] for line in regular if line[0] == "S")
        self.unmerged = frozenset(line[4] for line in regular if line[3] != "0")
        self.links = tuple(line[4] for line in lines if line[1] == "120000")
        self.modules = tuple(line[4] for line in lines if line[1] == "160000")

    def tracked(self, selection: Selection, remarks: Remarks) -> dict[str, str]:
        """Blobs of the files that are looked at, by path; what is not followed goes to the remarks."""
        found = {path: self.files[path] for path in filter(selection.test, self.files)}
        for folder, tree in self.folders.items():
            found |= files_of(self._objects, tree, selection, remarks, folder=folder)
        for type, paths in ((LINK, self.links), (MODULE, self.modules)):
            for path in paths:
                remark_on(path, type, selection, remarks)
        return found

    def id(self, path: str) -> str | None:
        """The blob of a regular file, looked at or not; `None` where there is none."""
        folded = self._folded(path)
        return self.files.get(path) if folded is None else file_in(self._objects, *folded)

    def is_skipped(self, path: str) -> bool:
        """Whether a sparse checkout left the file out of the working tree."""
        return path in self.skipped or (self._folded(path) is not None and self.id(path) is not None)

    def _folded(self, path: str) -> tuple[str, str] | None:
        """The folded tree that holds a path, and the path in it."""
        ends = (at + 1 for at, one in enumerate(path) if one == "/") if self.folders else ()
        return next(((self.folders[path[:end]], path[end:]) for end in ends if path[:end] in self.folders), None)


def list_index(git: Git) -> Child:
    """Start to list what git tracks."""
    return git.start(*_LISTING, "--sparse", *_EVERYWHERE)


def index_of(listing: Child | None, repository: Repository, objects: Objects) -> Index:
    """The index that was listed (`None`: it is listed now); raises `GitError` where git refuses."""
    answer = listing.result() if listing is not None else _asked(repository, *_LISTING)
    if answer.code == _BAD_OPTION:  # before git 2.36
        answer = _asked(repository, *_LISTING)
    return Index(printed(answer, repository.git), objects)


def _asked(repository: Repository, *words: str) -> Result:
    """What git says of the index; a folded one is not expanded."""
    with index_reader(repository) as git:
        answer = git.run(*words, "--sparse", *_EVERYWHERE)
        return git.run(*words, *_EVERYWHERE) if answer.code == _BAD_OPTION else answer


def list_untracked(git: Git) -> Child:
    """Start to list what lies on disk and is not ignored, by an index that is empty, so that none has to be
    expanded.
    """
    empty = git._replace(variables={**git.variables, "GIT_INDEX_FILE": "/dev/null-none"})
    return empty.start("ls-files", "-z", "--full-name", "--others", "--exclude-standard", *_EVERYWHERE)


def printed(answer: Result, git: Git) -> bytes:
    """What git printed; raises `GitError` where it refused."""
    if answer.code:
        raise refusal(answer, git)
    return answer.out


class IndexSnapshot:
    """What is staged."""

    __slots__ = ("_files", "_index", "_remarks", "commit", "label", "objects", "selection")

    def __init__(self, index: Index, objects: Objects, selection: Selection, announced: frozenset[str]) -> None:
        self.label = "index"
        self.commit: str | None = None
        self.objects = objects
        self.selection = selection
        self._index = index
        self._remarks = Remarks()
        files = index.tracked(selection, self._remarks)
        self._files = {path: id for path, id in sorted(files.items()) if path not in announced}

    @property
    def notes(self) -> tuple[str, ...]:
        return self._remarks.sentences(self.label)

    def paths(self) -> Iterator[str]:
        return iter(self._files)

    def has(self, path: str) -> bool:
        """Whether a regular file of this name is staged, looked at or not."""
        return self._index.id(path) is not None

    def digest(self, path: str) -> str:
        return existing(self._index.id(path), path, self.label)

    def read(self, path: str) -> bytes:
        return self._contents((path,)).whole(path, self.label, self.objects.limit)

    def read_many(self, paths: tuple[str, ...]) -> Mapping[str, bytes]:
        """Contents in one go. A file over the size limit comes cut, one byte past it; `read` raises for it."""
        return self._contents(paths)

    def _contents(self, paths: tuple[str, ...]) -> Contents:
        return blob_contents(self.objects, {path: self.digest(path) for path in paths}, self.label, self._remarks)


def index_snapshot(repository: Repository, index: Index, objects: Objects, selection: Selection) -> IndexSnapshot:
    """What is staged; raises `GitError` where a file that is looked at is in conflict.

    A file that is only announced (`git add --intent-to-add`) is not staged.
    """
    unmerged = [path for path in index.unmerged if selection.has(path)]
    if unmerged:
        hint = "Resolve it and `git add` the file."
        raise GitError(f"the index holds a merge conflict in {some(unmerged)}", hint=hint)
    doubtful = any(id in _EMPTY and selection.has(path) for path, id in index.files.items())
    return IndexSnapshot(index, objects, selection, _announced(repository) if doubtful else frozenset())


def _announced(repository: Repository) -> frozenset[str]:
    """Files that are in the index by name only. An empty file looks the same but for a flag."""
    result = _asked(repository, "ls-files", "-z", "--debug", "--full-name")
    found: list[tuple[str, str]] = _FLAGS.findall(printed(result, repository.git).decode("utf-8", "surrogateescape"))
    return frozenset(path for path, flags in found if int(flags, 16) & _INTENT_TO_ADD)
