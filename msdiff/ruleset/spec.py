"""A compiled rule: what it watches, when it speaks, what it says. In and out as plain JSON values.

Everything in it was checked when it was compiled (`compile.py`): names exist, conditions are boolean, placeholders
resolve. Named tuples, because every run makes all of them, and frozen dataclasses would cost it two milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from msdiff.model.finding import Verdict
from msdiff.model.records import NamedTuple
from msdiff.ruleset.expressions import Condition


class Judgement(NamedTuple):
    """A verdict with its message, and the condition under which it is the one (none: always)."""

    verdict: Verdict
    message: str
    when: Condition | None = None


class ObligationWatch(NamedTuple):
    """Obligations of one kind that compare one of `checks` (exact names; globs were expanded).

    `when`: all of these must hold. `judgements`: the first that applies is the rule's answer; the last one always does.
    """

    kind: str
    checks: tuple[str, ...]
    when: tuple[Condition, ...]
    judgements: tuple[Judgement, ...]


class ChangeWatch(NamedTuple):
    """Changes of one of `kinds`, of one of `attributes` (names of the catalogue) at one of `roles`; empty: any."""

    kinds: tuple[str, ...]
    attributes: tuple[str, ...]
    roles: tuple[str, ...]
    when: tuple[Condition, ...]
    judgements: tuple[Judgement, ...]


Watch: TypeAlias = ObligationWatch | ChangeWatch


class Rule(NamedTuple):
    """One rule. `why`, references and examples are documentation: `RuleSet.document` reads them.

    `per` is `change`, or `consumer`: one finding for each consumer that the change reaches. `undecided`, `dropped` and
    `coordinated` speak of an obligation that is undecided in head, that lost a declaration it was decided by, and that
    holds because both sides moved. `worsened` is the verdict of a violation that got worse. `file` is where it stands.
    """

    id: str
    title: str
    category: str
    since: str
    fix: str
    file: str
    watches: tuple[Watch, ...]
    per: str = "change"
    undecided: Judgement | None = None
    dropped: Judgement | None = None
    coordinated: Judgement | None = None
    worsened: Verdict | None = None
    supersedes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The gravest thing that the rule says of a violation or a change."""
        return max(judgement.verdict for watch in self.watches for judgement in watch.judgements)


def to_json(rule: Rule) -> dict[str, Any]:
    """The rule as JSON values, without what is empty; `from_json` reads it back."""
    written: dict[str, Any] = {
        "id": rule.id,
        "title": rule.title,
        "category": rule.category,
        "since": rule.since,
        "fix": rule.fix,
        "file": rule.file,
        "watches": [_watch_to_json(watch) for watch in rule.watches],
        "per": rule.per,
        "undecided": rule.undecided and _judgement_to_json(rule.undecided),
        "dropped": rule.dropped and _judgement_to_json(rule.dropped),
        "coordinated": rule.coordinated and _judgement_to_json(rule.coordinated),
        "worsened": rule.worsened and rule.worsened.value,
        "supersedes": list(rule.supersedes),
    }
    return {key: value for key, value in written.items() if value}


def from_json(written: Mapping[str, Any]) -> Rule:
    """The rule that `to_json` wrote."""
    get = written.get
    worsened = get("worsened")
    return Rule(
        id=written["id"],
        title=written["title"],
        category=written["category"],
        since=written["since"],
        fix=written["fix"],
        file=written["file"],
        watches=tuple(_watch_from_json(watch) for watch in written["watches"]),
        per=written["per"],
        undecided=_optional_judgement(get("undecided")),
        dropped=_optional_judgement(get("dropped")),
        coordinated=_optional_judgement(get("coordinated")),
        worsened=Verdict(worsened) if worsened else None,
        supersedes=tuple(get("supersedes", ())),
    )


def _watch_to_json(watch: Watch) -> dict[str, Any]:
    shared = {
        "when": [_condition_to_json(condition) for condition in watch.when],
        "judgements": [_judgement_to_json(judgement) for judgement in watch.judgements],
    }
    if isinstance(watch, ObligationWatch):
        return {"kind": watch.kind, "checks": list(watch.checks), **shared}
    return {"kinds": list(watch.kinds), "attributes": list(watch.attributes), "roles": list(watch.roles), **shared}


def _watch_from_json(written: Mapping[str, Any]) -> Watch:
    when = tuple(_condition_from_json(condition) for condition in written["when"])
    judgements = tuple(_judgement_from_json(judgement) for judgement in written["judgements"])
    if "kind" in written:
        return ObligationWatch(written["kind"], tuple(written["checks"]), when, judgements)
    return ChangeWatch(tuple(written["kinds"]), tuple(written["attributes"]), tuple(written["roles"]), when, judgements)


def _judgement_to_json(judgement: Judgement) -> list[Any]:
    when = judgement.when and _condition_to_json(judgement.when)
    return [judgement.verdict.value, judgement.message, when]


def _judgement_from_json(written: list[Any]) -> Judgement:
    verdict, message, when = written
    return Judgement(Verdict(verdict), message, when and _condition_from_json(when))


def _optional_judgement(written: list[Any] | None) -> Judgement | None:
    return _judgement_from_json(written) if written else None


def _condition_to_json(condition: Condition) -> list[Any]:
    return [condition.text, [list(name) for name in condition.names], condition.plan]


def _condition_from_json(written: list[Any]) -> Condition:
    text, names, plan = written
    return Condition(text, tuple((name, kind) for name, kind in names), plan)
