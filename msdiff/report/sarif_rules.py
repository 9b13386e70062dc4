"""Findings -> the rules of a SARIF run: what each is about, why it matters, what helps.

In: the findings of a report, and where there is one the documentation of rules. Out: a `reportingDescriptor` for each
rule that speaks, by id. Promise: nothing in it depends on one finding's values, so that it is the same from run to run.

Limits (GitHub's documentation): 1,024 characters of a description, 10 of 20 tags shown.
"""

from __future__ import annotations

from collections.abc import Iterable

from msdiff.model.finding import Finding, Level
from msdiff.report.escape import prose, sarif_text, shorten, web_address
from msdiff.report.json_v1 import Document
from msdiff.report.options import Documents, RuleDocument

LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "note", Level.OFF: "none"}
_SEVERITIES = {
    Level.ERROR: "error",
    Level.WARNING: "warning",
    Level.NOTE: "recommendation",
    Level.OFF: "recommendation",
}
_ORDER = (Level.ERROR, Level.WARNING, Level.NOTE, Level.OFF)
_DESCRIPTION = 900  # the note on what was cut comes on top
_HELP = 20_000


def rule_descriptors(findings: Iterable[Finding], documents: Documents | None) -> list[Document]:
    """The rules that these findings come from, sorted by id."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    return [_descriptor(found, documents(id) if documents else None) for id, found in sorted(by_rule.items())]


def _descriptor(findings: list[Finding], document: RuleDocument | None) -> Document:
    first = findings[0]
    gravest = min((finding.level for finding in findings), key=_ORDER.index)
    title = sarif_text(shorten(first.title, _DESCRIPTION)) or sarif_text(first.rule)
    why = sarif_text(shorten(document.why, _DESCRIPTION)) if document else title
    address = web_address(first.docs)
    return {
        "id": first.rule,
        "shortDescription": {"text": title},
        "fullDescription": {"text": why},
        "help": _help(first, document),
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": LEVELS[gravest]},
        "properties": {
            "problem.severity": _SEVERITIES[gravest],
            "tags": [sarif_text(document.category)] if document and document.category else [],
        },
    }


def _help(finding: Finding, document: RuleDocument | None) -> Document:
    """GitHub shows the Markdown; each paragraph stands in both."""
    if document is None:
        said = [finding.title or finding.rule, "Each result says what to do."]
    else:
        said = [finding.title or finding.rule, document.why, f"What to do: {document.fix}"]
    links = [link for link in (document.references if document else ()) if web_address(link)]
    text = [sarif_text(shorten(part, _HELP)) for part in said]
    markdown = [prose(shorten(part, _HELP)) for part in said]
    if links:
        text.append("References:\n" + "\n".join(links))
        markdown.append("References:\n\n" + "\n".join(f"- <{link}>" for link in links))
    return {"text": "\n\n".join(text), "markdown": "\n\n".join(markdown)}
