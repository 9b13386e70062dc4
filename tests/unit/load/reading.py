"""Claims and problems of short texts, in short form."""

from collections.abc import Iterable, Iterator, Mapping

from msdiff.load import FileClaims, claims_of
from msdiff.model.claim import Claim
from msdiff.model.values import Unknown, Value
from msdiff.ruleset.attributes import load_catalogue

CATALOGUE = load_catalogue()
HEAD = "apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {name: app}\nspec:\n"  # four lines


def read(text: str | bytes, file: str = "app.yaml") -> FileClaims:
    return claims_of(file, text if isinstance(text, bytes) else text.encode(), CATALOGUE)


def spec(text: str) -> FileClaims:
    """What the text says, put under `spec` (its first line is line 5)."""
    return read(HEAD + text)


def said(claims: Iterable[Claim]) -> list[tuple[str, str, Value | Unknown]]:
    return [(claim.element, claim.attribute, claim.value) for claim in claims]


def stated(result: FileClaims, element: str) -> dict[str, Value | Unknown]:
    """The attributes of one element; there must be no problem."""
    assert told(result) == []
    return {claim.attribute: claim.value for claim in result.claims if claim.element == element and claim.attribute}


def told(result: FileClaims) -> list[str]:
    """The problems: `line:column message (hint)`."""
    return [
        f"{one.location.line}:{one.location.column} {one.message} ({one.hint})" if one.location else one.message
        for one in result.problems
    ]


class Files:
    """A snapshot of files in memory; counts what is read."""

    def __init__(self, files: Mapping[str, str | bytes], label: str = "test") -> None:
        self.files = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
        self.label = label
        self.commit: str | None = None
        self.notes: tuple[str, ...] = ()
        self.fetched: list[str] = []

    def paths(self) -> Iterator[str]:
        return iter(sorted(self.files))

    def read(self, path: str) -> bytes:
        self.fetched.append(path)
        return self.files[path]

    def digest(self, path: str) -> str:
        return str(hash(self.files[path]))

    def read_many(self, paths: tuple[str, ...]) -> Mapping[str, bytes]:
        return {path: self.read(path) for path in paths}
