"""`sflowc report`: a run as one page to send to a colleague.

In: a run. Out: an HTML file that needs no network.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..runs.run import Run
from ..runs.secrets import Masker
from ..runs.standing import LOST, Standing, standing
from .files import write_file
from .names import complete_files
from .run_dirs import run_argument, run_or_exit

if TYPE_CHECKING:
    from ..runs.diagnose import Diagnosis


@click.command("report")
@run_argument
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="report.html",
    show_default=True,
    shell_complete=complete_files,
    help="Where the page goes; '-' is standard output.",
)
@click.option(
    "--log-lines",
    type=click.IntRange(min=0),
    metavar="N",
    default=80,
    show_default=True,
    help="So many lines of each log: a quarter of them from its beginning, the others from its end.",
)
def command(reference: str | None, output_dir: str, output: str, log_lines: int) -> None:
    """Write a run down as one HTML page: the latest run, or the one that is named.

    The page has the run's summary, timeline, allocation of GPUs, outputs, and of every task history, script and log. It loads
    nothing from any network. Secrets are masked.
    """
    from ..render.report import report_page

    run = Run(run_or_exit(reference, output_dir))
    how = standing(run)
    masker = Masker.of(run, os.environ)
    page = report_page(run, how, diagnosis=_diagnosis(run, how, masker), masker=masker, log_lines=log_lines)
    if output == "-":
        click.echo(page, nl=False)
        return
    write_file(Path(output), page)


def _diagnosis(run: Run, how: Standing, masker: Masker) -> Diagnosis | None:
    """Why it failed, or what it waits for; from its directory alone, as of its last event."""
    from ..runs.diagnose import Cleaner, diagnose, own_patterns

    if how.state == "COMPLETED":
        return None
    last = max((event.time for event in run.events), default=None)
    cleaner = Cleaner(masker.values)
    return diagnose(run, own_patterns(), cleaner=cleaner, alive=False if how.state == LOST else None, now=last)
