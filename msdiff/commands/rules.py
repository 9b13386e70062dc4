"""`msdiff rules`: the catalogue of rules, a team's own included."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msdiff.commands.document import rule_sections
from msdiff.commands.options import Arguments, Parser, add_common, one_of
from msdiff.commands.output import print_text
from msdiff.commands.policy import WORKTREE, Policy, policy_of
from msdiff.report.escape import inline, json_text, prose, visible, web_address
from msdiff.ruleset.library import Document, RuleSet
from msdiff.ruleset.spec import Rule

FORMATS = ("text", "json", "markdown")
_USAGE = "msdiff rules [--format text|json|markdown] [--category NAME]"
_ABOUT = "The rules that count in this repository. `msdiff explain RULE` says why, when, and what to do."
_EXAMPLES = (
    "msdiff rules --category safety-and-guardrails",
    "msdiff rules --format markdown > rules.md",
)


def parser() -> Parser:
    """The words of the catalogue."""
    found = Parser(_USAGE, _ABOUT, _EXAMPLES)
    found.add_argument(
        "-f",
        "--format",
        type=lambda text: one_of(text, FORMATS, "format"),
        metavar="FORMAT",
        help="text (default), json, markdown",
    )
    found.add_argument("--category", metavar="NAME", help="only the rules of this category")
    found.add_argument("--config", metavar="FILE", help="instead of msdiff.yaml or [tool.msdiff] in pyproject.toml")
    add_common(found)
    return found


def run(arguments: Arguments) -> int:
    """List the rules."""
    policy = policy_of(arguments, (), cwd=os.getcwd(), trust=WORKTREE)
    rules = policy.rules
    chosen = _of_category(rules.rules, arguments.category)
    if arguments.format == "json":
        records = json.dumps([_record(policy, rule) for rule in chosen], indent=2, ensure_ascii=False)
        print_text(json_text(records) + "\n", utf8=True)
    elif arguments.format == "markdown":
        print_text("\n".join(_markdown(rules, chosen)) + "\n", utf8=True)
    else:
        print_text("".join(f"{visible(line)}\n" for line in _text(chosen)))
    return 0


def _of_category(rules: tuple[Rule, ...], category: str | None) -> tuple[Rule, ...]:
    categories = tuple(sorted({rule.category for rule in rules}))
    if category is not None:
        one_of(category, categories, "category")
    return tuple(
        sorted((r for r in rules if category in (None, r.category)), key=lambda rule: (rule.category, rule.id))
    )


def _text(rules: Iterable[Rule]) -> Iterator[str]:
    rules = tuple(rules)
    width = max((len(rule.id) for rule in rules), default=0)
    category = ""
    for rule in rules:
        if rule.category != category:
            yield from ([""] if category else [])
            category = rule.category
            yield category
        yield f"  {rule.id:<{width}}  {rule.verdict.value:<8}  {rule.title}"
    yield ""
    yield f"{len(rules)} rules; msdiff explain RULE says more"


def _record(policy: Policy, rule: Rule) -> Mapping[str, Any]:
    document = policy.rules.document(rule.id)
    return {
        "id": rule.id,
        "title": rule.title,
        "category": rule.category,
        "since": rule.since,
        "verdict": rule.verdict.value,
        "builtIn": rule.file not in policy.own_rules,
        "why": document.why,
        "fix": rule.fix,
        "references": list(document.references),
    }


def _markdown(rules: RuleSet, chosen: Iterable[Rule]) -> Iterator[str]:
    """The catalogue as a page: one heading a category, one below it a rule."""
    yield "# Rules"
    category = ""
    for rule in chosen:
        if rule.category != category:
            category = rule.category
            yield from ("", f"## {inline(category)}")
        yield from _markdown_rule(rules.document(rule.id))


def _markdown_rule(document: Document) -> Iterator[str]:
    rule = document.rule
    yield from ("", f"### {rule.id}", "", f"{inline(rule.title)}. *{rule.verdict.value}*, since {inline(rule.since)}")
    for heading, lines in rule_sections(document):
        yield from ("", f"**{heading}**", "")
        yield from (f"- {prose(line)}" for line in lines) if len(lines) > 1 else map(prose, lines)
    links = [web_address(one) for one in document.references]
    if any(links):
        yield from ("", "**References**", "")
        yield from (f"- <{link}>" for link in links if link)
