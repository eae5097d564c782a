"""`sflowc status`: how a run stands, on one screen.

In: a run. Out: its state and its tasks'; exit status 0 when it runs or is done, 1 when it failed, 3 when that is not known.
"""

from __future__ import annotations

import shutil
import sys
import time

import click

from ..render import to_json
from ..render.runs import run_json, run_text
from ..runs.run import Run
from ..runs.standing import standing
from .inputs import wants_colour
from .run_dirs import run_argument, run_or_exit
from .words import Word


@click.command("status")
@run_argument
@click.option("--format", "form", type=Word(["text", "json"]), default="text", show_default=True, help="How to print.")
def command(reference: str | None, output_dir: str, form: str) -> None:
    """Show how a run stands: the latest one, or the one that is named.

    Exit status: 0 it runs or is done, 1 it failed, 3 that cannot be known.
    """
    run = Run(run_or_exit(reference, output_dir))
    how = standing(run)
    if form == "json":
        click.echo(to_json(run_json(run, how)), nl=False)
    else:
        rows = shutil.get_terminal_size().lines if sys.stdout.isatty() else sys.maxsize
        click.echo(run_text(run, how, now=time.time(), rows=rows, colour=wants_colour(sys.stdout)), nl=False)
    raise SystemExit(how.exit_status)
