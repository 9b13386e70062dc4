"""The rule file as pydantic reads it: plain values in, a checked `RuleFile` out, or every problem with its path.

Imported when rules are compiled, never on an ordinary run. `msdiff schema rule` is made from it.
"""

from functools import cache
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from msdiff.ruleset.vocabulary import CHANGE_KINDS

_NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_LINK = r"^https://\S+$"
_VERSION = r"^\d+\.\d+(\.\d+)?$"
PATTERNS = {
    _NAME: "must be lower-case words with `-` between them",
    _LINK: "must be a link that begins with https://",
    _VERSION: "must be a version, as in 0.1",
}

Said: TypeAlias = Literal["breaking", "risky", "safe"]
Name: TypeAlias = Annotated[str, Field(pattern=_NAME, max_length=80)]
Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=2000)]
Glob: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Link: TypeAlias = Annotated[str, Field(pattern=_LINK, max_length=500)]

CATEGORIES = (
    "embedding-and-vector-store",
    "retrieval-and-reranking",
    "tokenizer-prompt-context",
    "model-identity-and-capability",
    "safety-and-guardrails",
    "interface-and-protocol",
    "latency-reliability-capacity",
    "topology",
    "resources",
    "governance-cost-observability",
)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Case(_Part):
    """A condition with the verdict (and message) that holds instead of the rule's where it is true."""

    when: Text
    verdict: Said
    message: Text | None = None


class Remark(_Part):
    """What the rule says of an obligation in another state than violated."""

    verdict: Said
    message: Text
    when: Text | None = None


class _Watch(_Part):
    when: Text | None = None
    verdict: Said | None = Field(None, description="instead of the rule's")
    verdicts: tuple[Case, ...] | None = Field(None, description="instead of the rule's")
    message: Text | None = Field(None, description="instead of the rule's")


class ObligationPart(_Watch):
    """Watches obligations: evaluated on base and head, the two outcomes give the status."""

    obligation: Literal["edge", "store", "path", "graph", "pin", "label", "node"]
    checks: tuple[Glob, ...] = Field(min_length=1, description="names or globs of checks in facts.yaml")


class ChangePart(_Watch):
    """Watches changes."""

    changes: tuple[Literal[CHANGE_KINDS], ...] = Field(min_length=1)  # type: ignore[valid-type]  # the list is data
    attributes: tuple[Glob, ...] = Field((), description="names or globs of the attribute catalogue; none: any")
    roles: tuple[Glob, ...] = Field((), description="roles of the node that changed; none: any")


def _form(value: Any) -> str:
    return "obligation" if isinstance(value, dict) and "obligation" in value else "changes"


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


WatchPart: TypeAlias = Annotated[
    Annotated[ObligationPart, Tag("obligation")] | Annotated[ChangePart, Tag("changes")], Discriminator(_form)
]


class Expected(_Part):
    """One finding that the example must give; what is not said is not compared."""

    node: str | None = None
    edge: str | None = None
    element: str | None = None
    graph: str | None = None
    status: Literal["introduced", "worsened", "resolved", "revealed", "preexisting"]
    verdict: Said


class Example(_Part):
    """Two versions and this rule's findings.

    `base` and `head` are one graph's `spec` (with `metadata` if wanted), or the text of files by their names. `patch`
    is a merge patch over `base` (null removes) instead of a whole `head`.
    """

    name: Text
    base: dict[str, Any]
    head: dict[str, Any] | None = None
    patch: dict[str, Any] | None = None
    expect: tuple[Expected, ...]

    @model_validator(mode="after")
    def _one_head(self) -> "Example":
        if (self.head is None) == (self.patch is None):
            raise ValueError("an example has either `head` or `patch`")
        return self


class RuleFile(_Part):
    """One rule. See docs/writing-rules.md."""

    id: Name
    title: Text
    since: Annotated[str, Field(pattern=_VERSION)]
    category: Name
    watch: Annotated[tuple[WatchPart, ...], BeforeValidator(_listed), Field(min_length=1)]
    per: Literal["consumer", "change"] = "change"
    when: Text | None = None
    verdict: Said | None = None
    verdicts: tuple[Case, ...] = ()
    undecided: Remark | None = None
    dropped: Remark | None = None
    coordinated: Remark | None = None
    worsened: Said | None = None
    supersedes: tuple[Name, ...] = ()
    message: Text | None = None
    why: Text
    fix: Text
    references: tuple[Link, ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def obligations(self) -> tuple[ObligationPart, ...]:
        return tuple(part for part in self.watch if isinstance(part, ObligationPart))

    @property
    def changes(self) -> tuple[ChangePart, ...]:
        return tuple(part for part in self.watch if isinstance(part, ChangePart))


@cache
def rule_schema() -> dict[str, Any]:
    """JSON Schema of a rule file: what `msdiff schema rule` prints, and what rule files are checked against."""
    schema = RuleFile.model_json_schema()
    watch = schema["properties"]["watch"]
    one = watch["items"]
    one["anyOf"] = one.pop("oneOf")  # at most one of the two forms fits: each has a required key that the other forbids
    schema["properties"]["watch"] = {"anyOf": [*one["anyOf"], {"type": "array", "items": one, "minItems": 1}]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "msdiff rule"}
