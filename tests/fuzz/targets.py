"""What is fuzzed: one function per target, from bytes to nothing. It raises where a promise is broken.

`reader`: the bytes are a file of a version. `pairs`: the bytes are the choices by which two graphs are made
(`tests.hostile.mutations`), so that a fuzzer that looks at coverage can steer them.
"""

from random import Random

from msdiff.errors import MsdiffError
from msdiff.model.report import Report
from msdiff.report import RENDERERS, RenderOptions
from tests.hostile.mutations import Spec, pair, shuffled
from tests.snapshots import checked, compared, compared_specs, document

BEFORE = "apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {name: app}\nspec: {nodes: {a: {}}}\n"


class Chosen(Random):
    """A `Random` whose choices are bytes; when they are used up every choice is the first."""

    def __new__(cls, data: bytes) -> "Chosen":
        return super().__new__(cls)

    def __init__(self, data: bytes) -> None:
        super().__init__(0)
        self._data, self._next = data, 0

    def getrandbits(self, count: int, /) -> int:
        size = (count + 7) // 8
        taken = self._data[self._next : self._next + size]
        self._next += size
        return int.from_bytes(taken.ljust(size, b"\0"), "big") >> (8 * size - count)

    def random(self) -> float:
        return self.getrandbits(16) / 65536


def reader(data: bytes) -> None:
    """A file may be refused, with a message and a place; what is read is unchanged against itself."""
    files = {"app.yaml": data}
    try:
        checked(files, allow_empty=True)
        report = compared(files, files, allow_empty=True)
    except MsdiffError as error:
        return _refused(error)
    assert not report.changes
    assert report.verdict.value == "unchanged", report.verdict
    compared({"app.yaml": BEFORE}, files, allow_empty=True)
    compared(files, {"app.yaml": BEFORE}, allow_empty=True)


def _refused(error: MsdiffError) -> None:
    assert error.message


def pairs(data: bytes) -> None:
    """Whatever two graphs are: an answer in every format, the same for the same graphs written in another order."""
    random = Chosen(data)
    base, head = pair(random)
    try:
        report = compared_specs(base, head)
    except MsdiffError as error:
        return _refused(error)
    for name in ("json", "terminal", "markdown", "sarif"):
        assert RENDERERS[name](report, RenderOptions())
    assert report.exit_code in (0, 1)
    again = compared_specs(shuffled(Random(1), base), shuffled(Random(2), head))
    assert what_it_says(report) == what_it_says(again)
    _same_thing(head)


def _same_thing(spec: Spec) -> None:
    report = compared({"app.yaml": document(spec)}, {"app.yaml": document(shuffled(Random(3), spec))})
    assert not report.changes
    assert report.verdict.value == "unchanged"


def what_it_says(report: Report) -> tuple[object, ...]:
    """Verdict, changes and findings; no places."""
    changes = sorted((one.change.kind, str(one.change.fact), one.classification.value) for one in report.changes)
    findings = sorted((one.fingerprint, one.status.value, one.verdict.value, one.message) for one in report.findings)
    return report.verdict.value, changes, findings


TARGETS = {"reader": reader, "pairs": pairs}
