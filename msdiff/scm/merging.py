"""Merging without a repository to write to: the trial that tells what `A..B` compares with.

In go trees and how their histories meet, out come the files of the merge and those in conflict. Promise: not even the
time of a file in the object store changes (git touches an object that it is about to write and finds there): what a
merge may read is copied into a repository of our own, and what it makes is taken into memory.
"""

from __future__ import annotations

import os

from msdiff.model.records import NamedTuple
from msdiff.scm.ancestry import Ancestry
from msdiff.scm.differences import Difference, differences
from msdiff.scm.objects import AbsentObject, Object, Objects, object_id
from msdiff.scm.process import Git, Result, shown
from msdiff.scm.repository import Repository, alone
from msdiff.scm.selection import Selection
from msdiff.scm.snapshots import file_in, regular

EVERYTHING = "/"  # a conflict of which git does not say where it is
_TOO_OLD = 129  # git's exit code for an option that it does not know
_AT_ONCE = 200  # objects in memory while they are copied
_NOTE = "{why}: the merge was made file by file, without looking for renames"


class Merge(NamedTuple):
    """What a merge gives: a tree, with what stands there instead in some paths (marks, as of a `Difference`); what it
    could not decide; what to say.
    """

    tree: str
    others: dict[str, str | None]
    conflicts: tuple[str, ...]
    notes: tuple[str, ...] = ()


def merged(
    repository: Repository, objects: Objects, ancestry: Ancestry, trees: tuple[str, ...], selection: Selection
) -> Merge:
    """The merge as git makes it, renames and criss-cross histories included; where it cannot, file by file, with a
    note.

    `trees` are those of the commits of `ancestry`. Of the attributes those of the top folder count. Raises `GitError`
    where the repository does not hold what is needed.
    """
    found = differences(objects, trees)
    is_plain = len(trees) == 3
    if is_plain and not found.mixed and not any(map(_is_hard, found.files)):
        return Merge(trees[1], {file.path: file.marks[2] for file in found.files if _is_theirs(file)}, ())
    needed = [*found.folders, *_blobs(found.files, is_plain=is_plain)]
    with alone(repository, attributes=_attributes(objects, trees[-2])) as git:
        if not _are_copied(git.cwd, objects, needed):
            return _by_file(git, objects, trees, selection, "a file that takes part is too large or missing")
        *_, ours, theirs = _histories(git.cwd, objects, ancestry, trees)
        result = git.run("merge-tree", "--write-tree", "-z", "--name-only", "--messages", ours, theirs)
        if result.code not in (0, 1):
            return _by_file(git, objects, trees, selection, _reason(result))
        objects.add(_made(git.cwd, frozenset(needed)))
    tree, _, rest = result.out.decode("utf-8", "surrogateescape").partition("\0")
    return Merge(tree, {}, _conflicts(rest, (f"~{ours}", f"~{theirs}")) if result.code else ())


def _conflicts(printed: str, endings: tuple[str, str]) -> tuple[str, ...]:
    """What a merge could not decide: the files that git lists, and those that its messages name.

    A message may be all there is: where a folder went cannot be told, say. Folders get a `/` at the end. `endings` are
    what git adds to the name of a file that a folder is in the way of.
    """
    listed, _, messages = printed.partition("\0\0") if not printed.startswith("\0") else ("", "", printed[1:])
    found = set(filter(None, listed.split("\0")))
    parts = messages.split("\0")
    while len(parts) > 3 and parts[0].isdecimal():
        count = int(parts[0])
        paths, (kind, _), parts = parts[1 : count + 1], parts[count + 1 : count + 3], parts[count + 3 :]
        if kind.startswith("CONFLICT"):
            found.update(path + "/" if "directory rename" in kind and path not in found else path for path in paths)
    plain = {path.removesuffix(endings[0]).removesuffix(endings[1]) for path in found}
    return tuple(sorted(plain)) or (EVERYTHING,)


def _reason(result: Result) -> str:
    if result.code == _TOO_OLD:
        return "git is older than 2.38"
    return f"git says `{shown(result.err.strip()[:200])}`"


def _is_hard(file: Difference) -> bool:
    """Whether both sides changed it, or one removed it, which may be the half of a rename."""
    base, ours, theirs = file.marks
    return (ours != theirs and base not in (ours, theirs)) or (base is not None and None in (ours, theirs))


def _is_theirs(file: Difference) -> bool:
    base, ours, theirs = file.marks
    return ours == base and theirs != base


def _attributes(objects: Objects, tree: str) -> bytes:
    """Only `merge=union` and its like follow from these: drivers are programs of the configuration, and it does not
    count.
    """
    blob = file_in(objects, tree, ".gitattributes")
    return (objects.read((blob,))[0].data or b"") if blob else b""


def _blobs(files: tuple[Difference, ...], *, is_plain: bool) -> list[str]:
    """Blobs that a merge may read: all but those of files that one side changed and none added or removed."""
    marks = [
        mark for file in files if not (is_plain and _is_one_sided(file)) for mark in file.marks if mark is not None
    ]
    return list(dict.fromkeys(mark.removeprefix("link ") for mark in marks if not mark.startswith("module ")))


def _is_one_sided(file: Difference) -> bool:
    base, ours, theirs = file.marks
    return None not in file.marks and base in (ours, theirs)


def _are_copied(folder: str, objects: Objects, ids: list[str]) -> bool:
    """Copy objects into a repository of our own; false where one is too large or missing."""
    try:
        for start in range(0, len(ids), _AT_ONCE):
            for one in objects.read(ids[start : start + _AT_ONCE]):
                if one.data is None:
                    return False
                _put(folder, one.id, one.kind, one.data)
    except AbsentObject:
        return False
    return True


def _put(folder: str, id: str, kind: str, data: bytes) -> None:
    import zlib

    place = os.path.join(folder, "objects", id[:2])
    os.makedirs(place, exist_ok=True)
    with open(os.path.join(place, id[2:]), "wb") as file:
        file.write(zlib.compress(b"%s %d\0" % (kind.encode("ascii"), len(data)) + data, 1))


def _histories(folder: str, objects: Objects, ancestry: Ancestry, trees: tuple[str, ...]) -> list[str]:
    """Commits of our own with these trees and parents; each is a second younger than the one before."""
    made: list[str] = []
    for number, (tree, parents) in enumerate(zip(trees, ancestry.parents, strict=True)):
        lines = [f"tree {tree}", *(f"parent {made[parent]}" for parent in parents)]
        lines += [f"{who} msdiff <msdiff> {number} +0000" for who in ("author", "committer")]
        data = "\n".join((*lines, "", "")).encode("ascii")
        made.append(object_id("commit", data, sha256=objects.sha256))
        _put(folder, made[-1], "commit", data)
    return made


def _made(folder: str, known: frozenset[str]) -> dict[str, bytes]:
    """Id and compressed content of the objects in a repository of our own that are new."""
    found: dict[str, bytes] = {}
    for above, _, names in os.walk(os.path.join(folder, "objects")):
        start = os.path.basename(above)
        for name in names:
            if len(start) == 2 and start + name not in known:
                with open(os.path.join(above, name), "rb") as file:
                    found[start + name] = file.read()
    return found


def _by_file(git: Git, objects: Objects, trees: tuple[str, ...], selection: Selection, why: str) -> Merge:
    """The merge of each selected file by itself. A renamed file that both sides changed shows as a conflict."""
    others: dict[str, str | None] = {}
    conflicts: set[str] = set()
    files = differences(objects, trees[-3:]).files
    for file in files:
        if _is_theirs(file):
            others[file.path] = file.marks[2]
        elif file.marks[1] != file.marks[2] and file.marks[0] != file.marks[2] and selection.has(file.path):
            blob = _content(git, objects, file)
            others |= {file.path: blob} if blob else {}
            conflicts |= set() if blob else {file.path}
    there = {file.path for file in files if others.get(file.path, file.marks[1]) is not None}
    conflicts |= {folder for path in there for folder in _above(path) if folder in there}
    return Merge(trees[-2], others, tuple(sorted(conflicts)), (_NOTE.format(why=why),))


def _above(path: str) -> list[str]:
    return [path[:at] for at, one in enumerate(path) if one == "/"]


def _content(git: Git, objects: Objects, file: Difference) -> str | None:
    """The blob of the merged content, `None` on a conflict."""
    ids = [id for id in map(regular, file.marks) if id is not None]
    if len(ids) != 3:
        return None
    for name, blob in zip(("base", "ours", "theirs"), _present(objects, ids, file.path), strict=True):
        if blob.data is None:
            return None  # too large to be merged
        with open(os.path.join(git.cwd, name), "wb") as copy:
            copy.write(blob.data)
    result = git.run("merge-file", "-p", "-q", "ours", "base", "theirs")
    return objects.add_blob(result.out) if result.code == 0 else None


def _present(objects: Objects, ids: list[str], path: str) -> list[Object]:
    """The blobs; raises `GitError` where the repository lacks one."""
    try:
        blobs = objects.read(ids)
    except AbsentObject as absent:
        raise objects.missing(absent.id, f"a version of `{shown(path)}`") from None
    for blob in blobs:
        if not blob.kind:
            raise objects.missing(blob.id, f"a version of `{shown(path)}`")
    return blobs
