"""`sflowc runs`: the runs in a folder, a line each.

In: the folder. Out: a table, the oldest run first.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from ..render import to_json
from ..render.runs import run_json, runs_text
from ..runs.find import all_runs
from ..runs.run import Run
from ..runs.standing import standing
from .inputs import wants_colour
from .run_dirs import output_dir_option
from .words import Word


@click.command("runs")
@output_dir_option
@click.option("-n", "--last", type=click.IntRange(min=1), metavar="N", help="Only the N latest.")
@click.option("--format", "form", type=Word(["text", "json"]), default="text", show_default=True, help="How to print.")
def command(output_dir: str, last: int | None, form: str) -> None:
    """List the runs in a folder: state, duration, exit status, job."""
    paths = all_runs(Path(output_dir))
    runs = [Run(path) for path in (paths[-last:] if last else paths)]
    rows = [(run, standing(run)) for run in runs]
    if form == "json":
        found = [{key: value for key, value in run_json(run, how).items() if key != "tasks"} for run, how in rows]
        click.echo(to_json(found), nl=False)
    elif rows:
        click.echo(runs_text(rows, now=time.time(), colour=wants_colour(sys.stdout)), nl=False)
    else:
        click.echo(f"no runs in {output_dir}")
