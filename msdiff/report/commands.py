"""Which commands a reader of the report runs next."""

from __future__ import annotations

from msdiff.model.finding import Finding, Level
from msdiff.model.report import Report
from msdiff.report.escape import shell_word
from msdiff.report.grouping import Grouping
from msdiff.report.options import RenderOptions


def open_findings(report: Report, groups: Grouping) -> tuple[Finding, ...]:
    """Findings to fix or accept, gravest first; a note asks for nothing, a revealed one only under --strict."""
    consumers = [consumer for root in groups.roots for consumer in root.consumers] + list(groups.uncaused)
    found = [finding for consumer in consumers for finding in consumer.findings]
    found += groups.revealed if report.strict else ()
    asked = (finding for finding in found if finding.level in (Level.ERROR, Level.WARNING))
    return tuple(sorted(asked, key=lambda finding: finding.verdict, reverse=True))


def accept_command(finding: Finding, options: RenderOptions) -> str:
    """The exact command, with the reason to be filled in."""
    return f'{options.accept_command} {shell_word(finding.fingerprint)} --reason "..." {options.range}'.rstrip()


def explain_command(name: str, options: RenderOptions) -> str:
    """The exact command that explains why a node is affected."""
    return f"msdiff explain {shell_word(name)} {options.range}".rstrip()
