"""Settings files by key path: values and their places."""

from hypothesis import given
from hypothesis import strategies as st

from msdiff.load.keymaps import keymaps_of, settings_of
from msdiff.load.keymaps.settings_files import tree_of
from msdiff.model.values import Unknown
from msdiff.syntax.tree import Mapping

MAPS = keymaps_of(
    {
        "x": {
            "keyMap": "x",
            "needs": 1,
            "marks": ["embedding"],
            "parts": {"embedder": "embedder", "store": "vectorStore"},
            "keys": [
                {"path": "embedding.model", "of": "embedder", "says": "model.id"},
                {"path": "embedding.deep.dim", "of": "store", "says": "inputs.query.dimension", "as": "count"},
                {"path": "embedding.api_key", "of": "store", "says": "store.collection"},
            ],
        }
    }
)
YAML = """\
other: 1
embedding:
  model: ${EMBED_MODEL:acme/embed-v1}  # why
  deep: {dim: 1_024}
  api_key: not read
"""
TOML = '''\
[embedding]
text = """
model = "no"
"""
model = "acme/embed-v1"  # why
api_key = "not read"
  [embedding.deep]
  dim = 1_024
'''
JSON = '{"embedding": {"model": "acme/embed-v1", "deep": {"dim": 1024}}}'


def told(path: str, text: str) -> list[tuple[str, object, str]]:
    found = settings_of(path, text.encode(), MAPS)
    return [(one.key.says, one.value, str(one.place)) for said in found.values() for one in said]


def test_yaml_toml_and_json_say_the_same() -> None:
    assert told("a/b.yaml", YAML) == [
        ("model.id", "acme/embed-v1", "a/b.yaml:3:10"),
        ("inputs.query.dimension", 1024, "a/b.yaml:4:15"),
    ]
    assert told("b.toml", TOML) == [
        ("model.id", "acme/embed-v1", "b.toml:5:9"),
        ("inputs.query.dimension", 1024, "b.toml:8:9"),
    ]
    assert told("b.json", JSON) == [
        ("model.id", "acme/embed-v1", "b.json:1:25"),
        ("inputs.query.dimension", 1024, "b.json:1:58"),
    ]


def test_what_nothing_sets_is_unknown() -> None:
    assert told("b.yaml", "embedding: {model: '${EMBED_MODEL}'}")[0][1] == Unknown("nothing sets EMBED_MODEL")
    assert told("b.yaml", "embedding: {model: os.environ/EMBED_MODEL}")[0][1] == Unknown("nothing sets EMBED_MODEL")
    assert told("b.yaml", "embedding: {model: '{{ model }}'}")[0][1] == Unknown("it is a template")


def test_what_no_map_knows_or_cannot_be_read_says_nothing() -> None:
    assert told("b.yaml", "llm: {model: acme/answer-v1}") == []
    assert told("b.yaml", "embedding: [") == []
    assert told("b.toml", "[embedding") == []
    assert told("b.txt", YAML) == []
    assert told("b.yaml", "embedding: {model: [acme/embed-v1]}") == []


@given(st.text(max_size=200))
def test_any_toml_is_read_or_left(text: str) -> None:
    tree_of("a.toml", text.encode("utf-8", "surrogatepass"))


VALUES = st.integers(0, 9) | st.sampled_from(['"a = 1"', '\'"""\'', '["""x""", "y"]'])


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), VALUES, max_size=4))
def test_places_of_toml_are_in_the_file(values: dict[str, int | str]) -> None:
    tree = tree_of("a.toml", "\n".join(("[t]", *(f"{key} = {value}" for key, value in values.items()))).encode())
    inner = tree.get("t") if tree is not None else None
    assert isinstance(inner, Mapping)
    assert [entry.line for entry in inner.entries.values()] == list(range(2, 2 + len(values)))
