"""Random documents of the native format, of every attribute in the catalogue; with `mistakes`, some of them wrong."""

from typing import Any

from hypothesis import strategies as st

from msdiff.ruleset.attributes import Attribute, Branches, Catalogue
from msdiff.syntax.quantity import UNITS

NAMES = st.sampled_from(["a", "b", "c-1", "d_2"])
TEXT = st.sampled_from(["x", "no", "on", "1", "010", "22:30", "~", "", "a b", "é", "# x", "a: b", "- c", "null"])
WORD = st.sampled_from(["x", "y", "no"])
WRONG = st.sampled_from([None, -7, 2.5, "wrong", [], {}, True, [None], {"wrong": 1}])
JSON = st.recursive(st.integers(0, 3) | WORD | st.booleans(), lambda inner: st.lists(inner, max_size=2), max_leaves=3)


def document(catalogue: Catalogue, *, mistakes: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """One document. Without mistakes only figures may contradict each other."""
    return _Draw(catalogue, mistakes).document()


class _Draw:
    def __init__(self, catalogue: Catalogue, mistakes: bool) -> None:
        self._catalogue = catalogue
        self._mistakes = mistakes

    def document(self) -> st.SearchStrategy[dict[str, Any]]:
        ports = {side: st.dictionaries(NAMES, self._some(side), max_size=2) for side in ("inputs", "outputs")}
        node = st.builds(lambda own, sides: own | sides, self._some("node"), st.fixed_dictionaries({}, optional=ports))
        edge = st.builds(
            lambda own, ends: own | ends,
            self._some("edge", without=("from", "to")),
            st.fixed_dictionaries({"from": NAMES, "to": NAMES}),
        )
        slo = st.builds(lambda own, name: own | {"at": name, "name": name}, self._some("slo"), NAMES)
        policy = st.builds(lambda own, name: own | {"requirePins": True, "name": name}, self._some("policy"), NAMES)
        spec = {
            "nodes": st.dictionaries(NAMES, node, max_size=3),
            "edges": st.lists(edge, max_size=3),
            "slos": st.lists(slo, max_size=2, unique_by=lambda one: str(one["name"])),
            "policies": st.lists(policy, max_size=2, unique_by=lambda one: str(one["name"])),
        }
        metadata = st.builds(lambda own: own | {"name": "app"}, self._some("metadata"))
        return st.fixed_dictionaries(
            {
                "apiVersion": st.just("msdiff/v1"),
                "kind": st.just("ApplicationGraph"),
                "metadata": metadata,
                "spec": st.fixed_dictionaries({}, optional=spec),
            }
        )

    def _some(self, section: str, without: tuple[str, ...] = ()) -> st.SearchStrategy[dict[str, Any]]:
        branches = {key: step for key, step in self._catalogue.branches(section).items() if key not in without}
        return self._group(branches, section)

    def _group(self, branches: Branches, section: str) -> st.SearchStrategy[dict[str, Any]]:
        if any(key.startswith("<") for key in branches):
            (step,) = branches.values()
            allowed = self._names(step)
            return st.dictionaries(
                st.sampled_from(allowed) if allowed else NAMES, self._step(step, section), max_size=2
            )
        keys = st.lists(st.sampled_from(sorted(branches)), max_size=3, unique=True)
        return keys.flatmap(
            lambda some: st.fixed_dictionaries({key: self._step(branches[key], section) for key in some})
        )

    def _step(self, step: "Branches | str", section: str) -> st.SearchStrategy[Any]:
        if not isinstance(step, str):
            return st.deferred(lambda: self._group(step, section))
        attribute = self._catalogue.row(section, step)
        value = self._value(attribute)
        if attribute.many and (section == "inputs" or attribute.union):
            value = value | st.lists(value, min_size=1, max_size=3)
        return value | WRONG if self._mistakes else value

    def _names(self, step: "Branches | str") -> tuple[str, ...]:
        while not isinstance(step, str):
            step = next(iter(step.values()))
        return self._catalogue.row("node", step).names

    def _value(self, attribute: Attribute) -> st.SearchStrategy[Any]:
        if attribute.type in ("integer", "number"):
            low = int(attribute.min if attribute.min is not None else -3)
            number: st.SearchStrategy[Any] = st.integers(low, int(attribute.max or low + 9))
            if attribute.type == "number":
                number = number | st.sampled_from([low + 0.5, low + 1.0])
            return number | st.just(UNITS[attribute.unit][0].example) if attribute.unit in ("ms", "GiB") else number
        if attribute.type in ("set", "list"):
            return st.lists(self._item(attribute), max_size=3)
        if attribute.type == "map":
            return st.dictionaries(NAMES, self._item(attribute), max_size=2)
        if attribute.type == "selection":
            return st.fixed_dictionaries(dict.fromkeys(attribute.keys, SELECTOR))
        if attribute.values:
            return st.sampled_from(attribute.values)
        return TYPES[attribute.type]

    def _item(self, attribute: Attribute) -> st.SearchStrategy[Any]:
        return st.sampled_from(attribute.values) if attribute.values else TYPES[attribute.of or "text"]


SELECTOR = (
    NAMES
    | st.fixed_dictionaries({"role": st.sampled_from(["entry", ["entry", "tool"], ["tool"]])})
    | st.fixed_dictionaries({"node": NAMES}, optional={"labels": st.just({"a": ["b", "c"]})})
    | st.just({"guard": {"kind": ["pii"], "stage": "input"}})
)
TYPES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXT,
    "name": WORD,
    "boolean": st.booleans(),
    "fraction": st.sampled_from([0, 1, 0.5, 1.0]),
    "integer": st.integers(0, 5),
    "number": st.sampled_from([0, 1.5, -2]),
    "scalar": TEXT | st.integers(0, 5),
    "value": JSON,
    "schema": st.just({"type": "object", "required": ["a"]}) | st.just("file.json#/x"),
    "names": NAMES | st.lists(NAMES, max_size=2),
    "shape": st.lists(st.integers(-1, 5) | NAMES, max_size=3),
    "prefix": TEXT | st.fixed_dictionaries({"query": TEXT}, optional={"passage": TEXT}),
    "range": st.just([0, 1.0]),
    "join": st.sampled_from(["all", "any", {"k": 2}]),
    "widths": st.booleans() | st.lists(st.integers(1, 5), max_size=2),
    "parameter": st.fixed_dictionaries({"required": st.booleans()}, optional={"values": st.lists(WORD, max_size=2)}),
    "selector": SELECTOR,
    "requirement": st.fixed_dictionaries({"select": SELECTOR, "condition": WORD}),
    "latencyBound": st.fixed_dictionaries(
        {"from": SELECTOR, "to": SELECTOR, "ms": st.sampled_from([5, "1s"])},
        optional={"percentile": st.just("p95"), "measure": st.just("startToEnd")},
    ),
    "pins": st.booleans(),
}
