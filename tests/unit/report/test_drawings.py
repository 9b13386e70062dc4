"""`msdiff graph`: Mermaid, DOT, SVG and JSON of a graph."""

import json
import re
import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest
from drawn_graphs import graph, of_names, support_assistant
from golden import Golden, GoldenJson, GoldenSvg
from hypothesis import given, settings
from hypothesis import strategies as st
from reports import PAYLOADS
from syrupy.assertion import SnapshotAssertion

from msdiff.report.dot import dot
from msdiff.report.drawing import drawing_of
from msdiff.report.escape import visible
from msdiff.report.graph_html import graph_html
from msdiff.report.graph_json import graph_json
from msdiff.report.layers import layered
from msdiff.report.mermaid import mermaid
from msdiff.report.svg import svg

SVG = "{http://www.w3.org/2000/svg}"


def test_mermaid(snapshot: SnapshotAssertion) -> None:
    assert mermaid(support_assistant()) == snapshot.use_extension(Golden)


def test_dot(snapshot: SnapshotAssertion) -> None:
    assert dot(support_assistant()) == snapshot.use_extension(Golden)


def test_svg(snapshot: SnapshotAssertion) -> None:
    assert svg(support_assistant()) == snapshot.use_extension(GoldenSvg)


def test_json(snapshot: SnapshotAssertion) -> None:
    assert graph_json(support_assistant()) == snapshot.use_extension(GoldenJson)


def test_a_drawing_has_every_node_and_every_edge() -> None:
    drawing = drawing_of(support_assistant())
    assert [box.name for box in drawing.boxes if box.mark == "missing"] == ["rerankr"]
    assert len(drawing.boxes) == 12
    assert len(drawing.arrows) == 15
    styles = {(arrow.source, arrow.target): arrow.style for arrow in drawing.arrows if arrow.style != "solid"}
    assert styles == {("vector_db", "reranker"): "dashed", ("llm", "audit_log"): "dotted"}


def test_several_graphs_are_kept_apart() -> None:
    one, other = graph({"a": "entry", "b": "exit"}, (("a", "b"),), name="one"), graph({"a": "entry"}, (), name="two")
    assert mermaid(one, other).splitlines()[:8] == [
        "flowchart LR",
        '  subgraph g0["one"]',
        '  n0(["a<br>entry"])',
        '  n1(["b<br>exit"])',
        "  end",
        '  subgraph g1["two"]',
        '  n2(["a<br>entry"])',
        "  end",
    ]
    assert '"0/a" -> "0/b"' in dot(one, other)
    titles = [
        text.text
        for text in ElementTree.fromstring(svg(one, other)).iter(f"{SVG}text")
        if text.get("font-size") == "16"
    ]
    assert titles == ["one", "two"]
    assert [found["label"] for found in json.loads(graph_json(one, other))["graphs"]] == ["one", "two"]


@pytest.mark.parametrize("draw", [mermaid, dot, svg, graph_json])
def test_an_empty_graph_can_be_drawn(draw: object) -> None:
    assert callable(draw)
    assert draw(graph({}, ())).endswith("\n")
    assert draw().endswith("\n")


def test_svg_is_well_formed_and_has_text_only() -> None:
    root = ElementTree.fromstring(svg(of_names(*PAYLOADS)))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg", "defs", "marker", "path", "rect", "g", "title", "text",
    }  # fmt: skip
    assert not any("href" in name or name.startswith("on") for element in root.iter() for name in element.attrib)
    titles = {element.text for element in root.iter(f"{SVG}title")}
    assert titles >= {f"{visible(text)} (custom)" for text in PAYLOADS}


def test_mermaid_has_labels_and_nothing_from_a_name() -> None:
    text = mermaid(of_names(*PAYLOADS))
    label = r'"(?:[\w .,/()+=\u200b…-]|#\d+;)*<br>custom"'
    for line in text.splitlines()[1:]:
        assert re.fullmatch(rf"  (?:n\d+\[{label}\]|n\d+ --> n\d+|classDef c0 [\w:#,-]+|class [n\d,]+ c0)", line), line


def test_dot_has_strings_and_nothing_from_a_name() -> None:
    quoted = r'"(?:[^"\\\n]|\\.)*"'
    for line in dot(of_names(*PAYLOADS)).splitlines()[4:-1]:
        assert re.fullmatch(
            rf"  {quoted} (?:-> {quoted}|\[label={quoted}, shape=box, style={quoted}, fillcolor={quoted}\])", line
        )


def test_mermaid_says_when_a_page_will_not_draw_it() -> None:
    names = [f"n{number}" for number in range(502)]
    assert mermaid(of_names(*names)).startswith("%% 501 edges, ")
    assert mermaid(of_names(*names[:100])).startswith("flowchart LR\n")


def test_json_says_why_a_value_is_unknown_and_where_a_claim_stands() -> None:
    (found,) = json.loads(graph_json(support_assistant()))["graphs"]
    llm = next(node for node in found["nodes"] if node["name"] == "llm")
    assert llm["attributes"]["model.contextWindow"]["unknown"] == "`llm` declares no model.contextWindow"
    embedder = next(node for node in found["nodes"] if node["name"] == "embedder")
    assert embedder["attributes"]["outputs.vector.dimension"] == {
        "value": 768,
        "unknown": None,
        "inherited": False,
        "location": {"file": "app.yaml", "line": 13, "column": 3},
        "claims": [
            {
                "element": "node:embedder",
                "attribute": "outputs.vector.dimension",
                "value": 768,
                "reader": "graph",
                "location": {"file": "app.yaml", "line": 13, "column": 3},
            }
        ],
        "options": [],
    }
    assert [one["name"] for one in found["unresolved"]] == ["rerankr"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=40))
def test_columns_follow_the_arrows_except_those_that_close_a_cycle(pairs: list[tuple[int, int]]) -> None:
    keys = [str(number) for number in range(13)]
    arrows = [(str(source), str(target)) for source, target in pairs]
    layout = layered(keys, arrows)
    assert set(layout.slots) == set(keys)
    for number, (source, target) in enumerate(arrows):
        columns = layout.slots[source].column, layout.slots[target].column
        if number in layout.backward:
            continue
        assert columns[0] < columns[1]
        passed = [slot.column for slot in layout.bends.get(number, ())]
        assert passed == list(range(columns[0] + 1, columns[1]))
    taken = [*layout.slots.values(), *(slot for slots in layout.bends.values() for slot in slots)]
    assert len(set(taken)) == len(taken)
    assert all(0 <= slot.row <= layout.rows - 1 for slot in taken)


def test_a_graph_without_cycles_has_no_arrow_backward() -> None:
    keys = [str(number) for number in range(200)]
    assert layered(keys, list(pairwise(keys))).backward == frozenset()
    assert layered(["a", "b"], [("b", "a")]).slots["a"].column == 1


def test_a_long_chain_and_a_dense_cycle_are_laid_out() -> None:
    keys = [str(number) for number in range(5_000)]
    arrows = [*pairwise(keys), (keys[-1], keys[0]), *((keys[0], key) for key in keys[2:])]
    layout = layered(keys, arrows)
    assert layout.columns == 5_000
    assert layout.bends == {}  # too many to draw: such arrows run straight


def test_html_shows_the_picture_and_every_node() -> None:
    page = graph_html(support_assistant())
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<svg") == 1
    assert all(f"<code>{name}</code>" in page for name in support_assistant().nodes)
    assert "<script" not in page


@pytest.mark.parametrize("payload", PAYLOADS)
def test_html_is_inert_whatever_the_names_hold(payload: str) -> None:
    page = graph_html(graph({payload: "entry"}, ()))
    plain = graph_html(graph({"a": "entry"}, ()))
    assert sorted(re.findall(r"<[a-z]+", page)) == sorted(re.findall(r"<[a-z]+", plain))
