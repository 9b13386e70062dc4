"""Tables of docs/configuration.md, from the schemas that the files are checked by."""

from collections.abc import Iterator, Mapping
from typing import Any

from docs.generate.table import names, table
from msdiff.ruleset.accepted import SCHEMA as ACCEPTANCES
from msdiff.settings import SCHEMA as CONFIGURATION

_ABOUT = {
    "accepted[].fingerprint": "The finding, as the report prints it.",
    "accepted[].rule": "Its rule. An entry whose rule or node is another than the finding's is an error.",
    "accepted[].node": "Its node.",
    "accepted[].reason": "Why the team can live with it.",
    "accepted[].by": "Who decided.",
}


def configuration_table() -> str:
    """Every key of msdiff.yaml."""
    return table(("key", "value", "what it does"), _keys(CONFIGURATION, ""))


def acceptance_table() -> str:
    """Every key of an acceptance."""
    return table(("key", "value", "what it says"), _keys(ACCEPTANCES, ""))


def _keys(schema: Mapping[str, Any], above: str) -> Iterator[tuple[str, str, str]]:
    required = schema.get("required", ())
    for key, inner in schema["properties"].items():
        name = f"{above}{key}"
        items = inner.get("items", {})
        if "properties" in inner:
            yield from _keys(inner, f"{name}.")
        elif "properties" in items:
            yield from _keys(items, f"{name}[].")
        else:
            about = inner.get("description") or _ABOUT.get(name, "")
            if not about:
                raise RuntimeError(f"nothing says what `{name}` is")
            yield f"`{name}`", _value(inner) + ("; required" if key in required else ""), about


def _value(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return names(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(said for one in schema["anyOf"] if (said := _value(one))))
    kinds = schema.get("type", ())
    kind = next((one for one in ([kinds] if isinstance(kinds, str) else kinds) if one != "null"), "")
    if kind == "array":
        return "list of texts" if schema["items"].get("type") == "string" else "list of `{level, paths}`"
    if kind == "object":
        if "properties" in schema:
            return f"`{{{', '.join(schema['properties'])}}}`"
        return f"map to {_value(schema['additionalProperties'])}"
    return {"string": "text", "boolean": "`true`, `false`", "integer": "whole number", "": ""}[kind]
