"""Which keys hold secrets: their values are never looked at, compared, or shown.

In: the name of a variable or key. Out: whether its value is left alone. Promised: when in doubt, it is a secret.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SECRET = re.compile(
    r"(?i)(?:^|[_.\-])(?:pass|passwd|password|passphrase|pwd|secret|secrets|token|tokens|apikey|api_key|key|keys|credential|credentials|auth|cert|"
    r"private|salt|signature|cookie|session|dsn|pat)(?:$|[_.\-0-9])|password|passwd|secret|apikey|access_?key|private_?key|_key$|token$|credential"
)
_NOT = re.compile(
    r"(?i)max_?(?:\w+_)?tokens?$|tokens?_(?:limit|count|budget)|tokenizer|num_tokens|_tokens$|stop_token|chunk_token"
)


@lru_cache(maxsize=4096)
def is_secret(key: str) -> bool:
    """Whether the value of a key must not be read."""
    return bool(_SECRET.search(key)) and not _NOT.search(key)


def without_login(url: str) -> str:
    """An address without the user and password in it."""
    return re.sub(r"//[^/@\s]*@", "//", url)
