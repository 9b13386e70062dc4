"""`msdiff fix [--dry-run] [RANGE]`: make the edits that are obvious, or show them.

In: a comparison whose head lies in the working tree. Out: changed values in its files, or a diff. Promise: an edit is made
only where it proves to help, comments and layout stay, and a file that is not what was compared is not touched.
"""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.commands.comparing import Comparison, comparison
from msdiff.commands.fix_proposals import Edit, Fixes, proposed
from msdiff.commands.options import Arguments, Parser, add_common, add_policy
from msdiff.commands.output import print_text
from msdiff.commands.own_files import content, write
from msdiff.errors import InputError
from msdiff.report.escape import log_line, plural, visible

_USAGE = "msdiff fix [--dry-run] [RANGE] [options] [-- PATHS]"
_ABOUT = """\
Make the edits that are obvious: a line that still says the old value of what changed
(dimension, model, revision, tokens), a consumer that takes less than its producer now gives,
a caller that waits less than its callee takes. Each edit is tried first: it is made only if
the finding is gone with it and nothing else is worse. Comments and layout stay.

RANGE names the comparison; without one, HEAD against the working tree. Files are changed in
the working tree, and only where they are what was compared."""
_EXAMPLES = (
    "msdiff fix --dry-run main..HEAD         show the edits as a diff",
    "msdiff fix main..HEAD                   make them",
    "msdiff fix --staged                     for what is about to be committed",
)


def parser() -> Parser:
    """The words of a fix."""
    found = Parser(_USAGE, _ABOUT, _EXAMPLES)
    found.add_argument("words", nargs="*", metavar="RANGE", help="A..B, A...B, A B, A, or two files or folders")
    found.add_argument("--staged", action="store_true", help="compare HEAD with the index")
    found.add_argument("--dry-run", action="store_true", help="show the edits as a diff, and change nothing")
    add_policy(found)
    add_common(found)
    return found


def run(arguments: Arguments) -> int:
    """Propose, and write or show."""
    with comparison(arguments, tuple(arguments.words)) as done:
        fixes = proposed(done)
        here, elsewhere = _sorted_out(done, fixes)
        texts = {path: (done.head.read(path), fixes.files[path]) for path in here}
        if arguments.dry_run:
            print_text("".join(_diff(path, *texts[path]) for path in texts))
        else:
            for path, (_, new) in texts.items():
                write(_root(done) or "", path, new)
    edits = [edit for edit in fixes.edits if edit.place.file in here]
    print_text("".join(f"{line}\n" for line in _said(edits, elsewhere, fixes.left, dry=arguments.dry_run)))
    return 0


def _root(done: Comparison) -> str | None:
    """The folder that head's files lie in."""
    disk = getattr(done.head, "disk", None)
    return disk.root if disk is not None else done.root


def _sorted_out(done: Comparison, fixes: Fixes) -> tuple[frozenset[str], tuple[str, ...]]:
    """The files that lie in the working tree as they were compared, and those that do not."""
    here = frozenset(path for path in fixes.files if _lies_there(path, done))
    return here, tuple(sorted(set(fixes.files) - here))


def _lies_there(path: str, done: Comparison) -> bool:
    root, limit = _root(done), done.request.settings.limits.file_bytes
    try:
        return root is not None and content(root, path, limit=limit) == done.head.read(path)
    except InputError:
        return False


def _diff(path: str, old: bytes, new: bytes) -> str:
    """A unified diff, as `git apply` takes it; what would act on a terminal is written out."""
    from difflib import unified_diff

    name = visible(path)
    before, after = (data.decode("utf-8").splitlines(keepends=True) for data in (old, new))
    lines = unified_diff(before, after, f"a/{name}", f"b/{name}")
    return "".join(f"{visible(line.rstrip(chr(10)))}\n" for line in lines)


def _said(edits: list[Edit], elsewhere: tuple[str, ...], left: int, *, dry: bool) -> Iterator[str]:
    for edit in edits:
        wait = f"; {edit.wait}" if edit.wait else ""
        words = f"{edit.place}: {edit.key} {edit.old} -> {edit.new} ({edit.rule} at {edit.node}{wait})"
        yield log_line(visible(words))
    for path in elsewhere:
        yield log_line(visible(f"{path} is not what was compared: not touched"))
    done = "proposed" if dry else "made"
    yield f"{plural(len(edits), 'edit')} {done}; {plural(left, 'finding')} without an obvious edit"
