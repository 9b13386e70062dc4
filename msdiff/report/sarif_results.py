"""A finding -> a SARIF result: the changed line, the consumer and other places beside it, the way between them.

In: a finding of a report. Out: a `result` object. Promise: every location has a file and a line (GitHub rejects one
without); a step of the way that stands nowhere is told in the next step's words, not left out.

The identity is msdiff's fingerprint, under a name of its own: `primaryLocationLineHash` is GitHub's, whose upload
action computes it and warns about every result that brings another value. Results of one rule on one line are one
alert there, so each of them names the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from msdiff.model.change import Change
from msdiff.model.finding import Acceptance, Finding, Level
from msdiff.model.location import Location
from msdiff.model.obligation import Status
from msdiff.model.records import NamedTuple
from msdiff.model.report import PathStep, Report, SloResult
from msdiff.report.anchors import Anchor, Anchors
from msdiff.report.escape import relative_uri, sarif_link, sarif_text, visible
from msdiff.report.json_v1 import Document
from msdiff.report.naming import finding_name
from msdiff.report.sarif_rules import LEVELS
from msdiff.report.slo_words import amount
from msdiff.report.standing import fails_run
from msdiff.report.wording import change_phrase, element_name, is_accepted, listed, place, sentence, short, signed

Beside: TypeAlias = Mapping[tuple[str, str, int], tuple[str, ...]]

_RELATED = 100  # locations of a result that GitHub keeps
_LINKED = 5  # of which the message names
_NAMED = 10  # others that the same line breaks
_STEPS = 100  # of a way; GitHub keeps 1,000, and its validator objects to more than this
_BASELINE = {
    Status.INTRODUCED: "new",
    Status.REVEALED: "new",
    Status.WORSENED: "updated",
    Status.PREEXISTING: "unchanged",
    Status.RESOLVED: "absent",
}


class _Related(NamedTuple):
    location: Location
    name: str  # what a link to it says
    text: str  # what stands there


class _Step(NamedTuple):
    location: Location | None
    element: str  # "node:embedder"
    text: str


def physical(location: Location, text: str = "") -> Document:
    """A SARIF location: file and place, and what stands there."""
    found: Document = {
        "physicalLocation": {
            "artifactLocation": {"uri": relative_uri(location.file), "uriBaseId": "SRCROOT"},
            "region": {"startLine": max(location.line, 1), "startColumn": max(location.column, 1)},
        }
    }
    return {**found, "message": {"text": sarif_text(text)}} if text else found


class ResultWriter:
    """Writes the results of one report. `rules` are the positions of the rules, `beside` who shares a rule and line."""

    def __init__(self, report: Report, rules: Mapping[str, int], beside: Beside) -> None:
        self._report = report
        self._rules = rules
        self._beside = beside
        self._anchors = Anchors(report)
        self._many = len(report.graph_labels) > 1

    def result(self, finding: Finding) -> Document:
        """The finding as a SARIF result."""
        anchor = self._anchors.of(finding)
        related = tuple(self._related(finding, anchor))[:_RELATED]
        steps = self._steps(finding, anchor)
        return {
            "ruleId": finding.rule,
            "ruleIndex": self._rules[finding.rule],
            **({} if finding.level is not Level.OFF else {"kind": "informational"}),
            "level": LEVELS[finding.level],
            "message": {"text": self._message(finding, anchor, related)},
            "locations": [self._primary(finding, anchor)] if anchor else [],
            **({"relatedLocations": [_numbered(one, id) for id, one in enumerate(related, 1)]} if related else {}),
            **({"codeFlows": [_flow(steps, finding.graph)]} if len(steps) > 1 else {}),
            "partialFingerprints": {"msdiff/v1": visible(finding.fingerprint)},
            **({"baselineState": _BASELINE[finding.status]} if self._report.mode != "check" else {}),
            "suppressions": [_suppression(finding.acceptance)] if is_accepted(finding) and finding.acceptance else [],
            "properties": self._properties(finding),
        }

    def _primary(self, finding: Finding, anchor: Anchor) -> Document:
        cause = anchor.cause
        element = cause.fact.element if cause else finding.element or f"node:{finding.node or ''}"
        text = self._phrase(cause) if cause else finding_name(finding, many_graphs=self._many)
        return {**physical(anchor.location, text), "logicalLocations": [_logical(finding.graph, element)]}

    def _phrase(self, change: Change) -> str:
        return change_phrase(change, many_graphs=self._many)

    def _message(self, finding: Finding, anchor: Anchor | None, related: Sequence[_Related]) -> str:
        """GitHub shows the first sentence as the title, and links to those locations that the message names."""
        name = finding_name(finding, many_graphs=self._many)
        parts = [sarif_text(sentence(finding.message) or name)]
        if anchor is not None:
            parts += self._sharing(finding.rule, anchor.location, name)
        if anchor is not None and anchor.cause is not None:
            parts.append(sarif_text(f"Caused by {self._phrase(anchor.cause)}."))
        if related:
            links = [sarif_link(one.name, id) for id, one in enumerate(related[:_LINKED], 1)]
            more = f" and {len(related) - _LINKED:,} more places" if len(related) > _LINKED else ""
            parts.append(f"See {listed(links)}{more}.")
        if is_accepted(finding) and finding.acceptance is not None:
            parts.append(f"Accepted: {sarif_text(sentence(finding.acceptance.reason))}.")
        if finding.fix:
            parts.append(f"Do this: {sarif_text(sentence(finding.fix))}")
        return " ".join(parts)

    def _sharing(self, rule: str, location: Location, name: str) -> Iterator[str]:
        """Who else the line breaks by the same rule."""
        names = self._beside.get((rule, location.file, location.line), ())
        others = [one for one in names[: _NAMED + 1] if one != name][:_NAMED]
        if others:
            hidden = len(names) - 1 - len(others)
            more = f" and {hidden:,} more" if hidden else ""
            yield sarif_text(f"The same line is behind this finding for {listed(others)}{more}.")

    def _related(self, finding: Finding, anchor: Anchor | None) -> Iterator[_Related]:
        """The consumer, the other causes, and the other places of the finding; each place once."""
        seen = {anchor.location} if anchor else set()
        for one in self._other_places(finding):
            if one.location not in seen:
                seen.add(one.location)
                yield one

    def _other_places(self, finding: Finding) -> Iterator[_Related]:
        if finding.location is not None:
            name = finding_name(finding, many_graphs=self._many)
            yield _Related(finding.location, f"{name} at {place(finding.location)}", name)
        for cause in self._anchors.causes(finding):
            where = cause.head or cause.base
            if where is not None:
                gone = "" if cause.head else "was: "
                yield _Related(where, place(where), f"{gone}{self._phrase(cause)}")
        for related in finding.related:
            yield _Related(related.location, place(related.location), sentence(related.message))

    def _steps(self, finding: Finding, anchor: Anchor | None) -> tuple[_Step, ...]:
        """From the cause along the path to the consumer, with the value at each hop; the cause stands for its node."""
        held = dict(finding.hops) if len(finding.hops) > 1 else self._budget(finding)
        nodes = list(held) or list(finding.path)
        cause = anchor.cause if anchor else None
        at_home = cause is not None and cause.graph == finding.graph and cause.node in nodes
        steps: list[_Step] = []
        if anchor is not None and cause is not None and not at_home:
            steps.append(_Step(anchor.location, cause.fact.element, self._phrase(cause)))
        for node in nodes:
            value = short(held[node]) if node in held else ""
            if anchor is not None and cause is not None and at_home and node == cause.node:
                steps.append(
                    _Step(anchor.location, cause.fact.element, listed(filter(None, (self._phrase(cause), value))))
                )
                continue
            own = finding.location if node == finding.node else None
            name = element_name(finding.graph, f"node:{node}", many_graphs=self._many)
            where = own or self._anchors.place(finding.graph, node)
            steps.append(_Step(where, f"node:{node}", f"{name} {value}".rstrip()))
        return _placed(steps)

    def _budget(self, finding: Finding) -> dict[str, str]:
        """What each node of an SLO's critical path takes of it: `160 ms (+80)`."""
        if finding.element is None or not finding.element.startswith("slo:"):
            return {}
        for slo in self._report.slos:
            if finding.element == f"slo:{slo.name}" and finding.graph == slo.graph:
                return {step.node: _share(step, slo) for step in slo.critical_path if step.node is not None}
        return {}

    def _properties(self, finding: Finding) -> Document:
        found = {
            "verdict": finding.verdict.value,
            "status": finding.status.value,
            "failsRun": fails_run(finding, self._report),
            "fingerprint": finding.fingerprint,
            "graph": finding.graph,
            "node": finding.node,
            "edge": finding.edge,
            "element": finding.element,
            "owner": finding.owner,
        }
        return {key: visible(value) if isinstance(value, str) else value for key, value in found.items()}


def _share(step: PathStep, slo: SloResult) -> str:
    return amount(step.amount, slo) + (f" ({signed(step.delta)})" if step.delta and slo.base is not None else "")


def _placed(steps: Sequence[_Step]) -> tuple[_Step, ...]:
    """The steps that stand somewhere; the words of the others go before the next one's. At most `_STEPS`."""
    if len(steps) > _STEPS:
        left_out = len(steps) - _STEPS + 1
        half = _STEPS // 2
        after = steps[half + left_out]
        told = after._replace(text=f"({left_out:,} steps not shown) → {after.text}")
        steps = (*steps[:half], told, *steps[half + left_out + 1 :])
    found: list[_Step] = []
    waiting: list[str] = []
    for step in steps:
        if step.location is None:
            waiting.append(step.text)
            continue
        found.append(step._replace(text=" → ".join((*waiting, step.text))))
        waiting = []
    if waiting and found:
        found[-1] = found[-1]._replace(text=" → ".join((found[-1].text, *waiting)))
    return tuple(found)


def _flow(steps: Sequence[_Step], graph: str) -> Document:
    locations = [
        {"location": {**physical(step.location, step.text), "logicalLocations": [_logical(graph, step.element)]}}
        for step in steps
        if step.location is not None
    ]
    return {"threadFlows": [{"locations": locations}]}


def _numbered(one: _Related, id: int) -> Document:
    return {"id": id, **physical(one.location, one.text)}


def _logical(graph: str, element: str) -> Document:
    kind, _, name = element.partition(":")
    name = visible(name) or visible(graph)
    return {"name": name, "fullyQualifiedName": f"{visible(graph)}/{name}", "kind": kind}


def _suppression(entry: Acceptance) -> Document:
    return {
        "kind": "external",
        "status": "accepted",
        "justification": sarif_text(sentence(entry.reason)),
        "location": physical(entry.location),
        "properties": {
            "by": visible(entry.by) if entry.by else None,
            "until": visible(entry.until) if entry.until else None,
        },
    }
