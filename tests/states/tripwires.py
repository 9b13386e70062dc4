"""Programs that leave a mark where they are run, put wherever git or Python would run one for a repository.

In goes a repository, out come the variables of a caller who means harm, too. Promise: a wire that does not fire where
git is used without care is none; `LIVE` says where that is.
"""

import os
from pathlib import Path

HOOKS = (
    "applypatch-msg",
    "fsmonitor-watchman",
    "post-checkout",
    "post-index-change",
    "post-merge",
    "pre-auto-gc",
    "pre-commit",
    "pre-push",
    "proc-receive",
    "reference-transaction",
)
KEYS = (
    "core.alternateRefsCommand",
    "core.askPass",
    "core.editor",
    "core.fsmonitor",
    "core.gitProxy",
    "core.pager",
    "core.sshCommand",
    "credential.helper",
    "diff.evil.command",
    "diff.evil.textconv",
    "diff.external",
    "filter.evil.clean",
    "filter.evil.process",
    "filter.evil.smudge",
    "gpg.program",
    "gpg.ssh.program",
    "gpg.x509.program",
    "interactive.diffFilter",
    "lfs.customtransfer.evil.path",
    "merge.evil.driver",
    "pager.cat-file",
    "pager.ls-files",
    "pager.rev-parse",
    "remote.origin.proxy",
    "remote.origin.receivepack",
    "remote.origin.uploadpack",
    "sendemail.smtpServer",
    "sequence.editor",
    "tar.evil.command",
    "trailer.evil.command",
    "uploadpack.packObjectsHook",
)
ALIASES = (
    "cat-file",
    "config",
    "diff-tree",
    "evil",
    "for-each-ref",
    "ls-files",
    "merge-base",
    "merge-tree",
    "rev-parse",
)
VARIABLES = (
    "EDITOR",
    "GIT_ASKPASS",
    "GIT_EDITOR",
    "GIT_EXTERNAL_DIFF",
    "GIT_PAGER",
    "GIT_PROXY_COMMAND",
    "GIT_SEQUENCE_EDITOR",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "PAGER",
    "SSH_ASKPASS",
    "VISUAL",
)
ATTRIBUTES = "* filter=evil diff=evil merge=evil ident\n"
LIVE = {  # words for git, after which these wires have fired
    "alias-evil": ("evil",),
    "core.editor": ("commit", "--amend"),
    "core.fsmonitor": ("status",),
    "core.sshCommand": ("ls-remote", "ssh://nowhere/x"),
    "credential.helper": ("credential", "fill"),
    "diff.evil.command": ("diff", "HEAD~1"),
    "diff.evil.textconv": ("log", "-p"),
    "ext": ("ls-remote", "origin"),
    "filter.evil.clean": ("add", "--renormalize", "."),
    "filter.evil.process": ("checkout", "--force", "main"),
    "filter.evil.smudge": ("checkout", "--force", "main"),
    "gpg.program": ("commit", "--allow-empty", "--gpg-sign=x", "--message=x"),
    "hook-fsmonitor-watchman": ("-c", "core.fsmonitor=.git/hooks/fsmonitor-watchman", "status"),
    "hook-post-checkout": ("checkout", "--detach"),
    "hook-post-index-change": ("update-index", "--force-write-index"),
    "hook-pre-commit": ("commit", "--allow-empty", "--message=x"),
    "hook-reference-transaction": ("update-ref", "refs/heads/x", "HEAD"),
    "merge.evil.driver": ("merge", "--no-edit", "main"),
}
MODULES = ("sitecustomize", "usercustomize", "git", "json", "logging", "networkx", "pydantic", "rich", "yaml", "zlib")


class Tripwires:
    """The programs, in `folder`; their marks, each called like what ran it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.marks = folder / "marks"
        self.marks.mkdir(parents=True)

    def program(self, name: str) -> str:
        """A program that leaves a mark, and fails."""
        path = self.folder / name.replace("/", "-")
        path.write_text(f'#!/bin/sh\n: > "{self.marks}/{path.name}"\nexit 1\n')
        path.chmod(0o755)
        return str(path)

    def configure(self, git_folder: Path, only: str = "") -> None:
        """Put a wire into every setting, hook and attribute of a repository; of hooks and programs, into `only` one."""
        hooks = git_folder / "hooks"
        hooks.mkdir(exist_ok=True)
        for name in [name for name in HOOKS if only in ("", f"hook-{name}")]:
            (hooks / name).unlink(missing_ok=True)
            (hooks / name).symlink_to(self.program(f"hook-{name}"))
        (git_folder / "info").mkdir(exist_ok=True)
        (git_folder / "info" / "attributes").write_text(ATTRIBUTES)
        with open(git_folder / "config", "a", encoding="utf-8") as file:
            file.write("".join(self._settings(hooks, [key for key in KEYS if only in ("", key)])))

    def _settings(self, hooks: Path, keys: list[str]) -> list[str]:
        settings = {key: self.program(key) for key in keys}
        settings |= {f"alias.{name}": f"!{self.program(f'alias-{name}')}" for name in ALIASES}
        settings |= {"core.hooksPath": str(hooks), "core.attributesFile": str(hooks.parent / "info" / "attributes")}
        settings |= {"log.showSignature": "true", "maintenance.auto": "true", "gc.auto": "1"}
        settings |= {"remote.origin.url": f"ext::{self.program('ext')}", "remote.origin.promisor": "true"}
        settings |= {"protocol.allow": "always", "protocol.ext.allow": "always"}
        return [_setting(key, value) for key, value in settings.items()]

    def variables(self) -> dict[str, str]:
        """What a caller may have set, to the same end."""
        given = {name: self.program(name) for name in VARIABLES}
        given |= {"GIT_TRACE": str(self.marks / "trace"), "GIT_TRACE2_EVENT": str(self.marks / "trace2")}
        given |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor"}
        given |= {"GIT_CONFIG_VALUE_0": self.program("GIT_CONFIG_COUNT")}
        given |= {"GIT_CONFIG_PARAMETERS": f"'core.fsmonitor={self.program('GIT_CONFIG_PARAMETERS')}'"}
        return given | {"GIT_EXEC_PATH": str(self.folder), "GIT_TEMPLATE_DIR": str(self.folder)}

    def modules(self, folder: Path) -> None:
        """Put Python modules into a folder that must never be imported from there."""
        for name in MODULES:
            (folder / f"{name}.py").write_text(f"open({str(self.marks / f'{name}.py')!r}, 'w').close()\n")

    def fired(self) -> list[str]:
        """What ran."""
        return sorted(os.listdir(self.marks))


def _setting(key: str, value: str) -> str:
    section, _, name = key.rpartition(".")
    first, _, second = section.partition(".")
    return f'[{first} "{second}"]\n\t{name} = {value}\n' if second else f"[{first}]\n\t{name} = {value}\n"
