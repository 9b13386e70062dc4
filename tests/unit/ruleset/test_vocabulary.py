"""What rules may read."""

import pytest

from msdiff.ruleset.library import load_vocabulary
from msdiff.ruleset.vocabulary import maybe_missing, shared, vocabulary_from

WRITTEN = {
    "kinds": {"edge": {"facts": {"offered": "value", "producer": "text"}}},
    "checks": {"edge": {"shape": {"facts": {"dynamic": "boolean", "offered": "list"}}, "dtype": {}}},
    "changes": {"change": {"lowered": {"type": "boolean"}}, "node": {}, "consumer": {}},
}


def test_a_check_has_the_facts_of_its_kind_and_its_own():
    vocabulary = vocabulary_from(WRITTEN)
    assert vocabulary.checks == {
        "edge": {
            "shape": {"offered": "list", "producer": "text", "dynamic": "boolean"},
            "dtype": {"offered": "value", "producer": "text"},
        }
    }
    assert vocabulary.of_change("number")["new"] == "number"
    assert vocabulary.of_obligation("edge", "dtype")["node"] == "text?"


def test_what_all_have():
    facts = ({"a": "text", "b": "integer", "c": "text"}, {"a": "text?", "b": "number"}, {"a": "text", "b": "integer?"})
    assert shared(facts) == {"a": "text?", "b": "value?"}
    assert shared(facts[:1]) == facts[0]


def test_what_may_be_missing():
    assert maybe_missing({"a": "text", "b": "list?"}) == {"a": "text?", "b": "list?"}


def test_an_unknown_type():
    with pytest.raises(ValueError, match=r"fact `lowered` has the type `bool`; types are boolean, integer"):
        vocabulary_from({**WRITTEN, "changes": {**WRITTEN["changes"], "change": {"lowered": {"type": "bool"}}}})


def test_the_one_that_ships_is_right():
    assert set(load_vocabulary().checks) == {"edge", "store", "path", "graph", "pin", "label", "node"}
