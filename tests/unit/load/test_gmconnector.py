"""GMConnector documents: steps, branches, calls."""

import pytest

from msdiff.model.values import Unknown, Value
from msdiff.resolve import resolve
from tests.unit.load.compose.stacks import edges, loaded, nodes, place, report, told

HEAD = """\
apiVersion: gmc.opea.io/v1alpha3
kind: GMConnector
metadata: {name: chat, labels: {gmc/platform: cpu}}
spec:
  nodes:
"""
PLAIN = (
    HEAD
    + """\
    root:
      routerType: Sequence
      steps:
      - name: Embedding
        internalService: {serviceName: embedding, config: {endpoint: /v1/embeddings, TEI_EMBEDDING_ENDPOINT: tei, HF_TOKEN: http://tei}}
      - name: TeiEmbedding
        internalService: {serviceName: tei, isDownstreamService: true, config: {MODEL_ID: acme/embed-v1}}
      - name: Retriever
        data: $response
        internalService: {serviceName: retriever, config: {REDIS_URL: "redis://redis.chat.svc:6379", TEI_ENDPOINT: "http://tei.svc:80"}}
      - {name: VectorDB, internalService: {serviceName: redis, isDownstreamService: true}}
      - {name: Llm, internalService: {serviceName: llm, config: {LLM_ENDPOINT: "https://api.example.com/v1"}}}
"""
)
FILES = {"graphs/chat_cpu.yaml": PLAIN}
SWITCH = (
    HEAD
    + """\
    root:
      routerType: Sequence
      steps:
      - {name: Embedding, nodeName: sizes}
      - {name: Reranking, internalService: {serviceName: ranker}}
      - {name: Llm, nodeName: nowhere}
    sizes:
      routerType: Switch
      steps:
      - {name: Embedding, condition: size==l, internalService: {serviceName: embed-l}}
      - {name: Embedding, condition: size==s, internalService: {serviceName: embed-s}}
      - {name: Retriever, condition: size==l, internalService: {serviceName: find-l}}
      - {name: Retriever, condition: size==s, internalService: {serviceName: find-s}}
"""
)


def test_steps_follow_one_another_and_settings_are_calls() -> None:
    assert nodes(FILES) == {"embedding", "tei", "retriever", "redis", "llm"}
    assert edges(FILES) == {
        ("embedding", "retriever"),
        ("retriever", "llm"),
        ("embedding.TEI_EMBEDDING_ENDPOINT", "tei"),
        ("retriever.TEI_ENDPOINT", "tei"),
    }
    assert told(FILES, "node:tei") == {"role": "embedder", "model.id": "acme/embed-v1"}
    assert told(FILES, "node:redis") == {"role": "vectorStore"}
    assert told(FILES, "node:llm") == {}
    assert place(FILES, "node:tei", "model.id") == "graphs/chat_cpu.yaml:12:91"
    assert loaded(FILES).files == ("graphs/chat_cpu.yaml",)


def test_steps_of_one_condition_are_one_way_through_a_switch() -> None:
    assert edges({"a.yaml": SWITCH}) == {
        ("embed-l", "find-l"),
        ("embed-s", "find-s"),
        ("find-l", "ranker"),
        ("find-s", "ranker"),
    }


def test_a_host_that_no_step_has_dangles() -> None:
    head = {**FILES, "graphs/chat_gpu.yaml": PLAIN.replace("EMBEDDING_ENDPOINT: tei,", "EMBEDDING_ENDPOINT: tei-gpu,")}
    found = [
        (one.rule, one.graph, one.node, str(one.location))
        for one in report(FILES, head).findings
        if one.status.value == "introduced"
    ]
    assert ("dangling-reference", "chat@chat_gpu", "embedding", "graphs/chat_gpu.yaml:10:110") in found
    assert [one for one in found if one[0] == "dangling-reference"] == found[:1]


def test_line_ends_and_dropped_secrets_are_no_change() -> None:
    head = PLAIN.replace(", HF_TOKEN: http://tei", "").replace("\n", "\r\n")
    assert report(FILES, {"graphs/chat_cpu.yaml": head}).changes == ()


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        HEAD.replace("spec:\n  nodes:\n", "spec: []\n"),
        HEAD
        + "    root: {routerType: Sequence, steps: [1, {name: [a]}, {name: a, internalService: 3}, {nodeName: root}]}\n",
        HEAD + "    root: {routerType: Sequence, steps: [{nodeName: a}]}\n    a: {steps: [{nodeName: root}]}\n",
        HEAD.replace("kind: GMConnector", "kind: Other"),
    ],
)
def test_other_shapes_give_nothing_and_are_no_error(text: str) -> None:
    found = loaded({"a.yaml": text})
    assert found.problems == ()
    assert [one for one in found.claims if one.element != "graph:"] == []


def values(files: dict[str, str]) -> dict[str, Value | Unknown]:
    return {one.label: len(one.nodes) for one in resolve(loaded(files).claims)}


def test_each_file_and_document_is_a_variant() -> None:
    assert values({**FILES, "graphs/other.yaml": f"{PLAIN}---\n{PLAIN}"}) == {
        "chat@chat_cpu": 5,
        "chat@other": 5,
        "chat@other#2": 5,
    }
