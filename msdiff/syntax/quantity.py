"""Text with a unit becomes a number in the unit that an attribute's name carries: `"1.5 GiB"`, `"500ms"`, `"1m30s"`.

Whole-number arithmetic throughout, so that `"0.1s"` is 100 ms exactly and equal quantities are equal values.
"""

from __future__ import annotations

import re

from msdiff.model.records import NamedTuple
from msdiff.syntax.nearest import did_you_mean

_PART = r"\s*(\d+(?:\.\d*)?|\.\d+)(?:[eE]([-+]?\d{1,2}))?\s*([A-Za-zµμ/][^\d+-]*)?"
MAX_LENGTH = 64  # characters; no quantity needs more

Ratio = tuple[int, int]


class Kind(NamedTuple):
    """A kind of quantity: its name in messages, an example, and each unit as a ratio to the kind's own base unit."""

    name: str
    example: str
    units: dict[str, Ratio]


def _scaled(*groups: tuple[Ratio, str]) -> dict[str, Ratio]:
    return {word: ratio for ratio, words in groups for word in words.split()}


# In milliseconds.
_TIME = Kind(
    "a time",
    "500ms",
    _scaled(
        ((1, 1_000_000), "ns nanosecond nanoseconds"),
        ((1, 1_000), "us µs μs microsecond microseconds"),
        ((1, 1), "ms millisecond milliseconds"),
        ((1_000, 1), "s sec secs second seconds"),
        ((60_000, 1), "m min mins minute minutes"),
        ((3_600_000, 1), "h hr hrs hour hours"),
        ((86_400_000, 1), "d day days"),
        ((604_800_000, 1), "w week weeks"),
    ),
)
# In bytes.
_SIZE = Kind(
    "a size",
    "1.5 GiB",
    _scaled(
        ((1, 1), "B byte bytes"),
        ((10**3, 1), "kB KB"),
        ((10**6, 1), "MB"),
        ((10**9, 1), "GB"),
        ((10**12, 1), "TB"),
        ((2**10, 1), "Ki KiB"),
        ((2**20, 1), "Mi MiB"),
        ((2**30, 1), "Gi GiB"),
        ((2**40, 1), "Ti TiB"),
    ),
)
# Per second; spaces in a unit do not count.
_RATE = Kind(
    "a rate",
    "50/s",
    _scaled(
        ((1, 1), "/s /sec /second pers persec persecond rps qps req/s requests/s requestspersecond"),
        ((1, 60), "/m /min /minute permin perminute rpm req/min requests/min requestsperminute"),
        ((1, 3_600), "/h /hour perh perhour req/h requests/h requestsperhour"),
    ),
)
# Per million tokens.
_PRICE = Kind(
    "a price per token",
    "0.5/Mtok",
    _scaled(
        ((1, 1), "/Mtok perMtok /Mtokens perMtokens"),
        ((1_000, 1), "/ktok perktok /ktokens perktokens"),
        ((1_000_000, 1), "/tok pertok /token pertoken"),
    ),
)
_TOKENS = Kind("a number of tokens", "512 tokens", _scaled(((1, 1), "tokens token tok")))
_CHARACTERS = Kind("a number of characters", "2000 characters", _scaled(((1, 1), "characters character chars char")))
_PIXELS = Kind("a number of pixels", "1000000 pixels", _scaled(((1, 1), "pixels pixel px"), ((1_000_000, 1), "MP")))
_KINDS = (_TIME, _SIZE, _RATE, _PRICE, _TOKENS, _CHARACTERS, _PIXELS)

# Unit of an attribute -> its kind, and what one of it is in the kind's base unit.
UNITS: dict[str, tuple[Kind, int]] = {
    "ms": (_TIME, 1),
    "s": (_TIME, 1_000),
    "days": (_TIME, 86_400_000),
    "bytes": (_SIZE, 1),
    "GiB": (_SIZE, 2**30),
    "perS": (_RATE, 1),
    "perMtok": (_PRICE, 1),
    "tokens": (_TOKENS, 1),
    "characters": (_CHARACTERS, 1),
    "pixels": (_PIXELS, 1),
}


class QuantityError(ValueError):
    """`message` says what is wrong with the text, `hint` what to write."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def quantity(text: str, unit: str) -> int | float:
    """The number that `text` says, in `unit` (a key of `UNITS`). Raises `QuantityError`.

    An integer wherever the quantity is a whole number of units, else the nearest float.
    """
    kind, base = UNITS[unit]
    numerator, denominator = _total(text.strip(), kind, unit)
    return exact(numerator, denominator * base)


def exact(numerator: int, denominator: int) -> int | float:
    """The ratio as an integer where it is one, else as the nearest float."""
    whole, rest = divmod(numerator, denominator)
    return whole if rest == 0 else numerator / denominator


def _total(text: str, kind: Kind, unit: str) -> Ratio:
    if len(text) > MAX_LENGTH or not re.match(_PART, text):
        raise _unreadable(text, kind, unit)
    numerator, denominator, end = 0, 1, 0
    while end < len(text):
        found = re.match(_PART, text[end:])
        if found is None or (end and kind is not _TIME) or (found[3] is None and end + found.end() < len(text)):
            raise _unreadable(text, kind, unit)
        up, down = _amount(found[1], found[2])
        times, over = _ratio(found[3], text, kind, unit)
        numerator, denominator = numerator * down * over + up * times * denominator, denominator * down * over
        end += found.end()
    return numerator, denominator


def _amount(digits: str, exponent: str | None) -> Ratio:
    whole, _, fraction = digits.partition(".")
    power = int(exponent or 0) - len(fraction)
    value = int(whole + fraction or "0")
    return (value * 10**power, 1) if power >= 0 else (value, 10**-power)


def _ratio(written: str | None, text: str, kind: Kind, unit: str) -> Ratio:
    if written is None:
        hint = f"write {text} without quotes, or add a unit: `{kind.example}`"
        raise QuantityError(f"`{text}` has no unit", hint)
    word = "".join(written.split())
    ratio = kind.units.get(word)
    if ratio is not None:
        return ratio
    for other in _KINDS:
        if word in other.units:
            message = f"`{text}` is {other.name}, and {kind.name} (in {_spoken(unit)}) is needed"
            raise QuantityError(message, f"write a number, or text such as `{kind.example}`")
    hint = did_you_mean(word, kind.units)
    raise QuantityError(
        f"`{word}` in `{text}` is no unit of {kind.name}", hint or f"write text such as `{kind.example}`"
    )


def _unreadable(text: str, kind: Kind, unit: str) -> QuantityError:
    shown = text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]}..."
    message = f"`{shown}` is not {kind.name} (in {_spoken(unit)})"
    return QuantityError(message, f"write a number, or text such as `{kind.example}`")


def _spoken(unit: str) -> str:
    return {"perS": "1/s", "perMtok": "currency per million tokens"}.get(unit, unit)
