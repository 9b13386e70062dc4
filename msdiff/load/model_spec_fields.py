"""Which field of a ModelSpec is which attribute of the model's node, and what converting does to the value."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msdiff.model.values import Value
from msdiff.syntax.quantity import QuantityError, quantity
from msdiff.syntax.shape import plain
from msdiff.syntax.tree import Scalar, Tree


def role_of_task(task: str) -> str:
    """The role of a model by its task, which is free text."""
    for role, words in _TASK_ROLES:
        if any(word in task.lower() for word in words):
            return role
    return "model"


def step_role(kind: str) -> str:
    """The role of a step by its type, which is free text."""
    for role, words in _STEP_ROLES:
        if any(word in kind.lower() for word in words):
            return role
    return "transform"


# The first that fits.
_TASK_ROLES = (
    ("reranker", ("rerank", "re-rank")),
    ("guardrail", ("moderation", "safety", "guard")),
    ("embedder", ("embed", "feature-extraction", "sentence-similarity")),
    ("generator", ("generation", "chat", "completion", "summari", "translation", "text2text", "answering")),
)
_STEP_ROLES = (
    ("guardrail", ("redact", "moderation", "safety", "guard")),
    ("chunker", ("chunk",)),
    ("reranker", ("rerank", "re-rank")),
)
DEPENDENCY_ROLES = {"guardrail": "guardrail", "reranker": "reranker", "postprocess": "transform"}
_PRECISIONS = {"float32": "fp32", "float16": "fp16", "half": "fp16", "bfloat16": "bf16"}

Converted: TypeAlias = tuple[Value, str | None]
"""The value, and the source text where converting lost it."""


def _same(tree: Tree) -> Converted:
    return plain(tree), None


def _role(tree: Tree) -> Converted:
    return role_of_task(_text(tree)), _text(tree)


def _precision(tree: Tree) -> Converted:
    text = _text(tree)
    return _PRECISIONS.get(text, text), text if text in _PRECISIONS else None


def _one(tree: Tree) -> Converted:
    return (plain(tree),), None


def _milliseconds(tree: Tree) -> Converted:
    seconds = plain(tree)
    return (seconds * 1000 if isinstance(seconds, int | float) else seconds), f"{_text(tree)} s"


def _gibibytes(tree: Tree) -> Converted:
    text = f"{_text(tree)} GB"
    try:
        return quantity(text, "GiB"), text
    except QuantityError:  # a number in another notation
        value = plain(tree)
        return (value * 10**9 / 2**30 if isinstance(value, int | float) else value), text


FIELDS: tuple[tuple[str, str, Callable[[Tree], Converted]], ...] = (
    ("metadata.version", "version", _same),
    ("metadata.description", "description", _same),
    ("metadata.labels", "labels", _same),
    ("spec.identity.model.task", "role", _role),
    ("spec.identity.model.id", "model.id", _same),
    ("spec.identity.model.family", "model.family", _same),
    ("spec.identity.model.precision", "model.precision", _precision),
    ("spec.identity.model.framework", "engine.name", _same),
    ("spec.identity.model.artifacts.tokenizerUri", "model.tokenizer.id", _same),
    ("spec.runtime.accelerator.vendor", "resources.accelerator.vendor", _same),
    ("spec.runtime.accelerator.type", "resources.accelerator.type", _same),
    ("spec.runtime.accelerator.count", "resources.accelerator.count", _same),
    ("spec.runtime.batch.maxBatchSize", "capacity.maxBatch", _same),
    ("spec.runtime.batch.maxSequenceLengthTokens", "engine.maxModelLen", _same),
    ("spec.runtime.resources.cpuCores", "resources.cpuCores", _same),
    ("spec.runtime.resources.memoryGb", "resources.memoryGiB", _gibibytes),
    ("spec.runtime.resources.ephemeralStorageGb", "resources.ephemeralStorageGiB", _gibibytes),
    ("spec.operations.serving.protocol", "endpoint.protocols", _one),
    ("spec.operations.serving.port", "endpoint.port", _same),
    ("spec.operations.serving.readinessProbe.path", "endpoint.probes[readiness].path", _same),
    ("spec.operations.serving.readinessProbe.timeoutSeconds", "endpoint.probes[readiness].timeoutMs", _milliseconds),
    ("spec.operations.serving.livenessProbe.path", "endpoint.probes[liveness].path", _same),
    ("spec.operations.serving.livenessProbe.timeoutSeconds", "endpoint.probes[liveness].timeoutMs", _milliseconds),
    ("spec.operations.serving.maxConcurrency", "capacity.maxConcurrency", _same),
    ("spec.operations.serving.timeoutSeconds", "latency.maxMs", _milliseconds),
    ("spec.operations.scaling.minReplicas", "capacity.minReplicas", _same),
    ("spec.operations.scaling.maxReplicas", "capacity.maxReplicas", _same),
    ("spec.operations.scaling.strategy", "capacity.scaling", _same),
    ("spec.operations.scaling.targetRps", "capacity.ratePerS", _same),
    ("spec.operations.scaling.warmPool.size", "capacity.warmPool.size", _same),
    ("spec.operations.scaling.warmPool.strategy", "capacity.warmPool.strategy", _same),
    ("spec.operations.observability.metrics.enabled", "observability.metrics.enabled", _same),
    ("spec.operations.observability.metrics.provider", "observability.metrics.provider", _same),
    ("spec.operations.observability.metrics.port", "observability.metrics.port", _same),
    ("spec.operations.observability.logging.level", "observability.logging.level", _same),
    ("spec.operations.observability.tracing.enabled", "observability.tracing.enabled", _same),
    ("spec.governance.compliance.pii.policy", "governance.piiPolicy", _same),
    ("spec.governance.compliance.retention.logsDays", "governance.retention.logsDays", _same),
    ("spec.governance.compliance.retention.artifactsDays", "governance.retention.artifactsDays", _same),
    ("spec.governance.compliance.governance.owner", "owner", _same),
    ("spec.governance.compliance.governance.changeApproval", "governance.changeApproval", _same),
    ("spec.governance.cost.pricingHints.cloudProvider", "resources.cloudProvider", _same),
    ("spec.governance.cost.pricingHints.instanceType", "resources.instanceType", _same),
    ("spec.governance.cost.pricingHints.spotAllowed", "resources.spotAllowed", _same),
)


def _text(tree: Tree) -> str:
    return tree.text if isinstance(tree, Scalar) else ""
