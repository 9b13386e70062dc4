"""Rule files to compiled rules: what they become, and what is said of a wrong one, with its place."""

import pytest

from msdiff.errors import ManyErrors, MsdiffError, RuleError
from msdiff.model.finding import Verdict
from msdiff.ruleset.attributes import load_catalogue
from msdiff.ruleset.compile import check_references, compiled, rule_file
from msdiff.ruleset.expressions import Condition
from msdiff.ruleset.plain_conditions import plan_of
from msdiff.ruleset.rulefile import rule_schema
from msdiff.ruleset.spec import ChangeWatch, Judgement, ObligationWatch, Rule, from_json, to_json
from msdiff.ruleset.vocabulary import vocabulary_from

CATALOGUE = load_catalogue()
VOCABULARY = vocabulary_from(
    {
        "kinds": {
            "edge": {"facts": {"producer": "text", "offered": "value", "overflow": "text?"}},
            "pin": {"facts": {}},
        },
        "checks": {
            "edge": {
                "dimension": {},
                "schema.type": {"facts": {"field": "text"}},
                "schema.enum": {"facts": {"field": "text"}},
            },
            "pin": {"model.alias": {"facts": {"offered": "text"}}},
        },
        "changes": {
            "change": {"lowered": {"type": "boolean"}},
            "node": {"role": {"type": "text"}, "name": {"type": "text"}},
            "consumer": {"name": {"type": "text"}},
        },
    }
)
RULE = """\
id: my-rule
title: Something happened
since: "0.1"
category: topology
watch: {obligation: edge, checks: [dimension]}
verdict: breaking
message: "`{producer}` gives {offered}."
why: Because.
fix: Repair `{node}`.
"""
CHANGES = '{changes: [attribute.changed], attributes: ["latency.p95Ms"], roles: [guardrail]}'


def compile_one(text: str, file: str = "ours/my-rule.yaml", *, ours: bool = False) -> Rule:
    (rule,) = compiled([(file, text.encode())], VOCABULARY, CATALOGUE, ours=ours)
    return rule


def _condition(text: str, *names: tuple[str, str]) -> Condition:
    return Condition(text, names, plan_of(text, dict(names)))


def wrong(text: str, file: str = "ours/my-rule.yaml", *, ours: bool = False) -> list[tuple[str, str, str]]:
    """(line:column, message, hint) of each problem."""
    with pytest.raises(MsdiffError) as raised:
        compile_one(text, file, ours=ours)
    errors = raised.value.errors if isinstance(raised.value, ManyErrors) else (raised.value,)
    assert all(type(error) is RuleError and error.location.file == file for error in errors)
    return [(f"{error.location.line}:{error.location.column}", error.message, error.hint) for error in errors]


def watching(watch: str, message: str = "`{node}` changed.", more: str = "") -> str:
    text = RULE.replace("{obligation: edge, checks: [dimension]}", watch)
    return text.replace('"`{producer}` gives {offered}."', f'"{message}"') + more


def test_an_obligation_rule():
    text = watching(
        '{obligation: edge, checks: ["schema.*"]}',
        "{field} is {offered}",
        """\
when: obligation.offered != 3
verdicts:
  - {when: obligation.overflow == "truncate", verdict: risky}
  - {when: obligation.field == "x", verdict: safe, message: "{field} is x"}
undecided: {verdict: risky, message: "{reason}", when: obligation.field != null}
dropped: {verdict: breaking, message: "{field} is gone"}
coordinated: {verdict: safe, message: moved}
worsened: breaking
supersedes: [another-rule]
""",
    )
    assert compile_one(text) == Rule(
        id="my-rule",
        title="Something happened",
        category="topology",
        since="0.1",
        fix="Repair `{node}`.",
        file="ours/my-rule.yaml",
        watches=(
            ObligationWatch(
                "edge",
                ("schema.enum", "schema.type"),
                (_condition("obligation.offered != 3", ("obligation.offered", "value")),),
                (
                    Judgement(
                        Verdict.RISKY,
                        "{field} is {offered}",
                        _condition('obligation.overflow == "truncate"', ("obligation.overflow", "text?")),
                    ),
                    Judgement(
                        Verdict.SAFE,
                        "{field} is x",
                        Condition(
                            'obligation.field == "x"',
                            (("obligation.field", "text"),),
                            ["in", "obligation.field", ["x"]],
                        ),
                    ),
                    Judgement(Verdict.BREAKING, "{field} is {offered}"),
                ),
            ),
        ),
        undecided=Judgement(
            Verdict.RISKY, "{reason}", _condition("obligation.field != null", ("obligation.field", "text?"))
        ),
        dropped=Judgement(Verdict.BREAKING, "{field} is gone"),
        coordinated=Judgement(Verdict.SAFE, "moved"),
        worsened=Verdict.BREAKING,
        supersedes=("another-rule",),
    )


def test_a_change_rule():
    rule = compile_one(
        watching(CHANGES, "`{consumer}`: {old} to {new}", "per: consumer\nwhen: change.new > change.old\n")
    )
    names = (("change.old", "number"), ("change.new", "number"))
    assert (rule.per, rule.watches) == (
        "consumer",
        (
            ChangeWatch(
                ("attribute.changed",),
                ("latency.p95Ms",),
                ("guardrail",),
                (_condition("change.new > change.old", *names),),
                (Judgement(Verdict.BREAKING, "`{consumer}`: {old} to {new}"),),
            ),
        ),
    )


def test_each_watch_may_have_a_word_of_its_own():
    second = f'{CHANGES[:-1]}, message: "{{old}}", verdict: risky, verdicts: []}}'
    watches = f"\n  - {{obligation: edge, checks: [dimension]}}\n  - {second}"
    text = watching(watches, "{offered}", "verdicts: [{when: obligation.offered == 1, verdict: safe}]\n")
    first, second = compile_one(text).watches
    condition = _condition("obligation.offered == 1", ("obligation.offered", "value"))
    assert first.judgements == (
        Judgement(Verdict.SAFE, "{offered}", condition),
        Judgement(Verdict.BREAKING, "{offered}"),
    )
    assert second.judgements == (Judgement(Verdict.RISKY, "{old}"),)


@pytest.mark.parametrize(
    ("attributes", "kinds", "type_"),
    [
        ("latency.p95Ms", "attribute.changed", "number"),
        ("latency.*", "attribute.changed", "value"),  # figures and where they come from
        ("latency.p*", "attribute.changed", "number"),
        ("latency.p95Ms", "attribute.added", "number?"),
        ("enabled", "attribute.changed", "boolean"),
        ("inputs.*.dimension", "attribute.changed", "value"),  # one, or a list of accepted ones
        ("outputs.*.dimension", "attribute.changed", "integer"),
        ("guard.kinds", "attribute.changed", "list"),
        ("fallback", "attribute.changed", "value"),
    ],
)
def test_old_and_new_have_the_type_of_their_attributes(attributes, kinds, type_):
    watch = f'{{changes: [{kinds}], attributes: ["{attributes}"]}}'
    rule = compile_one(watching(watch, more="when: change.new != change.old\n"))
    assert rule.watches[0].when[0].names == (("change.old", type_), ("change.new", type_))


def test_changes_of_whole_elements_have_names_as_values():
    rule = compile_one(watching("{changes: [node.renamed]}", more='when: change.old == "a"\n'))
    assert rule.watches[0].when[0].names == (("change.old", "text?"),)
    assert rule.watches[0].attributes == ()


def test_a_misspelt_check_attribute_or_role():
    assert wrong(watching("{obligation: edge, checks: [dimesion]}")) == [
        ("5:36", "there is no check `dimesion` of edge", "did you mean `dimension`?")
    ]
    assert wrong(watching("{changes: [attribute.changed], attributes: [latency.p59Ms], roles: [gardrail]}")) == [
        ("5:52", "there is no attribute `latency.p59Ms`", "did you mean `latency.p95Ms`?"),
        ("5:76", "there is no role `gardrail`", "did you mean `guardrail`?"),
    ]


def test_a_misspelt_key_or_word():
    assert wrong(RULE.replace("checks", "check")) == [
        ("5:8", "`checks` is missing in `watch`", "add `checks`"),
        ("5:27", "unknown key `check` in `watch`", "did you mean `checks`?"),
    ]
    assert wrong(RULE + "verdct: risky\n") == [("10:1", "unknown key `verdct`", "did you mean `verdicts`?")]
    assert wrong(RULE.replace("breaking", "brekaing")) == [
        ("6:10", "`verdict` must be one of `breaking`, `risky`, `safe`, not `brekaing`", "did you mean `breaking`?")
    ]


def test_a_misspelt_name_in_a_condition_has_a_caret_at_its_place():
    assert wrong(RULE + "when: obligation.ofered == 3\n") == [
        (
            "10:17",
            "rule my-rule: undeclared reference to 'obligation.ofered' (in container '')\n"
            " | obligation.ofered == 3\n"
            " | ..........^",
            "did you mean `obligation.offered`?",
        )
    ]


def test_a_condition_reads_only_what_all_that_it_is_about_has():
    mixed = watching('{obligation: edge, checks: ["*"]}', more='when: obligation.field == "x"\n')
    assert [(place, hint) for place, _, hint in wrong(mixed)] == [("10:17", "did you mean `obligation.kind`?")]
    both = watching(f"\n  - {{obligation: edge, checks: [dimension]}}\n  - {CHANGES}", more="when: change.new > 1.0\n")
    assert [place for place, _, _ in wrong(both)] == ["12:13"]
    assert "consumer" in wrong(watching(CHANGES, more='when: consumer.name == "x"\n'))[0][1]


def test_what_is_missing_when_undecided_may_be_compared_with_null_only():
    assert compile_one(RULE + "undecided: {verdict: risky, message: m, when: obligation.overflow == null}\n").undecided
    text = RULE + "undecided: {verdict: risky, message: '{reasn}', when: obligation.producer == 3}\n"
    assert [(place, hint) for place, _, hint in wrong(text)] == [
        ("10:38", "did you mean `reason`?"),
        ("10:75", "docs/writing-rules.md says what a condition may read"),
    ]


def test_a_word_that_a_closed_attribute_or_a_role_never_is():
    watch = "{changes: [attribute.changed], attributes: [guard.mode]}"
    text = watching(watch, more="when: change.new == 'lgo' || node.role != 'gardrail'\n")
    assert wrong(text) == [
        ("10:7", "change.new is never `lgo`", "did you mean `log`?"),
        ("10:7", "node.role is never `gardrail`", "did you mean `guardrail`?"),
    ]
    assert compile_one(watching(watch, more="when: change.new == 'log' || change.kind == 'lgo'\n"))


def test_a_placeholder_that_there_is_no_value_for():
    assert wrong(RULE.replace("{producer}", "{produce}")) == [
        ("7:10", "rule my-rule has no `{produce}` to show", "did you mean `producer`?")
    ]
    assert [place for place, _, _ in wrong(RULE.replace("`{node}`", "{old}"))] == ["9:6"]


def test_what_does_not_go_together():
    assert wrong(RULE + "per: consumer\n") == [("10:6", "`per` goes with a watch on changes", "leave it out")]
    assert wrong(watching(CHANGES, more="worsened: risky\n")) == [
        ("10:11", "`worsened` goes with a watch on an obligation", "leave it out")
    ]
    assert wrong(watching("{changes: [node.removed], attributes: [enabled]}")) == [
        ("5:46", "a change of a whole node or edge has no attribute", "leave it out")
    ]
    assert wrong(RULE.replace("verdict: breaking\n", "")) == [
        ("5:8", "`verdict` is missing", "give the rule or this watch a `verdict`")
    ]


def test_patterns_are_said_in_words():
    assert wrong(RULE + "supersedes: [A b]\nreferences: [http://x]\n") == [
        ("10:14", "`supersedes[0]`: must be lower-case words with `-` between them", ""),
        ("11:14", "`references[0]`: must be a link that begins with https://", ""),
    ]
    assert wrong(RULE + "examples: [{name: x, base: {}, expect: []}]\n") == [
        ("10:12", "`examples[0]`: an example has either `head` or `patch`", "")
    ]


def test_a_rule_is_named_as_its_file():
    assert wrong(RULE, "ours/other.yaml") == [
        ("1:5", "the file is named other, the rule my-rule", "give them one name")
    ]


def test_a_built_in_rule_stands_in_the_folder_of_a_known_category():
    assert compile_one(RULE, "rules/topology/my-rule.yaml", ours=True).category == "topology"
    assert wrong(RULE, "rules/resources/my-rule.yaml", ours=True) == [
        ("4:11", "the rule is of topology and stands in resources", "move it")
    ]
    assert wrong(RULE.replace("topology", "topolgy"), "rules/topolgy/my-rule.yaml", ours=True) == [
        ("4:11", "there is no category `topolgy`", "did you mean `topology`?")
    ]
    assert compile_one(RULE.replace("topology", "house-rules")).category == "house-rules"


@pytest.mark.parametrize("text", ["", RULE + "---\n" + RULE, "a: [", "- a", RULE + RULE])
def test_a_file_that_is_not_one_rule(text):
    assert wrong(text)


def test_a_boolean_key_does_not_appear_from_nowhere():
    """YAML 1.1 reads `on:` as true; here it is a key like any other, and unknown."""
    assert [message for _, message, _ in wrong(RULE + "on: edge\n")] == ["unknown key `on`"]


def test_all_files_are_read_before_anything_is_said():
    files = [
        ("a/my-rule.yaml", RULE.replace("edge", "egde").encode()),
        ("b/my-rule.yaml", b"id: ["),
        ("c/my-rule.yaml", RULE.encode()),
    ]
    with pytest.raises(ManyErrors) as raised:
        compiled(files, VOCABULARY, CATALOGUE, ours=False)
    assert [error.location.file for error in raised.value.errors] == ["a/my-rule.yaml", "b/my-rule.yaml"]
    assert raised.value.exit_code == 3


def test_a_rule_supersedes_a_rule():
    rule = compile_one(RULE + "supersedes: [another-rul]\n")
    with pytest.raises(RuleError) as raised:
        check_references([rule, rule._replace(id="another-rule", supersedes=())])
    assert (raised.value.message, raised.value.hint) == (
        "rule my-rule supersedes `another-rul`, which does not exist",
        "did you mean `another-rule`?",
    )


@pytest.mark.parametrize(
    "text", [RULE, watching(CHANGES, more="per: consumer\nwhen: change.new > 1.0\n"), RULE + "worsened: risky\n"]
)
def test_a_compiled_rule_survives_json(text):
    rule = compile_one(text)
    assert from_json(to_json(rule)) == rule


def test_the_file_as_it_is_written():
    assert rule_file(RULE.encode(), "my-rule.yaml").why == "Because."
    with pytest.raises(RuleError, match="unknown key `x`"):
        rule_file((RULE + "x: 1\n").encode(), "my-rule.yaml")


def test_the_schema_is_one():
    jsonschema = pytest.importorskip("jsonschema", reason="the schema is checked with jsonschema")
    jsonschema.Draft202012Validator.check_schema(rule_schema())
