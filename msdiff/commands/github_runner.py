"""What a step of GitHub Actions tells its runner: log, annotations, job summary, outputs.

In go texts of ours and of the repository, out come lines on standard output and in the runner's files. Promise: nothing
that comes from the repository is taken for a workflow command or for an output of another name, and a runner's file
that cannot be written costs no verdict.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from msdiff.commands.output import print_text
from msdiff.report.escape import annotation_property, annotation_text, log_line, visible

SUMMARY_BYTES = 1_000_000  # GitHub drops a summary of more than 1 MiB, and keeps the job green


class Runner:
    """The runner of this step; `variables` are those that it sets."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._summary = variables.get("GITHUB_STEP_SUMMARY", "")
        self._outputs = variables.get("GITHUB_OUTPUT", "")
        self._written = 0

    def log(self, text: str) -> None:
        """Text of any origin: while it is printed, the runner obeys nothing."""
        word = os.urandom(16).hex()
        lines = "\n".join(log_line(line) for line in text.rstrip("\n").split("\n"))
        print_text(f"::stop-commands::{word}\n{lines}\n::{word}::\n", utf8=True)

    def say(self, sentence: str) -> None:
        """One line about what msdiff itself did."""
        print_text(log_line(visible(f"msdiff: {sentence}")) + "\n", utf8=True)

    def annotate(self, commands: str) -> None:
        """Workflow commands that the renderer made."""
        print_text(commands, utf8=True)

    def annotate_error(self, message: str, place: tuple[str, int] | None) -> None:
        """One error, on its line where it has one."""
        where = {"file": place[0], "line": str(place[1])} if place else {}
        said = {**where, "title": "msdiff could not compare"}
        properties = ",".join(f"{name}={annotation_property(value)}" for name, value in said.items())
        print_text(f"::error {properties}::{annotation_text(message.splitlines())}\n", utf8=True)

    def summarize(self, markdown: str) -> None:
        """Add to the job summary, as long as there is room in it."""
        data = f"{markdown.rstrip()}\n\n".encode("utf-8", "backslashreplace")
        if not self._summary or self._written + len(data) > SUMMARY_BYTES:
            return
        self._written += len(data)
        self._append(self._summary, data, "the job summary")

    def output(self, values: Mapping[str, object]) -> None:
        """Outputs of the step; the runner reads each up to a word that nobody can foresee."""
        if self._outputs:
            text = "".join(_output(name, str(value)) for name, value in values.items())
            self._append(self._outputs, text.encode("utf-8", "backslashreplace"), "outputs of the step")

    def _append(self, path: str, data: bytes, what: str) -> None:
        try:
            with open(path, "ab") as file:
                file.write(data)
        except (OSError, ValueError) as error:
            self.say(f"{what} could not be written: {error}")


def _output(name: str, value: str) -> str:
    end = f"msdiff_{os.urandom(16).hex()}"
    return f"{name}<<{end}\n{value}\n{end}\n"
