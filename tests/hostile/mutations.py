"""Graphs of the rules' examples, changed at random: a structured fuzzer's material.

In: a `Random`. Out: the files of two versions. Everything is drawn from the `Random`, so that a seed gives the pair again.
"""

import copy
import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

from msdiff.ruleset.examples import examples_of
from tests.snapshots import built_in_rules

Spec = dict[str, Any]
NUMBERS = (0, 1, 2, 3, 0.5, 1.0, 100, 768, 1024, 4096, 10**6, 10**18, -1, 1e-9)
WORDS = ("", "x", "any", "text", "none", "closed", "open", "sync", "call", "async", "stream", "first", "nobody")


@cache
def specs() -> tuple[str, ...]:
    """Every graph of the rules' examples, as JSON text (each once)."""
    rules = built_in_rules()
    found: dict[str, None] = {}
    for rule in rules.rules:
        for example in examples_of(rules.document(rule.id)):
            for files in (example.base, example.head):
                for data in files.values():
                    if data.lstrip().startswith(b"{"):
                        found[json.dumps(json.loads(data)["spec"])] = None
    return tuple(found)


@cache
def pool() -> tuple[str, ...]:
    """Every value that stands somewhere in a graph, with the key it stands under, as JSON text."""
    found = {json.dumps([key, value]): None for text in specs() for key, value in _pairs(json.loads(text))}
    return tuple(sorted(found))


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _pairs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _pairs(inner)


def pair(random: Random) -> tuple[Spec, Spec]:
    """A graph, and what a few changes make of it; now and then two graphs that have nothing in common."""
    base = mutated(random, json.loads(random.choice(specs())), random.choice((0, 0, 1, 4)))
    if random.random() < 0.05:
        return base, mutated(random, json.loads(random.choice(specs())), 2)
    return base, mutated(random, base, random.choice((1, 1, 2, 3, 8)))


def mutated(random: Random, spec: Spec, times: int) -> Spec:
    """The graph after some changes."""
    changed = copy.deepcopy(spec)
    for _ in range(times):
        random.choice(CHANGES)(random, changed)
    return changed


def _nodes(spec: Spec) -> dict[str, Any]:
    nodes: dict[str, Any] = spec.setdefault("nodes", {})
    return nodes


def _node(random: Random, spec: Spec) -> str:
    return random.choice(sorted(_nodes(spec)) or ["a"])


def _end(random: Random, spec: Spec, side: str) -> str:
    name = _node(random, spec)
    node = _nodes(spec).get(name) or {}
    ports = sorted(node.get(side) or {}) if isinstance(node, dict) else []
    kind = random.random()
    if kind < 0.1:
        return f"{name}.nowhere"
    return f"{name}.{random.choice(ports)}" if ports and kind < 0.8 else name


def add_edge(random: Random, spec: Spec) -> None:
    edge = {"from": _end(random, spec, "outputs"), "to": _end(random, spec, "inputs")}
    edges = spec.setdefault("edges", [])
    if edges and random.random() < 0.3:
        edge = {**random.choice(edges), **edge}
    edges.append(edge)


def drop_edge(random: Random, spec: Spec) -> None:
    if spec.get("edges"):
        spec["edges"].pop(random.randrange(len(spec["edges"])))


def move_edge(random: Random, spec: Spec) -> None:
    if spec.get("edges"):
        side, key = random.choice((("outputs", "from"), ("inputs", "to")))
        random.choice(spec["edges"])[key] = _end(random, spec, side)


def drop_node(random: Random, spec: Spec) -> None:
    _nodes(spec).pop(_node(random, spec), None)


def copy_node(random: Random, spec: Spec) -> None:
    name = _node(random, spec)
    _nodes(spec)[random.choice((f"{name}2", f"{name}-b", f"{name}.x"))] = copy.deepcopy(_nodes(spec).get(name))


def rename_node(random: Random, spec: Spec) -> None:
    """Under a new name, with or without whoever names it."""
    name = _node(random, spec)
    if name not in _nodes(spec):
        return
    new = f"{name}_renamed"
    if random.random() < 0.5:
        text = json.dumps(spec).replace(f'"{name}', f'"{new}')
        spec.clear()
        spec.update(json.loads(text))
    else:
        _nodes(spec)[new] = _nodes(spec).pop(name)
    if isinstance(_nodes(spec).get(new), dict) and random.random() < 0.3:
        _nodes(spec)[new]["renamedFrom"] = name


def swap_nodes(random: Random, spec: Spec) -> None:
    one, other = _node(random, spec), _node(random, spec)
    nodes = _nodes(spec)
    if one in nodes and other in nodes:
        nodes[one], nodes[other] = nodes[other], nodes[one]


def _maps(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _maps(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _maps(inner)


def drop_key(random: Random, spec: Spec) -> None:
    maps = [one for one in _maps(spec) if one and one is not spec]
    if maps:
        chosen = random.choice(maps)
        del chosen[random.choice(sorted(chosen))]


def other_value(random: Random, spec: Spec) -> None:
    """Another value under the same key, most often one that stands there in some example."""
    maps = [one for one in _maps(spec) if one and one is not spec]
    if not maps:
        return
    chosen = random.choice(maps)
    key = random.choice(sorted(chosen))
    fitting = [text for text in pool() if text.startswith(f"[{json.dumps(key)}, ")]
    if fitting and random.random() < 0.7:
        chosen[key] = json.loads(random.choice(fitting))[1]
    elif isinstance(chosen[key], bool):
        chosen[key] = not chosen[key]
    elif isinstance(chosen[key], int | float):
        chosen[key] = random.choice(NUMBERS)
    elif isinstance(chosen[key], str):
        chosen[key] = random.choice((*WORDS, _node(random, spec)))


def add_key(random: Random, spec: Spec) -> None:
    """A key with its value from some example, anywhere."""
    maps = list(_maps(spec))
    key, value = json.loads(random.choice(pool()))
    random.choice(maps)[key] = value


def graft(random: Random, spec: Spec) -> None:
    """What another graph's node says, said by a node of this one."""
    other = json.loads(random.choice(specs()))
    donor = _nodes(other).get(_node(random, other))
    name = _node(random, spec)
    if isinstance(donor, dict) and isinstance(_nodes(spec).get(name), dict):
        _nodes(spec)[name] = {**_nodes(spec)[name], **donor}


CHANGES = (
    add_edge, add_edge, drop_edge, move_edge, drop_node, copy_node, rename_node, swap_nodes, drop_key, drop_key, other_value,
    other_value, other_value, add_key, add_key, graft,
)  # fmt: skip


def shuffled(random: Random, value: Any) -> Any:
    """The same with the keys of every map in another order, and edges in another order."""
    if isinstance(value, dict):
        keys = list(value)
        random.shuffle(keys)
        return {key: shuffled(random, value[key]) for key in keys}
    return [shuffled(random, one) for one in value] if isinstance(value, list) else value
