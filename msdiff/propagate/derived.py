"""Facts about a change that rules may read beside its values (`rules/facts.yaml`, under `changes`).

In: a change with both versions of its graph and head's obligations. Out: plain values by name, worked out when a rule asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msdiff.model.change import Change
from msdiff.model.graph import Graph, Node
from msdiff.model.obligation import Held, Obligation, Violated
from msdiff.model.values import Unknown, Value
from msdiff.propagate.promises import PROTECTED, guards, kinds_of, ways_in
from msdiff.propagate.routes import Routes
from msdiff.propagate.spaces import STORING, sources

# what each is better than; fp16 and bf16 cannot be compared (rules-catalogue: precisionRank)
PRECISION = {"fp32": 3, "bf16": 2, "fp16": 2, "fp8": 1, "int8": 1, "int4": 0}


CHUNKER = "store.builtWith.chunker"
SCALE = ("store.metric", ".score.kind", ".score.orientation")  # what `threshold.calibratedFor` has no words for


class Context:
    """One change in its two graphs. `base` or `head` is `None` where the graph exists on one side only.

    `held` gives head's obligation for a check and a node, `fed` what `fed_stores` says of a graph.
    """

    def __init__(
        self,
        change: Change,
        base: Graph | None,
        head: Graph | None,
        held: Callable[[str, str], Obligation | None],
        fed: Callable[[Graph], Mapping[str, tuple[str, ...]]],
    ) -> None:
        self.change = change
        self.base = base
        self.head = head
        self._obligation = held
        self._fed = fed

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
            "gained": _lost(new, old),
            "lostHandled": self._lost_handled(),
            "unreadBy": self._readers_of_a_lost_field(),
            **self._readers_of_scores(),
            **self._readers_of_reasoning(),
            "keptThresholds": self._kept_thresholds(),
            "becameOptional": old is True and new is False,
            "belowSlo": old is False and new is True and self._is_below_an_slo(),
            "replacement": self._replacement(),
            "newFeed": self._new_feed(),
            "sameImage": _image_name(old) == _image_name(new),
            "producer": self.node.name if self.node else "",
            "consumer": ", ".join(self._stores()) or (self.node.name if self.node else ""),
        }

    def node_facts(self) -> dict[str, Value]:
        """What the changed node is, in head (in base where it is gone). The same for every change of that node."""
        node = self.node
        graph = self.head if self.head and node and node.name in self.head.nodes else self.base
        if node is None or graph is None:
            return {"role": "", "name": ""}
        return {
            "role": node.role,
            "name": node.name,
            "hasEval": node.stated("governance.evalRef") is not None,
            "persistedStore": bool(self._fed(graph).get(node.name)),
            "unmovedStore": self._has_unmoved_store(node),
            "keptStore": any(_keeps_the_old(graph.nodes[name]) for name in self._fed(graph).get(node.name, ())),
            "silentMetrics": tuple(
                str(graph.nodes[name].stated("store.metric", ""))
                for name in self._fed(graph).get(node.name, ())
                if "store.builtWith.normalized" not in graph.nodes[name].attributes
            ),
            "chunkStores": self._chunk_stores(graph, node),
            "promptVersionMoved": self._moved(node, "prompt.version"),
            "requireTracing": _policy_says(graph, "policy.requireTracing"),
            "requireToolPins": _policy_says(graph, "policy.requireToolPins"),
            "rebuild": str(node.stated("store.rebuild", "")),
            "builtMetric": str(node.stated("store.builtWith.metric", "")),
            "context": self._outcome("context.window", node.name),
            "tokenEdges": _token_edges(graph, node),
            "vocabularyDependents": any(key.startswith(("model.adapters", "model.draft")) for key in node.attributes),
            "tokenBudgets": _token_budgets(graph, node),
            "requireFallback": _policy_wants(graph, node, "policy.requireFallback"),
            **self._cover(node),
        }

    def _stores(self) -> tuple[str, ...]:
        """The stores that keep this node's vectors."""
        return self._fed(self.head).get(self.node.name, ()) if self.head and self.node else ()

    def _replacement(self) -> str:
        """The one node that the caller's port leads to now, where it led to another before; of equal role."""
        edge = self.base.edges.get(self.change.edge or "") if self.base else None
        if edge is None or self.head is None or self.base is None or not edge.out_port or self.node is None:
            return ""
        if not edge.resolved:
            return ""
        if self.base.nodes[edge.producer].role == "embedder":
            return ""  # its callers are the ones that move
        before = [one.consumer for one in self.base.outgoing.get(edge.producer, ()) if one.out_port == edge.out_port]
        now = [one.consumer for one in self.head.outgoing.get(edge.producer, ()) if one.out_port == edge.out_port]
        if len(before) != 1 or len(now) != 1 or now == before:
            return ""
        return now[0] if self.head.nodes[now[0]].role == self.node.role else ""

    def _is_below_an_slo(self) -> bool:
        """Whether what is required now promises less availability than an SLO that depends on it asks for."""
        name = self.change.node or (
            self.head.edges[self.change.edge].consumer if self.head and self.change.edge else ""
        )
        if self.head is None or name not in self.head.nodes:
            return False
        promised = self.head.nodes[name].stated("availability")
        behind = Routes(self.head).reach((name,)).came_from
        wanted = [slo.stated("slo.availability") for slo in self.head.slos.values() if slo.stated("slo.at") in behind]
        return isinstance(promised, int | float) and any(
            isinstance(one, int | float) and one > promised for one in wanted
        )

    def _readers(self) -> Iterator[tuple[Node, str]]:
        """The consumers of the output port that the change speaks of, in head, with their input ports."""
        side, _, rest = self.change.fact.attribute.partition(".")
        if self.head is None or self.node is None or side != "outputs":
            return
        for edge in self.head.outgoing.get(self.node.name, ()):
            if edge.out_port == rest.partition(".")[0]:
                yield self.head.nodes[edge.consumer], f"inputs.{edge.in_port}"

    def _readers_of_scores(self) -> dict[str, Value]:
        """Consumers whose reading of the port's scores no obligation covers, and those of them that read the value."""
        name = self.change.fact.attribute.partition(".score.")[2]
        if not name:
            return {"scoreReaders": (), "valueReaders": ()}
        uses = {
            node.name: node.stated(f"{port}.uses")
            for node, port in self._readers()
            if f"{port}.score.{name}" not in node.attributes and "threshold.value" not in node.attributes
        }
        readers = tuple(sorted(key for key, use in uses.items() if use != "order"))
        return {"scoreReaders": readers, "valueReaders": tuple(key for key in readers if uses[key] == "value")}

    def _readers_of_reasoning(self) -> dict[str, Value]:
        """Consumers of the node by what they say of reasoning that is mixed into the content."""
        said: dict[Value, set[str]] = {False: set(), None: set()}
        if self.head is not None and self.node is not None and self.change.fact.attribute.startswith("reasoning."):
            for edge in self.head.outgoing.get(self.node.name, ()):
                accepts = self.head.nodes[edge.consumer].stated(f"inputs.{edge.in_port}.acceptsReasoning")
                if accepts is not True:
                    said[False if accepts is False else None].add(edge.consumer)
        return {"refusesReasoning": tuple(sorted(said[False])), "silentOnReasoning": tuple(sorted(said[None]))}

    def _lost_handled(self) -> tuple[str, ...]:
        """Labels that the port no longer gives and that some consumer handles."""
        if not self.change.fact.attribute.endswith(".labels"):
            return ()
        handled = {label for node, port in self._readers() for label in _names(node.value(f"{port}.labels"))}
        return tuple(label for label in _lost(self.change.old, self.change.new) if label in handled)

    def _readers_of_a_lost_field(self) -> tuple[str, ...]:
        """Consumers that do not say what they read, where a field of the port's schema is gone."""
        *_, group, _ = ("", "", *self.change.detail.split("."))
        if group != "properties" or self.change.new is not None:
            return ()
        silent = {node.name for node, port in self._readers() if f"{port}.schema" not in node.attributes}
        return tuple(sorted(silent))

    def _kept_thresholds(self) -> tuple[str, ...]:
        """Where a score's scale changes: nodes with an absolute threshold on it that says what it was tuned on and stayed."""
        node = self.node
        if not self.change.fact.attribute.endswith(SCALE) or node is None or self.base is None or self.head is None:
            return ()
        from msdiff.propagate.thresholds import scorers  # few graphs have thresholds that are calibrated

        names = ("threshold.value", "threshold.calibratedFor")
        return tuple(
            name
            for name, one in self.head.nodes.items()
            if all(attribute in one.attributes for attribute in names)
            and one.stated("threshold.relative") is not True
            and name in self.base.nodes
            and all(self.base.nodes[name].value(attribute) == one.value(attribute) for attribute in names)
            and any(producer.name == node.name for producer, _, _ in scorers(self.head, one))
        )

    def _has_unmoved_store(self, node: Node) -> bool:
        """Whether a store of its vectors says what it was built with, says the same in both versions, and outlives both."""
        for graph in (self.base, self.head):
            if graph is None or node.name not in graph.nodes:
                return False
        assert self.base is not None
        assert self.head is not None
        stores = (
            (name, self.base.nodes.get(name), self.head.nodes[name]) for name in self._fed(self.head).get(node.name, ())
        )
        return any(
            old is not None
            and _built_with(new)
            and _built_with(old) == _built_with(new)
            and new.stated("store.rebuild") != "onDeploy"
            for _, old, new in stores
        )

    def _new_feed(self) -> str:
        """The embedders, all of other models, that feed a kept store in place of the one whose edge is gone."""
        edge = self.base.edges.get(self.change.edge or "") if self.base else None
        if edge is None or self.base is None or self.head is None or not edge.resolved:
            return ""
        store, before = self.head.nodes.get(edge.consumer), self.base.nodes[edge.producer].stated("model.id")
        if store is None or not isinstance(before, str) or not _keeps_the_old(store):
            return ""
        models = {one.node.name: one.node.stated("model.id") for one in sources(self.head, store)}
        if not models or before in models.values() or None in models.values():
            return ""
        return ", ".join(sorted(models))

    def _chunk_stores(self, graph: Graph, node: Node) -> tuple[str, ...]:
        """Stores behind a chunker that outlive a deployment and do not say since this change that they were built with it."""
        if node.role != "chunker":
            return ()
        identity = f"{node.name}@{node.stated('version', '')}"
        behind = sorted(Routes(graph).reach((node.name,)).came_from)
        stores = [graph.nodes[name] for name in behind if graph.nodes[name].role in STORING]
        return tuple(
            store.name
            for store in stores
            if store.stated("store.rebuild") not in ("onDeploy", "ephemeral")
            and not (store.stated(CHUNKER) == identity and self._moved(store, CHUNKER))
        )

    def _moved(self, node: Node, attribute: str) -> bool:
        """Whether head states the attribute and base does not state the same."""
        if self.base is None or self.head is None or node.name not in self.base.nodes:
            return False
        now = node.stated(attribute)
        return now is not None and now != self.base.nodes[node.name].stated(attribute)

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
        others = set(guards(head, kind)) - {guard.name}
        past = routes.reach(ways_in(head), others).came_from
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


def fed_stores(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Embedder -> the stores that keep its vectors, and are not ephemeral."""
    found: dict[str, list[str]] = {}
    for one in graph.nodes.values():
        if one.role != "vectorStore" and not any(key.startswith("store.") for key in one.attributes):
            continue
        if one.stated("store.rebuild") != "ephemeral":
            for name in {source.node.name for source in sources(graph, one)}:
                found.setdefault(name, []).append(one.name)
    return {name: tuple(stores) for name, stores in found.items()}


def _image_name(value: Value | Unknown) -> str:
    """The name of an image without its registry and its tag."""
    last = value.rpartition("/")[2] if isinstance(value, str) else ""
    return last.partition("@")[0].partition(":")[0]


def _built_with(store: Node) -> dict[str, Value | Unknown]:
    return {key: one.value for key, one in store.attributes.items() if key.startswith("store.builtWith.")}


def _keeps_the_old(store: Node) -> bool:
    """Whether a store outlives a deployment and does not say what it was built with: it holds what was written before."""
    return store.stated("store.rebuild") in ("manual", "never") and store.stated("store.builtWith.model") is None


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


def _policy_says(graph: Graph, attribute: str) -> bool:
    return any(policy.stated(attribute) is True for policy in graph.policies.values())


def _policy_wants(graph: Graph, node: Node, attribute: str) -> bool:
    if not graph.policies:
        return False
    from msdiff.propagate.selectors import select

    return any(
        node.name in select(graph, policy.stated(attribute))
        for policy in graph.policies.values()
        if attribute in policy.attributes
    )
