"""A published ModelSpec: the whole mapping, and what is refused."""

import os

import pytest
from reading import read, told

from msdiff.load.model_spec_fields import role_of_task, step_role
from msdiff.model.claim import Claim, GraphKey
from msdiff.model.location import Location

CORPUS = os.path.join(os.path.dirname(__file__), "../../../../shared/corpus/samples/modelspec")
needs_corpus = pytest.mark.skipif(not os.path.isdir(CORPUS), reason="corpus not found at ../shared/corpus")

HEAD = """apiVersion: piqc.ai/v1alpha1
kind: ModelSpec
metadata: {name: answers}
spec:
  identity: {model: {id: org/m, family: f, task: text-generation, framework: vllm}}
  runtime: {accelerator: {vendor: nvidia, type: l4, count: 1}}
"""  # six lines

FULL = """apiVersion: piqc.ai/v1alpha1
kind: ModelSpec
metadata:
  name: answers
  version: "3.2"
  description: Writes answers
  labels: {tier: online}
  annotations: {runbook: docs}
spec:
  identity:
    model:
      id: org/m
      family: f
      task: text-generation
      framework: vllm
      precision: bfloat16
      artifacts: {modelUri: "hf://org/m@a09a354", tokenizerUri: "hf://org/t"}
  runtime:
    accelerator: {vendor: nvidia, type: l40s, count: 2}
    batch: {maxBatchSize: 48, maxSequenceLengthTokens: 16384}
    resources: {cpuCores: 12, memoryGb: 64, ephemeralStorageGb: 80.5}
    environment: {variables: {MAX_MODEL_LEN: "16384"}}
  operations:
    serving:
      protocol: grpc
      port: 8000
      readinessProbe: {path: /ready, timeoutSeconds: 4}
      livenessProbe: {path: /live, timeoutSeconds: 2}
      maxConcurrency: 40
      timeoutSeconds: 45
    scaling:
      minReplicas: 2
      maxReplicas: 8
      strategy: reactive
      targetLatencyMsP95: 2400
      targetRps: 18
      warmPool: {size: 1, strategy: keep-loaded}
    observability:
      metrics: {enabled: true, provider: prometheus, port: 9400}
      logging: {level: warning}
      tracing: {enabled: false}
  pipeline:
    preprocess: {steps: [{name: trim, type: truncation}, {name: mask, type: redaction, enabled: false}]}
    postprocess: {steps: [{name: trim, type: formatting}]}
    dependencies:
      - id: guard
        role: guardrail
        specRef: ./guard.modelspec.yaml
        required: true
        interface: {inputType: text+documents, outputType: filtered_text, maxLatencyMs: 35}
      - {id: check, role: postprocess, required: false}
      - {id: embed, role: input, specRef: embed.yaml}
  governance:
    compliance:
      pii: {allowed: false, policy: none}
      retention: {logsDays: 14, artifactsDays: 90}
      governance: {changeApproval: two, owner: "@acme"}
    cost:
      targetCostPer1kTokensUsd: 0.0009
      pricingHints: {cloudProvider: aws, instanceType: g6e, spotAllowed: false}
"""

CLAIMS = [
    ("graph:", "", None, "4:9", None),
    ("node:answers", "", None, "4:9", None),
    ("node:answers", "version", "3.2", "5:12", None),
    ("node:answers", "description", "Writes answers", "6:16", None),
    ("node:answers", "labels", {"tier": "online"}, "7:11", None),
    ("node:answers", "role", "generator", "14:13", "text-generation"),
    ("node:answers", "model.id", "org/m", "12:11", None),
    ("node:answers", "model.family", "f", "13:15", None),
    ("node:answers", "model.precision", "bf16", "16:18", "bfloat16"),
    ("node:answers", "engine.name", "vllm", "15:18", None),
    ("node:answers", "model.tokenizer.id", "hf://org/t", "17:65", None),
    ("node:answers", "resources.accelerator.vendor", "nvidia", "19:27", None),
    ("node:answers", "resources.accelerator.type", "l40s", "19:41", None),
    ("node:answers", "resources.accelerator.count", 2, "19:54", None),
    ("node:answers", "capacity.maxBatch", 48, "20:27", None),
    ("node:answers", "engine.maxModelLen", 16384, "20:56", None),
    ("node:answers", "resources.cpuCores", 12, "21:27", None),
    ("node:answers", "resources.memoryGiB", 59.604644775390625, "21:41", "64 GB"),
    ("node:answers", "resources.ephemeralStorageGiB", 74.97146725654602, "21:65", "80.5 GB"),
    ("node:answers", "endpoint.protocols", ("grpc",), "25:17", None),
    ("node:answers", "endpoint.port", 8000, "26:13", None),
    ("node:answers", "endpoint.probes[readiness].path", "/ready", "27:30", None),
    ("node:answers", "endpoint.probes[readiness].timeoutMs", 4000, "27:54", "4 s"),
    ("node:answers", "endpoint.probes[liveness].path", "/live", "28:29", None),
    ("node:answers", "endpoint.probes[liveness].timeoutMs", 2000, "28:52", "2 s"),
    ("node:answers", "capacity.maxConcurrency", 40, "29:23", None),
    ("node:answers", "latency.maxMs", 45000, "30:23", "45 s"),
    ("node:answers", "capacity.minReplicas", 2, "32:20", None),
    ("node:answers", "capacity.maxReplicas", 8, "33:20", None),
    ("node:answers", "capacity.scaling", "reactive", "34:17", None),
    ("node:answers", "capacity.ratePerS", 18, "36:18", None),
    ("node:answers", "capacity.warmPool.size", 1, "37:24", None),
    ("node:answers", "capacity.warmPool.strategy", "keep-loaded", "37:37", None),
    ("node:answers", "observability.metrics.enabled", True, "39:26", None),
    ("node:answers", "observability.metrics.provider", "prometheus", "39:42", None),
    ("node:answers", "observability.metrics.port", 9400, "39:60", None),
    ("node:answers", "observability.logging.level", "warning", "40:24", None),
    ("node:answers", "observability.tracing.enabled", False, "41:26", None),
    ("node:answers", "governance.piiPolicy", "none", "55:37", None),
    ("node:answers", "governance.retention.logsDays", 14, "56:29", None),
    ("node:answers", "governance.retention.artifactsDays", 90, "56:48", None),
    ("node:answers", "owner", "@acme", "57:48", None),
    ("node:answers", "governance.changeApproval", "two", "57:36", None),
    ("node:answers", "resources.cloudProvider", "aws", "60:37", None),
    ("node:answers", "resources.instanceType", "g6e", "60:56", None),
    ("node:answers", "resources.spotAllowed", False, "60:74", None),
    ("node:answers", "model.uri", "hf://org/m", "17:29", "hf://org/m@a09a354"),
    ("node:answers", "model.revision", "a09a354", "17:29", "hf://org/m@a09a354"),
    ("node:answers", "environment[MAX_MODEL_LEN]", "16384", "22:46", None),
    ("node:answers", "inputs.input.dataLabels", (), "55:22", "pii.allowed: false"),
    ("node:trim", "", None, "43:33", None),
    ("node:trim", "role", "transform", "43:45", "truncation"),
    ("node:trim", "labels", {"type": "truncation"}, "43:45", None),
    ("node:mask", "", None, "43:65", None),
    ("node:mask", "role", "guardrail", "43:77", "redaction"),
    ("node:mask", "labels", {"type": "redaction"}, "43:77", None),
    ("node:mask", "enabled", False, "43:97", None),
    ("node:postprocess/trim", "", None, "44:34", None),
    ("node:postprocess/trim", "role", "transform", "44:46", "formatting"),
    ("node:postprocess/trim", "labels", {"type": "formatting"}, "44:46", None),
    ("edge:0", "", ("trim", "mask"), "43:58", None),
    ("edge:1", "", ("mask", "answers"), "43:58", None),
    ("edge:2", "", ("answers", "postprocess/trim"), "44:27", None),
    ("node:guard", "", None, "46:13", None),
    ("node:guard", "role", "guardrail", "47:15", None),
    ("node:guard", "specRef", "./guard.modelspec.yaml", "48:18", None),
    ("node:guard", "inputs.input.type", "text+documents", "50:32", None),
    ("node:guard", "outputs.output.type", "filtered_text", "50:60", None),
    ("edge:3", "", ("guard", "answers"), "46:9", None),
    ("edge:3", "edge.role", "guardrail", "47:15", None),
    ("edge:3", "edge.required", True, "49:19", None),
    ("policy:guard latency", "", None, "50:89", None),
    (
        "policy:guard latency",
        "policy.maxLatency",
        {"from": "guard", "to": "guard", "measure": "startToEnd", "percentile": "p95", "ms": 35},
        "50:89",
        None,
    ),
    ("node:check", "", None, "51:14", None),
    ("node:check", "role", "transform", "51:27", None),
    ("edge:4", "", ("answers", "check"), "51:9", None),
    ("edge:4", "edge.role", "postprocess", "51:27", None),
    ("edge:4", "edge.required", False, "51:50", None),
    ("node:embed", "", None, "52:14", None),
    ("node:embed", "specRef", "embed.yaml", "52:43", None),
    ("edge:5", "", ("embed", "answers"), "52:9", None),
    ("edge:5", "edge.role", "input", "52:27", None),
    ("slo:answers latency target", "", None, "35:27", None),
    ("slo:answers latency target", "slo.at", "answers", "35:27", None),
    ("slo:answers latency target", "slo.metric", "completion", "35:27", None),
    ("slo:answers latency target", "slo.percentile", "p95", "35:27", None),
    ("slo:answers latency target", "slo.latencyMs", 2400, "35:27", None),
    ("slo:answers cost target", "", None, "59:33", None),
    ("slo:answers cost target", "slo.at", "answers", "59:33", None),
    ("slo:answers cost target", "slo.metric", "cost", "59:33", None),
    ("slo:answers cost target", "slo.costPer1kTokens", 0.0009, "59:33", None),
]


def test_every_field_and_its_place() -> None:
    result = read(FULL, "m.yaml")
    assert told(result) == []
    assert [
        (one.element, one.attribute, one.value, f"{one.location.line}:{one.location.column}", one.text)
        for one in result.claims
    ] == CLAIMS
    assert result.claims[0] == Claim(
        GraphKey("answers", "", "ModelSpec"), "graph:", "", None, Location("m.yaml", 4, 9, "modelspec"), 0, None
    )


def test_the_least_that_a_spec_must_say() -> None:
    result = read(HEAD)
    assert told(result) == []
    assert [(one.element, one.attribute) for one in result.claims] == [
        ("graph:", ""),
        ("node:answers", ""),
        ("node:answers", "role"),
        ("node:answers", "model.id"),
        ("node:answers", "model.family"),
        ("node:answers", "engine.name"),
        ("node:answers", "resources.accelerator.vendor"),
        ("node:answers", "resources.accelerator.type"),
        ("node:answers", "resources.accelerator.count"),
    ]


@pytest.mark.parametrize(
    ("task", "role"),
    [
        ("text-generation", "generator"),
        ("chat-completion", "generator"),
        ("summarization", "generator"),
        ("embedding", "embedder"),
        ("feature-extraction", "embedder"),
        ("reranking", "reranker"),
        ("Text-Classification", "model"),
        ("content-moderation", "guardrail"),
        ("safety-classification", "guardrail"),
        ("transcription", "model"),
    ],
)
def test_roles_by_task(task: str, role: str) -> None:
    assert role_of_task(task) == role


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("redaction", "guardrail"),
        ("Moderation", "guardrail"),
        ("chunking", "chunker"),
        ("rerank", "reranker"),
        ("prefix", "transform"),
    ],
)
def test_roles_by_type_of_step(kind: str, role: str) -> None:
    assert step_role(kind) == role


@pytest.mark.parametrize(
    ("uri", "revision"),
    [
        ("hf://org/m", None),
        ("hf://org/m@abc", "abc"),
        ("s3://key@bucket/models/v3/", None),
        ("oci://r/m@sha256:12", "sha256:12"),
        ("hf://org/m@", None),
        ("m@v1", "v1"),
    ],
)
def test_revisions_in_uris(uri: str, revision: str | None) -> None:
    text = HEAD.replace("framework: vllm", f'framework: vllm, artifacts: {{modelUri: "{uri}"}}')
    found = {one.attribute: one.value for one in read(text).claims if one.attribute in ("model.uri", "model.revision")}
    assert found.get("model.revision") == revision
    assert found["model.uri"] == (uri.removesuffix(f"@{revision}") if revision else uri)


def test_personal_data_that_is_allowed_says_nothing_of_labels() -> None:
    result = read(HEAD + "  governance: {compliance: {pii: {allowed: true}}}\n")
    assert [one for one in result.claims if "dataLabels" in one.attribute] == []


def test_problems() -> None:
    text = """apiVersion: piqc.ai/v1
kind: ModelSpec
metadata: {name: m, x-note: 1}
spec:
  identity: {model: {id: 3, family: f, task: t}}
  runtime: {accelerator: {vendor: v, type: t, count: 0}, batch: {maxBatchSize: 0.5}}
  operations: {serving: {protocol: rest, maxConcurency: 40}}
  pipeline: {dependencies: [{id: a, role: retriever, interface: {dimension: 768}}]}
"""
    assert told(read(text)) == [
        "1:13 `apiVersion` must be `piqc.ai/v1alpha1`, not `piqc.ai/v1` (did you mean `piqc.ai/v1alpha1`?)",
        "3:21 unknown key `x-note` in `metadata` (known: `version`, `description`, `labels`, `annotations`)",
        "5:21 `framework` is missing in `spec.identity.model` (add `framework`)",
        '5:26 `spec.identity.model.id` must be text, not the number 3 (put it in quotes: "3")',
        "6:54 `spec.runtime.accelerator.count` must be at least 1, not 0 ()",
        "6:80 `spec.runtime.batch.maxBatchSize` must be a whole number, not the number 0.5 ()",
        "7:36 `spec.operations.serving.protocol` must be one of `http`, `grpc`, not `rest` ()",
        "7:42 unknown key `maxConcurency` in `spec.operations.serving` (did you mean `maxConcurrency`?)",
        "8:43 `spec.pipeline.dependencies[0].role` must be one of `input`, `guardrail`, `reranker`, `postprocess`, "
        "`custom`, not `retriever` ()",
        "8:66 unknown key `dimension` in `spec.pipeline.dependencies[0].interface` "
        "(known: `inputType`, `outputType`, `maxLatencyMs`)",
    ]


def test_a_slip_in_the_kind_is_told() -> None:
    assert told(read("apiVersion: piqc.ai/v1alpha1\nkind: Modelspec\nmetadata: {name: a}\nspec: {}\n"))[0] == (
        "2:7 `kind` must be `ModelSpec`, not `Modelspec` (did you mean `ModelSpec`?)"
    )


def test_names_that_clash() -> None:
    text = HEAD + (
        "  pipeline:\n"
        "    preprocess: {steps: [{name: a, type: x}, {name: a, type: y}, {name: d, type: z}]}\n"
        "    dependencies: [{id: d, role: custom}, {id: d, role: custom}, {id: answers, role: custom}]\n"
    )
    assert told(read(text)) == [
        "9:48 dependency `d` is listed on line 9 already (give it an id of its own)",
        "9:71 dependency `answers` is the model itself (give it an id of its own)",
    ]
    fewer = text.replace(", {id: d, role: custom}, {id: answers, role: custom}", "")
    result = read(fewer)
    assert told(result) == []
    assert [one.element for one in result.claims if one.element.startswith("node:") and not one.attribute] == [
        "node:answers",
        "node:a",
        "node:preprocess/a",
        "node:preprocess/d",
        "node:d",
    ]


def test_figures_that_contradict_each_other() -> None:
    assert told(read(HEAD + "  operations: {scaling: {minReplicas: 3, maxReplicas: 2}}\n")) == [
        "7:55 `capacity.minReplicas` (3) is more than `capacity.maxReplicas` (2) (one of the two is wrong)"
    ]


def corpus_files() -> list[str]:
    return sorted(
        os.path.relpath(os.path.join(folder, name), CORPUS)
        for folder, _, names in os.walk(CORPUS)
        for name in names
        if name.endswith(".yaml")
    )


@needs_corpus
@pytest.mark.parametrize("name", corpus_files())
def test_corpus(name: str) -> None:
    with open(os.path.join(CORPUS, name), "rb") as stream:
        data = stream.read()
    result = read(data, name)
    lines = data.decode().splitlines()
    if "invalid" in name:
        assert (result.claims, len(result.problems)) == ((), 4)
        return
    assert result.problems == ()
    assert result.claims
    for claim in result.claims:
        assert 1 <= claim.location.column <= len(lines[claim.location.line - 1]) + 1
