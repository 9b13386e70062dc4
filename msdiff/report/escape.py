"""Text from the repository -> text that is inert in one target format.

In: any text (a node's name, a value, a file name, a rule's message with values in it). Out: the same text as it may
stand in a terminal, in Markdown, in HTML or XML, in SARIF, in a workflow command, in a Mermaid, DOT or SVG label, or
on a command line. Promise: whatever the text holds, it shows as itself and does nothing: no escape sequence, no
mention, no link, no markup, no line break. Nothing else in `report` escapes.

Limits and odd cases of GitHub's Markdown: a mention is found after Markdown is done, so that a backslash or an entity
before `@` does not stop it, and replies by e-mail are read as plain text, so that a code span does not either. A
zero-width space after the `@` stops both. The same holds for `#123` and `GH-123`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from json import dumps

from msdiff.syntax.patterns import Pattern

# Control characters, bidirectional controls, zero-width and other invisible characters, lone surrogates, tag
# characters.
_HIDDEN = (
    "\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff"
)
_INVISIBLE = Pattern(f"[\x00-\x1f{_HIDDEN}]")
_HIDDEN_IN_JSON = Pattern(f"[{_HIDDEN}]")  # below them JSON escapes what stands in text, and line breaks stand between
_PAUSE = "\u200b"  # zero-width space: shows nothing, and stops GitHub from reading a name or a link
_REFERENCE = Pattern(r"(?:@(?=\w)|#(?=\d)|\bGH-(?=\d))", re.IGNORECASE)
_LINK = Pattern(r":(?=//)|\bwww(?=\.)", re.IGNORECASE)
_BLOCK_START = Pattern(r"[-+](?=\s|$)|-(?=-)|=|\d+(?=[.)](?:\s|$))")
_MARKDOWN = str.maketrans(
    {mark: f"\\{mark}" for mark in "\\`*_[]#~"}
    | {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "$": "&#36;"}  # entities, where a backslash is not sure
)
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
_DOT = str.maketrans({"\\": "\\\\", '"': '\\"', "&": "&amp;", "<": "&lt;", ">": "&gt;"})
_BRACKET = Pattern(r"[\\\[\]]")
_URI_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
_NOT_PLAIN_IN_MERMAID = Pattern(r"[^\w .,/()+=-]")
_LOG_COMMAND = Pattern(r"##(?=\w*\[)")
_SHELL_PLAIN = Pattern(r"[\w@%+=:,./-]+", re.ASCII)
_URL = Pattern(r"https?://[\w.-]+(?::\d+)?(?:/[\w./~%+#?=&:,-]*)?", re.ASCII)


def visible(text: str) -> str:
    r"""Every character that would act or hide is written out: a line break as `\n`, U+202E as `\u202e`."""
    return _INVISIBLE.sub(_written_out, text)


def json_text(text: str) -> str:
    """JSON text with every character escaped that acts on a terminal or in a log, hides, or is half of one: it reads as the
    same."""
    if not text.isascii() or "\x7f" in text:  # nearly always there is nothing to hide, and no pattern to compile
        text = _HIDDEN_IN_JSON.sub(lambda found: dumps(found[0])[1:-1], text)
    return _LOG_COMMAND.sub(r"#\\u0023", text) if "##" in text else text


def plural(count: int, noun: str, nouns: str = "") -> str:
    """`1 change`, `2 changes`, `1,204 changes`."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    named = {9: r"\t", 10: r"\n", 13: r"\r"}.get(code)
    if named:
        return named
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of the visible text, and how many were left out (that note comes on top)."""
    if len(text) <= limit and len(shown := visible(text)) <= limit:
        return shown
    ends = accumulate(len(visible(letter)) for letter in text[:limit])
    kept = sum(end <= limit for end in ends)
    return f"{visible(text[:kept])}… (+{plural(len(text) - kept, 'character')})"


def log_line(line: str) -> str:
    r"""A line that no CI runner takes for a command: `::set-output` at its start, `##[error]` or `##vso[` anywhere."""
    line = _LOG_COMMAND.sub(r"#\\x23", line)
    if line.lstrip().startswith("::"):
        return line.replace(":", r"\x3a", 1)
    return line


def _paused(text: str) -> str:
    """A pause in what GitHub would link, and in what the log of a CI run would take for a command."""
    return _LOG_COMMAND.sub(f"#{_PAUSE}#", _REFERENCE.sub(lambda found: found[0] + _PAUSE, text))


def inline(text: str) -> str:
    """Markdown: the text as ordinary text, anywhere in a line or at its start, in a table or not."""
    text = visible(text.strip())
    text = _LINK.sub(lambda found: found[0] + _PAUSE, _paused(text)).translate(_MARKDOWN)
    start = _BLOCK_START.match(text)
    if start is None:
        return text
    at = 0 if start[0] in "-+=" else start.end()
    return f"{text[:at]}\\{text[at:]}"


def code_span(text: str) -> str:
    """Markdown: the text as a code span. Not for table cells; use `cell_code` there."""
    text = _paused(visible(text))
    if not text:
        return "(empty)"
    runs = [len(run) for run in re.findall("`+", text)]
    fence = "`" * (max(runs, default=0) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def cell_code(text: str) -> str:
    """Markdown: the text as code in a table cell, where a bar splits the cell even inside a code span."""
    return f"<code>{inline(text)}</code>" if "|" in text or "\\" in text else code_span(text)


def prose(text: str) -> str:
    """Markdown: a sentence in which names stand in backticks (a rule's message or fix); these become code spans.

    A backtick that came in with a value can only move the border between code and text; both sides are escaped.
    """
    return "".join(_piece(part, code=code) for part, code in _backticked(text))


def _backticked(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a sentence, and whether each stood in backticks."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # an odd backtick is left over at the end: it is text
        parts[-2:] = [f"{parts[-2]}`{parts[-1]}"]
    yield from ((part, index % 2 == 1) for index, part in enumerate(parts) if part)


def _piece(part: str, *, code: bool) -> str:
    if code:
        return code_span(part)
    before = " " if part[0] == " " else ""
    after = " " if part[-1] == " " and part.strip() else ""
    return before + inline(part) + after


def code_block(text: str, language: str) -> str:
    """Markdown: a fenced block; line breaks of the text are kept, the fence is longer than any in it."""
    runs = [len(run) for run in re.findall("`+", text)]
    fence = "`" * max(3, max(runs, default=0) + 1)
    body = _LOG_COMMAND.sub(f"#{_PAUSE}#", "\n".join(map(visible, text.split("\n"))))
    return f"{fence}{language}\n{body}\n{fence}"


def html(text: str) -> str:
    """HTML text or attribute inside Markdown (`<summary>`)."""
    return _LINK.sub(lambda found: found[0] + _PAUSE, _paused(visible(text))).translate(_XML)


def xml(text: str) -> str:
    """XML text or attribute (SVG)."""
    return _LOG_COMMAND.sub("#&#35;", visible(text).translate(_XML))


def xml_lines(lines: Iterable[str]) -> str:
    """XML text of several lines; a line break within one of them is written out."""
    return "\n".join(map(xml, lines))


def page_prose(text: str) -> str:
    """HTML: a sentence in which names stand in backticks; these become `<code>`, as in `prose`."""
    return "".join(f"<code>{xml(part)}</code>" if code else xml(part) for part, code in _backticked(text))


def annotation_text(lines: Iterable[str]) -> str:
    """The message of a workflow command of GitHub Actions; a line break within one of its lines is written out."""
    return "%0A".join(log_line(visible(line)).replace("%", "%25") for line in lines)


def annotation_property(text: str) -> str:
    """A property of a workflow command (`file`, `title`): nothing in it ends the property or the command."""
    return log_line(visible(text)).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


def sarif_text(text: str) -> str:
    """SARIF plain text: no embedded link (`](`), and nothing that GitHub, which posts it in reviews, would act on."""
    text = _LINK.sub(lambda found: found[0] + _PAUSE, _paused(visible(text)))
    return text.replace("](", f"]{_PAUSE}(")


def sarif_link(text: str, id: int) -> str:
    """SARIF plain text: a link to the location with this id (SARIF 2.1.0, 3.11.6)."""
    return f"[{_BRACKET.sub(_with_backslash, sarif_text(text))}]({id})"


def _with_backslash(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def relative_uri(path: str) -> str:
    """A path of the repository as a relative URI reference (RFC 3986, 4.2): its bytes, percent-encoded but for `/`."""
    try:
        data = path.encode("utf-8", "surrogateescape")  # the bytes that git has, where they are no UTF-8
    except UnicodeEncodeError:
        data = path.encode("utf-8", "surrogatepass")
    uri = "".join(chr(byte) if chr(byte) in _URI_PLAIN else f"%{byte:02X}" for byte in data)
    return f"%2F{uri[1:]}" if uri.startswith("/") else uri  # two slashes at the start would name a host


def mermaid_text(text: str) -> str:
    r"""Inside a quoted Mermaid label: all but letters, digits and a few marks become `#NN;`.

    Mermaid reads a few things after it has decoded these: `\n`, `$$`, `fa:fa-icon`, a list at the start. A zero-width
    space breaks them.
    """
    text = visible(text)
    start = _PAUSE if _BLOCK_START.match(text) else ""
    return start + _NOT_PLAIN_IN_MERMAID.sub(_as_number, text)


def _as_number(found: re.Match[str]) -> str:
    number = f"#{ord(found[0])};"
    return f"{_PAUSE}{number}{_PAUSE}" if found[0] in "\\$:" else number


def dot_text(text: str) -> str:
    r"""Inside a quoted DOT string; a caller may join lines with `\n` afterwards."""
    return visible(text).translate(_DOT)


def shell_word(text: str) -> str:
    """One word of a POSIX command line."""
    text = visible(text)
    if _SHELL_PLAIN.fullmatch(text):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"


def web_address(text: str) -> str | None:
    """The text if it is a plain http(s) address that may become a link, else `None`."""
    return text if _URL.fullmatch(text) else None
