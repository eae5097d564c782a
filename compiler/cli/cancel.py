"""`sflowc cancel`: ends a run.

In: a run. Out: its script is told to stop, through Slurm when it is a job's; it stops its tasks, writes down how the run
ended, and this waits for that.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time

import click

from ..runs.run import Run
from ..runs.standing import standing
from .inputs import fail
from .run_dirs import run_argument, run_or_exit, unknown

_PAUSE = 0.1


@click.command("cancel")
@run_argument
@click.option("--wait/--no-wait", default=True, show_default=True, help="Whether to wait until the run has ended.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait.",
)
def command(reference: str | None, output_dir: str, wait: bool, timeout: float) -> None:
    """End a run: its tasks are stopped in order, and its directory says that it was cancelled.

    A job of Slurm is cancelled with scancel. Exit status: 0 it has ended, or was over before; 1 it could not be told to, or has not
    ended in time; 3 it cannot be known whether it runs.
    """
    run = Run(run_or_exit(reference, output_dir))
    how = standing(run)
    if how.state in ("LOST", "UNKNOWN"):
        unknown(how.note)
    if how.state != "RUNNING":
        click.echo(f"{run.name} was over before: {how.state}")
        return
    _tell(run)
    if not wait:
        return
    end = time.monotonic() + timeout
    while run.state.state == "RUNNING" and time.monotonic() < end:
        time.sleep(_PAUSE)
        run.refresh()
    if run.state.state == "RUNNING":
        fail(
            f"{run.name} has been told to stop, and has not ended within {timeout:g} s; see `sflowc status {run.path}`"
        )
    click.echo(f"{run.name} {run.state.state}: {run.state.reason or 'done'}")


def _tell(run: Run) -> None:
    """Asks the run to stop, in the way in which it can be reached."""
    if run.state.job_id:
        _scancel(run.state.job_id)
    elif run.alive():
        try:
            os.kill(run.state.pid, signal.SIGTERM)
        except OSError as error:
            fail(f"process {run.state.pid} cannot be signalled: {error.strerror}")
    else:
        fail(f"it runs on {run.state.host}, and is no job of Slurm: there, `kill {run.state.pid}` stops it")


def _scancel(job: str) -> None:
    if shutil.which("scancel") is None:
        fail(f"it is job {job} of Slurm, and there is no scancel here")
    done = subprocess.run(["scancel", job], capture_output=True, text=True, check=False)
    if done.returncode:
        fail(f"scancel {job}: {done.stderr.strip() or f'exit status {done.returncode}'}")
