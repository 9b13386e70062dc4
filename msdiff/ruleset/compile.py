"""Rule files in, compiled rules out; every problem of every file is raised together, with its place.

Whatever a rule names is looked up here: checks and facts (`rules/facts.yaml`), attributes (the catalogue), other rules,
the placeholders of its messages. A rule that was compiled can still find nothing, but it cannot be silently misspelt.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pydantic import ValidationError

from msdiff.errors import InputError, MsdiffError, RuleError
from msdiff.model.finding import Verdict
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.ruleset.attributes import Attribute, Catalogue
from msdiff.ruleset.expressions import Condition, checked
from msdiff.ruleset.messages import placeholders
from msdiff.ruleset.rulefile import (
    CATEGORIES,
    PATTERNS,
    Case,
    ChangePart,
    ObligationPart,
    Remark,
    RuleFile,
    rule_schema,
)
from msdiff.ruleset.spec import ChangeWatch, Judgement, ObligationWatch, Rule, Watch
from msdiff.ruleset.vocabulary import Facts, Vocabulary, maybe_missing, shared, type_of_values
from msdiff.settings import gathered, name_matches
from msdiff.syntax.nearest import did_you_mean
from msdiff.syntax.shape import Source, plain, shape_problems
from msdiff.syntax.tree import Mapping as Map
from msdiff.syntax.tree import Sequence, Tree, parsed

Path: TypeAlias = tuple[str | int, ...]
"""Keys and positions that lead to a value of the rule file."""

# `node.role == "router"`: a name and the word that it is compared with
_COMPARED = re.compile(r"""\b(\w+\.\w+)\s*[!=]=\s*["']([^"']*)["']""")


def compiled(
    files: Iterable[tuple[str, bytes]], vocabulary: Vocabulary, catalogue: Catalogue, *, ours: bool
) -> tuple[Rule, ...]:
    """The rules in these files (name, content), in their order.

    `ours`: built-in rules, which stand in the folder of their category. Raises `RuleError`, or `ManyErrors` of it.
    """
    rules: list[Rule] = []
    problems: list[MsdiffError] = []
    for file, data in files:
        tree, found = _read(data, file)
        if tree is not None and not found:
            compiler = _Compiler(tree, file, vocabulary, catalogue, ours)
            rules.append(compiler.rule())
            found = compiler.problems
        problems.extend(found)
    if problems:
        raise gathered(problems, RuleError)
    return tuple(rules)


def rule_file(data: bytes, file: str) -> RuleFile:
    """One rule file as it is written, its shape checked. Raises `RuleError`, or `ManyErrors` of it."""
    tree, problems = _read(data, file)
    if tree is None or problems:
        raise gathered(problems, RuleError)
    return RuleFile.model_validate(plain(tree))


def check_references(rules: Iterable[Rule]) -> None:
    """Raises `RuleError` for each rule that supersedes one that does not exist."""
    known = {rule.id: rule for rule in rules}
    problems = [
        RuleError(
            f"rule {rule.id} supersedes `{other}`, which does not exist",
            hint=did_you_mean(other, known),
            location=Location(rule.file, 1, 1, "rule"),
        )
        for rule in known.values()
        for other in rule.supersedes
        if other not in known
    ]
    if problems:
        raise gathered(problems, RuleError)


def _read(data: bytes, file: str) -> tuple[Tree | None, list[MsdiffError]]:
    """The file's one document, and what is wrong with its shape."""
    documents, problems = parsed(data, file)
    if problems or len(documents) != 1:
        one = RuleError("a rule file holds one rule", hint="write one document", location=Location(file, 1, 1, "rule"))
        return None, list(problems) or [one]
    tree = documents[0]
    found: list[MsdiffError] = list(shape_problems(tree, rule_schema(), Source(file, "rule")))
    if not found:
        found.extend(_refused(tree, file))
    return tree, found


def _refused(tree: Tree, file: str) -> Iterator[InputError]:
    """What pydantic has against the file beyond its shape: patterns, lengths, an example with two heads."""
    try:
        RuleFile.model_validate(plain(tree))
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False, include_context=False):
            name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"]).lstrip(".")
            said = problem["msg"].removeprefix("Value error, ")
            said = PATTERNS.get(said.partition("'")[2].rstrip("'"), said)
            yield InputError(f"`{name}`: {said}" if name else said, location=place(tree, problem["loc"], file))


def place(tree: Tree, path: Iterable[str | int], file: str) -> Location:
    """Where the value at this path begins; steps that the file does not have (a union's tag) are skipped."""
    at = tree
    for step in path:
        if isinstance(at, Map) and (inner := at.get(str(step))) is not None:
            at = inner
        elif isinstance(at, Sequence) and isinstance(step, int) and step < len(at.items):
            at = at.items[step]
    return Location(file, at.line, at.column, "rule")


class _Readable(NamedTuple):
    """What conditions may read (full names), messages may show (short ones), and the only words that a name can be."""

    names: Mapping[str, str]
    shown: Facts
    words: Mapping[str, tuple[str, ...]]


@dataclass
class _Compiler:
    """One rule, with what was found wrong in it on the way."""

    tree: Tree
    file: str
    vocabulary: Vocabulary
    catalogue: Catalogue
    ours: bool
    problems: list[MsdiffError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.written = RuleFile.model_validate(plain(self.tree))

    def rule(self) -> Rule:
        """The compiled rule; of no use where there are problems."""
        written = self.written
        self._names_fit()
        watches = (self._watch(part, number) for number, part in enumerate(written.watch))
        facts = self._facts_of_undecided()
        return Rule(
            id=written.id,
            title=written.title,
            category=written.category,
            since=written.since,
            fix=written.fix,
            file=self.file,
            watches=tuple(watch for watch in watches if watch is not None),
            per=written.per,
            undecided=self._remark(written.undecided, "undecided", facts and {**facts, "reason": "text"}),
            dropped=self._remark(written.dropped, "dropped", facts),
            coordinated=self._remark(written.coordinated, "coordinated", facts),
            worsened=Verdict(written.worsened) if written.worsened else None,
            supersedes=written.supersedes,
        )

    def _names_fit(self) -> None:
        """The file is named after the rule, and what the rule says goes with what it watches."""
        written, parts = self.written, self.file.rpartition("/")[2].partition(".")
        if parts[0] != written.id:
            self._problem(("id",), f"the file is named {parts[0]}, the rule {written.id}", "give them one name")
        if self.ours:
            folder = self.file.split("/")[-2]
            if written.category not in CATEGORIES:
                self._problem(
                    ("category",),
                    f"there is no category `{written.category}`",
                    did_you_mean(written.category, CATEGORIES),
                )
            elif folder != written.category:
                self._problem(("category",), f"the rule is of {written.category} and stands in {folder}", "move it")
        if written.per == "consumer" and not written.changes:
            self._problem(("per",), "`per` goes with a watch on changes", "leave it out")
        for name in ("undecided", "dropped", "coordinated", "worsened"):
            if getattr(written, name) is not None and not written.obligations:
                self._problem((name,), f"`{name}` goes with a watch on an obligation", "leave it out")

    def _watch(self, part: ObligationPart | ChangePart, number: int) -> Watch | None:
        """The compiled watch; nothing where what it watches does not exist."""
        at: Path = ("watch", number)
        if isinstance(part, ObligationPart):
            checks = self._checks(part, at)
            if not checks:
                return None
            readable = self._of_obligations(part.obligation, checks)
            return ObligationWatch(
                part.obligation, checks, self._when(part, at, readable), self._said(part, at, readable)
            )
        attributes, roles = self._attributes(part, at), self._roles(part, at)
        if len(attributes) < bool(part.attributes) or len(roles) < bool(part.roles):
            return None
        readable = self._of_changes(part, attributes)
        return ChangeWatch(
            tuple(sorted(set(part.changes))),
            tuple(sorted({attribute.name for attribute in attributes})),
            roles,
            self._when(part, at, readable),
            self._said(part, at, readable),
        )

    def _checks(self, part: ObligationPart, at: Path) -> tuple[str, ...]:
        known = self.vocabulary.checks.get(part.obligation, {})
        return tuple(self._expanded(part.checks, tuple(known), (*at, "checks"), f"check {{}} of {part.obligation}"))

    def _attributes(self, part: ChangePart, at: Path) -> tuple[Attribute, ...]:
        if part.attributes and all(kind.startswith(("node.", "edge.")) for kind in part.changes):
            self._problem((*at, "attributes"), "a change of a whole node or edge has no attribute", "leave it out")
        names = self._expanded(part.attributes, self.catalogue.names(), (*at, "attributes"), "attribute {}")
        found = (self.catalogue.lookup(name) for name in names)
        return tuple(attribute for attribute in found if attribute is not None)

    def _roles(self, part: ChangePart, at: Path) -> tuple[str, ...]:
        return tuple(self._expanded(part.roles, self._roles_known, (*at, "roles"), "role {}"))

    def _expanded(self, globs: Iterable[str], known: tuple[str, ...], at: Path, what: str) -> list[str]:
        """The known names that fit one of the globs; a glob that fits none is a problem."""
        found: dict[str, None] = {}
        for number, glob in enumerate(globs):
            fitting = [name for name in known if name_matches(glob, name)]
            if not fitting:
                self._problem((*at, number), f"there is no {what.format(f'`{glob}`')}", did_you_mean(glob, known))
            found.update(dict.fromkeys(fitting))
        return sorted(found)

    def _of_obligations(self, kind: str, checks: tuple[str, ...]) -> _Readable:
        return self._readable(shared(tuple(self.vocabulary.of_obligation(kind, check) for check in checks)))

    def _readable(self, facts: Facts) -> _Readable:
        """The facts of an obligation."""
        roles = {f"obligation.{name}": self._roles_known for name in facts if name.casefold().endswith("role")}
        return _Readable({f"obligation.{name}": type_ for name, type_ in facts.items()}, facts, roles)

    def _of_changes(self, part: ChangePart, attributes: tuple[Attribute, ...]) -> _Readable:
        facts = self.vocabulary.of_change(type_of_values(part.changes, attributes))
        groups: dict[str, Facts] = {"change": facts, "node": self.vocabulary.node}
        shown = {**facts, "role": "text"}
        if self.written.per == "consumer":
            groups["consumer"] = self.vocabulary.consumer
            shown["consumer"] = "text"
        names = {f"{group}.{name}": type_ for group, own in groups.items() for name, type_ in own.items()}
        words = {"node.role": self._roles_known, "consumer.role": self._roles_known}
        if attributes and all(attribute.values and not attribute.open for attribute in attributes):
            closed = tuple(word for attribute in attributes for word in attribute.values)
            words |= {"change.old": closed, "change.new": closed}
        return _Readable(names, shown, words)

    @property
    def _roles_known(self) -> tuple[str, ...]:
        role = self.catalogue.lookup("role")
        return role.values if role else ()

    def _facts_of_undecided(self) -> dict[str, str]:
        """What is there of every obligation that the rule watches, though not for sure."""
        facts = tuple(
            self.vocabulary.of_obligation(part.obligation, check)
            for part in self.written.obligations
            for check in self.vocabulary.checks.get(part.obligation, {})
            if any(name_matches(glob, check) for glob in part.checks)
        )
        return maybe_missing(shared(facts)) if facts else {}

    def _when(self, part: ObligationPart | ChangePart, at: Path, readable: _Readable) -> tuple[Condition, ...]:
        found = (
            self._condition(self.written.when, ("when",), readable),
            self._condition(part.when, (*at, "when"), readable),
        )
        return tuple(condition for condition in found if condition is not None)

    def _said(self, part: ObligationPart | ChangePart, at: Path, readable: _Readable) -> tuple[Judgement, ...]:
        """The cases in order, then what holds otherwise: the watch's own where it has some, else the rule's."""
        written = self.written
        verdict, message = part.verdict or written.verdict, part.message or written.message
        cases_at = at if part.verdicts is not None else ()
        cases = part.verdicts if part.verdicts is not None else written.verdicts
        if verdict is None or message is None:
            missing = "verdict" if verdict is None else "message"
            self._problem(at, f"`{missing}` is missing", f"give the rule or this watch a `{missing}`")
            return ()
        self._template(message, (*at, "message") if part.message else ("message",), readable)
        self._template(written.fix, ("fix",), readable)
        return (
            *(
                self._case(case, message, (*cases_at, "verdicts", number), readable)
                for number, case in enumerate(cases)
            ),
            Judgement(Verdict(verdict), message),
        )

    def _case(self, case: Case, message: str, at: Path, readable: _Readable) -> Judgement:
        if case.message is not None:
            self._template(case.message, (*at, "message"), readable)
        when = self._condition(case.when, (*at, "when"), readable)
        return Judgement(Verdict(case.verdict), case.message or message, when)

    def _remark(self, remark: Remark | None, name: str, facts: Facts) -> Judgement | None:
        if remark is None or not facts:
            return None
        readable = self._readable(facts)
        self._template(remark.message, (name, "message"), readable)
        return Judgement(
            Verdict(remark.verdict), remark.message, self._condition(remark.when, (name, "when"), readable)
        )

    def _condition(self, text: str | None, at: Path, readable: _Readable) -> Condition | None:
        if text is None:
            return None
        location = place(self.tree, at, self.file)
        try:
            condition = checked(text, readable.names, whose=f"rule {self.written.id}", location=location)
        except RuleError as error:
            self._add(error)
            return None
        for name, word in _COMPARED.findall(text):
            words = readable.words.get(name, ())
            if words and word not in words:
                self._problem(at, f"{name} is never `{word}`", did_you_mean(word, words))
        return condition

    def _template(self, template: str, at: Path, readable: _Readable) -> None:
        for name in placeholders(template):
            if name not in readable.shown:
                hint = did_you_mean(name, readable.shown) or f"it may show: {', '.join(sorted(readable.shown))}"
                self._problem(at, f"rule {self.written.id} has no `{{{name}}}` to show", hint)

    def _problem(self, at: Path, message: str, hint: str) -> None:
        self._add(RuleError(message, hint=hint, location=place(self.tree, at, self.file)))

    def _add(self, error: RuleError) -> None:
        """Once each: a rule's own condition is checked for each of its watches."""
        if all((known.message, known.location) != (error.message, error.location) for known in self.problems):
            self.problems.append(error)


def without_words(tables: Mapping[str, Any]) -> dict[str, Any]:
    """The catalogue's tables without the explanations that only documentation needs."""
    return {
        section: {name: {key: said for key, said in row.items() if key != "about"} for name, row in rows.items()}
        for section, rows in tables.items()
    }
