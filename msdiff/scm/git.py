"""The versions that a command line names (design, section 7: RANGE).

In go the words as typed, out come snapshots. Promise: the repository is only read, its index and object store included;
`A..B` is what a merge would give, or says why it is not; what cannot be told ends with exit code 4 and the command that
helps.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from msdiff.errors import GitError, UsageError
from msdiff.scm.meeting import forked, joined
from msdiff.scm.opening import Found, Opening, Request
from msdiff.scm.process import NoGit, shown
from msdiff.scm.revisions import (
    FORK,
    INDEX,
    ONE,
    PAIR,
    Form,
    ambiguous,
    form_of,
    is_path,
    is_plainly_path,
    unknown_revisions,
)
from msdiff.scm.sides import Sides, Version, Where

if TYPE_CHECKING:
    from msdiff.scm.folders import FolderSnapshot

MAX_FILE_BYTES = 32 * 1024 * 1024  # a larger file is not read


def every_file(path: str) -> bool:
    """The filter that leaves nothing out."""
    return True


def resolve_sides(  # noqa: PLR0913  # a range has many parts
    arguments: tuple[str, ...],
    paths: tuple[str, ...] = (),
    *,
    cwd: str,
    staged: bool = False,
    separated: bool = False,
    wanted: Callable[[str], bool] = every_file,
    limit: int = MAX_FILE_BYTES,
    meanwhile: Callable[[], object] | None = None,
) -> Sides:
    """Base and head of a RANGE.

    `arguments` are the words before `--`, `paths` those after it, relative to `cwd` (a folder); `separated` says that
    there was a `--` though nothing followed it. `wanted` tells by its path whether a file is looked at, `limit` the
    largest that is read, in bytes. Raises `UsageError` for words that make no range or can be read in two ways,
    `GitError` for what git cannot give. The result must be closed. `meanwhile` is called while git is at work.
    """
    request = Request(os.path.abspath(cwd), paths, separated or bool(paths), wanted, limit)
    form = form_of(arguments, staged=staged)
    if form.kind == PAIR and all(is_plainly_path(word) and is_path(word, cwd) for word in form.words):
        return _folders(form.words, request)
    try:
        opening = Opening(request, form)
    except NoGit:
        if form.kind == PAIR and all(is_path(word, cwd) for word in form.words):
            return _folders(form.words, request)
        raise
    sides = None
    try:
        if meanwhile is not None:
            meanwhile()
        sides = _sides(opening, form, request)
        return sides
    finally:
        opening.end(keep=sides is not None and sides.objects is not None)


def resolve_version(
    argument: str | None,
    paths: tuple[str, ...] = (),
    *,
    cwd: str,
    separated: bool = False,
    wanted: Callable[[str], bool] = every_file,
    limit: int = MAX_FILE_BYTES,
) -> Version:
    """One version: a revision, a folder or a file; `None` is the working tree (a bare repository's HEAD; `cwd` without
    git).

    Everything else as for `resolve_sides`.
    """
    request = Request(os.path.abspath(cwd), paths, separated or bool(paths), wanted, limit)
    form = form_of(() if argument is None else (argument,), staged=False)
    if form.head is not None:
        raise UsageError(f"`{shown(form.words[0])}` names two versions, and one is looked at", hint="Name one.")
    if argument is not None and is_plainly_path(argument) and is_path(argument, cwd):
        return _folder(argument, request)
    try:
        opening = Opening(request, form if argument is None else form._replace(kind=ONE))
    except NoGit:
        if argument is None or is_path(argument, cwd):
            return _folder(argument or ".", request)
        raise
    version = None
    try:
        version = _version(opening, form, argument, request)
        return version
    finally:
        opening.end(keep=version is not None and version.objects is not None)


def _sides(opening: Opening, form: Form, request: Request) -> Sides:
    found = opening.found()
    if isinstance(found, GitError):
        if form.kind == PAIR and all(is_path(word, request.cwd) for word in form.words):
            return _folders(form.words, request)
        raise found
    commits = found.commits
    if not _are_revisions(form, request, found):
        return _folders(form.words, request)
    base = commits[form.base]
    if form.head is None:
        return found.sides(found.tree(base), found.staged() if form.kind == INDEX else found.working_tree())
    head = commits[form.head]
    if form.kind == PAIR:
        return found.sides(found.tree(base), found.tree(head), date=head.date)
    return forked(found, base, head) if form.kind == FORK else joined(found, base, head)


def _version(opening: Opening, form: Form, argument: str | None, request: Request) -> Version:
    found = opening.found()
    if isinstance(found, GitError):
        if argument is None or is_path(argument, request.cwd):
            return _folder(argument or ".", request)
        raise found
    if argument is None and found.repository.root is not None:
        return found.version(found.working_tree(), None)
    commits = found.commits
    sure = (
        request.separated or found.repository.root is None
    )  # a bare repository's own files (`HEAD`) are no paths of it
    if argument is not None and is_path(argument, request.cwd) and not (sure and argument in commits):
        if argument in commits:
            raise ambiguous(argument)
        return _folder(argument, request)
    if form.base not in commits:
        raise unknown_revisions((form.base,), found.repository)
    return found.version(found.tree(commits[form.base]), commits[form.base].date)


def _are_revisions(form: Form, request: Request, found: Found) -> bool:
    """Whether the words are revisions; false where both are paths. Raises `UsageError` or `GitError` for anything
    else.
    """
    commits = found.commits
    parts = [(word, (word,) if form.kind == PAIR else form.revisions) for word in form.words]
    revisions = [word for word, names in parts if all(name in commits for name in names)]
    paths = [word for word in form.words if is_path(word, request.cwd)]
    for word in revisions:
        if word in paths and not request.separated and found.repository.root is not None:
            raise ambiguous(word)
    if all(name in commits for name in form.revisions):
        return True
    if form.kind == PAIR and len(paths) == 2:
        return False
    if paths and (form.kind != PAIR or revisions):
        raise _half(form.words, paths[0], revisions)
    raise unknown_revisions(tuple(name for name in form.revisions if name not in commits), found.repository)


def _half(words: tuple[str, ...], path: str, revisions: list[str]) -> UsageError:
    """The error for one path where two are needed."""
    version = revisions[0] if revisions else "HEAD"
    other = f"`{shown(version)}` a revision" if len(words) == 2 else "one is not enough to compare"
    hint = f"Name two paths, or limit what is compared: msdiff {shown(version)} -- {shown(path)}"
    return UsageError(f"`{shown(path)}` is a path, and {other}", hint=hint)


def _folders(words: tuple[str, ...], request: Request) -> Sides:
    kinds = [os.path.isdir(os.path.join(request.cwd, word)) for word in words]
    if kinds[0] != kinds[1]:
        file, folder = words if kinds[1] else words[::-1]
        hint = "Name two folders or two files."
        raise UsageError(f"`{shown(file)}` is a file and `{shown(folder)}` a folder", hint=hint)
    base, head = (_at(word, request) for word in words)
    return Sides(Where(None, "", head.selection.patterns, None), None, base, head)


def _folder(word: str, request: Request) -> Version:
    snapshot = _at(word, request)
    return Version(Where(None, "", snapshot.selection.patterns, None), None, snapshot)


def _at(word: str, request: Request) -> FolderSnapshot:
    from msdiff.scm.folders import folder_snapshot

    return folder_snapshot(word, cwd=request.cwd, selection=request.selection(None), limit=request.limit)
