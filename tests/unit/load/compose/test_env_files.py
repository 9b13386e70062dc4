"""Files of variables: quotes, comments, `export`, references, places."""

from hypothesis import given
from hypothesis import strategies as st

from msdiff.load.compose.env_files import assignments, values_of

TEXT = """\
# a comment
export A=one
B = two # not this
C="three $A # this" # not this
D='four $A'
E=
F=${A}-${NONE}
#G=commented
if [ -z "$A" ]; then
export H="two
lines"
A=last"""


def values(text: str) -> dict[str, str]:
    return {name: one.text for name, one in values_of(".env", assignments(text), lambda name: None).items()}


def test_values() -> None:
    assert values(TEXT) == {
        "A": "last", "B": "two", "C": "three one # this", "D": "four $A", "E": "", "F": "one-", "H": "two\nlines",
    }  # fmt: skip


def test_a_reference_to_nothing_is_missing() -> None:
    found = values_of(".env", assignments(TEXT), lambda name: None)
    assert found["F"].missing == ("NONE",)


def test_places() -> None:
    places = {one.name: (one.line, one.column) for one in assignments(TEXT)}
    assert places["B"] == (3, 5)
    assert places["H"] == (10, 10)
    assert places["A"] == (12, 3)


def test_crlf_and_byte_order_mark() -> None:
    assert values("\ufeffA=1\r\nB=2\r\n") == {"A": "1", "B": "2"}


@given(st.text(alphabet="AB=\"'# \n$\\x", max_size=80))
def test_any_text_ends(text: str) -> None:
    for one in assignments(text):
        assert 1 <= one.line <= text.count("\n") + 1
