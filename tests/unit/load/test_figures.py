"""Figures that cannot be true together."""

import pytest
from reading import CATALOGUE, Files, spec, told

from msdiff.load import load
from msdiff.settings import Settings

HEAD = "apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {name: app}\nspec:\n"


def loaded(text: str) -> list[str]:
    """The problems of a whole version that consists of one file; `spec`'s first line is line 5."""
    problems = load(Files({"app.yaml": HEAD + text}), CATALOGUE, Settings()).problems
    return [f"{one.location}: {one.message} ({one.hint})" for one in problems]


QUANTILE = "a higher percentile cannot be lower"
NODES = [
    ("latency: {p50Ms: 120, p95Ms: 80}", "`latency.p50Ms` (120) is more than `latency.p95Ms` (80)", QUANTILE),
    ("latency: {p99Ms: 90, maxMs: 80}", "`latency.p99Ms` (90) is more than `latency.maxMs` (80)", QUANTILE),
    ("latency: {minMs: 2s, p50Ms: 1s}", "`latency.minMs` (2000) is more than `latency.p50Ms` (1000)", QUANTILE),
    (
        "latency: {minMs: 5, meanMs: 4}",
        "`latency.minMs` (5) is more than `latency.meanMs` (4)",
        "no average is below the least",
    ),
    (
        "latency: {meanMs: 5, maxMs: 4}",
        "`latency.meanMs` (5) is more than `latency.maxMs` (4)",
        "no average is above the most",
    ),
    (
        "streaming: {ttft: {p50Ms: 9, p99Ms: 8}}",
        "`streaming.ttft.p50Ms` (9) is more than `streaming.ttft.p99Ms` (8)",
        QUANTILE,
    ),
    (
        "streaming: {tpot: {p90Ms: 9, p95Ms: 8}}",
        "`streaming.tpot.p90Ms` (9) is more than `streaming.tpot.p95Ms` (8)",
        QUANTILE,
    ),
    (
        "streaming: {ttft: {p95Ms: 500}}, latency: {p95Ms: 100}",
        "`streaming.ttft.p95Ms` (500) is more than `latency.p95Ms` (100)",
        "the first token cannot come after the last",
    ),
    (
        "capacity: {minReplicas: 3, maxReplicas: 2}",
        "`capacity.minReplicas` (3) is more than `capacity.maxReplicas` (2)",
        "one of the two is wrong",
    ),
    (
        "usage: {cachedInputTokens: 3, inputTokens: 2}",
        "`usage.cachedInputTokens` (3) is more than `usage.inputTokens` (2)",
        "one of the two is wrong",
    ),
    (
        "outputs: {x: {minTokens: 3, maxTokens: 2}}",
        "`outputs.x.minTokens` (3) is more than `outputs.x.maxTokens` (2)",
        "one of the two is wrong",
    ),
]


@pytest.mark.parametrize(("text", "message", "hint"), NODES)
def test_figures_of_a_node(text: str, message: str, hint: str) -> None:
    start = "  nodes: {a: {"
    column = len(start) + text.rindex(": ") + 3
    if ", latency" in text:
        column = len(start) + text.rindex(": ") + 3
    assert told(spec(f"{start}{text}}}}}\n")) == [f"5:{column} {message} ({hint})"]


@pytest.mark.parametrize(
    "text",
    [
        "latency: {minMs: 1, p50Ms: 1, p90Ms: 2, p95Ms: 3, p99Ms: 3, maxMs: 4, meanMs: 4}",
        "latency: {p50Ms: 100, meanMs: 5}",
        "streaming: {ttft: {p95Ms: 100}}, latency: {p95Ms: 100, p50Ms: 10}",
        "outputs: {x: {minItems: 0, maxItems: 0}}, inputs: {x: {minItems: 5}}",
    ],
)
def test_figures_that_fit(text: str) -> None:
    assert told(spec(f"  nodes: {{a: {{{text}}}}}\n")) == []


def test_figures_of_an_edge() -> None:
    text = """  edges:
    - {from: a, to: b, heartbeatMs: 5s, idleTimeoutMs: 5000}
    - {from: a, to: b, backoff: {initialMs: 3, maxMs: 2}}
"""
    assert told(spec(text)) == [
        "6:37 `heartbeatMs` (5000) is not below `idleTimeoutMs` (5000): the stream is cut before it "
        "(send heartbeats more often, or wait longer)",
        "7:55 `edge.backoff.initialMs` (3) is more than `edge.backoff.maxMs` (2) (one of the two is wrong)",
    ]


WEIGHED = "branches that are all weighed must add up to 1"


def edges(*rows: str) -> str:
    return "  nodes: {r: {}, a.b: {}}\n  edges:\n" + "".join(f"    - {{{row}}}\n" for row in rows)


def test_branches_must_add_up() -> None:
    rows = ("from: r.x, to: b, when: m, probability: 0.3", "from: r.x, to: c, when: default, probability: 0.6")
    assert loaded(edges(*rows)) == [
        f"app.yaml:7:48: the branches out of `r` have probabilities of 0.9 in all ({WEIGHED})",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        ("from: r, to: b, when: m, probability: 0.3", "from: r, to: c, when: n, probability: 0.7"),
        ("from: r, to: b, when: m, probability: 0.3333333", "from: r, to: c, when: n, probability: 0.6666666"),
        ("from: r, to: b, when: m, probability: 0.3",),  # the rest goes nowhere
        ("from: r, to: b, when: m, probability: 0.3", "from: r, to: c, when: n"),  # one is not weighed
        ("from: r, to: b, probability: 0.3", "from: r, to: c, probability: 0.3"),  # no branches, but calls of their own
        # two consumers of one branch
        (
            "from: r, to: b, when: m, probability: 0.4",
            "from: r, to: c, when: m, probability: 0.4",
            "from: r, to: d, when: n, probability: 0.6",
        ),
        # together they add up, port by port they do not
        (
            "from: r.x, to: b, when: m, probability: 0.2",
            "from: r.x, to: c, when: n, probability: 0.3",
            "from: r.y, to: d, when: o, probability: 0.5",
        ),
        ("from: a.b, to: b, when: m, probability: 0.5", "from: a.b.x, to: c, when: n, probability: 0.5"),
    ],
)
def test_branches_that_may_be_so(rows: tuple[str, ...]) -> None:
    assert loaded(edges(*rows)) == []


def test_branches_are_added_over_all_documents_of_a_graph() -> None:
    one = HEAD + "  edges: [{from: r, to: b, when: m, probability: 0.5}, {from: r, to: d, when: o, probability: 0.2}]\n"
    other = HEAD + "  edges: [{from: r, to: c, when: n, probability: 0.3}]\n"
    assert load(Files({"a.yaml": one, "b.yaml": other}), CATALOGUE, Settings()).problems == ()


INCLUSIVE = """  nodes:
    agent: {{latency: {{scope: inclusive, p50Ms: 90, p95Ms: 100}}{agent}}}
    tool: {{latency: {{p50Ms: 40, p95Ms: 150}}{tool}}}
  edges: [{{from: agent, to: tool.q, kind: call{edge}}}]
"""


def test_a_time_that_includes_its_calls_is_not_shorter_than_one_of_them() -> None:
    assert loaded(INCLUSIVE.format(agent="", tool="", edge="")) == [
        "app.yaml:6:59: `latency.p95Ms` of `agent` (100) includes its calls, but `tool`, which it calls, takes 150 "
        "(app.yaml:7:40) (one of the two is wrong, or `latency.scope` is `self`)"
    ]


@pytest.mark.parametrize(
    "parts",
    [
        {"edge": ", when: sometimes"},
        {"edge": ", probability: 0.5"},
        {"edge": ", required: false"},
        {"edge": ", timeoutMs: 80"},
        {"tool": ", required: false"},
        {"tool": ", inputs: {q: {required: false}}"},
        {"agent": ", cache: {hitRatio: 0.9}"},
    ],
)
def test_calls_that_are_not_always_waited_for(parts: dict[str, str]) -> None:
    assert loaded(INCLUSIVE.format(**{"agent": "", "tool": "", "edge": "", **parts})) == []


def test_only_calls_are_included() -> None:
    assert loaded(INCLUSIVE.format(agent="", tool="", edge="").replace("kind: call", "kind: sync")) == []
