"""Services become nodes, addresses become edges, each with the place that states it."""

import pytest

from msdiff.model.values import Unknown
from tests.unit.load.compose.stacks import SERVED, edges, loaded, nodes, place, told

STACK = {"compose.yaml": SERVED}
OVER = "app.EMBEDDING_URL"


def test_the_graph_of_a_small_stack() -> None:
    assert nodes(STACK) == {"app", "embedder", "store"}
    assert edges(STACK) == {
        ("app.EMBEDDING_URL", "embedder"),
        ("app.VECTOR_URL", "store"),
        ("embedder.vector", "store.query"),
    }
    assert told(STACK, "node:embedder") == {
        "image": "ghcr.io/huggingface/text-embeddings-inference:cpu-1.7",
        "role": "embedder",
        "model.id": "acme/embed-v1",
        "endpoint.port": 80,
        "engine.name": "tei",
        "outputs.vector.type": "embedding",
    }
    assert told(STACK, "node:store") == {
        "image": "qdrant/qdrant:v1.15.0",
        "role": "vectorStore",
        "store.engine": "qdrant",
        "store.rebuild": "manual",
        "inputs.query.type": "embedding",
    }
    assert told(STACK, "edge:0") == {"edge.kind": "call", "edge.endpoint.port": 80, "edge.model": "acme/embed-v1"}


def test_what_is_left_out_is_one_line() -> None:
    assert loaded(STACK).notes == ("Compose services that serve no model and call none are left out: mail",)


def test_places() -> None:
    assert place(STACK, "node:embedder", "model.id") == "compose.yaml:10:25"
    assert place(STACK, "node:store", "store.rebuild") == "compose.yaml:13:15"
    assert place(STACK, "edge:0", "edge.model") == "compose.yaml:6:24"


def test_a_value_from_a_file_of_variables_stands_there() -> None:
    text = SERVED.replace("--model-id acme/embed-v1", "--model-id ${EMBED:-acme/embed-v1}")
    assert place({"compose.yaml": text}, "node:embedder", "model.id") == "compose.yaml:10:25"
    files = {"compose.yaml": text, ".env": "# models\nexport EMBED=acme/embed-v2\n"}
    assert told(files, "node:embedder")["model.id"] == "acme/embed-v2"
    assert place(files, "node:embedder", "model.id") == ".env:2:14"


def test_a_value_that_nothing_sets_is_unknown_by_its_name() -> None:
    text = SERVED.replace("--model-id acme/embed-v1", "--model-id ${EMBED}")
    assert told({"compose.yaml": text}, "node:embedder")["model.id"] == Unknown("nothing sets EMBED")


def test_variables_of_the_script_beside_the_stack() -> None:
    files = {
        "app/docker/compose.yaml": SERVED.replace("--model-id acme/embed-v1", "--model-id $EMBED"),
        "app/set_env.sh": 'export EMBED="acme/embed-v3"\n',
    }
    assert told(files, "node:embedder")["model.id"] == "acme/embed-v3"
    assert place(files, "node:embedder", "model.id") == "app/set_env.sh:1:14"


def test_env_file_in_its_forms() -> None:
    for form in ("app.env", "[app.env]", "[{path: app.env, required: false}]"):
        text = SERVED.replace(
            "    environment:\n      EMBEDDING_URL: http://embedder:80\n", f"    env_file: {form}\n    environment:\n"
        )
        files = {"a/compose.yaml": text, "a/app.env": "EMBEDDING_URL=http://embedder:80\n"}
        assert (OVER, "embedder") in edges(files)
        assert place(files, "edge:0", "edge.kind") == "a/app.env:1:15"


@pytest.mark.parametrize(
    ("setting", "edge"),
    [
        ("EMBEDDING_URL: embedder:80", (OVER, "embedder")),
        ("EMBEDDING_URL: \"'embedder:80/v1'\"", (OVER, "embedder")),
        ("EMBEDDING_URL: grpc://embedder:80", (OVER, "embedder")),
        ("EMBEDDING_URL: ${URL:-http://embedder:80}", (OVER, "embedder")),
        ("EMBEDDING_HOST: embedder", ("app.EMBEDDING_HOST", "embedder")),
        ("NODES: http://embedder:80,http://other.example.com", ("app.NODES", "embedder")),
        ("EMBEDDING_URL: http://tei.internal-name:80", None),
        ("EMBEDDING_URL: http://container-name:80", (OVER, "embedder")),
        ("EMBEDDING_URL: http://alias:80", (OVER, "embedder")),
        ("EMBEDDING_URL: http://host.docker.internal:6006", (OVER, "embedder")),
        ("EMBEDDING_URL: http://${host_ip}:6006", (OVER, "embedder")),
        ("PASSAGE: embedder", ("app.EMBEDDING_MODEL", "embedder")),  # the setting says nothing, but one server has the model
    ],
)  # fmt: skip
def test_addresses(setting: str, edge: tuple[str, str] | None) -> None:
    text = SERVED.replace("EMBEDDING_URL: http://embedder:80", setting).replace(
        "  embedder:\n",
        "  embedder:\n    container_name: container-name\n    ports: ['6006:80']\n    networks: {default: {aliases: [alias]}}\n",
    )
    found = {one for one in edges({"compose.yaml": text}) if one[1] == "embedder"}
    assert found == ({edge} if edge else set())


def test_host_and_port_in_two_variables() -> None:
    text = SERVED.replace(
        "EMBEDDING_URL: http://embedder:80", "EMBED_SERVER_HOST_IP: embedder\n      EMBED_SERVER_PORT: ${PORT:-8080}"
    )
    assert told({"compose.yaml": text}, "edge:0")["edge.endpoint.port"] == 8080


def test_both_forms_of_environment() -> None:
    listed = (
        SERVED.replace("      EMBEDDING_URL: http", "      - EMBEDDING_URL=http")
        .replace("      EMBEDDING_MODEL: ", "      - EMBEDDING_MODEL=")
        .replace("      VECTOR_URL: ", "      - VECTOR_URL=")
    )
    assert edges({"compose.yaml": listed}) == edges(STACK)


def test_addresses_on_the_command_line() -> None:
    text = SERVED.replace(
        "    build: .\n", "    build: .\n    command: serve --embedder-url http://embedder:80 --level info\n"
    ).replace("      EMBEDDING_URL: http://embedder:80\n", "")
    assert ("app.embedder-url", "embedder") in edges({"compose.yaml": text})


def test_depends_on_counts_where_no_address_is_written() -> None:
    text = SERVED.replace("      EMBEDDING_URL: http://embedder:80\n", "").replace(
        "    build: .\n",
        "    build: .\n    depends_on: {embedder: {condition: service_healthy}, mail: {condition: service_started}}\n",
    )
    assert ("app.depends_on", "embedder") in edges({"compose.yaml": text})
    assert "mail" not in nodes({"compose.yaml": text})


def test_a_host_that_is_no_service_dangles() -> None:
    text = SERVED.replace("http://embedder:80", "http://embeder:80")
    claims = loaded({"compose.yaml": text}).claims
    assert (OVER, "embeder") in {one.value for one in claims}
    assert "node:embeder" not in {one.element for one in claims}


def test_a_network_from_outside_may_hold_the_host() -> None:
    text = SERVED.replace("http://embedder:80", "http://embeder:80") + "networks: {default: {external: true}}\n"
    claims = loaded({"compose.yaml": text}).claims
    assert "node:embeder" in {one.element for one in claims}


def test_a_server_outside_the_repository() -> None:
    text = SERVED.replace("EMBEDDING_URL: http://embedder:80", "LLM_URL: https://api.example.com/v1")
    assert told({"compose.yaml": text}, "node:api.example.com") == {"role": "generator", "endpoint.external": True}


def test_ordinary_addresses_make_no_nodes() -> None:
    text = SERVED.replace(
        "      VECTOR_URL",
        "      OTEL_ENDPOINT: http://collector.example.com:4317\n      SMTP_HOST: mail\n      VECTOR_URL",
    )
    assert nodes({"compose.yaml": text}) == {"app", "embedder", "store"}


def test_callers_of_callers_belong_to_the_graph() -> None:
    text = SERVED.replace("  mail:\n", "  web: {image: acme/web, environment: [APP_URL=http://app:8080]}\n  mail:\n")
    assert ("web.APP_URL", "app") in edges({"compose.yaml": text})


def test_models_in_short_and_long_form() -> None:
    files = {
        "compose.yaml": """\
services:
  chat: {build: ., models: [llm]}
  search:
    build: .
    environment: {EMBED_MODEL: acme/embed-v1}
    models: {embed: {endpoint_var: EMBED_URL, model_var: EMBED_MODEL}}
models:
  llm: {model: ai/qwen3:4B, context_size: 16384, runtime_flags: [--parallel, "4", --temp, "0.1"]}
  embed: {model: ai/embed-v1}
"""
    }
    assert edges(files) == {("chat.llm", "llm"), ("search.EMBED_URL", "embed")}
    assert told(files, "node:llm") == {
        "role": "generator",
        "model.id": "ai/qwen3:4B",
        "engine.maxModelLen": 16384,
        "capacity.maxConcurrency": 4,
    }
    assert told(files, "node:embed") == {
        "role": "embedder",
        "model.id": "ai/embed-v1",
        "outputs.vector.type": "embedding",
    }


def test_anchors_and_merge_keys() -> None:
    text = SERVED.replace("services:\n", "x-common: &common\n  EMBEDDING_URL: http://embedder:80\nservices:\n").replace(
        "      EMBEDDING_URL: http://embedder:80\n", "      <<: *common\n"
    )
    assert (OVER, "embedder") in edges({"compose.yaml": text})
    assert place({"compose.yaml": text}, "edge:1", "edge.kind") in ("compose.yaml:2:18", "compose.yaml:10:19")


def test_a_redis_without_an_index_is_no_vector_store() -> None:
    text = SERVED.replace("  mail:\n", "  redis: {image: 'redis/redis-stack:7.2.0'}\n  mail:\n").replace(
        "      VECTOR_URL", "      REDIS_URL: redis://redis:6379\n      VECTOR_URL"
    )
    assert "redis" not in nodes({"compose.yaml": text})
    assert "redis" in nodes(
        {"compose.yaml": text.replace("      VECTOR_URL", "      INDEX_NAME: docs\n      VECTOR_URL")}
    )


SHARED = """\
services:
  app: {build: ., env_file: all.env}
  embedder: {image: "ghcr.io/huggingface/text-embeddings-inference:cpu-1.7", command: --model-id acme/embed-v1, env_file: all.env}
  store: {image: "qdrant/qdrant:v1.15.0", env_file: all.env}
  db: {image: "mysql:8", env_file: all.env}
"""


def test_a_file_of_variables_that_all_share_makes_no_callers_of_servers() -> None:
    files = {
        "compose.yaml": SHARED,
        "all.env": "EMBED_URL=http://embedder:80\nSTORE_URL=http://store:6333\nOTHER_HOST=nobody\nOTHER_URL=http://none:1\n",
    }
    assert edges(files) == {
        ("app.EMBED_URL", "embedder"),
        ("app.STORE_URL", "store"),
        ("embedder.vector", "store.query"),
    }
    assert nodes(files) == {"app", "embedder", "store"}


def test_a_database_is_no_base_address() -> None:
    text = SERVED.replace("      VECTOR_URL", "      MYSQL_DATABASE: embedder\n      VECTOR_URL")
    assert ("app.MYSQL_DATABASE", "embedder") not in edges({"compose.yaml": text})


def test_a_database_whose_own_host_stands_in_the_shared_file_calls_nobody() -> None:
    text = """\
services:
  app: {image: acme/app, env_file: all.env}
  web: {build: web, env_file: all.env}
  objects: {image: acme/objects, env_file: all.env}
  embedder: {image: "ghcr.io/huggingface/text-embeddings-inference:cpu-1.7", command: --model-id acme/embed-v1, env_file: all.env}
  dashboard: {image: "kibana:9", env_file: all.env, depends_on: [embedder]}
"""
    files = {
        "compose.yaml": text,
        "all.env": "EMBED_HOST=embedder\nOBJECTS_HOST=objects\nWEB_HOST=web\nAPP_URL=http://app:8000\n",
    }
    assert edges(files) == {
        ("app.EMBED_HOST", "embedder"),
        ("app.WEB_HOST", "web"),
        ("web.EMBED_HOST", "embedder"),
        ("web.APP_URL", "app"),
    }


def test_services_that_share_a_host_are_all_called() -> None:
    text = """\
services:
  app: {build: ., environment: {OLLAMA_HOST: "ollama:11434"}}
  cpu: {image: "ollama/ollama:0.12.3", hostname: ollama, profiles: [cpu]}
  gpu: {image: "ollama/ollama:0.12.3", networks: {default: {aliases: [ollama]}}, profiles: [gpu]}
"""
    assert edges({"compose.yaml": text}) == {("app.OLLAMA_HOST", "cpu"), ("app.OLLAMA_HOST", "gpu")}


def test_a_script_that_starts_with_the_name_of_a_service_calls_nobody() -> None:
    text = """\
services:
  job: {image: acme/flow, command: ["-c", "flow import && flow run --server embedder"]}
  flow: {image: acme/flow, environment: {EMBEDDER_URL: "http://embedder"}}
  embedder: {image: "ghcr.io/huggingface/text-embeddings-inference:cpu-1.7", command: --model-id acme/embed-v1}
"""
    assert edges({"compose.yaml": text}) == {("job.server", "embedder"), ("flow.EMBEDDER_URL", "embedder")}


def test_a_store_that_embeds_by_itself_is_built_with_what_it_calls() -> None:
    text = """\
services:
  weaviate:
    image: cr.weaviate.io/semitechnologies/weaviate:1.32.0
    environment: {ENABLE_MODULES: text2vec-transformers, TRANSFORMERS_INFERENCE_API: "http://t2v:8080"}
  t2v: {image: "cr.weaviate.io/semitechnologies/transformers-inference:sentence-transformers-multi-qa-MiniLM-L6-cos-v1"}
"""
    files = {"compose.yaml": text}
    assert edges(files) == {("weaviate.TRANSFORMERS_INFERENCE_API", "t2v"), ("t2v.vector", "weaviate.query")}
    assert told(files, "node:weaviate")["store.builtWith.node"] == "t2v"
    said = told(files, "node:t2v")
    assert (said["role"], said["model.id"]) == ("embedder", "sentence-transformers/multi-qa-MiniLM-L6-cos-v1")


def test_where_somebody_listens_is_no_call() -> None:
    text = """\
services:
  objects: {image: acme/objects, command: server --console-address ":9001", environment: {LISTEN_ADDR: ":9001"}}
  speech: {image: "nvcr.io/nim/acme/speech:1", ports: ["9001:50051"]}
"""
    assert edges({"compose.yaml": text}) == set()


CALLERS = """\
services:
  app: {build: ., environment: {%s: "http://other:8000", DATABASE_URL: "postgres://db:5432"}}
  other: {build: other%s}
  db: {image: "postgres:17"}
"""


@pytest.mark.parametrize(
    ("setting", "role"),
    [
        ("EMBEDDING_SERVICE_URL", "embedder"),
        ("RERANKER_HOST", "reranker"),
        ("MODEL_SERVER_HOST", "model"),
        ("INFERENCE_URL", "model"),
        ("MODELER_URL", None),
        ("EMBED_PLAYER_URL", None),
        ("FRANKING_URL", None),
    ],
)
def test_a_server_that_only_a_setting_of_its_caller_makes_known(setting: str, role: str | None) -> None:
    files = {"compose.yaml": CALLERS % (setting, "")}
    assert nodes(files) == ({"app", "other"} if role else set())
    assert told(files, "node:other").get("role") == role


def test_who_calls_a_model_server_is_none_for_a_setting_alone() -> None:
    text = CALLERS % ("LLM_URL", ', environment: {OLLAMA_HOST: "ollama:11434"}')
    files = {"compose.yaml": text + '  ollama: {image: "ollama/ollama:0.12.3"}\n'}
    assert nodes(files) == {"app", "other", "ollama"}
    assert "role" not in told(files, "node:other")


NAMED = """\
services:
  app: {build: ., environment: {%s: %s, LLM_URL: "${LLM_URL}"}}
  one: {image: "vllm/vllm-openai:v0.10.1", command: --model acme/answer%s}
  two: {image: "ghcr.io/huggingface/text-embeddings-inference:cpu-1.7", command: --model-id acme/embed-v1}
"""


@pytest.mark.parametrize(
    ("key", "model", "more", "edge"),
    [
        ("LLM_MODEL", "acme/answer", "", ("app.LLM_MODEL", "one")),
        ("LLM_MODEL", "chat", " --served-model-name chat", ("app.LLM_MODEL", "one")),
        ("LLM_MODEL", "acme/answer", " --served-model-name chat", None),
        ("LLM_MODEL", "answer", "", None),
        ("EMBEDDING_MODEL", "acme/embed-v1", "", ("app.EMBEDDING_MODEL", "two")),
        ("RERANK_MODEL", "acme/embed-v1", "", None),
        ("TITLE", "acme/answer", "", None),
    ],
)
def test_a_model_that_one_server_has_is_asked_there(
    key: str, model: str, more: str, edge: tuple[str, str] | None
) -> None:
    assert calls(NAMED % (key, model, more)) == ({edge} if edge else set())


def test_a_model_joins_nobody_where_an_address_says_otherwise_or_two_have_it() -> None:
    text = NAMED % ("LLM_MODEL", "acme/answer", "")
    hosted = text.replace("${LLM_URL}", "https://api.example.com/v1")
    assert calls(hosted) == set()
    assert calls(text.replace("${LLM_URL}", "http://elsewhere.internal-name")) == set()
    two = text + '  three: {image: "vllm/vllm-openai:v0.10.1", command: --model acme/answer}\n'
    assert calls(two) == set()


def calls(text: str) -> set[tuple[str, str]]:
    """Calls of the servers of `NAMED`; what runs inside of a service is another matter."""
    return {one for one in edges({"compose.yaml": text}) if one[1] in ("one", "two", "three")}
