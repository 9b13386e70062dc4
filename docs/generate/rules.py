"""docs/rules.md, from the rule files: an index, then one section for each rule."""

from collections.abc import Iterator
from itertools import groupby

from docs.generate.table import cell, table
from msdiff.commands.document import example_text, rule_sections
from msdiff.report.escape import prose
from msdiff.ruleset.library import Document, RuleSet, load_ruleset
from msdiff.ruleset.spec import Rule
from msdiff.settings import Settings


def rule_index() -> str:
    """A table of all rules, by category."""
    rules = _sorted(load_ruleset(Settings()))
    rows = ((f"[{one.id}](#{one.id})", one.verdict.value, one.title, one.category) for one in rules)
    return f"{len(rules)} rules.\n\n{table(('rule', 'at most', 'what it says', 'category'), rows)}"


def rule_pages() -> str:
    """One section a rule, its heading the rule's id, so that `docs/rules.md#ID` leads to it."""
    rules = load_ruleset(Settings())
    parts = []
    for category, some in groupby(_sorted(rules), key=lambda rule: rule.category):
        parts.append(f"## {category.replace('-', ' ').capitalize()}\n")
        parts.extend("\n".join(_section(rules.document(rule.id))) for rule in some)
    return "\n".join(parts)


def _sorted(rules: RuleSet) -> list[Rule]:
    return sorted(rules.rules, key=lambda rule: (rule.category, rule.id))


def _section(document: Document) -> Iterator[str]:
    rule = document.rule
    yield f"### {rule.id}"
    yield ""
    yield f"**{cell(prose(rule.title))}.** At most *{rule.verdict.value}*; since {rule.since}."
    for heading, lines in rule_sections(document):
        yield ""
        yield f"**{heading}**"
        yield ""
        yield from (f"- {prose(line)}" for line in lines) if len(lines) > 1 else map(prose, lines)
    for example in document.examples[:1]:
        yield ""
        yield f"**Example: {prose(example['name'])}**"
        yield ""
        yield f"```yaml\n{example_text(example).rstrip()}\n```"
    yield ""
    yield "**References**"
    yield ""
    yield from (f"- <{link}>" for link in document.references)
    yield ""
