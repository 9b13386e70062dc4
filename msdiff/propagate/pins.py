"""Pins: does a model stay what it is when nobody changes the file?

In: one graph and the table of moving model names (`rules/tables/model-aliases.yaml`). Out: `model.alias` (a name that the
provider re-points) and `model.revision` (weights from a hub without a full commit) for each node with a model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from msdiff.model.graph import Fact, Graph, Node
from msdiff.model.obligation import Outcome, Violated
from msdiff.model.values import Value
from msdiff.propagate.laws import HELD
from msdiff.propagate.ledger import Ledger
from msdiff.syntax.patterns import Pattern

COMMIT = Pattern(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")  # a full SHA-1 or SHA-256 id
HUB = Pattern(r"[\w.-]+/[\w.-]+")  # owner/name, as the model hubs write it
HUB_URI = ("hf://", "https://huggingface.co/", "huggingface://")


def pin_obligations(graph: Graph, aliases: Iterable[str], ledger: Ledger) -> None:
    """Adds the pin obligations of every node with a model. `aliases` are patterns of names that move."""
    patterns = tuple(aliases)
    policy = _policy(graph)
    for node in graph.nodes.values():
        if isinstance(node.stated("model.id"), str) or isinstance(node.stated("model.uri"), str):
            _pins(node, patterns, policy, ledger)


def _pins(node: Node, patterns: tuple[str, ...], policy: tuple[Fact, ...], ledger: Ledger) -> None:
    id = str(node.stated("model.id", ""))
    revision = str(node.stated("model.revision", ""))
    from_hub = HUB.fullmatch(id) is not None or str(node.stated("model.uri", "")).startswith(HUB_URI)
    if from_hub and not revision and _is_asked_for(node):
        return  # whoever runs the endpoint fetches the weights
    facts: dict[str, Value] = {
        "model": id or str(node.stated("model.uri")),
        "revision": revision,
        "policy": bool(policy),
        "remoteCode": node.stated("model.trustRemoteCode") is True,
        "codePinned": COMMIT.fullmatch(str(node.stated("model.codeRevision", ""))) is not None,
        "role": node.role,
    }
    if from_hub:
        _add(node, "model.revision", HELD if COMMIT.fullmatch(revision) else _violated(policy), policy, facts, ledger)
    else:
        moving = not revision and any(fnmatchcase(id.lower(), pattern) for pattern in patterns)
        _add(node, "model.alias", _violated(policy) if moving else HELD, policy, facts, ledger)


def _is_asked_for(node: Node) -> bool:
    """Whether the model is one that an endpoint is asked for, and nothing here starts a server with it."""
    hosted = node.stated("endpoint.external") is True or "endpoint.provider" in node.attributes
    return hosted and "image" not in node.attributes and "engine.name" not in node.attributes


def _violated(policy: tuple[Fact, ...]) -> Outcome:
    """A policy that wants pins is broken by itself, also where the model was not pinned before."""
    return Violated(witnesses=frozenset(("model", "policy") if policy else ("model",)))


def _add(
    node: Node,
    check: str,
    outcome: Outcome,
    policy: tuple[Fact, ...],
    facts: Mapping[str, Value],
    ledger: Ledger,
) -> None:
    names = ("model.id", "model.revision", "model.uri", "model.trustRemoteCode", "model.codeRevision")
    place = node.attributes.get("model.revision") or node.attributes.get("model.id") or node.attributes["model.uri"]
    ledger.add(
        "pin",
        check,
        (node.name,),
        outcome,
        location=place.location,
        support=(*(Fact(node.id, name) for name in names), Fact(node.id), *policy),
        node=node.name,
        facts=facts,
        path=(node.name,),
    )


def _policy(graph: Graph) -> tuple[Fact, ...]:
    """The policies that require pins."""
    wanting = [one for one in graph.policies.values() if one.stated("policy.requirePins") not in (None, False)]
    return tuple(Fact(one.id, "policy.requirePins") for one in wanting)
