"""The variance laws: does what is offered satisfy what is required?

Two known values in, `Held` or `Violated` out; which law governs which attribute is data (`rules/wires.yaml`). Every law is
sound relative to the declared values: it says `Held` only where each value that the producer may emit is accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeGuard

from msdiff.model.obligation import Held, Outcome, Violated
from msdiff.model.values import Value, same

HELD = Held()


def as_set(value: Value) -> tuple[Value, ...]:
    """A scalar as the set that holds only it; a set as it is."""
    return value if isinstance(value, tuple) else (value,)


def member(offered: Value, required: Value) -> Outcome:
    """Every offered value is among the accepted ones: a scalar requirement must be equalled, a list holds alternatives."""
    accepted = as_set(required)
    return _missing(offered, [one for one in as_set(offered) if not any(same(one, other) for other in accepted)])


def bound(offered: Value, required: Value) -> Outcome:
    """The producer's maximum is within the consumer's."""
    if not _number(offered) or not _number(required) or offered <= required:
        return HELD
    return Violated(excess=offered - required)


def floor(offered: Value, required: Value) -> Outcome:
    """The producer's minimum reaches the consumer's."""
    if not _number(offered) or not _number(required) or offered >= required:
        return HELD
    return Violated(excess=required - offered)


def subset(offered: Value, required: Value) -> Outcome:
    """Everything that may be emitted is handled."""
    handled = as_set(required)
    if "any" in handled:
        return HELD
    return _missing(as_set(offered), [value for value in as_set(offered) if value not in handled])


def superset(offered: Value, required: Value) -> Outcome:
    """Everything that is needed is offered."""
    return subset(required, offered)


def data_type(offered: Value, required: Value, select: Value = None) -> Outcome:
    """Each member of the offered union is accepted. `any` accepts all, and is accepted by `any` alone.

    `edge.select` turns a list into one item (`first`), one text (`join`) or item after item (`each`) on the way.
    """
    accepted = as_set(required)
    if "any" in accepted:
        return HELD
    return _missing(offered, [name for name in as_set(offered) if _selected(name, select) not in accepted])


def _selected(name: Value, select: Value) -> Value:
    if name == "documents" and select in ("first", "each"):
        return "document"
    if name in ("documents", "document") and select == "join":
        return "text"
    return name


def interval(offered: Value, required: Value) -> Outcome:
    """The offered [low, high] lies inside the required one."""
    if not isinstance(offered, tuple) or not isinstance(required, tuple) or len(offered) != 2 or len(required) != 2:
        return HELD
    ends = {"lowest": bound(required[0], offered[0]), "highest": bound(offered[1], required[1])}
    over = {name: end.excess or 0 for name, end in ends.items() if isinstance(end, Violated)}
    return Violated(max(over.values()), frozenset(over)) if over else HELD


def parameters(sent: Value, accepted: Value) -> Outcome:
    """The caller sends each required parameter, only known ones, and only accepted values."""
    if not isinstance(sent, dict) or not isinstance(accepted, dict):
        return HELD
    wrong = [f"{name} is not accepted" for name in sent if name not in accepted]
    for name, terms in accepted.items():
        terms = terms if isinstance(terms, dict) else {}
        if terms.get("required") is True and name not in sent:
            wrong.append(f"{name} is required")
        values = terms.get("values")
        if name in sent and values is not None and not any(same(sent[name], one) for one in as_set(values)):
            wrong.append(f"{name}={sent[name]} is not accepted")
    return Violated(witnesses=frozenset(wrong)) if wrong else HELD


def unit(offered: Value, required: Value) -> Outcome:
    """An index for dot products gets vectors of length 1. Any other metric copes with any length."""
    return Violated() if required == "dotProduct" and offered is False else HELD


def overlap(offered: Value, required: Value) -> Outcome:
    """The two sides have something in common."""
    return HELD if any(one in as_set(required) for one in as_set(offered)) else Violated()


def chat(template: Value, interface: Value) -> Outcome:
    """A model without a chat template is not called as a chat."""
    return Violated() if interface == "chat" and template == "none" else HELD


def streamed(offered: Value, required: Value) -> Outcome:
    """At the ends of an edge that is a stream nobody says that they do not stream."""
    return Violated() if required == "stream" and offered is False else HELD


LAWS: dict[str, Callable[[Value, Value], Outcome]] = {
    "member": member,
    "bound": bound,
    "floor": floor,
    "items": floor,
    "pool": floor,
    "subset": subset,
    "superset": superset,
    "range": interval,
    "type": data_type,
    "parameters": parameters,
    "unit": unit,
    "streamed": streamed,
    "overlap": overlap,
    "chat": chat,
}


def _number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _missing(offered: Value, refused: list[Value]) -> Outcome:
    """Violated by the members that are refused. A single value is no member of anything: another wrong one is no news."""
    if not refused:
        return HELD
    return Violated(witnesses=frozenset(map(str, refused))) if isinstance(offered, tuple) else Violated()
