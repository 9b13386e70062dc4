"""Who is affected: every consumer that some change reaches, gravest first, with all mechanisms and causes.

In: findings, obligations of both versions and the impacts that are no obligation (quality, arrival times). Out: one entry a
node. Decided by value: an obligation counts for its node only where its outcome or one of its facts differs.
"""

from __future__ import annotations

from collections.abc import Iterable

from msdiff.classify.causes import Causes
from msdiff.classify.evidence import Evidence
from msdiff.classify.judging import Draft, Pair, pairs
from msdiff.model.change import Change
from msdiff.model.finding import Verdict
from msdiff.model.obligation import Held, Obligation, Status, Undecided
from msdiff.model.report import Affected

MECHANISMS = {
    "edge": "contract", "store": "state", "pin": "pin", "node": "contract", "label": "data", "graph": "topology",
    "slo": "latency", "hop": "latency", "timeout": "timeout", "guard": "guard", "policy": "policy", "context": "context",
    "threshold": "calibration", "slo.availability": "availability", "slo.cost": "cost",
}  # fmt: skip
COUNTED = (Status.INTRODUCED, Status.WORSENED, Status.REVEALED)


class _Entry:
    __slots__ = ("causes", "mechanisms", "path", "verdict")

    def __init__(self) -> None:
        self.verdict = Verdict.SAFE
        self.mechanisms: set[str] = set()
        self.causes: dict[str, Change] = {}
        self.path: tuple[str, ...] = ()


def mechanism(obligation: Obligation) -> str:
    """Through what an obligation makes its node feel a change."""
    if obligation.kind != "path":
        return MECHANISMS[obligation.kind]
    return MECHANISMS.get(obligation.check) or MECHANISMS[obligation.check.partition(".")[0]]


def affected(drafts: Iterable[Draft], evidence: Evidence, causes: Causes) -> tuple[Affected, ...]:
    """One entry for each affected node of head, sorted by gravity, graph and name."""
    entries: dict[tuple[str, str], _Entry] = {}
    judged = tuple(drafts)
    for pair in pairs(evidence, causes):
        if pair.causes and _differs(pair) and pair.either.kind not in ("pin", "node"):  # these speak of the node alone
            _note(
                entries,
                pair.either.graph,
                pair.either.node,
                _of(pair),
                mechanism(pair.either),
                pair.causes,
                pair.either.path,
            )
    for draft in judged:
        if draft.status in COUNTED and draft.obligation is not None and draft.causes:
            _note(
                entries, draft.graph, draft.node, draft.verdict, mechanism(draft.obligation), draft.causes, draft.path
            )
    changed = {change.id: change for change in evidence.changes}
    verdicts = _change_verdicts(judged)
    for impact in evidence.impacts:
        verdict = verdicts.get(impact.change, Verdict.SAFE) if impact.mechanism == "model" else Verdict.SAFE
        _note(entries, impact.graph, impact.consumer, verdict, impact.mechanism, (changed[impact.change],), impact.path)
    found = [_finished(key, entry, evidence) for key, entry in entries.items() if evidence.exists(*key)]
    return tuple(sorted(found, key=lambda one: (-_gravity(one.verdict), one.graph, one.node)))


def _gravity(verdict: Verdict) -> int:
    return list(Verdict).index(verdict)


def _differs(pair: Pair) -> bool:
    if pair.base is None or pair.head is None:
        # of the shape of the graph what holds on both sides is kept on the one that the change touches
        return pair.either.kind != "graph" or not isinstance(pair.either.outcome, Held)
    if type(pair.base.outcome) is not type(pair.head.outcome):
        return True
    return pair.base.facts != pair.head.facts or pair.base.outcome != pair.head.outcome


def _of(pair: Pair) -> Verdict:
    """What an obligation alone says: decided and held is safe; violations speak through findings."""
    if pair.head is None or isinstance(pair.head.outcome, Held):
        return Verdict.SAFE
    return Verdict.UNVERIFIED if isinstance(pair.head.outcome, Undecided) else Verdict.SAFE


def _change_verdicts(drafts: Iterable[Draft]) -> dict[str, Verdict]:
    """The gravest judgement of a rule that watches changes, by change: it holds for whoever the quality of a model reaches."""
    verdicts: dict[str, Verdict] = {}
    for draft in drafts:
        if draft.status in COUNTED:
            weight = draft.verdict if draft.obligation is None else min(draft.verdict, Verdict.RISKY)
            for change in draft.causes:
                verdicts[change.id] = max(verdicts.get(change.id, Verdict.SAFE), weight)
    return verdicts


def _note(
    entries: dict[tuple[str, str], _Entry],
    graph: str,
    node: str | None,
    verdict: Verdict,
    through: str,
    causes: Iterable[Change],
    path: tuple[str, ...],
) -> None:
    if node is None:
        return
    entry = entries.setdefault((graph, node), _Entry())
    if verdict > entry.verdict or not entry.path:
        entry.path = path
    entry.verdict = max(entry.verdict, verdict)
    entry.mechanisms.add(through)
    entry.causes |= {change.id: change for change in causes}


def _finished(key: tuple[str, str], entry: _Entry, evidence: Evidence) -> Affected:
    graph, node = key
    order = {change.id: number for number, change in enumerate(evidence.changes)}
    causes = sorted(entry.causes.values(), key=lambda change: order[change.id])
    path, others = way(graph, node, causes, entry.path, evidence)
    return Affected(
        graph, node, entry.verdict, tuple(sorted(entry.mechanisms)), tuple(change.id for change in causes), path, others
    )


def way(
    graph: str, node: str, causes: Iterable[Change], known: tuple[str, ...], evidence: Evidence
) -> tuple[tuple[str, ...], int]:
    """The path from a cause to the node, and the number of others: the shortest over real edges, else the known one."""
    found: list[tuple[int, tuple[str, ...], int]] = []
    for change in causes:
        path, others = _from(change, graph, node, evidence)
        if len(path) > 1:
            found.append((len(path), path, others))
    if found:
        _, path, others = min(found)
        return path, others
    if len(known) > 1 and known[-1] == node:
        return known, 0
    return (node,), 0


def _from(change: Change, graph: str, node: str, evidence: Evidence) -> tuple[tuple[str, ...], int]:
    """From the changed node; from an edge, over the edge."""
    if change.node:
        return evidence.path(graph, change.node, node)
    ends = evidence.ends(change.graph, change.edge) if change.edge else ()
    if len(ends) != 2 or node == ends[0]:
        return (), 0
    path, others = evidence.path(graph, ends[1], node)
    return ((ends[0], *path), others) if path and ends[0] not in path else (path, others)
