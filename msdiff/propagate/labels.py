"""Where labelled data flows: permitted labels at each input, permitted regions at each node.

In: one graph. Out: `data.labels` for each input that says which labels it permits, and for each external node that labelled data
reaches; `data.region` for each node with a region (or an external one) that data with a residency reaches. A label ends at a
redactor of it that counts; it never ends because a node does not mention it. `pii` stands for `pii.email` and all below it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from msdiff.model.graph import Edge, Effective, Fact, Graph, Node
from msdiff.model.obligation import Outcome, Undecided, Violated
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value
from msdiff.propagate.guards import Way
from msdiff.propagate.laws import HELD
from msdiff.propagate.ledger import Ledger
from msdiff.propagate.routes import Hop, Routes, counts, way_facts

NOTHING = "none"
UNSAID = "?"  # stands for whatever an entry lets in that does not say outputs.<port>.dataLabels


class Origin(NamedTuple):
    """Who puts a label on the data (`fact`), and the step by which it came here."""

    node: str
    fact: Fact
    before: str | None
    edge: Edge | None


class Flow(NamedTuple):
    """`arriving`: node -> label -> where it came from. `sent`: the edges that carry a label."""

    arriving: Mapping[str, Mapping[str, Origin]]
    sent: frozenset[tuple[str, str]]  # (edge id, label)


def label_obligations(graph: Graph, routes: Routes, ledger: Ledger) -> None:
    """Adds the obligations on data labels and residency."""
    labels = _flow(graph, routes, "dataLabels", redacted=True)
    _permitted(graph, labels, ledger)
    residency = _flow(graph, routes, "residency", redacted=False)
    _regions(graph, residency, ledger)


def _flow(graph: Graph, routes: Routes, attribute: str, *, redacted: bool) -> Flow:
    """The labels that each node receives. For residency a label is one source's set of permitted regions."""
    arriving: dict[str, dict[str, Origin]] = {}
    sent: set[tuple[str, str]] = set()
    queue: deque[tuple[str, str, str | None, Origin]] = deque()  # node, label, the one port it leaves by, origin
    for name, node in graph.nodes.items():
        queue.extend(
            (name, label, port, Origin(name, fact, None, None)) for label, port, fact in _stated(node, attribute)
        )
    while queue:
        name, label, port, origin = queue.popleft()
        for hop in routes.hops.get(name, ()):
            if port is not None and hop.edge.producer == name and hop.edge.out_port != port:
                continue
            sent.add((hop.edge.id, label))
            known = arriving.setdefault(hop.node, {})
            if label in known:
                continue
            known[label] = Origin(origin.node, origin.fact, name, hop.edge)
            if not (redacted and _redacts(graph, hop, label)):
                queue.append((hop.node, label, None, known[label]))
    return Flow(arriving, frozenset(sent))


def _stated(node: Node, attribute: str) -> Iterable[tuple[str, str, Fact]]:
    for port in node.outputs:
        effective = node.attributes.get(f"outputs.{port}.{attribute}")
        if effective is None and attribute == "dataLabels" and node.role == "entry":
            yield UNSAID, port, Fact(node.id, f"outputs.{port}.{attribute}")
        if effective is None or effective.inherited or not isinstance(effective.value, tuple):
            continue
        if attribute == "residency":
            yield ", ".join(map(str, effective.value)), port, effective.facts[0]
        else:
            yield from ((str(label), port, effective.facts[0]) for label in effective.value if label != NOTHING)


def _redacts(graph: Graph, hop: Hop, label: str) -> bool:
    node = graph.nodes[hop.node]
    redacted = node.stated("guard.redacts", ())
    return bool(
        isinstance(redacted, tuple)
        and not hop.optional
        and counts(node)
        and any(_covers(str(one), label) for one in redacted)
    )


def _covers(wider: str, label: str) -> bool:
    return wider in (label, "any") or label.startswith(f"{wider}.")


def _way(graph: Graph, flow: Flow, name: str, label: str) -> Way:
    """How the label came to the node."""
    names, edges = [name], []
    origin = flow.arriving[name][label]
    source = origin.fact
    while origin.before is not None and origin.edge is not None:
        names.append(origin.before)
        edges.append(origin.edge)
        if origin.before == origin.node or label not in flow.arriving.get(origin.before, {}):
            break
        origin = flow.arriving[origin.before][label]
    path = tuple(reversed(names))
    return Way(path, (source, *way_facts(graph, path, reversed(edges))), edges[0].location if edges else None)


def _permitted(graph: Graph, flow: Flow, ledger: Ledger) -> None:
    """Each input that says what it permits, and each that does not and that labelled data reaches."""
    for node in graph.nodes.values():
        for port in node.inputs or ("",):
            said = node.attributes.get(f"inputs.{port}.dataLabels")
            arriving = _at_port(graph, node, port, flow)
            if said is None:
                arriving = tuple(label for label in arriving if label != UNSAID)
            if said is not None:
                _permits(graph, flow, node, port, said, arriving, ledger)
            elif arriving:
                reason = f"`{node.name}` does not say which data labels it permits; {', '.join(arriving)} arrive"
                unsaid = node.effective(f"inputs.{port}.dataLabels" if port else "inputs")
                way = _way(graph, flow, node.name, arriving[0])
                _add_labels(node, port, Undecided(reason), arriving, way, unsaid, ledger)


def _at_port(graph: Graph, node: Node, port: str, flow: Flow) -> tuple[str, ...]:
    """Labels that arrive at this port: what its own edges bring, and what comes by no drawn edge (answers, stand-ins)."""
    drawn = graph.incoming.get(node.name, ())
    found = []
    for label in sorted(flow.arriving.get(node.name, {})):
        by = {edge.in_port for edge in drawn if (edge.id, label) in flow.sent}
        if not by or port in by:
            found.append(label)
    return tuple(found)


def _permits(
    graph: Graph, flow: Flow, node: Node, port: str, effective: Effective, arriving: tuple[str, ...], ledger: Ledger
) -> None:
    outcome: Outcome = HELD
    wrong: tuple[str, ...] = ()
    if isinstance(effective.value, Unknown):
        outcome = Undecided(effective.value.reason)
    else:
        permitted = effective.value if isinstance(effective.value, tuple) else (effective.value,)
        refused = tuple(label for label in arriving if not any(_covers(str(one), label) for one in permitted))
        wrong = tuple(label for label in refused if label != UNSAID)
        outcome = Violated(witnesses=frozenset(wrong)) if wrong else HELD
        if refused and not wrong:
            source = flow.arriving[node.name][UNSAID]
            outcome = Undecided(f"`{source.node}` does not say {source.fact.attribute}")
        arriving = refused or arriving
    shown = wrong[0] if wrong else arriving[0] if arriving else ""
    way = _way(graph, flow, node.name, shown) if shown else Way((node.name,), (), None)
    _add_labels(node, port, outcome, wrong or arriving, way, effective, ledger)


def _add_labels(
    node: Node, port: str, outcome: Outcome, labels: tuple[str, ...], way: Way, permitted: Effective, ledger: Ledger
) -> None:
    ledger.add(
        "label",
        "data.labels",
        (node.name, port),
        outcome,
        location=permitted.location,
        support=(*permitted.facts, Fact(node.id), Fact(node.id, "endpoint.external"), *way.facts),
        node=node.name,
        facts={
            "labels": tuple(label for label in labels if label != UNSAID),
            "permitted": () if isinstance(permitted.value, Unknown) else permitted.value,
            "source": way.path[0] if way.path else "",
            "witness": " -> ".join(way.path),
            "external": node.stated("endpoint.external") is True,
        },
        path=way.path,
    )


def _regions(graph: Graph, flow: Flow, ledger: Ledger) -> None:
    for name, node in graph.nodes.items():
        arriving = flow.arriving.get(name, {})
        said = "governance.region" in node.attributes or "governance.deploymentType" in node.attributes
        if not arriving or not (said or node.stated("endpoint.external") is True):
            continue
        region, everywhere = node.effective("governance.region"), node.stated("governance.deploymentType") == "global"
        wrong = [allowed for allowed in sorted(arriving) if everywhere or not _in_region(region.value, allowed)]
        outcome: Outcome = HELD
        if isinstance(region.value, Unknown) and not everywhere:
            outcome = Undecided(region.value.reason)
        elif wrong:
            outcome = Violated(witnesses=frozenset(wrong))
        way = _way(graph, flow, name, (wrong or sorted(arriving))[0])
        kind = Fact(node.id, "governance.deploymentType")
        ledger.add(
            "label",
            "data.region",
            (name,),
            outcome,
            location=region.location,
            support=(*region.facts, kind, Fact(node.id), *way.facts),
            node=name,
            facts={
                "region": "global" if everywhere else "" if isinstance(region.value, Unknown) else str(region.value),
                "permitted": (wrong or sorted(arriving))[0],
                "source": way.path[0],
                "witness": " -> ".join(way.path),
                "external": node.stated("endpoint.external") is True,
            },
            path=way.path,
        )


def _in_region(region: Value | Unknown, allowed: str) -> bool:
    """`eu` permits `eu-west-1`: a region is inside another where its name goes on after a dash."""
    return any(region == one or str(region).startswith(f"{one}-") for one in allowed.split(", "))
