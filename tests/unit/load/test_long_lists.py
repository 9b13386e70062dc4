"""Edges by the hundred, one a line: read without the parser, and once for both versions; they say what the parser would say."""

import pytest

from msdiff.load import FileClaims, Shared, claims_of
from msdiff.syntax.runs import MANY, SMALL
from tests.snapshots import compared
from tests.unit.load.reading import CATALOGUE

FILLER = "# " + "x" * 78 + "\n"
COUNT = SMALL // len(FILLER) + 1
HEAD = "apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {name: large}\nspec:\n"
NODES = "  nodes:\n" + "".join(f"    a{n}: {{role: tool, outputs: {{o: {{type: text}}}}}}\n" for n in range(MANY + 9))


def edges(*more: str, first: int = 0) -> str:
    lines = [f"    - {{from: a{n}.o, to: a{n + 1}}}\n" for n in range(first, first + MANY)]
    return "  edges:\n" + "".join([*lines, *(f"    - {one}\n" for one in more)])


def read(text: str, *, quick: bool, shared: Shared | None = None) -> FileClaims:
    """What the text says; comments make it long enough for the quick way, empty lines do not."""
    padding = FILLER * COUNT if quick else "\n" * COUNT
    return claims_of("a.yaml", (padding + text).encode(), CATALOGUE, shared=shared)


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("{from: a1.o, to: a3, kind: async}",),
        ("{from: a1.o, too: a3}", "{from: a1.o, to: 12}", "{to: a1, from: a2.o}"),
        ("text",),
    ],
)
def test_the_quick_way_says_the_same(more: tuple[str, ...]) -> None:
    text = HEAD + NODES + edges(*more, *(f"{{from: a{n}.o, to: a{n + 2}}}" for n in range(MANY)))
    quick, slow = read(text, quick=True), read(text, quick=False)
    assert quick.claims == slow.claims
    assert [(one.location, one.message) for one in quick.problems] == [
        (one.location, one.message) for one in slow.problems
    ]
    assert [one.value for one in quick.claims if one.element == f"edge:{MANY + len(more)}"] == [("a0.o", "a2")]


def test_equal_lines_of_two_versions_are_read_once() -> None:
    shared = Shared({}, {})
    base = read(HEAD + NODES + edges(), quick=True, shared=shared).claims
    head = read(HEAD + NODES.replace("text", "json") + edges(), quick=True, shared=shared).claims
    moved = read(HEAD + "\n" + NODES + edges(), quick=True, shared=shared).claims
    assert base[-1] is head[-1]
    assert moved[-1] is not head[-1]
    assert moved[-1].location.line == head[-1].location.line + 1
    assert head == read(HEAD + NODES.replace("text", "json") + edges(), quick=False).claims


def test_what_differs_in_edges_is_found_beside_what_does_not() -> None:
    padding = FILLER * COUNT
    base = padding + HEAD + NODES + edges()
    head = padding + HEAD + NODES + edges(first=1)
    report = compared({"a.yaml": base}, {"a.yaml": head})
    assert {(one.change.kind, one.change.edge) for one in report.changes} == {
        ("edge.removed", "a0.o->a1"),
        ("edge.added", f"a{MANY}.o->a{MANY + 1}"),
    }
