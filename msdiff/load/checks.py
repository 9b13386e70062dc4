"""Which check each attribute of the catalogue asks for, made when first needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache

from msdiff.load import values
from msdiff.load.selectors import Selectors
from msdiff.load.values import Check, word_of
from msdiff.ruleset.attributes import Attribute, Catalogue


class CheckTable(dict[str, Check]):
    """The checks of one section, by the row's name there; each is made when it is first asked for."""

    def __init__(self, checks: Checks, section: str) -> None:
        super().__init__()
        self._checks = checks
        self._section = section

    def __missing__(self, key: str) -> Check:
        made = self[key] = self._checks.make(self._section, key)
        return made


class Checks:
    """The checks of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._tables: dict[str, CheckTable] = {}

    def of(self, section: str) -> CheckTable:
        """The checks of a section; `section` is `inputs` or `outputs` for a port."""
        found = self._tables.get(section)
        if found is None:
            found = self._tables[section] = CheckTable(self, section)
        return found

    @cached_property
    def _selectors(self) -> Selectors:
        return Selectors(self.catalogue)

    def make(self, section: str, key: str) -> Check:
        """The check that one row asks for."""
        attribute = self.catalogue.row(section, key)
        if attribute.type in _OF_POLICIES:
            return _OF_POLICIES[attribute.type](self._selectors, attribute)
        check = _BY_TYPE[attribute.type](attribute)
        listed = attribute.many and (section == "inputs" or attribute.union)
        return values.alternatives(check) if listed else check


def _item(attribute: Attribute) -> Check:
    if attribute.values:
        return word_of(attribute.values, others=attribute.open)
    return values.ITEMS[attribute.of or "text"]


_BY_TYPE: dict[str, Callable[[Attribute], Check]] = {
    "text": lambda attribute: values.text,
    "name": lambda attribute: word_of(attribute.values, others=attribute.open),
    "boolean": lambda attribute: values.boolean,
    "integer": values.number_of,
    "number": values.number_of,
    "fraction": values.number_of,
    "value": lambda attribute: values.anything,
    "scalar": lambda attribute: values.scalar,
    "schema": lambda attribute: values.schema,
    "set": lambda attribute: values.set_of(_item(attribute)),
    "list": lambda attribute: values.list_of(_item(attribute)),
    "map": lambda attribute: values.map_of(_item(attribute)),
    "names": lambda attribute: values.names,
    "shape": lambda attribute: values.shape,
    "prefix": lambda attribute: values.prefix,
    "range": lambda attribute: values.span,
    "join": lambda attribute: values.join,
    "widths": lambda attribute: values.widths,
}
_OF_POLICIES: dict[str, Callable[[Selectors, Attribute], Check]] = {
    "selector": lambda selectors, attribute: selectors.nodes,
    "selection": lambda selectors, attribute: selectors.selection(attribute),
    "requirement": lambda selectors, attribute: selectors.requirement,
    "latencyBound": lambda selectors, attribute: selectors.latency_bound,
    "pins": lambda selectors, attribute: selectors.pins(attribute),
}


@lru_cache(maxsize=4)
def checks_for(catalogue: Catalogue) -> Checks:
    """The checks of a catalogue, made once."""
    return Checks(catalogue)
