"""Variants of a stack that say nothing of their own are told with the one that they equal."""

from msdiff.pipeline import graphs_of
from tests.snapshots import MemorySnapshot, document, request
from tests.unit.load.compose.stacks import SERVED, report

LINE = "services: {app: {environment: {LOG_LEVEL: %s}}}\n"
OWN = "services: {embedder: {command: --model-id acme/embed-v9 --port 80}}\n"
FILES = {"compose.yaml": SERVED, "compose.debug.yaml": LINE % "debug", "compose.quiet.yaml": LINE % "error"}
NOTE = "variants that say the same as another are told with it: compose@debug, compose@quiet"


def labels(files: dict[str, str]) -> list[str]:
    return [one.label for one in graphs_of(MemorySnapshot(files), request())]


def test_twins_are_one_graph() -> None:
    assert labels(FILES) == ["compose"]
    assert labels({**FILES, "compose.own.yaml": OWN}) == ["compose", "compose@own"]


def test_a_line_changed_is_one_change() -> None:
    told = report(FILES, {**FILES, "compose.yaml": SERVED.replace("v1.15.0", "v1.16.0")})
    assert [(one.change.graph, one.change.fact.attribute) for one in told.changes] == [("compose", "image")]
    assert NOTE in told.notes


def test_a_variant_that_becomes_one_of_its_own_is_not_new() -> None:
    told = report(FILES, {**FILES, "compose.debug.yaml": OWN})
    assert {(one.change.graph, one.change.kind, one.change.fact.attribute) for one in told.changes} == {
        ("compose@debug", "attribute.changed", "model.id")
    }
    back = report({**FILES, "compose.debug.yaml": OWN}, FILES)
    assert {(one.change.graph, one.change.kind) for one in back.changes} == {("compose@debug", "attribute.changed")}


def test_a_variant_that_comes_or_goes_and_says_nothing_is_no_change() -> None:
    less = {"compose.yaml": SERVED}
    assert report(less, FILES).changes == ()
    assert report(FILES, less).changes == ()


def test_a_document_of_the_variant_keeps_it() -> None:
    text = document({"nodes": {"app": {"owner": "a"}}}, "compose", "debug")
    assert labels({**FILES, "graph.yaml": text}) == ["compose", "compose@debug"]


def test_a_variant_named_for_its_store_has_another_store_on_purpose() -> None:
    other = SERVED.replace("qdrant/qdrant:v1.15.0", "milvusdb/milvus:v2.6.0")
    for name, drifts in (("milvus", False), ("staging", True)):
        files = {"compose.yaml": SERVED, f"compose_{name}.yaml": other}
        assert (
            ("environment-drift", "store") in {(one.rule, one.node) for one in report(files, files).findings}
        ) is drifts
