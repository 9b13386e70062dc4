"""Wires that break without looking like it: implied ports, pass-through, loops, swapped names, vanished declarations."""

from tests.traps.trap import Trap

WIDTH = "embedding-dimension-mismatch"
NARROW = "max-input-below-producer-max"

TRAPS = (
    Trap(
        "an edge whose ports are implied in base and spelled out in head is the same edge",
        """
        nodes:
          a: {role: model, outputs: {o: {type: embedding, dimension: 768}}}
          b: {role: transform, inputs: {i: {type: embedding, dimension: 768}}}
        edges: [{from: a, to: b}]
        """,
        (
            ("{from: a, to: b}", "{from: a.o, to: b.i}"),
            ("o: {type: embedding, dimension: 768}", "o: {type: embedding, dimension: 1024}"),
        ),
        "breaking",
        ((WIDTH, "b", "introduced", "breaking"),),
    ),
    Trap(
        "an implied port means nothing any more once there are two",
        """
        nodes:
          a: {outputs: {o: {type: text}}}
          b: {inputs: {i: {type: text, required: false}}}
        edges: [{from: a, to: b}]
        """,
        (("i: {type: text, required: false}", "i: {type: text, required: false}, j: {type: text, required: false}"),),
        "breaking",
        (("dangling-reference", "b", "introduced", "breaking"),),
    ),
    Trap(
        "a dimension changes only through passes, in a loop",
        """
        nodes:
          e: {role: model, outputs: {o: {type: embedding, dimension: 768}}}
          r: {inputs: {i: {}}, outputs: {o: {}}, passes: {o: i}, loop: {maxIterations: 3}}
          s: {inputs: {i: {}}, outputs: {o: {}}, passes: {o: i}}
          t: {inputs: {i: {dimension: 768}}}
        edges: [{from: e, to: r}, {from: r, to: s}, {from: s, to: r}, {from: s, to: t}]
        """,
        (("o: {type: embedding, dimension: 768}", "o: {type: embedding, dimension: 1024}"),),
        "breaking",
        ((WIDTH, "t", "introduced", "breaking"),),
    ),
    Trap(
        "the second of two producers behind a node that passes on moves alone",
        """
        nodes:
          e: {outputs: {o: {dimension: 768}}}
          f: {outputs: {o: {dimension: 768.0}}}
          p: {inputs: {i: {}}, outputs: {o: {}}, passes: {o: i}}
          t: {inputs: {i: {dimension: 768}}}
        edges: [{from: e, to: p}, {from: f, to: p}, {from: p, to: t}]
        """,
        (("768.0", "512"),),
        "breaking",
        ((WIDTH, "t", "introduced", "breaking"),),
    ),
    Trap(
        "the accepted set shrinks around a producer that stays",
        """
        nodes:
          e: {outputs: {o: {dimension: 1024}}}
          t: {inputs: {i: {dimension: [768, 1024]}}}
        edges: [{from: e, to: t}]
        """,
        (("[768, 1024]", "[768]"),),
        "breaking",
        ((WIDTH, "t", "introduced", "breaking"),),
    ),
    Trap(
        "a consumer that coped no longer says that it does",
        """
        nodes:
          a: {outputs: {o: {type: text, maxTokens: 4096}}}
          g: {role: generator, inputs: {i: {type: text, maxTokens: 512, overflow: split}}}
        edges: [{from: a, to: g}]
        """,
        ((", overflow: split", ""),),
        "breaking",
        ((NARROW, "g", "introduced", "breaking"),),
    ),
    Trap(
        "the one item of a list that was selected is a list again",
        """
        nodes:
          a: {role: retriever, outputs: {o: {type: documents}}}
          b: {inputs: {i: {type: document}}}
        edges: [{from: a, to: b, select: first}]
        """,
        ((", select: first", ""),),
        "breaking",
        (("output-type-changed", "b", "introduced", "breaking"),),
    ),
    Trap(
        "two renames that swap names, with the edges left where they were",
        """
        nodes:
          one: {role: model, outputs: {o: {dimension: 768}}}
          two: {role: model, outputs: {o: {dimension: 1024}}}
          s: {inputs: {i: {dimension: 768}}}
          t: {inputs: {i: {dimension: 1024}}}
        edges: [{from: one, to: s}, {from: two, to: t}]
        """,
        (
            ("one: {role: model, outputs", "two: {renamedFrom: one, role: model, outputs"),
            (
                "two: {role: model, outputs: {o: {dimension: 1024}}}",
                "one: {renamedFrom: two, role: model, outputs: {o: {dimension: 1024}}}",
            ),
        ),
        "breaking",
        ((WIDTH, "s", "introduced", "breaking"), (WIDTH, "t", "introduced", "breaking")),
    ),
    Trap(
        "a value of its own hides from the next node what really arrives",
        """
        nodes:
          e: {outputs: {o: {dimension: 768}}}
          p: {inputs: {i: {}}, outputs: {o: {}}, passes: {o: i}}
          t: {inputs: {i: {dimension: 768}}}
        edges: [{from: e, to: p}, {from: p, to: t}]
        """,
        (
            ("e: {outputs: {o: {dimension: 768}}}", "e: {outputs: {o: {dimension: 1024}}}"),
            ("p: {inputs: {i: {}}, outputs: {o: {}}", "p: {inputs: {i: {}}, outputs: {o: {dimension: 768}}"),
        ),
        "unverified",
    ),
    Trap(
        "what is passed on is passed on no more",
        """
        nodes:
          e: {outputs: {o: {dimension: 768}}}
          p: {inputs: {i: {}}, outputs: {o: {}}, passes: {o: i}}
          t: {inputs: {i: {dimension: 768}}}
        edges: [{from: e, to: p}, {from: p, to: t}]
        """,
        ((", passes: {o: i}", ""),),
        "risky",
        ((WIDTH, "t", "introduced", "risky"),),
    ),
    Trap(
        "a requirement that is declared now was broken before",
        """
        nodes:
          e: {outputs: {o: {dimension: 1024}}}
          t: {inputs: {i: {type: embedding}}}
        edges: [{from: e, to: t}]
        """,
        (("i: {type: embedding}", "i: {type: embedding, dimension: 768}"),),
        "unverified",
        ((WIDTH, "t", "revealed", "breaking"),),
    ),
    Trap(
        "a field of what an array holds is no longer promised, behind a reference",
        """
        nodes:
          a:
            outputs:
              o:
                type: json
                schema:
                  type: object
                  required: [hits]
                  properties: {hits: {type: array, items: {$ref: "#/$defs/hit"}}}
                  $defs: {hit: {type: object, required: [id, url], properties: {id: {type: string}, url: {type: string}}}}
          b:
            inputs:
              i:
                type: json
                schema:
                  type: object
                  required: [hits]
                  properties: {hits: {type: array, items: {type: object, required: [url], properties: {url: {type: string}}}}}
        edges: [{from: a, to: b}]
        """,
        (("required: [id, url]", "required: [id]"),),
        "breaking",
        (("output-field-became-optional", "b", "introduced", "breaking"),),
    ),
    Trap(
        "any is a value, and nobody else accepts it",
        """
        nodes:
          a: {outputs: {o: {type: text}}}
          b: {inputs: {i: {type: text}}}
        edges: [{from: a, to: b}]
        """,
        (("o: {type: text}", "o: {type: any}"),),
        "breaking",
        (("output-type-changed", "b", "introduced", "breaking"),),
    ),
    Trap(
        "one of two values that a merge key brought is overruled",
        """
        x-wide: &wide {type: embedding, dimension: 768}
        nodes:
          e: {outputs: {o: {<<: *wide}}}
          t: {inputs: {i: {<<: *wide}}}
        edges: [{from: e, to: t}]
        """,
        (("o: {<<: *wide}", "o: {<<: *wide, dimension: 384}"),),
        "breaking",
        ((WIDTH, "t", "introduced", "breaking"),),
    ),
    Trap(
        "a second edge between the same ports selects nothing",
        """
        nodes:
          a: {role: retriever, outputs: {o: {type: documents}}}
          b: {inputs: {i: {type: document}}}
        edges: [{from: a, to: b, select: first, when: short}]
        """,
        (("when: short}", "when: short}, {from: a, to: b, when: long}"),),
        "breaking",
        (("output-type-changed", "b", "introduced", "breaking"),),
    ),
    Trap(
        "what one of two producers does not say is still unknown behind two nodes that pass it on",
        """
        nodes:
          e: {outputs: {o: {dimension: 768}}}
          f: {outputs: {o: {}}}
          p: {inputs: {i: {}}, outputs: {o: {}}, passes: {o: i}}
          q: {inputs: {i: {}}, outputs: {o: {}}, passes: {o: i}}
          t: {inputs: {i: {}}}
        edges: [{from: e, to: p}, {from: f, to: p}, {from: p, to: q}, {from: q, to: t}]
        """,
        (("t: {inputs: {i: {}}}", "t: {inputs: {i: {dimension: 768}}}"),),
        "unverified",
    ),
    Trap(
        "one of two producers of the same value takes its word back, two nodes ahead",
        """
        nodes:
          e: {outputs: {o: {dimension: 768}}}
          f: {outputs: {o: {dimension: 768.0}}}
          p: {inputs: {i: {}}, outputs: {o: {}}, passes: {o: i}}
          q: {inputs: {i: {}}, outputs: {o: {}}, passes: {o: i}}
          t: {inputs: {i: {dimension: 768}}}
        edges: [{from: e, to: p}, {from: f, to: p}, {from: p, to: q}, {from: q, to: t}]
        """,
        (("dimension: 768.0", ""),),
        "risky",
        ((WIDTH, "t", "introduced", "risky"),),
    ),
)
