"""Where two histories meet.

In go two commits, out come their merge-bases, and as much of both histories as a merge needs. Promise: where a shallow
clone hides it, the error has the exact command that fetches it.
"""

from __future__ import annotations

from msdiff.errors import GitError
from msdiff.model.records import NamedTuple
from msdiff.scm.process import Result, shown
from msdiff.scm.repository import Repository, refusal
from msdiff.scm.revisions import Commit, refs_of, remote_of

_DEEPEST = 20  # levels of merge-bases of merge-bases


class Ancestry(NamedTuple):
    """Commits and the positions of their parents, parents first. The last two are what is merged into and what is
    merged.
    """

    commits: tuple[str, ...]
    parents: tuple[tuple[int, ...], ...]


def bases_of(answer: Result, repository: Repository, base: Commit, head: Commit) -> tuple[str, ...]:
    """The merge-bases that `git merge-base --all` printed; raises `GitError` where there is none."""
    if answer.code == 0:
        return tuple(answer.out.decode("ascii", "replace").split())
    if answer.code != 1:
        raise refusal(answer, repository.git)
    names = f"`{shown(base.name)}` and `{shown(head.name)}`"
    if repository.shallow is not None:
        raise GitError(
            f"this clone is shallow and does not reach the merge-base of {names}", hint=_deepen(repository, base, head)
        )
    hint = f"Their histories are unrelated; compare them as they are: msdiff {shown(base.name)} {shown(head.name)}"
    raise GitError(f"{names} have no merge-base", hint=hint)


def _deepen(repository: Repository, base: Commit, head: Commit) -> str:
    remote = remote_of(repository)
    branches = " ".join(dict.fromkeys(_branches(repository, remote, (base.name, head.name))))
    where = f"{remote} {branches}".rstrip()
    more, all_of_it = (f"git fetch {option} {where}" for option in ("--deepen=50", "--unshallow"))
    return f"Fetch more of it: {more} (again if need be), or all of it: {all_of_it}"


def _branches(repository: Repository, remote: str, names: tuple[str, ...]) -> list[str]:
    """What these revisions are called at the remote, where that can be told."""
    known = refs_of(repository)
    current = repository.git.run("symbolic-ref", "-q", "--short", "HEAD").out.decode("utf-8", "replace").strip()
    words = [
        current if name in ("HEAD", "@") else name.removeprefix("refs/remotes/").removeprefix("refs/heads/")
        for name in names
    ]
    return [word.removeprefix(f"{remote}/") for word in words if f"{remote}/{word.removeprefix(f'{remote}/')}" in known]


def doubt(repository: Repository, base: Commit, head: Commit, bases: tuple[str, ...]) -> tuple[str, ...]:
    """A sentence where a shallow clone may hide a later merge-base than the one found."""
    if repository.shallow is None:
        return ()
    with open(repository.shallow, "rb") as file:
        cut = set(file.read().split())
    result = repository.git.run("rev-list", base.id, head.id, "--not", *bases)
    if cut.isdisjoint(result.out.split()):
        return ()
    return ("this clone is shallow: the merge-base that it shows may not be the last one (git fetch --unshallow)",)


def ancestry_of(repository: Repository, base: str, head: str, bases: tuple[str, ...]) -> Ancestry:
    """The commits between which a merge decides: where histories cross, merge-bases of merge-bases too."""
    parents = {base: bases, head: bases}
    level = bases
    for _ in range(_DEEPEST):
        if len(level) < 2:
            break
        meet = {one: _common(repository, one, level) for one in level if one not in parents}
        parents |= meet
        level = tuple(dict.fromkeys(id for ids in meet.values() for id in ids))
    commits: list[str] = []
    _collect(head, parents, commits)
    commits = [*(id for id in commits if id not in (base, head)), base, head]
    return Ancestry(tuple(commits), tuple(tuple(map(commits.index, parents.get(id, ()))) for id in commits))


def _common(repository: Repository, one: str, level: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for other in level:
        if other != one:
            answer = repository.git.run("merge-base", "--all", one, other)
            found |= dict.fromkeys(answer.out.decode("ascii", "replace").split())
    return tuple(id for id in found if id != one)


def _collect(id: str, parents: dict[str, tuple[str, ...]], found: list[str]) -> None:
    """A commit after its parents."""
    if id not in found:
        for parent in parents.get(id, ()):
            _collect(parent, parents, found)
        found.append(id)
