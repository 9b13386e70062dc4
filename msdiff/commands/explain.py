"""`msdiff explain THING [RANGE]`: a rule, one finding of a comparison, or why a node is affected by it."""

from __future__ import annotations

import os
from collections.abc import Iterable

from msdiff.commands.chain import Versions, finding_blocks, node_blocks, versions_of
from msdiff.commands.comparing import comparison, range_text, usual_ranges
from msdiff.commands.document import example_text, rule_sections
from msdiff.commands.finding import found, looks_like_fingerprint, where
from msdiff.commands.options import Arguments, Parser, add_color, add_common, add_policy, add_same
from msdiff.commands.output import print_blocks
from msdiff.commands.policy import WORKTREE, policy_of
from msdiff.commands.progress import waiting
from msdiff.errors import MsdiffError, UsageError
from msdiff.report.lines import BLANK, Block, Span, line, sentence_spans
from msdiff.ruleset.library import Document, RuleSet
from msdiff.syntax.nearest import nearest

_USAGE = "msdiff explain THING [RANGE] [options] [-- PATHS]"
_ABOUT = """\
Explain a THING:
  a rule           why it exists, when it says what, what to do, an example
  a fingerprint    one finding of the comparison that RANGE names (its beginning will do):
                   from the changed line to the requirement that is violated, value by value
  a node           why that comparison affects it (GRAPH/NODE where several graphs have one)

RANGE is as for a comparison; without one, HEAD against the working tree."""
_EXAMPLES = (
    "msdiff explain embedding-dimension-mismatch",
    "msdiff explain 4f1c09 main..HEAD",
    "msdiff explain llm main..HEAD",
)


def parser() -> Parser:
    """The words of an explanation."""
    found = Parser(_USAGE, _ABOUT, _EXAMPLES)
    found.add_argument("words", nargs="*", metavar="THING [RANGE]", help="see above")
    add_same(found)
    group = found.add_argument_group("text")
    add_color(group)
    add_policy(found)
    add_common(found)
    return found


def run(arguments: Arguments) -> int:
    """Explain it."""
    if not arguments.words:
        raise UsageError("name what to explain", hint="A rule, a fingerprint or a node: msdiff explain THING")
    thing, words = arguments.words[0], tuple(arguments.words[1:])
    rules = policy_of(arguments, words, cwd=os.getcwd(), trust=WORKTREE).rules  # a rule needs no comparison
    if thing in rules.ids:
        print_blocks(_rule(rules.document(thing)), arguments.color)
        return 0
    print_blocks(_compared(arguments, thing, words, rules), arguments.color)
    return 0


def _rule(document: Document) -> Iterable[Block]:
    rule = document.rule
    yield line(0, Span(rule.id, "name"), f"  {rule.title}")
    yield line(0, Span(rule.verdict.value, rule.verdict.value), f", {rule.category}, since {rule.since}, {rule.file}")
    for heading, lines in rule_sections(document):
        yield BLANK
        yield line(0, Span(heading, "heading"))
        yield from (line(2, *sentence_spans(one)) for one in lines)
    for example in document.examples[:1]:
        yield BLANK
        yield line(0, Span(f"Example: {example.get('name', '')}", "heading"))
        yield from (line(2, one) for one in example_text(example).splitlines())
    if document.references:
        yield BLANK
        yield line(0, Span("References", "heading"))
        yield from (line(2, one) for one in document.references)


def _compared(arguments: Arguments, thing: str, words: tuple[str, ...], rules: RuleSet) -> tuple[Block, ...]:
    """What a comparison has to say about a finding or a node."""
    try:
        with waiting("comparing"), comparison(arguments, words) as done:
            versions = versions_of(done, range_text(arguments, words))
    except MsdiffError:
        near = nearest(thing, rules.ids)
        if near is None or words:
            raise
        raise UsageError(f"there is no rule `{thing}`", hint=f"did you mean `{near}`?") from None
    return (
        _said(thing, versions) or _said_elsewhere(arguments, thing, words) or _raise(_unknown(thing, versions, rules))
    )


def _raise(error: UsageError) -> tuple[Block, ...]:
    raise error


def _said_elsewhere(arguments: Arguments, thing: str, words: tuple[str, ...]) -> tuple[Block, ...]:
    """What the comparison says that the branch is usually made for."""
    for usual in usual_ranges(arguments, words) if looks_like_fingerprint(thing) else ():
        try:
            with waiting("comparing"), comparison(arguments, usual) as done:
                blocks = _said(thing, versions_of(done, range_text(arguments, usual)))
        except MsdiffError:
            continue
        if blocks:
            return blocks
    return ()


def _said(thing: str, versions: Versions) -> tuple[Block, ...]:
    """A node's or a finding's explanation; empty where the comparison has neither."""
    if versions.holds(thing):
        return tuple(node_blocks(thing, versions))
    finding = found(versions.report.findings, thing)
    if finding is not None:
        return tuple(finding_blocks(finding, versions))
    return ()


def _unknown(thing: str, versions: Versions, rules: RuleSet) -> UsageError:
    names = (*versions.nodes(), *rules.ids)
    near = nearest(thing, names)
    place = where(versions.report)
    if near is not None:
        return UsageError(f"`{thing}` is no rule, no node and no finding {place}", hint=f"did you mean `{near}`?")
    if looks_like_fingerprint(thing):
        hint = "Name the comparison that has it: msdiff explain FINGERPRINT main..HEAD"
        return UsageError(f"no finding {thing} {place}", hint=hint)
    hint = f"Nodes: {', '.join(versions.nodes()[:8])}. Rules: see `msdiff rules`."
    return UsageError(f"`{thing}` is no rule, no node and no finding {place}", hint=hint)
