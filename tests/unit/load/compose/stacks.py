"""A stack in memory: files in, claims or the report of a comparison out."""

from collections.abc import Mapping

from msdiff.load import Loaded, load
from msdiff.model.report import Report
from msdiff.model.values import Unknown, Value
from msdiff.settings import Settings
from tests.snapshots import MemorySnapshot, built_in_rules, compared

SERVED = """\
services:
  app:
    build: .
    environment:
      EMBEDDING_URL: http://embedder:80
      EMBEDDING_MODEL: acme/embed-v1
      VECTOR_URL: http://store:6333
  embedder:
    image: ghcr.io/huggingface/text-embeddings-inference:cpu-1.7
    command: --model-id acme/embed-v1 --port 80
  store:
    image: qdrant/qdrant:v1.15.0
    volumes: ["./data:/qdrant/storage"]
  mail:
    image: axllent/mailpit:v1.27
"""


def loaded(files: Mapping[str, str | bytes]) -> Loaded:
    """What the files say."""
    rules = built_in_rules()
    return load(MemorySnapshot(files), rules.catalogue, Settings(), {}, rules.serving)


def told(files: Mapping[str, str | bytes], element: str) -> dict[str, Value | Unknown]:
    """What is said of one element of the only graph."""
    return {one.attribute: one.value for one in loaded(files).claims if one.element == element and one.attribute}


def place(files: Mapping[str, str | bytes], element: str, attribute: str) -> str:
    """Where an attribute is stated."""
    return next(
        str(one.location) for one in loaded(files).claims if (one.element, one.attribute) == (element, attribute)
    )


def edges(files: Mapping[str, str | bytes]) -> set[tuple[str, str]]:
    """Who calls whom, as the claims have it."""
    claims = loaded(files).claims
    return {
        one.value
        for one in claims
        if one.element.startswith("edge:") and not one.attribute and isinstance(one.value, tuple)
    }  # type: ignore[misc]


def nodes(files: Mapping[str, str | bytes]) -> set[str]:
    return {one.element.removeprefix("node:") for one in loaded(files).claims if one.element.startswith("node:")}


def graphs(files: Mapping[str, str | bytes]) -> dict[str, set[str]]:
    """Nodes by label of the graph."""
    found: dict[str, set[str]] = {}
    for one in loaded(files).claims:
        if one.element.startswith("node:"):
            found.setdefault(one.graph.label, set()).add(one.element.removeprefix("node:"))
    return found


def report(base: Mapping[str, str | bytes], head: Mapping[str, str | bytes]) -> Report:
    return compared(base, head)
