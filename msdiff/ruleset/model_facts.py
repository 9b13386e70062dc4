"""What is known of models by their name: the bundled table and a team's own, ready to be asked.

In: plain data (`rules/tables/model-facts.yaml`, compiled) and entries of a team's own. Out: `ModelFacts`. Promised:
nothing is read before somebody asks about a model; a team's entry counts before the bundled one; a name that the table
does not have is not guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, TypeAlias

from msdiff.model.records import NamedTuple
from msdiff.model.values import Value

Read: TypeAlias = Callable[[], Mapping[str, Any]]
"""Gives the compiled table: `keys` and `models` (one entry as a plain map each)."""

# Gateways and clients write the provider before the name: `openai/text-embedding-3-small`, `ollama/nomic-embed-text`.
GATEWAYS = frozenset(
    (
        "anthropic", "azure", "azure_ai", "azure_openai", "bedrock", "cohere", "deepseek", "fireworks_ai", "gemini",
        "google", "groq", "hf.co", "hosted_vllm", "huggingface", "jina_ai", "mistral", "models", "nim", "nvidia",
        "nvidia_nim", "ollama", "ollama_chat", "openai", "openrouter", "together_ai", "vertex_ai", "vllm", "voyage",
        "voyageai",
    )
)  # fmt: skip
_PORT = "<port>"


class Key(NamedTuple):
    """What a key of an entry means. With `counts` false it is shown, and no verdict rests on it."""

    attributes: tuple[str, ...]
    about: str
    roles: tuple[str, ...]
    counts: bool = True


class Entry(NamedTuple):
    """What is known of one model. `file` is the table of a team's own that says so, "" for the bundled one."""

    id: str
    role: str
    facts: Mapping[str, Value]  # by key
    source: str
    as_of: str
    also: tuple[str, ...] = ()
    file: str = ""

    @property
    def origin(self) -> str:
        """Where it is from, as reports write it."""
        return ", ".join(part for part in (self.file, self.source, self.as_of) if part)


class ModelFacts:
    """The entries by name. `own` are entries of a team's own, as plain maps with `file`; the last one of a name counts."""

    def __init__(self, read: Read, own: Iterable[Mapping[str, Any]] = ()) -> None:
        self._read = read
        self._own = tuple(own)
        self._asked: dict[str, Entry | None] = {}

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, a team's own first."""
        return tuple(map(entry_of, self._rows))

    @cached_property
    def keys(self) -> Mapping[str, Key]:
        """What the keys of an entry mean."""
        return {name: key_of(row) for name, row in self._data["keys"].items()}

    def about(self, model: str) -> Entry | None:
        """What is known of a model, by its name or one that it also has."""
        if model not in self._asked:
            self._asked[model] = self._found(model)
        return self._asked[model]

    def names(self) -> tuple[str, ...]:
        """Every name that is known, in the spelling of the tables."""
        return tuple(dict.fromkeys(name for one in self.entries for name in names_of(one)))

    @cached_property
    def _data(self) -> Mapping[str, Any]:
        return self._read()

    @cached_property
    def _rows(self) -> tuple[Mapping[str, Any], ...]:
        """All entries as plain maps: a run asks for one or two of hundreds, and only those are made."""
        return (*reversed(self._own), *self._data["models"])

    @cached_property
    def _by_name(self) -> Mapping[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for row in self._rows:
            for name in (row["id"], *row.get("also", ())):
                found.setdefault(name.casefold(), row)
        for row in self._rows:  # a name that an entry gives itself is not another one's last part
            found.setdefault(row["id"].rpartition("/")[2].casefold(), row)
        return found

    @cached_property
    def _patterns(self) -> tuple[tuple[list[str], Mapping[str, Any]], ...]:
        names = ((name, row) for row in self._rows for name in row.get("also", ()) if "*" in name)
        return tuple((name.casefold().split("*"), row) for name, row in names)

    def _found(self, model: str) -> Entry | None:
        for name in _spellings(model):
            row = self._by_name.get(name)
            if row is None:
                fitting = (row for pieces, row in self._patterns if name.startswith(pieces[0]) and _fits(pieces, name))
                row = next(fitting, None)
            if row is not None:
                return entry_of(row)
        return None


def entry_of(row: Mapping[str, Any]) -> Entry:
    """An entry from its plain map."""
    facts = {
        key: tuple(value) if isinstance(value, list) else value  # JSON has no tuples
        for key, value in row.items()
        if key not in ("id", "role", "source", "asOf", "also", "file")
    }
    return Entry(
        row["id"], row["role"], facts, row["source"], row["asOf"], tuple(row.get("also", ())), row.get("file", "")
    )


def key_of(row: Mapping[str, Any]) -> Key:
    """What a key means, from its plain map."""
    return Key(tuple(row["attributes"]), row["about"], tuple(row["of"]), row.get("counts", True))


def names_of(entry: Entry) -> tuple[str, ...]:
    """The names of an entry, its id first."""
    return tuple(dict.fromkeys((entry.id, entry.id.rpartition("/")[2], *entry.also)))


def for_port(attribute: str, port: str) -> str:
    """`outputs.vector.dimension` for `outputs.<port>.dimension`."""
    return attribute.replace(_PORT, port, 1)


def port_side(attribute: str) -> str:
    """`inputs` or `outputs` where the attribute is a port's, else ""."""
    return attribute.partition(".")[0] if _PORT in attribute else ""


def _spellings(model: str) -> Iterable[str]:
    """A name as the tables may have it: whole, without a gateway's or provider's part before it, without `:latest` after it."""
    name = model.strip().casefold()
    rest = name
    while True:
        yield rest
        if rest.endswith(":latest"):
            yield rest.removesuffix(":latest")
        before, slash, after = rest.partition("/")
        if not slash or before not in GATEWAYS:
            return
        rest = after


def _fits(pieces: list[str], name: str) -> bool:
    """Whether a name is these pieces in their order with anything between them."""
    first, *middle, last = pieces
    if not name.startswith(first) or not name.endswith(last) or len(name) < len(first) + len(last):
        return False
    rest = name[len(first) : len(name) - len(last)]
    for piece in middle:
        at = rest.find(piece)
        if at < 0:
            return False
        rest = rest[at + len(piece) :]
    return True
