"""Boxes and arrows -> columns and rows: a small layered layout.

In: keys in the order of the file, and pairs of keys. Out: a slot (column, row) for each key and for each bend of an
arrow that crosses columns. Promise: cycles end, time is linear in keys, arrows and bends (times a logarithm), the order
of the input decides every tie.

Columns are longest paths from the sources, after the arrows that close a cycle are set aside; rows within a column
follow the mean row of what points there (one pass of the barycentre method of Sugiyama, Tagawa and Toda, 1981).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msdiff.model.records import NamedTuple

_MAX_BENDS = 20_000  # above, long arrows run straight: nobody reads such a picture anyway


class Slot(NamedTuple):
    column: int
    row: float


class Layout(NamedTuple):
    """`bends` are the slots that an arrow passes, by its number; `backward` the arrows that close a cycle."""

    slots: Mapping[str, Slot]
    bends: Mapping[int, tuple[Slot, ...]]
    backward: frozenset[int]
    columns: int
    rows: int


def layered(keys: Sequence[str], arrows: Sequence[tuple[str, str]]) -> Layout:
    """The layout; an arrow's number is its position. Both ends of every arrow must be among the keys."""
    backward = _closing(keys, arrows)
    forward = [(number, source, target) for number, (source, target) in enumerate(arrows) if number not in backward]
    column = _columns(keys, forward)
    cells, before, passed = _cells(keys, forward, column)
    row = _rows(cells, before)
    rows = max(map(len, cells), default=0)
    offset = [(rows - len(cell)) / 2 for cell in cells]
    slot = {name: Slot(at, row[name] + offset[at]) for at, cell in enumerate(cells) for name in cell}
    return Layout(
        slots={key: slot[key] for key in keys},
        bends={number: tuple(slot[name] for name in names) for number, names in passed.items()},
        backward=backward,
        columns=len(cells),
        rows=rows,
    )


def _closing(keys: Sequence[str], arrows: Sequence[tuple[str, str]]) -> frozenset[int]:
    """The arrows that lead back to a box whose own way is still being followed (depth first, without recursion)."""
    outgoing: dict[str, list[tuple[int, str]]] = {key: [] for key in keys}
    for number, (source, target) in enumerate(arrows):
        outgoing[source].append((number, target))
    state: dict[str, int] = {}  # 1: being followed, 2: done
    closing: set[int] = set()
    for start in keys:
        if start in state:
            continue
        state[start] = 1
        stack = [(start, iter(outgoing[start]))]
        while stack:
            key, rest = stack[-1]
            for number, target in rest:
                if state.get(target) == 1:
                    closing.add(number)
                elif target not in state:
                    state[target] = 1
                    stack.append((target, iter(outgoing[target])))
                    break
            else:
                state[key] = 2
                stack.pop()
    return frozenset(closing)


def _columns(keys: Sequence[str], forward: Sequence[tuple[int, str, str]]) -> dict[str, int]:
    column = dict.fromkeys(keys, 0)
    waiting = dict.fromkeys(keys, 0)
    outgoing: dict[str, list[str]] = {key: [] for key in keys}
    for _, source, target in forward:
        waiting[target] += 1
        outgoing[source].append(target)
    ready = [key for key in keys if not waiting[key]]
    for key in ready:  # grows while it is read
        for target in outgoing[key]:
            column[target] = max(column[target], column[key] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return column


def _cells(
    keys: Sequence[str], forward: Sequence[tuple[int, str, str]], column: Mapping[str, int]
) -> tuple[list[list[object]], dict[object, list[object]], dict[int, list[object]]]:
    """Columns with their boxes and bends, what stands before each, and the bends of each arrow."""
    cells: list[list[object]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for key in keys:
        cells[column[key]].append(key)
    straight = sum(column[target] - column[source] - 1 for _, source, target in forward) > _MAX_BENDS
    before: dict[object, list[object]] = {}
    passed: dict[int, list[object]] = {}
    for number, source, target in forward:
        last: object = source
        for at in range(column[source] + 1, column[target] if not straight else 0):
            bend = (number, at)
            cells[at].append(bend)
            passed.setdefault(number, []).append(bend)
            before.setdefault(bend, []).append(last)
            last = bend
        before.setdefault(target, []).append(last)
    return cells, before, passed


def _rows(cells: Sequence[list[object]], before: Mapping[object, Sequence[object]]) -> dict[object, int]:
    row: dict[object, int] = {}
    for cell in cells:
        wanted = {name: _mean([row[one] for one in before.get(name, ())], at) for at, name in enumerate(cell)}
        row.update((name, at) for at, name in enumerate(sorted(cell, key=wanted.__getitem__)))
    return row


def _mean(rows: Sequence[int], otherwise: float) -> float:
    return sum(rows) / len(rows) if rows else otherwise
