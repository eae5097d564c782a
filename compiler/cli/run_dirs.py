"""What the commands that read runs share: the argument that names one, and where runs are.

In: RUN_DIR, a Slurm job's id, a run's id or a part of it, or `latest`. Out: the run's directory, or the end of the command
with exit status 3 and what there is instead.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from click.shell_completion import CompletionItem

from ..runs.find import NoRun, all_runs, find_run
from .names import complete_folders

Function = TypeVar("Function", bound=Callable[..., Any])
OUTPUT_DIR = "sflow_output"
"""Where scripts put runs unless told otherwise."""


def complete_runs(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of runs, the newest first; also folders."""
    found = reversed(all_runs(Path(ctx.params.get("output_dir") or OUTPUT_DIR)))
    known = [CompletionItem(run.name) for run in found if run.name.startswith(incomplete)]
    return known or [CompletionItem(incomplete, type="dir")]


def output_dir_option(function: Function) -> Function:
    """--output-dir, as `output_dir`."""
    return click.option(
        "--output-dir",
        metavar="DIR",
        default=OUTPUT_DIR,
        show_default=True,
        shell_complete=complete_folders,
        help="The folder that holds the runs.",
    )(function)


def run_argument(function: Function) -> Function:
    """[RUN_DIR|JOBID|latest] and --output-dir, as `reference` and `output_dir`: see run_or_exit."""
    argument = click.argument(
        "reference", metavar="[RUN_DIR|JOBID|latest]", required=False, shell_complete=complete_runs
    )
    return argument(output_dir_option(function))


def run_option(function: Function) -> Function:
    """The same as an option, for commands whose arguments are something else."""
    option = click.option(
        "--run",
        "reference",
        metavar="RUN_DIR|JOBID|latest",
        shell_complete=complete_runs,
        help="Which run; the latest one without it.",
    )
    return option(output_dir_option(function))


def run_or_exit(reference: str | None, output_dir: str) -> Path:
    """The directory of the run that is meant."""
    try:
        return find_run(reference, Path(output_dir))
    except NoRun as no_run:
        unknown(str(no_run))


def unknown(message: str) -> NoReturn:
    """Ends the command with status 3: that cannot be known."""
    click.echo(f"sflowc: {message}", err=True)
    raise SystemExit(3)
