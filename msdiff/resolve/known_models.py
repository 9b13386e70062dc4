"""What the model facts say of a node whose model is named: attributes that no file states.

In: a node and the facts by model name. Out: the node with inherited attributes. Each rests on the name (`model.id`), so
that another name is the cause of whatever it changes, and has a claim whose place is the name's, whose text is the
source and its date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msdiff.model.claim import TABLE, Claim, GraphKey
from msdiff.model.graph import Effective, Fact, Node
from msdiff.model.values import Value
from msdiff.resolve.building import NAME
from msdiff.ruleset.model_facts import Entry, ModelFacts, for_port, port_side

CARRIES = {
    "outputs": ("embedding",),
    "inputs": ("text", "messages", "document", "documents"),
}  # side -> types of ports that a fact about a port may mean
LISTS = ("document", "documents")


def with_known(node: Node, models: ModelFacts, graph: GraphKey) -> tuple[Node, Mapping[Fact, Claim]]:
    """The node with what is known of its model, and the claims behind that, by what they say."""
    named = node.attributes[NAME]
    entry = models.about(named.value) if isinstance(named.value, str) else None
    if entry is None:
        return node, {}
    place = named.location._replace(reader=TABLE)
    found: dict[str, Effective] = {}
    for attribute, value in _facts(entry, node, models):
        if attribute not in node.attributes:
            claim = Claim(graph, node.id, attribute, value, place, text=f"{entry.id} ({entry.origin})")
            facts = (Fact(node.id, attribute), Fact(node.id, NAME))
            found[attribute] = Effective(value, place, facts, (claim,), inherited=True)
    if not found:
        return node, {}
    known = node._replace(attributes={**node.attributes, **found})
    return known, {one.facts[0]: one.claims[0] for one in found.values()}


def _facts(entry: Entry, node: Node, models: ModelFacts) -> Iterator[tuple[str, Value]]:
    for name, value in entry.facts.items():
        key = models.keys[name]
        for attribute in key.attributes if key.counts else ():
            side = port_side(attribute)
            if not side:
                yield attribute, value
            elif node.role == entry.role:
                yield from ((for_port(attribute, port), value) for port in _ports(node, side))


def _ports(node: Node, side: str) -> Iterator[str]:
    """The ports of which a fact about the model holds: those that a file declares, of a type that fits."""
    ports = node.inputs if side == "inputs" else node.outputs
    for port in ports:
        said = node.stated(f"{side}.{port}.type")
        if node.role == "reranker" and side == "inputs":
            fits = said in LISTS  # the query is short; what must fit is a document
        else:
            fits = said in CARRIES[side] or (said is None and len(ports) == 1)
        if fits:
            yield port
