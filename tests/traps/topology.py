"""Names that lead nowhere, loops that nothing ends, nodes that nothing reaches."""

from tests.traps.trap import Trap, other

LOOP, NAME, REACH, INPUT = "cycle-without-bound", "dangling-reference", "node-unreachable", "input-required-added"
TEXT = "inputs: {i: {type: text}}, outputs: {o: {type: text}}"

TRAPS = (
    Trap(
        "of two loops through one node one loses its bound",
        f"""
        nodes:
          a: {{{TEXT}}}
          b: {{{TEXT}, loop: {{maxIterations: 3}}}}
          c: {{{TEXT}, loop: {{maxIterations: 3}}, description: here}}
        edges: [{{from: a, to: b}}, {{from: b, to: a}}, {{from: a, to: c}}, {{from: c, to: a}}]
        """,
        ((", loop: {maxIterations: 3}, description: here", ", description: here"),),
        "breaking",
        ((LOOP, "a", "introduced", "breaking"),),
    ),
    Trap(
        "the bound went with a merge key",
        f"""
        x-usual: &usual {{loop: {{maxIterations: 3}}, {TEXT}}}
        nodes:
          a: {{<<: *usual}}
          b: {{{TEXT}}}
        edges: [{{from: a, to: b}}, {{from: b, to: a}}]
        """,
        (("loop: {maxIterations: 3}, ", ""),),
        "breaking",
        ((LOOP, "a", "introduced", "breaking"),),
    ),
    Trap(
        "one of two bounds goes, and the loop still ends",
        f"""
        nodes:
          a: {{{TEXT}, loop: {{maxIterations: 3, until: done}}}}
          b: {{{TEXT}}}
        edges: [{{from: a, to: b}}, {{from: b, to: a}}]
        """,
        ((", until: done", ""),),
        "safe",
    ),
    Trap(
        "a loop closes over an edge that is optional, asynchronous and spelled without ports",
        f"""
        nodes:
          a: {{inputs: {{i: {{type: text, required: false}}}}, outputs: {{o: {{type: text}}}}}}
          b: {{{TEXT}}}
        edges: [{{from: a.o, to: b.i}}]
        """,
        (("{from: a.o, to: b.i}", "{from: a.o, to: b.i}, {from: b, to: a, required: false, kind: async}"),),
        "breaking",
        ((LOOP, "a", "introduced", "breaking"),),
    ),
    Trap(
        "the node that bounded the loop is renamed, and its bound is left behind",
        f"""
        nodes:
          a: {{{TEXT}, loop: {{maxIterations: 3}}}}
          b: {{{TEXT}}}
        edges: [{{from: a, to: b}}, {{from: b, to: a}}]
        """,
        (
            (f"a: {{{TEXT}, loop: {{maxIterations: 3}}}}", f"z: {{renamedFrom: a, {TEXT}}}"),
            ("{from: a, to: b}, {from: b, to: a}", "{from: z, to: b}, {from: b, to: z}"),
        ),
        "breaking",
        ((LOOP, "b", "introduced", "breaking"),),
    ),
    Trap(
        "a node is renamed, and a fallback is left on the old name",
        f"""
        nodes:
          a: {{{TEXT}}}
          b: {{{TEXT}, fallback: spare}}
          spare: {{{TEXT}, standby: true}}
        edges: [{{from: a, to: b}}]
        """,
        ((f"spare: {{{TEXT}", f"reserve: {{renamedFrom: spare, {TEXT}"),),
        "breaking",
        ((NAME, "b", "introduced", "breaking"),),
    ),
    Trap(
        "an SLO speaks of a node under its old name",
        f"""
        nodes:
          a: {{{TEXT}, latency: {{p95Ms: 5}}}}
        slos: [{{name: s, at: a, percentile: p95, latencyMs: 9}}]
        """,
        (("a: {inputs", "answer: {renamedFrom: a, inputs"),),
        "breaking",
        ((NAME, "", "introduced", "breaking"),),
    ),
    Trap(
        "a port is renamed on one side",
        """
        nodes:
          a: {outputs: {o: {type: text}}}
          b: {inputs: {i: {type: text, required: false}}}
        edges: [{from: a.o, to: b.i}]
        """,
        (("outputs: {o:", "outputs: {out:"),),
        "breaking",
        (
            (NAME, "b", "introduced", "breaking"),
            ("output-type-changed", "b", "introduced", "risky"),
        ),  # and what it gives
    ),
    Trap(
        "the spec still exists, its node does not",
        f"""
        nodes:
          a: {{specRef: parts.yaml#kept, {TEXT}}}
        """,
        (("  kept: {}", "  other: {}"),),
        "breaking",
        ((NAME, "a", "introduced", "breaking"),),
        (("parts.yaml", other("parts", "kept: {}")),),
    ),
    Trap(
        "the entry is no entry any more, and another one is",
        f"""
        nodes:
          u: {{role: entry, outputs: {{o: {{type: text}}}}}}
          w: {{role: entry, outputs: {{o: {{type: text}}}}}}
          a: {{{TEXT}}}
          b: {{{TEXT}}}
        edges: [{{from: u, to: a}}, {{from: w, to: b}}]
        """,
        (("u: {role: entry", "u: {role: transform"),),
        "risky",
        ((REACH, "a", "introduced", "risky"), (REACH, "u", "introduced", "risky")),
    ),
    Trap(
        "the guard is there, and nothing leads to it",
        """
        nodes:
          u: {role: entry, outputs: {o: {type: text}}}
          g: {role: guardrail, guard: {kinds: [k], onFailure: closed}, inputs: {i: {type: text, required: false}}}
        edges: [{from: u, to: g}]
        """,
        (("[{from: u, to: g}]", "[]"),),
        "breaking",
        ((REACH, "g", "introduced", "breaking"),),
    ),
    Trap(
        "an input that is required has lost its source",
        """
        nodes:
          u: {role: entry, outputs: {o: {type: text}}}
          a: {inputs: {i: {type: text}, j: {type: text}}}
        edges: [{from: u, to: a.i}, {from: u, to: a.j}]
        """,
        ((", {from: u, to: a.j}", ""),),
        "breaking",
        ((INPUT, "a", "introduced", "breaking"),),
    ),
    Trap(
        "the way to the exit is cut, and the SLO's node is on the other side",
        f"""
        nodes:
          u: {{role: entry, outputs: {{o: {{type: text}}}}}}
          a: {{{TEXT}}}
          x: {{role: exit, inputs: {{i: {{type: text, required: false}}}}}}
          b: {{{TEXT}}}
        edges: [{{from: u, to: a}}, {{from: a, to: x}}, {{from: u, to: b}}, {{from: b, to: x}}]
        """,
        ((", {from: a, to: x}", ""),),
        "risky",
        ((REACH, "a", "introduced", "risky"),),
    ),
)
