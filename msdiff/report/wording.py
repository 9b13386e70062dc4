"""Facts of a report -> the words for them, before any escaping. Terminal and Markdown say the same thing in the same
words.

The texts that come out still hold names and values of the repository as they are: whoever writes them escapes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite, isnan

from msdiff.model.change import Change
from msdiff.model.finding import Finding, Verdict
from msdiff.model.location import Location
from msdiff.model.obligation import Status
from msdiff.model.records import NamedTuple
from msdiff.model.report import Report
from msdiff.model.values import Unknown, Value
from msdiff.report.escape import plural, shorten

VALUE_LIMIT = 60  # characters of one value
NAME_LIMIT = 120  # characters of a name or a file name
_CONTEXT = 15  # characters of what two long values have in common
SENTENCE_LIMIT = 600  # characters of a message, a fix or a reason

STATUS_WORDS = {
    Status.INTRODUCED: "introduced",
    Status.WORSENED: "worsened",
    Status.RESOLVED: "resolved",
    Status.REVEALED: "revealed",
    Status.PREEXISTING: "broken before",
}


class Replacement(NamedTuple):
    """What a change did: `what` changed, from `old` to `new` (`None`: that side has nothing), or only a `verb`."""

    what: str
    old: str | None
    new: str | None
    verb: str


def short(text: str) -> str:
    """A name that fits a line."""
    return shorten(text, NAME_LIMIT)


def listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def figure(amount: float) -> str:
    """A number as short as it can be said: `600`, `0.9995`, `1,204.5`."""
    if not isfinite(amount):
        return "unknown" if isnan(amount) else "unbounded"
    if abs(amount) >= 1:
        return f"{amount:,.3f}".rstrip("0").rstrip(".")
    return f"{amount:.9f}".rstrip("0").rstrip(".") if amount else "0"


def signed(amount: float) -> str:
    return f"+{figure(amount)}" if amount > 0 else figure(amount)


def value_text(value: Value | Unknown) -> str:
    """A value in full: text as it is (quoted where it would read as something else), the rest like JSON."""
    if isinstance(value, Unknown):
        return f"unknown ({value.reason})"
    if isinstance(value, str):
        return f'"{value}"' if _looks_like_another_type(value) else value
    return _nested(value)


def _looks_like_another_type(text: str) -> bool:
    return text.strip() != text or text in ("", "true", "false", "null") or text.replace(".", "", 1).isdigit()


def _nested(value: Value | Unknown) -> str:
    if isinstance(value, Unknown):
        return "unknown"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, tuple):
        return f"[{listed(map(_nested, value))}]"
    if isinstance(value, Mapping):
        return "{" + listed(f"{key}: {_nested(value[key])}" for key in sorted(value)) + "}"
    return str(value)


def old_and_new(old: Value | Unknown, new: Value | Unknown) -> tuple[str, str]:
    """Both values, each short enough for a line; of two long texts the part where they begin to differ."""
    before, after = value_text(old), value_text(new)
    if max(len(before), len(after)) > VALUE_LIMIT:
        same = _common_start(before, after)
        if same > 2 * _CONTEXT:
            before, after = f"…{before[same - _CONTEXT :]}", f"…{after[same - _CONTEXT :]}"
    return shorten(before, VALUE_LIMIT), shorten(after, VALUE_LIMIT)


def _common_start(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def replacement(change: Change) -> Replacement:
    """What the change did, in the parts that a renderer paints differently."""
    noun, _, verb = change.kind.partition(".")
    old, new = old_and_new(change.old, change.new)
    what = change.fact.attribute or noun
    if verb == "renamed":
        return Replacement("renamed", old, new, "")
    if not change.fact.attribute and verb != "changed":
        return Replacement(what, None, None, verb)
    if verb == "added":
        return Replacement(what, None, new, "added")
    if verb == "removed":
        return Replacement(what, old, None, "removed")
    return Replacement(what, old, new, "")


def change_phrase(change: Change, *, many_graphs: bool) -> str:
    """The change in one phrase: `embedder outputs.vector.dimension 768 → 1024`."""
    found = replacement(change)
    subject = element_name(change.graph, change.fact.element, many_graphs=many_graphs)
    words = [subject, "" if subject.casefold().startswith(f"{found.what} ") else found.what]
    if found.old is not None and found.new is not None:
        words.append(f"{found.old} → {found.new}")
    elif found.verb:
        words += [found.new or found.old or "", found.verb]
    return " ".join(filter(None, words))


def element_name(graph: str, element: str, *, many_graphs: bool) -> str:
    """`embedder`, `edge a.x->b.y`, `SLO answer`, `policy x`; `app/embedder` where the report covers several graphs."""
    kind, _, name = element.partition(":")
    name = short(name)
    if many_graphs and kind != "graph":
        name = f"{short(graph)}/{name}"
    if kind == "node":
        return name
    if kind == "graph":
        return f"graph {short(graph)}"
    return f"{'SLO' if kind == 'slo' else kind} {name}"


def place(location: Location | None) -> str:
    """`app.yaml:21`, or nothing."""
    return "" if location is None else f"{short(location.file)}:{location.line}"


def change_place(change: Change) -> str:
    """Where the change stands: in head, and in base too where that is another file or head has nothing."""
    if change.head is None:
        return f"was {place(change.base)}" if change.base else ""
    if change.base is not None and change.base.file != change.head.file:
        return f"{place(change.head)}, was {place(change.base)}"
    return place(change.head)


def sentence(text: str) -> str:
    return shorten(" ".join(text.split()) if "\n" in text else text, SENTENCE_LIMIT)


def value_by_value(finding: Finding) -> str:
    """What each node of the path holds: `embedder gives 1024 → vector_db accepts 768`."""
    return chain([f"{short(node)} {short(held)}" for node, held in finding.hops])


def chain(words: Sequence[str]) -> str:
    """`a → b → c`; of more than nine the middle is left out, with the count."""
    if len(words) > 9:
        words = [*words[:4], f"({len(words) - 8} more)", *words[-4:]]
    return " → ".join(words)


def other_paths(count: int) -> str:
    return f"+{plural(count, 'other path')}" if count else ""


def by_verdict(verdicts: Iterable[Verdict]) -> str:
    """`2 breaking, 1 risky`: gravest first, nothing of which there is none."""
    counts: dict[Verdict, int] = {}
    for verdict in verdicts:
        counts[verdict] = counts.get(verdict, 0) + 1
    return listed(f"{counts[verdict]:,} {verdict.value}" for verdict in sorted(counts, reverse=True))


def headline(report: Report) -> str:
    """What the verdict rests on: changes by verdict, affected consumers, coverage."""
    return listed(_headline(report))


def _headline(report: Report) -> Iterator[str]:
    coverage = f"obligations {report.coverage.decided:,} of {report.coverage.total:,} decided"
    if report.mode == "check":
        yield by_verdict(finding.verdict for finding in report.findings) or "nothing found"
    elif not report.changes:
        yield "no change in any graph"
    else:
        total = plural(len(report.changes), "change")
        yield f"{total} ({by_verdict(item.classification for item in report.changes)})"
        yield f"{plural(len(report.affected), 'consumer')} affected"
    yield coverage


def also_counted(report: Report) -> str:
    """What does not count towards the verdict, and what the reader finds at the end."""
    statuses = (Status.RESOLVED, Status.REVEALED, Status.PREEXISTING) if report.mode != "check" else ()
    standing = [finding.status for finding in report.findings if not is_accepted(finding)]
    counts = [(standing.count(status), STATUS_WORDS[status]) for status in statuses]
    counts.append((sum(is_accepted(finding) for finding in report.findings), "accepted"))
    found = [f"{count:,} {word}" for count, word in counts if count]
    if report.problems:
        found.append(f"{plural(len(report.problems), 'problem')} in the input")
    return listed(found)


def exit_text(report: Report) -> str:
    strict = ", --strict" if report.strict else ""
    return f"exit code {report.exit_code} (--fail-on {report.fail_on}{strict})"


def is_accepted(finding: Finding) -> bool:
    """Whether an acceptance stands for it; an expired one does not."""
    return finding.acceptance is not None and not finding.acceptance.expired
