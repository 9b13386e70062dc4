"""Files that mean harm, or that no reader can read: for each its text, and where and how it must be refused."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from tests.e2e.playground import APP

TOP = "apiVersion: msdiff/v1\nkind: ApplicationGraph\nmetadata: {name: shop}\n"
ONE_NODE = "spec: {nodes: {n: {role: tool}}}\n"


class Hostile(NamedTuple):
    """A file (or several), the place that must be named, a part of the message, and a part of the hint."""

    name: str
    files: Mapping[str, str | bytes]
    place: str
    message: str
    hint: str = ""


def _one(name: str, text: str | bytes, place: str, message: str, hint: str = "") -> Hostile:
    return Hostile(name, {"app.yaml": text}, f"app.yaml:{place}", message, hint)


def _node(text: str) -> str:
    return f"{TOP}spec: {{nodes: {{n: {{role: tool, {text}}}}}}}\n"


def alias_bomb(levels: int = 12, wide: int = 10) -> str:
    lines = ["x-a0: &a0 [x]"]
    lines += [f"x-a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * wide)}]" for n in range(1, levels)]
    return TOP + "\n".join(lines) + "\n" + ONE_NODE


def merge_bomb(levels: int = 2000) -> str:
    lines = ["x-m0: &m0 {k0: 1}"]
    lines += [f"x-m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}], k{n}: 1}}" for n in range(1, levels)]
    return TOP + "\n".join(lines) + "\n" + ONE_NODE


def spec(name: str, refers: Mapping[str, str] | None = None) -> str:
    """A ModelSpec; `refers` maps its dependencies to files."""
    lines = [
        "apiVersion: piqc.ai/v1alpha1",
        "kind: ModelSpec",
        f"metadata: {{name: {name}, version: '1'}}",
        "spec:",
        "  identity:",
        "    model: {id: a/b, family: c, task: embedding, framework: vllm, precision: fp16}",
        "  runtime: {accelerator: {vendor: any, type: cpu, count: 1}}",
    ]
    if refers:
        lines += ["  pipeline:", "    dependencies:"]
        lines += [f"      - {{id: {one}, role: custom, specRef: {file}}}" for one, file in refers.items()]
    return "\n".join(lines) + "\n"


def laughs(levels: int = 9, wide: int = 10) -> dict[str, str]:
    """Graphs whose nodes refer to graphs, ten times on each level."""
    files = {"app.yaml": f"{TOP}spec: {{nodes: {{n: {{specRef: s0.yaml}}}}}}\n"}
    for level in range(levels):
        last = level == levels - 1
        refers = {} if last else {f"d{number}": f"s{level + 1}.yaml" for number in range(wide)}
        files[f"s{level}.yaml"] = spec(f"s{level}", refers)
    return files


def nested_json(levels: int) -> str:
    top = json.dumps({"apiVersion": "msdiff/v1", "kind": "ApplicationGraph", "metadata": {"name": "a"}})[:-1]
    return f'{top}, "spec": ' + '{"a": ' * levels + "1" + "}" * levels + "}"


DEEP = 40_000
_NESTED = "nested"
REFUSED = (
    _one(
        "merge markers",
        APP.replace("spec:\n", "<<<<<<< HEAD\nspec:\n=======\nspec:\n>>>>>>> other\n"),
        "4:1",
        "a merge conflict was left in the file",
        "resolve the conflict",
    ),
    _one("tabs", APP.replace("  nodes:", "\tnodes:"), "5:1", "a tab is used for indentation", "indent with spaces"),
    _one("NUL", APP.encode().replace(b"shop", b"sh\0op"), "3:20", "control character", "remove it"),
    _one("bell", APP.encode().replace(b"shop", b"'sh\x07op'"), "3:21", "control character", "remove it"),
    _one("Latin-1", APP.replace("shop", "café").encode("latin-1"), "3:21", "not valid UTF-8: byte 0xe9", "as UTF-8"),
    _one("Shift JIS", APP.replace("shop", "店").encode("shift-jis"), "3:18", "not valid UTF-8: byte 0x93", "as UTF-8"),
    _one("UTF-16 without a mark", APP.encode("utf-16-le"), "1:1", "UTF-16 or UTF-32 without", "as UTF-8"),
    _one("UTF-16 BE without a mark", APP.encode("utf-16-be"), "1:1", "UTF-16 or UTF-32 without", "as UTF-8"),
    _one("UTF-32", APP.encode("utf-32"), "1:1", "encoded in UTF-32", "as UTF-8"),
    _one("cut UTF-16", APP.encode("utf-16")[:-1], "17:47", "not valid UTF-16", "as UTF-8"),
    _one("40,000 lists", f"{TOP}spec: {'[' * DEEP}{']' * DEEP}\n", "4:1006", _NESTED, "flatten"),
    _one("40,000 open lists", f"{TOP}spec: {'[' * DEEP}", "4:1006", _NESTED, "flatten"),
    _one("40,000 maps", f"{TOP}spec: {'{a: ' * DEEP}1{'}' * DEEP}\n", "4:403", _NESTED, "flatten"),
    _one("40,000 levels of JSON", nested_json(DEEP), "1:686", _NESTED, "flatten"),
    _one("40,000 dashes", f"{TOP}spec:\n{'- ' * DEEP}a\n", "5:199", _NESTED, "flatten"),
    _one("3,000 blocks", TOP + "spec:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 3001)), "104:101", _NESTED),
    _one("40,000 keys of keys", f"{TOP}spec:\n{'? ' * DEEP}a\n", "5:201", _NESTED, "flatten"),
    _one("alias bomb", alias_bomb(), "9:27", "aliases and merge keys stand for more than 100,000", "write out"),
    _one("merge-key bomb", merge_bomb(), "227:16", "aliases and merge keys stand for more than 100,000", "write out"),
    _one("alias of itself", f"{TOP}spec: &a {{nodes: *a}}\n", "4:18", "stands inside what it refers to", "write the"),
    _one("alias of nothing", f"{TOP}spec: *a\n", "4:7", "refers to nothing", "define"),
    Hostile("billion laughs", laughs(), "s", "specRefs multiply to more than 50,000 elements", "flatten"),
    _one(
        "specRef in a circle",
        f"{TOP}spec: {{nodes: {{n: {{specRef: '#m'}}, m: {{specRef: '#n'}}}}}}\n",
        "4:49",
        "specRef of `m` runs in a circle",
        "remove one",
    ),
    _one("specRef out", _node("specRef: ../../etc/passwd"), "4:41", "leaves the repository", "of this repository"),
    _one("specRef to the root", _node("specRef: /etc/passwd"), "4:41", "leaves the repository", "of this repository"),
    _one("1e400", _node("latency: {p95Ms: 1e400}"), "4:49", "a finite number, not 1e400", "leave it out"),
    _one("not a number", _node("latency: {p95Ms: .nan}"), "4:49", "a finite number, not .nan", "leave it out"),
    _one("1e300", _node("latency: {p95Ms: 1e300}"), "4:49", "at most 1e+18 in size", "leave it out"),
    _one("5,000 digits", _node(f"latency: {{p95Ms: {'9' * 5000}}}"), "4:49", "5000 digits", "in quotes"),
    _one("390 digits", _node(f"latency: {{p95Ms: {'9' * 390}}}"), "4:49", "390 digits", "in quotes"),
    _one("hex digits", _node(f"latency: {{p95Ms: 0x{'f' * 300}}}"), "4:49", "302 digits", "in quotes"),
    _one("unknown tag", _node("labels: {a: !foo b}"), "4:44", "the tag `!foo` has no meaning here", "remove it"),
    _one(
        "Python tag",
        _node("description: !!python/object/apply:os.system ['touch pwned']"),
        "4:45",
        "the tag `!!python/object/apply:os.system` has no meaning here",
        "remove it",
    ),
    _one(
        "Python map", f"{TOP}spec: !!python/object:os.system {{nodes: {{}}}}\n", "4:7", "no meaning here", "remove it"
    ),
    _one("tag of a directive", f"%TAG ! tag:x,2000:\n---\n{_node('description: !y z')}", "6:45", "no meaning here"),
    _one("binary", _node("description: !!binary aGVsbG8="), "4:45", "the tag `!!binary` has no meaning", "remove it"),
    _one("YAML 9.9", f"%YAML 9.9\n---\n{TOP}{ONE_NODE}", "1:1", "incompatible YAML document", "check"),
    _one(
        "escaped half a character", _node('description: "\\ud800"'), "4:48", "names no character", "write the character"
    ),
    _one("a list for a map", f"{TOP}spec: []\n", "4:7", "`spec` must be a map"),
    _one("nothing for a map", f"{TOP}spec:\n", "4:6", "`spec` must be a map"),
    _one(
        "a name of bidi controls",
        f'{TOP}spec: {{nodes: {{"a\\u202eb": {{}}}}}}\n',
        "4:16",
        "cannot be the name of a node",
    ),
    _one("a name of nothing", f"{TOP}spec: {{nodes: {{'': {{}}}}}}\n", "4:16", "cannot be the name of a node"),
    _one("a wrong key", APP.replace("role: embedder", "rôle: embedder"), "8:7", "unknown key `rôle`", "did you mean"),
)
READ = {
    "UTF-8 with a mark and CRLF": b"\xef\xbb\xbf" + APP.replace("\n", "\r\n").encode(),
    "carriage returns": APP.replace("\n", "\r").encode(),
    "UTF-16 LE with a mark": b"\xff\xfe" + APP.encode("utf-16-le"),
    "UTF-16 BE with a mark": b"\xfe\xff" + APP.encode("utf-16-be"),
    "comments and blank lines": ("# ü\n\n" + APP.replace("\n", "\n\n")).encode(),
    "documents that are not ours": APP.encode() + b"---\na: 1\n" * 1000,
    "anchors, once each": APP.replace("metadata:", "x-a: &a {b: 1}\nx-b: *a\nmetadata:").encode(),
}
