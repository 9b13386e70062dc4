"""load -> resolve -> diff -> propagate -> classify -> report, in this order and nothing more.

In: one or two snapshots, settings and rules. Out: a finished `Report`. Raises `InputError` for a file of head that claims to be
ours and cannot be read (in base it is reported, and what it held is unknown), `NothingToCompare` where no version has a graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from msdiff.classify import Causes, Evidence, Judged, classify
from msdiff.classify.alone import alone
from msdiff.classify.evidence import Facts, Key
from msdiff.diff import GraphPair, diff, pair, renames
from msdiff.errors import ManyErrors, MsdiffError, NothingToCompare
from msdiff.load import Loaded, Memo, load
from msdiff.model.change import Change
from msdiff.model.finding import Acceptance, Finding, Level, Verdict
from msdiff.model.graph import Effective, Element, Fact, Graph
from msdiff.model.obligation import Obligation, Outcome, Status, Violated
from msdiff.model.records import NamedTuple
from msdiff.model.report import Coverage, Problem, Report, Side
from msdiff.model.snapshot import Snapshot
from msdiff.propagate import Obligations, Promise, Tables, obligations, promised
from msdiff.propagate.derived import Context, fed_stores
from msdiff.propagate.flow import Paths
from msdiff.propagate.reach import impacts
from msdiff.propagate.slo_results import later, slo_results
from msdiff.propagate.stale import Spread, Stale
from msdiff.propagate.topology import Loops
from msdiff.resolve import Known, renamed_claims, resolve, with_values
from msdiff.ruleset.attributes import Catalogue
from msdiff.ruleset.library import RuleSet
from msdiff.settings import Settings

if TYPE_CHECKING:
    from msdiff.model.mention import Mention
    from msdiff.ruleset.model_facts import ModelFacts
    from msdiff.ruleset.policy_conditions import PolicyJudge

FAILING = (Status.INTRODUCED, Status.WORSENED)
NO_PATHS: tuple[tuple[str, ...], int] = ((), 0)
NO_SPREAD: Facts = {"stated": 0, "moved": 0, "left": ""}


class Request(NamedTuple):
    """What is asked for beside the versions."""

    settings: Settings
    rules: RuleSet
    tool_version: str
    accepted: Callable[[str], Acceptance | None] = lambda fingerprint: None
    fail_on: str = "breaking"
    strict: bool = False
    allow_empty: bool = False
    notes: tuple[str, ...] = ()


def compare(base: Snapshot, head: Snapshot, request: Request) -> Report:
    """The impact of going from `base` to `head`."""
    parsed: Memo = {}
    old, new = _told_once(_load(base, request, parsed), _load(head, request, parsed))
    _refuse(new.problems)
    _refuse_emptiness((old, new), request)
    wrong: list[MsdiffError] = []  # references of base; of head they are raised
    paired = _paired(old, new, base, head, wrong, request.rules.models)
    problems = tuple(dict.fromkeys(_problems((*old.problems, *wrong), "base")))
    doubted = _doubted(paired, old, wrong)
    world = _World(paired, request, mentions=new.mentions, doubted=doubted)
    judged = classify(request.rules, world.evidence())
    request = request._replace(notes=(*request.notes, *new.notes, *_in_doubt(problems)))
    return _report("compare", (base, head), world, judged, request, problems)


def check(version: Snapshot, request: Request) -> Report:
    """What is violated, unpinned or unknown in one version."""
    (loaded,) = _told_once(_load(version, request, {}))
    _refuse(loaded.problems)
    _refuse_emptiness((loaded,), request)
    graphs = _resolved(loaded, version, request)
    world = _World(tuple(GraphPair(None, graph) for graph in graphs), request, compared=False)
    judged = classify(request.rules, world.evidence())
    request = request._replace(notes=(*request.notes, *loaded.notes))
    return _report("check", (version, version), world, judged, request, ())


def graphs_of(version: Snapshot, request: Request) -> tuple[Graph, ...]:
    """The graphs of one version, for drawing and explaining."""
    (loaded,) = _told_once(_load(version, request, {}))
    _refuse(loaded.problems)
    _refuse_emptiness((loaded,), request)
    return _resolved(loaded, version, request)


def _resolved(loaded: Loaded, version: Snapshot, request: Request) -> tuple[Graph, ...]:
    return resolve(loaded.claims, frozenset(version.paths()), models=request.rules.models)


def _load(version: Snapshot, request: Request, parsed: Memo) -> Loaded:
    return load(version, request.rules.catalogue, request.settings, parsed, request.rules.serving)


def _told_once(*versions: Loaded) -> tuple[Loaded, ...]:
    """The versions without variants of stacks that say nothing of their own."""
    if not any(one.variants for one in versions):
        return versions
    from msdiff.load.variants import without_twins  # few repositories have such variants

    return without_twins(*versions)


def _refuse(problems: tuple[MsdiffError, ...]) -> None:
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ManyErrors(problems)


def _refuse_emptiness(loaded: Iterable[Loaded], request: Request) -> None:
    versions = tuple(loaded)
    if request.allow_empty or any(one.claims or one.problems for one in versions):
        return
    looked = sum(len(one.skipped) for one in versions)
    raise NothingToCompare(
        "nothing to compare: no ApplicationGraph or ModelSpec found"
        + (" in either version" if len(versions) > 1 else ""),
        hint=f"{looked} YAML and JSON files were looked at; `msdiff init` writes a first graph, `--allow-empty` makes this pass",
    )


def _doubted(pairs: Iterable[GraphPair], old: Loaded, wrong: Iterable[MsdiffError]) -> frozenset[str]:
    """The labels of graphs of which base may have said more than could be read."""
    if old.doubted is None or wrong:
        return frozenset(one.label for one in pairs)
    keys = {(key.name, key.variant) for key in old.doubted}
    graphs = ((one.label, graph.key) for one in pairs for graph in (one.base, one.head) if graph)
    return frozenset(label for label, key in graphs if (key.name, key.variant) in keys)


def _in_doubt(problems: Iterable[Problem]) -> Iterable[str]:
    files = tuple(dict.fromkeys(one.location.file for one in problems if one.location))
    if files:
        more = f" and {len(files) - 3} more" if len(files) > 3 else ""
        names = ", ".join(f"`{file}`" for file in files[:3])
        yield f"base could not be read in full ({names}{more}): what is new here may not be new, and what it held is unknown"


def _paired(
    old: Loaded, new: Loaded, base: Snapshot, head: Snapshot, wrong: list[MsdiffError], models: ModelFacts
) -> tuple[GraphPair, ...]:
    """The graphs of both versions side by side, base in head's names. What is wrong with base's references is added to
    `wrong`. Where base could not be read in full, a rename is only what is declared: the new name may be an old one."""
    old_paths, new_paths = frozenset(base.paths()), frozenset(head.paths())
    known = Known()
    before = resolve(old.claims, old_paths, known, wrong, models, old.rows)
    after = resolve(new.claims, new_paths, known, models=models, rows=new.rows)
    whole = old.doubted == () and not wrong
    first = pair(before, after, by_likeness=whole)
    doubted = _doubted(first, old, wrong)
    moved = {
        one.label: renames(one.base, one.head, by_likeness=one.label not in doubted)
        for one in first
        if one.base and one.head
    }
    names = {
        (g.renamed_from or g.base.key.name, g.base.key.variant): moved[g.label]
        for g in first
        if g.base and moved.get(g.label)
    }
    if not names:
        return first
    again = pair(
        resolve(tuple(renamed_claims(old.claims, names)), old_paths, None, wrong, models), after, by_likeness=whole
    )
    return tuple(GraphPair(one.base, one.head, moved.get(one.label, {}), one.renamed_from) for one in again)


class _World:
    """Both versions with everything that was worked out about them; `compared` is false where there is only one."""

    def __init__(
        self,
        pairs: tuple[GraphPair, ...],
        request: Request,
        *,
        compared: bool = True,
        mentions: tuple[Mention, ...] = (),
        doubted: frozenset[str] = frozenset(),
    ) -> None:
        self.pairs = pairs
        self.doubted = doubted
        self.request = request
        self._by_label = {one.label: one for one in pairs}
        self._paths: dict[str, Paths] = {}
        self._late: dict[str, frozenset[str]] = {}
        self._contexts: dict[str, Facts] = {}
        self._about: dict[tuple[str, str], Facts] = {}
        self._fed: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._shares: dict[tuple[str, str], Mapping[str, float]] | None = None
        self._kept: dict[tuple[str, str, str | None], Obligation] | None = None
        self._told: dict[str, Spread] | None = None
        self._with_new_facts: Mapping[Key, Obligation] | None = None
        self._by_files: dict[str, Mapping[Key, Obligation]] = {}
        self._judge: PolicyJudge | None = None
        self._loops: Loops = {}
        self.changes = diff(pairs, self.catalogue) if compared else ()
        self.stale = Stale(self.heads, mentions)
        touched = Causes(self.changes).elements if compared else None
        kept = promised(self.bases)
        self.base = Obligations()
        if compared:
            self.base = obligations(self.bases, self.tables, kept, touched, only_touched=True)
        self.head = obligations(self.heads, self.tables, promised(self.heads), touched, before=kept)
        if compared:
            self.base = self._with_untouched(touched or frozenset(), kept)
        # figures of a base that could not be read in full are no figures
        timed = ((None if one.head and one.label in doubted else one.base, one.head) for one in self.pairs)
        self.slos = slo_results(timed, self.changes)

    def _with_untouched(self, touched: frozenset[str], kept: Mapping[str, tuple[Promise, ...]]) -> Obligations:
        """Base's obligations with those that no change touched there and that head breaks.

        A wire on which no change bears in head either was broken before; of the others all of base is asked (a value that
        nobody stated in base rests on nothing that changed).
        """
        broken = {key: one for key, one in self.head.kept.items() if key not in self.base.kept}
        known = {
            key: one
            for key, one in broken.items()
            if one.kind == "edge" and not any(fact.element in touched for fact in one.support)
        }
        asked = [
            key
            for key, one in broken.items()
            if key not in known and isinstance(one.outcome, Violated) and self._stood_in_base(one)
        ]
        if asked:
            whole = obligations(self.bases, self.tables, kept, None).kept
            known |= {key: whole[key] for key in asked if key in whole}
        return self.base._replace(kept={**self.base.kept, **known})

    def _stood_in_base(self, obligation: Obligation) -> bool:
        """Whether the elements that the obligation speaks of are in base."""
        one = self._by_label.get(obligation.graph)
        if one is None or one.base is None:
            return False
        edge, node = obligation.edge, obligation.node
        return (edge is None or edge in one.base.edges) and (node is None or node in one.base.nodes)

    @property
    def catalogue(self) -> Catalogue:
        return self.request.rules.catalogue

    @property
    def tables(self) -> Tables:
        rules = self.request.rules
        return Tables(
            wires=rules.wires,
            nodes=rules.nodes,
            aliases=rules.aliases,
            catalogue=rules.catalogue,
            may_drift=self.request.settings.may_drift,
            judge=self.judged,
            loops=self._loops,
        )

    def judged(self, condition: str, element: Element, policy: str) -> Outcome:
        """Whether an element meets a policy's condition."""
        from msdiff.ruleset.policy_conditions import PolicyJudge  # few graphs have such policies

        if self._judge is None:
            self._judge = PolicyJudge(self.catalogue)
        return self._judge(condition, element, policy)

    @property
    def bases(self) -> tuple[Graph, ...]:
        return tuple(one.base for one in self.pairs if one.base is not None)

    @property
    def heads(self) -> tuple[Graph, ...]:
        return tuple(one.head for one in self.pairs if one.head is not None)

    def evidence(self) -> Evidence:
        """What classify judges."""
        return Evidence(
            changes=self.changes,
            base=self.base.kept,
            head=self.head.kept,
            with_new_facts=self.with_new_facts,
            by_files=self.by_files,
            facts=self.facts,
            path=self.path,
            impacts=impacts(self.changes, self.flow, self.start, self.paths, self.late),
            blamed=self.blamed,
            stale=self.stale.places,
            owner=self.owner,
            level=self.request.settings.level_of,
            accepted=self.request.accepted,
            alone=self.alone,
            template=self.template,
            exists=lambda graph, node: self._head(graph) is not None and node in self._nodes(graph),
            ends=self.ends,
            doubted=self.doubted,
        )

    def blamed(self, label: str, slo: str) -> Mapping[str, float] | None:
        """The changes that have a share in an SLO's difference; `None` where it was not split among them."""
        if self._shares is None:
            split = [one for one in reversed(self.slos) if one.attribution]  # of several the first counts
            self._shares = {
                (one.graph, one.name): {id: share for id, share in one.attribution if share} for one in split
            }
        return self._shares.get((label, slo))

    def _head(self, label: str) -> Graph | None:
        one = self._by_label.get(label)
        return one.head if one else None

    def _nodes(self, label: str) -> Mapping[str, object]:
        head = self._head(label)
        return head.nodes if head else {}

    def with_new_facts(self) -> Mapping[Key, Obligation]:
        """Base's obligations, once base knows what head newly declares (see `classify.statuses`)."""
        if self._with_new_facts is None:
            told = tuple(self._informed(one.base) for one in self.pairs if one.base is not None)
            self._with_new_facts = obligations(told, self.tables, promised(told), None).kept
        return self._with_new_facts

    def by_files(self, side: str) -> Mapping[Key, Obligation]:
        """A side's obligations without what only a table of model facts says (see `classify.judging`)."""
        if side not in self._by_files:
            graphs = self.bases if side == "base" else self.heads
            bare = tuple(with_values(graph, {}) if graph.tabled else graph for graph in graphs)
            self._by_files[side] = obligations(bare, self.tables, promised(bare), None).kept
        return self._by_files[side]

    def _informed(self, graph: Graph) -> Graph:
        """The graph with what head newly declares; a port that came brings all that it declares."""
        head = self._head(graph.label)
        values: dict[Fact, Effective] = {}
        for change in self.changes:
            if head is None or change.graph != graph.label or not _newly_declares(change):
                continue
            element, name = head.element(change.fact.element), change.fact.attribute
            for attribute, effective in element.attributes.items() if element else ():
                if attribute == name or attribute.startswith(f"{name}."):
                    values[change.fact._replace(attribute=attribute)] = effective
        return with_values(graph, values, self.request.rules.models)

    def facts(self, change: Change) -> tuple[Facts, Facts]:
        """What rules may read of a change and of its node."""
        one = self._by_label[change.graph]
        held = lambda check, node: self._obligation(change.graph, check, node)  # noqa: E731
        context = Context(change, one.base, one.head, held, self._fed_stores)
        told = self._contexts.get(change.id)
        if told is None:
            told = self._contexts[change.id] = {**context.change_facts(), **self._spread(change)}
        place = (change.graph, context.node.name if context.node else "")
        about = self._about.get(place)
        if about is None:
            about = self._about[place] = context.node_facts()
        return told, about

    def _fed_stores(self, graph: Graph) -> Mapping[str, tuple[str, ...]]:
        side = "head" if graph is self._head(graph.label) else "base"
        key = f"{side} {graph.label}"
        if key not in self._fed:
            self._fed[key] = fed_stores(graph)
        return self._fed[key]

    def _spread(self, change: Change) -> Facts:
        """How far an update of a fact that several places repeat went; said of one change for each pair of values."""
        if not self.stale.has_stacks:
            return NO_SPREAD
        if self._told is None:
            from msdiff.model.mention import name_of  # few repositories have stacks

            spread = {one.id: (name_of(str(one.old)), self.stale.spread(one)) for one in self.changes}
            widest: dict[str, tuple[int, str]] = {}
            for id, (old, found) in spread.items():
                if found.left and len(found.left) + found.moved > widest.get(old, (0, ""))[0]:
                    widest[old] = (len(found.left) + found.moved, id)
            self._told = {id: spread[id][1] for _, id in widest.values()}
        spread_here = self._told.get(change.id)
        if spread_here is None:
            return NO_SPREAD
        places = [f"{one.location.file}:{one.location.line}" for one in spread_here.left]
        shown = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
        return {"stated": len(places) + spread_here.moved, "moved": spread_here.moved, "left": shown}

    def _obligation(self, graph: str, check: str, node: str) -> Obligation | None:
        if self._kept is None:
            kept = reversed(tuple(self.head.kept.values()))  # of several the first counts
            self._kept = {(one.graph, one.check, one.node): one for one in kept}
        return self._kept.get((graph, check, node))

    def paths(self, label: str) -> Paths:
        """Paths over the edges of both versions of a graph."""
        if label not in self._paths:
            one = self._by_label[label]
            self._paths[label] = Paths(one.base, one.head)
        return self._paths[label]

    def path(self, label: str, start: str, end: str) -> tuple[tuple[str, ...], int]:
        return self.paths(label).between(start, end) if label in self._by_label else NO_PATHS

    def ends(self, label: str, key: str) -> tuple[str, ...]:
        one = self._by_label[label]
        for graph in (one.head, one.base):
            if graph is not None and key in graph.edges:
                edge = graph.edges[key]
                return (edge.producer, edge.consumer)
        return ()

    def owner(self, label: str, node: str | None) -> str | None:
        """The node's owner, else the graph's, else the configuration's."""
        graph = self._head(label) or (self._by_label[label].base if label in self._by_label else None)
        if graph is None:
            return None
        element = graph.nodes.get(node or "")
        told = element.stated("owner") if element else None
        told = (
            told
            or graph.meta.stated("metadata.owner")
            or self.request.settings.owner_of(
                element.location.file if element else None,
                node=node,
                role=element.role if element else None,
                graph=label,
            )
        )
        return str(told) if told else None

    def alone(self, change: Change) -> str:
        """Why a change that no obligation touches is unverified; "" where it can only be harmless."""
        if (
            change.edge
            and change.kind == "edge.removed"
            and not set(self.ends(change.graph, change.edge)) <= set(self._nodes(change.graph))
        ):
            return ""  # its node is gone: that says it all
        template = self.template(change.attribute) if change.attribute else None
        return alone(change, template, self.request.rules.tables["alone"])

    def template(self, attribute: str) -> str | None:
        """The attribute's name in the catalogue."""
        found = self.catalogue.lookup(attribute)
        return found.name if found else None

    def flow(self, change: Change) -> str:
        """How far a change travels; "" for an element that came or went."""
        found = self.catalogue.lookup(change.attribute) if change.attribute else None
        return found.flow if found else "node" if change.attribute else ""

    def start(self, change: Change) -> str:
        """The node at which a change sets out: an edge delays whoever waits at its end."""
        if change.node is not None:
            return change.node
        ends = self.ends(change.graph, change.edge) if change.edge else ()
        return ends[-1] if ends else ""

    def late(self, label: str) -> frozenset[str]:
        """The nodes whose arrival time differs between base and head."""
        if label not in self._late:
            one = self._by_label[label]
            both = one.base is not None and one.head is not None
            self._late[label] = later(one.base, one.head) if both and one.base and one.head else frozenset()
        return self._late[label]


def _newly_declares(change: Change) -> bool:
    """Whether nothing was known before: a default that is overruled was known."""
    return bool(change.attribute) and change.kind == "attribute.added" and change.old is None


def _problems(problems: tuple[MsdiffError, ...], side: str) -> tuple[Problem, ...]:
    return tuple(Problem(one.message, one.hint, one.location, side) for one in problems)


def _report(
    mode: str,
    sides: tuple[Snapshot, Snapshot],
    world: _World,
    judged: Judged,
    request: Request,
    problems: tuple[Problem, ...],
) -> Report:
    base, head = sides
    failing = [one for one in judged.findings if one.status in FAILING and not _is_accepted(one)]
    if request.strict:
        failing += [one for one in judged.findings if one.status is Status.REVEALED and not _is_accepted(one)]
    verdict = max(_verdict(judged, request.strict), Verdict.UNVERIFIED if problems else Verdict.UNCHANGED)
    return Report(
        mode=mode,
        tool_version=request.tool_version,
        base=Side(base.label, base.commit),
        head=Side(head.label, head.commit),
        verdict=verdict,
        exit_code=_exit_code(failing, judged, request, read=not problems),
        fail_on=request.fail_on,
        strict=request.strict,
        changes=judged.changes,
        findings=judged.findings,
        affected=judged.affected,
        slos=world.slos,
        undecided=judged.undecided,
        coverage=Coverage(world.head.total, world.head.decided),
        problems=problems,
        notes=tuple(dict.fromkeys((*request.notes, *base.notes, *head.notes))),
        graph_labels=tuple(one.label for one in world.pairs),
        edges=_Ends(world.pairs),
        roles={one.label: _roles(one) for one in world.pairs},
        places={one.label: {n: node.location for n, node in one.head.nodes.items()} for one in world.pairs if one.head},
    )


def _is_accepted(finding: Finding) -> bool:
    return finding.acceptance is not None and not finding.acceptance.expired


def _verdict(judged: Judged, strict: bool) -> Verdict:
    """The gravest of changes and introduced or worsened findings (design, section 11, point 12)."""
    counted = (*FAILING, Status.REVEALED) if strict else FAILING
    verdicts = [one.classification for one in judged.changes]
    verdicts += [one.verdict for one in judged.findings if one.status in counted]
    return max(verdicts, default=Verdict.UNCHANGED)


def _exit_code(failing: Iterable[object], judged: Judged, request: Request, *, read: bool) -> int:
    """`read`: whether both versions could be read in full."""
    if request.fail_on == "never":
        return 0
    wanted = (Level.ERROR,) if request.fail_on == "breaking" else (Level.ERROR, Level.WARNING)
    if any(getattr(one, "level", None) in wanted for one in failing):
        return 1
    open_ = {one.change.id for one in judged.changes if one.classification is Verdict.UNVERIFIED} - _excused(judged)
    return int(request.strict and (not read or bool(open_)))


def _excused(judged: Judged) -> set[str]:
    """Changes of which nothing is open but what somebody accepted."""
    undecided = {id for one in judged.undecided for id in one.causes}
    revealed = [one for one in judged.findings if one.status is Status.REVEALED]
    refused = {id for one in revealed if not _is_accepted(one) for id in one.causes}
    return {id for one in revealed for id in one.causes} - refused - undecided


class _Ends(Mapping[str, tuple[tuple[str, str], ...]]):
    """The ends of the edges of both versions by graph, looked up when a picture is drawn of them."""

    def __init__(self, pairs: tuple[GraphPair, ...]) -> None:
        self._pairs = {one.label: one for one in pairs}

    def __getitem__(self, label: str) -> tuple[tuple[str, str], ...]:
        graphs = (self._pairs[label].base, self._pairs[label].head)
        edges = (edge for graph in graphs if graph for edge in graph.edges.values())
        return tuple(sorted({(edge.producer, edge.consumer) for edge in edges}))

    def __iter__(self) -> Iterator[str]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)


def _roles(one: GraphPair) -> Mapping[str, str]:
    return {name: node.role for graph in (one.base, one.head) if graph for name, node in graph.nodes.items()}
