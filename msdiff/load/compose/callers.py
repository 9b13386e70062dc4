"""What settings of callers say without an address that leads anywhere, or without a server that is known.

In: the calls of a stack and what is known of its services. Out: what other services serve, and calls by the name of a
model. Promised: a service counts where a setting that says what it asks for (`EMBEDDING_URL`) holds its address, and
where it calls no model server itself; a model's name joins where exactly one server has it and no address says
otherwise; names of services say nothing.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from msdiff.load.compose.links import Link, has_address_beside, is_model_key
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


def by_model(project: Project, links: Iterable[Link], known: Mapping[str, Served]) -> Iterator[Link]:
    """Calls of services that ask for a model by its name, without an address: of the one server that has it."""
    servers: dict[str, list[str]] = {}
    for name, one in known.items():
        for model in _names(one) if one.engine != "ollama" else ():  # whoever pulls a model does not serve it
            servers.setdefault(model, []).append(name)
    if not servers:
        return
    found = tuple(links)
    asked = {(link.source, link.model.place) for link in found if link.model}
    joined = {(link.source, link.target) for link in found}
    for service in project.services.values():
        for key, value in service.env.items() if service.name not in known else ():
            having = servers.get(value.text, ())
            if len(having) != 1 or not is_model_key(key) or (service.name, value.place) in asked:
                continue
            if has_address_beside(key, service.env):
                continue
            role = next((role for match, role in _SETTINGS[:2] if match.search(key)), known[having[0]].role)
            if role == known[having[0]].role and (service.name, having[0]) not in joined:
                joined.add((service.name, having[0]))
                yield Link(service.name, key, having[0], value.place, model=value)


def _names(one: Served) -> Iterator[str]:
    said = {each.attribute: each.value for each in one.said}
    names = said.get("model.servedNames")
    if isinstance(names, tuple):
        yield from (name for name in names if isinstance(name, str))
    elif isinstance(model := said.get("model.id"), str):
        yield model
