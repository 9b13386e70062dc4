"""Conditions: text and the values of its names in, true or false out. The only user of the CEL engine.

A condition is checked when its rule is loaded: misspelt names, wrong types and a result that is not a boolean are
refused there, with a caret. When it is evaluated it fails closed: whatever the engine returns that is not a boolean
(errors come back as values there, and are truthy) raises `RuleError`. Never a quiet "no".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

from msdiff.errors import RuleError
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value
from msdiff.ruleset.plain_conditions import Plan, holds, plan_of
from msdiff.syntax.patterns import Pattern

Names: TypeAlias = Mapping[str, str]
"""Full name (`change.old`) -> type: text, number, integer, boolean, list, map, value; `?` after it: may be null."""

Groups: TypeAlias = Mapping[str, Mapping[str, Value | Unknown]]
"""First part of the name -> second part -> value: `{"change": {"old": 1, "new": 2}}`."""

MAX_LENGTH = (
    1000  # characters. Depth (32) and loop steps are limited by the engine, regular expressions run in linear time
)
TYPES = frozenset({"text", "number", "integer", "boolean", "list", "map", "value"})

_STRING = Pattern(r"""r?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
_DOTTED = Pattern(r"(?<![\w.])[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*")
_UNDECLARED = Pattern(r"undeclared reference to '([\w.]+)'")
_OVERLOAD = Pattern(r"applied to '\((?:wrapper\()?(double|int)\)?, (?:wrapper\()?(double|int)\)?\)'")
_STATUS = Pattern(r"^[A-Z_]+: | \[[A-Z_]+\]$")  # the engine's codes around its messages
_POSITION = Pattern(r"<input>:(\d+):(\d+): ")


class Condition(NamedTuple):
    """A checked condition: its text and the names it reads, each with its type. `plan`: how it is answered without engine."""

    text: str
    names: tuple[tuple[str, str], ...] = ()
    plan: Plan | None = None

    def __hash__(self) -> int:
        return hash((self.text, self.names))


def checked(text: str, names: Names, *, whose: str, location: Location | None = None) -> Condition:
    """The condition, if it can be evaluated over `names`; raises `RuleError` with a caret under what is wrong.

    `whose` says in messages whose condition it is: `rule precision-lowered`.
    """
    refusal = _refusal(text)
    if refusal:
        raise RuleError(f"{whose}: {refusal}", hint="move the comparison into a fact", location=location)
    try:
        result = _environment(tuple(names.items()), strict=True).compile(text).return_type()
    except RuntimeError as error:
        raise _does_not_compile(text, names, str(error), whose=whose, location=location) from None
    if result != _cel().Type.BOOL:
        message = f"{whose}: the condition gives {result.name()}, not true or false\n | {text}"
        raise RuleError(message, hint="compare it with something, as in `... == true`", location=location)
    read = dotted_names(text)
    known = tuple((name, kind) for name, kind in names.items() if _is_read(name, read))
    return Condition(text, known, plan_of(text, dict(known)))


def dotted_names(text: str) -> tuple[str, ...]:
    """Names in a condition, dots included (`a.b.c`), each once, in order. May give too many (calls), never too few."""
    return tuple(dict.fromkeys("".join(found.split()) for found in _DOTTED.findall(text)))


def _is_read(name: str, read: Iterable[str]) -> bool:
    return any(found == name or found.startswith(f"{name}.") for found in read)


def evaluate(condition: Condition, groups: Groups, *, whose: str, location: Location | None = None) -> bool | Unknown:
    """Whether the condition holds; unknown where its answer hangs on a value that is unknown.

    Raises `RuleError` that says whose condition it is, with the values, where the engine has no answer.
    """
    if condition.plan is not None and (answer := holds(condition.plan, groups)) is not None:
        return answer
    data: dict[str, Any] = {}
    unknown: dict[str, Unknown] = {}
    for name, kind in condition.names:
        group, _, fact = name.partition(".")
        value = groups.get(group, {}).get(fact)
        if isinstance(value, Unknown):
            unknown[name] = value
        elif value is not None or kind.endswith("?") or kind == "value":
            data[name] = _for_engine(value, kind)
    problem = _run(condition, data)
    if isinstance(problem, bool):
        return problem
    for name, reason in unknown.items():
        if f'"{name}"' in problem:  # the engine missed exactly this value: left out because it is unknown
            return reason
    raise _no_answer(condition, data, problem, whose=whose, location=location)


def _run(condition: Condition, data: dict[str, Any]) -> bool | str:
    """The answer, or what the engine says instead of one."""
    try:
        result = _program(condition).eval(data=data)
    except RuntimeError as error:  # the engine's own limits are raised, not returned
        return str(error)
    answer = result.plain_value()
    if result.type() == _cel().Type.BOOL and isinstance(answer, bool):
        return answer
    return str(answer) if result.type() == _cel().Type.ERROR else f"the result is {result.type().name()} {answer!r}"


def _refusal(text: str) -> str:
    """Why the text is not even compiled, or nothing."""
    if len(text) > MAX_LENGTH:
        return f"the condition has {len(text)} characters, at most {MAX_LENGTH} are read"
    if re.search(r"\.\s*map\s*\(", _STRING.sub('""', text)):
        return f"`map` is not part of conditions (it can build values without limit)\n | {text}"
    return ""


def _does_not_compile(text: str, names: Names, said: str, *, whose: str, location: Location | None) -> RuleError:
    from msdiff.syntax.nearest import nearest

    said, *_ = (
        _STATUS.sub("", said).removeprefix("ERROR: ").split("\nERROR: ")
    )  # the first; others often follow from it
    hint = "docs/writing-rules.md says what a condition may read"
    undeclared = _UNDECLARED.search(said)
    if undeclared:
        near = nearest(undeclared[1], tuple(names))
        hint = f"did you mean `{near}`?" if near else f"it may read: {', '.join(sorted(names)) or 'nothing'}"
    mixed = _OVERLOAD.search(said)
    if mixed and mixed[1] != mixed[2]:
        hint = "write `1.0` beside a number with a fraction, `1` beside an integer"
    return RuleError(f"{whose}: {_POSITION.sub('', said)}", hint=hint, location=_moved(location, said, text))


def _moved(location: Location | None, said: str, text: str) -> Location | None:
    """The place of the caret in the rule's file, for a condition that stands on one line."""
    found = _POSITION.search(said)
    if location is None or found is None or "\n" in text:
        return location
    return location._replace(column=location.column + int(found[2]) - 1)


def _no_answer(
    condition: Condition, data: dict[str, Any], said: str, *, whose: str, location: Location | None
) -> RuleError:
    values = ", ".join(f"{name} = {_short(data[name])}" for name, _ in condition.names if name in data)
    missing = ", ".join(name for name, _ in condition.names if name not in data)
    message = f"{whose}: the condition has no answer: {_STATUS.sub('', said)}\n | {condition.text}"
    message += f"\n with {values or 'no values'}" + (f", without {missing}" if missing else "")
    hint = "guard the condition (`x != null && ...`), or declare the fact as one that may be missing (`?`)"
    return RuleError(message, hint=hint, location=location)


def _short(value: Any, limit: int = 80) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def _for_engine(value: Value, kind: str) -> Any:
    """The value as the engine takes it: lists instead of tuples, a double where the name is a number."""
    if isinstance(value, tuple):
        return [_for_engine(item, "value") for item in value]
    if isinstance(value, Mapping):
        return {key: _for_engine(item, "value") for key, item in value.items()}
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return float(value) if kind.startswith("number") else value


def _cel() -> Any:
    from cel_expr_python import cel  # the package has no py.typed: mypy is told in pyproject.toml

    return cel


@cache
def _program(condition: Condition) -> Any:
    return _environment(condition.names, strict=False).compile(condition.text)


@cache
def _environment(names: tuple[tuple[str, str], ...], *, strict: bool) -> Any:
    """An engine that knows these names.

    `strict` types a name that may be null as the nullable form of its type, which the engine can check but not evaluate
    (it takes no plain value for one); for evaluation such a name is dynamic.
    """
    return _cel().NewEnv(variables={name: _cel_type(kind, strict=strict) for name, kind in names})


def _cel_type(kind: str, *, strict: bool) -> Any:
    types = _cel().Type
    plain = {
        "text": types.STRING,
        "number": types.DOUBLE,
        "integer": types.INT,
        "boolean": types.BOOL,
        "list": types.List(types.DYN),
        "map": types.Map(types.STRING, types.DYN),
    }
    if not kind.endswith("?"):
        return plain.get(kind, types.DYN)
    wrapper = {"text": "StringValue", "number": "DoubleValue", "integer": "Int64Value", "boolean": "BoolValue"}
    name = wrapper.get(kind[:-1])
    return types(f"google.protobuf.{name}") if strict and name else types.DYN
