"""Which files are one stack, and what it is called."""

import pytest

from msdiff.load.compose.naming import is_compose_name, is_script, is_variables, stack_name, variant_of
from tests.unit.load.compose.stacks import SERVED, graphs, loaded, nodes, told

EMBEDDER = (
    "  embedder: {image: ghcr.io/huggingface/text-embeddings-inference:cpu-1.7, command: --model-id acme/embed-v1}\n"
)
APP = "  app: {build: ., environment: {EMBEDDING_URL: 'http://embedder:80'}}\n"


@pytest.mark.parametrize(
    ("path", "yes"),
    [
        ("compose.yaml", True),
        ("a/docker-compose.yml", True),
        ("docker-compose-rag-server.yaml", True),
        ("podman-compose.yml", True),
        ("compose_milvus.yaml", True),
        ("compose.override.yml", True),
        ("nims.yaml", False),
        ("compose.json", False),
        ("composer.yaml", False),
    ],
)
def test_names_of_compose_files(path: str, yes: bool) -> None:
    assert is_compose_name(path) is yes


def test_names_of_variables() -> None:
    assert [is_variables(one) for one in (".env", "a/.env_library", ".env.prod", "nvdev.env", "env.py")] == [
        True
    ] * 4 + [False]
    assert [is_script(one) for one in ("set_env.sh", "a/env.sh", "build.sh")] == [True, True, False]


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("", ("compose", "")),
        ("deploy/compose", ("deploy/compose", "")),
        ("deploy/workbench", ("workbench", "")),
        ("ChatQnA/docker_compose/amd/cpu/epyc", ("ChatQnA", "amd/cpu/epyc")),
        ("app/gpu", ("app", "gpu")),
    ],
)
def test_the_name_of_a_stack(folder: str, name: tuple[str, str]) -> None:
    assert stack_name(folder) == name


def test_the_variant_of_a_file() -> None:
    names = ("compose_milvus.yaml", "docker-compose.gpu.yml", "nims.yaml", "dev.compose.yaml")
    assert [variant_of(one) for one in names] == ["milvus", "gpu", "nims", "dev"]


def test_files_of_a_folder_that_share_no_service_are_one_stack() -> None:
    files = {"deploy/docker-compose-app.yaml": f"services:\n{APP}", "deploy/nims.yaml": f"services:\n{EMBEDDER}"}
    assert graphs(files) == {"deploy": {"app", "embedder"}}


def test_the_override_always_counts() -> None:
    files = {
        "compose.yaml": f"services:\n{APP}{EMBEDDER}",
        "compose.override.yaml": "services: {embedder: {command: --model-id acme/embed-v2}}",
    }
    assert told(files, "node:embedder")["model.id"] == "acme/embed-v2"
    assert list(graphs(files)) == ["compose"]


def test_an_overlay_is_a_variant_beside_the_base() -> None:
    files = {
        "a/compose.yaml": f"services:\n{APP}{EMBEDDER}",
        "a/compose.gpu.yaml": "services: {embedder: {command: [--model-id, acme/embed-v2]}}",
    }
    found = {one.graph.label: one.value for one in loaded(files).claims if one.attribute == "model.id"}
    assert found == {"a": "acme/embed-v1", "a@gpu": "acme/embed-v2"}


def test_a_file_that_defines_the_same_services_anew_stands_alone() -> None:
    files = {"a/compose.yaml": f"services:\n{APP}{EMBEDDER}", "a/compose_small.yaml": f"services:\n{EMBEDDER}"}
    assert graphs(files) == {"a": {"app", "embedder"}, "a@small": {"embedder"}}


def test_machines_are_variants_and_equal_names_are_told_apart_by_folder() -> None:
    text = f"services:\n{APP}{EMBEDDER}"
    assert set(graphs({"a/cpu/compose.yaml": text, "a/gpu/compose.yaml": text})) == {"a@cpu", "a@gpu"}
    assert set(graphs({"x/a/compose.yaml": text, "y/a/compose.yaml": text})) == {"x/a", "y/a"}


def test_the_name_that_the_file_gives() -> None:
    assert list(graphs({"a/compose.yaml": f"name: shop\nservices:\n{APP}{EMBEDDER}"})) == ["shop"]


def test_extends_within_a_file_and_from_another() -> None:
    files = {
        "a/compose.yaml": """\
services:
  app: {build: ., environment: {EMBEDDING_URL: "http://embedder:80"}}
  embedder:
    extends: {file: ../common/base.yaml, service: tei}
    environment: {MODEL_ID: acme/embed-v2}
""",
        "common/base.yaml": """\
services:
  tei:
    extends: bare
    environment: [MODEL_ID=acme/embed-v1, REVISION=abc]
  bare:
    image: ghcr.io/huggingface/text-embeddings-inference:cpu-1.7
""",
    }
    said = {
        one.attribute: one.value
        for one in loaded(files).claims
        if one.graph.label == "a" and one.element == "node:embedder"
    }
    assert (said["model.id"], said["model.revision"]) == ("acme/embed-v2", "abc")


def test_a_circle_of_extends_ends() -> None:
    text = "services:\n  a: {extends: b, image: vllm/vllm-openai:v1}\n  b: {extends: a}\n"
    found = loaded({"compose.yaml": text})
    assert found.problems == ()


def test_include_brings_services_and_a_missing_file_leaves_the_stack_open() -> None:
    files = {
        "a/compose.yaml": "include: [../models/compose.yaml, ../none/compose.yaml]\nservices:\n"
        f"{APP}  web: {{build: ., environment: {{LLM_URL: 'http://llm:80'}}}}\n",
        "models/compose.yaml": f"services:\n{EMBEDDER}",
    }
    assert graphs(files)["a"] == {"app", "embedder", "llm", "web"}
    assert loaded(files).notes == ("a/compose.yaml includes ../none/compose.yaml, not there",)


def test_profiles_make_services_optional() -> None:
    def standby(profiles: str) -> object:
        text = SERVED.replace("  embedder:\n", f"  embedder:\n    profiles: {profiles}\n")
        return told({"compose.yaml": text}, "node:embedder").get("standby")

    assert [standby('["", rag]'), standby("[rag]")] == [None, True]


def test_tags_of_compose_are_no_problems() -> None:
    files = {
        "compose.yaml": f"services:\n{APP}{EMBEDDER}",
        "compose.override.yaml": "services:\n  app: !reset null\n  embedder: {command: !override [--model-id, acme/embed-v3]}\n",
    }
    assert loaded(files).problems == ()
    assert nodes(files) == {"embedder"}


def test_a_broken_compose_file_is_an_error_and_a_template_is_not() -> None:
    broken = "services:\n  a: {image: vllm/vllm-openai\n  b:\n"
    assert [str(one.location) for one in loaded({"compose.yaml": broken}).problems] == ["compose.yaml:3:4"]
    assert loaded({"other.yaml": broken}).problems == ()
    assert loaded({"compose.yaml": broken + "{% if x %}"}).problems == ()
    assert loaded({"docker-compose.template.yaml": broken}).problems == ()
    assert [str(one.hint) for one in loaded({"compose.yaml": broken}).problems] == [
        "separate entries by `, ` and close the map with `}`; or leave the file out: `sources.exclude` in msdiff.yaml"
    ]


def test_a_repository_without_models_has_no_graph() -> None:
    files = {
        "compose.yaml": "services:\n  web: {image: nginx:1.29}\n  db: {image: postgres:17}\n  cache: {image: redis:8}\n"
    }
    found = loaded(files)
    assert (found.claims, found.files) == ((), ())
    assert found.skipped == (
        ("compose.yaml", "it is part of a Compose stack that serves no model, or a template of one"),
    )


def test_values_of_a_chart_are_no_stack() -> None:
    assert loaded({"values.yaml": "services:\n  web: {port: 80}\n  llm: {image: vllm/vllm-openai}\n"}).claims == ()
    assert loaded({"values.yaml": "services:\n  enabled: true\n  llm: {image: vllm/vllm-openai}\n"}).claims == ()
