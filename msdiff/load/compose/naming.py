"""Which files are Compose's by their names, which belong together, and what a stack is called.

In: paths. Out: yes or no, stems, names. Promised: names only; nothing is read here.
"""

from __future__ import annotations

import posixpath
import re

from msdiff.model.folders import application_of

_FILE = re.compile(r"(?i)(?:^|[-_.])compose(?:[-_.][\w.-]+)?\.ya?ml$")
_BASE = re.compile(r"(?i)^(?:docker-|podman-)?compose\.ya?ml$")
_OVERLAY = re.compile(r"(?i)^((?:docker-|podman-)?compose)\.([\w.-]+)\.ya?ml$")
_VARIABLES = re.compile(r"(?i)^(?:\.env(?:[._-].*)?|.*\.env)$")
_SCRIPT = re.compile(r"(?i)^(?:\.?set_?env\w*|env\w*|\w+_env)\.sh$")


def is_compose_name(path: str) -> bool:
    """Whether a file says by its name that it is a Compose file."""
    return _FILE.search(posixpath.basename(path)) is not None


def is_base(path: str) -> bool:
    """Whether Compose takes the file by itself: `compose.yaml`, `docker-compose.yml`."""
    return _BASE.match(posixpath.basename(path)) is not None


def overlay_of(path: str) -> str:
    """`telemetry` for `compose.telemetry.yaml`, "" for a file that is no overlay by its name."""
    found = _OVERLAY.match(posixpath.basename(path))
    return found[2] if found else ""


def is_variables(path: str) -> bool:
    """Whether the file holds variables."""
    return _VARIABLES.match(posixpath.basename(path)) is not None


def is_script(path: str) -> bool:
    """Whether the file is a shell script that, by its name, sets variables."""
    return _SCRIPT.match(posixpath.basename(path)) is not None


def variant_of(path: str) -> str:
    """What a file of several in one folder is called: `milvus` for `compose_milvus.yaml`."""
    stem = posixpath.basename(path).rpartition(".")[0]
    short = re.sub(r"(?i)^(?:docker-|podman-)?compose[-_.]|[-_.](?:docker-|podman-)?compose$", "", stem)
    return short or stem


def stack_name(folder: str) -> tuple[str, str]:
    """Name and variant of the stack in a folder: (`ChatQnA`, `amd/cpu/epyc`) for `ChatQnA/docker_compose/amd/cpu/epyc`."""
    root, machines = application_of(folder)
    return (root.rpartition("/")[2] or folder or "compose"), "/".join(machines) if root else ""
