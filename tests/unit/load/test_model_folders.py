"""Model folders beside an application: what they say of the nodes that name them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from msdiff.load import load
from msdiff.model.finding import Verdict
from msdiff.model.values import Unknown
from msdiff.ruleset.attributes import load_catalogue
from msdiff.settings import Settings
from tests.snapshots import MemorySnapshot, built_in_rules, checked, compared, document

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "samples" / "hf-model-folder"
CATALOGUE = load_catalogue()
MODULE = "sentence_transformers.models."
POOLING = {"word_embedding_dimension": 768, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}
E5_AT = "models/e5/"
CARD = "---\nlanguage: en\nlicense: apache-2.0\n---\n# A model\n---\nlicense: mit\n"


def modules(*kinds: str) -> list[dict[str, Any]]:
    paths = ["" if number == 0 else f"{number}_{kind}" for number, kind in enumerate(kinds)]
    return [
        {"idx": n, "path": path, "type": MODULE + kind} for n, (path, kind) in enumerate(zip(paths, kinds, strict=True))
    ]


def app(uri: str = "./models/e5", dimension: int = 768, **vector: Any) -> str:
    """An embedder that takes its model from a folder, in front of a store."""
    return document(
        {
            "nodes": {
                "embedder": {
                    "role": "embedder",
                    "model": {"uri": uri},
                    "inputs": {"text": {"type": "text"}},
                    "outputs": {"vector": {"type": "embedding", **vector}},
                },
                "index": {"role": "vectorStore", "inputs": {"query": {"type": "embedding", "dimension": dimension}}},
            },
            "edges": [{"from": "embedder.vector", "to": "index.query"}],
        }
    )


def folder(path: str = "models/e5", **files: Any) -> dict[str, str]:
    """The files of a folder: `config={...}` is config.json, `Pooling={...}` is 1_Pooling/config.json."""
    named = {"pooling": "1_Pooling/config", "dense": "2_Dense/config"}
    return {f"{path}/{named.get(name, name)}.json": json.dumps(said, indent=1) for name, said in files.items()}


E5 = folder(
    config={
        "model_type": "bert",
        "hidden_size": 768,
        "max_position_embeddings": 512,
        "vocab_size": 30522,
        "torch_dtype": "float32",
    },
    modules=modules("Transformer", "Pooling", "Normalize"),
    pooling=POOLING,
    sentence_bert_config={"max_seq_length": 384},
)


def said(files: Mapping[str, str], node: str = "embedder") -> dict[str, Any]:
    """What the folders of these files say of a node: attribute -> value."""
    found = load(MemorySnapshot(files), CATALOGUE, Settings())
    assert found.problems == ()
    return {
        claim.attribute: claim.value
        for claim in found.claims
        if claim.element == f"node:{node}" and claim.location.reader == "model folder"
    }


def test_a_folder_says_what_its_files_say() -> None:
    assert said({"app.yaml": app(), **E5, "models/e5/README.md": CARD}) == {
        "model.family": "bert",
        "model.vocabSize": 30522,
        "model.precision": "fp32",
        "model.nativeContextWindow": 512,
        "inputs.text.maxTokens": 384,
        "outputs.vector.dimension": 768,
        "outputs.vector.pooling": "mean",
        "outputs.vector.normalized": True,
        "governance.license": "Apache-2.0",
    }


def test_every_attribute_is_in_the_catalogue() -> None:
    for attribute in said({"app.yaml": app(), **E5, "models/e5/README.md": CARD}):
        assert CATALOGUE.lookup(attribute) is not None


@pytest.mark.parametrize(
    ("more", "width"),
    [
        ({"modules": modules("Transformer", "Pooling", "Dense"), "dense": {"in_features": 768, "out_features": 256}}, 256),
        ({"pooling": {**POOLING, "pooling_mode_cls_token": True}}, 1536),
        ({"pooling": {"embedding_dimension": 384, "pooling_mode": "cls"}}, 384),
        (
            {"modules": modules("Transformer", "Pooling", "Dense")},
            Unknown(f"the last module's {E5_AT}2_Dense/config.json is not there"),
        ),
        (
            {"pooling": {"word_embedding_dimension": 768}},
            Unknown(f"nothing tells the width of a Pooling module in {E5_AT}1_Pooling/config.json"),
        ),
    ],
)  # fmt: skip
def test_the_dimension_is_that_of_the_last_module(more: Mapping[str, Any], width: object) -> None:
    assert said({"app.yaml": app(), **E5, **folder(**more)})["outputs.vector.dimension"] == width


def test_without_modules_nothing_tells_the_dimension() -> None:
    files = {path: text for path, text in E5.items() if path.endswith("/config.json") and "Pooling" not in path}
    assert "outputs.vector.dimension" not in said({"app.yaml": app(), **files})


@pytest.mark.parametrize("uri", ["./models/e5", "models/e5", "models/e5/", "file://models/e5"])
def test_a_folder_is_named_relative_to_the_file_or_to_the_root(uri: str) -> None:
    assert said({"app.yaml": app(uri), **E5}) != {}
    assert said({"deploy/app.yaml": app(uri), **E5}) != {}


def test_a_folder_beside_the_file_comes_first() -> None:
    other = folder(
        "deploy/models/e5",
        modules=modules("Transformer", "Pooling"),
        pooling={**POOLING, "word_embedding_dimension": 99},
    )
    assert said({"deploy/app.yaml": app(), **E5, **other})["outputs.vector.dimension"] == 99


@pytest.mark.parametrize("uri", ["../models/e5", "/models/e5", "e5", "", ".", "..", "BAAI/bge-m3", "models/e5\u0000"])
def test_any_other_name_is_no_folder(uri: str) -> None:
    assert said({"app.yaml": app(uri), **E5}) == {}


def test_no_module_leads_out_of_its_folder() -> None:
    out = [*modules("Transformer"), {"idx": 1, "path": "../../secret", "type": MODULE + "Pooling"}]
    files = {"app.yaml": app(), **E5, **folder(modules=out), "secret/config.json": json.dumps(POOLING)}
    assert isinstance(said(files)["outputs.vector.dimension"], Unknown)


def test_a_pointer_of_git_lfs_is_noted() -> None:
    files = {
        "app.yaml": app(),
        "models/e5/config.json": "version https://git-lfs.github.com/spec/v1\noid sha256:c1\nsize 5\n",
    }
    report = checked(files)
    assert report.notes == (
        "`models/e5/config.json` is no JSON (a pointer of Git LFS?): what it says of the model is unknown",
    )


def test_a_folder_that_nobody_names_is_not_read() -> None:
    assert said({"app.yaml": app("acme/e5"), **E5}) == {}


def test_a_changed_module_breaks_what_the_file_shows() -> None:
    narrower = {**E5, **folder(pooling={**POOLING, "word_embedding_dimension": 384})}
    report = compared({"app.yaml": app(), **E5}, {"app.yaml": app(), **narrower})
    (found,) = (one for one in report.findings if one.rule == "embedding-dimension-mismatch")
    assert (found.verdict, found.status.value) == (Verdict.BREAKING, "introduced")
    (change,) = (one.change for one in report.changes)
    assert (change.attribute, change.old, change.new) == ("outputs.vector.dimension", 768, 384)
    assert change.head is not None
    assert (change.head.file, change.head.line) == ("models/e5/1_Pooling/config.json", 2)


def test_a_nodes_own_statement_counts_before_its_folder_and_the_difference_is_told() -> None:
    text = app(dimension=512).replace('"type": "embedding"\n', '"type": "embedding", "dimension": 512\n', 1)
    report = checked({"app.yaml": text, **E5})
    assert [one.rule for one in report.findings if one.rule == "embedding-dimension-mismatch"] == []
    (drift,) = (one for one in report.findings if one.rule == "environment-drift")
    assert drift.message == (
        "`embedder` says outputs.vector.dimension is 512 in app.yaml, its spec models/e5/1_Pooling/config.json says 768."
    )


def test_a_folder_counts_before_the_model_facts() -> None:
    text = app("./models/bge").replace('"uri": "./models/bge"', '"uri": "./models/bge", "id": "BAAI/bge-m3"')
    files = folder("models/bge", modules=modules("Transformer", "Pooling"), pooling=POOLING)
    assert [
        one for one in checked({"app.yaml": text, **files}).findings if one.rule == "embedding-dimension-mismatch"
    ] == []


def test_an_adapter_says_its_base() -> None:
    adapter = {"base_model_name_or_path": "Qwen/Qwen2.5-7B-Instruct", "r": 16, "revision": None}
    files = folder("adapters/legal", adapter_config=adapter)
    assert said({"app.yaml": app("adapters/legal"), **files}) == {
        "model.adapters[legal].base": "Qwen/Qwen2.5-7B-Instruct",
        "model.adapters[legal].rank": 16,
    }


def test_a_chat_model_says_its_template_and_its_ends() -> None:
    files = folder(
        config={
            "model_type": "llama",
            "max_position_embeddings": 8192,
            "eos_token_id": 1,
            "rope_scaling": {"rope_type": "llama3"},
        },
        tokenizer_config={"chat_template": "{{ x }}", "model_max_length": 10**30},
        generation_config={"eos_token_id": [3, 2], "temperature": 0.6, "top_p": 0.9, "do_sample": True},
    )
    found = said({"app.yaml": app(), **files})
    assert found.pop("model.chatTemplate") != said(
        {"app.yaml": app(), **files, **folder(tokenizer_config={"chat_template": "y"})}
    )
    assert found == {
        "model.family": "llama",
        "model.nativeContextWindow": 8192,
        "model.ropeScaling": "llama3",
        "model.eosTokenIds": (2, 3),
        "model.sampling.temperature": 0.6,
        "model.sampling.topP": 0.9,
    }


STACK = """\
services:
  app: {build: ., environment: {EMBEDDING_URL: "http://embedder:80"}}
  embedder:
    image: ghcr.io/huggingface/text-embeddings-inference:1.8
    command: --model-id %s
    volumes:
      - %s
"""


@pytest.mark.parametrize(
    ("model", "volume", "uri"),
    [
        ("/models/e5", "../models:/models:ro", "../models/e5"),
        ("/e5", "../models/e5:/e5", "../models/e5"),
        ("/e5", "{type: bind, source: ../models/e5, target: /e5/}", "../models/e5"),
        ("/data/e5", "../models:/models", None),
        ("/models/e5", "models:/models", None),
        ("/models/e5", "../../../models:/models", None),
        ("/models/e5", "${NOWHERE}:/models", None),
        ("BAAI/bge-m3", "../models:/models", None),
    ],
)
def test_a_path_in_a_container_is_where_its_volume_is_in_the_repository(
    model: str, volume: str, uri: str | None
) -> None:
    files = {"deploy/compose.yaml": STACK % (model, volume), **E5}
    found = load(MemorySnapshot(files), CATALOGUE, Settings(), serving=built_in_rules().serving)
    told = {claim.attribute: claim.value for claim in found.claims if claim.element == "node:embedder"}
    assert told.get("model.uri") == uri
    assert told.get("outputs.vector.dimension") == (768 if uri else None)


def sample(name: str) -> dict[str, Any]:
    """What a folder of the corpus says of an embedder that names it."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not here")
    files = {str(path.relative_to(CORPUS)): path.read_text() for path in (CORPUS / name).rglob("*.json")}
    return said({"app.yaml": app(f"./{name}"), **files})


def test_folders_of_real_repositories() -> None:
    assert sample("jblorenzo__stella_en_1.5B_v5")["outputs.vector.dimension"] == 8192
    assert sample("jblorenzo__stella_en_1.5B_v5")["outputs.vector.metric"] == "cosine"
    assert sample("inin-zou__NoInstruct-small-Embedding-v0")["outputs.vector.dimension"] == 384
    assert "outputs.vector.pooling" not in sample("inin-zou__NoInstruct-small-Embedding-v0")
    assert sample("DeathGamer111__MiniLM-L6-v2")["outputs.vector.dimension"] == 384
    assert sample("gyy12321__bge-large-zh-v1.5") == {}
    reranker = sample("own/passage-reranker")
    assert (reranker["model.nativeContextWindow"], reranker["model.precision"]) == (8192, "int4")
    assert "inputs.text.maxTokens" not in reranker
    assert (
        sample("AshChadha-iitg__OpenMath")["model.adapters[AshChadha-iitg__OpenMath].base"] == "Qwen/Qwen2.5-Math-1.5B"
    )
