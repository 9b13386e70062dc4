"""One index, or one column that holds vectors, as a file describes it."""

from __future__ import annotations

from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value

METRICS = {
    **dict.fromkeys(("cosine", "cosinesimil", "cosine_similarity", "angular"), "cosine"),
    **dict.fromkeys(
        (
            "ip",
            "dot",
            "dotproduct",
            "dot_product",
            "innerproduct",
            "inner_product",
            "max_inner_product",
            "maximum_inner_product",
        ),
        "dotProduct",
    ),
    **dict.fromkeys(("l2", "l2_norm", "l2-squared", "euclid", "euclidean"), "euclidean"),
    **dict.fromkeys(("l1", "manhattan"), "manhattan"),
    "hamming": "hamming",
}  # spelling of some engine, in lower case -> the catalogue's word
KINDS = {"hnsw": "hnsw", "ivfflat": "ivf", "ivf": "ivf", "ivf_flat": "ivf", "flat": "flat"}


class Fact(NamedTuple):
    """A value with its place."""

    value: Value | Unknown
    place: Location


class Index(NamedTuple):
    """What one index says of itself. `name` is for people: table and column, index and field."""

    engine: str
    name: str
    file: str
    dimension: Fact | None = None
    metric: Fact | None = None
    kind: Fact | None = None
    model: Fact | None = None
