"""Random graphs and what a few edits make of them. Everything is drawn from the `Random`, so that a seed gives the pair again."""

import copy
from random import Random
from typing import Any

Spec = dict[str, Any]
NAMES = ("a", "b", "c", "d", "e")
ROLES = ("transform", "transform", "guardrail", "guardrail", "generator", "tool", "embedder", "vectorStore")
TOKENS, WIDTHS, TIMES = (100, 200, 300), (768, 1024), (10, 50, 100)
LANGUAGES = ("de", "en", "fr")
MODELS, COMMITS = ("org/one", "org/two"), ("a" * 40, "b" * 40)
KINDS = ("k1", "k2")
ZONES = ("red", "blue")


def pair(random: Random) -> tuple[Spec, Spec]:
    """Two versions of one graph."""
    base = graph(random)
    head = copy.deepcopy(base)
    for _ in range(random.choice((1, 1, 1, 2, 2, 3))):
        random.choice(EDITS)(random, head)
    return base, head


def graph(random: Random) -> Spec:
    names = NAMES[: random.randint(2, 5)]
    spec: Spec = {"nodes": {name: node(random) for name in names}, "edges": []}
    entry_role = "entry" if random.random() < 0.85 else "transform"
    for name in ("u", "v")[: random.choice((1, 1, 2))]:
        spec["nodes"][name] = {"role": entry_role, "outputs": {"o": {"trust": "internal"} if name == "v" else {}}}
    if random.random() < 0.4:
        spec["nodes"]["x"] = {"role": "exit", "inputs": {"i": {}}}
    for _ in range(random.randint(1, 8)):
        add_edge(random, spec)
    if random.random() < 0.3:
        add_fallback(random, spec)
    if random.random() < 0.6:
        spec["slos"] = [slo(random, spec)]
    if random.random() < 0.5:
        spec["policies"] = [policy(random, spec)]
    return spec


def node(random: Random, role: str | None = None) -> Spec:
    made: Spec = {"role": role or random.choice(ROLES), "inputs": {"i": {}}, "outputs": {"o": {}}}
    for port in (made["inputs"]["i"], made["outputs"]["o"]):
        for key, values in (("maxTokens", TOKENS), ("dimension", WIDTHS)):
            if random.random() < 0.4:
                port[key] = random.choice(values)
        if random.random() < 0.2:
            port["languages"] = sorted(random.sample(LANGUAGES, random.randint(1, 3)))
    if random.random() < 0.1:
        made["inputs"]["i"]["dimension"] = list(WIDTHS)
    if random.random() < 0.1:
        made["inputs"]["i"]["required"] = False
    if random.random() < 0.1:
        made["required"] = False
    if random.random() < 0.75:
        made["latency"] = {"p95Ms": random.choice(TIMES)}
    if random.random() < 0.2:
        made["loop"] = {"maxIterations": random.randint(1, 3)}
    if random.random() < 0.3:
        made["labels"] = {"zone": random.choice(ZONES)}
    if made["role"] in ("transform", "guardrail") and random.random() < 0.4:
        made["passes"] = {"o": "i"}
    OF_ROLE.get(made["role"], lambda random, made: None)(random, made)
    return made


def _guard(random: Random, made: Spec) -> None:
    made["guard"] = {"kinds": sorted(random.sample(KINDS, random.choice((1, 1, 2))))}
    failure = random.choice(("closed", "closed", "closed", "open", None))
    if failure:
        made["guard"]["onFailure"] = failure
    if random.random() < 0.1:
        made["guard"]["mode"] = "log"
    if random.random() < 0.15:
        made["enabled"] = False


def _embedder(random: Random, made: Spec) -> None:
    made["model"] = {"id": random.choice(MODELS)}
    if random.random() < 0.4:
        made["model"]["revision"] = random.choice(COMMITS)
    made["outputs"]["o"]["type"] = "embedding"


def _store(random: Random, made: Spec) -> None:
    made["inputs"]["i"]["type"] = "embedding"
    if random.random() < 0.8:
        built: Spec = {"model": random.choice(MODELS)} if random.random() < 0.9 else {}
        if random.random() < 0.4:
            built["revision"] = random.choice(COMMITS)
        if random.random() < 0.4:
            built["dimension"] = random.choice(WIDTHS)
        if built:
            made["store"] = {"builtWith": built}


OF_ROLE = {"guardrail": _guard, "embedder": _embedder, "vectorStore": _store}


def add_edge(random: Random, spec: Spec) -> None:
    starts = [name for name, one in spec["nodes"].items() if "outputs" in one]
    ends = [name for name, one in spec["nodes"].items() if "inputs" in one]
    edge: Spec = {"from": f"{random.choice(starts)}.o", "to": f"{random.choice(ends)}.i"}
    if any((one["from"], one["to"]) == (edge["from"], edge["to"]) for one in spec["edges"]):
        return
    if random.random() < 0.15:
        edge["required"] = False
    if random.random() < 0.2:
        edge["kind"] = random.choice(("async", "call"))
    if random.random() < 0.2:
        edge["latencyMs"] = random.choice(TIMES)
    if random.random() < 0.1:
        edge["maxLatencyMs"] = random.choice((50, 100, 150))
    if random.random() < 0.1:
        edge["fallback"] = random.choice(ends)
    spec["edges"].append(edge)


def add_fallback(random: Random, spec: Spec) -> None:
    names = [name for name, one in spec["nodes"].items() if "inputs" in one and one["role"] != "exit"]
    if len(names) > 1:
        name, stand_in = random.sample(names, 2)
        spec["nodes"][name]["fallback"] = stand_in


def slo(random: Random, spec: Spec) -> Spec:
    at = random.choice([name for name, one in spec["nodes"].items() if "inputs" in one])
    return {"name": "s", "at": at, "percentile": "p95", "latencyMs": random.choice((60, 120, 200, 300))}


def policy(random: Random, spec: Spec) -> Spec:
    starts = random.choice(({"role": "entry"}, {"role": "entry"}, selector(random, spec)))
    what = random.choice(("everyPath", "everyPath", "noPath", "maxLatency", "require"))
    if what == "everyPath":
        through = random.choice(({"role": "guardrail"}, {"guard": {"kind": "k1"}}, selector(random, spec)))
        return {"name": "p", what: {"from": starts, "to": selector(random, spec), "through": through}}
    if what == "noPath":
        return {"name": "p", what: {"from": starts, "to": selector(random, spec)}}
    if what == "maxLatency":
        one, other = random.sample([name for name, said in spec["nodes"].items() if said["role"] != "exit"], 2)
        return {"name": "p", what: {"from": one, "to": other, "ms": random.choice((60, 120, 200))}}
    condition = f"latency.p95Ms <= {random.choice((10, 50))}"
    return {"name": "p", what: {"select": {"role": random.choice(ROLES)}, "condition": condition}}


def selector(random: Random, spec: Spec) -> Any:
    return random.choice(
        (
            {"role": random.choice(("generator", "tool", "transform"))},
            {"role": ["generator", "tool"]},
            {"labels": {"zone": random.choice(ZONES)}},
            random.choice(sorted(spec["nodes"])),
        )
    )


def _inner(random: Random, spec: Spec) -> str:
    return random.choice([name for name, one in spec["nodes"].items() if "inputs" in one and "outputs" in one] or [""])


def another_node(random: Random, spec: Spec) -> None:
    """The node says other things of itself, in the same role."""
    name = _inner(random, spec)
    if name:
        kept = {key: spec["nodes"][name][key] for key in ("fallback",) if key in spec["nodes"][name]}
        spec["nodes"][name] = {**node(random, spec["nodes"][name]["role"]), **kept}


def another_part(random: Random, spec: Spec) -> None:
    """One thing that a node says comes, goes or changes."""
    name = _inner(random, spec)
    if not name:
        return
    made = node(random, spec["nodes"][name]["role"])
    place, other = spec["nodes"][name], made
    for step in random.choice(((), ("inputs", "i"), ("outputs", "o"), ("guard",), ("model",), ("store", "builtWith"))):
        place, other = place.get(step, {}), other.get(step, {})
    keys = [
        k for k in sorted({*place, *other}) if k not in ("role", "inputs", "outputs", "type", "id", "kinds", "guard")
    ]
    if keys and place is not other:
        key = random.choice(keys)
        place.pop(key, None)
        if key in other:
            place[key] = other[key]


def other_model(random: Random, spec: Spec) -> None:
    embedders = [one for one in spec["nodes"].values() if one["role"] == "embedder" and "model" in one]
    if embedders:
        random.choice(embedders)["model"]["id"] = random.choice(MODELS)


def other_kinds(random: Random, spec: Spec) -> None:
    guarding = [one for one in spec["nodes"].values() if "guard" in one]
    if guarding:
        random.choice(guarding)["guard"]["kinds"] = sorted(random.sample(KINDS, random.choice((1, 2))))


def other_role(random: Random, spec: Spec) -> None:
    name = _inner(random, spec)
    if name and spec["nodes"][name]["role"] in ("transform", "generator", "tool"):
        spec["nodes"][name]["role"] = random.choice(("transform", "generator", "tool"))


def drop_edge(random: Random, spec: Spec) -> None:
    if spec["edges"]:
        spec["edges"].pop(random.randrange(len(spec["edges"])))


def another_edge(random: Random, spec: Spec) -> None:
    """An edge says something else of itself."""
    if spec["edges"]:
        edge = random.choice(spec["edges"])
        for key in ("required", "kind", "latencyMs", "maxLatencyMs", "fallback"):
            edge.pop(key, None)
        spare: Spec = {"nodes": spec["nodes"], "edges": []}
        add_edge(random, spare)
        edge.update({key: value for key, value in spare["edges"][0].items() if key not in ("from", "to")})


def add_node(random: Random, spec: Spec) -> None:
    spec["nodes"].setdefault("n", node(random))
    for _ in range(random.randint(0, 3)):
        add_edge(random, spec)


def drop_node(random: Random, spec: Spec) -> None:
    """With or without the edges at it."""
    name = _inner(random, spec)
    if name:
        del spec["nodes"][name]
        if random.random() < 0.8:
            spec["edges"] = [one for one in spec["edges"] if name not in (one["from"][:-2], one["to"][:-2])]


def rename_node(random: Random, spec: Spec) -> None:
    """Declared, with or without those who name it."""
    name = _inner(random, spec)
    if not name or "renamedFrom" in spec["nodes"][name] or name == "n":
        return
    spec["nodes"]["z"] = {"renamedFrom": name, **spec["nodes"].pop(name)}
    if random.random() < 0.7:
        for edge in spec["edges"]:
            for end in ("from", "to"):
                edge[end] = f"z{edge[end][-2:]}" if edge[end][:-2] == name else edge[end]
            if edge.get("fallback") == name:
                edge["fallback"] = "z"
        for one in (*spec["nodes"].values(), *spec.get("slos", ())):
            for key in ("fallback", "at"):
                if one.get(key) == name:
                    one[key] = "z"


def swap_names(random: Random, spec: Spec) -> None:
    """Two nodes change places, and nobody says so."""
    names = [name for name, one in spec["nodes"].items() if "inputs" in one and "outputs" in one]
    if len(names) > 1:
        one, other = random.sample(names, 2)
        spec["nodes"][one], spec["nodes"][other] = spec["nodes"][other], spec["nodes"][one]
        for name in (one, other):
            if spec["nodes"][name].get("fallback") == name:
                del spec["nodes"][name]["fallback"]


def other_slo(random: Random, spec: Spec) -> None:
    spec["slos"] = [slo(random, spec)]


def other_policy(random: Random, spec: Spec) -> None:
    spec["policies"] = [policy(random, spec)] if random.random() < 0.8 else []


EDITS = (
    another_node, another_node, another_part, another_part, another_part, other_model, other_kinds, other_role, add_edge,
    add_edge, add_edge, drop_edge, drop_edge, another_edge, another_edge, add_fallback, add_node, drop_node, rename_node,
    swap_names, other_slo, other_policy,
)  # fmt: skip
