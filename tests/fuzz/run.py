"""Runs a target under atheris: `python -m tests.fuzz.run TARGET [libFuzzer's options] [folders of a corpus]`.

Without a folder the corpus beside this file is only read. A finding is written to the working directory (`crash-...`).
"""

import os
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["msdiff"]):
    from tests.fuzz.targets import TARGETS
    from tests.snapshots import built_in_rules

CORPUS = Path(__file__).parent / "corpus"


def main() -> None:
    name, *options = sys.argv[1:]
    built_in_rules()
    atheris.Setup([sys.argv[0], *options, os.fspath(CORPUS / name)], atheris.instrument_func(TARGETS[name]))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
