"""load -> resolve -> diff -> propagate -> classify -> report, in this order and nothing more.

In: one or two snapshots, settings and rules. Out: a finished `Report`. Raises `InputError` for a file of head that claims to be
ours and cannot be read (in base it is reported, and what it held is unknown), `NothingToCompare` where no version has a graph.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msdiff.classify import classify
from msdiff.diff import GraphPair, pair, renames
from msdiff.errors import ManyErrors, MsdiffError, NothingToCompare
from msdiff.load import Loaded, Memo, load
from msdiff.model.graph import Graph
from msdiff.model.report import Problem, Report
from msdiff.model.snapshot import Snapshot
from msdiff.reporting import report_of
from msdiff.resolve import Known, renamed_claims, resolve
from msdiff.world import Request, World

if TYPE_CHECKING:
    from msdiff.ruleset.model_facts import ModelFacts


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
    world = World(paired, request, mentions=new.mentions, doubted=doubted)
    judged = classify(request.rules, world.evidence())
    request = request._replace(notes=(*request.notes, *new.notes, *_in_doubt(problems)))
    return report_of("compare", (base, head), world, judged, request, problems)


def check(version: Snapshot, request: Request) -> Report:
    """What is violated, unpinned or unknown in one version."""
    (loaded,) = _told_once(_load(version, request, {}))
    _refuse(loaded.problems)
    _refuse_emptiness((loaded,), request)
    graphs = _resolved(loaded, version, request)
    world = World(tuple(GraphPair(None, graph) for graph in graphs), request, compared=False)
    judged = classify(request.rules, world.evidence())
    request = request._replace(notes=(*request.notes, *loaded.notes))
    return report_of("check", (version, version), world, judged, request, ())


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


def _problems(problems: tuple[MsdiffError, ...], side: str) -> tuple[Problem, ...]:
    return tuple(Problem(one.message, one.hint, one.location, side) for one in problems)
