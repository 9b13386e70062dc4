"""Indexes described in JSON and YAML."""

import json
from typing import Any

import pytest

from msdiff.load.indexes.bodies import bodies_in, may_hold_body
from msdiff.model.values import Unknown
from msdiff.syntax.tree import DEFAULT


def found(body: Any, path: str = "index/documents.json") -> list[tuple[Any, ...]]:
    data = body if isinstance(body, str) else json.dumps(body)
    return [
        (
            one.engine,
            one.name,
            *(fact.value if fact else None for fact in (one.dimension, one.metric, one.kind, one.model)),
        )
        for one in bodies_in(path, data.encode(), DEFAULT)
    ]


def test_opensearch() -> None:
    method = {"name": "hnsw", "space_type": "cosinesimil", "engine": "faiss"}
    field = {"type": "knn_vector", "dimension": 384, "method": method}
    body = {"settings": {"index.knn": True}, "mappings": {"properties": {"embedding": field, "text": {"type": "text"}}}}
    assert found(body) == [("opensearch", "embedding", 384, "cosine", "hnsw", None)]
    field = {"type": "knn_vector", "dimension": 384, "space_type": "l2"}
    assert found({"mappings": {"properties": {"e": field}}}) == [("opensearch", "e", 384, "euclidean", None, None)]


def test_elasticsearch() -> None:
    field = {"type": "dense_vector", "dims": "${DIMS}", "similarity": "dot_product"}
    assert found({"mappings": {"properties": {"e": field}}}) == [
        ("elasticsearch", "e", Unknown("`${DIMS}` is filled in later"), "dotProduct", None, None)
    ]


def test_templates_for_fields_are_no_fields() -> None:
    mapping = {"dynamic_templates": [{"wide": {"match": "*_768", "mapping": {"type": "dense_vector", "dims": 768}}}]}
    assert found({"mappings": mapping}) == []


def test_qdrant() -> None:
    assert found({"vectors": {"size": 768, "distance": "Cosine"}}) == [
        ("qdrant", "documents", 768, "cosine", None, None)
    ]
    named = {"text": {"size": 768, "distance": "Dot"}, "image": {"size": 512, "distance": "Euclid"}}
    assert found({"vectors": named}) == [
        ("qdrant", "text", 768, "dotProduct", None, None),
        ("qdrant", "image", 512, "euclidean", None, None),
    ]


def test_weaviate() -> None:
    one = {
        "class": "Page",
        "vectorizer": "text2vec-openai",
        "vectorIndexType": "hnsw",
        "vectorIndexConfig": {"distance": "l2-squared"},
        "moduleConfig": {
            "text2vec-openai": {"model": "acme-embed-3", "dimensions": 256},
            "generative-openai": {"model": "x"},
        },
    }
    assert found({"classes": [one]}) == [("weaviate", "Page", 256, "euclidean", "hnsw", "acme-embed-3")]
    title = {"vectorizer": {"text2vec-ollama": {"model": "acme-embed"}}, "vectorIndexConfig": {"distance": "cosine"}}
    several = {"class": "Page", "vectorConfig": {"title": title}}
    assert found(several) == [("weaviate", "Page.title", None, "cosine", None, "acme-embed")]


def test_milvus() -> None:
    fields = [
        {"fieldName": "id", "dataType": "Int64"},
        {"fieldName": "vec", "dataType": "FloatVector", "elementTypeParams": {"dim": "768"}},
    ]
    body = {
        "collectionName": "pages",
        "schema": {"fields": fields},
        "indexParams": [{"fieldName": "vec", "metricType": "COSINE"}],
    }
    assert found(body) == [("milvus", "vec", 768, "cosine", None, None)]
    text = "fields:\n  - {name: vec, dtype: DataType.FLOAT_VECTOR, params: {dim: 1024}}\nindex: {metric_type: IP}\n"
    assert found(text, "schema.yaml") == [("milvus", "vec", 1024, "dotProduct", None, None)]


def test_redis() -> None:
    text = """\
index: {name: pages}
fields:
  - {name: t, type: text}
  - {name: e, type: vector, attrs: {dims: 384, distance_metric: cosine, algorithm: flat}}
"""
    assert found(text, "schema.yaml") == [("redis", "e", 384, "cosine", "flat", None)]
    text = "text: [{name: content}]\nvector:\n  - {name: content_vector, dims: 384, distance_metric: COSINE, algorithm: HNSW}\n"
    assert found(text, "redis_schema.yml") == [("redis", "content_vector", 384, "cosine", "hnsw", None)]


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2]",
        "{",
        '{"type": "dense_vector"}',
        '{"vectors": {"size": 3}}',
        '{"distance": "x"}',
        "",
        '{"class": "a", "vectorizer": 1}',
    ],
)
def test_other_files_give_nothing_to_rely_on(text: str) -> None:
    assert all(one[2:] == (None, None, None, None) for one in found(text))


def test_the_place_is_that_of_the_value() -> None:
    text = '{\n "vectors": {"size": 768,\n  "distance": "Cosine"}}'
    (one,) = bodies_in("a/collection.json", text.encode(), DEFAULT)
    places = [str(fact.place) for fact in (one.dimension, one.metric) if fact]
    assert places == ["a/collection.json:2:22", "a/collection.json:3:15"]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("search/index-mapping.json", True),
        ("qdrant/collections/a.json", True),
        ("redis_schema.yml", True),
        ("package.json", False),
        ("opensearch/deep/er/a.json", False),
        ("tests/mapping.json", False),
    ],
)
def test_names_that_are_looked_into(path: str, wanted: bool) -> None:
    assert may_hold_body(path) is wanted
