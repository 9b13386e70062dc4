"""Calibration: a threshold was tuned to the scores of one producer.

In: one graph. Out: `threshold.calibration` for each node with an absolute threshold and each producer of the scores that it
reads (does `threshold.calibratedFor` name it?), and `threshold.range` where the producer declares the range of its scores. A
threshold that does not say what it was tuned to is undecided; a change of the producer under it is then at least risky.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from msdiff.model.graph import Edge, Fact, Graph, Node
from msdiff.model.obligation import Outcome, Undecided, Violated
from msdiff.model.values import Unknown, Value
from msdiff.propagate.laws import HELD
from msdiff.propagate.ledger import Ledger
from msdiff.propagate.spaces import Source, identities, sources

OWN = ("threshold.value", "threshold.byLabel", "threshold.calibratedFor", "threshold.relative")
SCORING = ("store.metric", "store.index.type", "model.id", "model.revision", "model.precision")
ENDS = ("reranker", "generator", "agent", "guardrail", "embedder")  # whoever scores from text anew


def threshold_obligations(graph: Graph, ledger: Ledger) -> None:
    """Adds the calibration obligations of every absolute threshold on scores that come from elsewhere."""
    for node in graph.nodes.values():
        absolute = "threshold.value" in node.attributes and node.stated("threshold.relative") is not True
        if absolute and node.role != "guardrail":
            for producer, port, path in scorers(graph, node):
                _calibration(graph, node, producer, port, path, ledger)


def scorers(graph: Graph, node: Node) -> Iterator[tuple[Node, str, tuple[str, ...]]]:
    """The nodes whose scores arrive: back to the first that scores from text. A store hands on its embedder's space."""
    queue: deque[tuple[Edge, tuple[str, ...]]] = deque(
        (edge, (node.name,)) for edge in graph.incoming.get(node.name, ())
    )
    seen: set[str] = {node.name}
    if node.role == "vectorStore" or "store.metric" in node.attributes:
        yield node, "", (node.name,)
    while queue:
        edge, path = queue.popleft()
        if edge.producer in seen:
            continue
        seen.add(edge.producer)
        producer = graph.nodes[edge.producer]
        way = (producer.name, *path)
        if producer.role in ("vectorStore", "retriever", "embedder", "reranker", "model", "cache"):
            yield producer, edge.out_port, way
        if producer.role not in ENDS:
            queue.extend((one, way) for one in graph.incoming.get(producer.name, ()))


def _calibration(graph: Graph, node: Node, producer: Node, port: str, path: tuple[str, ...], ledger: Ledger) -> None:
    tuned = node.effective("threshold.calibratedFor")
    value = node.attributes["threshold.value"]
    names = tuple(dict.fromkeys(_identities(graph, producer, port)))
    outcome: Outcome
    if isinstance(tuned.value, Unknown):
        outcome = Undecided(f"`{node.name}` does not say threshold.calibratedFor")
    elif tuned.value in names:
        outcome = HELD
    elif names and producer.role in ("embedder", "reranker", "model"):
        outcome = Violated(witnesses=frozenset((producer.name,)))
    else:
        outcome = Undecided(f"`{producer.name}` has no model identity to compare with {tuned.value}")
    own = tuple(Fact(node.id, attribute) for attribute in OWN)
    scoring = tuple(Fact(producer.id, attribute) for attribute in (*SCORING, *_score_attributes(producer, port)))
    facts: dict[str, Value] = {
        "threshold": _known(value.value),
        "calibratedFor": _known(tuned.value),
        "producer": producer.name,
        "offered": names[0] if names else None,
        "outside": False,
        "range": (),
    }
    ledger.add(
        "path", "threshold.calibration", (node.name, producer.name), outcome,
        location=value.location, support=(*own, Fact(node.id), *scoring), node=node.name, facts=facts, path=path,
    )  # fmt: skip
    span = producer.effective(f"outputs.{port}.score.range")
    if isinstance(span.value, tuple) and len(span.value) == 2 and isinstance(value.value, int | float):
        low, high = (float(str(one)) for one in span.value)
        inside = low <= value.value <= high
        ledger.add(
            "path", "threshold.range", (node.name, producer.name), HELD if inside else Violated(),
            location=value.location, support=(*own, *span.facts), node=node.name,
            facts={**facts, "outside": not inside, "range": span.value}, path=path,
        )  # fmt: skip


def _identities(graph: Graph, producer: Node, port: str) -> Iterator[str]:
    if producer.role in ("embedder", "reranker", "model"):
        yield from identities(Source(producer, port, None))
    for source in sources(graph, producer) if producer.role in ("vectorStore", "retriever", "cache") else ():
        yield from identities(source)


def _score_attributes(producer: Node, port: str) -> tuple[str, ...]:
    ports = (port,) if port else producer.outputs
    names = (
        "score.kind",
        "score.range",
        "score.orientation",
        "space",
        "normalized",
        "pooling",
        "prefix",
        "metric",
        "dimension",
    )
    return tuple(f"outputs.{one}.{name}" for one in ports for name in names)


def _known(value: Value | Unknown) -> Value:
    return None if isinstance(value, Unknown) else value
