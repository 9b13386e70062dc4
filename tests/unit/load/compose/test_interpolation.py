"""Variables in texts, as the Compose specification has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msdiff.load.compose.interpolation import Filled, filled

KNOWN = {"A": Filled("a"), "B": Filled("b"), "EMPTY": Filled(""), "UNSET_REF": Filled("", ("X",))}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("$A", "a"),
        ("${A}", "a"),
        ("x-$A-${B}y", "x-a-by"),
        ("$$A", "$A"),
        ("${A:-d}", "a"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${NONE:-d}", "d"),
        ("${NONE-d}", "d"),
        ("${NONE:-}", ""),
        ('${NONE:-"d"}', '"d"'),
        ("${NONE:-${B:-x}}", "b"),
        ("${NONE:-${OTHER:-x}}", "x"),
        ("${NONE:-http://$A:${B}/v1}", "http://a:b/v1"),
        ("${A:+set}", "set"),
        ("${EMPTY:+set}", ""),
        ("${EMPTY+set}", "set"),
        ("${NONE+set}", ""),
        ("${A:?must}", "a"),
        ("${EMPTY?must}", ""),
        ("cost: 5$", "cost: 5$"),
        ("$1", "$1"),
    ],
)
def test_operators(text: str, result: str) -> None:
    found = filled(text, KNOWN.get)
    assert (found.text, found.missing) == (result, ())


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("$NONE", ("NONE",)),
        ("${NONE}/x", ("NONE",)),
        ("${NONE:?must}", ("NONE",)),
        ("${EMPTY:?must}", ("EMPTY",)),
        ("${NONE:-${OTHER}}", ("OTHER",)),
        ("${NONE}${OTHER}${NONE}", ("NONE", "OTHER")),
        ("$(pwd)", ("$(pwd)",)),
        ("${A", ("${A",)),
        ("${A B}", ("${A B}",)),
        ("${UNSET_REF:-d}", ("X",)),
    ],
)
def test_what_nothing_sets_is_missing_by_its_name(text: str, missing: tuple[str, ...]) -> None:
    assert filled(text, KNOWN.get).missing == missing


def test_depth_and_length_are_bounded() -> None:
    deep = "${N:-" * 100 + "}" * 100
    assert filled(deep, KNOWN.get).missing == ("a text nested too deep",)
    long = {"L": Filled("x" * 60_000)}
    assert filled("$L$L", long.get).missing == ("a text that grows too long",)


@given(st.text(alphabet="$AB{}:-?+ x", max_size=60))
def test_any_text_ends(text: str) -> None:
    found = filled(text, KNOWN.get)
    assert "$" in text or found == Filled(text)
