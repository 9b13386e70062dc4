"""Models named in files that no stack uses: profiles that are not in force, settings of other programs, charts.

In: path and text of one file. Out: `Mention`s. Promised: a comment is no mention, a secret is none, and a mention
says nothing of the graph: it only counts where a value that it repeats has changed.
"""

import re
from collections.abc import Iterator

from msdiff.load.compose.secrets import is_secret
from msdiff.model.location import Location
from msdiff.model.mention import Mention

MAX_BYTES = 1_000_000
MAX_VALUE = 300
HOST_ALONE = 3  # slashes of an address without a path
_LINE = re.compile(
    r"""^[ \t]*(?:-[ \t]+)?(?:export[ \t]+)?["']?([A-Za-z_][\w.-]*)["']?[ \t]*(?::=|[:=])[ \t]*([^\s].*?)[ \t]*,?[ \t]*\r?$""",
    re.MULTILINE,
)
_MODEL = re.compile(r"(?i)model|(^|[_-])(llm|vlm)$|^(repository|image)$|tokenizer")
_URL_KEY = re.compile(r"(?i)(url|uri|endpoint|endpoints|base)$")
_DEFAULT = re.compile(r"^\$\{[A-Za-z_]\w*:?-(.*)\}$")
_URL = re.compile(r"https?://[^\s\"']+")


def mentions_of(path: str, data: bytes) -> Iterator[Mention]:
    """The models that a file names, line by line."""
    if len(data) > MAX_BYTES or b"\0" in data[:1000]:
        return
    text = data.decode("utf-8", "replace")
    line, start = 1, 0
    for found in _LINE.finditer(text):
        key = found[1]
        named = _MODEL.search(key) is not None
        if not (named or _URL_KEY.search(key)) or is_secret(key):
            continue
        value = _plain(found[2])
        if not value or len(value) > MAX_VALUE or "{{" in value:
            continue
        line += text.count("\n", start, found.start(2))
        start = found.start(2)
        place = Location(path, line, start - text.rfind("\n", 0, start), "settings")
        if named and "://" not in value:
            yield Mention(value, key, place)
        elif not named and (url := _URL.match(value)) and url[0].count("/") > HOST_ALONE:
            yield Mention(url[0].partition("?")[0], key, place)


def _plain(text: str) -> str:
    """The value without quotes, a trailing comment, or the variable that it is the default of."""
    text = text.strip()
    if text and text[0] in "\"'" and (end := text.find(text[0], 1)) > 0:
        text = text[1:end]
    else:
        text = re.split(r"[ \t]#", text, maxsplit=1)[0].strip()
    default = _DEFAULT.match(text)
    return default[1].strip("\"'") if default else text
