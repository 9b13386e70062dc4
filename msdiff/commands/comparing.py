"""A command line that names versions -> the finished report about them, with what it was made from.

Shared by every command that compares or looks at a version. Promise: whatever was opened is closed, and the report says
what was left out on request.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import msdiff
from msdiff.commands.options import Arguments, one_version
from msdiff.commands.policy import BASE, Policy, changed_by_head, policy_of
from msdiff.model.finding import Acceptance
from msdiff.model.records import NamedTuple
from msdiff.model.report import Report
from msdiff.model.snapshot import Snapshot
from msdiff.report.escape import shell_word
from msdiff.scm.git import resolve_sides, resolve_version
from msdiff.scm.sides import Sides, Version
from msdiff.settings import Settings

if TYPE_CHECKING:
    from msdiff.world import Request

_USUAL = ("@{upstream}", "origin/HEAD", "main", "master")  # what a branch is usually compared with
_NAMED = 3  # acceptances that a note names


class Comparison(NamedTuple):
    """A report, and what it was made from; the versions can be read while it is open. A check has no `base`.

    `root` is the folder that the team's files are relative to (`None`: a bare repository, which has none).
    """

    base: Snapshot | None
    head: Snapshot
    root: str | None
    request: Request
    report: Report

    def left_alone(self) -> tuple[tuple[str, str], ...]:
        """Files of head that were looked at and are none of ours, each with the reason."""
        from msdiff.load import load

        rules = self.request.rules
        return load(self.head, rules.catalogue, self.request.settings, None, rules.serving).skipped


@contextmanager
def comparison(arguments: Arguments, words: tuple[str, ...], *, cwd: str | None = None) -> Iterator[Comparison]:
    """The comparison that a RANGE asks for; with `--check`, one version. Raises any `MsdiffError`."""
    cwd = cwd or os.getcwd()
    if arguments.check:
        with opened_version(arguments, one_version(words), cwd=cwd) as (version, policy, request):
            from msdiff.pipeline import check

            report = check(version.snapshot, request)
            policy.refuse_misnamed(report.findings)
            yield Comparison(None, version.snapshot, _root(version, policy), request, report)
        return
    policy, sides = _opened(arguments, words, cwd)
    with sides:
        used: set[str] = set()
        request = _request(arguments, policy, sides, used)
        from msdiff.pipeline import compare

        report = compare(sides.base, sides.head, request)
        policy.refuse_misnamed(report.findings)
        more = (*_notes(arguments, words, policy, sides, cwd), *_unused(arguments, policy, used))
        yield Comparison(sides.base, sides.head, _root(sides, policy), request, _with_notes(report, more))


@contextmanager
def opened_version(
    arguments: Arguments, word: str | None, *, cwd: str | None = None
) -> Iterator[tuple[Version, Policy, Request]]:
    """One version, and what to look at it with. `word` is a revision or a path; `None` is the working tree."""
    cwd = cwd or os.getcwd()
    policy = policy_of(arguments, () if word is None else (word,), cwd=cwd)
    version = resolve_version(
        word,
        arguments.paths,
        cwd=cwd,
        separated=arguments.separated,
        wanted=_wanted(policy.settings),
        limit=policy.settings.limits.file_bytes,
    )
    with version:
        yield version, policy, _request(arguments, policy, version, set())


def _root(opened: Sides | Version, policy: Policy) -> str | None:
    return policy.root if opened.objects is None else opened.root


def usual_ranges(arguments: Arguments, words: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The ranges in which a finding is looked for that is not where the command line says; none where it names one."""
    if words or arguments.staged or arguments.check or arguments.paths or arguments.separated:
        return ()
    return tuple((f"{name}..HEAD",) for name in _USUAL)


def range_text(arguments: Arguments, words: tuple[str, ...]) -> str:
    """The words that name this comparison again, for a shell."""
    said = [*map(shell_word, words)]
    said += [option for option, is_set in (("--staged", arguments.staged), ("--check", arguments.check)) if is_set]
    if arguments.paths or arguments.separated:
        said += ["--", *map(shell_word, arguments.paths)]
    return " ".join(said)


def _wanted(settings: Settings) -> Callable[[str], bool]:
    """Which files are looked at: so that the report does not speak of links and submodules that never mattered."""
    return lambda path: _is_wanted()(path) and settings.reads(path)


@cache
def _is_wanted() -> Callable[[str], bool]:
    from msdiff.load import is_wanted

    return is_wanted


def _prepare() -> None:
    """Import what the comparison needs, while git is looking things up."""
    import msdiff.pipeline  # noqa: F401


def _opened(arguments: Arguments, words: tuple[str, ...], cwd: str, trust: str | None = None) -> tuple[Policy, Sides]:
    policy = policy_of(arguments, words, cwd=cwd, trust=trust)
    sides = resolve_sides(
        words,
        arguments.paths,
        cwd=cwd,
        staged=arguments.staged,
        separated=arguments.separated,
        wanted=_wanted(policy.settings),
        limit=policy.settings.limits.file_bytes,
        meanwhile=_prepare,
    )
    bare = sides.objects is not None and sides.root is None
    if bare and arguments.trust is None and trust is None:  # there is no working tree to read the policy from
        sides.close()
        return _opened(arguments, words, cwd, BASE)
    return policy, sides


def _request(arguments: Arguments, policy: Policy, opened: Sides | Version, used: set[str]) -> Request:
    as_of = arguments.as_of or opened.date or _today()

    def accepted(fingerprint: str) -> Acceptance | None:
        found = policy.acceptance(fingerprint, as_of)
        if found is not None:
            used.add(fingerprint)
        return found

    from msdiff.world import Request

    return Request(
        settings=policy.settings,
        rules=policy.rules,
        tool_version=msdiff.__version__,
        accepted=accepted,
        fail_on=policy.settings.fail_on,
        strict=policy.settings.strict,
        allow_empty=arguments.allow_empty,
        notes=policy.notes,
    )


def _today() -> str:
    import time

    return time.strftime("%Y-%m-%d", time.gmtime())


def _notes(arguments: Arguments, words: tuple[str, ...], policy: Policy, sides: Sides, cwd: str) -> Iterator[str]:
    """What the report must say beside what the versions say themselves."""
    yield from changed_by_head(policy, sides.base, sides.head, _changed_rules(arguments, words, policy, cwd))
    unmatched = sides.unmatched()
    if unmatched:
        yield f"no file that is read: {', '.join(unmatched)}"


def _changed_rules(arguments: Arguments, words: tuple[str, ...], policy: Policy, cwd: str) -> tuple[str, ...]:
    """Rule files and model facts of the team's own that head changes."""
    settings = policy.settings
    if not settings.rule_folders and not settings.model_facts:
        return ()

    def wanted(path: str) -> bool:
        return settings.is_rule_file(path) or settings.is_model_facts(path)

    with resolve_sides(words, cwd=cwd, staged=arguments.staged, separated=arguments.separated, wanted=wanted) as sides:
        return sides.changed_paths()


def _unused(arguments: Arguments, policy: Policy, used: set[str]) -> Iterator[str]:
    """Acceptances that fit nothing; nothing is said where only a part was compared."""
    if arguments.paths or arguments.only or arguments.ignore:
        return
    unused = [f"{one.fingerprint} ({one.rule})" for one in policy.accepted if one.fingerprint not in used]
    if unused:
        more = f" and {len(unused) - _NAMED} more" if len(unused) > _NAMED else ""
        yield f"acceptances that fit no finding here: {', '.join(unused[:_NAMED])}{more}"


def _with_notes(report: Report, more: tuple[str, ...]) -> Report:
    return report._replace(notes=tuple(dict.fromkeys((*report.notes, *more)))) if more else report
