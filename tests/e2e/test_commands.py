"""The other commands, each in a real repository."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from msdiff.commands import COMMANDS
from tests.e2e.conftest import Run
from tests.e2e.playground import APP, WIDER, Repo

SPEC = """\
apiVersion: piqc.ai/v1alpha1
kind: ModelSpec
metadata: {name: query-embedder, version: "1.4"}
spec:
  identity:
    model: {id: intfloat/e5-base-v2, family: e5, task: embedding, framework: text-embeddings-inference, precision: fp16}
  runtime:
    accelerator: {vendor: nvidia, type: l4, count: 1}
    batch: {maxBatchSize: 64, maxSequenceLengthTokens: 512}
"""


def test_check_looks_at_one_version(repo: Repo, run: Run) -> None:
    assert run("check", "main").code == 0
    done = run("check", "feature")
    assert done.code == 1
    assert "embedding-dimension-mismatch" in done.out
    assert run("check", "feature", "--fail-on", "never").code == 0
    assert run("check", "app.yaml").out.startswith("BREAKING")
    assert run("check", "nothing").code == 4


def test_what_a_check_finds_can_be_explained_and_accepted(repo: Repo, run: Run) -> None:
    done = run("check", "feature")
    words = next(line for line in done.out.splitlines() if "msdiff accept" in line).partition("#")[0].split()[1:]
    assert words[-2:] == ["feature", "--check"]
    explained = run("explain", words[1], *words[-2:])
    assert explained.code == 0
    assert explained.out.startswith("BREAKING  embedding-dimension-mismatch")
    words[words.index('"..."')] = "for now"
    assert run(*words).code == 0
    assert run("check", "feature").code == 0


def test_graph_draws(repo: Repo, run: Run, tmp_path: Path) -> None:
    assert run("graph").out.startswith("flowchart LR\n")
    assert run("graph", "main", "-f", "dot").out.startswith("digraph")
    assert json.loads(run("graph", "-f", "json").out)["graphs"][0]["name"] == "shop"
    done = run("graph", "-f", "svg", "-o", str(tmp_path / "app.svg"))
    assert (done.code, done.out) == (0, "")
    assert (tmp_path / "app.svg").read_text() == run("graph", "-f", "svg").out
    assert run("graph", "-f", "html").out.startswith("<!DOCTYPE html>")
    assert run("graph", "--graph", "shopp") == (
        2,
        "",
        "error: there is no graph `shopp`\n  hint: did you mean `shop`?\n",
    )


def test_graph_draws_one_of_several(repo: Repo, run: Run) -> None:
    repo.write({"other.yaml": APP.replace("name: shop", "name: other")})
    both = json.loads(run("graph", "-f", "json").out)
    assert [one["name"] for one in both["graphs"]] == ["other", "shop"]
    one = json.loads(run("graph", "-f", "json", "--graph", "other").out)
    assert [graph["name"] for graph in one["graphs"]] == ["other"]


def test_explain_a_finding_value_by_value(repo: Repo, run: Run) -> None:
    found = json.loads(run("main..HEAD", "-f", "json").out)["findings"]
    (finding,) = [one for one in found if one["rule"] == "embedding-dimension-mismatch"]
    done = run("explain", finding["fingerprint"][:6], "main..HEAD")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "BREAKING  embedding-dimension-mismatch  introduced  index\n"
        "`embedder` gives vectors of 1024 dimensions, `index` accepts 768.\n"
        "\n"
        "What changed\n"
        "  embedder outputs.vector.dimension 768 → 1024\n"
        "    base app.yaml:10:54\n"
        "    head app.yaml:10:54\n"
        "\n"
        "How it gets there\n"
        "  1. embedder  gives 1024  app.yaml:7:5\n"
        "     outputs.vector.dimension = 1024  app.yaml:10:54\n"
        "      | edge embedder.vector->index.query  app.yaml:17:7\n"
        "  2. index  accepts 768  app.yaml:11:5\n"
        "     inputs.query.dimension = 768  app.yaml:13:52\n"
        "\n"
        "Where to look\n"
        "  stated in head at app.yaml:13:52\n"
        "  see also app.yaml:10:54 embedder says outputs.vector.dimension: 1024\n"
        "\n"
        "What to do\n"
        f"  {finding['fix']}\n"
        "\n"
        "To live with it\n"
        f'  msdiff accept {finding["fingerprint"]} --reason "..." main..HEAD\n'
        "\n"
        f"fingerprint {finding['fingerprint']}; "
        "msdiff explain embedding-dimension-mismatch says why the rule exists\n"
    )


def test_explain_a_node(repo: Repo, run: Run) -> None:
    done = run("explain", "index", "main..HEAD")
    assert done.code == 0
    assert done.out.startswith("index  vectorStore in shop  app.yaml:11:5\n\nBREAKING  embedding-dimension-mismatch")
    assert run("explain", "shop/index", "main..HEAD").out == done.out
    done = run("explain", "question", "main..HEAD")
    assert done == (
        0,
        "question  entry in shop  app.yaml:6:5\n\nNothing reaches it between main and HEAD.\n",
        "",
    )


def test_explain_suggests_the_service_that_a_node_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yaml").write_text(
        "services:\n  embedder: {image: 'ghcr.io/huggingface/text-embeddings-inference:1.7', command: --model-id a/b}\n"
    )
    node = "my_embedder: {role: embedder%s}"
    document = "apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {name: search}\nspec: {nodes: {%s}}\n"
    for bind, suggested in (("", True), (", bind: ['compose:embedder']", False)):
        (tmp_path / "graph.yaml").write_text(document % (node % bind))
        done = run("explain", "my_embedder", "--check", ".")
        assert done.code == 0
        text = 'service `embedder` (compose.yaml:2); if so, write bind: ["compose:embedder"]'
        assert (text in done.out) is suggested


def test_explain_a_rule_even_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("explain", "embedding-dimension-mismatch")
    assert done.code == 0
    headings = [line for line in done.out.splitlines() if line and not line.startswith(" ")][2:]
    assert headings == [
        "Why",
        "What it watches",
        "Verdict",
        "What to do",
        "Example: index left behind",
        "References",
    ]
    assert run("explain", "embedding-dimension-mismach") == (
        2,
        "",
        "error: there is no rule `embedding-dimension-mismach`\n  hint: did you mean `embedding-dimension-mismatch`?\n",
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("indx", "main..HEAD"), "error: `indx` is no rule, no node and no finding between main and HEAD\n"),
        (("abcdef012345", "main..HEAD"), "error: no finding abcdef012345 between main and HEAD\n"),
        ((), "error: name what to explain\n"),
    ],
)  # fmt: skip
def test_explain_nothing_known_is_2(repo: Repo, run: Run, words: tuple[str, ...], message: str) -> None:
    done = run("explain", *words)
    assert done.code == 2
    assert done.err.startswith(message)


def test_rules_in_three_forms(repo: Repo, run: Run) -> None:
    records = json.loads(run("rules", "-f", "json").out)
    ids = {one["id"] for one in records}
    assert "embedding-dimension-mismatch" in ids
    text = run("rules").out
    assert text.endswith(f"{len(ids)} rules; msdiff explain RULE says more\n")
    assert all(id in text for id in ids)
    markdown = run("rules", "-f", "markdown").out
    assert {line[4:] for line in markdown.splitlines() if line.startswith("### ")} == ids
    assert run("rules", "--category", "saftey-and-guardrails").err.endswith("did you mean `safety-and-guardrails`?\n")


def test_facts_of_one_model_and_of_all(repo: Repo, run: Run) -> None:
    known = json.loads(run("facts", "-f", "json").out)
    one = json.loads(run("facts", "baai/BGE-M3:latest", "-f", "json").out)
    assert one in known
    assert (one["id"], one["role"], one["facts"]["dimension"], one["file"]) == ("BAAI/bge-m3", "embedder", 1024, None)
    text = run("facts").out
    assert text.endswith(f"{len(known)} models; msdiff facts MODEL says more\n")
    assert all(entry["id"] in text for entry in known)
    said = run("facts", "bge-m3").out.splitlines()
    assert said[0] == "BAAI/bge-m3  embedder"
    assert "  dimension   1024  (outputs.<port>.dimension, model.nativeDimension)" in said
    assert said[-1] == "source: https://huggingface.co/BAAI/bge-m3, as of 2024-01"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("text-embeding-3-smal",), "did you mean `text-embedding-3-small`?"),
        (("acme/bge-m3",), "did you mean `BAAI/bge-m3`"),
        (("qqqqqqqq",), "`msdiff facts` lists them"),
        (("a", "b"), "Name one model, or none."),
    ],
)
def test_a_model_of_which_nothing_is_known_is_2(repo: Repo, run: Run, words: tuple[str, ...], hint: str) -> None:
    done = run("facts", *words)
    assert (done.code, done.out) == (2, "")
    assert hint in done.err


@pytest.mark.parametrize("name", ["graph", "config", "rule", "facts", "report"])
def test_schemas_are_schemas(run: Run, name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(run("schema", name).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_json_report_fits_its_schema(repo: Repo, run: Run) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(run("schema", "report").out)
    jsonschema.validate(json.loads(run("main..HEAD", "-f", "json").out), schema)


def test_init_writes_a_first_graph_that_can_be_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    made = Repo(tmp_path)
    made.git("init", "--quiet")
    monkeypatch.chdir(tmp_path)
    done = run("init")
    assert done == (
        0,
        f"found no graph and no ModelSpec\nwrote msdiff.yaml\nwrote app.yaml\nin {tmp_path}\nnext: msdiff check\n",
        "",
    )
    assert run("check").code == 0
    done = run("init")
    assert done == (2, "", "error: msdiff.yaml exists already\n  hint: `--force` writes anew.\n")
    assert run("init", "--force").code == 0


def test_init_names_the_specs_that_it_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    made = Repo(tmp_path)
    made.git("init", "--quiet")
    made.write({"models/embedder.yaml": SPEC, "deep/er/README.md": "x"})
    monkeypatch.chdir(tmp_path / "deep" / "er")
    done = run("init")
    assert done.out.startswith(
        "found ModelSpec: query-embedder in models/embedder.yaml\nwrote msdiff.yaml\nwrote app.yaml\n"
    )
    assert "    query-embedder:\n      specRef: models/embedder.yaml\n" in (tmp_path / "app.yaml").read_text()
    done = run("graph", "-f", "json")
    assert (done.code, done.err) == (0, "")
    graphs = json.loads(done.out)["graphs"]
    assert [(one["kind"], [node["name"] for node in one["nodes"]]) for one in graphs] == [
        ("ApplicationGraph", ["query-embedder"])
    ]


def test_init_leaves_graphs_alone(repo: Repo, run: Run) -> None:
    before = (repo.folder / "app.yaml").read_text()
    assert run("init").out.startswith("found ApplicationGraph: app.yaml\nwrote msdiff.yaml\nin ")
    assert (repo.folder / "app.yaml").read_text() == before


def test_init_says_what_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    made = Repo(tmp_path)
    made.git("init", "--quiet")
    made.write({"models/embedder.yaml": SPEC.replace("runtime:", "runtme:")})
    monkeypatch.chdir(tmp_path)
    assert "found something to correct (msdiff check says what) in: models/embedder.yaml\n" in run("init").out
    assert not (tmp_path / "app.yaml").exists()


def test_the_demonstration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("demo")
    assert (done.code, done.err) == (0, "")
    assert "$ cd msdiff-demo && msdiff main..HEAD\nBREAKING" in done.out
    assert "The exit code of that comparison is 1; it would stop a pull request." in done.out
    made = Repo(tmp_path / "msdiff-demo")
    assert made.git("log", "--format=%s", "main..HEAD").splitlines() == [
        "Give the model the question as it was asked",
        "Rerank with more context",
        "Use the large embedder: better recall",
    ]
    assert made.git("status", "--porcelain") == ""
    monkeypatch.chdir(made.folder)
    report = json.loads(run("main..HEAD", "-f", "json").out)
    rules = {one["rule"] for one in report["findings"] if one["status"] == "introduced"}
    assert {"embedding-dimension-mismatch", "guardrail-bypass-path"} <= rules
    assert report["slos"][0]["slackMs"] == -27
    explained = next(
        line.split() for line in done.out.splitlines() if "msdiff explain" in line and "changed line" in line
    )
    assert run(*explained[1:4]).code == 0
    assert run("check", "main").code == 0


def test_the_demonstration_is_the_same_everywhere(tmp_path: Path, run: Run) -> None:
    run("demo", str(tmp_path / "one"))
    run("demo", str(tmp_path / "two"))
    heads = {Repo(tmp_path / name).git("rev-parse", "main", "HEAD") for name in ("one", "two")}
    assert len(heads) == 1


def test_the_demonstration_overwrites_nothing(repo: Repo, run: Run) -> None:
    before = repo.state()
    assert run("demo", ".").code == 2
    assert run("demo", "app.yaml").code == 2
    assert repo.state() == before


@pytest.mark.parametrize(("shell", "words"), [("bash", ("-n",)), ("zsh", ("-n",)), ("fish", ("--no-execute",))])
def test_completion_scripts_are_scripts(run: Run, tmp_path: Path, shell: str, words: tuple[str, ...]) -> None:
    script = tmp_path / f"msdiff.{shell}"
    script.write_text(run("completion", shell).out)
    assert all(name in script.read_text() for name in COMMANDS)
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run([shell, *words, str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def completed(repo: Repo, script: Path, *words: str) -> list[str]:
    """What bash offers for the last of the words."""
    program = (
        f"source {script}; COMP_WORDS=(msdiff {' '.join(map(repr, words))}); COMP_CWORD={len(words)}; _msdiff;"
        ' printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", program], cwd=repo.folder, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


def test_bash_completes(repo: Repo, run: Run, tmp_path: Path) -> None:
    script = tmp_path / "msdiff.bash"
    script.write_text(run("completion", "bash").out)
    repo.git("branch", "$(touch${IFS}gotcha)")
    assert completed(repo, script, "che") == ["check"]
    assert completed(repo, script, "mai") == ["main"]
    assert completed(repo, script, "main..fea") == ["main..feature"]
    assert completed(repo, script, "main...") == [
        r"main...\$\(touch\$\{IFS\}gotcha\)",
        "main...feature",
        "main...main",
        "main...HEAD",
    ]
    assert completed(repo, script, "--fail-on", "r") == ["risky"]
    assert completed(repo, script, "graph", "-f", "s") == ["svg"]
    assert completed(repo, script, "schema", "") == ["graph", "config", "rule", "facts", "report"]
    assert "--until" in completed(repo, script, "accept", "--")
    assert not (repo.folder / "gotcha").exists()


def test_fish_completes(repo: Repo, run: Run, tmp_path: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    script = tmp_path / "msdiff.fish"
    script.write_text(run("completion", "fish").out)

    def offered(line: str) -> list[str]:
        program = f"source {script}; complete -C '{line}'"
        done = subprocess.run(
            ["fish", "--no-config", "-c", program], cwd=repo.folder, capture_output=True, text=True, check=True
        )
        return [line.split("\t")[0] for line in done.stdout.splitlines()]

    assert offered("msdiff che") == ["check"]
    assert offered("msdiff main..fe") == ["main..feature"]
    assert offered("msdiff graph -f s") == ["svg"]


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_has_examples(run: Run, name: str) -> None:
    done = run(*([name] if name else []), "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"usage: msdiff {name}".rstrip())
    assert "\nexamples:\n  " in done.out
    assert max(map(len, done.out.splitlines())) <= 110
    assert run(*([name] if name else []), "--version").out == run("--version").out


def test_a_branch_that_is_called_like_a_command(repo: Repo, run: Run) -> None:
    repo.git("branch", "check", "main")
    assert "\nworking tree;" in run("check").out
    assert run("check..HEAD").code == 1
    assert run("refs/heads/check", "HEAD").code == 1


def test_wider_is_what_the_tests_say() -> None:
    assert WIDER != APP
