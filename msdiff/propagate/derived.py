"""Facts about a change that rules may read beside its values (`rules/facts.yaml`, under `changes`).

In: a change with both versions of its graph and head's obligations. Out: plain values by name, worked out when a rule asks.
"""

from collections.abc import Callable

from msdiff.model.change import Change
from msdiff.model.graph import Graph, Node
from msdiff.model.obligation import Held, Obligation, Violated
from msdiff.model.values import Unknown, Value
from msdiff.propagate.guards import PROTECTED, guards, kinds_of
from msdiff.propagate.routes import Routes, entries
from msdiff.propagate.selectors import select
from msdiff.propagate.spaces import sources

# what each is better than; fp16 and bf16 cannot be compared (rules-catalogue: precisionRank)
PRECISION = {"fp32": 3, "bf16": 2, "fp16": 2, "fp8": 1, "int8": 1, "int4": 0}


class Context:
    """One change in its two graphs. `base` or `head` is `None` where the graph exists on one side only."""

    def __init__(
        self, change: Change, base: Graph | None, head: Graph | None, held: Callable[[str, str], Obligation | None]
    ) -> None:
        self.change = change
        self.base = base
        self.head = head
        self._obligation = held  # (check, node) -> head's obligation

    @property
    def node(self) -> Node | None:
        """The node that the change is about: an edge speaks of its consumer, and of its producer where that is a guard."""
        for graph in (self.head, self.base):
            name = self.change.node or self._end(graph)
            if graph is not None and name is not None and name in graph.nodes:
                return graph.nodes[name]
        return None

    def _end(self, graph: Graph | None) -> str | None:
        edge = graph.edges.get(self.change.edge or "") if graph else None
        if graph is None or edge is None:
            return None
        roles = {name: graph.nodes[name].role for name in (edge.producer, edge.consumer) if name in graph.nodes}
        from_guard = roles.get(edge.producer) == "guardrail" and roles.get(edge.consumer) != "guardrail"
        return edge.producer if from_guard else edge.consumer

    def change_facts(self) -> dict[str, Value]:
        """What the change does, beyond old and new."""
        old, new = self.change.old, self.change.new
        return {
            "lowered": _rank(new) < _rank(old) if _rank(old) >= 0 <= _rank(new) else False,
            "lost": _lost(old, new),
            "becameOptional": old is True and new is False,
            "producer": self.node.name if self.node else "",
            "consumer": ", ".join(self._stores()) or (self.node.name if self.node else ""),
        }

    def node_facts(self) -> dict[str, Value]:
        """What the changed node is, in head (in base where it is gone)."""
        node = self.node
        graph = self.head if self.head and node and node.name in self.head.nodes else self.base
        if node is None or graph is None:
            return {"role": "", "name": ""}
        return {
            "role": node.role,
            "name": node.name,
            "hasEval": node.stated("governance.evalRef") is not None,
            "persistedStore": bool(_fed_stores(graph, node)),
            "context": self._outcome("context.window", node.name),
            "tokenEdges": _token_edges(graph, node),
            "vocabularyDependents": any(key.startswith(("model.adapters", "model.draft")) for key in node.attributes),
            "tokenBudgets": _token_budgets(graph, node),
            "requireFallback": _policy_wants(graph, node, "policy.requireFallback"),
            **self._cover(node),
        }

    def _stores(self) -> tuple[str, ...]:
        """The stores that keep this node's vectors."""
        return _fed_stores(self.head, self.node) if self.head and self.node else ()

    def _outcome(self, check: str, name: str) -> str:
        found = self._obligation(check, name)
        if found is None:
            return "none"
        if isinstance(found.outcome, Held):
            return "held"
        return "violated" if isinstance(found.outcome, Violated) else "undecided"

    def _cover(self, node: Node) -> dict[str, Value]:
        """Whether what this guard stood before in base is still guarded in head, by others that count."""
        if self.base is None or node.name not in self.base.nodes or self.base.nodes[node.name].role != "guardrail":
            return {"protects": 0, "covered": False}
        guard = self.base.nodes[node.name]
        before = Routes(self.base)
        behind = before.reach((guard.name,)).came_from.keys() | before.upstream(guard.name)
        left = [] if self.head is None else [
            name for name in behind if name in self.head.nodes and self.head.nodes[name].role in PROTECTED
        ]  # fmt: skip
        return {"protects": len(left), "covered": bool(left) and _all_guarded(self.head, guard, left)}


def _all_guarded(head: Graph | None, guard: Node, names: list[str]) -> bool:
    kinds = kinds_of(guard)
    if head is None or not kinds:
        return False
    routes = Routes(head)
    for kind in kinds:
        others = set(guards(head, kind))
        past = routes.reach(entries(head), others).came_from
        if not others or any(name in past for name in names):
            return False
    return True


def _rank(value: Value | Unknown) -> int:
    return PRECISION.get(value, -1) if isinstance(value, str) else -1


def _lost(old: Value | Unknown, new: Value | Unknown) -> tuple[str, ...]:
    """Names of a list (or one name) that are gone."""
    return tuple(name for name in _names(old) if name not in _names(new))


def _names(value: Value | Unknown) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(map(str, value))
    return (value,) if isinstance(value, str) else ()


def _fed_stores(graph: Graph, node: Node) -> tuple[str, ...]:
    """The stores that keep vectors of this node, and are not ephemeral."""
    return tuple(
        one.name
        for one in graph.nodes.values()
        if (one.role == "vectorStore" or any(key.startswith("store.") for key in one.attributes))
        and one.stated("store.rebuild") != "ephemeral"
        and any(source.node.name == node.name for source in sources(graph, one))
    )


def _token_edges(graph: Graph, node: Node) -> bool:
    edges = (*graph.outgoing.get(node.name, ()), *graph.incoming.get(node.name, ()))
    return any(
        "tokenIds"
        in (
            graph.nodes[e.producer].stated(f"outputs.{e.out_port}.type"),
            graph.nodes[e.consumer].stated(f"inputs.{e.in_port}.type"),
        )
        for e in edges
    )


def _token_budgets(graph: Graph, node: Node) -> bool:
    """Whether any figure in tokens hangs on this node's tokenizer."""
    own = any(key.endswith(("maxTokens", "maxOutputTokens", "contextWindow", "maxModelLen")) for key in node.attributes)
    around = any(
        f"outputs.{edge.out_port}.maxTokens" in graph.nodes[edge.producer].attributes
        for edge in graph.incoming.get(node.name, ())
    )
    return own or around


def _policy_wants(graph: Graph, node: Node, attribute: str) -> bool:
    return any(
        node.name in select(graph, policy.stated(attribute))
        for policy in graph.policies.values()
        if attribute in policy.attributes
    )
