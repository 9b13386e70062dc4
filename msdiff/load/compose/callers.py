"""Servers that only the settings of their callers make known: `EMBEDDING_URL: http://vectors:8000`.

In: the calls of a stack and what is known of its services. Out: what the others serve. Promised: a service counts
where a setting that says what it asks for (an embedder, a reranker, a model server) holds its address, and where it
calls no model server itself; the name of the service says nothing.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from msdiff.load.compose.links import Link
from msdiff.load.compose.project import Project
from msdiff.load.serving import Said, Served

_SETTINGS = (
    (re.compile(r"(?i)(?:^|_)(?:re)?rank(?:er|ing)?(?:_|$)"), "reranker"),
    (re.compile(r"(?i)(?:^|_)embed(?:der|dings?)(?:_|$)"), "embedder"),
    (re.compile(r"(?i)(?:^|_)(?:llm|vlm|tgi|vllm|ollama|model_?server|inference)(?:_|$)"), "model"),
)  # what a setting asks for; a model of unknown kind is a model


def known_by_callers(
    project: Project, links: Iterable[Link], known: Mapping[str, Served], others: Collection[str]
) -> dict[str, Served]:
    """What services serve of which nothing else says so. `others` are known to serve no model."""
    inside = [one for one in links if one.target in project.services and not one.unresolved]
    calling = {one.source for one in inside if one.target in known}
    found: dict[str, Served] = {}
    for link in inside:
        name = link.target
        if name in known or name in others or name in calling or link.setting == "depends_on":
            continue
        role = next((role for match, role in _SETTINGS if match.search(link.setting)), None)
        if role is not None and (name not in found or found[name].role == "model"):
            said = (Said("outputs.vector.type", "embedding", link.place),) if role == "embedder" else ()
            found[name] = Served(role, said)
    return found
