"""Workflow commands: worst first, ten of each at most, and nothing in a name ends one or begins another."""

import re
from typing import NamedTuple

from reports import PAYLOADS, at, changed, embedder_swap, finding, hostile, many_consumers, report

from msdiff.model.finding import Finding, Level, Verdict
from msdiff.model.location import Location
from msdiff.model.report import Report
from msdiff.report import RENDERERS, RenderOptions
from tests.records import replace

BREAKING = Verdict.BREAKING


def rendered(made: Report) -> str:
    return RENDERERS["github"](made, RenderOptions())


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    message: str


def decoded(text: str) -> str:
    for code, letter in (("%0A", "\n"), ("%0D", "\r"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, letter)
    return text


def parsed(text: str) -> list[Command]:
    """The commands as a runner reads them (`ActionCommand.TryParseV2`), one a line."""
    found = []
    for line in text.splitlines():
        assert line.startswith("::")
        head, message = line[2:].split("::", 1)
        name, _, said = head.partition(" ")
        pairs = [one.split("=", 1) for one in said.split(",")]
        found.append(Command(name, {key: decoded(value) for key, value in pairs}, decoded(message)))
    return found


def test_the_realistic_report() -> None:
    assert rendered(embedder_swap()) == (
        "::error file=app.yaml,line=21,endLine=21,title=breaking%3A vector_db::"
        "embedder outputs.vector.dimension 768 → 1024%0A"
        "`embedder` gives 1024, `vector_db` accepts 768. [embedding-dimension-mismatch]%0A"
        "Do this: Build a new collection at 1024 dimensions and re-embed, or pin `embedder` back.\n"
        "::error file=app.yaml,line=19,endLine=19,title=breaking%3A vector_db::"
        "embedder model.id intfloat/e5-base-v2 → intfloat/e5-large-v2%0A"
        "`vector_db` was built with intfloat/e5-base-v2, `embedder` is now intfloat/e5-large-v2. "
        "[embedding-space-changed]%0A"
        "Do this: Build a new collection at 1024 dimensions and re-embed, or pin `embedder` back.\n"
        "::error file=app.yaml,line=34,endLine=34,title=breaking%3A SLO answer::"
        "reranker latency.p95Ms 80 → 160%0A"
        "p95 budgets on the way to `llm` add to 633 ms, the SLO allows 600. [path-latency-slo-exceeded]%0A"
        "Do this: Free 33 ms on the critical path, or raise the SLO with its owner.\n"
        "::warning file=app.yaml,line=19,endLine=19,title=risky%3A reranker::"
        "embedder model.id intfloat/e5-base-v2 → intfloat/e5-large-v2%0A"
        "`reranker` keeps documents over 0.72, a threshold tuned to intfloat/e5-base-v2. "
        "[similarity-threshold-uncalibrated]%0A"
        "Do this: Measure the threshold again with the new embedder.\n"
        "::notice title=msdiff%3A breaking::7 changes (4 breaking, 1 unverified, 2 safe), 4 consumers affected, "
        "obligations 27 of 31 decided; also 1 resolved, 1 revealed, 1 broken before, 1 accepted, "
        "1 problem in the input\n"
    )


def test_a_clean_run_says_nothing() -> None:
    assert rendered(report()) == ""
    assert rendered(report(verdict=Verdict.SAFE, changes=(changed("c1", "node:a", "x", 1, 2, 3),))) == ""


def test_one_changed_line_is_one_annotation_whatever_it_breaks() -> None:
    error, warning, notice = parsed(rendered(many_consumers(500)))
    assert (error.name, error.properties["line"], error.properties["title"]) == (
        "error",
        "21",
        "breaking: 500 consumers",
    )
    assert error.message.splitlines()[0] == "embedder outputs.vector.dimension 768 → 1024"
    assert error.message.splitlines()[6] == "and 495 more findings of this line"
    assert (warning.name, warning.properties["title"]) == ("warning", "risky: ranker")
    assert "without an annotation" not in notice.message


def scattered(level: Level, verdict: Verdict, count: int) -> list[Finding]:
    return [
        replace(finding("r", verdict, "No.", node=f"{level.value}{number}", line=number + 1), level=level)
        for number in range(count)
    ]


def test_ten_of_each_and_the_rest_is_counted() -> None:
    findings = (
        *scattered(Level.NOTE, Verdict.SAFE, 30),
        *scattered(Level.WARNING, Verdict.RISKY, 12),
        *scattered(Level.ERROR, BREAKING, 11),
    )
    found = parsed(rendered(report(verdict=BREAKING, findings=findings)))
    assert [one.name for one in found] == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert [one.properties["line"] for one in found[:3]] == ["1", "2", "3"]
    assert found[-1].message.endswith("; 24 more without an annotation (a step has at most 10 a level)")


def test_what_does_not_count_has_no_annotation() -> None:
    names = {one.properties["title"] for one in parsed(rendered(embedder_swap()))}
    assert not any(title.endswith((": llm", ": embedder")) for title in names)


def test_under_strict_an_unverified_change_is_an_error() -> None:
    error = parsed(rendered(replace(embedder_swap(), strict=True)))[3]
    assert error == Command(
        "error",
        {"file": "app.yaml", "line": "40", "endLine": "40", "title": "unverified, which --strict does not allow"},
        "llm model.tokenizer llama-3 → llama-3.1\n`reranker` declares no outputs.documents.tokenizer",
    )


def test_payloads_do_nothing() -> None:
    for start in range(0, len(PAYLOADS), 10):  # ten at a time, so that each gets an annotation
        whole = hostile()
        shown = whole.findings[start * 4 : start * 4 + 40]
        for command in parsed(rendered(replace(whole, findings=shown))):
            assert command.name in ("error", "notice")
            assert list(command.properties) in (["title"], ["file", "line", "endLine", "title"])
            assert not re.search("##[a-z]*\\[", command.message)
            whole_text = "\n".join((*command.properties.values(), command.message))
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]", whole_text)
            assert len(command.properties["title"]) <= 255


def test_a_file_name_comes_through_as_it_is() -> None:
    found = replace(finding("r", BREAKING, "100 %, a:b", node="a"), location=Location("a,b:c%41 ü.yaml", 3, 1))
    command = parsed(rendered(report(findings=(found,))))[0]
    assert command.properties["file"] == "a,b:c%41 ü.yaml"
    assert command.message == "100 %, a:b [r]"


def test_a_finding_without_a_place_is_still_told() -> None:
    found = replace(finding("r", BREAKING, "No.", node="a"), location=None, base_location=None)
    (command,) = parsed(rendered(report(findings=(found,))))
    assert command == Command("error", {"title": "breaking: a"}, "No. [r]")


def test_two_changes_on_one_line_are_one_annotation() -> None:
    changes = (changed("c1", "node:e", "model.id", "a", "b", 5), changed("c2", "node:e", "x", {}, {"a": (1,)}, 5))
    findings = tuple(
        finding(rule, BREAKING, "No.", node="a", causes=(cause,)) for rule, cause in (("r", "c1"), ("s", "c2"))
    )
    (command,) = parsed(rendered(report(changes=changes, findings=findings)))
    assert command.message == "e model.id a → b\ne x {} → {a: [1]}\nNo. [r]\nNo. [s]"
    assert at(5).line == int(command.properties["line"])
