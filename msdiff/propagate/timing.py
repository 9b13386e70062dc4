"""What the elements of a graph say about time, read once and kept compact.

In: nodes and edges with effective values. Out: `Speaks` for a node and `Terms` for an edge, all times in whole
microseconds, so that sums are exact and only printing rounds. Elements that say nothing about time share one record.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from msdiff.model.graph import Edge, Element, Graph, Node
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value

LABELS: Mapping[str, int] = {
    "p50": 500,
    "p90": 900,
    "p95": 950,
    "p99": 990,
}  # in thousandths, so that they compare exactly
FAMILIES = ("latency", "streaming.ttft", "streaming.tpot")
_KEYS = {family: tuple(f"{family}.{key}Ms" for key in (*LABELS, "min", "max")) for family in FAMILIES}
QUANTILES = frozenset(key for keys in _KEYS.values() for key in keys)
NODE_ATTRIBUTES = QUANTILES | {
    "latency.scope",
    "streaming.mode",
    "usage.outputTokens",
    "flow.order",
    "flow.join",
    "fallback",
    "loop.maxIterations",
    "required",
    "enabled",
    "standby",
    "availability",
    "cache.hitRatio",
}
EDGE_ATTRIBUTES = frozenset(
    f"edge.{name}"
    for name in (
        "kind",
        "latencyMs",
        "required",
        "when",
        "probability",
        "fanOut.count",
        "fanOut.maxConcurrency",
        "timeoutMs",
        "perTryTimeoutMs",
        "maxAttempts",
        "backoff.initialMs",
        "backoff.multiplier",
        "backoff.maxMs",
        "onTimeout",
        "onError",
        "fallback",
        "hedgeAfterMs",
    )
)
_BACKOFF_STEPS = 64  # by then a growing back-off has passed any limit that a person would declare
_LONGEST_WAIT = 1e18  # µs


class Quantiles(NamedTuple):
    """Declared figures of one family: (label in thousandths, µs), lowest label first; `least` and `most` are hard."""

    labels: tuple[tuple[int, float], ...] = ()
    least: float = 0
    most: float = inf

    @property
    def declared(self) -> bool:
        return bool(self.labels) or self.least > 0 or self.most < inf


class Speaks(NamedTuple):
    """One node. `join` is how many required inputs are awaited (`None`: all), `loop` the most passes."""

    latency: Quantiles = Quantiles()
    ttft: Quantiles = Quantiles()
    tpot: Quantiles = Quantiles()
    tokens: int | None = None
    mode: str | None = None
    inclusive: bool = False
    boundary: bool = False  # entry or exit: a missing figure is 0
    part_of: str | None = None
    enabled: bool = True
    optional: bool = False
    standby: bool = False
    sure: bool = False  # it cannot fail
    cached: bool = False
    join: int | None = None
    order: str | None = None
    loop: int | None = None
    fallback: tuple[str, ...] = ()
    optional_ports: frozenset[str] = frozenset()

    @property
    def has_figure(self) -> bool:
        return self.latency.declared or self.ttft.declared or self.tpot.declared

    @property
    def streams(self) -> bool:
        """Whether its first output comes before its last (`streaming.mode`, or a time to first token)."""
        return self.mode == "stream" or (self.mode is None and self.ttft.declared)


class Limit(NamedTuple):
    """What ends the consumer's work: overall, per try, how many tries, and all back-offs between them together."""

    total: float = inf
    per_try: float = inf
    attempts: int = 1
    waits: float = 0
    on_timeout: str | None = None
    on_error: str | None = None
    fallback: tuple[str, ...] = ()

    @property
    def gives_up(self) -> float:
        """The time after which nobody waits for the consumer any more, if every try runs into its limit."""
        return min(self.total, self.attempts * self.per_try + self.waits)


class Terms(NamedTuple):
    """One edge. `waves` is how many rounds its fan-out takes, `calls` how many calls it makes."""

    kind: str = "sync"
    latency: float = 0
    required: bool = True
    branch: bool = False
    never: bool = False
    calls: int = 1
    waves: int = 1
    limit: Limit = Limit()
    hedged: bool = False


class Parts(NamedTuple):
    """A graph as budgets see it: what each node says, the edges by key, and the terms of those that say something."""

    nodes: Mapping[str, Speaks]
    edges: Mapping[str, Edge]
    terms: Mapping[str, Terms]


_READ = NODE_ATTRIBUTES | EDGE_ATTRIBUTES | {"role"}
_NONE = Quantiles()
SILENT = Speaks()
PLAIN = Terms()


def parts(graph: Graph) -> Parts:
    """All that the graph says about time."""
    said = {key: terms(edge) for key, edge in graph.edges.items() if edge.attributes and says_time(edge)}
    return Parts({name: speaks(node) for name, node in graph.nodes.items()}, graph.edges, said)


def says_time(edge: Edge) -> bool:
    """Whether the edge states anything that budgets read."""
    return not EDGE_ATTRIBUTES.isdisjoint(edge.attributes)


def speaks(node: Node) -> Speaks:
    """What the node says about time; a value that is unknown counts as not said."""
    said: dict[str, Value] = {}
    optional_ports = []
    for name, effective in node.attributes.items():
        if name in NODE_ATTRIBUTES:
            if not isinstance(effective.value, Unknown):
                said[name] = effective.value
        elif effective.value is False and name.startswith("inputs.") and name.endswith(".required"):
            optional_ports.append(name[len("inputs.") : -len(".required")])
    boundary = node.role in ("entry", "exit")
    if not said and not boundary and not optional_ports and node.part_of is None:
        return SILENT
    return Speaks(
        latency=_quantiles(said, "latency"),
        ttft=_quantiles(said, "streaming.ttft"),
        tpot=_quantiles(said, "streaming.tpot"),
        tokens=_count(said.get("usage.outputTokens")),
        mode=_text(said.get("streaming.mode")),
        inclusive=said.get("latency.scope") == "inclusive",
        boundary=boundary,
        part_of=node.part_of,
        enabled=said.get("enabled") is not False,
        optional=said.get("required") is False,
        standby=said.get("standby") is True,
        sure=said.get("availability", 1 if boundary else 0) == 1,
        cached=_below(0, said.get("cache.hitRatio")),
        join=_join(said.get("flow.join")),
        order=_text(said.get("flow.order")),
        loop=_count(said.get("loop.maxIterations")),
        fallback=names(said.get("fallback")),
        optional_ports=frozenset(optional_ports),
    )


def terms(edge: Edge) -> Terms:
    """What the edge says about time. A latency that is stated and unknown is unbounded; the default is 0."""
    count = _count(edge.stated("edge.fanOut.count"))
    lanes = _count(edge.stated("edge.fanOut.maxConcurrency")) or None
    calls = 1 if count is None else count
    found = Terms(
        kind=edge.kind,
        latency=_stated_latency(edge),
        required=edge.stated("edge.required", True) is not False,
        branch=edge.stated("edge.when") is not None or _below(edge.stated("edge.probability"), 1),
        never=edge.stated("edge.probability") == 0,
        calls=calls,
        waves=-(-calls // lanes) if lanes else min(calls, 1),
        limit=_limit(edge),
        hedged="edge.hedgeAfterMs" in edge.attributes,
    )
    return PLAIN if found == PLAIN else found


def microseconds(value: Value | Unknown) -> int | None:
    """Milliseconds as whole microseconds; `None` for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(value * 1000)


def milliseconds(amount: float) -> float:
    """Microseconds as milliseconds: an integer where it is one."""
    if amount == inf:
        return inf
    whole, rest = divmod(amount, 1000)
    return amount / 1000 if rest else int(whole)


def names(value: Value | Unknown) -> tuple[str, ...]:
    """A name or a list of names, as a list."""
    if isinstance(value, str):
        return (value,)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, tuple) else ()


def _limit(edge: Edge) -> Limit:
    attempts = max(_count(edge.stated("edge.maxAttempts")) or 1, 1)
    return Limit(
        total=_time(edge, "edge.timeoutMs"),
        per_try=_time(edge, "edge.perTryTimeoutMs"),
        attempts=attempts,
        waits=_waits(edge, attempts - 1) if attempts > 1 else 0,
        on_timeout=_text(edge.stated("edge.onTimeout")),
        on_error=_text(edge.stated("edge.onError")),
        fallback=names(edge.stated("edge.fallback")),
    )


def _waits(edge: Edge, pauses: int) -> float:
    """All back-offs together; the factor is 1 unless declared."""
    wait = _time(edge, "edge.backoff.initialMs")
    if wait == inf:
        return 0
    factor = edge.stated("edge.backoff.multiplier", 1)
    growth = float(factor) if isinstance(factor, int | float) else 1.0
    highest = _time(edge, "edge.backoff.maxMs")
    total: float = 0
    for step in range(pauses):
        if step == _BACKOFF_STEPS or growth == 1:
            return total + (pauses - step) * min(wait, highest)
        total += min(wait, highest)
        wait = round(min(wait * growth, _LONGEST_WAIT))
    return total


def _time(edge: Edge, attribute: str) -> float:
    found = microseconds(edge.stated(attribute))
    return inf if found is None else found


def _stated_latency(edge: Edge) -> float:
    if "edge.latencyMs" not in edge.attributes:
        return 0
    return _time(edge, "edge.latencyMs")


def _quantiles(said: Mapping[str, Value], family: str) -> Quantiles:
    keys = _KEYS[family]
    if said.keys().isdisjoint(keys):
        return _NONE
    times = [microseconds(said.get(key)) for key in keys]
    labels = tuple((rank, time) for rank, time in zip(LABELS.values(), times, strict=False) if time is not None)
    least, most = times[-2:]
    return Quantiles(labels, least or 0, inf if most is None else most)


def _join(value: Value) -> int | None:
    if value == "any":
        return 1
    found = _count(value.get("k")) if isinstance(value, Mapping) else None
    return max(found, 1) if found is not None else None


def _count(value: Value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _below(value: Value, limit: Value) -> bool:
    return isinstance(value, int | float) and isinstance(limit, int | float) and value < limit


def stated_times(element: Element) -> frozenset[str]:
    """The attributes of the element that budgets read and that something states."""
    return _READ & element.attributes.keys()
