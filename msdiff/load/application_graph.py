"""The native format: one ApplicationGraph document to claims (design, section 4).

In: a document and the catalogue. Out: a claim for each thing that it states, in the order of the file. Promised:
every unknown key, word out of a closed vocabulary, wrong type and impossible figure is reported, each with its place;
what is right is read all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from msdiff.load.checks import Checks, checks_for
from msdiff.load.conflicts import conflicts
from msdiff.load.document import Document, Reading, said
from msdiff.load.figures import edge_figures, node_figures
from msdiff.load.naming import policy_name, slo_name, unique
from msdiff.load.stating import Statements, Subject
from msdiff.load.values import Enough
from msdiff.model.claim import Claim, GraphKey
from msdiff.ruleset.attributes import PORT_SIDES, Catalogue
from msdiff.syntax.nearest import did_you_mean
from msdiff.syntax.patterns import Pattern
from msdiff.syntax.shape import kind_of
from msdiff.syntax.tree import Entry, Mapping, Rows, Scalar, Sequence, Tree

API_VERSION = "msdiff/v1"
KIND = "ApplicationGraph"
NAME = "graph"

_PORT = Pattern(r"[^.\[\]>\s]+")  # dots and brackets take names apart, and `->` stands between the ends of an edge
_TOP = ("apiVersion", "kind", "metadata", "spec")
_SPEC = ("nodes", "edges", "slos", "policies")
_IN_THE_KEY = ("metadata.name", "metadata.variant")  # checked like the others, but they are the key, not a statement
_ITEMS = {"edges": "edge", "slos": "SLO", "policies": "policy"}


def matches(path: str, head: bytes) -> bool:
    """Whether the bytes may hold a document of this format."""
    return b"msdiff/" in head or b"ApplicationGraph" in head


def owns(root: Mapping) -> bool:
    """Whether the document says that it is one, in this version of the format or another."""
    return said(root, "apiVersion").startswith("msdiff/")


def read(document: Document, catalogue: Catalogue) -> Reading:
    """What the document says."""
    return _Reader(document, checks_for(catalogue)).reading()


class _Reader:
    """Reads one document."""

    def __init__(self, document: Document, checks: Checks) -> None:
        self._root = document.root
        self._graph = GraphKey(_name_in(document.root, "name"), _name_in(document.root, "variant"))
        self._statements = Statements(document, self._graph, checks, NAME)
        self._problems = self._statements.problems
        self._branches = checks.catalogue.branches
        self._checks = checks.of
        self._source = self._statements.source
        self._unnamed: dict[str, dict[str, int]] = {"slo": {}, "policy": {}}
        self._first_named: int | None = None  # position of the first claim on an SLO or policy

    def reading(self) -> Reading:
        with suppress(Enough):
            if self._is_known():
                self._document(self._root)
                self._problems.found.extend(conflicts(self._named_twice()))
        return Reading(
            self._graph, tuple(self._statements.claims), tuple(self._problems.found), tuple(self._statements.rows)
        )

    def _document(self, root: Mapping) -> None:
        self._known_keys(root, _TOP, "the document")
        self._metadata(root)
        spec = root.get("spec")
        if spec is None:
            self._problems.on(root, "`spec` is missing", "add `spec:` with `nodes` and `edges`")
        elif isinstance(spec, Mapping):
            self._spec(spec)
        else:
            self._problems.wrong_type(spec, "spec", "a map with `nodes` and `edges`")

    def _is_known(self) -> bool:
        """Whether the document is of the one version and kind that there is; says so where it is not."""
        version, kind = self._root.get("apiVersion"), self._root.get("kind")
        before = len(self._problems.found)
        if isinstance(version, Scalar) and version.value != API_VERSION:
            message = f"`{version.text}` is no version of the format that this msdiff reads"
            self._problems.on(version, message, f"write `apiVersion: {API_VERSION}`")
        if kind is None:
            self._problems.on(self._root, "`kind` is missing", f"add `kind: {KIND}`")
        elif not isinstance(kind, Scalar) or kind.value != KIND:
            shown = kind.text if isinstance(kind, Scalar) else kind_of(kind)
            hint = did_you_mean(shown, (KIND,))
            if shown == "ModelSpec":
                hint = "a ModelSpec has `apiVersion: piqc.ai/v1alpha1`"
            self._problems.on(kind, f"`{shown}` is no kind of document that msdiff reads", hint)
        return len(self._problems.found) == before

    def _metadata(self, root: Mapping) -> None:
        tree = root.get("metadata")
        if tree is None:
            self._problems.on(root, "`metadata` is missing", "add `metadata: {name: my-application}`")
            return
        if not isinstance(tree, Mapping):
            self._problems.wrong_type(tree, "metadata", "a map with at least `name`")
            return
        name = tree.get("name")
        if name is None:
            self._problems.on(tree, "`name` is missing in `metadata`", "add `name`: it tells which graph this is")
        elif isinstance(name, Scalar) and name.value == "":
            self._problems.on(name, "`metadata.name` must not be empty", "it tells which graph this is")
        self._statements.say("graph:", "", None, tree if name is None else name)
        subject = Subject("graph:", "metadata", self._checks("metadata"), "`metadata`")
        self._statements.attributes(tree, self._branches("metadata"), subject, "metadata")
        claims = self._statements.claims
        claims[:] = [claim for claim in claims if claim.attribute not in _IN_THE_KEY]

    def _spec(self, spec: Mapping) -> None:
        self._known_keys(spec, _SPEC, "`spec`")
        nodes = spec.get("nodes")
        if nodes is not None and not _is_empty(nodes):
            self._nodes(nodes)
        for key, item in (("edges", self._edge), ("slos", self._slo), ("policies", self._policy)):
            tree = spec.get(key)
            if tree is None or _is_empty(tree):
                continue
            if not isinstance(tree, Sequence):
                self._problems.wrong_type(tree, f"spec.{key}", f"a list of maps, one for each {_ITEMS[key]}")
                continue
            number = 0
            for part in tree.parts:
                if isinstance(part, Rows) and key == "edges" and part.keys == ("from", "to"):
                    self._statements.say_rows("edge", number, part)
                    number += len(part.values)
                    continue
                for one in part.maps() if isinstance(part, Rows) else (part,):
                    if isinstance(one, Mapping):
                        item(one, number)
                    else:
                        self._problems.wrong_type(one, f"spec.{key}[{number}]", "a map")
                    number += 1

    def _nodes(self, tree: Tree) -> None:
        if not isinstance(tree, Mapping):
            hint = "write each node under its name: `nodes: {llm: {role: generator}}`"
            self._problems.wrong_type(tree, "spec.nodes", "a map from names to nodes", hint=hint)
            return
        for name, entry in tree.entries.items():
            if not name.startswith("x-"):
                self._node(name, entry)

    def _node(self, name: str, entry: Entry) -> None:
        element, first = f"node:{name}", len(self._statements.claims)
        place = self._source.at(entry.line, entry.column)
        if not name or name != name.strip() or "->" in name or not name.isprintable():
            self._problems.at(place, f"`{name}` cannot be the name of a node", "use letters, digits, `_`, `-` and `.`")
        self._statements.say_at(element, "", None, place)
        tree = entry.value
        if not isinstance(tree, Mapping):
            if not _is_empty(tree):
                self._problems.wrong_type(tree, f"spec.nodes.{name}", "a map")
            return
        branches = self._branches("node")
        subject = Subject(element, "node", self._checks("node"), f"node `{name}`", PORT_SIDES)
        for key, inner in tree.entries.items():
            if key in PORT_SIDES:
                self._ports(element, name, key, inner.value)
            else:
                self._statements.attribute(key, inner, branches, subject, "")
        self._problems.found.extend(node_figures(self._statements.claims[first:]))

    def _ports(self, element: str, node: str, side: str, tree: Tree) -> None:
        if not isinstance(tree, Mapping):
            if not _is_empty(tree):
                hint = f"write each port under its name: `{side}: {{text: {{type: text}}}}`"
                self._problems.wrong_type(tree, side, "a map from names to ports", hint=hint)
            return
        branches, checks, statements = self._branches(side), self._checks(side), self._statements
        for port, entry in tree.entries.items():
            if port.startswith("x-"):
                continue
            place = self._source.at(entry.line, entry.column)
            if not _PORT.fullmatch(port) or not port.isprintable():
                message = f"`{port}` cannot be the name of a port"
                self._problems.at(place, message, "use letters, digits, `_` and `-`")
                continue
            before = len(statements.claims)
            path = f"{side}.{port}"
            if isinstance(entry.value, Mapping):
                subject = Subject(element, side, checks, f"`{path}` of node `{node}`")
                statements.attributes(entry.value, branches, subject, path)
            elif not _is_empty(entry.value):
                self._problems.wrong_type(entry.value, path, "a map of what travels there")
            if len(statements.claims) == before:
                statements.say_at(element, path, None, place)

    def _edge(self, tree: Mapping, number: int) -> None:
        element, statements, first = f"edge:{number}", self._statements, len(self._statements.claims)
        source, target = _plain_end(tree, "from"), _plain_end(tree, "to")
        ends = source or self._end(tree, "from", number), target or self._end(tree, "to", number)
        statements.say(element, "", ends, tree)
        if len(tree.entries) == 2 and source and target:
            return
        branches = self._branches("edge")
        subject = Subject(element, "edge", self._checks("edge"), f"`spec.edges[{number}]`")
        for key, entry in tree.entries.items():
            if key == "from" or key == "to":
                continue
            if key == "fanOut" and isinstance(entry.value, Scalar) and entry.value.value is not None:
                statements.leaf("fanOut.count", entry.value, subject, "edge.fanOut.count")
            else:
                statements.attribute(key, entry, branches, subject, "edge")
        self._problems.found.extend(edge_figures(statements.claims[first:]))

    def _end(self, tree: Mapping, key: str, number: int) -> str:
        """Says what is wrong with an end that is not plain text; the end then is ""."""
        end = tree.get(key)
        path = f"spec.edges[{number}]"
        if end is None:
            self._problems.on(tree, f"`{key}` is missing in `{path}`", f"add `{key}: node.port`")
        elif isinstance(end, Scalar) and end.value == "":
            self._problems.on(end, f"`{path}.{key}` must not be empty", "write `node.port`")
        else:
            self._problems.wrong_type(end, f"{path}.{key}", "text: `node.port`", "string")
        return ""

    def _slo(self, tree: Mapping, number: int) -> None:
        path = f"spec.slos[{number}]"
        if "at" not in tree.entries:
            self._problems.on(tree, f"`at` is missing in `{path}`", "add `at:` with the node that is meant")
        self._named(tree, "slo", path, slo_name)

    def _policy(self, tree: Mapping, number: int) -> None:
        path = f"spec.policies[{number}]"
        known = self._branches("policy")
        if all(key == "name" or key.startswith("x-") for key in tree.entries):
            hint = f"a policy has one of {', '.join(f'`{key}`' for key in known)}"
            self._problems.on(tree, f"`{path}` demands nothing", hint)
        self._named(tree, "policy", path, policy_name)

    def _named(self, tree: Mapping, section: str, path: str, fallback: Callable[[Mapping], str]) -> None:
        """An SLO or a policy: its name, or one made of what it says; then its attributes."""
        given = tree.get("name")
        name = said(tree, "name")
        if given is not None and not name.strip():
            self._problems.wrong_type(given, f"{path}.name", "text", "string")
        if not name:
            name = unique(fallback(tree), self._unnamed[section])
        if self._first_named is None:
            self._first_named = len(self._statements.claims)
        subject = Subject(f"{section}:{name}", section, self._checks(section), f"`{path}`", ("name",))
        self._statements.say(subject.element, "", None, tree)
        branches = self._branches(section)
        for key, entry in tree.entries.items():
            if key != "name":
                self._statements.attribute(key, entry, branches, subject, section)

    def _known_keys(self, tree: Mapping, known: tuple[str, ...], where: str) -> None:
        for key, entry in tree.entries.items():
            if key not in known and not key.startswith("x-"):
                place = self._source.at(entry.line, entry.column)
                unused = (name for name in known if name not in tree.entries)
                self._problems.at(place, f"unknown key `{key}` in {where}", did_you_mean(key, unused))

    def _named_twice(self) -> list[Claim]:
        """The claims on SLOs and policies, if one name is used twice: then they may disagree."""
        if self._first_named is None:
            return []  # large graphs have a hundred thousand claims on edges
        claims = self._statements.claims[self._first_named :]
        found = [one for one in claims if one.element.startswith(("slo:", "policy:"))]
        declared = [one.element for one in found if not one.attribute]
        return found if len(set(declared)) < len(declared) else []


def _name_in(root: Mapping, key: str) -> str:
    metadata = root.get("metadata")
    return said(metadata, key) if isinstance(metadata, Mapping) else ""


def _plain_end(tree: Mapping, key: str) -> str:
    """The end of an edge, "" where it is not there, empty, or no text."""
    entry = tree.entries.get(key)
    value = entry.value.value if entry is not None and isinstance(entry.value, Scalar) else None
    return value if isinstance(value, str) else ""


def _is_empty(tree: Tree) -> bool:
    return isinstance(tree, Scalar) and tree.value is None
