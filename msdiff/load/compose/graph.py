"""A stack as claims: which services belong to the AI application, what each serves, who calls whom.

In: a read stack and the tables. Out: claims and the names of services that were left out. Promised: a service belongs
to the graph if it serves a model, keeps vectors, or calls one that does, directly or through others; each claim
stands where a person would change the value.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from msdiff.load.claiming import Claims, port_name
from msdiff.load.compose.callers import by_model, known_by_callers
from msdiff.load.compose.environment import MODEL, Application, Calls, Inside, application_of, models_asked
from msdiff.load.compose.links import Link, asked_model, links_of, node_of_model
from msdiff.load.compose.project import Model, Project, Service
from msdiff.load.keymaps import KeyMaps
from msdiff.load.keymaps.gateway import Gateway
from msdiff.load.serving import Served, Tables, Word, served, split_image
from msdiff.model.claim import Claim, GraphKey
from msdiff.model.location import Location
from msdiff.model.values import Unknown, Value

KIND = "Compose"
TEXT = "text"  # the port of an embedder that texts go to
QUERY = "query"  # the port of a store that vectors go to
CALLED = {
    "embed": "embedder",
    "rerank": "reranker",
    "ranking": "reranker",
    "guard": "guardrail",
    **dict.fromkeys(("qdrant", "milvus", "weaviate", "chroma", "vector"), "vectorStore"),
}  # part of a setting's name -> role of what is asked there
GENERATING = ("llm", "openai", "ollama", "vlm", "tgi", "nim_", "inference", "model")


def claims_of(project: Project, tables: Tables, maps: KeyMaps) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
    """The claims of a stack, and the services that are none of the graph's; no claims where the stack serves no model."""
    stack = project.stack
    roles = {
        name: found
        for name, one in project.services.items()
        if (found := served(one.image, one.words, one.env, tables))
    }
    roles = {name: one for name, one in roles.items() if not _plain_database(project.services[name], one, project)}
    core = {*roles, *(node_of_model(project, name) for name in project.models)}
    plain = {name for name, one in project.services.items() if tables.plain.search(split_image(one.image.text)[0])}
    links = tuple(dict.fromkeys(links_of(project, frozenset(core), frozenset(roles), frozenset(plain))))
    gateways = tuple(_gateways(project, roles, tables, maps))
    if more := known_by_callers(project, links, roles, {*plain, *(name for name, _ in gateways)}):
        roles |= more
        core |= more.keys()
        links = tuple(dict.fromkeys(links_of(project, frozenset(core), frozenset(roles), frozenset(plain))))
    links += tuple(by_model(project, links, roles))
    elsewhere = {link.target for link in links if link.external and _role_called(link.setting)}
    calls = Calls(links, {**_roles_of(project, roles, links, tables), **{name: "gateway" for name, _ in gateways}})
    applications = {
        name: application_of(one, calls, maps, serves=name in roles or name in plain)
        for name, one in project.services.items()
    }
    within = {name for name, one in applications.items() if one.inside}
    core |= {*(name for name, _ in gateways), *within}
    if not project.models and not elsewhere and not gateways and not within and all(one.weak for one in roles.values()):
        return (), ()
    kept = _callers(core | elsewhere, links)
    claims = Claims(GraphKey(stack.name, stack.variant, KIND))
    claims.say("graph:", "", None, Location(stack.files[0].path, 1, 1, "compose"))
    for name, one in project.services.items():
        if name in kept:
            _service(claims, one, roles.get(name))
    for name, model in project.models.items():
        _model(claims, node_of_model(project, name), model, tables)
    _links(claims, [one for one in links if one.source in kept], kept, roles)
    for name, gateway in gateways:
        claims.say(f"node:{name}", "role", "gateway", project.services[name].place)
        gateway.say(claims)
    _settings(claims, [one for name, one in applications.items() if name in kept])
    return tuple(claims.found), tuple(name for name in project.services if name not in kept)


def _plain_database(one: Service, found: Served, project: Project) -> bool:
    """Whether a general database is there for something else: nobody who calls it speaks of an index or of vectors."""
    if found.engine != "redis" or any("vector" in host.lower() for host in one.names):
        return False
    for other in project.services.values():
        about = any(
            "VECTOR" in key.upper() and any(host in value.text for host in one.names)
            for key, value in other.env.items()
        )
        if about or (
            "INDEX_NAME" in other.env and any(host in value.text for value in other.env.values() for host in one.names)
        ):
            return False
    return True


def _callers(core: set[str], links: tuple[Link, ...]) -> frozenset[str]:
    """The core and all that call it, directly or through others."""
    calling: dict[str, set[str]] = {}
    for link in links:
        calling.setdefault(link.target, set()).add(link.source)
    found, queue = set(core), list(core)
    while queue:
        for name in calling.get(queue.pop(), ()):
            if name not in found:
                found.add(name)
                queue.append(name)
    return frozenset(found)


def _service(claims: Claims, one: Service, found: Served | None) -> None:
    element = f"node:{one.name}"
    claims.say(element, "", None, one.place)
    if one.image.missing:
        claims.say(element, "image", Unknown(f"nothing sets {', '.join(one.image.missing)}"), one.image.place)
    elif one.image.text:
        claims.say(element, "image", one.image.text, one.image.place)
    if one.profiles and "" not in one.profiles and one.profiled is not None:
        claims.say(element, "standby", True, one.profiled)
    if found is None:
        return
    claims.say(element, "role", found.role, one.image.place if one.image.text else one.place)
    for said in found.said:
        claims.say(element, said.attribute, said.value, said.place)
        if said.attribute == "model.id" and isinstance(said.value, str):
            _mounted(claims, element, said.value, one)
    if found.role == "vectorStore":
        claims.say(element, f"inputs.{QUERY}.type", "embedding", one.image.place if one.image.text else one.place)
        if one.keeps is not None:
            claims.say(element, "store.rebuild", "manual", one.keeps)


def _mounted(claims: Claims, element: str, model: str, one: Service) -> None:
    """Where a model that is a path in the container lies in the repository."""
    for folder, target, place in one.mounts:
        if model == target or model.startswith(f"{target}/"):
            path = posixpath.normpath(posixpath.join(folder, model[len(target) + 1 :]))
            beside = posixpath.relpath(path, posixpath.dirname(place.file) or ".")
            claims.say(element, "model.uri", beside if beside.startswith("..") else f"./{beside}", place)
            return


def _model(claims: Claims, name: str, model: Model, tables: Tables) -> None:
    """An entry of the top-level `models`: what the runner serves, by its name, `context_size` and `runtime_flags`."""
    element = f"node:{name}"
    claims.say(element, "", None, model.place)
    engine = next(one for one in tables.engines if one.name == "llama.cpp")
    flags = (Word("llama-server", model.place), *model.flags)
    found = served(Word("", model.place), flags, {}, tables)
    said = {one.attribute: one for one in found.said if not one.attribute.startswith("engine.name")} if found else {}
    id: Value | Unknown = Unknown(f"nothing sets {', '.join(model.id.missing)}") if model.id.missing else model.id.text
    role = tables.role(model.id.text) if not model.id.missing else None
    claims.say(element, "role", role or engine.role, model.id.place)
    claims.say(element, "model.id", id, model.id.place)
    if role == "embedder":
        claims.say(element, "outputs.vector.type", "embedding", model.id.place)
    if model.context is not None and model.context.text.isdigit():
        claims.say(element, "engine.maxModelLen", int(model.context.text), model.context.place)
        said.pop("engine.maxModelLen", None)
    for one in said.values():
        if one.attribute != "model.id" and not one.attribute.startswith("outputs."):
            claims.say(element, one.attribute, one.value, one.place)


def _links(claims: Claims, links: list[Link], kept: frozenset[str], roles: Mapping[str, Served]) -> None:
    seen: dict[tuple[str, str, str], Link] = {}
    outside: dict[str, Link] = {}
    for link in links:
        known = link.target in kept or link.unresolved
        if link.external and _role_called(link.setting):
            outside.setdefault(link.target, link)
            known = True
        if known:
            seen.setdefault((link.source, link.setting, link.target), link)
    for name, link in outside.items():
        _outside(claims, name, link)
    for link in seen.values():
        if link.unresolved and link.target not in kept and not _role_called(link.setting):
            continue
        element = claims.edge(f"{link.source}.{port_name(link.setting)}", link.target, link.place)
        claims.say(element, "edge.kind", "call", link.place)
        if link.port is not None and _listens(link.target, roles):
            claims.say(element, "edge.endpoint.port", link.port, link.place)
        asked = asked_model(link)
        if asked is not None and link.model is not None and not link.unresolved:
            claims.say(element, "edge.model", _without_provider(asked, roles.get(link.target)), link.model.place)
    for store, embedder, place in _own_embedders(seen.values(), roles):
        claims.say(f"node:{store}", "store.builtWith.node", embedder, place)
    for producer, consumer, place in _vectors(seen.values(), roles):
        element = claims.edge(f"{producer}.vector", f"{consumer}.{QUERY}", place)
        claims.say(element, "edge.role", "query", place)


def _gateways(
    project: Project, roles: Mapping[str, Served], tables: Tables, maps: KeyMaps
) -> Iterator[tuple[str, Gateway]]:
    """Services that are model gateways: a configuration that a map knows is mounted into them."""
    hosts = {host: one.name for one in project.services.values() for host in one.names}
    for name, one in project.services.items():
        known = ((part, maps.by_name[key]) for part in one.settings for key in part.maps)
        found = next(((part, found) for part, found in known if found.items is not None), None)
        if found is not None and name not in roles and found[0].settings is not None:
            part, about = found
            yield name, Gateway(part.path, found[0].settings, about, tables.role, name, hosts)


def _roles_of(
    project: Project, roles: Mapping[str, Served], links: tuple[Link, ...], tables: Tables
) -> Mapping[str, str]:
    """The roles of all nodes that may be called."""
    models = {
        node_of_model(project, name): tables.role(one.id.text) or "generator" for name, one in project.models.items()
    }
    outside = {link.target: _role_called(link.setting) for link in reversed(links) if link.external}
    return {**outside, **models, **{name: one.role for name, one in roles.items()}}


def _settings(claims: Claims, applications: list[Application]) -> None:
    """What the settings of services say of the nodes that they call and of what runs inside of them."""
    serving = frozenset(one.element[5:] for one in claims.found if one.attribute == MODEL)
    for one in applications:
        for node in one.inside:
            _inside(claims, node)
        for wire in one.wires:
            element = claims.edge(wire.producer, wire.consumer, wire.place)
            claims.say(element, "edge.role", wire.role, wire.place)
            end, _, port = wire.consumer.rpartition(".")
            if port == TEXT:
                claims.say(f"node:{end}", f"inputs.{TEXT}.type", "text", wire.place)
    told = tuple(one for application in applications for one in application.told)
    for said in (*(one for one in told if one.attribute != MODEL), *models_asked(told, serving)):
        claims.say(f"node:{said.node}", said.attribute, said.value, said.place)


def _inside(claims: Claims, node: Inside) -> None:
    """A node that runs in the process of a service."""
    element = f"node:{node.name}"
    claims.say(element, "", None, node.place)
    claims.say(element, "role", node.role, node.place)
    edge = claims.edge(f"{node.service.name}.{port_name(node.part)}", node.name, node.place)
    claims.say(edge, "edge.kind", "call", node.place)
    if node.role == "embedder":
        claims.say(element, "outputs.vector.type", "embedding", node.place)
    if node.role == "chunker":
        claims.say(element, "outputs.chunks.type", "text", node.place)
    if node.role == "vectorStore":
        claims.say(element, f"inputs.{QUERY}.type", "embedding", node.place)
        if node.service.keeps is not None:
            claims.say(element, "store.rebuild", "manual", node.service.keeps)


def _outside(claims: Claims, name: str, link: Link) -> None:
    """A server that is in no file of the stack."""
    element = f"node:{name}"
    claims.say(element, "", None, link.place)
    claims.say(element, "role", _role_called(link.setting) or "model", link.place)
    claims.say(element, "endpoint.external", name != "host.docker.internal", link.place)


def _role_called(setting: str) -> str:
    """The role of a server in no file of the stack, by the setting that holds its address; "" where that says nothing."""
    name = setting.lower()
    for word, role in CALLED.items():
        if word in name:
            return role
    return "generator" if any(word in name for word in GENERATING) else ""


def _vectors(links: Iterable[Link], roles: Mapping[str, Served]) -> Iterator[tuple[str, str, Location]]:
    """Vectors on their way into a store: whoever calls an embedder and a store brings them from the one to the other.

    A store that calls an embedder itself brings them to itself.
    """
    calls: dict[str, dict[str, Link]] = {}
    for link in links:
        calls.setdefault(link.source, {}).setdefault(link.target, link)
    for name, targets in calls.items():
        if _is(name, "vectorStore", roles):
            targets.setdefault(name, next(iter(targets.values())))
    done = set()
    for targets in calls.values():
        for embedder in targets:
            for store, link in targets.items():
                pair = (embedder, store)
                if _is(embedder, "embedder", roles) and _is(store, "vectorStore", roles) and pair not in done:
                    done.add(pair)
                    yield embedder, store, link.place


def _own_embedders(links: Iterable[Link], roles: Mapping[str, Served]) -> Iterator[tuple[str, str, Location]]:
    """Stores that embed what is put into them: each with the one embedder that it calls."""
    called: dict[str, dict[str, Location]] = {}
    for link in links:
        if _is(link.source, "vectorStore", roles) and _is(link.target, "embedder", roles):
            called.setdefault(link.source, {}).setdefault(link.target, link.place)
    yield from ((store, *next(iter(found.items()))) for store, found in called.items() if len(found) == 1)


def _is(name: str, role: str, roles: Mapping[str, Served]) -> bool:
    return name in roles and roles[name].role == role


def _without_provider(asked: str | Unknown, server: Served | None) -> str | Unknown:
    """`acme/answer` for `openai/acme/answer`, as gateway libraries write it, where the server answers to that."""
    names = next((one.value for one in server.said if one.attribute == "model.servedNames"), ()) if server else ()
    rest = asked.partition("/")[2] if isinstance(asked, str) else ""
    known = isinstance(names, tuple) and asked not in names and rest in names
    return rest if known else asked


def _listens(name: str, roles: Mapping[str, Served]) -> bool:
    """Whether a server states the port that it listens on."""
    return name in roles and any(one.attribute == "endpoint.port" for one in roles[name].said)
