"""`specRef`: a node takes over what another document says of it.

A node's own statement counts before its spec's; both are kept. A ModelSpec that is referred to brings its steps and
dependencies along as parts of the node (`NODE/STEP`), and its targets as SLOs and policies. Promised: no reference leaves the
repository, no circle, and a bounded number of copies (specs that refer to specs can multiply).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator

from msdiff.errors import InputError, MsdiffError
from msdiff.model.claim import Claim
from msdiff.model.graph import Reference
from msdiff.model.location import Location
from msdiff.model.values import Value
from msdiff.resolve.drafts import Draft, ElementDraft, Statements
from msdiff.syntax.nearest import Nearby

COPY_LIMIT = 50_000  # elements copied through specRef in one run
CLAIM_LIMIT = 1_000_000  # statements taken over in one run

Target = tuple[Draft, str]


class Specs:
    """Follows every `specRef` of the drafts once."""

    def __init__(self, drafts: tuple[Draft, ...], paths: frozenset[str]) -> None:
        self.drafts = drafts
        self.paths = paths
        self.references: dict[int, list[Reference]] = {}  # id(draft) -> references of its nodes
        self.used: set[int] = set()  # id(draft) of each ModelSpec that somebody refers to
        self._by_file: dict[str, list[Target]] = {}
        self._by_name: dict[tuple[str, str], list[Target]] = {}
        self._done: set[tuple[int, str]] = set()
        self._errors: list[MsdiffError] = []
        self._copied = 0
        self._taken = 0
        self._nearby = Nearby()

    def attach(self) -> tuple[MsdiffError, ...]:
        """Gives each node the statements of its spec; what is wrong: circles, paths out of the repository, too many copies."""
        referring = [(d, n) for d in self.drafts for n, node in sorted(d.nodes.items()) if "specRef" in node.statements]
        if not referring:
            return ()
        self._index()
        for draft, name in referring:
            self._follow(draft, name)
        return tuple(self._errors)

    def _index(self) -> None:
        for draft in self.drafts:
            for name, node in draft.nodes.items():
                if not draft.is_spec or name == draft.key.name:
                    self._by_file.setdefault(node.location.file, []).append((draft, name))
                    self._by_name.setdefault((node.location.file, name), []).append((draft, name))

    def _follow(self, draft: Draft, name: str) -> None:
        """Follows a node's reference, those of its target first. A stack of our own: a chain may be longer than Python's."""
        trail: dict[tuple[int, str], tuple[Draft, str, Target, Iterator[str]]] = {}
        self._enter(draft, name, trail)
        while trail:
            step, (draft, name, target, inner) = next(reversed(trail.items()))
            other = next(inner, None)
            if other is not None:
                self._enter(target[0], other, trail)
                continue
            del trail[step]
            if step not in self._done:
                self._done.add(step)
                self._take_over(draft, name, target)

    def _enter(
        self, draft: Draft, name: str, trail: dict[tuple[int, str], tuple[Draft, str, Target, Iterator[str]]]
    ) -> None:
        step = (id(draft), name)
        claims = draft.nodes[name].statements.get("specRef")
        if not claims or step in self._done:
            return
        if step in trail:
            self._fail(f"specRef of `{name}` runs in a circle", "remove one of the references", claims[0])
            self._done.add(step)
            return
        target = self._target(draft, name, claims[0])
        if target is None:
            self._done.add(step)
        else:
            trail[step] = (draft, name, target, iter(self._inner(target)))

    @staticmethod
    def _inner(target: Target) -> tuple[str, ...]:
        """The nodes of the target's document whose own references must be followed first."""
        draft, name = target
        return tuple(draft.nodes) if draft.is_spec else (name,)

    def _target(self, draft: Draft, name: str, claim: Claim) -> Target | None:
        path, _, wanted = str(claim.value).partition("#")
        folder = posixpath.dirname(claim.location.file)
        file = posixpath.normpath(posixpath.join(folder, path)) if path else claim.location.file
        if posixpath.isabs(path) or file.startswith("../") or file == "..":
            self._fail(
                f"specRef of `{name}` leaves the repository: {claim.value}", "name a file of this repository", claim
            )
            return None
        found = self._by_name.get((file, wanted), []) if wanted else self._by_file.get(file, [])
        if not wanted and len(found) > 1:
            found = [target for target in self._by_name.get((file, name), ()) if target[0].is_spec]
        problem = "" if found else self._problem(file, wanted)
        near = None if found else self._near(file, wanted, path, folder)
        self.references.setdefault(id(draft), []).append(
            Reference(f"node:{name}", "specRef", str(claim.value), claim.location, not problem, near, problem)
        )
        return found[0] if found else None

    def _problem(self, file: str, wanted: str) -> str:
        known = [name for _, name in self._by_file.get(file, [])]
        if known and wanted:
            return f"no node `{wanted}` in {file}"
        if known:
            return f"{file} describes {len(known)} nodes; say which: {file}#{min(known)}"
        if file in self.paths:
            return f"{file} is neither a ModelSpec nor an ApplicationGraph"
        return f"no file {file}"

    def _near(self, file: str, wanted: str, path: str, folder: str) -> str | None:
        """The nearest reference that resolves, as it would be written in a file of this folder."""
        known = [name for _, name in self._by_file.get(file, [])]
        if known:
            node = self._nearby(wanted, known) if wanted else None
            return f"{path}#{node}" if node else None
        other = self._nearby(file, self._by_file)
        if other is None or (wanted and all(name != wanted for _, name in self._by_file[other])):
            return None
        return posixpath.relpath(other, folder or ".") + (f"#{wanted}" if wanted else "")

    def _take_over(self, draft: Draft, name: str, target: Target) -> None:
        source, source_name = target
        if source.is_spec:
            self.used.add(id(source))
        node = draft.nodes[name]
        self._taken += sum(map(len, source.nodes[source_name].statements.values()))
        if self._taken > CLAIM_LIMIT:
            self._too_much(f"{CLAIM_LIMIT:,} statements", node.location)
            return
        ports = {side: _ports(node.statements, side) for side in ("inputs", "outputs")}
        for attribute, claims in source.nodes[source_name].statements.items():
            if attribute == "specRef":
                continue
            for own in _spelled(attribute, ports, spec=source.is_spec):
                node.statements.setdefault(own, []).extend(claims)
        if source.is_spec:
            self._copy_parts(draft, name, source)

    def _copy_parts(self, draft: Draft, name: str, source: Draft) -> None:
        """The steps, dependencies and targets of a ModelSpec, under names that start with the node's."""

        def here(text: str) -> str:
            return name if text == source.key.name else f"{name}/{text}"

        self._copied += len(source.nodes) + len(source.edges)
        if self._copied > COPY_LIMIT:
            self._too_much(f"{COPY_LIMIT:,} elements", source.location)
            return
        for part, element in source.nodes.items():
            if part != source.key.name:
                copy = ElementDraft(element.location, dict(element.statements), part_of=name)
                draft.nodes.setdefault(here(part), copy)
        for edge in source.edges:
            ends = (_moved_end(edge.ends[0], source, here), _moved_end(edge.ends[1], source, here))
            draft.edges.append(ElementDraft(edge.location, edge.statements, ends, part_of=name))
        for slo, element in source.slos.items():
            moved = _with_value(element.statements, "slo.at", here(source.key.name))
            draft.slos.setdefault(slo, ElementDraft(element.location, moved))
        for policy, element in source.policies.items():
            moved = {
                key: [_moved_policy(claim, here) for claim in claims] for key, claims in element.statements.items()
            }
            draft.policies.setdefault(here(policy), ElementDraft(element.location, moved))

    def _too_much(self, what: str, location: Location) -> None:
        message = f"specRefs multiply to more than {what}"
        if all(one.message != message for one in self._errors):
            self._errors.append(InputError(message, hint="flatten the specs", location=location))

    def _fail(self, message: str, hint: str, claim: Claim) -> None:
        self._errors.append(InputError(message, hint=hint, location=claim.location))


def _ports(statements: Statements, side: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(attribute.split(".", 2)[1] for attribute in statements if attribute.startswith(f"{side}."))
    )


def _spelled(attribute: str, ports: dict[str, tuple[str, ...]], *, spec: bool) -> Iterable[str]:
    """A ModelSpec knows no port names: what it says of its port holds for each port that the node declares on that side."""
    side, _, rest = attribute.partition(".")
    if not spec or side not in ports or not ports[side]:
        return (attribute,)
    _, _, what = rest.partition(".")
    return tuple(f"{side}.{port}.{what}" for port in ports[side]) if what else ()


def _moved_end(end: str, source: Draft, here: Callable[[str], str]) -> str:
    if end in source.nodes:
        return here(end)
    node, dot, port = end.rpartition(".")
    return f"{here(node)}{dot}{port}" if dot else here(end)


def _with_value(statements: Statements, attribute: str, value: Value) -> Statements:
    moved = dict(statements)
    if attribute in moved:
        moved[attribute] = [claim._replace(value=value) for claim in moved[attribute]]
    return moved


def _moved_policy(claim: Claim, here: Callable[[str], str]) -> Claim:
    if not isinstance(claim.value, dict):
        return claim
    moved = {key: here(v) if key in ("from", "to") and isinstance(v, str) else v for key, v in claim.value.items()}
    return claim._replace(value=moved)
