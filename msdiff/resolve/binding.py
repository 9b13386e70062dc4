"""`bind: [compose:SERVICE]`: a node of a document and what a reader found are one node, and their graphs are one.

In: drafts. Out: the drafts without stacks that a document took up. Promised: a name is looked up exactly, in the stack
of the document's variant or in the only one there is; what could mean two, or what two documents want, is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msdiff.resolve.drafts import Draft, ElementDraft

PREFIX = "compose:"
STACK = "Compose"
NAMING = ("store.builtWith.node", "fallback")  # attributes of a stack's nodes that name other nodes


def bound(drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """The drafts with every stack that a document binds taken up into the document's graph."""
    every = tuple(drafts)
    wanted: dict[int, list[tuple[Draft, str, str]]] = {}
    for draft in every:
        for node, service, stack in _binds(draft):
            found = _found(draft, service, stack, every)
            if found is not None:
                wanted.setdefault(id(found), []).append((draft, service, node))
    taken = set()
    for stack_draft in every:
        asked = wanted.get(id(stack_draft), [])
        if len({id(draft) for draft, _, _ in asked}) == 1:
            into = asked[0][0]
            _take_up(into, stack_draft, {service: node for _, service, node in asked})
            taken |= {id(stack_draft)} - {id(into)}
    return tuple(draft for draft in every if id(draft) not in taken)


def _binds(draft: Draft) -> Iterator[tuple[str, str, str]]:
    """Node, service and stack ("" where none is named) of each `compose:` in a `bind`."""
    for name, node in draft.nodes.items():
        value = node.statements["bind"][0].value if "bind" in node.statements else ()
        for text in value if isinstance(value, tuple) else ():
            if isinstance(text, str) and text.startswith(PREFIX):
                stack, slash, service = text.removeprefix(PREFIX).rpartition("/")
                yield name, service, stack if slash else ""


def _found(draft: Draft, service: str, stack: str, every: tuple[Draft, ...]) -> Draft | None:
    """The draft of the stack that has the service."""
    found = [
        one for one in every if one.key.kind == STACK and service in one.nodes and (not stack or one.key.name == stack)
    ]
    if draft in found and not stack:
        return draft
    if len({one.key.name for one in found}) != 1:
        return None
    alike = [one for one in found if one.key.variant == draft.key.variant]
    return alike[0] if len(alike) == 1 else found[0] if len(found) == 1 else None


def _take_up(into: Draft, stack: Draft, names: Mapping[str, str]) -> None:
    renamed = {service: node for service, node in names.items() if service != node}
    for edge in stack.edges:
        edge.ends = (_end(edge.ends[0], renamed, stack), _end(edge.ends[1], renamed, stack))
    nodes = dict(stack.nodes)
    if stack is into:
        nodes = {service: stack.nodes.pop(service) for service in renamed}
    else:
        into.edges += stack.edges
        into.location, into.key = stack.location, into.key._replace(kind=STACK)
    for name, element in nodes.items():
        _name_anew(element, renamed)
        own = into.nodes.get(names.get(name, name))
        if own is None:
            into.nodes[names.get(name, name)] = element
        else:
            for attribute, claims in element.statements.items():
                own.statements.setdefault(attribute, []).extend(claims)


def _name_anew(element: ElementDraft, names: Mapping[str, str]) -> None:
    for attribute in NAMING:
        claims = element.statements.get(attribute)
        if claims:
            element.statements[attribute] = [
                one._replace(value=names.get(one.value, one.value)) if isinstance(one.value, str) else one
                for one in claims
            ]


def _end(end: str, names: Mapping[str, str], stack: Draft) -> str:
    if end in stack.nodes:
        return names.get(end, end)
    name, dot, port = end.rpartition(".")
    return f"{names.get(name, name)}{dot}{port}"
