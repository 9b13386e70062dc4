"""Settings files that are an application by themselves: R2R, PrivateGPT with its profiles."""

from msdiff.model.finding import Verdict
from msdiff.model.values import Unknown, Value
from msdiff.resolve import resolve
from tests.snapshots import checked
from tests.snapshots import found as findings
from tests.unit.load.compose.stacks import graphs, loaded, report

R2R = """\
[app]
quality_llm = "openai/gpt-4.1-2025-04-14"

[completion]
request_timeout = 60
  [completion.generation_config]
  max_tokens_to_sample = 4_096

[embedding]
base_model = "openai/text-embedding-3-small"
base_dimension = 512

[completion_embedding]
base_model = "openai/text-embedding-3-small"
base_dimension = 512

[ingestion]
chunk_size = 1_024

[database]
password = "not read"
"""
SETTINGS = """\
llm:
  mode: ollama
  context_window: ${WINDOW:3900}
embedding:
  mode: huggingface
huggingface:
  embedding_hf_model_name: acme/embed-v1
ollama:
  llm_model: llama3.1
  embedding_model: nomic-embed-text
vectorstore: {database: qdrant, embed_dim: 768, default_collection: "${COLLECTION}"}
"""
PROFILE = "embedding: {mode: ollama}\nvectorstore: {embed_dim: 1024}\n"
GPT = {"settings.yaml": SETTINGS, "settings-local.yaml": PROFILE}
TOML = {"conf/r2r.toml": R2R}


def said(files: dict[str, str], node: str, variant: str = "") -> dict[str, Value | Unknown]:
    """What counts of a node."""
    graph = next(one for one in resolve(loaded(files).claims, files.keys()) if one.key.variant == variant)
    types = ("role", "outputs.vector.type", "inputs.text.type", "inputs.query.type", "outputs.chunks.type")
    return {name: one.value for name, one in graph.nodes[node].attributes.items() if name not in types}


def test_a_toml_file_alone_is_an_application() -> None:
    assert graphs(TOML) == {"conf/r2r": {"r2r", "llm", "embedding", "completion-embedding", "store", "chunker"}}
    assert said(TOML, "llm") == {
        "endpoint.provider": "openai",
        "model.id": "gpt-4.1-2025-04-14",
        "model.maxOutputTokens": 4096,
    }
    assert said(TOML, "embedding") == {
        "endpoint.provider": "openai",
        "model.id": "text-embedding-3-small",
        "outputs.vector.dimension": 512,
    }
    assert said(TOML, "store") == {"inputs.query.dimension": 512}
    places = {(one.element, one.attribute): str(one.location) for one in loaded(TOML).claims}
    assert places["node:embedding", "outputs.vector.dimension"] == "conf/r2r.toml:11:18"
    assert "not read" not in repr(loaded(TOML))


def test_what_embeds_questions_is_left_behind() -> None:
    head = {"conf/r2r.toml": R2R.replace("3-small", "3-large", 1)}
    told = {(one[0], one[1], one[3]) for one in findings(report(TOML, head)) if one[2] == "introduced"}
    assert ("query-document-embedder-split", "store", "breaking") in told


def test_a_width_left_behind() -> None:
    head = {"conf/r2r.toml": R2R.replace("512", "1024", 1)}
    told = {(one[0], one[1], one[3]) for one in findings(report(TOML, head)) if one[2] == "introduced"}
    assert ("embedding-dimension-mismatch", "store", "breaking") in told


def test_what_the_shipped_configuration_may_say_is_open() -> None:
    """R2R puts a file over its own defaults: a width that is not stated is not the model's own."""
    at = R2R.rindex("base_dimension = 512")
    files = {"r2r.toml": R2R[:at] + R2R[at:].replace("base_dimension = 512\n", "")}
    assert said(files, "completion-embedding")["outputs.vector.dimension"] == Unknown(
        "the file does not state it, and the configuration that R2R ships may"
    )
    assert not any("dimension" in one.message for one in checked(files).findings)


def test_another_toml_file_is_none_of_ours() -> None:
    assert loaded({"pyproject.toml": R2R}).claims == ()
    assert loaded({"r2r.toml": "[project]\nname = 'x'\n"}).claims == ()


def test_the_mode_says_whose_model_counts() -> None:
    assert said(GPT, "embedding")["model.id"] == "acme/embed-v1"
    assert said(GPT, "llm") == {"model.id": "llama3.1", "model.contextWindow": 3900}
    assert said(GPT, "store") == {
        "store.engine": "qdrant",
        "inputs.query.dimension": 768,
        "store.collection": Unknown("nothing sets COLLECTION"),
    }


def test_a_profile_inherits_what_it_does_not_state() -> None:
    assert graphs(GPT).keys() == {"settings", "settings@local"}
    assert said(GPT, "embedding", "local")["model.id"] == "nomic-embed-text"
    assert said(GPT, "store", "local")["inputs.query.dimension"] == 1024
    assert said(GPT, "llm", "local") == said(GPT, "llm")


def test_a_profile_with_nothing_below_it_is_no_application() -> None:
    assert loaded({"settings-local.yaml": PROFILE}).claims == ()


def test_a_file_of_another_name_is_of_another_application() -> None:
    assert loaded({"values.yaml": SETTINGS}).claims == ()


def test_a_profile_that_inherits_a_width_of_another_model() -> None:
    """As it happens: the profile changes the embedder and says nothing of the width."""
    files = {
        **GPT,
        "settings-azure.yaml": "embedding: {mode: azopenai}\nazopenai: {embedding_model: text-embedding-ada-002}\n",
    }
    told = {(one.rule, one.graph, one.node) for one in checked(files).findings}
    assert ("embedding-dimension-mismatch", "settings@azure", "store") in told


def test_profiles_differ_on_purpose() -> None:
    assert not any(one.rule == "environment-drift" for one in checked(GPT).findings)


def test_what_means_nothing_is_no_change() -> None:
    text = R2R.replace("4_096", "4096").replace("\n", "\r\n") + "# base_dimension = 1\n"
    assert report(TOML, {"conf/r2r.toml": text}).verdict is Verdict.UNCHANGED
    other = {**GPT, "settings.yaml": SETTINGS.replace("${WINDOW:3900}", "3900")}
    assert report(GPT, other).verdict is Verdict.UNCHANGED
