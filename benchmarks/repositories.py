"""Git repositories to measure on, written by a few lines of Python: the same bytes each time."""

import os
import subprocess
from pathlib import Path

IDENTITY = {
    "GIT_AUTHOR_NAME": "bench", "GIT_AUTHOR_EMAIL": "bench@example.com", "GIT_COMMITTER_NAME": "bench",
    "GIT_COMMITTER_EMAIL": "bench@example.com", "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip

TEN_NODES = """\
apiVersion: msdiff/v1
kind: ApplicationGraph
metadata: {name: assistant, version: "1.0.0", owner: "@acme/assist"}
spec:
  nodes:
    user: {role: entry, outputs: {text: {type: text, maxTokens: 512}}}
    filter: {role: guardrail, guard: {kinds: [toxicity], onFailure: closed}, inputs: {text: {type: text, maxTokens: 4096}}, outputs: {text: {type: text}}, passes: {text: text}, latency: {p95Ms: 30}}
    embedder: {role: embedder, model: {id: intfloat/e5-base-v2, revision: 1c644c9}, inputs: {text: {type: text, maxTokens: 512}}, outputs: {vector: {type: embedding, dimension: 768}}, latency: {p95Ms: 12}}
    store: {role: vectorStore, store: {engine: qdrant, builtWith: {node: embedder, model: intfloat/e5-base-v2, revision: 1c644c9, dimension: 768}}, inputs: {query: {type: embedding, dimension: 768}}, outputs: {documents: {type: documents, minItems: 20, maxItems: 20}}, latency: {p95Ms: 25}}
    reranker: {role: reranker, inputs: {documents: {type: documents, minItems: 10}}, outputs: {documents: {type: documents, maxItems: 5}}, latency: {p95Ms: 80}}
    llm: {role: generator, model: {id: acme/llm, contextWindow: 8192, maxOutputTokens: 512}, inputs: {query: {type: text}, documents: {type: documents}}, outputs: {answer: {type: text}}, latency: {p95Ms: 400}}
    check: {role: guardrail, guard: {kinds: [pii], stage: output, onFailure: closed}, inputs: {text: {type: text}}, outputs: {text: {type: text}}, passes: {text: text}, latency: {p95Ms: 20}}
    cache: {role: cache, inputs: {text: {type: text}}, outputs: {text: {type: text}}, latency: {p95Ms: 2}}
    log: {role: datastore, inputs: {text: {type: text}}}
    answer: {role: exit, inputs: {text: {type: text}}}
  edges:
    - {from: user.text, to: filter.text}
    - {from: filter.text, to: embedder.text}
    - {from: embedder.vector, to: store.query}
    - {from: store.documents, to: reranker.documents}
    - {from: reranker.documents, to: llm.documents}
    - {from: filter.text, to: llm.query}
    - {from: llm.answer, to: check.text}
    - {from: check.text, to: cache.text}
    - {from: cache.text, to: answer.text}
    - {from: check.text, to: log.text, kind: async}
  slos:
    - {name: answer, at: answer, percentile: p95, latencyMs: 600}
"""


def ten_nodes(folder: Path) -> None:
    """One file, ten nodes; the branch swaps the embedder."""
    swapped = TEN_NODES.replace("dimension: 768}}, latency: {p95Ms: 12}", "dimension: 1024}}, latency: {p95Ms: 12}")
    repository(folder, {"app.yaml": TEN_NODES}, {"app.yaml": swapped})


def thousand_files(folder: Path) -> None:
    """1,000 nodes in 1,000 files (1.7 KB each) and a file of edges; the branch changes three."""
    files = {f"nodes/n{number:04}.yaml": _node_file(number, 768) for number in range(1000)}
    edges = "\n".join(f"    - {{from: n{number:04}.out, to: n{number + 1:04}.into}}" for number in range(999))
    files["edges.yaml"] = _document(f"  edges:\n{edges}\n")
    changed = {f"nodes/n{number:04}.yaml": _node_file(number, 1024) for number in (10, 500, 900)}
    repository(folder, files, changed)


def _node_file(number: int, dimension: int) -> str:
    name = f"n{number:04}"
    notes = "\n".join(f"# {name} line {line}: kept so that the file has the size of a real one" for line in range(14))
    node = (
        f"  nodes:\n    {name}:\n      role: transform\n      description: node number {number}\n"
        f"      model: {{id: acme/model-{number}, revision: {number:a>40x}, family: acme, precision: bf16}}\n"
        f"      inputs: {{into: {{type: embedding, dimension: {[768, 1024]}}}}}\n"
        f"      outputs: {{out: {{type: embedding, dimension: {dimension}}}}}\n"
        f"      latency: {{p50Ms: 4, p95Ms: 9, p99Ms: 12}}\n"
        f"      capacity: {{minReplicas: 1, maxReplicas: 4, maxConcurrency: 32}}\n"
    )
    return _document(f"{notes}\n{node}")


def _document(spec: str) -> str:
    return f"apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {{name: large}}\nspec:\n{spec}"


def cyclic(folder: Path) -> None:
    """5,000 nodes and 100,000 edges with many cycles in one file; the branch changes one dimension."""
    repository(folder, {"graph.yaml": _cyclic(768)}, {"graph.yaml": _cyclic(1024)})


def _cyclic(dimension: int) -> str:
    nodes = [
        f"    n{number}: {{role: transform, loop: {{maxIterations: 2}}, inputs: {{i: {{type: json}}}}, outputs: {{o: {{type: json}}}}}}"
        for number in range(4998)
    ]
    nodes.append(
        f"    e: {{role: embedder, inputs: {{i: {{type: json}}}}, outputs: {{v: {{type: embedding, dimension: {dimension}}}}}}}"
    )
    nodes.append(
        "    s: {role: vectorStore, inputs: {q: {type: embedding, dimension: 768}}, outputs: {d: {type: documents}}}"
    )
    edges = [
        f"    - {{from: n{number}, to: n{(number * 7 + step * 131 + 1) % 4998}}}"
        for number in range(4998)
        for step in range(20)
    ]
    edges += ["    - {from: n0.o, to: e.i}", "    - {from: e.v, to: s.q}"]
    return _document("  nodes:\n" + "\n".join(nodes) + "\n  edges:\n" + "\n".join(edges) + "\n")


def fan_out(folder: Path) -> None:
    """One embedder that 500 stores read; the branch changes its dimension."""
    repository(folder, {"graph.yaml": _fan_out(768)}, {"graph.yaml": _fan_out(1024)})


def _fan_out(dimension: int) -> str:
    nodes = [
        f"    e: {{role: embedder, inputs: {{i: {{type: text}}}}, outputs: {{v: {{type: embedding, dimension: {dimension}}}}}}}"
    ]
    nodes += [
        f"    s{n}: {{role: vectorStore, inputs: {{q: {{type: embedding, dimension: 768}}}}}}" for n in range(500)
    ]
    edges = [f"    - {{from: e.v, to: s{n}.q}}" for n in range(500)]
    return _document("  nodes:\n" + "\n".join(nodes) + "\n  edges:\n" + "\n".join(edges) + "\n")


STACK = """\
services:
  embedding:
    image: ghcr.io/huggingface/text-embeddings-inference:cpu-1.5
    command: --model-id ${EMBEDDING_MODEL_ID} --auto-truncate
    ports: ["PORT06:80"]
    volumes: ["./data:/data"]
    environment: {no_proxy: localhost, HF_TOKEN: "${HF_TOKEN:-}"}
    healthcheck: {test: ["CMD", "curl", "-f", "http://localhost:80/health"], interval: 10s, timeout: 5s, retries: 10}
  reranking:
    image: ghcr.io/huggingface/text-embeddings-inference:cpu-1.5
    command: --model-id BAAI/bge-reranker-base --auto-truncate
    ports: ["PORT08:80"]
    environment: {HF_TOKEN: "${HF_TOKEN:-}"}
  llm:
    image: vllm/vllm-openai:v0.6.3
    command: --model ${LLM_MODEL_ID:-meta-llama/Llama-3.1-8B-Instruct} --max-model-len 8192 --tensor-parallel-size 1
    ports: ["PORT09:8000"]
    ipc: host
  vectordb:
    image: qdrant/qdrant:v1.11.0
    ports: ["PORT33:6333"]
    volumes: ["vectors:/qdrant/storage"]
  redis:
    image: redis:7-alpine
    ports: ["PORT79:6379"]
  retriever:
    image: opea/retriever:latest
    depends_on: [embedding, vectordb]
    environment:
      TEI_EMBEDDING_ENDPOINT: http://embedding:80
      QDRANT_HOST: vectordb
      QDRANT_PORT: "6333"
      INDEX_NAME: rag-NUMBER
  backend:
    image: acme/backend-NUMBER:1.0.0
    depends_on:
      retriever: {condition: service_started}
      reranking: {condition: service_started}
      llm: {condition: service_healthy}
    ports: ["PORT88:8888"]
    environment:
      RETRIEVER_SERVICE_HOST_IP: retriever
      RERANK_ENDPOINT: http://reranking:80
      LLM_ENDPOINT: http://llm:8000/v1
      LLM_MODEL: ${LLM_MODEL_ID:-meta-llama/Llama-3.1-8B-Instruct}
      REDIS_URL: redis://redis:6379
  ui:
    image: acme/ui:1.0.0
    depends_on: [backend]
    ports: ["PORT73:5173"]
    environment: {BACKEND_SERVICE_ENDPOINT: http://backend:8888/v1/chat}
volumes:
  vectors: {}
"""
VARIABLES = "EMBEDDING_MODEL_ID=BAAI/bge-base-en-v1.5\nLLM_MODEL_ID=meta-llama/Llama-3.1-8B-Instruct\nHF_TOKEN=\n"


def stacks(folder: Path) -> None:
    """165 Compose files of 55 retrieval stacks (plain, for GPUs, for development) with their variables; the branch changes the
    model that one of them embeds with."""
    files = {}
    for number in range(55):
        name = f"examples/app{number:02}"
        files[f"{name}/compose.yaml"] = STACK.replace("PORT", str(100 + number)).replace("NUMBER", str(number))
        files[f"{name}/compose.gpu.yaml"] = _for_gpus(number)
        files[f"{name}/compose.dev.yaml"] = _for_development(number)
        files[f"{name}/.env"] = VARIABLES
    changed = VARIABLES.replace("bge-base-en-v1.5", "bge-large-en-v1.5")
    repository(folder, files, {"examples/app07/.env": changed})


def _for_gpus(number: int) -> str:
    devices = "deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]}}}"
    return (
        "services:\n"
        f"  embedding:\n    image: ghcr.io/huggingface/text-embeddings-inference:1.5\n    {devices}\n"
        f"  llm:\n    command: --model ${{LLM_MODEL_ID}} --max-model-len {8192 + number} --gpu-memory-utilization 0.9\n"
        f"    {devices}\n"
    )


def _for_development(number: int) -> str:
    return (
        f"services:\n  backend:\n    build: ./backend\n    environment: {{LOG_LEVEL: debug, APP: app{number}}}\n"
        "    volumes: ['./backend:/app']\n  adminer:\n    image: adminer:4\n    ports: ['8080:8080']\n"
    )


def repository(folder: Path, files: dict[str, str], changed: dict[str, str]) -> None:
    """A repository with `main` and a branch `feature` that is checked out."""
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _commit(folder, files)
    _git(folder, "switch", "--quiet", "--create", "feature")
    _commit(folder, changed)


def _commit(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _git(folder, "add", "--all")
    _git(folder, "-c", "commit.gpgSign=false", "commit", "--quiet", "--message", "state")


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, env={**os.environ, **IDENTITY})
