"""Configuration, own rules and acceptances: from which version, and that a change of them is said."""

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Run
from tests.e2e.playground import APP, WIDER, Repo

REASON = "the index is rebuilt tonight"
OWN_RULE = """\
id: embedder-touched
title: An embedder has another width
since: "1.0"
category: organisation
watch: {changes: [attribute.changed], attributes: [outputs.*.dimension], roles: [embedder]}
verdict: breaking
message: "`{node}` now gives {new} dimensions."
why: We want to know.
fix: Ask the search team.
"""


def fingerprint(run: Run, *words: str) -> str:
    """Of the index that was left behind."""
    (finding,) = [one for one in findings(run, *words) if one["rule"] == "embedding-dimension-mismatch"]
    return str(finding["fingerprint"])


def findings(run: Run, *words: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run(*words, "-f", "json").out)["findings"]
    return found


def accepted(repo: Repo) -> str:
    return (repo.folder / ".msdiff/accepted.yaml").read_text()


def test_an_accepted_finding_stays_in_the_report_and_does_not_fail(repo: Repo, run: Run) -> None:
    print_ = fingerprint(run, "main..HEAD")
    done = run("accept", print_[:8], "main..HEAD", "--reason", REASON, "--by", "Ada")
    assert done == (
        0,
        f"accepted {print_} (embedding-dimension-mismatch) at index\n"
        "written to .msdiff/accepted.yaml: commit it, so that it counts for others\n",
        "",
    )
    assert accepted(repo).endswith(
        "accepted:\n"
        f"  - fingerprint: {print_}\n"
        "    rule: embedding-dimension-mismatch\n"
        "    node: index\n"
        "    delta: embedder outputs.vector.dimension 768 → 1024\n"
        f"    reason: {REASON}\n"
        "    by: Ada\n"
    )
    done = run("main..HEAD")
    assert done.code == 0
    assert REASON in done.out


def test_the_command_that_the_report_prints_works(repo: Repo, run: Run) -> None:
    line = next(one for one in run("main..HEAD").out.splitlines() if "msdiff accept" in one)
    words = line.partition("#")[0].split()[1:]
    words[words.index('"..."')] = REASON
    assert run(*words).code == 0
    assert run("main..HEAD").code == 0


def test_an_acceptance_counts_until_the_end_of_its_last_day(repo: Repo, run: Run) -> None:
    run("accept", fingerprint(run, "main..HEAD"), "main..HEAD", "--reason", REASON, "--until", "2999-12-31")
    assert run("main..HEAD", "--as-of", "2999-12-31").code == 0
    assert run("main..HEAD", "--as-of", "3000-01-01").code == 1
    assert run("main..HEAD").code == 0  # the day of head's commit


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("0123456789abcdef", "main..HEAD", "--reason", REASON),
            "no finding 0123456789abcdef between main and HEAD",
        ),
        (("0123456789abcdef", "--reason", REASON), "no finding 0123456789abcdef between HEAD and working tree"),
        (("0123456789abcdef", "--reason", "  "), "an acceptance needs a reason"),
        (("0123456789abcdef",), "an acceptance needs a reason"),
        (("0123456789abcdef", "--reason", REASON, "--until", "2020-01-01"), "`--until 2020-01-01` is past"),
        (("0123456789abcdef", "--reason", REASON, "--until", "2020-13-01"), "`2020-13-01` is no day of the calendar"),
        ((), "name the finding to accept"),
    ],
)
def test_what_cannot_be_accepted_is_2_and_writes_nothing(
    repo: Repo, run: Run, words: tuple[str, ...], message: str
) -> None:
    done = run("accept", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {message}\n")
    assert not (repo.folder / ".msdiff").exists()


def test_an_acceptance_that_names_another_rule_is_3(repo: Repo, run: Run) -> None:
    run("accept", fingerprint(run, "main..HEAD"), "main..HEAD", "--reason", REASON)
    edited = accepted(repo).replace("rule: embedding-dimension-mismatch", "rule: embedding-space-changed")
    repo.write({".msdiff/accepted.yaml": edited})
    done = run("main..HEAD")
    assert done.code == 3
    assert "\n  --> .msdiff/accepted.yaml:4:5\n" in done.err


def test_an_unused_acceptance_is_a_note(repo: Repo, run: Run) -> None:
    print_ = fingerprint(run, "main..HEAD")
    run("accept", print_, "main..HEAD", "--reason", REASON)
    done = run("feature..HEAD")
    assert done.code == 0
    assert f"note: acceptances that fit no finding here: {print_} (embedding-dimension-mismatch)" in done.out


def test_a_pull_request_cannot_approve_itself(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("accept", fingerprint(run, "main..HEAD"), "main..HEAD", "--reason", REASON)
    repo.commit({"msdiff.yaml": "failOn: never\n"}, "approve myself")
    assert run("main..HEAD").code == 0
    for words, variables in ((("--trust", "base"), {}), ((), {"GITHUB_EVENT_NAME": "pull_request"})):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        done = run("main..HEAD", *words)
        assert done.code == 1
        assert (
            "note: head changes msdiff.yaml, .msdiff/accepted.yaml; what counts here is what `main` says"
            in done.out.replace("\n", " ")
        )


def test_the_note_says_what_counts_locally(repo: Repo, run: Run) -> None:
    repo.commit({"msdiff.yaml": "strict: false\n"})
    assert "head changes msdiff.yaml; what counts here is what the working tree says" in run("main..HEAD").out


def test_a_pyproject_that_changes_elsewhere_is_no_note(repo: Repo, run: Run) -> None:
    repo.commit({"pyproject.toml": "[tool.msdiff]\nfailOn = 'never'\n"})
    repo.git("branch", "old")
    repo.commit({"pyproject.toml": "[project]\nname = 'x'\n\n[tool.msdiff]\nfailOn = 'never'\n"})
    assert "head changes" not in run("old..HEAD").out
    repo.commit({"pyproject.toml": "[project]\nname = 'x'\n\n[tool.msdiff]\nfailOn = 'risky'\n"})
    assert "head changes pyproject.toml" in run("old..HEAD").out


def test_rules_of_the_teams_own(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit({"msdiff.yaml": "ruleFolders: [our-rules]\n", "our-rules/embedder-touched.yaml": OWN_RULE})
    assert "embedder-touched" in [one["rule"] for one in findings(run, "main..HEAD")]
    assert "embedder-touched" not in [one["rule"] for one in findings(run, "main..HEAD", "--trust", "base")]
    out = run("main..HEAD").out
    assert "head changes msdiff.yaml, our-rules/embedder-touched.yaml" in out
    assert "An embedder has another width" in run("explain", "embedder-touched").out
    listed = json.loads(run("rules", "-f", "json", "--category", "organisation").out)
    assert [(one["id"], one["builtIn"]) for one in listed] == [("embedder-touched", False)]


def test_model_facts_of_the_teams_own(repo: Repo, run: Run) -> None:
    facts = (
        'models:\n  - {id: acme/wide, role: embedder, dimension: 1024, source: https://acme.example, asOf: "2026-01"}\n'
    )
    named = WIDER.replace("dimension: 1024}}", "}}\n      model: {id: acme/wide}").replace("embedding, }", "embedding}")
    repo.commit({"msdiff.yaml": "modelFacts: [ours/models.yaml]\n", "ours/models.yaml": facts, "app.yaml": named})
    (found,) = [one for one in findings(run, "main..HEAD") if one["rule"] == "embedding-dimension-mismatch"]
    assert found["verdict"] == "risky"
    assert "acme/wide (ours/models.yaml, https://acme.example, 2026-01)" in str(found["message"])
    assert "head changes msdiff.yaml, ours/models.yaml" in run("main..HEAD").out.replace("\n", " ")
    widths = [one for one in findings(run, "main..HEAD", "--trust", "base") if "dimension" in str(one["rule"])]
    assert [one["message"] for one in widths if "acme/wide" in str(one["message"])] == []
    assert run("facts", "acme/wide").out.endswith("stated in ours/models.yaml\n")
    repo.write({"ours/models.yaml": facts.replace("role: embedder", "role: embeder")})
    done = run("main..HEAD")
    assert done.code == 3
    assert "ours/models.yaml:2" in done.err
    repo.write({"msdiff.yaml": "modelFacts: [none.yaml]\n"})
    assert run("main..HEAD").code == 3


def test_a_configuration_elsewhere(repo: Repo, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = tmp_path / "ours.yaml"
    outside.write_text("failOn: never\n")
    assert run("main..HEAD", "--config", str(outside)).code == 0
    repo.write({"sub/ours.yaml": "failOn: never\n"})
    monkeypatch.chdir(repo.folder / "sub")
    assert run("main..HEAD", "--config", "ours.yaml").code == 0
    assert run("main..HEAD", "--config", "nothing.yaml").code == 3


def test_a_bare_repository_takes_the_configuration_from_base(
    repo: Repo, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.commit({"msdiff.yaml": "failOn: never\n"})
    repo.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    monkeypatch.chdir(tmp_path / "bare")
    assert run("main..feature").code == 0


def test_files_that_are_left_out(repo: Repo, run: Run) -> None:
    repo.commit({"msdiff.yaml": "sources: {exclude: [app.yaml]}\n", "other.yaml": APP.replace("shop", "other")})
    done = run("main..HEAD")
    assert done.code == 0
    assert "shop" not in done.out


def test_a_file_over_the_limit_is_said(repo: Repo, run: Run) -> None:
    repo.commit({"other.yaml": APP.replace("shop", "other"), "app.yaml": WIDER + "#" * 5000})
    done = run("main..HEAD", "--max-file-size", "4kB")
    assert "app.yaml" in done.out + done.err
    assert done.code != 5
