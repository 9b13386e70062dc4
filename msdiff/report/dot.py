"""Graphs -> Graphviz DOT.

In: graphs. Out: one `digraph`. Promise: every name is a quoted string, so that none is read as DOT or as HTML.
"""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.model.graph import Graph
from msdiff.report.drawing import Arrow, Box, Drawing, drawing_of, look
from msdiff.report.escape import dot_text

_SHAPES = {
    "box": 'shape=box, style="filled"',
    "pill": 'shape=box, style="filled,rounded"',
    "cylinder": 'shape=cylinder, style="filled"',
    "hexagon": 'shape=hexagon, style="filled"',
    "diamond": 'shape=diamond, style="filled"',
    "double": 'shape=box, style="filled", peripheries=2',
}
_MISSING = 'shape=box, style="dashed", color="#b71c1c"'


def dot(*graphs: Graph) -> str:
    """The graphs in full, each a cluster where there are several."""
    return "\n".join(_lines(tuple(map(drawing_of, graphs)))) + "\n"


def _lines(drawings: tuple[Drawing, ...]) -> Iterator[str]:
    yield "digraph msdiff {"
    yield "  rankdir=LR"
    yield '  node [fontname="sans-serif", color="#555555"]'
    yield '  edge [fontname="sans-serif", fontsize=10, color="#555555"]'
    for number, drawing in enumerate(drawings):
        prefix = f"{number}/" if len(drawings) > 1 else ""
        if prefix:
            yield f'  subgraph "cluster_{number}" {{'
            yield f'    label="{dot_text(drawing.title)}"'
        for box in drawing.boxes:
            yield f"  {_box(box, prefix)}"
        if prefix:
            yield "  }"
        for arrow in drawing.arrows:
            yield f"  {_arrow(arrow, prefix)}"
    yield "}"


def _box(box: Box, prefix: str) -> str:
    role = look(box.role)
    style = _MISSING if box.mark == "missing" else f'{_SHAPES[role.shape]}, fillcolor="{role.fill}"'
    return f'"{prefix}{dot_text(box.key)}" [label="{dot_text(box.name)}\\n{dot_text(box.role)}", {style}]'


def _arrow(arrow: Arrow, prefix: str) -> str:
    wanted = [
        f'label="{dot_text(arrow.label)}"' if arrow.label else "",
        "" if arrow.style == "solid" else f"style={arrow.style}",
    ]
    words = ", ".join(filter(None, wanted))
    ends = f'"{prefix}{dot_text(arrow.source)}" -> "{prefix}{dot_text(arrow.target)}"'
    return f"{ends} [{words}]" if words else ends
