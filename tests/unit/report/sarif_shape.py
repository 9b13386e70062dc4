"""What SARIF 2.1.0 and GitHub ask of a log, as far as msdiff writes one.

`SCHEMA` is a strict subset of the standard's schema, written by hand: it allows what msdiff writes and nothing else, so
that whatever fits it fits the standard's. `objections` are rules that no schema can hold: those of the standard's prose,
and those of the `Ghas` rule set of Microsoft's SARIF validator (GH1001 to GH1018 and GH2012).
"""

import re
from collections.abc import Iterator
from typing import Any


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    properties = required | (optional or {})
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _list(items: dict[str, Any], **limits: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **limits}


TEXT = {"type": "string", "minLength": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
COUNT = {"type": "integer", "minimum": 0}
POSITION = {"type": "integer", "minimum": 1}
BAG = {"type": "object"}
MESSAGE = _object({"text": TEXT})
PHYSICAL = _object(
    {
        "artifactLocation": _object(
            {
                "uri": {"type": "string", "pattern": "^(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+$"},
                "uriBaseId": {"const": "SRCROOT"},
            }
        ),
        "region": _object({"startLine": POSITION, "startColumn": POSITION}),
    }
)
LOGICAL = _object({"name": TEXT, "fullyQualifiedName": TEXT, "kind": TEXT})
LOCATION = _object(
    {"physicalLocation": PHYSICAL},
    {"id": COUNT, "message": MESSAGE, "logicalLocations": _list(LOGICAL, minItems=1, uniqueItems=True)},
)
FLOW = _object({"locations": _list(_object({"location": LOCATION}), minItems=2, maxItems=100)})
SUPPRESSION = _object(
    {"kind": {"const": "external"}, "status": {"const": "accepted"}, "justification": TEXT, "location": LOCATION},
    {"properties": BAG},
)
RESULT = _object(
    {
        "ruleId": TEXT,
        "ruleIndex": COUNT,
        "level": LEVEL,
        "message": MESSAGE,
        "locations": _list(LOCATION, maxItems=1),
        "partialFingerprints": _object({"msdiff/v1": TEXT}),
        "suppressions": _list(SUPPRESSION, uniqueItems=True),
        "properties": BAG,
    },
    {
        "kind": {"const": "informational"},
        "relatedLocations": _list(LOCATION, maxItems=100, uniqueItems=True),
        "codeFlows": _list(_object({"threadFlows": _list(FLOW, minItems=1)}), maxItems=1),
        "baselineState": {"enum": ["new", "unchanged", "updated"]},
    },
)
RULE = _object(
    {
        "id": TEXT,
        "shortDescription": _object({"text": TEXT | {"maxLength": 1024}}),
        "fullDescription": _object({"text": TEXT | {"maxLength": 1024}}),
        "help": _object({"text": TEXT, "markdown": TEXT}),
        "defaultConfiguration": _object({"level": LEVEL}),
        "properties": _object(
            {
                "problem.severity": {"enum": ["error", "warning", "recommendation"]},
                "tags": _list(TEXT, maxItems=10, uniqueItems=True),
            }
        ),
    },
    {"helpUri": {"type": "string", "pattern": "^https?://[^/]"}},
)
NOTIFICATION = _object({"level": LEVEL, "message": MESSAGE}, {"locations": _list(LOCATION, uniqueItems=True)})
RUN = _object(
    {
        "tool": _object(
            {
                "driver": _object(
                    {"name": TEXT, "version": TEXT, "rules": _list(RULE, maxItems=25_000, uniqueItems=True)},
                    {"semanticVersion": TEXT},
                )
            }
        ),
        "invocations": _list(
            _object(
                {
                    "executionSuccessful": {"const": True},
                    "exitCode": {"type": "integer"},
                    "toolExecutionNotifications": _list(NOTIFICATION),
                }
            )
        ),
        "originalUriBaseIds": _object({"SRCROOT": _object({"description": MESSAGE})}),
        "columnKind": {"const": "unicodeCodePoints"},
        "results": _list(RESULT, maxItems=5_000),
        "properties": BAG,
    }
)
SCHEMA = _object(
    {
        "$schema": {"const": "https://json.schemastore.org/sarif-2.1.0.json"},
        "version": {"const": "2.1.0"},
        "runs": _list(RUN, minItems=1, maxItems=1),
    }
)


def objections(log: dict[str, Any]) -> list[str]:
    """What is wrong with a log that fits the schema."""
    (run,) = log["runs"]
    return [
        *_of_rules(run["tool"]["driver"]["rules"]),
        *(f"{r['ruleId']}: {o}" for r in run["results"] for o in _of(r, run)),
    ] + [
        f"some results have {key} and some have not"
        for key in ("baselineState", "suppressions")  # SARIF 2.1.0, 3.27.23 and 3.27.24
        if len({key in result for result in run["results"]}) > 1
    ]


def _of_rules(rules: list[dict[str, Any]]) -> Iterator[str]:
    ids = [rule["id"] for rule in rules]
    if ids != sorted(set(ids)):
        yield "rules are not sorted, or not unique"
    for rule in rules:
        for text in (rule["shortDescription"]["text"], rule["fullDescription"]["text"], rule["help"]["text"]):
            if not text.strip():
                yield f"{rule['id']}: GH2012, a description is missing"


def _of(result: dict[str, Any], run: dict[str, Any]) -> Iterator[str]:
    if run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] != result["ruleId"]:
        yield "ruleIndex is another rule's"  # 3.27.6
    if not result["locations"]:
        yield "GH1001, no location"
    if (result["level"] == "none") != (result.get("kind", "fail") != "fail"):
        yield "level and kind do not agree"  # 3.27.10
    if not result["message"]["text"].strip():
        yield "GH1007, no message"
    ids = [one["id"] for one in result.get("relatedLocations", ())]
    if len(ids) != len(set(ids)):
        yield "two related locations have one id"  # 3.28.2
    for target in re.findall(r"(?<!\\)\]\(([^)]*)\)", result["message"]["text"]):
        if not target.isdecimal() or int(target) not in ids:
            yield f"a link leads to {target!r}"  # 3.11.6
