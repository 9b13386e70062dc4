"""Times that no longer fit though no figure looks worse: caps, loops, percentiles, kinds of edges, swapped names."""

from tests.traps.trap import Trap

SLO = "path-latency-slo-exceeded"
HOP = "edge-latency-budget-exceeded"
MISSED = (SLO, "l", "introduced", "breaking")


IO = "inputs: {i: {type: text}}, outputs: {o: {type: text}}"


def chain(
    first: str = "latency: {p95Ms: 100}",
    edge: str = "",
    limit: str = "latencyMs: 600",
    last: str = "latency: {p95Ms: 400}",
) -> str:
    """u -> a -> l with an SLO at `l`."""
    return f"""
nodes:
  u: {{role: entry, outputs: {{o: {{type: text}}}}}}
  a: {{{IO}, {first}}}
  l: {{{IO}, {last}}}
edges: [{{from: u, to: a}}, {{from: a, to: l{edge}}}]
slos: [{{name: s, at: l, percentile: p95, {limit}}}]
"""


def beside(spec: str, node: str, *edges: str) -> str:
    """The same with one more node and more edges."""
    return spec.replace("edges: [", f"  {node}\nedges: [{', '.join(edges)}, ")


TRAPS = (
    Trap("the unit changes, the number gets smaller", chain(), (("p95Ms: 100", 'p95Ms: "1s"'),), "breaking", (MISSED,)),
    Trap(
        "the figure goes, and a higher percentile stands in for it",
        chain("latency: {p95Ms: 100, p99Ms: 700}"),
        (("p95Ms: 100, ", ""),),
        "breaking",
        (MISSED,),
    ),
    Trap(
        "the figure goes, and nothing stands in for it",
        chain("latency: {p50Ms: 20, p95Ms: 100}"),
        ((", p95Ms: 100}", "}"),),
        "risky",
        ((SLO, "l", "introduced", "risky"),),
    ),
    Trap(
        "a loop may run more often",
        chain("latency: {p95Ms: 100}, loop: {maxIterations: 2}").replace("edges: [", "edges: [{from: a, to: a}, "),
        (("maxIterations: 2", "maxIterations: 3"),),
        "breaking",
        (MISSED,),
    ),
    Trap(
        "what cut the slow call off is gone",
        chain("latency: {p95Ms: 900}").replace(
            "{from: u, to: a}", "{from: u, to: a, timeoutMs: 150, onTimeout: skip, required: false}"
        ),
        (("timeoutMs: 150, ", ""),),
        "breaking",
        (MISSED, ("timeout-inverted", "u", "resolved", "safe")),
    ),
    Trap(
        "an edge that nobody waited for is waited for by default",
        beside(chain(), f"b: {{{IO}, latency: {{p95Ms: 500}}}}", "{from: u, to: b}", "{from: b, to: l, kind: async}"),
        ((", kind: async", ""),),
        "breaking",
        (MISSED,),
    ),
    Trap(
        "the limit moves, not the graph",
        chain(),
        (("latencyMs: 600", "latencyMs: 0.4999s"),),
        "breaking",
        (MISSED,),
    ),
    Trap(
        "the same limit at a higher percentile",
        chain("latency: {p50Ms: 100, p95Ms: 300}", last="latency: {p50Ms: 200, p95Ms: 400}").replace(
            "percentile: p95", "percentile: p50"
        ),
        (("percentile: p50", "percentile: p95"),),
        "breaking",
        (MISSED,),
    ),
    Trap(
        "slow and fast swap names",
        beside(
            beside(chain(), f"b: {{{IO}, latency: {{p95Ms: 550}}}}", "{from: u, to: b}"),
            "x: {inputs: {i: {type: text}}}",
            "{from: b, to: x}",
        ),
        (
            ("a: {inputs", "b: {renamedFrom: a, inputs"),
            (f"  b: {{{IO}, latency: {{p95Ms: 550}}}}", f"  a: {{renamedFrom: b, {IO}, latency: {{p95Ms: 550}}}}"),
        ),
        "breaking",
        (MISSED,),
    ),
    Trap(
        "the first to answer was enough, now all must",
        """
        nodes:
          u: {role: entry, outputs: {o: {type: text}}}
          a: {inputs: {i: {type: text}}, outputs: {o: {type: text}}, latency: {p95Ms: 100}, availability: 1}
          b: {inputs: {i: {type: text}}, outputs: {o: {type: text}}, latency: {p95Ms: 500}, availability: 1}
          l: {inputs: {i: {type: text}}, latency: {p95Ms: 50}, flow: {join: any}}
        edges: [{from: u, to: a}, {from: u, to: b}, {from: a, to: l}, {from: b, to: l}]
        slos: [{name: s, at: l, percentile: p95, latencyMs: 200}]
        """,
        ((", flow: {join: any}", ""),),
        "breaking",
        (MISSED,),
    ),
    Trap(
        "each try that is cut off is followed by another one",
        chain().replace("{from: u, to: a}", "{from: u, to: a, perTryTimeoutMs: 80, maxAttempts: 1}"),
        (("maxAttempts: 1", "maxAttempts: 3"),),
        "breaking",
        (MISSED,),
    ),
    Trap(
        "a try that is not cut off is followed by none",
        chain().replace("{from: u, to: a}", "{from: u, to: a, perTryTimeoutMs: 120, maxAttempts: 1}"),
        (("maxAttempts: 1", "maxAttempts: 3"),),
        "safe",
    ),
    Trap(
        "calls in a row instead of side by side",
        """
        nodes:
          u: {role: entry, outputs: {o: {type: text}}}
          a: {role: agent, inputs: {i: {type: text}}, outputs: {o: {type: text}}, latency: {p95Ms: 10}, flow: {order: parallel}}
          t: {role: tool, inputs: {i: {type: text}}, latency: {p95Ms: 100}}
          w: {role: tool, inputs: {i: {type: text}}, latency: {p95Ms: 100}}
        edges: [{from: u, to: a}, {from: a, to: t, kind: call}, {from: a, to: w, kind: call}]
        slos: [{name: s, at: a, percentile: p95, latencyMs: 150}]
        """,
        (("order: parallel", "order: sequential"),),
        "breaking",
        ((SLO, "a", "introduced", "breaking"),),
    ),
    Trap(
        "missed before, and missed by more",
        chain("latency: {p95Ms: 300}"),
        (("p95Ms: 300", "p95Ms: 301"),),
        "risky",
        ((SLO, "l", "worsened", "risky"),),
    ),
    Trap(
        "the time on the edge counts with the consumer's",
        chain(edge=", maxLatencyMs: 400"),
        ((", maxLatencyMs: 400", ", maxLatencyMs: 400, latencyMs: 1"),),
        "breaking",
        ((HOP, "l", "introduced", "breaking"),),
    ),
    Trap(
        "a stage is put between, and each figure is as it was",
        beside(
            chain("latency: {p95Ms: 150}"),
            f"b: {{{IO}, latency: {{p95Ms: 80}}}}",
            "{from: u, to: b}",
            "{from: b, to: l, kind: async}",
        ),
        (("{from: b, to: l, kind: async}", "{from: b, to: l}"), ("{from: a, to: l}", "{from: a, to: b}")),
        "breaking",
        (MISSED,),
    ),
)
