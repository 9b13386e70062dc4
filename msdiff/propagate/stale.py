"""Partial update: which other places still state the value that a change replaced.

In: head's graphs. Out, for a change of a value that several places repeat (model, revision, dimension, tokenizer ...): the places
that still say the old one. A model is looked for in the whole application, everything else at the nodes next to the changed one.
"""

from collections.abc import Iterable, Iterator

from msdiff.model.change import Change
from msdiff.model.claim import Claim
from msdiff.model.finding import Related
from msdiff.model.graph import Graph
from msdiff.model.values import Unknown, same

# last part of an attribute's name -> what it states
STATES = {
    "model.id": "model", "builtWith.model": "model", "edge.model": "model", "threshold.calibratedFor": "model", "draft.id": "model",
    "model.revision": "revision", "builtWith.revision": "revision",
    "dimension": "dimension", "nativeDimension": "dimension",
    "tokenizer": "tokenizer", "tokenizer.id": "tokenizer",
    "metric": "metric", "pooling": "pooling", "prefix": "prefix", "collection": "collection",
    "endpoint.host": "host", "endpoint.port": "port",
}  # fmt: skip


class Stale:
    """What head's graphs state, by the kind of fact."""

    def __init__(self, graphs: Iterable[Graph]) -> None:
        self._graphs = tuple(graphs)
        self._said: dict[tuple[str, str], list[tuple[Graph, Claim]]] | None = None

    def places(self, change: Change) -> tuple[Related, ...]:
        """The places that still state the change's old value, sorted; empty where the change replaces nothing."""
        fact = states(change.fact.attribute)
        if fact is None or change.kind != "attribute.changed" or isinstance(change.old, Unknown):
            return ()
        found = {
            Related(claim.location, f"still says {claim.attribute}: {claim.value}")
            for graph, claim in self._index().get((fact, _application(change.graph)), ())
            if not isinstance(claim.value, Unknown)
            and same(claim.value, change.old)
            and (claim.element != change.fact.element or claim.attribute != change.fact.attribute)
            and (fact == "model" or _near(graph, change, claim))
        }
        return tuple(sorted(found, key=lambda one: (one.location, one.message)))

    def _index(self) -> dict[tuple[str, str], list[tuple[Graph, Claim]]]:
        if self._said is None:
            self._said = {}
            for graph in self._graphs:
                for claim in _claims(graph):
                    fact = states(claim.attribute)
                    if fact is not None:
                        self._said.setdefault((fact, graph.key.name), []).append((graph, claim))
        return self._said


def states(attribute: str) -> str | None:
    """The kind of fact that an attribute states, where several places repeat it."""
    last = attribute.rpartition(".")[2]
    pair = ".".join(attribute.split(".")[-2:])
    return STATES.get(pair) or STATES.get(last)


def _application(label: str) -> str:
    return label.partition("@")[0]


def _claims(graph: Graph) -> Iterator[Claim]:
    for element in graph.elements():
        for effective in element.attributes.values():
            if not effective.inherited:
                yield from effective.claims


def _near(graph: Graph, change: Change, claim: Claim) -> bool:
    """The claim speaks of the changed node, of a neighbour, or of a store that names it as its builder."""
    node, name = change.node, claim.element.partition(":")[2]
    if node is None or not claim.element.startswith("node:"):
        return False
    if name == node or name not in graph.nodes:
        return name == node
    if graph.nodes[name].stated("store.builtWith.node") == node:
        return True
    return any(edge.consumer == name for edge in graph.outgoing.get(node, ()))
