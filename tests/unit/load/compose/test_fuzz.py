"""Damaged stacks are read, or refused with a place; never a crash, never a claim outside its file."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.load.compose.stacks import SERVED, loaded

LINES = SERVED.splitlines(keepends=True)
PIECES = (
    "${",
    "}",
    ":",
    "- ",
    "  ",
    "'",
    '"',
    "&a ",
    "*a",
    "<<: *a\n",
    "[",
    "{",
    "!reset ",
    "${A:-${B}}",
    "\t",
    "null",
    "extends: app\n",
    "include: [x]\n",
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        what = draw(st.sampled_from(("drop", "double", "insert", "cut")))
        if what == "drop":
            del lines[at]
        elif what == "double":
            lines.insert(at, lines[at])
        elif what == "cut":
            lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
        else:
            where = draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:where] + draw(st.sampled_from(PIECES)) + lines[at][where:]
        if not lines:
            return ""
    return "".join(lines)


@settings(max_examples=150, deadline=None)
@given(damaged(), st.text(alphabet="AB=$\"'{}#\n ", max_size=40))
def test_a_damaged_stack(text: str, variables: str) -> None:
    files = {"compose.yaml": text, ".env": variables}
    found = loaded(files)
    extents = {name: max(1, len(content.splitlines())) for name, content in files.items()}
    for claim in found.claims:
        assert 1 <= claim.location.line <= extents[claim.location.file]
    for problem in found.problems:
        assert problem.location is not None
