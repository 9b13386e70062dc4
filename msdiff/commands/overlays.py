"""A first document for the stacks that were found: what files of a stack cannot say, to be filled in.

In: claims of stacks. Out: the text of `ApplicationGraph` documents of the stacks' names, which add to them. Promised: the
text states nothing by itself; what it suggests stands in comments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from msdiff.model.claim import Claim, GraphKey
from msdiff.report.escape import visible

MOST = 5  # stacks that get a document
_HEAD = """\
# Adds to what the files of the stack `{label}` say. All keys: msdiff schema graph
apiVersion: msdiff/v1
kind: ApplicationGraph
metadata: {{{names}}}
spec:
  nodes:
"""
_TAIL = """\
  # slos:
  #   - {{name: answer, at: {caller}, percentile: p95, latencyMs: 1000}}
"""


def overlay_text(claims: Iterable[Claim]) -> str:
    """A document for each stack (at most five), "" where there is none."""
    stacks: dict[GraphKey, dict[str, dict[str, object]]] = {}
    for claim in claims:
        if claim.element.startswith("node:"):
            node = stacks.setdefault(claim.graph, {}).setdefault(claim.element.removeprefix("node:"), {})
            if claim.attribute:
                node.setdefault(claim.attribute, claim.value)
    return "---\n".join("".join(_document(key, nodes)) for key, nodes in list(stacks.items())[:MOST])


def _document(key: GraphKey, nodes: dict[str, dict[str, object]]) -> Iterator[str]:
    names = f"name: {_plain(key.name)}" + (f", variant: {_plain(key.variant)}" if key.variant else "")
    yield _HEAD.format(label=key.label, names=names)
    embedders = {name: said.get("model.id") for name, said in nodes.items() if said.get("role") == "embedder"}
    for name, said in nodes.items():
        if said.get("role") == "vectorStore":
            yield f"    {_plain(name)}:\n"
            for embedder, model in list(embedders.items())[:1]:
                shown = _plain(model) if isinstance(model, str) else "MODEL"
                built = f"{{node: {_plain(embedder)}, model: {shown}}}"
                yield f"      # store: {{builtWith: {built}}}  # what its vectors were made with\n"
    callers = [name for name, said in nodes.items() if "role" not in said] or list(nodes)
    for name in callers[:1]:
        yield f"    {_plain(name)}:\n      # owner: your-team\n"
        yield _TAIL.format(caller=_plain(name))


def _plain(text: str) -> str:
    """The text as a YAML scalar in block or flow style."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_./-]*", text) and text.casefold() not in ("null", "true", "false"):
        return text
    return visible(json.dumps(text, ensure_ascii=False))  # the same escapes in YAML
