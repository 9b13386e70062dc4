"""Flags and variables of serving engines, each spelled as its users spell it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msdiff.load.serving import Served, Tables, Word, served, tables_of, words_of
from msdiff.load.serving.served import split_image
from msdiff.model.location import Location
from msdiff.model.values import Unknown, Value
from tests.snapshots import built_in_rules

HERE = Location("compose.yaml", 1, 1, "compose")


def tables() -> Tables:
    found = built_in_rules().serving
    assert found is not None
    return tables_of(found)


def of(image: str, command: str = "", **env: str) -> Served | None:
    words = tuple(Word(one, HERE) for one in words_of(command))
    return served(Word(image, HERE), words, {name: Word(value, HERE) for name, value in env.items()}, tables())


def said(image: str, command: str = "", **env: str) -> dict[str, Value | Unknown]:
    found = of(image, command, **env)
    assert found is not None
    return {"role": found.role, **{one.attribute: one.value for one in found.said}}


VLLM = "vllm/vllm-openai:v0.10.1"
CASES: list[tuple[str, str, dict[str, str], dict[str, Any]]] = [
    (
        VLLM,
        "--model acme/answer --max-model-len 32k -tp 2 --dtype=bfloat16 --port 8000",
        {},
        {
            "model.id": "acme/answer",
            "engine.maxModelLen": 32000,
            "engine.tensorParallel": 2,
            "model.precision": "bf16",
            "endpoint.port": 8000,
            "role": "generator",
        },
    ),
    (
        VLLM,
        "serve acme/answer --served_model_name a b --max_model_len=16K --quantization awq --dtype auto",
        {},
        {
            "model.id": "acme/answer",
            "model.servedNames": ("a", "b"),
            "engine.maxModelLen": 16384,
            "model.precision": "int4",
        },
    ),
    (
        VLLM,
        "--model acme/embed-v1 --task embed --max-num-seqs 64 --gpu-memory-utilization 0.8",
        {},
        {"role": "embedder", "engine.maxNumSeqs": 64, "engine.gpuMemoryUtilization": 0.8},
    ),
    (
        "acme/own:1",
        "python3 -m vllm.entrypoints.openai.api_server --model acme/answer "
        "--enable-auto-tool-choice --tool-call-parser hermes --reasoning-parser r1",
        {},
        {
            "engine.name": "vllm",
            "engine.autoToolChoice": True,
            "engine.toolCallParser": "hermes",
            "reasoning.parser": "r1",
        },
    ),
    (
        "ghcr.io/huggingface/text-generation-inference:3.3.4",
        "--model-id acme/answer --max-input-length 2048 --max-total-tokens 4096 --num-shard 4 --quantize fp8",
        {},
        {
            "model.id": "acme/answer",
            "inputs.text.maxTokens": 2048,
            "engine.maxModelLen": 4096,
            "engine.tensorParallel": 4,
            "model.precision": "fp8",
        },
    ),
    (
        "ghcr.io/huggingface/text-generation-inference",
        "",
        {"MODEL_ID": "acme/answer", "MAX_INPUT_TOKENS": "1000", "PORT": "8080"},
        {"model.id": "acme/answer", "inputs.text.maxTokens": 1000, "endpoint.port": 8080},
    ),
    (
        "ghcr.io/huggingface/text-embeddings-inference:cpu-1.7",
        "--model-id BAAI/bge-reranker-base --auto-truncate --max-concurrent-requests 512",
        {},
        {"role": "reranker", "inputs.text.overflow": "truncate", "capacity.maxConcurrency": 512},
    ),
    (
        "ghcr.io/huggingface/text-embeddings-inference:cpu-1.7",
        "--model-id BAAI/bge-m3 --revision abc --pooling cls",
        {},
        {
            "role": "embedder",
            "model.revision": "abc",
            "outputs.vector.pooling": "cls",
            "outputs.vector.type": "embedding",
        },
    ),
    (
        "lmsysorg/sglang:v0.5",
        "python3 -m sglang.launch_server --model-path acme/answer --context-length 65536 --tp 8 --kv-cache-dtype fp8_e5m2",
        {},
        {
            "engine.name": "sglang",
            "model.id": "acme/answer",
            "engine.maxModelLen": 65536,
            "engine.tensorParallel": 8,
            "engine.kvCachePrecision": "fp8",
        },
    ),
    (
        "nvcr.io/nim/nvidia/llama-3.2-nv-embedqa-1b-v2:1.10.0",
        "",
        {},
        {"role": "embedder", "model.id": "llama-3.2-nv-embedqa-1b-v2"},
    ),
    (
        "nvcr.io/nim/meta/llama-3.1-8b-instruct:1.8",
        "",
        {"NIM_MAX_MODEL_LEN": "8192", "NIM_SERVED_MODEL_NAME": "chat"},
        {
            "role": "generator",
            "model.id": "llama-3.1-8b-instruct",
            "engine.maxModelLen": 8192,
            "model.servedNames": ("chat",),
        },
    ),
    (
        "ollama/ollama:0.12.3",
        "",
        {"OLLAMA_CONTEXT_LENGTH": "8192", "OLLAMA_NUM_PARALLEL": "4"},
        {"role": "generator", "engine.name": "ollama", "engine.maxModelLen": 8192, "capacity.maxConcurrency": 4},
    ),
    (
        "ghcr.io/ggml-org/llama.cpp:server",
        "-hf acme/answer-GGUF:Q4_K_M -c 8192 -np 2 --port 8080",
        {},
        {
            "engine.name": "llama.cpp",
            "model.id": "acme/answer-GGUF:Q4_K_M",
            "engine.maxModelLen": 8192,
            "capacity.maxConcurrency": 2,
            "endpoint.port": 8080,
        },
    ),
    (
        "michaelf34/infinity:0.0.77",
        "v2 --model-id acme/embed-v1 --port 7997",
        {},
        {"role": "embedder", "model.id": "acme/embed-v1", "endpoint.port": 7997},
    ),
    (
        "michaelf34/infinity:0.0.77",
        "",
        {"INFINITY_MODEL_ID": "acme/embed-v1;acme/rank-v1"},
        {"model.id": "acme/embed-v1"},
    ),
    (
        "nvcr.io/nvidia/tritonserver:25.08-py3",
        "tritonserver --model-repository=/models",
        {},
        {"role": "model", "model.uri": "/models"},
    ),
    ("qdrant/qdrant:v1.15", "", {}, {"role": "vectorStore", "store.engine": "qdrant"}),
    ("pgvector/pgvector:pg17", "", {}, {"role": "vectorStore", "store.engine": "pgvector"}),
]


@pytest.mark.parametrize(("image", "command", "env", "expected"), CASES)
def test_engines(image: str, command: str, env: dict[str, str], expected: dict[str, Any]) -> None:
    found = said(image, command, **env)
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize("image", ["nginx:1.29", "postgres:17", "acme/app", ""])
def test_what_serves_no_model(image: str) -> None:
    assert of(image, "run --model fast --port 80") is None


def test_a_shell_line() -> None:
    assert words_of("bash -c 'vllm serve a --port 1 && sleep 1'") == ("bash", "-c", "vllm serve a --port 1 && sleep 1")
    assert words_of("vllm serve a;sleep 1") == ("vllm", "serve", "a", ";", "sleep", "1")
    assert words_of('--a "b c" \\\n  --d ${E:-f g}') == ("--a", "b c", "--d", "${E:-f g}")


def test_a_flag_with_an_unknown_value() -> None:
    words = (Word("--model", HERE), Word("", HERE, ("LLM",)), Word("--port", HERE), Word("80", HERE))
    found = served(Word(VLLM, HERE), words, {}, tables())
    assert found is not None
    told = {one.attribute: one.value for one in found.said}
    assert (told["model.id"], told["endpoint.port"]) == (Unknown("nothing sets LLM"), 80)


def test_the_name_of_the_variable_tells_the_role() -> None:
    words = (Word("--model-id", HERE), Word("", HERE, ("RERANK_MODEL_ID",)))
    found = served(Word("ghcr.io/huggingface/text-embeddings-inference:cpu-1.7", HERE), words, {}, tables())
    assert found is not None
    assert found.role == "reranker"


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("a/b:1", ("a/b", "1")),
        ("host:5000/a/b", ("host:5000/a/b", "")),
        ("a@sha256:0", ("a", "sha256:0")),
        ("a:1@sha256:0", ("a", "sha256:0")),
    ],
)
def test_images(image: str, parts: tuple[str, str]) -> None:
    assert split_image(image) == parts


def test_every_fact_of_a_flag_is_known_or_a_role() -> None:
    known = tables()
    catalogue = built_in_rules().catalogue
    for engine in known.engines:
        for fact in (*engine.flags.values(), *engine.env.values()):
            assert fact in known.facts or fact in ("embeds", "reranks", "task"), fact
    for row in known.facts.values():
        assert catalogue.lookup(row["attribute"]) is not None, row


@given(st.lists(st.text(alphabet="-=abm:_ 1k\"'${}", max_size=12), max_size=8))
def test_any_command_line_is_read(words: list[str]) -> None:
    command = " ".join(words)
    assert of(VLLM, command) is not None
