"""Messages of rules: a template and the values of its names in, one sentence out.

A value that is missing reads "unknown".
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from msdiff.model.values import Unknown, Value
from msdiff.syntax.patterns import Pattern

_PLACEHOLDER = Pattern(r"\{([A-Za-z_]\w*)\}")
_LONGEST = 120  # characters of one value: a whole schema in a sentence helps nobody


def placeholders(template: str) -> tuple[str, ...]:
    """The names in braces, each once, in order."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(template)))


def filled(template: str, values: Mapping[str, Value | Unknown]) -> str:
    """The template with each `{name}` replaced. Nothing is escaped: that is the renderer's work."""
    return _PLACEHOLDER.sub(lambda found: in_words(values.get(found[1])), template)


def in_words(value: Value | Unknown) -> str:
    """A value as a sentence has it: `768`, `true`, `mean, cls`, `unknown`."""
    if value is None or isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, str):
        return _short(value)
    if isinstance(value, tuple) and all(not isinstance(item, tuple | Mapping) for item in value):
        return _short(", ".join(in_words(item) for item in value) or "nothing")
    if isinstance(value, float):
        return f"{value:.10g}"
    return _short(json.dumps(value, ensure_ascii=False, sort_keys=True))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
