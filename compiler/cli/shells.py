"""Completion in bash, zsh and fish: the code that each shell loads, and what it is answered.

In: the line up to the cursor, in COMP_LINE. Out: a line for each word that it may go on with: its type, the word and help, with
tabs between. Types are `file` and `dir` (the shell completes those itself), `part` (more is to follow without a space), `plain`.

    COMP_LINE='sflowc pl' _SFLOWC_COMPLETE=bash_complete sflowc
"""

from __future__ import annotations

import os
from typing import Any

from click.shell_completion import CompletionItem, ShellComplete, add_completion_class, split_arg_string

_BASH = """\
# Completion of %(prog_name)s in bash. In ~/.bashrc: eval "$(%(prog_name)s completion bash)"
%(complete_func)s() {
  local type word help
  COMPREPLY=()
  while IFS=$'\\t' read -r type word help; do
    case $type in
      file) compopt -o default ;;
      dir) compopt -o dirnames ;;
      part | plain)
        [[ $type == plain ]] || compopt -o nospace
        printf -v word %%q "$word"
        COMPREPLY+=("$word")
        ;;
    esac
  done < <(COMP_LINE=${COMP_LINE:0:COMP_POINT} COMP_WORDBREAKS=$COMP_WORDBREAKS %(complete_var)s=bash_complete "$1" 2>/dev/null)
}
complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null || complete -F %(complete_func)s %(prog_name)s
"""

_ZSH = """\
#compdef %(prog_name)s
# Completion of %(prog_name)s in zsh. In ~/.zshrc, after compinit: eval "$(%(prog_name)s completion zsh)"
%(complete_func)s() {
  local -a lines item words_plain shown_plain words_part shown_part
  local line shown
  lines=("${(@f)$(COMP_LINE="${(j: :)words[1,CURRENT]}" %(complete_var)s=zsh_complete %(prog_name)s 2>/dev/null)}")
  for line in $lines; do
    item=("${(@ps:\\t:)line}")
    shown=${item[2]}${item[3]:+  -- ${item[3]}}
    case $item[1] in
      file) compset -P '-*='; _files ;;
      dir) compset -P '-*='; _files -/ ;;
      part) words_part+=("$item[2]"); shown_part+=("$shown") ;;
      plain) words_plain+=("$item[2]"); shown_plain+=("$shown") ;;
    esac
  done
  (( $#words_plain )) && compadd -U -l -V plain -d shown_plain -a words_plain
  (( $#words_part )) && compadd -U -l -S '' -V part -d shown_part -a words_part
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  %(complete_func)s "$@"
else
  compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH = """\
# Completion of %(prog_name)s in fish. In ~/.config/fish/config.fish: %(prog_name)s completion fish | source
function %(complete_func)s
    set -lx COMP_LINE (commandline -cp)
    set -lx %(complete_var)s fish_complete
    for line in (%(prog_name)s 2>/dev/null)
        set -l item (string split \\t -- $line)
        switch $item[1]
            case file
                __fish_complete_path (commandline -ct)
            case dir
                __fish_complete_directories (commandline -ct)
            case part plain
                printf '%%s\\t%%s\\n' $item[2] "$item[3]"
        end
    end
end
complete --no-files --command %(prog_name)s --arguments '(%(complete_func)s)'
"""


class _Shell(ShellComplete):
    """Asks with the line as it is typed: bash would split it at `=`."""

    breaks = ""
    """The characters, of those that an argument of ours has, after which the shell takes for a new word what follows."""

    def get_completion_args(self) -> tuple[list[str], str]:
        line = os.environ.get("COMP_LINE", "")
        words = split_arg_string(line)
        incomplete = words.pop() if words and not line[-1:].isspace() else ""
        return words[1:], incomplete

    def complete(self) -> str:
        arguments, typed = self.get_completion_args()
        items = self.get_completions(arguments, typed)
        before = typed.partition("=")[0] + "=" if typed.startswith("-") and "=" in typed else ""
        known = 1 + max((typed.rfind(character) for character in self.breaks), default=-1)
        for item in items:
            item.value = f"{before}{item.value}"[known:]
        return "\n".join(self.format_completion(item) for item in items)

    def format_completion(self, item: CompletionItem[str]) -> str:
        kind = "part" if item.type == "plain" and item.value.endswith("=") else item.type
        return f"{kind}\t{item.value}\t{' '.join((item.help or '').split())}"


class Bash(_Shell):
    name = "bash"
    source_template = _BASH

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.breaks = "".join(set(os.environ.get("COMP_WORDBREAKS", "")) & set("=:"))


class Zsh(_Shell):
    name = "zsh"
    source_template = _ZSH


class Fish(_Shell):
    name = "fish"
    source_template = _FISH


SHELLS = {shell.name: shell for shell in (Bash, Zsh, Fish)}


def register() -> None:
    """Makes click answer as the code of these shells wants it."""
    for shell in SHELLS.values():
        add_completion_class(shell)
