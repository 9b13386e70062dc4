"""Which values belong to a schema: is this one a member, is there any, and what does one look like.

Three answers each: yes, no, or `None` where it can't be told (a pattern, a keyword set aside, recursion). Promise: a
yes and a no are certain, with one convention: a pattern or format is taken to have some text that matches it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msdiff.model.values import Value
from msdiff.propagate.schema_cases import ANYTHING, Arrays, Case, Cases, Content, Node, Objects, Strings, Values
from msdiff.propagate.schema_forms import Document
from msdiff.propagate.schema_values import text, type_of

_DEEPEST = 24  # levels of nesting that are looked at


def accepts(document: Document, node: Node, value: Value) -> bool | None:
    """Whether the value matches the schema at this node."""
    return accepted(document, document.form(node).get(type_of(value), ()), value)


def accepted(document: Document, cases: Cases, value: Value) -> bool | None:
    """Whether the value matches one of the cases, all of its type."""
    return _any(_in_case(document, case, value) for case in cases)


def _in_case(document: Document, case: Case, value: Value) -> bool | None:
    document.steps.spend()
    inside = _in_content(document, case.content, value)
    return None if inside and case.aside else inside


def _in_content(document: Document, content: Content, value: Value) -> bool | None:
    if isinstance(content, Values):
        return text(value) in content.values
    if isinstance(content, Arrays):
        return _in_arrays(document, content, value)
    if isinstance(content, Objects):
        return _in_objects(document, content, value)
    return content.admits(value)


def _in_arrays(document: Document, content: Arrays, value: Value) -> bool | None:
    if not isinstance(value, tuple) or len(value) < content.shortest:
        return False
    if content.longest is not None and len(value) > content.longest:
        return False
    if content.unique and len(set(map(text, value))) < len(value):
        return False
    return _all(accepts(document, content.at(index) or ANYTHING, item) for index, item in enumerate(value))


def _in_objects(document: Document, content: Objects, value: Value) -> bool | None:
    if not isinstance(value, Mapping) or content.needed - value.keys() or len(value) < content.fewest:
        return False
    if content.most is not None and len(value) > content.most:
        return False
    known = _all(accepts(document, content.field(name) or ANYTHING, field) for name, field in value.items())
    others = value.keys() - content.fields.keys()
    return None if known and content.patterned and others else known


def inhabited(document: Document, node: Node, depth: int = 0) -> bool | None:
    """Whether any value matches the schema at this node."""
    if depth > _DEEPEST:
        return None
    cases = [case for found in document.form(node).values() for case in found]
    return _any(inhabited_case(document, case, depth) for case in cases)


def inhabited_case(document: Document, case: Case, depth: int = 0) -> bool | None:
    """Whether any value falls under the case."""
    document.steps.spend()
    inside = _some(document, case.content, depth + 1)
    return None if inside and case.aside else inside


def _some(document: Document, content: Content, depth: int) -> bool | None:
    if isinstance(content, Arrays):
        size = min(content.shortest, len(content.first) + 1)
        enough = _all(inhabited(document, content.at(index) or ANYTHING, depth) for index in range(size))
        return None if enough and content.unique and content.shortest > 1 else enough
    if isinstance(content, Objects):
        names = sorted(content.required)
        enough = _all(inhabited(document, content.field(name) or ANYTHING, depth) for name in names)
        return None if enough and content.fewest > len(names) and not _fills(document, content, depth) else enough
    return True


def _fills(document: Document, content: Objects, depth: int) -> bool:
    """Whether there are as many declared fields that can come as the record must have."""
    found = sum(inhabited(document, node, depth) is True for node in content.fields.values())
    return found >= content.fewest


def longest(document: Document, content: Arrays) -> tuple[int | None, bool]:
    """How many items there can be (`None` without limit), and whether that is certain."""
    for index in range(len(content.first) + 1):
        if content.longest is not None and index >= content.longest:
            break
        there = inhabited(document, content.at(index) or ANYTHING)
        if there is False:
            return index, not content.unique
        if there is None:
            return content.longest, False
    return content.longest, not content.unique


def examples(document: Document, case: Case, depth: int = 0) -> Iterator[Value]:
    """A few values of the case: the smallest, and for a record one with every field."""
    content = case.content
    if case.aside or depth > _DEEPEST:
        return
    document.steps.spend()
    if isinstance(content, Values):
        yield from content.values.values()
    elif isinstance(content, Arrays):
        yield from _example_arrays(document, content, depth + 1)
    elif isinstance(content, Objects):
        yield from _example_objects(document, content, depth + 1)
    elif isinstance(content, Strings):
        if not content.patterns and not content.formats and content.shortest < 1000:
            yield "a" * content.shortest
    else:
        step = content.step or 1
        near = [bound for bound in (content.low, content.high) if bound is not None] or [0]
        yield from (value for bound in near for value in (bound, bound + step, bound - step) if content.admits(value))


def _example_arrays(document: Document, content: Arrays, depth: int) -> Iterator[Value]:
    if content.shortest > 20 or (content.unique and content.shortest > 1):
        return
    items = [_example(document, content.at(index) or ANYTHING, depth) for index in range(content.shortest)]
    if all(items):
        yield tuple(item[0] for item in items)


def _example_objects(document: Document, content: Objects, depth: int) -> Iterator[Value]:
    for names in (content.required, content.required | content.fields.keys()):
        found = {name: _example(document, content.field(name) or ANYTHING, depth) for name in sorted(names)}
        fits = content.fewest <= len(names) and (content.most is None or len(names) <= content.most)
        if fits and not content.patterned and all(found.values()):
            yield {name: values[0] for name, values in found.items()}


def _example(document: Document, node: Node, depth: int) -> tuple[Value, ...]:
    """One value in a tuple, or an empty tuple."""
    for cases in document.form(node).values():
        for case in cases:
            for value in examples(document, case, depth):
                return (value,)
    return ()


def _any(answers: Iterable[bool | None]) -> bool | None:
    found: bool | None = False
    for answer in answers:
        if answer:
            return True
        if answer is None:
            found = None
    return found


def _all(answers: Iterable[bool | None]) -> bool | None:
    found: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            found = None
    return found
