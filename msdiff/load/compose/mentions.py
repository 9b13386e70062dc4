"""Models named in files that no stack uses: profiles that are not in force, settings of other programs, charts; and
values of settings that a key map knows.

In: path and text of one file, and the key maps. Out: `Mention`s. Promised: a comment is no mention, a secret is none, and a mention
says nothing of the graph: it only counts where a value that it repeats has changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msdiff.load.keymaps import ADDRESS, Key, KeyMaps, settings_of
from msdiff.load.secrets import is_secret
from msdiff.model.location import Location
from msdiff.model.mention import Mention
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown

MAX_BYTES = 1_000_000
MAX_VALUE = 300
NESTED = 4  # variables that are defaults of variables
HOST_ALONE = 3  # slashes of an address without a path
_LINE = re.compile(
    r"""^[ \t]*(?:-[ \t]+)?(?:export[ \t]+)?["']?([A-Za-z_][\w.-]*)["']?[ \t]*(?::=|[:=])[ \t]*([^\s].*)$""",
    re.MULTILINE,
)
# `- name: KEY` and `value: x` below it, as Kubernetes writes variables
_PAIR = re.compile(
    r"""^[ \t]*-?[ \t]*name:[ \t]*["']?([A-Z][A-Z0-9_]*)["']?[ \t]*\r?\n[ \t]*value:[ \t]*([^\s].*?)[ \t]*\r?$""",
    re.MULTILINE,
)
_MODEL = re.compile(r"(?i)model|(^|[_-])(llm|vlm)$|^(repository|image)$|tokenizer")
_URL_KEY = re.compile(r"(?i)(url|uri|endpoint|endpoints|base)$")
_DEFAULT = re.compile(r"^\$\{[A-Za-z_]\w*:?-(.*)\}$")
_URL = re.compile(r"https?://[^\s\"']+")
NO_MAPS = KeyMaps(())


class Line(NamedTuple):
    """A setting as it stands in a file."""

    key: str
    value: str
    place: Location


def mentions_of(path: str, data: bytes, maps: KeyMaps = NO_MAPS) -> tuple[Mention, ...]:
    """The models that a file names, and the settings in it that a map knows."""
    if len(data) > MAX_BYTES or b"\0" in data[:1000]:
        return ()
    lines = tuple(_python(path, data) if path.endswith(".py") else _lines(path, data, maps))
    known = maps.meant(one.key for one in lines)
    settings = tuple(_settings(path, data, maps))
    taken = {(one.location.line) for one in settings}
    named = (found for one in lines for found in _mentioned(one, known.get(one.key, ())) if one.place.line not in taken)
    return (*settings, *named)


def _settings(path: str, data: bytes, maps: KeyMaps) -> Iterator[Mention]:
    """What the key paths of a settings file state."""
    seen = set()
    for said in settings_of(path, data, maps).values():
        for one in said:
            known = isinstance(one.value, Unknown) or one.key.says == ADDRESS
            if not known and (one.key.fact, one.place) not in seen:
                seen.add((one.key.fact, one.place))
                yield Mention(str(one.value), one.name, one.place, one.key.fact)


def _mentioned(line: Line, keys: tuple[Key, ...]) -> Iterator[Mention]:
    """What a line states: facts that a map knows, or a model."""
    key, value, place = line
    facts = {one.fact: one for one in keys if one.says != ADDRESS}
    for fact, one in facts.items():
        if (meant := one.value(value)) is not None:
            yield Mention(str(meant), key, place, fact)
    if facts:
        return
    named = _MODEL.search(key) is not None
    if named and "://" not in value:
        yield Mention(value, key, place)
    elif not named and (url := _URL.match(value)) and url[0].count("/") > HOST_ALONE:
        yield Mention(url[0].partition("?")[0], key, place)


def _python(path: str, data: bytes) -> Iterator[Line]:
    from msdiff.load.keymaps.python_defaults import defaults_of  # 8 ms, and few stacks have such modules beside them

    for one in defaults_of(data):
        yield Line(one.name, str(one.value), Location(path, one.line, one.column, "settings"))


def _lines(path: str, data: bytes, maps: KeyMaps) -> Iterator[Line]:
    """Lines that set something that may count, but no secret."""
    text = data.decode("utf-8", "replace")
    yield from _set(path, _LINE, text, maps)
    if path.endswith((".yaml", ".yml")) and "value:" in text:
        yield from _set(path, _PAIR, text, maps)


def _set(path: str, form: re.Pattern[str], text: str, maps: KeyMaps) -> Iterator[Line]:
    line, start = 1, 0
    for found in form.finditer(text):
        key = found[1]
        if not (key in maps.by_env or _MODEL.search(key) or _URL_KEY.search(key)) or is_secret(key):
            continue
        value = _plain(found[2].rstrip().removesuffix(","))
        if not value or len(value) > MAX_VALUE or "{{" in value:
            continue
        line += text.count("\n", start, found.start(2))
        start = found.start(2)
        yield Line(key, value, Location(path, line, start - text.rfind("\n", 0, start), "settings"))


def _plain(text: str) -> str:
    """The value without quotes, a trailing comment, or the variable that it is the default of."""
    text = text.strip()
    if text and text[0] in "\"'" and (end := text.find(text[0], 1)) > 0:
        text = text[1:end]
    else:
        text = re.split(r"[ \t]#", text, maxsplit=1)[0].strip()
    for _ in range(NESTED):
        default = _DEFAULT.match(text)
        if default is None:
            break
        text = default[1].strip("\"'")
    return text
