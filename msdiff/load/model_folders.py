"""Folders of model files beside an application: what they say of the nodes that take their model from there.

In: a snapshot and the claims of its graphs. Out: further claims on the nodes whose `model.uri` or `model.id` is a folder of
the repository with Hugging Face files in it, and notes about files that could not be read. Promised: a node's own
statement stands before its folder's; no path leads out of the folder; nothing is read that no node names.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from msdiff.errors import InputError
from msdiff.load.model_files import Folder, Stated, card, module_paths, stated
from msdiff.model.claim import Claim, GraphKey
from msdiff.model.records import NamedTuple
from msdiff.model.snapshot import Snapshot
from msdiff.syntax.tree import Limits, Scalar, Tree, parsed

READER = "model folder"
PATHS = ("model.uri", "model.id")
MARKS = ("config.json", "modules.json", "adapter_config.json")  # a folder with one of these holds a model
FILES = (
    *MARKS, "tokenizer_config.json", "generation_config.json", "sentence_bert_config.json", "config_sentence_transformers.json",
)  # fmt: skip
CARD = "README.md"
MAX_FOLDERS = 1_000
MAX_MODULES = 16
EMBEDDING, TEXTS, LISTS = ("embedding",), ("text", "document", "documents"), ("document", "documents")


class Found(NamedTuple):
    """What the folders say, which files were read, and what to tell of those that were not."""

    claims: tuple[Claim, ...] = ()
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def claims_of_folders(snapshot: Snapshot, claims: Iterable[Claim], memo: dict[Any, Any], limits: Limits) -> Found:
    """What the folders that nodes name as their model say of these nodes."""
    paths = frozenset(snapshot.paths())
    nodes: dict[tuple[GraphKey, str], list[Claim]] = {}
    named: dict[tuple[GraphKey, str], str] = {}
    for claim in claims:
        if claim.element.startswith("node:"):
            nodes.setdefault((claim.graph, claim.element), []).append(claim)
            if claim.attribute in PATHS and claim.graph.kind != "ModelSpec" and len(named) < MAX_FOLDERS:
                folder = _folder(claim, paths)
                if folder is not None:
                    named.setdefault((claim.graph, claim.element), folder)
    reader = _Reader(snapshot, paths, memo, limits)
    found: list[Claim] = []
    for (graph, element), folder in named.items():
        said = nodes[graph, element]
        document = said[0].document
        found += (
            Claim(graph, element, one.attribute, one.value, one.place, document)
            for one in _on_ports(reader.of(folder), said)
        )
    return Found(tuple(found), tuple(sorted(reader.used)), tuple(dict.fromkeys(reader.notes)))


def _folder(claim: Claim, paths: frozenset[str]) -> str | None:
    """The folder of the repository that a claim names: relative to its file, else to the root."""
    if not isinstance(claim.value, str) or not claim.value.strip("./"):
        return None
    text = claim.value.removeprefix("file://")
    beside = posixpath.dirname(claim.location.file)
    for base in (beside, "") if not posixpath.isabs(text) else ():
        folder = posixpath.normpath(posixpath.join(base, text))
        if not folder.startswith("..") and any(posixpath.join(folder, mark) in paths for mark in MARKS):
            return folder
    return None


def _on_ports(said: Iterable[Stated], node: Iterable[Claim]) -> Iterator[Stated]:
    """The statements, those about a port once for each port of the node that they fit."""
    ports: dict[str, dict[str, object]] = {"inputs": {}, "outputs": {}}
    role: object = None
    for claim in node:
        side, _, rest = claim.attribute.partition(".")
        if claim.attribute == "role":
            role = claim.value
        if side in ports:
            port, _, last = rest.partition(".")
            kind = ports[side].setdefault(port, None)
            ports[side][port] = claim.value if last == "type" and kind is None else kind
    for one in said:
        side, _, rest = one.attribute.partition(".<port>.")
        if not rest:
            yield one
        elif role in ("embedder", "reranker", "guardrail"):
            fitting = EMBEDDING if side == "outputs" else LISTS if role == "reranker" else TEXTS
            for port, kind in ports[side].items():
                if kind in fitting or (kind is None and len(ports[side]) == 1 and role == "embedder"):
                    yield one._replace(attribute=f"{side}.{port}.{rest}")


class _Reader:
    """Reads each folder once. A file that is no JSON (a pointer of Git LFS) is noted, and says nothing."""

    def __init__(self, snapshot: Snapshot, paths: frozenset[str], memo: dict[Any, Any], limits: Limits) -> None:
        self._snapshot = snapshot
        self._paths = paths
        self._memo = memo
        self._limits = limits
        self._said: dict[str, tuple[Stated, ...]] = {}
        self.used: set[str] = set()
        self.notes: list[str] = []

    def of(self, folder: str) -> tuple[Stated, ...]:
        """What the files of a folder say."""
        if folder not in self._said:
            trees = {name: tree for name in FILES if (tree := self._tree(posixpath.join(folder, name))) is not None}
            modules = tuple(self._modules(folder, trees.get("modules.json")))
            said = list(stated(Folder(folder, trees, modules), READER))
            front = self._tree(posixpath.join(folder, CARD))
            if front is not None:
                said += card(front, posixpath.join(folder, CARD), READER)
            self._said[folder] = tuple(said)
        return self._said[folder]

    def _modules(self, folder: str, tree: Tree | None) -> Iterator[tuple[str, str, Tree | None]]:
        """Kind, file and content of each module's own configuration, in order."""
        for kind, path in module_paths(tree)[:MAX_MODULES]:
            file = posixpath.normpath(posixpath.join(folder, path, "config.json"))
            inside = file.startswith(f"{folder}/") or folder == "."
            yield kind, file, self._tree(file) if inside and path else None

    def _tree(self, path: str) -> Tree | None:
        if path not in self._paths:
            return None
        try:
            key = ("model file", path, self._snapshot.digest(path))
        except InputError:
            return None  # a pipe, a device: none of ours to judge
        if key not in self._memo:
            self._memo[key] = self._parsed(path)
        tree: Tree | None = self._memo[key]
        if tree is not None:
            self.used.add(path)
        elif not path.endswith(CARD):
            self.notes.append(f"`{path}` is no JSON (a pointer of Git LFS?): what it says of the model is unknown")
        return tree

    def _parsed(self, path: str) -> Tree | None:
        data: bytes | None = None
        with suppress(InputError):
            data = self._snapshot.read_many((path,)).get(path)
        if data is None:
            return None
        if path.endswith(CARD):
            data = _front_matter(data)
        documents, problems = parsed(data, path, self._limits)
        whole = len(documents) == 1 and not problems and not isinstance(documents[0], Scalar)
        return documents[0] if whole else None


def _front_matter(data: bytes) -> bytes:
    """The YAML between the first two lines of dashes, on its own lines; nothing where a card has none."""
    lines = data.split(b"\n", 2_000)
    if lines[0].strip() != b"---":
        return b""
    end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == b"---"), 0)
    return b"\n".join((b"", *lines[1:end])) if end else b""
