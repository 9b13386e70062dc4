"""What `A..B` compares with: clean merges, renames, conflicts, histories that meet twice or never."""

import os
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
from repositories import IDENTITY, LINES, Repo, is_yaml, look

from msdiff.errors import GitError
from msdiff.scm.git import resolve_sides
from msdiff.scm.opening import Found, Opening, Request
from msdiff.scm.revisions import form_of


def test_a_clash_that_only_the_merge_shows(repo: Repo) -> None:
    repo.commit({"embedder.yaml": "dimension: 768\n", "index.yaml": "dimension: 768\n", "other.yaml": "uses: index\n"})
    repo.branch("feature")
    repo.commit({"new.yaml": "reads: index\n"})
    repo.checkout("main")
    repo.commit({"index.yaml": None})
    seen = look(repo.folder, "main..feature")
    assert seen.head == {
        "embedder.yaml": "dimension: 768\n",
        "other.yaml": "uses: index\n",
        "new.yaml": "reads: index\n",
    }


def test_a_rename_on_one_side_and_a_change_on_the_other(repo: Repo) -> None:
    repo.commit({"app.yaml": LINES})
    repo.branch("feature")
    repo.commit({"app.yaml": None, "moved/graph.yaml": LINES})
    repo.checkout("main")
    repo.commit({"app.yaml": LINES.replace("3: 3", "3: main")})
    seen = look(repo.folder, "main..feature")
    assert (seen.head, seen.conflicts) == ({"moved/graph.yaml": LINES.replace("3: 3", "3: main")}, ())


@pytest.fixture
def clashing(repo: Repo) -> Repo:
    """Both branches changed app.yaml and notes.txt in the same lines; `feature` also added a file, `main` another
    one.
    """
    repo.commit({"app.yaml": "a: 1\n", "notes.txt": "n\n"})
    repo.branch("feature")
    repo.commit({"app.yaml": "a: 2\n", "notes.txt": "f\n", "feature.yaml": "f: 1\n"})
    repo.checkout("main")
    repo.commit({"app.yaml": "a: 3\n", "notes.txt": "m\n", "main.yaml": "m: 1\n"})
    return repo


def test_a_conflict_compares_from_the_merge_base_and_says_so(clashing: Repo) -> None:
    seen = look(clashing.folder, "main..feature")
    base = clashing.git("rev-parse", "main~1")
    assert (seen.base, seen.head) == ({"app.yaml": "a: 1\n"}, {"app.yaml": "a: 2\n", "feature.yaml": "f: 1\n"})
    assert seen.labels == ("merge-base of main and feature", "feature")
    assert seen.commits == (base, clashing.git("rev-parse", "feature"))
    assert seen.conflicts == ("app.yaml", "notes.txt")
    assert seen.notes == (
        "merging `feature` into `main` conflicts in `app.yaml`: "
        f"their merge-base {base[:12]} is compared with `feature` instead",
    )


def test_a_conflict_elsewhere_does_not_hide_the_merge(clashing: Repo) -> None:
    seen = look(clashing.folder, "main..feature", paths=("main.yaml", "feature.yaml"))
    assert seen.head == {"feature.yaml": "f: 1\n", "main.yaml": "m: 1\n"}
    assert seen.labels == ("main", "merge of feature into main")
    assert seen.notes == (
        "merging `feature` into `main` conflicts in `app.yaml`, `notes.txt`, which are not looked at",
    )


def test_a_file_removed_on_one_side_and_changed_on_the_other_is_a_conflict(repo: Repo) -> None:
    repo.commit({"app.yaml": "a: 1\n", "b.yaml": "b: 1\n"})
    repo.branch("feature")
    repo.commit({"app.yaml": None})
    repo.checkout("main")
    repo.commit({"app.yaml": "a: 2\n"})
    assert look(repo.folder, "main..feature").conflicts == ("app.yaml",)


@pytest.mark.parametrize("git", ["new", "old"])
def test_a_file_on_one_side_and_a_folder_of_that_name_on_the_other(
    repo: Repo, git: str, request: pytest.FixtureRequest
) -> None:
    if git == "old":
        request.getfixturevalue("_old_git")
    repo.commit({"a.yaml": "a: 1\n"})
    repo.branch("feature")
    repo.commit({"x.yaml/part.yaml": "p: 1\n"})
    repo.checkout("main")
    repo.commit({"x.yaml": "x: 1\n"})
    seen = look(repo.folder, "main..feature")
    assert (seen.labels[0], seen.conflicts) == ("merge-base of main and feature", ("x.yaml",))
    assert seen.head == {"a.yaml": "a: 1\n", "x.yaml/part.yaml": "p: 1\n"}


def test_a_conflict_of_which_git_names_only_the_folder(repo: Repo) -> None:
    """Half of a folder went one way, half another: where does a new file in it go?"""
    repo.commit({f"a/{n}.yaml": f"name: {n}\n{LINES}" for n in range(4)} | {"b/z.yaml": "z: 1\n"})
    repo.branch("feature")
    moved = {f"{'cd'[n % 2]}/{n}.yaml": f"name: {n}\n{LINES}" for n in range(4)}
    repo.commit({f"a/{n}.yaml": None for n in range(4)} | moved)
    repo.checkout("main")
    repo.commit({"a/new.yaml": "n: 1\n", "a/1.yaml": f"name: 1\n{LINES}m: 1\n"})
    seen = look(repo.folder, "main..feature")
    assert (seen.conflicts, seen.labels[0]) == (("a/",), "merge-base of main and feature")
    assert seen.notes[0].startswith("merging `feature` into `main` conflicts in `a/`: their merge-base ")
    assert look(repo.folder, "main..feature", paths=("b",)).labels == ("main", "merge of feature into main")


def test_a_link_in_the_place_of_a_file(repo: Repo) -> None:
    repo.commit({"a.yaml": "a: 1\n", "b.yaml": "b: 1\n"})
    repo.branch("feature")
    (repo.folder / "a.yaml").unlink()
    (repo.folder / "a.yaml").symlink_to("b.yaml")
    (repo.folder / "new.yaml").symlink_to("b.yaml")
    repo.commit({})
    repo.checkout("main")
    repo.commit({"b.yaml": "b: 2\n"})
    seen = look(repo.folder, "main..feature")
    assert (seen.head, seen.changed) == ({"b.yaml": "b: 2\n"}, ("a.yaml",))
    assert seen.notes == ("symbolic links are not followed: `a.yaml`, `new.yaml`",)


def test_a_link_that_is_new(repo: Repo) -> None:
    repo.commit({"a.yaml": "a: 1\n"})
    repo.branch("feature")
    (repo.folder / "new.yaml").symlink_to("a.yaml")
    repo.commit({})
    repo.checkout("main")
    repo.commit({"b.yaml": "b: 2\n"})
    seen = look(repo.folder, "main..feature")
    assert (seen.head, seen.changed) == ({"a.yaml": "a: 1\n", "b.yaml": "b: 2\n"}, ())
    assert seen.notes == ("symbolic links are not followed: `new.yaml`",)


def test_a_branch_that_moves_while_it_is_read(forked: Repo) -> None:
    request = Request(str(forked.folder), (), False, is_yaml, 100_000)
    opening = Opening(request, form_of(("main..feature",), staged=False))
    found = opening.found()
    assert isinstance(found, Found)
    forked.git("branch", "-f", "main", "main~1")
    with pytest.raises(GitError, match=r"^`main` moved while it was read$"):
        found.merge_bases()
    opening.end(keep=False)


def changed_at_random(repo: Repo, random: Random) -> None:
    """A few commits that change, add, remove, rename and move files."""
    for _ in range(random.randint(1, 3)):
        names = sorted(str(path.relative_to(repo.folder)) for path in repo.folder.rglob("*.yaml"))
        files: dict[str, str | bytes | None] = {}
        for name in random.sample(names, min(len(names), random.randint(1, 3))):
            text = (repo.folder / name).read_text()
            line = random.randrange(20)
            edited = text.replace(f"line{line}: {line}\n", f"line{line}: {random.random()}\n")
            what = random.choice(["change", "change", "change", "add", "remove", "rename", "move"])
            if what in ("remove", "rename", "move"):
                files[name] = None
            if what == "rename":
                files[f"{random.choice('abc')}/renamed{random.randrange(4)}.yaml"] = edited
            if what == "move":
                files[f"{random.choice('abc')}/{Path(name).name}"] = text
            if what == "add":
                files[f"{random.choice('abc')}/new{random.randrange(9)}.yaml"] = (
                    f"n: {random.randrange(3)}\n{LINES[:90]}"
                )
            if what == "change":
                files[name] = edited
        repo.commit(files)


@pytest.mark.parametrize("seed", range(16))
def test_the_merge_is_the_one_that_git_makes(repo: Repo, seed: int) -> None:
    random = Random(seed)
    repo.commit({f"{'abc'[n % 3]}/f{n}.yaml": f"name: {n}\n{LINES}" for n in range(9)})
    repo.branch("feature")
    changed_at_random(repo, random)
    repo.checkout("main")
    changed_at_random(repo, random)
    if seed % 4 == 3:  # let them cross
        repo.git("tag", "before", "main")
        repo.git("merge", "-q", "-s", "ours", "-m", "m", "feature")
        repo.checkout("feature")
        repo.git("merge", "-q", "-s", "ours", "-m", "f", "before")
        changed_at_random(repo, random)
        repo.checkout("main")
        changed_at_random(repo, random)
    seen = look(repo.folder, "main..feature")
    done = subprocess.run(
        ["git", "merge", "-q", "--no-edit", "feature"],
        cwd=repo.folder,
        env={**os.environ, **IDENTITY},
        capture_output=True,
        check=False,
    )
    assert (done.returncode == 0) == (seen.conflicts == ())
    if done.returncode == 0:
        paths = repo.git("ls-files").splitlines()
        assert seen.head == {path: (repo.folder / path).read_text() for path in paths}
    else:
        unmerged = repo.git("diff", "--name-only", "--diff-filter=U").splitlines()
        assert {path.partition("~")[0] for path in unmerged} <= set(seen.conflicts)
        assert seen.labels == ("merge-base of main and feature", "feature")


def criss_cross(repo: Repo) -> None:
    """Two branches that merged each other, so that two commits are the best common ancestors."""
    repo.commit({"app.yaml": LINES})
    repo.branch("feature")
    repo.commit({"app.yaml": LINES.replace("18: 18", "18: feature")})
    repo.checkout("main")
    repo.commit({"app.yaml": LINES.replace("1: 1\n", "1: main\n")})
    repo.git("tag", "one", "main")
    repo.git("tag", "other", "feature")
    repo.git("merge", "-q", "-m", "m", "other")
    repo.checkout("feature")
    repo.git("merge", "-q", "-m", "f", "one")
    repo.commit({"feature.yaml": "f: 1\n"})
    repo.checkout("main")
    repo.commit({"main.yaml": "m: 1\n"})


def test_histories_that_meet_twice_merge_cleanly(repo: Repo) -> None:
    criss_cross(repo)
    both = LINES.replace("18: 18", "18: feature").replace("1: 1\n", "1: main\n")
    seen = look(repo.folder, "main..feature")
    assert seen.head == {"app.yaml": both, "feature.yaml": "f: 1\n", "main.yaml": "m: 1\n"}
    assert (seen.changed, seen.notes) == (("feature.yaml",), ())


def test_three_dots_say_which_of_two_merge_bases_they_take(repo: Repo) -> None:
    criss_cross(repo)
    seen = look(repo.folder, "main...feature")
    assert seen.commits[0] in {repo.git("rev-parse", "one"), repo.git("rev-parse", "other")}
    assert seen.notes == (f"`main` and `feature` have 2 merge-bases: {str(seen.commits[0])[:12]} is taken",)


@pytest.mark.parametrize("dots", ["..", "..."])
def test_unrelated_histories(repo: Repo, dots: str) -> None:
    repo.commit({"app.yaml": "a: 1\n"})
    repo.git("checkout", "-q", "--orphan", "island")
    repo.commit({"app.yaml": "a: 2\n"})
    with pytest.raises(GitError) as caught:
        look(repo.folder, f"main{dots}island")
    assert caught.value.message == "`main` and `island` have no merge-base"
    assert caught.value.hint == "Their histories are unrelated; compare them as they are: msdiff main island"
    assert look(repo.folder, "main", "island").changed == ("app.yaml",)


def test_the_union_of_lines_where_attributes_ask_for_it(repo: Repo) -> None:
    repo.commit({"app.yaml": "a: 1\n", ".gitattributes": "*.yaml merge=union\n"})
    repo.branch("feature")
    repo.commit({"app.yaml": "a: 1\nf: 1\n"})
    repo.checkout("main")
    repo.commit({"app.yaml": "a: 1\nm: 1\n"})
    seen = look(repo.folder, "main..feature")
    assert (seen.head, seen.conflicts) == ({"app.yaml": "a: 1\nm: 1\nf: 1\n"}, ())


def test_a_merge_driver_of_the_configuration_is_not_run(clashing: Repo, tmp_path: Path) -> None:
    clashing.git("config", "merge.evil.driver", f"touch {tmp_path}/ran")
    clashing.git("config", "merge.default", "evil")
    clashing.git("checkout", "-q", "main")
    clashing.commit({".gitattributes": "* merge=evil\n"})
    assert look(clashing.folder, "main..feature").conflicts == ("app.yaml", "notes.txt")
    assert not (tmp_path / "ran").exists()


@pytest.fixture
def _old_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git that knows no `merge-tree --write-tree`, as before 2.38."""
    real = shutil.which("git")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "git").write_text(f'#!/bin/sh\ncase " $* " in *" merge-tree "*) exit 129;; esac\nexec {real} "$@"\n')
    (tools / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")


BY_FILE = "git is older than 2.38: the merge was made file by file, without looking for renames"


@pytest.mark.usefixtures("_old_git")
def test_an_old_git_merges_file_by_file(forked: Repo) -> None:
    seen = look(forked.folder, "main..feature")
    assert seen.head == {
        "app.yaml": LINES.replace("line1: 1\n", "line1: main\n").replace("18: 18", "18: feature"),
        "feature.yaml": "f: 1\n",
        "main.yaml": "m: 1\n",
        "sub/part.yaml": "a: 1\n",
    }
    assert seen.notes == (BY_FILE,)
    assert (seen.labels, seen.changed) == (("main", "merge of feature into main"), ("app.yaml", "feature.yaml"))
    with resolve_sides(("main..feature",), ("sub",), cwd=str(forked.folder), wanted=is_yaml) as sides:
        assert sides.head.read("README.md") == b"hello\n"


@pytest.mark.usefixtures("_old_git")
def test_an_old_git_tells_conflicts_too(clashing: Repo) -> None:
    seen = look(clashing.folder, "main..feature")
    assert (seen.conflicts, seen.labels) == (("app.yaml",), ("merge-base of main and feature", "feature"))
    assert look(clashing.folder, "main..feature", paths=("main.yaml",)).head == {"main.yaml": "m: 1\n"}


@pytest.mark.usefixtures("_old_git")
def test_an_old_git_takes_a_rename_with_a_change_for_a_conflict(repo: Repo) -> None:
    repo.commit({"app.yaml": LINES, "gone.yaml": "g: 1\n"})
    repo.branch("feature")
    repo.commit({"app.yaml": None, "graph.yaml": LINES, "gone.yaml": None})
    repo.checkout("main")
    repo.commit({"app.yaml": LINES.replace("3: 3", "3: main")})
    seen = look(repo.folder, "main..feature")
    assert (seen.conflicts, seen.notes[0]) == (("app.yaml",), BY_FILE)


def test_many_files_are_merged_at_once(repo: Repo) -> None:
    """More than fit one question to git, on every level."""
    repo.commit({f"d{n % 7}/e{n}/f.yaml": f"n: {n}\n" for n in range(450)})
    repo.branch("feature")
    repo.commit({f"d{n % 7}/e{n}/f.yaml": f"n: {n}\nf: 1\n" for n in range(0, 450, 3)})
    repo.checkout("main")
    repo.commit({f"d{n % 7}/e{n}/f.yaml": None for n in range(1, 450, 3)})
    seen = look(repo.folder, "main..feature")
    assert seen.head == {
        f"d{n % 7}/e{n}/f.yaml": f"n: {n}\n" + ("f: 1\n" if n % 3 == 0 else "") for n in range(450) if n % 3 != 1
    }
    assert len(seen.changed) == 150
