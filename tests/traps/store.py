"""Indexes that answer to another embedder than they were built with, though every width fits."""

from tests.traps.trap import Trap, other

SPACE = "embedding-space-changed"
PIN = "0123456789abcdef0123456789abcdef01234567"
OLD, NEW = f"model: {{id: org/old, revision: {PIN}}}", f"model: {{id: org/new, revision: {PIN}}}"
BUILT = f"builtWith: {{node: e, model: org/old, revision: {PIN}, dimension: 768}}"

ONE = f"""
nodes:
  e: {{role: embedder, {OLD}, outputs: {{v: {{type: embedding, dimension: 768}}}}}}
  s: {{role: vectorStore, store: {{{BUILT}}}, inputs: {{q: {{type: embedding, dimension: 768}}}}}}
edges: [{{from: e, to: s}}]
"""

TRAPS = (
    Trap(
        "another revision of the same model is another space",
        ONE,
        (
            (
                f"e: {{role: embedder, model: {{id: org/old, revision: {PIN}}}",
                f"e: {{role: embedder, model: {{id: org/old, revision: {PIN[::-1]}}}",
            ),
        ),
        "breaking",
        ((SPACE, "s", "introduced", "breaking"),),
    ),
    Trap(
        "embedder, index and what it was built with move together",
        ONE,
        (
            (f"role: embedder, {OLD}", f"role: embedder, {NEW}"),
            ("model: org/old, revision", "model: org/new, revision"),
        ),
        "risky",
        ((SPACE, "s", "introduced", "risky"),),
    ),
    Trap(
        "the index says that it was built with another model, and the embedder did not move",
        ONE,
        (("model: org/old, revision", "model: org/new, revision"),),
        "breaking",
        ((SPACE, "s", "introduced", "breaking"),),
    ),
    Trap(
        "nothing says any more what the index was built with",
        ONE,
        ((f", store: {{{BUILT}}}", ""),),
        "risky",
        ((SPACE, "s", "introduced", "risky"), ("embedding-dimension-mismatch", "s", "introduced", "risky")),
    ),
    Trap(
        "vectors of another length, to an index that says only its model",
        """
        nodes:
          e: {role: embedder, model: {id: org/old}, outputs: {v: {type: embedding, normalized: true}}}
          s: {role: vectorStore, store: {builtWith: {model: org/old, normalized: true}}, inputs: {q: {type: embedding}}}
        edges: [{from: e, to: s}]
        """,
        (("v: {type: embedding, normalized: true}", "v: {type: embedding, normalized: false}"),),
        "breaking",
        ((SPACE, "s", "introduced", "breaking"),),
    ),
    Trap(
        "the embedder stands behind a router that passes its vectors on",
        f"""
        nodes:
          e: {{role: embedder, {OLD}, outputs: {{v: {{type: embedding, dimension: 768}}}}}}
          r: {{role: router, inputs: {{i: {{type: embedding}}}}, outputs: {{o: {{type: embedding}}}}, passes: {{o: i}}}}
          s: {{role: vectorStore, store: {{builtWith: {{model: org/old, revision: {PIN}}}}}, inputs: {{q: {{type: embedding}}}}}}
        edges: [{{from: e, to: r}}, {{from: r, to: s}}]
        """,
        ((OLD, NEW),),
        "breaking",
        ((SPACE, "s", "introduced", "breaking"),),
    ),
    Trap(
        "two embedders swap names",
        f"""
        nodes:
          e: {{role: embedder, {OLD}, outputs: {{v: {{type: embedding, dimension: 768}}}}}}
          f: {{role: embedder, {NEW}, outputs: {{v: {{type: embedding, dimension: 768}}}}}}
          s: {{role: vectorStore, store: {{{BUILT}}}, inputs: {{q: {{type: embedding, dimension: 768}}}}}}
          x: {{inputs: {{i: {{type: embedding, dimension: 768}}}}}}
        edges: [{{from: e, to: s}}, {{from: f, to: x}}]
        """,
        (
            (f"e: {{role: embedder, {OLD}", f"f: {{renamedFrom: e, role: embedder, {OLD}"),
            (f"f: {{role: embedder, {NEW}", f"e: {{renamedFrom: f, role: embedder, {NEW}"),
        ),
        "breaking",
        ((SPACE, "s", "introduced", "breaking"),),
    ),
    Trap(
        "only the query side moves to another model of the same width",
        f"""
        nodes:
          e: {{role: embedder, {OLD}, outputs: {{v: {{type: embedding, dimension: 768}}}}}}
          q: {{role: embedder, {OLD}, outputs: {{v: {{type: embedding, dimension: 768}}}}}}
          s: {{role: vectorStore, store: {{{BUILT}}}, inputs: {{q: {{type: embedding}}, d: {{type: embedding}}}}}}
        edges: [{{from: e, to: s.d, role: index}}, {{from: q, to: s.q}}]
        """,
        ((f"q: {{role: embedder, {OLD}", f"q: {{role: embedder, {NEW}"),),
        "breaking",
        (("query-document-embedder-split", "s", "introduced", "breaking"),),
    ),
    Trap(
        "two stores are one collection",
        f"""
        nodes:
          e: {{role: embedder, {OLD}, outputs: {{v: {{type: embedding, dimension: 768}}}}}}
          f: {{role: embedder, {OLD}, outputs: {{v: {{type: embedding, dimension: 768}}}}}}
          s: {{role: vectorStore, store: {{collection: kb}}, inputs: {{d: {{type: embedding}}}}}}
          t: {{role: vectorStore, store: {{collection: kb}}, inputs: {{d: {{type: embedding}}}}}}
        edges: [{{from: e, to: s, role: index}}, {{from: f, to: t, role: index}}]
        """,
        ((f"f: {{role: embedder, {OLD}", f"f: {{role: embedder, {NEW}"),),
        "breaking",
        (
            ("index-shared-by-two-spaces", "s", "introduced", "breaking"),
            (SPACE, "t", "introduced", "risky"),  # nothing says what `t` was built with
        ),
    ),
    Trap(
        "another embedder takes over the edge, and the index stays",
        f"""
        nodes:
          e: {{role: embedder, {OLD}, outputs: {{v: {{type: embedding, dimension: 768}}}}}}
          f: {{role: embedder, {NEW}, outputs: {{v: {{type: embedding, dimension: 768}}}}}}
          s: {{role: vectorStore, store: {{builtWith: {{model: org/old, revision: {PIN}}}}}, inputs: {{q: {{dimension: 768}}}}}}
        edges: [{{from: e, to: s}}]
        """,
        (("{from: e, to: s}", "{from: f, to: s}"),),
        "breaking",
        ((SPACE, "s", "introduced", "breaking"),),
    ),
    Trap(
        "the model is said in a spec that the node refers to",
        f"""
        nodes:
          e: {{role: embedder, specRef: parts.yaml#kept, outputs: {{v: {{type: embedding, dimension: 768}}}}}}
          s: {{role: vectorStore, store: {{{BUILT}}}, inputs: {{q: {{type: embedding, dimension: 768}}}}}}
        edges: [{{from: e, to: s}}]
        """,
        (("  kept: {role: embedder, model: {id: org/old", "  kept: {role: embedder, model: {id: org/new"),),
        "breaking",
        ((SPACE, "s", "introduced", "breaking"), ("model-identity-changed", "kept", "introduced", "risky")),
        (("parts.yaml", other("parts", f"kept: {{role: embedder, {OLD}, outputs: {{v: {{type: embedding}}}}}}")),),
    ),
    Trap(
        "a semantic cache keeps vectors, too",
        f"""
        nodes:
          e: {{role: embedder, {OLD}, outputs: {{v: {{type: embedding, dimension: 768}}}}}}
          c: {{role: cache, store: {{{BUILT}}}, inputs: {{q: {{type: embedding, dimension: 768}}}}}}
        edges: [{{from: e, to: c}}]
        """,
        ((f"role: embedder, {OLD}", f"role: embedder, {NEW}"),),
        "breaking",
        ((SPACE, "c", "introduced", "breaking"),),
    ),
    Trap(
        "the index learns what it was built with, and it never was that",
        """
        nodes:
          e: {role: embedder, model: {id: org/new}, outputs: {v: {type: embedding}}}
          s: {role: vectorStore, store: {engine: qdrant}, inputs: {q: {type: embedding}}}
        edges: [{from: e, to: s}]
        """,
        (("engine: qdrant", "engine: qdrant, builtWith: {model: org/old}"),),
        "unverified",
        ((SPACE, "s", "revealed", "breaking"),),
    ),
    Trap(
        "the index learns what it was built with on the day that the embedder leaves it",
        """
        nodes:
          e: {role: embedder, model: {id: org/old}, outputs: {v: {type: embedding}}}
          s: {role: vectorStore, store: {engine: qdrant}, inputs: {q: {type: embedding}}}
        edges: [{from: e, to: s}]
        """,
        (
            ("model: {id: org/old}", "model: {id: org/new}"),
            ("engine: qdrant", "engine: qdrant, builtWith: {model: org/old}"),
        ),
        "breaking",
        ((SPACE, "s", "introduced", "breaking"),),
    ),
)
