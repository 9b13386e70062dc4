"""The frame of an HTML page: its head, its style and a policy of its own that forbids it to load or run anything.

In: a title and a body. Out: the complete page.
"""

from base64 import b64encode
from hashlib import sha256

from msdiff.report.html_parts import Html, element, lines, text
from msdiff.report.html_style import STYLE


def page(title: str, body: Html) -> str:
    """The page as text. `title` is plain text, escaped here."""
    policy = f"default-src 'none'; style-src 'sha256-{_hash(STYLE)}'; base-uri 'none'; form-action 'none'"
    head = lines(
        (
            Html('<meta charset="utf-8">'),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Html('<meta name="robots" content="noindex">'),
            element("title", text(title)),
            Html(f"<style>{STYLE}</style>"),
        )
    )
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'


def _hash(style: str) -> str:
    return b64encode(sha256(style.encode()).digest()).decode()
