"""One thing that a file says."""

from __future__ import annotations

from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value

TABLE = "facts"  # the reader of what no file says and a table of model facts does


FOUND = ("Compose", "Settings", "GMConnector")  # kinds of graphs that no document declares


class GraphKey(NamedTuple):
    """Which graph a claim speaks of: `metadata.name` and `metadata.variant` ("" where there is none).

    `kind` is `ApplicationGraph` or `ModelSpec`: a ModelSpec is a graph of its own unless some node refers to it.
    """

    name: str
    variant: str = ""
    kind: str = "ApplicationGraph"

    @property
    def is_found(self) -> bool:
        """Whether readers of other formats put the graph together: a stack, the settings of an application."""
        return self.kind in FOUND

    @property
    def label(self) -> str:
        """The name as reports write it: `name`, or `name@variant`."""
        return f"{self.name}@{self.variant}" if self.variant else self.name


class Claim(NamedTuple):
    """attribute = value, said of one element of one graph, with the place that says so. Never overwritten.

    `element` is `node:NAME`, `edge:N` (N counts the edges of one document), `slo:NAME`, `policy:NAME` or `graph:`.
    `attribute` is a full name of the catalogue with the names filled in (`outputs.vector.dimension`, `edge.latencyMs`,
    `slo.latencyMs`, `prompt.parts[history].maxTokens`); the empty attribute declares the element itself, and its value is
    the tuple (from, to) for an edge and `None` otherwise. A port that says nothing is declared by the attribute
    `outputs.vector` (or `inputs.text`) with the value `None`. Metadata of the graph is `metadata.version` and so on, on the
    element `graph:`.
    `document` tells the documents of one file apart (counts from 0).
    `text` is the source text where normalising lost it (`64 GB` for 59.6 GiB); of what a table says, the table's source and date.
    """

    graph: GraphKey
    element: str
    attribute: str
    value: Value | Unknown
    location: Location
    document: int = 0
    text: str | None = None

    @property
    def is_of_table(self) -> bool:
        """Whether no file says so, but a table of facts: `location` is then where the model is named."""
        return self.location.reader == TABLE
