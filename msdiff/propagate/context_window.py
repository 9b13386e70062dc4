"""The context budget of a generator: prompt parts, retrieved items and the output cap fit its window.

In: one graph. Out: `context.window` for each node that declares a window. The window is the least of what callers may rely on,
what the engine is set to and what the weights support. Interval arithmetic: if the known parts alone exceed the window that is
certain; if something is undeclared and the known parts fit, it is undecided, with the room that is left.
"""

from __future__ import annotations

from msdiff.model.graph import Effective, Fact, Graph, Node
from msdiff.model.obligation import Outcome, Undecided, Violated
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown
from msdiff.propagate.laws import HELD
from msdiff.propagate.ledger import Ledger

WINDOWS = ("model.contextWindow", "engine.maxModelLen", "model.nativeContextWindow")
LISTS = ("documents", "document")
TEXTS = ("text", "messages")


class Part(NamedTuple):
    """One summand in tokens (`None` where it is undeclared), what it is called, and what it rests on."""

    name: str
    tokens: int | None
    facts: tuple[Fact, ...]


def context_obligations(graph: Graph, ledger: Ledger) -> None:
    """Adds the context budget of every node that declares a window."""
    for node in graph.nodes.values():
        limits = [node.attributes[name] for name in WINDOWS if name in node.attributes]
        known = [one for one in limits if isinstance(one.value, int)]
        if known and node.role in ("generator", "agent", "model"):
            _budget(graph, node, min(known, key=lambda one: int(str(one.value))), ledger)


def _budget(graph: Graph, node: Node, limit: Effective, ledger: Ledger) -> None:
    window = limit.value
    assert isinstance(window, int)  # chosen by the caller
    parts = (*_prompt(node), *_arriving(graph, node), _output(node))
    total = sum(part.tokens or 0 for part in parts)
    silent = [part.name for part in parts if part.tokens is None]
    outcome: Outcome = HELD
    if total > window:
        outcome = Violated(excess=total - window)
    elif silent:
        outcome = Undecided(f"undeclared: {', '.join(silent)}; {window - total} tokens are left for it")
    windows = tuple(Fact(node.id, name) for name in WINDOWS)
    ledger.add(
        "path",
        "context.window",
        (node.name,),
        outcome,
        location=limit.location,
        support=(*windows, *(fact for part in parts for fact in part.facts)),
        node=node.name,
        facts={
            "window": window,
            "total": total,
            "table": " + ".join(f"{part.name} {'?' if part.tokens is None else part.tokens}" for part in parts),
            "undeclared": tuple(silent),
            "left": window - total,
        },
        path=(node.name,),
        asked=not limit.is_of_table,
    )


def _prompt(node: Node) -> tuple[Part, ...]:
    parts = [
        Part(name[len("prompt.parts[") : -len("].maxTokens")], _tokens(effective), effective.facts)
        for name, effective in sorted(node.attributes.items())
        if name.startswith("prompt.parts[")
    ]
    return tuple(parts) or (Part("prompt template", None, (Fact(node.id, "prompt.parts"),)),)


def _arriving(graph: Graph, node: Node) -> tuple[Part, ...]:
    """What the input ports bring: items x item size for lists; text that no prompt part of that name accounts for."""
    named = {
        name[len("prompt.parts[") : -len("].maxTokens")] for name in node.attributes if name.startswith("prompt.parts[")
    }
    parts = []
    for edge in graph.incoming.get(node.name, ()):
        prefix = f"outputs.{edge.out_port}"
        producer = graph.nodes[edge.producer]
        kind = producer.stated(f"{prefix}.type") or node.stated(f"inputs.{edge.in_port}.type")
        size, count = producer.effective(f"{prefix}.maxTokens"), producer.effective(f"{prefix}.maxItems")
        facts = (*size.facts, Fact(edge.id))
        if kind in LISTS:
            items = 1 if kind == "document" else _tokens(count)
            each = _tokens(size)
            tokens = None if items is None or each is None else items * each
            parts.append(Part(f"{edge.in_port or edge.producer} from {edge.producer}", tokens, (*facts, *count.facts)))
        elif kind in TEXTS and not named & {"user", "history", edge.in_port}:
            parts.append(Part(f"{edge.in_port or edge.producer} from {edge.producer}", _tokens(size), facts))
    return tuple(parts)


def _output(node: Node) -> Part:
    cap = node.effective("model.maxOutputTokens")
    return Part("output cap", _tokens(cap), cap.facts)


def _tokens(effective: Effective) -> int | None:
    """The largest value that may arrive; `None` where one is unknown."""
    values = [option.value for option in effective.alternatives]
    if any(isinstance(value, Unknown) or not isinstance(value, int) for value in values):
        return None
    return max(value for value in values if isinstance(value, int))
