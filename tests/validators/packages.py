"""The npm packages of `package.json`, where `.ci/run` (or you) installed them: `MSDIFF_NODE_MODULES` names the folder."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDER = Path(os.environ.get("MSDIFF_NODE_MODULES") or "/nowhere")
needs_packages = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="MSDIFF_NODE_MODULES names no folder: npm install --prefix FOLDER tests/validators"
)


def answers(script: str, texts: list[str]) -> list[Any]:
    """What a script beside this file says of each text."""
    words = ["node", str(HERE / script), str(FOLDER)]
    done = subprocess.run(words, input=json.dumps(texts), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found
