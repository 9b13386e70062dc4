"""Keys of an element, matched with the names of the catalogue, become claims.

In: maps of a document and the branches of a section. Out: claims and problems of one document, collected.
"""

from __future__ import annotations

from msdiff.load.checks import Checks, CheckTable
from msdiff.load.document import Document, SharedClaims
from msdiff.load.values import INVALID, Problems
from msdiff.model.claim import Claim, GraphKey
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Value
from msdiff.ruleset.attributes import PORT_SIDES, Branches
from msdiff.syntax.nearest import did_you_mean
from msdiff.syntax.shape import Source
from msdiff.syntax.tree import Entry, Mapping, Rows, Scalar, Tree

_PLACES = {
    "node": "a node",
    "outputs": "an output",
    "inputs": "an input",
    "edge": "an edge",
    "slo": "an SLO",
    "policy": "a policy",
    "metadata": "`metadata`",
}

_NUMBERS = (int, float)
_new = tuple.__new__  # half the time of calling the named tuple


class Subject(NamedTuple):
    """Of what something is said: an element, the section of the catalogue with its attributes, and how messages call
    it.

    `also` are structural keys that stand beside the attributes.
    """

    element: str
    section: str
    checks: CheckTable
    where: str
    also: tuple[str, ...] = ()


class Statements:
    """The claims and the problems of one document."""

    def __init__(self, document: Document, graph: GraphKey, checks: Checks, reader: str) -> None:
        self._file = document.file
        self._number = document.number
        self._reader = reader
        self._graph = graph
        self._catalogue = checks.catalogue
        self.branches = checks.catalogue.branches
        self.source = Source(document.file, reader)
        self.problems = Problems(self.source)
        self.claims: list[Claim] = []
        self.rows: list[tuple[int, list[Claim]]] = []
        self._shared: SharedClaims = {} if document.shared is None else document.shared

    def say_rows(self, kind: str, first: int, rows: Rows) -> None:
        """A claim for each row, with its two texts, on elements that count from `first`; those of another version where it
        has the same rows."""
        key = (self._graph, self._file, self._number, self._reader, kind, first, id(rows))
        said = self._shared.get(key)
        if said is None:
            graph, file, line, column, reader, number = (
                self._graph, self._file, rows.line - first, rows.column, self._reader, self._number,
            )  # fmt: skip
            said = self._shared[key] = [
                _new(
                    Claim,
                    (graph, f"{kind}:{n}", "", texts, _new(Location, (file, line + n, column, reader)), number, None),
                )
                for n, texts in enumerate(rows.values, first)
            ]
        self.rows.append((len(self.claims), said))
        self.claims += said

    def say(self, element: str, attribute: str, value: Value, tree: Tree) -> None:
        """A claim, at the place of the tree."""
        place = _new(Location, (self._file, tree.line, tree.column, self._reader))
        self.claims.append(_new(Claim, (self._graph, element, attribute, value, place, self._number, None)))

    def say_at(self, element: str, attribute: str, value: Value, place: Location) -> None:
        """A claim, at a place."""
        self.claims.append(_new(Claim, (self._graph, element, attribute, value, place, self._number, None)))

    def attributes(self, tree: Mapping, branches: Branches, subject: Subject, path: str) -> None:
        """Every key of a map. `path` is the attribute's name so far."""
        for key, entry in tree.entries.items():
            self.attribute(key, entry, branches, subject, path)

    def attribute(self, key: str, entry: Entry, branches: Branches, subject: Subject, path: str) -> None:
        """One key: an attribute of the catalogue, or a group of them."""
        step = branches.get(key)
        if step is not None:
            name = f"{path}.{key}" if path else key
        else:
            step = self._named_by_user(key, entry, branches, path)
            name = f"{path}[{key}]"
            if step is None:
                self._unknown(key, entry, branches, subject, path)
                return
        if isinstance(step, str):
            self.leaf(step, entry.value, subject, name)
        elif isinstance(entry.value, Mapping):
            self.attributes(entry.value, step, subject, name)
        else:
            known = ", ".join(f"`{one}`" for one in step)
            self.problems.wrong_type(entry.value, name, f"a map (of {known})")

    def leaf(self, key: str, tree: Tree, subject: Subject, name: str) -> None:
        """One attribute: the claim, or what is wrong with its value."""
        value = subject.checks[key](tree, name, self.problems)
        if value is INVALID:
            return
        text = None
        if value.__class__ in _NUMBERS and tree.__class__ is Scalar and tree.value.__class__ is str:
            text = tree.text  # a quantity: `64 GB` for 59.6 GiB
        place = _new(Location, (self._file, tree.line, tree.column, self._reader))
        self.claims.append(_new(Claim, (self._graph, subject.element, name, value, place, self._number, text)))

    def _named_by_user(self, key: str, entry: Entry, branches: Branches, path: str) -> Branches | str | None:
        """Where a name of the user's leads: the part of the catalogue's name in angle brackets."""
        pattern = next((name for name in branches if name.startswith("<")), None)
        if pattern is None or key.startswith("x-"):
            return None
        step = branches[pattern]
        allowed = self._names_for(step)
        place = self.source.at(entry.line, entry.column)
        if allowed and key not in allowed:
            self.problems.at(place, f"unknown key `{key}` in `{path}`", did_you_mean(key, allowed))
            return None
        if not key or "[" in key or "]" in key:
            self.problems.at(place, f"`{key}` cannot be a name in `{path}`", "leave out `[` and `]`")
            return None
        return step

    def _names_for(self, step: Branches | str) -> tuple[str, ...]:
        while not isinstance(step, str):
            step = next(iter(step.values()))
        return self._catalogue.row("node", step).names

    def _unknown(self, key: str, entry: Entry, branches: Branches, subject: Subject, path: str) -> None:
        if key.startswith("x-") or any(name.startswith("<") for name in branches):
            return
        top = branches is self.branches(subject.section)
        where = subject.where if top else f"`{path}`"
        hint = self._belongs(key, subject.section) if top else ""
        head, dot, rest = key.partition(".")
        if not hint and dot and head in branches:
            hint = f"write it nested: `{head}: {{{rest.replace('.', ': {')}: ...{'}' * (rest.count('.') + 1)}`"
        place = self.source.at(entry.line, entry.column)
        hint = hint or did_you_mean(key, (*branches, *subject.also))
        self.problems.at(place, f"unknown key `{key}` in {where}", hint)

    def _belongs(self, key: str, section: str) -> str:
        """A hint for a key that is right elsewhere: on the other side of a node first, for a port."""
        here = _PLACES[section]
        elsewhere = [other for other in _PLACES if other != section and key in self.branches(other)]
        if section in PORT_SIDES:
            elsewhere.sort(key=lambda other: other not in PORT_SIDES)
        if not elsewhere:
            return ""
        both = section not in PORT_SIDES and set(PORT_SIDES) <= set(elsewhere)
        there = "a port" if both and elsewhere[0] in PORT_SIDES else _PLACES[elsewhere[0]]
        return f"`{key}` belongs to {there}, not to {here}"
