"""What a run of a renderer loads, and that it is the same bytes whatever the hash seed."""

import subprocess
import sys
from pathlib import Path

import pytest

from msdiff.report import RENDERERS

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
HEAVY = (
    "pydantic",
    "networkx",
    "deepdiff",
    "git",
    "github",
    "rich",
    "jsonschema",
    "ruamel",
    "yaml",
    "logging",
    "asyncio",
)
ALWAYS = "import sys; sys.path[:0] = [{root!r}, {here!r}]\n"
LOADED = """
import reports
from msdiff.report import RENDERERS, RenderOptions
RENDERERS[{format!r}](reports.embedder_swap(), RenderOptions())
print([name for name in {heavy!r} if name in sys.modules])
"""
PRINTED = """
import hashlib, reports, drawn_graphs
from msdiff.report import RENDERERS, RenderOptions
from msdiff.report.dot import dot
from msdiff.report.graph_json import graph_json
from msdiff.report.mermaid import mermaid
from msdiff.report.svg import svg
texts = [render(made(), options) for render in RENDERERS.values()
         for made in (reports.embedder_swap, reports.many_consumers, reports.hostile)
         for options in (RenderOptions(), RenderOptions(width=80, colour=True, verbose=1))]
texts += [draw(drawn_graphs.support_assistant()) for draw in (dot, graph_json, mermaid, svg)]
print(hashlib.sha256("\\0".join(texts).encode()).hexdigest())
"""


def run(code: str, seed: str = "0") -> str:
    code = ALWAYS.format(root=str(ROOT), here=str(HERE)) + code
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
    )
    return done.stdout.strip()


@pytest.mark.parametrize("format", sorted(RENDERERS))
def test_text_for_a_pipe_loads_nothing_heavy(format: str) -> None:
    assert run(LOADED.format(format=format, heavy=HEAVY)) == "[]"


def test_every_text_is_the_same_under_every_hash_seed() -> None:
    assert len({run(PRINTED, seed) for seed in ("0", "1", "4711")}) == 1
