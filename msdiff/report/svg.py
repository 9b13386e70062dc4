"""Graphs -> one SVG picture.

In: graphs. Out: a complete SVG document of our own layout, left to right, each graph under its title. Promise:
well-formed XML whatever the names hold, no script, no external font, image or link.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msdiff.model.graph import Graph
from msdiff.report.drawing import Arrow, Box, Drawing, drawing_of, look
from msdiff.report.escape import visible, xml
from msdiff.report.layers import Layout, Slot, layered

_HEIGHT, _GAP_X, _GAP_Y, _MARGIN, _TITLE = 46.0, 70.0, 26.0, 24.0, 34.0
_LEAST, _MOST = 100.0, 280.0  # width of a box
_LETTER = 7.3  # width of one letter at 13 px
_DASHES = {"solid": "", "dashed": ' stroke-dasharray="8 5"', "dotted": ' stroke-dasharray="2 4"'}
_STROKE = "#555"
_MARKS = {"breaking": "#c62828", "risky": "#ef6c00", "unverified": "#7b1fa2", "changed": "#1565c0"}


def svg(*graphs: Graph) -> str:
    """The graphs in full, one under another."""
    return pictured(map(drawing_of, graphs))


def pictured(drawings: Iterable[Drawing]) -> str:
    """The drawings, one under another; what a box is marked with is the colour of its border."""
    parts: list[str] = []
    top, width = 0.0, 0.0
    for drawing in drawings:
        picture = _Picture(drawing, top)
        parts += picture.elements()
        top += picture.height
        width = max(width, picture.width)
    size = f'viewBox="0 0 {_n(width)} {_n(top)}" width="{_n(width)}" height="{_n(top)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="13">'
    return "\n".join(
        (head, _ARROWHEAD, f'<rect width="{_n(width)}" height="{_n(top)}" fill="#fff"/>', *parts, "</svg>\n")
    )


_ARROWHEAD = (
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
    f'<path d="M0 0L10 5L0 10z" fill="{_STROKE}"/></marker></defs>'
)


class _Picture:
    """One drawing with the place of everything in it."""

    def __init__(self, drawing: Drawing, top: float) -> None:
        self.drawing = drawing
        self.layout: Layout = layered(
            [box.key for box in drawing.boxes], [(a.source, a.target) for a in drawing.arrows]
        )
        longest = max((max(_letters(box.name), _letters(box.role)) for box in drawing.boxes), default=0.0)
        self.box_width = min(max(longest * _LETTER + 28, _LEAST), _MOST)
        self.top = top + _TITLE + _MARGIN
        room_below = _GAP_Y * 2 if self.layout.backward else 0
        self.height = (
            _TITLE + 2 * _MARGIN + self.layout.rows * (_HEIGHT + _GAP_Y) - _GAP_Y * bool(drawing.boxes) + room_below
        )
        across = self.layout.columns * (self.box_width + _GAP_X) - _GAP_X
        self.width = max(across, _letters(drawing.title) * 9, _LEAST) + 2 * _MARGIN

    def elements(self) -> Iterator[str]:
        title = xml(self.drawing.title)
        yield f'<text x="{_n(_MARGIN)}" y="{_n(self.top - _MARGIN)}" font-size="16" font-weight="bold">{title}</text>'
        for number, arrow in enumerate(self.drawing.arrows):
            yield self._arrow(number, arrow)
        for box in self.drawing.boxes:
            yield self._box(box)

    def _left(self, slot: Slot) -> float:
        return _MARGIN + slot.column * (self.box_width + _GAP_X)

    def _middle(self, slot: Slot) -> float:
        return self.top + slot.row * (_HEIGHT + _GAP_Y) + _HEIGHT / 2

    def _arrow(self, number: int, arrow: Arrow) -> str:
        line = self._back(arrow) if number in self.layout.backward else self._forth(number, arrow)
        said = xml(f"{arrow.source} → {arrow.target}" + (f" ({arrow.label})" if arrow.label else ""))
        look = f'fill="none" stroke="{_STROKE}" stroke-width="1.4"{_DASHES[arrow.style]} marker-end="url(#head)"'
        return f'<path d="{line}" {look}><title>{said}</title></path>'

    def _forth(self, number: int, arrow: Arrow) -> str:
        source, target = self.layout.slots[arrow.source], self.layout.slots[arrow.target]
        x, y = self._left(source) + self.box_width, self._middle(source)
        words = [f"M{_n(x)} {_n(y)}"]
        for slot in self.layout.bends.get(number, ()):
            words.append(_curve(x, y, self._left(slot), self._middle(slot)))
            x, y = self._left(slot) + self.box_width, self._middle(slot)
            words.append(f"L{_n(x)} {_n(y)}")
        words.append(_curve(x, y, self._left(target), self._middle(target)))
        return "".join(words)

    def _back(self, arrow: Arrow) -> str:
        """From below the source round to below the target; from one box to itself, a loop under it."""
        source, target = self.layout.slots[arrow.source], self.layout.slots[arrow.target]
        spread = self.box_width / 4
        x, to = self._left(source) + 2 * spread, self._left(target) + 2 * spread
        if source == target:
            x, to = x + spread, to - spread
        y, end = self._middle(source) + _HEIGHT / 2, self._middle(target) + _HEIGHT / 2
        deep = max(y, end) + _GAP_Y * 1.8
        return f"M{_n(x)} {_n(y)}C{_n(x)} {_n(deep)} {_n(to)} {_n(deep)} {_n(to)} {_n(end)}"

    def _box(self, box: Box) -> str:
        slot = self.layout.slots[box.key]
        x, y = self._left(slot), self._middle(slot) - _HEIGHT / 2
        middle = _n(x + self.box_width / 2)
        room = int((self.box_width - 20) / _LETTER)
        name, role = (xml(_cut(text, room)) for text in (box.name, box.role))
        return (
            f"<g><title>{xml(box.name)} ({xml(box.role)})</title>{_outline(box, x, y, self.box_width)}"
            f'<text x="{middle}" y="{_n(y + 20)}" text-anchor="middle" font-weight="bold">{name}</text>'
            f'<text x="{middle}" y="{_n(y + 36)}" text-anchor="middle" font-size="11" fill="#444">{role}</text></g>'
        )


def _outline(box: Box, x: float, y: float, width: float) -> str:
    look_of = look(box.role)
    right, bottom, middle = x + width, y + _HEIGHT, y + _HEIGHT / 2
    paint = f'fill="{look_of.fill}" stroke="{_STROKE}" stroke-width="1.2"'
    if box.mark in _MARKS:
        paint = f'fill="{look_of.fill}" stroke="{_MARKS[box.mark]}" stroke-width="3"'
    if box.mark == "missing":
        paint = 'fill="#fff" stroke="#b71c1c" stroke-dasharray="4 3"'
    if look_of.shape in ("hexagon", "diamond"):
        cut = 14 if look_of.shape == "hexagon" else 8
        inset = 0 if look_of.shape == "hexagon" else 4
        points = [(x, middle), (x + cut, y - inset), (right - cut, y - inset), (right, middle),
                  (right - cut, bottom + inset), (x + cut, bottom + inset)]  # fmt: skip
        return f'<polygon points="{" ".join(f"{_n(a)},{_n(b)}" for a, b in points)}" {paint}/>'
    if look_of.shape == "cylinder":
        radius, depth = _n(width / 2), 5
        body = f"M{_n(x)} {_n(y)}V{_n(bottom)}A{radius} {depth} 0 0 0 {_n(right)} {_n(bottom)}V{_n(y)}"
        lid = f"A{radius} {depth} 0 0 0 {_n(x)} {_n(y)}A{radius} {depth} 0 0 0 {_n(right)} {_n(y)}"
        return f'<path d="{body}{lid}" {paint}/>'
    corner = {"pill": _HEIGHT / 2, "double": 0.0}.get(look_of.shape, 5.0)
    rect = f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(_HEIGHT)}" rx="{_n(corner)}" {paint}/>'
    if look_of.shape != "double":
        return rect
    sides = f"M{_n(x + 6)} {_n(y)}V{_n(bottom)}M{_n(right - 6)} {_n(y)}V{_n(bottom)}"
    return f'{rect}<path d="{sides}" fill="none" stroke="{_STROKE}" stroke-width="1.2"/>'


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    half = (to_x - x) / 2
    return f"C{_n(x + half)} {_n(y)} {_n(to_x - half)} {_n(to_y)} {_n(to_x)} {_n(to_y)}"


def _letters(text: str) -> float:
    """Width in letters: ideographs take two."""
    return float(sum(2 if ord(letter) > 0x2E7F else 1 for letter in visible(text)))


def _cut(text: str, room: int) -> str:
    text = visible(text)
    return text if _letters(text) <= room else text[: max(room - 1, 1)] + "…"


def _n(number: float) -> str:
    """A coordinate with at most one digit after the point."""
    return f"{number:.1f}".removesuffix(".0")
