"""What `msdiff --help` and `msdiff COMMAND --help` print, as fenced blocks."""

from msdiff.commands import COMMANDS, command
from msdiff.commands.options import Parser


def help_text() -> str:
    """The help of a comparison, with the list of commands."""
    return _text(command("compare").parser())


def command_texts() -> str:
    """The help of every command, each under a heading of its own."""
    return "\n".join(f"### msdiff {name}\n\n{_text(command(name).parser())}" for name in COMMANDS)


def _text(found: Parser) -> str:
    return f"```text\n{found.format_help().rstrip()}\n```\n"
