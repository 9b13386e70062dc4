"""The words of the command line: what a RANGE asks for, and what a revision names.

In go words as typed, out come commits. Promise: a word is never guessed at: neither an option, nor a path taken for a
revision, nor the other way round.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from msdiff.errors import GitError, ManyErrors, MsdiffError, UsageError
from msdiff.model.records import NamedTuple
from msdiff.scm.objects import EndedError, Object, Objects
from msdiff.scm.process import shown
from msdiff.scm.repository import Repository

MERGE, FORK, PAIR, TREE, INDEX, ONE = "merge", "fork", "pair", "tree", "index", "one"
# Dots inside braces (`HEAD^{/fix..}`) belong to the revision.
_RANGE = re.compile(r"((?:[^{.]|\{[^}]*\}|\.(?!\.))*)(\.\.\.?)(.*)", re.DOTALL)
_DATE = re.compile(rb"^committer .* (-?\d+) [-+]\d{4}$", re.MULTILINE)
_KINDS = "Name a branch, a tag or a commit."
_LONGEST = 4096  # bytes of a revision: its question and its answer fit a pipe


class Form(NamedTuple):
    """What is asked for: `A..B`, `A...B`, `A B`, `A` or nothing, `--staged`, one version; the words, and the revisions
    (head `None`: no commit, but the working tree, the index or nothing).
    """

    kind: str
    words: tuple[str, ...]
    base: str
    head: str | None

    @property
    def revisions(self) -> tuple[str, ...]:
        return (self.base,) if self.head is None else (self.base, self.head)


class Commit(NamedTuple):
    """A commit: its name as typed, its id, its tree, and the day it was committed (ISO, UTC); `doubts` are sentences
    that the report must carry, about what the name was taken for.
    """

    name: str
    id: str
    tree: str
    date: str
    doubts: tuple[str, ...] = ()


def form_of(words: tuple[str, ...], *, staged: bool) -> Form:
    """The form of a RANGE; raises `UsageError` for words that make none."""
    for word in words:
        _check(word)
    if staged and words:
        hint = "Leave the range out, or leave `--staged` out."
        raise UsageError("`--staged` compares HEAD with the index and takes no range", hint=hint)
    if staged or not words:
        return Form(INDEX if staged else TREE, (), "HEAD", None)
    if len(words) > 2:
        raise UsageError(
            f"{len(words)} versions were named; two are compared", hint="Paths come after `--`: msdiff A..B -- PATH"
        )
    if len(words) == 2:
        return Form(PAIR, words, words[0], words[1])
    return _single(words[0])


def _single(word: str) -> Form:
    parts = None if word.startswith(":/") or is_plainly_path(word) else _RANGE.fullmatch(word)
    if parts is None:
        return Form(TREE, (word,), word, None)
    base, dots, head = parts.groups()
    return Form(FORK if dots == "..." else MERGE, (word,), base or "HEAD", head or "HEAD")


def _check(word: str) -> None:
    if not word:
        raise UsageError("an empty word is neither a version nor a path", hint="Is a variable of the shell empty?")
    if word.startswith("-"):
        raise UsageError(
            f"`{shown(word)}` is no option of msdiff, and no revision begins with `-`", hint="See msdiff --help."
        )


def is_askable(revision: str) -> bool:
    """Whether git can be asked for it at all, and would not take it for an option.

    `:path` would make it read the index, and is no commit.
    """
    if revision.startswith(("-", "^")) or (revision.startswith(":") and not revision.startswith(":/")):
        return False
    return "\n" not in revision and "\0" not in revision and len(revision) < _LONGEST


def commits_of(names: tuple[str, ...], objects: Objects) -> dict[str, Commit]:
    """Those of the names that are commits; raises `GitError` where git says why a name is none (`HEAD@{99}`)."""
    asked = tuple(filter(is_askable, names))
    try:
        found = objects.commits(asked)
    except EndedError as ended:
        name = ended.name.removesuffix("^{commit}")
        raise GitError(f"unknown revision `{shown(name)}`: {ended.said}", hint=_KINDS) from None
    doubts = tuple(_doubts(objects.errors))
    commits = (_commit(name, one, doubts) for name, one in zip(asked, found, strict=True))
    return {commit.name: commit for commit in commits if commit is not None}


def _doubts(errors: str) -> Iterator[str]:
    """What git warned of when it took a name for one of several things, as sentences."""
    for line in errors.splitlines():
        if name := re.match(r"warning: refname '(.*)' is ambiguous", line):
            yield f"`{shown(name[1])}` names more than one thing: git takes the tag before the branch"
        if name := re.match(r"warning: log for '(.*)' only goes back to", line):
            yield f"the log of `{shown(name[1])}` does not go back that far: its oldest entry is taken"


def _commit(name: str, found: Object, doubts: tuple[str, ...]) -> Commit | None:
    if found.kind != "commit" or found.data is None:
        return None
    tree, _, rest = found.data.removeprefix(b"tree ").partition(b"\n")
    date = _DATE.search(rest.partition(b"\n\n")[0])
    return Commit(name, found.id, tree.decode("ascii", "replace"), _day(int(date[1]) if date else 0), doubts)


def _day(seconds: int) -> str:
    import time

    try:
        return time.strftime("%Y-%m-%d", time.gmtime(seconds))
    except (OverflowError, ValueError, OSError):
        return "1970-01-01"


def is_path(word: str, cwd: str) -> bool:
    """Whether there is a file or folder of this name."""
    try:
        return os.path.lexists(os.path.join(cwd, word))
    except ValueError:
        return False


def is_plainly_path(word: str) -> bool:
    """Whether a word can only be a path: no revision is written like this."""
    return word in (".", "..") or word.startswith(("/", "./", "../")) or word.endswith("/")


def ambiguous(word: str) -> UsageError:
    """The error for a word that is both a revision and a path."""
    name = shown(word)
    return UsageError(
        f"`{name}` is both a revision and a path",
        hint=f"Write `./{name}` for the path, or `msdiff {name} --` for the revision.",
    )


def unknown_revisions(names: tuple[str, ...], repository: Repository) -> MsdiffError:
    """The error for names that git does not know, with the nearest that it does."""
    errors = tuple(_unknown(name, repository) for name in dict.fromkeys(names))
    return errors[0] if len(errors) == 1 else ManyErrors(errors)


def _unknown(name: str, repository: Repository) -> GitError:
    if name in ("HEAD", "@") and repository.git.run("symbolic-ref", "-q", "HEAD").code == 0:
        hint = "Commit first, or compare two folders: msdiff OLD NEW"
        return GitError("there is no commit yet on this branch", hint=hint)
    if is_askable(name) and (kind := _kind(name, repository)):
        return GitError(f"`{shown(name)}` is a {kind}, not a commit", hint=_KINDS)
    return GitError(f"unknown revision `{shown(name)}`", hint=_hint(name, repository))


def _kind(name: str, repository: Repository) -> str:
    """What kind of object a name stands for that is no commit, "" if for none."""
    result = repository.git.run("cat-file", "-t", name)
    kind = result.out.decode("ascii", "replace").strip()
    return {"blob": "file", "tree": "folder", "tag": "tag of something else"}.get(kind, "") if result.code == 0 else ""


def _hint(name: str, repository: Repository) -> str:
    near = nearest(name, refs_of(repository))
    hints = [f"Did you mean {' or '.join(f'`{shown(one)}`' for one in near)}?"] if near else []
    if repository.shallow is not None:
        hints.append(
            f"The clone is shallow; the whole history comes with: git fetch --unshallow {remote_of(repository)}"
        )
    elif not near:
        hints.append(f"If it is a branch that was never fetched: git fetch {remote_of(repository)}")
    return " ".join(hints)


def refs_of(repository: Repository) -> tuple[str, ...]:
    """Branches, tags and remote branches, by the shortest name that git takes."""
    kinds = ("refs/heads", "refs/tags", "refs/remotes")
    result = repository.git.run("for-each-ref", "--count=5000", "--format=%(refname:lstrip=2)", *kinds)
    return tuple(dict.fromkeys(result.out.decode("utf-8", "surrogateescape").split("\n")[:-1]))


def nearest(name: str, names: tuple[str, ...]) -> list[str]:
    """Up to three names that are like this one, the same branch of a remote first."""
    import difflib  # only on the way to an error

    same = [one for one in names if one.endswith("/" + name)]
    return list(dict.fromkeys([*same, *difflib.get_close_matches(name[:200], names, n=3)]))[:3]


def remote_of(repository: Repository) -> str:
    """The remote to fetch from: `origin`, or the first one."""
    names = repository.git.run("remote").out.decode("utf-8", "replace").split()
    return "origin" if "origin" in names or not names else names[0]
