"""Guards, policies of paths, and who is reached: by every simple path from every place at which data comes in."""

from itertools import product
from typing import Any

from tests.laws.oracle.graphs import (
    PROTECTED,
    Spec,
    counts,
    edges,
    ends,
    guards,
    key,
    simple_paths,
    stand_ins,
    steps,
    ways,
    ways_in,
)
from tests.laws.oracle.outcomes import HELD, OPEN, VIOLATED, Outcomes
from tests.laws.oracle.pairs import KINDS

BYPASS = "guardrail-bypass-path"


def standing(spec: Spec) -> dict[tuple[str, str], tuple[frozenset[str], frozenset[str]]]:
    """(protected node, kind) -> the starts from which every path to it passes a guard, and those with a path past them."""
    found = {}
    all_steps, starts = steps(spec), ways_in(spec)
    for kind in KINDS:
        barriers = guards(spec, kind)
        seen = {start: ways(all_steps, start, barriers) for start in starts}
        for name, node in spec["nodes"].items():
            reaching = {start for start, one in seen.items() if name in one.reached}
            if node["role"] in PROTECTED and reaching and barriers:
                opened = frozenset(start for start in reaching if name in seen[start].past)
                found[name, kind] = frozenset(reaching) - opened, opened
    return found


def lost_guards(base: Spec, head: Spec) -> dict[str, set[str]]:
    """Protected nodes that a guard of base's kinds no longer stands before: the starts of the open paths."""
    before, all_steps = standing(base), steps(head)
    entries = {name for name, node in head["nodes"].items() if node["role"] == "entry"}
    found: dict[str, set[str]] = {}
    for (name, node), kind in product(head["nodes"].items(), KINDS):
        if (name, kind) in before:
            kept, opened = before[name, kind]
            if not kept:
                continue
            wanted = (entries | ways_in(base)) - opened
        else:
            alike = [
                one for (other, k), one in before.items() if k == kind and base["nodes"][other]["role"] == node["role"]
            ]
            if node["role"] not in PROTECTED or not alike or not all(kept for kept, _ in alike):
                continue
            wanted = (entries | ways_in(base)) - {start for _, opened in alike for start in opened}
        barriers = guards(head, kind)
        for start in wanted & head["nodes"].keys():
            if name in ways(all_steps, start, barriers).past:
                found.setdefault(name, set()).add(start)
    return found


def untrusted(spec: Spec, starts: set[str]) -> bool:
    return any(spec["nodes"][name].get("outputs", {}).get("o", {}).get("trust") != "internal" for name in starts)


def picked(spec: Spec, selector: Any) -> set[str]:
    if isinstance(selector, str):
        return {selector} & spec["nodes"].keys()
    return {name for name, node in spec["nodes"].items() if all(_matches(node, *one) for one in selector.items())}


def _matches(node: Spec, word: str, wanted: Any) -> bool:
    if word == "role":
        return node["role"] in (wanted if isinstance(wanted, list) else [wanted])
    if word == "labels":
        return all(node.get("labels", {}).get(name) == value for name, value in wanted.items())
    return node["role"] == "guardrail" and wanted["kind"] in node.get("guard", {}).get("kinds", ())


def policies(spec: Spec) -> Outcomes:
    found: Outcomes = {}
    for rule in spec.get("policies", ()):
        if "everyPath" in rule:
            found |= _every_path(spec, rule["everyPath"])
        elif "noPath" in rule:
            found |= _no_path(spec, rule["noPath"])
        elif "require" in rule:
            found |= _require(spec, rule["require"])
    return found


def _every_path(spec: Spec, said: Spec) -> Outcomes:
    through = picked(spec, said["through"])
    of_guards = isinstance(said["through"], dict) and (
        "guard" in said["through"] or said["through"].get("role") == "guardrail"
    )
    if isinstance(said["through"], str):
        of_guards = bool(through) and all(spec["nodes"][name]["role"] == "guardrail" for name in through)
    barriers = {name for name in through if counts(spec["nodes"][name])}
    starts = picked(spec, said["from"])
    found: Outcomes = {}
    for name in picked(spec, said["to"]):
        breached = name not in barriers and any(
            name in ways(steps(spec), start, barriers).past for start in starts - {name}
        )
        found[BYPASS if of_guards else "policy-violated", name, "policy:p"] = VIOLATED if breached else HELD
    return found


def _no_path(spec: Spec, said: Spec) -> Outcomes:
    starts = picked(spec, said["from"])
    return {
        ("policy-violated", name, "policy:p"): VIOLATED
        if any(name in ways(steps(spec), start, ()).reached for start in starts - {name})
        else HELD
        for name in picked(spec, said["to"])
    }


def _require(spec: Spec, said: Spec) -> Outcomes:
    most = int(said["condition"].rpartition(" ")[2])
    found: Outcomes = {}
    for name in picked(spec, said["select"]):
        time = spec["nodes"][name].get("latency", {}).get("p95Ms")
        found["policy-violated", name, "policy:p"] = OPEN if time is None else HELD if time <= most else VIOLATED
    return found


def reach(spec: Spec) -> Outcomes:
    """Whether an entry leads to each node, and each node to an exit, an SLO or a store."""
    found: Outcomes = {}
    nodes, all_steps = spec["nodes"], steps(spec)
    entries = {name for name, node in nodes.items() if node["role"] == "entry"}
    goals = {name for name, node in nodes.items() if node["role"] in ("exit", "vectorStore")}
    goals |= {one["at"] for one in spec.get("slos", ())}
    led_to = {path[-1] for start in entries for path, _ in simple_paths(all_steps, start)}
    for name, node in nodes.items():
        if entries and node["role"] != "entry":
            found["node-unreachable", name, "entry"] = HELD if name in led_to else VIOLATED
        if any(one["role"] == "exit" for one in nodes.values()):
            leads = any(path[-1] in goals for path, _ in simple_paths(all_steps, name))
            found["node-unreachable", name, "exit"] = HELD if leads else VIOLATED
    return found


def names(spec: Spec) -> Outcomes:
    """Every name that must lead somewhere."""
    found: Outcomes = {}
    nodes = spec["nodes"]
    for edge in spec["edges"]:
        for name in ends(edge):
            found["dangling-reference", key(edge), "edge", name] = HELD if name in nodes else VIOLATED
        if edge in edges(spec) and "fallback" in edge:
            found["dangling-reference", key(edge), "fallback", edge["fallback"]] = (
                HELD if edge["fallback"] in nodes else VIOLATED
            )
    for name, node in nodes.items():
        if "fallback" in node:
            found["dangling-reference", name, "fallback", node["fallback"]] = (
                HELD if node["fallback"] in nodes else VIOLATED
            )
    return found


def endless(spec: Spec) -> set[str]:
    """The nodes on a cycle of which no node says when it ends."""
    onward: dict[str, set[str]] = {}
    for edge in edges(spec):
        onward.setdefault(ends(edge)[0], set()).add(ends(edge)[1])
    found: set[str] = set()

    def walk(path: tuple[str, ...]) -> None:
        for name in onward.get(path[-1], ()):
            if name == path[0]:
                found.update(path)
            elif name not in path and "loop" not in spec["nodes"][name]:
                walk((*path, name))

    for name, node in spec["nodes"].items():
        if "loop" not in node:
            walk((name,))
    return found


def unbound(spec: Spec) -> set[str]:
    """Nodes whose required input nothing feeds, where it is known that data comes in elsewhere."""
    entries = [name for name, node in spec["nodes"].items() if node["role"] == "entry"]
    fed = {ends(edge)[1] for edge in edges(spec)} | {step.end for step in steps(spec) if step.end in stand_ins(spec)}
    return {
        name
        for name, node in spec["nodes"].items()
        if entries and spec["edges"] and "inputs" in node and name not in fed
        and node["inputs"]["i"].get("required", True)
    }  # fmt: skip
