"""What is asked for, and both versions with everything that is worked out about them when judging asks.

In: pairs of graphs and the request. Out: `World`: obligations, changes, facts, paths and arrival times, each made once and only
when somebody reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msdiff.classify import Causes, Evidence
from msdiff.classify.alone import alone
from msdiff.classify.evidence import Facts, Key
from msdiff.diff import GraphPair, diff
from msdiff.model.change import Change
from msdiff.model.finding import Acceptance
from msdiff.model.graph import Effective, Element, Fact, Graph
from msdiff.model.obligation import Obligation, Outcome, Violated
from msdiff.model.records import NamedTuple
from msdiff.propagate import Obligations, Promise, Tables, obligations, promised
from msdiff.propagate.derived import Context, fed_stores
from msdiff.propagate.flow import Paths
from msdiff.propagate.reach import impacts
from msdiff.propagate.slo_results import later, slo_results
from msdiff.propagate.stale import Spread, Stale
from msdiff.propagate.topology import Loops
from msdiff.resolve import with_values
from msdiff.ruleset.attributes import Catalogue
from msdiff.ruleset.library import RuleSet
from msdiff.settings import Settings

if TYPE_CHECKING:
    from msdiff.model.mention import Mention
    from msdiff.ruleset.policy_conditions import PolicyJudge

NO_PATHS: tuple[tuple[str, ...], int] = ((), 0)
NO_SPREAD: Facts = {"stated": 0, "moved": 0, "left": ""}


class Request(NamedTuple):
    """What is asked for beside the versions."""

    settings: Settings
    rules: RuleSet
    tool_version: str
    accepted: Callable[[str], Acceptance | None] = lambda fingerprint: None
    fail_on: str = "breaking"
    strict: bool = False
    allow_empty: bool = False
    notes: tuple[str, ...] = ()


class World:
    """Both versions with everything that was worked out about them; `compared` is false where there is only one."""

    def __init__(
        self,
        pairs: tuple[GraphPair, ...],
        request: Request,
        *,
        compared: bool = True,
        mentions: tuple[Mention, ...] = (),
        doubted: frozenset[str] = frozenset(),
    ) -> None:
        self.pairs = pairs
        self.doubted = doubted
        self.request = request
        self._by_label = {one.label: one for one in pairs}
        self._paths: dict[str, Paths] = {}
        self._late: dict[str, frozenset[str]] = {}
        self._contexts: dict[str, Facts] = {}
        self._about: dict[tuple[str, str], Facts] = {}
        self._fed: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._shares: dict[tuple[str, str], Mapping[str, float]] | None = None
        self._kept: dict[tuple[str, str, str | None], Obligation] | None = None
        self._told: dict[str, Spread] | None = None
        self._with_new_facts: Mapping[Key, Obligation] | None = None
        self._by_files: dict[str, Mapping[Key, Obligation]] = {}
        self._judge: PolicyJudge | None = None
        self._loops: Loops = {}
        self.changes = diff(pairs, self.catalogue) if compared else ()
        self.stale = Stale(self.heads, mentions)
        touched = Causes(self.changes).elements if compared else None
        kept = promised(self.bases)
        self.base = Obligations()
        if compared:
            self.base = obligations(self.bases, self.tables, kept, touched, only_touched=True)
        self.head = obligations(self.heads, self.tables, promised(self.heads), touched, before=kept)
        if compared:
            self.base = self._with_untouched(touched or frozenset(), kept)
        # figures of a base that could not be read in full are no figures
        timed = ((None if one.head and one.label in doubted else one.base, one.head) for one in self.pairs)
        self.slos = slo_results(timed, self.changes)

    def _with_untouched(self, touched: frozenset[str], kept: Mapping[str, tuple[Promise, ...]]) -> Obligations:
        """Base's obligations with those that no change touched there and that head breaks.

        A wire on which no change bears in head either was broken before; of the others all of base is asked (a value that
        nobody stated in base rests on nothing that changed).
        """
        broken = {key: one for key, one in self.head.kept.items() if key not in self.base.kept}
        known = {
            key: one
            for key, one in broken.items()
            if one.kind == "edge" and not any(fact.element in touched for fact in one.support)
        }
        asked = [
            key
            for key, one in broken.items()
            if key not in known and isinstance(one.outcome, Violated) and self._stood_in_base(one)
        ]
        if asked:
            whole = obligations(self.bases, self.tables, kept, None).kept
            known |= {key: whole[key] for key in asked if key in whole}
        return self.base._replace(kept={**self.base.kept, **known})

    def _stood_in_base(self, obligation: Obligation) -> bool:
        """Whether the elements that the obligation speaks of are in base."""
        one = self._by_label.get(obligation.graph)
        if one is None or one.base is None:
            return False
        edge, node = obligation.edge, obligation.node
        return (edge is None or edge in one.base.edges) and (node is None or node in one.base.nodes)

    @property
    def catalogue(self) -> Catalogue:
        return self.request.rules.catalogue

    @property
    def tables(self) -> Tables:
        rules = self.request.rules
        return Tables(
            wires=rules.wires,
            nodes=rules.nodes,
            aliases=rules.aliases,
            catalogue=rules.catalogue,
            may_drift=self.request.settings.may_drift,
            judge=self.judged,
            loops=self._loops,
        )

    def judged(self, condition: str, element: Element, policy: str) -> Outcome:
        """Whether an element meets a policy's condition."""
        from msdiff.ruleset.policy_conditions import PolicyJudge  # few graphs have such policies

        if self._judge is None:
            self._judge = PolicyJudge(self.catalogue)
        return self._judge(condition, element, policy)

    @property
    def bases(self) -> tuple[Graph, ...]:
        return tuple(one.base for one in self.pairs if one.base is not None)

    @property
    def heads(self) -> tuple[Graph, ...]:
        return tuple(one.head for one in self.pairs if one.head is not None)

    def evidence(self) -> Evidence:
        """What classify judges."""
        return Evidence(
            changes=self.changes,
            base=self.base.kept,
            head=self.head.kept,
            with_new_facts=self.with_new_facts,
            by_files=self.by_files,
            facts=self.facts,
            path=self.path,
            impacts=impacts(self.changes, self.flow, self.start, self.paths, self.late),
            blamed=self.blamed,
            stale=self.stale.places,
            owner=self.owner,
            level=self.request.settings.level_of,
            accepted=self.request.accepted,
            alone=self.alone,
            template=self.template,
            exists=lambda graph, node: self._head(graph) is not None and node in self._nodes(graph),
            ends=self.ends,
            doubted=self.doubted,
        )

    def blamed(self, label: str, slo: str) -> Mapping[str, float] | None:
        """The changes that have a share in an SLO's difference; `None` where it was not split among them."""
        if self._shares is None:
            split = [one for one in reversed(self.slos) if one.attribution]  # of several the first counts
            self._shares = {
                (one.graph, one.name): {id: share for id, share in one.attribution if share} for one in split
            }
        return self._shares.get((label, slo))

    def _head(self, label: str) -> Graph | None:
        one = self._by_label.get(label)
        return one.head if one else None

    def _nodes(self, label: str) -> Mapping[str, object]:
        head = self._head(label)
        return head.nodes if head else {}

    def with_new_facts(self) -> Mapping[Key, Obligation]:
        """Base's obligations, once base knows what head newly declares (see `classify.statuses`)."""
        if self._with_new_facts is None:
            told = tuple(self._informed(one.base) for one in self.pairs if one.base is not None)
            self._with_new_facts = obligations(told, self.tables, promised(told), None).kept
        return self._with_new_facts

    def by_files(self, side: str) -> Mapping[Key, Obligation]:
        """A side's obligations without what only a table of model facts says (see `classify.judging`)."""
        if side not in self._by_files:
            graphs = self.bases if side == "base" else self.heads
            bare = tuple(with_values(graph, {}) if graph.tabled else graph for graph in graphs)
            self._by_files[side] = obligations(bare, self.tables, promised(bare), None).kept
        return self._by_files[side]

    def _informed(self, graph: Graph) -> Graph:
        """The graph with what head newly declares; a port that came brings all that it declares."""
        head = self._head(graph.label)
        values: dict[Fact, Effective] = {}
        for change in self.changes:
            if head is None or change.graph != graph.label or not _newly_declares(change):
                continue
            element, name = head.element(change.fact.element), change.fact.attribute
            for attribute, effective in element.attributes.items() if element else ():
                if attribute == name or attribute.startswith(f"{name}."):
                    values[change.fact._replace(attribute=attribute)] = effective
        return with_values(graph, values, self.request.rules.models)

    def facts(self, change: Change) -> tuple[Facts, Facts]:
        """What rules may read of a change and of its node."""
        one = self._by_label[change.graph]

        def held(check: str, node: str) -> Obligation | None:
            return self._obligation(change.graph, check, node)

        context = Context(change, one.base, one.head, held, self._fed_stores)
        told = self._contexts.get(change.id)
        if told is None:
            told = self._contexts[change.id] = {**context.change_facts(), **self._spread(change)}
        place = (change.graph, context.node.name if context.node else "")
        about = self._about.get(place)
        if about is None:
            about = self._about[place] = context.node_facts()
        return told, about

    def _fed_stores(self, graph: Graph) -> Mapping[str, tuple[str, ...]]:
        side = "head" if graph is self._head(graph.label) else "base"
        key = f"{side} {graph.label}"
        if key not in self._fed:
            self._fed[key] = fed_stores(graph)
        return self._fed[key]

    def _spread(self, change: Change) -> Facts:
        """How far an update of a fact that several places repeat went; said of one change for each pair of values."""
        if not self.stale.has_stacks:
            return NO_SPREAD
        if self._told is None:
            from msdiff.model.mention import name_of  # few repositories have stacks

            spread = {one.id: (name_of(str(one.old)), self.stale.spread(one)) for one in self.changes}
            widest: dict[str, tuple[int, str]] = {}
            for id, (old, found) in spread.items():
                if found.left and len(found.left) + found.moved > widest.get(old, (0, ""))[0]:
                    widest[old] = (len(found.left) + found.moved, id)
            self._told = {id: spread[id][1] for _, id in widest.values()}
        spread_here = self._told.get(change.id)
        if spread_here is None:
            return NO_SPREAD
        places = [f"{one.location.file}:{one.location.line}" for one in spread_here.left]
        shown = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
        return {"stated": len(places) + spread_here.moved, "moved": spread_here.moved, "left": shown}

    def _obligation(self, graph: str, check: str, node: str) -> Obligation | None:
        if self._kept is None:
            kept = reversed(tuple(self.head.kept.values()))  # of several the first counts
            self._kept = {(one.graph, one.check, one.node): one for one in kept}
        return self._kept.get((graph, check, node))

    def paths(self, label: str) -> Paths:
        """Paths over the edges of both versions of a graph."""
        if label not in self._paths:
            one = self._by_label[label]
            self._paths[label] = Paths(one.base, one.head)
        return self._paths[label]

    def path(self, label: str, start: str, end: str) -> tuple[tuple[str, ...], int]:
        return self.paths(label).between(start, end) if label in self._by_label else NO_PATHS

    def ends(self, label: str, key: str) -> tuple[str, ...]:
        one = self._by_label[label]
        for graph in (one.head, one.base):
            if graph is not None and key in graph.edges:
                edge = graph.edges[key]
                return (edge.producer, edge.consumer)
        return ()

    def owner(self, label: str, node: str | None) -> str | None:
        """The node's owner, else the graph's, else the configuration's."""
        graph = self._head(label) or (self._by_label[label].base if label in self._by_label else None)
        if graph is None:
            return None
        element = graph.nodes.get(node or "")
        told = element.stated("owner") if element else None
        told = (
            told
            or graph.meta.stated("metadata.owner")
            or self.request.settings.owner_of(
                element.location.file if element else None,
                node=node,
                role=element.role if element else None,
                graph=label,
            )
        )
        return str(told) if told else None

    def alone(self, change: Change) -> str:
        """Why a change that no obligation touches is unverified; "" where it can only be harmless."""
        if (
            change.edge
            and change.kind == "edge.removed"
            and not set(self.ends(change.graph, change.edge)) <= set(self._nodes(change.graph))
        ):
            return ""  # its node is gone: that says it all
        template = self.template(change.attribute) if change.attribute else None
        return alone(change, template, self.request.rules.tables["alone"])

    def template(self, attribute: str) -> str | None:
        """The attribute's name in the catalogue."""
        found = self.catalogue.lookup(attribute)
        return found.name if found else None

    def flow(self, change: Change) -> str:
        """How far a change travels; "" for an element that came or went."""
        found = self.catalogue.lookup(change.attribute) if change.attribute else None
        return found.flow if found else "node" if change.attribute else ""

    def start(self, change: Change) -> str:
        """The node at which a change sets out: an edge delays whoever waits at its end."""
        if change.node is not None:
            return change.node
        ends = self.ends(change.graph, change.edge) if change.edge else ()
        return ends[-1] if ends else ""

    def late(self, label: str) -> frozenset[str]:
        """The nodes whose arrival time differs between base and head."""
        if label not in self._late:
            one = self._by_label[label]
            both = one.base is not None and one.head is not None
            self._late[label] = later(one.base, one.head) if both and one.base and one.head else frozenset()
        return self._late[label]


def _newly_declares(change: Change) -> bool:
    """Whether nothing was known before: a default that is overruled was known."""
    return bool(change.attribute) and change.kind == "attribute.added" and change.old is None
