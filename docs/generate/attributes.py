"""Tables of docs/graph-format.md, from the attribute catalogue and from what the readers check by."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from docs.generate.table import names, table
from docs.generate.words import FAMILIES, FLOWS
from msdiff.load import IGNORED_FOLDERS, model_spec_fields
from msdiff.load.values import MAX_VALUES
from msdiff.resolve.passing import OPTION_LIMIT
from msdiff.resolve.specs import COPY_LIMIT
from msdiff.ruleset.attributes import Attribute, load_catalogue
from msdiff.ruleset.expressions import MAX_LENGTH
from msdiff.ruleset.library import load_ruleset
from msdiff.settings import Limits as RunLimits
from msdiff.settings import Settings
from msdiff.syntax.problems import MAX_PROBLEMS
from msdiff.syntax.quantity import UNITS
from msdiff.syntax.scalars import MAX_DIGITS
from msdiff.syntax.tree import Limits

__all__ = [
    "attribute_tables",
    "edge_table",
    "limit_table",
    "model_spec_table",
    "node_table",
    "unit_table",
    "word_tables",
]

_SECTIONS = (
    ("port", "A port: `inputs.<port>.X`, `outputs.<port>.X`"),
    ("node", "A node"),
    ("edge", "An edge: `edge.X` in reports"),
    ("slo", "An SLO: `slo.X` in reports"),
    ("policy", "A policy: `policy.X` in reports"),
    ("metadata", "The graph: `metadata.X`"),
)
_HEADS = ("attribute", "value", "side", "law", "travels", "what it says")


def attribute_tables() -> str:
    """Every attribute, by what it stands on; those of a node by their first word."""
    attributes = {(one.on, one.key): one for one in load_catalogue().attributes()}  # port attributes once
    parts = [f"{len(attributes)} attributes.\n"]
    for section, title in _SECTIONS:
        rows = [one for one in attributes.values() if one.on == section]
        parts.append(f"\n### {title}\n\n{_grouped(rows) if section == 'node' else _table(rows)}")
    return "".join(parts)


def _grouped(rows: list[Attribute]) -> str:
    """Attributes without a group first, then each group under its own heading."""
    groups = {group: list(some) for group, some in groupby(sorted(rows, key=_group), key=_group)}
    alone = [one for group, some in groups.items() for one in some if not group or len(some) == 1]
    order = list(dict.fromkeys(_group(one) for one in rows))
    shared = [(group, groups[group]) for group in order if group and len(groups[group]) > 1]
    kept = [one for one in rows if one in alone]
    return _table(kept) + "".join(f"\n#### `{group}`\n\n{_table(some)}" for group, some in shared)


def _group(attribute: Attribute) -> str:
    first, dot, _ = attribute.key.partition(".")
    return first if dot else ""


def _table(rows: Iterable[Attribute]) -> str:
    return table(_HEADS, (_row(one) for one in rows))


def _row(attribute: Attribute) -> tuple[str, ...]:
    side = attribute.side + (f"; {attribute.ports} only" if attribute.ports else "")
    return f"`{attribute.key}`", _value(attribute), side, attribute.family, attribute.flow, attribute.about


def _value(attribute: Attribute) -> str:
    said = _of_type(attribute)
    if attribute.many and attribute.on == "port":
        said += "; on an input also a list of accepted ones"
    if attribute.union:
        said += "; on an output also a list of possible ones"
    if attribute.default is not None:
        shown = str(attribute.default).lower() if isinstance(attribute.default, bool) else str(attribute.default)
        said += f"; default `{shown}`"
    return said


def _of_type(attribute: Attribute) -> str:
    kind = attribute.type
    if kind in ("set", "list"):
        return f"{kind} of {_words(attribute) if attribute.values else _ITEMS[attribute.of or 'text']}"
    if kind == "map":
        return f"map from names to {_words(attribute) if attribute.values else _ITEMS[attribute.of or 'text']}"
    if kind == "name":
        return _words(attribute)
    if kind == "selection":
        return f"selectors under {names(attribute.keys)}"
    if kind == "pins":
        return f"`true`, `false`, {names(attribute.values)}"
    if kind in ("integer", "number"):
        return " ".join(filter(None, (_NUMBERS[kind], _bounds(attribute), _unit(attribute))))
    return _TYPES[kind]


def _words(attribute: Attribute) -> str:
    if not attribute.values:
        return "a word"
    return names(attribute.values) + (", or another word" if attribute.open else "")


def _bounds(attribute: Attribute) -> str:
    if attribute.min is not None and attribute.max is not None:
        return f"from {attribute.min:g} to {attribute.max:g}"
    return f"≥ {attribute.min:g}" if attribute.min is not None else ""


def _unit(attribute: Attribute) -> str:
    return f"({_SPOKEN.get(attribute.unit, attribute.unit)})" if attribute.unit else ""


_SPOKEN = {"perS": "per second", "perMtok": "per million tokens"}
_NUMBERS = {"integer": "whole number", "number": "number"}
_ITEMS = {
    "text": "texts",
    "value": "values",
    "scalar": "texts or numbers",
    "integer": "whole numbers",
    "number": "numbers",
    "parameter": "`{required, values}`",
}
_TYPES = {
    "text": "text",
    "boolean": "`true`, `false`",
    "fraction": "from 0 to 1",
    "value": "any value",
    "scalar": "text or a number",
    "schema": "JSON Schema, or text that refers to one",
    "names": "a node's name, or several in order",
    "shape": "list of sizes, -1 or names",
    "prefix": "text, or `{query, passage}`",
    "range": "`[lowest, highest]`",
    "join": "`all`, `any`, or `{k: n}`",
    "widths": "`true`, `false`, or a list of widths",
    "selector": "a selector",
    "requirement": "`{select, condition}`",
    "latencyBound": "`{from, to, ms, percentile, measure}`",
}


def word_tables() -> str:
    """What the laws and the ways of travelling are."""
    laws = table(
        ("law", "two values go together where"), sorted((f"`{word}`", said) for word, said in FAMILIES.items())
    )
    ways = table(("travels", "a change of it concerns"), sorted((f"`{word}`", said) for word, said in FLOWS.items()))
    return f"{laws}\n{ways}"


def edge_table() -> str:
    """What is compared on an edge, from `rules/wires.yaml`."""
    return table(("check", "law", "offered by", "required by", "there is something to decide where"), _wires())


def _wires() -> Iterator[tuple[str, ...]]:
    for check, row in load_ruleset(Settings()).wires.items():
        offers, requires = row.get("offers", f"out.{check}"), row.get("requires", f"in.{check}")
        exists = {
            "either": "either side is declared",
            "requires": "it is required",
            "offers": "it is offered",
            "both": "both sides are declared",
        }
        roles = f" (consumer: {names(row['roles'])})" if row.get("roles") else ""
        yield f"`{check}`", row["law"], _end(offers), _end(requires), exists[row.get("exists", "either")] + roles


def node_table() -> str:
    """What must fit inside a node, from `rules/nodes.yaml`."""
    return table(("check", "law", "what there is", "what it must fit", "for nodes of the role"), _nodes())


def _nodes() -> Iterator[tuple[str, ...]]:
    for check, row in load_ruleset(Settings()).nodes.items():
        beside = f" (beside `{row['beside']}`)" if row.get("beside") else ""
        roles = names(row["roles"]) if row.get("roles") else "any"
        roles += f"; {names(row['silent'])} also where silent" if row.get("silent") else ""
        yield f"`{check}`", row["law"], f"`{row['offers']}`{beside}", f"`{row['requires']}`", roles


def _end(side: str) -> str:
    """`out.maxItems` as a person says it."""
    where, _, attribute = side.partition(".")
    spoken = {"out": "output", "in": "input", "producer": "producer", "consumer": "consumer", "edge": "edge"}
    return f"{spoken[where]} `{attribute}`"


def model_spec_table() -> str:
    """Which field of a ModelSpec is which attribute."""
    return table(("field of the ModelSpec", "attribute of the node", "conversion"), _fields())


def _fields() -> Iterator[tuple[str, ...]]:
    for path, attribute, convert in model_spec_fields.FIELDS:
        yield f"`{path}`", f"`{attribute}`", _CONVERSIONS[convert.__name__]


_CONVERSIONS = {
    "_same": "",
    "_role": "by the words in it: rerank, moderation/safety/guard, embed, generation/chat/completion ...; else `model`",
    "_precision": "`float32` is `fp32`, `float16` and `half` are `fp16`, `bfloat16` is `bf16`",
    "_one": "the only one",
    "_milliseconds": "seconds to milliseconds",
    "_gibibytes": "GB to GiB",
}


def unit_table() -> str:
    """The units in which a number may be written as text."""
    kinds = {kind.name: kind for kind, _ in UNITS.values()}
    inside = {name: [unit for unit, (kind, _) in UNITS.items() if kind.name == name] for name in kinds}
    rows = (
        (name, ", ".join(inside[name]), f'`"{kind.example}"`', ", ".join(kind.units)) for name, kind in kinds.items()
    )
    return table(("what", "in attributes", "for example", "units"), rows)


def limit_table() -> str:
    """How much is read."""
    return table(("limit", "value"), _limits())


def _limits() -> Iterator[tuple[str, str]]:
    run, file = RunLimits(), Limits()
    yield "bytes of one file", f"{run.file_bytes:,} (`limits.fileBytes`, `--max-file-size`)"
    yield "YAML and JSON files of one version", f"{run.files:,} (`limits.files`)"
    yield "levels of nesting", f"{file.depth:,}"
    yield "values that aliases and merge keys of one file stand for", f"{file.aliased:,}"
    yield "values inside one attribute", f"{MAX_VALUES:,}"
    yield "digits of one number", f"{MAX_DIGITS:,}"
    yield "elements copied through `specRef` in one run", f"{COPY_LIMIT:,}"
    yield "different values of one attribute that arrive at one port through `passes`", f"{OPTION_LIMIT:,}"
    yield "characters of a condition", f"{MAX_LENGTH:,}"
    yield "problems of one file that are listed", f"{MAX_PROBLEMS:,}"
    yield "folders that are never looked into", names(sorted(IGNORED_FOLDERS))
