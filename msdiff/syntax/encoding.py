"""Bytes of a file as UTF-8 bytes without a byte order mark, ready for the parser; positions count characters."""

from __future__ import annotations

from msdiff.errors import InputError
from msdiff.model.location import Location

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF32_MARKS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_SAVE = "save it as UTF-8"


def as_utf8(data: bytes, file: str) -> bytes:
    """The same text in UTF-8. Raises `InputError` for bytes that are neither UTF-8 nor UTF-16 with a byte order
    mark."""
    if data.startswith(_UTF32_MARKS):
        raise InputError("the file is encoded in UTF-32", hint=_SAVE, location=Location(file, 1, 1))
    if data.startswith(_UTF16_MARKS):
        return _decoded(data, "utf-16", file).encode()
    if b"\0" in data[:4]:
        message = "the file is encoded in UTF-16 or UTF-32 without a byte order mark"
        raise InputError(message, hint=_SAVE, location=Location(file, 1, 1))
    if data.startswith(_UTF8_MARK):
        data = data[len(_UTF8_MARK) :]
    if not data.isascii():
        _decoded(data, "utf-8", file)
    return data


def _decoded(data: bytes, encoding: str, file: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "ignore")
        name = encoding.upper()
        message = f"the file is not valid {name}: byte 0x{data[error.start]:02x} cannot be read"
        raise InputError(message, hint=_SAVE, location=place_of(before, file)) from None


def place_of(before: str, file: str) -> Location:
    """Where the text continues after `before`."""
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Location(file, len(lines), len(lines[-1]) + 1)
