"""Key maps of a team's own."""

from pathlib import Path

import pytest

from msdiff.errors import ManyErrors, RuleError
from msdiff.ruleset.keymapfile import is_keymap, keymap_problems
from msdiff.ruleset.library import load_ruleset
from msdiff.settings import Settings
from msdiff.syntax.tree import parse
from tests.snapshots import MemorySnapshot, built_in_rules

ROOT = Path(__file__).resolve().parents[3]
OWN = """\
keyMap: helpdesk
title: Our help desk
follows: helpdesk 3
source: https://wiki.example.org/helpdesk
needs: 1
parts: {search: embedder, index: vectorStore}
keys:
  - {env: DESK_SEARCH_URL, of: search, says: address}
  - {env: DESK_WIDTH, of: index, says: inputs.query.dimension, as: count}
"""
STACK = """\
services:
  desk: {build: ., environment: {DESK_SEARCH_URL: "http://embedder:80", DESK_INDEX: "http://store:6333", DESK_WIDTH: 768}}
  embedder: {image: "ghcr.io/huggingface/text-embeddings-inference:cpu-1.7", command: --model-id acme/embed-v1}
  store: {image: "qdrant/qdrant:v1.15.0"}
"""


@pytest.mark.parametrize("path", sorted((ROOT / "rules" / "tables").glob("keymap-*.yaml")), ids=lambda one: one.stem)
def test_the_built_in_ones_are_as_a_team_would_write_them(path: Path) -> None:
    data = path.read_bytes()
    assert is_keymap(data)
    assert list(keymap_problems(parse(data, path.name)[0], path.name, built_in_rules().catalogue)) == []
    assert path.stem == "keymap-" + built_in_rules().keymaps[path.stem.removeprefix("keymap-")]["keyMap"]


def test_a_map_of_a_team_counts() -> None:
    from msdiff.load import load

    rules = load_ruleset(Settings(), [("msdiff-rules/desk.yaml", OWN.encode())])
    assert "helpdesk" in rules.keymaps
    found = load(MemorySnapshot({"compose.yaml": STACK}), rules.catalogue, Settings(), {}, rules.serving)
    told = [(one.element, str(one.location)) for one in found.claims if one.attribute == "inputs.query.dimension"]
    assert told == [("node:store", "compose.yaml:2:118")]


def test_a_map_of_the_same_name_replaces_the_built_in_one() -> None:
    text = OWN.replace("keyMap: helpdesk", "keyMap: opea").encode()
    rules = load_ruleset(Settings(), [("msdiff-rules/opea.yaml", text)])
    assert rules.keymaps["opea"]["title"] == "Our help desk"
    assert rules.keymaps.keys() == built_in_rules().keymaps.keys()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("of: index,", "of: indx,", "there is no part `indx` (did you mean `index`?)"),
        ("embedder,", "embeder,", "there is no role `embeder` (did you mean `embedder`?)"),
        ("inputs.query.dimension", "inputs.query.dimensions", "`inputs.query.dimensions` is no attribute"),
        ("as: count", "as: counts", "`keys[1].as` must be one of"),
        ("env: DESK_WIDTH, ", "", "a key needs a name (say `env`, `path` or `item`)"),
        ("title: Our help desk\n", "", "`title` is missing"),
        ("needs: 1", "need: 1", "unknown key `need`"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, told: str) -> None:
    with pytest.raises((RuleError, ManyErrors)) as caught:
        load_ruleset(Settings(), [("desk.yaml", OWN.replace(old, new, 1).encode())])
    errors = caught.value.errors if isinstance(caught.value, ManyErrors) else (caught.value,)
    assert any(f"{one.message} ({one.hint})".startswith(told) or one.message.startswith(told) for one in errors), errors
    assert all(one.location and one.location.file == "desk.yaml" for one in errors)


def test_the_example_of_the_documentation_is_right() -> None:
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    text = page.partition("### A key map of your own")[2].partition("```yaml\n")[2].partition("```")[0]
    assert "helpdesk" in load_ruleset(Settings(), [("desk.yaml", text.encode())]).keymaps
