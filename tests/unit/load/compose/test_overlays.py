"""A document of a stack's name adds what the files of the stack cannot say."""

from msdiff.resolve import resolve
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
