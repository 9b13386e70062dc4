"""What a spec says, read plainly: ends of edges, guards that count, every step that a request can take, every simple path."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

Spec = dict[str, Any]
PROTECTED = ("generator", "agent", "tool")


class Step(NamedTuple):
    """One step of a way; where `skips`, the node that it leads to may be left out."""

    start: str
    end: str
    skips: bool


def ends(edge: Spec) -> tuple[str, str]:
    return edge["from"].partition(".")[0], edge["to"].partition(".")[0]


def edges(spec: Spec) -> list[Spec]:
    """Those whose ends exist."""
    return [edge for edge in spec["edges"] if all(name in spec["nodes"] for name in ends(edge))]


def key(edge: Spec) -> str:
    return f"{edge['from']}->{edge['to']}"


def optional(spec: Spec, edge: Spec) -> bool:
    consumer = spec["nodes"][ends(edge)[1]]
    port = consumer.get("inputs", {}).get("i", {})
    return False in (edge.get("required", True), consumer.get("required", True), port.get("required", True))


def counts(node: Spec) -> bool:
    """A guard (or whatever a policy wants on the way) that cannot be passed by."""
    guard = node.get("guard", {})
    works = node.get("required", True) and node.get("enabled", True)
    return bool(works and guard.get("mode") != "log" and guard.get("onFailure") != "open")


def guards(spec: Spec, kind: str) -> set[str]:
    return {
        name
        for name, node in spec["nodes"].items()
        if node["role"] == "guardrail" and counts(node) and kind in node.get("guard", {}).get("kinds", ())
    }


def steps(spec: Spec) -> list[Step]:
    """As drawn, back with the answer of a call, and over whoever stands in for a node."""
    found = []
    drawn = edges(spec)
    for edge in drawn:
        one, other = ends(edge)
        found.append(Step(one, other, optional(spec, edge)))
        if edge.get("kind") == "call":
            found.append(Step(other, one, False))
        for stand_in in (edge.get("fallback"), spec["nodes"][other].get("fallback")):
            if stand_in in spec["nodes"]:
                found.append(Step(one, stand_in, False))
                onward = [edge for edge in drawn if ends(edge)[0] == other]
                found += [Step(stand_in, ends(edge)[1], optional(spec, edge)) for edge in onward]
    return found


def stand_ins(spec: Spec) -> set[str]:
    return {one.get("fallback") for one in (*spec["nodes"].values(), *edges(spec))} & spec["nodes"].keys()


def ways_in(spec: Spec) -> set[str]:
    drawn = {name for name, node in spec["nodes"].items() if node["role"] == "entry"}
    led_to = {ends(edge)[1] for edge in edges(spec)}
    return drawn or spec["nodes"].keys() - led_to


def simple_paths(all_steps: Collection[Step], start: str) -> Iterator[tuple[tuple[str, ...], tuple[bool, ...]]]:
    """Every path without a node twice, with whether each of its nodes but the first may be left out."""
    onward: Mapping[str, list[Step]] = {}
    for step in all_steps:
        onward.setdefault(step.start, []).append(step)  # type: ignore[attr-defined]
    waiting: list[tuple[tuple[str, ...], tuple[bool, ...]]] = [((start,), ())]
    while waiting:
        path, skipped = waiting.pop()
        yield path, skipped
        more = [step for step in set(onward.get(path[-1], ())) if step.end not in path]
        waiting += [((*path, step.end), (*skipped, step.skips)) for step in more]


class Ways(NamedTuple):
    """Where one gets from a start: all that is reached, and all that is reached past the barriers."""

    reached: frozenset[str]
    past: frozenset[str]


def ways(all_steps: Collection[Step], start: str, barriers: Collection[str]) -> Ways:
    reached, past = set(), set()
    for path, skipped in simple_paths(all_steps, start):
        reached.add(path[-1])
        blocked = start in barriers or any(
            name in barriers and not skips for name, skips in zip(path[1:], skipped, strict=True)
        )
        if not blocked:
            past.add(path[-1])
    return Ways(frozenset(reached), frozenset(past))


def in_new_names(base: Spec, names: Mapping[str, str]) -> Spec:
    """Base with its nodes called as head calls them."""

    def called(name: Any) -> Any:
        return names.get(name, name) if isinstance(name, str) else name

    def policy(value: Any) -> Any:
        if isinstance(value, dict):
            return {one: called(two) if one in ("from", "to", "through") else policy(two) for one, two in value.items()}
        return value

    made: Spec = {**base, "nodes": {called(name): {**node} for name, node in base["nodes"].items()}}
    for node in made["nodes"].values():
        if "fallback" in node:
            node["fallback"] = called(node["fallback"])
    made["edges"] = [dict(edge) for edge in base["edges"]]
    for edge in made["edges"]:
        for end in ("from", "to"):
            name, _, port = edge[end].partition(".")
            edge[end] = f"{called(name)}.{port}"
        if "fallback" in edge:
            edge["fallback"] = called(edge["fallback"])
    made["slos"] = [{**one, "at": called(one["at"])} for one in base.get("slos", ())]
    made["policies"] = [{one: policy(two) for one, two in rule.items()} for rule in base.get("policies", ())]
    return made
