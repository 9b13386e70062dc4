"""GMConnector (OPEA, `gmc.opea.io/v1alpha3`): the steps of a graph and the services that they call.

In: one document. Out: claims on a graph named like it; each file is a variant of its own, since graphs of one name are
applied one at a time. Promised: a host without dots is a service of the same document or of none; secrets are not
read; a document of another shape gives nothing and is no error.

Steps that are no `isDownstreamService` hand on what they get, in their order; in a `Switch` those with one condition
do. A setting of a step that holds the address of a service is a call.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msdiff.load.addresses import addresses, is_own_machine
from msdiff.load.claiming import Claims, port_name
from msdiff.load.document import Document, Reading, said
from msdiff.load.secrets import is_secret
from msdiff.model.claim import GraphKey
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.ruleset.attributes import Catalogue
from msdiff.syntax.tree import Mapping, Scalar, Sequence, Tree

NAME = "gmconnector"
KIND = "GMConnector"
MAX_DEPTH = 20
_ADDRESS = re.compile(r"(?:ENDPOINT|URL|HOST)$")
_ROLES = (
    (re.compile(r"(?i)^(?:tei|torchserve|ovms)?-?rerank"), "reranker"),
    (re.compile(r"(?i)^(?:tei|torchserve|ovms)embed"), "embedder"),
    (re.compile(r"(?i)^(?:tgi|vllm|ollama)"), "generator"),
    (re.compile(r"(?i)^(?:whisper|speecht5)"), "model"),
    (re.compile(r"(?i)^vectordb"), "vectorStore"),
    (re.compile(r"(?i)^retriever"), "retriever"),
    (re.compile(r"(?i)guard"), "guardrail"),
)  # what the name of a step says of a service that others call; OPEA's names are a fixed list
OF_CALLERS = {"Reranking": "transform", "Rerank": "transform"}  # small services around a model


def matches(path: str, head: bytes) -> bool:
    """Whether the bytes may hold a document of this format."""
    return b"gmc.opea.io/" in head


def owns(root: Mapping) -> bool:
    """Whether the document says that it is one."""
    return said(root, "kind") == KIND and said(root, "apiVersion").startswith("gmc.opea.io/")


def read(document: Document, catalogue: Catalogue) -> Reading:
    """What the document says. The catalogue is not needed: the mapping is fixed."""
    metadata = document.root.get("metadata")
    name = said(metadata, "name") if isinstance(metadata, Mapping) else ""
    variant = posixpath.basename(document.file).rpartition(".")[0]
    number = f"#{document.number + 1}" if document.number else ""
    graph = GraphKey(name or variant, f"{variant}{number}", KIND)
    spec = document.root.get("spec")
    routers = spec.get("nodes") if isinstance(spec, Mapping) else None
    if not isinstance(routers, Mapping):
        return Reading(graph, (), ())
    reader = _Reader(document, graph, routers)
    reader.read()
    return Reading(graph, tuple(reader.claims.found), ())


class _Step(NamedTuple):
    """One step. `service` is "" for one that another router takes."""

    name: str
    service: str
    place: Location
    config: Mapping | None
    inner: str
    condition: str
    called: bool  # by others, not by the router
    external: bool


class _Ends(NamedTuple):
    """Where a router's steps begin and end."""

    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


class _Reader:
    """Reads one document."""

    def __init__(self, document: Document, graph: GraphKey, routers: Mapping) -> None:
        self._file = document.file
        self.claims = Claims(graph)
        self.claims.say("graph:", "", None, self._at(document.root))
        self._routers = {name: tuple(self._steps(entry.value)) for name, entry in routers.entries.items()}
        self._kinds = {
            name: said(entry.value, "routerType")
            for name, entry in routers.entries.items()
            if isinstance(entry.value, Mapping)
        }
        self._known: set[str] = set()

    def read(self) -> None:
        steps = [one for found in self._routers.values() for one in found if one.service]
        for one in steps:
            if one.service not in self._known:
                self._known.add(one.service)
                self._node(one)
        if "root" in self._routers:
            self._flow("root", ())
        for one in steps:
            self._calls(one)

    def _at(self, tree: Tree) -> Location:
        return Location(self._file, tree.line, tree.column, NAME)

    def _steps(self, router: Tree) -> Iterator[_Step]:
        steps = router.get("steps") if isinstance(router, Mapping) else None
        for tree in steps.items if isinstance(steps, Sequence) else ():
            if not isinstance(tree, Mapping):
                continue
            internal, external = tree.get("internalService"), tree.get("externalService")
            service = internal if isinstance(internal, Mapping) else external
            name = service.get("serviceName") if isinstance(service, Mapping) else None
            config = service.get("config") if isinstance(service, Mapping) else None
            downstream = service.get("isDownstreamService") if isinstance(service, Mapping) else None
            yield _Step(
                said(tree, "name"),
                name.text if isinstance(name, Scalar) else "",
                self._at(name if isinstance(name, Scalar) else tree),
                config if isinstance(config, Mapping) else None,
                said(tree, "nodeName"),
                said(tree, "condition"),
                isinstance(downstream, Scalar) and downstream.value is True,
                service is external and service is not None,
            )

    def _node(self, step: _Step) -> None:
        element = f"node:{step.service}"
        self.claims.say(element, "", None, step.place)
        own = None if step.called else OF_CALLERS.get(step.name)
        role = own or next((role for match, role in _ROLES if match.search(step.name)), None)
        if role is not None:
            self.claims.say(element, "role", role, step.place)
        if step.external:
            self.claims.say(element, "endpoint.external", True, step.place)
        model = step.config.get("MODEL_ID") if step.config and step.called else None
        if isinstance(model, Scalar) and model.text:
            self.claims.say(element, "model.id", model.text, self._at(model))

    def _flow(self, router: str, trail: tuple[str, ...]) -> _Ends:
        """The edges of a router, and where what it gets goes in and comes out."""
        if router in trail or len(trail) > MAX_DEPTH:
            return _Ends()
        steps = [one for one in self._routers.get(router, ()) if not one.called]
        if self._kinds.get(router) == "Sequence":
            return self._chain(steps, (*trail, router))
        branches: dict[str, list[_Step]] = {}
        for number, one in enumerate(steps):
            branches.setdefault(one.condition or f"#{number}", []).append(one)
        ends = [self._chain(branch, (*trail, router)) for branch in branches.values()]
        return _Ends(
            tuple(name for one in ends for name in one.first), tuple(name for one in ends for name in one.last)
        )

    def _chain(self, steps: list[_Step], trail: tuple[str, ...]) -> _Ends:
        first: tuple[str, ...] = ()
        before: tuple[str, ...] = ()
        for one in steps:
            ends = self._flow(one.inner, trail) if one.inner else _Ends((one.service,), (one.service,))
            ends = ends if one.inner or one.service else _Ends()
            if not ends.first:
                continue
            for producer in before:
                for consumer in ends.first:
                    element = self.claims.edge(producer, consumer, one.place)
                    self.claims.say(element, "edge.kind", "sync", one.place)
            first, before = first or ends.first, ends.last
        return _Ends(first, before)

    def _calls(self, step: _Step) -> None:
        for key, entry in step.config.entries.items() if step.config else ():
            value = entry.value
            if not isinstance(value, Scalar) or not _ADDRESS.search(key) or is_secret(key):
                continue
            for address in addresses(value.text):
                host = address.host.removesuffix(".svc.cluster.local").removesuffix(".svc")
                if not host or is_own_machine(host) or ("." in host and host not in self._known):
                    continue
                place = self._at(value)
                element = self.claims.edge(f"{step.service}.{port_name(key)}", host, place)
                self.claims.say(element, "edge.kind", "call", place)
