"""Which files are ours, and what a whole version says."""

import pytest
from reading import CATALOGUE, HEAD, Files, read, told

from msdiff.errors import InputError
from msdiff.load import EMPTY, NO_VERSION, NOT_OURS, FileClaims, Loaded, Memo, load
from msdiff.model.claim import GraphKey
from msdiff.settings import Limits, Settings

GRAPH = HEAD + "  nodes: {a: {role: tool}}\n"
SPEC = """apiVersion: piqc.ai/v1alpha1
kind: ModelSpec
metadata: {name: m}
spec:
  identity: {model: {id: x, family: f, task: chat, framework: vllm}}
  runtime: {accelerator: {vendor: nvidia, type: l4, count: 1}}
"""


def of(files: dict[str, str | bytes], settings: Settings | None = None) -> Loaded:
    return load(Files(files), CATALOGUE, settings or Settings())


def test_files_that_are_ours_and_files_that_are_not() -> None:
    loaded = of(
        {
            "app.yaml": GRAPH,
            "b/app.yml": GRAPH,
            "c/app.json": '{"apiVersion": "msdiff/v1", "kind": "ApplicationGraph", "metadata": {"name": "j"}'
            ', "spec": {}}',
            "model.yaml": SPEC,
            "other.yaml": "kind: Deployment\n",
            "comment.yaml": "# apiVersion: msdiff/v1\na: {\n",
            "inside.yaml": "data: |\n  apiVersion: msdiff/v1\n  kind: ApplicationGraph\n",
            "list.yaml": "- apiVersion: msdiff/v1\n",
            "broken.json": '{"a": ',
            "empty.yaml": "",
            "blank.yaml": "\n\n",
            "unversioned.yaml": "kind: ApplicationGraph\nmetadata: {name: a}\n",
            "readme.md": GRAPH,
            ".git/app.yaml": GRAPH,
            "x/node_modules/app.yaml": GRAPH,
            ".venv/app.yaml": GRAPH,
        }
    )
    assert loaded.problems == ()
    assert loaded.files == ("app.yaml", "b/app.yml", "c/app.json", "model.yaml")
    assert loaded.skipped == (
        ("blank.yaml", EMPTY),
        ("broken.json", NOT_OURS),
        ("comment.yaml", NOT_OURS),
        ("empty.yaml", EMPTY),
        ("inside.yaml", NOT_OURS),
        ("list.yaml", NOT_OURS),
        ("other.yaml", NOT_OURS),
        ("unversioned.yaml", NO_VERSION),
    )
    assert {one.graph for one in loaded.claims} == {GraphKey("app"), GraphKey("j"), GraphKey("m", "", "ModelSpec")}


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: msdiff/v1\nkind: [\n",
        '"apiVersion": "msdiff/v1"\nkind: [\n',
        "a: 1\n---\napiVersion: msdiff/v1\nkind: [\n",
        "<<<<<<< HEAD\napiVersion: msdiff/v1\n=======\n>>>>>>> b\nkind: a: b\n",
        '{"apiVersion": "msdiff/v1", ',
        '\n{\n  "kind": "ApplicationGraph",\n  "apiVersion": "msdiff/v1"\n',
        "apiVersion: piqc.ai/v1alpha1\nkind: ModelSpec\nspec: {\n",
        '{"kind": "ModelSpec", "apiVersion": "piqc.ai/v1alpha1"',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_that_says_it_is_ours_must_parse(text: str, encoding: str) -> None:
    assert len(of({"a.yaml": text.encode(encoding)}).problems) == 1


@pytest.mark.parametrize(
    "text",
    [
        "# apiVersion: msdiff/v1\nkind: [\n",
        "data: |\n  apiVersion: msdiff/v1\nkind: [\n",
        "  apiVersion: msdiff/v1\n  kind: [\n",
        '{"items": [{"apiVersion": "msdiff/v1"}, ',
        "apiVersion: piqc.ai/v1alpha1\nkind: Other\nspec: {\n",
        "url: msdiff/v1\na: [\n",
    ],
)
def test_a_file_that_only_mentions_us_is_left_alone(text: str) -> None:
    assert of({"a.yaml": text}).skipped == (("a.yaml", NOT_OURS),)


def test_foreign_documents_beside_ours_are_left_alone() -> None:
    result = read(f"kind: Service\nspec: {{unknown: 1}}\n---\n{GRAPH}---\n{SPEC}")
    assert told(result) == []
    assert [(reading.graph.name, reading.claims[0].document) for reading in result.readings] == [("app", 1), ("m", 2)]


def test_what_a_file_gives_depends_on_path_and_content_alone_so_equal_blobs_are_read_once() -> None:
    base, head = Files({"a.yaml": GRAPH, "b.yaml": SPEC}), Files({"a.yaml": GRAPH, "b.yaml": SPEC + "\n"})
    memo: Memo = {}
    first = load(base, CATALOGUE, Settings(), memo)
    second = load(head, CATALOGUE, Settings(), memo)
    assert (base.fetched, head.fetched) == (["a.yaml", "b.yaml"], ["b.yaml"])
    assert first.claims == second.claims
    assert memo["a.yaml", base.digest("a.yaml")] is memo["a.yaml", head.digest("a.yaml")]


def test_settings_choose_the_files() -> None:
    files: dict[str, str | bytes] = {"a/app.yaml": GRAPH, "b/app.yaml": GRAPH, "b/c/app.yaml": GRAPH}
    assert of(files, Settings(include=("b/**",), exclude=("**/c/**",))).files == ("b/app.yaml",)


def test_limits() -> None:
    files: dict[str, str | bytes] = {"a.yaml": GRAPH, "b.yaml": GRAPH}
    with pytest.raises(InputError, match="there are more than 1 YAML and JSON files"):
        of(files, Settings(limits=Limits(files=1)))
    (problem,) = of({"a.yaml": GRAPH}, Settings(limits=Limits(file_bytes=50))).problems
    assert problem.message == "the file has more than 50 bytes"


def test_a_big_file_that_is_not_ours_is_left_alone() -> None:
    assert of({"a.json": '{"note": "msdiff/v1"' + " " * 100}, Settings(limits=Limits(file_bytes=50))).skipped == (
        ("a.json", NOT_OURS),
    )


def test_one_attribute_with_two_values_is_an_error_that_names_both_places() -> None:
    loaded = of(
        {
            "a.yaml": HEAD
            + "  nodes: {n: {role: tool, owner: me, labels: {a: b}}}\n  slos: [{name: s, at: n, latencyMs: 5}]\n",
            "b.yaml": HEAD + "  nodes: {n: {role: tool, owner: you, labels: {a: b}, version: '1'}}\n",
            "c.yaml": HEAD + "  slos: [{name: s, at: n, latencyMs: 6}]\n  edges: [{from: a, to: b}]\n",
            "d.yaml": HEAD.replace("{name: app}", "{name: app, variant: gpu}") + "  nodes: {n: {owner: them}}\n",
            "e.yaml": HEAD.replace("{name: app}", "{name: other}") + "  nodes: {n: {owner: them}}\n",
        }
    )
    assert [f"{one.location}: {one.message} ({one.hint})" for one in loaded.problems] == [
        "b.yaml:5:34: `owner` of node `n` is `you` here and `me` at a.yaml:5:34 (keep one of the two)",
        "c.yaml:5:38: `slo.latencyMs` of SLO `s` is `6` here and `5` at a.yaml:6:38 (keep one of the two)",
    ]


def test_two_slos_or_policies_of_one_name_must_agree() -> None:
    text = (
        HEAD
        + "  policies: [{name: p, requirePins: true}, {name: p, requirePins: true}, {name: p, requirePins: digest}]\n"
    )
    assert told(read(text)) == [
        "5:97 `policy.requirePins` of policy `p` is `digest` here and true at app.yaml:5:37 (keep one of the two)"
    ]


def test_parts_of_a_graph_add_up() -> None:
    loaded = of(
        {
            "a.yaml": HEAD + "  nodes: {n: {role: tool, outputs: {x: {}}}}\n  edges: [{from: n, to: m}]\n",
            "b.yaml": HEAD + "  nodes: {n: {outputs: {x: {type: text}}}, m: {}}\n  edges: [{from: m, to: n}]\n",
        }
    )
    assert loaded.problems == ()
    assert [(one.location.file, one.element, one.attribute) for one in loaded.claims if one.element != "graph:"] == [
        ("a.yaml", "node:n", ""),
        ("a.yaml", "node:n", "role"),
        ("a.yaml", "node:n", "outputs.x"),
        ("a.yaml", "edge:0", ""),
        ("b.yaml", "node:n", ""),
        ("b.yaml", "node:n", "outputs.x.type"),
        ("b.yaml", "node:m", ""),
        ("b.yaml", "edge:0", ""),
    ]


def test_problems_of_all_files_come_together_sorted() -> None:
    loaded = of({"b.yaml": HEAD + "  nods: {}\n", "a.yaml": "apiVersion: msdiff/v1\nkind: [\n"})
    assert [str(one.location) for one in loaded.problems] == ["a.yaml:2:8", "b.yaml:5:3"]


def test_a_file_that_is_none_of_ours_gives_nothing() -> None:
    assert read("a: 1\n") == FileClaims(skipped=NOT_OURS)
