"""The build hook: a wheel gets the compiled rules, an editable install does not."""

import importlib.util
import json
import tomllib
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="the hook runs inside hatchling")
ROOT = Path(__file__).parents[3]


def hook(tmp_path: Path, target: str = "wheel"):
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CompiledRules(str(ROOT), {}, None, None, str(tmp_path), target)


def test_a_wheel_gets_every_rule_compiled(tmp_path):
    built = hook(tmp_path)
    data = {"force_include": {}}
    built.initialize("standard", data)
    by_target = {target: source for source, target in data["force_include"].items()}
    assert by_target.keys() == {"msdiff/_compiled.json", "msdiff/_model_facts.json"}
    source, known = by_target["msdiff/_compiled.json"], by_target["msdiff/_model_facts.json"]
    artefact = json.loads(Path(source).read_text())
    files = {path.stem for path in (ROOT / "rules").glob("*/*.yaml") if path.parent.name != "tables"}
    assert "tables/model-facts" not in artefact["tables"]
    assert json.loads(Path(known).read_text())["models"]
    assert {rule["id"] for rule in artefact["rules"]} == files
    assert artefact["stamp"] == ""
    assert str(ROOT) not in Path(source).read_text()
    built.finalize("standard", data, "")
    assert not Path(source).exists()
    assert not Path(known).exists()


@pytest.mark.parametrize(("target", "version"), [("sdist", "standard"), ("wheel", "editable")])
def test_nothing_else_does(tmp_path, target, version):
    data = {"force_include": {}}
    hook(tmp_path, target).initialize(version, data)
    assert data == {"force_include": {}}


def test_the_project_uses_the_hook_and_ships_the_rules():
    written = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = written["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert "custom" in wheel["hooks"]
    assert wheel["force-include"] == {"rules": "msdiff/rules"}
    needed = {name.partition(">")[0] for name in written["build-system"]["requires"]}
    assert needed == {"hatchling", "PyYAML", "pydantic", "cel-expr-python"}
