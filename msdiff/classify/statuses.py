"""How an obligation stands in head against base: the one place where two outcomes become a status (design, section 6)."""

from __future__ import annotations

from msdiff.model.obligation import Outcome, Status, Undecided, Violated


def status(base: Outcome | None, head: Outcome | None, with_new_facts: Outcome | None) -> Status | None:
    """The status, or `None` where there is nothing to report.

    `None` as an outcome means that the version has no such obligation (or one that holds and that no change touches).
    `with_new_facts` is the outcome in base once it knows what head newly declares: it tells a breakage that the new
    declaration only reveals (it was violated then already) from one that a changed value makes. `None`: not violated.
    """
    if isinstance(head, Violated):
        if isinstance(base, Violated):
            return _compared(base, head)
        if isinstance(base, Undecided):
            return Status.REVEALED if isinstance(with_new_facts, Violated) else Status.INTRODUCED
        return Status.INTRODUCED
    if isinstance(base, Violated) and not isinstance(head, Undecided):
        return Status.RESOLVED
    return None


def _compared(base: Violated, head: Violated) -> Status:
    """Broken before. What breaks it now and did not break it then is new; more of the same is worse."""
    if base.witnesses and head.witnesses - base.witnesses:
        return Status.INTRODUCED
    if base.excess is not None and head.excess is not None and head.excess > base.excess:
        return Status.WORSENED
    return Status.PREEXISTING
