"""What rules may read: tables of docs/writing-rules.md, from `rules/facts.yaml`."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from docs.generate.table import names, table
from msdiff.ruleset.library import load_vocabulary, rules_folder
from msdiff.ruleset.vocabulary import Facts
from msdiff.syntax.shape import plain
from msdiff.syntax.tree import parse

_COMMON = ("kind", "graph", "node", "edge", "check")


def checks() -> str:
    """Obligations: each kind with its checks and the facts of each."""
    written, vocabulary = _written(), load_vocabulary()
    parts = []
    for kind, said in written["kinds"].items():
        facts = said["facts"]
        shared = f" Every check has {_facts(facts)}." if facts else ""
        rows = (
            (f"`{check}`", row["about"], _facts(_own(vocabulary.checks[kind][check], facts)))
            for check, row in written["checks"][kind].items()
        )
        parts.append(
            f"#### `{kind}`\n\n{said['about']}{shared}\n\n{table(('check', 'what is compared', 'facts'), rows)}"
        )
    return "\n".join(parts)


def change_facts() -> str:
    """Changes: what is known of the change, the node that changed, the consumer that is reached."""
    return table(("name", "type", "what it is"), _rows(_written()["changes"]))


def _rows(groups: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for group, facts in groups.items():
        for name, said in facts.items():
            yield f"`{group}.{name}`", said["type"], said["about"]


def _own(facts: Facts, shared: Mapping[str, str]) -> dict[str, str]:
    return {name: type_ for name, type_ in facts.items() if name not in shared and name not in _COMMON}


def _facts(facts: Mapping[str, str]) -> str:
    """`producer`, `excess` (number?): the type where it is not text."""
    return ", ".join(names((name,)) + ("" if type_ == "text" else f" ({type_})") for name, type_ in facts.items())


def _written() -> Any:
    file = os.path.join(rules_folder(), "facts.yaml")
    with open(file, "rb") as stream:
        return plain(parse(stream.read(), "rules/facts.yaml")[0])
