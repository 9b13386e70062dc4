"""Budgets of a graph: the face of the latency arithmetic (latency model, sections 1 to 3).

`evaluate_slo` says whether one version meets an SLO, `compare_slos` what changed and who is to blame, `arrivals` when
each node is done, `budget_obligations` everything that must hold. `timed` plans a graph once for all of them.
"""

from __future__ import annotations

from msdiff.propagate.budget_obligations import budget_obligations
from msdiff.propagate.comparison import compare_slo, compare_slos
from msdiff.propagate.node_times import Arrival, arrivals
from msdiff.propagate.slos import SloFigure, Timed, evaluate_slo, timed

__all__ = [
    "Arrival",
    "SloFigure",
    "Timed",
    "arrivals",
    "budget_obligations",
    "compare_slo",
    "compare_slos",
    "evaluate_slo",
    "timed",
]
