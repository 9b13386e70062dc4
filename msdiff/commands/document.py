"""A rule -> what there is to say about it, section by section, in sentences with names in backticks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msdiff.ruleset.library import Document
from msdiff.ruleset.spec import Judgement, ObligationWatch, Rule, Watch


def rule_sections(document: Document) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Heading and lines: why, what it watches, when which verdict, what to do."""
    rule = document.rule
    yield "Why", (document.why,)
    yield "What it watches", tuple(_watched(watch) for watch in rule.watches)
    yield "Verdict", tuple(dict.fromkeys(_verdicts(rule)))
    yield "What to do", (rule.fix,)


def _watched(watch: Watch) -> str:
    when = f", where {' and '.join(f'`{condition.text}`' for condition in watch.when)}" if watch.when else ""
    if isinstance(watch, ObligationWatch):
        return f"{watch.kind} obligations in base and head: {_names(watch.checks)}{when}"
    attributes = f" of {_names(watch.attributes)}" if watch.attributes else ""
    roles = f" at {_names(watch.roles)}" if watch.roles else ""
    return f"changes: {_names(watch.kinds)}{attributes}{roles}{when}"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _verdicts(rule: Rule) -> Iterator[str]:
    for watch in rule.watches:
        for judgement in watch.judgements:
            yield _said(judgement)
    for state, judgement in _states(rule):
        yield f"{_said(judgement)} ({state})"
    if rule.worsened is not None:
        yield f"{rule.worsened.value}: where it was violated before and got worse"
    if rule.supersedes:
        yield f"speaks for {_names(rule.supersedes)} where both name one violation"


def _states(rule: Rule) -> Iterator[tuple[str, Judgement]]:
    states = {
        "where it cannot be decided": rule.undecided,
        "where it held in base and is no longer declared": rule.dropped,
        "where both sides moved together": rule.coordinated,
    }
    return ((state, judgement) for state, judgement in states.items() if judgement is not None)


def _said(judgement: Judgement) -> str:
    when = f" where `{judgement.when.text}`" if judgement.when is not None else ""
    return f"{judgement.verdict.value}{when}: {judgement.message}"


def example_text(example: Mapping[str, Any]) -> str:
    """One example of a rule file as YAML: what base was, what head changes, what is expected."""
    import yaml

    shown = {key: example[key] for key in ("base", "head", "patch", "expect") if key in example}
    text: str = yaml.safe_dump(_plain(shown), sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)
    return text


def _plain(value: Any) -> Any:
    """Lists instead of tuples, dicts instead of whatever maps there are: as YAML writes them."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
