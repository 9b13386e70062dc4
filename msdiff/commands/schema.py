"""`msdiff schema graph|config|rule|facts|report`: JSON Schemas, for editors and for whoever reads our output."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from msdiff.commands.options import Arguments, Parser, add_common, one_of
from msdiff.commands.output import print_text
from msdiff.errors import UsageError

_USAGE = "msdiff schema graph|config|rule|facts|report"
_ABOUT = "Print a JSON Schema (2020-12)."
_EXAMPLES = (
    "msdiff schema graph > graph.schema.json     ApplicationGraph files, for an editor",
    "msdiff schema config                        msdiff.yaml",
    "msdiff schema rule                          rules of your own",
    "msdiff schema facts                         model facts of your own",
    "msdiff schema report                        the JSON report, msdiff.report/v1",
)


def _graph() -> Mapping[str, Any]:
    from msdiff.load.schema import graph_schema
    from msdiff.ruleset.attributes import load_catalogue

    return graph_schema(load_catalogue())


def _config() -> Mapping[str, Any]:
    from msdiff.settings import SCHEMA

    return SCHEMA


def _rule() -> Mapping[str, Any]:
    from msdiff.ruleset.rulefile import rule_schema

    return rule_schema()


def _facts() -> Mapping[str, Any]:
    from msdiff.ruleset.fact_tables import SCHEMA

    return SCHEMA


def _report() -> Mapping[str, Any]:
    from msdiff.report.schema_v1 import report_schema

    return report_schema()


SCHEMAS: dict[str, Callable[[], Mapping[str, Any]]] = {
    "graph": _graph,
    "config": _config,
    "rule": _rule,
    "facts": _facts,
    "report": _report,
}


def parser() -> Parser:
    """The words of a schema."""
    found = Parser(_USAGE, _ABOUT, _EXAMPLES)
    found.add_argument("words", nargs="*", metavar="NAME", help="graph, config, rule, facts or report")
    add_common(found)
    return found


def run(arguments: Arguments) -> int:
    """Print the schema."""
    if len(arguments.words) != 1:
        raise UsageError("name one schema", hint=f"msdiff schema {'|'.join(SCHEMAS)}")
    schema = SCHEMAS[one_of(arguments.words[0], tuple(SCHEMAS), "schema")]()
    print_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", utf8=True)
    return 0
