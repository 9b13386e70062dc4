"""Routes that lead nowhere: each label that a router may give has an edge, or there is one for the rest.

In: one graph. Out: `branch.covered` for each output of a router that declares its labels and has edges for some of them.
"""

from __future__ import annotations

from msdiff.model.graph import Fact, Graph, Node
from msdiff.model.obligation import Violated
from msdiff.propagate.laws import HELD, as_set
from msdiff.propagate.ledger import Ledger


def branch_obligations(graph: Graph, ledger: Ledger) -> None:
    """Adds one for each labelled output of a router of which at least one edge is conditional."""
    for node in graph.nodes.values():
        if node.role == "router":
            for port in node.outputs:
                _port(graph, node, port, ledger)


def _port(graph: Graph, node: Node, port: str, ledger: Ledger) -> None:
    labels = node.attributes.get(f"outputs.{port}.labels")
    edges = [edge for edge in graph.outgoing.get(node.name, ()) if edge.out_port == port]
    taken = [edge.stated("edge.when") for edge in edges]
    if labels is None or not isinstance(labels.value, tuple) or all(when is None for when in taken):
        return
    covered = any(when in (None, "default") for when in taken)
    missing = () if covered else tuple(str(label) for label in as_set(labels.value) if label not in taken)
    ledger.add(
        "graph",
        "branch.covered",
        (node.name, port),
        Violated(witnesses=frozenset(missing)) if missing else HELD,
        location=labels.location,
        support=(
            *labels.facts, Fact(node.id), *(Fact(edge.id) for edge in edges), *(Fact(edge.id, "edge.when") for edge in edges)
        ),
        node=node.name,
        facts={"missing": missing, "port": port, "taken": tuple(sorted(str(when) for when in taken))},
        path=(node.name,),
    )  # fmt: skip
