"""Every rule over every rule's examples: its own give exactly what they expect; hits elsewhere are a golden file.

`MSDIFF_UPDATE_GOLDEN=1 pytest tests/rules` writes `elsewhere.yaml` anew: read its diff as part of the review of a rule.
"""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
import yaml

from msdiff.model.finding import Finding, Verdict
from msdiff.ruleset.examples import Example, examples_of
from tests.snapshots import built_in_rules, compared

ELSEWHERE = Path(__file__).with_name("elsewhere.yaml")
UPDATE = "MSDIFF_UPDATE_GOLDEN"
HEAD = f"""\
# What rules say of other rules' examples: rule whose example it is -> example -> findings of other rules.
# Written by `{UPDATE}=1 pytest tests/rules`. A line that comes: a rule speaks where it did not before.
"""

RULES = {rule.id: rule for rule in built_in_rules().rules}
DOCUMENTS = {id: built_in_rules().document(id) for id in RULES}
EXAMPLES = {f"{one.rule}: {one.name}": one for document in DOCUMENTS.values() for one in examples_of(document)}


@cache
def findings(key: str) -> tuple[Finding, ...]:
    return compared(EXAMPLES[key].base, EXAMPLES[key].head).findings


def told(finding: Finding) -> dict[str, str | None]:
    """A finding in the words of an example's `expect`."""
    return {
        "node": finding.node,
        "edge": finding.edge,
        "element": finding.element,
        "graph": finding.graph,
        "status": finding.status.value,
        "verdict": finding.verdict.value,
    }


def own(key: str) -> list[dict[str, str | None]]:
    """What the rule says of its own example."""
    return [told(finding) for finding in findings(key) if finding.rule == EXAMPLES[key].rule]


def differences(example: Example, found: list[dict[str, str | None]]) -> list[str]:
    """Expected findings that were not made, and made ones that nobody expected. Each counts once."""
    unexpected: list[Mapping[str, str | None]] = list(found)
    missing: list[Mapping[str, str | None]] = []
    for expected in sorted(example.expect, key=len, reverse=True):  # what is said most exactly chooses first
        fitting = [one for one in unexpected if expected.items() <= one.items()]
        if fitting:
            unexpected.remove(fitting[0])
        else:
            missing.append(expected)
    return [f"missing: {dict(one)}" for one in missing] + [f"not expected: {dict(one)}" for one in unexpected]


@pytest.mark.parametrize("key", EXAMPLES)
def test_an_example_gives_what_it_expects(key: str) -> None:
    assert differences(EXAMPLES[key], own(key)) == []


def elsewhere() -> dict[str, dict[str, list[str]]]:
    """Findings of each example that are not its own rule's, as one line each."""
    told_by_rule: dict[str, dict[str, list[str]]] = {}
    for key, example in EXAMPLES.items():
        lines = sorted(line(one) for one in findings(key) if one.rule != example.rule)
        if lines:
            told_by_rule.setdefault(example.rule, {})[example.name] = lines
    return dict(sorted(told_by_rule.items()))


def line(finding: Finding) -> str:
    place = finding.element or finding.node or finding.edge or finding.graph
    return f"{finding.rule} at {place}: {finding.status.value}, {finding.verdict.value}"


def test_what_rules_say_of_the_examples_of_others() -> None:
    now = elsewhere()
    if os.environ.get(UPDATE):
        text = yaml.safe_dump(now, sort_keys=False, allow_unicode=True, width=150)
        ELSEWHERE.write_text(HEAD + text, encoding="utf-8")
    assert now == yaml.safe_load(ELSEWHERE.read_text(encoding="utf-8"))


def test_names_of_examples_are_told_apart() -> None:
    written = sum(len(document.examples) for document in DOCUMENTS.values())
    assert len(EXAMPLES) == written


@pytest.mark.parametrize("id", RULES)
def test_a_rule_stands_in_the_file_of_its_name_and_the_folder_of_its_category(id: str) -> None:
    assert RULES[id].file == f"rules/{RULES[id].category}/{id}.yaml"


@pytest.mark.parametrize("id", RULES)
def test_a_rule_says_why_and_what_to_do_and_where_it_is_known_from(id: str) -> None:
    document = DOCUMENTS[id]
    assert document.why.strip()
    assert document.rule.fix.strip()
    assert document.references


@pytest.mark.parametrize("id", RULES)
def test_a_rule_fires_at_least_once_and_stays_quiet_at_least_once(id: str) -> None:
    mine = [example for example in EXAMPLES.values() if example.rule == id]
    assert any(one["status"] == "introduced" and one["verdict"] != Verdict.SAFE.value for e in mine for one in e.expect)
    assert any(not example.expect for example in mine)
