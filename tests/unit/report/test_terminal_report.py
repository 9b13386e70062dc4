"""The terminal report: one content, plain in a pipe, painted and wrapped on a terminal."""

import re
from itertools import pairwise

import pytest
from golden import Golden
from reports import APP, EDGES, changed, embedder_swap, finding, hostile, many_consumers, report
from rich.cells import cell_len
from rich.text import Text
from syrupy.assertion import SnapshotAssertion

from msdiff.model.finding import Level, Verdict
from msdiff.model.obligation import Status
from msdiff.model.report import Coverage, Report
from msdiff.report import RENDERERS, RenderOptions
from msdiff.report.lines import Line, Span, Table, plain
from tests.records import replace

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def terminal(made: Report, **options: object) -> str:
    return RENDERERS["terminal"](made, RenderOptions(**options))  # type: ignore[arg-type]


def test_the_realistic_report(snapshot: SnapshotAssertion) -> None:
    assert terminal(embedder_swap()) == snapshot.use_extension(Golden)


def test_the_realistic_report_in_a_narrow_window(snapshot: SnapshotAssertion) -> None:
    assert terminal(embedder_swap(), width=60) == snapshot.use_extension(Golden)


def test_the_realistic_report_in_a_wide_window_with_colours(snapshot: SnapshotAssertion) -> None:
    assert terminal(embedder_swap(), width=160, colour=True).replace("\x1b", "␛") == snapshot.use_extension(Golden)


def test_five_hundred_consumers(snapshot: SnapshotAssertion) -> None:
    assert terminal(many_consumers(500)) == snapshot.use_extension(Golden)


def test_quiet(snapshot: SnapshotAssertion) -> None:
    assert terminal(embedder_swap(), quiet=True) == snapshot.use_extension(Golden)


def test_checking_one_version(snapshot: SnapshotAssertion) -> None:
    findings = tuple(replace(one, causes=(), acceptance=None) for one in embedder_swap().findings[:3])
    made = report(mode="check", verdict=Verdict.BREAKING, findings=findings, coverage=Coverage(31, 29))
    assert terminal(made) == snapshot.use_extension(Golden)


def test_no_change() -> None:
    assert terminal(report()) == (
        "UNCHANGED: no change in any graph, obligations 31 of 31 decided\n"
        "main (1c644c9a2b) → merge of HEAD into main (77aa01be4c); exit code 0 (--fail-on breaking)\n"
    )


def test_only_safe_changes() -> None:
    made = report(verdict=Verdict.SAFE, changes=(changed("c1", "node:llm", "latency.p95Ms", 400, 380, 40),))
    assert terminal(made) == (
        "SAFE: 1 change (1 safe), 0 consumers affected, obligations 31 of 31 decided\n"
        "main (1c644c9a2b) → merge of HEAD into main (77aa01be4c); exit code 0 (--fail-on breaking)\n"
        "\n"
        "Safe: decided, and nothing breaks (1)\n"
        "  - llm latency.p95Ms  400 → 380  app.yaml:40\n"
    )


def words(text: str) -> list[str]:
    return ANSI.sub("", text).split()


@pytest.mark.parametrize("width", [60, 80, 100, 160])
@pytest.mark.parametrize("colour", [True, False])
def test_every_width_says_the_same_and_fits(width: int, colour: bool) -> None:
    made = replace(embedder_swap(), slos=())  # a table that does not fit is stacked, with its titles repeated
    wrapped = terminal(made, width=width, colour=colour)
    assert words(wrapped) == words(terminal(made))
    assert max(cell_len(line) for line in ANSI.sub("", wrapped).splitlines()) <= width
    assert not re.search(r"[ \t]+$", ANSI.sub("", wrapped), re.M)


@pytest.mark.parametrize("width", [1, 20, 40])
def test_a_tiny_window_loses_nothing(width: int) -> None:
    made = replace(embedder_swap(), slos=())
    assert "".join(words(terminal(made, width=width))) == "".join(words(terminal(made)))


def test_wide_letters_count_twice() -> None:
    made = report(notes=("変更は下流の検索を壊します" * 8,))
    assert max(cell_len(line) for line in terminal(made, width=60).splitlines()) <= 60


def test_no_colour_is_no_escape_at_all() -> None:
    assert "\x1b" not in terminal(embedder_swap(), width=100, colour=False)
    painted = terminal(embedder_swap(), colour=True)
    assert "\x1b[1;31mBREAKING\x1b[0m" in painted
    assert ANSI.sub("", painted) == terminal(embedder_swap())


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = terminal(embedder_swap(), width=100, colour=True)
    for name, value in {"NO_COLOR": "1", "COLUMNS": "30", "TERM": "dumb", "FORCE_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    assert terminal(embedder_swap(), width=100, colour=True) == before


def test_ascii_where_the_output_cannot_encode_more() -> None:
    text = terminal(embedder_swap(), unicode=False)
    assert text.isascii()
    assert "768 -> 1024" in text
    assert terminal(embedder_swap(), unicode=False, width=100).isascii()


def test_verbose_folds_nothing() -> None:
    text = terminal(many_consumers(500), verbose=1)
    assert all(f"service_{number:04}" in text for number in range(500))
    assert "(-v shows all)" not in text


def test_hostile_text_is_shown_and_does_nothing() -> None:
    for options in ({}, {"width": 80}, {"verbose": 1}):
        text = terminal(hostile(), **options)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", text)
    plain_lines = terminal(hostile()).splitlines()
    assert not any(line.lstrip().startswith("::") or "##[" in line or "##vso[" in line for line in plain_lines)
    coloured = terminal(hostile(), width=80, colour=True)
    assert not re.search("[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", coloured)
    assert set(re.findall(r"\x1b(?!\[[0-9;]*m).", coloured)) == set()


def test_a_repeated_fix_is_told_once() -> None:
    change = changed("c1", "node:a", "x", 1, 2, 1, Verdict.BREAKING)
    findings = tuple(
        finding("r", Verdict.BREAKING, f"`{node}` breaks.", node=node, causes=("c1",), fix="Undo it.", fingerprint=node)
        for node in ("b", "c")
    )
    lines = [line.strip() for line in terminal(report(changes=(change,), findings=findings)).splitlines()]
    assert [line for line in lines if line.startswith("do this:")] == ["do this: Undo it.", "do this: as for b"]


def test_several_graphs_name_the_graph() -> None:
    made = replace(embedder_swap(), graph_labels=(APP, "other"))
    assert f"- {APP}/vector_db  breaking" in terminal(made)


def test_what_a_team_turned_down_asks_for_nothing() -> None:
    change = changed("c1", "node:a", "x", 1, 2, 1, Verdict.RISKY)
    noted = replace(finding("r", Verdict.RISKY, "m", node="b", causes=("c1",)), level=Level.NOTE)
    text = terminal(report(changes=(change,), findings=(noted,)))
    assert "[r f-r-b, introduced, level note]" in text
    assert "msdiff accept" not in text


def test_revealed_findings_can_be_accepted_under_strict() -> None:
    revealed = finding("r", Verdict.RISKY, "m", node="b", status=Status.REVEALED, fingerprint="ab12")
    made = report(findings=(revealed,))
    assert "msdiff accept" not in terminal(made)
    assert '      msdiff accept ab12 --reason "..."  # r on b\n' in terminal(replace(made, strict=True))


def test_the_accept_command_is_the_readers_own() -> None:
    assert "uvx modelspec-diff accept 4f1c9a02d7" in terminal(
        embedder_swap(), accept_command="uvx modelspec-diff accept"
    )


def test_more_root_causes_than_anyone_reads() -> None:
    changes = tuple(changed(f"c{n}", f"node:n{n}", "x", 1, 2, n + 1, Verdict.RISKY) for n in range(40))
    text = terminal(report(changes=changes))
    assert "\nand 15 more root causes: 15 risky (-v shows all)\n" in text
    assert "40. RISKY  n39" in terminal(report(changes=changes), verbose=1)


def test_a_table_is_in_columns_where_it_fits() -> None:
    table = Table(2, ("name", "verdict"), ((Span("answer"), Span("fits")), (Span("a"), Span("over budget"))))
    assert plain([table], unicode=True) == "  name    verdict\n  answer  fits\n  a       over budget\n"


def test_plain_lines_have_no_trailing_space_and_keep_their_indent() -> None:
    assert plain([Line(4, (Span("a "), Span(" "))), Line(0, ())], unicode=True) == "    a\n\n"


def test_the_sample_has_real_edges() -> None:
    made = embedder_swap()
    for path in [one.path for one in made.findings] + [one.path for one in made.affected]:
        for pair in pairwise(path):
            assert pair in EDGES or pair == ("vector_db", "answer_filter")


def test_painted_text_is_plain_for_rich() -> None:
    assert Text.from_ansi(terminal(embedder_swap(), colour=True)).plain.strip() == terminal(embedder_swap()).strip()
