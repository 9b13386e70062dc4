"""`msdiff completion bash|zsh|fish`: a script that completes commands, options and revisions.

Promise: a revision is only ever data for the shell (git allows `$(...)` in the name of a branch).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msdiff.commands import COMMANDS, command
from msdiff.commands.options import FAIL_ON, Arguments, Parser, add_common, one_of
from msdiff.commands.output import print_text
from msdiff.errors import UsageError

_USAGE = "msdiff completion bash|zsh|fish"
_ABOUT = "Print a completion script for a shell."
_EXAMPLES = (
    "source <(msdiff completion bash)                             in ~/.bashrc",
    "msdiff completion zsh > ~/.zfunc/_msdiff                     in a folder of $fpath",
    "msdiff completion fish > ~/.config/fish/completions/msdiff.fish",
)
_REFS = "git for-each-ref --format='%(refname:short)' refs/heads refs/tags refs/remotes 2>/dev/null"
_WITH_REVISIONS = ("compare", "check", "graph", "explain", "accept")  # the others take no revision


def parser() -> Parser:
    """The words of a completion script."""
    found = Parser(_USAGE, _ABOUT, _EXAMPLES)
    found.add_argument("words", nargs="*", metavar="SHELL", help="bash, zsh or fish")
    add_common(found)
    return found


def run(arguments: Arguments) -> int:
    """Print the script."""
    if len(arguments.words) != 1:
        raise UsageError("name one shell", hint="msdiff completion bash|zsh|fish")
    print_text(SHELLS[one_of(arguments.words[0], tuple(SHELLS), "shell")]())
    return 0


def _options() -> Iterator[tuple[str, tuple[str, ...]]]:
    for name in ("compare", *COMMANDS):
        yield name, command(name).parser().option_names()


def _values() -> dict[str, tuple[str, ...]]:
    """What may follow an option that takes a word."""
    from msdiff.report import RENDERERS

    return {"--fail-on": FAIL_ON, "--trust": ("base", "worktree"), "--format": tuple(RENDERERS)}


def _words() -> dict[str, tuple[str, ...]]:
    """What may follow a command that takes one of a few words."""
    from msdiff.commands.schema import SCHEMAS

    return {"schema": tuple(SCHEMAS), "completion": tuple(SHELLS)}


def _graph_formats() -> str:
    from msdiff.commands.graph import DRAWINGS

    return " ".join(DRAWINGS)


def _bash() -> str:
    options = "\n".join(f"    {name}) options='{' '.join(names)}' ;;" for name, names in _options())
    words = "\n".join(f"    {name}) words='{' '.join(said)}' ;;" for name, said in _words().items())
    values = _values()
    return f"""\
# bash completion for msdiff: source <(msdiff completion bash)
_msdiff_revisions() {{
  # Adds the revisions that begin with the word; the part before `..` stays. Names are never expanded.
  local start='' rest=$1 ref quoted
  case $rest in
    *...*) start=${{rest%...*}}...; rest=${{rest##*...}} ;;
    *..*) start=${{rest%..*}}..; rest=${{rest##*..}} ;;
  esac
  while IFS= read -r ref; do
    if [[ $ref == "$rest"* ]]; then
      printf -v quoted '%q' "$start$ref"
      COMPREPLY+=("$quoted")
    fi
  done < <({_REFS}; echo HEAD)
}}
_msdiff() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before='' command=compare options='' words=''
  local formats='{" ".join(values["--format"])}'
  COMPREPLY=()
  (( COMP_CWORD > 0 )) && before=${{COMP_WORDS[COMP_CWORD-1]}}
  case ${{COMP_WORDS[1]}} in
    {"|".join(COMMANDS)}) (( COMP_CWORD > 1 )) && command=${{COMP_WORDS[1]}} ;;
  esac
  [[ $command == graph ]] && formats='{_graph_formats()}'
  case $before in
    -f|--format) COMPREPLY=($(compgen -W "$formats" -- "$word")); return ;;
    --fail-on) COMPREPLY=($(compgen -W '{" ".join(values["--fail-on"])}' -- "$word")); return ;;
    --trust) COMPREPLY=($(compgen -W '{" ".join(values["--trust"])}' -- "$word")); return ;;
    -o|--output|--config) return ;;
  esac
  case $command in
{options}
  esac
  case $command in
{words}
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  else
    (( COMP_CWORD == 1 )) && COMPREPLY=($(compgen -W '{" ".join(COMMANDS)}' -- "$word"))
    case $command in {"|".join(_WITH_REVISIONS)}) _msdiff_revisions "$word" ;; esac
  fi
}}
complete -o default -F _msdiff msdiff
"""


def _zsh() -> str:
    options = "\n".join(f"    {name}) options=({' '.join(names)}) ;;" for name, names in _options())
    words = "\n".join(f"    {name}) compadd -- {' '.join(said)}; return ;;" for name, said in _words().items())
    commands = "\n".join(f"    {_zsh_entry(name, about)}" for name, about in COMMANDS.items())
    values = _values()
    return f"""\
#compdef msdiff
# zsh completion for msdiff: a file `_msdiff` in a folder of $fpath, or: source <(msdiff completion zsh)
_msdiff_revisions() {{
  local start='' word=$PREFIX
  case $word in
    *...*) start=${{word%...*}}... ;;
    *..*) start=${{word%..*}}.. ;;
  esac
  local -a revisions
  revisions=(${{(f)"$({_REFS})"}} HEAD)
  compset -P "${{(b)start}}"
  compadd -- $revisions
}}
_msdiff() {{
  local command=compare before=${{words[CURRENT-1]}}
  local -a options commands formats
  formats=({" ".join(values["--format"])})
  commands=(
{commands}
  )
  case ${{words[2]}} in
    {"|".join(COMMANDS)}) (( CURRENT > 2 )) && command=${{words[2]}} ;;
  esac
  [[ $command == graph ]] && formats=({_graph_formats()})
  case $before in
    -f|--format) compadd -- $formats; return ;;
    --fail-on) compadd -- {" ".join(values["--fail-on"])}; return ;;
    --trust) compadd -- {" ".join(values["--trust"])}; return ;;
    -o|--output|--config) _files; return ;;
  esac
  case $command in
{options}
  esac
  if [[ $PREFIX == -* ]]; then
    compadd -- $options
    return
  fi
  case $command in
{words}
  esac
  (( CURRENT == 2 )) && _describe command commands
  case $command in {"|".join(_WITH_REVISIONS)}) _msdiff_revisions ;; esac
  _files
}}
if [[ $funcstack[1] == _msdiff ]]; then
  _msdiff "$@"
else
  compdef _msdiff msdiff
fi
"""


def _zsh_entry(name: str, about: str) -> str:
    return "'" + f"{name}:{about.replace(':', chr(92) + ':')}".replace("'", "'\\''") + "'"


def _fish() -> str:
    return "\n".join(_fish_lines()) + "\n"


def _fish_lines() -> Iterator[str]:
    yield f"""\
# fish completion for msdiff: msdiff completion fish > ~/.config/fish/completions/msdiff.fish
function __msdiff_revisions
    set -l start (string match -r '^.*\\.\\.\\.?' -- (commandline -ct); or echo '')
    for ref in ({_REFS}) HEAD
        echo $start$ref
    end
end
function __msdiff_command
    set -l words (commandline -opc)
    if set -q words[2]; and contains -- $words[2] {" ".join(COMMANDS)}
        echo $words[2]
    else
        echo compare
    end
end
function __msdiff_is
    contains -- (__msdiff_command) $argv
end
function __msdiff_first
    test (count (commandline -opc)) -eq 1
end
complete -c msdiff -n '__msdiff_is {" ".join(_WITH_REVISIONS)}' -a '(__msdiff_revisions)' -d revision"""
    for name, about in COMMANDS.items():
        yield f"complete -c msdiff -n __msdiff_first -a {name} -d '{_fish_quoted(about)}'"
    for name, said in _words().items():
        yield f"complete -c msdiff -f -n '__msdiff_is {name}' -a '{' '.join(said)}'"
    for name, names in _options():
        for option in names:
            yield f"complete -c msdiff -n '__msdiff_is {name}' {_fish_option(name, option)}"


def _fish_option(name: str, option: str) -> str:
    flag = f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
    if name == "graph" and option in ("-f", "--format"):
        return f"{flag} -x -a '{_graph_formats()}'"
    said = _values().get({"-f": "--format"}.get(option, option))
    return f"{flag} -x -a '{' '.join(said)}'" if said else flag


def _fish_quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


SHELLS: dict[str, Callable[[], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
