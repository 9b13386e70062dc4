"""The fuzzers' corpus, each time; a minute of coverage-guided fuzzing in the long suite.

The corpus holds what once broke a promise and a few inputs that reach far. Where atheris is not installed (it has no wheels for
every Python), the targets are fed by hypothesis.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, pairs, reader

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FILES = [
    pytest.param(TARGETS[path.parent.name], path, id=f"{path.parent.name}: {path.name}")
    for path in HERE.glob("corpus/*/*")
]
SOME = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.parametrize(("target", "path"), FILES)
def test_the_corpus_breaks_no_promise(target: Callable[[bytes], None], path: Path) -> None:
    target(path.read_bytes())


@SOME
@given(st.binary(max_size=2000))
def test_any_choices_make_graphs_that_are_compared(data: bytes) -> None:
    pairs(data)


@SOME
@given(st.text(alphabet=st.sampled_from("{}[]:,-?&*!|>'\"%@`#\n \t\ufeffabc019.~<"), max_size=300))
def test_any_signs_are_read_or_refused(text: str) -> None:
    reader(f"apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {{name: a}}\nspec: {text}".encode())


@pytest.mark.slow
@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed: pip install atheris")
@pytest.mark.parametrize("target", TARGETS)
def test_a_minute_of_fuzzing_finds_nothing(target: str, tmp_path: Path) -> None:
    words = ["-max_total_time=60", "-max_len=4000", "-timeout=30", "-verbosity=0"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.run", target, *words, os.fspath(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((os.fspath(ROOT), *sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
