"""The catalogue: what is in it, and what a path means."""

import json

import pytest

from msdiff.ruleset.attributes import SECTIONS, Attribute, Catalogue, load_catalogue
from msdiff.syntax.quantity import UNITS

CATALOGUE = load_catalogue()

TYPES = set(
    "text name boolean integer number fraction value schema set list map names shape prefix range join widths "  # noqa: SIM905
    "selection selector requirement latencyBound pins".split()
)
FAMILIES = set(
    "union availability labels exact tensor identity upperBound count parameters coverage schema range features "  # noqa: SIM905
    "cardinality policy pin version guard timeout aggregate precision provenance none".split()
)
FLOWS = set(
    "wire embedding chunk tokens language labels schema score policy graph node availability guard latency load "  # noqa: SIM905
    "quality cost timeout trace".split()
)


def test_every_row_is_of_known_words() -> None:
    for attribute in CATALOGUE.attributes():
        assert attribute.type in TYPES, attribute
        assert attribute.family in FAMILIES, attribute
        assert attribute.flow in FLOWS, attribute
        assert attribute.side in {"wire", "capability", "requirement", "structure"}, attribute
        assert attribute.unit is None or attribute.unit in UNITS, attribute
        assert attribute.about.rstrip(")").endswith("."), attribute
        assert attribute.on == "port" or not (attribute.many or attribute.ports), attribute
        assert attribute.type != "name" or attribute.values, attribute


def test_units_are_those_of_the_names() -> None:
    endings = {
        "Ms": "ms",
        "S": "s",
        "Days": "days",
        "GiB": "GiB",
        "PerS": "perS",
        "PerMtok": "perMtok",
        "Bytes": "bytes",
    }
    for attribute in CATALOGUE.attributes():
        ending = max((one for one in endings if attribute.key.endswith(one)), key=len, default=None)
        if ending and attribute.type in ("number", "integer"):
            assert attribute.unit == endings[ending], attribute


def test_counts() -> None:
    names = CATALOGUE.names()
    assert len(names) == len(set(names))
    by_section = {
        section: len({attribute.key for attribute in CATALOGUE.attributes() if attribute.on == section})
        for section in SECTIONS
    }
    assert by_section == {"port": 40, "node": 221, "edge": 40, "slo": 8, "policy": 13, "metadata": 7}


@pytest.mark.parametrize(
    ("path", "name", "side"),
    [
        ("outputs.vector.dimension", "outputs.<port>.dimension", "capability"),
        ("inputs.vector.dimension", "inputs.<port>.dimension", "requirement"),
        ("outputs.<port>.dimension", "outputs.<port>.dimension", "capability"),
        ("inputs.vector.dimension[1]", "inputs.<port>.dimension", "requirement"),
        ("inputs.query.required", "inputs.<port>.required", "requirement"),
        ("outputs.query.required", None, None),
        ("outputs.query", None, None),
        ("required", "required", "requirement"),
        ("latency.p95Ms", "latency.p95Ms", "capability"),
        ("streaming.tpot.minMs", "streaming.tpot.minMs", "capability"),
        ("latency", None, None),
        ("latency.p59Ms", None, None),
        ("latency.p95Ms.x", None, None),
        ("edge.latencyMs", "edge.latencyMs", "capability"),
        ("edge.from", "edge.from", "structure"),
        ("slo.latencyMs", "slo.latencyMs", "requirement"),
        ("policy.maxLatency", "policy.maxLatency", "requirement"),
        ("policy.maxLatency.ms", "policy.maxLatency", "requirement"),
        ("metadata.version", "metadata.version", "structure"),
        ("prompt.parts[history].maxTokens", "prompt.parts.<part>.maxTokens", "capability"),
        ("prompt.parts.history.maxTokens", "prompt.parts.<part>.maxTokens", "capability"),
        ("prompt.roles[1]", "prompt.roles", "requirement"),
        ("model.adapters[a.b].base", "model.adapters.<adapter>.base", "requirement"),
        ("environment[HF_HOME]", "environment.<variable>", "capability"),
        ("environment[a.b]", "environment.<variable>", "capability"),
        ("tools.offered[search].inputSchema.properties.q.type", "tools.offered.<tool>.inputSchema", "requirement"),
        ("outputs.answer.schema.properties.price.type", "outputs.<port>.schema", "capability"),
        ("threshold.byLabel[toxicity]", "threshold.byLabel", "requirement"),
        ("labels[team]", "labels", "structure"),
        ("nothing", None, None),
        ("", None, None),
    ],
)
def test_lookup(path: str, name: str | None, side: str | None) -> None:
    found = CATALOGUE.lookup(path)
    assert (found.name if found else None, CATALOGUE.side(path)) == (name, side)


def test_every_name_means_itself() -> None:
    for attribute in CATALOGUE.attributes():
        assert CATALOGUE.lookup(attribute.name) == attribute


def test_a_row() -> None:
    assert CATALOGUE.lookup("edge.kind") == Attribute(
        name="edge.kind",
        on="edge",
        key="kind",
        type="name",
        side="capability",
        family="features",
        flow="latency",
        about="Who waits. `sync`: the request. `call`: the producer, too, holding a slot. `stream`: chunks flow. "
        "`async`: nobody.",
        values=("sync", "call", "stream", "async"),
        default="sync",
    )


def test_it_comes_from_json_as_well_and_leaves_other_keys_alone() -> None:
    tables = {
        "wires": {"anything": 1},
        "node": {"role": {"type": "name", "values": ["tool"], "side": "structure", "family": "none", "flow": "graph"}},
    }
    catalogue = Catalogue.from_dict(json.loads(json.dumps(tables)))
    assert [(one.name, one.values) for one in catalogue.attributes()] == [("role", ("tool",))]
