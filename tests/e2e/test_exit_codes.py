"""Every exit code, by a run in a real repository."""

from pathlib import Path

import pytest

from msdiff.commands import NOT_YET
from tests.e2e.conftest import Run
from tests.e2e.playground import APP, BROKEN, WIDER, Repo


def test_nothing_changed_is_0(repo: Repo, run: Run) -> None:
    done = run("feature..HEAD")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("UNCHANGED")


def test_a_breaking_change_is_1(repo: Repo, run: Run) -> None:
    done = run("main..HEAD")
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("BREAKING")


@pytest.mark.parametrize(("options", "code"), [(("--fail-on", "never"), 0), (("--fail-on", "risky"), 1), ((), 1)])
def test_fail_on(repo: Repo, run: Run, options: tuple[str, ...], code: int) -> None:
    assert run("main..HEAD", *options).code == code


def test_the_configuration_says_when_to_fail_and_the_command_line_wins(repo: Repo, run: Run) -> None:
    repo.write({"msdiff.yaml": "failOn: never\n"})
    assert run("main..HEAD").code == 0
    assert run("main..HEAD", "--fail-on", "breaking").code == 1


def test_a_broken_file_in_head_is_3_with_its_place(repo: Repo, run: Run) -> None:
    repo.commit({"app.yaml": BROKEN})
    done = run("main..HEAD")
    assert (done.code, done.out) == (3, "")
    assert "error: " in done.err
    assert "\n  --> app.yaml:8:13\n" in done.err
    assert "did you mean `embedder`?" in done.err


def test_all_problems_of_a_run_are_shown_together(repo: Repo, run: Run) -> None:
    repo.commit(
        {"app.yaml": BROKEN, "other.yaml": APP.replace("name: shop", "name: other").replace("edges:", "edgess:")}
    )
    done = run("main..HEAD")
    assert done.code == 3
    assert "--> app.yaml:8:13" in done.err
    assert "--> other.yaml:15:3" in done.err
    assert done.err.endswith("\n2 errors\n")


def test_a_broken_file_in_base_only_is_reported_and_does_not_block(repo: Repo, run: Run) -> None:
    repo.commit({"app.yaml": BROKEN})
    repo.commit({"app.yaml": APP})
    done = run("HEAD~1", "HEAD")
    assert done.code in (0, 1)
    assert "app.yaml:8" in done.out


def test_nothing_to_compare_is_3_and_0_where_that_is_allowed(tmp_path: Path, repo: Repo, run: Run) -> None:
    repo.commit({"app.yaml": "a: 1\n"})
    repo.commit({"README.md": "more\n"})
    done = run("HEAD~1", "HEAD")
    assert (done.code, done.out) == (3, "")
    assert "nothing to compare" in done.err
    assert run("HEAD~1", "HEAD", "--allow-empty").code == 0


def test_a_graph_that_was_removed_is_a_change(repo: Repo, run: Run) -> None:
    repo.commit({"app.yaml": "a: 1\n"})
    done = run("main..HEAD")
    assert done.code in (0, 1)
    assert "nothing to compare" not in done.err


def test_an_unknown_revision_is_4_with_the_nearest(repo: Repo, run: Run) -> None:
    done = run("mian..HEAD")
    assert (done.code, done.out) == (4, "")
    assert done.err == "error: unknown revision `mian`\n  hint: Did you mean `main`?\n"


def test_no_repository_is_4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("main..HEAD")
    assert done.code == 4
    assert "is not in a git repository\n  hint: " in done.err


def test_no_commit_yet_is_4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    made = Repo(tmp_path)
    made.git("init", "--quiet")
    made.write({"app.yaml": APP})
    monkeypatch.chdir(tmp_path)
    assert run().code == 4


def test_a_word_that_is_both_a_revision_and_a_path_is_2(repo: Repo, run: Run) -> None:
    repo.write({"main": "a file\n"})
    done = run("main")
    assert done.code == 2
    assert "both a revision and a path" in done.err
    assert run("main", "--").code == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--fromat", "json"), "error: there is no option `--fromat`\n  hint: did you mean `--format`?\n"),
        (("-f", "jsn"), "error: there is no format `jsn`\n  hint: did you mean `json`?\n"),
        (("-f",), "error: `--format`: expected one argument\n  hint: See msdiff --help.\n"),
        (("--fail-on", "braking"), "error: there is no --fail-on `braking`\n  hint: did you mean `breaking`?\n"),
        (
            ("-o", "report.json"),
            "error: `-o report.json` names no format\n  hint: Write -o FORMAT=FILE: -o json=report.json\n",
        ),
        (("--as-of", "yesterday"), "error: `yesterday` is no day of the calendar\n  hint: Write it as YYYY-MM-DD.\n"),
        (
            ("-q", "check"),
            "error: `check` is a command\n"
            "  hint: Write it first: msdiff check ...; for a branch of that name: refs/heads/check\n",
        ),
        (
            ("main", "HEAD", "v1"),
            "error: 3 versions were named; two are compared\n  hint: Paths come after `--`: msdiff A..B -- PATH\n",
        ),
        (("check", "a", "b"), "error: 2 versions were named, and one is looked at\n  hint: Paths come after `--`.\n"),
        (("schema", "grahp"), "error: there is no schema `grahp`\n  hint: did you mean `graph`?\n"),
        (("completion", "tcsh"), "error: there is no shell `tcsh`\n  hint: There is bash, zsh, fish.\n"),
    ],
)
def test_usage_is_2_and_says_what_to_write(repo: Repo, run: Run, words: tuple[str, ...], message: str) -> None:
    assert run(*words) == (2, "", message)


def test_a_command_of_a_later_version_is_2(repo: Repo, run: Run) -> None:
    if not NOT_YET:
        pytest.skip("this version has all commands")
    done = run(next(iter(NOT_YET)))
    assert done.code == 2
    assert "not in this version" in done.err


@pytest.mark.parametrize("option", ["--only", "--ignore"])
def test_an_unknown_rule_is_2_with_the_nearest(repo: Repo, run: Run, option: str) -> None:
    done = run("main..HEAD", option, "embedding-dimension-mismach")
    assert done == (
        2,
        "",
        "error: there is no rule `embedding-dimension-mismach`\n  hint: did you mean `embedding-dimension-mismatch`?\n",
    )


def test_only_and_ignore_choose_rules_and_the_report_says_so(repo: Repo, run: Run) -> None:
    assert run("main..HEAD", "--only", "embedding-*").code == 1
    done = run("main..HEAD", "--ignore", "embedding-*")
    assert done.code == 0
    assert "rules were applied (--only, --ignore)" in done.out


def test_a_wrong_configuration_is_3(repo: Repo, run: Run) -> None:
    repo.write({"msdiff.yaml": "failOnn: never\n"})
    done = run("main..HEAD")
    assert done.code == 3
    assert "--> msdiff.yaml:1:1" in done.err


def test_ctrl_c_is_130(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("msdiff.pipeline.compare", interrupted)
    assert run("main..HEAD") == (130, "", "\nmsdiff: interrupted\n")


def test_a_working_tree_is_compared_by_default(repo: Repo, run: Run) -> None:
    assert run().code == 0
    repo.write({"app.yaml": APP})
    assert "embedder" in run().out


def test_what_is_staged(repo: Repo, run: Run) -> None:
    repo.write({"app.yaml": APP})
    assert run("--staged").out.startswith("UNCHANGED")
    repo.git("add", "app.yaml")
    assert not run("--staged").out.startswith("UNCHANGED")


def test_two_files_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.yaml").write_text(APP)
    (tmp_path / "new.yaml").write_text(WIDER)
    done = run("old.yaml", "new.yaml")
    assert done.code == 1
    assert done.out.startswith("BREAKING")


def test_from_a_folder_below_and_with_paths(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit({"deploy/other.yaml": APP.replace("name: shop", "name: other")})
    monkeypatch.chdir(repo.folder / "deploy")
    assert run("main..HEAD").code == 1
    done = run("main..HEAD", "--", ".")
    assert done.code == 0
    assert "other" in done.out
    assert "shop" not in done.out


def test_paths_that_name_nothing(repo: Repo, run: Run) -> None:
    done = run("main..HEAD", "--", "app.yaml", "nothing.yaml")
    assert done.code == 1
    assert "note: no file that is read: nothing.yaml" in done.out
    assert run("main..HEAD", "--", "nothing.yaml").code == 3
    assert run("main..HEAD", "--", "../elsewhere").code == 2
