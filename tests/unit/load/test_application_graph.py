"""The native format: what a document states, and where."""

import os

import pytest
from reading import CATALOGUE, HEAD, read, said, spec, stated, told

from msdiff.model.claim import Claim, GraphKey
from msdiff.model.location import Location
from msdiff.ruleset.attributes import Attribute

EXAMPLE = [
    ("graph:", "", None, "3:18"),
    ("graph:", "metadata.version", "2.3.0", "3:46"),
    ("graph:", "metadata.owner", "@acme/assist", "3:62"),
    ("node:user_input", "", None, "6:5"),
    ("node:user_input", "role", "entry", "6:24"),
    ("node:user_input", "outputs.text.type", "text", "6:54"),
    ("node:user_input", "outputs.text.maxTokens", 512, "6:71"),
    ("node:safety_filter", "", None, "7:5"),
    ("node:safety_filter", "role", "guardrail", "8:13"),
    ("node:safety_filter", "required", True, "9:17"),
    ("node:safety_filter", "guard.kinds", ("prompt_injection", "toxicity"), "10:22"),
    ("node:safety_filter", "guard.onFailure", "closed", "10:63"),
    ("node:safety_filter", "inputs.text.type", "text", "11:30"),
    ("node:safety_filter", "inputs.text.maxTokens", 4096, "11:47"),
    ("node:safety_filter", "outputs.text.type", "text", "12:30"),
    ("node:safety_filter", "passes", {"text": "text"}, "13:16"),
    ("node:safety_filter", "latency.p50Ms", 12, "14:24"),
    ("node:safety_filter", "latency.p95Ms", 30, "14:35"),
    ("node:embedder", "", None, "15:5"),
    ("node:embedder", "role", "embedder", "16:13"),
    ("node:embedder", "specRef", "../models/embedder.modelspec.yaml", "17:16"),
    ("node:embedder", "model.id", "intfloat/e5-base-v2", "18:19"),
    ("node:embedder", "model.revision", "1c644c9", "18:50"),
    ("node:embedder", "inputs.text.type", "text", "19:30"),
    ("node:embedder", "inputs.text.maxTokens", 512, "19:47"),
    ("node:embedder", "outputs.vector.type", "embedding", "20:32"),
    ("node:embedder", "outputs.vector.dimension", 768, "20:54"),
    ("node:embedder", "outputs.vector.normalized", True, "20:71"),
    ("node:embedder", "latency.p95Ms", 12, "21:24"),
    ("node:vector_db", "", None, "22:5"),
    ("node:vector_db", "role", "vectorStore", "23:13"),
    ("node:vector_db", "store.engine", "qdrant", "24:23"),
    ("node:vector_db", "store.metric", "cosine", "24:39"),
    ("node:vector_db", "store.builtWith.node", "embedder", "24:65"),
    ("node:vector_db", "store.builtWith.model", "intfloat/e5-base-v2", "24:82"),
    ("node:vector_db", "store.builtWith.revision", "1c644c9", "24:113"),
    ("node:vector_db", "store.builtWith.dimension", 768, "24:133"),
    ("node:vector_db", "inputs.query.type", "embedding", "25:31"),
    ("node:vector_db", "inputs.query.dimension", 768, "25:53"),
    ("node:vector_db", "outputs.documents.type", "documents", "26:35"),
    ("node:vector_db", "outputs.documents.minItems", 20, "26:56"),
    ("node:vector_db", "outputs.documents.maxItems", 20, "26:70"),
    ("node:vector_db", "latency.p95Ms", 25, "27:24"),
    ("node:reranker", "", None, "28:5"),
    ("node:reranker", "role", "reranker", "29:13"),
    ("node:reranker", "required", False, "30:17"),
    ("node:reranker", "inputs.documents.type", "documents", "31:35"),
    ("node:reranker", "inputs.documents.minItems", 10, "31:56"),
    ("node:reranker", "outputs.documents.type", "documents", "32:35"),
    ("node:reranker", "outputs.documents.maxItems", 5, "32:56"),
    ("node:reranker", "latency.p95Ms", 80, "33:24"),
    ("node:llm", "", None, "34:5"),
    ("node:llm", "role", "generator", "35:13"),
    ("node:llm", "model.id", "meta-llama/Llama-3.1-8B-Instruct", "36:19"),
    ("node:llm", "model.contextWindow", 8192, "36:68"),
    ("node:llm", "model.maxOutputTokens", 512, "36:91"),
    ("node:llm", "inputs.query.type", "text", "37:31"),
    ("node:llm", "inputs.documents.type", "documents", "37:56"),
    ("node:llm", "inputs.documents.required", False, "37:77"),
    ("node:llm", "outputs.answer.type", "text", "38:32"),
    ("node:llm", "latency.p95Ms", 400, "39:24"),
    ("edge:0", "", ("user_input.text", "safety_filter.text"), "41:7"),
    ("edge:0", "edge.role", "safety", "41:61"),
    ("edge:1", "", ("safety_filter.text", "embedder.text"), "42:7"),
    ("edge:1", "edge.role", "input", "42:59"),
    ("edge:2", "", ("embedder.vector", "vector_db.query"), "43:7"),
    ("edge:2", "edge.latencyMs", 0, "43:63"),
    ("edge:2", "edge.maxLatencyMs", 30, "43:80"),
    ("edge:3", "", ("vector_db.documents", "reranker.documents"), "44:7"),
    ("edge:3", "edge.role", "ranking", "44:65"),
    ("edge:3", "edge.required", False, "44:84"),
    ("edge:4", "", ("reranker.documents", "llm.documents"), "45:7"),
    ("edge:4", "edge.timeoutMs", 2000, "45:64"),
    ("edge:4", "edge.maxAttempts", 2, "45:83"),
    ("edge:5", "", ("safety_filter.text", "llm.query"), "46:7"),
    ("slo:answer", "", None, "48:7"),
    ("slo:answer", "slo.at", "llm", "48:26"),
    ("slo:answer", "slo.percentile", "p95", "48:43"),
    ("slo:answer", "slo.latencyMs", 600, "48:59"),
    ("policy:every prompt is filtered", "", None, "50:7"),
    (
        "policy:every prompt is filtered",
        "policy.everyPath",
        {"from": {"role": "entry"}, "to": {"role": "generator"}, "through": {"role": "guardrail"}},
        "50:51",
    ),
    ("policy:retrieval hop", "", None, "51:7"),
    (
        "policy:retrieval hop",
        "policy.maxLatency",
        {"percentile": "p95", "measure": "endToEnd", "from": "embedder", "to": "vector_db", "ms": 50},
        "51:41",
    ),
]


def test_the_example_of_the_format_read_whole() -> None:
    with open(os.path.join(os.path.dirname(__file__), "example.yaml"), "rb") as stream:
        result = read(stream.read())
    assert told(result) == []
    assert [
        (one.element, one.attribute, one.value, f"{one.location.line}:{one.location.column}") for one in result.claims
    ] == EXAMPLE
    assert {(one.graph, one.document, one.location.file, one.location.reader, one.text) for one in result.claims} == {
        (GraphKey("support-assistant"), 0, "app.yaml", "graph", None)
    }


def test_every_shape_of_a_value() -> None:
    text = """
  nodes:
    a:
      role: generator
      labels: {team: search}
      fallback: b
      passes: {out: in}
      flow: {join: {k: 2}, order: parallel}
      model:
        matryoshka: [768, 256, 768]
        adapters: {legal: {base: m, rank: 8}}
        sampling: {stop: ["</s>", 2], topP: 1.0}
      prompt: {parts: {history: {maxTokens: 800}}, roles: [system, user], defaults: {tone: {x: [1]}}}
      tools: {offered: {search: {inputSchema: {type: object, required: [q]}, sideEffect: none}}, pins: {search: abc}}
      threshold: {byLabel: {toxicity: 0.8}, value: -1}
      environment: {HF_HOME: /models}
      endpoint: {probes: {readiness: {path: /, timeoutMs: 1s}}}
      x-note: {anything: [1]}
      inputs:
        x-note: 1
        text: {type: [text, json, text], dimension: [768, 256], maxTokens: 512 tokens, format: [json], labels: [b, a]}
        image: {shape: [-1, 3, width], score: {range: [0, 1.0]}, prefix: {query: "q: "}, default: {a: 1.0}}
        plain:
        bare: {}
        request: {parameters: {mode: {required: true, values: [b, a]}, seed: }}
      outputs:
        answer: {type: [text, json], schema: {type: object, properties: {price: {type: number}}}}
        other: {schema: "schemas/answer.json#/Answer", type: [text]}
"""
    assert stated(spec(text), "node:a") == {
        "role": "generator",
        "labels": {"team": "search"},
        "fallback": ("b",),
        "passes": {"out": "in"},
        "flow.join": {"k": 2},
        "flow.order": "parallel",
        "model.matryoshka": (256, 768),
        "model.adapters[legal].base": "m",
        "model.adapters[legal].rank": 8,
        "model.sampling.stop": (2, "</s>"),
        "model.sampling.topP": 1,
        "prompt.parts[history].maxTokens": 800,
        "prompt.roles": ("system", "user"),
        "prompt.defaults": {"tone": {"x": (1,)}},
        "tools.offered[search].inputSchema": {"type": "object", "required": ("q",)},
        "tools.offered[search].sideEffect": "none",
        "tools.pins": {"search": "abc"},
        "threshold.byLabel": {"toxicity": 0.8},
        "threshold.value": -1,
        "environment[HF_HOME]": "/models",
        "endpoint.probes[readiness].path": "/",
        "endpoint.probes[readiness].timeoutMs": 1000,
        "inputs.text.type": ("json", "text"),
        "inputs.text.dimension": (256, 768),
        "inputs.text.maxTokens": 512,
        "inputs.text.format": "json",
        "inputs.text.labels": ("a", "b"),
        "inputs.image.shape": (-1, 3, "width"),
        "inputs.image.score.range": (0, 1),
        "inputs.image.prefix": {"query": "q: "},
        "inputs.image.default": {"a": 1},
        "inputs.plain": None,
        "inputs.bare": None,
        "inputs.request.parameters": {"mode": {"required": True, "values": ("a", "b")}, "seed": {}},
        "outputs.answer.type": ("json", "text"),
        "outputs.answer.schema": {"type": "object", "properties": {"price": {"type": "number"}}},
        "outputs.other.schema": "schemas/answer.json#/Answer",
        "outputs.other.type": "text",
    }


def test_quantities_are_numbers_in_the_unit_of_the_name_and_keep_their_text() -> None:
    result = spec(
        "  nodes: {a: {latency: {p95Ms: 0.1s, p99Ms: 120.0}, resources: {memoryGiB: 64 GB}, cache: {ttlS: 1h}}}\n"
    )
    assert told(result) == []
    assert [(one.attribute, one.value, type(one.value), one.text) for one in result.claims[2:]] == [
        ("latency.p95Ms", 100, int, "0.1s"),
        ("latency.p99Ms", 120, int, None),
        ("resources.memoryGiB", 59.604644775390625, float, "64 GB"),
        ("cache.ttlS", 3600, int, "1h"),
    ]


def test_edges_are_counted_in_each_document_and_state_no_more_than_they_say() -> None:
    text = (
        HEAD
        + "  edges:\n    - {from: a, to: b}\n    - from: a.x\n      to: c.y\n      fanOut: 3\n"
        + "      backoff: {initialMs: 5}\n"
    )
    result = read(f"{text}---\n{text}")
    edges = [one for one in result.claims if one.element.startswith("edge:")]
    place = Location("app.yaml", 6, 7)
    assert edges[0] == Claim(GraphKey("app"), "edge:0", "", ("a", "b"), place, 0, None)
    assert [(one.document, *said([one])[0]) for one in edges] == [
        (document, element, attribute, value)
        for document in (0, 1)
        for element, attribute, value in [
            ("edge:0", "", ("a", "b")),
            ("edge:1", "", ("a.x", "c.y")),
            ("edge:1", "edge.fanOut.count", 3),
            ("edge:1", "edge.backoff.initialMs", 5),
        ]
    ]


def test_fan_out_in_the_long_form() -> None:
    result = spec("  edges: [{from: a, to: b, fanOut: {count: 3, maxConcurrency: 2}}]\n")
    assert stated(result, "edge:0") == {"edge.fanOut.count": 3, "edge.fanOut.maxConcurrency": 2}


def test_metadata() -> None:
    text = """
apiVersion: msdiff/v1
kind: ApplicationGraph
metadata: {name: app, variant: gpu, version: "1", owner: me, description: d, labels: {a: b}, annotations: {c: d}}
spec: {}
"""
    result = read(text)
    assert told(result) == []
    assert {one.graph for one in result.claims} == {GraphKey("app", "gpu")}
    assert said(result.claims) == [
        ("graph:", "", None),
        ("graph:", "metadata.version", "1"),
        ("graph:", "metadata.owner", "me"),
        ("graph:", "metadata.description", "d"),
        ("graph:", "metadata.labels", {"a": "b"}),
        ("graph:", "metadata.annotations", {"c": "d"}),
    ]


POLICIES = [
    ("noPath: {from: {role: entry}, to: {node: [llm]}}", "policy.noPath", {"from": {"role": "entry"}, "to": "llm"}),
    (
        "everyPath: {from: {graph: a, owner: [y, x]}, to: llm, through: {guard: {kind: pii, stage: [output]}}}",
        "policy.everyPath",
        {
            "from": {"graph": "a", "owner": ("x", "y")},
            "to": "llm",
            "through": {"guard": {"kind": "pii", "stage": "output"}},
        },
    ),
    (
        "require: {select: {labels: {tier: [a, b]}, sideEffect: write}, condition: 'node.owner != \"\"'}",
        "policy.require",
        {"select": {"labels": {"tier": ("a", "b")}, "sideEffect": "write"}, "condition": 'node.owner != ""'},
    ),
    (
        "require: {select: {edges: {from: {role: agent}, kind: call}}, condition: x}",
        "policy.require",
        {"select": {"edges": {"from": {"role": "agent"}, "kind": "call"}}, "condition": "x"},
    ),
    (
        "require: {select: {edges: a.x->b.y}, condition: x}",
        "policy.require",
        {"select": {"edges": "a.x->b.y"}, "condition": "x"},
    ),
    (
        "maxLatency: {from: a, to: {role: exit}, ms: 1s}",
        "policy.maxLatency",
        {"from": "a", "to": {"role": "exit"}, "ms": 1000, "percentile": "p95", "measure": "endToEnd"},
    ),
    (
        "maxLatency: {from: a, to: b, ms: 5, percentile: p99, measure: startToEnd}",
        "policy.maxLatency",
        {"from": "a", "to": "b", "ms": 5, "percentile": "p99", "measure": "startToEnd"},
    ),
    ("requirePins: true", "policy.requirePins", True),
    ("requirePins: digest", "policy.requirePins", "digest"),
    ("requireFallback: {role: generator}", "policy.requireFallback", {"role": "generator"}),
    ("requireFailClosed: true", "policy.requireFailClosed", True),
    ("minThresholds: {toxicity: 0.5}", "policy.minThresholds", {"toxicity": 0.5}),
    ("allowedLicenses: [MIT, Apache-2.0, MIT]", "policy.allowedLicenses", ("Apache-2.0", "MIT")),
    ("maxRetentionDays: 2 weeks", "policy.maxRetentionDays", 14),
    ("allowDrift: [latency.*]", "policy.allowDrift", ("latency.*",)),
]


@pytest.mark.parametrize(("text", "attribute", "value"), POLICIES)
def test_policies(text: str, attribute: str, value: object) -> None:
    result = spec(f"  policies: [{{name: p, {text}}}]\n")
    assert stated(result, "policy:p") == {attribute: value}


def test_slos_and_policies_without_a_name_are_called_by_what_they_are_about() -> None:
    text = """
  slos:
    - {at: llm, percentile: p95, latencyMs: 600}
    - {at: llm, metric: cost, costPerRequest: 0.01}
    - {at: llm, percentile: p95, latencyMs: 900}
  policies:
    - {everyPath: {from: {role: entry}, to: {role: generator}, through: {role: [guardrail, agent]}}}
    - {maxLatency: {from: a, to: b, ms: 50}}
    - {maxLatency: {from: a, to: b, ms: 60}}
    - {requirePins: true, requireTracing: true}
"""
    result = spec(text)
    assert told(result) == []
    assert [one.element for one in result.claims if not one.attribute][1:] == [
        "slo:llm p95",
        "slo:llm cost",
        "slo:llm p95 2",
        "policy:everyPath role entry to role generator through role agent or guardrail",
        "policy:maxLatency a to b",
        "policy:maxLatency a to b 2",
        "policy:requirePins, requireTracing",
    ]


def test_empty_places_say_nothing() -> None:
    result = spec("  nodes: {a: , b: {inputs: , outputs: {}}}\n  edges:\n  slos:\n  policies: []\n  x-a: 1\n")
    assert told(result) == []
    assert said(result.claims) == [("graph:", "", None), ("node:a", "", None), ("node:b", "", None)]


def test_names_of_nodes_may_hold_dots_and_letters_of_any_script() -> None:
    result = spec("  nodes: {gpt-4.1: {}, größe: {}, Antwort geben: {}}\n")
    assert told(result) == []
    assert [one.element for one in result.claims[1:]] == ["node:gpt-4.1", "node:größe", "node:Antwort geben"]


SAMPLES = {
    "text": "x",
    "boolean": "true",
    "integer": "2",
    "number": "2",
    "fraction": "0.5",
    "value": "[1]",
    "schema": "{type: object}",
    "set": "[x]",
    "list": "[x]",
    "map": "{k: x}",
    "names": "[x]",
    "shape": "[-1]",
    "prefix": "x",
    "range": "[0, 1]",
    "join": "all",
    "widths": "[2]",
    "selection": "{from: a, to: b, through: c}",
    "selector": "a",
    "requirement": "{select: a, condition: x}",
    "latencyBound": "{from: a, to: b, ms: 1}",
    "pins": "exact",
}
OTHER = {"threshold.byLabel": "{k: 0.5}", "policy.minThresholds": "{k: 0.5}", "inputs.<port>.parameters": "{k: {}}"}


def sample(attribute: Attribute) -> str:
    if attribute.name in OTHER:
        return OTHER[attribute.name]
    if attribute.keys and "through" not in attribute.keys:
        return "{from: a, to: b}"
    if attribute.values and attribute.type != "pins":
        return f"[{attribute.values[0]}]" if attribute.type == "set" else f'"{attribute.values[0]}"'
    if attribute.of == "integer":
        return "[2]"
    return SAMPLES[attribute.type]


@pytest.mark.parametrize("attribute", tuple(CATALOGUE.attributes()), ids=lambda one: one.name)
def test_every_attribute_of_the_catalogue_is_accepted_under_its_name(attribute: Attribute) -> None:
    steps = attribute.name.replace("<probe>", "readiness").split(".")
    nested = ": {".join(f'"{step.strip("<>")}"' for step in steps) + f": {sample(attribute)}" + "}" * (len(steps) - 1)
    inner = nested.partition(": {")[2].removesuffix("}")
    holders = {
        "port": f"  nodes: {{n: {{{nested}}}}}\n",
        "node": f"  nodes: {{n: {{{nested}}}}}\n",
        "edge": f"  edges: [{{from: a, to: b, {inner}}}]\n",
        "slo": f"  slos: [{{at: a, {inner}}}]\n",
        "policy": f"  policies: [{{{inner}}}]\n",
    }
    if attribute.name in ("edge.from", "edge.to", "slo.at") or attribute.on == "metadata":
        return  # they have tests of their own
    result = spec(holders[attribute.on])
    assert told(result) == []
    (claim,) = [one for one in result.claims if one.attribute not in ("", "slo.at")]
    found = CATALOGUE.lookup(claim.attribute)
    assert found == attribute
