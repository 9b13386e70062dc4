"""A published ModelSpec to claims: the model, its steps and its dependencies as nodes, its targets as SLOs and
policies.

In: a document of `kind: ModelSpec`. Out: claims on a graph of its own, named like the spec (mapping:
docs/graph-format.md). Promised: the document is checked exactly as published, and one that is wrong makes no claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msdiff.load.document import Document, Reading, said
from msdiff.load.figures import node_figures
from msdiff.load.model_spec_fields import DEPENDENCY_ROLES, FIELDS, step_role
from msdiff.load.values import Problems
from msdiff.model.claim import Claim, GraphKey
from msdiff.model.location import Location
from msdiff.model.values import Value
from msdiff.ruleset.attributes import Catalogue
from msdiff.syntax.nearest import nearest
from msdiff.syntax.shape import Source, plain, shape_problems
from msdiff.syntax.tree import Mapping, Scalar, Sequence, Tree

NAME = "modelspec"
KIND = "ModelSpec"
INPUT, OUTPUT = "inputs.input", "outputs.output"  # a ModelSpec does not name its ports


def matches(path: str, head: bytes) -> bool:
    """Whether the bytes may hold a document of this format."""
    return b"piqc.ai" in head


def owns(root: Mapping) -> bool:
    """Whether the document says that it is a ModelSpec, be it with a slip in the kind."""
    kind = said(root, "kind")
    return said(root, "apiVersion").startswith("piqc.ai/") and (kind == KIND or nearest(kind, (KIND,)) is not None)


def read(document: Document, catalogue: Catalogue) -> Reading:
    """What the document says. The catalogue is not needed: the mapping is fixed."""
    source = Source(document.file, NAME)
    metadata = document.root.get("metadata")
    graph = GraphKey(said(metadata, "name") if isinstance(metadata, Mapping) else "", "", KIND)
    from msdiff.load.model_spec_shape import SHAPE  # large, and only needed here

    problems = shape_problems(document.root, SHAPE, source)
    if problems:
        return Reading(graph, (), problems)
    reader = _Reader(document, graph, source)
    reader.read()
    found = (*reader.problems.found, *node_figures(_of_model(reader.claims, graph)))
    return Reading(graph, () if found else tuple(reader.claims), found)


def _of_model(claims: list[Claim], graph: GraphKey) -> Iterator[Claim]:
    element = f"node:{graph.name}"
    return (claim for claim in claims if claim.element == element)


class _Reader:
    """Reads one document that has the published shape."""

    def __init__(self, document: Document, graph: GraphKey, source: Source) -> None:
        self._root = document.root
        self._number = document.number
        self._graph = graph
        self._source = source
        self._model = f"node:{graph.name}"
        self._names = {graph.name}
        self._edges = 0
        self.problems = Problems(source)
        self.claims: list[Claim] = []

    def read(self) -> None:
        name = _at(self._root, "metadata.name")
        assert name is not None  # the shape asks for it
        if not self._graph.name:
            self.problems.on(name, "`metadata.name` must not be empty", "it names the model")
            return
        self._say("graph:", "", None, name)
        self._say(self._model, "", None, name)
        for path, attribute, convert in FIELDS:
            tree = _at(self._root, path)
            if tree is not None:
                value, text = convert(tree)
                self._say(self._model, attribute, value, tree, text)
        self._uri()
        self._environment()
        self._personal_data()
        self._names.update(_text(one.entries["id"].value) for one in self._dependency_maps())
        before = self._steps("preprocess")
        after = self._steps("postprocess")
        self._chain([*before, (self._graph.name, None), *after])
        self._dependencies()
        self._targets()

    def _uri(self) -> None:
        """Where the weights are, and (behind an `@` in its last part) at which revision."""
        tree = _at(self._root, "spec.identity.model.artifacts.modelUri")
        if tree is None:
            return
        uri = _text(tree)
        head, slash, last = uri.rpartition("/")
        name, at, revision = last.partition("@")
        pinned = bool(at and name and revision)
        self._say(self._model, "model.uri", f"{head}{slash}{name}" if pinned else uri, tree, uri if pinned else None)
        if pinned:
            self._say(self._model, "model.revision", revision, tree, uri)

    def _environment(self) -> None:
        variables = _at(self._root, "spec.runtime.environment.variables")
        for name, tree in _entries(variables):
            self._say(self._model, f"environment[{name}]", plain(tree), tree)

    def _personal_data(self) -> None:
        """`allowed: false` permits no data label; `allowed: true` leaves open which."""
        tree = _at(self._root, "spec.governance.compliance.pii.allowed")
        if isinstance(tree, Scalar) and tree.value is False:
            self._say(self._model, f"{INPUT}.dataLabels", (), tree, "pii.allowed: false")

    def _steps(self, stage: str) -> list[tuple[str, Mapping | None]]:
        """The nodes of the steps of one stage, in order."""
        nodes: list[tuple[str, Mapping | None]] = []
        for step in _items(_at(self._root, f"spec.pipeline.{stage}.steps")):
            name = self._free(_text(step.entries["name"].value), stage)
            kind = step.entries["type"].value
            element = f"node:{name}"
            self._say(element, "", None, step.entries["name"].value)
            self._say(element, "role", step_role(_text(kind)), kind, _text(kind))
            self._say(element, "labels", {"type": _text(kind)}, kind)
            enabled = step.get("enabled")
            if enabled is not None:
                self._say(element, "enabled", plain(enabled), enabled)
            nodes.append((name, step))
        return nodes

    def _free(self, name: str, stage: str) -> str:
        """A step's name; where a step, a dependency or the model has it already, with the stage before it."""
        free, number = name, 1
        while free in self._names or not free:
            number += 1
            free = f"{stage}/{name}" if number == 2 else f"{stage}/{name} {number - 1}"
        self._names.add(free)
        return free

    def _chain(self, nodes: list[tuple[str, Mapping | None]]) -> None:
        """An edge from each node to the next, stated by the step that it leads to or comes from."""
        for (producer, step), (consumer, following) in pairwise(nodes):
            tree = following if following is not None else step
            assert tree is not None  # the model is in the chain once
            self._edge(producer, consumer, tree)

    def _edge(self, producer: str, consumer: str, tree: Tree) -> str:
        element = f"edge:{self._edges}"
        self._edges += 1
        self._say(element, "", (producer, consumer), tree)
        return element

    def _dependency_maps(self) -> list[Mapping]:
        return _items(_at(self._root, "spec.pipeline.dependencies"))

    def _dependencies(self) -> None:
        lines: dict[str, int] = {self._graph.name: 0}
        for tree in self._dependency_maps():
            name = _text(tree.entries["id"].value)
            if name in lines or not name:
                other = f"is listed on line {lines[name]} already" if lines.get(name) else "is the model itself"
                self.problems.on(tree.entries["id"].value, f"dependency `{name}` {other}", "give it an id of its own")
                continue
            lines[name] = tree.entries["id"].value.line
            self._dependency(tree, name)

    def _dependency(self, tree: Mapping, name: str) -> None:
        element, role = f"node:{name}", tree.entries["role"].value
        self._say(element, "", None, tree.entries["id"].value)
        known = DEPENDENCY_ROLES.get(_text(role))
        if known:  # for the others the spec that they refer to says it; a node without a role is `custom`
            self._say(element, "role", known, role)
        reference = tree.get("specRef")
        if reference is not None:
            self._say(element, "specRef", plain(reference), reference)
        for path, attribute in (("inputType", f"{INPUT}.type"), ("outputType", f"{OUTPUT}.type")):
            kind = _at(tree, f"interface.{path}")
            if kind is not None:
                self._say(element, attribute, plain(kind), kind)
        ends = (self._graph.name, name) if _text(role) == "postprocess" else (name, self._graph.name)
        edge = self._edge(*ends, tree)
        self._say(edge, "edge.role", plain(role), role)
        required = tree.get("required")
        if required is not None:
            self._say(edge, "edge.required", plain(required), required)
        self._latency_policy(name, _at(tree, "interface.maxLatencyMs"))

    def _latency_policy(self, name: str, limit: Tree | None) -> None:
        """The limit bounds the dependency's own latency."""
        if limit is None:
            return
        policy = f"policy:{name} latency"
        bound: Value = {"from": name, "to": name, "measure": "startToEnd", "percentile": "p95", "ms": plain(limit)}
        self._say(policy, "", None, limit)
        self._say(policy, "policy.maxLatency", bound, limit)

    def _targets(self) -> None:
        """A target is no measurement: it becomes an SLO at the model."""
        latency = _at(self._root, "spec.operations.scaling.targetLatencyMsP95")
        if latency is not None:
            said = {"slo.metric": "completion", "slo.percentile": "p95", "slo.latencyMs": plain(latency)}
            self._slo(f"{self._graph.name} latency target", said, latency)
        cost = _at(self._root, "spec.governance.cost.targetCostPer1kTokensUsd")
        if cost is not None:
            said = {"slo.metric": "cost", "slo.costPer1kTokens": plain(cost)}
            self._slo(f"{self._graph.name} cost target", said, cost)

    def _slo(self, name: str, stated: dict[str, Value], tree: Tree) -> None:
        element = f"slo:{name}"
        self._say(element, "", None, tree)
        for attribute, value in {"slo.at": self._graph.name, **stated}.items():
            self._say(element, attribute, value, tree)

    def _say(self, element: str, attribute: str, value: Value, tree: Tree, text: str | None = None) -> None:
        place = Location(self._source.file, tree.line, tree.column, NAME)
        self.claims.append(Claim(self._graph, element, attribute, value, place, self._number, text))


def _at(tree: Tree | None, path: str) -> Tree | None:
    """The value at a dotted path, or `None`."""
    for key in path.split("."):
        tree = tree.get(key) if isinstance(tree, Mapping) else None
        if tree is None:
            return None
    return tree


def _text(tree: Tree) -> str:
    return tree.text if isinstance(tree, Scalar) else ""


def _entries(tree: Tree | None) -> Iterator[tuple[str, Tree]]:
    if isinstance(tree, Mapping):
        yield from ((key, entry.value) for key, entry in tree.entries.items())


def _items(tree: Tree | None) -> list[Mapping]:
    return [item for item in tree.items if isinstance(item, Mapping)] if isinstance(tree, Sequence) else []
