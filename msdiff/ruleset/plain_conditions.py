"""Conditions that need no engine: facts compared with facts, words and numbers, joined by and, or, not.

In, when a rule is compiled: a condition that the engine has checked. Out: a plan of nested lists, or `None` where the
condition does more. In, when it is evaluated: the plan and the values. Out: the answer, or `None` where a value is not of the
plain kind that the plan expects; then the engine is asked. Promised: never another answer than the engine's. Loading the engine
costs as much as the rest of a small comparison, and most conditions of most rules are of this kind.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msdiff.model.values import Unknown, Value

Plan: TypeAlias = list[Any]
Groups: TypeAlias = Mapping[str, Mapping[str, Value | Unknown]]

_WORDS = {"&&": " and ", "||": " or "}
_SIGNS = {"Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">="}
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_EDGES = {"startsWith": "starts", "endsWith": "ends"}
_CONSTANTS = {int: "integer", float: "number", str: "text"}
_NEGATED = frozenset({"is", "and", "or", "in", "in?", "starts", "ends"})  # in Python `not` binds weaker than `==`
_LARGEST = 2**53  # of a whole number: above it, the engine may see another one
_MISSING = Unknown("missing")


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
        return ["not", part] if part is not None and part[0] in _NEGATED else None
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
        return _compared(tree, types)
    if isinstance(tree, ast.Call):
        return _edge_of_text(tree, types)
    name = _name(tree)
    return ["is", name] if name and types.get(name) == "boolean" else None


def _compared(tree: Any, types: Mapping[str, str]) -> Plan | None:
    import ast

    (kind, left), other = _term(tree.left, types), tree.comparators[0]
    if kind.startswith("text") and left[0] != "just":
        words = _words(other) if isinstance(tree.ops[0], ast.In) else [_word(other)]
        if words and None not in words and isinstance(tree.ops[0], ast.In | ast.Eq | ast.NotEq):
            listed: Plan = ["in?" if kind.endswith("?") else "in", left[1], words]
            return ["not", listed] if isinstance(tree.ops[0], ast.NotEq) else listed
    sign = _SIGNS.get(type(tree.ops[0]).__name__)
    other_kind, right = _term(other, types)
    if sign is None or not kind or not other_kind:
        return None
    if "null" in (kind, other_kind) and sign in ("==", "!=") and (left[0] == "of?" or right[0] == "of?"):
        return [sign, "null", left, right]
    if {kind, other_kind} == {"value", "integer"} and sign in ("==", "!="):
        kind = other_kind = "integer?"
    plain = kind.removesuffix("?")
    if plain != other_kind.removesuffix("?") or (sign not in ("==", "!=") and plain not in ("integer", "number")):
        return None
    return [sign, plain, left, right]


def _edge_of_text(tree: Any, types: Mapping[str, str]) -> Plan | None:
    """`fact.startsWith("...")` and `fact.endsWith("...")`."""
    name, method = _name(tree.func.value) if hasattr(tree.func, "value") else None, getattr(tree.func, "attr", "")
    words = [_word(one) for one in tree.args]
    if name is None or method not in _EDGES or len(words) != 1 or words[0] is None:
        return None
    return [_EDGES[method], name, words[0]] if types.get(name, "").startswith("text") else None


def _term(tree: Any, types: Mapping[str, str]) -> tuple[str, list[Any]]:
    """One side of a comparison: its kind ("" where it is not plain), and how to get its value."""
    import ast

    name = _name(tree)
    if name is not None and types.get(name, "list") not in ("list", "map"):
        kind = types[name]
        return kind, ["of?" if kind.endswith("?") or kind == "value" else "of", name]
    if isinstance(tree, ast.Call) and getattr(tree.func, "id", "") == "size" and len(tree.args) == 1:
        listed = _name(tree.args[0])
        return ("integer", ["size", listed]) if listed and types.get(listed) == "list" else ("", [])
    if isinstance(tree, ast.Name) and tree.id in ("true", "false"):
        return "boolean", ["just", tree.id == "true"]
    if isinstance(tree, ast.Name) and tree.id == "null":
        return "null", ["just", None]
    constant = _CONSTANTS.get(type(tree.value), "") if isinstance(tree, ast.Constant) else ""
    return (constant, ["just", tree.value]) if constant else ("", [])


def _words(tree: Any) -> list[str | None]:
    import ast

    return [_word(one) for one in tree.elts] if isinstance(tree, ast.List) else [None]


def _name(tree: Any) -> str | None:
    import ast

    if isinstance(tree, ast.Attribute) and isinstance(tree.value, ast.Name):
        return f"{tree.value.id}.{tree.attr}"
    return None


def _word(tree: Any) -> str | None:
    import ast

    return tree.value if isinstance(tree, ast.Constant) and isinstance(tree.value, str) else None


def holds(plan: Plan, groups: Groups) -> bool | None:
    """The answer, or `None` where a value that it hangs on is missing, unknown or of another type."""
    word: str = plan[0]
    if word in ("and", "or"):
        answers = {holds(part, groups) for part in plan[1:]}
        if (word == "or") in answers:
            return word == "or"
        return None if None in answers else word == "and"
    if word == "not":
        answer = holds(plan[1], groups)
        return None if answer is None else not answer
    if word in _COMPARE:
        return _holds_between(word, plan[1], _value(plan[2], groups), _value(plan[3], groups))
    value = _fact(plan[1], groups)
    if word == "is":
        return value if isinstance(value, bool) else None
    if value is None and word == "in?":
        return False
    if not isinstance(value, str):
        return None
    if word == "starts":
        return value.startswith(str(plan[2]))
    return value.endswith(str(plan[2])) if word == "ends" else value in tuple(plan[2])


def _holds_between(sign: str, kind: str, left: Value | Unknown, right: Value | Unknown) -> bool | None:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if left is None or right is None:
        return (left is right) is (sign == "==") if sign in ("==", "!=") else None
    if not (_is_of(kind, left) and _is_of(kind, right)):
        return None
    return _COMPARE[sign](left, right)


def _is_of(kind: str, value: Value) -> bool:
    if kind in ("text", "boolean"):
        return isinstance(value, str if kind == "text" else bool)
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST
    return whole or (kind == "number" and isinstance(value, float))


def _value(term: list[Any], groups: Groups) -> Value | Unknown:
    how, what = term
    if how == "just":
        constant: Value = what
        return constant
    value = _fact(what, groups)
    if how == "size":
        return len(value) if isinstance(value, tuple) else _MISSING
    return _MISSING if value is None and how == "of" else value


def _fact(name: str, groups: Groups) -> Value | Unknown:
    group, _, fact = name.partition(".")
    return groups.get(group, {}).get(fact)
