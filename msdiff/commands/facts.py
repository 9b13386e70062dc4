"""`msdiff facts [MODEL]`: what is known of a model by its name, and from where; without a name, all that are known."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msdiff.commands.options import Arguments, Parser, add_common, one_of
from msdiff.commands.output import print_text
from msdiff.commands.policy import WORKTREE, policy_of
from msdiff.errors import UsageError
from msdiff.model.values import Value
from msdiff.report.escape import json_text, plural, visible
from msdiff.ruleset.model_facts import Entry, ModelFacts, names_of
from msdiff.syntax.nearest import nearest

FORMATS = ("text", "json")
ORDER = ("embedder", "reranker", "guardrail", "generator")
SHOWN = ("dimension", "maxTokens", "contextWindow")  # of each model, in the list
MOST = 5  # names that are offered for one that is not known
_USAGE = "msdiff facts [MODEL] [--format text|json]"
_ABOUT = """\
What is known of a MODEL by its name: it counts where no file states it, and a verdict that rests
on it alone is at most risky. Without a name, every model that is known. Tables of your own:
`modelFacts` in the configuration."""
_EXAMPLES = (
    "msdiff facts                       every model that is known",
    "msdiff facts BAAI/bge-m3           one, by its name or another that it has",
    "msdiff facts bge-m3:latest -f json",
)


def parser() -> Parser:
    """The words of a look at the facts."""
    found = Parser(_USAGE, _ABOUT, _EXAMPLES)
    found.add_argument("words", nargs="*", metavar="MODEL", help="the name of a model, as the application writes it")
    found.add_argument(
        "-f",
        "--format",
        type=lambda text: one_of(text, FORMATS, "format"),
        metavar="FORMAT",
        help="text (default), json",
    )
    found.add_argument("--config", metavar="FILE", help="instead of msdiff.yaml or [tool.msdiff] in pyproject.toml")
    add_common(found)
    return found


def run(arguments: Arguments) -> int:
    """Show one model, or list them."""
    if len(arguments.words) > 1:
        raise UsageError(f"`{arguments.words[1]}` is one word too many", hint="Name one model, or none.")
    models = policy_of(arguments, (), cwd=os.getcwd(), trust=WORKTREE).rules.models
    if arguments.words:
        entry = _named(arguments.words[0], models)
        said: Any = _record(entry)
        text = "".join(f"{visible(line)}\n" for line in _one(entry, models))
    else:
        entries = _listed(models)
        said = [_record(one) for one in entries]
        text = "".join(f"{visible(line)}\n" for line in _all(entries))
    if arguments.format == "json":
        print_text(json_text(json.dumps(said, indent=2, ensure_ascii=False)) + "\n", utf8=True)
    else:
        print_text(text)
    return 0


def _named(name: str, models: ModelFacts) -> Entry:
    found = models.about(name)
    if found is None:
        near = _near(name, models)
        hint = f"did you mean {', '.join(f'`{one}`' for one in near)}?" if near else "`msdiff facts` lists them"
        raise UsageError(f"nothing is known of a model `{name}`", hint=hint)
    return found


def _near(name: str, models: ModelFacts) -> tuple[str, ...]:
    """Known names like this one: those that hold it or that it holds, then the one with the fewest slips."""
    wanted = name.casefold().rpartition("/")[2].partition(":")[0]
    by_letter = {one.casefold(): one for one in models.names() if "*" not in one}
    alike = [known for letters, known in by_letter.items() if len(wanted) > 2 and wanted in letters.rpartition("/")[2]]
    closest = nearest(wanted, by_letter)
    names = (*((by_letter[closest.casefold()],) if closest else ()), *alike)
    entries = (models.about(one) for one in names)
    return tuple(dict.fromkeys(entry.id for entry in entries if entry is not None))[:MOST]


def _listed(models: ModelFacts) -> tuple[Entry, ...]:
    """The entries that count, by role and name."""
    counting = (one for one in models.entries if models.about(one.id) == one)
    return tuple(sorted(counting, key=lambda one: (ORDER.index(one.role), one.id.casefold())))


def _record(entry: Entry) -> Mapping[str, Any]:
    return {
        "id": entry.id,
        "role": entry.role,
        "names": list(names_of(entry)),
        "facts": dict(entry.facts),
        "source": entry.source,
        "asOf": entry.as_of,
        "file": entry.file or None,
    }


def _one(entry: Entry, models: ModelFacts) -> Iterator[str]:
    yield f"{entry.id}  {entry.role}"
    width = max((len(name) for name in entry.facts), default=0)
    for name, value in entry.facts.items():
        key = models.keys[name]
        use = ", ".join(key.attributes) if key.counts else f"{', '.join(key.attributes)}; shown only"
        yield f"  {name:<{width}}  {_words(value)}  ({use})"
    others = names_of(entry)[1:]
    if others:
        yield f"also known as {', '.join(others)}"
    yield f"source: {entry.source}, as of {entry.as_of}"
    if entry.file:
        yield f"stated in {entry.file}"


def _words(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(_words, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(one)}" for name, one in value.items())
    return f'"{value}"' if isinstance(value, str) and value != value.strip() else str(value)


def _all(entries: Iterable[Entry]) -> Iterator[str]:
    entries = tuple(entries)
    width = max((len(one.id) for one in entries), default=0)
    role = ""
    for one in entries:
        if one.role != role:
            yield from ([""] if role else [])
            role = one.role
            yield role
        figures = ", ".join(f"{key} {one.facts[key]}" for key in SHOWN if key in one.facts)
        yield f"  {one.id:<{width}}  {figures}{'; ' if figures else ''}as of {one.as_of}"
    yield ""
    yield f"{plural(len(entries), 'model')}; msdiff facts MODEL says more"
