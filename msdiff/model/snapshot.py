"""The files of one version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol


class Snapshot(Protocol):
    """Files at one version, wherever they come from (a commit, the index, the working tree, a folder).

    `label` is what the user calls it (`main`, `merge of HEAD into main`, `working tree`), `commit` the full id where
    there is one. Paths are relative to the root of the repository, use `/`, and come sorted. `notes` are sentences that the
    report must carry (`merge conflict in app.yaml: compared from the merge-base`).
    """

    label: str
    commit: str | None

    @property
    def notes(self) -> tuple[str, ...]:
        """Complete once everything has been read."""
        ...

    def paths(self) -> Iterator[str]: ...

    def read(self, path: str) -> bytes:
        """Content of one file; raises `InputError` where it cannot be read."""
        ...

    def digest(self, path: str) -> str:
        """An id that is equal for equal content (a blob id), so that a file that did not change is parsed once."""
        ...

    def read_many(self, paths: tuple[str, ...]) -> Mapping[str, bytes]:
        """Contents of many files in one go."""
        ...
