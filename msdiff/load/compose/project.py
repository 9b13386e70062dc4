"""The services of one stack, filled in.

In: a stack and the parts of the version. Out: `Service` by name: image, words of the command line, environment,
addresses, all with places; and the models that the file declares. Promised: `extends` and `include` are followed
within the repository, in no circle; what they name and is not there leaves a note; values of secrets are not filled
in.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from msdiff.load.compose.interpolation import Filled, Lookup
from msdiff.load.compose.parts import NAME, Part
from msdiff.load.compose.services import MAX_DEPTH, Draft, Piece, draft_of
from msdiff.load.compose.stacks import Stack
from msdiff.load.compose.variables import Variables, said, word
from msdiff.load.secrets import is_secret
from msdiff.load.serving import Word, words_of
from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.syntax.tree import Entry, Scalar, Sequence, Tree
from msdiff.syntax.tree import Mapping as Map

MAX_SERVICES = 2_000
MAX_WORDS = 2_000


NOTHING: Mapping[str, Word] = {}


class Service(NamedTuple):
    """A service without its secrets. It answers to `names`; `published` are ports of the machine and its own."""

    name: str
    place: Location
    image: Word
    built: bool
    words: tuple[Word, ...]
    env: Mapping[str, Word]
    shared: frozenset[str]  # variables that come from an `env_file`
    names: tuple[str, ...]
    depends: Mapping[str, Location]
    models: tuple[tuple[str, str, str, Location], ...]  # model, endpoint variable, model variable
    profiles: tuple[str, ...]
    profiled: Location | None
    keeps: Location | None  # the volume that outlives the container
    mounts: tuple[tuple[str, str, Location], ...]  # folder of the repository, where it is in the container
    published: tuple[tuple[int, int], ...]
    settings: tuple[Part, ...] = ()  # settings files that are mounted
    defaults: Mapping[str, Word] = NOTHING  # of variables, in Python modules of what the service is built from


class Model(NamedTuple):
    """An entry of the top-level `models`."""

    name: str
    place: Location
    id: Word
    context: Word | None
    flags: tuple[Word, ...]


class Project(NamedTuple):
    """A stack, read."""

    stack: Stack
    services: Mapping[str, Service]
    models: Mapping[str, Model]
    open: bool  # files or networks outside may bring more services
    notes: tuple[str, ...]


def project_of(stack: Stack, parts: Mapping[str, Part], variables: Variables, modules: tuple[str, ...] = ()) -> Project:
    """The services and models of a stack. `modules` are the paths of Python settings modules."""
    return _Reader(stack, parts, variables, modules).project()


class _Reader:
    def __init__(self, stack: Stack, parts: Mapping[str, Part], variables: Variables, modules: tuple[str, ...]) -> None:
        self._modules = modules
        self._stack = stack
        self._folder = stack.folder
        self._parts = parts
        self._variables = variables
        self._notes: list[str] = []
        self._lost: list[str] = []
        self._open = False
        self._folders: dict[str, str] = {}  # file -> folder of the project that it belongs to
        self._extra: dict[str, Mapping[str, Filled]] = {}

    def project(self) -> Project:
        drafts: dict[str, Draft] = {}
        models: dict[str, tuple[Part, Entry]] = {}
        for part in self._stack.files:
            self._file(part, self._folder, drafts, models, ())
        services = {name: self._service(name, one) for name, one in list(drafts.items())[:MAX_SERVICES]}
        ready = {name: self._model(name, *one) for name, one in models.items()}
        notes = tuple(dict.fromkeys(self._notes))
        if self._lost:
            more = f" and {len(self._lost) - 1} more files" if len(self._lost) > 1 else ""
            notes = (*notes, f"{self._lost[0]}{more}, not there")
        return Project(self._stack, services, {n: m for n, m in ready.items() if m}, self._open, notes)

    def _lookup(self, part: Part) -> Lookup:
        known = self._variables.lookup(self._folders.get(part.path, self._folder))
        extra = self._extra.get(part.path)
        return (lambda name: extra.get(name) or known(name)) if extra else known

    def _file(
        self,
        part: Part,
        folder: str,
        drafts: dict[str, Draft],
        models: dict[str, tuple[Part, Entry]],
        trail: tuple[str, ...],
    ) -> None:
        """Adds what a file and the files that it includes say."""
        root = part.root
        if root is None or part.path in trail or len(trail) > MAX_DEPTH:
            return
        self._folders.setdefault(part.path, folder)
        include = root.get("include")
        for one in include.items if isinstance(include, Sequence) else (include,) if include is not None else ():
            self._include(one, part, drafts, models, (*trail, part.path))
        services = root.get("services")
        for name, entry in services.entries.items() if isinstance(services, Map) else ():
            if (entry.value.line, entry.value.column) in part.resets:
                drafts.pop(name, None)
                continue
            draft = self._extended(part, entry, ())
            drafts[name] = drafts[name].put_over(draft) if name in drafts else draft
        found = root.get("models")
        for name, entry in found.entries.items() if isinstance(found, Map) else ():
            models[name] = (part, entry)
        networks = root.get("networks")
        for entry in networks.entries.values() if isinstance(networks, Map) else ():
            if (
                isinstance(entry.value, Map)
                and isinstance(outside := entry.value.get("external"), Scalar)
                and outside.value is True
            ):
                self._open = True

    def _include(
        self,
        tree: Tree,
        part: Part,
        drafts: dict[str, Draft],
        models: dict[str, tuple[Part, Entry]],
        trail: tuple[str, ...],
    ) -> None:
        path = tree.get("path") if isinstance(tree, Map) else tree
        for one in path.items if isinstance(path, Sequence) else (path,):
            if not isinstance(one, Scalar) or not one.text:
                continue
            text = word(part, one, self._lookup(part))
            target = self._found(part, text.text) if not text.missing else None
            if target is None:
                self._open = True
                self._lost.append(f"{part.path} includes {one.text}")
                continue
            folder = posixpath.dirname(target.path)
            if isinstance(tree, Map) and isinstance(said_folder := tree.get("project_directory"), Scalar):
                folder = posixpath.normpath(posixpath.join(posixpath.dirname(part.path), said_folder.text))
            if isinstance(tree, Map) and (env := tree.get("env_file")) is not None:
                for file in env.items if isinstance(env, Sequence) else (env,):
                    if isinstance(file, Scalar):
                        where = posixpath.normpath(posixpath.join(posixpath.dirname(part.path), file.text))
                        self._extra[target.path] = {
                            **self._extra.get(target.path, {}),
                            **self._variables.of_file(where, lambda name: None),
                        }
            self._file(target, folder, drafts, models, trail)

    def _found(self, part: Part, path: str) -> Part | None:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(part.path), path))
        found = self._parts.get(target)
        return found if found is not None and found.root is not None else None

    def _extended(self, part: Part, entry: Entry, trail: tuple[tuple[str, str], ...]) -> Draft:
        """A service put over the one that it extends."""
        own = draft_of(part, entry)
        extends = entry.value.get("extends") if isinstance(entry.value, Map) else None
        if extends is None or len(trail) > MAX_DEPTH:
            return own
        service = extends.get("service") if isinstance(extends, Map) else extends
        file = extends.get("file") if isinstance(extends, Map) else None
        if not isinstance(service, Scalar):
            return own
        source: Part | None = part
        if isinstance(file, Scalar):
            source = self._found(part, file.text)
        services = source.root.get("services") if source is not None and source.root is not None else None
        target = services.entries.get(service.text) if isinstance(services, Map) else None
        if source is None or target is None or (source.path, service.text) in trail:
            self._open = True
            shown = file.text if isinstance(file, Scalar) else part.path
            self._notes.append(f"{part.path} extends {service.text} of {shown}, which is not there")
            return own
        self._folders.setdefault(source.path, self._folders.get(part.path, self._folder))
        below = self._extended(source, target, (*trail, (source.path, service.text)))
        below.depends = {}  # what it depends on is not shared
        below.key, below.part = own.key, own.part
        return below.put_over(own)

    def _word(self, piece: Piece | None) -> Word | None:
        if piece is None or not isinstance(piece.tree, Scalar):
            return None
        return word(piece.part, piece.tree, self._lookup(piece.part))

    def _service(self, name: str, draft: Draft) -> Service:
        place = Location(draft.part.path, draft.key.line, draft.key.column, NAME)
        env = self._environment(draft)
        shared = frozenset(env.keys() - draft.environment.keys())
        words = tuple(self._words(draft.single.get("entrypoint"), env)) + tuple(
            self._words(draft.single.get("command"), env)
        )
        names = [
            name,
            *(
                one.text
                for key in ("container_name", "hostname")
                if (one := self._word(draft.single.get(key))) and not one.missing
            ),
        ]
        names += [one.text for piece in draft.aliases if (one := self._word(piece)) and not one.missing]
        profiles = [(one.text, one.place) for piece in draft.profiles if (one := self._word(piece))]
        tree = draft.key.value
        return Service(
            name,
            place,
            self._word(draft.single.get("image")) or Word("", place),
            "build" in draft.single,
            words[:MAX_WORDS],
            env,
            shared,
            tuple(dict.fromkeys(one for one in names if one)),
            {key: Location(one.part.path, one.key.line, one.key.column, NAME) for key, one in draft.depends.items()},
            tuple(self._models(draft)),
            tuple(one for one, _ in profiles),
            profiles[0][1] if profiles else None,
            self._keeps(draft),
            tuple(self._mounts(draft)),
            tuple(self._published(tree, draft.part)) if isinstance(tree, Map) else (),
            tuple(self._settings(draft)),
            self._defaults(draft),
        )

    def _environment(self, draft: Draft) -> Mapping[str, Word]:
        """Variables of the container, without secrets; what the file says itself counts before its `env_file`."""
        env: dict[str, Word] = {}
        for piece in draft.env_files:
            path = self._word(piece)
            if path is None or path.missing:
                continue
            target = posixpath.normpath(posixpath.join(posixpath.dirname(piece.part.path), path.text))
            for name, value in self._variables.of_file(target, self._lookup(piece.part)).items():
                if not is_secret(name):
                    env[name] = Word(value.text, value.places[0], value.missing)
        for name, one in draft.environment.items():
            if is_secret(name):
                env.pop(name, None)
                continue
            found = said(name, one, self._lookup(one.part))
            if found is not None:
                env[name] = found
        return env

    def _words(self, piece: Piece | None, env: Mapping[str, Word]) -> Iterator[Word]:
        if piece is None:
            return
        trees = piece.tree.items if isinstance(piece.tree, Sequence) else (piece.tree,)
        for tree in trees:
            if not isinstance(tree, Scalar):
                continue
            whole = isinstance(piece.tree, Sequence) and not _is_script(tree.text)
            for raw in (tree.text,) if whole else words_of(tree.text):
                for inner in words_of(raw) if not whole and _is_script(raw) else (raw,):
                    yield self._filled(piece.part, tree, inner, env)

    def _filled(self, part: Part, tree: Scalar, raw: str, env: Mapping[str, Word]) -> Word:
        one = word(part, tree, self._lookup(part), raw)
        if "$" not in one.text:
            return one
        # `$$MODEL` is left to the shell of the container, which knows its environment

        def inside(name: str) -> Filled | None:
            known = env.get(name)
            return Filled(known.text, known.missing, (known.place,), True) if known else None

        return word(part, tree, inside, one.text)

    def _models(self, draft: Draft) -> Iterator[tuple[str, str, str, Location]]:
        for name, one in draft.models.items():
            place = Location(one.part.path, one.key.line, one.key.column, NAME)
            long = one.value if isinstance(one.value, Map) else None
            endpoint, model = (long.get(key) if long else None for key in ("endpoint_var", "model_var"))
            yield (
                name,
                endpoint.text if isinstance(endpoint, Scalar) else "",
                model.text if isinstance(model, Scalar) else "",
                place,
            )

    def _keeps(self, draft: Draft) -> Location | None:
        """Where a volume is mounted that outlives the container; configuration files are none."""
        for _, target, place in self._volumes(draft):
            if (
                target
                and "." not in posixpath.basename(target)
                and "conf" not in target
                and not target.startswith(("/etc", "/docker-entry", "/scripts"))
            ):
                return place
        return None

    def _mounts(self, draft: Draft) -> Iterator[tuple[str, str, Location]]:
        """Folders of the repository that the container sees."""
        for source, target, place in self._volumes(draft):
            folder = posixpath.normpath(posixpath.join(posixpath.dirname(place.file), source))
            if source.startswith(".") and target.startswith("/") and not folder.startswith(".."):
                yield folder, posixpath.normpath(target), place

    def _volumes(self, draft: Draft) -> Iterator[tuple[str, str, Location]]:
        """Source ("" where it is not told or not known), target and place of each volume, in both forms."""
        for piece in draft.volumes:
            tree = piece.tree
            place = Location(piece.part.path, tree.line, tree.column, NAME)
            if isinstance(tree, Scalar):
                one = word(piece.part, tree, self._lookup(piece.part))
                source, colon, rest = one.text.partition(":")
                if colon:
                    yield "" if one.missing else source, rest.partition(":")[0], place
            elif isinstance(tree, Map):
                kind, target, origin = (tree.get(key) for key in ("type", "target", "source"))
                if isinstance(kind, Scalar) and isinstance(target, Scalar) and kind.text in ("volume", "bind"):
                    yield origin.text if isinstance(origin, Scalar) else "", target.text, place

    def _defaults(self, draft: Draft) -> Mapping[str, Word]:
        """The defaults of variables in modules below the folder that the service is built from; none that differ."""
        piece = draft.single.get("build")
        tree = piece.tree if piece is not None else None
        context = tree.get("context") if isinstance(tree, Map) else tree
        if piece is None or not isinstance(context, Scalar) or not self._modules:
            return NOTHING
        folder = word(piece.part, context, self._lookup(piece.part)).text
        folder = posixpath.normpath(posixpath.join(posixpath.dirname(piece.part.path), folder))
        below = "" if folder == "." else f"{folder}/"
        found: dict[str, list[Word]] = {}
        for path in self._modules:
            for one in self._parts[path].assignments if path.startswith(below) else ():
                place = Location(path, one.line, one.column, "settings")
                found.setdefault(one.name, []).append(Word(one.raw, place))
        return {name: words[0] for name, words in found.items() if len({one.text for one in words}) == 1}

    def _settings(self, draft: Draft) -> Iterator[Part]:
        """The settings files of the repository that are mounted into the container."""
        for piece in draft.volumes:
            source = piece.tree.get("source") if isinstance(piece.tree, Map) else piece.tree
            if not isinstance(source, Scalar):
                continue
            path = word(piece.part, source, self._lookup(piece.part)).text
            path = path if source is not piece.tree else path.partition(":")[0]
            folder = posixpath.dirname(piece.part.path)
            part = self._parts.get(posixpath.normpath(posixpath.join(folder, path))) if path else None
            if part is not None and part.settings is not None:
                yield part

    def _published(self, tree: Map, part: Part) -> Iterator[tuple[int, int]]:
        ports = tree.get("ports")
        for one in ports.items if isinstance(ports, Sequence) else ():
            if isinstance(one, Scalar):
                text = word(part, one, self._lookup(part)).text.partition("/")[0]
                numbers = text.split(":")[-2:]
            elif isinstance(one, Map):
                found = [one.get(key) for key in ("published", "target")]
                numbers = [number.text for number in found if isinstance(number, Scalar)]
            else:
                continue
            if len(numbers) == 2 and all(number.isdigit() for number in numbers):
                yield int(numbers[0]), int(numbers[1])

    def _model(self, name: str, part: Part, entry: Entry) -> Model | None:
        tree = entry.value
        if not isinstance(tree, Map):
            return None
        lookup = self._lookup(part)
        id = tree.get("model")
        if not isinstance(id, Scalar):
            return None
        context, flags = tree.get("context_size"), tree.get("runtime_flags")
        return Model(
            name,
            Location(part.path, entry.line, entry.column, NAME),
            word(part, id, lookup),
            word(part, context, lookup) if isinstance(context, Scalar) else None,
            tuple(word(part, one, lookup) for one in flags.items if isinstance(one, Scalar))
            if isinstance(flags, Sequence)
            else (),
        )


def _is_script(text: str) -> bool:
    """Whether a word of a command line is a command line itself (`bash -c "..."`), or one of several words."""
    return any(one.isspace() for one in text.strip()) and not text.lstrip().startswith(("{", "["))
