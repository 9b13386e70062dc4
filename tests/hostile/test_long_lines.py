"""Lines that make a careless regular expression take the square or the cube of their length, and conditions without end."""

import time
from pathlib import Path

import pytest

from msdiff.errors import GitError
from msdiff.scm.objects import Objects, object_id
from tests.e2e.conftest import Run
from tests.e2e.playground import APP, Repo

STACK = """\
services:
  app:
    image: ghcr.io/acme/app:1
    env_file: [.env]
    environment: {LLM_ENDPOINT: "http://vllm:8000", TEXT: "VALUE"}
  vllm:
    image: vllm/vllm-openai:v0.6
    command: [--model, a/b]
"""
LONG = 200_000
FILES = {
    "a value of the stack": ("compose.yaml", STACK.replace("VALUE", "a" * LONG)),
    "an address in the stack": ("compose.yaml", STACK.replace("VALUE", "a" * LONG + "://b")),
    "blanks in a variable": (".env", f"MODEL=a{' ' * LONG}x\n"),
    "blanks at the end": (".env", f"MODEL=a{' ' * LONG}\n"),
    "a name without a value": (".env", "A" * LONG + "\n"),
    "variables in variables": (".env", "MODEL=" + "${A:-" * (LONG // 5) + "\n"),
    "blanks in a setting": ("settings.yaml", f"model: a{' ' * LONG}x\n"),
    "blanks in an array": ("config.toml", f"model = 'a'\nx = [\n[{' ' * LONG}\n1],\n]\n"),
    "a key of many parts": ("config.toml", f"x = [\n{'a.' * 100}\n]\n{'.'.join('a' * 500)} = 1\n"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_long_line_takes_time_in_proportion(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    for side in ("old", "new"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "compose.yaml").write_text(STACK)
        (tmp_path / side / ".env").write_text("MODEL=a\n")
    file, text = FILES[name]
    (tmp_path / "new" / file).write_text(text)
    start = time.process_time()
    done = run("old", "new", "--max-time", "10s")
    assert done.code in (0, 1, 3)
    assert "computing" not in done.err
    assert time.process_time() - start < 10


def test_a_condition_of_a_repository_ends(repo: Repo, run: Run) -> None:
    """Each value with each value with each value."""
    words = ", ".join(f"l{n}" for n in range(2000))
    graph = APP.replace("{type: documents}", f"{{type: documents, languages: [{words}]}}")
    rule = """\
id: endless
title: It looks at everything
since: "1.0"
category: organisation
watch: {changes: [attribute.changed], attributes: [outputs.*.languages]}
when: change.old.exists(a, change.old.exists(b, change.old.exists(c, a + b + c == "x")))
verdict: risky
message: "`{node}` now"
why: We want to know.
fix: Ask.
"""
    repo.commit({"app.yaml": graph, "rules/endless.yaml": rule, "msdiff.yaml": "ruleFolders: [rules]\n"})
    repo.write({"app.yaml": graph.replace("l7,", "m7,")})
    start = time.process_time()
    done = run()
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("error: rule endless: the condition has no answer: Iteration budget exceeded\n")
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    "data", [b"0" * 2_000_000, b"1 " * 100_000, b"100644 " + b"a" * 2_000_000], ids=["digits", "modes", "name"]
)
def test_a_damaged_tree_is_told_at_once(data: bytes) -> None:
    id = object_id("tree", data, sha256=False)

    class Reader:
        """A git that gives this one object."""

        out = bytearray(f"{id} tree {len(data)}\n".encode() + data + b"\n")

        def extend(self) -> None: ...
        def send(self, data: bytes) -> None: ...
        def close(self) -> None: ...

    objects = Objects(Reader, limit=100)  # type: ignore[arg-type]
    start = time.process_time()
    with pytest.raises(GitError, match=rf"^the tree {id} is damaged$"):
        objects.lines(id)
    assert time.process_time() - start < 5
