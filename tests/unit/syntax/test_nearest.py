"""The name that was meant."""

import pytest

from msdiff.syntax.nearest import did_you_mean, nearest


@pytest.mark.parametrize(
    ("text", "names", "meant"),
    [
        ("p59Ms", ["p50Ms", "p90Ms", "p95Ms", "p99Ms"], "p95Ms"),
        ("rerankr", ["reranker", "retriever"], "reranker"),
        ("retreiver", ["reranker", "retriever"], "retriever"),
        ("timeout", ["onTimeout", "timeoutMs"], "timeoutMs"),
        ("p95", ["p95Ms"], "p95Ms"),
        ("Role", ["role", "rule"], "role"),
        ("nodes", ["nodes"], "nodes"),
        ("x", ["y", "z"], "y"),
        ("x", ["X"], "X"),
        ("latency", ["availability"], None),
        ("", ["a"], None),
        ("a", [], None),
    ],
)
def test_nearest(text: str, names: list[str], meant: str | None) -> None:
    assert nearest(text, names) == meant
    assert nearest(text, reversed(names)) == meant


def test_hints() -> None:
    assert did_you_mean("rol", ["role"]) == "did you mean `role`?"
    assert did_you_mean("zzz", ["role", "owner"]) == "known: `role`, `owner`"
    assert did_you_mean("zzz", [f"name{number}" for number in range(13)]) == ""
    assert did_you_mean("zzz", []) == ""
