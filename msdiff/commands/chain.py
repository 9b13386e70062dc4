"""A finding -> the whole way from the changed line to the violated requirement, value by value, with the place of each.

In: a comparison with the graphs of both versions. Out: blocks of text. Promise: every hop is an edge of one of the two
versions, every value is an effective value of a graph, and its place is where a file states it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.commands.alike import alike
from msdiff.commands.comparing import Comparison
from msdiff.commands.finding import where
from msdiff.errors import MsdiffError
from msdiff.model.change import Change
from msdiff.model.finding import Finding
from msdiff.model.graph import Edge, Effective, Element, Graph, Node
from msdiff.model.location import Location
from msdiff.model.obligation import Status
from msdiff.model.records import NamedTuple
from msdiff.model.report import Affected, Report, SloResult
from msdiff.pipeline import graphs_of
from msdiff.propagate.flow import Paths
from msdiff.report import RenderOptions
from msdiff.report.commands import accept_command
from msdiff.report.lines import BLANK, Block, Line, Span, line, sentence_spans
from msdiff.report.slo_words import unit
from msdiff.report.wording import STATUS_WORDS, change_phrase, figure, other_paths, short, signed, value_text
from msdiff.report.wording import chain as way

_OPEN_WAYS = "guardrail-bypass-path"  # the rule that speaks of ways around guards


class Versions(NamedTuple):
    """The report, and the graphs of both versions by label."""

    report: Report
    base: dict[str, Graph]
    head: dict[str, Graph]
    range: str

    def graphs(self, label: str) -> tuple[Graph, ...]:
        """Head's graph, then base's; those of the two that exist."""
        return tuple(side[label] for side in (self.head, self.base) if label in side)

    def labels(self) -> tuple[str, ...]:
        return tuple(sorted({*self.head, *self.base}))

    def nodes(self) -> tuple[str, ...]:
        """Names of all nodes."""
        graphs = (*self.head.values(), *self.base.values())
        return tuple(dict.fromkeys(name for graph in graphs for name in graph.nodes))

    def holds(self, word: str) -> bool:
        """Whether this is a node."""
        return any(True for _ in self.places(word))

    def places(self, word: str) -> Iterator[tuple[str, Node]]:
        """Graph and node for a name, or for `GRAPH/NODE`."""
        for label in self.labels():
            name = word.removeprefix(f"{label}/")
            found = next((graph.nodes[name] for graph in self.graphs(label) if name in graph.nodes), None)
            if found is not None:
                yield label, found


def versions_of(done: Comparison, range: str) -> Versions:
    """Both versions of a comparison that is still open; `range` names it. A base that cannot be read has no graphs."""
    head = graphs_of(done.head, done.request)
    try:
        base = graphs_of(done.base, done.request) if done.base is not None else ()
    except MsdiffError:
        base = ()
    return Versions(done.report, {one.label: one for one in base}, {one.label: one for one in head}, range)


def finding_blocks(finding: Finding, versions: Versions) -> Iterator[Block]:
    """Everything there is to say about one finding."""
    yield line(
        0,
        Span(finding.verdict.value.upper(), finding.verdict.value),
        f"  {finding.rule}  {STATUS_WORDS[finding.status]}  ",
        Span(_who(finding), "name"),
        *((f" in {short(finding.graph)}",) if len(versions.labels()) > 1 else ()),
    )
    yield line(0, *sentence_spans(finding.message))
    yield from _section("What changed", _causes(finding, versions))
    yield from _section("How it gets there" if finding.causes else "Where", chain(finding, versions))
    yield from _section("Where to look", _requirement(finding))
    yield from _section("Latency, step by step", _steps(finding, versions))
    yield from _section("Where a guard would close every open way", _closing(finding, versions))
    yield from _section("What to do", [line(2, *sentence_spans(finding.fix))] if finding.fix else [])
    if finding.status in (Status.INTRODUCED, Status.WORSENED, Status.REVEALED) and finding.acceptance is None:
        command = accept_command(finding, RenderOptions(range=versions.range))
        yield from _section("To live with it", [line(2, Span(command, "command"))])
    if finding.acceptance is not None:
        until = f" until {finding.acceptance.until}" if finding.acceptance.until else ""
        said = f"{'expired' if finding.acceptance.expired else 'accepted'}{until}: {finding.acceptance.reason}"
        yield from _section("Acceptance", [line(2, said, "  ", _place(finding.acceptance.location))])
    yield BLANK
    yield line(
        0, Span(f"fingerprint {finding.fingerprint}; msdiff explain {finding.rule} says why the rule exists", "dim")
    )


def _section(heading: str, lines: Iterator[Line] | list[Line]) -> Iterator[Block]:
    found = tuple(lines)
    if found:
        yield BLANK
        yield line(0, Span(heading, "heading"))
        yield from found


def _who(finding: Finding) -> str:
    kind, _, name = (finding.element or "").partition(":")
    if finding.element:
        return f"{'SLO' if kind == 'slo' else kind} {short(name)}" + (
            f" at {short(finding.node)}" if finding.node else ""
        )
    return short(finding.node or finding.edge or "the graph")


def _place(location: Location | None) -> Span:
    return Span(str(location._replace(file=short(location.file))) if location else "", "place")


def _changes(finding: Finding, versions: Versions) -> tuple[Change, ...]:
    wanted = set(finding.causes)
    return tuple(one.change for one in versions.report.changes if one.change.id in wanted)


def _causes(finding: Finding, versions: Versions) -> Iterator[Line]:
    for change in _changes(finding, versions):
        yield line(2, *sentence_spans(change_phrase(change, many_graphs=False)))
        if change.base is not None:
            yield line(4, Span("base ", "dim"), _place(change.base))
        if change.head is not None:
            yield line(4, Span("head ", "dim"), _place(change.head))


def chain(finding: Finding, versions: Versions) -> Iterator[Line]:
    """Each node of the path with the values that matter there, and each edge between them."""
    graphs = versions.graphs(finding.graph)
    held = dict(finding.hops)
    names = _Attributes(_changes(finding, versions))
    for number, name in enumerate(finding.path, 1):
        node = next((graph.nodes[name] for graph in graphs if name in graph.nodes), None)
        before = _edge(graphs, *finding.path[number - 2 : number]) if number > 1 else None
        after = _edge(graphs, *finding.path[number - 1 : number + 1]) if number < len(finding.path) else None
        if before is not None:
            yield line(6, Span("| ", "dim"), f"edge {short(before.name)}  ", _place(before.location))
        words = f"  {held[name]}" if name in held else ""
        yield line(2, f"{number}. ", Span(short(name), "name"), words, "  ", _place(node.location if node else None))
        if node is not None:
            yield from _values(node, names, before, after)
            if after is not None:
                yield from _edge_values(after, names)


class _Attributes:
    """Which attributes matter on the way: those that changed, wherever they stand on the path."""

    def __init__(self, changes: tuple[Change, ...]) -> None:
        facts = [change.fact for change in changes if change.fact.attribute]
        self._own = frozenset(facts)
        self._leaves = frozenset(_leaf(fact.attribute) for fact in facts if _is_port(fact.attribute))
        self._built = frozenset(fact.attribute.rpartition(".")[2] for fact in facts)

    def on(self, element: Element) -> Iterator[str]:
        """The changed attributes of this element."""
        return (fact.attribute for fact in sorted(self._own) if fact.element == element.id)

    def at_port(self, side: str, port: str) -> Iterator[str]:
        return (f"{side}.{port}.{leaf}" for leaf in sorted(self._leaves))

    def stored(self, node: Node) -> Iterator[str]:
        """What stored state says of the attributes that changed (`store.builtWith.dimension`)."""
        for name in sorted(node.attributes):
            if ".builtWith" in name and name.rpartition(".")[2] in self._built:
                yield name


def _is_port(attribute: str) -> bool:
    return attribute.startswith(("inputs.", "outputs.")) and attribute.count(".") >= 2


def _leaf(attribute: str) -> str:
    return attribute.split(".", 2)[2]


def _values(node: Node, names: _Attributes, before: Edge | None, after: Edge | None) -> Iterator[Line]:
    wanted = [*(names.at_port("inputs", before.in_port) if before else ()), *names.on(node), *names.stored(node)]
    wanted += names.at_port("outputs", after.out_port) if after else ()
    for attribute in dict.fromkeys(wanted):
        yield from _value(node, attribute)


def _edge_values(edge: Edge, names: _Attributes) -> Iterator[Line]:
    for attribute in names.on(edge):
        yield from _value(edge, attribute)


def _value(element: Element, attribute: str) -> Iterator[Line]:
    """`outputs.vector.dimension = 1024  app.yaml:21:44`, and whence it came where it was not stated here."""
    found = element.attributes.get(attribute)
    if found is None:
        return
    for one in found.alternatives:
        came = _origin(one, element, attribute)
        yield line(5, f"{attribute} = ", Span(short(value_text(one.value)), "value"), came, "  ", _place(one.location))


def _origin(effective: Effective, element: Element, attribute: str) -> str:
    if not effective.inherited:
        return ""
    if effective.is_of_table:
        return f" (model facts: {effective.claims[0].text})"
    other = next((fact for fact in effective.facts if fact.element != element.id or fact.attribute != attribute), None)
    if other is None:
        return " (worked out)"
    return f" (from {short(other.element.partition(':')[2])} {other.attribute})"


def _edge(graphs: tuple[Graph, ...], producer: str = "", consumer: str = "") -> Edge | None:
    """An edge between two nodes, along the flow if there is one."""
    for one, other in ((producer, consumer), (consumer, producer)):
        for graph in graphs:
            for edge in graph.outgoing.get(one, ()):
                if edge.consumer == other:
                    return edge
    return None


def _requirement(finding: Finding) -> Iterator[Line]:
    if finding.location is not None:
        yield line(2, "stated in head at ", _place(finding.location))
    if finding.base_location is not None and finding.base_location != finding.location:
        yield line(2, "in base at ", _place(finding.base_location))
    for related in finding.related:
        yield line(2, "see also ", _place(related.location), " ", *sentence_spans(related.message))


def _steps(finding: Finding, versions: Versions) -> Iterator[Line]:
    """The critical path of the SLO that the finding speaks of."""
    results = (
        one for one in versions.report.slos if one.graph == finding.graph and finding.element == f"slo:{one.name}"
    )
    for result in results:
        yield from _of_slo(result, versions.graphs(finding.graph))


def _closing(finding: Finding, versions: Versions) -> Iterator[Line]:
    """The fewest edges that all ways around the promised guards go through."""
    head, base = versions.head.get(finding.graph), versions.base.get(finding.graph)
    if finding.rule != _OPEN_WAYS or finding.node is None or head is None or base is None:
        return
    from msdiff.propagate.cuts import closing_edges
    from msdiff.propagate.promises import NAMELESS, promises
    from msdiff.propagate.routes import Routes

    kinds = {
        promise.kind
        for promise in promises(base, Routes(base))
        if (promise.stage, promise.node) == ("input", finding.node) and promise.kept and promise.kind != NAMELESS
    }
    for edge in closing_edges(head, finding.node, kinds):
        yield line(2, "edge ", Span(short(edge.name), "name"), "  ", _place(edge.location))


def _of_slo(result: SloResult, graphs: tuple[Graph, ...]) -> Iterator[Line]:
    for step in result.critical_path:
        name = f"edge {step.edge}" if step.edge else step.node or ""
        amount = f"{figure(step.amount)} {unit(result)}" if unit(result) else figure(step.amount)
        delta = f" ({signed(step.delta)})" if step.delta else ""
        attribute = f"latency.{result.percentile}Ms"
        node = (
            next((graph.nodes[step.node] for graph in graphs if step.node in graph.nodes), None) if step.node else None
        )
        said = node.attributes.get(attribute) if node else None
        yield line(2, Span(short(name), "name"), f"  {amount}{delta}  ", _place(said.location if said else None))
    known = [("base", result.base), ("head", result.head), ("limit", result.limit)]
    yield line(2, ", ".join(f"{name} {figure(amount)}" for name, amount in known if amount is not None))


def node_blocks(word: str, versions: Versions) -> Iterator[Block]:
    """Why a node is affected: its findings, each with its way, and the changes that reach it without one."""
    for number, (label, node) in enumerate(versions.places(word)):
        if number:
            yield BLANK
        yield from _of_node(label, node, versions)
        if lines := tuple(line(2, one) for one in alike(label, node, versions.head)):
            yield from _section("Perhaps the same, by name and role alone", iter(lines))


def _of_node(label: str, node: Node, versions: Versions) -> Iterator[Block]:
    report = versions.report
    yield line(0, Span(short(node.name), "name"), f"  {node.role} in {short(label)}  ", _place(node.location))
    findings = tuple(one for one in report.findings if (one.graph, one.node) == (label, node.name))
    reached = next((one for one in report.affected if (one.graph, one.node) == (label, node.name)), None)
    own = tuple(one.change for one in report.changes if one.change.graph == label and one.change.node == node.name)
    if own:
        yield from _section("It changed itself", _phrases(own))
    if not findings and reached is None:
        yield BLANK
        words = "Nothing else reaches it" if own else "Nothing reaches it"
        yield line(0, f"{words} {where(report)}." if report.mode != "check" else "Nothing is wrong with it.")
        return
    for finding in findings:
        yield BLANK
        yield from finding_blocks(finding, versions)
    if reached is not None:
        explained = {cause for finding in findings for cause in finding.causes}
        lines = _reached(reached, explained, report, Paths(*versions.graphs(label)))
        yield from _section("Also reaches it" if findings else "What reaches it", lines)


def _phrases(changes: tuple[Change, ...]) -> Iterator[Line]:
    for change in changes:
        place = change.head or change.base
        yield line(2, change_phrase(change, many_graphs=False), "  ", _place(place))


def _reached(reached: Affected, explained: set[str], report: Report, paths: Paths) -> Iterator[Line]:
    others = tuple(one.change for one in report.changes if one.change.id in set(reached.causes) - explained)
    for change in others:
        yield from _phrases((change,))
        path, count = paths.between(_start(change), reached.node)
        if len(path) > 1:
            yield line(4, Span("path: ", "dim"), way(path), f"  ({other_paths(count)})" if count else "")
    if others:
        yield line(2, Span("through ", "dim"), ", ".join(reached.mechanisms))


def _start(change: Change) -> str:
    """Where a change sets out: its node, or the consumer of its edge."""
    return change.node or (change.edge or "").partition("->")[2].partition(".")[0]
