"""Guard obligations: a guard of each kind stands on every way to what it protects.

In: one graph, and the promises that it and base keep (which guard kinds cut which node off from where). Out: obligations
`guard.cover` (a protected node), `guard.assumed` (a node that relies on guards), `guard.order`, `guard.redactor`,
`guard.output` (a generator) and `guard.failure` (a guard that does not say how it fails). A guard counts where `routes.counts`
says so; one without `guard.kinds` counts for no kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msdiff.model.graph import Fact, Graph, Node
from msdiff.model.location import Location
from msdiff.model.obligation import Outcome, Undecided, Violated
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value
from msdiff.propagate.laws import HELD
from msdiff.propagate.ledger import Ledger
from msdiff.propagate.promises import (
    NAMELESS,
    Promises,
    Wanted,
    guards,
    kinds_of,
    of_kind,
    wanted_inputs,
    wanted_outputs,
    ways_in,
)
from msdiff.propagate.routes import Reach, Routes, counts, entries, exits, guard_facts, way_facts

MOST_REACHES = 32  # kept at a time; nearly always there are as many as kinds
Reaches = dict[tuple[frozenset[str], str], Reach]  # (starts, kind) -> what is reached past the guards of the kind


def guard_obligations(graph: Graph, routes: Routes, promised: Promises, ledger: Ledger) -> None:
    """Adds all guard obligations."""
    reaches: Reaches = {}
    for name, wanted in sorted(wanted_inputs(graph, promised).items()):
        _cover(graph, routes, name, wanted, reaches, ledger)
    for name in sorted(wanted_outputs(graph, promised)):
        _output(graph, routes, name, ledger)
    for node in graph.nodes.values():
        if "governance.assumesGuards" in node.attributes:
            _assumed(graph, routes, node, ledger)
        if node.role == "guardrail":
            _failure(node, ledger)
            _order(graph, routes, node, ledger)
            _redactor(graph, routes, node, ledger)


def _cover(graph: Graph, routes: Routes, name: str, wanted: Wanted, reaches: Reaches, ledger: Ledger) -> None:
    missing: dict[str, Reach] = {}
    perhaps: dict[str, Reach] = {}
    blocked: set[str] = set()
    for group, found in ((wanted.starts, missing), (wanted.likely, perhaps)):
        for kind, starts in sorted(group.items()):
            for some in _by_trust(graph, starts):
                past = _past(graph, routes, some, kind, reaches)
                blocked |= past.barriers
                if name in past.came_from:
                    found.setdefault(kind, past)
    nameless = missing.pop(NAMELESS, None)
    kinds = wanted.starts.keys()
    outcome: Outcome = HELD
    if missing:
        outcome = Violated(witnesses=frozenset(missing))
    elif nameless is not None or kinds == {NAMELESS}:
        outcome = Undecided(_nameless_reason(graph))
    elif perhaps:
        outcome = Undecided(f"`{name}` is reached without a guard that stands before others of its kind")
    way = _witness(graph, missing or ({NAMELESS: nameless} if nameless else perhaps), name)
    support = (Fact(f"node:{name}"), Fact(f"node:{name}", "role"), *way.facts, *_of(blocked))
    facts: dict[str, Value] = {
        "kinds": tuple(sorted(missing)) or tuple(sorted(kinds - {NAMELESS})),
        "witness": " -> ".join(way.path),
        "entry": way.path[0] if way.path else "",
        "trust": _trust(graph, way.path),
        "policy": "",
        "guards": tuple(sorted(_candidates(graph, kinds))),
    }
    ledger.add(
        "path",
        "guard.cover",
        (name,),
        outcome,
        location=way.location or graph.nodes[name].location,
        support=support,
        node=name,
        facts=facts,
        path=way.path,
    )


def _by_trust(graph: Graph, starts: frozenset[str]) -> tuple[frozenset[str], ...]:
    """The starts in groups, untrusted ones first: a way from one of these is the graver witness."""
    untrusted = frozenset(name for name in starts if _trust(graph, (name,)) == "untrusted")
    return tuple(group for group in (untrusted, starts - untrusted) if group)


def _past(graph: Graph, routes: Routes, starts: frozenset[str], kind: str, reaches: Reaches) -> Reach:
    found = reaches.get((starts, kind))
    if found is None:
        if len(reaches) >= MOST_REACHES:
            reaches.clear()
        found = reaches[starts, kind] = routes.reach(sorted(starts), set(of_kind(graph, kind)))
    return found


def _nameless_reason(graph: Graph) -> str:
    names = [f"`{name}`" for name, node in graph.nodes.items() if node.role == "guardrail" and not kinds_of(node)]
    if not names:
        return "a guard that did not say guard.kinds is gone"
    return f"guard {names[0]} does not say guard.kinds, so it counts for none"


class Way(NamedTuple):
    """A way that proves a breach: its nodes, what it rests on, and the place of its last edge."""

    path: tuple[str, ...]
    facts: tuple[Fact, ...]
    location: Location | None


NO_WAY = Way((), (), None)


def way_to(graph: Graph, reach: Reach, name: str) -> Way:
    """The shortest way to a node that was reached."""
    path, edges = reach.path(name), reach.edges(name)
    return Way(path, way_facts(graph, path, edges), edges[-1].location if edges else None)


def _witness(graph: Graph, missing: Mapping[str, Reach], name: str) -> Way:
    """The witness for the first kind; ways from untrusted entries before others."""
    ways = [way_to(graph, reach, name) for reach in missing.values()]
    ways.sort(key=lambda way: (_trust(graph, way.path) != "untrusted", len(way.path), way.path))
    return ways[0] if ways else NO_WAY


def _trust(graph: Graph, path: tuple[str, ...]) -> str:
    """The trust that the entry declares for what it lets in; untrusted unless said."""
    if not path:
        return "untrusted"
    node = graph.nodes[path[0]]
    said = {str(node.stated(f"outputs.{port}.trust", "untrusted")) for port in node.outputs} or {"untrusted"}
    return "untrusted" if "untrusted" in said else min(said)


def _of(names: Iterable[str]) -> tuple[Fact, ...]:
    return tuple(fact for name in sorted(names) for fact in guard_facts(name))


def _candidates(graph: Graph, kinds: Iterable[str]) -> Iterable[str]:
    """Guards of these kinds, whether they count or not: what a fix can name."""
    wanted = set(kinds)
    return (n for n, node in graph.nodes.items() if node.role == "guardrail" and wanted & set(kinds_of(node)))


def _assumed(graph: Graph, routes: Routes, node: Node, ledger: Ledger) -> None:
    effective = node.attributes["governance.assumesGuards"]
    kinds = tuple(map(str, effective.value)) if isinstance(effective.value, tuple) else ()
    missing: dict[str, Reach] = {}
    blocked: set[str] = set()
    for kind in kinds:
        reach = routes.reach(ways_in(graph), set(guards(graph, kind)))
        blocked |= reach.barriers
        if node.name in reach.came_from:
            missing[kind] = reach
    external = {kind for kind in missing for name in _candidates(graph, (kind,)) if _external(graph.nodes[name])}
    outcome: Outcome = Violated(witnesses=frozenset(missing)) if missing else HELD
    if isinstance(effective.value, Unknown):
        outcome = Undecided(effective.value.reason)
    way = _witness(graph, missing, node.name)
    ledger.add(
        "path",
        "guard.assumed",
        (node.name,),
        outcome,
        location=effective.location,
        support=(*effective.facts, Fact(node.id), *way.facts, *_of(blocked)),
        node=node.name,
        facts={
            "kinds": tuple(sorted(missing)) or tuple(sorted(kinds)),
            "witness": " -> ".join(way.path),
            "external": bool(missing) and external == set(missing),
        },
        path=way.path,
    )


def _external(node: Node) -> bool:
    return node.stated("guard.external") is not None


def _failure(node: Node, ledger: Ledger) -> None:
    said = node.attributes.get("guard.onFailure")
    fact = Fact(node.id, "guard.onFailure")
    reason = f"guard `{node.name}` does not say guard.onFailure (closed or open)"
    ledger.add(
        "path",
        "guard.failure",
        (node.name,),
        HELD if said else Undecided(reason),
        location=said.location if said else node.location,
        support=(fact, Fact(node.id, "role")),
        node=node.name,
    )


def _order(graph: Graph, routes: Routes, guard: Node, ledger: Ledger) -> None:
    """An input guard stands before each generator that it is connected with, not behind it."""
    if guard.stated("guard.stage") != "input":
        return
    starts = entries(graph)
    around = routes.reach(starts, {guard.name} if counts(guard) else ())
    behind_guard = routes.reach((guard.name,)).came_from
    ahead = routes.upstream(guard.name)
    for name, node in graph.nodes.items():
        if node.role != "generator":
            continue
        before = name in ahead
        if not before and name not in behind_guard:
            continue
        violated = before and (name in around.came_from or not starts)
        way = way_to(graph, routes.reach((name,)), guard.name) if violated else NO_WAY
        ledger.add(
            "path",
            "guard.order",
            (guard.name, name),
            Violated() if violated else HELD,
            location=guard.location,
            support=(*guard_facts(guard.name), Fact(node.id), *way.facts),
            node=name,
            facts={"guard": guard.name, "before": name, "witness": " -> ".join(way.path), "redacts": ()},
            path=way.path,
        )


def _redactor(graph: Graph, routes: Routes, guard: Node, ledger: Ledger) -> None:
    """A redactor stands before each external call that it is connected with."""
    redacts = guard.stated("guard.redacts", ())
    if not redacts or not isinstance(redacts, tuple):
        return
    around = routes.reach(ways_in(graph), {guard.name} if counts(guard) else ())
    behind = routes.reach((guard.name,)).came_from
    ahead = routes.upstream(guard.name)
    for name, node in graph.nodes.items():
        if node.stated("endpoint.external") is not True or name == guard.name:
            continue
        if name not in ahead and name not in behind:
            continue
        violated = name in ahead and name in around.came_from
        way = way_to(graph, around, name) if violated else NO_WAY
        ledger.add(
            "path",
            "guard.redactor",
            (guard.name, name),
            Violated() if violated else HELD,
            location=guard.location,
            support=(*guard_facts(guard.name), Fact(node.id), Fact(node.id, "endpoint.external"), *way.facts),
            node=name,
            facts={"guard": guard.name, "before": name, "witness": " -> ".join(way.path), "redacts": redacts},
            path=way.path,
        )


def _output(graph: Graph, routes: Routes, name: str, ledger: Ledger) -> None:
    """Every way from the generator to an exit passes an output guard."""
    barriers = set(guards(graph, stage="output"))
    past = routes.reach((name,), barriers)
    open_exits = [end for end in exits(graph) if end in past.came_from]
    way = way_to(graph, past, open_exits[0]) if open_exits else NO_WAY
    ledger.add(
        "path",
        "guard.output",
        (name,),
        Violated(witnesses=frozenset(open_exits)) if open_exits else HELD,
        location=way.location or graph.nodes[name].location,
        support=(Fact(f"node:{name}"), *way.facts, *_of(past.barriers)),
        node=name,
        facts={
            "exit": open_exits[0] if open_exits else "",
            "witness": " -> ".join(way.path),
            "policy": "",
            "guards": tuple(sorted(n for n, one in graph.nodes.items() if one.stated("guard.stage") == "output")),
        },
        path=way.path,
    )
