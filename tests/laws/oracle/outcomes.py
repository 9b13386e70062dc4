"""What an obligation comes to, and the statuses that two outcomes allow (design, section 6)."""

from typing import NamedTuple


class Outcome(NamedTuple):
    """`held`, `violated` or `open`, of a violation by how much, and through what; or `unsure`: the oracle does not know."""

    word: str
    excess: float | None = None
    through: frozenset[str] = frozenset()


HELD, OPEN, VIOLATED, UNSURE = Outcome("held"), Outcome("open"), Outcome("violated"), Outcome("unsure")
SOMEHOW = Outcome("violated", None, frozenset({"somehow"}))  # by one of several values
Key = tuple[str, ...]  # rule, then where
Outcomes = dict[Key, Outcome]


def allowed(base: Outcome | None, head: Outcome | None) -> set[str]:
    """The statuses that a finding may have; an empty text allows that there is none."""
    before, after = (one.word if one else "none" for one in (base, head))
    if "unsure" in (before, after):
        return {"", "introduced", "worsened", "preexisting", "resolved", "revealed"}
    if before == after == "violated" and SOMEHOW in (base, head):
        return {"introduced", "worsened", "preexisting"}
    if after == "violated":
        assert head is not None
        if base is not None and before == "violated":
            if base.through and head.through - base.through:
                return {"introduced"}
            if base.excess is not None and head.excess is not None and head.excess > base.excess:
                return {"worsened"}
            return {"preexisting"}
        return {"introduced", "revealed"} if before == "open" else {"introduced"}
    if before == "violated":
        return {"resolved"} if after == "held" else {"resolved", "introduced", ""}  # dropped, or gone
    return {"", "introduced"} if after != "held" and before == "held" else {""}


def new_violations(base: Outcomes, head: Outcomes) -> set[Key]:
    return {key for key, one in head.items() if allowed(base.get(key), one) == {"introduced"}}


def newly_open(base: Outcomes, head: Outcomes) -> set[Key]:
    """What cannot be told any more, or was not asked before."""
    return {
        key for key, one in head.items() if one.word == "open" and base.get(key, HELD).word not in ("open", "unsure")
    }
