"""The JSON Schema of `msdiff.report/v1`, from models that mirror `json_v1` key by key.

Imported by `msdiff schema report` and by tests only: pydantic costs more than a whole comparison. Every key is
required. Keys that are not listed are allowed, because v1 may grow; a test of ours compares the keys exactly.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Verdict: TypeAlias = Literal["breaking", "risky", "unverified", "safe", "unchanged"]
Count: TypeAlias = Annotated[int, Field(ge=0)]
Position: TypeAlias = Annotated[int, Field(ge=1)]
Number: TypeAlias = float | None
Element: TypeAlias = Annotated[str, Field(pattern="^(slo|policy):")] | None

_KINDS = r"^(node\.(added|removed|renamed)|edge\.(added|removed)|(attribute|slo|policy)\.(added|removed|changed))$"


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class Tool(_Model):
    name: Literal["msdiff"]
    version: str


class Side(_Model):
    label: str
    commit: str | None


class Obligations(_Model):
    total: Count
    decided: Count


class Summary(_Model):
    changes: Count
    breaking: Count
    risky: Count
    safe: Count
    unverified: Count
    affected: Count
    preexisting: Count
    revealed: Count
    resolved: Count
    accepted: Count
    obligations: Obligations
    introduced: Count
    worsened: Count


class Place(_Model):
    file: str
    line: Position
    column: Position


class Change(_Model):
    id: str
    kind: Annotated[str, Field(pattern=_KINDS)]
    node: str | None
    edge: str | None
    attribute: str | None
    old: Any
    new: Any
    classification: Literal["breaking", "risky", "unverified", "safe"]
    base: Place | None
    head: Place | None
    graph: str
    element: Element
    old_unknown: Annotated[str | None, Field(description="why `old` is not known; null where it is, or there is none")]
    new_unknown: Annotated[str | None, Field(description="why `new` is not known; null where it is, or there is none")]
    reasons: Annotated[list[str], Field(description="why the change is unverified")]


class Related(_Model):
    file: str
    line: Position
    column: Position
    message: str


class Acceptance(_Model):
    reason: str
    by: str | None
    until: str | None
    expired: bool
    location: Place


class Hop(_Model):
    node: str
    value: str


class Finding(_Model):
    fingerprint: str
    rule: str
    verdict: Literal["breaking", "risky", "safe"]
    level: Literal["error", "warning", "note", "off"]
    status: Literal["introduced", "worsened", "resolved", "revealed", "preexisting"]
    message: str
    fix: str
    docs: str
    causes: Annotated[list[str], Field(description="ids of changes")]
    node: str | None
    edge: str | None
    path: list[str]
    location: Place | None
    related: list[Related]
    owner: str | None
    accepted: Acceptance | None
    graph: str
    element: Element
    title: str
    base_location: Place | None
    hops: Annotated[list[Hop], Field(description="what each node of the path holds")]


class Affected(_Model):
    node: str
    verdict: Verdict
    mechanisms: list[str]
    causes: list[str]
    path: list[str]
    other_paths: Count
    graph: str


class Step(_Model):
    node: str | None
    ms: Number
    delta_ms: Number
    edge: str | None
    amount: Number
    delta: Number


class Share(_Model):
    change: str
    ms: Number
    amount: Number


class Slo(_Model):
    name: str
    at: str
    percentile: str
    limit_ms: Number
    base_ms: Number
    head_ms: Number
    slack_ms: Number
    verdict: Literal["certain-miss", "certain-meet", "budget-exceeded", "budget-fits", "undetermined"]
    critical_path: list[Step]
    attribution: list[Share]
    graph: str
    element: Annotated[str, Field(pattern="^slo:")]
    metric: Literal["completion", "ttft", "availability", "cost"]
    unit: Literal["ms", "fraction", "currency"]
    limit: Number
    base: Number
    head: Number
    slack: Annotated[Number, Field(description="how far head is inside its limit; negative where it is missed")]
    base_limit: Number
    reverts: Annotated[list[list[str]], Field(description="smallest sets of changes whose reversal meets the SLO")]
    reason: str
    guarantee: str
    tie: bool
    notes: Annotated[list[str], Field(description="a figure that stands in for another, what slack absorbed, ...")]


class Problem(_Model):
    message: str
    hint: str
    side: Literal["base", "head", "config"]
    file: str | None
    line: Position | None
    column: Position | None


class Undecided(_Model):
    check: str
    node: str | None
    edge: str | None
    reason: str
    causes: list[str]
    location: Place
    graph: str


class ReportV1(_Model):
    schema_: Annotated[Literal["msdiff.report/v1"], Field(alias="schema")]
    tool: Tool
    base: Side
    head: Side
    verdict: Verdict
    exit_code: Annotated[int, Field(ge=0, le=255)]
    summary: Summary
    changes: list[Change]
    findings: list[Finding]
    affected: list[Affected]
    slos: list[Slo]
    errors: list[Problem]
    mode: Literal["compare", "check"]
    fail_on: Literal["breaking", "risky", "never"]
    strict: bool
    graphs: list[str]
    undecided: list[Undecided]
    notes: list[str]


def report_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the JSON report."""
    schema = ReportV1.model_json_schema(by_alias=True)
    _drop_titles(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "msdiff.report/v1",
        "description": "What msdiff writes with --format json. Keys may be added within v1.",
        **schema,
    }


def _drop_titles(schema: dict[str, Any]) -> None:
    """Pydantic names every property after itself; that says nothing."""
    schema.pop("title", None)
    for definition in (schema, *schema.get("$defs", {}).values()):
        definition.pop("title", None)
        for name in definition.get("properties", {}):
            definition["properties"][name].pop("title", None)
