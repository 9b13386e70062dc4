"""The states that a repository can be in, each made by git itself.

In goes an empty folder, out comes a repository in that state. What is compared is the same in most of them: on
`feature` the embedder of `app.yaml` got wider and its index did not, `main` changed `sub/other.yaml` since; so that one
answer serves as the measure of all.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from subprocess import CalledProcessError
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest

from tests.e2e.playground import APP, WIDER, Repo

OTHER = APP.replace("name: shop", "name: other")
OTHER_LATER = OTHER.replace("{role: entry,", "{role: entry, description: asks,")
FILES = {"app.yaml": APP, "sub/other.yaml": OTHER, "NOTES.txt": "hello\n"}
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 1\n"
ODD = ("with space.yaml", "ünï.yaml", "line\nfeed.yaml", "tab\t.yaml", 'quo"te.yaml', "*.yaml", "bad\udcff.yaml")
CONFLICT = "merging `feature` into `main` conflicts in"
NO_TREE, NO_INDEX = (f"there is no {what} in a bare repository" for what in ("working tree", "index"))
STOPPED = {"here": "a merge conflict was left in the file", "staged": "the index holds a merge conflict in `app.yaml`"}


class State(NamedTuple):
    """Where msdiff is run, the repository that it reads there, and the variables that it finds.

    `merged` is what `main..feature` says: the verdict of a comparison that is just that of an ordinary repository (but
    for its `notes`, and where it is not `is_alike`), or what an error says that ends it. `here` and `staged` are the same
    of the working tree (its top is `top`, `folder` unless said) and of the index, both
    against HEAD.
    """

    folder: Path
    repository: Path
    variables: Mapping[str, str] = {}
    merged: str = "breaking"
    here: str = "unchanged"
    staged: str = "unchanged"
    notes: tuple[str, ...] = ()
    is_alike: bool = True
    top: Path | None = None

    @property
    def writable(self) -> str | None:
        """The top of the working tree; `None` in a bare repository."""
        return None if self.here == NO_TREE else str(self.top or self.folder)


def ordinary(folder: Path, *options: str) -> Repo:
    """`main` and `feature` (checked out), parted since the first commit."""
    shutil.copytree(_template(*options).name, folder)
    repo = Repo(folder)
    repo.git("update-index", "--refresh")
    return repo


@cache
def _template(*options: str) -> "TemporaryDirectory[str]":
    kept = TemporaryDirectory(prefix="msdiff-states-")
    repo = Repo(Path(kept.name))
    repo.git("init", "--quiet", *options)
    repo.git("symbolic-ref", "HEAD", "refs/heads/main")
    repo.commit(FILES, "base")
    repo.git("checkout", "--quiet", "-b", "feature")
    repo.commit({"app.yaml": WIDER}, "wider")
    repo.git("checkout", "--quiet", "main")
    repo.commit({"sub/other.yaml": OTHER_LATER}, "described")
    repo.git("checkout", "--quiet", "feature")
    return kept


def _state(repo: Repo, **more: Any) -> State:
    return State(repo.folder, repo.folder)._replace(**more)


def _plain(folder: Path) -> State:
    return _state(ordinary(folder / "repo"))


def _packed(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.git("-c", "gc.writeCommitGraph=true", "gc", "--quiet")
    repo.git("pack-refs", "--all")
    repo.git("multi-pack-index", "write", "--no-progress")
    return _state(repo)


def _sha256(folder: Path) -> State:
    return _state(ordinary(folder / "repo", "--object-format=sha256"))


def _linked(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.git("worktree", "add", "--quiet", "--detach", str(folder / "linked"), "feature")
    return _state(repo, folder=folder / "linked", repository=folder)


def _linked_inside(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.git("worktree", "add", "--quiet", "--detach", "inside", "feature")
    return _state(repo)


def _git_folder_elsewhere(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.git("init", "--quiet", f"--separate-git-dir={folder / 'kept'}")
    return _state(repo, repository=folder)


def _git_folder_linked(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    (repo.folder / ".git").rename(folder / "kept")
    (repo.folder / ".git").symlink_to(folder / "kept")
    return _state(repo, repository=folder)


def _bare(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.git("clone", "--quiet", "--bare", ".", str(folder / "bare.git"))
    return _state(repo, folder=folder / "bare.git", repository=folder / "bare.git", here=NO_TREE, staged=NO_INDEX)


def _bare_inside(folder: Path) -> State:
    """A bare repository among the files of another one."""
    repo = ordinary(folder / "repo")
    inside = repo.folder / "fixtures" / "bare.git"
    repo.git("clone", "--quiet", "--bare", ".", str(inside))
    return _state(repo, folder=inside, here=NO_TREE, staged=NO_INDEX)


def _alternates(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.git("clone", "--quiet", "--shared", ".", str(folder / "shared"))
    clone = Repo(folder / "shared")
    clone.git("branch", "--quiet", "main", "origin/main")
    return _state(clone, repository=folder)


def _cloned(folder: Path, *options: str) -> Repo:
    repo = ordinary(folder / "repo")
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "--quiet", "--no-tags", *options, f"file://{repo.folder}", str(folder / "clone"))
    return Repo(folder / "clone")


def _shallow(folder: Path) -> State:
    clone = _cloned(folder, "--depth=1", "--no-single-branch")
    clone.git("branch", "--quiet", "main", "origin/main")
    return _state(clone, merged="git fetch --unshallow origin main feature")


def _deep_enough(folder: Path) -> State:
    clone = _cloned(folder, "--depth=2", "--no-single-branch")
    clone.git("branch", "--quiet", "main", "origin/main")
    return _state(clone)


def _partial(folder: Path) -> State:
    """A partial clone that has what `feature` needs, and not what `main` has more."""
    clone = _cloned(folder, "--filter=blob:none")
    clone.git("config", "protocol.file.allow", "always")
    clone.git("branch", "--quiet", "main", "origin/main")
    return _state(clone, merged="git fetch --refetch --no-filter")


def _partial_whole(folder: Path) -> State:
    clone = _cloned(folder, "--filter=blob:none")
    for name in ("main", "feature"):
        clone.git("checkout", "--quiet", "-B", name, f"origin/{name}")
    clone.git("cat-file", "-p", "main~1:sub/other.yaml")
    clone.git("cat-file", "-p", "main~1:app.yaml")
    return _state(clone)


def _sparse(*options: str) -> Callable[[Path], State]:
    def made(folder: Path) -> State:
        repo = ordinary(folder / "repo")
        repo.git("sparse-checkout", "set", *options)
        assert not (repo.folder / "sub").exists()
        return _state(repo)

    return made


def _detached(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.git("checkout", "--quiet", "--detach")
    return _state(repo)


def _unborn(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.git("symbolic-ref", "HEAD", "refs/heads/none")
    said = "there is no commit yet on this branch"
    return _state(repo, here=said, staged=said)


def _submodule(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    other = ordinary(folder / "other")
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.folder), "libs/other")
    repo.git("commit", "--quiet", "--message", "submodule")
    return _state(repo, notes=("submodules are not looked into: `libs/other`",))


def _lfs(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.commit({".gitattributes": "*.yaml filter=lfs diff=lfs merge=lfs -text\n", "big.yaml": POINTER}, "a pointer")
    said = "Git LFS pointers in merge of feature into main, whose content was not compared: `big.yaml`"
    return _state(repo, notes=(said,))


def _renamed(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    (repo.folder / "deploy").mkdir()
    repo.git("mv", "sub/other.yaml", "deploy/moved.yaml")
    repo.commit({}, "moved")
    return _state(repo)


def _deleted(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.git("rm", "--quiet", "NOTES.txt")
    repo.commit({}, "removed")
    return _state(repo)


def _renamed_by_case(folder: Path) -> State:
    """As on a file system that does not tell letters apart."""
    repo = ordinary(folder / "repo")
    repo.git("config", "core.ignoreCase", "true")
    repo.git("mv", "--force", "NOTES.txt", "Notes.txt")
    repo.git("mv", "--force", "sub/other.yaml", "sub/Other.yaml")
    repo.commit({}, "another case")
    return _state(repo)


def _executable(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    (repo.folder / "sub" / "other.yaml").chmod(0o755)
    repo.commit({}, "executable")
    return _state(repo)


def _odd_names(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    for name in ODD:
        (repo.folder / name).write_text("a: 1\n")
    repo.commit({}, "odd names")
    return _state(repo)


def _line_endings(folder: Path) -> State:
    """Carriage returns on disk, and none in the objects."""
    repo = ordinary(folder / "repo")
    repo.commit({".gitattributes": "*.yaml text eol=crlf\n"}, "line endings")
    for path in (repo.folder / "app.yaml", repo.folder / "sub" / "other.yaml"):
        path.unlink()
    repo.git("checkout", "--quiet", "--", ".")
    assert b"\r\n" in (repo.folder / "app.yaml").read_bytes()
    return _state(repo)


def _replaced(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.git("replace", "feature", "main")
    return _state(repo)


def _grafted(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    (repo.folder / ".git" / "info").mkdir(exist_ok=True)
    (repo.folder / ".git" / "info" / "grafts").write_text(repo.git("rev-parse", "feature") + "\n")
    return _state(repo)


def _hook_variables(folder: Path) -> State:
    """As in a hook that runs at the top of the working tree."""
    repo = ordinary(folder / "repo")
    return _state(repo, variables={"GIT_DIR": ".git", "GIT_INDEX_FILE": ".git/index", "GIT_PREFIX": ""})


def _objects_elsewhere(folder: Path) -> State:
    """As in quarantine: new objects lie in a folder of their own."""
    repo = ordinary(folder / "repo")
    objects, own = repo.folder / ".git" / "objects", repo.folder / ".git" / "objects" / "tmp_objdir-incoming"
    own.mkdir()
    blob = repo.git("rev-parse", "feature:app.yaml")
    (own / blob[:2]).mkdir()
    (objects / blob[:2] / blob[2:]).rename(own / blob[:2] / blob[2:])
    variables = {"GIT_OBJECT_DIRECTORY": str(own), "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects)}
    return _state(repo, variables={**variables, "GIT_QUARANTINE_PATH": str(own)})


def _index_with_extensions(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    for key, value in (("untrackedCache", "true"), ("fsmonitor", "false")):
        repo.git("config", f"core.{key}", value)
    repo.git("update-index", "--index-version=4", "--untracked-cache")
    repo.git("update-index", "--assume-unchanged", "NOTES.txt")
    repo.git("update-index", "--skip-worktree", "sub/other.yaml")
    return _state(repo)


def _split_index(folder: Path) -> State:
    """An index in two parts, with a file in the newer one, and an announced and an empty file."""
    repo = ordinary(folder / "repo")
    repo.git("config", "core.splitIndex", "true")
    repo.git("update-index", "--split-index")
    repo.write({"new.yaml": OTHER.replace("other", "new"), "empty.yaml": "", "sub/other.yaml": OTHER_LATER})
    repo.git("add", "empty.yaml", "sub/other.yaml")
    repo.git("add", "--intent-to-add", "new.yaml")
    assert list((repo.folder / ".git").glob("sharedindex.*"))
    return _state(repo, here="unverified", staged="safe")


def _split_index_of_a_worktree(folder: Path) -> State:
    state = _linked(folder)
    Repo(state.folder).git("update-index", "--split-index")
    assert list(state.repository.glob("repo/.git/worktrees/*/sharedindex.*"))
    return state


def _locked(folder: Path) -> State:
    """Another git is at work, or one has died."""
    repo = ordinary(folder / "repo")
    for name in ("index.lock", "HEAD.lock", "packed-refs.lock", "config.lock", "shallow.lock"):
        (repo.folder / ".git" / name).write_bytes(b"")
    return _state(repo)


def _announced(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.write({"new.yaml": OTHER.replace("other", "new")})
    repo.git("add", "--intent-to-add", "new.yaml")
    return _state(repo, here="unverified")


def _dirty(folder: Path) -> State:
    """Staged, changed since, untracked, ignored; and times that the index does not know."""
    repo = ordinary(folder / "repo")
    repo.write({"sub/other.yaml": OTHER_LATER})
    repo.git("add", "sub/other.yaml")
    repo.write({"sub/other.yaml": OTHER, ".gitignore": "ignored*\n", "ignored.yaml": "a: [", "new.txt": "new\n"})
    os.utime(repo.folder / "app.yaml", (1, 1))
    return _state(repo, staged="safe")


def _criss_cross(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.git("branch", "--quiet", "old-main", "main")
    repo.git("checkout", "--quiet", "-b", "one", "main~1")
    repo.commit({"one.txt": "1\n"}, "one")
    repo.git("checkout", "--quiet", "-b", "two", "main~1")
    repo.commit({"two.txt": "2\n"}, "two")
    for name, other in (("main", "two"), ("feature", "one")):
        repo.git("checkout", "--quiet", name)
        repo.git("merge", "--quiet", "--no-ff", "--message", "first", {"two": "one", "one": "two"}[other])
        repo.git("merge", "--quiet", "--no-ff", "--message", "second", other)
    assert len(repo.git("merge-base", "--all", "main", "feature").split()) == 2
    return _state(repo)


def _conflict_in_a_graph(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.git("checkout", "--quiet", "main")
    repo.commit({"app.yaml": APP.replace("dimension: 768", "dimension: 512")}, "narrower")
    repo.git("checkout", "--quiet", "feature")
    base = repo.git("merge-base", "main", "feature")[:12]
    said = f"{CONFLICT} `app.yaml`: their merge-base {base} is compared with `feature` instead"
    return _state(repo, is_alike=False, notes=(said,))


def _conflict_elsewhere(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    for name in ("main", "feature"):
        repo.git("checkout", "--quiet", name)
        repo.commit({"NOTES.txt": f"{name}\n"}, "words")
    return _state(repo, notes=(f"{CONFLICT} `NOTES.txt`, which is not looked at",))


def _in_a_merge(folder: Path) -> State:
    """A merge that stopped at a conflict: the index has three versions of a file, the working tree markers."""
    state = _conflict_in_a_graph(folder)
    with pytest.raises(CalledProcessError):
        Repo(state.folder).git("merge", "--quiet", "main")
    return state._replace(**STOPPED)


def _in_a_rebase(folder: Path) -> State:
    state = _conflict_in_a_graph(folder)
    with pytest.raises(CalledProcessError):
        Repo(state.folder).git("rebase", "--quiet", "main")
    return state._replace(**STOPPED)


def _subfolder(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    return _state(repo, folder=repo.folder / "sub", top=repo.folder)


def _inside_the_git_folder(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    return _state(repo, folder=repo.folder / ".git", here=NO_TREE, staged=NO_INDEX)


def _working_tree_elsewhere(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    shutil.copytree(repo.folder, folder / "files", ignore=shutil.ignore_patterns(".git"))
    repo.git("config", "core.worktree", str(folder / "files"))
    return _state(repo, folder=folder / "files", repository=folder, variables={"GIT_DIR": str(repo.folder / ".git")})


def _ambiguous_names(folder: Path) -> State:
    """Tags that are called like the branches, and name something else."""
    repo = ordinary(folder / "repo")
    repo.git("tag", "main", "main")
    said = "`main` names more than one thing: git takes the tag before the branch"
    return _state(repo, notes=(said,))


def _annotated(folder: Path) -> State:
    """`main` and `feature` are tags of tags; there are no such branches."""
    repo = ordinary(folder / "repo")
    for name in ("main", "feature"):
        repo.git("tag", "--annotate", "--message", "inner", f"inner-{name}", name)
        repo.git("tag", "--annotate", "--message", "outer", f"outer-{name}", f"inner-{name}")
    repo.git("checkout", "--quiet", "--detach")
    for name in ("main", "feature"):
        repo.git("branch", "--quiet", "--delete", "--force", name)
        repo.git("tag", name, f"outer-{name}")
    return _state(repo)


def _foreign(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    for path in (repo.folder, repo.folder / ".git"):
        os.chown(path, 12345, 12345)
    said = f"git config --global --add safe.directory {repo.folder}"
    return _state(repo, merged=said, here=said, staged=said)


def _damaged_index(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    (repo.folder / ".git" / "index").write_bytes(b"DIRC nonsense")
    said = ".git/index: index file smaller than expected"
    return _state(repo, here=said, staged=said)


def _missing_object(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    blob = repo.git("rev-parse", "main:sub/other.yaml")
    (repo.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    return _state(repo, merged="the repository lacks `sub/other.yaml` of main or has it damaged")


def _damaged_configuration(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    with open(repo.folder / ".git" / "config", "a") as file:
        file.write("[broken\n")
    said = "git says: bad config line"
    return _state(repo, merged=said, here=said, staged=said)


def _newer_git(folder: Path) -> State:
    repo = ordinary(folder / "repo")
    repo.git("config", "core.repositoryFormatVersion", "99")
    said = "git says: Expected git repo version"
    return _state(repo, merged=said, here=said, staged=said)


STATES: dict[str, Callable[[Path], State]] = {
    "loose objects": _plain,
    "packed": _packed,
    "SHA-256": _sha256,
    "linked worktree": _linked,
    "linked worktree inside": _linked_inside,
    "git folder elsewhere": _git_folder_elsewhere,
    "git folder behind a link": _git_folder_linked,
    "bare": _bare,
    "bare inside another": _bare_inside,
    "alternates": _alternates,
    "shallow": _shallow,
    "shallow, deep enough": _deep_enough,
    "partial clone": _partial,
    "partial clone with all": _partial_whole,
    "sparse": _sparse("--no-cone", "/app.yaml"),
    "sparse cone": _sparse("--cone"),
    "sparse index": _sparse("--cone", "--sparse-index"),
    "detached": _detached,
    "unborn": _unborn,
    "submodule": _submodule,
    "LFS pointer": _lfs,
    "renamed file": _renamed,
    "deleted file": _deleted,
    "renamed by case": _renamed_by_case,
    "mode changed": _executable,
    "odd names": _odd_names,
    "line endings": _line_endings,
    "replaced commit": _replaced,
    "grafted commit": _grafted,
    "variables of a hook": _hook_variables,
    "quarantine": _objects_elsewhere,
    "index with extensions": _index_with_extensions,
    "split index": _split_index,
    "split index of a worktree": _split_index_of_a_worktree,
    "locked": _locked,
    "announced file": _announced,
    "dirty": _dirty,
    "criss-cross": _criss_cross,
    "conflict in a graph": _conflict_in_a_graph,
    "conflict elsewhere": _conflict_elsewhere,
    "in a merge": _in_a_merge,
    "in a rebase": _in_a_rebase,
    "subfolder": _subfolder,
    "inside the git folder": _inside_the_git_folder,
    "working tree elsewhere": _working_tree_elsewhere,
    "ambiguous names": _ambiguous_names,
    "nested tags": _annotated,
    "another user's": _foreign,
    "damaged index": _damaged_index,
    "missing object": _missing_object,
    "damaged configuration": _damaged_configuration,
    "a newer git's": _newer_git,
}
