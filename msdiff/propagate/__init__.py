"""What must hold in a version, and how far a change reaches.

In: the graphs of one version. Out: `Obligations`: every obligation counted, those kept that somebody will read (see `ledger`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from msdiff.model.graph import Element, Graph
from msdiff.model.obligation import Obligation, Outcome
from msdiff.model.records import NamedTuple
from msdiff.propagate.guards import guard_obligations
from msdiff.propagate.ledger import Ledger
from msdiff.propagate.pins import pin_obligations
from msdiff.propagate.promises import Promise, Promises, promises
from msdiff.propagate.routes import Routes
from msdiff.propagate.topology import Loops, topology_obligations
from msdiff.propagate.wire_tables import Wires
from msdiff.propagate.wires import wire_obligations
from msdiff.ruleset.attributes import Catalogue

LIMITS = frozenset({"edge.maxLatencyMs", "edge.timeoutMs", "edge.perTryTimeoutMs", "edge.maxAttempts"})

__all__ = ["Obligations", "Promise", "Promises", "Tables", "obligations", "promised"]


class Tables(NamedTuple):
    """The data that obligations are made from: wire and node table, patterns of moving model names, catalogue, what may drift."""

    wires: Mapping[str, Mapping[str, Any]]
    nodes: Mapping[str, Mapping[str, Any]]
    aliases: tuple[str, ...]
    catalogue: Catalogue
    may_drift: tuple[str, ...]  # globs of attributes
    judge: Callable[[str, Element, str], Outcome]
    loops: Loops


class Obligations(NamedTuple):
    """The kept obligations by key, and how many there are in all."""

    kept: Mapping[tuple[str, ...], Obligation] = MappingProxyType({})
    total: int = 0
    decided: int = 0


def promised(graphs: Iterable[Graph]) -> Mapping[str, tuple[Promise, ...]]:
    """What the guards of each graph keep, by the graph's label."""
    return {graph.label: promises(graph, Routes(graph)) for graph in graphs}


def obligations(
    graphs: tuple[Graph, ...],
    tables: Tables,
    kept: Mapping[str, tuple[Promise, ...]],
    touched: frozenset[str] | None,
    *,
    before: Mapping[str, tuple[Promise, ...]] = MappingProxyType({}),
    only_touched: bool = False,
) -> Obligations:
    """Every obligation of these graphs. `kept` is what their guards promise, `before` what those of base do.

    `touched` are the ids of elements that changed (`None`: one version is checked). With `only_touched` wires on which no
    change bears are left out: what is said of head's holds for base's.
    """
    ledgers = {graph.label: Ledger(graph.label, touched, graph.tabled) for graph in graphs}
    wires = Wires(tables.wires)
    for graph in graphs:
        promised = Promises(kept.get(graph.label, ()), before.get(graph.label))
        wire_obligations(graph, wires, ledgers[graph.label], only_touched=only_touched)
        _of_graph(graph, tables, promised, ledgers[graph.label])
    if len({graph.key.name for graph in graphs}) < len(graphs) or any(graph.disagreements for graph in graphs):
        from msdiff.propagate.drift import drift_obligations

        drift_obligations(graphs, tables.catalogue, tables.may_drift, ledgers)
    books = ledgers.values()
    return Obligations(
        {one.key: one for book in books for one in book.kept},
        sum(book.total for book in books),
        sum(book.decided for book in books),
    )


def _of_graph(graph: Graph, tables: Tables, promised: Promises, ledger: Ledger) -> None:
    """All obligations of one graph but those on its wires.

    Kinds that few graphs have are imported where one has them: start-up time counts.
    """
    routes = Routes(graph)
    said = _said(graph)
    if said & {"store.", "role:vectorStore", "role:cache"}:
        from msdiff.propagate.stores import store_obligations

        store_obligations(graph, ledger)
    if said & {"model.contextWindow", "engine.maxModelLen", "model.nativeContextWindow"}:
        from msdiff.propagate.context_window import context_obligations

        context_obligations(graph, ledger)
    if any(str(row["requires"]).partition("[*]")[0] in said for row in tables.nodes.values()):
        from msdiff.propagate.node_checks import node_obligations

        node_obligations(graph, tables.nodes, ledger)
    guard_obligations(graph, routes, promised, ledger)
    if graph.policies:
        from msdiff.propagate.policies import policy_obligations

        policy_obligations(graph, routes, tables.judge, ledger)
    topology_obligations(graph, routes, ledger, tables.loops)
    if {"role:router", "labels"} <= said:
        from msdiff.propagate.branches import branch_obligations

        branch_obligations(graph, ledger)
    if said & {"dataLabels", "residency"}:
        from msdiff.propagate.labels import label_obligations

        label_obligations(graph, routes, ledger)
    pin_obligations(graph, tables.aliases, ledger)
    if "threshold.value" in said:
        from msdiff.propagate.thresholds import threshold_obligations

        threshold_obligations(graph, ledger)
    if (
        graph.slos
        or "policy.maxLatency" in said
        or any(edge.attributes and edge.attributes.keys() & LIMITS for edge in graph.edges.values())
    ):
        from msdiff.propagate.budget_obligations import add_budgets

        add_budgets(graph, ledger)
        from msdiff.propagate.attempts import attempt_obligations

        attempt_obligations(graph, ledger)


def _said(graph: Graph) -> frozenset[str]:
    """Names that some node or policy uses: attributes, of ports their last part, of maps what stands before the name,
    `store.` for any, `role:ROLE`.
    """
    names = {name for node in graph.nodes.values() for name in node.attributes}
    names.update(name for policy in graph.policies.values() for name in policy.attributes)
    short = {name.rpartition(".")[2] for name in names if name.startswith(("inputs.", "outputs."))}
    short.update(name.partition("[")[0] for name in names if "[" in name)
    stores = {"store."} if any(name.startswith("store.") for name in names) else set()
    return frozenset(names | short | stores | {f"role:{node.role}" for node in graph.nodes.values()})
