"""Tables of model facts as they are written: YAML in, plain checked entries out.

Every key, value, role and name is checked, and every problem of a file is raised together with its place; so a wheel
with a wrong table is never built, and a team's own table is refused as its rules are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msdiff.errors import InputError, MsdiffError, RuleError
from msdiff.ruleset.model_facts import Key, entry_of, key_of
from msdiff.settings import gathered
from msdiff.syntax.nearest import did_you_mean
from msdiff.syntax.shape import Source, plain, shape_problems
from msdiff.syntax.tree import Mapping as Map
from msdiff.syntax.tree import Sequence, Tree, parsed

READER = "facts"
_NAME: dict[str, Any] = {"type": "string", "minLength": 1}
_TOKENS: dict[str, Any] = {"type": "integer", "minimum": 1}
_PREFIX: dict[str, Any] = {"type": "string"}
ENTRY: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "role", "source", "asOf"],
    "properties": {
        "id": {**_NAME, "description": "The name that its provider gives it."},
        "role": {"type": "string", "enum": ["embedder", "reranker", "generator", "guardrail"]},
        "also": {"type": "array", "items": _NAME, "description": "Other names; * is any run of characters."},
        "source": {**_NAME, "description": "Where the figures are from: an address."},
        "asOf": {**_NAME, "description": "Month in which they were published there: YYYY-MM."},
        "dimension": _TOKENS,
        "reducible": {"anyOf": [{"type": "boolean"}, {"type": "array", "items": _TOKENS, "minItems": 1}]},
        "maxTokens": _TOKENS,
        "contextWindow": _TOKENS,
        "tokenizer": _NAME,
        "pooling": _NAME,
        "normalized": {"type": "boolean"},
        "prefix": {
            "anyOf": [
                _PREFIX,
                {"type": "object", "additionalProperties": False, "properties": {"query": _PREFIX, "passage": _PREFIX}},
            ]
        },
    },
}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "msdiff model facts",
    "type": "object",
    "additionalProperties": False,
    "required": ["models"],
    "properties": {"models": {"type": "array", "items": ENTRY}},
    "patternProperties": {"^x-": True},
}
_BUNDLED: dict[str, Any] = {**SCHEMA, "properties": {**SCHEMA["properties"], "keys": {"type": "object"}}}


def table_of(data: bytes, file: str, keys: Mapping[str, Key] | None = None) -> dict[str, Any]:
    """One table: `keys` (of the bundled one) and `models`, as plain maps.

    `keys` is given for a team's own table, whose entries then say which `file` they are from. Raises `RuleError` (or
    `ManyErrors` of it).
    """
    documents, problems = parsed(data, file)
    if problems or len(documents) != 1:
        raise gathered(list(problems) or [_wrong(file, None, "a table of model facts is one document", "")], RuleError)
    tree = documents[0]
    found: list[MsdiffError] = list(shape_problems(tree, _BUNDLED if keys is None else SCHEMA, Source(file, READER)))
    if found:
        raise gathered(found, RuleError)
    said: Any = plain(tree)
    known = keys if keys is not None else {name: key_of(row) for name, row in said["keys"].items()}
    found += _wrong_entries(tree, said["models"], known, file)
    if found:
        raise gathered(found, RuleError)
    return said if keys is None else {"models": tuple({**row, "file": file} for row in said["models"])}


def _wrong_entries(tree: Tree, rows: tuple[Any, ...], keys: Mapping[str, Key], file: str) -> Iterator[InputError]:
    entries = tree.get("models") if isinstance(tree, Map) else None
    taken: dict[str, str] = {}
    for number, row in enumerate(rows):
        at = entries.items[number] if isinstance(entries, Sequence) else tree
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", row["asOf"]):
            yield _wrong(file, at, f"`asOf` of {row['id']} is no month", 'write it as "2026-01"')
        if not row["source"].startswith("https://"):
            yield _wrong(file, at, f"`source` of {row['id']} is no address", "write it as https://...")
        entry = entry_of(row)
        for key in entry.facts:
            if key not in keys or entry.role not in keys[key].roles:
                fitting = tuple(name for name, one in keys.items() if entry.role in one.roles)
                yield _wrong(file, at, f"{row['id']} is {entry.role}, which has no `{key}`", did_you_mean(key, fitting))
        for name in dict.fromkeys(one.casefold() for one in (entry.id, *entry.also)):
            if name in taken:
                yield _wrong(file, at, f"`{name}` is a name of {taken[name]} and of {entry.id}", "keep one")
            taken[name] = entry.id


def _wrong(file: str, at: Tree | None, message: str, hint: str) -> InputError:
    return InputError(
        message, hint=hint, location=Source(file, READER).at(at.line if at else 1, at.column if at else 1)
    )
