"""The public API: `import msdiff` costs nothing, and its three names do what they say."""

import subprocess
import sys
from pathlib import Path

import pytest

import msdiff
from msdiff.errors import GitError, InputError, NothingToCompare, UsageError
from msdiff.model.finding import Verdict

ROOT = Path(__file__).resolve().parents[1]
SWAP = ROOT / "examples" / "embedder-swap"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository of the demonstration, its feature branch checked out."""
    folder = tmp_path_factory.mktemp("demo") / "repository"
    subprocess.run([sys.executable, "-m", "msdiff", "demo", str(folder)], capture_output=True, check=True, cwd=ROOT)
    return folder


def test_importing_the_package_imports_nothing_else_of_it() -> None:
    script = "import sys, msdiff; print(sorted(name for name in sys.modules if name.partition('.')[0] == 'msdiff'))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "['msdiff']\n"


def test_the_names_are_listed_and_others_are_refused() -> None:
    assert msdiff.__all__ == ["Report", "__version__", "compare", "load_graph"]
    assert set(msdiff.__all__) <= set(dir(msdiff))
    with pytest.raises(AttributeError, match="module 'msdiff' has no attribute 'comparison'"):
        _ = msdiff.comparison  # type: ignore[attr-defined]


def test_two_revisions_of_a_repository(demo: Path) -> None:
    report = msdiff.compare("main", "HEAD", repository=demo)
    assert isinstance(report, msdiff.Report)
    assert (report.base.label, report.head.label, report.verdict, report.exit_code) == (
        "main",
        "HEAD",
        Verdict.BREAKING,
        1,
    )


def test_a_range(demo: Path) -> None:
    assert msdiff.compare("main..HEAD", repository=demo).head.label == "merge of HEAD into main"


def test_a_revision_and_the_working_tree(demo: Path) -> None:
    report = msdiff.compare("HEAD", repository=demo)
    assert (report.head.label, report.verdict) == ("working tree", Verdict.UNCHANGED)


def test_two_folders() -> None:
    report = msdiff.compare(SWAP / "base", SWAP / "head")
    assert (report.head.commit, report.verdict) == (None, Verdict.BREAKING)


def test_a_path_object_is_never_a_revision(demo: Path) -> None:
    (demo / "main").mkdir()
    with pytest.raises(UsageError, match="both a revision and a path"):
        msdiff.compare("main", "HEAD", repository=demo)
    with pytest.raises(UsageError, match="is a path, and `HEAD` a revision"):
        msdiff.compare(Path("main"), "HEAD", repository=demo)
    (demo / "main").rmdir()


def test_the_teams_configuration_counts(demo: Path) -> None:
    configuration = demo / "msdiff.yaml"
    configuration.write_text("failOn: never\n", encoding="utf-8")
    assert msdiff.compare("main", "HEAD", repository=demo).exit_code == 0
    configuration.unlink()


def test_what_git_does_not_know_is_an_error(demo: Path) -> None:
    with pytest.raises(GitError, match="unknown revision `nowhere`"):
        msdiff.compare("main", "nowhere", repository=demo)


def test_the_graphs_of_a_folder(demo: Path) -> None:
    (graph,) = msdiff.load_graph(demo)
    assert (graph.label, sorted(graph.nodes)) == (
        "support-assistant",
        ["answer", "embedder", "llm", "reranker", "safety_filter", "user_input", "vector_db"],
    )
    assert graph.nodes["embedder"].value("model.id") == "intfloat/e5-large-v2"  # from the spec that it refers to


def test_the_graph_of_a_file() -> None:
    (graph,) = msdiff.load_graph(SWAP / "base" / "app.yaml")
    assert str(graph.location).startswith("app.yaml:")


def test_a_file_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "app.yaml"
    file.write_text("apiVersion: msdiff/v1\nkind: ApplicationGraph\nspec: {}\n", encoding="utf-8")
    with pytest.raises(InputError, match="`metadata` is missing") as caught:
        msdiff.load_graph(file)
    assert str(caught.value.location) == "app.yaml:1:1"


def test_a_folder_without_a_graph_and_no_folder_at_all(tmp_path: Path) -> None:
    with pytest.raises(NothingToCompare):
        msdiff.load_graph(tmp_path)
    with pytest.raises(UsageError, match="there is no file or folder"):
        msdiff.load_graph(tmp_path / "nowhere.yaml")


@pytest.mark.slow
def test_a_users_program_type_checks(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed: it comes with the extra `dev`")
    program = ROOT / "tests" / "typing" / "api.py"
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir", str(tmp_path)]
    done = subprocess.run([*command, str(program)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout == "Success: no issues found in 1 source file\n", done.stdout + done.stderr
