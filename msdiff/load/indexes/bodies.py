"""Descriptions of indexes in JSON and YAML: what one would send to a store to make a collection, a class, an index.

In: path and bytes of one file. Out: an `Index` for each vector field. Promised: a file counts by what it says, whoever
it is for; other files give nothing and are no error.

| engine | what is known by |
| --- | --- |
| opensearch | `type: knn_vector` with `dimension`; `space_type`, `method` |
| elasticsearch | `type: dense_vector` with `dims`; `similarity` |
| qdrant | `vectors` with `size` and `distance`, alone or by name |
| weaviate | `class` with `vectorizer` or `vectorConfig`; `vectorIndexConfig`, `moduleConfig` |
| milvus | fields of type `FloatVector` (`FLOAT_VECTOR`, 101) with `dim`; `metric_type` |
| redis | `dims` with `distance_metric` (redisvl, LangChain) |
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msdiff.load.indexes.index import KINDS, METRICS, Fact, Index
from msdiff.model.location import Location
from msdiff.model.values import Unknown
from msdiff.syntax.tree import Limits, Mapping, Scalar, Sequence, Tree, parsed

NAME = "index"
MAX_BYTES = 1_000_000
_PATH = re.compile(
    r"(?i)(?:index|mapping|schema|collection|vector|embed|opensearch|elastic|weaviate|qdrant|milvus|redis)[^/]*(?:/[^/]+)?$"
)
_TESTS = re.compile(
    r"(?i)(?:^|/)(?:tests?|testdata|fixtures?|node_modules|vendor|site-packages|package-lock\.json)(?:/|$)"
)
_WORTH = re.compile(
    rb"knn_vector|dense_vector|distance_metric|\"?distance\"?\s*:|vectorizer|vectorConfig|(?i:float_?vector)"
)
_MILVUS = frozenset(
    {
        "floatvector",
        "float_vector",
        "float16vector",
        "float16_vector",
        "bfloat16vector",
        "bfloat16_vector",
        "101",
        "102",
        "103",
    }
)


def may_hold_body(path: str) -> bool:
    """Whether a file may describe an index, by its name."""
    return path.endswith((".json", ".yaml", ".yml")) and _PATH.search(path) is not None and not _TESTS.search(path)


def bodies_in(path: str, data: bytes, limits: Limits) -> tuple[Index, ...]:
    """The indexes that a file describes."""
    if len(data) > MAX_BYTES or not _WORTH.search(data):
        return ()
    documents, _ = parsed(data, path, limits)
    stem = posixpath.basename(path).partition(".")[0]
    return tuple(one for root in documents for one in _Finder(path).found(root, stem))


class _Finder:
    """Walks one document. `name` is the nearest name above: of a field, a collection, a file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def found(self, tree: Tree, name: str) -> Iterator[Index]:
        if isinstance(tree, Sequence):
            for one in tree.items:
                yield from self.found(one, name)
        if not isinstance(tree, Mapping):
            return
        name = _text(tree.get("name")) or _text(tree.get("fieldName")) or name
        if "class" in tree.entries and ("vectorizer" in tree.entries or "vectorConfig" in tree.entries):
            yield from self._weaviate(tree, _text(tree.get("class")) or name)
            return
        index = self._search(tree, name) or self._redis(tree, name) or self._milvus(tree, name)
        if index is not None:
            yield index
            return
        vectors = tree.get("vectors")
        if isinstance(vectors, Mapping):
            yield from self._qdrant(vectors, name)
        metrics = self._milvus_metric(tree)
        for key, entry in tree.entries.items():
            if key == "dynamic_templates":
                continue  # what a field would be if one of that name came
            for inner in self.found(entry.value, name if key in ("properties", "mappings", "attrs") else key):
                yield inner._replace(metric=inner.metric or metrics) if inner.engine == "milvus" else inner

    def _search(self, tree: Mapping, name: str) -> Index | None:
        kind = _text(tree.get("type"))
        if kind == "knn_vector" and "dimension" in tree.entries:
            method = tree.get("method")
            inner = method if isinstance(method, Mapping) else tree
            metric = self._metric(tree.get("space_type") or inner.get("space_type"))
            return Index(
                "opensearch",
                name,
                self._path,
                self._width(tree.get("dimension")),
                metric,
                self._kind(inner.get("name")),
            )
        if kind == "dense_vector" and "dims" in tree.entries:
            return Index(
                "elasticsearch", name, self._path, self._width(tree.get("dims")), self._metric(tree.get("similarity"))
            )
        return None

    def _redis(self, tree: Mapping, name: str) -> Index | None:
        inner = tree.get("attrs")
        inner = inner if isinstance(inner, Mapping) else tree
        if "dims" not in inner.entries or "distance_metric" not in inner.entries:
            return None
        metric, kind = self._metric(inner.get("distance_metric")), self._kind(inner.get("algorithm"))
        return Index("redis", name, self._path, self._width(inner.get("dims")), metric, kind)

    def _qdrant(self, vectors: Mapping, name: str) -> Iterator[Index]:
        named = (
            {name: vectors} if "size" in vectors.entries else {key: one.value for key, one in vectors.entries.items()}
        )
        for key, one in named.items():
            if isinstance(one, Mapping) and "size" in one.entries and "distance" in one.entries:
                yield Index("qdrant", key, self._path, self._width(one.get("size")), self._metric(one.get("distance")))

    def _milvus(self, tree: Mapping, name: str) -> Index | None:
        kind = (
            _text(tree.get("dataType"))
            or _text(tree.get("data_type"))
            or _text(tree.get("type"))
            or _text(tree.get("dtype"))
        )
        if kind.rpartition(".")[2].lower() not in _MILVUS:
            return None
        for holder in (tree, tree.get("params"), tree.get("elementTypeParams"), tree.get("type_params")):
            if isinstance(holder, Mapping) and "dim" in holder.entries:
                return Index("milvus", name, self._path, self._width(holder.get("dim")), self._milvus_metric(tree))
        return None

    def _milvus_metric(self, tree: Mapping) -> Fact | None:
        """The metric that stands beside the fields: in the parameters of an index."""
        for key in ("metricType", "metric_type"):
            if key in tree.entries:
                return self._metric(tree.get(key))
        for key in ("indexParams", "index_params", "index"):
            inner = tree.get(key)
            for one in inner.items if isinstance(inner, Sequence) else (inner,):
                if isinstance(one, Mapping) and (metric := self._milvus_metric(one)):
                    return metric
        return None

    def _weaviate(self, tree: Mapping, name: str) -> Iterator[Index]:
        several = tree.get("vectorConfig")
        if isinstance(several, Mapping):
            for key, entry in several.entries.items():
                if isinstance(entry.value, Mapping):
                    vectorizer = entry.value.get("vectorizer")
                    yield self._of_class(
                        entry.value, vectorizer if isinstance(vectorizer, Mapping) else None, f"{name}.{key}"
                    )
            return
        modules = tree.get("moduleConfig")
        yield self._of_class(tree, modules if isinstance(modules, Mapping) else None, name)

    def _of_class(self, tree: Mapping, modules: Mapping | None, name: str) -> Index:
        config = tree.get("vectorIndexConfig")
        metric = self._metric(config.get("distance")) if isinstance(config, Mapping) else None
        used = _text(tree.get("vectorizer"))
        model = width = None
        for key, entry in modules.entries.items() if modules else ():
            if isinstance(entry.value, Mapping) and (key == used or (not used and "2vec" in key)):
                text = entry.value.get("model")
                if isinstance(text, Scalar) and isinstance(text.value, str):
                    model = Fact(text.value, self._at(text))
                width = self._width(entry.value.get("dimensions"))
        return Index("weaviate", name, self._path, width, metric, self._kind(tree.get("vectorIndexType")), model)

    def _width(self, tree: Tree | None) -> Fact | None:
        if not isinstance(tree, Scalar):
            return None
        number = tree.text.strip()
        if number.isdigit() and int(number) > 0:
            return Fact(int(number), self._at(tree))
        return Fact(Unknown(f"`{number[:60]}` is filled in later"), self._at(tree)) if number else None

    def _metric(self, tree: Tree | None) -> Fact | None:
        word = METRICS.get(_text(tree).lower())
        return Fact(word, self._at(tree)) if word and isinstance(tree, Scalar) else None

    def _kind(self, tree: Tree | None) -> Fact | None:
        word = KINDS.get(_text(tree).lower())
        return Fact(word, self._at(tree)) if word and isinstance(tree, Scalar) else None

    def _at(self, tree: Scalar) -> Location:
        return Location(self._path, tree.line, tree.column, NAME)


def _text(tree: Tree | None) -> str:
    return tree.text.strip() if isinstance(tree, Scalar) else ""
