"""Where rules come from: the built-in ones, compiled once, and a team's own; all that `classify` needs of them out.

The built-in rules, the catalogue and the tables are read from one compiled JSON file. A wheel has it from its build; a
checkout makes it on first use, next to the package, and again when a file under `rules/` is another one. A rule of a
later source replaces the one with its id: built-in, then the team's folders in their order, then the command line.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeAlias

from msdiff.errors import RuleError, UsageError
from msdiff.model.records import NamedTuple
from msdiff.ruleset.attributes import Catalogue
from msdiff.ruleset.keymaps import TABLE as KEYMAPS
from msdiff.ruleset.keymaps import KeyMapData, packed
from msdiff.ruleset.model_facts import ModelFacts
from msdiff.ruleset.spec import ChangeWatch, ObligationWatch, Rule, Watch, from_json, to_json
from msdiff.ruleset.vocabulary import Vocabulary, vocabulary_from
from msdiff.settings import Settings, check_rule_ids
from msdiff.syntax.nearest import did_you_mean
from msdiff.syntax.shape import plain
from msdiff.syntax.tree import parse

Sources: TypeAlias = Iterable[tuple[str, bytes]]
"""Rule files of a team: name (relative to the root of the repository) and content. The last rule with an id wins."""

COMPILER = 3  # raise it when the shape of the artefact changes
ARTEFACT = "_compiled.json"
MODEL_FACTS = "_model_facts.json"  # on its own: an ordinary run does not read it
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_CATALOGUE, _FACTS, _MODELS = "attributes", "facts", "tables/model-facts"
_KEYMAP, OWN_KEYMAPS = "keymap-", "own keymaps"


class Document(NamedTuple):
    """What documentation says of a rule beyond the rule itself. `examples` are as they are written in the file."""

    rule: Rule
    why: str
    references: tuple[str, ...]
    examples: tuple[Mapping[str, Any], ...]
    text: str  # the file


class RuleSet:
    """Rules by id, sorted; the attribute catalogue; `tables`: the other data files under `rules/`, by name.

    `written` are rules as the artefact has them: a run asks for few of them, and only those are made. `sources` are the files
    of rules that are not built in, `models` what is known of models by their name. Nobody changes it after it was made.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        catalogue: Catalogue,
        tables: Mapping[str, Any] | None = None,
        sources: Mapping[str, bytes] | None = None,
        models: ModelFacts | None = None,
        written: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        self._made = {rule.id: rule for rule in rules}
        self._written = {one["id"]: one for one in written if one["id"] not in self._made}
        self.ids = tuple(sorted((*self._made, *self._written)))
        self.catalogue = catalogue
        self.tables = tables or {}
        self._keymaps = KeyMapData(self.tables.get(KEYMAPS, {}), self.tables.get(OWN_KEYMAPS, {}))
        self._sources = sources or {}
        self.models = models or ModelFacts(_known_models)
        self._by_check: dict[tuple[str, str], list[tuple[str, int]]] = {}  # rule, number of its watch
        self._by_change: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for id in self.ids:
            made = self._made.get(id)
            for number, watch in enumerate(map(_as_written, made.watches) if made else self._written[id]["watches"]):
                self._register((id, number), watch)

    def _register(self, place: tuple[str, int], watch: Mapping[str, Any]) -> None:
        for check in watch.get("checks", ()):
            self._by_check.setdefault((watch["kind"], check), []).append(place)
        for kind in watch.get("kinds", ()):
            for attribute in watch["attributes"] or ("",):
                self._by_change.setdefault((kind, attribute), []).append(place)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """All of them."""
        return tuple(map(self.rule, self.ids))

    def rule(self, id: str) -> Rule:
        """The rule with this id; raises `UsageError` with the nearest id where there is none."""
        found = self._made.get(id)
        if found is None:
            if id not in self._written:
                hint = did_you_mean(id, self.ids) or "`msdiff rules` lists them"
                raise UsageError(f"there is no rule `{id}`", hint=hint)
            found = self._made[id] = from_json(self._written[id])
        return found

    def watching(self, kind: str, check: str) -> tuple[tuple[Rule, ObligationWatch], ...]:
        """Rules (by id) that watch obligations of this kind that compare this."""
        found = ((rule := self.rule(id), rule.watches[number]) for id, number in self._by_check.get((kind, check), ()))
        return tuple((rule, watch) for rule, watch in found if isinstance(watch, ObligationWatch))

    def watching_changes(self, kind: str, template: str | None) -> tuple[tuple[Rule, ChangeWatch], ...]:
        """Rules (by id) that watch changes of this kind, of this attribute (as the catalogue names it), at any role."""
        places = self._by_change.get((kind, ""), [])
        if template:
            places = [*places, *self._by_change.get((kind, template), ())]
        places = sorted(places, key=lambda place: place[0])
        found = ((rule := self.rule(id), rule.watches[number]) for id, number in places)
        return tuple((rule, watch) for rule, watch in found if isinstance(watch, ChangeWatch))

    @property
    def wires(self) -> Mapping[str, Any]:
        """What meets what on an edge (`rules/wires.yaml`)."""
        found: Mapping[str, Any] = self.tables["wires"]["wires"]
        return found

    @property
    def nodes(self) -> Mapping[str, Any]:
        """What must fit inside a node, and between a node and a policy (`rules/nodes.yaml`)."""
        found: Mapping[str, Any] = self.tables["nodes"]["nodes"]
        return found

    @property
    def aliases(self) -> tuple[str, ...]:
        """Patterns of model names that move (`rules/tables/model-aliases.yaml`)."""
        return tuple(self.tables.get("model-aliases", {}).get("patterns", ()))

    @property
    def serving(self) -> Mapping[str, Any] | None:
        """What readers of stacks and settings go by: `rules/tables/serving-flags.yaml`, and in `keymaps` the key maps by name."""
        found: Mapping[str, Any] | None = self.tables.get("serving-flags")
        return None if found is None else {**found, KEYMAPS: self.keymaps}

    @property
    def keymaps(self) -> KeyMapData:
        """Which settings of applications mean what (`rules/tables/keymap-*.yaml`), by the name of the map."""
        return self._keymaps

    def document(self, id: str) -> Document:
        """The rule with its documentation, read from its file. Raises `UsageError` where there is no such rule."""
        rule = self.rule(id)
        data = self._sources.get(rule.file)
        if data is None:
            with open(os.path.join(rules_folder(), *rule.file.split("/")[1:]), "rb") as file:
                data = file.read()
        said: Any = plain(parse(data, rule.file)[0])
        return Document(
            rule, said["why"], said.get("references", ()), said.get("examples", ()), data.decode("utf-8", "replace")
        )


def load_ruleset(settings: Settings, sources: Sources = (), model_facts: Sources = ()) -> RuleSet:
    """The rules that count, and what they are about. `model_facts` are a team's own tables.

    Raises `RuleError` (or `ManyErrors` of it) for a rule that is not valid, `SettingsError` for a level of a rule that
    does not exist.
    """
    artefact = _built_in()
    written = artefact["rules"]
    catalogue = Catalogue.from_dict(artefact["catalogue"])
    own, tables = tuple(sources), dict(artefact["tables"])
    rules: tuple[Rule, ...] = ()
    if own:
        own, tables[OWN_KEYMAPS] = _without_keymaps(own, catalogue)
        rules = tuple(_own_rules(own, catalogue, {one["id"]: from_json(one) for one in written})) if own else ()
    found = RuleSet(rules, catalogue, tables, dict(own), _models(tuple(model_facts)), written)
    check_rule_ids(settings, found.ids)
    return found


def _as_written(watch: Watch) -> Mapping[str, Any]:
    return watch._asdict()


def read_rules(folder: str) -> tuple[tuple[str, bytes], ...]:
    """The rule files of a folder on disk (one of the command line's), sorted; raises `RuleError` where it is none."""
    if not os.path.isdir(folder):
        raise RuleError(f"there is no folder {folder}", hint="check where your rules are")
    return tuple((path.replace(os.sep, "/"), _content(path)) for path in sorted(_files_in(folder)))


def rules_folder() -> str:
    """Where the built-in rules are: in the package (a wheel), else beside it (a checkout)."""
    for parent in (_PACKAGE, os.path.dirname(_PACKAGE)):
        folder = os.path.join(parent, "rules")
        if os.path.isfile(os.path.join(folder, f"{_CATALOGUE}.yaml")):
            return folder
    raise RuleError("the built-in rules are missing", hint="install msdiff again")


def load_vocabulary() -> Vocabulary:
    """What rules may read, from `rules/facts.yaml`. Raises `RuleError` where that file is wrong."""
    return _vocabulary(_plain(os.path.join(rules_folder(), f"{_FACTS}.yaml")))


def model_facts_text(folder: str, stamp: str = "") -> str:
    """The artefact of the bundled model facts in this folder, all checked. Raises `RuleError` (or `ManyErrors` of it)."""
    from msdiff.ruleset.fact_tables import table_of

    file = os.path.join(folder, f"{_MODELS}.yaml")
    table = table_of(_content(file), f"rules/{_MODELS}.yaml")
    return json.dumps({"compiler": COMPILER, "stamp": stamp, **table}, ensure_ascii=False, separators=(",", ":"))


def compiled_text(folder: str, stamp: str = "") -> str:
    """The artefact of the rules in this folder, all checked. Raises `RuleError` (or `ManyErrors` of it)."""
    from msdiff.ruleset.compile import check_references, compiled, without_words

    data = {os.path.basename(file): _plain(os.path.join(folder, f"{file}.yaml")) for file in _data_files(folder)}
    catalogue = data.pop(_CATALOGUE)
    vocabulary = _vocabulary(data.pop(_FACTS))
    files = ((_name_of(path, folder), _content(path)) for path in sorted(_rule_files(folder)))
    rules = compiled(files, vocabulary, Catalogue.from_dict(catalogue), ours=True)
    check_references(rules)
    maps = {name.removeprefix(_KEYMAP): data.pop(name) for name in tuple(data) if name.startswith(_KEYMAP)}
    artefact = {
        "compiler": COMPILER,
        "stamp": stamp,
        "rules": [to_json(rule) for rule in sorted(rules, key=lambda rule: rule.id)],
        "catalogue": without_words(catalogue),
        "tables": {**data, KEYMAPS: packed(maps)} if maps else data,
    }
    return json.dumps(artefact, ensure_ascii=False, separators=(",", ":"), sort_keys=False)


def _built_in(artefact_file: str | None = None) -> dict[str, Any]:
    """The compiled rules: those that are there if they are of these files, else new ones, kept if possible."""
    file = artefact_file or os.path.join(_PACKAGE, ARTEFACT)
    return _made_once(file, compiled_text, lambda folder: (*_files_in(folder), *_files_in(_code(), ".py")))


def _models(own: tuple[tuple[str, bytes], ...]) -> ModelFacts:
    """What is known of models; a team's own tables are read (and refused) at once, the bundled one when it is asked."""
    if not own:
        return ModelFacts(_known_models)
    from msdiff.ruleset.fact_tables import table_of

    keys = ModelFacts(_known_models).keys
    return ModelFacts(_known_models, (row for file, data in own for row in table_of(data, file, keys)["models"]))


def _known_models() -> dict[str, Any]:
    """The bundled model facts, compiled."""
    file = os.path.join(_PACKAGE, MODEL_FACTS)
    code = [os.path.join(_code(), name) for name in ("fact_tables.py", "model_facts.py")]
    return _made_once(file, model_facts_text, lambda folder: (os.path.join(folder, f"{_MODELS}.yaml"), *code))


def _code() -> str:
    return os.path.join(_PACKAGE, "ruleset")


def _made_once(file: str, make: Callable[[str, str], str], rests_on: Callable[[str], Iterable[str]]) -> dict[str, Any]:
    """An artefact: the kept one if it is of the files that it rests on, else a new one, kept if possible."""
    folder = rules_folder()
    of_wheel = os.path.dirname(folder) == _PACKAGE  # its files never change
    stamp = "" if of_wheel else _stamp(rests_on(folder))
    kept = _kept(file)
    if kept is not None and kept.get("compiler") == COMPILER and kept.get("stamp") == stamp:
        return kept
    text = make(folder, stamp)
    _keep(file, text)
    written: dict[str, Any] = json.loads(text)
    return written


def _kept(file: str) -> dict[str, Any] | None:
    try:
        with open(file, "rb") as stream:
            found = json.loads(stream.read())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _keep(file: str, text: str) -> None:
    """All of it or nothing; where the package cannot be written, the next run compiles again."""
    written = f"{file}.{os.getpid()}"
    try:
        with open(written, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(written, file)
    except OSError:
        if os.path.exists(written):
            os.unlink(written)


def _stamp(paths: Iterable[str]) -> str:
    """Tells one state of files from another, without reading one."""
    seen = (f"{path}:{(state := os.stat(path)).st_mtime_ns}:{state.st_size}" for path in sorted(paths))
    text = "\n".join(seen)
    return f"{text.count(chr(10))}:{zlib.crc32(text.encode())}"


def _vocabulary(written: Any) -> Vocabulary:
    try:
        return vocabulary_from(written)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RuleError(f"rules/{_FACTS}.yaml: {error!r}", hint="the comment at its head says what it holds") from error


def _without_keymaps(
    sources: tuple[tuple[str, bytes], ...], catalogue: Catalogue
) -> tuple[tuple[tuple[str, bytes], ...], Mapping[str, Any]]:
    """A team's files that hold rules, and its key maps."""
    from msdiff.ruleset.keymapfile import is_keymap, keymaps_in  # few teams have files of their own

    maps = tuple(one for one in sources if is_keymap(one[1]))
    return tuple(one for one in sources if one not in maps), keymaps_in(maps, catalogue)


def _own_rules(
    sources: tuple[tuple[str, bytes], ...], catalogue: Catalogue, built_in: Mapping[str, Rule]
) -> Iterator[Rule]:
    from msdiff.ruleset.compile import (
        check_references,
        compiled,
    )  # pydantic: 60 ms, only where a team has rules of its own

    rules = compiled(sources, load_vocabulary(), catalogue, ours=False)
    check_references((*built_in.values(), *rules))
    yield from rules


def _files_in(folder: str, ending: str = ".yaml") -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _files_in(entry.path, ending)
        elif entry.name.endswith(ending):
            yield entry.path


def _data_files(folder: str) -> Iterator[str]:
    """Names of the data files: those at the top, and the tables (the model facts are an artefact of their own)."""
    yield from sorted(name.removesuffix(".yaml") for name in os.listdir(folder) if name.endswith(".yaml"))
    tables = os.path.join(folder, "tables")
    if os.path.isdir(tables):
        names = sorted(f"tables/{name.removesuffix('.yaml')}" for name in os.listdir(tables) if name.endswith(".yaml"))
        yield from (name for name in names if name != _MODELS)


def _rule_files(folder: str) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.is_dir() and entry.name != "tables":
            yield from _files_in(entry.path)


def _name_of(path: str, folder: str) -> str:
    """As messages write it: `rules/<category>/<id>.yaml`."""
    return "rules/" + os.path.relpath(path, folder).replace(os.sep, "/")


def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _plain(path: str) -> Any:
    return plain(parse(_content(path), "rules/" + os.path.basename(path))[0])
