"""`harness completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command(
    "completion",
    short_help="Print the script that completes commands in your shell.",
    epilog='Example: eval "$(harness completion bash)", in ~/.bashrc',
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the script that completes commands, options, studies, runs, metrics and keys of --set in SHELL.

    In fish: harness completion fish > ~/.config/fish/completions/harness.fish
    """
    from harness.cli import cli

    complete = get_completion_class(shell)
    assert complete is not None
    made = complete(cli, {}, "harness", "_HARNESS_COMPLETE")
    click.echo(_SCRIPTS[shell] % made.source_vars())


_BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' completion response type value quoted
    response=$(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete $1)
    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"
        if [[ $type == dir ]]; then
            COMPREPLY=()
            compopt -o dirnames
        elif [[ $type == file ]]; then
            COMPREPLY=()
            compopt -o default
        elif [[ $type == plain ]]; then
            printf -v quoted '%%q' "$value"
            COMPREPLY+=("$quoted")
            if [[ $value == *= ]]; then compopt -o nospace; fi
        fi
    done
    return 0
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""
"""As click's own, but values are quoted where the shell needs it, and no space comes after ``KEY=``."""

_ZSH = """\
#compdef %(prog_name)s
%(complete_func)s() {
    local -a plain described begun response
    local type key descr
    (( ! $+commands[%(prog_name)s] )) && return 1
    response=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) %(complete_var)s=zsh_complete \\
        %(prog_name)s)}")
    for type key descr in ${response}; do
        if [[ "$type" == "dir" ]]; then
            _path_files -/
        elif [[ "$type" == "file" ]]; then
            _path_files -f
        elif [[ "$key" == *= ]]; then
            begun+=("$key")
        elif [[ "$descr" == "_" ]]; then
            plain+=("$key")
        else
            described+=("$key":"$descr")
        fi
    done
    [ -n "$described" ] && _describe -V unsorted described
    [ -n "$plain" ] && compadd -V unsorted -a plain
    [ -n "$begun" ] && compadd -V unsorted -S '' -a begun
    return 0
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH = """\
function %(complete_func)s
    set -l response (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) COMP_CWORD=(commandline -t) \\
        %(prog_name)s)
    for completion in $response
        set -l parts (string split -m 1 "," $completion)
        if test $parts[1] = "dir"
            __fish_complete_directories $parts[2]
        else if test $parts[1] = "file"
            __fish_complete_path $parts[2]
        else if test $parts[1] = "plain"
            echo $parts[2]
        end
    end
end
complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""

_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
