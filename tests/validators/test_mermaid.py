"""Every picture is read by Mermaid itself."""

import re
from pathlib import Path

import pytest

from msdiff.report import RENDERERS, RenderOptions
from tests.unit.report.reports import PAYLOADS, embedder_swap, hostile, many_consumers
from tests.validators.packages import ROOT, answers, needs_packages

pytestmark = [pytest.mark.node, needs_packages]
_BLOCK = re.compile(r"^```mermaid\n(.*?)^```", re.DOTALL | re.MULTILINE)


def pictures() -> list[str]:
    """Those of hand-made reports, of every scenario and of the pages."""
    made = (embedder_swap(), many_consumers(500), many_consumers(5_000), hostile())
    texts = [RENDERERS["markdown"](one, RenderOptions(max_chars=10_000_000, max_bytes=10_000_000)) for one in made]
    files: list[Path] = [
        *ROOT.glob("tests/golden/__snapshots__/**/*.md"),
        *ROOT.glob("docs/**/*.md"),
        ROOT / "README.md",
    ]
    texts += [file.read_text(encoding="utf-8") for file in files]
    return [found for text in texts for found in _BLOCK.findall(text)]


def test_mermaid_reads_every_picture() -> None:
    found = pictures()
    assert len(found) > 15
    assert answers("mermaid.mjs", found) == [None] * len(found)


def test_mermaid_finds_what_is_wrong() -> None:
    raw = [f"flowchart LR\n  a[{text}] --> end\n" for text in PAYLOADS]
    edges = "flowchart LR\n" + "".join(f"  n{n} --> n{n + 1}\n" for n in range(501))
    assert None not in answers("mermaid.mjs", [*raw, edges])
