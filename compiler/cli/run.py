"""`sflowc run`: compile and run now.

In: files and overrides. Out: the exit status of the script. It is run by bash on this host, or inside the allocation that this
is already in; a workflow for Slurm that has none gets one through salloc, with the options of its #SBATCH lines.
"""

from __future__ import annotations

import itertools
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from .. import render
from ..diagnostics import did_you_mean
from ..ir.plan import Plan
from ..targets import default_target
from .build import check_target, script_mode
from .files import write_file
from .inputs import Inputs, fail, plan_or_exit, wants_colour, workflow_options
from .names import complete_folders, complete_tasks
from .rebuild import rebuild_command
from .watch import fits_a_dashboard

_WAITED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD)


@click.command("run")
@click.option("--dry-run", is_flag=True, help="Only show the plan and run the script's own checks.")
@click.option(
    "--output-dir",
    metavar="DIR",
    shell_complete=complete_folders,
    help="Where run directories go; sflow_output in the workspace.",
)
@click.option(
    "--task",
    "tasks",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_tasks,
    help="Only this task and what it depends on; repeatable.",
)
@click.option("--resume", metavar="RUN_DIR", shell_complete=complete_folders, help="Go on with an earlier run.")
@click.option("--tui", is_flag=True, help="Under the dashboard of `sflowc watch`, on a terminal.")
@workflow_options()
def command(
    inputs: Inputs,
    dry_run: bool,
    output_dir: str | None,
    tasks: tuple[str, ...],
    resume: str | None,
    tui: bool,
) -> None:
    """Compile and run now: here, in an allocation, or through salloc."""
    plan = plan_or_exit(inputs, rebuild_command(inputs))
    _check_names(tasks, plan)
    target = default_target(plan)
    check_target(plan, target)
    text = target.emit(plan)
    options = [word for name in tasks for word in ("--task", name)]
    for option, value in (
        ("--workspace-dir", inputs.workspace_dir),
        ("--output-dir", output_dir),
        ("--resume", resume),
    ):
        if value is not None:
            options += [option, str(Path(value).absolute())]
    with tempfile.TemporaryDirectory(prefix="sflowc-") as folder:
        script = Path(folder) / f"{plan.workflow}{target.suffix}"
        write_file(script, text, mode=script_mode(plan))
        if dry_run:
            click.echo(render.plan_text(plan, colour=wants_colour(sys.stdout)))
            raise SystemExit(_preflight(script, target.name, options))
        words = [*_launcher(script, target.name), str(script), "run", *options]
        if tui and fits_a_dashboard():
            from .live import run_live

            raise SystemExit(run_live(words, Path(folder) / "console"))
        raise SystemExit(_execute(words))


def _check_names(tasks: tuple[str, ...], plan: Plan) -> None:
    """The script would refuse them too, but knows no better ones."""
    known = {name for task in plan.tasks for name in (task.name, task.base)}
    for name in tasks:
        if name not in known:
            raise click.UsageError(
                f"No task is called '{name}'. {_capital(did_you_mean(name, known, what='There are'))}"
            )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _preflight(script: Path, target: str, options: list[str]) -> int:
    if target == "sbatch" and "SLURM_JOB_ID" not in os.environ:
        click.echo("the script's preflight runs inside the allocation")
        return subprocess.run(["bash", "-n", str(script)], check=False).returncode
    return subprocess.run(["bash", str(script), "preflight", *options], check=False).returncode


def _launcher(script: Path, target: str) -> list[str]:
    """The command before the script: bash, or salloc with what the script would ask sbatch for."""
    if target != "sbatch" or "SLURM_JOB_ID" in os.environ:
        return ["bash"]
    if shutil.which("salloc") is None:
        fail("this workflow runs on Slurm, and salloc is not on this machine: build it and submit it with sbatch")
    options = [
        option
        for line in itertools.takewhile(_is_comment, script.read_bytes().decode("utf-8", "surrogateescape").split("\n"))
        if line.startswith("#SBATCH ")
        for option in _options(line[len("#SBATCH ") :])
        if not option.startswith(("--open-mode", "--signal", "--output", "--error", "--requeue", "--array"))
    ]
    return ["salloc", *options, "bash"]


def _is_comment(line: str) -> bool:
    """Whether sbatch would read on: it stops at the first line that is none."""
    return line.startswith("#")


def _options(directive: str) -> list[str]:
    """A directive as salloc takes it; what separates the components of a heterogeneous job there is a colon."""
    return [":"] if directive == "hetjob" else shlex.split(directive)


def _execute(words: list[str]) -> int:
    """Runs a command, hands signals on to it, gives its exit status: 128 + N when signal N ended it.

    What the terminal sends, the command gets too, from the terminal: handed on, it would arrive twice, and a script takes
    the second signal as the wish to stop without grace.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _WAITED)

    def unblock() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    child = subprocess.Popen(words, preexec_fn=unblock)
    while child.poll() is None:
        came = signal.sigwaitinfo(_WAITED)
        if came.si_signo != signal.SIGCHLD and came.si_code <= 0:  # not the kernel's
            child.send_signal(came.si_signo)
    unblock()
    return child.returncode if child.returncode >= 0 else 128 - child.returncode
