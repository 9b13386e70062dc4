"""Words of the command line -> arguments."""

import tomllib
from pathlib import Path

import pytest

import msdiff
from msdiff.commands import COMMANDS, command
from msdiff.commands.compare import parser
from msdiff.commands.options import Arguments
from msdiff.errors import UsageError


def parsed(*words: str) -> Arguments:
    return parser().parsed(words)


def test_the_version_is_the_packages() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert msdiff.__version__ == project["version"]


@pytest.mark.parametrize(
    ("words", "range", "paths", "separated"),
    [
        ((), (), (), False),
        (("main..HEAD",), ("main..HEAD",), (), False),
        (("main", "-f", "json", "HEAD"), ("main", "HEAD"), (), False),
        (("main", "--"), ("main",), (), True),
        (("--", "-f"), (), ("-f",), True),
        (("main", "--", "a", "--", "b"), ("main",), ("a", "--", "b"), True),
    ],
)
def test_ranges_and_paths(
    words: tuple[str, ...], range: tuple[str, ...], paths: tuple[str, ...], separated: bool
) -> None:
    arguments = parsed(*words)
    assert (tuple(arguments.words), arguments.paths, arguments.separated) == (range, paths, separated)


def test_what_is_not_said_has_a_default() -> None:
    arguments = parsed()
    assert (arguments.format, arguments.outputs, arguments.only, arguments.ignore) == (None, [], [], [])
    assert (arguments.fail_on, arguments.strict, arguments.color, arguments.verbose) == (None, None, None, 0)
    assert parsed().outputs is not arguments.outputs


def test_what_is_said() -> None:
    arguments = parsed(
        "-o", "json=a=b", "-o", "markdown=-", "--only", "a-*", "--only", "b", "-vv", "--no-color", "--strict",
        "--max-file-size", "1.5MiB", "--fail-on=never",
    )  # fmt: skip
    assert arguments.outputs == [("json", "a=b"), ("markdown", "-")]
    assert arguments.only == ["a-*", "b"]
    assert (arguments.verbose, arguments.color, arguments.strict) == (2, False, True)
    assert (arguments.max_file_size, arguments.fail_on) == (1_572_864, "never")


@pytest.mark.parametrize("size", ["huge", "5 ms", "-1", ""])
def test_a_size_that_is_none(size: str) -> None:
    with pytest.raises(UsageError):
        parsed("--max-file-size", size)


def test_options_are_not_abbreviated() -> None:
    with pytest.raises(UsageError, match="there is no option `--form`"):
        parsed("--form", "json")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_what_every_command_has(name: str) -> None:
    names = command(name).parser().option_names()
    assert {"--help", "-h", "--version", "--debug"} <= set(names)
