"""`sflowc diff`: what differs between two runs.

In: two runs. Out: their differences in inputs and in outcome; exit status as of diff(1): 0 none, 1 some, 2 wrong usage, or that
cannot be told.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..render import to_json
from ..render.diff import diff_json, diff_text
from ..runs.compare import compare
from ..runs.compare_outcome import Tolerance
from ..runs.find import NoRun, find_run
from ..runs.run import Run
from .inputs import wants_colour
from .run_dirs import complete_runs, output_dir_option
from .words import Word


@click.command("diff")
@click.argument("run_a", metavar="RUN_A", shell_complete=complete_runs)
@click.argument("run_b", metavar="RUN_B", shell_complete=complete_runs)
@output_dir_option
@click.option("--format", "form", type=Word(["text", "json"]), default="text", show_default=True, help="How to print.")
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    metavar="PERCENT",
    default=0.0,
    help="Numbers of outputs that differ by at most so much are the same.  [default: 0]",
)
@click.option(
    "--time-tolerance",
    type=click.FloatRange(min=0),
    metavar="PERCENT",
    default=10.0,
    help="The same for durations; those that differ by less than a second always are.  [default: 10]",
)
def command(run_a: str, run_b: str, output_dir: str, form: str, tolerance: float, time_tolerance: float) -> None:
    """Show what differs between two runs: in what went in, and in what came out.

    A run is a directory, the id of its Slurm job, its own id or a part of it, or `latest`. Exit status: 0 the same inputs and
    outcome, 1 differences, 2 wrong usage, or a run that does not say what it was made of.
    """
    a, b = (_run(reference, output_dir) for reference in (run_a, run_b))
    found = compare(a, b, Tolerance(outputs=tolerance / 100, durations=time_tolerance / 100))
    if form == "json":
        click.echo(to_json(diff_json(a, b, found)), nl=False)
    else:
        click.echo(diff_text(a, b, found, colour=wants_colour(sys.stdout)), nl=False)
    raise SystemExit(found.exit_status)


def _run(reference: str, output_dir: str) -> Run:
    try:
        return Run(find_run(reference, Path(output_dir)))
    except NoRun as no_run:
        raise click.UsageError(str(no_run)) from None
