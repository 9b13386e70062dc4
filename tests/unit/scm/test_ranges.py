"""Every RANGE of the command line on an ordinary repository."""

from pathlib import Path

import pytest
from repositories import LINES, Repo, Seen, is_yaml, look, read

from msdiff.errors import GitError, ManyErrors, MsdiffError, UsageError
from msdiff.scm.git import resolve_sides, resolve_version

MAIN = LINES.replace("line1: 1\n", "line1: main\n")
FEATURE = LINES.replace("18: 18", "18: feature")
BOTH = MAIN.replace("18: 18", "18: feature")
BASE_FILES = {"app.yaml": LINES, "sub/part.yaml": "a: 1\n"}
MAIN_FILES = {"app.yaml": MAIN, "main.yaml": "m: 1\n", "sub/part.yaml": "a: 1\n"}
FEATURE_FILES = {"app.yaml": FEATURE, "feature.yaml": "f: 1\n", "sub/part.yaml": "a: 1\n"}
MERGED_FILES = {"app.yaml": BOTH, "feature.yaml": "f: 1\n", "main.yaml": "m: 1\n", "sub/part.yaml": "a: 1\n"}


def ids(repo: Repo, *names: str) -> tuple[str, ...]:
    return tuple(repo.git("rev-parse", name) for name in names)


def test_two_dots_compare_with_the_merge(forked: Repo) -> None:
    assert look(forked.folder, "main..feature") == Seen(
        base=MAIN_FILES,
        head=MERGED_FILES,
        labels=("main", "merge of feature into main"),
        commits=ids(forked, "main", "feature"),
        changed=("app.yaml", "feature.yaml"),
        notes=(),
        conflicts=(),
        prefix="",
        date="2023-11-14",
    )


def test_the_merge_goes_the_other_way_too(forked: Repo) -> None:
    seen = look(forked.folder, "feature..main")
    assert (seen.base, seen.head, seen.labels) == (
        FEATURE_FILES,
        MERGED_FILES,
        ("feature", "merge of main into feature"),
    )


def test_two_dots_on_a_straight_line_compare_with_the_commit_itself(forked: Repo) -> None:
    seen = look(forked.folder, "main~1..feature")
    assert (seen.base, seen.head, seen.labels, seen.notes) == (BASE_FILES, FEATURE_FILES, ("main~1", "feature"), ())
    assert seen.commits == ids(forked, "main~1", "feature")


def test_two_dots_where_everything_is_merged_already(forked: Repo) -> None:
    seen = look(forked.folder, "main..main~1")
    assert (seen.base, seen.head, seen.changed) == (MAIN_FILES, MAIN_FILES, ())
    assert seen.labels == ("main", "merge of main~1 into main")
    assert seen.commits == ids(forked, "main", "main~1")
    assert seen.notes == ("`main~1` is already part of `main`: there is nothing to merge",)


def test_two_names_of_one_commit(forked: Repo) -> None:
    seen = look(forked.folder, "feature..HEAD")
    assert (seen.changed, seen.labels, seen.notes) == (
        (),
        ("feature", "HEAD"),
        ("`feature` and `HEAD` are the same commit",),
    )


@pytest.mark.parametrize(
    ("word", "labels"),
    [("main..", ("main", "merge of HEAD into main")), ("..main", ("HEAD", "merge of main into HEAD"))],
)
def test_an_empty_side_is_head(forked: Repo, word: str, labels: tuple[str, str]) -> None:
    seen = look(forked.folder, word)
    assert (seen.labels, seen.head) == (labels, MERGED_FILES)


def test_three_dots_compare_from_the_merge_base(forked: Repo) -> None:
    seen = look(forked.folder, "main...feature")
    assert (seen.base, seen.head) == (BASE_FILES, FEATURE_FILES)
    assert seen.labels == ("merge-base of main and feature", "feature")
    assert seen.commits == ids(forked, "main~1", "feature")


def test_two_revisions_are_compared_as_they_are(forked: Repo) -> None:
    seen = look(forked.folder, "main", "feature")
    assert (seen.base, seen.head, seen.labels) == (MAIN_FILES, FEATURE_FILES, ("main", "feature"))
    assert seen.changed == ("app.yaml", "feature.yaml", "main.yaml")


def test_nothing_compares_head_with_the_working_tree(forked: Repo) -> None:
    (forked.folder / ".gitignore").write_text("ignored.yaml\n")
    forked.write({"app.yaml": "new: 1\n", "new.yaml": "n: 1\n", "ignored.yaml": "i: 1\n", "sub/part.yaml": None})
    seen = look(forked.folder)
    assert seen == Seen(
        base=FEATURE_FILES,
        head={"app.yaml": "new: 1\n", "feature.yaml": "f: 1\n", "new.yaml": "n: 1\n"},
        labels=("HEAD", "working tree"),
        commits=(*ids(forked, "HEAD"), None),
        changed=("app.yaml", "new.yaml", "sub/part.yaml"),
        notes=(),
        conflicts=(),
        prefix="",
        date=None,
    )


def test_one_revision_is_compared_with_the_working_tree(forked: Repo) -> None:
    forked.write({"app.yaml": "new: 1\n"})
    seen = look(forked.folder, "main")
    assert (seen.base, seen.head["app.yaml"], seen.labels) == (MAIN_FILES, "new: 1\n", ("main", "working tree"))


def test_staged_is_the_index_and_not_the_working_tree(forked: Repo) -> None:
    forked.write({"app.yaml": "staged: 1\n", "new.yaml": "n: 1\n"})
    forked.git("add", "app.yaml", "new.yaml")
    forked.git("rm", "-q", "--cached", "feature.yaml")
    forked.write({"app.yaml": "later: 1\n", "untracked.yaml": "u: 1\n"})
    seen = look(forked.folder, staged=True)
    assert (seen.base, seen.labels, seen.commits[1]) == (FEATURE_FILES, ("HEAD", "index"), None)
    assert seen.head == {"app.yaml": "staged: 1\n", "new.yaml": "n: 1\n", "sub/part.yaml": "a: 1\n"}
    assert seen.changed == ("app.yaml", "feature.yaml", "new.yaml")


def test_a_file_that_is_only_announced_is_not_staged_but_an_empty_one_is(forked: Repo) -> None:
    forked.write({"announced.yaml": "a: 1\n", "empty.yaml": ""})
    forked.git("add", "-N", "announced.yaml")
    forked.git("add", "empty.yaml")
    assert look(forked.folder, staged=True).changed == ("empty.yaml",)


def test_a_conflict_in_the_index_is_an_error_only_where_it_is_looked_at(forked: Repo) -> None:
    forked.commit({"app.yaml": "one: 1\n"})
    forked.git("merge", "-q", "main", code=1)
    with pytest.raises(GitError, match=r"^the index holds a merge conflict in `app.yaml`$"):
        look(forked.folder, staged=True)
    assert look(forked.folder, staged=True, paths=("sub",)).changed == ()
    assert "<<<<<<<" in look(forked.folder).head["app.yaml"]


def test_a_subdirectory_looks_at_the_whole_repository(forked: Repo) -> None:
    sub = forked.folder / "sub"
    forked.write({"new.yaml": "n: 1\n"})
    assert look(sub, "main..feature", keep=forked.folder).head == MERGED_FILES
    assert look(sub, keep=forked.folder).changed == ("new.yaml",)
    assert look(sub, keep=forked.folder).prefix == "sub/"


@pytest.mark.parametrize(
    ("cwd", "paths", "expected"),
    [
        ("", ("sub",), ["sub/part.yaml"]),
        ("", ("sub/",), ["sub/part.yaml"]),
        ("", ("./sub/part.yaml",), ["sub/part.yaml"]),
        ("", ("app.yaml", "feature.yaml"), ["app.yaml", "feature.yaml"]),
        ("", ("*part.yaml",), ["sub/part.yaml"]),
        ("", ("su?",), ["sub/part.yaml"]),
        ("", ("README.md",), []),
        ("", (".",), ["app.yaml", "feature.yaml", "main.yaml", "sub/part.yaml"]),
        ("sub", (".",), ["sub/part.yaml"]),
        ("sub", ("../app.yaml",), ["app.yaml"]),
        ("sub", ("part.yaml",), ["sub/part.yaml"]),
        ("sub", ("*.yaml",), ["sub/part.yaml"]),
    ],
)
def test_paths_limit_what_is_looked_at(forked: Repo, cwd: str, paths: tuple[str, ...], expected: list[str]) -> None:
    assert sorted(look(forked.folder / cwd, "main..feature", paths=paths, keep=forked.folder).head) == expected


def test_an_absolute_path_limits_too(forked: Repo) -> None:
    assert sorted(look(forked.folder, paths=(str(forked.folder / "sub"),)).head) == ["sub/part.yaml"]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("../x.yaml", "`../x.yaml` lies outside of"),
        ("/etc", "`/etc` lies outside of"),
        (":(exclude)a", r"`:\(exclude\)a`: git's pathspec notation"),
        ("", "a path after `--` is empty"),
    ],
)
def test_paths_that_cannot_be_meant(forked: Repo, word: str, message: str) -> None:
    with pytest.raises(UsageError, match="^" + message):
        look(forked.folder, "main", paths=(word,))


def test_paths_that_name_nothing_are_known(forked: Repo) -> None:
    with resolve_sides(
        ("main..feature",), ("app.yaml", "ap.yaml", "README.md"), cwd=str(forked.folder), wanted=is_yaml
    ) as sides:
        assert sides.unmatched() == ("ap.yaml", "README.md")
    with resolve_sides(("main..feature",), cwd=str(forked.folder)) as sides:
        assert sides.unmatched() == ()


def test_files_that_are_not_looked_at_can_be_read_by_name(forked: Repo) -> None:
    with resolve_sides(("main..feature",), ("sub",), cwd=str(forked.folder), wanted=is_yaml) as sides:
        assert (sides.base.read("README.md"), sides.head.read("app.yaml")) == (b"hello\n", BOTH.encode())
        assert [sides.head.has(name) for name in ("app.yaml", "main.yaml", "sub", "none.yaml", "sub/none/x")] == [  # type: ignore[attr-defined]
            True,
            True,
            False,
            False,
            False,
        ]
        with pytest.raises(MsdiffError, match=r"^`none.yaml` is no file in merge of feature into main$"):
            sides.head.read("none.yaml")


def test_revisions_that_git_knows_how_to_read(forked: Repo) -> None:
    forked.git("tag", "-a", "-m", "release", "v1", "main~1")
    forked.git("tag", "-a", "-m", "nested", "v1-again", "v1")
    forked.git("branch", "-q", "--set-upstream-to=main", "feature")
    short = forked.git("rev-parse", "--short", "main")
    for word, expected in [
        ("v1", BASE_FILES),
        ("v1-again", BASE_FILES),
        ("@", FEATURE_FILES),
        ("@{upstream}", MAIN_FILES),
        ("HEAD^{/bas}", BASE_FILES),
        (":/main", MAIN_FILES),
        (short, MAIN_FILES),
        ("feature@{0}", FEATURE_FILES),
        ("HEAD@{1 second ago}", FEATURE_FILES),
        ("feature@{2030-01-01}", FEATURE_FILES),
        ("feature@{yesterday}", FEATURE_FILES),
        ("HEAD~1", BASE_FILES),
        ("HEAD^", BASE_FILES),
        ("v1-again~0", BASE_FILES),
        ("HEAD~1^0", BASE_FILES),
        ("refs/heads/main", MAIN_FILES),
        ("heads/main", MAIN_FILES),
        ("v1^{}", BASE_FILES),
    ]:
        assert look(forked.folder, word, "HEAD").base == expected, word
    assert look(forked.folder, "HEAD^{/bas..}..main").labels == ("HEAD^{/bas..}", "main")
    assert look(forked.folder, ":/base", ":/feature").head == FEATURE_FILES


def test_a_word_that_is_a_revision_and_a_path_must_be_told_apart(forked: Repo) -> None:
    forked.git("branch", "sub")
    with pytest.raises(UsageError) as caught:
        look(forked.folder, "sub")
    assert caught.value.message == "`sub` is both a revision and a path"
    assert caught.value.hint == "Write `./sub` for the path, or `msdiff sub --` for the revision."
    assert look(forked.folder, "sub", separated=True).labels == ("sub", "working tree")
    assert look(forked.folder, "sub", paths=("app.yaml",)).labels == ("sub", "working tree")
    with pytest.raises(UsageError, match=r"^`./sub` is a path, and one is not enough to compare$"):
        look(forked.folder, "./sub")
    (forked.folder / "main..feature").mkdir()
    with pytest.raises(UsageError, match=r"^`main..feature` is both a revision and a path$"):
        look(forked.folder, "main..feature")
    with pytest.raises(UsageError, match=r"^`sub` is both"):
        look(forked.folder, "main", "sub")


NEVER_FETCHED = "If it is a branch that was never fetched: git fetch origin"
LIMIT = "Name two paths, or limit what is compared: msdiff"
NO_OPTION = "is no option of msdiff, and no revision begins with `-`"


@pytest.mark.parametrize(
    ("words", "error", "message", "hint"),
    [
        (("mian",), GitError, "unknown revision `mian`", "Did you mean `main`?"),
        (("mian..feature",), GitError, "unknown revision `mian`", "Did you mean `main`?"),
        (("main", "featur"), GitError, "unknown revision `featur`", "Did you mean `feature`?"),
        (("xyz",), GitError, "unknown revision `xyz`", NEVER_FETCHED),
        (("HEAD:app.yaml",), GitError, "`HEAD:app.yaml` is a file, not a commit", "Name a branch, a tag or a commit."),
        (("main^{tree}",), GitError, "`main^{tree}` is a folder, not a commit", "Name a branch, a tag or a commit."),
        (("a\nb",), GitError, r"unknown revision `a\nb`", NEVER_FETCHED),
        (
            ("app.yaml",),
            UsageError,
            "`app.yaml` is a path, and one is not enough to compare",
            f"{LIMIT} HEAD -- app.yaml",
        ),
        (("main", "app.yaml"), UsageError, "`app.yaml` is a path, and `main` a revision", f"{LIMIT} main -- app.yaml"),
        (("..",), UsageError, "`..` is a path, and one is not enough to compare", f"{LIMIT} HEAD -- .."),
        (("--output=x",), UsageError, f"`--output=x` {NO_OPTION}", "See msdiff --help."),
        (("main..-x",), GitError, "unknown revision `-x`", NEVER_FETCHED),
        (("^main",), GitError, "unknown revision `^main`", "Did you mean `main`?"),
        (("",), UsageError, "an empty word is neither a version nor a path", "Is a variable of the shell empty?"),
        (
            ("a", "b", "c"),
            UsageError,
            "3 versions were named; two are compared",
            "Paths come after `--`: msdiff A..B -- PATH",
        ),
        (("x" * 5000,), GitError, f"unknown revision `{'x' * 5000}`", NEVER_FETCHED),
    ],
)
def test_words_that_make_no_range(
    forked: Repo, words: tuple[str, ...], error: type[MsdiffError], message: str, hint: str
) -> None:
    with pytest.raises(error) as caught:
        look(forked.folder, *words)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("HEAD@{99}", "log for 'HEAD' only has 6 entries"),
        ("@{upstream}", "no upstream configured for branch 'feature'"),
        ("main@{push}", "no upstream configured for branch 'main'"),
    ],
)
def test_git_says_why_a_revision_is_none(forked: Repo, word: str, why: str) -> None:
    with pytest.raises(GitError) as caught:
        look(forked.folder, f"{word}..main")
    assert caught.value.message == f"unknown revision `{word}`: {why}"
    assert caught.value.hint == "Name a branch, a tag or a commit."


def test_what_a_doubtful_name_was_taken_for_is_said(forked: Repo) -> None:
    forked.git("tag", "feature", "main~1")
    seen = look(forked.folder, "main", "feature")
    assert (seen.head, seen.notes) == (
        BASE_FILES,
        ("`feature` names more than one thing: git takes the tag before the branch",),
    )
    seen = look(forked.folder, "HEAD@{10 years ago}..main")
    assert seen.notes[0] == "the log of `HEAD` does not go back that far: its oldest entry is taken"
    assert look(forked.folder, "main", "refs/heads/feature").notes == ()


def test_both_unknown_revisions_are_named(forked: Repo) -> None:
    with pytest.raises(ManyErrors) as caught:
        look(forked.folder, "mian..featur")
    assert [error.message for error in caught.value.errors] == ["unknown revision `mian`", "unknown revision `featur`"]
    assert caught.value.exit_code == 4


def test_the_branch_of_a_remote_is_the_first_suggestion(forked: Repo, tmp_path: Path) -> None:
    forked.git("clone", "-q", str(forked.folder), str(tmp_path / "clone"))
    with pytest.raises(GitError) as caught:
        look(tmp_path / "clone", "main..HEAD")
    assert caught.value.hint == "Did you mean `origin/main`?"


def test_staged_takes_no_range(forked: Repo) -> None:
    with pytest.raises(UsageError, match=r"^`--staged` compares HEAD with the index and takes no range$"):
        look(forked.folder, "main", staged=True)


def test_one_version(forked: Repo) -> None:
    folder = str(forked.folder)
    forked.write({"new.yaml": "n: 1\n"})
    with resolve_version(None, cwd=folder, wanted=is_yaml) as version:
        assert [*version.snapshot.paths()] == ["app.yaml", "feature.yaml", "new.yaml", "sub/part.yaml"]
        assert (version.snapshot.label, version.root, version.date) == ("working tree", folder, None)
    with resolve_version("main", ("sub",), cwd=folder, wanted=is_yaml) as version:
        assert [*version.snapshot.paths()] == ["sub/part.yaml"]
        assert (version.snapshot.label, version.date, version.notes) == ("main", "2023-11-14", ())
    with resolve_version("sub", cwd=folder, wanted=is_yaml) as version:
        assert ([*version.snapshot.paths()], version.root) == (["part.yaml"], None)
    with resolve_version("sub/part.yaml", cwd=folder, wanted=is_yaml) as version:
        assert version.snapshot.read_many(tuple(version.snapshot.paths())) == {"sub/part.yaml": b"a: 1\n"}
    with pytest.raises(UsageError, match=r"^`main..feature` names two versions, and one is looked at$"):
        resolve_version("main..feature", cwd=folder)
    with pytest.raises(GitError, match=r"^unknown revision `mian`$"):
        resolve_version("mian", cwd=folder)
    forked.git("branch", "sub")
    with pytest.raises(UsageError, match=r"^`sub` is both a revision and a path$"):
        resolve_version("sub", cwd=folder)
    with resolve_version("sub", cwd=folder, separated=True) as version:
        assert version.snapshot.label == "sub"


def test_digests_are_blob_ids_so_that_equal_content_is_known_without_reading(forked: Repo) -> None:
    with resolve_sides((), cwd=str(forked.folder), wanted=is_yaml) as sides:
        blob = forked.git("rev-parse", "HEAD:app.yaml")
        assert (sides.base.digest("app.yaml"), sides.head.digest("app.yaml")) == (blob, blob)
        assert read(sides).changed == ()
