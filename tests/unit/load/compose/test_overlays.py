"""A document of a stack's name adds what the files of the stack cannot say."""

from msdiff.resolve import resolve
from tests.snapshots import found
from tests.unit.load.compose.stacks import SERVED, loaded, report

OVERLAY = """\
apiVersion: msdiff/v1
kind: ApplicationGraph
metadata: {name: compose}
spec:
  nodes:
    store: {store: {builtWith: {node: embedder, model: acme/embed-v1}}}
    app: {owner: search-team}
  edges:
    - {from: app.EMBEDDING_URL, to: embedder, timeoutMs: 500}
  slos:
    - {at: app, percentile: p95, latencyMs: 900}
"""
FILES = {"compose.yaml": SERVED, "graph.yaml": OVERLAY}


def test_the_document_and_the_stack_are_one_graph() -> None:
    (graph,) = resolve(loaded(FILES).claims, FILES.keys())
    assert (graph.label, set(graph.nodes)) == ("compose", {"app", "embedder", "store"})
    assert graph.nodes["embedder"].value("model.id") == "acme/embed-v1"
    assert graph.nodes["store"].value("store.builtWith.model") == "acme/embed-v1"
    edge = graph.edges["app.EMBEDDING_URL->embedder"]
    assert (edge.value("edge.timeoutMs"), edge.value("edge.model")) == (500, "acme/embed-v1")
    assert len(graph.edges) == 3
    assert len(graph.slos) == 1


def test_what_the_document_says_is_held_against_the_stack() -> None:
    head = {**FILES, "compose.yaml": SERVED.replace("embed-v1", "embed-v2")}
    told = {
        (one.rule, one.node, one.verdict.value)
        for one in report(FILES, head).findings
        if one.status.value == "introduced"
    }
    assert ("embedding-space-changed", "store", "breaking") in told


def test_a_statement_of_the_document_counts_before_the_stacks() -> None:
    text = OVERLAY.replace("    app: {owner", "    embedder: {model: {id: acme/other}}\n    app: {owner")
    (graph,) = resolve(loaded({**FILES, "graph.yaml": text}).claims, FILES.keys())
    assert graph.nodes["embedder"].value("model.id") == "acme/other"
    assert [(one.element, one.attribute) for one in graph.disagreements] == [("node:embedder", "model.id")]


def test_the_document_may_name_the_port_of_the_store() -> None:
    text = """\
apiVersion: msdiff/v1
kind: ApplicationGraph
metadata: {name: compose}
spec:
  nodes:
    embedder: {outputs: {vector: {dimension: 768}}}
    store: {inputs: {%s: {dimension: 1024}}}
%s"""
    for port in ("query", "question"):
        for edge in ("", "  edges: [{from: embedder.vector, to: store, latencyMs: 2}]\n"):
            files = {**FILES, "graph.yaml": text % (port, edge)}
            (graph,) = resolve(loaded(files).claims, files.keys())
            assert f"embedder.vector->store.{port}" in graph.edges
            assert len(graph.edges) == 3
            told = {(one.rule, one.node) for one in report(files, files).findings}
            assert ("embedding-dimension-mismatch", "store") in told


def test_what_a_call_sends_is_checked_where_somebody_says_it() -> None:
    server = """\
services:
  app: {build: ., environment: {LLM_URL: "http://llm:80"}}
  llm: {image: "ghcr.io/huggingface/text-generation-inference:3.3", command: --model-id acme/answer --max-input-tokens 4096}
"""
    (graph,) = resolve(loaded({"compose.yaml": server}).claims)
    assert set(graph.edges) == {"app.LLM_URL->llm"}
    said = """\
apiVersion: msdiff/v1
kind: ApplicationGraph
metadata: {name: compose}
spec: {nodes: {app: {outputs: {LLM_URL: {type: text, maxTokens: 8192}}}}}
"""
    files = {"compose.yaml": server, "graph.yaml": said}
    (graph,) = resolve(loaded(files).claims)
    assert set(graph.edges) == {"app.LLM_URL->llm.text"}
    assert ("max-input-below-producer-max", "llm") in {(one.rule, one.node) for one in report(files, files).findings}


BINDING = """\
apiVersion: msdiff/v1
kind: ApplicationGraph
metadata: {name: search}
spec:
  nodes:
    vector_db: {role: vectorStore, bind: ["compose:store"], store: {builtWith: {node: encoder, model: acme/embed-v1}}}
    encoder: {role: embedder, bind: ["compose:%s"], outputs: {vector: {type: embedding, dimension: 768}}}
  edges:
    - {from: encoder.vector, to: vector_db, latencyMs: 2}
"""


def test_a_document_binds_its_nodes_to_services() -> None:
    for name in ("embedder", "compose/embedder"):
        files = {"compose.yaml": SERVED, "graph.yaml": BINDING % name}
        (graph,) = resolve(loaded(files).claims, files.keys())
        assert (graph.label, set(graph.nodes)) == ("search", {"app", "encoder", "vector_db"})
        assert set(graph.edges) == {
            "app.EMBEDDING_URL->encoder",
            "app.VECTOR_URL->vector_db",
            "encoder.vector->vector_db.query",
        }
        assert graph.nodes["encoder"].value("model.id") == "acme/embed-v1"
        assert graph.nodes["vector_db"].value("store.engine") == "qdrant"
        assert graph.edges["encoder.vector->vector_db.query"].value("edge.latencyMs") == 2
        assert graph.edges["encoder.vector->vector_db.query"].value("edge.role") == "query"
    base = {"compose.yaml": SERVED, "graph.yaml": BINDING % "embedder"}
    head = {**base, "compose.yaml": SERVED.replace("embed-v1", "embed-v2")}
    assert ("embedding-space-changed", "vector_db", "introduced", "breaking") in found(report(base, head))


def test_a_bind_that_could_mean_two_stacks_binds_none() -> None:
    files = {"a/compose.yaml": SERVED, "b/compose.yaml": SERVED, "graph.yaml": BINDING % "embedder"}
    assert {one.label for one in resolve(loaded(files).claims, files.keys())} == {"a", "b", "search"}
    files["graph.yaml"] = (
        files["graph.yaml"]
        .replace("compose:store", "compose:a/store")
        .replace("compose:embedder", "compose:a/embedder")
    )
    assert {one.label for one in resolve(loaded(files).claims, files.keys())} == {"b", "search"}


def test_a_bind_within_the_document_of_the_stack() -> None:
    files = {"compose.yaml": SERVED, "graph.yaml": (BINDING % "embedder").replace("name: search", "name: compose")}
    (graph,) = resolve(loaded(files).claims, files.keys())
    assert (graph.label, set(graph.nodes)) == ("compose", {"app", "encoder", "vector_db"})
    assert len(graph.edges) == 3


def test_a_bind_takes_the_stack_of_its_variant() -> None:
    files = {
        "compose.yaml": SERVED,
        "compose.gpu.yaml": "services: {embedder: {command: --model-id acme/embed-v9}}\n",
        "graph.yaml": (BINDING % "embedder").replace("name: search", "name: search, variant: gpu"),
    }
    graphs = {one.label: one for one in resolve(loaded(files).claims, files.keys())}
    assert set(graphs) == {"compose", "search@gpu"}
    assert graphs["search@gpu"].nodes["encoder"].value("model.id") == "acme/embed-v9"
