"""Unquoted words mean what the YAML 1.2 core schema says."""

import math

import pytest

from msdiff.syntax.scalars import MAX_DIGITS, resolve


@pytest.mark.parametrize(
    "text", ["no", "on", "off", "yes", "y", "No", "22:30", "20_000", "1_0.5", "0b11", "1.2.3", "e5"]
)
def test_text_that_other_versions_of_yaml_read_as_something_else(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("-12", -12),
        ("+3", 3),
        ("1e3", 1000.0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("-1.5E-2", -0.015),
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("", None),
        ("~", None),
        ("null", None),
        ("Null", None),
        ("nULL", "nULL"),
        (".inf", math.inf),
        ("-.Inf", -math.inf),
        ("+.INF", math.inf),
        ("inf", "inf"),
        ("-", "-"),
        ("+", "+"),
        (".", "."),
        ("0o8", "0o8"),
        ("٣", "٣"),
    ],
)
def test_core_schema(text: str, value: object) -> None:
    found = resolve(text)
    assert (type(found), found) == (type(value), value)


def test_not_a_number() -> None:
    assert math.isnan(float(str(resolve(".nan"))))


def test_a_number_of_many_digits_is_read_up_to_the_limit() -> None:
    assert resolve("9" * MAX_DIGITS) == 10**MAX_DIGITS - 1
    with pytest.raises(ValueError, match=f"a number of {MAX_DIGITS + 1} digits"):
        resolve("9" * (MAX_DIGITS + 1))
