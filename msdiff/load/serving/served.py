"""What one container serves, by its image, command line and environment.

In: image, words and variables with their places. Out: `Served`, or `None` for a container that serves no model and
keeps no vectors. Promised: each attribute has the place that states it; a value with a variable that nothing sets is
unknown and names the variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msdiff.load.serving.tables import Engine, Tables
from msdiff.load.serving.words import ENDS, Word
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value

_COUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([kKmMgG]?)")
_FACTORS = {"": 1, "k": 1000, "K": 1024, "m": 1000**2, "M": 1024**2, "g": 1000**3, "G": 1024**3}
_TASKS = {
    "embed": "embedder",
    "embedding": "embedder",
    "pooling": "embedder",
    "score": "reranker",
    "rerank": "reranker",
    "generate": "generator",
}


class Said(NamedTuple):
    """One attribute that the container states."""

    attribute: str
    value: Value | Unknown
    place: Location


class Served(NamedTuple):
    """What a container is in the graph. `weak` is true where it only counts beside something that serves a model."""

    role: str
    said: tuple[Said, ...]
    engine: str = ""
    weak: bool = False


def served(image: Word, words: Sequence[Word], env: Mapping[str, Word], tables: Tables) -> Served | None:
    """What the container serves. `words` are entrypoint and command, `env` its variables without secrets."""
    repository, _ = split_image(image.text)
    command = " ".join(word.text for word in words)
    engine = tables.engine(repository, command)
    if engine is not None:
        return _model(image, repository, words, env, engine, tables)
    store = tables.store(repository)
    if store is not None:
        said = (Said("store.engine", store["engine"], image.place),)
        return Served("vectorStore", said, store["engine"], bool(store.get("weak")))
    wrapper = tables.wrapper(repository)
    return Served(wrapper, (), "", weak=True) if wrapper else None


def split_image(image: str) -> tuple[str, str]:
    """Repository, and tag or digest ("" where there is none)."""
    repository, at, digest = image.partition("@")
    head, colon, tag = repository.rpartition(":")
    if colon and "/" not in tag:
        return head, digest or tag
    return repository, digest if at else ""


def _model(
    image: Word,
    repository: str,
    words: Sequence[Word],
    env: Mapping[str, Word],
    engine: Engine,
    tables: Tables,
) -> Served:
    found: dict[str, list[Word]] = {}
    for fact, word in (*_flags(words, engine, tables), *_variables(env, engine)):
        if fact not in found or fact in ("servedNames", "model"):
            found.setdefault(fact, []).append(word)
    said: dict[str, Said] = {}
    if engine.from_image and "model" not in found:
        word = Word(repository.rpartition("/")[2], image.place, image.missing)
        found["model"] = [word]
    if engine.from_tag and (tag := split_image(image.text)[1]):
        found["model"] = [Word(engine.from_tag.sub(r"\1/", tag), image.place, image.missing)]
    for fact, given in found.items():
        row = tables.facts.get(fact)
        if row is None:
            continue
        value = _value(given, row["as"], row.get("on"), tables)
        if value is not None and (row["attribute"] not in said or row.get("first")):
            said[row["attribute"]] = Said(row["attribute"], value, given[0].place)
    model = said.get("model.id")
    names = said.get("model.servedNames")
    if engine.own_name and names is None and model is not None and isinstance(model.value, str):
        said["model.servedNames"] = Said("model.servedNames", (model.value,), model.place)
    said["engine.name"] = Said("engine.name", engine.name, image.place if image.text else words[0].place)
    role = _role(found, model, engine, tables)
    if role == "embedder":
        place = model.place if model else image.place
        said.setdefault("outputs.vector.type", Said("outputs.vector.type", "embedding", place))
    else:
        said.pop("outputs.vector.pooling", None)
    return Served(role, tuple(said.values()), engine.name)


def _role(found: Mapping[str, Sequence[Word]], model: Said | None, engine: Engine, tables: Tables) -> str:
    if "reranks" in found:
        return "reranker"
    if "embeds" in found:
        return "embedder"
    for word in found.get("task", ()):
        if word.text in _TASKS:
            return _TASKS[word.text]
    if model is not None:
        # The name of the variable says what the value is for where the value is not known: `--model-id ${RERANK_MODEL_ID}`.
        texts = (
            [model.value]
            if isinstance(model.value, str)
            else [name.lower() for word in found["model"] for name in word.missing]
        )
        for text in texts:
            role = tables.role(text.replace("_", "-") if not isinstance(model.value, str) else text)
            if role is not None:
                return role
    return engine.role


def _flags(words: Sequence[Word], engine: Engine, tables: Tables) -> Iterator[tuple[str, Word]]:
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word.text in engine.positional and at < len(words) and not words[at].text.startswith("-"):
            yield "model", words[at]
            at += 1
            continue
        if not word.text.startswith("-"):
            continue
        name, equals, rest = word.text.partition("=")
        fact = engine.flags.get(name.replace("_", "-") if name.startswith("--") else name)
        if fact is None:
            continue
        if equals:
            yield fact, word._replace(text=rest)
        elif fact in tables.switches:
            bare = at >= len(words) or words[at].text.lower() not in ("true", "false")
            yield fact, word._replace(text="true") if bare else words[at]
        else:
            while (
                at < len(words)
                and words[at].text not in ENDS
                and not (words[at].text.startswith("-") and not words[at].missing)
            ):
                yield fact, words[at]
                at += 1
                if fact != "servedNames":
                    break


def _variables(env: Mapping[str, Word], engine: Engine) -> Iterator[tuple[str, Word]]:
    for name, fact in engine.env.items():
        word = env.get(name)
        if word is not None and (word.text or word.missing):
            yield fact, word


def _unknown(word: Word) -> Unknown:
    return Unknown(f"nothing sets {', '.join(word.missing)}")


def _value(
    words: Sequence[Word], kind: str, on: str | None, tables: Tables
) -> Value | Unknown | None:  # one for each kind
    """The value as the attribute wants it; `None` where the text means nothing (`auto`)."""
    word = words[0]
    if any(one.missing for one in words):
        return _unknown(next(one for one in words if one.missing))
    text = word.text.strip()
    if kind == "switch":
        is_on = text.lower() in ("true", "1", "yes", "on")
        return (on if is_on else None) if on else is_on
    if kind == "count":
        found = _COUNT.fullmatch(text)
        return int(float(found[1]) * _FACTORS[found[2]]) or None if found else None
    if kind == "number":
        try:
            return float(text)
        except ValueError:
            return None
    if kind == "precision":
        return tables.precisions.get(text.lower())
    if kind == "pooling":
        return tables.poolings.get(text.lower())
    if kind == "names":
        return tuple(sorted({name for one in words for name in re.split(r"[\s,;]+", one.text) if name}))
    if kind == "model":
        return text.partition(";")[0] or None
    return text or None
