"""What is read of model servers and settings: tables of docs/formats.md, from the data under `rules/tables`."""

from collections.abc import Iterator, Mapping
from typing import Any

from docs.generate.table import names, table
from msdiff.ruleset.library import load_ruleset
from msdiff.settings import Settings


def serving_tables() -> str:
    """Each engine with its flags and variables by the attribute that they state, then vector stores."""
    data = load_ruleset(Settings()).serving
    assert data is not None  # the table is built in
    engines = "\n".join(_engine(row, data["facts"]) for row in data["engines"])
    stores = names(dict.fromkeys(row["engine"] for row in data["stores"]))
    return f"{engines}\nVector stores are known by their images: {stores}.\n"


def keymap_tables() -> str:
    """Each key map: its settings by the attribute that they state."""
    return "\n".join(_keymap(data) for _, data in sorted(load_ruleset(Settings()).keymaps.items()))


def _keymap(data: Mapping[str, Any]) -> str:
    head = f"**{data['keyMap']}**: {data['title']} (as of {data['follows']}, [source]({data['source']}))"
    return f"{head}\n\n{table(('of', 'attribute', 'variable', 'key'), _settings(data))}"


def _settings(data: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for row in data["keys"]:
        part = row.get("of", "")
        role = data["parts"][part] if part else "each alias"
        said = row["says"] if row["says"] == "address" else f"`{row['says']}`"
        shown = f"{part} ({role})" if part and part != role else role
        path = f"{data['items']['list']}[].{row['item']}" if "item" in row else row.get("path", "")
        yield shown, said, *(f"`{one}`" if one else "" for one in (row.get("env", ""), path))


def model_fact_table() -> str:
    """The keys of an entry of the model facts."""
    models = load_ruleset(Settings()).models
    rows = (
        (f"`{name}`", key.about, names(key.attributes) if key.counts else "shown only", names(key.roles))
        for name, key in models.keys.items()
    )
    return table(("key", "what it says", "attributes", "of"), rows)


def _engine(row: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    head = f"**{row['name']}** (as of {row['follows']}, [source]({row['source']}))"
    if row.get("fromImage"):
        head += ": the image is the model, its tag the version"
    return f"{head}\n\n{table(('attribute', 'flags', 'variables'), _rows(row, facts))}"


def _rows(row: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    given = dict.fromkeys((*row["flags"].values(), *row["env"].values()))
    for fact in given:
        flags = [name for name, one in row["flags"].items() if one == fact]
        variables = [name for name, one in row["env"].items() if one == fact]
        attribute = facts[fact]["attribute"] if fact in facts else "role"
        yield f"`{attribute}`", names(flags), names(variables)
