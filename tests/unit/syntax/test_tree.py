"""Bytes to positioned trees."""

import gc

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from msdiff.errors import InputError, ManyErrors
from msdiff.syntax.shape import plain
from msdiff.syntax.tree import DEFAULT, Entry, Limits, Mapping, Scalar, Sequence, parse, parsed

SMALL = Limits(size=2_000, depth=5, aliased=20)


def said(data: bytes | str, limits: Limits = DEFAULT) -> list[str]:
    """The problems in one file, as text."""
    found = parsed(data if isinstance(data, bytes) else data.encode(), "a.yaml", limits).problems
    return [f"{problem.location}: {problem.message} ({problem.hint})" for problem in found]


def values(data: bytes | str) -> list[object]:
    return [plain(tree) for tree in parse(data if isinstance(data, bytes) else data.encode(), "a.yaml")]


def test_every_value_and_key_has_its_place() -> None:
    (tree,) = parse(b"a: 1.10\nb:\n  - x\n  - {c: 'y'}\n", "a.yaml")
    assert tree == Mapping(
        {
            "a": Entry(Scalar(1.1, 1, 4, "1.10"), 1, 1),
            "b": Entry(
                Sequence(
                    (
                        Scalar("x", 3, 5, "x"),
                        Mapping({"c": Entry(Scalar("y", 4, 9, "y"), 4, 6)}, 4, 5),
                    ),
                    3,
                    3,
                ),
                2,
                1,
            ),
        },
        1,
        1,
    )


def test_quoted_and_tagged_scalars() -> None:
    assert values('[1, "1", \'true\', !!str 1, !!int "1", !!float 1, !!null "", !!bool "true", ! "x"]') == [
        (1, "1", "true", "1", 1, 1, None, True, "x")
    ]


def test_json_is_yaml() -> None:
    assert values('{\n\t"a": [1, 2.5, null, true, "\\u00e9\\/"],\n\t"b": {}\n}') == [
        {"a": (1, 2.5, None, True, "é/"), "b": {}}
    ]


def test_json_writes_one_character_as_two_escapes() -> None:
    assert values(r'{"a": "\ud83d\ude00 \\ud83d\\ude00"}') == [{"a": r"😀 \ud83d\ude00"}]


def test_half_of_a_character_is_a_problem() -> None:
    assert said(r'{"a": "\ud83d"}') == ["a.yaml:1:10: this escape names no character (write the character itself)"]


def test_documents_without_content_are_left_out() -> None:
    assert values("---\n---\na: 1\n--- # nothing\n...\n---\n~\n") == [{"a": 1}, None]
    assert values("") == values("# nothing\n") == values("---\n") == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding: str) -> None:
    (tree,) = parse("ü: 'é' # ß\r\nb: 2\r\n".encode(encoding), "a.yaml")
    assert tree == Mapping(
        {"ü": Entry(Scalar("é", 1, 4, "é"), 1, 1), "b": Entry(Scalar(2, 2, 4, "2"), 2, 1)},
        1,
        1,
    )


def test_wrong_encodings() -> None:
    assert said(b"a: 1\nb: \xff\n") == [
        "a.yaml:2:4: the file is not valid UTF-8: byte 0xff cannot be read (save it as UTF-8)"
    ]
    assert said("a: 1\n".encode("utf-16") + b"x") == [
        "a.yaml:2:1: the file is not valid UTF-16: byte 0x78 cannot be read (save it as UTF-8)"
    ]
    assert said("a: 1\n".encode("utf-32")) == ["a.yaml:1:1: the file is encoded in UTF-32 (save it as UTF-8)"]
    assert said(b"a: 1\nb: 'x\x00y'\n") == ["a.yaml:2:6: the file holds a control character (remove it)"]


def test_anchors_aliases_and_merge_keys() -> None:
    text = """
base: &base {a: 1, b: 2}
more: &more {b: 3, c: 4}
one: {<<: *base, b: 20}
many: {<<: [*base, *more], d: 5}
twice: {<<: *more, <<: *base}
quoted: {"<<": 1}
same: *base
key: {&k kept: 1, *k : 2}
"""
    tree, problems = parsed(text.encode(), "a.yaml")
    assert [f"{one.location}: {one.message}" for one in problems] == [
        "a.yaml:9:19: the key `kept` is given twice: on line 9 and on line 9"
    ]
    assert plain(tree[0]) == {
        "base": {"a": 1, "b": 2},
        "more": {"b": 3, "c": 4},
        "one": {"a": 1, "b": 20},
        "many": {"a": 1, "b": 2, "c": 4, "d": 5},
        "twice": {"a": 1, "b": 3, "c": 4},
        "quoted": {"<<": 1},
        "same": {"a": 1, "b": 2},
        "key": {"kept": 1},
    }


def test_a_merged_value_keeps_the_place_that_states_it() -> None:
    (tree,) = parse(b"base: &b {a: 1}\none: {<<: *b}\n", "a.yaml")
    assert isinstance(tree, Mapping)
    assert tree.get("one") == Mapping({"a": Entry(Scalar(1, 1, 14, "1"), 1, 11)}, 2, 6)


def test_what_merge_keys_and_aliases_cannot_be() -> None:
    assert said("a: {<<: 1}") == [
        "a.yaml:1:5: `<<` takes over the keys of a map, and this is none "
        "(refer to a map, or to a list of maps: `<<: *name`)"
    ]
    assert said("a: *nowhere") == ["a.yaml:1:4: the alias `*nowhere` refers to nothing (define `&nowhere` before it)"]
    assert said("a: &a [*a]") == ["a.yaml:1:8: the alias `*a` stands inside what it refers to (write the value out)"]
    assert said("--- &a x\n--- *a\n") == ["a.yaml:2:5: the alias `*a` refers to nothing (define `&a` before it)"]


def test_aliases_and_merge_keys_within_a_budget() -> None:
    assert said("a: &a [1, 2, 3]\nb: [*a, *a, *a, *a, *a]\n", SMALL) == []
    assert said("a: &a [1, 2, 3]\nb: [*a, *a, *a, *a, *a, *a]\n", SMALL) == [
        "a.yaml:2:25: aliases and merge keys stand for more than 20 values (write out what is needed)"
    ]
    assert said("a: &a {p: 1, q: 2}\n" + "".join(f"b{n}: {{<<: [*a, *a]}}\n" for n in range(3)), SMALL) == [
        "a.yaml:4:11: aliases and merge keys stand for more than 20 values (write out what is needed)"
    ]
    laughs = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    assert said(laughs) == [
        "a.yaml:15:18: aliases and merge keys stand for more than 100,000 values (write out what is needed)"
    ]


def test_depth_is_bounded_with_aliases_and_without() -> None:
    assert said("[[[[[]]]]]", SMALL) == []
    assert said("[[[[[[]]]]]]", SMALL) == ["a.yaml:1:6: nested deeper than 5 levels (flatten it)"]
    assert said("- &a [[]]\n- [[*a]]\n", SMALL) == []
    assert said("- &a [[]]\n- [[[*a]]]\n", SMALL) == ["a.yaml:2:6: with `*a` nested deeper than 5 levels (flatten it)"]
    for bomb in ("[" * 40_000, "{a: " * 40_000, "- " * 40_000):
        assert len(said(bomb)) == 1


def test_size_is_bounded() -> None:
    assert said(b"#" * 2_001, SMALL) == [
        "a.yaml:1:1: the file has more than 2,000 bytes (split it into several files, or read larger ones: "
        "--max-file-size, or `limits.fileBytes` in msdiff.yaml)"
    ]


def test_a_key_given_twice_names_both_lines_and_hides_nothing_else() -> None:
    documents, problems = parsed(b"a: 1\nb: 2\n'a': 3\nc: {d: 1, d: 2}\n", "a.yaml")
    assert [plain(one) for one in documents] == [{"a": 1, "b": 2, "c": {"d": 1}}]
    assert [(str(one.location), one.message) for one in problems] == [
        ("a.yaml:3:1", "the key `a` is given twice: on line 1 and on line 3"),
        ("a.yaml:4:11", "the key `d` is given twice: on line 4 and on line 4"),
    ]


def test_keys_are_single_values() -> None:
    assert said("? [a, b]\n: 1\n") == ["a.yaml:1:3: a key must be a single value (write the key as text)"]


def test_foreign_tags_have_no_meaning() -> None:
    assert said("a: !env X\nb: !!set {x, y}\nc: !!omap []\nd: !!int x\n") == [
        "a.yaml:1:4: the tag `!env` has no meaning here (remove it)",
        "a.yaml:2:4: the tag `!!set` has no meaning here (remove it)",
        "a.yaml:3:4: the tag `!!omap` has no meaning here (remove it)",
        "a.yaml:4:4: `x` is tagged `!!int`, but is not an integer (remove the tag)",
    ]


def test_numbers_that_are_too_long() -> None:
    assert said("a: " + "9" * 401) == [
        "a.yaml:1:4: a number of 401 digits; msdiff cannot read it (put it in quotes if it is an id)"
    ]


def test_parse_raises_one_problem_or_all() -> None:
    with pytest.raises(InputError, match="given twice"):
        parse(b"a: 1\na: 2\n", "a.yaml")
    with pytest.raises(ManyErrors) as caught:
        parse(b"a: 1\na: 2\na: 3\n", "a.yaml")
    assert [str(one.location) for one in caught.value.errors] == ["a.yaml:2:1", "a.yaml:3:1"]


@pytest.mark.parametrize("running", [True, False])
def test_the_garbage_collector_is_left_as_it_was(running: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if running else gc.disable)()
        parsed(b"a: [", "a.yaml")
        assert gc.isenabled() is running
    finally:
        (gc.enable if before else gc.disable)()


def test_the_pure_python_parser_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x {b: [1, 'é', !!str 2]}\nc: {<<: *x, d: |\n    text\n  }\n".replace("|\n    text\n  ", "text")
    quick = parsed(text.encode(), "a.yaml")
    wrong = [said(one) for one in ("a: [", "a: 'x", "\ta: 1", "a: b: c", "a: 'x\x00'", "a: @x")]
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert parsed(text.encode(), "a.yaml") == quick
    places = [[line.partition(": ")[0] for line in said(one)] for one in ("a: b: c", "a: @x", "a: 'x\x00'")]
    assert places == [[line.partition(": ")[0] for line in one] for one in wrong[3:4] + wrong[5:6] + wrong[4:5]]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=4),
    max_leaves=20,
)


def tuples(value: object) -> object:
    if isinstance(value, list):
        return tuple(map(tuples, value))
    return {key: tuples(inner) for key, inner in value.items()} if isinstance(value, dict) else value


@given(JSON)
def test_json_round_trips(value: object) -> None:
    import json

    printable = json.dumps(value, ensure_ascii=True)
    if value in ("", None):
        return  # a document without content
    assert values(printable) == [tuples(value)]
