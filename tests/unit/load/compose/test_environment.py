"""Settings in the environment of services: what they say of the nodes that are called, and who else states them."""

import pytest

from msdiff.model.values import Unknown
from tests.snapshots import found as findings
from tests.unit.load.compose.stacks import loaded, report, told

STACK = """\
services:
  rag-server:
    image: nvcr.io/nvidia/blueprint/rag-server:2.6.0
    environment:
      APP_VECTORSTORE_URL: http://milvus:19530
      APP_EMBEDDINGS_SERVERURL: embedding:8000/v1
      APP_EMBEDDINGS_MODELNAME: acme/embed-v1
      APP_EMBEDDINGS_DIMENSIONS: ${APP_EMBEDDINGS_DIMENSIONS:-2048}
      COLLECTION_NAME: ${COLLECTION_NAME:-"papers"}
      VECTOR_DB_TOPK: 100
      APP_RANKING_SERVERURL: ranking:8000
      APP_RETRIEVER_TOPK: ${TOPK}
      APP_LLM_SERVERURL: ""
      APP_LLM_MODELNAME: acme/answer-v1
      LLM_MAX_TOKENS: 32768
      APP_EMBEDDINGS_APIKEY: not read
  embedding: {image: "nvcr.io/nim/acme/embed-v1:1.0"}
  ranking: {image: "nvcr.io/nim/acme/rerank-v1:1.0"}
  milvus: {image: "milvusdb/milvus:v2.6.0", volumes: ["./data:/var/lib/milvus"]}
"""
DEFAULTS = """\
class EmbeddingConfig(_ConfigBase):
    dimensions: int = Field(default=2048, env="APP_EMBEDDINGS_DIMENSIONS")
"""
SETTINGS = "vector_store: {}\nretriever: {}\nembeddings:\n  dimensions: 2048\n"
FILES = {
    "deploy/compose.yaml": STACK,
    "deploy/hosted.env": "export APP_EMBEDDINGS_DIMENSIONS=2048\n#APP_EMBEDDINGS_DIMENSIONS=2048\n",
    "src/rag/configuration.py": DEFAULTS,
    "notebooks/config.yaml": SETTINGS,
    "chart/values.yaml": 'envVars: {}\nenv:\n  APP_EMBEDDINGS_DIMENSIONS: "2048"\n',
}


def said(node: str, files: dict[str, str] | None = None) -> dict[str, object]:
    own = {"image", "role", "engine.name", "store.engine", "store.rebuild", "outputs.vector.type", "inputs.query.type"}
    return {name: value for name, value in told(files or FILES, f"node:{node}").items() if name not in own}


def test_settings_speak_of_the_nodes_that_are_called() -> None:
    assert said("embedding") == {"model.id": "embed-v1", "outputs.vector.dimension": 2048}
    assert said("milvus") == {
        "inputs.query.dimension": 2048,
        "store.collection": "papers",
        "outputs.documents.maxItems": 100,
    }
    assert said("ranking") == {"model.id": "rerank-v1", "outputs.documents.maxItems": Unknown("nothing sets TOPK")}


def test_a_node_that_is_not_called_is_not_spoken_of() -> None:
    nodes = {one.element for one in loaded(FILES).claims if one.attribute == "model.maxOutputTokens"}
    assert nodes == set()


def test_a_hosted_model_is_what_it_is_asked_for() -> None:
    hosted = {"compose.yaml": STACK.replace("embedding:8000/v1", "https://api.example.com/v1")}
    assert said("api.example.com", hosted)["model.id"] == "acme/embed-v1"


def test_two_models_at_one_address_are_no_one_model() -> None:
    text = STACK.replace("embedding:8000/v1", "https://api.example.com/v1")
    text = text.replace('APP_LLM_SERVERURL: ""', "APP_LLM_SERVERURL: https://api.example.com/v1")
    assert "model.id" not in said("api.example.com", {"compose.yaml": text})


def moved(*paths: str) -> dict[str, str]:
    return {path: text.replace("2048", "1024") if path in paths else text for path, text in FILES.items()}


def partial(head: dict[str, str]) -> list[tuple[str, list[str]]]:
    told = [one for one in report(FILES, head).findings if one.rule == "partial-update"]
    return [(one.message, [str(place.location) for place in one.related]) for one in told]


def test_a_width_changed_in_one_of_five_places() -> None:
    assert partial(moved("deploy/compose.yaml")) == [
        (
            "5 places state this fact, 1 changed from 2048 to 1024; still old: chart/values.yaml:3, deploy/hosted.env:1,"
            " notebooks/config.yaml:4 and 1 more.",
            [
                "chart/values.yaml:3:30",
                "deploy/hosted.env:1:34",
                "notebooks/config.yaml:4:15",
                "src/rag/configuration.py:2:37",
            ],
        )
    ]


def test_a_default_left_behind() -> None:
    (only,) = partial(moved(*FILES.keys() - {"src/rag/configuration.py"}))
    assert only[0] == "5 places state this fact, 4 changed from 2048 to 1024; still old: src/rag/configuration.py:2."


def test_a_fact_changed_everywhere_is_one_change() -> None:
    told = report(FILES, moved(*FILES))
    assert [one for one in findings(told) if one[0] == "partial-update"] == []


@pytest.mark.parametrize("path", sorted(FILES.keys() - {"deploy/compose.yaml"}))
def test_a_place_that_moved_back_is_no_change_of_the_graph(path: str) -> None:
    assert report(FILES, moved(path)).changes == ()


def test_another_number_of_the_same_value_is_no_place_of_the_fact() -> None:
    other = {**FILES, "deploy/other.env": "SHARED_BUFFERS=2048\nLLM_MAX_TOKENS=2048\n"}
    head = {**moved(*FILES), "deploy/other.env": other["deploy/other.env"]}
    assert [one for one in findings(report(other, head)) if one[0] == "partial-update"] == []


OPEA = """\
services:
  dataprep:
    image: opea/dataprep:1.5
    environment:
      REDIS_URL: redis://store:6379
      INDEX_NAME: papers
      TEI_ENDPOINT: http://tei:80
  retriever:
    image: opea/retriever:1.5
    environment:
      REDIS_URL: redis://store:6379
      INDEX_NAME: papers
      TEI_EMBEDDING_ENDPOINT: http://tei:80
  tei: {image: "ghcr.io/huggingface/text-embeddings-inference:cpu-1.7", command: --model-id acme/embed-v1}
  store: {image: "redis/redis-stack:7.2.0"}
"""


def test_an_index_renamed_for_its_writer_alone() -> None:
    base = {"compose.yaml": OPEA}
    assert said("store", base) == {"store.collection": "papers"}
    (told,) = [
        one
        for one in report(base, {"compose.yaml": OPEA.replace("papers", "notes", 1)}).findings
        if one.rule == "partial-update"
    ]
    assert told.message == ("2 places state this fact, 1 changed from papers to notes; still old: compose.yaml:12.")


def test_chunks_that_are_longer_than_the_embedder_reads() -> None:
    text = STACK.replace("COLLECTION_NAME:", "APP_NVINGEST_CHUNKSIZE: 512\n      COLLECTION_NAME:", 1)
    text = text.replace("nvcr.io/nim/acme/embed-v1:1.0", "nvcr.io/nim/nvidia/nv-embedqa-e5-v5:1.0")
    base = {"compose.yaml": text}
    assert told(base, "node:rag-server/chunker") == {
        "role": "chunker",
        "outputs.chunks.type": "text",
        "outputs.chunks.maxTokens": 512,
    }
    head = {"compose.yaml": text.replace("CHUNKSIZE: 512", "CHUNKSIZE: 1024")}
    rules = {(one[0], one[1], one[3]) for one in findings(report(base, head)) if one[2] == "introduced"}
    assert rules == {
        ("chunk-exceeds-embedder-input", "embedding", "risky"),
        ("chunker-config-changed", "rag-server/chunker", "risky"),
    }
