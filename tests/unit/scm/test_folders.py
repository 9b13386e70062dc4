"""Two folders or two files, without git."""

import os
from pathlib import Path

import pytest
from repositories import Repo, look

from msdiff.errors import InputError, UsageError
from msdiff.scm.git import resolve_version


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """`base` and `head`, in a folder that is no repository."""
    for side in ("base", "head"):
        for name in ("app.yaml", "sub/part.yaml", ".git/x.yaml", "node_modules/x.yaml", ".venv/x.yaml", "notes.txt"):
            path = tmp_path / "plain" / side / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{side}: {name}\n" if name == "app.yaml" else f"{name}\n")
    return tmp_path / "plain"


@pytest.mark.parametrize("words", [("base", "head"), ("./base", "./head"), ("base/", "head/")])
def test_two_folders(folders: Path, words: tuple[str, str]) -> None:
    seen = look(folders, *words)
    assert seen.base == {"app.yaml": "base: app.yaml\n", "sub/part.yaml": "sub/part.yaml\n"}
    assert seen.head == {"app.yaml": "head: app.yaml\n", "sub/part.yaml": "sub/part.yaml\n"}
    assert (seen.labels, seen.commits, seen.changed) == (words, (None, None), ("app.yaml",))
    assert (seen.notes, seen.prefix, seen.date) == ((), "", None)


def test_two_folders_limited(folders: Path) -> None:
    assert sorted(look(folders, "base", "head", paths=("sub",)).head) == ["sub/part.yaml"]


def test_folders_without_git_installed(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folders / "nothing"))
    assert look(folders, "./base", "./head").changed == ("app.yaml",)
    assert look(folders, str(folders / "base"), "../plain/head").changed == ("app.yaml",)


def test_two_folders_of_a_repository_are_as_they_lie_there(repo: Repo) -> None:
    repo.commit({"old/app.yaml": "a: 1\n", "new/app.yaml": "a: 1\n"})
    repo.write({"new/app.yaml": "a: 2\n"})
    seen = look(repo.folder, "old", "new")
    assert (seen.base, seen.head, seen.labels) == ({"app.yaml": "a: 1\n"}, {"app.yaml": "a: 2\n"}, ("old", "new"))


def test_two_files_have_their_path_from_here(folders: Path) -> None:
    seen = look(folders, "base/app.yaml", "head/app.yaml")
    assert (seen.base, seen.head) == (
        {"base/app.yaml": "base: app.yaml\n"},
        {"head/app.yaml": "head: app.yaml\n"},
    )
    seen = look(folders / "base", "app.yaml", "../head/app.yaml", keep=folders)
    assert (sorted(seen.base), sorted(seen.head)) == (["app.yaml"], ["app.yaml"])


def test_a_file_reads_those_beside_it(folders: Path) -> None:
    with resolve_version("base/app.yaml", cwd=str(folders)) as version:
        assert [*version.snapshot.paths()] == ["base/app.yaml"]
        assert version.snapshot.read("base/sub/part.yaml") == b"sub/part.yaml\n"
        for name in ("../secret", "base/../base/app.yaml", "base", "none"):
            with pytest.raises(InputError):
                version.snapshot.read(name)


def test_a_file_of_any_name_is_read_if_it_is_named(folders: Path) -> None:
    assert look(folders, "./base/notes.txt", "./head/app.yaml").base == {"base/notes.txt": "notes.txt\n"}


def test_a_file_and_a_folder(folders: Path) -> None:
    for words in (("base/app.yaml", "head"), ("head", "base/app.yaml"), ("./base/app.yaml", "./head")):
        with pytest.raises(UsageError, match=r"app.yaml` is a file and `.*head` a folder$"):
            look(folders, *words)


def test_without_a_repository_one_version_is_the_folder_here(folders: Path) -> None:
    with resolve_version(None, cwd=str(folders / "base"), wanted=lambda path: path.endswith(".yaml")) as version:
        assert [*version.snapshot.paths()] == ["app.yaml", "sub/part.yaml"]


def test_links_are_not_followed_but_the_named_folder_may_be_one(folders: Path) -> None:
    (folders / "base" / "loop").symlink_to(folders / "base")
    (folders / "base" / "link.yaml").symlink_to(folders / "head" / "app.yaml")
    (folders / "base" / "dangling.yaml").symlink_to("none")
    (folders / "named").symlink_to(folders / "base")
    seen = look(folders, "./named", "./head")
    assert sorted(seen.base) == ["app.yaml", "sub/part.yaml"]
    assert seen.notes == ("symbolic links are not followed: `dangling.yaml`, `link.yaml`",)


def test_a_folder_called_like_a_file_and_a_pipe(folders: Path) -> None:
    (folders / "head" / "app.yaml").unlink()
    (folders / "head" / "app.yaml").mkdir()
    assert look(folders, "base", "head").changed == ("app.yaml",)
    os.mkfifo(folders / "head" / "pipe.yaml")
    with pytest.raises(InputError, match=r"^`pipe.yaml` is a named pipe$"):
        look(folders, "base", "head")
    with pytest.raises(InputError, match=r"^`head/pipe.yaml` is a named pipe$"):
        look(folders, "base/app.yaml", "head/pipe.yaml")


def test_files_over_the_limit(folders: Path) -> None:
    for side in ("base", "head"):
        (folders / side / "large.yaml").write_text("x" * 60_000)
    seen = look(folders, "base", "head", limit=50_000)
    assert (seen.base["large.yaml"], seen.head["large.yaml"]) == ("x" * 50_001, "x" * 50_001)
    assert seen.changed == ("app.yaml", "large.yaml")
    assert look(folders, "base", "head").changed == ("app.yaml",)


def test_odd_names(folders: Path) -> None:
    name = os.fsdecode(b"bad\xff \n.yaml")
    (folders / "head" / name).write_text("o: 1\n")
    assert look(folders, "base", "head").changed == ("app.yaml", name)
