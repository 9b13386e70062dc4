"""Defaults that Python settings modules give to variables: `os.getenv("X", "y")`, pydantic fields.

In: the bytes of one module. Out: variable, value and place of each literal default. Promised: the module is parsed and
never imported or run; size, depth and the number of nodes are bounded; what is no literal says nothing.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from msdiff.load.secrets import is_secret
from msdiff.model.records import NamedTuple
from msdiff.model.values import Value

MAX_BYTES = 400_000
MAX_NODES = 200_000
MAX_TEXT = 1_000
_READS = frozenset({"getenv", "environ.get", "env", "config", "env.str", "env.int", "get_env", "getenv_default"})
_ENV_WORDS = ("env", "validation_alias", "alias")
_SETTINGS = frozenset({"BaseSettings", "Settings"})


class Default(NamedTuple):
    """A variable and the value that it has where nothing sets it."""

    name: str
    value: Value
    line: int
    column: int


def defaults_of(data: bytes) -> tuple[Default, ...]:
    """The defaults in a module, in the order of their places; none where it is no Python that we can read."""
    if len(data) > MAX_BYTES or b"\0" in data:
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of invalid escapes in somebody's strings
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found = (one for one in _found(tree, data.splitlines()) if not is_secret(one.name))
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.line, one.column, one.name)))


def _found(tree: ast.Module, lines: list[bytes]) -> Iterator[Default]:
    for count, node in enumerate(ast.walk(tree)):  # breadth first, without recursion
        if count > MAX_NODES:
            return
        if isinstance(node, ast.Call):
            yield from _call(node, lines)
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            yield from _either(node, lines)
        elif isinstance(node, ast.ClassDef):
            yield from _fields(node, lines)


def _call(node: ast.Call, lines: list[bytes]) -> Iterator[Default]:
    """`os.getenv("X", "y")`, `os.environ.get("X", "y")`, `env("X", default="y")`, `Field(default="y", env="X")`."""
    name = _dotted(node.func)
    words = {one.arg: one.value for one in node.keywords if one.arg}
    if name.rpartition(".")[2] == "Field":
        default = words.get("default") or (node.args[0] if node.args else None)
        for word in _ENV_WORDS:
            if word in words:
                yield from (one for name in _texts(words[word]) for one in _said(name, default, lines))
                return
    elif any(name == one or name.endswith(f".{one}") for one in _READS) and node.args:
        default = node.args[1] if len(node.args) > 1 else words.get("default")
        yield from (one for name in _texts(node.args[0])[:1] for one in _said(name, default, lines))


def _either(node: ast.BoolOp, lines: list[bytes]) -> Iterator[Default]:
    """`os.getenv("X") or "y"`."""
    first = node.values[0]
    if isinstance(first, ast.Call) and len(first.args) == 1 and _dotted(first.func).endswith(("getenv", "environ.get")):
        for name in _texts(first.args[0])[:1]:
            yield from _said(name, node.values[1], lines)


def _fields(node: ast.ClassDef, lines: list[bytes]) -> Iterator[Default]:
    """Fields of pydantic-settings: the variable is the field's name, behind the prefix of the class."""
    if not any(_dotted(base).rpartition(".")[2].endswith(tuple(_SETTINGS)) for base in node.bases):
        return
    prefix = _prefix(node)
    for one in node.body:
        if not isinstance(one, ast.AnnAssign) or not isinstance(one.target, ast.Name) or one.value is None:
            continue
        value: ast.expr | None = one.value
        if isinstance(value, ast.Call) and _dotted(value.func).rpartition(".")[2] == "Field":
            words = {word.arg: word.value for word in value.keywords if word.arg}
            if any(word in words for word in _ENV_WORDS):
                continue  # `_call` has it
            value = words.get("default") or (value.args[0] if value.args else None)
        yield from _said(f"{prefix}{one.target.id}".upper(), value, lines)


def _prefix(node: ast.ClassDef) -> str:
    """`env_prefix` of `model_config = SettingsConfigDict(...)`, or of an inner `class Config`."""
    for one in ast.walk(node):
        value = one.value if isinstance(one, ast.keyword | ast.Assign) else None
        targets = one.targets if isinstance(one, ast.Assign) else ()
        named = (isinstance(one, ast.keyword) and one.arg == "env_prefix") or any(
            isinstance(target, ast.Name) and target.id == "env_prefix" for target in targets
        )
        if named and isinstance(value, ast.Constant):
            return str(value.value)
    return ""


def _said(name: str, default: ast.expr | None, lines: list[bytes]) -> Iterator[Default]:
    if isinstance(default, ast.UnaryOp) and isinstance(default.op, ast.USub):
        return
    if not isinstance(default, ast.Constant) or not isinstance(default.value, bool | int | float | str):
        return
    if isinstance(default.value, str) and not 0 < len(default.value) <= MAX_TEXT:
        return
    line = lines[default.lineno - 1] if default.lineno <= len(lines) else b""
    column = len(line[: default.col_offset].decode("utf-8", "replace")) + 1
    yield Default(name, default.value, default.lineno, column)


def _texts(node: ast.expr) -> tuple[str, ...]:
    """A text, or the texts of a call or list (`AliasChoices("A", "B")`)."""
    if isinstance(node, ast.Constant):
        return (node.value,) if isinstance(node.value, str) else ()
    parts = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.List | ast.Tuple) else ()
    return tuple(one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, str))


def _dotted(node: ast.expr) -> str:
    """`os.environ.get` of a chain of names, "" for anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute) and len(names) < 8:
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join(reversed([*names, node.id]))
