"""Whole-process cost of `msdiff main..HEAD`, as ratios to `python -c pass` in the same run. Exit code 1 where a limit is missed.

    python benchmarks/run.py [--runs N] [NAME ...]

Machines differ, ratios hardly: each figure is the median of N runs of one against the median of N runs of the other, taken
in turns so that both meet the same load. `cpu` is the ratio of computing time (git's included), which tells more where other work
runs on the machine. Memory is the peak resident size of the process.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from repositories import cyclic, fan_out, stacks, ten_nodes, thousand_files


class Case(NamedTuple):
    """What is measured: the repository, the arguments, and the most it may cost (times `python -c pass`, MB)."""

    name: str
    make: Callable[[Path], None]
    arguments: tuple[str, ...]
    limit: float
    memory: float | None = None


CASES = (
    Case("10 nodes, json", ten_nodes, ("main..HEAD", "-f", "json"), 8),
    Case("10 nodes, terminal", ten_nodes, ("main..HEAD",), 12),
    Case("1,000 nodes in 1,000 files, 3 changed", thousand_files, ("main..HEAD", "-f", "json"), 40),
    Case("5,000 nodes, 100,000 edges, cyclic", cyclic, ("main..HEAD", "-f", "json"), 150, 300),
    Case("165 Compose files, 1 file changed", stacks, ("main..HEAD", "-f", "json"), 60),
    Case("500 consumers of one change", fan_out, ("main..HEAD", "-f", "json"), 150, 300),
)


class Cost(NamedTuple):
    """Of a whole process: wall and computing time in seconds, peak resident size in MB."""

    wall: float
    cpu: float
    memory: float


def cost(command: list[str], folder: Path) -> Cost:
    """What it costs to run the command there."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        message = process.stderr.read().decode() if process.stderr else ""
        raise SystemExit(f"{' '.join(command)} failed:\n{message}")
    return Cost(took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure(case: Case, folder: Path, runs: int) -> bool:
    """Prints one line; whether the case keeps its limits."""
    bare = [sys.executable, "-c", "pass"]
    ours = [sys.executable, "-m", "msdiff", *case.arguments]
    cost(ours, folder)  # bytecode and caches are written once, in the first run after an install
    pairs = [(cost(bare, folder), cost(ours, folder)) for _ in range(runs)]
    floor = statistics.median(one.wall for one, _ in pairs)
    took = statistics.median(other.wall for _, other in pairs)
    cpu = statistics.median(other.cpu for _, other in pairs) / statistics.median(one.cpu for one, _ in pairs)
    memory = max(other.memory for _, other in pairs)
    good = took / floor <= case.limit and (case.memory is None or memory <= case.memory)
    most = f", at most {case.memory:.0f}" if case.memory else ""
    print(
        f"{'ok  ' if good else 'SLOW'} {case.name:<40} {took / floor:6.1f} x (limit {case.limit:g})"
        f"  cpu {cpu:6.1f} x  {took * 1000:7.0f} ms against {floor * 1000:.1f} ms  {memory:5.0f} MB{most}"
    )
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="parts of the names of cases; none: all")
    parser.add_argument("--runs", type=int, default=11)
    chosen = parser.parse_args()
    kept = []
    with tempfile.TemporaryDirectory() as scratch:
        for number, case in enumerate(CASES):
            if not chosen.names or any(name in case.name for name in chosen.names):
                folder = Path(scratch) / str(number)
                case.make(folder)
                kept.append(measure(case, folder, chosen.runs))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
