"""What schemas say of the stores of a stack, and what that breaks."""

from msdiff.load import load
from msdiff.model.values import Unknown
from msdiff.settings import Settings
from tests.snapshots import MemorySnapshot, built_in_rules, found
from tests.unit.load.compose.stacks import loaded, place, report, told

STACK = """\
services:
  app: {build: ., environment: {EMBEDDING_URL: "http://embedder:80", DATABASE_URL: "postgresql://db:5432/x"}}
  embedder: {image: "ghcr.io/huggingface/text-embeddings-inference:cpu-1.7", command: --model-id acme/embed-v1}
  db: {image: "pgvector/pgvector:pg17"}
"""
TABLE = "create table pages (e vector(768));\ncreate index on pages using hnsw (e vector_cosine_ops);\n"
FILES = {"compose.yaml": STACK, "db/1.sql": TABLE}
WIDTH = "inputs.query.dimension"


def test_a_migration_says_what_the_store_takes() -> None:
    assert told(FILES, "node:db") == {
        "image": "pgvector/pgvector:pg17",
        "role": "vectorStore",
        "store.engine": "pgvector",
        "inputs.query.type": "embedding",
        "inputs.query.dimension": 768,
        "store.metric": "cosine",
        "store.index.type": "hnsw",
    }
    assert place(FILES, "node:db", WIDTH) == "db/1.sql:1:30"
    assert loaded(FILES).files == ("compose.yaml", "db/1.sql")


def test_every_place_of_one_width_is_kept() -> None:
    files = {**FILES, "db/2.sql": "create table notes (e vector(768));"}
    claims = [str(one.location) for one in loaded(files).claims if one.attribute == WIDTH]
    assert claims == ["db/1.sql:1:30", "db/2.sql:1:30"]


def test_indexes_that_differ_leave_the_width_unknown() -> None:
    files = {**FILES, "db/2.sql": "create table images (e vector(512));"}
    said = told(files, "node:db")
    assert said[WIDTH] == Unknown("its indexes differ: pages.e 768, images.e 512")
    assert (said["inputs.pages_e.dimension"], said["inputs.images_e.dimension"]) == (768, 512)


def test_fields_of_one_name_that_differ_are_no_inputs() -> None:
    stack = STACK.replace("pgvector/pgvector:pg17", "elasticsearch:9.1.0")
    field = '{"mappings": {"properties": {"e": {"type": "dense_vector", "dims": %d}}}}'
    files = {"compose.yaml": stack, "es/a_index.json": field % 3, "es/b_index.json": field % 4}
    assert [one for one in told(files, "node:db") if one.startswith("inputs.")] == [WIDTH, "inputs.query.type"]
    assert "places-contradict" not in {one.rule for one in report(files, files).findings}


def test_a_narrower_column_under_a_known_embedder_breaks() -> None:
    graph = """\
apiVersion: msdiff/v1
kind: ApplicationGraph
metadata: {name: compose}
spec:
  nodes: {embedder: {outputs: {vector: {dimension: 768}}}}
  edges: [{from: embedder.vector, to: db, latencyMs: 1}]
"""
    base = {**FILES, "graph.yaml": graph}
    head = {**base, "db/2.sql": "alter table pages alter e type vector(384);"}
    told = [one for one in report(base, head).findings if one.status.value == "introduced"]
    assert [(one.rule, one.node, one.verdict.value, str(one.location)) for one in told] == [
        ("embedding-dimension-mismatch", "db", "breaking", "db/2.sql:1:39")
    ]
    two = {**base, "db/2.sql": "create table images (e vector(512));"}
    assert not any(one.rule == "dangling-reference" for one in report(base, two).findings)


def test_the_nearest_application_with_one_such_store_is_meant() -> None:
    two = STACK + '  other: {image: "pgvector/pgvector:pg17"}\n'
    assert WIDTH not in told({**FILES, "compose.yaml": two}, "node:db")
    milvus = STACK.replace("pgvector/pgvector:pg17", "milvusdb/milvus:v2.6.0")
    assert WIDTH not in told({**FILES, "compose.yaml": milvus}, "node:db")
    files = {
        "a/compose.yaml": STACK,
        "a/db/1.sql": TABLE,
        "b/compose.yaml": STACK,
        "c/1.sql": TABLE.replace("768", "3"),
    }
    said = {(one.graph.name, one.value) for one in loaded(files).claims if one.attribute == WIDTH}
    assert said == {("a", 768)}


def test_variants_of_a_stack_take_the_same_schema() -> None:
    files = {
        "compose.yaml": STACK,
        "compose.gpu.yaml": "services: {embedder: {environment: {DTYPE: float16}}}",
        "db/1.sql": TABLE,
    }
    assert {one.graph.label for one in loaded(files).claims if one.attribute == WIDTH} == {"compose", "compose@gpu"}


def test_the_model_that_a_schema_names_is_the_one_that_is_served() -> None:
    text = "select ai.create_vectorizer('pages'::regclass, embedding => ai.embedding_ollama('embed-v1', 768));"
    files = {**FILES, "db/2.sql": text}
    assert told(files, "node:db")["store.builtWith.model"] == "acme/embed-v1"
    head = {**files, "compose.yaml": STACK.replace("acme/embed-v1", "acme/embed-v2")}
    assert ("embedding-space-changed", "db", "introduced", "breaking") in found(report(files, head))


def test_mappings_and_schemas() -> None:
    stack = STACK.replace("pgvector/pgvector:pg17", "qdrant/qdrant:v1.15.0")
    files = {"compose.yaml": stack, "qdrant/collection.json": '{"vectors": {"size": 768, "distance": "Cosine"}}'}
    said = told(files, "node:db")
    assert (said[WIDTH], said["store.metric"]) == (768, "cosine")


def test_a_repository_without_a_store_reads_no_schema() -> None:
    class Watched(MemorySnapshot):
        asked: tuple[str, ...] = ()

        def read_many(self, paths: tuple[str, ...]):  # type: ignore[no-untyped-def]
            self.asked += paths
            return super().read_many(paths)

    rules = built_in_rules()
    for image, expected in (("pgvector/pgvector:pg17", True), ("qdrant/qdrant:v1.15.0", False)):
        files = {**FILES, "compose.yaml": STACK.replace("pgvector/pgvector:pg17", image)}
        snapshot = Watched(files)
        load(snapshot, rules.catalogue, Settings(), {}, rules.serving)
        assert ("db/1.sql" in snapshot.asked) is expected
