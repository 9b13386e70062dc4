"""The public API as a program uses it. Never run: mypy reads it (`tests/test_api.py`), as it would read a user's."""

from pathlib import Path
from typing import assert_type

import msdiff
from msdiff import Report, compare, load_graph
from msdiff.errors import MsdiffError
from msdiff.model.finding import Finding, Verdict
from msdiff.model.graph import Graph, Node

assert_type(msdiff.__version__, str)

report = compare("main", "HEAD")
assert_type(report, Report)
assert_type(report.exit_code, int)
assert_type(report.verdict, Verdict)
assert_type(report.findings, tuple[Finding, ...])
assert_type(msdiff.compare("main..HEAD", repository=Path("checkout")), msdiff.Report)
assert_type(msdiff.compare(Path("old"), Path("new")), Report)

graphs = load_graph(Path("app.yaml"))
assert_type(graphs, tuple[Graph, ...])
assert_type(graphs[0].nodes["llm"], Node)

try:
    load_graph("app.yaml")
except MsdiffError as error:
    assert_type(error.message, str)
    assert_type(error.exit_code, int)

compare()  # type: ignore[call-arg]
load_graph(3)  # type: ignore[arg-type]
_ = msdiff.nothing  # type: ignore[attr-defined]
