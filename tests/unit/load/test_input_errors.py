"""What is wrong with a document, each with its exact place, words and hint.

`¦` stands before each place that is complained about, in the order of the messages.
"""

import pytest
from reading import HEAD, read, spec, told

MARK = "¦"


def places(text: str) -> list[str]:
    """`line:column` of each mark."""
    found, line, column = [], 1, 1
    for letter in text:
        if letter == MARK:
            found.append(f"{line}:{column}")
        elif letter == "\n":
            line, column = line + 1, 1
        else:
            column += 1
    return found


def check(marked: str, messages: list[str]) -> None:
    expected = [f"{place} {message}" for place, message in zip(places(marked), messages, strict=True)]
    assert told(read(marked.replace(MARK, ""))) == expected


DOCUMENTS: list[tuple[str, list[str]]] = [
    (
        "apiVersion: ¦msdiff/v2\nkind: ApplicationGraph\n",
        ["`msdiff/v2` is no version of the format that this msdiff reads (write `apiVersion: msdiff/v1`)"],
    ),
    (
        "apiVersion: msdiff/v1\nkind: ¦AplicationGraph\n",
        ["`AplicationGraph` is no kind of document that msdiff reads (did you mean `ApplicationGraph`?)"],
    ),
    (
        "apiVersion: msdiff/v1\nkind: ¦ModelSpec\n",
        ["`ModelSpec` is no kind of document that msdiff reads (a ModelSpec has `apiVersion: piqc.ai/v1alpha1`)"],
    ),
    ("¦apiVersion: msdiff/v1\n", ["`kind` is missing (add `kind: ApplicationGraph`)"]),
    (
        "apiVersion: msdiff/v1\nkind: ¦[x]\n",
        ["`a list` is no kind of document that msdiff reads (known: `ApplicationGraph`)"],
    ),
    (
        "¦¦apiVersion: msdiff/v1\nkind: ApplicationGraph\n",
        [
            "`metadata` is missing (add `metadata: {name: my-application}`)",
            "`spec` is missing (add `spec:` with `nodes` and `edges`)",
        ],
    ),
    (
        "apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: ¦app\nspec: ¦[]\n",
        [
            "`metadata` must be a map with at least `name`, not the text `app` ()",
            "`spec` must be a map with `nodes` and `edges`, not a list ()",
        ],
    ),
    (
        "¦apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: ¦{¦nme: a, version: ¦2}\n¦specs: {}\n",
        [
            "`spec` is missing (add `spec:` with `nodes` and `edges`)",
            "`name` is missing in `metadata` (add `name`: it tells which graph this is)",
            "unknown key `nme` in `metadata` (did you mean `name`?)",
            '`metadata.version` must be text, not the number 2 (put it in quotes: "2")',
            "unknown key `specs` in the document (did you mean `spec`?)",
        ],
    ),
    (
        'apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {name: ¦""}\nspec:¦\n',
        [
            "`metadata.name` must not be empty (it tells which graph this is)",
            "`spec` must be a map with `nodes` and `edges`, not empty ()",
        ],
    ),
]


@pytest.mark.parametrize(("marked", "messages"), DOCUMENTS)
def test_documents(marked: str, messages: list[str]) -> None:
    check(marked, messages)


STRUCTURE: list[tuple[str, list[str]]] = [
    ("¦noodles: {}", ["unknown key `noodles` in `spec` (did you mean `nodes`?)"]),
    (
        "nodes: ¦[{name: a}]",
        [
            "`spec.nodes` must be a map from names to nodes, not a list (write each node under its name: `nodes: "
            "{llm: {role: generator}}`)"
        ],
    ),
    ("nodes: {a: ¦[x]}", ["`spec.nodes.a` must be a map, not a list ()"]),
    (
        'nodes: {¦"a -> b": {}, ¦" c": {}, ¦"": {}}',
        [
            "`a -> b` cannot be the name of a node (use letters, digits, `_`, `-` and `.`)",
            "` c` cannot be the name of a node (use letters, digits, `_`, `-` and `.`)",
            "`` cannot be the name of a node (use letters, digits, `_`, `-` and `.`)",
        ],
    ),
    ("nodes: {a: {¦rol: tool}}", ["unknown key `rol` in node `a` (did you mean `role`?)"]),
    ("nodes: {a: {¦output: {}}}", ["unknown key `output` in node `a` (did you mean `outputs`?)"]),
    ("nodes: {a: {role: ¦retreiver}}", ["`role` cannot be `retreiver` (did you mean `retriever`?)"]),
    (
        "nodes: {a: {role: ¦[tool]}}",
        [
            "`role` must be one word (`entry`, `exit`, `embedder`, `retriever`, `vectorStore`, `reranker`, "
            "`generator`, `guardrail`, `router`, `chunker`, `cache`, `tool`, `transform`, `datastore`, "
            "`gateway`, `agent`, `model`, `custom`), not a list ()"
        ],
    ),
    (
        "nodes: {a: {¦dimension: 3}}",
        ["unknown key `dimension` in node `a` (`dimension` belongs to a port, not to a node)"],
    ),
    (
        "nodes: {a: {¦timeoutMs: 3}}",
        ["unknown key `timeoutMs` in node `a` (`timeoutMs` belongs to an edge, not to a node)"],
    ),
    (
        "nodes: {a: {outputs: {x: {¦required: true, ¦guard: {}}}}}",
        [
            "unknown key `required` in `outputs.x` of node `a` (`required` belongs to an input, not to an output)",
            "unknown key `guard` in `outputs.x` of node `a` (`guard` belongs to a node, not to an output)",
        ],
    ),
    (
        "nodes: {a: {¦store.builtWith.model: m}}",
        ["unknown key `store.builtWith.model` in node `a` (write it nested: `store: {builtWith: {model: ...}}`)"],
    ),
    ("nodes: {a: {latency: {¦p59Ms: 3}}}", ["unknown key `p59Ms` in `latency` (did you mean `p95Ms`?)"]),
    (
        "nodes: {a: {latency: ¦80}}",
        [
            "`latency` must be a map (of `p50Ms`, `p90Ms`, `p95Ms`, `p99Ms`, `minMs`, `maxMs`, `meanMs`, "
            "`scope`, `source`, `samples`, `includesQueue`), not the number 80 ()"
        ],
    ),
    (
        "nodes: {a: {latency: ¦}}",
        [
            "`latency` must be a map (of `p50Ms`, `p90Ms`, `p95Ms`, `p99Ms`, `minMs`, `maxMs`, `meanMs`, "
            "`scope`, `source`, `samples`, `includesQueue`), not empty ()"
        ],
    ),
    (
        "nodes: {a: {prompt: {parts: {history: {¦maxToken: 1}, x: ¦2}}}}",
        [
            "unknown key `maxToken` in `prompt.parts[history]` (did you mean `maxTokens`?)",
            "`prompt.parts[x]` must be a map (of `maxTokens`), not the number 2 ()",
        ],
    ),
    (
        "nodes: {a: {endpoint: {probes: {¦readines: {path: /}}}}}",
        ["unknown key `readines` in `endpoint.probes` (did you mean `readiness`?)"],
    ),
    (
        'nodes: {a: {environment: {¦"A[0]": x, B: ¦3}}}',
        [
            "`A[0]` cannot be a name in `environment` (leave out `[` and `]`)",
            '`environment[B]` must be text, not the number 3 (put it in quotes: "3")',
        ],
    ),
    (
        "nodes: {a: {inputs: ¦[text], outputs: {¦a.b: {}, c: ¦3, ¦'d e': {}}}}",
        [
            "`inputs` must be a map from names to ports, not a list (write each port under its name: `inputs: "
            "{text: {type: text}}`)",
            "`a.b` cannot be the name of a port (use letters, digits, `_` and `-`)",
            "`outputs.c` must be a map of what travels there, not the number 3 ()",
            "`d e` cannot be the name of a port (use letters, digits, `_` and `-`)",
        ],
    ),
    ("edges: ¦{a: b}", ["`spec.edges` must be a list of maps, one for each edge, not a map ()"]),
    ("slos: ¦a", ["`spec.slos` must be a list of maps, one for each SLO, not the text `a` ()"]),
    ("edges: [¦a]", ["`spec.edges[0]` must be a map, not the text `a` ()"]),
    (
        "edges: [¦{from: a}, {to: b, from: ¦''}, {from: a, to: ¦1}, {from: ¦[a], to: b}]",
        [
            "`to` is missing in `spec.edges[0]` (add `to: node.port`)",
            "`spec.edges[1].from` must not be empty (write `node.port`)",
            '`spec.edges[2].to` must be text: `node.port`, not the number 1 (put it in quotes: "1")',
            "`spec.edges[3].from` must be text: `node.port`, not a list ()",
        ],
    ),
    (
        "edges: [{from: a, to: b, ¦timeout: 3, kind: ¦asink}]",
        [
            "unknown key `timeout` in `spec.edges[0]` (did you mean `timeoutMs`?)",
            "`edge.kind` cannot be `asink` (did you mean `async`?)",
        ],
    ),
    (
        "edges: [{from: a, to: b, fanOut: ¦many}]",
        ["`edge.fanOut.count` must be a whole number, not the text `many` ()"],
    ),
    (
        "slos: [{name: ¦3, at: a}, ¦{name: x}, {name: ¦'', at: a, percentile: ¦p97}]",
        [
            '`spec.slos[0].name` must be text, not the number 3 (put it in quotes: "3")',
            "`at` is missing in `spec.slos[1]` (add `at:` with the node that is meant)",
            "`spec.slos[2].name` must be text, not the text `` ()",
            "`slo.percentile` cannot be `p97` (did you mean `p90`?)",
        ],
    ),
    (
        "policies: [¦{name: x}, {¦everypath: {}}]",
        [
            "`spec.policies[0]` demands nothing (a policy has one of `everyPath`, `noPath`, `require`, "
            "`maxLatency`, `requirePins`, `requireFallback`, `requireFailClosed`, `requireToolPins`, "
            "`requireTracing`, `minThresholds`, `allowedLicenses`, `maxRetentionDays`, `allowDrift`)",
            "unknown key `everypath` in `spec.policies[1]` (did you mean `everyPath`?)",
        ],
    ),
    (
        "policies: [{everyPath: ¦{from: a, to: ¦{}, ¦thru: c}}]",
        [
            "`through` is missing in `policy.everyPath` (add `through`)",
            "`policy.everyPath.to` must not be empty (it knows `node`, `role`, `labels`, `guard`, `sideEffect`, "
            "`owner`, `graph`)",
            "unknown key `thru` in `policy.everyPath` (known: `through`)",
        ],
    ),
    (
        "policies: [{noPath: {from: {¦rol: x}, to: {role: ¦entri, node: ¦[]}}}]",
        [
            "unknown key `rol` in `policy.noPath.from` (did you mean `role`?)",
            "`policy.noPath.to.role` cannot be `entri` (did you mean `entry`?)",
            "`policy.noPath.to.node` can match nothing (list at least one, or leave it out)",
        ],
    ),
    (
        "policies: [{noPath: {from: ¦[a], to: ¦''}}]",
        [
            "`policy.noPath.from` must be a node name, or a map such as `{role: guardrail}`, not a list ()",
            "`policy.noPath.to` must be a node name, or a map such as `{role: guardrail}`, not the text `` ()",
        ],
    ),
    (
        "policies: [{maxLatency: {from: a, to: b, ms: ¦5GiB}}, {maxLatency: ¦{from: a, to: b}}, {requirePins: "
        "¦exactly}]",
        [
            "`policy.maxLatency.ms`: `5GiB` is a size, and a time (in ms) is needed (write a number, or text "
            "such as `500ms`)",
            "`ms` is missing in `policy.maxLatency` (add `ms`)",
            "`policy.requirePins` cannot be `exactly` (did you mean `exact`?)",
        ],
    ),
    (
        "policies: [{require: {select: {edges: ¦{}}, condition: ¦3}}]",
        [
            "`policy.require.select.edges` must not be empty (it knows `from`, `to`, `name`, `role`, `kind`)",
            '`policy.require.condition` must be text, not the number 3 (put it in quotes: "3")',
        ],
    ),
]


@pytest.mark.parametrize(("marked", "messages"), STRUCTURE)
def test_structure(marked: str, messages: list[str]) -> None:
    check(f"{HEAD}  {marked}\n", messages)


VALUES: list[tuple[str, list[str]]] = [
    ("version: ¦1.10", ['`version` must be text, not the number 1.10 (put it in quotes: "1.10")']),
    ("version: ¦", ["`version` must be text, not empty ()"]),
    ("enabled: ¦yes", ["`enabled` must be true or false, not the text `yes` (write true; `yes` is text in YAML 1.2)"]),
    (
        "enabled: ¦'true'",
        ["`enabled` must be true or false, not the text `true` (write true; `true` is text in YAML 1.2)"],
    ),
    ("guard: {kinds: ¦pii}", ["`guard.kinds` must be a list, not the text `pii` (write `[pii]`)"]),
    ("guard: {mode: ¦blok}", ["`guard.mode` cannot be `blok` (did you mean `block`?)"]),
    (
        "engine: {name: ¦''}",
        ["`engine.name` must not be empty (write a word, such as `vllm`, `tgi`, `tei`, `sglang`, `triton`)"],
    ),
    ("latency: {p95Ms: ¦-1}", ["`latency.p95Ms` must be at least 0, not -1 ()"]),
    ("latency: {p95Ms: ¦.nan}", ["`latency.p95Ms` must be a finite number, not .nan (leave it out if it is unknown)"]),
    ("latency: {p95Ms: ¦.inf}", ["`latency.p95Ms` must be a finite number, not .inf (leave it out if it is unknown)"]),
    (
        "latency: {p95Ms: ¦1e999}",
        ["`latency.p95Ms` must be a finite number, not 1e999 (leave it out if it is unknown)"],
    ),
    (
        "latency: {p95Ms: ¦5 GiB}",
        ["`latency.p95Ms`: `5 GiB` is a size, and a time (in ms) is needed (write a number, or text such as `500ms`)"],
    ),
    (
        "latency: {p95Ms: ¦'80'}",
        ["`latency.p95Ms`: `80` has no unit (write 80 without quotes, or add a unit: `500ms`)"],
    ),
    ("latency: {p95Ms: ¦true}", ["`latency.p95Ms` must be a number, not `true` (a boolean) ()"]),
    ("latency: {p95Ms: ¦[80]}", ["`latency.p95Ms` must be a number, not a list ()"]),
    ("latency: {samples: ¦1.5}", ["`latency.samples` must be a whole number, not 1.5 ()"]),
    (
        "latency: {samples: ¦'5'}",
        ["`latency.samples` must be a whole number, not the text `5` (write 5 without quotes)"],
    ),
    (
        "availability: ¦99.9",
        ["`availability` must be from 0 to 1, not 99.9 (fractions are from 0 to 1: 99.9 % is 0.999)"],
    ),
    ("availability: ¦-0.1", ["`availability` must be from 0 to 1, not -0.1 ()"]),
    ("endpoint: {port: ¦70000}", ["`endpoint.port` must be from 1 to 65535, not 70000 ()"]),
    ("model: {contextWindow: ¦0}", ["`model.contextWindow` must be at least 1, not 0 ()"]),
    ("flow: {join: ¦some}", ["`flow.join` cannot be `some` (known: `all`, `any`)"]),
    ("flow: {join: {k: ¦0}}", ["`flow.join.k` must be at least 1, not 0 ()"]),
    ("flow: {join: {¦n: 1, k: 2}}", ["unknown key `n` in `flow.join` ()"]),
    ("fallback: ¦{a: b}", ["`fallback` must be text, not a map ()"]),
    ("fallback: [a, ¦1]", ['`fallback[1]` must be text, not the number 1 (put it in quotes: "1")']),
    ("passes: ¦[a]", ["`passes` must be a map, not a list ()"]),
    ("model: {matryoshka: [¦0]}", ["`model.matryoshka[0]` must be at least 1, not 0 ()"]),
    ("model: {matryoshka: ¦3}", ["`model.matryoshka` must be true, false, or a list of widths, not the number 3 ()"]),
    (
        "model: {sampling: {stop: [¦true]}}",
        ['`model.sampling.stop[0]` must be text or a number, not `true` (a boolean) (put it in quotes: "true")'],
    ),
    ("model: {ropeScaling: {f: ¦.inf}}", ["`model.ropeScaling` must not hold .inf (JSON has no such number)"]),
    ("threshold: {byLabel: {a: ¦x}}", ["`threshold.byLabel[a]` must be a number, not the text `x` ()"]),
    ("outputs: {x: {dimension: ¦1.5}}", ["`outputs.x.dimension` must be a whole number, not 1.5 ()"]),
    ("outputs: {x: {dimension: ¦[1]}}", ["`outputs.x.dimension` must be a whole number, not a list ()"]),
    ("inputs: {x: {dimension: ¦[]}}", ["`inputs.x.dimension` accepts nothing (list at least one, or leave it out)"]),
    ("inputs: {x: {dimension: [1, ¦0]}}", ["`inputs.x.dimension[1]` must be at least 1, not 0 ()"]),
    ("inputs: {x: {type: ¦txt}}", ["`inputs.x.type` cannot be `txt` (did you mean `text`?)"]),
    ("inputs: {x: {shape: [1, ¦-2]}}", ["`inputs.x.shape[1]` must be a size, -1, or a name, not the number -2 ()"]),
    ("inputs: {x: {prefix: {¦quary: a}}}", ["unknown key `quary` in `inputs.x.prefix` (did you mean `query`?)"]),
    (
        "inputs: {x: {score: {range: ¦[1]}}}",
        ["`inputs.x.score.range` must hold two numbers, not 1 (write `[lowest, highest]`)"],
    ),
    (
        "inputs: {x: {score: {range: ¦[3, 1]}}}",
        ["`inputs.x.score.range`: the lowest, 3, is above the highest, 1 (swap them)"],
    ),
    (
        "inputs: {x: {schema: ¦3}}",
        [
            "`inputs.x.schema` must be a JSON Schema (a map), or a reference to one (text), not the number 3 "
            '(put it in quotes: "3")'
        ],
    ),
    ("inputs: {x: {labels: ¦{a: b}}}", ["`inputs.x.labels` must be a list, not a map ()"]),
    (
        "inputs: {x: {parameters: {a: {¦vals: [1]}}}}",
        ["unknown key `vals` in `inputs.x.parameters[a]` (known: `required`, `values`)"],
    ),
    (
        "inputs: {x: {minItems: 5, maxItems: ¦3}}",
        ["`inputs.x.minItems` (5) is more than `inputs.x.maxItems` (3) (one of the two is wrong)"],
    ),
]


@pytest.mark.parametrize(("marked", "messages"), VALUES)
def test_values(marked: str, messages: list[str]) -> None:
    check(f"{HEAD}  nodes: {{a: {{{marked}}}}}\n", messages)


def test_a_schema_is_bounded() -> None:
    text = ", ".join(f"p{number}: {{}}" for number in range(20_000))
    assert told(spec(f"  nodes: {{a: {{outputs: {{x: {{schema: {{{text}}}}}}}}}}}\n")) == [
        "5:37 `outputs.x.schema` holds more than 20,000 values (refer to a file instead)"
    ]


def test_all_problems_of_a_file_are_told_together_in_its_order() -> None:
    text = f"""{HEAD}  nodes:
    a: {{role: tool, rol: x}}
    a: {{role: tool}}
  edges: [{{from: a}}]
---
apiVersion: msdiff/v1
kind: ApplicationGraph
metadata: {{}}
spec: {{}}
"""
    assert told(read(text)) == [
        "6:21 unknown key `rol` in node `a` (did you mean `role`?)",
        "7:5 the key `a` is given twice: on line 6 and on line 7 (remove one of the two)",
        "8:11 `to` is missing in `spec.edges[0]` (add `to: node.port`)",
        "12:11 `name` is missing in `metadata` (add `name`: it tells which graph this is)",
    ]


def test_what_is_right_is_read_beside_what_is_wrong() -> None:
    result = spec("  nodes: {a: {role: tool, owner: me, version: 1}}\n")
    assert [(one.attribute, one.value) for one in result.claims[1:]] == [("", None), ("role", "tool"), ("owner", "me")]


def test_hints_are_not_sought_without_end() -> None:
    text = ", ".join(f"rol{number}: x" for number in range(50_000))
    problems = told(spec(f"  nodes: {{a: {{{text}}}}}\n"))
    assert len(problems) == 101
    assert problems[100].endswith(" there are more than 100 problems; the rest is not listed (correct these first)")


def test_an_edge_with_a_slip_in_an_end() -> None:
    check(
        f"{HEAD}  edges: [¦{{from: a, ¦too: b}}]\n",
        [
            "`to` is missing in `spec.edges[0]` (add `to: node.port`)",
            "unknown key `too` in `spec.edges[0]` (did you mean `to`?)",
        ],
    )
