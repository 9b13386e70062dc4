"""`A...B` and `A..B`: two commits whose histories meet somewhere.

In go the commits, out come the sides to compare. Promise: where a merge cannot be told in a file that is looked at, the
merge-base is compared instead and the report says so; it never looks like the merge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdiff.model.snapshot import Snapshot
from msdiff.scm.ancestry import ancestry_of, bases_of, doubt
from msdiff.scm.opening import Found
from msdiff.scm.process import shown
from msdiff.scm.remarks import some
from msdiff.scm.revisions import Commit, commits_of
from msdiff.scm.sides import Sides
from msdiff.scm.snapshots import TreeSnapshot

if TYPE_CHECKING:  # most branches start at the tip of base: nothing is to be merged
    from msdiff.scm.merging import Merge


def forked(found: Found, base: Commit, head: Commit) -> Sides:
    """The merge-base against head. Raises `GitError` where there is none."""
    bases = bases_of(found.merge_bases(), found.repository, base, head)
    notes = doubt(found.repository, base, head, bases)
    if len(bases) > 1:
        notes += (f"{_names(base, head)} have {len(bases)} merge-bases: {_short(bases[0])} is taken",)
    return found.sides(
        _meeting(found, base, head, bases[0]), found.tree(head, *notes), date=head.date, merge_base=bases[0]
    )


def joined(found: Found, base: Commit, head: Commit) -> Sides:
    """Base against what merging head into it would give. Raises `GitError` where they have no merge-base."""
    bases = bases_of(found.merge_bases(), found.repository, base, head)
    notes = doubt(found.repository, base, head, bases)
    if base.id == head.id:
        notes += (f"{_names(base, head)} are the same commit",)
    if base.id in bases:
        return found.sides(found.tree(base), found.tree(head, *notes), date=head.date, merge_base=base.id)
    from msdiff.scm.merging import Merge, merged

    if head.id in bases:
        notes += (f"`{shown(head.name)}` is already part of `{shown(base.name)}`: there is nothing to merge",)
        return _result(found, base, head, bases, Merge(base.tree, {}, (), notes))
    ancestry = ancestry_of(found.repository, base.id, head.id, bases)
    trees = tuple(_commit(found, id).tree for id in ancestry.commits)
    merge = merged(found.repository, found.objects, ancestry, trees, found.selection)
    return _result(found, base, head, bases, merge._replace(notes=notes + merge.notes))


def _result(found: Found, base: Commit, head: Commit, bases: tuple[str, ...], merge: Merge) -> Sides:
    here = [path for path in merge.conflicts if _concerns(path, found)]
    elsewhere = [path for path in merge.conflicts if path not in here]
    what = f"merging `{shown(head.name)}` into `{shown(base.name)}` conflicts in"
    notes = merge.notes
    if here:
        notes += (
            f"{what} {some(here)}: their merge-base {_short(bases[0])} is compared with `{shown(head.name)}` instead",
        )
        sides: tuple[Snapshot, Snapshot] = _meeting(found, base, head, bases[0]), found.tree(head, *notes)
    else:
        notes += (f"{what} {some(elsewhere)}, which {_are(elsewhere)} not looked at",) if elsewhere else ()
        sides = found.tree(base), _snapshot(found, base, head, merge, notes)
    return found.sides(*sides, date=head.date, merge_base=bases[0], conflicts=merge.conflicts)


def _concerns(path: str, found: Found) -> bool:
    """Whether a conflict may touch what is looked at; one in a folder (`/` at the end) concerns all that is in it."""
    from msdiff.scm.merging import EVERYTHING

    if path == EVERYTHING:
        return True
    return found.selection.enters(path[:-1]) if path.endswith("/") else found.selection.has(path)


def _snapshot(found: Found, base: Commit, head: Commit, merge: Merge, notes: tuple[str, ...]) -> TreeSnapshot:
    label = f"merge of {head.name} into {base.name}"
    return TreeSnapshot(label, head.id, merge.tree, found.objects, found.selection, said=notes, others=merge.others)


def _meeting(found: Found, base: Commit, head: Commit, id: str) -> TreeSnapshot:
    meeting = _commit(found, id)._replace(name=f"merge-base of {base.name} and {head.name}")
    return found.tree(meeting)


def _commit(found: Found, id: str) -> Commit:
    commit = commits_of((id,), found.objects).get(id)
    if commit is None:
        raise found.objects.missing(id, "the merge-base")
    return commit


def _names(base: Commit, head: Commit) -> str:
    return f"`{shown(base.name)}` and `{shown(head.name)}`"


def _short(id: str) -> str:
    return id[:12]


def _are(paths: list[str]) -> str:
    return "is" if len(paths) == 1 else "are"
