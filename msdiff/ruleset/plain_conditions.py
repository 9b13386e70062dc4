"""Conditions that need no engine: true or false facts, words that are equal or listed, joined by and, or, not.

In, when a rule is compiled: a condition that the engine has checked. Out: a plan of nested lists, or `None` where the
condition does more. In, when it is evaluated: the plan and the values. Out: the answer, or `None` where a value is not of the
plain kind that the plan expects; then the engine is asked. Promised: never another answer than the engine's. Loading the engine
costs as much as the rest of a small comparison, and most conditions of most rules are of this kind.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from msdiff.model.values import Unknown, Value

Plan: TypeAlias = list[Any]
Groups: TypeAlias = Mapping[str, Mapping[str, Value | Unknown]]

_WORDS = {"&&": " and ", "||": " or "}


def plan_of(text: str, types: Mapping[str, str]) -> Plan | None:
    """The plan of a condition over names of these types; `None` where the engine must do it."""
    import ast  # only when rules are compiled

    if any(mark in text for mark in "'\\?") or text.count('"') % 2:
        return None
    parts = text.split('"')
    for position in range(0, len(parts), 2):
        for sign, word in _WORDS.items():
            parts[position] = parts[position].replace(sign, word)
        parts[position] = parts[position].replace("!=", "\0").replace("!", " not ").replace("\0", "!=")
    try:
        tree = ast.parse('"'.join(parts).strip(), mode="eval").body
    except SyntaxError:
        return None
    return _planned(tree, types)


def _planned(tree: Any, types: Mapping[str, str]) -> Plan | None:
    import ast

    if isinstance(tree, ast.BoolOp):
        parts = [_planned(one, types) for one in tree.values]
        word = "and" if isinstance(tree.op, ast.And) else "or"
        return [word, *parts] if all(part is not None for part in parts) else None
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        part = _planned(tree.operand, types)
        return None if part is None else ["not", part]
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
        return _compared(tree, types)
    name = _name(tree)
    return ["is", name] if name and types.get(name) == "boolean" else None


def _compared(tree: Any, types: Mapping[str, str]) -> Plan | None:
    import ast

    name, (other,) = _name(tree.left), tree.comparators
    if name is None or types.get(name) != "text":
        return None
    if isinstance(tree.ops[0], ast.In) and isinstance(other, ast.List):
        words = [_word(one) for one in other.elts]
        return ["in", name, words] if all(word is not None for word in words) else None
    word = _word(other)
    if word is None or not isinstance(tree.ops[0], ast.Eq | ast.NotEq):
        return None
    listed: Plan = ["in", name, [word]]
    return listed if isinstance(tree.ops[0], ast.Eq) else ["not", listed]


def _name(tree: Any) -> str | None:
    import ast

    if isinstance(tree, ast.Attribute) and isinstance(tree.value, ast.Name):
        return f"{tree.value.id}.{tree.attr}"
    return None


def _word(tree: Any) -> str | None:
    import ast

    return tree.value if isinstance(tree, ast.Constant) and isinstance(tree.value, str) else None


def holds(plan: Plan, groups: Groups) -> bool | None:
    """The answer, or `None` where a value is missing, unknown or of another type."""
    word = plan[0]
    if word in ("and", "or"):
        answers = [holds(part, groups) for part in plan[1:]]
        if None in answers:
            return None
        return all(answers) if word == "and" else any(answers)
    if word == "not":
        answer = holds(plan[1], groups)
        return None if answer is None else not answer
    group, _, fact = plan[1].partition(".")
    value = groups.get(group, {}).get(fact)
    if word == "is":
        return value if isinstance(value, bool) else None
    return value in plan[2] if isinstance(value, str) else None
