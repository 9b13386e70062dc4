"""Claims to graphs: join what speaks of the same element, follow references, apply pass-through.

In: the claims of one snapshot and the paths it holds. Out: one `Graph` for each application and variant, sorted by label, and
for each ModelSpec that no node refers to. What cannot be resolved is unknown with a reason or a broken `Reference`; nothing
is guessed. Raises `InputError` (all of them together) for a `specRef` that runs in a circle or leaves the repository.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from msdiff.errors import ManyErrors, MsdiffError
from msdiff.model.claim import Claim, GraphKey
from msdiff.model.graph import Edge, Effective, Fact, Graph, Item, Node
from msdiff.resolve.building import Known, assemble, build
from msdiff.resolve.drafts import Draft, Rows, group
from msdiff.resolve.renaming import renamed_claims
from msdiff.resolve.specs import Specs

if TYPE_CHECKING:
    from msdiff.ruleset.model_facts import ModelFacts

__all__ = ["Known", "renamed_claims", "resolve", "with_values"]

_E = TypeVar("_E", Item, Node, Edge)


def resolve(
    claims: Sequence[Claim],
    paths: Collection[str] = (),
    known: Known | None = None,
    problems: list[MsdiffError] | None = None,
    models: ModelFacts | None = None,
    rows: Rows = (),
) -> tuple[Graph, ...]:
    """The graphs that the claims describe.

    `paths` are the files of the snapshot, to tell whether a reference resolves. Hand the same `known` to both versions of a
    comparison: a node that the same claims describe is then the same object. What is wrong with a `specRef` is added to
    `problems` where that is given, instead of raised; the node then lacks what its spec says. `models` are the model
    facts: they count where no file states an attribute. `rows` are runs of edges among the claims, by their position.
    """
    files = paths if isinstance(paths, frozenset | set) else frozenset(paths)
    drafts = group(claims, rows, None if known is None else known.edges)
    specs = Specs(drafts, frozenset(files))
    wrong = specs.attach()
    if problems is not None:
        problems.extend(wrong)
    elif wrong:
        raise ManyErrors(wrong) if len(wrong) > 1 else wrong[0]
    kept = [draft for draft in drafts if not draft.is_spec or id(draft) not in specs.used]
    keys = _distinct(kept)
    graphs = [
        build(draft, keys[id(draft)], files, specs.references.get(id(draft), ()), known, models) for draft in kept
    ]
    return tuple(sorted(graphs, key=lambda graph: graph.key))


def with_values(graph: Graph, values: Mapping[Fact, Effective], models: ModelFacts | None = None) -> Graph:
    """The graph with some attributes stated otherwise (or newly), and all that is inherited worked out again.

    Without `models` it holds only what files say.
    """
    told: dict[str, dict[str, Effective]] = {}
    for fact, effective in values.items():
        told.setdefault(fact.element, {})[fact.attribute] = effective
    return assemble(
        graph._replace(
            meta=_stating(graph.meta, told),
            nodes={name: _stating(_own(node), told) for name, node in graph.nodes.items()},
            edges={key: _stating(edge, told) for key, edge in graph.edges.items()},
            slos={name: _stating(slo, told) for name, slo in graph.slos.items()},
            policies={name: _stating(policy, told) for name, policy in graph.policies.items()},
            tabled={},
        ),
        models,
    )


def _own(node: Node) -> Node:
    own = {key: effective for key, effective in node.attributes.items() if not effective.inherited}
    return Node(node.id, node.location, own, node.role, node.inputs, node.outputs, node.part_of)


def _stating(element: _E, told: Mapping[str, Mapping[str, Effective]]) -> _E:
    more = told.get(element.id)
    return element._replace(attributes={**element.attributes, **more}) if more else element


def _distinct(drafts: list[Draft]) -> dict[int, GraphKey]:
    """Each draft's key; ModelSpecs of one name in different files are told apart by their file."""
    counts = Counter(draft.key._replace(kind="") for draft in drafts)
    keys = {}
    for draft in drafts:
        key = draft.key
        if draft.is_spec and counts[key._replace(kind="")] > 1:
            key = key._replace(name=f"{key.name} ({draft.location.file})")
        keys[id(draft)] = key
    return keys
