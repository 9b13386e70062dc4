"""Changes, obligations and rules to findings: what breaks, for whom, how it stands against base, and what each change means.

In: `Evidence` and a rule set. Out: `Judged`: findings (gravest first), each change with its classification, affected nodes,
and what could not be decided. Pure: nothing is looked up here.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from msdiff.classify.affected import affected, way
from msdiff.classify.causes import Causes
from msdiff.classify.evidence import Evidence, Key
from msdiff.classify.fingerprints import fingerprint
from msdiff.classify.judging import DOUBT, Draft, Pair, judge_changes, judge_obligations, pairs
from msdiff.classify.related import FAILING, Places
from msdiff.classify.superseding import precise
from msdiff.model.change import Change
from msdiff.model.finding import Finding, Level, Verdict
from msdiff.model.location import Location
from msdiff.model.obligation import Held, Obligation, Status, Undecided, Violated
from msdiff.model.records import NamedTuple
from msdiff.model.report import Affected, ClassifiedChange, UndecidedObligation
from msdiff.model.values import Value
from msdiff.ruleset.library import RuleSet
from msdiff.ruleset.messages import in_words

__all__ = ["Causes", "Evidence", "Judged", "classify"]

TRAVELLING = ("edge", "store")  # obligations whose value goes unchanged from node to node
ORDER = {status: number for number, status in enumerate(Status)}


class Judged(NamedTuple):
    """The judgement of one comparison."""

    changes: tuple[ClassifiedChange, ...]
    findings: tuple[Finding, ...]
    affected: tuple[Affected, ...]
    undecided: tuple[UndecidedObligation, ...]


def classify(rules: RuleSet, evidence: Evidence) -> Judged:
    """Judges the evidence by the rules."""
    causes = Causes(evidence.changes)
    drafts = precise((*judge_obligations(rules, evidence, causes), *judge_changes(rules, evidence)))
    judged = [(finding, draft) for draft in drafts if (finding := _finding(draft, evidence)).level is not Level.OFF]
    judged.sort(key=lambda one: _gravest_first(one[0]))
    places = Places(evidence)
    findings = [finding._replace(related=places.of(draft)) for finding, draft in judged]
    silenced = {id(draft) for draft in drafts if evidence.level(draft.rule.id, draft.verdict, None) is Level.OFF}
    loud = tuple(draft for draft in drafts if id(draft) not in silenced)
    together = tuple(pairs(evidence, causes))
    return Judged(
        changes=_classified(findings, together, evidence, {one.obligation.key for one in drafts if one.obligation}),
        findings=tuple(findings),
        affected=affected(loud, evidence, causes),
        undecided=tuple(_undecided(together)),
    )


def _gravest_first(finding: Finding) -> tuple[object, ...]:
    return (
        ORDER[finding.status], -list(Verdict).index(finding.verdict), finding.graph, finding.rule, finding.node or "",
        finding.edge or "", finding.fingerprint,
    )  # fmt: skip


def _finding(draft: Draft, evidence: Evidence) -> Finding:
    obligation = draft.obligation
    path = draft.path
    proof = obligation is not None and obligation.kind in ("path", "label") and len(path) > 1 and path[-1] == draft.node
    if obligation is not None and obligation.check == "reference.resolves":
        path = ()  # what does not exist is nowhere on a path
    elif draft.node is not None and not proof:
        path, _ = way(draft.graph, draft.node, draft.causes, draft.path, evidence)
    location = obligation.location if obligation else _place(draft.causes)
    print_ = fingerprint(draft.rule.id, draft.graph, draft.node, draft.edge or draft.element, draft.causes, obligation)
    return Finding(
        rule=draft.rule.id,
        title=draft.rule.title,
        verdict=draft.verdict,
        level=evidence.level(draft.rule.id, draft.verdict, location.file if location else None),
        status=draft.status,
        graph=draft.graph,
        message=draft.message,
        fix=draft.fix,
        docs=f"docs/rules.md#{draft.rule.id}",
        fingerprint=print_,
        node=draft.node,
        edge=draft.edge,
        element=draft.element,
        causes=tuple(change.id for change in draft.causes),
        path=path or ((draft.node,) if draft.node else ()),
        location=location,
        base_location=draft.before.location if draft.before else _base_place(draft.causes),
        owner=evidence.owner(draft.graph, draft.node),
        acceptance=evidence.accepted(print_),
        hops=_hops(draft),
    )


def _place(causes: Iterable[Change]) -> Location | None:
    return next((change.head or change.base for change in causes), None)


def _base_place(causes: Iterable[Change]) -> Location | None:
    return next((change.base for change in causes if change.base), None)


def _hops(draft: Draft) -> tuple[tuple[str, str], ...]:
    """The value at each hop, where the obligation compares one: it travels unchanged up to whoever must accept it."""
    facts = draft.obligation.facts if draft.obligation else {}
    offered, required = facts.get("offered"), facts.get("required")
    if draft.obligation is None or draft.obligation.kind not in TRAVELLING or offered is None or required is None:
        return ()
    *before, last = draft.obligation.path or ("",)
    return (*((name, f"gives {_shown(offered)}") for name in before), (last, f"accepts {_shown(required)}"))


def _shown(value: Value) -> str:
    text = in_words(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _classified(
    findings: Iterable[Finding], together: Iterable[Pair], evidence: Evidence, spoken: Set[Key]
) -> tuple[ClassifiedChange, ...]:
    """Each change with the gravest of its findings; safe only if everything that it touches is decided and holds."""
    verdicts: dict[str, list[Verdict]] = {}
    for finding in findings:
        if finding.status in FAILING:
            for id in finding.causes:
                verdicts.setdefault(id, []).append(finding.verdict)
    touched: dict[str, list[Pair]] = {}
    for pair in together:
        if pair.head is not None and pair.head.asked:
            for change in pair.touching:
                touched.setdefault(change.id, []).append(pair)
    return tuple(
        _meaning(change, verdicts.get(change.id, []), touched.get(change.id, []), evidence, spoken)
        for change in evidence.changes
    )


def _meaning(
    change: Change, verdicts: list[Verdict], touched: list[Pair], evidence: Evidence, spoken: Set[Key]
) -> ClassifiedChange:
    reasons = [_why(one, spoken) for one in touched if not isinstance(one.either.outcome, Held)]
    if not verdicts and (change.fact.attribute == "role" or not any(map(_judges_the_value, touched))):
        alone = evidence.alone(change)
        reasons = [alone] if alone else []
    if evidence.in_doubt((change,)):
        reasons.append(DOUBT)
    meaning = max([*verdicts, Verdict.UNVERIFIED if reasons else Verdict.SAFE])
    shown = tuple(dict.fromkeys(reasons)) if meaning is Verdict.UNVERIFIED else ()
    return ClassifiedChange(change, meaning, shown)


def _judges_the_value(pair: Pair) -> bool:
    """Whether an obligation says more than that a model is pinned, or a name exists, before as now: that is true of many values."""
    only_exists = pair.either.kind == "pin" or pair.either.check == "reference.resolves"
    return not (only_exists and isinstance(pair.either.outcome, Held) and (pair.base is None or _held(pair.base)))


def _held(obligation: Obligation) -> bool:
    return isinstance(obligation.outcome, Held)


def _why(pair: Pair, spoken: Set[Key]) -> str:
    obligation = pair.either
    if isinstance(obligation.outcome, Undecided):
        return obligation.outcome.reason
    if pair.base is not None and isinstance(pair.base.outcome, Violated):
        return f"{obligation.check} at `{obligation.node}` was broken before, and still is"
    if pair.base is not None and isinstance(pair.base.outcome, Undecided):
        return f"{obligation.check} at `{obligation.node}` does not hold; before, nobody could tell"
    if obligation.key in spoken:
        return f"{obligation.check} at `{obligation.node}` does not hold, through another change of these"
    return f"{obligation.check} at `{obligation.node}` does not hold, and no rule says what that means"


def _undecided(together: Iterable[Pair]) -> Iterable[UndecidedObligation]:
    for pair in together:
        head = pair.head
        if head is not None and head.asked and isinstance(head.outcome, Undecided):
            ids = tuple(change.id for change in pair.causes)
            yield UndecidedObligation(
                head.graph, head.check, head.node, head.edge, head.outcome.reason, head.location, ids
            )
