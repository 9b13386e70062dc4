"""Root causes -> Markdown: the list that is always there, and a fold for each with its changes and consumers."""

from __future__ import annotations

from collections.abc import Iterator

from msdiff.model.finding import Finding, Verdict
from msdiff.model.report import ClassifiedChange, Report
from msdiff.report.escape import code_span, inline, plural, prose, web_address
from msdiff.report.grouping import Consumer, Folded, Grouping, RootCause, fold
from msdiff.report.markdown_parts import Detail, Part, bullets, code_place, cut, folded, names
from msdiff.report.naming import consumer_name, shared_causes, via_counts
from msdiff.report.wording import (
    STATUS_WORDS,
    by_verdict,
    chain,
    change_phrase,
    change_place,
    element_name,
    listed,
    other_paths,
    replacement,
    sentence,
    short,
)

_CHANGES = 12  # in a fold
_RELATED = 4


def root_list(report: Report, groups: Grouping, detail: Detail) -> Part:
    """One numbered line a root cause: verdict, what changed and where, whom it affects."""
    if not groups.roots:
        return Part("")
    shown, left_out = cut(groups.roots, detail.roots, "root cause")
    lines = (f"{number}. {_root_line(root, report, detail)}" for number, root in enumerate(shown, 1))
    return Part("### Root causes\n\n" + "\n".join(lines), left_out)


def _root_line(root: RootCause, report: Report, detail: Detail) -> str:
    many = len(report.graph_labels) > 1
    first, *others = root.changes
    subject = element_name(first.change.graph, first.change.fact.element, many_graphs=many)
    more = f" and {plural(len(others), 'more change')}" if others else ""
    line = f"**{root.verdict.value}** {code_span(subject)}: {change_text(first, subject, detail)}{more}."
    if root.consumers:
        found = [consumer_name(one, many_graphs=many) for one in root.consumers]
        line += f" Affects {names(found, detail.names)}{_owners(root, detail)}."
    return line


def _owners(root: RootCause, detail: Detail) -> str:
    """Whom to ask, in code so that nobody is called: `; owner @acme/search`."""
    found = [short(owner) for owner in dict.fromkeys(one.owner for one in root.consumers) if owner]
    return f"; owner{'s' if len(found) > 1 else ''} {names(found, detail.names)}" if found else ""


def change_text(item: ClassifiedChange, subject: str, detail: Detail) -> str:
    """`outputs.vector.dimension` `768` → `1024` (`app.yaml:21`)."""
    found = replacement(item.change)
    words = [] if subject.casefold().startswith(f"{found.what} ") else [code_span(found.what)]
    values = [code_span(value) for value in (found.old, found.new) if value is not None]
    words += [" → ".join(values), found.verb]
    where = change_place(item.change)
    said = code_place(item.change.head, detail, where) if item.change.head else code_span(where)
    return " ".join(filter(None, words)) + (f" ({said})" if where else "")


def root_parts(report: Report, groups: Grouping, detail: Detail) -> Iterator[Part]:
    """A fold for each of the first root causes; the last part counts the consumers that are in none."""
    folds = min(detail.folds, detail.roots)
    hidden = 0
    for number, root in enumerate(groups.roots[:folds], 1):
        shown, rest = fold(root.consumers, detail.consumers)
        hidden += len(rest)
        yield Part(_root_fold(number, root, Folded(shown, rest), report, detail))
    bare = groups.roots[folds:]
    hidden += sum(len(root.consumers) for root in bare)
    left_out = (f"the details of {plural(len(bare), 'root cause')}",) if bare else ()
    yield Part("", left_out + ((f"the findings of {plural(hidden, 'consumer')}",) if hidden else ()))


def _root_fold(number: int, root: RootCause, consumers: Folded, report: Report, detail: Detail) -> str:
    many = len(report.graph_labels) > 1
    first = root.changes[0].change
    subject = element_name(first.graph, first.fact.element, many_graphs=many)
    body = [_changes(root, detail, many_graphs=many)]
    counts = f" ({by_verdict(one.verdict for one in root.consumers)})" if root.consumers else ""
    if consumers.shown:
        body.append("Affected:\n\n" + "\n".join(_consumer(one, report, detail, root) for one in consumers.shown))
    if consumers.hidden:
        more = plural(len(consumers.hidden), "more consumer")
        body.append(f"…and {more}: {inline(via_counts(consumers.hidden))}.")
    if root.contributes_to:
        found = [consumer_name(one, many_graphs=many) for one in root.contributes_to]
        body.append(f"Contributes to {names(found, detail.entries)}, under another cause.")
    if root.reached:
        found = [element_name(one.graph, f"node:{one.node}", many_graphs=many) for one in root.reached]
        body.append(f"Reaches without a finding: {names(found, detail.entries)}.")
    nobody = "not decided" if root.verdict is Verdict.UNVERIFIED else "no finding of its own"
    affected = f"{plural(len(root.consumers), 'consumer')} affected{counts}" if root.consumers else nobody
    summary = f"{number}. {subject}: {affected}"
    return folded(summary, "\n\n".join(body))


def _changes(root: RootCause, detail: Detail, *, many_graphs: bool) -> str:
    subjects = [element_name(i.change.graph, i.change.fact.element, many_graphs=many_graphs) for i in root.changes]
    several = len(set(subjects)) > 1
    lines = []
    for item, subject in list(zip(root.changes, subjects, strict=True))[:_CHANGES]:
        reasons = "; ".join(prose(sentence(reason)) for reason in item.reasons)
        said = f"{code_span(subject)} " if several else ""
        lines.append(f"{said}{change_text(item, subject, detail)}" + (f": unverified, {reasons}" if reasons else ""))
    if len(subjects) > _CHANGES:
        lines.append(f"…and {plural(len(subjects) - _CHANGES, 'more change')} of the same cause")
    return "Changed:\n\n" + bullets(lines)


def uncaused_part(report: Report, groups: Grouping, detail: Detail) -> Part:
    """Findings without a listed change: all of them, when one version is checked."""
    if not groups.uncaused:
        return Part("")
    shown, hidden = fold(groups.uncaused, max(detail.consumers, 3))
    title = "What is wrong now" if report.mode == "check" else "Without a listed cause"
    lines = "\n".join(_consumer(one, report, detail, None) for one in shown)
    return Part(f"### {title}\n\n{lines}", (plural(len(hidden), "affected element"),) if hidden else ())


def _consumer(consumer: Consumer, report: Report, detail: Detail, root: RootCause | None) -> str:
    head = (
        f"**{consumer.verdict.value}** {code_span(consumer_name(consumer, many_graphs=len(report.graph_labels) > 1))}"
    )
    if len(consumer.path) > 1:
        head += f" by {chain([code_span(short(name)) for name in consumer.path])}"
        others = other_paths(consumer.other_paths)
        head += f" ({others})" if others else ""
    if consumer.owner:
        head += f", owner {code_span(short(consumer.owner))}"
    if not detail.facts:
        return bullets([head + f": {listed(dict.fromkeys(code_span(one.rule) for one in consumer.findings))}"])
    lines = [line for finding in consumer.findings for line in _finding(finding, report, detail, root)]
    return bullets([head]) + "\n" + "\n".join(lines)


def _finding(finding: Finding, report: Report, detail: Detail, root: RootCause | None) -> Iterator[str]:
    where = f" ({code_place(finding.location, detail)})" if finding.location else ""
    status = f"*{STATUS_WORDS[finding.status]}*, " if report.mode != "check" else ""
    yield bullets([f"{finding.verdict.value}: {prose(sentence(finding.message))}{where} {status}{_rule(finding)}"], 2)
    facts = []
    if finding.hops:
        held = [f"{code_span(short(node))} {prose(short(value))}" for node, value in finding.hops]
        facts.append("value by value: " + chain(held))
    facts += (
        f"see also {code_place(related.location, detail)}: {prose(sentence(related.message))}"
        for related in finding.related[:_RELATED]
    )
    if len(finding.related) > _RELATED:
        facts.append(f"…and {plural(len(finding.related) - _RELATED, 'more place')}")
    elsewhere = shared_causes(finding, report, root.changes if root else ())
    if elsewhere:
        phrases = [
            inline(change_phrase(item.change, many_graphs=len(report.graph_labels) > 1)) for item in elsewhere[:3]
        ]
        facts.append(f"together with {listed(phrases)}")
    if finding.fix:
        facts.append(f"**do this:** {prose(sentence(finding.fix))}")
    if facts:
        yield bullets(facts, 4)


def _rule(finding: Finding) -> str:
    """The rule, linked to its page if it has one, and the fingerprint by which the finding is accepted."""
    address = web_address(finding.docs)
    rule = code_span(finding.rule)
    return f"{f'[{rule}]({address})' if address else rule} {code_span(short(finding.fingerprint))}"
