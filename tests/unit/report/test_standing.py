"""What fails the run, and where a finding is shown."""

from pathlib import Path

import pytest
from reports import APP, at, changed, finding, report

from msdiff.model.finding import Acceptance, Finding, Level, Verdict
from msdiff.model.obligation import Status
from msdiff.model.report import Report
from msdiff.report.anchors import Anchors
from msdiff.report.standing import fails_run, fails_unverified, is_live, worst_first
from tests.records import replace
from tests.snapshots import compared

EXAMPLES = sorted(path for path in (Path(__file__).parents[3] / "examples").iterdir() if path.is_dir())
YES = Acceptance("known", None, None, False, at(1))
NO_MORE = Acceptance("known", None, "2020-01-01", True, at(1))


def files(folder: Path) -> dict[str, str | bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("fail_on", ["breaking", "risky", "never"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_something_fails_if_and_only_if_the_run_exits_with_1(example: Path, fail_on: str, strict: bool) -> None:
    for base, head in (("base", "head"), ("head", "base")):
        made = compared(files(example / base), files(example / head), fail_on=fail_on, strict=strict)
        fails = [
            *(fails_run(one, made) for one in made.findings),
            *(fails_unverified(one, made) for one in made.changes),
        ]
        assert any(fails) == (made.exit_code == 1)


def a(
    status: Status = Status.INTRODUCED,
    level: Level = Level.ERROR,
    acceptance: Acceptance | None = None,
    name: str = "a",
) -> Finding:
    return replace(finding("r", Verdict.BREAKING, "No.", node=name, status=status, acceptance=acceptance), level=level)


@pytest.mark.parametrize(
    ("found", "fail_on", "strict", "fails"),
    [
        (a(), "breaking", False, True),
        (a(Status.WORSENED), "breaking", False, True),
        (a(), "never", True, False),
        (a(level=Level.WARNING), "breaking", False, False),
        (a(level=Level.WARNING), "risky", False, True),
        (a(level=Level.NOTE), "risky", True, False),
        (a(acceptance=YES), "breaking", True, False),
        (a(acceptance=NO_MORE), "breaking", False, True),
        (a(Status.REVEALED), "breaking", False, False),
        (a(Status.REVEALED), "breaking", True, True),
        (a(Status.PREEXISTING), "risky", True, False),
        (a(Status.RESOLVED), "risky", True, False),
    ],
)
def test_what_fails(found: Finding, fail_on: str, strict: bool, fails: bool) -> None:
    made = replace(report(findings=(found,)), fail_on=fail_on, strict=strict)
    assert fails_run(found, made) is fails


def test_what_is_live_is_not_what_fails() -> None:
    assert is_live(a(level=Level.NOTE), report())
    assert not is_live(a(Status.PREEXISTING), report())


@pytest.mark.parametrize(
    ("strict", "fail_on", "fails"), [(True, "breaking", True), (False, "risky", False), (True, "never", False)]
)
def test_an_unverified_change_fails_under_strict(strict: bool, fail_on: str, fails: bool) -> None:
    item = changed("c1", "node:a", "x", 1, 2, 3, Verdict.UNVERIFIED)
    assert fails_unverified(item, replace(report(), strict=strict, fail_on=fail_on)) is fails
    assert not fails_unverified(changed("c1", "node:a", "x", 1, 2, 3), replace(report(), strict=True))


def test_worst_first_keeps_the_order_of_equals() -> None:
    names = ("old", "note", "warning", "one", "two")
    found = (
        a(Status.PREEXISTING, name="old"),
        a(level=Level.NOTE, name="note"),
        a(level=Level.WARNING, name="warning"),
        a(name="one"),
        a(name="two"),
    )
    assert [one.node for one in found] == list(names)
    assert [one.node for one in worst_first(found, report())] == ["one", "two", "warning", "note", "old"]


def made_of(found: Finding, *lines: int) -> Report:
    changes = tuple(changed(f"c{number}", f"node:n{number}", "x", 1, 2, number) for number in lines)
    return report(changes=changes, findings=(replace(found, causes=tuple(f"c{number}" for number in lines)),))


def anchored(made: Report) -> tuple[int, str | None]:
    found = Anchors(made).of(made.findings[0])
    assert found is not None
    return found.location.line, found.cause.id if found.cause else None


def test_it_is_shown_on_the_first_changed_line() -> None:
    assert anchored(made_of(replace(a(), location=at(50)), 7, 3)) == (7, "c7")


def test_a_cause_on_the_path_goes_before_one_that_is_not() -> None:
    assert anchored(made_of(replace(a(), location=at(50), path=("n3", "a")), 7, 3)) == (3, "c3")


@pytest.mark.parametrize("status", [Status.PREEXISTING, Status.RESOLVED])
def test_what_this_change_did_not_break_is_shown_where_it_is(status: Status) -> None:
    assert anchored(made_of(replace(a(status), location=at(50)), 7)) == (50, None)


def test_a_line_that_is_gone_is_the_last_resort() -> None:
    made = made_of(replace(a(), location=at(7), path=("n7", "b", "a")), 7)
    (item,) = made.changes
    gone = replace(made, changes=(replace(item, change=replace(item.change, head=None)),))
    assert anchored(gone) == (7, None)
    assert anchored(replace(gone, places={APP: {"b": at(20)}})) == (20, None)
    assert anchored(replace(gone, places={APP: {"b": at(20), "a": at(30)}})) == (30, None)


def test_a_node_that_is_gone_is_shown_at_whom_it_was_wired_to() -> None:
    made = made_of(replace(a(), location=at(7)), 7)
    (item,) = made.changes
    gone = replace(
        made,
        changes=(replace(item, change=replace(item.change, head=None)),),
        edges={APP: (("before", "a"), ("a", "after"))},
    )
    assert anchored(replace(gone, places={APP: {"before": at(20)}})) == (20, None)
    assert anchored(replace(gone, places={APP: {"before": at(20), "after": at(30)}})) == (30, None)


def test_without_any_place_there_is_none() -> None:
    found = replace(a(), location=None, base_location=None)
    assert Anchors(report(findings=(found,))).of(found) is None
