"""Who calls whom: addresses in variables and command lines, `models`, `depends_on`.

In: a stack's services. Out: `Link`s with the place that states each, targets by name. Promised: a link has an address
or a declaration; names that only look alike make none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msdiff.load.addresses import Address, addresses, is_own_machine
from msdiff.load.compose.project import Project, Service
from msdiff.load.serving import Word
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown

_ADDRESS_KEY = re.compile(
    r"(?i)(^|[_.-])(urls?|uris?|endpoints?|hosts?|hostname|host_?ip|ip|address|addr|server|service|base|origin|upstream|backend|broker|target)(_\d+)?$"
    r"|(server|endpoint|base|api|service)_?(url|uri)s?$|(server|service|base)host$"
)
_ENDING = re.compile(
    r"(?i)[_-]?((grpc|http|https|rest|api|base|service|server|host|inference|openai|tei|tgi|vllm)[_-]?)*"
    r"(url|uri|endpoint|endpointurl|serverurl|host|hostname|ip|address|addr|server|service|base|port)s?$"
)
_MODEL_ENDING = re.compile(r"(?i)[_-]?(model|model[_-]?name|model[_-]?id|name)$")
_MODEL_KEY = re.compile(r"(?i)(^|[_-])model(s)?([_-]?(name|id))?$|modelname$|modelid$|(^|[_-])(llm|vlm)$")
_AI_KEY = re.compile(
    r"(?i)llm|vlm|openai|ollama|embed|rerank|ranking|inference|model|nim(_|$)|tgi|tei(_|$)|vllm|qdrant|milvus|weaviate|chroma|vector|guardrail|whisper"
)


class Link(NamedTuple):
    """One call. `setting` is what holds the address: a variable, a flag; `target` is a node's name, or a host that is none."""

    source: str
    setting: str
    target: str
    place: Location
    port: int | None = None
    path: str = ""
    model: Word | None = None
    external: bool = False
    unresolved: bool = False


def links_of(
    project: Project, kept: frozenset[str], serving: frozenset[str] = frozenset(), plain: frozenset[str] = frozenset()
) -> Iterator[Link]:
    """All calls of a stack. `kept` are the nodes that serve models or keep vectors.

    Those that serve and `plain` databases and tools call nobody because of variables in a file that they share with
    others; `plain` ones call nobody because they start after somebody, either.
    """
    hosts = _hosts(project)
    addressed = _addressed(project, hosts)
    published: dict[int, list[tuple[str, int]]] = {}
    for one in project.services.values():
        for outer, inner in one.published:
            published.setdefault(outer, []).append((one.name, inner))
    for one in project.services.values():
        linked = set()
        deaf = one.name in serving or one.name in plain or one.name in addressed
        for link in _of_service(one, project, hosts, published, deaf=deaf):
            linked.add(link.target)
            yield link
        for name, place in one.depends.items():
            if name in kept and name not in linked and one.name != name and one.name not in plain:
                yield Link(one.name, "depends_on", name, place)


def _hosts(project: Project) -> Mapping[str, tuple[str, ...]]:
    """The services that answer to a name: one for the name of a service, each that has it for another."""
    found: dict[str, tuple[str, ...]] = {}
    for name, one in project.services.items():
        for host in one.names:
            found[host] = (*found.get(host, ()), name)
    return found | {name: (name,) for name in project.services}


def _addressed(project: Project, hosts: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Databases that no table knows: the file of variables that they share holds their own host, for their callers.

    What is built here, or is asked over HTTP, may well be a part of the application that calls others.
    """
    return frozenset(
        one.name
        for one in project.services.values()
        if not one.built
        and any(
            one.name in hosts.get(address.host, ()) and not address.scheme.startswith("http")
            for key in one.shared
            for address in _asked(key, one.env[key], hosts)
        )
    )


def _of_service(
    one: Service,
    project: Project,
    hosts: Mapping[str, tuple[str, ...]],
    published: Mapping[int, list[tuple[str, int]]],
    *,
    deaf: bool,
) -> Iterator[Link]:
    for model, endpoint, variable, place in one.models:
        asked = one.env.get(variable)
        yield Link(
            one.name,
            endpoint or model,
            node_of_model(project, model),
            place,
            model=asked,
            unresolved=model not in project.models,
        )
    for key, value in one.env.items():
        shared = key in one.shared
        for address in _asked(key, value, hosts) if not (shared and deaf) else ():
            for link in _links(one, key, value.place, address, project, hosts, published):
                if not (shared and link.unresolved):  # whoever shares a file need not mean all of it
                    yield link._replace(model=_model_beside(key, one.env))
    for before, value in zip((None, *one.words), one.words, strict=False):
        flag, equals, rest = value.text.partition("=")
        setting = (
            flag if equals and flag.startswith("-") else before.text if before and before.text.startswith("-") else ""
        )
        inner = value._replace(text=rest) if equals and flag.startswith("-") else value
        name = setting.lstrip("-") or "command"
        for address in _asked(name, inner, hosts) if setting or "://" in inner.text else ():
            for link in _links(one, name, value.place, address, project, hosts, published):
                if not link.unresolved and not link.external:
                    yield link


def _asked(key: str, value: Word, hosts: Mapping[str, tuple[str, ...]]) -> Iterator[Address]:
    """The addresses in a variable: a host alone counts where the key says that it is one."""
    is_address = _ADDRESS_KEY.search(key) is not None
    for one in addresses(value.text):
        if one.scheme or one.port is not None or (is_address and one.host in hosts):
            yield one


def _links(
    one: Service,
    key: str,
    place: Location,
    address: Address,
    project: Project,
    hosts: Mapping[str, tuple[str, ...]],
    published: Mapping[int, list[tuple[str, int]]],
) -> Iterator[Link]:
    """The calls that an address means: to each service that answers to the host (cpu and gpu, of which one runs)."""
    port = address.port
    if port is None and not address.scheme:
        port = _port_beside(key, one.env)
    if address.host in hosts:
        targets = hosts[address.host]
        if one.name not in targets:
            yield from (Link(one.name, key, target, place, port, address.path) for target in targets)
    elif (link := _outside(one, key, place, address, port, project, published)) is not None:
        yield link


def _outside(
    one: Service,
    key: str,
    place: Location,
    address: Address,
    port: int | None,
    project: Project,
    published: Mapping[int, list[tuple[str, int]]],
) -> Link | None:
    """The call of a host that is no service of the stack; through a published port it may still be one."""
    host = address.host
    if not host and not address.scheme:
        return None  # `:9001` is where somebody listens
    if is_own_machine(host):
        found = published.get(port or 0, ())
        if len(found) == 1 and found[0][0] != one.name and host not in ("localhost", "127.0.0.1", "0.0.0.0"):
            return Link(one.name, key, found[0][0], place, found[0][1], address.path)
        if host == "host.docker.internal" and _AI_KEY.search(key):
            return Link(one.name, key, host, place, port, external=True)
        return None
    if address.scheme in ("file", "s3", "hf", "gs", "jdbc", "sqlite", "unix") or not host:
        return None
    if "." in host:
        ours = _AI_KEY.search(key) and re.fullmatch(r"[\w.-]+\.[A-Za-z]{2,}", host)
        return Link(one.name, key, host, place, external=True) if ours else None
    if not (address.scheme or (_ADDRESS_KEY.search(key) and port)):
        return None
    return Link(one.name, key, host, place, port, unresolved=not project.open, external=project.open)


def _stem(key: str, ending: re.Pattern[str]) -> str:
    """What the setting is about: `APP_LLM` of `APP_LLM_SERVERURL` and `APP_LLM_MODELNAME`."""
    before = None
    while before != key:
        before, key = key, ending.sub("", key)
    return key.upper().strip("_-")


def _model_beside(key: str, env: Mapping[str, Word]) -> Word | None:
    """The model that is asked for at an address: the setting of the same stem."""
    stem = _stem(key, _ENDING)
    if not stem:
        return None
    for other, value in env.items():
        if (
            _MODEL_KEY.search(other)
            and (value.text or value.missing)
            and stem in (other.upper(), _stem(other, _MODEL_ENDING))
        ):
            return value._replace(text=value.text.strip("\"'"))
    return None


def _port_beside(key: str, env: Mapping[str, Word]) -> int | None:
    """The port in a setting of its own: `LLM_SERVER_PORT` beside `LLM_SERVER_HOST_IP`."""
    stem = re.sub(r"(?i)[_-]?(host[_-]?ip|hostname|host|ip|address|addr|server)$", "", key)
    for name in (f"{stem}_PORT", f"{stem}PORT", f"{stem}_port"):
        found = env.get(name)
        if found is not None and found.text.isdigit() and 0 < int(found.text) < 65536:
            return int(found.text)
    return None


def node_of_model(project: Project, model: str) -> str:
    """The node of an entry of `models`: its name, told apart from a service of the same name."""
    return f"models.{model}" if model in project.services else model


def is_model_key(key: str) -> bool:
    """Whether a variable names a model."""
    return _MODEL_KEY.search(key) is not None


def has_address_beside(key: str, env: Mapping[str, Word]) -> bool:
    """Whether a setting of the same stem holds an address, wherever it leads."""
    stem = _stem(key, _MODEL_ENDING)
    return any(
        _ADDRESS_KEY.search(other) and value.text and not value.missing and _stem(other, _ENDING) == stem
        for other, value in env.items()
        if other != key
    )


def asked_model(link: Link) -> str | Unknown | None:
    """The model that the caller asks for."""
    if link.model is None:
        return None
    return Unknown(f"nothing sets {', '.join(link.model.missing)}") if link.model.missing else link.model.text or None
