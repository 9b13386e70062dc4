"""Whatever one edit does to a graph: the comparison and the check of one version know the same breakages, with causes.

The graphs are those of the rules' examples, the edits are drawn (with a fixed seed) from what the format can say.
"""

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from msdiff.errors import MsdiffError
from msdiff.model.report import Report
from msdiff.ruleset.examples import examples_of
from tests.conformance.specs import Spec, edge
from tests.snapshots import built_in_rules, checked, compared_specs, document

# rules whose obligations exist only because base keeps them: a check of one version has no base
PROMISED = ("guardrail-bypass-path", "output-guardrail-missing-on-branch")
NEWS = ("introduced", "worsened", "revealed", "resolved")
PORTS: dict[str, list[Any]] = {
    "type": ["text", "documents", "embedding", "any"], "dimension": [768, 1024, [768, 1024]], "maxTokens": [100, 5000],
    "minItems": [1, 50], "maxItems": [1, 50], "labels": [["a"], ["a", "b"]], "space": ["s1", "s2"], "pooling": ["cls", "mean"],
    "dataLabels": [["pii"], ["none"]], "prefix": ["q: ", "none"], "tokenizer": ["t1", "t2"], "format": ["json", "text"],
}  # fmt: skip
NODES: dict[str, list[Any]] = {
    "role": ["generator", "guardrail", "entry", "exit", "tool"], "required": [True, False], "enabled": [False],
    "standby": [True], "model": [{"id": "m1"}, {"id": "org/m"}], "latency": [{"p95Ms": 1}, {"p95Ms": 5000}],
    "guard": [{"kinds": ["toxicity"]}, {"onFailure": "open"}], "store": [{"builtWith": {"model": "m1"}}],
    "governance": [{"region": "eu-1"}, {"assumesGuards": ["toxicity"]}], "threshold": [{"value": 0.5, "calibratedFor": "m1"}],
    "endpoint": [{"external": True}], "loop": [{"maxIterations": 3}], "flow": [{"order": "sequential"}],
}  # fmt: skip
EDGES: dict[str, list[Any]] = {
    "required": [False], "kind": ["call", "async", "stream"], "latencyMs": [50], "timeoutMs": [10, 9000], "role": ["index"],
    "maxLatencyMs": [5, 500], "select": ["first", "join"], "propagatesDeadline": [True],
}  # fmt: skip


@cache
def specs() -> tuple[Spec, ...]:
    """One graph for each version of each example that is one graph."""
    rules = built_in_rules()
    examples = (one for rule in rules.rules for one in examples_of(rules.document(rule.id)))
    versions = (files for one in examples for files in (one.base, one.head))
    return tuple(json.loads(files["graph.yaml"])["spec"] for files in versions if list(files) == ["graph.yaml"])


def edited(spec: Spec, chance: random.Random) -> Spec:
    """One edit."""
    head = copy.deepcopy(spec)
    nodes, edges = head["nodes"], head.setdefault("edges", [])
    name = chance.choice(sorted(nodes))
    node = nodes[name]
    kind = chance.choice(["port", "node", "node", "edge", "drop", "wire", "cut", "gone", "fallback", "policy"])
    ports = [(side, port) for side in ("inputs", "outputs") for port in sorted(node.get(side) or {})]
    if kind == "port" and ports:
        side, port = chance.choice(ports)
        key = chance.choice(sorted(PORTS))
        node[side][port] = {**(node[side][port] or {}), key: chance.choice(PORTS[key])}
    elif kind == "node":
        key = chance.choice(sorted(NODES))
        value = chance.choice(NODES[key])
        node[key] = {**node.get(key, {}), **value} if isinstance(value, dict) else value
    elif kind == "edge" and edges:
        key = chance.choice(sorted(EDGES))
        chance.choice(edges)[key] = chance.choice(EDGES[key])
    elif kind == "drop" and ports:
        side, port = chance.choice(ports)
        stated = node[side][port] or {}
        if stated:
            stated.pop(chance.choice(sorted(stated)))
    elif kind == "wire":
        other = chance.choice(sorted(nodes))
        new = edge(
            f"{name}.{(list(node.get('outputs') or {}) or ['o'])[0]}",
            f"{other}.{(list(nodes[other].get('inputs') or {}) or ['i'])[0]}",
        )
        if all((new["from"], new["to"]) != (one["from"], one["to"]) for one in edges):
            edges.append(new)
    elif kind == "cut" and edges:
        edges.pop(chance.randrange(len(edges)))
    elif kind == "gone" and len(nodes) > 1:
        del nodes[name]
    elif kind == "fallback":
        node["fallback"] = chance.choice(sorted(nodes))
    elif kind == "policy":
        rule = {"everyPath": {"from": {"role": "entry"}, "to": {"role": "generator"}, "through": {"role": "guardrail"}}}
        head.setdefault("policies", []).append({"name": "drawn", **chance.choice([rule, {"requirePins": True}])})
    return head


def drawn(start: int, count: int) -> Iterator[tuple[int, Spec, Spec, Report]]:
    """Pairs of versions that can be read, with the check of head."""
    for seed in range(start, start + count):
        chance = random.Random(seed)
        base = chance.choice(specs())
        head = edited(base, chance)
        try:
            compared_specs(base, base)
            yield seed, base, head, checked({"a.yaml": document(head)})
        except MsdiffError:
            continue  # an impossible graph


def broken(report: Report, *statuses: str) -> set[tuple[str | None, ...]]:
    """What is broken where."""
    return {
        (one.rule, one.node, one.edge, one.element)
        for one in report.findings
        if one.rule not in PROMISED and (not statuses or one.status.value in statuses)
    }


@pytest.mark.parametrize("start", [0, 10_000, 20_000])
def test_what_one_version_shows_both_versions_show(start: int) -> None:
    for seed, base, head, alone in drawn(start, 60):
        there = compared_specs(base, head)
        assert broken(alone) <= broken(there, "introduced", "worsened", "revealed", "preexisting"), seed
        assert broken(compared_specs(head, head)) == broken(alone), seed


@pytest.mark.parametrize("start", [30_000, 40_000])
def test_whatever_is_new_has_a_cause_that_is_not_called_safe(start: int) -> None:
    for seed, base, head, _ in drawn(start, 90):
        report = compared_specs(base, head)
        meaning = {one.change.id: one.classification.value for one in report.changes}
        for finding in report.findings:
            if finding.status.value not in NEWS:
                continue
            assert finding.causes, (seed, finding.rule, finding.status)
            if finding.status.value in ("introduced", "worsened") and finding.verdict.value != "safe":
                assert "safe" not in {meaning[id] for id in finding.causes}, (seed, finding.rule)
