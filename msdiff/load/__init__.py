"""A snapshot's files become claims, by readers that each know one format.

In: the files at one version. Out: every claim, every problem with its place, which files were read and which were
left alone. A file is ours if a document in it says so, or if its text says so and it cannot be parsed. Promised: what
one file gives depends on its path and its bytes alone, so that equal blobs of two versions are read once.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from msdiff.errors import InputError
from msdiff.load import application_graph, model_spec
from msdiff.load.conflicts import conflicts
from msdiff.load.document import Document, Reading
from msdiff.load.figures import graph_figures, needs_whole_graph
from msdiff.model.claim import Claim, GraphKey
from msdiff.model.snapshot import Snapshot
from msdiff.ruleset.attributes import Catalogue
from msdiff.settings import Settings
from msdiff.syntax.collecting import collector_paused
from msdiff.syntax.tree import DEFAULT, Limits, Mapping, parsed

__all__ = ["READERS", "FileClaims", "Loaded", "Memo", "claims_of", "load"]


class Reader(Protocol):
    """A format: a module of this package."""

    NAME: str

    def matches(self, path: str, head: bytes) -> bool:
        """Whether the bytes may hold a document of the format (cheap; a wrong yes costs a parse)."""
        ...

    def owns(self, root: Mapping) -> bool:
        """Whether a document says that it is of the format."""
        ...

    def read(self, document: Document, catalogue: Catalogue) -> Reading:
        """What the document says."""
        ...


READERS: dict[str, Reader] = {"graph": application_graph, "modelspec": model_spec}

SUFFIXES = (".yaml", ".yml", ".json")
IGNORED_FOLDERS = frozenset({".git", "node_modules", ".venv"})
NOT_OURS = "no document in it says that it is an ApplicationGraph or a ModelSpec"
EMPTY = "it is empty"
TOO_LARGE = "it is larger than the limit"
NO_VERSION = f"it says `kind: {application_graph.KIND}` but not `apiVersion: {application_graph.API_VERSION}`"


class FileClaims(NamedTuple):
    """What one file gives. `skipped` says why it is none of ours, "" for one that is."""

    readings: tuple[Reading, ...] = ()
    problems: tuple[InputError, ...] = ()
    skipped: str = ""

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(claim for reading in self.readings for claim in reading.claims)


Memo = dict[tuple[str, str], FileClaims]
"""(path, digest) -> what that file gives; hand the same one to each version that is loaded."""


class Loaded(NamedTuple):
    """What one version says. `files` were read; each of `skipped` comes with the reason."""

    claims: tuple[Claim, ...]
    problems: tuple[InputError, ...]
    files: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]


def load(snapshot: Snapshot, catalogue: Catalogue, settings: Settings, memo: Memo | None = None) -> Loaded:
    """Everything that the files of a snapshot say. Problems are handed back, not raised, sorted by place.

    Raises `InputError` where there are more files than the settings allow, or where a file cannot be fetched.
    """
    with collector_paused():
        return _loaded(snapshot, catalogue, settings, {} if memo is None else memo)


def _loaded(snapshot: Snapshot, catalogue: Catalogue, settings: Settings, memo: Memo) -> Loaded:
    digests = {path: snapshot.digest(path) for path in _candidates(snapshot.paths(), settings)}
    missing = tuple(path for path, digest in digests.items() if (path, digest) not in memo)
    limits = DEFAULT._replace(size=settings.limits.file_bytes)
    contents = snapshot.read_many(missing) if missing else {}
    for path in missing:
        data = contents.get(path)  # a snapshot leaves out what is too large to read, and notes it
        memo[path, digests[path]] = (
            FileClaims(skipped=TOO_LARGE) if data is None else claims_of(path, data, catalogue, limits)
        )
    return _together([(path, memo[path, digest]) for path, digest in digests.items()])


def claims_of(path: str, data: bytes, catalogue: Catalogue, limits: Limits = DEFAULT) -> FileClaims:
    """What one file gives: a function of its path and bytes (and of the catalogue, which is the same for a whole
    run)."""
    text = _as_ascii_superset(data)
    if not text or text.isspace():
        return FileClaims(skipped=EMPTY)
    if not any(reader.matches(path, text) for reader in READERS.values()):
        return FileClaims(skipped=NOT_OURS)
    documents, problems = parsed(data, path, limits)
    if not documents:
        if problems and _claims_to_be_ours(text):
            return FileClaims(problems=problems)
        return FileClaims(skipped=NOT_OURS)
    readings = []
    for number, root in enumerate(documents):
        for reader in READERS.values():
            if isinstance(root, Mapping) and reader.owns(root):
                readings.append(reader.read(Document(path, number, root), catalogue))
                break
    if not readings:
        nearly = any(isinstance(root, Mapping) and _lacks_version(root) for root in documents)
        return FileClaims(skipped=NO_VERSION if nearly else NOT_OURS)
    found = (*problems, *(problem for reading in readings for problem in reading.problems))
    return FileClaims(tuple(readings), _by_place(found))


def _candidates(paths: Iterable[str], settings: Settings) -> Iterator[str]:
    count = 0
    for path in paths:
        if not path.endswith(SUFFIXES) or not IGNORED_FOLDERS.isdisjoint(path.split("/")) or not settings.reads(path):
            continue
        count += 1
        if count > settings.limits.files:
            message = f"there are more than {settings.limits.files:,} YAML and JSON files"
            raise InputError(message, hint="narrow `sources.include` in msdiff.yaml, or raise `limits.files`")
        yield path


def _together(files: list[tuple[str, FileClaims]]) -> Loaded:
    claims: list[Claim] = []
    problems: list[InputError] = []
    parts: dict[GraphKey, list[Reading]] = defaultdict(list)
    for _, file in files:
        problems.extend(file.problems)
        for reading in file.readings:
            claims.extend(reading.claims)
            parts[reading.graph].append(reading)
    for graph, readings in parts.items():
        if graph.kind == application_graph.KIND:
            problems.extend(_of_graph(readings))
    return Loaded(
        tuple(claims),
        _by_place(problems),
        tuple(path for path, file in files if not file.skipped),
        tuple((path, file.skipped) for path, file in files if file.skipped),
    )


def _of_graph(readings: list[Reading]) -> Iterator[InputError]:
    """What only all documents of one graph together show."""
    claims = [claim for reading in readings for claim in reading.claims]
    if len(readings) > 1:
        yield from conflicts(claims)
    if any(map(needs_whole_graph, claims)):
        yield from graph_figures(claims)


def _by_place(problems: Iterable[InputError]) -> tuple[InputError, ...]:
    """Sorted by place, each once; what is said of one place keeps its order."""
    distinct = {(problem.location, problem.message): problem for problem in problems}
    return tuple(sorted(distinct.values(), key=lambda problem: problem.location or ()))


def _as_ascii_superset(data: bytes) -> bytes:
    """The text in an encoding in which the words that we look for stand as in ASCII."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "ignore").encode()
    return data.removeprefix(b"\xef\xbb\xbf")


# At the left margin of a document in block style, or before any inner bracket of a file that is one map in flow style.
# A comment, a block of text and a template for something else are not at these places.
_SAYS_SO = rb"""(?m)(?:^|\A\s*\{(?:[^{}\[\]]*[,\s])?)["']?apiVersion["']?\s*:\s*["']?(?:msdiff/|(piqc\.ai/))"""
_IS_MODEL_SPEC = rb"""["']?kind["']?\s*:\s*["']?ModelSpec"""


def _claims_to_be_ours(text: bytes) -> bool:
    """Whether the text of a file that cannot be parsed says that it is one of ours."""
    found = list(re.finditer(_SAYS_SO, text))
    return any(not one[1] for one in found) or bool(found and re.search(_IS_MODEL_SPEC, text))


def _lacks_version(root: Mapping) -> bool:
    kind = root.get("kind")
    return kind is not None and getattr(kind, "value", None) == application_graph.KIND
