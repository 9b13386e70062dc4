"""Which nodes and edges a selector picks (design, section 11, point 22)."""

from typing import Any

import pytest
from graphs import graph

from msdiff.errors import InputError
from msdiff.propagate.selectors import select, select_edges

GRAPH = graph(
    "in:entry -> screen:guardrail 1 -> llm.query:generator 2",
    "screen -> docs:retriever 3 -> llm.documents",
    "llm -> shop:tool",
    "llm -> check:guardrail",
    nodes={
        "screen": {
            "guard.kinds": ("pii", "toxicity"),
            "guard.stage": "input",
            "labels": {"team": "trust", "tier": "1"},
        },
        "check": {"guard.kinds": ("toxicity",), "guard.stage": "output", "guard.streaming": "hold", "owner": "@safety"},
        "shop": {"tools.offered[buy].sideEffect": "write", "tools.offered[look].sideEffect": "none"},
        "docs": {"labels": {"team": "search"}},
    },
    edges={"llm->shop": {"kind": "call", "role": "tool"}, "docs->llm.documents": {"role": "ranking", "name": "top"}},
)


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("llm", ("llm",)),
        ("nobody", ()),
        ({"node": ("llm", "docs", "nobody")}, ("docs", "llm")),
        ({"role": "guardrail"}, ("check", "screen")),
        ({"role": ("entry", "tool")}, ("in", "shop")),
        ({"labels": {"team": ("trust", "search")}}, ("docs", "screen")),
        ({"labels": {"team": "trust", "tier": "2"}}, ()),
        ({"guard": {"kind": "toxicity"}}, ("check", "screen")),
        ({"guard": {"kind": ("pii", "bias")}}, ("screen",)),
        ({"guard": {"kind": "toxicity", "stage": "output"}}, ("check",)),
        ({"guard": {"streaming": "hold"}}, ("check",)),
        ({"sideEffect": ("write", "destructive")}, ("shop",)),
        ({"owner": "@safety"}, ("check",)),
        ({"graph": "app", "role": "generator"}, ("llm",)),
        ({"graph": "other", "role": "generator"}, ()),
        ({"role": "guardrail", "labels": {"team": "trust"}}, ("screen",)),
    ],
)
def test_nodes(selector: Any, names: tuple[str, ...]) -> None:
    assert (select(GRAPH, selector), select_edges(GRAPH, selector)) == (names, None)


@pytest.mark.parametrize(
    ("selector", "keys"),
    [
        ({"edges": "llm->shop"}, ("llm->shop",)),
        ({"edges": "llm->nobody"}, ()),
        ({"edges": {"kind": "call"}}, ("llm->shop",)),
        ({"edges": {"role": ("tool", "ranking")}}, ("docs->llm.documents", "llm->shop")),
        ({"edges": {"name": "top"}}, ("docs->llm.documents",)),
        ({"edges": {"from": {"role": "guardrail"}}}, ("screen->docs", "screen->llm.query")),
        ({"edges": {"from": {"role": "guardrail"}, "to": "llm"}}, ("screen->llm.query",)),
    ],
)
def test_edges(selector: Any, keys: tuple[str, ...]) -> None:
    assert select_edges(GRAPH, selector) == keys


@pytest.mark.parametrize("selector", [{}, {"guard": {}}, {"rolle": "entry"}, {"guard": {"kinds": "pii"}}, 7, None])
def test_a_selector_that_says_nothing_or_something_unknown_is_an_error(selector: Any) -> None:
    with pytest.raises(InputError, match="selector"):
        select(GRAPH, selector)


@pytest.mark.parametrize("selector", [{"edges": {}}, {"edges": {"node": "llm"}}])
def test_an_edge_selector_likewise(selector: Any) -> None:
    with pytest.raises(InputError, match="selector"):
        select_edges(GRAPH, selector)
