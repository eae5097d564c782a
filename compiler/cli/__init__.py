"""The command `sflowc`: a group whose commands are imported when they are called, so that --help is quick.

In: arguments. Out: an exit status: 0 done, 1 the workflow has errors or the check failed, 2 wrong usage.
"""

from __future__ import annotations

import gc
import importlib
import os
from typing import Any

import click

from .. import __version__
from ..diagnostics import nearest

COMMANDS = {
    "build": "Compile workflow files to a standalone script.",
    "compose": "Merge workflow files to one.",
    "batch": "Compile many workflows to scripts, and submit them.",
    "plan": "Show what would run where: order, nodes, GPUs, probes.",
    "visualize": "Draw the workflow: tasks, replicas, what waits for what, GPUs.",
    "run": "Compile and run now: here, in an allocation, or through salloc.",
    "watch": "Watch a run: tasks, probes, logs and GPUs on one screen.",
    "status": "Show how a run stands.",
    "runs": "List the runs in a folder.",
    "logs": "Print the logs of tasks of a run.",
    "cancel": "End a run.",
    "verify": "Tell an edited or outdated script from a faithful one.",
    "diagnose": "Say why a run failed, and who is at fault.",
    "lint": "Report everything that the compiler can find.",
    "report": "Write a run down as one HTML page.",
    "collect": "Put the outputs of many runs into one table, and plot them.",
    "diff": "Show what differs between two runs.",
    "sample": "Copy a sample to start from.",
    "skill": "Write skills for coding assistants.",
    "explain": "Say what a diagnostic code means, with an example and its cure.",
    "schema": "Print the JSON Schema of workflow files.",
    "completion": "Print what makes a shell complete sflowc's command lines.",
}
"""Every command with its one line; each lives in the module of its name."""


class LazyGroup(click.Group):
    """Knows its commands' names and help, and imports one only to run it."""

    def main(self, *arguments: Any, **more: Any) -> Any:
        gc.set_threshold(
            100_000
        )  # what a command makes lives as long as it does: a tenth of its time went into looking
        if "_SFLOWC_COMPLETE" in os.environ:
            from .shells import register

            register()
        try:
            return super().main(*arguments, **more)
        finally:
            gc.freeze()  # Python looks once more when it ends

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f".{cmd_name}", __package__)
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = nearest(name, COMMANDS)
            advice = f" Did you mean '{near}'?" if near else f" There are: {', '.join(COMMANDS)}."
            ctx.fail(f"No such command '{name}'.{advice}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sflowc")
def main() -> None:
    """Compile portable workflow YAML to standalone bash and sbatch scripts."""
