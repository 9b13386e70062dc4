"""Which two versions an event is about, as words of a RANGE.

In go an event and the repository that was checked out for it, out come two commits that are really there. Promise:
never a guess; where a commit is missing (a shallow clone), the error has the exact line that brings it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from shlex import quote

from msdiff.errors import GitError, UsageError
from msdiff.model.records import NamedTuple
from msdiff.scm.github_event import MANUAL, PULL, PUSH, QUEUE, RUN, TARGET, Event
from msdiff.scm.process import Git, shown
from msdiff.scm.repository import settled


class Range(NamedTuple):
    """What to compare. `words` are for the command line; `base` and `head` say what these are, for people.

    `head_commit` is the commit of the branch (of a merge commit, the side that is merged in), `local` are the words by
    which a developer who has the branch names the same comparison.
    """

    words: tuple[str, ...]
    base: str
    head: str
    head_commit: str
    local: tuple[str, ...]
    notes: tuple[str, ...] = ()


class _Commit(NamedTuple):
    id: str
    parents: tuple[str, ...]


class _Clone(NamedTuple):
    """What was checked out. Commits are read as they are written: their parents are known even where a clone ends."""

    git: Git

    def commit(self, name: str) -> _Commit | None:
        """The commit of this name, `None` where it is not there."""
        answer = self.git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        id = answer.out.decode("ascii", "replace").strip()
        if answer.code or not id:
            return None
        text = self.git.run("cat-file", "commit", id).out.decode("utf-8", "replace")
        headers = text.partition("\n\n")[0].splitlines()
        return _Commit(id, tuple(line[7:] for line in headers if line.startswith("parent ")))

    def has(self, id: str) -> bool:
        return bool(id) and self.git.run("cat-file", "-e", f"{id}^{{commit}}").code == 0

    def meet(self, one: str, other: str) -> bool:
        """Whether a common ancestor of both is there."""
        return self.git.run("merge-base", one, other).code == 0

    def branch(self, name: str) -> _Commit | None:
        """The commit of a branch of the remote, as far as it was fetched."""
        return self.commit(f"refs/remotes/{self.remote}/{name}") if name else None

    @property
    def remote(self) -> str:
        names = self.git.run("remote").out.decode("utf-8", "replace").split()
        return "origin" if "origin" in names or not names else names[0]

    def fetch_branch(self, name: str) -> str:
        """The command that brings a branch under the name that is looked for here."""
        spec = shown(f"+refs/heads/{name}:refs/remotes/{self.remote}/{name}")
        return f"git fetch --no-tags {self.remote} {quote(spec)}"


def range_of(event: Event, cwd: str, *, base: str | None = None) -> Range | None:
    """The comparison that the event asks for in the clone at `cwd`; `None` where there is nothing left to compare.

    `base` (a revision) stands for what the event says. Raises `GitError` where a commit is missing.
    """
    clone = _Clone(settled(os.path.abspath(cwd), os.environ))
    head = clone.commit("HEAD")
    if head is None:
        answer = clone.git.run("rev-parse", "--git-dir")
        if answer.code:
            raise GitError(
                "the repository was not checked out", hint="Run actions/checkout with `fetch-depth: 2` before msdiff."
            )
        raise GitError("there is no commit to compare", hint="Is the repository empty?")
    if base:
        return _against(base, event, head, clone)
    return _RANGES[event.kind](event, head, clone)


def differing(cwd: str, one: str, other: str) -> frozenset[str]:
    """The files in which two commits differ; none where that cannot be told."""
    if one == other:
        return frozenset()
    answer = settled(os.path.abspath(cwd), os.environ).run(
        "diff-tree", "-r", "-z", "--name-only", "--no-renames", one, other
    )
    return frozenset(answer.out.decode("utf-8", "surrogateescape").split("\0")) if answer.code == 0 else frozenset()


def _against(base: str, event: Event, head: _Commit, clone: _Clone) -> Range:
    found = clone.commit(base)
    if found is None:
        hint = f"If it is a branch: {clone.fetch_branch(base.removeprefix(f'{clone.remote}/'))}"
        raise GitError(f"unknown revision `{shown(base)}`", hint=hint)
    _need_meeting(found.id, head.id, event, clone)
    return Range((f"{found.id}..{head.id}",), base, _head_name(event), head.id, (f"{base}..HEAD",))


def _pull(event: Event, head: _Commit, clone: _Clone) -> Range:
    """The merge commit that GitHub made, against what it was merged into; else the branch, if that was checked out."""
    local = (f"{clone.remote}/{event.base_ref}..HEAD",)
    title = f"#{event.number} merged into {event.base_ref}"
    if len(head.parents) == 2 and (head.id == event.sha or head.parents[1] == event.head_sha):
        into, merged = head.parents
        if not clone.has(into):
            raise _no_parent(head, clone, "the merge commit of the pull request")
        other = f"{merged[:12]} is what was merged, {event.head_sha[:12]} is what the event names"
        notes = () if merged == event.head_sha else (other,)
        return Range((into, head.id), event.base_ref, title, merged, local, notes)
    if head.id != event.head_sha:
        raise GitError(
            f"HEAD ({head.id[:12]}) is neither the pull request's merge commit nor its head",
            hint="Let actions/checkout check out what it does by default, with `fetch-depth: 2`, or name the base: "
            "msdiff github --base REV",
        )
    base = clone.branch(event.base_ref) or clone.commit(event.base_sha)
    if base is None:
        raise GitError(
            f"the base of the pull request, `{shown(event.base_ref)}`, was not fetched",
            hint=f"{_PREFER}; or run this before msdiff: {clone.fetch_branch(event.base_ref)}",
        )
    _need_meeting(base.id, head.id, event, clone)
    return Range((f"{base.id}..{head.id}",), event.base_ref, title, head.id, local)


_WITHOUT_BASE = "the last commit is compared with the one before; --base REV names another"
_PREFER = "In the workflow, let actions/checkout check out the merge commit (no `ref:`) with `fetch-depth: 2`"


def _target(event: Event, head: _Commit, clone: _Clone) -> Range:
    """The base branch is checked out; the pull request's commits were fetched, and are only ever read."""
    merge = clone.commit(f"refs/remotes/pull/{event.number}/merge")
    name = f"#{event.number} merged into {event.base_ref}"
    local = (f"{clone.remote}/{event.base_ref}..HEAD",)
    if merge is not None and len(merge.parents) == 2 and merge.parents[1] == event.head_sha:
        if not clone.has(merge.parents[0]):
            raise _no_parent(merge, clone, "the merge commit of the pull request")
        return Range((merge.parents[0], merge.id), event.base_ref, name, event.head_sha, local)
    spec = f"+refs/pull/{event.number}/merge:refs/remotes/pull/{event.number}/merge"
    raise GitError(
        "the commits of the pull request were not fetched",
        hint=f"Fetch them, without checking them out: git fetch --no-tags --depth=2 {clone.remote} {spec}",
    )


def _push(event: Event, head: _Commit, clone: _Clone) -> Range | None:
    if event.is_gone:
        return None
    after = clone.commit(event.head_sha) or head
    name = event.head_ref or "HEAD"
    if event.base_sha:
        if not clone.has(event.base_sha):
            raise GitError(
                f"what was there before the push ({event.base_sha[:12]}) is not in this clone",
                hint=f"Run this before msdiff: git fetch --no-tags --depth=1 {clone.remote} {event.base_sha}",
            )
        return Range((event.base_sha, after.id), f"{name} before", name, after.id, (event.base_sha, after.id))
    return _new_branch(event, after, clone, name)


def _new_branch(event: Event, head: _Commit, clone: _Clone, name: str) -> Range | None:
    """A branch that is new is compared with where it left the default branch; a tag with the commit before."""
    default = clone.branch(event.default_branch)
    is_branch = event.ref.startswith("refs/heads/") and event.head_ref != event.default_branch
    if is_branch and default is not None and clone.meet(default.id, head.id):
        words = (f"{default.id}...{head.id}",)
        local = (f"{clone.remote}/{event.default_branch}...{name}",)
        return Range(words, event.default_branch, name, head.id, local)
    return _last_commit(head, clone, name, f"{shown(name)} is new: its last commit is compared with the one before")


def _queue(event: Event, head: _Commit, clone: _Clone) -> Range:
    """What the queue would merge, against what it would merge it into."""
    group = clone.commit(event.head_sha)
    if group is None:
        raise _missing(event.head_sha, "the merge group's commit", clone)
    if not clone.has(event.base_sha):
        raise _missing(event.base_sha, "the base of the merge group", clone)
    name = f"merge queue, #{event.number}" if event.number else "merge queue"
    local = (event.base_sha, group.id)
    return Range((event.base_sha, group.id), event.base_ref, name, group.id, local)


def _run(event: Event, head: _Commit, clone: _Clone) -> Range:
    """The pull request that the finished run belongs to, where the payload names it."""
    if len(event.pulls) != 1 or not all(event.pulls[0]):
        raise UsageError(
            "the payload of this `workflow_run` does not name one pull request (a fork's is never named)",
            hint="Hand on the first stage's report: msdiff github --report FILE",
        )
    base, wanted = event.pulls[0]
    for commit, what in ((base, "the base of the pull request"), (wanted, "the head of the pull request")):
        if not clone.has(commit):
            raise _missing(commit, what, clone)
    _need_meeting(base, wanted, event, clone)
    return Range((f"{base}..{wanted}",), base[:12], event.head_ref, wanted, (f"{base}..{wanted}",))


def _manual(event: Event, head: _Commit, clone: _Clone) -> Range | None:
    """A branch against the default branch; the default branch itself against the commit before."""
    name = event.head_ref or "HEAD"
    if not event.default_branch or event.head_ref == event.default_branch:
        return _last_commit(head, clone, name, _WITHOUT_BASE)
    base = clone.branch(event.default_branch)
    if base is None:
        raise GitError(
            f"the default branch, `{shown(event.default_branch)}`, was not fetched",
            hint=f"Run this before msdiff: {clone.fetch_branch(event.default_branch)}",
        )
    _need_meeting(base.id, head.id, event, clone)
    local = (f"{clone.remote}/{event.default_branch}..HEAD",)
    return Range((f"{base.id}..{head.id}",), event.default_branch, _head_name(event), head.id, local)


def _last_commit(head: _Commit, clone: _Clone, name: str, note: str) -> Range | None:
    if not head.parents:
        return None
    if not clone.has(head.parents[0]):
        raise _no_parent(head, clone, "the commit")
    return Range((head.parents[0], head.id), f"{name}^", name, head.id, (head.parents[0], head.id), (note,))


def _need_meeting(base: str, head: str, event: Event, clone: _Clone) -> None:
    """Raises `GitError` where a shallow clone hides where the histories meet; unrelated ones are said later."""
    shallow = clone.git.run("rev-parse", "--is-shallow-repository").out.strip() == b"true"
    if not shallow or clone.meet(base, head):
        return
    prefer = f"{_PREFER}; or run this" if event.kind == PULL else "Run this"
    raise GitError(
        "this clone is shallow and does not reach the commit at which base and head part",
        hint=f"{prefer} before msdiff: git fetch --no-tags --unshallow {clone.remote} {base} {head}",
    )


def _no_parent(commit: _Commit, clone: _Clone, what: str) -> GitError:
    return GitError(
        f"{what} ({commit.id[:12]}) is here without its first parent: the clone has a depth of 1",
        hint="In the workflow, give actions/checkout `fetch-depth: 2`; or run this before msdiff: "
        f"git fetch --no-tags --depth=2 {clone.remote} {commit.id}",
    )


def _missing(id: str, what: str, clone: _Clone) -> GitError:
    return GitError(
        f"{what} ({id[:12]}) is not in this clone",
        hint=f"Run this before msdiff: git fetch --no-tags --depth=1 {clone.remote} {id}",
    )


def _head_name(event: Event) -> str:
    return f"#{event.number}" if event.number else event.head_ref or "HEAD"


_RANGES: dict[str, Callable[[Event, _Commit, _Clone], Range | None]] = {
    PULL: _pull,
    TARGET: _target,
    PUSH: _push,
    QUEUE: _queue,
    RUN: _run,
    MANUAL: _manual,
}
