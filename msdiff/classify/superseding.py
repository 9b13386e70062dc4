"""One finding for one thing: a rule that names it more precisely speaks for the others.

In: drafts of all rules. Out: those that stay. A rule that `supersedes` another speaks instead of it on the same obligation, or
where the other's causes are among its own; two drafts of one rule on one node with the same causes and status are one.
"""

from __future__ import annotations

from collections.abc import Iterable

from msdiff.classify.judging import Draft
from msdiff.model.obligation import Status

NEWS = (Status.INTRODUCED, Status.WORSENED, Status.REVEALED)


def precise(drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """The drafts without those that a more precise one speaks for, and without doubles; in their order."""
    kept = list(_single(drafts))
    by_rule: dict[str, list[Draft]] = {}
    for draft in kept:
        for other in draft.rule.supersedes:
            by_rule.setdefault(other, []).append(draft)
    return tuple(draft for draft in kept if not any(_speaks_for(one, draft) for one in by_rule.get(draft.rule.id, ())))


def _speaks_for(one: Draft, other: Draft) -> bool:
    alike = one.status is other.status or (one.status in NEWS and other.status in NEWS)
    if one.graph != other.graph or not alike or (one.tabled and other.verdict > one.verdict):
        return False  # what a table alone shows takes nothing back that files show
    if one.obligation is not None and other.obligation is not None:
        return _place(one) == _place(other)
    mine = {change.id for change in one.causes}
    return bool(other.causes) and all(change.id in mine for change in other.causes)


def _place(draft: Draft) -> tuple[str, ...]:
    """Where the obligation stands: its elements, whatever is compared there."""
    assert draft.obligation is not None
    return draft.obligation.key[3:] if draft.obligation.kind == "edge" else draft.obligation.key[1:]


def _single(drafts: Iterable[Draft]) -> Iterable[Draft]:
    """One draft for each rule, node, status and set of causes; the gravest, of equals the first."""
    best: dict[tuple[object, ...], Draft] = {}
    for draft in drafts:
        causes = tuple(change.id for change in draft.causes)
        detail: tuple[str | None, ...] = (draft.edge,)
        if draft.obligation and not _same_thing(draft):
            detail = draft.obligation.key
        if draft.obligation and draft.obligation.check == "cycle.bound":
            detail = ()  # one loop, whichever of its nodes
        if draft.obligation and draft.obligation.check.startswith("timeout."):
            detail = (
                draft.edge,
            )  # a limit below the callee's figures and below the limits under it is one wrong limit
        identity = (draft.rule.id, draft.graph, draft.node, draft.status, causes, detail)
        known = best.get(identity)
        if known is None or draft.verdict > known.verdict:
            best[identity] = draft
    return best.values()


def _same_thing(draft: Draft) -> bool:
    """A wire and the state behind it that say the same of one node (dimension) are one finding; so are two policies' guards."""
    assert draft.obligation is not None
    return (
        bool(draft.causes)
        and draft.obligation.kind in ("edge", "store", "path")
        and draft.obligation.check
        in (
            "dimension",
            "guard.cover",
            "guard.output",
        )
    )
