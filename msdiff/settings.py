"""How a team wants msdiff to behave: `msdiff.yaml`, or `[tool.msdiff]` of `pyproject.toml`, in; `Settings` out.

Every key is checked, and every problem of the file is raised together with its place. Read from a function that gives
a file's bytes, because on a pull request the configuration comes from base.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from types import MappingProxyType
from typing import Any, TypeAlias

from msdiff.errors import ManyErrors, MsdiffError, SettingsError
from msdiff.model.finding import Level, Verdict
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.syntax.nearest import did_you_mean
from msdiff.syntax.shape import Source, plain, shape_problems
from msdiff.syntax.tree import Entry, Scalar, Sequence, Tree, parsed
from msdiff.syntax.tree import Mapping as Map

Reader: TypeAlias = Callable[[str], bytes | None]
"""Path relative to the root of the repository -> content, or `None` where there is no such file."""

ACCEPTED_FILE = ".msdiff/accepted.yaml"
FILES = ("msdiff.yaml", "msdiff.yml", "pyproject.toml")
RULESETS = (1,)
_FAIL_ON = ("breaking", "risky", "never")
_READER = "settings"
_DEFAULT_LEVELS = {Verdict.BREAKING: Level.ERROR, Verdict.RISKY: Level.WARNING, Verdict.SAFE: Level.NOTE}

_GLOBS: dict[str, Any] = {"type": "array", "items": {"type": "string", "minLength": 1}}
_LEVEL: dict[str, Any] = {"type": "string", "enum": [level.value for level in Level]}
_OVERRIDE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["level"],
    "properties": {
        "level": {**_LEVEL, "description": "How the team reacts to this rule."},
        "paths": {**_GLOBS, "description": "Only for findings in these files; without it, everywhere."},
    },
}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "msdiff configuration",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "ruleset": {"type": "integer", "enum": list(RULESETS), "description": "Which generation of built-in rules."},
        "sources": {
            "type": ["object", "null"],
            "additionalProperties": False,
            "properties": {
                "include": {**_GLOBS, "description": "Files to read; without it, all."},
                "exclude": {**_GLOBS, "description": "Files to leave alone; wins over include."},
            },
        },
        "rules": {
            "type": ["object", "null"],
            "description": "By rule id: a level, or a level for some paths, or a list of these (the last that fits).",
            "additionalProperties": {
                "anyOf": [_LEVEL, _OVERRIDE, {"type": "array", "items": _OVERRIDE, "minItems": 1}]
            },
        },
        "ruleFolders": {
            **_GLOBS,
            "type": ["array", "null"],
            "description": "Folders with rules and key maps of your own; a later one wins.",
        },
        "modelFacts": {
            **_GLOBS,
            "type": ["array", "null"],
            "description": "Files with model facts of your own; a later one wins.",
        },
        "owners": {
            "type": ["object", "null"],
            "description": "File glob, node:NAME, role:ROLE or graph:NAME (* allowed) -> owner; the last that fits.",
            "additionalProperties": {"type": "string", "minLength": 1},
        },
        "variants": {
            "type": ["object", "null"],
            "additionalProperties": False,
            "properties": {
                "allowDrift": {**_GLOBS, "description": "Attributes in which variants may differ (* allowed)."}
            },
        },
        "failOn": {
            "type": "string",
            "enum": list(_FAIL_ON),
            "description": "Least verdict that makes the exit code 1.",
        },
        "strict": {"type": "boolean", "description": "Fail on what is unverified or revealed, too."},
        "limits": {
            "type": ["object", "null"],
            "additionalProperties": False,
            "properties": {
                "fileBytes": {"type": "integer", "minimum": 1, "description": "Largest file that is read, in bytes."},
                "files": {"type": "integer", "minimum": 1, "description": "Most files that are read."},
            },
        },
    },
    "patternProperties": {"^x-": True},
}


class Override(NamedTuple):
    """A level for one rule, for findings in files that match one of `paths` (none: everywhere)."""

    level: Level
    paths: tuple[str, ...] = ()
    location: Location | None = None


class Limits(NamedTuple):
    """How much is read: bytes of one file, number of files."""

    file_bytes: int = 20_000_000
    files: int = 200_000


class Settings(NamedTuple):
    """All that a team can set. `file` is where it was set (`None`: nowhere, all defaults)."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rules: Mapping[str, tuple[Override, ...]] = MappingProxyType({})
    rule_folders: tuple[str, ...] = ()
    model_facts: tuple[str, ...] = ()
    owners: tuple[tuple[str, str], ...] = ()
    ruleset: int = 1
    may_drift: tuple[str, ...] = ()
    fail_on: str = "breaking"
    strict: bool = False
    limits: Limits = Limits()
    file: str | None = None

    def reads(self, path: str) -> bool:
        """Whether the file at this path is a source."""
        wanted = not self.include or any(path_matches(glob, path) for glob in self.include)
        return wanted and not any(path_matches(glob, path) for glob in self.exclude)

    def is_rule_file(self, path: str) -> bool:
        """Whether the file at this path is a rule of the team's own."""
        return path.endswith((".yaml", ".yml")) and any(_inside(folder, path) for folder in self.rule_folders)

    def is_model_facts(self, path: str) -> bool:
        """Whether the file at this path is a table of model facts of the team's own."""
        return any(path == file.removeprefix("./") for file in self.model_facts)

    def level_of(self, rule: str, verdict: Verdict, path: str | None = None) -> Level:
        """How the team reacts to this rule's verdict in this file: the last override that fits, else by verdict."""
        for override in reversed(self.rules.get(rule, ())):
            if not override.paths or (path is not None and any(path_matches(glob, path) for glob in override.paths)):
                return override.level
        return _DEFAULT_LEVELS[verdict]

    def owner_of(
        self, path: str | None, *, node: str | None = None, role: str | None = None, graph: str = ""
    ) -> str | None:
        """Who owns a node, its graph (by label) or the file it stands in: the last entry that fits, or nobody."""
        names = {"graph": graph, "node": node, "role": role}
        for selector, owner in reversed(self.owners):
            kind, colon, glob = selector.partition(":")
            name = names.get(kind) if colon else None
            if (name is not None and name_matches(glob, name)) or (path is not None and path_matches(selector, path)):
                return owner
        return None


def settings_from(read: Reader, path: str | None = None) -> Settings:
    """The settings in the file at `path`, else in the first of `FILES` that has any, else the defaults.

    Raises `SettingsError` (or `ManyErrors` of it) with places where something in it is wrong, or two files have some.
    """
    if path is not None:
        data = read(path)
        if data is None:
            raise SettingsError(f"there is no configuration at {path}", hint="check --config")
        return parse_settings(data, path)
    found = [(name, data) for name in FILES if (data := read(name)) is not None and _has_settings(name, data)]
    if len(found) > 1:
        names = " and ".join(name for name, _ in found)
        place = Location(found[1][0], 1, 1, _READER)
        raise SettingsError(f"there are two configurations: {names}", hint="keep one of them", location=place)
    return parse_settings(found[0][1], found[0][0]) if found else Settings()


def parse_settings(data: bytes, file: str) -> Settings:
    """The settings in one file; raises `SettingsError` (or `ManyErrors` of it) with places."""
    tree = _tree(data, file)
    if tree is None:
        return Settings(file=file)
    problems = shape_problems(tree, SCHEMA, Source(file, _READER))
    if problems:
        raise gathered(problems, SettingsError)
    assert isinstance(tree, Map)  # the schema says so
    return _settings(tree, file)


def check_rule_ids(settings: Settings, known: Iterable[str]) -> None:
    """Raises `SettingsError` for each rule id in the settings that no rule has, with the nearest one that exists."""
    ids = frozenset(known)
    problems = [
        SettingsError(f"there is no rule `{rule}`", hint=did_you_mean(rule, ids), location=overrides[0].location)
        for rule, overrides in settings.rules.items()
        if rule not in ids
    ]
    if problems:
        raise gathered(problems, SettingsError)


def path_matches(glob: str, path: str) -> bool:
    """Whether the path (relative to the root of the repository, with `/`) fits the glob.

    `*` stays in one folder, `**` does not; a name without `/` fits in any folder; a folder fits all that is in it.
    """
    folders = _folders(glob)
    names = path.split("/")
    at = name = kept = 0
    star = -1
    while name < len(names):  # linear: only the last `**` is ever tried again
        if at < len(folders) and folders[at] is None:
            star, kept, at = at, name, at + 1
        elif at < len(folders) and (wanted := folders[at]) is not None and wanted.fullmatch(names[name]):
            at, name = at + 1, name + 1
        elif star >= 0:
            at, kept = star + 1, kept + 1
            name = kept
        else:
            return False
    return all(folder is None for folder in folders[at:])


def name_matches(glob: str, name: str) -> bool:
    """Whether a name fits: `*` is any run of characters, everything else is itself."""
    return _name(glob).fullmatch(name) is not None


@cache
def _folders(glob: str) -> tuple[re.Pattern[str] | None, ...]:
    """One pattern for each folder of the glob, `None` for `**`."""
    parts = [part for part in glob.split("/") if part not in ("", ".")]
    anywhere = ["**"] if "/" not in glob.rstrip("/") else []
    return tuple(None if part == "**" else _name(part) for part in (*anywhere, *parts, "**"))


@cache
def _name(glob: str) -> re.Pattern[str]:
    """The first place where each piece fits is as good as any later one, so no piece is tried twice: linear."""
    first, *rest = (re.escape(piece) for piece in glob.split("*"))
    if not rest:
        return re.compile(first)
    *middle, last = rest
    return re.compile(first + "".join(f"(?>.*?{piece})" for piece in middle) + ".*" + last, re.DOTALL)


def with_options(settings: Settings, *, fail_on: str | None = None, strict: bool | None = None) -> Settings:
    """The settings with what the command line says instead."""
    changed: dict[str, Any] = {"fail_on": fail_on, "strict": strict}
    return settings._replace(**{name: value for name, value in changed.items() if value is not None})


def _settings(tree: Map, file: str) -> Settings:
    get = partial(_at, tree)
    limits = Limits()
    return Settings(
        include=get("sources", "include") or (),
        exclude=get("sources", "exclude") or (),
        rules=_overrides(tree.get("rules"), file),
        rule_folders=get("ruleFolders") or (),
        model_facts=get("modelFacts") or (),
        owners=tuple((get("owners") or {}).items()),
        ruleset=get("ruleset") or 1,
        may_drift=get("variants", "allowDrift") or (),
        fail_on=get("failOn") or "breaking",
        strict=bool(get("strict")),
        limits=Limits(get("limits", "fileBytes") or limits.file_bytes, get("limits", "files") or limits.files),
        file=file,
    )


def _at(tree: Tree, *keys: str) -> Any:
    found: Tree | None = tree
    for key in keys:
        found = found.get(key) if isinstance(found, Map) else None
    return None if found is None else plain(found)


def _overrides(tree: Tree | None, file: str) -> dict[str, tuple[Override, ...]]:
    if not isinstance(tree, Map):
        return {}
    return {
        rule: tuple(_override(said, Location(file, entry.line, entry.column, _READER)) for said in _listed(entry.value))
        for rule, entry in tree.entries.items()
    }


def _listed(tree: Tree) -> tuple[Tree, ...]:
    return tree.items if isinstance(tree, Sequence) else (tree,)


def _override(tree: Tree, location: Location) -> Override:
    said: Any = plain(tree)
    if isinstance(said, str):
        return Override(Level(said), (), location)
    return Override(Level(said["level"]), said.get("paths", ()), location)


def _inside(folder: str, path: str) -> bool:
    name = folder.removeprefix("./").strip("/")
    return name in ("", ".") or path.startswith(f"{name}/")


def _has_settings(name: str, data: bytes) -> bool:
    return not name.endswith(".toml") or (b"msdiff" in data and _toml(data, name) is not None)


def _tree(data: bytes, file: str) -> Tree | None:
    """The file's content with places, or `None` where it says nothing."""
    if file.endswith(".toml"):
        said = _toml(data, file)
        return None if said is None else _placed(said, data.decode().splitlines())
    documents, problems = parsed(data, file)
    if problems:
        raise gathered(problems, SettingsError)
    if len(documents) > 1:
        place = Location(file, documents[1].line, documents[1].column, _READER)
        raise SettingsError("a configuration is one document", hint="remove the `---`", location=place)
    return documents[0] if documents else None


def _toml(data: bytes, file: str) -> Any:
    import tomllib  # 5 ms, and most repositories have no [tool.msdiff]

    try:
        return tomllib.loads(data.decode()).get("tool", {}).get("msdiff")
    except (ValueError, AttributeError, RecursionError) as error:  # not UTF-8, not TOML, `tool` no table, too deep
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        place = Location(file, int(found[1]), int(found[2]), _READER) if found else Location(file, 1, 1, _READER)
        raise SettingsError(f"{file} is not TOML: {error}", hint="correct it", location=place) from None


def _placed(value: Any, lines: list[str], line: int = 0) -> Tree:
    """TOML values as a tree. `tomllib` gives no places: a key's is the first line after its table's that has it."""
    if isinstance(value, dict):
        entries = {}
        start = line or _line_of(r"\s*\[+\s*tool\s*\.\s*msdiff\b", lines, 0)
        for key, inner in value.items():
            name = re.escape(key)
            at = _line_of(
                rf'\s*(?:\[.*[."\s])?["\']?{name}["\']?\s*[\].=]|.*[\s{{,.]["\']?{name}["\']?\s*=', lines, start - 1
            )
            column = max(lines[at - 1].find(key), 0) + 1 if at <= len(lines) else 1
            entries[key] = Entry(_placed(inner, lines, at), at, column)
        return Map(entries, start, 1)
    if isinstance(value, list):
        return Sequence(tuple(_placed(item, lines, line) for item in value), line, 1)
    written = str(value).lower() if isinstance(value, bool) else str(value)
    plain_value = value if isinstance(value, bool | int | float | str) else written
    return Scalar(plain_value, line, 1, written)


def _line_of(pattern: str, lines: list[str], start: int) -> int:
    """The first line from `start` (counted from 0) on that fits, counted from 1; else the line of `start`."""
    wanted = re.compile(pattern)
    for number in range(start, len(lines)):
        if wanted.match(lines[number]):
            return number + 1
    return max(start, 0) + 1


def gathered(problems: Iterable[MsdiffError], kind: type[MsdiffError]) -> MsdiffError:
    """One error for all the problems of a file (at least one), each of this kind whoever found it."""
    errors = tuple(
        problem if isinstance(problem, kind) else kind(problem.message, hint=problem.hint, location=problem.location)
        for problem in problems
    )
    return errors[0] if len(errors) == 1 else ManyErrors(errors)
