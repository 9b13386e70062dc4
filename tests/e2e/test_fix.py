"""`msdiff fix`: the obvious edits, proved by a second comparison; comments and layout stay."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msdiff.commands.fix_edits import Replacement, replaced, scalar, written_at
from msdiff.syntax.tree import Scalar, parsed
from tests.e2e.conftest import Run
from tests.e2e.playground import APP, Repo

ROOT = Path(__file__).parents[2]
GRAPH = """\
# who: search team
apiVersion: msdiff/v1
kind: ApplicationGraph
metadata: {name: shop}
spec:
  nodes:
    drafts:   {role: generator,  outputs: {text: {type: text, maxTokens: 1000}}}   # short drafts
    edits:
      role: generator
      inputs:
        text: {type: text, maxTokens: 2000, required: true}     # what the editor takes
      outputs: {answer: {type: text}}
    app: {role: gateway, outputs: {request: {type: text}}}
    tool: {role: tool, inputs: {query: {type: text}}, latency: {minMs: 200, p95Ms: 400}}
  edges:
    - {from: drafts.text, to: edits.text}
    - {from: app.request, to: tool.query, kind: call, timeoutMs: 1000}   # patience
"""
LONGER = GRAPH.replace("maxTokens: 1000", "maxTokens: 4000")
SLOWER = GRAPH.replace("p95Ms: 400", "p95Ms: 1200")


def committed(repo: Repo, text: str) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.commit({"app.yaml": text})


def test_what_a_consumer_takes_grows_with_what_its_producer_gives(repo: Repo, run: Run) -> None:
    committed(repo, GRAPH)
    repo.write({"app.yaml": LONGER})
    done = run("fix")
    assert done == (
        0,
        "app.yaml:11:39: maxTokens 2000 -> 4000 (max-input-below-producer-max at edits)\n"
        "1 edit made; 0 findings without an obvious edit\n",
        "",
    )
    assert (repo.folder / "app.yaml").read_text() == LONGER.replace("maxTokens: 2000", "maxTokens: 4000")
    assert run().code == 0


def test_a_caller_waits_as_long_as_its_callee_takes(repo: Repo, run: Run) -> None:
    committed(repo, GRAPH)
    repo.write({"app.yaml": SLOWER})
    assert "timeout-inverted" in run("--fail-on", "risky").out
    done = run("fix")
    assert "app.yaml:17:66: timeoutMs 1000 -> 1200 (timeout-inverted at app)\n" in done.out
    assert (repo.folder / "app.yaml").read_text() == SLOWER.replace("timeoutMs: 1000", "timeoutMs: 1200")
    assert run("--fail-on", "risky").code == 0


def test_a_dry_run_shows_a_diff_that_git_applies_and_changes_nothing(repo: Repo, run: Run) -> None:
    committed(repo, GRAPH)
    repo.write({"app.yaml": LONGER})
    before = repo.state()
    done = run("fix", "--dry-run")
    assert {name: value for name, value in repo.state().items() if not name.startswith(".git")} == {
        name: value for name, value in before.items() if not name.startswith(".git")
    }
    patch, _, said = done.out.partition("app.yaml:11:39")
    assert said.endswith("1 edit proposed; 0 findings without an obvious edit\n")
    subprocess.run(["git", "apply"], cwd=repo.folder, input=patch, text=True, check=True)
    assert run().code == 0


@pytest.mark.parametrize("name", ["embedder-swap", "partial-update"])
def test_forgotten_siblings_of_the_examples_follow(repo: Repo, run: Run, name: str) -> None:
    base, head = ((ROOT / "examples" / name / side / "app.yaml").read_text() for side in ("base", "head"))
    committed(repo, base)
    repo.write({"app.yaml": head})
    assert run().code == 1
    done = run("fix")
    assert "only once the index is built again with it" in done.out
    assert run().code == 0  # what is left is that it has to be built again
    after = (repo.folder / "app.yaml").read_text()
    changed = [pair for pair in zip(head.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]]
    assert all("e5-base-v2" in old or "768" in old or "revision" in old for old, _ in changed)


def test_what_is_not_obvious_is_left_alone(repo: Repo, run: Run) -> None:
    committed(repo, GRAPH)
    smaller = GRAPH.replace("maxTokens: 2000", "maxTokens: 500")  # the consumer itself changed: who is right?
    repo.write({"app.yaml": smaller})
    assert run("fix").out == "0 edits made; 1 finding without an obvious edit\n"
    assert (repo.folder / "app.yaml").read_text() == smaller


def test_an_edit_that_would_break_something_else_is_not_made(repo: Repo, run: Run) -> None:
    text = APP.replace("    index:\n", f"    other:\n{OTHER}    index:\n")
    text += "    - {from: question.text, to: other.text}\n    - {from: other.vector, to: index.query}\n"
    committed(repo, text)
    repo.write({"app.yaml": text.replace("dimension: 768", "dimension: 1024", 1)})  # of the two that write the index
    done = run("fix")
    assert done.out.startswith("0 edits made; ")


OTHER = """\
      role: embedder
      inputs: {text: {type: text}}
      outputs: {vector: {type: embedding, dimension: 768}}
"""


def test_a_file_that_is_not_what_was_compared_is_not_touched(repo: Repo, run: Run) -> None:
    committed(repo, GRAPH)
    repo.git("checkout", "--quiet", "-b", "longer")
    repo.commit({"app.yaml": LONGER})
    repo.write({"app.yaml": LONGER + "# a line more\n"})
    assert run("fix", "main..HEAD").out == (
        "app.yaml is not what was compared: not touched\n0 edits made; 0 findings without an obvious edit\n"
    )
    repo.write({"app.yaml": LONGER})
    assert "1 edit made" in run("fix", "main..HEAD").out


def test_folders_without_git(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for side, text in (("old", GRAPH), ("new", LONGER)):
        (tmp_path / side).mkdir()
        (tmp_path / side / "app.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert "1 edit made" in run("fix", "old", "new").out
    assert "maxTokens: 4000, required" in (tmp_path / "new/app.yaml").read_text()
    assert (tmp_path / "old/app.yaml").read_text() == GRAPH


EVIL = "x: y\n- z #\u202e::error::owned"


def test_hostile_values_stay_values(repo: Repo, run: Run) -> None:
    base = (ROOT / "examples/embedder-swap/base/app.yaml").read_text()
    head = (ROOT / "examples/embedder-swap/head/app.yaml").read_text()
    committed(repo, base)
    repo.write({"app.yaml": head.replace("{id: intfloat/e5-large-v2", f"{{id: {json.dumps(EVIL)}", 1)})
    done = run("fix")
    assert "\u202e" not in done.out
    assert not [line for line in done.out.splitlines() if line.startswith("::")]
    after = (repo.folder / "app.yaml").read_text()
    assert 'model: "x: y\\n- z #\\u202e::error::owned"' in after
    assert run().code == 0


def test_line_breaks_and_a_byte_order_mark_stay(repo: Repo, run: Run) -> None:
    for mark, ending in (("", "\r\n"), ("\ufeff", "\n")):
        committed(repo, mark + GRAPH.replace("\n", ending))
        longer = (mark + LONGER.replace("\n", ending)).encode()
        (repo.folder / "app.yaml").write_bytes(longer)
        assert "1 edit made" in run("fix").out
        assert (repo.folder / "app.yaml").read_bytes() == longer.replace(b"maxTokens: 2000", b"maxTokens: 4000")


def test_an_alias_is_not_a_place_to_write_to(repo: Repo, run: Run) -> None:
    text = GRAPH.replace("maxTokens: 2000", "maxTokens: *most").replace(
        "metadata: {name: shop}", "metadata: {name: shop}\nx-most: &most 2000"
    )
    committed(repo, text)
    repo.write({"app.yaml": text.replace("maxTokens: 1000", "maxTokens: 4000")})
    done = run("fix")
    assert done.code == 0
    assert "*most" in (repo.folder / "app.yaml").read_text()


@given(st.text(max_size=60), st.sampled_from([None, "'", '"']))
def test_every_text_is_read_as_it_was_meant(value: str, style: str | None) -> None:
    value = value.encode("utf-8", "ignore").decode()
    said = scalar(value, style)
    assert said is not None
    documents, problems = parsed(f"a: {said}\n".encode(), "x.yaml")
    assert problems == ()
    found = documents[0].get("a")  # type: ignore[union-attr]
    assert isinstance(found, Scalar)
    assert found.value == value


@given(st.integers(-(10**9), 10**9) | st.booleans() | st.floats(-1e6, 1e6, allow_nan=False))
def test_every_number_is_read_as_it_was_meant(value: float) -> None:
    text = "a: {b: 1, c: 2}  # x\n"
    new = replaced(text, (Replacement(1, 8, value),))
    assert new is not None
    assert new.endswith(", c: 2}  # x\n")
    documents, _ = parsed(new.encode(), "x.yaml")
    found = documents[0].get("a").get("b")  # type: ignore[union-attr]
    assert found.value == value


def test_places_that_are_no_values_are_not_found() -> None:
    text = "a: [1, 2]\nb: &x 3\nc: *x\nd: |\n  text\n"
    assert set(written_at(text, [(1, 4), (1, 5), (2, 4), (2, 7), (3, 4), (4, 4)])) == {(2, 7), (4, 4)}
    assert replaced(text, (Replacement(4, 4, "x"),)) is None
    assert replaced(text, (Replacement(3, 4, 5),)) is None
