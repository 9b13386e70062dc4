"""An SLO's figures in words."""

import pytest
from reports import APP, changed, report

from msdiff.model.report import PathStep, SloResult
from msdiff.report.slo_words import slo_facts, slo_figures, slo_moved, slo_sum
from tests.records import replace

LATENCY = SloResult(APP, "answer", "llm", "completion", "p95", 600, 547, 627.5, 600, "budget-exceeded", (), ())
UPTIME = SloResult(APP, "up", "llm", "availability", "", 0.99, 0.995, 0.98, 0.99, "certain-miss", (), ())


@pytest.mark.parametrize(
    ("slo", "figures"),
    [
        (LATENCY, ("p95 completion", "600 ms", "547 ms", "627.5 ms", "-27.5 ms")),
        (UPTIME, ("availability", "0.99", "0.995", "0.98", "-0.01")),
        (replace(LATENCY, base_limit=700), ("p95 completion", "600 ms (was 700 ms)", "547 ms", "627.5 ms", "-27.5 ms")),
        (replace(LATENCY, head=None), ("p95 completion", "600 ms", "547 ms", "unknown", "")),
        (replace(LATENCY, limit=None, head=None), ("p95 completion", "none (was 600 ms)", "547 ms", "unknown", "")),
        (replace(LATENCY, base=None, base_limit=None), ("p95 completion", "600 ms", "none", "627.5 ms", "-27.5 ms")),
        (replace(LATENCY, base=None), ("p95 completion", "600 ms", "unknown", "627.5 ms", "-27.5 ms")),
    ],
)
def test_figures(slo: SloResult, figures: tuple[str, ...]) -> None:
    assert slo_figures(slo) == figures


def test_the_sum_has_every_term() -> None:
    path = (PathStep("a", None, 12, 0), PathStep(None, "a.x->b.y", 3, -2), PathStep("b", None, 612.5, 80))
    slo = replace(LATENCY, critical_path=path, tie=True)
    assert slo_sum(slo) == "a 12 → a.x->b.y 3 (-2) → b 612.5 (+80) = 627.5 ms; another path is as long"


def test_facts_name_the_changes() -> None:
    made = report(changes=(changed("c1", "node:b", "latency.p95Ms", 10, 90, 1),))
    slo = replace(
        LATENCY, attribution=(("c1", 80), ("c9", 0.5)), reverts=(("c1",), ("c9", "c1")), reason="r", guarantee="g"
    )
    assert list(slo_facts(slo, made, many_graphs=False)) == [
        ("due to", "b latency.p95Ms 10 → 90 (+80 ms), c9 (+0.5 ms)"),
        ("met again by reverting", "b latency.p95Ms 10 → 90"),
        ("met again by reverting", "c9 and b latency.p95Ms 10 → 90"),
        ("not known", "r"),
        ("what the sum promises", "g"),
    ]


def test_what_moved_or_misses_needs_more_than_a_row() -> None:
    calm = replace(LATENCY, head=547, verdict="budget-fits")
    assert [slo_moved(slo) for slo in (calm, replace(calm, head=548), replace(calm, base_limit=1), LATENCY)] == [
        False,
        True,
        True,
        True,
    ]
