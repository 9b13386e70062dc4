"""Drawings -> a Mermaid flowchart.

In: graphs, or drawings of a report's affected part. Out: text for a `mermaid` block. Promise: names of nodes are `n0`,
`n1` … and every text is a quoted label, so that no name of the repository is ever read as Mermaid.

Mermaid draws at most 50,000 characters and 500 edges unless the page says otherwise, which no diagram can.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msdiff.model.graph import Graph
from msdiff.report.drawing import Arrow, Box, Drawing, drawing_of, look
from msdiff.report.escape import mermaid_text, shorten

MAX_CHARACTERS = 50_000
MAX_EDGES = 500
_NAME = 40  # characters of a name in a box
_SHAPES = {
    "box": ("[", "]"),
    "pill": ("([", "])"),
    "cylinder": ("[(", ")]"),
    "hexagon": ("{{", "}}"),
    "diamond": ("{", "}"),
    "double": ("[[", "]]"),
}
_MARKS = {
    "breaking": "fill:#ffcdd2,stroke:#b71c1c,stroke-width:3px,color:#111",
    "risky": "fill:#ffe0b2,stroke:#e65100,stroke-width:3px,color:#111",
    "unverified": "fill:#e1bee7,stroke:#6a1b9a,stroke-width:2px,color:#111",
    "safe": "fill:#e8f5e9,stroke:#2e7d32,color:#111",
    "changed": "fill:#bbdefb,stroke:#0d47a1,stroke-width:3px,color:#111",
    "missing": "fill:#fff,stroke:#b71c1c,stroke-dasharray:4 3,color:#b71c1c",
    "passed": "fill:#fafafa,stroke:#9e9e9e,color:#111",
}


def mermaid(*graphs: Graph) -> str:
    """The graphs in full, each a subgraph where there are several; says so where a page may refuse to draw them."""
    text = flowchart(tuple(map(drawing_of, graphs)))
    edges = sum(len(graph.edges) for graph in graphs)
    if edges <= MAX_EDGES and len(text) <= MAX_CHARACTERS:
        return text
    return (
        f"%% {edges} edges, {len(text)} characters: Mermaid draws {MAX_EDGES} and {MAX_CHARACTERS} by default\n{text}"
    )


def flowchart(drawings: Sequence[Drawing]) -> str:
    """The drawings as one flowchart from left to right, ending in a line break."""
    return "\n".join(("flowchart LR", *_body(drawings))) + "\n"


def _body(drawings: Sequence[Drawing]) -> Iterator[str]:
    ids: dict[tuple[int, str], str] = {}
    for number, drawing in enumerate(drawings):
        for box in drawing.boxes:
            ids[number, box.key] = f"n{len(ids)}"
    for number, drawing in enumerate(drawings):
        boxes = (_box(ids[number, box.key], box) for box in drawing.boxes)
        yield from boxes if len(drawings) == 1 else _subgraph(number, drawing.title, boxes)
    dashed: list[int] = []
    count = 0
    for number, drawing in enumerate(drawings):
        for arrow in drawing.arrows:
            yield f"  {ids[number, arrow.source]} {_arrow(arrow)} {ids[number, arrow.target]}"
            if arrow.style == "dashed":
                dashed.append(count)
            count += 1
    if dashed:
        yield f"  linkStyle {','.join(map(str, dashed))} stroke-dasharray:8 4"
    yield from _styles(drawings, ids)


def _subgraph(number: int, title: str, boxes: Iterable[str]) -> Iterator[str]:
    yield f'  subgraph g{number}["{mermaid_text(shorten(title, _NAME))}"]'
    yield from boxes
    yield "  end"


def _box(id: str, box: Box) -> str:
    before, after = _SHAPES[look(box.role).shape]
    return (
        f'  {id}{before}"{mermaid_text(shorten(box.name, _NAME))}<br>{mermaid_text(shorten(box.role, _NAME))}"{after}'
    )


def _arrow(arrow: Arrow) -> str:
    line = "-.->" if arrow.style == "dotted" else "-->"
    return f'{line}|"{mermaid_text(shorten(arrow.label, _NAME))}"|' if arrow.label else line


def _styles(drawings: Sequence[Drawing], ids: dict[tuple[int, str], str]) -> Iterator[str]:
    """One class a fill or mark, with the boxes that have it."""
    classes: dict[str, list[str]] = {}
    for number, drawing in enumerate(drawings):
        for box in drawing.boxes:
            style = _MARKS.get(box.mark, f"fill:{look(box.role).fill},stroke:#555,color:#111")
            classes.setdefault(style, []).append(ids[number, box.key])
    for number, (style, members) in enumerate(classes.items()):
        yield f"  classDef c{number} {style}"
        yield f"  class {','.join(members)} c{number}"
