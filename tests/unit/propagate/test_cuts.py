"""Where a guard closes every open way, held against trying every set of edges."""

from itertools import combinations
from typing import Any

from graphs import graph
from hypothesis import given
from hypothesis import strategies as st

from msdiff.model.graph import Graph
from msdiff.propagate.cuts import closing_edges
from msdiff.propagate.routes import Routes

NAMES = ["a", "b", "c", "d", "llm"]
PAIRS = [(one, other) for one in ("start", *NAMES) for other in NAMES if one != other]
GUARD: dict[str, Any] = {"guard.kinds": ("pii",), "guard.onFailure": "closed"}


def made(pairs: list[tuple[str, str]], guard: str = "") -> Graph:
    ends = [f"{one} -> {other}" for one, other in pairs]
    roles = {"start": "entry", "llm": "generator", **({guard: "guardrail"} if guard else {})}
    return graph(*(f"{name}:{role}" for name, role in roles.items()), *ends, nodes={guard: GUARD} if guard else None)


def names(found: Graph) -> list[str]:
    return [edge.name for edge in closing_edges(found, "llm", ["pii"])]


def test_the_narrowest_place_nearest_to_the_node() -> None:
    wide = [("start", "a"), ("start", "b"), ("a", "c"), ("b", "c"), ("c", "d"), ("d", "llm")]
    assert names(made(wide)) == ["d->llm"]
    assert names(made(wide, guard="d")) == []
    assert names(made([*wide, ("a", "llm")], guard="d")) == ["a->llm"]


def test_a_node_that_nothing_reaches_and_an_entry_need_no_guard() -> None:
    assert names(made([("a", "llm")])) == []
    assert closing_edges(made([("start", "llm")]), "start", ["pii"]) == ()


@given(st.lists(st.sampled_from(PAIRS), max_size=9, unique=True), st.sampled_from(["", "a", "b"]))
def test_fewest_edges_and_no_way_left(pairs: list[tuple[str, str]], guard: str) -> None:
    found = names(made(pairs, guard))

    def closed(cut: list[str]) -> bool:
        left = made([pair for pair in pairs if "->".join(pair) not in cut], guard)
        return "llm" not in Routes(left).reach(["start"], {guard}).came_from

    assert closed(found)
    every = ["->".join(pair) for pair in pairs]
    assert not any(closed(list(cut)) for size in range(len(found)) for cut in combinations(every, size))
