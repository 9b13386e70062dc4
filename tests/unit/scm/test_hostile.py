"""Repositories that mean harm, and files that are none."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from repositories import LINES, Repo, is_yaml, look

import msdiff
from msdiff.errors import GitError, InputError, MsdiffError
from msdiff.scm import process, snapshots
from msdiff.scm.git import resolve_sides
from msdiff.scm.process import git_at


def test_nothing_that_is_configured_runs(forked: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    tools = tmp_path / "evil"
    tools.mkdir()

    def evil(name: str) -> str:
        script = tools / name.replace("/", "-")
        script.write_text(f'#!/bin/sh\ntouch "{marks}/{script.name}"\nexit 1\n')
        script.chmod(0o755)
        return str(script)

    forked.commit({".gitattributes": "*.yaml filter=evil diff=evil merge=evil text eol=crlf ident\n"})
    hooks = tools / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "reference-transaction", "pre-commit", "fsmonitor-watchman", "post-checkout"):
        os.symlink(evil(f"hook-{name}"), hooks / name)
    for key in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "core.askPass",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "pager.rev-parse",
        "pager.ls-files",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "merge.evil.driver",
        "credential.helper",
        "gpg.program",
        "uploadpack.packObjectsHook",
        "remote.origin.uploadpack",
    ):
        forked.git("config", key, evil(key))
    for name in ("rev-parse", "cat-file", "merge-base", "merge-tree", "ls-files", "for-each-ref"):
        forked.git("config", f"alias.{name}", "!" + evil(f"alias-{name}"))
    forked.git("config", "core.hooksPath", str(hooks))
    forked.git("config", "core.untrackedCache", "true")
    forked.git("config", "filter.evil.required", "true")
    forked.git("config", "extensions.partialClone", "origin")
    forked.git("config", "remote.origin.promisor", "true")
    forked.git("config", "remote.origin.url", f"ext::{evil('ext')}")
    forked.git("config", "protocol.allow", "always")
    forked.git("config", "protocol.ext.allow", "always")
    variables = {
        "GIT_EXTERNAL_DIFF": evil("external-diff"),
        "GIT_PAGER": evil("pager"),
        "GIT_SSH_COMMAND": evil("ssh"),
        "GIT_ASKPASS": evil("askpass"),
        "GIT_EDITOR": evil("editor"),
        "GIT_TRACE": str(marks / "trace"),
        "GIT_TRACE2_EVENT": str(marks / "trace2"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": evil("fsmonitor-variable"),
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor={evil('fsmonitor-parameter')}'",
        "GIT_EXEC_PATH": str(tools),
        "GIT_TEMPLATE_DIR": str(tools),
    }
    os.utime(forked.folder / "app.yaml")
    blob = forked.git("rev-parse", "main:app.yaml")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    every: tuple[tuple[str, ...], ...] = (
        ("main..feature",),
        ("main...feature",),
        ("main", "feature"),
        ("main",),
        (),
    )
    for words in every:
        look(forked.folder, *words)
    look(forked.folder, staged=True)
    with pytest.raises(GitError):
        look(forked.folder, "mian..feature")
    (forked.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(GitError, match=r"lacks a version of `app.yaml` or has it damaged"):
        look(forked.folder, "main..feature")
    assert sorted(os.listdir(marks)) == []
    for name in variables:
        monkeypatch.delenv(name)
    forked.git("status", code=128)
    assert os.listdir(marks) != []  # the marks are made where something does run


def test_the_index_is_not_refreshed(forked: Repo) -> None:
    os.utime(forked.folder / "app.yaml", (1, 1))
    look(forked.folder)
    look(forked.folder, staged=True)


def tree(repo: Repo, lines: bytes) -> str:
    """Write a tree as it stands, sound or not."""
    done = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        input=lines,
        cwd=repo.folder,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


def line(mode: str, name: bytes, id: str) -> bytes:
    return f"{mode} ".encode() + name + b"\0" + bytes.fromhex(id)


def committed(repo: Repo, id: str, name: str) -> None:
    repo.git("tag", name, repo.git("commit-tree", "-m", name, id))


@pytest.mark.parametrize("name", [b"..", b".", b".git", b"a/b.yaml", b"../../x.yaml", b""])
def test_names_that_git_would_not_check_out(repo: Repo, name: bytes) -> None:
    repo.commit({"app.yaml": "a: 1\n"})
    blob = repo.git("rev-parse", "HEAD:app.yaml")
    committed(repo, tree(repo, line("100644", name, blob)), "evil")
    with pytest.raises(GitError, match=r"^the tree [0-9a-f]{40} is damaged$"):
        look(repo.folder, "HEAD", "evil")


@pytest.mark.parametrize("lines", [b"x", b"100644 a.yaml\0short", b"100644 a.yaml", b"\0" * 40])
def test_damaged_trees(repo: Repo, lines: bytes) -> None:
    repo.commit({"app.yaml": "a: 1\n"})
    committed(repo, tree(repo, lines), "evil")
    with pytest.raises(GitError, match=r"^the tree [0-9a-f]{40} is damaged$"):
        look(repo.folder, "HEAD", "evil")


def test_a_tree_that_holds_itself_many_times_over_ends(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "MAX_FILES", 20_000)
    repo.commit({"app.yaml": "a: 1\n"})
    ids = [repo.git("rev-parse", "HEAD:app.yaml"), repo.git("hash-object", "-w", "--stdin")]
    ids = [tree(repo, line("100644", b"app.yaml", id)) for id in ids]
    for _ in range(12):
        ids = [tree(repo, b"".join(line("40000", b"%d" % n, id) for n in range(10))) for id in ids]
    for name, id in zip(("one", "other"), ids, strict=True):
        committed(repo, id, name)
    for words in (("one", "other"), ("HEAD", "one")):
        with pytest.raises(InputError, match=r"^more than 20,000 files in one version$"):
            look(repo.folder, *words)
    with resolve_sides(("one", "other"), cwd=str(repo.folder)) as sides, pytest.raises(InputError):
        sides.changed_paths()
    assert look(repo.folder, "one", "one", paths=("0/0/0/0/0/0/0/0/0/0/0/0",)).changed == ()


def test_folders_nested_deeper_than_any_path(repo: Repo) -> None:
    repo.commit({"app.yaml": "a: 1\n"})
    id = tree(repo, line("100644", b"app.yaml", repo.git("rev-parse", "HEAD:app.yaml")))
    packed = b""
    for _ in range(300):
        id = tree(repo, packed + line("40000", b"d" * 200, id))
    committed(repo, id, "deep")
    assert look(repo.folder, "HEAD", "deep").head == {}


def test_a_submodule_or_a_folder_in_the_place_of_a_file(repo: Repo) -> None:
    repo.commit({"app.yaml": "a: 1\n"})
    folder = tree(repo, line("100644", b"x.yaml", repo.git("rev-parse", "HEAD:app.yaml")))
    committed(repo, tree(repo, line("100644", b"app.yaml", folder)), "evil")
    with pytest.raises(GitError, match=r"^the repository lacks `app.yaml` of evil or has it damaged"):
        look(repo.folder, "HEAD", "evil")


def test_a_named_pipe_is_refused_at_once(forked: Repo) -> None:
    (forked.folder / "app.yaml").unlink()
    os.mkfifo(forked.folder / "app.yaml")
    os.mkfifo(forked.folder / "untracked.yaml")
    start = time.monotonic()
    with pytest.raises(InputError) as caught:
        look(forked.folder)
    assert (caught.value.message, str(caught.value.location)) == ("`app.yaml` is a named pipe", "app.yaml:1:1")
    assert time.monotonic() - start < 5


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_an_unreadable_file_is_an_error(forked: Repo) -> None:
    (forked.folder / "app.yaml").chmod(0)
    with pytest.raises(InputError, match=r"^`app.yaml` is not readable \(Permission denied\)$"):
        look(forked.folder)


def test_a_file_that_is_replaced_while_it_is_read(forked: Repo) -> None:
    with resolve_sides((), cwd=str(forked.folder), wanted=is_yaml) as sides:
        assert sides.changed_paths() == ()
        forked.write({"app.yaml": "other: 1\n"})
        with pytest.raises(InputError, match=r"^`app.yaml` changed while it was read$"):
            sides.head.read("app.yaml")


def test_a_file_that_vanishes_while_it_is_read(forked: Repo) -> None:
    with resolve_sides((), cwd=str(forked.folder), wanted=is_yaml) as sides:
        assert "app.yaml" in tuple(sides.head.paths())
        forked.write({"app.yaml": None})
        with pytest.raises(InputError, match=r"^`app.yaml` is no file$"):
            sides.head.read("app.yaml")


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file to write a git of one's own to, as a shell script."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "git").write_text("#!/bin/sh\n")
    (tools / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    return tools / "git"


def test_a_git_that_hangs_is_ended(forked: Repo, fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(process, "TIMEOUT_S", 0.2)
    start = time.monotonic()
    with pytest.raises(GitError, match=r"^git did not answer within 0 seconds$"):
        look(forked.folder, "main..feature")
    assert time.monotonic() - start < 5


def test_a_git_that_says_too_much(forked: Repo, fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MAX_OUTPUT", 1000)
    fake.write_text("#!/bin/sh\nyes\n")
    with pytest.raises(GitError, match=r"^git printed more than 512 MiB$"):
        look(forked.folder, "main..feature")


def test_a_flood_of_errors_blocks_nothing(fake: Path, tmp_path: Path) -> None:
    fake.write_text("#!/bin/sh\nyes error | head -c 1000000 >&2\necho done\nexit 3\n")
    result = git_at(str(tmp_path), os.environ).run("status")
    assert (result.code, result.out, len(result.err)) == (3, b"done\n", 65536)


def test_a_git_that_ends_at_once(forked: Repo, fake: Path) -> None:
    for script in ("exit 1", "kill -9 $$", "echo nonsense; exit 3"):
        fake.write_text(f"#!/bin/sh\n{script}\n")
        with pytest.raises(GitError):
            look(forked.folder, "main..feature")


def test_closed_standard_streams_do_no_harm(forked: Repo, tmp_path: Path) -> None:
    script = (
        f"import sys; sys.path[:0] = [{str(Path(msdiff.__path__[0]).parent)!r}]\n"
        "from msdiff.scm.git import resolve_sides\n"
        "with resolve_sides(('main..feature',), cwd='.') as sides:\n"
        "    text = sides.head.read('app.yaml')\n"
        f"open({str(tmp_path / 'seen')!r}, 'wb').write(text)\n"
    )
    (tmp_path / "script.py").write_text(script)
    command = f"exec {sys.executable} {tmp_path}/script.py 0<&- 1>&- 2>&-"
    assert subprocess.run(["sh", "-c", command], cwd=forked.folder, check=False).returncode == 0
    assert (tmp_path / "seen").read_text() == LINES.replace("line1: 1\n", "line1: main\n").replace(
        "18: 18", "18: feature"
    )


def test_no_place_for_temporary_files(repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    repo.commit({"app.yaml": LINES})
    repo.branch("feature")
    repo.commit({"app.yaml": None, "b.yaml": LINES})
    repo.checkout("main")
    repo.commit({"c.yaml": "c: 1\n"})
    monkeypatch.setenv("TMPDIR", str(repo.folder / "inside"))
    (repo.folder / "inside").mkdir()
    assert sorted(look(repo.folder, "main..feature").head) == ["b.yaml", "c.yaml"]  # made in /tmp
    monkeypatch.setenv("TMPDIR", str(tmp_path / "none"))
    with (
        pytest.raises(GitError, match=r"^no temporary folder: ") as caught,
        resolve_sides(("main..feature",), cwd=str(repo.folder)),
    ):
        pass
    assert caught.value.hint == "Set TMPDIR to a folder that can be written to."


def test_an_interruption_leaves_nothing_behind(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    from msdiff.scm import merging

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    repo.commit({"app.yaml": LINES})
    repo.branch("feature")
    repo.commit({"app.yaml": None, "b.yaml": LINES})
    repo.checkout("main")
    repo.commit({"c.yaml": "c: 1\n"})
    monkeypatch.setattr(merging, "_made", interrupted)
    with pytest.raises(KeyboardInterrupt):
        look(repo.folder, "main..feature")


def test_every_error_of_git_has_exit_code_four_and_says_what_to_do(repo: Repo) -> None:
    with pytest.raises(MsdiffError) as caught:
        look(repo.folder, "main..x")
    assert caught.value.exit_code == 4
