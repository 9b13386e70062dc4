"""The wheel holds all that the program reads, nothing that it does not, and works from where it is unpacked."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

import pytest

import msdiff

ROOT = Path(__file__).resolve().parents[1]
SWAP = ROOT / "examples" / "embedder-swap"
OUR_METADATA = f"modelspec_diff-{msdiff.__version__}.dist-info"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without the network."""
    pytest.importorskip("hatchling", reason="hatchling is not installed: it comes with the extra `test`")
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-cache-dir",
        "--no-index",
    ]
    command += ["--quiet", "--disable-pip-version-check", "--wheel-dir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's files."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def sources(folder: str, to: str = "") -> set[str]:
    """The files of a folder of the checkout, as the wheel names them."""
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    made = ("_compiled.json", "_model_facts.json")  # by a run of the checkout
    return {f"{to}{path.relative_to(ROOT).as_posix()}" for path in files if not path.name.startswith(made)}


def test_the_wheel_holds_the_package_the_rules_and_what_they_are_compiled_to(wheel: Path) -> None:
    metadata = {
        f"{OUR_METADATA}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
    }
    built = {"msdiff/_compiled.json", "msdiff/_model_facts.json"}
    assert names(wheel) == sources("msdiff") | sources("rules", "msdiff/") | built | metadata


def test_what_must_be_in_it_by_name(wheel: Path) -> None:
    """The test above compares with the checkout; these must not go missing from both."""
    wanted = {
        "msdiff/py.typed",
        "msdiff/demo_files/app.yaml",
        "msdiff/demo_files/models/embedder.modelspec.yaml",
        "msdiff/rules/attributes.yaml",
        "msdiff/rules/facts.yaml",
        "msdiff/rules/tables/model-aliases.yaml",
        "msdiff/rules/embedding-and-vector-store/embedding-dimension-mismatch.yaml",
    }
    assert wanted <= names(wheel)
    assert not {name for name in names(wheel) if name.startswith(("tests", "docs", "examples", "benchmarks"))}


def test_the_command_is_registered(unpacked: Path) -> None:
    text = (unpacked / OUR_METADATA / "entry_points.txt").read_text(encoding="utf-8")
    assert text.split() == ["[console_scripts]", "msdiff", "=", "msdiff.cli:main"]


def test_every_rule_of_the_checkout_is_compiled(unpacked: Path) -> None:
    compiled = json.loads((unpacked / "msdiff" / "_compiled.json").read_text(encoding="utf-8"))
    files = {name for name in sources("rules") if name.count("/") == 2 and not name.startswith("rules/tables/")}
    assert {rule["file"] for rule in compiled["rules"]} == files


def test_it_runs_from_there(unpacked: Path, tmp_path: Path) -> None:
    before = {path.relative_to(unpacked) for path in unpacked.rglob("*")}
    where = run(unpacked, tmp_path, "-c", "import msdiff; print(msdiff.__file__)")
    assert where.stdout.strip() == str(unpacked / "msdiff" / "__init__.py")
    assert run(unpacked, tmp_path, "-m", "msdiff", "--version").stdout == f"msdiff {msdiff.__version__}\n"
    done = run(unpacked, tmp_path, "-m", "msdiff", str(SWAP / "base"), str(SWAP / "head"), "-f", "json")
    assert (done.returncode, json.loads(done.stdout)["verdict"], done.stderr) == (1, "breaking", "")
    explained = run(unpacked, tmp_path, "-m", "msdiff", "explain", "embedding-dimension-mismatch")
    assert explained.stdout.startswith("embedding-dimension-mismatch  ")
    assert run(unpacked, tmp_path, "-m", "msdiff", "demo", "demo").returncode == 0
    assert {path.relative_to(unpacked) for path in unpacked.rglob("*")} == before  # nothing was compiled again


def run(unpacked: Path, cwd: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Python with the unpacked wheel before everything else."""
    variables: Mapping[str, str] = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_", "CI"))},
        "PYTHONPATH": str(unpacked),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }
    return subprocess.run(
        [sys.executable, *words], cwd=cwd, env=dict(variables), capture_output=True, text=True, check=False
    )


def test_the_lock_holds_all_that_development_installs() -> None:
    """Each in a version that `pyproject.toml` allows, each file by its hash, and no word of where it comes from."""
    requirements = pytest.importorskip("packaging.requirements")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    wanted = [
        *project["project"]["dependencies"],
        *chain.from_iterable(extras.values()),
        *project["build-system"]["requires"],
    ]
    text = (ROOT / ".ci" / "requirements.txt").read_text()
    blocks = re.findall(r"^([a-z0-9.-]+)==(\S+)(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}$", block, re.MULTILINE) for _, _, block in blocks)
    assert "://" not in text
    packages = json.loads((ROOT / "tests" / "validators" / "package-lock.json").read_text())["packages"]
    assert all("integrity" in one and "resolved" not in one for name, one in packages.items() if name)
    for requirement in map(requirements.Requirement, wanted):
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        versions = [version for locked, version, _ in blocks if locked == name]
        if name != project["project"]["name"]:
            assert versions, f"{name} is not locked: make .ci/requirements.txt anew, as its first lines say"
            assert all(map(requirement.specifier.contains, versions)), (name, versions)
