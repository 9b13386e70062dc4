"""Finding the repository of a folder, and a repository of our own to work in beside it.

In go a folder and the variables of the caller, out comes where everything lies. Promise: what a hook sets is heeded
where it leads to the right repository or index and dropped where it leads to another one; every refusal of git is
explained.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from msdiff.errors import GitError
from msdiff.model.records import NamedTuple
from msdiff.scm.process import Child, Git, Result, git_alone, git_at, shown

_END = "--end-of-path"  # rev-parse repeats what it does not know; a path may hold line feeds
_QUESTION = (
    "rev-parse",
    "--is-inside-work-tree",
    "--is-shallow-repository",
    "--show-object-format",
    "--show-cdup",
    _END,
    "--show-prefix",
    _END,
    "--git-path",
    "objects",
    _END,
    "--git-path",
    "shallow",
    _END,
    "--absolute-git-dir",
)
_SHA1 = b"[core]\n\tbare = true\n\trepositoryformatversion = 0\n"
_SHA256 = b"[core]\n\tbare = true\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n"


class Repository(NamedTuple):
    """Where everything lies. `root` is the top of the working tree (`None`: there is none), `prefix` the working
    directory below it ("" or "sub/folder/"), `shallow` the file with the commits at which the history is cut (`None`:
    it is not).
    """

    git: Git
    folder: str
    objects: str
    root: str | None
    prefix: str
    shallow: str | None
    sha256: bool

    @property
    def partial(self) -> bool:
        """Whether it is a partial clone, from which objects may be missing."""
        try:
            return any(name.endswith(".promisor") for name in os.listdir(os.path.join(self.objects, "pack")))
        except OSError:
            return False


def settled(cwd: str, variables: Mapping[str, str]) -> Git:
    """Git for a folder, without the variables of a hook that lead away from it.

    Inside a hook of a linked worktree GIT_DIR is set without GIT_WORK_TREE, and git then takes whatever folder it is in
    for the top. Where the folder leads to the same repository anyway, it is better left to git to find the top.
    """
    git = git_at(cwd, variables)
    if "GIT_DIR" in git.variables and "GIT_WORK_TREE" not in git.variables:
        plain = git.without("GIT_DIR", "GIT_COMMON_DIR")
        ours, theirs = git.start(*_QUESTION), plain.start(*_QUESTION)
        one, other = ours.result(), theirs.result()
        if one.code == other.code == 0 and _git_dir(one) == _git_dir(other) and _is_inside(other):
            git = plain
    index = git.variables.get("GIT_INDEX_FILE", "")
    if os.path.isabs(index) and _is_foreign(os.path.dirname(index), git):
        git = git.without("GIT_INDEX_FILE")
    return git


def _git_dir(result: Result) -> bytes:
    return result.out.rpartition(_END.encode() + b"\n")[2]


def _is_inside(result: Result) -> bool:
    return result.out.startswith(b"true\n")


def _is_foreign(folder: str, git: Git) -> bool:
    """Whether an index lies in the git directory of another repository: a hook of that one went elsewhere."""
    if not os.path.exists(os.path.join(folder, "HEAD")):
        return False
    result = git.run(*_QUESTION)
    here = os.fsdecode(_git_dir(result).rstrip(b"\n"))
    return result.code == 0 and os.path.realpath(folder) != os.path.realpath(here)


def ask(git: Git) -> Child:
    """Start to find the repository."""
    return git.start(*_QUESTION)


def repository_of(git: Git, answer: Result) -> Repository:
    """The repository that git found; raises `GitError` where it refuses."""
    if answer.code:
        raise refusal(answer, git)
    facts, prefix, objects, shallow, folder = os.fsdecode(answer.out).split(_END + "\n")
    inside, is_shallow, ids, up, *_ = facts.split("\n")
    here = os.path.realpath(git.cwd)
    has_root = inside == "true" or os.path.isabs(up)
    return Repository(
        git,
        folder=folder[:-1],
        objects=os.path.join(here, objects[:-1]),
        root=os.path.normpath(os.path.join(here, up)) if has_root else None,
        prefix=prefix[:-1],
        shallow=os.path.join(here, shallow[:-1]) if is_shallow == "true" else None,
        sha256=ids == "sha256",
    )


def refusal(answer: Result, git: Git) -> GitError:
    """What git said when it refused, as an error that tells what to do."""
    text = answer.err
    first = next((line for line in text.splitlines() if line.startswith("fatal:")), text.strip().split("\n")[0])
    if "safe.directory" in text:
        command = next((line.strip() for line in text.splitlines() if "--add safe.directory" in line), "")
        return GitError(
            "git refuses this repository because it belongs to another user",
            hint=f"If you trust it: {command or 'git config --global --add safe.directory ' + shown(git.cwd)}",
        )
    if "not a git repository" in text and "GIT_DIR" in git.variables:
        return GitError(
            f"GIT_DIR is set to {shown(git.variables['GIT_DIR'])}, which is no repository", hint="Unset GIT_DIR."
        )
    if "not a git repository" in text:
        hint = "Run msdiff in a repository, or name two folders or files: msdiff OLD NEW"
        return GitError(f"{shown(git.cwd)} is not in a git repository", hint=hint)
    if "must be run in a work tree" in text:
        return GitError("this repository has no working tree here", hint="Name two versions: msdiff main..feature")
    said = shown(first.removeprefix("fatal: ") or f"exit code {answer.code}")
    return GitError(f"git says: {said}", hint="`git status` here should say the same; `git fsck` may say more.")


@contextmanager
def alone(repository: Repository, *, attributes: bytes = b"") -> Iterator[Git]:
    """An empty repository of our own in a temporary folder, for objects of another one; removed at the end.

    Whatever git writes while it works goes there, and none of the other's configuration counts. `attributes` are those
    that stand in the top folder's `.gitattributes`. Raises `GitError` where there is no room for it.
    """
    folder = os.path.join(_above(repository), f"msdiff-{os.urandom(8).hex()}")
    try:
        os.mkdir(folder, 0o700)
    except OSError as error:
        raise _no_space(error) from None
    try:
        _furnish(folder, repository, attributes)
        yield git_alone(folder)
    finally:
        remove(folder)


def _above(repository: Repository) -> str:
    """Where temporary folders go, and never in the repository. (Importing `tempfile` costs as much as four runs of
    git.)
    """
    wishes = [os.environ[name] for name in ("TMPDIR", "TEMP", "TMP") if os.environ.get(name)]
    ours = (repository.root, repository.folder, os.path.dirname(repository.objects))
    taken = [place.rstrip("/") + "/" for place in ours if place]
    places = [os.path.realpath(wish) + "/" for wish in [*wishes, "/tmp"]]
    return next((place for place in places if not place.startswith(tuple(taken))), "/tmp")


def _no_space(error: OSError) -> GitError:
    return GitError(f"no temporary folder: {error}", hint="Set TMPDIR to a folder that can be written to.")


def _furnish(folder: str, repository: Repository, attributes: bytes) -> None:
    files = {"HEAD": b"ref: refs/heads/none\n", "config": _SHA256 if repository.sha256 else _SHA1}
    try:
        for name in ("objects", "refs", "info"):
            os.mkdir(os.path.join(folder, name))
        if attributes:
            files["info/attributes"] = attributes
        for name, data in files.items():
            _write(folder, name, data)
    except OSError as error:
        raise _no_space(error) from None


def _write(folder: str, name: str, data: bytes) -> None:
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def remove(folder: str) -> None:
    """Remove a temporary folder and all in it."""
    for above, folders, files in os.walk(folder, topdown=False):
        for name in files:
            os.unlink(os.path.join(above, name))
        for name in folders:
            os.rmdir(os.path.join(above, name))
    os.rmdir(folder)
