"""Two versions read one after another give what each gives alone."""

import pytest

from msdiff.load import load
from msdiff.settings import Settings
from tests.snapshots import MemorySnapshot, built_in_rules
from tests.unit.load.compose.stacks import SERVED, loaded

TEXT = SERVED.replace("--model-id acme/embed-v1", "--model-id ${EMBED:-acme/embed-v1}")
FIRST = {"a/compose.yaml": TEXT, "a/compose_small.yaml": TEXT, "b/compose.yaml": SERVED}


@pytest.mark.parametrize(
    "second",
    [
        FIRST,
        {**FIRST, "a/.env": "EMBED=acme/embed-v2"},
        {**FIRST, "set_env.sh": "export EMBED=acme/embed-v2"},
        {**FIRST, "a/compose.override.yaml": "services: {embedder: {command: --model-id acme/embed-v3}}"},
        {**FIRST, "b/compose.yaml": SERVED.replace("embed-v1", "embed-v4")},
        {"b/compose.yaml": SERVED},
    ],
)
def test_what_is_kept_from_the_first_does_not_show_in_the_second(second: dict[str, str]) -> None:
    rules = built_in_rules()
    memo: dict[tuple[str, str], object] = {}
    for files in (FIRST, second, FIRST):
        found = load(MemorySnapshot(files), rules.catalogue, Settings(), memo, rules.serving)  # type: ignore[arg-type]
        assert found == loaded(files)
