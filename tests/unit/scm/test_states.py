"""The states that a repository can be in, and what is said where something cannot be told."""

import os
import shutil
from pathlib import Path

import pytest
from repositories import LINES, Repo, is_yaml, look

from msdiff.errors import GitError, InputError
from msdiff.scm.git import resolve_sides, resolve_version

MERGED = {
    "app.yaml": LINES.replace("line1: 1\n", "line1: main\n").replace("18: 18", "18: feature"),
    "feature.yaml": "f: 1\n",
    "main.yaml": "m: 1\n",
    "sub/part.yaml": "a: 1\n",
}


def refused(folder: Path, *words: str, staged: bool = False, keep: Path | None = None) -> tuple[str, str]:
    with pytest.raises(GitError) as caught:
        look(folder, *words, staged=staged, keep=keep)
    assert caught.value.exit_code == 4
    return caught.value.message, caught.value.hint


def test_no_repository(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    hint = "Run msdiff in a repository, or name two folders or files: msdiff OLD NEW"
    assert refused(folder) == (f"{folder} is not in a git repository", hint)
    assert refused(folder, "main..HEAD") == (f"{folder} is not in a git repository", hint)


def test_no_commit_yet(repo: Repo) -> None:
    repo.write({"app.yaml": "a: 1\n"})
    expected = ("there is no commit yet on this branch", "Commit first, or compare two folders: msdiff OLD NEW")
    assert refused(repo.folder) == expected
    assert refused(repo.folder, staged=True) == expected
    assert refused(repo.folder, "HEAD..HEAD") == expected
    with resolve_version(None, cwd=str(repo.folder), wanted=is_yaml) as version:
        assert [*version.snapshot.paths()] == ["app.yaml"]


def test_a_detached_head(forked: Repo) -> None:
    forked.git("checkout", "-q", "--detach", "feature")
    assert look(forked.folder, "main..HEAD").head == MERGED


@pytest.mark.parametrize("how", ["packed", "sha256", "alternates", "worktree", "bare"])
def test_the_same_answer_however_it_is_stored(forked: Repo, tmp_path: Path, how: str) -> None:
    folder = forked.folder
    if how == "packed":
        forked.git("gc", "-q")
        forked.git("pack-refs", "--all")
    if how == "alternates":
        folder = tmp_path / "shared"
        forked.git("clone", "-q", "--shared", str(forked.folder), str(folder))
        forked.git("branch", "-q", "main", "origin/main", cwd=folder)
    if how == "worktree":
        folder = tmp_path / "linked"
        forked.git("worktree", "add", "-q", "--detach", str(folder), "feature")
    if how == "bare":
        folder = tmp_path / "bare.git"
        forked.git("clone", "-q", "--bare", str(forked.folder), str(folder))
    if how == "sha256":
        made = Repo(tmp_path / "long")
        made.folder.mkdir()
        made.git("init", "-q", "-b", "main", "--object-format=sha256")
        made.commit({"app.yaml": LINES, "sub/part.yaml": "a: 1\n"})
        made.branch("feature")
        made.commit({"app.yaml": MERGED["app.yaml"].replace("main", "1"), "feature.yaml": "f: 1\n"})
        made.checkout("main")
        made.commit({"app.yaml": LINES.replace("line1: 1\n", "line1: main\n"), "main.yaml": "m: 1\n"})
        made.checkout("feature")
        folder = made.folder
        assert look(folder).changed == ()
        assert len(str(look(folder, "main..feature").commits[0])) == 64
    assert look(folder, "main..feature", keep=tmp_path if how != "packed" else folder).head == MERGED


def test_a_bare_repository_has_no_working_tree(forked: Repo, tmp_path: Path) -> None:
    folder = tmp_path / "bare.git"
    forked.git("clone", "-q", "--bare", str(forked.folder), str(folder))
    hint = "Name two versions: msdiff main..feature"
    assert refused(folder) == ("there is no working tree in a bare repository", hint)
    assert refused(folder, "main") == ("there is no working tree in a bare repository", hint)
    assert refused(folder, staged=True) == ("there is no index in a bare repository", hint)
    with resolve_version(None, cwd=str(folder), wanted=is_yaml) as version:
        assert (version.snapshot.label, version.root) == ("HEAD", None)
    assert sorted(look(folder, "main..feature", paths=("sub",)).head) == ["sub/part.yaml"]


def test_the_files_of_a_bare_repository_are_no_paths(forked: Repo, tmp_path: Path) -> None:
    folder = tmp_path / "bare.git"
    forked.git("clone", "-q", "--bare", str(forked.folder), str(folder))
    assert (folder / "HEAD").is_file()
    with resolve_version("HEAD", cwd=str(folder)) as version:
        assert version.snapshot.label == "HEAD"
    with resolve_sides(("HEAD", "main"), cwd=str(folder)) as sides:
        assert (sides.base.label, sides.head.label) == ("HEAD", "main")


def test_inside_the_git_folder(forked: Repo) -> None:
    inside = forked.folder / ".git"
    assert look(inside, "main..feature", keep=forked.folder).head == MERGED
    assert refused(inside, keep=forked.folder)[0] == "there is no working tree in a bare repository"


def shallow(forked: Repo, tmp_path: Path, *options: str) -> Repo:
    clone = Repo(tmp_path / "clone")
    forked.git("clone", "-q", *options, f"file://{forked.folder}", str(clone.folder))
    return clone


@pytest.mark.parametrize("dots", ["..", "..."])
def test_a_shallow_clone_says_what_to_fetch_and_that_helps(forked: Repo, tmp_path: Path, dots: str) -> None:
    clone = shallow(forked, tmp_path, "--depth=1", "--no-single-branch")
    words = f"origin/main{dots}origin/feature"
    message, hint = refused(clone.folder, words)
    assert message == "this clone is shallow and does not reach the merge-base of `origin/main` and `origin/feature`"
    assert hint == (
        "Fetch more of it: git fetch --deepen=50 origin main feature (again if need be), "
        "or all of it: git fetch --unshallow origin main feature"
    )
    clone.git(*hint.split("git ")[1].split(" (")[0].split())
    assert look(clone.folder, words).head["app.yaml"]


def test_the_other_command_helps_too(forked: Repo, tmp_path: Path) -> None:
    clone = shallow(forked, tmp_path, "--depth=1", "--no-single-branch")
    _, hint = refused(clone.folder, "origin/main..HEAD")
    clone.git(*hint.split("git ")[2].split())
    assert look(clone.folder, "origin/main..HEAD").head == MERGED


def test_an_unknown_revision_of_a_shallow_clone(forked: Repo, tmp_path: Path) -> None:
    clone = shallow(forked, tmp_path, "--depth=1")
    message, hint = refused(clone.folder, "HEAD~1..HEAD")
    assert message == "unknown revision `HEAD~1`"
    assert hint == "Did you mean `HEAD`?" or hint.endswith(
        "The clone is shallow; the whole history comes with: git fetch --unshallow origin"
    )


def test_a_shallow_clone_that_reaches_far_enough(forked: Repo, tmp_path: Path) -> None:
    clone = shallow(forked, tmp_path, "--depth=2", "--no-single-branch")
    seen = look(clone.folder, "origin/main..HEAD")
    assert (seen.head, seen.notes) == (MERGED, ())


def test_a_shallow_clone_that_may_hide_a_later_merge_base(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"app.yaml": LINES})
    for number in range(3):
        repo.commit({"main.yaml": f"m: {number}\n"})
    repo.branch("side")
    repo.commit({"side.yaml": "s: 1\n"})
    repo.branch("feature", "main~3")
    repo.commit({"feature.yaml": "f: 1\n"})
    repo.git("merge", "-q", "-m", "m", "side")
    clone = shallow(repo, tmp_path, "--depth=3", "--no-single-branch")
    seen = look(clone.folder, "origin/main..HEAD")
    assert seen.notes[:1] == (
        "this clone is shallow: the merge-base that it shows may not be the last one (git fetch --unshallow)",
    )


def test_a_partial_clone_fetches_nothing_and_says_what_is_missing(forked: Repo, tmp_path: Path) -> None:
    forked.git("config", "uploadpack.allowFilter", "true")
    clone = Repo(tmp_path / "clone")
    forked.git("clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{forked.folder}", str(clone.folder))
    clone.git("config", "protocol.file.allow", "always")
    clone.git("config", "remote.origin.uploadpack", f"touch {tmp_path}/fetched; git-upload-pack")
    message, hint = refused(clone.folder, "origin/main..HEAD")
    assert message.startswith("this is a partial clone without a version of `app.yaml` (object ")
    assert hint == "Fetch it, and run again: git fetch --refetch --no-filter"
    assert not (tmp_path / "fetched").exists()
    clone.git("config", "--unset", "remote.origin.uploadpack")
    clone.git(*hint.split("git ")[1].split())
    assert look(clone.folder, "origin/main..HEAD").head == MERGED


def test_a_partial_clone_compares_what_it_has(forked: Repo, tmp_path: Path) -> None:
    forked.git("config", "uploadpack.allowFilter", "true")
    clone = Repo(tmp_path / "clone")
    forked.git("clone", "-q", "--filter=blob:none", f"file://{forked.folder}", str(clone.folder))
    assert look(clone.folder).changed == ()
    assert look(clone.folder, "HEAD", "HEAD").head == look(clone.folder).head
    assert sorted(look(clone.folder, "origin/main..HEAD", paths=("feature.yaml", "sub")).head) == [
        "feature.yaml",
        "sub/part.yaml",
    ]
    message, _ = refused(clone.folder, "HEAD~1", "HEAD")
    assert message.startswith("this is a partial clone without `app.yaml` of HEAD~1 (object ")


def test_a_sparse_checkout_reads_what_it_left_out_from_the_index(forked: Repo) -> None:
    forked.git("sparse-checkout", "set", "--no-cone", "/app.yaml")
    assert not (forked.folder / "sub").exists()
    seen = look(forked.folder)
    assert (seen.changed, seen.head["sub/part.yaml"]) == ((), "a: 1\n")


def test_an_index_that_a_sparse_checkout_folded_is_not_expanded(forked: Repo) -> None:
    forked.commit({"sub/deep/d.yaml": "d: 1\n", "kept/k.yaml": "k: 1\n", "odd.yaml/o.yaml": "o: 1\n"})
    forked.git("sparse-checkout", "set", "--cone", "--sparse-index", "kept")
    assert not (forked.folder / "sub").exists()
    forked.write({"kept/k.yaml": "k: 2\n"})
    forked.git("add", "kept")
    forked.write({"kept/new.yaml": "n: 1\n", "sub/deep/untracked.yaml": "u: 1\n"})
    staged, seen = look(forked.folder, staged=True), look(forked.folder)
    assert (staged.changed, staged.head["sub/deep/d.yaml"]) == (("kept/k.yaml",), "d: 1\n")
    assert (seen.changed, seen.head["sub/part.yaml"]) == (
        ("kept/k.yaml", "kept/new.yaml", "sub/deep/untracked.yaml"),
        "a: 1\n",
    )
    with resolve_sides((), cwd=str(forked.folder), wanted=is_yaml) as sides:
        names = ("sub/part.yaml", "sub/deep/d.yaml", "sub/deep/untracked.yaml", "sub/deep", "sub/none.yaml", "sub")
        assert [sides.head.has(name) for name in names] == [True, True, True, False, False, False]  # type: ignore[attr-defined]


def test_submodules_and_repositories_inside_are_not_looked_into(forked: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.folder.mkdir()
    other.git("init", "-q")
    other.commit({"graph.yaml": "g: 1\n"})
    forked.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.folder), "libs/other")
    forked.git("commit", "-qm", "submodule")
    shutil.copytree(other.folder, forked.folder / "copy")
    seen = look(forked.folder)
    assert (seen.changed, sorted(seen.head)) == ((), ["app.yaml", "feature.yaml", "sub/part.yaml"])
    assert seen.notes == (
        "submodules are not looked into: `libs/other`",
        "repositories inside the working tree are not looked into: `copy/`",
    )
    assert look(forked.folder, staged=True).notes == ("submodules are not looked into: `libs/other`",)
    assert look(forked.folder, "main..feature").notes == ("submodules are not looked into: `libs/other`",)
    assert look(forked.folder, paths=("sub",)).notes == ()


def test_symbolic_links_are_not_followed(forked: Repo, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("secret: 1\n")
    (tmp_path / "outside").mkdir()
    for name in ("part.yaml", "deep/part.yaml"):
        (tmp_path / "outside" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "outside" / name).write_text("secret: 1\n")
    forked.commit({"dir/part.yaml": "d: 1\n", "dir/deep/part.yaml": "d: 1\n"})
    (forked.folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (forked.folder / "loop.yaml").symlink_to("loop.yaml")
    forked.commit({})
    (forked.folder / "untracked.yaml").symlink_to("app.yaml")
    (forked.folder / "untracked.txt").symlink_to("app.yaml")
    shutil.rmtree(forked.folder / "dir")
    (forked.folder / "dir").symlink_to(tmp_path / "outside")
    seen = look(forked.folder)
    assert sorted(seen.base) == [
        "app.yaml",
        "dir/deep/part.yaml",
        "dir/part.yaml",
        "feature.yaml",
        "sub/part.yaml",
    ]
    assert sorted(seen.head) == ["app.yaml", "feature.yaml", "sub/part.yaml"]
    assert seen.notes == (
        "symbolic links are not followed: `link.yaml`, `loop.yaml`",
        "symbolic links are not followed: `link.yaml`, `loop.yaml`, `untracked.yaml`",
    )
    with resolve_sides((), cwd=str(forked.folder)) as sides:
        for name in ("link.yaml", "loop.yaml", "dir/part.yaml", "dir/deep/part.yaml", "../secret.yaml"):
            assert not sides.head.has(name)  # type: ignore[attr-defined]
            with pytest.raises(InputError):
                sides.head.read(name)


def test_git_lfs_pointers_are_said(forked: Repo) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    forked.commit({f"big{n}.yaml": pointer for n in range(5)})
    forked.write({"big0.yaml": "real: 1\n"})
    names = "`big0.yaml`, `big1.yaml`, `big2.yaml` and 2 more"
    said = "whose content was not compared"
    assert look(forked.folder).notes == (
        f"Git LFS pointers in HEAD, {said}: {names}",
        f"Git LFS pointers in working tree, {said}: `big1.yaml`, `big2.yaml`, `big3.yaml` and 1 more",
    )


def test_a_file_over_the_limit_comes_cut_so_that_it_is_seen(forked: Repo) -> None:
    forked.commit({"large.yaml": "x" * 60_000, "larger.yaml": "y" * 70_000, "z.yaml": "z: 1\n"})
    seen = look(forked.folder, limit=50_000)
    for side in (seen.base, seen.head):
        assert (side["large.yaml"], side["larger.yaml"], side["z.yaml"]) == ("x" * 50_001, "y" * 50_001, "z: 1\n")
    with resolve_sides((), cwd=str(forked.folder), limit=50_000) as sides:
        for version in (sides.base, sides.head):
            with pytest.raises(InputError) as caught:
                version.read("large.yaml")
            assert caught.value.message == f"`large.yaml` of {version.label} is too large"
            assert caught.value.hint == "Files of up to 50,000 bytes are read; --max-file-size changes that."
            assert version.read("z.yaml") == b"z: 1\n"
            assert len(version.read_many(("z.yaml", "large.yaml"))) == 2


def test_a_merge_of_a_file_over_the_limit_is_not_made_up(repo: Repo) -> None:
    text = "".join(f"line{n}: {n}\n" for n in range(5000))
    repo.commit({"large.yaml": text, "gone.yaml": "g: 1\n", "small.yaml": LINES})
    repo.branch("feature")
    repo.commit({"large.yaml": "first: 1\n" + text, "small.yaml": "first: 1\n" + LINES})
    repo.checkout("main")
    repo.commit({"large.yaml": text + "last: 1\n", "gone.yaml": None, "small.yaml": LINES + "last: 1\n"})
    seen = look(repo.folder, "main..feature", limit=50_000)
    assert (seen.conflicts, seen.labels[0]) == (("large.yaml",), "merge-base of main and feature")
    assert seen.notes[0] == (
        "a file that takes part is too large or missing: the merge was made file by file, without looking for renames"
    )
    seen = look(repo.folder, "main..feature", limit=50_000, paths=("small.yaml",))
    assert seen.head == {"small.yaml": f"first: 1\n{LINES}last: 1\n"}
    assert look(repo.folder, "main..feature").head["large.yaml"] == f"first: 1\n{text}last: 1\n"


def test_a_merge_that_makes_a_file_over_the_limit(repo: Repo) -> None:
    text = "".join(f"line{n}: {n}\n" for n in range(3000))
    more = "n" * 100 + ": 1\n"
    repo.commit({"app.yaml": text, "gone.yaml": "g: 1\n"})
    repo.branch("feature")
    repo.commit({"app.yaml": more + text})
    repo.checkout("main")
    repo.commit({"app.yaml": text + more, "gone.yaml": None})
    limit = len(text) + 150
    seen = look(repo.folder, "main..feature", limit=limit)
    assert seen.head == {"app.yaml": (more + text + more)[: limit + 1]}
    with (
        resolve_sides(("main..feature",), cwd=str(repo.folder), limit=limit) as sides,
        pytest.raises(InputError, match=r"^`app.yaml` of merge of feature into main is too large$"),
    ):
        sides.head.read("app.yaml")


def test_replaced_and_grafted_commits_count_as_they_are(forked: Repo) -> None:
    forked.git("replace", "main", "feature~1")
    assert look(forked.folder, "main..feature").head == MERGED
    forked.git("replace", "-d", forked.git("--no-replace-objects", "rev-parse", "main"))
    (forked.folder / ".git" / "info").mkdir(exist_ok=True)
    (forked.folder / ".git" / "info" / "grafts").write_text(forked.git("rev-parse", "main") + "\n")
    assert look(forked.folder, "main..feature").head == MERGED


def test_modes_and_line_endings_are_no_change(forked: Repo) -> None:
    forked.commit({".gitattributes": "*.yaml text eol=crlf\n"})
    (forked.folder / "app.yaml").chmod(0o755)
    forked.commit({})
    assert look(forked.folder, "HEAD~1", "HEAD").changed == ()
    assert look(forked.folder, "HEAD").head["app.yaml"] == look(forked.folder, "HEAD", "HEAD").head["app.yaml"]


def test_a_file_that_becomes_a_folder(repo: Repo) -> None:
    repo.commit({"app.yaml": "a: 1\n", "b.yaml": "b: 1\n"})
    repo.branch("feature")
    repo.commit({"app.yaml": None})
    repo.commit({"app.yaml/part.yaml": "p: 1\n"})
    repo.checkout("main")
    repo.commit({"b.yaml": "b: 2\n"})
    seen = look(repo.folder, "main..feature")
    assert seen.head == {"app.yaml/part.yaml": "p: 1\n", "b.yaml": "b: 2\n"}
    assert seen.changed == ("app.yaml", "app.yaml/part.yaml")
    repo.checkout("feature")
    assert look(repo.folder, "main").changed == ("app.yaml", "app.yaml/part.yaml", "b.yaml")


NAMES = (
    "with space.yaml",
    "ünï.yaml",
    "line\nfeed.yaml",
    'quo"te.yaml',
    "tab\t.yaml",
    "back\\slash.yaml",
    "*.yaml",
    " 0\tx.yaml",
)


def test_odd_names(repo: Repo) -> None:
    raw = os.fsdecode(b"bad\xff.yaml")
    names = (*NAMES, raw)
    repo.commit(dict.fromkeys(names, "old: 1\n"))
    repo.branch("feature")
    repo.commit(dict.fromkeys(names, "new: 1\n"))
    repo.checkout("main")
    repo.commit({"main.yaml": "m: 1\n"})
    for words in (("main..feature",), ("main", "feature"), ("feature",)):
        seen = look(repo.folder, *words)
        assert [seen.base[name] != seen.head[name] for name in names] == [True] * len(names)
    assert set(look(repo.folder, staged=True).head) == {*names, "main.yaml"}
    assert sorted(look(repo.folder, paths=("*.yaml",)).head) == sorted((*names, "main.yaml"))
    assert sorted(look(repo.folder, paths=(raw,)).head) == [raw]
    repo.write({"? 100644 abc 0\tfake.yaml": "u: 1\n", "100644 abc 0\tfake.yaml": "u: 1\n"})
    assert set(look(repo.folder).changed) == {"? 100644 abc 0\tfake.yaml", "100644 abc 0\tfake.yaml"}


def test_a_conflict_in_an_odd_name_is_shown_in_one_line(repo: Repo) -> None:
    name = os.fsdecode(b"a\xff\n\x1b[31m\xe2\x80\xae.yaml")
    repo.commit({name: "a: 1\n"})
    repo.branch("feature")
    repo.commit({name: "a: 2\n"})
    repo.checkout("main")
    repo.commit({name: "a: 3\n"})
    seen = look(repo.folder, "main..feature")
    assert seen.conflicts == (name,)
    assert seen.notes[0].startswith(r"merging `feature` into `main` conflicts in `a\xff\n\x1b[31m\u202e.yaml`: ")


def test_a_damaged_object_is_an_error_of_git(forked: Repo) -> None:
    blob = forked.git("rev-parse", "feature:app.yaml")
    file = forked.folder / ".git" / "objects" / blob[:2] / blob[2:]
    whole = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(whole[:-8])
    assert refused(forked.folder, "main", "feature") == (
        f"git cannot read its objects: unable to stream {blob} to stdout",
        "`git fsck` says more.",
    )
    for data in (b"garbage", b""):
        file.write_bytes(data)
        assert refused(forked.folder, "main", "feature") == (
            f"the repository lacks `app.yaml` of feature or has it damaged (object {blob})",
            "`git fsck` says more.",
        )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_user_is_explained(
    forked: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    os.chown(forked.folder, 12345, 12345)
    os.chown(forked.folder / ".git", 12345, 12345)
    command = f"git config --global --add safe.directory {forked.folder}"
    assert refused(forked.folder, "main..feature") == (
        "git refuses this repository because it belongs to another user",
        f"If you trust it: {command}",
    )
    with monkeypatch.context() as variables:
        for name, value in (("COUNT", "1"), ("KEY_0", "safe.directory"), ("VALUE_0", str(forked.folder))):
            variables.setenv(f"GIT_CONFIG_{name}", value)
        assert look(forked.folder, "main..feature").head == MERGED
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    forked.git(*command.split()[1:])
    assert look(forked.folder, "main..feature").head == MERGED


def test_a_repository_of_a_newer_git(forked: Repo) -> None:
    forked.git("config", "core.repositoryformatversion", "99")
    assert refused(forked.folder)[0] == "git says: Expected git repo version <= 1, found 99"


def test_no_git_at_all(forked: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert refused(forked.folder) == ("git was not found", "Install git, or compare two folders or files.")
