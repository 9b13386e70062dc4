"""A snapshot's files become claims, by readers that each know one format.

In: the files at one version. Out: every claim, every problem with its place, which files were read and which were
left alone. A file is ours if a document in it says so, or if its text says so and it cannot be parsed. Promised: what
one file gives depends on its path and its bytes alone, so that equal blobs of two versions are read once.

There are two kinds of reader. One takes a document at a time (`READERS`). The other takes files that only say
something together, such as the Compose files and files of variables of a stack (`msdiff.load.together`); it is
imported only where a file may be such a part.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from msdiff.errors import InputError
from msdiff.load import application_graph, model_spec
from msdiff.load.conflicts import conflicts
from msdiff.load.document import Document, Reading, Rows, SharedClaims
from msdiff.load.figures import WHOLE_GRAPH, graph_figures
from msdiff.model.claim import Claim, GraphKey
from msdiff.model.records import NamedTuple
from msdiff.model.snapshot import Snapshot
from msdiff.ruleset.attributes import Catalogue
from msdiff.settings import Settings
from msdiff.syntax.collecting import collector_paused
from msdiff.syntax.tree import DEFAULT, Limits, parsed
from msdiff.syntax.tree import Mapping as Map
from msdiff.syntax.tree import Shared as SharedRows

if TYPE_CHECKING:
    from msdiff.model.mention import Mention
    from msdiff.ruleset.keymaps import KeyMapData

__all__ = ["READERS", "FileClaims", "Loaded", "Memo", "claims_of", "load"]


class Reader(Protocol):
    """A format: a module of this package."""

    NAME: str

    def matches(self, path: str, head: bytes) -> bool:
        """Whether the bytes may hold a document of the format (cheap; a wrong yes costs a parse)."""
        ...

    def owns(self, root: Map) -> bool:
        """Whether a document says that it is of the format."""
        ...

    def read(self, document: Document, catalogue: Catalogue) -> Reading:
        """What the document says."""
        ...


READERS: dict[str, Reader] = {"graph": application_graph, "modelspec": model_spec}

SUFFIXES = (".yaml", ".yml", ".json")
PYTHON = ("settings.py", "config.py", "configs.py", "configuration.py", "constants.py", "environment.py")
BESIDE = (".env", "env.sh", ".toml", ".sql", "README.md", *PYTHON)
_VARIABLES = re.compile(r"(?:^|/)\.env[^/]*$")
IGNORED_FOLDERS = frozenset({".git", "node_modules", ".venv"})
GMC = b"gmc.opea.io/"
NOT_OURS = "no document in it says that it is an ApplicationGraph or a ModelSpec"
NO_MODEL = "it is part of a Compose stack that serves no model, or a template of one"
EMPTY = "it is empty"
TOO_LARGE = "it is larger than the limit"
NO_VERSION = f"it says `kind: {application_graph.KIND}` but not `apiVersion: {application_graph.API_VERSION}`"


class FileClaims(NamedTuple):
    """What one file gives. `skipped` says why it is none of ours, "" for one that is."""

    readings: tuple[Reading, ...] = ()
    problems: tuple[InputError, ...] = ()
    skipped: str = ""
    part: bool = False  # whether it may say something together with others

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(claim for reading in self.readings for claim in reading.claims)

    @property
    def is_unread(self) -> bool:
        """Whether the file itself is wrong (syntax, a key given twice): then nothing that it says can be relied on."""
        return len(self.problems) > len({id(one) for reading in self.readings for one in reading.problems})


class Shared(NamedTuple):
    """What long runs of lines gave that stand in both versions of a file."""

    rows: SharedRows
    claims: SharedClaims


Memo = dict[Any, Any]
"""(path, digest) -> `FileClaims`, and what parts of files gave; hand the same one to each version that is loaded."""

Marks = tuple[tuple[bytes, ...], ...]
"""For each kind of settings file the texts that it holds."""


class Loaded(NamedTuple):
    """What one version says. `files` were read; each of `skipped` comes with the reason.

    `mentions` are models named in files that state nothing of a graph, `notes` sentences about what was read, `rows` runs of
    edges among the claims.
    """

    claims: tuple[Claim, ...]
    problems: tuple[InputError, ...]
    files: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    mentions: tuple[Mention, ...] = ()
    notes: tuple[str, ...] = ()
    doubted: tuple[GraphKey, ...] | None = ()  # graphs that may say more than could be read; `None`: any may
    variants: tuple[GraphKey, ...] = ()  # those of stacks
    rows: Rows = ()


def load(
    snapshot: Snapshot,
    catalogue: Catalogue,
    settings: Settings,
    memo: Memo | None = None,
    serving: Mapping[str, Any] | None = None,
) -> Loaded:
    """Everything that the files of a snapshot say. Problems are handed back, not raised, sorted by place.

    `serving` is the table of model servers (`rules/tables/serving-flags.yaml`); without it stacks are left alone.

    Raises `InputError` where there are more files than the settings allow, or where a file cannot be fetched.
    """
    with collector_paused():
        return _loaded(snapshot, catalogue, settings, {} if memo is None else memo, serving)


def _loaded(
    snapshot: Snapshot, catalogue: Catalogue, settings: Settings, memo: Memo, serving: Mapping[str, Any] | None
) -> Loaded:
    keymaps: KeyMapData | None = serving.get("keymaps") if serving else None
    digests, refused = _digests(snapshot, settings, (*SUFFIXES, *(keymaps.files if keymaps else ())))
    missing = tuple(path for path, digest in digests.items() if (path, digest) not in memo)
    limits = DEFAULT._replace(size=settings.limits.file_bytes)
    contents = snapshot.read_many(missing) if missing else {}
    shared = memo.setdefault("shared", Shared({}, {}))
    marks = keymaps.marks if keymaps else ()
    for path in missing:
        data = contents.get(path)  # a snapshot leaves out what is too large to read, and notes it
        memo[path, digests[path]] = (
            FileClaims(skipped=TOO_LARGE) if data is None else claims_of(path, data, catalogue, limits, shared, marks)
        )
    files = [(path, memo[path, digest]) for path, digest in digests.items()]
    alone = _together([*files, *((path, FileClaims(problems=(problem,))) for path, problem in refused)])
    found = alone
    if serving is not None and any(file.part for _, file in files):
        found = _with_stacks(alone, files, snapshot, settings, serving, memo, limits)
    return _with_folders(found, snapshot, memo, limits) if any(map(_may_be_of_model, digests)) else found


def _digests(
    snapshot: Snapshot, settings: Settings, suffixes: tuple[str, ...]
) -> tuple[dict[str, str], tuple[tuple[str, InputError], ...]]:
    """The digest of each file that is looked at, and the files that are no files: pipes, devices, unreadable ones."""
    found: dict[str, str] = {}
    refused: list[tuple[str, InputError]] = []
    for path in _candidates(snapshot.paths(), settings, suffixes):
        try:
            found[path] = snapshot.digest(path)
        except InputError as error:
            refused.append((path, error))
    return found, tuple(refused)


def _may_be_of_model(path: str) -> bool:
    """Whether a file may be one of a model folder."""
    return path.endswith(("config.json", "modules.json"))


def _with_folders(found: Loaded, snapshot: Snapshot, memo: Memo, limits: Limits) -> Loaded:
    """What was found, and what folders of models say of the nodes that name them."""
    from msdiff.load.model_folders import claims_of_folders  # few repositories have models in them

    more = claims_of_folders(snapshot, found.claims, memo, limits)
    if not more.files and not more.notes:
        return found
    return found._replace(
        claims=(*found.claims, *more.claims),
        files=tuple(sorted({*found.files, *more.files})),
        skipped=tuple(one for one in found.skipped if one[0] not in more.files),
        notes=(*found.notes, *more.notes),
    )


def _with_stacks(  # what a version is read with
    alone: Loaded,
    files: list[tuple[str, FileClaims]],
    snapshot: Snapshot,
    settings: Settings,
    serving: Mapping[str, Any],
    memo: Any,
    limits: Limits,
) -> Loaded:
    """What the files say alone, and what stacks say."""
    from msdiff.load.together import together  # few repositories have stacks

    wanted = tuple(path for path, file in files if file.part)
    others = tuple(path for path, file in files if file.skipped == NOT_OURS and not file.part)
    found = together(snapshot, wanted, others, settings, serving, memo, limits)
    stacks = found.stacks
    used = frozenset(stacks.files)
    skipped = ((path, NO_MODEL if path in wanted else why) for path, why in alone.skipped if path not in used)
    return Loaded(
        (*alone.claims, *(claim for reading in stacks.readings for claim in reading.claims)),
        _by_place((*alone.problems, *stacks.problems)),
        tuple(sorted({*alone.files, *used})),
        tuple(skipped),
        found.mentions,
        stacks.notes,
        None if stacks.problems else alone.doubted,
        tuple(dict.fromkeys(reading.graph for reading in stacks.readings if reading.graph.variant)),
    )


def claims_of(
    path: str,
    data: bytes,
    catalogue: Catalogue,
    limits: Limits = DEFAULT,
    shared: Shared | None = None,
    marks: Marks = (),
) -> FileClaims:
    """What one file gives: a function of its path and bytes (and of catalogue and marks, which are the same for a whole
    run)."""
    rows, claims = shared or (None, None)
    text = _as_ascii_superset(data)
    if not text or text.isspace():
        return FileClaims(skipped=EMPTY)
    part = may_be_part(path, text) or any(all(mark in text for mark in one) for one in marks)
    if not path.endswith(SUFFIXES):
        return FileClaims(skipped=NOT_OURS, part=part)
    readers = tuple(_readers(path, text))
    if not readers:
        return FileClaims(skipped=NOT_OURS, part=part)
    documents, problems = parsed(data, path, limits, rows)
    if not documents:
        if problems and _claims_to_be_ours(text):
            return FileClaims(problems=problems)
        return FileClaims(skipped=NOT_OURS, part=part)
    readings = []
    for number, root in enumerate(documents):
        for reader in readers:
            if isinstance(root, Map) and reader.owns(root):
                readings.append(reader.read(Document(path, number, root, claims), catalogue))
                break
    if not readings:
        nearly = any(isinstance(root, Map) and _lacks_version(root) for root in documents)
        return FileClaims(skipped=NO_VERSION if nearly else NOT_OURS, part=part and not nearly)
    found = (*problems, *(problem for reading in readings for problem in reading.problems))
    return FileClaims(tuple(readings), _by_place(found))


def _readers(path: str, text: bytes) -> Iterator[Reader]:
    """The readers of formats of which the text may hold a document. Those of seldom formats are imported when one is there."""
    for reader in READERS.values():
        if reader.matches(path, text):
            yield reader
    if GMC in text:
        from msdiff.load import gmconnector

        yield gmconnector


def may_be_part(path: str, text: bytes) -> bool:
    """Whether a file may be a Compose file: by its name, or because services stand at its left margin."""
    if path.endswith(".json"):
        return False
    return "compose" in path.rpartition("/")[2].lower() or text.startswith(b"services:") or b"\nservices:" in text


def is_wanted(path: str) -> bool:
    """Whether a file may be looked at, by its name: YAML, JSON, and what counts beside stacks."""
    return path.endswith(SUFFIXES) or (
        path.endswith(BESIDE) or (".env" in path and _VARIABLES.search(path) is not None)
    )


def _candidates(paths: Iterable[str], settings: Settings, suffixes: tuple[str, ...]) -> Iterator[str]:
    count = 0
    for path in paths:
        if not path.endswith(suffixes) or not IGNORED_FOLDERS.isdisjoint(path.split("/")) or not settings.reads(path):
            continue
        count += 1
        if count > settings.limits.files:
            message = f"there are more than {settings.limits.files:,} YAML and JSON files"
            raise InputError(message, hint="narrow `sources.include` in msdiff.yaml, or raise `limits.files`")
        yield path


def _together(files: list[tuple[str, FileClaims]]) -> Loaded:
    claims: list[Claim] = []
    rows: list[tuple[int, list[Claim]]] = []
    problems: list[InputError] = []
    parts: dict[GraphKey, list[Reading]] = defaultdict(list)
    doubted: dict[GraphKey, None] = {}
    anything = False
    for _, file in files:
        problems.extend(file.problems)
        if file.is_unread:
            anything = True
            continue
        for reading in file.readings:
            rows.extend((len(claims) + start, run) for start, run in reading.rows)
            claims.extend(reading.claims)
            parts[reading.graph].append(reading)
            if reading.problems:
                doubted[reading.graph] = None
    for graph, readings in parts.items():
        if graph.kind == application_graph.KIND and (wrong := tuple(_of_graph(readings))):
            problems.extend(wrong)
            doubted[graph] = None
    named = all(graph.kind == application_graph.KIND and graph.name for graph in doubted)
    return Loaded(
        tuple(_certain(claims, problems) if problems else claims),
        _by_place(problems),
        tuple(path for path, file in files if not file.skipped),
        tuple((path, file.skipped) for path, file in files if file.skipped),
        rows=() if problems else tuple(rows),
        doubted=tuple(doubted) if named and not anything else None,
    )


def _certain(claims: list[Claim], problems: list[InputError]) -> Iterator[Claim]:
    """The claims without those that a problem speaks of: of two contradicting statements nobody knows which one counts."""
    places = {problem.location for problem in problems}
    wrong = {claim[:3] for claim in claims if claim.attribute and claim.location in places}
    return (claim for claim in claims if claim[:3] not in wrong)


def _of_graph(readings: list[Reading]) -> Iterator[InputError]:
    """What only all documents of one graph together show."""
    claims = [claim for reading in readings for claim in reading.claims]
    if len(readings) > 1:
        yield from conflicts(claims)
    if not WHOLE_GRAPH.isdisjoint({claim.attribute for claim in claims}):
        yield from graph_figures(claims)


def _by_place(problems: Iterable[InputError]) -> tuple[InputError, ...]:
    """Sorted by place, each once; what is said of one place keeps its order."""
    distinct = {(problem.location, problem.message): problem for problem in problems}
    return tuple(sorted(distinct.values(), key=lambda problem: problem.location or ()))


def _as_ascii_superset(data: bytes) -> bytes:
    """The text in an encoding in which the words that we look for stand as in ASCII."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) and data[2:4] != b"\0\0":
        return data.decode("utf-16", "ignore").encode()
    if b"\0" in data[:4]:  # UTF-32, or UTF-16 without a mark: refused when it is read
        return data.replace(b"\0", b"").lstrip(b"\xff\xfe")
    return data.removeprefix(b"\xef\xbb\xbf")


# At the left margin of a document in block style, or before any inner bracket of a file that is one map in flow style.
# A comment, a block of text and a template for something else are not at these places.
_SAYS_SO = rb"""(?m)(?:^|\A\s*\{(?:[^{}\[\]]*[,\s])?)["']?apiVersion["']?\s*:\s*["']?(?:msdiff/|(piqc\.ai/))"""
_IS_MODEL_SPEC = rb"""["']?kind["']?\s*:\s*["']?ModelSpec"""


def _claims_to_be_ours(text: bytes) -> bool:
    """Whether the text of a file that cannot be parsed says that it is one of ours."""
    found = list(re.finditer(_SAYS_SO, text))
    return any(not one[1] for one in found) or bool(found and re.search(_IS_MODEL_SPEC, text))


def _lacks_version(root: Map) -> bool:
    kind = root.get("kind")
    return kind is not None and getattr(kind, "value", None) == application_graph.KIND
