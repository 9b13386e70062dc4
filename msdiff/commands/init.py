"""`msdiff init`: a first configuration for a repository, and a first graph where it has none.

In: what the readers find on disk. Out: `msdiff.yaml`, and `app.yaml` where no ApplicationGraph exists: one that names
the ModelSpecs that were found, or that adds to the Compose stacks and settings that were found, else a small one to edit. Promise:
nothing is overwritten without `--force`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator

from msdiff.commands.options import Arguments, Parser, add_common
from msdiff.commands.output import print_text
from msdiff.commands.overlays import overlay_text
from msdiff.commands.own_files import no_working_tree, write
from msdiff.commands.policy import repository_root
from msdiff.errors import UsageError
from msdiff.load import load
from msdiff.model.claim import Claim, GraphKey
from msdiff.report.escape import visible
from msdiff.ruleset.library import load_ruleset
from msdiff.scm.git import resolve_version
from msdiff.settings import FILES, Settings

CONFIG, GRAPH = "msdiff.yaml", "app.yaml"
_USAGE = "msdiff init [--force]"
_ABOUT = f"""\
Write {CONFIG} at the root of the repository, and {GRAPH} where there is no ApplicationGraph yet.
Nothing that is there is overwritten without --force."""
_EXAMPLES = (
    "msdiff init                             then: msdiff check",
    "msdiff init --force                     write them anew",
)
_NAMED = 10  # files that the output lists
_CONFIG_TEXT = """\
# Configuration of msdiff. Every key may be left out. All of them: msdiff schema config
ruleset: 1          # built-in rules of this generation; an upgrade of msdiff adds none
failOn: breaking    # breaking, risky or never
# strict: true      # fail on what is unverified, too
# sources:
#   exclude: ["**/fixtures/**"]
# rules:
#   model-alias-unpinned: error                            # off, note, warning or error
#   similarity-threshold-uncalibrated: {level: off, paths: ["experiments/**"]}
# owners:
#   "role:guardrail": "@your/safety-team"
# ruleFolders: [msdiff-rules]                              # rules of your own: msdiff schema rule
"""
_GRAPH_HEAD = """\
# {about}
# All keys: msdiff schema graph
apiVersion: msdiff/v1
kind: ApplicationGraph
metadata: {{name: {name}}}
spec:
  nodes:
"""
_STARTER = """\
    user_input:
      role: entry
      outputs: {text: {type: text}}
    llm:
      role: generator
      # model: {id: your/model, revision: abc1234, contextWindow: 8192, maxOutputTokens: 512}
      inputs: {query: {type: text}}
      outputs: {answer: {type: text}}
      # latency: {p95Ms: 400}
    answer:
      role: exit
      inputs: {text: {type: text}}
  edges:
    - {from: user_input.text, to: llm.query}
    - {from: llm.answer, to: answer.text}
  # slos:
  #   - {name: answer, at: llm, percentile: p95, latencyMs: 1000}
"""
_NO_EDGES = """\
  # Who gives what to whom, as far as the specs do not say it:
  # edges:
  #   - {from: NODE.PORT, to: NODE.PORT}
"""


def parser() -> Parser:
    """The words of `init`."""
    found = Parser(_USAGE, _ABOUT, _EXAMPLES)
    found.add_argument("--force", action="store_true", help="overwrite what is there")
    add_common(found)
    return found


def run(arguments: Arguments) -> int:
    """Look around, write the files, say what was done."""
    root = repository_root(os.getcwd())
    specs, graphs, broken, stacks = _found(root)
    files = {CONFIG: _CONFIG_TEXT}
    if not graphs and not broken:
        files[GRAPH] = _overlay(root, specs) if specs else overlay_text(stacks) or _starter(root)
    _refuse_overwriting(root, files, force=arguments.force)
    for name, text in files.items():
        write(root, name, text.encode("utf-8", "backslashreplace"))
    found = tuple(dict.fromkeys(claim.graph for claim in stacks))
    print_text(visible_lines(_said(root, specs, (graphs, found), broken, files)))
    return 0


def _found(root: str) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...], tuple[Claim, ...]]:
    """Name of each ModelSpec with its file, files that hold ApplicationGraphs, those that cannot be read, claims of stacks."""
    settings = Settings()
    rules = load_ruleset(settings)
    with resolve_version(None, cwd=root, wanted=settings.reads) as version:
        if version.objects is not None and version.root is None:
            raise no_working_tree()
        loaded = load(version.snapshot, rules.catalogue, settings, {}, rules.serving)
    specs = {claim.graph.name: claim.location.file for claim in _of_kind("ModelSpec", loaded.claims)}
    graphs = {claim.location.file for claim in _of_kind("ApplicationGraph", loaded.claims)}
    broken = {problem.location.file for problem in loaded.problems if problem.location}
    stacks = tuple(claim for claim in loaded.claims if claim.graph.is_found)
    return dict(sorted(specs.items())), tuple(sorted(graphs)), tuple(sorted(broken)), stacks


def _of_kind(kind: str, claims: Iterable[Claim]) -> Iterator[Claim]:
    return (claim for claim in claims if claim.graph.kind == kind)


def _refuse_overwriting(root: str, files: Iterable[str], *, force: bool) -> None:
    there = [name for name in files if os.path.lexists(os.path.join(root, name))]
    there += [name for name in FILES if name != CONFIG and _is_configuration(os.path.join(root, name))]
    if there and not force:
        raise UsageError(f"{', '.join(there)} exists already", hint="`--force` writes anew.")


def _is_configuration(path: str) -> bool:
    if not path.endswith(".toml"):
        return os.path.lexists(path)
    try:
        with open(path, "rb") as file:
            return re.search(rb"^\s*\[+\s*tool\s*\.\s*msdiff\b", file.read(), re.MULTILINE) is not None
    except OSError:
        return False


def _overlay(root: str, specs: dict[str, str]) -> str:
    about = "The nodes that ModelSpecs describe; add what they cannot say: edges, contracts, SLOs."
    head = _GRAPH_HEAD.format(about=about, name=_plain(_graph_name(root, specs)))
    nodes = [f"    {_plain(name)}:\n      specRef: {_plain(file)}\n" for name, file in specs.items()]
    return head + "".join(nodes) + _NO_EDGES


def _starter(root: str) -> str:
    about = "A first graph: replace it by what your application is made of."
    return _GRAPH_HEAD.format(about=about, name=_plain(_graph_name(root, {}))) + _STARTER


def _graph_name(root: str, taken: dict[str, str]) -> str:
    name = os.path.basename(root) or "app"
    return f"{name}-app" if name in taken else name


def _plain(text: str) -> str:
    """The text as a YAML scalar in block or flow style."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_./-]*", text) and text.casefold() not in ("null", "true", "false"):
        return text
    return visible(json.dumps(text, ensure_ascii=False))  # the same escapes in YAML


def _said(
    root: str,
    specs: dict[str, str],
    found: tuple[tuple[str, ...], tuple[GraphKey, ...]],
    broken: tuple[str, ...],
    files: dict[str, str],
) -> Iterator[str]:
    graphs, stacks = found
    yield from _listed("ApplicationGraph", graphs)
    for kind, what in (("Compose", "Compose stack"), ("Settings", "settings of an application")):
        yield from _listed(what, tuple(key.label for key in stacks if key.kind == kind))
    yield from _listed("ModelSpec", tuple(f"{name} in {file}" for name, file in specs.items()))
    yield from _listed("something to correct (msdiff check says what) in", broken)
    if not (graphs or stacks or specs or broken):
        yield "found no graph and no ModelSpec"
    yield from (f"wrote {name}" for name in files)
    yield f"in {root}"
    yield "next: msdiff check"


def _listed(what: str, names: tuple[str, ...]) -> Iterator[str]:
    if names:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield f"found {what}: {', '.join(names[:_NAMED])}{more}"


def visible_lines(lines: Iterable[str]) -> str:
    """The lines as text, nothing in them acting."""
    return "".join(f"{visible(line)}\n" for line in lines)
