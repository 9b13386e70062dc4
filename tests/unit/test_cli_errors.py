"""What the command line prints about errors, and what it keeps to itself."""

from pathlib import Path

import pytest

from msdiff.commands.failures import SHOWN, crash_text, error_text
from msdiff.errors import GitError, InputError, ManyErrors, OutputError, UsageError
from msdiff.model.location import Location


def test_one_error() -> None:
    error = InputError("unknown key `rol`", hint="did you mean `role`?", location=Location("app.yaml", 3, 7))
    assert error_text(error) == "error: unknown key `rol`\n  --> app.yaml:3:7\n  hint: did you mean `role`?\n"


def test_an_error_without_a_place_or_a_hint() -> None:
    assert error_text(GitError("git was not found")) == "error: git was not found\n"


def test_several_errors_are_counted_and_each_is_said_once() -> None:
    one, other = UsageError("one"), UsageError("other")
    assert error_text(ManyErrors((one, ManyErrors((other, one))))) == "error: one\nerror: other\n2 errors\n"


def test_very_many_errors() -> None:
    text = error_text(ManyErrors(tuple(UsageError(f"number {n}") for n in range(1200))))
    assert len(text.splitlines()) == SHOWN + 1
    assert text.endswith(f"1,200 errors (the first {SHOWN} are shown)\n")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("first\n::error::second", "first\n         \\x3a:error::second"),
        ("##[command]rm", "#\\x23[command]rm"),
        ("\u202egnp", "\\u202egnp"),
    ],
)
def test_nothing_in_a_message_acts(message: str, shown: str) -> None:
    assert error_text(UsageError(message)) == f"error: {shown}\n"


def test_colour() -> None:
    assert error_text(OutputError("full"), colour=True) == "\x1b[1;31merror:\x1b[0m full\n"


def test_a_crash_holds_types_and_frames_and_nothing_else(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    try:
        try:
            raise ValueError("password=hunter2")
        except ValueError as error:
            raise KeyError("token") from error
    except KeyError as error:
        text = crash_text(error, ("explain", "secret-node", "-f", "json", "--config=/home/ada/x.yaml"), debug=False)
    file = text.split("It is described in ")[1].split("\n")[0]
    with open(file) as stream:
        lines = stream.read().splitlines()
    assert lines[0].startswith("msdiff ")
    assert lines[1] == "command: msdiff explain ... -f ... --config=..."
    assert [line for line in lines[2:] if not line.startswith("  ")] == ["builtins.KeyError", "builtins.ValueError"]
    assert lines[3].startswith("  unit/test_cli_errors.py:")
    assert not any(word in "\n".join(lines) for word in ("hunter2", "token", "ada", "secret"))


@pytest.mark.parametrize("parts", [(".git",), ("HEAD", "objects")])
def test_a_crash_in_a_folder_that_is_a_repository_writes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: tuple[str, ...]
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    for part in parts:
        (tmp_path / part).mkdir()
    text = crash_text(RuntimeError(), (), debug=False)
    assert "It is described here:\n\nmsdiff " in text
    assert list(folder.iterdir()) == []


def test_nothing_in_a_traceback_acts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    try:
        raise ValueError("a\x1b[2J\n::error::b")
    except ValueError as error:
        lines = crash_text(error, (), debug=True).splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    start = lines.index("ValueError: a\\x1b[2J")
    assert lines[start : start + 2] == ["ValueError: a\\x1b[2J", "\\x3a:error::b"]
    assert lines[start + 2].startswith("error: msdiff failed (ValueError). This is a bug of msdiff")
