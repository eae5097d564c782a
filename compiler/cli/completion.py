"""`sflowc completion`: what a shell loads to complete commands, files, and the names in them.

In: the name of a shell. Out: code for it.
"""

from __future__ import annotations

import click

from .shells import SHELLS
from .words import Word


@click.command("completion")
@click.argument("shell", type=Word(list(SHELLS)), metavar="[bash|zsh|fish]")
def command(shell: str) -> None:
    """Print what makes a shell complete sflowc's command lines.

    Commands, options, files; for --set, --artifact, --task and --missable-tasks the names in the workflow files that the line
    names before. In ~/.bashrc: eval "$(sflowc completion bash)"; in ~/.zshrc after compinit: eval "$(sflowc completion zsh)"; in
    ~/.config/fish/config.fish: sflowc completion fish | source
    """
    main = click.get_current_context().find_root().command
    click.echo(SHELLS[shell](main, {}, "sflowc", "_SFLOWC_COMPLETE").source(), nl=False)
