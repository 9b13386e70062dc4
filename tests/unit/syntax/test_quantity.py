"""Text with a unit is a number in another unit, exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msdiff.syntax.quantity import QuantityError, quantity


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("500ms", "ms", 500),
        ("0.1s", "ms", 100),
        ("1 s", "ms", 1000),
        (" 10 min ", "ms", 600_000),
        ("45m", "s", 2700),
        ("1m30s", "ms", 90_000),
        ("1h 30m", "s", 5400),
        ("250us", "ms", 0.25),
        ("250µs", "ms", 0.25),
        ("48h", "days", 2),
        ("2 weeks", "days", 14),
        ("36 hours", "days", 1.5),
        ("1.5 GiB", "GiB", 1.5),
        ("64 GB", "GiB", 59.604644775390625),
        ("512 MiB", "GiB", 0.5),
        ("512Mi", "GiB", 0.5),
        ("1 kB", "bytes", 1000),
        ("2 KiB", "bytes", 2048),
        ("50/s", "perS", 50),
        ("50 rps", "perS", 50),
        ("90 per minute", "perS", 1.5),
        ("3 / Mtok", "perMtok", 3),
        ("0.0009/ktok", "perMtok", 0.9),
        ("512 tokens", "tokens", 512),
        ("1e3 ms", "ms", 1000),
        ("2.5e-1s", "ms", 250),
    ],
)
def test_quantities(text: str, unit: str, value: float) -> None:
    found = quantity(text, unit)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "unit", "message", "hint"),
    [
        (
            "5 GiB",
            "ms",
            "`5 GiB` is a size, and a time (in ms) is needed",
            "write a number, or text such as `500ms`",
        ),
        ("500", "ms", "`500` has no unit", "write 500 without quotes, or add a unit: `500ms`"),
        ("5 secodns", "ms", "`secodns` in `5 secodns` is no unit of a time", "did you mean `seconds`?"),
        ("fast", "ms", "`fast` is not a time (in ms)", "write a number, or text such as `500ms`"),
        ("-5s", "ms", "`-5s` is not a time (in ms)", "write a number, or text such as `500ms`"),
        ("", "GiB", "`` is not a size (in GiB)", "write a number, or text such as `1.5 GiB`"),
        ("1,5s", "ms", "`1,5s` is not a time (in ms)", "write a number, or text such as `500ms`"),
        ("1 GiB 2 MiB", "GiB", "`1 GiB 2 MiB` is not a size (in GiB)", "write a number, or text such as `1.5 GiB`"),
        ("9" * 65 + "s", "s", f"`{'9' * 64}...` is not a time (in s)", "write a number, or text such as `500ms`"),
    ],
)
def test_what_is_no_quantity(text: str, unit: str, message: str, hint: str) -> None:
    with pytest.raises(QuantityError) as caught:
        quantity(text, unit)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@given(st.integers(0, 10**9))
def test_decimal_seconds_are_exact_milliseconds(thousandths: int) -> None:
    assert quantity(f"{thousandths // 1000}.{thousandths % 1000:03}s", "ms") == thousandths
