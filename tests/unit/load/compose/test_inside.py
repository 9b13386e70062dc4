"""Nodes that run inside of a service: an embedder in the application's process, its own index."""

from tests.snapshots import found as findings
from tests.unit.load.compose.stacks import edges, loaded, nodes, place, report, told

WEBUI = """\
services:
  ollama: {image: "ollama/ollama:0.12.3"}
  open-webui:
    image: ghcr.io/open-webui/open-webui:v0.6.30
    environment:
      OLLAMA_BASE_URL: http://ollama:11434
      RAG_EMBEDDING_MODEL: sentence-transformers/all-mpnet-base-v2
      RAG_TOP_K: 5
    volumes: ["webui:/app/backend/data"]
  postgres: {image: "postgres:16"}
"""
APP = """\
services:
  app:
    build: .
    env_file: [.env]
    environment: {QDRANT_URL: "http://qdrant:6333"}
  web: {build: ./web, env_file: [.env]}
  qdrant: {image: "qdrant/qdrant:v1.15.0", volumes: ["./data:/qdrant/storage"]}
  db: {image: "postgres:16", env_file: [.env]}
"""
ENV = """\
EMBEDDING_MODEL=text-embedding-3-small
EMBEDDING_DIM=1536
LLM_MODEL=gpt-4o-2024-11-20
QDRANT_COLLECTION=papers
"""
FILES = {"compose.yaml": APP, ".env": ENV}


def test_open_webui_embeds_and_keeps_its_index_itself() -> None:
    files = {"compose.yaml": WEBUI}
    assert nodes(files) == {"ollama", "open-webui", "open-webui/embedding", "open-webui/store"}
    assert told(files, "node:open-webui/embedding") == {
        "role": "embedder",
        "outputs.vector.type": "embedding",
        "model.id": "sentence-transformers/all-mpnet-base-v2",
    }
    assert told(files, "node:open-webui/store") == {
        "role": "vectorStore",
        "inputs.query.type": "embedding",
        "store.rebuild": "manual",
        "outputs.documents.maxItems": 5,
    }
    assert ("open-webui/embedding.vector", "open-webui/store.query") in edges(files)


def test_another_embedder_over_the_index_that_stays_breaks() -> None:
    """As users report it: open-webui issue 11279."""
    base = {"compose.yaml": WEBUI}
    head = {"compose.yaml": WEBUI.replace("all-mpnet-base-v2", "all-MiniLM-L6-v2")}
    assert ("embedding-space-changed", "open-webui/embedding", "introduced", "breaking") in set(
        findings(report(base, head))
    )


def test_where_an_address_is_set_nothing_runs_inside() -> None:
    files = {
        "compose.yaml": WEBUI.replace(
            "      RAG_TOP_K: 5\n", "      RAG_TOP_K: 5\n      RAG_OLLAMA_BASE_URL: http://ollama:11434\n"
        )
    }
    assert "open-webui/embedding" not in nodes(files)


def test_an_application_with_hosted_models() -> None:
    assert nodes(FILES) == {"app", "app/embedding", "app/llm", "qdrant"}
    assert {one for one in edges(FILES) if "qdrant" in one[1]} == {
        ("app.QDRANT_URL", "qdrant"),
        ("app/embedding.vector", "qdrant.query"),
    }
    assert told(FILES, "node:qdrant")["inputs.query.dimension"] == 1536
    assert told(FILES, "node:qdrant")["store.collection"] == "papers"


def test_who_only_shares_the_file_of_variables_is_no_application() -> None:
    assert loaded(FILES).notes == ("Compose services that serve no model and call none are left out: web, db",)


def test_a_wider_model_over_an_index_that_stays() -> None:
    head = {**FILES, ".env": ENV.replace("3-small", "3-large")}
    told = {(one[0], one[1], one[3]) for one in findings(report(FILES, head)) if one[2] == "introduced"}
    assert ("embedding-space-changed", "app/embedding", "breaking") in told


def test_a_model_server_of_the_stack_is_the_embedder() -> None:
    text = APP.replace('QDRANT_URL: "http', 'EMBEDDING_URL: "http://tei:80", QDRANT_URL: "http')
    text += (
        '  tei: {image: "ghcr.io/huggingface/text-embeddings-inference:cpu-1.7", command: --model-id acme/embed-v1}\n'
    )
    assert nodes({**FILES, "compose.yaml": text}) == {"app", "app/llm", "qdrant", "tei"}


def test_one_setting_of_a_common_name_makes_no_application() -> None:
    text = "services:\n  app: {build: ., environment: {LLM_MODEL: gpt-4o}}\n"
    assert loaded({"compose.yaml": text}).claims == ()


CODE = """\
import os
EMBEDDING_MODEL = os.getenv("EMBEDDING_MODEL", "text-embedding-3-small")
EMBEDDING_DIM = int(os.getenv("EMBEDDING_DIM", "1536"))
"""
PLAIN = {
    "compose.yaml": APP.replace("    build: .\n    env_file: [.env]\n", "    build: ./api\n"),
    "api/src/config.py": CODE,
    "tools/config.py": CODE.replace("1536", "7"),
}


def test_a_default_in_code_counts_where_nothing_else_sets_the_variable() -> None:
    assert nodes(PLAIN) == {"app", "app/embedding", "qdrant"}
    assert told(PLAIN, "node:qdrant")["inputs.query.dimension"] == 1536
    assert place(PLAIN, "node:qdrant", "inputs.query.dimension") == "api/src/config.py:3:48"
    text = PLAIN["compose.yaml"].replace('{QDRANT_URL: "', '{EMBEDDING_DIM: 1024, QDRANT_URL: "')
    assert told({**PLAIN, "compose.yaml": text}, "node:qdrant")["inputs.query.dimension"] == 1024


def test_defaults_that_differ_say_nothing() -> None:
    files = {**PLAIN, "api/old/settings.py": CODE.replace("1536", "768")}
    assert "inputs.query.dimension" not in told(files, "node:qdrant")


def test_another_default_in_code_over_an_index_that_stays() -> None:
    head = {**PLAIN, "api/src/config.py": CODE.replace("3-small", "3-large").replace("1536", "3072")}
    told = {(one[0], one[1], one[3]) for one in findings(report(PLAIN, head)) if one[2] == "introduced"}
    assert ("embedding-space-changed", "app/embedding", "breaking") in told
    assert not any(one[0] == "embedding-dimension-mismatch" for one in told)


def test_a_module_that_came_is_seen() -> None:
    base = {name: text for name, text in PLAIN.items() if not name.startswith("api")}
    told = {one.change.kind for one in report(base, PLAIN).changes}
    assert "node.added" in told


def test_what_asks_a_gateway_runs_nothing_inside() -> None:
    config = "model_list:\n- {model_name: embed, litellm_params: {model: openai/text-embedding-3-small}}\n"
    text = """\
services:
  app: {build: ., environment: {EMBEDDING_MODEL: embed, LLM_MODEL: chat, OPENAI_BASE_URL: "http://litellm:4000"}}
  litellm: {image: "ghcr.io/berriai/litellm:v1.80", volumes: ["./config.yaml:/app/config.yaml"]}
"""
    assert nodes({"compose.yaml": text, "config.yaml": config}) == {"app", "litellm", "embed"}
