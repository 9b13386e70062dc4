"""The bundled model facts are what they promise to be, names are found in any usual spelling, own tables are checked."""

import re

import pytest

from msdiff.errors import ManyErrors, RuleError
from msdiff.ruleset.attributes import load_catalogue
from msdiff.ruleset.library import load_ruleset
from msdiff.ruleset.model_facts import Entry, ModelFacts
from msdiff.settings import Settings

MODELS = load_ruleset(Settings()).models
CATALOGUE = load_catalogue()
OWN = """\
models:
  - {id: acme/embed-v2, role: embedder, also: [embed-v2-*], dimension: 640, source: https://acme.example/embed-v2, asOf: "2026-03"}
"""


def own(text: str) -> ModelFacts:
    return load_ruleset(Settings(), model_facts=[("facts/ours.yaml", text.encode())]).models


def refused(text: str) -> list[tuple[str, str, int]]:
    with pytest.raises((RuleError, ManyErrors)) as caught:
        own(text)
    errors = getattr(caught.value, "errors", (caught.value,))
    return [(one.message, one.hint, one.location.line) for one in errors]


def test_every_key_means_attributes_of_the_catalogue():
    meant = {attribute for key in MODELS.keys.values() for attribute in key.attributes}
    assert {attribute for attribute in meant if CATALOGUE.lookup(attribute) is None} == set()
    assert {role for key in MODELS.keys.values() for role in key.roles} <= set(CATALOGUE.lookup("role").values)


@pytest.mark.parametrize("entry", MODELS.entries, ids=lambda entry: entry.id)
def test_an_entry_has_source_date_and_only_values_that_its_attributes_can_have(entry: Entry):
    assert re.fullmatch(r"https://[^\s]+", entry.source)
    assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", entry.as_of)
    assert entry.facts
    for name, value in entry.facts.items():
        assert entry.role in MODELS.keys[name].roles
        for attribute in map(CATALOGUE.lookup, MODELS.keys[name].attributes):
            assert attribute is not None
            if attribute.type == "integer":
                assert type(value) is int
                assert value >= (attribute.min or 1)
            if attribute.values and not attribute.open and isinstance(value, str):
                assert value in attribute.values
    widths = entry.facts.get("reducible")
    if isinstance(widths, tuple):
        assert list(widths) == sorted(set(widths))
        assert entry.facts["dimension"] in widths


def test_no_name_is_given_to_two_models():
    owners: dict[str, set[str]] = {}
    for entry in MODELS.entries:
        for name in (entry.id, entry.id.rpartition("/")[2], *entry.also):
            owners.setdefault(name.casefold(), set()).add(entry.id)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}
    for entry in MODELS.entries:  # no pattern takes another model's name
        assert MODELS.about(entry.id) == entry
        assert {MODELS.about(name).id for name in entry.also if "*" not in name} <= {entry.id}


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("BAAI/bge-m3", "BAAI/bge-m3"),
        ("baai/BGE-M3", "BAAI/bge-m3"),
        ("bge-m3:latest", "BAAI/bge-m3"),
        ("huggingface/BAAI/bge-m3", "BAAI/bge-m3"),
        ("azure/text-embedding-3-small", "text-embedding-3-small"),
        ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"),
        ("llama3.1:8b", "meta-llama/Llama-3.1-8B-Instruct"),
        ("bedrock/us.anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet"),
        ("snowflake/arctic-embed-l", "Snowflake/snowflake-arctic-embed-l"),
        ("nvidia/llama-3.3-nemotron-super-49b-v1.5", "nvidia/Llama-3_3-Nemotron-Super-49B-v1_5"),
        ("models/text-embedding-004", "text-embedding-004"),
    ],
)
def test_a_name_is_found_in_the_usual_spellings(name: str, id: str):
    assert MODELS.about(name).id == id


@pytest.mark.parametrize(
    "name", ["acme/bge-m3", "bge-m4", "my-bge-m3", "bge", "", "/models/bge-m3", "bge-m3:567m-custom"]
)
def test_a_name_that_the_table_does_not_have_is_not_guessed(name: str):
    assert MODELS.about(name) is None


@pytest.mark.parametrize(
    ("pattern", "fitting", "other"),
    [
        ("a*", ("a", "ab"), ("ba", "")),
        ("*.a-*", ("eu.a-1", ".a-"), ("a-1", "eu.a")),
        ("aa*aa", ("aaaa", "aabaa"), ("aaa",)),
    ],
)
def test_a_star_is_any_run_of_characters(pattern: str, fitting: tuple[str, ...], other: tuple[str, ...]):
    row = {"id": "x", "role": "embedder", "also": (pattern,), "source": "s", "asOf": "d"}
    models = ModelFacts(lambda: {"models": (), "keys": {}}, (row,))
    assert [models.about(name) is not None for name in (*fitting, *other)] == [True] * len(fitting) + [False] * len(
        other
    )


def test_nothing_is_read_before_somebody_asks():
    def refuse() -> dict[str, object]:
        raise AssertionError

    assert ModelFacts(refuse, ({"id": "a"},))


def test_a_team_adds_models_and_replaces_what_the_bundled_table_says():
    models = own(
        OWN + '  - {id: BAAI/bge-m3, role: embedder, dimension: 512, source: https://a.example, asOf: "2026-01"}\n'
    )
    assert models.about("embed-v2-large") == models.about("acme/embed-v2")
    assert models.about("acme/embed-v2") == Entry(
        "acme/embed-v2", "embedder", {"dimension": 640}, "https://acme.example/embed-v2", "2026-03", ("embed-v2-*",),
        "facts/ours.yaml",
    )  # fmt: skip
    assert models.about("bge-m3").origin == "facts/ours.yaml, https://a.example, 2026-01"
    assert models.about("text-embedding-3-small") == MODELS.about("text-embedding-3-small")


def test_all_that_is_wrong_in_a_table_is_told_with_its_line():
    text = """\
models:
  - {id: a, role: generator, dimension: 5, source: http://x, asOf: "2026-13"}
  - {id: b, role: embedder, also: [A], source: https://x, asOf: "2026-01"}
"""
    assert refused(text) == [
        ("`asOf` of a is no month", 'write it as "2026-01"', 2),
        ("`source` of a is no address", "write it as https://...", 2),
        ("a is generator, which has no `dimension`", "known: `contextWindow`, `tokenizer`", 2),
        ("`a` is a name of a and of b", "keep one", 3),
    ]
    assert [
        line for _, _, line in refused('models:\n  - {id: a, role: embedder, dimensions: 5, source: s, asOf: "x"}')
    ] == [2]
    assert refused("- 1\n- 2") != []


def test_what_a_key_means_is_not_a_teams_to_say():
    assert refused("keys: {}\nmodels: []") == [("unknown key `keys`", "", 1)]
