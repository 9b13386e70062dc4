"""Where rules come from: the compiled artefact (made, kept, made again), a team's own rules, their documentation."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from msdiff.errors import RuleError, SettingsError, UsageError
from msdiff.model.finding import Level, Verdict
from msdiff.ruleset import library
from msdiff.ruleset.examples import examples_of
from msdiff.ruleset.library import RuleSet, compiled_text, load_ruleset, read_rules, rules_folder
from msdiff.settings import Override, Settings

ROOT = Path(__file__).parents[3]
HEAVY = (
    "pydantic",
    "cel_expr_python",
    "ruamel",
    "networkx",
    "deepdiff",
    "git",
    "github",
    "rich",
    "jsonschema",
    "tomllib",
    "logging",
)
OWN = """\
id: {id}
title: Ours
since: "1.0"
category: house-rules
watch: {{obligation: edge, checks: [dimension]}}
verdict: {verdict}
message: "{{offered}}"
why: Because we say so.
fix: Ask us.
"""


@pytest.fixture
def rules(tmp_path, monkeypatch) -> Path:
    """A checkout of two rules, with its own place for the artefact."""
    package, folder = tmp_path / "msdiff", tmp_path / "rules"
    (package / "ruleset").mkdir(parents=True)
    (package / "ruleset" / "compile.py").write_text("")
    (folder / "topology").mkdir(parents=True)
    for name in ("attributes.yaml", "facts.yaml", "wires.yaml"):
        (folder / name).write_bytes((ROOT / "rules" / name).read_bytes())
    (folder / "tables").mkdir()
    (folder / "tables" / "model-aliases.yaml").write_text("patterns: ['*-latest']")
    write(folder, "one")
    write(folder, "two")
    monkeypatch.setattr(library, "_PACKAGE", str(package))
    return folder


def write(folder: Path, id: str, verdict: str = "breaking") -> None:
    text = OWN.format(id=id, verdict=verdict).replace("house-rules", "topology")
    (folder / "topology" / f"{id}.yaml").write_text(text)


def artefact(rules: Path) -> Path:
    return rules.parent / "msdiff" / "_compiled.json"


def ids() -> list[str]:
    return [rule.id for rule in load_ruleset(Settings()).rules]


def mark(rules: Path) -> None:
    """Makes the artefact tell whether it was used: a title that no file has."""
    written = json.loads(artefact(rules).read_text())
    written["rules"][0]["title"] = "Kept"
    artefact(rules).write_text(json.dumps(written))


def kept() -> bool:
    return load_ruleset(Settings()).rules[0].title == "Kept"


def test_the_artefact_is_made_on_first_use_and_used_from_then_on(rules):
    assert not artefact(rules).exists()
    assert ids() == ["one", "two"]
    mark(rules)
    assert kept()
    assert sorted(os.listdir(artefact(rules).parent)) == ["_compiled.json", "ruleset"]


def test_an_edited_rule_makes_it_again(rules):
    ids()
    mark(rules)
    write(rules, "two", "safe")
    assert not kept()
    assert load_ruleset(Settings()).rule("two").verdict is Verdict.SAFE


def test_an_older_file_makes_it_again_too(rules):
    ids()
    mark(rules)
    os.utime(rules / "topology" / "two.yaml", (1, 1))
    assert not kept()


def test_an_added_or_removed_rule_makes_it_again(rules):
    assert ids() == ["one", "two"]
    write(rules, "three")
    assert ids() == ["one", "three", "two"]
    (rules / "topology" / "one.yaml").unlink()
    assert ids() == ["three", "two"]


def test_another_compiler_makes_it_again(rules, monkeypatch):
    ids()
    mark(rules)
    monkeypatch.setattr(library, "COMPILER", library.COMPILER + 1)
    assert not kept()
    mark(rules)
    (rules.parent / "msdiff" / "ruleset" / "compile.py").write_text("# edited")
    assert not kept()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"compiler": 1}', "\udcff"])
def test_a_broken_artefact_is_made_again(rules, text):
    artefact(rules).write_bytes(text.encode(errors="surrogateescape"))
    assert ids() == ["one", "two"]
    mark(rules)
    assert kept()


def test_a_package_that_cannot_be_written_is_no_problem(rules, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(library.os, "replace", refuse)
    assert ids() == ["one", "two"]
    assert os.listdir(artefact(rules).parent) == ["ruleset"]


def test_rules_in_the_package_are_those_of_a_wheel_and_never_stale(rules):
    os.rename(rules, artefact(rules).parent / "rules")
    artefact(rules).write_text(compiled_text(rules_folder()))
    mark(rules)
    write(Path(rules_folder()), "two", "safe")
    assert kept()


def test_a_rule_that_is_wrong_is_said_where_it_stands(rules):
    write(rules, "two", "brekaing")
    with pytest.raises(RuleError) as raised:
        load_ruleset(Settings())
    assert str(raised.value.location) == "rules/topology/two.yaml:6:10"
    assert not artefact(rules).exists()


def test_a_vocabulary_that_is_wrong_is_an_error(rules):
    facts = rules / "facts.yaml"
    facts.write_text(facts.read_text().replace("producer: text ", "producer: txt "))
    with pytest.raises(RuleError, match=r"rules/facts.yaml: .*`producer` has the type `txt`"):
        load_ruleset(Settings())


def test_the_data_files_are_tables(rules):
    rule_set = load_ruleset(Settings())
    assert sorted(rule_set.tables) == ["model-aliases", "wires"]
    assert rule_set.aliases == ("*-latest",)
    assert rule_set.wires["dimension"] == {"law": "member"}
    assert rule_set.catalogue.lookup("outputs.vector.dimension").type == "integer"


def test_a_team_s_rules_come_after_and_replace(rules):
    sources = [
        ("house/one.yaml", OWN.format(id="one", verdict="risky").encode()),
        ("house/three.yaml", OWN.format(id="three", verdict="risky").encode()),
        ("team/three.yaml", OWN.format(id="three", verdict="safe").encode()),
    ]
    rule_set = load_ruleset(Settings(), sources)
    assert [(rule.id, rule.verdict.value, rule.file) for rule in rule_set.rules] == [
        ("one", "risky", "house/one.yaml"),
        ("three", "safe", "team/three.yaml"),
        ("two", "breaking", "rules/topology/two.yaml"),
    ]
    assert [rule.id for rule, _ in rule_set.watching("edge", "dimension")] == ["one", "three", "two"]
    document = rule_set.document("three")
    assert (document.why, document.references, document.text) == ("Because we say so.", (), sources[2][1].decode())


def test_a_team_s_rule_that_is_wrong(rules):
    text = OWN.format(id="three", verdict="brekaing").encode()
    with pytest.raises(RuleError) as raised:
        load_ruleset(Settings(), [("house/three.yaml", text)])
    assert str(raised.value.location) == "house/three.yaml:6:10"


def test_a_level_for_a_rule_that_does_not_exist(rules):
    with pytest.raises(SettingsError, match="there is no rule `tow`") as raised:
        load_ruleset(Settings(rules={"tow": (Override(Level.OFF),)}))
    assert raised.value.hint == "did you mean `two`?"


def test_rules_from_a_folder_on_disk(tmp_path):
    (tmp_path / "b" / "c").mkdir(parents=True)
    for name in ("b/c/x.yaml", "b/a.yaml", "b/readme.md"):
        (tmp_path / name).write_text(name)
    root = str(tmp_path / "b").replace(os.sep, "/")
    assert read_rules(root) == ((f"{root}/a.yaml", b"b/a.yaml"), (f"{root}/c/x.yaml", b"b/c/x.yaml"))
    with pytest.raises(RuleError, match="there is no folder"):
        read_rules(str(tmp_path / "none"))


def test_an_unknown_rule(rules):
    with pytest.raises(UsageError) as raised:
        load_ruleset(Settings()).rule("tow")
    assert raised.value.hint == "did you mean `two`?"


@pytest.fixture(scope="module")
def built_in() -> RuleSet:
    return load_ruleset(Settings())


def test_watchers_are_found_by_what_they_watch(built_in):
    def ids_of(kind: str, template: str | None) -> list[str]:
        return [rule.id for rule, _ in built_in.watching_changes(kind, template)]

    assert "precision-lowered" in ids_of("attribute.changed", "model.precision")
    assert "precision-lowered" not in ids_of("attribute.added", "model.precision")
    assert "guardrail-disabled" in ids_of("attribute.added", "enabled")
    assert "precision-lowered" not in ids_of("attribute.changed", None)
    assert "embedding-dimension-mismatch" in [rule.id for rule, _ in built_in.watching("store", "dimension")]
    assert built_in.watching("store", "nothing") == ()


def test_every_built_in_rule_is_documented_and_has_examples(built_in):
    for rule in built_in.rules:
        document = built_in.document(rule.id)
        examples = examples_of(document)
        assert document.rule is rule
        assert document.why
        assert document.references, f"{rule.id} has no reference"
        assert any(example.expect for example in examples), f"{rule.id} never fires"
        assert any(not example.expect for example in examples), f"{rule.id} is never quiet"


def test_an_ordinary_run_loads_rules_without_anything_heavy():
    load_ruleset(Settings())  # so that the artefact is there
    code = (
        "import sys\n"
        "from msdiff.ruleset.library import load_ruleset\n"
        "from msdiff.settings import settings_from\n"
        "load_ruleset(settings_from({'msdiff.yaml': b'rules: {precision-lowered: off}'}.get))\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
