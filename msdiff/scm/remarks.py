"""What a version holds that was not looked at, collected while it is read and said in sentences.

Promise: whatever is left out is said, once a kind, however many files it concerns.
"""

from __future__ import annotations

from collections.abc import Iterable

from msdiff.scm.process import shown

LINK, MODULE, POINTER, REPOSITORY = "link", "module", "pointer", "repository"
_SENTENCES = {
    LINK: "symbolic links are not followed: {names}",
    MODULE: "submodules are not looked into: {names}",
    REPOSITORY: "repositories inside the working tree are not looked into: {names}",
    POINTER: "Git LFS pointers in {label}, whose content was not compared: {names}",
}
_NAMED = 3


class Remarks:
    """Paths by the reason why they were not looked at."""

    __slots__ = ("_paths",)

    def __init__(self) -> None:
        self._paths: dict[str, dict[str, None]] = {}

    def add(self, reason: str, path: str) -> None:
        """Remember a path; a second time changes nothing."""
        self._paths.setdefault(reason, {})[path] = None

    def sentences(self, label: str) -> tuple[str, ...]:
        """One sentence a reason; `label` is what the user calls the version."""
        return tuple(
            sentence.format(label=label, names=some(self._paths[reason]))
            for reason, sentence in _SENTENCES.items()
            if reason in self._paths
        )


def some(paths: Iterable[str]) -> str:
    """The first names, and how many more there are."""
    names = [f"`{shown(path)}`" for path in sorted(paths)]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
