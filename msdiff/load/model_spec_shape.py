"""The shape of a ModelSpec, as published: unknown keys, missing ones, words and least figures.

Valid JSON Schema 2020-12. Source: schema/v0.1/modelspec.v0.1.json of github.com/paralleliq/modelspec, whose `$id`
names v0.2; written anew as a table, the meaning is the same.
"""

from __future__ import annotations

from typing import Any

from msdiff.load.model_spec import KIND

Table = dict[str, Any]

API_VERSION = "piqc.ai/v1alpha1"


def _map(*required: str, **properties: Table) -> Table:
    shape: Table = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**shape, "required": list(required)} if required else shape


def _number(kind: str, least: int, most: int | None = None) -> Table:
    bounds = {"minimum": least} if most is None else {"minimum": least, "maximum": most}
    return {"type": kind, **bounds}


def _words(*words: str) -> Table:
    return {"type": "string", "enum": list(words)}


_TEXT: Table = {"type": "string"}
_TEXTS: Table = {"type": "object", "additionalProperties": _TEXT}
_BOOLEAN: Table = {"type": "boolean"}
_COUNT = _number("integer", 0)
_AT_LEAST_ONE = _number("integer", 1)
_AMOUNT = _number("number", 0)
_PORT = _number("integer", 1, 65535)

_MODEL = _map(
    "id",
    "family",
    "task",
    "framework",
    id=_TEXT,
    family=_TEXT,
    task=_TEXT,
    framework=_TEXT,
    precision=_TEXT,
    artifacts=_map(modelUri=_TEXT, tokenizerUri=_TEXT),
)
_RUNTIME = _map(
    "accelerator",
    accelerator=_map("vendor", "type", "count", vendor=_TEXT, type=_TEXT, count=_AT_LEAST_ONE),
    batch=_map(maxBatchSize=_AT_LEAST_ONE, maxSequenceLengthTokens=_AT_LEAST_ONE),
    resources=_map(cpuCores=_COUNT, memoryGb=_AMOUNT, ephemeralStorageGb=_AMOUNT),
    environment=_map(variables=_TEXTS),
)
_PROBE = _map(path=_TEXT, timeoutSeconds=_COUNT)
_OPERATIONS = _map(
    serving=_map(
        protocol=_words("http", "grpc"),
        port=_PORT,
        readinessProbe=_PROBE,
        livenessProbe=_PROBE,
        maxConcurrency=_AT_LEAST_ONE,
        timeoutSeconds=_COUNT,
    ),
    scaling=_map(
        minReplicas=_COUNT,
        maxReplicas=_COUNT,
        strategy=_words("reactive", "predictive", "manual"),
        targetLatencyMsP95=_AMOUNT,
        targetRps=_AMOUNT,
        warmPool=_map(size=_COUNT, strategy=_TEXT),
    ),
    observability=_map(
        metrics=_map(enabled=_BOOLEAN, provider=_TEXT, port=_PORT),
        logging=_map(level=_TEXT),
        tracing=_map(enabled=_BOOLEAN),
    ),
)
_STEPS = _map(steps={"type": "array", "items": _map("name", "type", name=_TEXT, type=_TEXT, enabled=_BOOLEAN)})
_DEPENDENCY = _map(
    "id",
    "role",
    id=_TEXT,
    role=_words("input", "guardrail", "reranker", "postprocess", "custom"),
    specRef=_TEXT,
    required={**_BOOLEAN, "default": True},
    interface=_map(inputType=_TEXT, outputType=_TEXT, maxLatencyMs=_AMOUNT),
)
_GOVERNANCE = _map(
    compliance=_map(
        pii=_map(allowed=_BOOLEAN, policy=_TEXT),
        retention=_map(logsDays=_COUNT, artifactsDays=_COUNT),
        governance=_map(changeApproval=_TEXT, owner=_TEXT),
    ),
    cost=_map(
        targetCostPer1kTokensUsd=_AMOUNT,
        pricingHints=_map(cloudProvider=_TEXT, instanceType=_TEXT, spotAllowed=_BOOLEAN),
    ),
)

SHAPE: Table = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "ModelSpec",
    **_map(
        "apiVersion",
        "kind",
        "metadata",
        "spec",
        apiVersion={"type": "string", "const": API_VERSION},
        kind={"type": "string", "const": KIND},
        metadata=_map("name", name=_TEXT, version=_TEXT, description=_TEXT, labels=_TEXTS, annotations=_TEXTS),
        spec=_map(
            "identity",
            "runtime",
            identity=_map("model", model=_MODEL),
            runtime=_RUNTIME,
            operations=_OPERATIONS,
            pipeline=_map(preprocess=_STEPS, postprocess=_STEPS, dependencies={"type": "array", "items": _DEPENDENCY}),
            governance=_GOVERNANCE,
        ),
    ),
}
