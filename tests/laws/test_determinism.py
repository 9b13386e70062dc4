"""The same answer: whatever the order in which things are written, the place where msdiff runs and the machine it runs on.

Graphs are those of the rules' examples, changed at random (`tests.hostile.mutations`); a failure names the seed.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from msdiff.errors import MsdiffError
from msdiff.model.report import Report
from msdiff.report import RENDERERS, RenderOptions
from msdiff.ruleset.examples import examples_of
from tests.e2e.playground import IDENTITY, Repo
from tests.hostile.mutations import Spec, mutated, pair, shuffled
from tests.laws.oracle import pairs as numbered
from tests.laws.test_oracle import edited
from tests.snapshots import built_in_rules, compared, compared_specs, document

SEEDS = st.integers(0, 2**32 - 1)
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PLACES = ("line", "column", "location", "base", "head", "file")
ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
SYMMETRY = yaml.safe_load((ROOT / "tests" / "rules" / "symmetry.yaml").read_text(encoding="utf-8"))


def text_of(report: Report) -> str:
    return RENDERERS["json"](report, RenderOptions())


def without_places(report: Report) -> Any:
    """The report but for lines and columns, which differ where the order of lines does; what is sorted by them, as a set."""

    def strip(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: strip(one, name) for name, one in value.items() if name not in PLACES}
        if isinstance(value, list):
            found = [strip(one) for one in value]
            return sorted(found, key=repr) if key == "related" else found
        return value

    made = {**json.loads(text_of(report)), "base": None, "head": None}
    return strip(
        {**made, "errors": bool(report.problems), "notes": bool(report.notes)}
    )  # these name places in their text


def outcome(base: Mapping[str, str], head: Mapping[str, str]) -> Any:
    try:
        return without_places(compared(base, head))
    except MsdiffError:
        return "refused"


@MANY
@given(SEEDS)
def test_the_order_of_keys_nodes_and_edges_means_nothing(seed: int) -> None:
    random = Random(seed)
    base, head = pair(random)
    one, other = shuffled(random, base), shuffled(random, head)
    assert outcome(*files(base, head)) == outcome(*files(one, other))


def files(base: Spec, head: Spec) -> tuple[dict[str, str], dict[str, str]]:
    return {"app.yaml": document(base)}, {"app.yaml": document(head)}


@MANY
@given(SEEDS)
def test_the_order_of_documents_and_files_means_nothing(seed: int) -> None:
    """A graph in several documents and files says what it says in one, however they are ordered."""
    random = Random(seed)
    versions = pair(random)
    whole = outcome(*files(*versions))
    for _ in range(2):
        parts = [_in_parts(random, spec) for spec in versions]
        spread = [{f"{number}.yaml": text for number, text in enumerate(texts)} for texts in parts]
        joined = [{"app.yaml": "\n---\n".join(texts)} for texts in parts]
        for base, head in (spread, joined):
            assert outcome(base, head) == whole


def _in_parts(random: Random, spec: Spec) -> list[str]:
    """Documents that together say what the graph says, in any order."""
    parts: list[Spec] = [{} for _ in range(3)]
    for name, node in spec.get("nodes", {}).items():
        random.choice(parts).setdefault("nodes", {})[name] = node
    parts[0].update({key: value for key, value in spec.items() if key not in ("nodes", "edges", "slos", "policies")})
    for key in ("edges", "slos", "policies"):
        for one in spec.get(key, ()):
            random.choice(parts).setdefault(key, []).append(one)
    random.shuffle(parts)
    return [document(part) for part in parts if part] or [document({})]


@MANY
@given(SEEDS)
def test_a_file_system_may_list_files_in_any_order(seed: int) -> None:
    """Byte for byte: nothing is written elsewhere."""
    random = Random(seed)
    (base, head), (more, other) = pair(random), pair(random)
    names = ["b.yaml", "a/x.yaml", "a.yml"]
    before = dict(zip(names, (document(base), document(more, "more"), document(base, "app", "prod")), strict=True))
    after = dict(zip(names, (document(head), document(other, "more"), document(head, "app", "prod")), strict=True))

    def text() -> str:
        orders = [random.sample(names, len(names)) for _ in range(2)]
        try:
            return text_of(compared({n: before[n] for n in orders[0]}, {n: after[n] for n in orders[1]}))
        except MsdiffError as error:
            return f"{error.message} {error.location}"

    assert text() == text()


@MANY
@given(SEEDS)
def test_a_graph_against_itself_is_unchanged(seed: int) -> None:
    random = Random(seed)
    for spec in (*pair(random), *numbered.pair(random)):
        try:
            report = compared_specs(spec, shuffled(random, spec))
        except MsdiffError:
            continue
        assert unchanged(report)


def unchanged(report: Report) -> bool:
    return (
        report.changes == ()
        and (report.verdict.value, report.exit_code) == ("unchanged", 0)
        and {one.status.value for one in report.findings} <= {"preexisting"}
        and report.affected == ()
    )


def example_files() -> Iterator[Any]:
    for rule in built_in_rules().rules:
        for example in examples_of(built_in_rules().document(rule.id)):
            yield pytest.param(example.base, id=f"{rule.id}: {example.name}, base")
            yield pytest.param(example.head, id=f"{rule.id}: {example.name}, head")
    for folder in sorted((ROOT / "examples").glob("*/*/")):
        yield pytest.param(read(folder), id=f"{folder.parent.name}, {folder.name}")


def read(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize("version", tuple(example_files()))
def test_an_example_against_itself_is_unchanged(version: Mapping[str, bytes]) -> None:
    assert unchanged(compared(version, version))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="corpus not found at ../shared/corpus")
@pytest.mark.parametrize("folder", sorted(CORPUS.glob("samples/*/")) + sorted(CORPUS.glob("changes/*/*/")), ids=str)
def test_a_sample_against_itself_is_unchanged(folder: Path) -> None:
    version = read(folder)
    try:
        report = compared(version, version, allow_empty=True)
    except MsdiffError:
        return  # files that are broken on purpose
    assert unchanged(report)


BY_MESSAGE = ("cycle-without-bound",)  # a node may stand on one cycle in base and on another one in head
BOTH_WAYS = {*SYMMETRY["both ways"], *(key.partition(":")[0] for key in SYMMETRY["reversed"])}


@MANY
@given(edited() | SEEDS.map(lambda seed: pair(Random(seed))) | SEEDS.map(lambda seed: numbered.pair(Random(seed))))
def test_to_undo_a_breakage_is_not_that_breakage(versions: tuple[Spec, Spec]) -> None:
    base, head = versions
    try:
        there, back = compared_specs(base, head), compared_specs(head, base)
    except MsdiffError:
        return
    assert broken(there) & broken(back) == set()


def broken(report: Report) -> set[tuple[str, ...]]:
    """What is newly violated, where: by rules that speak one way."""
    return {
        (one.rule, one.node or "", one.edge or "", one.element or "", one.message if one.rule in BY_MESSAGE else "")
        for one in report.findings
        if one.status.value == "introduced" and one.rule not in BOTH_WAYS and one.verdict.value == "breaking"
    }


# What a process may find itself in.
SURROUNDINGS: tuple[dict[str, str], ...] = (
    {"PYTHONHASHSEED": "0"},
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "COLUMNS": "20"},
    {"PYTHONHASHSEED": "4294967295", "LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"},
    {"PYTHONHASHSEED": "77", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/St_Johns", "PYTHONOPTIMIZE": "2"},
    {"PYTHONHASHSEED": "5", "LC_ALL": "C.UTF-8", "TERM": "dumb", "COLUMNS": "500", "FORCE_COLOR": "1"},
    {"PYTHONHASHSEED": "6", "PYTHONUNBUFFERED": "1", "PYTHONDEVMODE": "1", "GIT_DIR": ".git"},
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Several graphs, in several files and folders, on `main` and changed on `feature`."""
    made = Repo(tmp_path_factory.mktemp("one"))
    random = Random(20_26)
    made.git("init", "--quiet", "--initial-branch=main")
    versions: list[tuple[Spec, Spec]] = []
    while len(versions) < 12:
        base, head = pair(random)
        head = mutated(random, head, 2)
        try:
            compared_specs(base, head)
        except MsdiffError:
            continue
        versions.append((base, head))
    made.commit({f"f{n % 3}/g{n}.yaml": document(base, f"g{n}") for n, (base, _) in enumerate(versions)}, "base")
    made.git("checkout", "--quiet", "-b", "feature")
    made.commit({f"f{n % 3}/g{n}.yaml": document(head, f"g{n}") for n, (_, head) in enumerate(versions)}, "head")
    return made


def report_in(folder: Path, *words: str, variables: Mapping[str, str] | None = None) -> bytes:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON", "LC_", "LANG"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "msdiff", *(words or ("main..feature",)), "-f", "json"],
        cwd=folder,
        env={**clean, "PYTHONPATH": os.pathsep.join(sys.path), **(variables or {})},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def test_the_surroundings_mean_nothing(repository: Repo) -> None:
    texts = {report_in(repository.folder, variables=one) for one in SURROUNDINGS}
    assert len(texts) == 1
    assert len(json.loads(texts.pop())["findings"]) > 5


def test_the_surroundings_mean_nothing_to_any_written_report(repository: Repo, tmp_path: Path) -> None:
    """Whatever is written to a file is the same bytes; only a terminal has a width."""
    formats = ("markdown", "sarif", "html", "junit", "gitlab", "json")
    written = []
    for number, variables in enumerate(SURROUNDINGS[:4]):
        files = [tmp_path / f"{number}.{name}" for name in formats]
        words = (word for name, file in zip(formats, files, strict=True) for word in ("-o", f"{name}={file}"))
        report_in(repository.folder, "main..feature", *words, variables=variables)
        written.append([file.read_bytes() for file in files])
    assert all(written[0])
    assert written[1:] == written[:-1]


def test_the_number_of_cores_means_nothing(repository: Repo) -> None:
    whole = report_in(repository.folder)
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("cores cannot be chosen on this system")
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert report_in(repository.folder) == whole
    finally:
        os.sched_setaffinity(0, before)


def test_where_the_repository_lies_means_nothing(repository: Repo, tmp_path: Path) -> None:
    whole = report_in(repository.folder)
    other = tmp_path / "ünïcode and spaces" / "deep" / "er"
    shutil.copytree(repository.folder, other)
    clone, bare, work = (tmp_path / name for name in ("clone", "bare.git", "work"))
    repository.git("clone", "--quiet", str(repository.folder), str(clone))
    Repo(clone).git("branch", "--quiet", "main", "origin/main")
    repository.git("clone", "--quiet", "--bare", str(repository.folder), str(bare))
    repository.git("worktree", "add", "--quiet", "--detach", str(work))
    try:
        for folder in (other, other / "f1", clone, bare, work, work / "f0", repository.folder / "f2"):
            assert report_in(folder) == whole, folder
    finally:
        repository.git("worktree", "remove", "--force", str(work))


def test_how_a_version_is_named_means_nothing_but_its_label(repository: Repo, tmp_path: Path) -> None:
    """Commits, the working tree, folders: the same content gives the same report."""
    folders = [tmp_path / name for name in ("old", "new")]
    for folder, branch in zip(folders, ("main", "feature"), strict=True):
        subprocess.run(
            ["git", "worktree", "add", "--quiet", str(folder), "--detach", branch],
            cwd=repository.folder,
            env={**os.environ, **IDENTITY},
            check=True,
        )
    try:
        shown = [
            {**json.loads(report_in(repository.folder, *words)), "base": None, "head": None}
            for words in (("main", "feature"), ("main...feature",), ("main",), (str(folders[0]), str(folders[1])))
        ]
    finally:
        for folder in folders:
            repository.git("worktree", "remove", "--force", str(folder))
    assert shown[1:] == shown[:-1]
