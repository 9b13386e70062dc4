"""What has two sides is judged from both: added and removed, raised and lowered, given and asked, there and back.

In: the built-in rules and their examples. A gap is a mirror image that is missing; each one is either closed or waived
in `symmetry.yaml` with a reason. Promise: a waiver of a gap that is not there any more fails, too.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from msdiff.model.change import Change
from msdiff.model.finding import Finding
from msdiff.model.obligation import Status
from msdiff.model.report import Report
from msdiff.ruleset.examples import Example, examples_of
from msdiff.ruleset.spec import ChangeWatch, ObligationWatch, Rule
from msdiff.ruleset.vocabulary import CHANGE_KINDS
from tests.snapshots import built_in_rules, compared

WAIVERS = yaml.safe_load(Path(__file__).with_name("symmetry.yaml").read_text(encoding="utf-8"))
RULES = {rule.id: rule for rule in built_in_rules().rules}
EXAMPLES = {
    f"{one.rule}: {one.name}": one for id in RULES for one in examples_of(built_in_rules().document(id))
}  # fmt: skip

MIRRORED = {"added": "removed", "removed": "added", "changed": "changed", "renamed": "renamed"}
NEW = (Status.INTRODUCED, Status.WORSENED)
BACK = {
    Status.INTRODUCED: Status.RESOLVED,
    Status.RESOLVED: Status.INTRODUCED,
    Status.WORSENED: Status.PREEXISTING,  # it is still missed, by less
    Status.PREEXISTING: Status.PREEXISTING,
}
TWO_ENDS = ("given", "asked")
SIDES = {**dict.fromkeys(("edge", "store", "path", "pin", "label", "node"), TWO_ENDS), "graph": ("comes", "goes")}


@cache
def there(key: str) -> Report:
    return compared(EXAMPLES[key].base, EXAMPLES[key].head)


@cache
def back(key: str) -> Report:
    return compared(EXAMPLES[key].head, EXAMPLES[key].base)


def own(report: Report, example: Example) -> tuple[Finding, ...]:
    return tuple(one for one in report.findings if one.rule == example.rule)


def mirror(kind: str) -> str:
    """`node.added` for `node.removed`."""
    element, _, what = kind.partition(".")
    return f"{element}.{MIRRORED[what]}"


def waived(what: str) -> set[str]:
    return set(WAIVERS[what] or ())


@pytest.mark.parametrize("what", WAIVERS)
def test_a_waiver_has_a_reason(what: str) -> None:
    assert [key for key, reason in (WAIVERS[what] or {}).items() if len(str(reason)) < 20] == []


def test_change_kinds_come_in_pairs() -> None:
    assert {mirror(kind) for kind in CHANGE_KINDS} == set(CHANGE_KINDS)


def test_each_kind_of_change_breaks_something_in_an_example() -> None:
    seen = {cause.kind for key in EXAMPLES for _, causes in new_findings(key) for cause in causes}
    assert set(CHANGE_KINDS) - seen == waived("kinds")


def new_findings(key: str) -> Iterator[tuple[Finding, tuple[Change, ...]]]:
    """What the example's rule says that was not so before, with its causes."""
    changes = {one.change.id: one.change for one in there(key).changes}
    for finding in own(there(key), EXAMPLES[key]):
        if finding.status in NEW:
            yield finding, tuple(changes[id] for id in finding.causes)


def test_whoever_watches_an_element_come_watches_it_go() -> None:
    """By the same rule or by another one; a change that is only watched one way needs a reason."""
    watched = [
        (rule.id, watch, kind) for rule in RULES.values() for watch in change_watches(rule) for kind in watch.kinds
    ]
    every = [watch for rule in RULES.values() for watch in change_watches(rule)]
    gaps = {
        f"{id}: {mirror(kind)}"
        for id, watch, kind in watched
        if not any(covers(other, mirror(kind), watch) for other in every)
    }
    assert gaps == waived("watches")


def change_watches(rule: Rule) -> Iterator[ChangeWatch]:
    yield from (watch for watch in rule.watches if isinstance(watch, ChangeWatch))


def covers(other: ChangeWatch, kind: str, watch: ChangeWatch) -> bool:
    """Whether `other` watches changes of this kind, of the same attributes at the same roles."""
    attributes = not other.attributes or set(watch.attributes) <= set(other.attributes)
    roles = not other.roles or (bool(watch.roles) and set(watch.roles) <= set(other.roles))
    return kind in other.kinds and attributes and roles


def test_an_obligation_is_broken_from_each_of_its_sides_alone() -> None:
    """The producer moves and the consumer stays, and the other way round: a partial update is found on either side."""
    gaps = set()
    for rule in RULES.values():
        kinds = {watch.kind for watch in rule.watches if isinstance(watch, ObligationWatch)}
        wanted = {side for kind in kinds for side in SIDES[kind]}
        keys = [key for key, example in EXAMPLES.items() if example.rule == rule.id]
        shown = {side for key in keys for _, causes in new_findings(key) for side in sides_alone(causes)}
        gaps |= {f"{rule.id}: {side}" for side in wanted - shown}
    assert gaps == waived("sides")


def sides_alone(causes: Iterable[Change]) -> Iterator[str]:
    """The sides on which all of the causes stand."""
    each = [sides_of(change) for change in causes]
    if each:
        yield from set.intersection(*each)


def sides_of(change: Change) -> set[str]:
    """`asked`: what is needed changed. `given`: what there is, or its wiring. `comes`, `goes`: it appeared or went."""
    attribute = change.fact.attribute
    asked = change.element is not None or (attribute and built_in_rules().catalogue.side(attribute) == "requirement")
    what = change.kind.partition(".")[2]
    moved = {"added": {"comes"}, "removed": {"goes"}, "renamed": {"comes", "goes"}}
    return {"asked" if asked else "given"} | moved.get(what, set())


def test_there_and_back() -> None:
    """What an example breaks, its way back repairs; a rule that watches changes is quiet on one of the two ways."""
    assert {key for key in EXAMPLES if expected_back(key) != found_back(key)} == waived("reversed")


def test_a_rule_that_speaks_both_ways_does() -> None:
    both = {
        EXAMPLES[key].rule
        for key in EXAMPLES
        if any(new_findings(key)) and any(one.status in NEW for one in own(back(key), EXAMPLES[key]))
    }
    assert {id for id in both if any(change_watches(RULES[id]))} == waived("both ways")


def expected_back(key: str) -> Counter[tuple[object, ...]]:
    """The findings that the way back should give, by place and status."""
    rule, findings, found = EXAMPLES[key].rule, own(there(key), EXAMPLES[key]), found_back(key)
    if rule in waived("both ways") and {place(one) for one in findings} == {line[:-1] for line in found}:
        return found
    if all(isinstance(watch, ChangeWatch) for watch in RULES[rule].watches):
        return Counter() if findings else found
    return Counter((*place(one), BACK.get(one.status)) for one in findings)


def found_back(key: str) -> Counter[tuple[object, ...]]:
    return Counter((*place(one), one.status) for one in own(back(key), EXAMPLES[key]))


def place(finding: Finding) -> tuple[object, ...]:
    return finding.graph, finding.node, finding.edge, finding.element


def test_less_of_what_is_given_mirrors_more_of_what_is_asked() -> None:
    """Where a lower capability is harmless a higher requirement is, and the other way round (`rules/alone.yaml`)."""
    table = built_in_rules().tables["alone"]
    lower, higher = (_of_ports(table[name]) for name in ("lowerIsSafe", "higherIsSafe"))
    assert {_other_port(name) for name in lower} == higher


def _of_ports(names: Iterable[str]) -> set[str]:
    return {name for name in names if name.startswith(("inputs.", "outputs."))}


def _other_port(name: str) -> str:
    side, _, rest = name.partition(".")
    return f"{'inputs' if side == 'outputs' else 'outputs'}.{rest}"
