"""What the team has decided (configuration, rules of its own, acceptances), and which version of that counts.

In: arguments and the words of the RANGE. Out: `Policy`. Promise: on a pull request all three come from base, so that it
cannot approve itself; everywhere else from the working tree; and where head changes one of them, the report says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, cast

from msdiff.commands.options import Arguments
from msdiff.errors import SettingsError, UsageError
from msdiff.model.finding import Acceptance, Finding, Level
from msdiff.model.records import NamedTuple
from msdiff.model.snapshot import Snapshot
from msdiff.ruleset.library import RuleSet, load_ruleset
from msdiff.scm.disk import Disk
from msdiff.scm.git import resolve_version
from msdiff.scm.revisions import form_of
from msdiff.settings import ACCEPTED_FILE, FILES, Override, Settings, name_matches, settings_from, with_options
from msdiff.syntax.nearest import nearest

if TYPE_CHECKING:  # a repository has acceptances, or it has none
    from msdiff.ruleset.accepted import Accepted

BASE, WORKTREE = "base", "worktree"
_LARGEST = 20_000_000  # bytes of a configuration, rule or acceptance file
_PULL_REQUEST = ("pull_request", "merge_group")


class Versioned(Snapshot, Protocol):
    """A snapshot that can be asked for files that are not looked at."""

    def has(self, path: str) -> bool: ...


class Files(Protocol):
    """Where the three are read: by path, relative to the root of the repository."""

    def read(self, path: str) -> bytes | None:
        """Content, `None` where there is no such file."""
        ...

    def below(self, folders: tuple[str, ...]) -> Iterable[str]:
        """The files in these folders."""
        ...


class Policy(NamedTuple):
    """What counts, and where it was read (`source`: "the working tree", "`main`"). `root`: the repository's folder."""

    settings: Settings
    rules: RuleSet
    accepted: tuple[Accepted, ...]
    source: str
    root: str
    own_rules: frozenset[str] = frozenset()  # files
    notes: tuple[str, ...] = ()

    def acceptance(self, fingerprint: str, as_of: str) -> Acceptance | None:
        """The decision to live with this finding, as of a day (YYYY-MM-DD)."""
        found = self._entry(fingerprint)
        return found and found.acceptance(as_of)

    def _entry(self, fingerprint: str) -> Accepted | None:
        return next((one for one in self.accepted if one.fingerprint == fingerprint), None)

    def refuse_misnamed(self, findings: Iterable[Finding]) -> None:
        """Raises `SettingsError` for an acceptance that names another rule or node than its finding has."""
        for one in findings:
            entry = self._entry(one.fingerprint)
            if entry and not entry.fits(fingerprint=one.fingerprint, rule=one.rule, node=one.node):
                message = f"{one.fingerprint} is a finding of `{one.rule}` at `{one.node}`, not what this entry says"
                raise SettingsError(message, hint="Correct the entry, or accept it anew.", location=entry.location)


def policy_of(arguments: Arguments, words: tuple[str, ...], *, cwd: str, trust: str | None = None) -> Policy:
    """The policy for comparing the RANGE that `words` name.

    Raises `SettingsError`, `RuleError` or `ManyErrors` for files that are wrong, `UsageError` for unknown rules.
    """
    root = repository_root(cwd)
    with _files(arguments, words, cwd, root, trust or arguments.trust or _usual()) as (files, source):
        settings = _settings(files, arguments.config, cwd=cwd, root=root)
        sources = _own_rules(files, settings)
        accepted = files.read(ACCEPTED_FILE)
        rules = load_ruleset(settings, sources, _own_facts(files, settings))
        entries = () if accepted is None else _entries(accepted)
    settings = with_options(settings, fail_on=arguments.fail_on, strict=arguments.strict)
    if arguments.max_file_size is not None:
        settings = settings._replace(limits=settings.limits._replace(file_bytes=arguments.max_file_size))
    ids = rules.ids
    settings, notes = _limited(settings, ids, arguments)
    own = frozenset(path for path, _ in sources)
    return Policy(settings, rules, entries, source, root, own, notes)


def _entries(data: bytes) -> tuple[Accepted, ...]:
    from msdiff.ruleset.accepted import read_accepted

    return read_accepted(data)


def repository_root(cwd: str) -> str:
    """The folder of the repository that `cwd` is in, `cwd` itself without one. Looked for on disk: git is not asked."""
    if os.environ.get("GIT_WORK_TREE"):
        return os.path.realpath(os.path.join(cwd, os.environ["GIT_WORK_TREE"]))
    start = folder = os.path.realpath(cwd)
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return start
        folder = above
    return folder


def _usual() -> str:
    """Base on a pull request (GitHub) or merge request (GitLab), else the working tree."""
    event = os.environ.get("GITHUB_EVENT_NAME", "")
    return BASE if event.startswith(_PULL_REQUEST) or os.environ.get("CI_MERGE_REQUEST_IID") else WORKTREE


@contextmanager
def _files(
    arguments: Arguments, words: tuple[str, ...], cwd: str, root: str, trust: str
) -> Iterator[tuple[Files, str]]:
    if trust != BASE:
        yield _OnDisk(Disk(root, _LARGEST)), "the working tree"
        return
    base = form_of(words, staged=arguments.staged).base
    every = lambda path: path.endswith((".yaml", ".yml"))  # noqa: E731  # which folders hold rules is not known yet
    with resolve_version(base, cwd=cwd, separated=arguments.separated, wanted=every, limit=_LARGEST) as version:
        yield _InVersion(cast(Versioned, version.snapshot)), f"`{version.snapshot.label}`"


class _OnDisk:
    """Files of a folder; no symbolic link is followed."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def read(self, path: str) -> bytes | None:
        if self._disk.kind(path) is None:
            return None
        data = self._disk.read(path)
        if data is None:
            raise SettingsError(f"{path} is too large to be read", hint=f"The limit is {_LARGEST:,} bytes.")
        return data

    def below(self, folders: tuple[str, ...]) -> Iterable[str]:
        for folder in folders:
            yield from self._listed(folder.removeprefix("./").strip("/"))

    def _listed(self, folder: str) -> Iterator[str]:
        place = os.path.join(self._disk.root, folder)
        if not os.path.isdir(place):
            raise SettingsError(
                f"`ruleFolders` names `{folder}`, and there is no such folder", hint="Correct the configuration."
            )
        for entry in sorted(os.scandir(place), key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                yield from self._listed(f"{folder}/{entry.name}")
            elif entry.is_file(follow_symlinks=False):
                yield f"{folder}/{entry.name}"


class _InVersion:
    """Files of one version."""

    def __init__(self, snapshot: Versioned) -> None:
        self._snapshot = snapshot

    def read(self, path: str) -> bytes | None:
        return self._snapshot.read(path) if self._snapshot.has(path) else None

    def below(self, folders: tuple[str, ...]) -> Iterable[str]:
        return self._snapshot.paths()


def _settings(files: Files, config: str | None, *, cwd: str, root: str) -> Settings:
    """From `--config` (relative to the working directory), else from the usual places at the root."""
    if config is None:
        return settings_from(files.read)
    path = os.path.relpath(os.path.join(os.path.realpath(cwd), config), root).replace(os.sep, "/")
    if path.startswith("../"):  # outside: no version of the repository can change it
        folder, name = os.path.split(os.path.realpath(os.path.join(cwd, config)))
        return settings_from(_OnDisk(Disk(folder, _LARGEST)).read, name)
    return settings_from(files.read, path)


def _own_rules(files: Files, settings: Settings) -> tuple[tuple[str, bytes], ...]:
    """The rule files in the team's folders, in the order of the folders."""
    if not settings.rule_folders:
        return ()
    paths = [path for path in files.below(settings.rule_folders) if settings.is_rule_file(path)]
    return tuple((path, data) for path in dict.fromkeys(paths) if (data := files.read(path)) is not None)


def _own_facts(files: Files, settings: Settings) -> Iterator[tuple[str, bytes]]:
    """The team's own tables of model facts, in their order."""
    for file in settings.model_facts:
        path = file.removeprefix("./")
        data = files.read(path)
        if data is None:
            raise SettingsError(
                f"`modelFacts` names `{file}`, and there is no such file", hint="Correct the configuration."
            )
        yield path, data


def _limited(settings: Settings, ids: tuple[str, ...], arguments: Arguments) -> tuple[Settings, tuple[str, ...]]:
    """The settings with `--only` and `--ignore`; and what the report must say about it."""
    kept = _matching(arguments.only, ids) if arguments.only else frozenset(ids)
    kept -= _matching(arguments.ignore, ids)
    off = {id: (Override(Level.OFF),) for id in ids if id not in kept}
    if not off:
        return settings, ()
    note = f"{len(kept)} of {len(ids)} rules were applied (--only, --ignore)"
    return settings._replace(rules={**settings.rules, **off}), (note,)


def _matching(globs: Iterable[str], ids: tuple[str, ...]) -> frozenset[str]:
    found: set[str] = set()
    for glob in globs:
        some = [id for id in ids if name_matches(glob, id)]
        if not some:
            near = nearest(glob, ids)
            hint = f"did you mean `{near}`?" if near else "See `msdiff rules`."
            raise UsageError(f"there is no rule `{glob}`", hint=hint)
        found.update(some)
    return frozenset(found)


def changed_by_head(policy: Policy, base: Snapshot, head: Snapshot, rule_files: Iterable[str]) -> Iterator[str]:
    """What head changes in the policy itself, as sentences. `rule_files` are those of the team's own that differ."""
    ours = ((policy.settings.file,) if policy.settings.file else ()) + FILES + (ACCEPTED_FILE,)
    one, other = cast(Versioned, base), cast(Versioned, head)
    differing = [path for path in dict.fromkeys(ours) if _differs(path, one, other)]
    differing += rule_files
    if differing:
        yield f"head changes {', '.join(differing)}; what counts here is what {policy.source} says"


def _differs(path: str, base: Versioned, head: Versioned) -> bool:
    old, new = base.has(path), head.has(path)
    if not old or not new:
        return old != new and _speaks((base if old else head), path)
    return base.digest(path) != head.digest(path) and _said(base, path) != _said(head, path)


def _speaks(version: Versioned, path: str) -> bool:
    return not path.endswith(".toml") or _said(version, path) is not None


def _said(version: Versioned, path: str) -> object:
    """What a file says to us: a pyproject.toml has much that does not concern us."""
    data = version.read(path)
    if not path.endswith(".toml"):
        return data
    if b"msdiff" not in data:
        return None
    import tomllib

    try:
        said: Mapping[str, Mapping[str, object]] = tomllib.loads(data.decode())
        return said.get("tool", {}).get("msdiff")
    except (ValueError, AttributeError):
        return data
