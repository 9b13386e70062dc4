"""What a reader of a broken file is told: the place, what is wrong, what to do."""

import pytest

from msdiff.syntax.tree import parsed

CONFLICT = "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> other\n"

CASES = [
    ("a:\n\tb: 1\n", "2:1", "a tab is used for indentation", "indent with spaces"),
    ("a: b: c\n", "1:5", "`:` cannot stand here", "check the indentation, or put text that holds `: ` in quotes"),
    ("a: 1\n b: 2\n", "2:3", "`:` cannot stand here", "check the indentation, or put text that holds `: ` in quotes"),
    (
        "a:\n  b: 1\n c: 2\n",
        "3:2",
        "the line does not fit its surroundings",
        "check indentation and quotes on this line",
    ),
    ("a: 'x\nb: 1\n", "1:4", "the quoted text that begins here is not closed", "add the closing quote"),
    ('a: "x\n---\nb: 1\n', "1:4", "the quoted text that begins here is not closed", "add the closing quote"),
    (
        "a: {b: 1\n",
        "1:4",
        "what is opened here is not closed: a `,` or the closing `}` is missing",
        "separate entries by `, ` and close the map with `}`",
    ),
    (
        "a: [1,\n\n\n",
        "1:7",
        "a value was expected here",
        "write the value, or check what stands before",
    ),
    (
        "a: {b: 1 c: 2}\n",
        "1:11",
        "a `,` or the closing `}` is missing",
        "separate entries by `, ` and close the map with `}`",
    ),
    ("a: [1 2]\nb: [1, {]\n", "2:9", "a value was expected here", "write the value, or check what stands before"),
    ("a: @b\n", "1:4", "`@` cannot begin a value", "put the text in quotes"),
    ("a: %b\n", "1:4", "`%` cannot begin a value", "put the text in quotes"),
    ('a: "\\q"\n', "1:5", "this escape has no meaning in double quotes", "use single quotes"),
    ("a: 1\nb\nc: 2\n", "3:1", "a `:` was expected after this key", "write `key: value`"),
    ("a: !x!y z\n", "1:4", "this tag is not defined", "remove it"),
    ("- a\nb: 1\n", "2:1", "a list item was expected", "begin the line with `- `, or check its indentation"),
    ("a: - b\n", "1:4", "a list item cannot stand here", "put it on a line of its own"),
    (
        CONFLICT,
        "2:1",
        "a merge conflict was left in the file",
        "resolve the conflict: keep one side and remove the lines `<<<<<<<`, `=======` and `>>>>>>>`",
    ),
]


@pytest.mark.parametrize(("text", "place", "message", "hint"), CASES)
def test_syntax_errors(text: str, place: str, message: str, hint: str) -> None:
    documents, problems = parsed(text.encode(), "a.yaml")
    assert documents == ()
    assert [(str(one.location), one.message, one.hint) for one in problems] == [(f"a.yaml:{place}", message, hint)]


def test_marks_of_a_conflict_inside_text_are_text() -> None:
    documents, problems = parsed(b"a: |\n  <<<<<<< HEAD\n  x\n", "a.yaml")
    assert (len(documents), problems) == (1, ())


def test_places_count_characters_after_a_byte_order_mark() -> None:
    (problem,) = parsed("a: {é: 'ü', @x: 1}\n".encode("utf-8-sig"), "a.yaml").problems
    assert str(problem.location) == "a.yaml:1:13"
