"""Settings files with anything in them are read or left alone; what is read has its place in the file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msdiff.resolve import resolve
from tests.unit.load.compose.stacks import loaded
from tests.unit.load.keymaps.test_applications import R2R, SETTINGS
from tests.unit.load.keymaps.test_gateway import CONFIG, STACK

PIECES = st.sampled_from(
    [
        "",
        "\n",
        ": ",
        "- ",
        "{",
        "}",
        "[",
        "]",
        '"',
        "'",
        "&a ",
        "*a",
        "<<: *a",
        "#",
        "null",
        "1e999",
        "-1",
        "*",
        "..",
        "->",
        "\t",
        "é",
        "${",
        "os.environ/",
        "{{ x }}",
    ]
)


@pytest.mark.parametrize(
    ("path", "text"), [("gateway/config.yaml", CONFIG), ("settings.yaml", SETTINGS), ("r2r.toml", R2R)]
)
@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 2_000), cut=st.integers(0, 30), pieces=st.lists(PIECES, max_size=4))
def test_a_damaged_file(path: str, text: str, at: int, cut: int, pieces: list[str]) -> None:
    at %= len(text)
    damaged = text[:at] + "".join(pieces) + text[at + cut :]
    files = {**(STACK if path in STACK else {}), path: damaged}
    found = loaded(files)
    for claim in found.claims:
        lines = files[claim.location.file].splitlines()
        assert 1 <= claim.location.line <= max(1, len(lines))
    resolve(found.claims, files.keys())


def test_a_list_without_end_and_a_bomb_are_bounded() -> None:
    many = "model_list:\n" + "- {model_name: m, litellm_params: {model: openai/x}}\n" * 5_000
    assert len(loaded({"a.yaml": many}).claims) < 20_000
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(8)
    )
    assert loaded({"a.yaml": bomb + "model_list: *i\n# litellm_params:\n"}).claims == ()
