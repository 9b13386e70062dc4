"""The known name that a misspelt one was most likely meant to be.

Only errors and dangling references ask, so nothing here is prepared in advance.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

LONGEST = 100  # letters; whatever is longer is no slip of somebody who typed a name


class Nearby:
    """`nearest` for names by the thousand: after so many comparisons nobody gets a hint any more.

    A hint is a kindness, and comparing everything with everything may not end: 100,000 wrong names among 100,000 others.
    """

    def __init__(self, comparisons: int = 50_000) -> None:
        self._left = comparisons

    def __call__(self, text: str, names: Collection[str]) -> str | None:
        """The nearest name, as long as there is time."""
        self._left -= len(names)
        return nearest(text, names) if self._left >= 0 else None


def nearest(text: str, names: Iterable[str]) -> str | None:
    """The known name closest to `text`, or `None` where none is close: about one slip for every three letters.

    Slips are a letter missing, added, replaced, or swapped with its neighbour. Letter case costs nothing; of equally
    close names the one with the same letters wins (`p59Ms` is `p95Ms`, not `p50Ms`), then the first by name. A name
    that `text` begins (or that begins `text`) counts as close, however long the rest: `timeout` is `timeoutMs`.
    """
    if len(text) > LONGEST:
        return None
    wanted = text.casefold()
    best: tuple[int, bool, str] | None = None
    letters = sorted(wanted)
    for name in names:
        known = name.casefold()
        shorter = min(len(wanted), len(known))
        allowed = max(1, (len(wanted) + 1) // 3)
        if shorter >= 3 and (known.startswith(wanted) or wanted.startswith(known)):
            slips = min(1, abs(len(wanted) - len(known)))
        elif shorter == 0 or abs(len(wanted) - len(known)) > allowed:
            continue
        else:
            slips = _slips(wanted, known, allowed)
        if slips > allowed:
            continue
        rank = (slips, sorted(known) != letters, name)
        if best is None or rank < best:
            best = rank
    return best[2] if best else None


def did_you_mean(text: str, names: Iterable[str]) -> str:
    """A hint: the nearest name, or (where there are few) the known ones; "" where neither helps."""
    known = tuple(names)
    found = nearest(text, known)
    if found is not None:
        return f"did you mean `{found}`?"
    if 0 < len(known) <= 12:
        return f"known: {', '.join(f'`{name}`' for name in known)}"
    return ""


def _slips(one: str, other: str, limit: int) -> int:
    """Edit distance with swaps of neighbours (optimal string alignment); anything over `limit` is `limit + 1`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        following = [i]
        for j, candidate in enumerate(other, 1):
            cost = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (letter != candidate))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == candidate:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        if min(following) > limit:
            return limit + 1
        before, row = row, following
    return row[-1]
