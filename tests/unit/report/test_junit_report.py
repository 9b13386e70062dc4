"""JUnit XML: a failure if and only if the run fails, and well-formed whatever the names hold."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from golden import GoldenXml
from reports import PAYLOADS, changed, embedder_swap, finding, hostile, many_consumers, report
from syrupy.assertion import SnapshotAssertion

from msdiff.model.finding import Verdict
from msdiff.model.report import Report
from msdiff.report import RENDERERS, RenderOptions
from tests.records import replace

# What the schemas of the common readers (Ant, Jenkins' xUnit) know of it.
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"classname", "name", "file", "line", "time"},
    "failure": {"type", "message"},
    "skipped": {"message"},
}


def rendered(made: Report) -> str:
    return RENDERERS["junit"](made, RenderOptions())


def root(made: Report) -> ElementTree.Element:
    """The document, after a look at what every report promises."""
    found = ElementTree.fromstring(rendered(made))
    for element in found.iter():
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
    for suite in (found, *found.iter("testsuite")):
        cases = list(suite.iter("testcase"))
        counts = [len(cases), *(sum(case.find(kind) is not None for case in cases) for kind in ("failure", "skipped"))]
        assert [int(suite.attrib[key]) for key in ("tests", "failures", "skipped")] == counts
        assert counts[0] > 0
    return found


def outcomes(made: Report) -> dict[str, str]:
    """Name of each test case -> passed, or the message of why not."""
    found = {}
    for case in root(made).iter("testcase"):
        inner = next(iter(case), None)
        found[case.attrib["name"]] = "passed" if inner is None else f"{inner.tag}: {inner.attrib['message']}"
    return found


def test_the_realistic_report(snapshot: SnapshotAssertion) -> None:
    root(embedder_swap())
    assert rendered(embedder_swap()) == snapshot.use_extension(GoldenXml)


def test_nothing_changed_is_one_test_that_passed() -> None:
    assert outcomes(report()) == {"no change in any graph": "passed"}
    assert outcomes(report(mode="check")) == {"nothing found": "passed"}


def test_each_status_has_its_outcome() -> None:
    found = {name.partition("[")[2].strip("]"): said for name, said in outcomes(embedder_swap()).items() if "[" in name}
    assert {key: said.partition(": `")[0] for key, said in found.items() if key and "toxicity" not in key} == {
        "4f1c9a02d7": "failure",
        "81b0aa57c3": "failure",
        "2be7710f94": "failure: p95 budgets on the way to `llm` add to 633 ms, the SLO allows 600.",
        "c09d41e8b6": "skipped: risky, level warning, does not fail with --fail-on breaking",
        "9a33": "passed",
        "77c2": "skipped: broken before, not by this change",
        "0d4e": "skipped: revealed, fails only with --strict",
        "be01": "skipped: accepted by @dana until 2026-12-31 (the provider pins it)",
    }


@pytest.mark.parametrize("strict", [False, True])
def test_an_unverified_change_fails_under_strict(strict: bool) -> None:
    change = changed("c1", "node:a", "x", 1, 2, 3, Verdict.UNVERIFIED, reasons=("`b` declares no x",))
    made = replace(report(verdict=Verdict.UNVERIFIED, exit_code=int(strict), changes=(change,)), strict=strict)
    said = "failure: unverified" if strict else "skipped: unverified, fails only with --strict"
    assert outcomes(made) == {"a x 1 → 2": f"{said}: `b` declares no x"}


def test_every_finding_is_a_test_of_its_own() -> None:
    found = outcomes(many_consumers(500))
    assert len(found) == 501
    assert sum(said.startswith("failure: ") for said in found.values()) == 500


def test_never_fails_has_no_failure() -> None:
    assert root(replace(embedder_swap(), fail_on="never")).attrib["failures"] == "0"


def test_payloads_are_text() -> None:
    found = root(hostile())
    assert len(list(found.iter("testcase"))) == 4 * len(PAYLOADS)
    assert found.find(".//system-out") is None  # a plug-in of Jenkins attaches the files that it names
    said = [text for element in found.iter() for text in (element.text or "", *element.attrib.values())]
    for text in said:
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff\ufffe\uffff]", text)
    assert {element.attrib["type"] for element in found.iter("failure")} == {"breaking"}
    assert any("<script>alert(1)</script>" in text for text in said)


def test_the_details_stand_on_lines_of_their_own() -> None:
    hops = (("a\nb", "gives\n1"), ("c", "accepts 2"))
    found = finding("r", Verdict.BREAKING, "No.", node="c", hops=hops, path=("a\nb", "c"), fix="Do\nit.")
    made = report(verdict=Verdict.BREAKING, exit_code=1, findings=(found,))
    (failure,) = root(made).iter("failure")
    assert (failure.text or "").split("\n") == [
        "breaking: No.",
        r"path: a\nb → c",
        r"value by value: a\nb gives\n1 → c accepts 2",
        "at: app.yaml:1",
        "do this: Do it.",
    ]
