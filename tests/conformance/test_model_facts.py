"""Verdicts that rest on the model facts alone are at most risky; what a file says counts before them (design, 11.14)."""

from functools import cache
from itertools import product
from typing import Any

import pytest

from msdiff.model.finding import Finding, Verdict
from msdiff.model.report import Report
from msdiff.ruleset.library import RuleSet
from msdiff.ruleset.model_facts import ModelFacts
from tests.conformance.specs import Spec, verdicts
from tests.snapshots import built_in_rules, checked, compared_specs, document

WIDTH, SPACE = "embedding-dimension-mismatch", "embedding-space-changed"


def index(model: str, accepts: int = 768, built_with: Spec | None = None, **vector: Any) -> Spec:
    """An embedder in front of a store that declares what it accepts."""
    store: Spec = {"role": "vectorStore", "inputs": {"query": {"type": "embedding", "dimension": accepts}}}
    return {
        "nodes": {
            "embedder": {
                "role": "embedder",
                "model": {"id": model},
                "inputs": {"text": {"type": "text"}},
                "outputs": {"vector": {"type": "embedding", **vector}},
            },
            "index": store | ({"store": {"builtWith": built_with}} if built_with else {}),
        },
        "edges": [{"from": "embedder.vector", "to": "index.query"}],
    }


def of(report: Report, rule: str) -> list[tuple[str, str]]:
    return [(one.status.value, one.verdict.value) for one in report.findings if one.rule == rule]


def only(report: Report, rule: str) -> Finding:
    (found,) = (one for one in report.findings if one.rule == rule)
    return found


def test_a_model_changed_by_name_only_is_judged_and_at_most_risky():
    report = compared_specs(index("intfloat/e5-base-v2"), index("BAAI/bge-m3"))
    found = only(report, WIDTH)
    assert (found.status.value, found.verdict, report.exit_code) == ("introduced", Verdict.RISKY, 0)
    assert found.message == (
        "`embedder` gives vectors of 1024 dimensions, `index` accepts 768. "
        "Known from the model facts alone: BAAI/bge-m3 (https://huggingface.co/BAAI/bge-m3, 2024-01)."
    )
    assert [(one.location.reader, one.message) for one in found.related] == [
        ("facts", "BAAI/bge-m3 (https://huggingface.co/BAAI/bge-m3, 2024-01): outputs.vector.dimension 1024")
    ]
    assert verdicts(report) == {"model.id": "risky"}  # the name is the one change, and the cause
    assert found.causes == ("c1",)


def test_with_the_dimension_in_a_file_it_is_breaking():
    report = compared_specs(index("intfloat/e5-base-v2", dimension=768), index("BAAI/bge-m3", dimension=1024))
    assert of(report, WIDTH) == [("introduced", "breaking")]
    assert "model facts" not in only(report, WIDTH).message


def test_what_a_file_says_counts_before_the_table():
    report = compared_specs(index("intfloat/e5-base-v2"), index("BAAI/bge-m3", dimension=768))
    assert of(report, WIDTH) == []


def test_what_a_file_newly_says_is_judged_as_if_there_were_no_table():
    report = compared_specs(index("intfloat/e5-base-v2"), index("intfloat/e5-base-v2", dimension=1024))
    assert of(report, WIDTH) == [("revealed", "breaking")]


MODELS = ("intfloat/e5-base-v2", "BAAI/bge-m3", "text-embedding-3-large", "acme/embed")
BUILT: tuple[Spec | None, ...] = (None, {"model": "BAAI/bge-m3", "dimension": 1024})


@pytest.mark.parametrize(("base", "head"), list(product(MODELS, MODELS)))
def test_what_files_show_is_told_with_the_table_as_without_it(base: str, head: str):
    """The table adds; what is found breaking without it is found breaking with it, and fails as it did."""
    widths: tuple[Spec, ...] = ({}, {"dimension": 768}, {"dimension": 512})
    for one, other, built in product(widths, widths, BUILT):
        old, new = index(base, built_with=built, **one), index(head, built_with=built, **other)
        with_table, without = compared_specs(old, new), compared_specs(old, new, rules=no_facts())
        missing = graves(without) - graves(with_table)
        assert missing == set(), (base, head, one, other, built)
        assert with_table.exit_code == without.exit_code


def graves(report: Report) -> set[tuple[str, str | None]]:
    failing = ("introduced", "worsened")
    return {
        (one.rule, one.node)
        for one in report.findings
        if one.verdict is Verdict.BREAKING and one.status.value in failing
    }


@pytest.mark.parametrize(("base", "head"), [("BAAI/bge-m3", "acme/embed"), ("intfloat/e5-base-v2", "acme/embed")])
def test_a_model_that_no_table_knows_is_undecided_not_a_dropped_contract(base: str, head: str):
    report = compared_specs(index(base, accepts=768), index(head, accepts=768))
    assert of(report, WIDTH) == []
    assert [one.check for one in report.undecided] == ["dimension", "space"]


def test_a_model_that_becomes_known_is_judged_at_most_risky():
    report = compared_specs(index("acme/embed"), index("BAAI/bge-m3"))
    assert of(report, WIDTH) == [("introduced", "risky")]


def test_a_name_that_base_did_not_give_reveals():
    base = index("x")
    del base["nodes"]["embedder"]["model"]
    assert of(compared_specs(base, index("BAAI/bge-m3")), WIDTH) == [("revealed", "risky")]


def test_what_was_wrong_before_stays_preexisting_and_what_is_put_right_resolves():
    wrong, right = index("BAAI/bge-m3"), index("intfloat/e5-base-v2")
    renamed = index("BAAI/bge-m3")
    renamed["nodes"]["embedder"]["model"]["id"] = "baai/bge-m3"
    assert of(compared_specs(wrong, renamed), WIDTH) == [("preexisting", "risky")]
    assert of(compared_specs(wrong, right), WIDTH) == [("resolved", "safe")]
    assert of(checked({"app.yaml": document(wrong)}), WIDTH) == [("introduced", "risky")]


def test_what_files_show_stays_as_grave_as_they_show_it():
    """The space differs by what two files say; that the table knows widths, too, takes nothing back."""
    built = {"model": "intfloat/e5-base-v2"}
    report = compared_specs(index("intfloat/e5-base-v2", built_with=built), index("BAAI/bge-m3", built_with=built))
    assert of(report, SPACE) == [("introduced", "breaking")]
    assert of(report, WIDTH) == [("introduced", "risky")]
    assert report.verdict is Verdict.BREAKING


def test_a_model_that_gives_shorter_vectors_on_request_is_undecided():
    report = compared_specs(index("text-embedding-ada-002", 1536), index("text-embedding-3-large", 1536))
    assert of(report, WIDTH) == []
    assert (
        "dimension",
        "`embedder` gives 3072 numbers unless another length is asked for, and no file says what is",
    ) in [(one.check, one.reason) for one in report.undecided]
    assert of(compared_specs(index("text-embedding-3-large", 3072), index("text-embedding-3-small", 3072)), WIDTH) == [
        ("introduced", "risky")  # nobody can ask for more
    ]
    assert of(compared_specs(index("voyage-3", 1024), index("voyage-3.5", 2048)), WIDTH) == []
    assert of(compared_specs(index("voyage-3", 1024), index("voyage-3.5", 1536)), WIDTH) == [("introduced", "risky")]


def test_a_fact_travels_through_nodes_that_pass_vectors_on():
    def passed(model: str) -> Spec:
        spec = index(model)
        vector = {"type": "embedding"}
        spec["nodes"]["cache"] = {
            "role": "cache", "inputs": {"i": vector}, "outputs": {"o": {}}, "passes": {"o": "i"},
        }  # fmt: skip
        spec["edges"] = [{"from": "embedder.vector", "to": "cache.i"}, {"from": "cache.o", "to": "index.query"}]
        return spec

    found = only(compared_specs(passed("intfloat/e5-base-v2"), passed("BAAI/bge-m3")), WIDTH)
    assert (found.verdict, found.path) == (Verdict.RISKY, ("embedder", "cache", "index"))


def test_the_window_of_a_generator_is_known_by_its_name():
    def llm(model: str) -> Spec:
        return {
            "nodes": {
                "ask": {"role": "entry", "outputs": {"text": {"type": "text", "maxTokens": 200_000}}},
                "llm": {
                    "role": "generator",
                    "model": {"id": model, "maxOutputTokens": 512},
                    "prompt": {"parts": {"system": {"maxTokens": 100}}},
                    "inputs": {"query": {"type": "text"}},
                },
            },
            "edges": [{"from": "ask.text", "to": "llm.query"}],
        }

    found = only(compared_specs(llm("acme/llm"), llm("meta-llama/Llama-3.1-8B-Instruct")), "context-window-exceeded")
    assert found.verdict is Verdict.RISKY
    assert "https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct, 2024-07" in found.message


@pytest.mark.parametrize(
    ("model", "width", "told"),
    [
        ("BAAI/bge-m3", 512, ["matryoshka-unsupported"]),
        ("BAAI/bge-m3", 2048, ["matryoshka-unsupported"]),
        ("BAAI/bge-m3", 1024, []),
        ("text-embedding-3-large", 1024, []),
        ("nomic-ai/nomic-embed-text-v1.5", 256, []),
        ("nomic-ai/nomic-embed-text-v1.5", 300, ["matryoshka-unsupported"]),
        ("voyage-3.5", 2048, []),
        ("acme/embed", 512, []),
    ],
)
def test_a_file_that_contradicts_the_table_counts_and_the_contradiction_is_told(
    model: str, width: int, told: list[str]
):
    report = checked({"app.yaml": document(index(model, accepts=width, dimension=width))})
    assert of(report, WIDTH) == []
    found = [one for one in report.findings if one.rule == "matryoshka-unsupported"]
    assert [one.rule for one in found] == told
    assert all(one.verdict is Verdict.RISKY and "huggingface.co" in one.message for one in found)


def test_an_engine_set_to_more_than_its_model_was_made_for_is_risky_by_the_table():
    def served(length: int) -> Spec:
        model = {"id": "meta-llama/Meta-Llama-3-8B-Instruct"}
        return {"nodes": {"llm": {"role": "generator", "model": model, "engine": {"maxModelLen": length}}}}

    report = compared_specs(served(8192), served(32768))
    assert of(report, "serving-length-exceeds-model") == [("introduced", "risky")]


def test_what_only_the_table_asks_for_and_nobody_can_decide_is_no_gap():
    """A store that says nothing of widths, texts of unknown length: as if the table had no entry."""
    base, head = index("intfloat/e5-base-v2"), index("BAAI/bge-m3")
    for spec in (base, head):
        del spec["nodes"]["index"]["inputs"]["query"]["dimension"]
        spec["nodes"]["question"] = {"role": "entry", "outputs": {"text": {"type": "text"}}}
        spec["edges"].append({"from": "question.text", "to": "embedder.text"})
    report, without = compared_specs(base, head), compared_specs(base, head, rules=no_facts())
    assert report.findings == without.findings
    assert (report.undecided, report.coverage, report.changes) == (without.undecided, without.coverage, without.changes)


@cache
def no_facts() -> RuleSet:
    """The built-in rules and an empty table."""
    rules = built_in_rules()
    return RuleSet(rules.rules, rules.catalogue, rules.tables, models=ModelFacts(lambda: {"models": (), "keys": {}}))
