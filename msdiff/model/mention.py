"""A value named outside of all graphs."""

from __future__ import annotations

from msdiff.model.location import Location
from msdiff.model.records import NamedTuple


class Mention(NamedTuple):
    """A value in a file that states nothing of a graph: a profile that is not in force, another program's settings.

    It is no claim. It counts where a value that it repeats has changed: then it may be a place that was forgotten.
    `fact` is what a key map makes of the setting, equal for all statements of one fact; "" for a model that is only named.
    """

    value: str
    key: str
    location: Location
    fact: str = ""


def name_of(value: str) -> str:
    """The last part of a model id, an image or an address, without tag: `bge-m3` of `BAAI/bge-m3` and of `hub/bge-m3:1.2`."""
    last = value.strip().rstrip("/").rpartition("/")[2]
    return last.partition("@")[0].partition(":")[0].lower()


def is_telling(name: str) -> bool:
    """Whether a name is one that two places do not share by chance."""
    return len(name) >= 6 and any(one in name for one in "-_.") and any(one.isalpha() for one in name)
