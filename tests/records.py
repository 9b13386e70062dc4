"""Small changes to records, as tests like to write them."""

from typing import Any, Protocol, TypeVar


class _Record(Protocol):
    def _replace(self, **fields: Any) -> Any: ...


R = TypeVar("R", bound=_Record)


def replace(record: R, **fields: Any) -> R:
    """The record with some fields replaced."""
    changed: R = record._replace(**fields)
    return changed
