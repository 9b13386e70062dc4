"""Text that means harm, end to end: names, descriptions, values, file names, branches and rules' messages, through every
report, drawing and command. What each renderer does to one text is tested with it; here everything runs as a user runs it."""

import json
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from tests.e2e.conftest import Run
from tests.e2e.playground import Repo
from tests.snapshots import document
from tests.unit.report.reports import PAYLOADS

SHELL = (
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned;",
    "' ; touch pwned ; '",
    '" ; touch pwned ; "',
    "\n touch pwned \n",
    "| touch pwned",
    "&& touch pwned",
    "> pwned",
    "-o json=pwned",
    "--config=pwned",
    "*",
    "~",
    "!!",
    "\\",
    "a b",
    "é",
)
TEXTS = (*PAYLOADS[:-1], *SHELL)
NAMES = tuple(text for text in TEXTS if text.isprintable() and text == text.strip() and "->" not in text)
FORMATS = ("terminal", "markdown", "json", "sarif", "html", "github", "gitlab", "junit")
# What acts on a terminal or in a viewer: controls but the line break, bidirectional controls, what nobody sees.
ACTING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2060-\u2069\u2028\u2029\U000e0000-\U000e0fff]"
)


def graph(head: bool) -> dict[str, Any]:
    """Everything that may be text is one of the payloads; every other node changes."""
    nodes: dict[str, Any] = {"start": {"role": "entry", "outputs": {"o": {"type": "text", "maxTokens": 100}}}}
    edges: list[dict[str, Any]] = []
    slos: list[dict[str, Any]] = []
    policies: list[dict[str, Any]] = []
    for number, text in enumerate(TEXTS):
        name = text if text in NAMES else f"n{number}"
        safe = text.encode("utf-8", "replace").decode()
        nodes[name] = {
            "role": "generator",
            "description": safe if head else "before",
            "owner": safe,
            "labels": {"key": safe},
            "model": {"id": safe or "x", "revision": safe if head else "before"},
            "prompt": {"parts": {safe.replace("[", "").replace("]", "") or "x": {"maxTokens": number}}},
            "inputs": {"i": {"type": "text", "maxTokens": 10 if head else 1000}},
            "outputs": {
                "o": {
                    "type": "json",
                    "schema": {"type": "object", "properties": {safe: {"type": "string"}}},
                }
            },
            "latency": {"p95Ms": 500 if head else 5},
        }
        edges.append({"from": "start.o", "to": f"{name}.i", "name": safe, "when": safe})
        slos.append({"name": safe, "at": name, "percentile": "p95", "latencyMs": 100})
        policies.append(
            {"name": safe, "everyPath": {"from": "start", "to": name, "through": {"role": "guardrail", "owner": safe}}}
        )
        if head:
            edges.append({"from": f"{name}.{number}", "to": f"missing{safe}.i"})
    return {"nodes": nodes, "edges": edges, "slos": slos, "policies": policies}


def compose(spec: dict[str, Any]) -> str:
    return document(spec, "shop\u202e<b>@acme")


RULE = """\
id: {id}
title: "{text}"
since: "0.1"
category: "organisation"
watch: {{changes: [attribute.changed], attributes: [model.revision]}}
per: change
verdict: risky
message: "`{{old}}` became `{{new}}`: {text}"
why: "{text}"
fix: "{text}"
references: ["https://example.org/{text}"]
examples: []
"""


@pytest.fixture
def world(repo: Repo) -> Repo:
    """A repository in which nobody can be trusted: `main` and, checked out, a branch with a name of its own."""
    texts = {"app.yaml": compose(graph(head=False)), "msdiff.yaml": "sources: {exclude: [none]}\n"}
    repo.git("checkout", "--quiet", "main")
    repo.commit(texts, "base")
    repo.git("checkout", "--quiet", "-b", "$(touch${IFS}pwned)-;'\"`x`<b>@acme")
    files = {"app.yaml": compose(graph(head=True))}
    for text in TEXTS:
        if "\0" in text or "\ud800" in text:
            continue
        files[f"files/{text.replace('/', '_')}.yaml"] = document({"nodes": {"n": {"role": "tool"}}}, f"of {len(files)}")
    repo.commit(files, "head")
    return repo


def lines_that_act(text: str) -> list[str]:
    return [line for line in text.split("\n") if ACTING.search(line)]


def outputs(run: Run, *words: str) -> Iterator[tuple[str, str]]:
    for format in FORMATS:
        done = run(*words, "-f", format)
        assert done.code in (0, 1), (format, done.err)
        assert done.err == ""
        yield format, done.out


class Page(HTMLParser):
    """Every element and attribute of a page; an attribute that acts, or one from elsewhere, is a failure."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            assert name != "style", (tag, name)
            assert name not in ("href", "src") or (value or "").startswith(("#", "https://github.com/")), (tag, value)


def test_every_report_is_inert(world: Repo, run: Run) -> None:
    made = dict(outputs(run, "main..HEAD"))
    for format, text in made.items():
        assert lines_that_act(text) == [], format
        if format != "github":
            assert not re.search(r"(?m)^\s*::|##\w*\[", text), format
    report = json.loads(made["json"])
    assert {one["node"] for one in report["findings"]} >= set(NAMES)
    json.loads(made["sarif"])
    json.loads(made["gitlab"])
    ElementTree.fromstring(made["junit"])
    page = Page()
    page.feed(made["html"])
    assert not page.tags & {"script", "img", "iframe", "b", "base", "form", "input", "object", "embed", "link"}
    for line in made["github"].splitlines():
        assert re.match(r"::(?:error|warning|notice|group|endgroup)(?: |::)", line) or not line.lstrip().startswith(
            "::"
        )


def test_markdown_renders_to_nothing_of_theirs(world: Repo, run: Run) -> None:
    text = run("main..HEAD", "-f", "markdown", "-v").out
    page = Page()
    page.feed(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text))
    assert page.tags <= {
        "h2", "h3", "h4", "p", "ul", "li", "code", "pre", "strong", "em", "details", "summary", "table", "thead", "tbody",
        "tr", "th", "td", "sub", "br", "a", "hr", "ol", "blockquote",
    }  # fmt: skip
    outside = re.sub(r"(?s)```.*?```", "", text)
    assert not re.search(r"(?<!\w)@(?!\u200b)\w", outside.replace("@\u200b", ""))
    assert "acme/everyone" in text.replace("\u200b", "").replace("\\", "")


@pytest.mark.parametrize("format", ["mermaid", "dot", "svg", "html", "json"])
def test_every_drawing_is_inert(world: Repo, run: Run, format: str) -> None:
    done = run("graph", "HEAD", "-f", format)
    if done.code == 2 and format == "html":
        pytest.skip("no HTML drawing in this version")
    assert (done.code, done.err) == (0, "")
    assert lines_that_act(done.out) == []
    if format == "svg":
        root = ElementTree.fromstring(done.out)
        assert not any("href" in name or name.startswith("on") for one in root.iter() for name in one.attrib)
    if format == "html":
        Page().feed(done.out)
    if format == "json":
        json.loads(done.out)


few_or_all = pytest.mark.parametrize("step", [16, pytest.param(1, marks=pytest.mark.slow)])


@few_or_all
def test_every_command_is_inert(world: Repo, run: Run, step: int) -> None:
    fingerprints = [one["fingerprint"] for one in json.loads(run("main..HEAD", "-f", "json").out)["findings"]]
    for words in (
        ("check",),
        ("check", "--strict", "-v"),
        ("main..HEAD", "-v"),
        ("main..HEAD", "-q"),
        ("main",),
        *(("explain", name, "main..HEAD") for name in NAMES[::step] if not name.startswith("-")),
        *(("explain", one, "main..HEAD") for one in fingerprints[: 45 // step]),
    ):
        done = run(*words)
        assert done.code in (0, 1), (words, done.err)
        assert lines_that_act(done.out + done.err) == [], words


@few_or_all
def test_every_error_is_inert(world: Repo, run: Run, step: int) -> None:
    for text in TEXTS[::step]:
        if "\0" in text or "\ud800" in text or text.startswith("-"):
            continue
        for words in (
            ("explain", text, "main..HEAD"),
            ("accept", text, "--reason", text, "main..HEAD"),
            (f"{text}..HEAD",),
            ("check", text),
            ("main..HEAD", "-f", text),
            ("main..HEAD", "--only", text),
            ("main..HEAD", f"--as-of={text}"),
            ("main..HEAD", f"--max-file-size={text}"),
            ("graph", "HEAD", "--graph", text),
            ("main..HEAD", "--config", text),
            ("main..HEAD", "-o", f"json={text}/x"),
            (f"--{text}",),
        ):
            done = run(*words)
            assert done.code in (0, 1, 2, 3, 4), (words, done.err)
            assert lines_that_act(done.out + done.err) == [], words
            assert not re.search(r"(?m)^::|##\w*\[", done.err), words
    assert not list(world.folder.rglob("pwned"))


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:40])
def test_a_broken_file_with_a_name_of_its_own(text: str, repo: Repo, run: Run) -> None:
    """Its name, its keys and its values stand in the errors."""
    if "\0" in text or "\ud800" in text:
        return
    name = f"{text.replace('/', '_')}.yaml"
    bad = {"apiVersion": "msdiff/v1", "kind": "ApplicationGraph", "metadata": {"name": "a"}}
    spec = {text or "x": 1, "nodes": {text: {"role": text, text or "y": 2, "latency": {"p95Ms": text}}}}
    (repo.folder / name).write_text(json.dumps({**bad, "spec": spec}))
    done = run("main")
    assert (done.code, done.out) == (3, "")
    assert lines_that_act(done.err) == []
    assert not re.search(r"(?m)^\s*::|##\w*\[", done.err)
    (repo.folder / name).write_text(f"apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {text}\n\t")
    done = run("main")
    assert lines_that_act(done.err) == []


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:40])
def test_a_rule_of_the_team_with_such_words(text: str, repo: Repo, run: Run) -> None:
    quoted = json.dumps(text)[1:-1]
    repo.commit({"msdiff.yaml": "ruleFolders: [ours]\n", "ours/our-rule.yaml": RULE.format(id="our-rule", text=quoted)})
    base = document({"nodes": {"llm": {"role": "generator", "model": {"id": "a", "revision": "1"}}}, "edges": []})
    repo.commit({"more.yaml": base.replace('"app"', '"more"')})
    repo.commit({"more.yaml": base.replace('"app"', '"more"').replace('"1"', '"2"')})
    for words in (("HEAD~1..HEAD",), ("rules",), ("rules", "-f", "markdown"), ("explain", "our-rule")):
        done = run(*words)
        assert done.code in (0, 1, 3), done.err
        assert lines_that_act(done.out + done.err) == [], words
        if done.code == 3:
            assert "-->" in done.err
            return
    for _, out in outputs(run, "HEAD~1..HEAD"):
        assert lines_that_act(out) == []


def words_of(command: str, folder: Path) -> list[str]:
    """How a shell takes a command apart."""
    script = 'msdiff() { for word in "$@"; do printf "%s\\0" "$word"; done; }\n' + command
    done = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, check=True, timeout=10)
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


@pytest.mark.parametrize("format", ["terminal", "markdown", "html"])
def test_a_command_that_is_offered_does_what_it_says_and_nothing_else(world: Repo, run: Run, format: str) -> None:
    branch = world.git("symbolic-ref", "--short", "HEAD")
    text = run(f"main..{branch}", "-f", format, "-v", "--", "app.yaml", "files/$(touch pwned).yaml").out
    if format == "html":
        page = Page()
        page.feed(text)
        text = "\n".join(page.texts)
    found = {line[line.index("msdiff accept") :].strip("` ") for line in text.splitlines() if "msdiff accept" in line}
    assert found
    for command in found:
        words = words_of(command, world.folder)
        assert words[0] == "accept"
        assert re.fullmatch("[0-9a-f]{16}", words[1])
        assert words[2] == "--reason"
        assert words[4:] == [f"main..{branch}", "--", "app.yaml", "files/$(touch pwned).yaml"]
    assert not list(world.folder.rglob("pwned"))


@few_or_all
def test_what_is_accepted_is_written_as_text(world: Repo, run: Run, step: int) -> None:
    """YAML that is written from such text reads as that text."""
    findings = json.loads(run("main..HEAD", "-f", "json").out)["findings"]
    texts = [text for text in TEXTS[::step] if "\0" not in text and "\ud800" not in text and text.strip()]
    for finding, text in zip(findings, texts, strict=False):
        done = run("accept", finding["fingerprint"], f"--reason={text}", f"--by={text}", "main..HEAD")
        assert done.code == 0, done.err
        assert lines_that_act(done.out) == []
    report = json.loads(run("main..HEAD", "-f", "json").out)
    reasons = [one["accepted"]["reason"] for one in report["findings"] if one["accepted"]]
    assert sorted(reasons) == sorted(text.strip() for _, text in zip(findings, texts, strict=False))
