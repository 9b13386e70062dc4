"""The laws of what must fit inside one node: what is there, what it must fit, and what else is stated beside.

Known values in, `Held` or `Violated` out; which law governs which statements is data (`rules/nodes.yaml`). Those that edges
have, too, are in `laws`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msdiff.model.obligation import Outcome, Violated
from msdiff.model.values import Value
from msdiff.propagate.laws import HELD, as_set, bound, member, subset

Law = Callable[[Value, Value, Value], Outcome]


def calls(able: Value, tools: Value) -> Outcome:
    """A model that is given tools can call them."""
    return HELD if not as_set(tools) or "tools" in as_set(able) else Violated(witnesses=frozenset(("tools",)))


def alternate(roles: Value, wanted: Value) -> Outcome:
    """After the system's message user and assistant take turns, the user first."""
    turns = [role for role in as_set(roles) if role != "system"]
    right = all(role == ("user", "assistant")[number % 2] for number, role in enumerate(turns))
    return HELD if wanted is not True or right else Violated()


def divides(parts: Value, whole: Value) -> Outcome:
    """Something is split evenly over so many parts (vLLM, `Total number of attention heads must be divisible`)."""
    if not isinstance(parts, int) or not isinstance(whole, int) or parts < 1:
        return HELD
    return HELD if whole % parts == 0 else Violated()


def shares(parts: Value, whole: Value) -> Outcome:
    """Split evenly, or, where there are fewer than parts, each copied equally often."""
    return HELD if HELD in (divides(parts, whole), divides(whole, parts)) else Violated()


def width(given: Value, native: Value, trained: Value) -> Outcome:
    """A vector is as wide as the model makes it, or as one of the widths that it was trained to be cut to.

    `trained` is true for any narrower width, false for none, a list of widths (also wider than the usual one), or not
    stated, which forbids nothing.
    """
    if not isinstance(given, int) or not isinstance(native, int) or given == native:
        return HELD
    if isinstance(trained, tuple) and given in trained:
        return HELD
    if given > native:
        return Violated(excess=given - native)
    cut = trained is not False if trained is None or isinstance(trained, bool) else given in as_set(trained)
    return HELD if cut else Violated()


def least(thresholds: Value, lowest: Value) -> Outcome:
    """No threshold lies below the least one for its label; one for all labels counts for each."""
    if not isinstance(lowest, Mapping):
        return HELD
    low = [label for label, bar in lowest.items() if _below(_of_label(thresholds, label), bar)]
    return Violated(witnesses=frozenset(map(str, low))) if low else HELD


def _of_label(thresholds: Value, label: str) -> Value:
    return thresholds.get(label) if isinstance(thresholds, Mapping) else thresholds


def _below(value: Value, bar: Value) -> bool:
    return isinstance(value, int | float) and isinstance(bar, int | float) and value < bar


def closed(on_failure: Value, wanted: Value) -> Outcome:
    """A guard says that nothing passes when it fails itself."""
    return HELD if wanted is not True or on_failure == "closed" else Violated()


def _of_two(law: Callable[[Value, Value], Outcome]) -> Law:
    return lambda offered, required, _: law(offered, required)


NODE_LAWS: Mapping[str, Law] = {
    **{law.__name__: _of_two(law) for law in (bound, member, subset, calls, alternate, divides, shares, least, closed)},
    "width": width,
}
