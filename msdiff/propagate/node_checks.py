"""What must fit inside one node, and between a node and the policies: lengths, roles, adapters, devices, licences.

In: one graph and the table `rules/nodes.yaml`. Out: a `node` obligation for each row and node that has something to decide.
A node that does not state its side is undecided where its role is under the row's `silent`, unless the law can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msdiff.model.graph import Effective, Fact, Graph, Node
from msdiff.model.obligation import Outcome, Undecided, Violated
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value
from msdiff.propagate.laws import HELD
from msdiff.propagate.ledger import Ledger
from msdiff.propagate.node_laws import NODE_LAWS

TELLS = ("closed",)  # laws that judge what is not stated


class Row(NamedTuple):
    """One row of the table."""

    check: str
    law: str
    offers: str
    requires: str
    beside: str
    roles: tuple[str, ...]
    silent: tuple[str, ...]  # roles of nodes that are judged though they do not state their side


def node_obligations(graph: Graph, rows: Mapping[str, Mapping[str, Any]], ledger: Ledger) -> None:
    """Adds the node obligations of the graph. `rows` is the table."""
    for row in [_row(check, said) for check, said in rows.items()]:
        whole = not ("[*]" in row.requires or "<port>" in row.requires or row.requires.startswith("policy."))
        for node in graph.nodes.values():
            if (row.roles and node.role not in row.roles) or (whole and row.requires not in node.attributes):
                continue
            for required, owner in _required(graph, node, row):
                for offered in _each(node, row.offers):
                    _check(node, row, offered, required, owner, ledger)


def _row(check: str, said: Mapping[str, Any]) -> Row:
    return Row(
        check,
        str(said["law"]),
        str(said["offers"]),
        str(said["requires"]),
        str(said.get("beside", "")),
        tuple(said.get("roles", ())),
        tuple(said.get("silent", ())),
    )


def _required(graph: Graph, node: Node, row: Row) -> Iterator[tuple[Effective, str]]:
    """What must be fitted, each with the policy that states it, or ""."""
    if row.requires.startswith("policy."):
        for policy in graph.policies.values():
            if row.requires in policy.attributes:
                yield policy.attributes[row.requires], policy.name
    else:
        yield from ((one, "") for one in _each(node, row.requires) if one.claims)


def _each(node: Node, name: str) -> Iterator[Effective]:
    """What the node states under a name; under a name with a gap, once for each that fills it."""
    if "[*]" in name:
        head, _, tail = name.partition("[*]")
        yield from (
            one for key, one in node.attributes.items() if key.startswith(f"{head}[") and key.endswith(f"]{tail}")
        )
    elif "<port>" in name:
        head, _, tail = name.partition("<port>")
        yield from (node.attributes[f"{head}{p}{tail}"] for p in node.outputs if f"{head}{p}{tail}" in node.attributes)
    else:
        yield node.effective(name)


def _check(node: Node, row: Row, offered: Effective, required: Effective, policy: str, ledger: Ledger) -> None:
    if isinstance(offered.value, Unknown) and node.role not in row.silent:
        return
    beside = node.effective(row.beside) if row.beside else None
    outcome = _outcome(row, offered, required, beside)
    if outcome == HELD and (offered.is_of_table or required.is_of_table):
        return  # that a table agrees is no news
    facts: dict[str, Value] = {
        "attribute": offered.facts[0].attribute if offered.facts else row.offers,
        "offered": _known(offered),
        "required": _known(required),
        "beside": _known(beside) if beside else None,
        "missing": tuple(sorted(outcome.witnesses)) if isinstance(outcome, Violated) else (),
        "policy": policy,
        "role": node.role,
    }
    places = (*offered.facts, *required.facts, *(beside.facts if beside else ()))
    ledger.add(
        "node",
        row.check,
        (node.name, policy, *(fact.attribute for fact in (*offered.facts[:1], *required.facts[:1]))),
        outcome,
        location=node.location if isinstance(offered.value, Unknown) else offered.location,
        support=(*places, Fact(node.id)),
        node=node.name,
        facts=facts,
        path=(node.name,),
        related=((required.location, _whence(required)),) if required.facts else (),
    )


def _whence(required: Effective) -> str:
    attribute = required.facts[0].attribute
    return f"{required.claims[0].text}: {attribute}" if required.is_of_table else f"{attribute} is stated here"


def _outcome(row: Row, offered: Effective, required: Effective, beside: Effective | None) -> Outcome:
    if isinstance(required.value, Unknown):
        return Undecided(required.value.reason)
    if isinstance(offered.value, Unknown) and row.law not in TELLS:
        return Undecided(offered.value.reason)
    return NODE_LAWS[row.law](_known(offered), required.value, _known(beside) if beside else None)


def _known(one: Effective) -> Value:
    return None if isinstance(one.value, Unknown) else one.value
