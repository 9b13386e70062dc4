"""Acceptances: what is read, what is refused, and what is written without disturbing the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msdiff.errors import ManyErrors, MsdiffError, SettingsError
from msdiff.model.finding import Acceptance
from msdiff.model.location import Location
from msdiff.ruleset.accepted import Accepted, is_date, read_accepted, with_accepted
from msdiff.settings import ACCEPTED_FILE

FULL = """\
# why we live with these
accepted:
  # the old index goes in May
  - fingerprint: "0123456789abcdef"   # from the report
    rule: embedding-dimension-mismatch
    node: vector_db
    delta: 768 -> 1024
    reason: rebuilt tonight
    by: "@anna"
    until: 2025-05-31
  - {fingerprint: fedc, rule: policy-violated, reason: 'known, and "fine"'}
"""
FIRST = Accepted(
    "0123456789abcdef",
    "embedding-dimension-mismatch",
    "rebuilt tonight",
    "vector_db",
    "768 -> 1024",
    "@anna",
    "2025-05-31",
    Location(ACCEPTED_FILE, 4, 5, "accepted"),
)
NEW = Accepted("00ff", "endpoint-changed", "the gateway maps it", "llm", "a -> b", "@ben", "2026-01-31")


def wrong(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(MsdiffError) as raised:
        read_accepted(text.encode())
    errors = raised.value.errors if isinstance(raised.value, ManyErrors) else (raised.value,)
    assert all(type(error) is SettingsError and error.location.file == ACCEPTED_FILE for error in errors)
    return [(f"{error.location.line}:{error.location.column}", error.message, error.hint) for error in errors]


def test_reading():
    second = Accepted(
        "fedc", "policy-violated", 'known, and "fine"', location=Location(ACCEPTED_FILE, 11, 5, "accepted")
    )
    assert read_accepted(FULL.encode()) == (FIRST, second)


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "accepted: []", "accepted: []\n# x\n"])
def test_nothing_is_accepted(text):
    assert read_accepted(text.encode()) == ()


def test_what_is_refused():
    text = """\
accepted:
  - {fingerprint: 123, rule: a, reason: x}
  - {fingerprint: b, rule: a}
  - {fingerprint: c, rule: a, reason: ""}
  - {fingerprint: d, rule: a, reason: x, untill: 2025-01-01}
"""
    assert wrong(text) == [
        ("2:19", "`accepted[0].fingerprint` must be text, not the number 123", 'put it in quotes: "123"'),
        ("3:5", "`reason` is missing in `accepted[1]`", "add `reason`"),
        ("4:39", "`accepted[2].reason` must not be empty", ""),
        ("5:42", "unknown key `untill` in `accepted[3]`", "did you mean `until`?"),
    ]
    assert wrong("accepted:\n  - {fingerprint: a, rule: r, reason: x, until: 2025-02-29}\n") == [
        ("2:5", "`until` is `2025-02-29`, which is no day of the calendar", "write it as YYYY-MM-DD")
    ]
    assert wrong("accepted:\n- {fingerprint: a, rule: r, reason: x}\n- {fingerprint: a, rule: s, reason: ' '}\n") == [
        ("3:3", "`a` is accepted twice, first on line 2", "remove one of the two"),
        ("3:3", "an acceptance needs a reason", "say why the team can live with it"),
    ]
    assert wrong("accepted: {a: b}")[0][:2] == ("1:11", "`accepted` must be a list or empty, not a map")
    assert wrong("accepted: [}")[0][0] == "1:12"
    assert wrong("accepted: []\n---\naccepted: []\n")[0][1] == "acceptances are one document"


def test_it_fits_exactly_one_finding():
    assert FIRST.fits(fingerprint=FIRST.fingerprint, rule=FIRST.rule, node="vector_db")
    assert not FIRST.fits(fingerprint="0123456789abcdee", rule=FIRST.rule, node="vector_db")
    assert not FIRST.fits(fingerprint=FIRST.fingerprint, rule="other", node="vector_db")
    assert not FIRST.fits(fingerprint=FIRST.fingerprint, rule=FIRST.rule, node=None)


@pytest.mark.parametrize(
    ("until", "as_of", "expired"),
    [
        (None, "9999-12-31", False),
        ("2025-05-31", "2025-05-31", False),
        ("2025-05-31", "2025-05-31T23:59:59Z", False),
        ("2025-05-31", "2025-06-01", True),
        ("2025-05-31", "2024-12-31", False),
    ],
)
def test_it_counts_to_the_end_of_its_last_day(until, as_of, expired):
    entry = FIRST._replace(until=until)
    assert entry.expired(as_of) is expired
    assert entry.acceptance(as_of) == Acceptance("rebuilt tonight", "@anna", until, expired, FIRST.location)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2025-12-31", True),
        ("2024-02-29", True),
        ("2000-02-29", True),
        ("1900-02-29", False),
        ("2025-04-31", False),
        ("2025-13-01", False),
        ("2025-00-10", False),
        ("2025-01-00", False),
        ("2025-1-1", False),
        ("tomorrow", False),
        ("2025-01-01T00:00", False),
    ],
)
def test_dates(text, right):
    assert is_date(text) is right


def written(before: str | None, entry: Accepted = NEW) -> str:
    text = with_accepted((before or "").encode(), entry).decode()
    assert entry in [known._replace(location=entry.location) for known in read_accepted(text.encode())]
    return text


ADDED = """\
  - fingerprint: 00ff
    rule: endpoint-changed
    node: llm
    delta: a -> b
    reason: the gateway maps it
    by: '@ben'
    until: '2026-01-31'
"""


def test_a_new_file_says_what_it_is():
    text = written(None)
    assert text.startswith("# Findings that we decided to live with.")
    assert text.endswith("\naccepted:\n" + ADDED)


def test_comments_order_and_layout_stay():
    assert written(FULL) == FULL + ADDED


def test_a_list_that_is_not_indented_stays_so():
    before = "accepted:\n- fingerprint: a\n  rule: r\n  reason: x  # so\n"
    assert written(before) == before + "".join(line[2:] + "\n" for line in ADDED.splitlines())


@pytest.mark.parametrize("before", ["", "# only a comment\n", "accepted: []\n", "accepted:\n"])
def test_a_file_without_entries_gets_one(before):
    text = written(before)
    assert text.startswith(before.partition("accepted")[0])
    assert len(read_accepted(text.encode())) == 1


def test_an_entry_of_the_same_fingerprint_is_replaced():
    entry = Accepted(FIRST.fingerprint, FIRST.rule, "still not rebuilt", "vector_db")
    text = written(FULL, entry)
    assert "# the old index goes in May" in text
    assert "768" not in text
    assert "until" not in text
    assert len(read_accepted(text.encode())) == 2


@pytest.mark.parametrize(
    ("before", "entry"),
    [
        (FULL, NEW._replace(reason="  ")),
        (FULL, NEW._replace(until="2025-02-30")),
        ("accepted: [", NEW),
        ("accepted: [{fingerprint: a}]\n", NEW),
    ],
)
def test_what_is_wrong_is_not_written(before, entry):
    with pytest.raises((SettingsError, ManyErrors)):
        with_accepted(before.encode(), entry)


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(str.strip)


@given(reason=TEXT, by=TEXT, fingerprint=st.text("0123456789abcdefe", min_size=1, max_size=16))
def test_whatever_is_accepted_reads_back(reason, by, fingerprint):
    written(FULL, NEW._replace(reason=reason, by=by, fingerprint=fingerprint))
