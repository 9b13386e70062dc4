"""Rules over obligations and changes: what each rule says, before one speaks for another.

In: a rule set and the evidence. Out: drafts of findings. A rule that watches obligations speaks of a violation (with its
status), of an obligation that lost the declaration it was decided by, and, where the rule says so, of one that stays undecided or
that holds because both sides moved. A rule that watches changes speaks of each change, or of each consumer that it reaches.
"""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.classify.causes import Causes
from msdiff.classify.evidence import Evidence, Facts
from msdiff.classify.statuses import status
from msdiff.model.change import Change
from msdiff.model.claim import Claim
from msdiff.model.finding import Verdict
from msdiff.model.obligation import Held, Obligation, Outcome, Status, Undecided, Violated
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, same
from msdiff.ruleset.expressions import Groups
from msdiff.ruleset.judge import applies, change_facts, judged, message, obligation_facts, speaks
from msdiff.ruleset.library import RuleSet
from msdiff.ruleset.spec import ChangeWatch, Judgement, ObligationWatch, Rule

DECLARED = ("edge", "store", "label", "node")  # kinds of obligation that exist because a side is declared
DOUBT = "base could not be read in full: this may not be new"
STATED = (
    "edge",
    "store",
    "pin",
    "node",
)  # obligations that rest on what is stated; others rest on what is not there, too
HARD_TO_LOSE = ("guard.", "data.labels")  # a dropped declaration of these is breaking (rules-catalogue: absence policy)


class Draft(NamedTuple):
    """What a rule says, with what it speaks of. `obligation` is head's, or base's where head has none."""

    rule: Rule
    verdict: Verdict
    status: Status
    message: str
    fix: str
    graph: str
    node: str | None
    edge: str | None
    element: str | None
    causes: tuple[Change, ...]
    path: tuple[str, ...]
    obligation: Obligation | None = None
    before: Obligation | None = None
    tabled: tuple[Claim, ...] = ()  # where it holds through a table of model facts alone: what that says


class Pair(NamedTuple):
    """One obligation in both versions. `touching` is all that stands in its support, `causes` what makes the difference."""

    base: Obligation | None
    head: Obligation | None
    causes: tuple[Change, ...]
    touching: tuple[Change, ...] = ()

    @property
    def either(self) -> Obligation:
        found = self.head or self.base
        assert found is not None  # a pair has a side
        return found


def pairs(evidence: Evidence, causes: Causes) -> Iterator[Pair]:
    """All kept obligations, base's and head's side by side, sorted by key."""
    for key in sorted(evidence.base.keys() | evidence.head.keys()):
        base, head = evidence.base.get(key), evidence.head.get(key)
        touching = causes.of(base, head)
        yield Pair(base, head, _with_a_share(touching, head or base, evidence), touching)


def _with_a_share(causes: tuple[Change, ...], obligation: Obligation | None, evidence: Evidence) -> tuple[Change, ...]:
    """Of a budget's causes those that move it: many changes stand in a sum's support, few make the difference.

    What makes a missed budget smaller is no cause of it.
    """
    if obligation is None or not obligation.check.startswith("slo."):
        return causes
    slo = next(part for part in obligation.key if part.startswith("slo:"))
    shares = evidence.blamed(obligation.graph, slo.partition(":")[2])
    if shares is None:
        return causes
    missed = isinstance(obligation.outcome, Violated)
    moving = {id for id, share in shares.items() if share > 0 or (share < 0 and not missed)}
    return tuple(change for change in causes if change.id in moving or change.fact.element == slo)


def judge_obligations(rules: RuleSet, evidence: Evidence, causes: Causes) -> Iterator[Draft]:
    """Everything that the rules say of obligations."""
    for pair in pairs(evidence, causes):
        obligation = pair.either
        told = _status(pair, evidence)
        for rule, watch in rules.watching(obligation.kind, obligation.check):
            yield from _of_pair(rule, watch, pair, told, evidence, causes)


def _outcome(obligation: Obligation | None) -> Outcome | None:
    return obligation.outcome if obligation else None


def _status(pair: Pair, evidence: Evidence) -> Status | None:
    base, head = _before(pair, evidence), _outcome(pair.head)
    doubted = pair.either.graph in evidence.doubted
    if doubted and isinstance(base, Violated) and pair.either.kind not in STATED:
        base = Undecided(DOUBT)
    if base is None and pair.either.check.startswith("schema."):
        base = _undecided_as_a_whole(pair.either, evidence)
    asked: Outcome | None = None
    if isinstance(base, Undecided) and isinstance(head, Violated):
        asked = _outcome(evidence.with_new_facts().get(pair.either.key))
    told = status(base, head, asked)
    unknown_before = doubted and told in (Status.INTRODUCED, Status.WORSENED) and evidence.in_doubt(pair.causes)
    return Status.REVEALED if unknown_before else told


def _before(pair: Pair, evidence: Evidence) -> Outcome | None:
    """Base's outcome; what files show in head is compared with what files showed in base, whatever a table adds."""
    if pair.base is None or pair.head is None or not pair.base.tabled:
        return _outcome(pair.base)
    if not isinstance(pair.head.outcome, Violated) or not _is_shown_by_files("head", pair.head, evidence):
        return pair.base.outcome
    return _outcome(evidence.by_files("base").get(pair.base.key))


def _undecided_as_a_whole(clause: Obligation, evidence: Evidence) -> Outcome | None:
    """Where base could not compare two schemas at all, each clause of head was undecided in base."""
    graph, kind, _, edge, *_ = clause.key
    for whole in ((graph, kind, "schema.undeclared", edge), (graph, kind, "schema.schema", edge, "")):
        found = evidence.base.get(whole)
        if found is not None and isinstance(found.outcome, Undecided):
            return found.outcome
    return None


def _of_pair(
    rule: Rule, watch: ObligationWatch, pair: Pair, told: Status | None, evidence: Evidence, causes: Causes
) -> Iterator[Draft]:
    if pair.head is None and pair.base is not None and _undeclared(pair):
        dropped = rule.dropped or _dropped(pair.base)
        if speaks(rule, watch, obligation_facts(pair.base)):
            yield _draft(rule, dropped.verdict, dropped.message, pair, pair.base, Status.INTRODUCED)
    elif told is Status.RESOLVED:
        obligation = pair.base
        assert obligation is not None  # what is resolved was violated
        if not pair.causes:
            pair = Pair(obligation, pair.head, causes.structural(obligation.graph))
        yield from _spoken(rule, watch, pair, obligation, told, evidence)
    elif told is not None:
        assert pair.head is not None  # every other status speaks of head
        obligation = pair.head
        if told is Status.INTRODUCED and not pair.causes:
            pair = Pair(pair.base, obligation, causes.structural(obligation.graph))
        yield from _spoken(rule, watch, pair, obligation, told, evidence)
    elif pair.head is not None and pair.causes and not evidence.in_doubt(pair.causes):
        judgement = _judgement_without_violation(rule, watch, pair)
        if judgement is not None:
            yield _draft(rule, judgement.verdict, judgement.message, pair, pair.head, Status.INTRODUCED)


def _spoken(
    rule: Rule, watch: ObligationWatch, pair: Pair, obligation: Obligation, told: Status, evidence: Evidence
) -> Iterator[Draft]:
    groups = obligation_facts(obligation)
    said = judged(rule, watch, groups)
    if isinstance(said, Judgement):
        found = _draft(rule, _weighed(rule, said.verdict, told), said.message, pair, obligation, told)
        yield _by_table(found, obligation, evidence) if obligation.tabled else found


def _is_shown_by_files(side: str, obligation: Obligation, evidence: Evidence) -> bool:
    """Whether an obligation is violated without what only a table of model facts says, too."""
    if not obligation.tabled:
        return isinstance(obligation.outcome, Violated)
    return isinstance(_outcome(evidence.by_files(side).get(obligation.key)), Violated)


def _by_table(draft: Draft, obligation: Obligation, evidence: Evidence) -> Draft:
    """The draft, at most risky where files alone would not show what it says (design, section 11, point 14)."""
    if _is_shown_by_files("head", obligation, evidence):
        return draft
    sources = "; ".join(dict.fromkeys(str(one.text) for one in obligation.tabled))
    said = f"{draft.message} Known from the model facts alone: {sources}."
    return draft._replace(verdict=min(draft.verdict, Verdict.RISKY), message=said, tabled=obligation.tabled)


def _weighed(rule: Rule, verdict: Verdict, told: Status) -> Verdict:
    if told is Status.WORSENED:
        return min(verdict, rule.worsened or Verdict.RISKY)
    return Verdict.SAFE if told is Status.RESOLVED else verdict


def _judgement_without_violation(rule: Rule, watch: ObligationWatch, pair: Pair) -> Judgement | None:
    assert pair.head is not None
    base, head = _outcome(pair.base), pair.head.outcome
    groups = obligation_facts(pair.head)
    if not speaks(rule, watch, groups):
        return None
    if isinstance(head, Undecided) and pair.head.asked:
        if _decided_before(pair) and (any(map(_takes_back, pair.causes)) or _lost_a_side(pair)):
            return rule.dropped or _dropped(pair.head)
        if rule.undecided is not None and _from_elsewhere(pair) and _says(rule, rule.undecided, groups):
            return rule.undecided
    moved = (
        isinstance(head, Held) and isinstance(base, Held) and len({change.fact.element for change in pair.causes}) > 1
    )
    if moved and rule.coordinated is not None and _says(rule, rule.coordinated, groups):
        return rule.coordinated
    return None


def _decided_before(pair: Pair) -> bool:
    """Whether base could tell; of two schemas it told clause by clause."""
    return isinstance(_outcome(pair.base), Held | Violated) or (
        pair.base is None and pair.either.check == "schema.undeclared"
    )


def _takes_back(change: Change) -> bool:
    """A statement of an element that stays."""
    return change.kind.endswith(".removed") and bool(change.attribute)


def _lost_a_side(pair: Pair) -> bool:
    """Whether what base knew of one of the two sides is unknown now. A name that is in no table was never declared."""
    if pair.base is None or pair.head is None or pair.head.kind not in DECLARED:
        return False
    before, after = pair.base.facts, pair.head.facts
    lost = [
        before[side] for side in ("offered", "required") if before.get(side) is not None and after.get(side) is None
    ]
    return any(not any(same(value, one.value) for one in pair.base.tabled) for value in lost)


def _undeclared(pair: Pair) -> bool:
    """Whether an obligation is gone because nobody declares anything any more, not because an element went."""
    return (
        (pair.either.kind in ("edge", "store") or pair.either.check == "threshold.range")
        and not pair.either.check.startswith("schema.")  # one obligation says that for all clauses
        and _decided_before(pair)
        and bool(pair.causes)
        and all(change.attribute for change in pair.causes)
        and any(map(_takes_back, pair.causes))
    )


def _from_elsewhere(pair: Pair) -> bool:
    """Whether something changed under a node that stayed: what a new node leaves open is no news about an old one."""
    own = f"node:{pair.either.node}"
    added = any(change.kind == "node.added" and change.fact.element == own for change in pair.causes)
    return not added and any(change.fact.element != own for change in pair.causes)


def _says(rule: Rule, judgement: Judgement, groups: Groups) -> bool:
    holds = applies(rule, judgement, groups)
    return isinstance(holds, Unknown) or holds


def _dropped(obligation: Obligation) -> Judgement:
    hard = obligation.check.startswith(HARD_TO_LOSE)
    return Judgement(
        Verdict.BREAKING if hard else Verdict.RISKY,
        f"`{obligation.node}` can no longer be checked for {obligation.check}: {_reason(obligation)}.",
    )


def _reason(obligation: Obligation) -> str:
    return "{reason}" if isinstance(obligation.outcome, Undecided) else "nothing declares it any more"


def _draft(rule: Rule, verdict: Verdict, text: str, pair: Pair, obligation: Obligation, told: Status) -> Draft:
    groups = obligation_facts(obligation)
    policy = next((part for part in obligation.key if part.startswith(("slo:", "policy:"))), None)
    return Draft(
        rule=rule,
        verdict=verdict,
        status=told,
        message=message(text, groups),
        fix=message(rule.fix, groups),
        graph=obligation.graph,
        node=obligation.node,
        edge=obligation.edge,
        element=policy,
        causes=pair.causes,
        path=obligation.path,
        obligation=obligation,
        before=pair.base,
    )


def judge_changes(rules: RuleSet, evidence: Evidence) -> Iterator[Draft]:
    """Everything that the rules say of changes."""
    for change in evidence.changes:
        template = evidence.template(change.attribute) if change.attribute else None
        for rule, watch in rules.watching_changes(change.kind, template):
            facts, node = evidence.facts(change)
            if not watch.roles or node.get("role") in watch.roles:
                for draft in _of_change(rule, watch, change, facts, node, evidence):
                    yield draft._replace(status=Status.REVEALED) if evidence.in_doubt(draft.causes) else draft


def _of_change(
    rule: Rule, watch: ChangeWatch, change: Change, facts: Facts, node: Facts, evidence: Evidence
) -> Iterator[Draft]:
    if rule.per == "consumer":
        for impact in evidence.impacts:
            if impact.change == change.id:
                consumer = {"name": impact.consumer, "mechanism": impact.mechanism}
                groups = change_facts(change, facts=facts, node=node, consumer=consumer)
                yield from _change_draft(rule, watch, change, groups, impact.consumer, impact.path)
        return
    groups = change_facts(change, facts=facts, node=node)
    name = change.node or str(node.get("name") or "")
    yield from _change_draft(rule, watch, change, groups, name or None, (name,) if name else ())


def _change_draft(
    rule: Rule, watch: ChangeWatch, change: Change, groups: Groups, node: str | None, path: tuple[str, ...]
) -> Iterator[Draft]:
    said = judged(rule, watch, groups)
    if not isinstance(said, Judgement):
        return
    yield Draft(
        rule=rule,
        verdict=said.verdict,
        status=Status.INTRODUCED,
        message=message(said.message, groups),
        fix=message(rule.fix, groups),
        graph=change.graph,
        node=node,
        edge=change.edge,
        element=change.element,
        causes=(change,),
        path=path,
    )
