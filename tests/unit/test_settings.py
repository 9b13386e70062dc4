"""Configuration: what it sets, and what is said of a wrong one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msdiff.errors import ManyErrors, MsdiffError, SettingsError
from msdiff.model.finding import Level, Verdict
from msdiff.model.location import Location
from msdiff.settings import (
    SCHEMA,
    Limits,
    Override,
    Settings,
    check_rule_ids,
    name_matches,
    parse_settings,
    path_matches,
    settings_from,
    with_options,
)

FULL = b"""\
ruleset: 1
sources: {include: ["apps/**"], exclude: [vendor/]}
rules:
  precision-lowered: off
  model-alias-unpinned: {level: note, paths: ["apps/chat/*.yaml"]}
  endpoint-changed:
    - {level: warning}
    - {level: off, paths: [dev]}
ruleFolders: [.msdiff/rules]
owners:
  "apps/**": "@acme/apps"
  role:guardrail: "@acme/safety"
  node:llm*: "@acme/llm"
  graph:shop*: "@acme/shop"
variants: {allowDrift: ["capacity.*"]}
failOn: risky
strict: true
limits: {fileBytes: 1000, files: 10}
"""


def wrong(text: str, file: str = "msdiff.yaml") -> list[tuple[str, str, str]]:
    """(place, message, hint) of each problem."""
    with pytest.raises(MsdiffError) as raised:
        parse_settings(text.encode(), file)
    errors = raised.value.errors if isinstance(raised.value, ManyErrors) else (raised.value,)
    assert all(type(error) is SettingsError and error.exit_code == 3 for error in errors)
    return [(str(error.location), error.message, error.hint) for error in errors]


def at(line: int, file: str = "msdiff.yaml") -> Location:
    return Location(file, line, 3, "settings")


def test_everything_that_can_be_set():
    assert parse_settings(FULL, "msdiff.yaml") == Settings(
        include=("apps/**",),
        exclude=("vendor/",),
        rules={
            "precision-lowered": (Override(Level.OFF, (), at(4)),),
            "model-alias-unpinned": (Override(Level.NOTE, ("apps/chat/*.yaml",), at(5)),),
            "endpoint-changed": (Override(Level.WARNING, (), at(6)), Override(Level.OFF, ("dev",), at(6))),
        },
        rule_folders=(".msdiff/rules",),
        owners=(
            ("apps/**", "@acme/apps"),
            ("role:guardrail", "@acme/safety"),
            ("node:llm*", "@acme/llm"),
            ("graph:shop*", "@acme/shop"),
        ),
        ruleset=1,
        may_drift=("capacity.*",),
        fail_on="risky",
        strict=True,
        limits=Limits(1000, 10),
        file="msdiff.yaml",
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "rules:\nowners:\nruleFolders:\nsources:\n"])
def test_an_empty_file_sets_nothing(text):
    assert parse_settings(text.encode(), "msdiff.yaml") == Settings(file="msdiff.yaml")


def test_every_problem_is_shown_with_its_place_and_the_nearest_name():
    text = """\
ruleset: 2
sorces: {}
rules: {a: of, b: {levl: off}, d: []}
failOn: brekaing
strict: yes
limits: {files: 0}
"""
    assert wrong(text) == [
        ("msdiff.yaml:1:10", "`ruleset` must be `1`, not `2`", "did you mean `1`?"),
        ("msdiff.yaml:2:1", "unknown key `sorces`", "did you mean `sources`?"),
        (
            "msdiff.yaml:3:12",
            "`rules.a` must be one of `error`, `warning`, `note`, `off`, not `of`",
            "did you mean `off`?",
        ),
        ("msdiff.yaml:3:19", "`level` is missing in `rules.b`", "add `level`"),
        ("msdiff.yaml:3:20", "unknown key `levl` in `rules.b`", "did you mean `level`?"),
        ("msdiff.yaml:3:35", "`rules.d` must not be empty", ""),
        (
            "msdiff.yaml:4:9",
            "`failOn` must be one of `breaking`, `risky`, `never`, not `brekaing`",
            "did you mean `breaking`?",
        ),
        (
            "msdiff.yaml:5:9",
            "`strict` must be true or false, not the text `yes`",
            "write true; `yes` is text in YAML 1.2",
        ),
        ("msdiff.yaml:6:17", "`limits.files` must be at least 1, not 0", ""),
    ]


def test_what_does_not_parse_is_an_error_of_the_configuration():
    assert wrong("rules: {a: off\n")[0][0] == "msdiff.yaml:1:8"
    assert wrong("strict: true\nstrict: false\n") == [
        ("msdiff.yaml:2:1", "the key `strict` is given twice: on line 1 and on line 2", "remove one of the two")
    ]
    assert wrong("strict: true\n---\nstrict: true\n") == [
        ("msdiff.yaml:3:1", "a configuration is one document", "remove the `---`")
    ]


def test_a_list_is_no_configuration():
    assert wrong("[strict]") == [("msdiff.yaml:1:1", "the document must be a map, not a list", "")]


TOML = """\
[project]
name = "strct"

[tool.msdiff]
failOn = "risky"
strct = true

[tool.msdiff.rules]
a-b = "of"
c = {level = "off", path = ["x"]}
"""


def test_problems_in_toml_have_places_too():
    assert wrong(TOML, "pyproject.toml") == [
        ("pyproject.toml:6:1", "unknown key `strct`", "did you mean `strict`?"),
        (
            "pyproject.toml:9:1",
            "`rules.a-b` must be one of `error`, `warning`, `note`, `off`, not `of`",
            "did you mean `off`?",
        ),
        ("pyproject.toml:10:21", "unknown key `path` in `rules.c`", "did you mean `paths`?"),
    ]


def test_toml_that_is_none():
    ((place, message, _),) = wrong("[tool.msdiff\n", "pyproject.toml")
    assert place == "pyproject.toml:1:13"
    assert message.startswith("pyproject.toml is not TOML: Expected ']'")


def test_toml_that_is_nested_too_deep():
    ((_, message, _),) = wrong(f"[tool.msdiff]\na = {'[' * 5000}{']' * 5000}\n", "pyproject.toml")
    assert message.startswith("pyproject.toml is not TOML: maximum recursion depth")


def test_toml_and_yaml_mean_the_same():
    toml = """\
[tool.msdiff]
ruleset = 1
failOn = "risky"
strict = true
ruleFolders = [".msdiff/rules"]
sources = {include = ["apps/**"], exclude = ["vendor/"]}
limits = {fileBytes = 1000, files = 10}
variants.allowDrift = ["capacity.*"]
[tool.msdiff.owners]
"apps/**" = "@acme/apps"
"role:guardrail" = "@acme/safety"
"node:llm*" = "@acme/llm"
"graph:shop*" = "@acme/shop"
"""
    read = parse_settings(toml.encode(), "pyproject.toml")
    expected = parse_settings(FULL, "msdiff.yaml")
    assert read == expected._replace(rules={}, file="pyproject.toml")


def test_the_configuration_is_looked_for():
    files = {"pyproject.toml": b"[tool.msdiff]\nstrict = true\n", "other.yaml": b"failOn: never"}
    assert settings_from(files.get) == Settings(strict=True, file="pyproject.toml")
    assert settings_from(files.get, "other.yaml") == Settings(fail_on="never", file="other.yaml")
    assert settings_from({"pyproject.toml": b"[project]\nname = 'msdiff'\n"}.get) == Settings()
    assert settings_from({}.get) == Settings()


def test_a_configuration_that_was_asked_for_must_be_there():
    with pytest.raises(SettingsError, match=r"there is no configuration at none\.yaml"):
        settings_from({}.get, "none.yaml")


def test_two_configurations_are_an_error():
    files = {"pyproject.toml": b"[tool.msdiff]\n", "msdiff.yaml": b"strict: true"}
    with pytest.raises(SettingsError, match=r"two configurations: msdiff.yaml and pyproject.toml"):
        settings_from(files.get)


@pytest.mark.parametrize(
    ("rule", "verdict", "path", "level"),
    [
        ("other", Verdict.BREAKING, "a.yaml", Level.ERROR),
        ("other", Verdict.RISKY, "a.yaml", Level.WARNING),
        ("other", Verdict.SAFE, None, Level.NOTE),
        ("precision-lowered", Verdict.BREAKING, None, Level.OFF),
        ("model-alias-unpinned", Verdict.BREAKING, "apps/chat/a.yaml", Level.NOTE),
        ("model-alias-unpinned", Verdict.BREAKING, "apps/mail/a.yaml", Level.ERROR),
        ("model-alias-unpinned", Verdict.RISKY, None, Level.WARNING),
        ("endpoint-changed", Verdict.BREAKING, "x/y.yaml", Level.WARNING),
        ("endpoint-changed", Verdict.BREAKING, "x/dev/y.yaml", Level.OFF),
    ],
)
def test_level(rule, verdict, path, level):
    assert parse_settings(FULL, "msdiff.yaml").level_of(rule, verdict, path) is level


def test_the_last_owner_that_fits_counts():
    settings = parse_settings(FULL, "msdiff.yaml")
    assert settings.owner_of("apps/chat/a.yaml", node="a", graph="chat") == "@acme/apps"
    assert settings.owner_of("apps/chat/a.yaml", node="a", role="guardrail") == "@acme/safety"
    assert settings.owner_of(None, node="llm_small", role="guardrail", graph="chat") == "@acme/llm"
    assert settings.owner_of(None, node="llm_small", graph="shop@prod") == "@acme/shop"
    assert settings.owner_of("lib/a.yaml", node="a", graph="chat") is None


def test_sources_and_rule_files():
    settings = parse_settings(FULL, "msdiff.yaml")
    wanted = ["apps/a.yaml", "apps/vendor/a.yaml", "b.yaml"]
    assert [settings.reads(path) for path in wanted] == [True, False, False]
    assert all(Settings().reads(path) for path in wanted)
    rules = [".msdiff/rules/a.yaml", ".msdiff/rules/x/a.yml", ".msdiff/rules/a.md", ".msdiff/rules2/a.yaml", "a.yaml"]
    assert [settings.is_rule_file(path) for path in rules] == [True, True, False, False, False]


def test_a_level_for_a_rule_that_does_not_exist():
    with pytest.raises(SettingsError) as raised:
        check_rule_ids(parse_settings(b"rules: {precision-lowred: off}", "msdiff.yaml"), ["precision-lowered"])
    assert (str(raised.value.location), raised.value.message, raised.value.hint) == (
        "msdiff.yaml:1:9",
        "there is no rule `precision-lowred`",
        "did you mean `precision-lowered`?",
    )


def test_the_command_line_wins():
    assert with_options(Settings(fail_on="risky", strict=True), fail_on="never") == Settings(
        fail_on="never", strict=True
    )
    assert with_options(Settings(strict=True), strict=False) == Settings()


def test_the_schema_is_one():
    jsonschema = pytest.importorskip("jsonschema", reason="the schema is checked with jsonschema")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("apps/**", "apps/a/b.yaml", True),
        ("apps/*", "apps/a/b.yaml", True),
        ("apps/*.yaml", "apps/a/b.yaml", False),
        ("*.yaml", "apps/a/b.yaml", True),
        ("vendor/", "a/vendor/x/y.yaml", True),
        ("/vendor", "a/vendor/x.yaml", False),
        ("./apps", "apps/x.yaml", True),
        ("apps", "application/x.yaml", False),
        ("**/x/*.yaml", "a/x/b/x/q.yaml", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/c/d/b", True),
        ("a/**/b", "a/c/d/e", False),
        ("**", "x/y", True),
        ("a[b].c", "a[b].c", True),
        ("a.c", "abc", False),
    ],
)
def test_paths(glob, path, fits):
    assert path_matches(glob, path) is fits


@pytest.mark.parametrize(
    ("glob", "name", "fits"),
    [
        ("capacity.*", "capacity.maxBatch", True),
        ("*.p95Ms", "latency.p95Ms", True),
        ("a*b*c", "aXbYc", True),
        ("a*b*c", "aXbYcd", False),
        ("*b*b", "b", False),
        ("model.adapters[a].*", "model.adapters[a].base", True),
    ],
)
def test_names(glob, name, fits):
    assert name_matches(glob, name) is fits


def test_a_glob_made_to_be_slow_is_not():
    assert not name_matches("*a" * 200 + "b", "a" * 20_000)
    assert not path_matches("/".join(["**", "*a*a*a*b"] * 100), "/".join(["a" * 100] * 300))


SEGMENT = st.sampled_from(["a", "b", "ab", "*", "**", "a*", "*b", "*a*"])


@given(
    glob=st.lists(SEGMENT, min_size=2, max_size=5),
    path=st.lists(st.sampled_from(["a", "b", "ab", "ba"]), min_size=1, max_size=5),
)
def test_paths_fit_as_the_definition_says(glob, path):
    assert path_matches("/".join(glob), "/".join(path)) is by_definition((*glob, "**"), tuple(path))


def by_definition(glob: tuple[str, ...], path: tuple[str, ...]) -> bool:
    if not glob:
        return not path
    if glob[0] == "**":
        return any(by_definition(glob[1:], path[skipped:]) for skipped in range(len(path) + 1))
    return bool(path) and letters_fit(glob[0], path[0]) and by_definition(glob[1:], path[1:])


def letters_fit(glob: str, name: str) -> bool:
    if not glob:
        return not name
    if glob[0] == "*":
        return any(letters_fit(glob[1:], name[skipped:]) for skipped in range(len(name) + 1))
    return name[:1] == glob[0] and letters_fit(glob[1:], name[1:])
