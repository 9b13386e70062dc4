"""All that judging needs, gathered by the pipeline: classify itself looks nothing up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from msdiff.model.change import Change
from msdiff.model.finding import Acceptance, Impact, Level, Related, Verdict
from msdiff.model.obligation import Obligation
from msdiff.model.records import NamedTuple
from msdiff.model.values import Value

Key: TypeAlias = tuple[str, ...]
Facts: TypeAlias = Mapping[str, Value]


class Evidence(NamedTuple):
    """Changes, the obligations of both versions, and how to ask for the rest.

    `with_new_facts` gives base's obligations once base knows what head newly declares (asked for only where needed).
    `by_files` gives the obligations of "base" or "head" as they stand without what only a table of model facts says.
    `facts` gives what rules may read of a change beside its values, and of its node. `path` gives a shortest path between two
    nodes of a graph and the number of others. `stale` gives other places that still state a change's old value.
    """

    changes: tuple[Change, ...]
    base: Mapping[Key, Obligation]
    head: Mapping[Key, Obligation]
    with_new_facts: Callable[[], Mapping[Key, Obligation]]
    by_files: Callable[[str], Mapping[Key, Obligation]]
    facts: Callable[[Change], tuple[Facts, Facts]]
    path: Callable[[str, str, str], tuple[tuple[str, ...], int]]
    impacts: tuple[Impact, ...]
    blamed: Callable[
        [str, str], Mapping[str, float] | None
    ]  # graph, SLO -> shares of its difference by change, if split
    stale: Callable[[Change], tuple[Related, ...]]
    owner: Callable[[str, str | None], str | None]
    level: Callable[[str, Verdict, str | None], Level]
    accepted: Callable[[str], Acceptance | None]
    alone: Callable[[Change], str]  # "" where a change that no obligation touches is safe, else why it is unverified
    template: Callable[[str], str | None]  # attribute path -> name in the catalogue
    exists: Callable[[str, str], bool]  # graph label, node -> it is in head
    ends: Callable[[str, str], tuple[str, ...]]  # graph label, edge -> its nodes, producer first
    doubted: frozenset[str] = frozenset()  # labels of graphs of which base may have said more than could be read

    def in_doubt(self, causes: Iterable[Change]) -> bool:
        """Whether all of these may be no news: base could not be read in full, and head may only say what it said.

        A default that head overrules was known.
        """
        return all(
            change.graph in self.doubted and change.kind.endswith(".added") and change.old is None for change in causes
        )
