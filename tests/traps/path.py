"""Ways past a guard that nobody drew: merge keys, fallbacks, answers, swapped names, a second entry."""

from tests.traps.trap import Trap

BYPASS = "guardrail-bypass-path"
TEXT = "inputs: {i: {type: text}}, outputs: {o: {type: text}}"
GUARD = f"role: guardrail, guard: {{kinds: [injection], onFailure: closed}}, {TEXT}"
L = f"l: {{role: generator, {TEXT}}}"
U = "u: {role: entry, outputs: {o: {type: text}}}"
GUARDED = f"""
nodes:
  {U}
  g: {{{GUARD}}}
  {L}
edges: [{{from: u, to: g}}, {{from: g, to: l}}]
"""


def beside(spec: str, node: str, *edges: str) -> str:
    """The same with one more node and more edges."""
    return spec.replace("edges: [", f"  {node}\nedges: [{', '.join(edges)}, ")


BYPASSED = (BYPASS, "l", "introduced", "breaking")

TRAPS = (
    Trap(
        "a guard is switched off by a merge key",
        f"""
        x-usual: &usual {{guard: {{kinds: [injection], onFailure: closed}}}}
        nodes:
          {U}
          g: {{<<: *usual, role: guardrail, {TEXT}}}
          {L}
        edges: [{{from: u, to: g}}, {{from: g, to: l}}]
        """,
        (("x-usual: &usual {guard", "x-usual: &usual {enabled: false, guard"),),
        "breaking",
        (BYPASSED, ("guardrail-disabled", "g", "introduced", "breaking")),
    ),
    Trap(
        "the port of the guard is optional, not the guard",
        GUARDED,
        (
            (
                "onFailure: closed}, inputs: {i: {type: text}}",
                "onFailure: closed}, inputs: {i: {type: text, required: false}}",
            ),
        ),
        "breaking",
        (BYPASSED, ("guardrail-made-optional", "g", "introduced", "breaking")),
    ),
    Trap(
        "an edge falls back past the guard",
        GUARDED.replace("edges: [", f"  x: {{{TEXT}, standby: true}}\nedges: [{{from: x, to: l}}, "),
        (("{from: u, to: g}", "{from: u, to: g, fallback: x}"),),
        "breaking",
        (BYPASSED,),
    ),
    Trap(
        "the guard falls back on a guard of another kind",
        GUARDED.replace(
            "edges: [",
            f"  h: {{role: guardrail, guard: {{kinds: [toxicity], onFailure: closed}}, {TEXT}, standby: true}}\nedges: [",
        ),
        ((f"g: {{{GUARD}", f"g: {{fallback: h, {GUARD}"),),
        "breaking",
        (BYPASSED,),
    ),
    Trap(
        "a node becomes an entry",
        GUARDED.replace("edges: [", "  w: {role: transform, outputs: {o: {type: text}}}\nedges: [{from: w, to: g}, "),
        (("w: {role: transform", "w: {role: entry"), ("{from: w, to: g}", "{from: w, to: l}")),
        "breaking",
        (BYPASSED, ("node-unreachable", "w", "resolved", "safe")),
    ),
    Trap(
        "of two guards in a row one stays, and it never knew the other's kind",
        f"""
        nodes:
          {U}
          g: {{{GUARD}}}
          h: {{role: guardrail, guard: {{kinds: [toxicity], onFailure: closed}}, {TEXT}}}
          {L}
        edges: [{{from: u, to: g}}, {{from: g, to: h}}, {{from: h, to: l}}]
        """,
        (("[toxicity]", "[injection]"),),
        "breaking",
        (BYPASSED,),
    ),
    Trap(
        "guard and transform swap names",
        f"""
        nodes:
          {U}
          g: {{{GUARD}}}
          t: {{role: transform, {TEXT}}}
          {L}
          x: {{role: custom, inputs: {{i: {{type: text}}}}}}
        edges: [{{from: u, to: g}}, {{from: g, to: l}}, {{from: u, to: t}}, {{from: t, to: x}}]
        """,
        (
            (f"g: {{{GUARD}", f"t: {{renamedFrom: g, {GUARD}"),
            ("t: {role: transform", "g: {renamedFrom: t, role: transform"),
        ),
        "breaking",
        (BYPASSED,),
    ),
    Trap(
        "the answer of a call is a way",
        f"""
        nodes:
          {U}
          g: {{{GUARD}}}
          a: {{role: agent, {TEXT}}}
          t: {{role: transform, {TEXT}}}
        edges: [{{from: u, to: g}}, {{from: g, to: a}}, {{from: a, to: t, kind: call}}]
        """,
        (("edges: [", "edges: [{from: u, to: t}, "),),
        "breaking",
        ((BYPASS, "a", "introduced", "breaking"),),
    ),
    Trap(
        "what comes back into a loop was filtered, what comes in first was not",
        f"""
        nodes:
          {U}
          g: {{{GUARD}}}
          l: {{role: generator, loop: {{maxIterations: 3}}, {TEXT}}}
        edges: [{{from: u, to: g}}, {{from: g, to: l}}, {{from: l, to: g}}]
        """,
        (("{from: u, to: g}", "{from: u, to: l}"),),
        "breaking",
        (BYPASSED,),
    ),
    Trap(
        "another entry was trusted with a way of its own, this one never was",
        f"""
        nodes:
          {U}
          staff: {{role: entry, outputs: {{o: {{type: text, trust: internal}}}}}}
          g: {{{GUARD}}}
          {L}
        edges: [{{from: u, to: g}}, {{from: g, to: l}}, {{from: staff, to: l}}]
        """,
        (("edges: [", "edges: [{from: u, to: l}, "),),
        "breaking",
        (BYPASSED,),
    ),
    Trap(
        "one of two branches loses its guard",
        f"""
        nodes:
          {U}
          g: {{{GUARD}}}
          h: {{version: "2", {GUARD}}}
          {L}
        edges: [{{from: u, to: g, when: short}}, {{from: u, to: h, when: long}}, {{from: g, to: l}}, {{from: h, to: l}}]
        """,
        (
            ("{from: u, to: h, when: long}", "{from: u, to: l, when: long}"),
            (", {from: h, to: l}", ""),
            (f'    h: {{version: "2", {GUARD}}}\n', ""),
        ),
        "breaking",
        (BYPASSED, ("guardrail-removed", "h", "introduced", "breaking")),
    ),
    Trap(
        "two ways are open now, and the untrusted one counts",
        f"""
        nodes:
          {U}
          nightly: {{role: entry, outputs: {{o: {{type: text, trust: internal}}}}}}
          g: {{{GUARD}}}
          {L}
        edges: [{{from: u, to: g}}, {{from: nightly, to: g}}, {{from: g, to: l}}]
        """,
        (("{from: u, to: g}, {from: nightly, to: g}", "{from: u, to: l}, {from: nightly, to: l}, {from: u, to: g}"),),
        "breaking",
        (BYPASSED,),
    ),
    Trap(
        "a new generator is put beside the guarded one",
        GUARDED,
        (("edges: [", f"  m: {{role: generator, {TEXT}}}\n  edges: [{{from: u, to: m}}, "),),
        "breaking",
        ((BYPASS, "m", "introduced", "breaking"),),
    ),
    Trap(
        "a new generator is put beside one that is guarded and one that is not: nobody can tell",
        beside(GUARDED, f"k: {{role: generator, {TEXT}}}", "{from: u, to: k}"),
        (("edges: [", f"  m: {{role: generator, {TEXT}}}\n  edges: [{{from: u, to: m}}, "),),
        "unverified",
    ),
    Trap(
        "what was a transform writes answers now",
        beside(GUARDED, f"t: {{role: transform, {TEXT}}}", "{from: u, to: t}"),
        (("t: {role: transform", "t: {role: generator"),),
        "breaking",
        ((BYPASS, "t", "introduced", "breaking"),),
    ),
    Trap(
        "a generator that nothing led to is led to",
        beside(GUARDED, f"m: {{role: generator, {TEXT}, standby: true}}", "{from: g, to: l, when: again}"),
        (("{from: g, to: l, when: again}", "{from: u, to: m}"),),
        "breaking",
        ((BYPASS, "m", "introduced", "breaking"),),
    ),
    Trap(
        "a guard of the same kind stands elsewhere, and no entry is drawn",
        f"""
        nodes:
          v: {{outputs: {{o: {{type: text}}}}}}
          g: {{version: "1", {GUARD}}}
          h: {{{GUARD}}}
          {L}
          t: {{role: tool, {TEXT}}}
        edges: [{{from: v, to: g}}, {{from: v, to: h}}, {{from: g, to: l}}, {{from: h, to: t}}]
        """,
        ((f'version: "1", {GUARD}', f'version: "1", {GUARD.replace("closed", "open")}'),),
        "breaking",
        (BYPASSED, ("guardrail-made-optional", "g", "introduced", "breaking")),
    ),
    Trap(
        "the guard is a guard by name only",
        GUARDED,
        (("g: {role: guardrail", "g: {role: transform"),),
        "breaking",
        (BYPASSED, ("guardrail-removed", "g", "introduced", "breaking")),
    ),
    Trap(
        "nothing waits for the edge, and it is a way",
        GUARDED,
        (("edges: [", "edges: [{from: u, to: l, kind: async, required: false}, "),),
        "breaking",
        (BYPASSED,),
    ),
    Trap(
        "a tool behind the generator is reached by another way",
        GUARDED.replace("edges: [", f"  t: {{role: tool, {TEXT}}}\nedges: [{{from: l, to: t}}, "),
        (("edges: [", "edges: [{from: u, to: t}, "),),
        "breaking",
        ((BYPASS, "t", "introduced", "breaking"),),
    ),
    Trap(
        "answers take a branch without the output guard",
        f"""
        nodes:
          {U}
          {L}
          c: {{role: guardrail, guard: {{kinds: [toxicity], stage: output, onFailure: closed}}, {TEXT}}}
          x: {{role: exit, inputs: {{i: {{type: text}}}}}}
        edges: [{{from: u, to: l}}, {{from: l, to: c}}, {{from: c, to: x}}]
        """,
        (("{from: c, to: x}", "{from: c, to: x}, {from: l, to: x, when: cached}"),),
        "risky",
        (("output-guardrail-missing-on-branch", "l", "introduced", "risky"),),
    ),
    Trap(
        "a new generator answers without the output guard of the other one",
        f"""
        nodes:
          {U}
          {L}
          c: {{role: guardrail, guard: {{kinds: [toxicity], stage: output, onFailure: closed}}, {TEXT}}}
          x: {{role: exit, inputs: {{i: {{type: text}}}}}}
        edges: [{{from: u, to: l}}, {{from: l, to: c}}, {{from: c, to: x}}]
        """,
        (("edges: [", f"  m: {{role: generator, {TEXT}}}\n  edges: [{{from: u, to: m}}, {{from: m, to: x}}, "),),
        "risky",
        (("output-guardrail-missing-on-branch", "m", "introduced", "risky"),),
    ),
)
