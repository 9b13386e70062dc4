"""What differs inside two nested values: a schema, a map of parameters.

Two mappings in, the smallest parts that differ out, each with its path. Promise: what means the same is no difference
(order of keys, of `required`, `enum` and `type`; `1.0` against `1`), everything else is one, and a part is shown as
deep as a person would name it: a list of plain values as a whole, a record field by field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msdiff.model.records import NamedTuple
from msdiff.model.values import Value, same

_SETS = frozenset({"required", "enum", "type"})  # lists in a schema of which the order means nothing
_DATA = frozenset({"const", "default", "enum", "example", "examples"})  # below these stand values, not schemas
_NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})  # keys are names
_LONGEST = 1000  # items of a list that are compared one by one
_DEEPEST = 16  # levels that are told apart; what differs below is shown whole

_KEYWORD, _NAME, _VALUE = "keyword", "name", "value"  # what the keys of a mapping are


class NestedChange(NamedTuple):
    """One part that differs: its path (`properties.price.type`, `anyOf[0].type`), `None` for a side without it."""

    path: str
    old: Value
    new: Value


def nested_changes(old: Mapping[str, Value], new: Mapping[str, Value]) -> tuple[NestedChange, ...]:
    """The parts of two mappings that differ, by path.

    Names are joined by dots; a name that holds a dot or a bracket, and the position in a list, stand in brackets.
    """
    one, other = _settled(old), _settled(new)
    assert isinstance(one, Mapping)
    assert isinstance(other, Mapping)
    shared = [name for name in one if name in other and not same(one[name], other[name])]
    paths: list[tuple[str | int, ...]] = [(name,) for name in one.keys() ^ other.keys()]
    paths += [(name,) for name in shared if not (_opens(one[name]) and _opens(other[name]))]
    deep = [name for name in shared if _opens(one[name]) and _opens(other[name])]
    if deep:
        paths += _deep_paths({name: one[name] for name in deep}, {name: other[name] for name in deep})
    changes = (NestedChange(_written(path), _part(one, path), _part(other, path)) for path in paths)
    return tuple(sorted(changes, key=lambda change: change.path))


def _settled(value: Value, name: str = "", keys: str = _KEYWORD) -> Value:
    """The value with its sets in order and whole numbers as integers. `keys` says what `name` is."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    inside = _below(name, keys)
    if isinstance(value, Mapping):
        return {key: _settled(one, key, inside) for key, one in value.items()}
    if not isinstance(value, tuple):
        return value
    if keys != _KEYWORD or name not in _SETS or _opens(value):
        return tuple(_settled(item, "", inside) for item in value)
    return tuple(sorted((_settled(item) for item in value), key=lambda item: (type(item).__name__, str(item))))


def _below(name: str, keys: str) -> str:
    """What the keys of the mapping under `name` are."""
    if keys == _VALUE or (keys == _KEYWORD and name in _DATA):
        return _VALUE
    return _NAME if keys == _KEYWORD and name in _NAMED else _KEYWORD


def _opens(value: Value) -> bool:
    """Whether it is shown part by part: a record, or a list with records in it that is not endless."""
    if isinstance(value, Mapping):
        return True
    if not isinstance(value, tuple) or len(value) > _LONGEST:
        return False
    return any(isinstance(item, Mapping | tuple) for item in value)


def _deep_paths(one: Mapping[str, Value], other: Mapping[str, Value]) -> list[tuple[str | int, ...]]:
    from deepdiff import DeepDiff  # a tenth of a second: only where something differs below the first level

    less, fewer = _without_equals(one, other)
    found = DeepDiff(
        _closed(less),
        _closed(fewer),
        view="tree",
        zip_ordered_iterables=True,
        threshold_to_diff_deeper=0,
        ignore_private_variables=False,
    )
    return [tuple(level.path(output_format="list")) for kind in found.values() for level in kind]


def _without_equals(one: Value, other: Value) -> tuple[Value, Value]:
    """Both without the fields that are equal: going through these costs DeepDiff more than a millisecond each."""
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return one, other
    pairs = {
        name: _without_equals(one[name], other[name])
        for name in one.keys() & other.keys()
        if not same(one[name], other[name])
    }
    less = {name: pairs[name][0] if name in pairs else one[name] for name in one.keys() - other.keys() | pairs.keys()}
    fewer = {
        name: pairs[name][1] if name in pairs else other[name] for name in other.keys() - one.keys() | pairs.keys()
    }
    return less, fewer


def _closed(value: Value, depth: int = 0) -> Value:
    """The value with each part that is shown whole made one text, marked so that no text of the file equals it."""
    if isinstance(value, Mapping) and depth < _DEEPEST:
        return {key: _closed(one, depth + 1) for key, one in value.items()}
    if isinstance(value, tuple) and depth < _DEEPEST and _opens(value):
        return tuple(_closed(item, depth + 1) for item in value)
    return f"\0{_canonical(value)}" if isinstance(value, Mapping | tuple) else value


def _canonical(value: Value) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key!r}:{_canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, tuple):
        return "[" + ",".join(map(_canonical, value)) + "]"
    return repr(value)


def _part(value: Value, path: Iterable[str | int]) -> Value:
    """What stands there; `None` where nothing does."""
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, tuple) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _written(path: Iterable[str | int]) -> str:
    text = ""
    for step in path:
        if isinstance(step, int) or not step or any(mark in step for mark in ".[]"):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text
