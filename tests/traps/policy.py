"""Policies that are kept to the letter: labels that go, selectors that pick nothing, policies that are taken away."""

from tests.traps.trap import Trap

BROKEN, BYPASS = "policy-violated", "guardrail-bypass-path"
TEXT = "inputs: {i: {type: text}}, outputs: {o: {type: text}}"
ENTRY = "u: {role: entry, outputs: {o: {type: text}}}"


def ruled(nodes: str, edges: str, policy: str) -> str:
    """A graph with an entry `u`, these nodes (one a line) and one policy `p`."""
    lines = "\n".join(f"  {line.strip()}" for line in nodes.strip().splitlines())
    return f"nodes:\n  {ENTRY}\n{lines}\nedges: [{edges}]\npolicies: [{{name: p, {policy}}}]\n"


THROUGH = "everyPath: {from: {role: entry}, to: {role: generator}, through: {labels: {audit: 'yes'}}}"
AUDITED = ruled(
    f"a: {{{TEXT}, labels: {{audit: 'yes'}}}}\nl: {{role: generator, {TEXT}}}",
    "{from: u, to: a}, {from: a, to: l}",
    THROUGH,
)

TRAPS = (
    Trap(
        "the node on the way loses the label by which it counted",
        AUDITED,
        ((", labels: {audit: 'yes'}}\n", "}\n"),),
        "breaking",
        ((BROKEN, "l", "introduced", "breaking"),),
    ),
    Trap(
        "a node that is both start and end of a policy is reached from another start",
        ruled(
            f"v: {{role: entry, labels: {{zone: out}}, outputs: {{o: {{type: text}}}}}}\n"
            f"a: {{{TEXT}}}\nl: {{role: generator, labels: {{zone: out}}, {TEXT}}}",
            "{from: u, to: a}, {from: v, to: a}, {from: a, to: l}",
            "everyPath: {from: {labels: {zone: out}}, to: {role: generator}, through: a}",
        ),
        (("{from: a, to: l}", "{from: a, to: l}, {from: v, to: l}"),),
        "breaking",
        ((BROKEN, "l", "introduced", "breaking"),),
    ),
    Trap(
        "a forbidden way between two nodes that one selector picks",
        ruled(
            f"a: {{{TEXT}, labels: {{tenant: one}}}}\nb: {{{TEXT}, labels: {{tenant: two}}}}",
            "{from: u, to: a}, {from: u, to: b}",
            "noPath: {from: {labels: {tenant: [one, two]}}, to: {labels: {tenant: [one, two]}}}",
        ),
        (("{from: u, to: b}", "{from: u, to: b}, {from: a, to: b}"),),
        "breaking",
        ((BROKEN, "b", "introduced", "breaking"),),
    ),
    Trap(
        "a forbidden way over a fallback",
        ruled(f"a: {{{TEXT}}}\ns: {{{TEXT}, standby: true}}", "{from: u, to: a}", "noPath: {from: u, to: s}"),
        ((f"a: {{{TEXT}}}", f"a: {{{TEXT}, fallback: s}}"),),
        "breaking",
        ((BROKEN, "s", "introduced", "breaking"),),
    ),
    Trap(
        "the policy goes with the change that would break it",
        AUDITED,
        (
            ("{from: a, to: l}]\n", "{from: a, to: l}, {from: u, to: l}]\n"),
            (f"policies: [{{name: p, {THROUGH}}}]", "policies: []"),
        ),
        "unverified",
    ),
    Trap(
        "the policy learns to accept more",
        AUDITED,
        (
            ("through: {labels: {audit: 'yes'}}", "through: {role: [transform, custom]}"),
            ("a: {inputs", "a: {role: transform, inputs"),
        ),
        "unverified",
    ),
    Trap(
        "a new policy that the graph breaks already",
        AUDITED.replace(THROUGH, "noPath: {from: l, to: u}"),
        (("noPath: {from: l, to: u}", "noPath: {from: u, to: l}"),),
        "breaking",
        ((BROKEN, "l", "introduced", "breaking"),),
    ),
    Trap(
        "a new generator that nobody audits",
        AUDITED.replace("edges: [", f"  m: {{role: transform, {TEXT}}}\nedges: [{{from: u, to: m}}, "),
        (("m: {role: transform", "m: {role: generator"),),
        "breaking",
        ((BROKEN, "m", "introduced", "breaking"),),
    ),
    Trap(
        "a condition reads a figure that is gone",
        ruled(
            f"l: {{role: generator, {TEXT}, latency: {{p50Ms: 1, p95Ms: 5}}}}",
            "{from: u, to: l}",
            'require: {select: {role: generator}, condition: "latency.p95Ms <= 100"}',
        ),
        ((", p95Ms: 5", ""),),
        "risky",
        ((BROKEN, "l", "introduced", "risky"),),
    ),
    Trap(
        "a condition reads a figure whose unit moves",
        ruled(
            f"l: {{role: generator, {TEXT}, latency: {{p95Ms: 5}}}}",
            "{from: u, to: l}",
            'require: {select: {role: generator}, condition: "latency.p95Ms <= 100"}',
        ),
        (("p95Ms: 5", 'p95Ms: "1 s"'),),
        "breaking",
        ((BROKEN, "l", "introduced", "breaking"),),
    ),
    Trap(
        "a forbidden node is renamed, and the policy forbids nothing",
        ruled(
            f"w: {{role: entry, outputs: {{o: {{type: text}}}}}}\nsecret: {{role: tool, {TEXT}}}",
            "{from: w, to: secret}",
            "noPath: {from: u, to: secret}",
        ),
        (
            ("secret: {role", "vault: {renamedFrom: secret, role"),
            ("{from: w, to: secret}", "{from: w, to: vault}, {from: u, to: vault}"),
        ),
        "breaking",
        (("dangling-reference", "", "introduced", "breaking"),),
    ),
    Trap(
        "the guard of the policy only writes to the log",
        ruled(
            f"g: {{role: guardrail, guard: {{kinds: [k], onFailure: closed}}, {TEXT}}}\nl: {{role: generator, {TEXT}}}",
            "{from: u, to: g}, {from: g, to: l}",
            "everyPath: {from: {role: entry}, to: {role: generator}, through: {guard: {kind: k}}}",
        ),
        (("onFailure: closed", "onFailure: closed, mode: log"),),
        "breaking",
        ((BYPASS, "l", "introduced", "breaking"), ("guardrail-disabled", "g", "introduced", "breaking")),
    ),
    Trap(
        "the owner of the whole graph was the owner of the node",
        ruled(
            f"a: {{{TEXT}, owner: '@us'}}\nb: {{{TEXT}, owner: '@them'}}",
            "{from: u, to: a}, {from: u, to: b}, {from: a, to: b}",
            "noPath: {from: {owner: '@us'}, to: {owner: '@others'}}",
        ),
        (("owner: '@them'", "owner: '@others'"),),
        "breaking",
        ((BROKEN, "b", "introduced", "breaking"),),
    ),
    Trap(
        "what a policy allows between two nodes, with a stage put between",
        ruled(
            f"a: {{{TEXT}, latency: {{p95Ms: 1}}}}\nb: {{{TEXT}, latency: {{p95Ms: 60}}}}\nl: {{{TEXT}, latency: {{p95Ms: 50}}}}",
            "{from: u, to: a}, {from: a, to: l}, {from: u, to: b}",
            "maxLatency: {from: a, to: l, ms: 100}",
        ),
        (("{from: a, to: l}, {from: u, to: b}", "{from: a, to: b}, {from: b, to: l}"),),
        "breaking",
        (("edge-latency-budget-exceeded", "l", "introduced", "breaking"),),
    ),
)
