"""`sflowc watch`: a live dashboard of a run; lines of text where there is no terminal.

In: a run, that may only be about to begin. Out: its state, tasks and logs, until the reader leaves; exit status as of
`sflowc status`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import click

from ..runs.find import NoRun, find_run, holds, is_run
from ..runs.standing import ENDED, job_state
from .inputs import wants_colour
from .run_dirs import run_argument, run_or_exit


@click.command("watch")
@run_argument
@click.option("--plain", is_flag=True, help="Lines of text, one for each event, also on a terminal.")
def command(reference: str | None, output_dir: str, plain: bool) -> None:
    """Watch a run: tasks, probes, logs and GPUs on one screen.

    While it goes on or afterwards, and without disturbing it. On a terminal a dashboard, whose keys `?` tells; else a line
    for each event until the run is over. A job that waits in Slurm's queue can be named too, and a directory that is not a
    run yet.

    Exit status: 0 the run goes on or is done, 1 it failed, 3 that cannot be known.
    """
    from ..watch.subject import Subject

    subject = Subject(*_whereabouts(reference, Path(output_dir)))
    if plain or not fits_a_dashboard():
        _print(subject)
    else:
        from ..watch.dashboard import SIGNALS, Dashboard
        from ..watch.signals import Signals

        with Signals(*SIGNALS) as signals:
            dashboard = Dashboard(subject, colour=wants_colour(sys.stdout))
            came = dashboard.run(sys.stdin.fileno(), sys.stdout.fileno(), signals)
        if came is not None:
            raise SystemExit(128 + came)
    raise SystemExit(subject.how.exit_status)


def fits_a_dashboard() -> bool:
    """Whether there is a terminal that can show one, and a keyboard."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _print(subject: object) -> None:
    from ..watch.plain import Follower
    from ..watch.subject import Subject

    assert isinstance(subject, Subject)
    try:
        Follower(subject, click.echo).follow()
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None


def _whereabouts(reference: str | None, output_dir: Path) -> tuple[Callable[[], Path | None], Callable[[], str]]:
    """How to find the run, and what to say as long as it is not there. Ends the command where nothing says that it will be."""
    found = _maybe(reference, output_dir)
    if found is not None:
        return lambda: found, lambda: ""
    if reference is not None and holds(Path(reference).is_dir):
        path = Path(reference)
        return lambda: path if is_run(path) else None, lambda: f"{path} holds no run yet"
    if reference is not None and reference.isdigit() and (state := job_state(reference)) and state not in ENDED:
        return lambda: _maybe(reference, output_dir), lambda: f"job {reference} has no directory in {output_dir} yet"
    found = run_or_exit(reference, str(output_dir))
    return lambda: found, lambda: ""


def _maybe(reference: str | None, output_dir: Path) -> Path | None:
    try:
        return find_run(reference, output_dir)
    except NoRun:
        return None
