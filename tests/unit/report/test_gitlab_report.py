"""Code Quality for GitLab: what its parser asks for, and nothing in it acts."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from reports import PAYLOADS, embedder_swap, finding, hostile, many_consumers, report

from msdiff.model.finding import Verdict
from msdiff.model.report import Report
from msdiff.report import RENDERERS, RenderOptions
from tests.records import replace

TEXT = {"type": "string", "minLength": 1}
# The properties of GitLab's documentation ("Code Quality report format"), and no other.
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "description": TEXT,
            "check_name": TEXT,
            "fingerprint": TEXT,
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "properties": {
                    "path": TEXT | {"pattern": "^(?!\\./)"},
                    "lines": {
                        "type": "object",
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                        "required": ["begin"],
                        "additionalProperties": False,
                    },
                },
                "required": ["path", "lines"],
                "additionalProperties": False,
            },
        },
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
    },
}


def rendered(made: Report) -> list[dict[str, Any]]:
    text = RENDERERS["gitlab"](made, RenderOptions())
    assert text.startswith("[")  # no byte order mark
    found: list[dict[str, Any]] = json.loads(text)
    Draft202012Validator(SCHEMA).validate(found)
    return found


def test_the_realistic_report() -> None:
    found = rendered(embedder_swap())
    assert found[0] == {
        "description": "vector_db: `embedder` gives 1024, `vector_db` accepts 768. (introduced) "
        "Do this: Build a new collection at 1024 dimensions and re-embed, or pin `embedder` back.",
        "check_name": "embedding-dimension-mismatch",
        "fingerprint": "4f1c9a02d7",
        "severity": "blocker",
        "location": {"path": "app.yaml", "lines": {"begin": 21}},
    }
    assert [(one["fingerprint"], one["severity"]) for one in found] == [
        ("4f1c9a02d7", "blocker"),
        ("81b0aa57c3", "blocker"),
        ("2be7710f94", "blocker"),
        ("c09d41e8b6", "major"),
        ("77c2", "major"),
        ("0d4e", "major"),
        ("be01", "info"),
    ]
    assert found[-1]["description"] == (
        "llm: `llm` has no `model.revision`. (broken before; accepted: the provider pins it)"
    )


def test_nothing_is_an_empty_list() -> None:
    assert RENDERERS["gitlab"](report(), RenderOptions()) == "[]\n"


def test_an_error_that_does_not_fail_the_run_is_critical() -> None:
    assert rendered(replace(embedder_swap(), fail_on="never"))[0]["severity"] == "critical"


def test_five_hundred_consumers_have_five_hundred_fingerprints() -> None:
    found = rendered(many_consumers(500))
    assert len(found) == len({one["fingerprint"] for one in found}) == 501


def test_a_finding_without_a_file_is_left_out() -> None:
    """GitLab's parser fails on the whole report otherwise."""
    found = replace(finding("r", Verdict.BREAKING, "No.", node="a"), location=None, base_location=None)
    assert rendered(report(findings=(found,))) == []


def test_payloads_do_nothing() -> None:
    found = rendered(hostile())
    assert len(found) == 3 * len(PAYLOADS)
    for one in found:
        text = "".join((one["description"], one["fingerprint"], one["location"]["path"]))
        assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)


@pytest.mark.parametrize("options", [{"verbose": 2}, {"quiet": True}, {"colour": True, "width": 20}])
def test_no_option_changes_it(options: dict[str, Any]) -> None:
    assert RENDERERS["gitlab"](embedder_swap(), RenderOptions(**options)) == RENDERERS["gitlab"](
        embedder_swap(), RenderOptions()
    )
