"""Runs of one-line items give the trees that the parser gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msdiff.syntax.runs import MANY, SMALL, without_runs
from msdiff.syntax.shape import plain
from msdiff.syntax.tree import Limits, Mapping, Sequence, Shared, parsed

FILLER = "# " + "x" * 78 + "\n"
PADDING = FILLER * (SMALL // len(FILLER) + 1)


def edges(count: int, *, end: str = "\n", indent: str = "  ", inner: str = "") -> str:
    return "".join(f"{indent}- {{{inner}from: n{n}.x, to: n{n + 1}.y{inner}}}{end}" for n in range(count))


def test_a_run_is_taken_out_and_lines_keep_their_numbers() -> None:
    text = PADDING + "edges:\n" + edges(MANY) + "after: 1\n"
    shorter, runs = without_runs(text.encode())
    assert len(runs) == 1
    assert shorter.count(b"\n") == text.count("\n")
    assert b"from" not in shorter


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("inner", ["", " "])
def test_the_trees_are_the_parsers(end: str, inner: str) -> None:
    lines = edges(MANY + 5, end=end, inner=inner)
    quick, _ = parsed((PADDING + "edges:\n" + lines + "after: 1\n").encode(), "a.yaml")
    slow, _ = parsed(("\n" * PADDING.count("\n") + "edges:\n" + lines + "after: 1\n").encode(), "a.yaml")
    assert quick == slow


@pytest.mark.parametrize(
    "text",
    [
        "edges: |\n" + edges(MANY),  # text
        "edges: text\n" + edges(MANY, indent="    "),  # text over several lines
        'edges: "\n' + edges(MANY) + '"\n',
        "edges:\n" + edges(MANY) + "  - {from: a, from: b}\n",
        "edges:\n" + edges(MANY) + "    more: 1\n",  # what follows does not fit
        "a: [\n" + edges(MANY) + "]\n",
        "? \n" + edges(MANY) + ": 1\n",
        "edges:\n" + "".join("  - {a: 1, a: 2}\n" for _ in range(MANY)),
        "edges:\n" + "".join(f"  - {{a: {'9' * 401}}}\n" for _ in range(MANY)),
        "edges: &e\n" + edges(MANY) + "again: *e\n",
        "msdiff.run.of.items.0: 1\nedges:\n" + edges(MANY),
        "edges:\n" + edges(MANY) + "---\nedges:\n" + edges(MANY, indent=""),
    ],
)
def test_where_a_run_is_something_else_the_parser_decides(text: str) -> None:
    quick = parsed((PADDING + text).encode(), "a.yaml")
    slow = parsed(("\n" * PADDING.count("\n") + text).encode(), "a.yaml")
    assert quick.documents == slow.documents
    assert [(one.location, one.message) for one in quick.problems] == [
        (one.location, one.message) for one in slow.problems
    ]


def test_depth_counts_in_a_run_too() -> None:
    text = PADDING + "a:\n  b:\n" + edges(MANY, indent="    ")
    assert len(parsed(text.encode(), "a.yaml", Limits(depth=4)).documents) == 1
    assert [one.message for one in parsed(text.encode(), "a.yaml", Limits(depth=3)).problems] == [
        "nested deeper than 3 levels"
    ]


WORDS = st.sampled_from(
    ["a", "b.c", "1", "010", "1e3", "no", "true", "null", "0x1F", "x@y", "n-1", "1.50", "./p", "~x"]
)
PAIRS = st.dictionaries(st.sampled_from(["from", "to", "when", "timeoutMs", "x-a"]), WORDS, min_size=1, max_size=4)


@settings(max_examples=30, deadline=None)
@given(st.lists(PAIRS, min_size=MANY, max_size=MANY + 8), st.integers(0, 4))
def test_any_run(rows: list[dict[str, str]], indent: int) -> None:
    lines = "".join(
        f"{' ' * indent}- {{{', '.join(f'{key}: {value}' for key, value in row.items())}}}\n" for row in rows
    )
    quick, _ = parsed((PADDING + "edges:\n" + lines).encode(), "a.yaml")
    slow, _ = parsed(("\n" * PADDING.count("\n") + "edges:\n" + lines).encode(), "a.yaml")
    assert quick == slow
    (tree,) = quick
    assert isinstance(tree, Mapping)
    items = tree.get("edges")
    assert isinstance(items, Sequence)
    assert [len(plain(item)) for item in items.items] == [len(row) for row in rows]  # type: ignore[arg-type]


def test_a_run_of_another_version_is_found_again() -> None:
    text = (PADDING + "edges:\n" + edges(MANY * 9) + "after: 1\nmore:\n" + edges(MANY * 8, indent="")).encode()
    shorter, runs = without_runs(text)
    again, found = without_runs(text, runs)
    assert (again, found) == (shorter, runs)
    moved, found = without_runs(b"# one line more\n" + text, runs)
    assert (moved, found) == (b"# one line more\n" + shorter, runs)


@pytest.mark.parametrize("more", ["  - {from: a, to: b}\n", "  - {from: a, to: b, kind: async}\n", "    more: 1\n", ""])
def test_what_follows_a_known_run_is_read_as_ever(more: str) -> None:
    shared: Shared = {}
    parsed((PADDING + "edges:\n" + edges(MANY * 9)).encode(), "a.yaml", shared=shared)
    text = "edges:\n" + edges(MANY * 9) + more + "after: 1\n"
    quick = parsed((PADDING + text).encode(), "a.yaml", shared=shared)
    slow = parsed(("\n" * PADDING.count("\n") + text).encode(), "a.yaml")
    assert len(shared) >= 1
    assert quick.documents == slow.documents
    assert [(one.location, one.message) for one in quick.problems] == [
        (one.location, one.message) for one in slow.problems
    ]
