"""The comment as a whole: within what GitHub takes, verdict and root causes always there, what is left out counted."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msdiff.commands.github import parser
from msdiff.commands.github_judging import Judged
from msdiff.commands.github_text import LONGEST, Words, check_text, comment_text, standing_of, summary_text
from msdiff.commands.options import Arguments
from msdiff.model.finding import Acceptance, Verdict
from msdiff.model.location import Location
from msdiff.model.obligation import Status
from msdiff.model.report import Report, UndecidedObligation
from msdiff.scm.github_comment import Stamp, marker
from msdiff.scm.github_event import Event, RunId, event_of
from msdiff.scm.github_memory import MOST, Memory, Since
from tests.records import replace
from tests.unit.github import payloads
from tests.unit.report.reports import changed, finding, hostile, many_consumers, report

HEAD = "a" * 40
OWNERS = tuple(f"@acme/team-{number}" for number in range(12))


def event() -> Event:
    return event_of("pull_request", payloads.pull_request(), payloads.variables("pull_request"))


def arguments(*words: str) -> Arguments:
    found = parser().parse_args([*words, "--accept-label", "fine"], Arguments())
    found.comment_key = "k" * 100
    return found


def link(file: str, line: int) -> str:
    return f"https://github.com/acme/shop/blob/{HEAD}/{file}#L{line}"


def judged(made: Report) -> Judged:
    return Judged(made, None, HEAD, "origin/main..HEAD", link)


def comment(made: Report, *words: str, size: int = LONGEST) -> str:
    """With a full memory and everything else that can stand in it."""
    memory = Memory(HEAD, *(frozenset(n.to_bytes(4, "big") for n in range(MOST)) for _ in range(2)))
    said = Words(size, True, Since(HEAD, 1, 2, 3, True))
    text = comment_text(event(), judged(made), arguments(*words), said)
    return marker(Stamp("k" * 100, HEAD, RunId(2**60, 9), memory, memory)) + text


def many_causes(count: int, letter: str) -> Report:
    name = letter * 60
    changes = [
        changed(f"c{n}", f"node:{name}{n}", "prompt.text", name, f"{name}!", n + 1, Verdict.BREAKING)
        for n in range(count)
    ]
    findings = [
        finding("r", Verdict.BREAKING, f"`{name}{n}` breaks.", node=f"{name}{n}b", causes=(f"c{n}",), fix=name)
        for n in range(count)
    ]
    return report(verdict=Verdict.BREAKING, exit_code=1, changes=tuple(changes), findings=tuple(findings))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 300), st.sampled_from(["x", "🚀", "|", "`"]))
def test_it_is_never_longer_than_github_takes(count: int, letter: str) -> None:
    text = comment(many_causes(count, letter), *(f"--ping={owner}" for owner in OWNERS))
    assert len(text.encode("utf-16-le")) // 2 <= 60_000
    assert len(text.encode()) <= 190_000
    assert text.splitlines()[1] == "## msdiff: breaking"
    listed = len(re.findall(r"^\d+\. \*\*breaking\*\*", text, re.MULTILINE))
    assert listed == count or f"Not shown here: {count - listed:,} root cause" in text


@pytest.mark.parametrize("made", [many_consumers(5_000), hostile()])
def test_what_it_begins_and_ends_with_stays(made: Report) -> None:
    lines = comment(made).splitlines()
    assert lines[1] == "## msdiff: breaking"
    assert lines[3].startswith(
        "**1 fixed, 2 new, 3 no longer counted (accepted, or broken before)** since the last push"
    )
    assert lines[5] == "Accepted as a whole by the label `fine`: the check does not fail."
    assert "### Root causes" in lines
    assert lines[-1].startswith("<sub>msdiff ")


def test_half_the_size_is_half_the_size() -> None:
    full = comment(many_consumers(2_000))
    half = comment(many_consumers(2_000), size=len(full) // 2)
    assert len(half) - len(half.splitlines()[0]) <= len(full) // 2


def test_the_other_places_have_limits_of_their_own() -> None:
    made = judged(many_consumers(5_000))
    assert len(summary_text(made, arguments("-v")).encode()) <= 900_000
    check = check_text(made, arguments(), accepted=True)
    assert len(check.encode()) < 65_535
    assert check.splitlines()[2].startswith("Accepted as a whole by the label `fine`")


def test_the_job_summary_folds_nothing_that_there_is_room_for() -> None:
    text = summary_text(judged(many_consumers(300)), arguments())
    assert text.count("**do this:**") == 300
    assert "Not shown here" not in text


def test_what_counts_is_told_apart_from_what_is_only_there() -> None:
    """The finding of a node is counted once more for each of its kind, those that count first."""
    one = finding("r", Verdict.BREAKING, "x", node="n")
    acceptance = Acceptance("why", None, None, False, Location("a", 1, 1))
    there = (
        replace(one, rule="q", status=Status.PREEXISTING),
        replace(one, acceptance=acceptance),
        one,
        replace(one, status=Status.PREEXISTING),
        replace(one, status=Status.RESOLVED),
        replace(one, status=Status.WORSENED),
    )
    key = f"r {one.graph} n None None"
    found = standing_of(report(findings=there))
    assert found.counted == (f"{key} 0", f"{key} 1")
    assert found.others == (f"q{key[1:]} 0", f"{key} 2", f"{key} 3")


def test_only_what_the_change_touches_makes_the_next_push_unsure() -> None:
    touched = UndecidedObligation("g", "space", "index", None, "why", Location("a", 1, 1), ("c1",))
    found = standing_of(report(undecided=(touched, touched._replace(check="dtype", causes=()))))
    assert found.undecided == ("g space index None",)
