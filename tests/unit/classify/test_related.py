"""Where a changed value is still stated: named in full once, however many consumers the change has."""

from msdiff.classify.related import MANY
from tests.snapshots import compared_specs

Spec = dict[str, object]


def fan_out(stores: int, dimension: int) -> Spec:
    """One embedder that feeds some stores."""
    vector = {"type": "embedding", "dimension": dimension}
    query = {"type": "embedding", "dimension": 768}
    nodes: Spec = {"e": {"role": "embedder", "outputs": {"v": vector}}}
    nodes |= {f"s{number:03}": {"role": "vectorStore", "inputs": {"q": query}} for number in range(stores)}
    return {"nodes": nodes, "edges": [{"from": "e.v", "to": f"s{number:03}.q"} for number in range(stores)]}


def told(stores: int) -> list[tuple[list[str], int]]:
    """For each finding, what it says of other places, and how many places it names."""
    report = compared_specs(fan_out(stores, 768), fan_out(stores, 1024))
    assert len(report.findings) >= stores
    stale = [[one for one in finding.related if one.message.startswith("still says")] for finding in report.findings]
    return [(sorted({one.message for one in places}), len({one.location for one in places})) for places in stale]


def test_few_places_are_named_with_every_consumer() -> None:
    assert {tuple(messages) for messages, _ in told(MANY)} == {("still says inputs.q.dimension: 768",)}
    assert {count for _, count in told(MANY)} == {MANY - 1, MANY}  # a store's own line is no other place


def test_many_places_are_named_once_and_counted_after_that() -> None:
    first, *others = told(MANY + 5)
    assert first == (["still says inputs.q.dimension: 768"], MANY + 4)
    counted = "still says inputs.q.dimension: 768; so do 5 more, which the first finding of this change lists"
    assert ["still says inputs.q.dimension: 768", counted] in [messages for messages, _ in others]
    assert max(count for _, count in others) == MANY
