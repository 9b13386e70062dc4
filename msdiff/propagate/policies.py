"""Policy obligations: `everyPath`, `noPath` and `require` (latency bounds are `budgets`).

In: one graph and a judge for CEL conditions. Out: an obligation for each node that a policy's `to` selector picks (paths) or
each element that its selector picks (`require`). A path policy whose `through` is a guard is judged as guard cover, so that the
more precise rule speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from msdiff.model.graph import Element, Fact, Graph
from msdiff.model.obligation import Outcome, Undecided, Violated
from msdiff.model.values import Value
from msdiff.propagate.guards import NO_WAY, way_to
from msdiff.propagate.laws import HELD
from msdiff.propagate.ledger import Ledger
from msdiff.propagate.promises import kinds_of
from msdiff.propagate.routes import Reach, Routes, counts, guard_facts
from msdiff.propagate.selectors import select, select_edges

SELECTED_BY = ("role", "labels", "owner", "guard.kinds", "guard.stage", "guard.streaming", "tools.offered")
Judge = Callable[[str, Element, str], Outcome]  # condition, element, text for errors -> outcome


def policy_obligations(graph: Graph, routes: Routes, judge: Judge, ledger: Ledger) -> None:
    """Adds the obligations of every policy that speaks of paths or conditions."""
    for policy in graph.policies.values():
        if "policy.everyPath" in policy.attributes:
            _every_path(graph, routes, policy, ledger)
        if "policy.noPath" in policy.attributes:
            _no_path(graph, routes, policy, ledger)
        if "policy.require" in policy.attributes:
            _require(graph, policy, judge, ledger)


def _every_path(graph: Graph, routes: Routes, policy: Element, ledger: Ledger) -> None:
    value = policy.stated("policy.everyPath")
    if not isinstance(value, Mapping):
        return
    through = select(graph, value["through"])
    guarding = _speaks_of_guards(graph, value["through"], through)
    barriers = {name for name in through if counts(graph.nodes[name])}
    starts = select(graph, value["from"])
    past = routes.reach(starts, barriers)
    check = _guard_check(value["through"]) if guarding else "policy.everyPath"
    nameless = _guards_without_kind(graph, value["through"]) if guarding else ()
    for name in select(graph, value["to"]):
        reach = _from_others(routes, past, starts, name, barriers)
        breached = name in reach.came_from and name not in barriers
        outcome: Outcome = Violated(witnesses=frozenset((name,))) if breached else HELD
        if breached and nameless:
            outcome = Undecided(f"guard `{nameless[0]}` does not say guard.kinds")
        way = way_to(graph, reach, name) if breached else NO_WAY
        guard_support = tuple(fact for one in sorted(reach.barriers) for fact in guard_facts(one))
        ledger.add(
            "path",
            check,
            (policy.id, name),
            outcome,
            location=way.location or policy.location,
            support=(
                *policy.attributes["policy.everyPath"].facts,
                Fact(f"node:{name}"),
                *way.facts,
                *guard_support,
                *_selected((name, *way.path, *reach.barriers)),
            ),
            node=name,
            facts={
                "policy": policy.name,
                "kinds": (),
                "witness": " -> ".join(way.path),
                "entry": way.path[0] if way.path else "",
                "exit": name,
                "trust": "untrusted",
                "external": False,
                "guards": tuple(sorted(through)),
                "condition": f"every path to `{name}` passes {_spoken(value['through'])}",
            },
            path=way.path,
            related=((policy.location, f"policy `{policy.name}`"),),
        )


def _from_others(
    routes: Routes, whole: Reach, starts: tuple[str, ...], name: str, barriers: Collection[str] = ()
) -> Reach:
    """What is reached from the starts; for a node that is a start itself, from the other ones."""
    return whole if name not in starts else routes.reach([one for one in starts if one != name], barriers)


def _speaks_of_guards(graph: Graph, selector: Value, picked: tuple[str, ...]) -> bool:
    if isinstance(selector, Mapping):
        return "guard" in selector or selector.get("role") == "guardrail"
    return bool(picked) and all(graph.nodes[name].role == "guardrail" for name in picked)


def _guard_check(selector: Value) -> str:
    guard = selector.get("guard") if isinstance(selector, Mapping) else None
    return "guard.output" if isinstance(guard, Mapping) and guard.get("stage") == "output" else "guard.cover"


def _guards_without_kind(graph: Graph, selector: Value) -> tuple[str, ...]:
    """Guards that might be of the wanted kind but do not say: with them a breach is not certain."""
    guard = selector.get("guard") if isinstance(selector, Mapping) else None
    if not isinstance(guard, Mapping) or "kind" not in guard:
        return ()
    return tuple(
        n for n, node in graph.nodes.items() if node.role == "guardrail" and counts(node) and not kinds_of(node)
    )


def _no_path(graph: Graph, routes: Routes, policy: Element, ledger: Ledger) -> None:
    value = policy.stated("policy.noPath")
    if not isinstance(value, Mapping):
        return
    starts = select(graph, value["from"])
    everything = routes.reach(starts)
    for name in select(graph, value["to"]):
        reach = _from_others(routes, everything, starts, name)
        breached = name in reach.came_from
        way = way_to(graph, reach, name) if breached else NO_WAY
        ledger.add(
            "path",
            "policy.noPath",
            (policy.id, name),
            Violated(witnesses=frozenset((name,))) if breached else HELD,
            location=way.location or policy.location,
            support=(
                *policy.attributes["policy.noPath"].facts,
                Fact(f"node:{name}"),
                *way.facts,
                *_selected((name, *way.path)),
            ),
            node=name,
            facts={
                "policy": policy.name,
                "witness": " -> ".join(way.path),
                "condition": f"no path from {_spoken(value['from'])} to {_spoken(value['to'])}",
            },
            path=way.path,
            related=((policy.location, f"policy `{policy.name}`"),),
        )


def _selected(names: Iterable[str]) -> tuple[Fact, ...]:
    """What a selector reads of nodes: a label that comes or goes makes a policy speak of another node."""
    return tuple(Fact(f"node:{name}", attribute) for name in dict.fromkeys(names) for attribute in SELECTED_BY)


def _require(graph: Graph, policy: Element, judge: Judge, ledger: Ledger) -> None:
    effective = policy.attributes["policy.require"]
    value = effective.value
    if not isinstance(value, Mapping):
        return
    condition = str(value["condition"])
    for element in _picked(graph, value["select"]):
        outcome = judge(condition, element, policy.name)
        edge = element.name if element.id.startswith("edge:") else None
        consumer = graph.edges[edge].consumer if edge else element.name
        ledger.add(
            "path",
            "policy.require",
            (policy.id, element.id),
            outcome,
            location=element.location,
            support=(*effective.facts, Fact(element.id), *_read(element, condition), *_selecting(element)),
            node=consumer,
            edge=edge,
            facts={"policy": policy.name, "witness": element.name, "condition": condition},
            related=((effective.location, f"policy `{policy.name}`"),),
        )


def _picked(graph: Graph, selector: Value) -> Iterator[Element]:
    edges = select_edges(graph, selector)
    if edges is not None:
        yield from (graph.edges[key] for key in edges)
        return
    yield from (graph.nodes[name] for name in select(graph, selector))


def _read(element: Element, condition: str) -> Iterator[Fact]:
    """The attributes whose names the condition holds."""
    for attribute, effective in element.attributes.items():
        if attribute.replace("[", ".").replace("]", "") in condition:
            yield from effective.facts


def _selecting(element: Element) -> Iterator[Fact]:
    """What a selector reads of it."""
    names = ("edge.kind", "edge.role", "edge.name") if element.id.startswith("edge:") else SELECTED_BY
    return (Fact(element.id, attribute) for attribute in names)


def _spoken(selector: Value) -> str:
    if isinstance(selector, Mapping):
        return " and ".join(f"{key} {_spoken(value)}" for key, value in sorted(selector.items()))
    if isinstance(selector, tuple):
        return " or ".join(str(one) for one in selector)
    return str(selector)
