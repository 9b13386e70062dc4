"""Paths after `--`, and how names are shown."""

import os

import pytest

from msdiff.errors import UsageError
from msdiff.scm.process import shown
from msdiff.scm.remarks import LINK, POINTER, Remarks, some
from msdiff.scm.selection import Selection, patterns_of

PATHS = ("app.yaml", "a/b.yaml", "a/c/d.yaml", "ab/c.yaml", "x[1].yaml", "a*/e.yaml")


def chosen(*words: str, prefix: str = "") -> list[str]:
    selection = Selection(lambda path: True, patterns_of(words, root=None, prefix=prefix))
    found = [path for path in PATHS if selection.has(path)]
    for path in found:  # what is chosen must be reachable
        parts = path.split("/")[:-1]
        assert all(selection.enters("/".join(parts[: n + 1])) for n in range(len(parts)))
    return found


@pytest.mark.parametrize(
    ("words", "prefix", "expected"),
    [
        ((), "", list(PATHS)),
        (("a",), "", ["a/b.yaml", "a/c/d.yaml"]),
        (("a/",), "", ["a/b.yaml", "a/c/d.yaml"]),
        (("a/c", "app.yaml"), "", ["app.yaml", "a/c/d.yaml"]),
        (("a/../ab",), "", ["ab/c.yaml"]),
        (("*.yaml",), "", list(PATHS)),
        (("a/*.yaml",), "", ["a/b.yaml", "a/c/d.yaml"]),
        (("a*/e.yaml",), "", ["a*/e.yaml"]),
        (("?b",), "", ["ab/c.yaml"]),
        (("*/c",), "", ["a/c/d.yaml"]),
        (("[ab]*/c.yaml",), "", ["ab/c.yaml"]),
        (("x[1].yaml",), "", ["x[1].yaml"]),
        (("none",), "", []),
        ((".",), "a/", ["a/b.yaml", "a/c/d.yaml"]),
        (("..",), "a/", list(PATHS)),
        (("c/*",), "a/", ["a/c/d.yaml"]),
        (("../ab",), "a/", ["ab/c.yaml"]),
    ],
)
def test_which_paths_are_meant(words: tuple[str, ...], prefix: str, expected: list[str]) -> None:
    assert chosen(*words, prefix=prefix) == expected


def test_folders_that_hold_nothing_of_it_are_not_entered() -> None:
    selection = Selection(lambda path: True, patterns_of(("a/c", "b/*.yaml"), root=None, prefix=""))
    entered = {folder: selection.enters(folder) for folder in ("a", "a/c", "a/c/x", "a/b", "b", "b/c", "c")}
    assert entered == {"a": True, "a/c": True, "a/c/x": True, "a/b": False, "b": True, "b/c": True, "c": False}


@pytest.mark.parametrize("word", ["..", "../x", "a/../../x", "/abs"])
def test_a_path_outside_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match=r"lies outside of the repository$"):
        patterns_of((word,), root=None, prefix="")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ünï.yaml", "plain ünï.yaml"),
        ("a\nb\t\x1b[0m", r"a\nb\t\x1b[0m"),
        ("\u202eabc\u200b", r"\u202eabc\u200b"),
        (os.fsdecode(b"\xff"), r"\xff"),
        ("", ""),
    ],
)
def test_what_is_not_printable_is_shown_escaped(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_many_names_are_cut_short() -> None:
    assert some(["b"]) == "`b`"
    assert some(["d", "c", "b", "a", "e"]) == "`a`, `b`, `c` and 2 more"
    remarks = Remarks()
    assert remarks.sentences("HEAD") == ()
    for path in ("x", "x", "y"):
        remarks.add(POINTER, path)
    remarks.add(LINK, "z")
    assert remarks.sentences("HEAD") == (
        "symbolic links are not followed: `z`",
        "Git LFS pointers in HEAD, whose content was not compared: `x`, `y`",
    )
