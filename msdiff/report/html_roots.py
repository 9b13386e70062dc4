"""Root causes -> HTML: the overview, the picture, and a card for each with its changes and everybody it breaks."""

from __future__ import annotations

from collections.abc import Sequence

from msdiff.model.finding import Verdict
from msdiff.model.report import ClassifiedChange, Report
from msdiff.report.escape import plural
from msdiff.report.grouping import Grouping, RootCause
from msdiff.report.html_consumers import consumer_parts
from msdiff.report.html_parts import (
    NOTHING,
    Html,
    badge,
    bullets,
    code,
    element,
    lines,
    more,
    named,
    prose,
    spaced,
    table,
    text,
)
from msdiff.report.naming import consumer_name
from msdiff.report.picture import affected_picture
from msdiff.report.svg import pictured
from msdiff.report.wording import by_verdict, change_phrase, change_place, element_name, listed, replacement, sentence

_CARDS = 200  # root causes in full
_ROWS = 5_000  # of the page: consumers in one line
_NAMES = 30
_BOXES = 40
_LEGEND = {
    "changed": "blue: changed",
    "breaking": "red: breaks",
    "risky": "orange: at risk",
    "unverified": "violet: not decided",
}


def root_overview(report: Report, groups: Grouping) -> Html:
    """One line a root cause, which leads to its card."""
    if not groups.roots:
        return NOTHING
    entries = (_overview(number, root, report) for number, root in enumerate(groups.roots[:_CARDS], 1))
    rest = more(len(groups.roots) - _CARDS, "root cause")
    return element("section", element("h2", text("Root causes")), element("ol", lines(entries)), rest)


def _overview(number: int, root: RootCause, report: Report) -> Html:
    many = len(report.graph_labels) > 1
    first, *others = root.changes
    also = f" and {plural(len(others), 'more change')}" if others else ""
    found = [consumer_name(one, many_graphs=many) for one in root.consumers]
    phrase = element("a", text(change_phrase(first.change, many_graphs=many)), href=f"#cause-{number}")
    whom = element("span", text("affecting "), named(found, 8)) if found else NOTHING
    return element("li", spaced(badge(root.verdict), phrase, text(also), whom))


def picture(report: Report, groups: Grouping) -> Html:
    """What changed, whom it affects and what lies between."""
    if not groups.roots:
        return NOTHING
    found = affected_picture(report, groups, _BOXES)
    if not found.drawings:
        return NOTHING
    marks = {box.mark for drawing in found.drawings for box in drawing.boxes}
    legend = listed(words for mark, words in _LEGEND.items() if mark in marks)
    without = f" Without a box of their own: {plural(found.without_box, 'affected node')}." if found.without_box else ""
    return element("figure", Html(pictured(found.drawings)), element("figcaption", text(f"{legend}.{without}")))


def root_cards(report: Report, groups: Grouping) -> Html:
    """A card for each root cause."""
    shown = groups.roots[:_CARDS]
    if not shown:
        return NOTHING
    rows = max(_ROWS // len(shown), 20)
    cards = (_card(number, root, report, rows) for number, root in enumerate(shown, 1))
    return element("section", element("h2", text("What each of them does")), lines(cards))


def uncaused_cards(report: Report, groups: Grouping) -> Html:
    """Findings that no listed change causes: all of them, when one version is checked."""
    if not groups.uncaused:
        return NOTHING
    title = "What is wrong now" if report.mode == "check" else "Without a listed cause"
    found = consumer_parts(groups.uncaused, report, None, _ROWS)
    return element("section", element("h2", text(title)), lines(found))


def changes_table(items: Sequence[ClassifiedChange], *, many_graphs: bool) -> Html:
    """Element, attribute, old, new and place of each change."""
    return table(
        ("element", "what", "old", "new", "where"), (_change_row(item, many_graphs=many_graphs) for item in items)
    )


def _change_row(item: ClassifiedChange, *, many_graphs: bool) -> tuple[Html, ...]:
    found = replacement(item.change)
    subject = element_name(item.change.graph, item.change.fact.element, many_graphs=many_graphs)
    said = f"{found.what} {found.verb}".strip() if item.change.fact.attribute else found.verb or found.what
    place = change_place(item.change)
    return (
        code(subject),
        text(said),
        code(found.old, "old") if found.old is not None else NOTHING,
        code(found.new) if found.new is not None else NOTHING,
        code(place, "place") if place else NOTHING,
    )


def _card(number: int, root: RootCause, report: Report, rows: int) -> Html:
    many = len(report.graph_labels) > 1
    subjects = list(
        dict.fromkeys(element_name(i.change.graph, i.change.fact.element, many_graphs=many) for i in root.changes)
    )
    return element(
        "article",
        element("h3", text(f"{number}. "), named(subjects, 3), text(" "), badge(root.verdict)),
        changes_table(root.changes, many_graphs=many),
        bullets(prose(f"unverified: {sentence(reason)}") for item in root.changes for reason in item.reasons),
        _affects(root),
        *consumer_parts(root.consumers, report, root, rows),
        _names(
            "Contributes to, under another cause:", [consumer_name(c, many_graphs=many) for c in root.contributes_to]
        ),
        _names(
            "Reaches without a finding:",
            [element_name(one.graph, f"node:{one.node}", many_graphs=many) for one in root.reached],
        ),
        css=f"card-{root.verdict.value}",
        id=f"cause-{number}",
    )


def _affects(root: RootCause) -> Html:
    if not root.consumers:
        return element("p", text("Not decided." if root.verdict is Verdict.UNVERIFIED else "No finding of its own."))
    counts = f" ({by_verdict(one.verdict for one in root.consumers)})" if len(root.consumers) > 1 else ""
    return element("p", text(f"Affects {plural(len(root.consumers), 'consumer')}{counts}:"))


def _names(title: str, names: Sequence[str]) -> Html:
    if not names:
        return NOTHING
    return element("p", text(f"{title} "), named(names, _NAMES), css="quiet")
