"""`sflowc build`: workflow files to one script.

In: files and overrides. Out: the script, on standard output or in a file that appears in one step.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path

import click

from ..ir.plan import Plan
from ..targets import TARGETS, default_target
from ..targets.base import Target
from .files import write_file
from .inputs import Inputs, fail, plan_or_exit, workflow_options
from .names import complete_files, complete_folders
from .rebuild import rebuild_command
from .words import Word


@click.command("build")
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR/",
    shell_complete=complete_files,
    help="Where the script goes; a directory names it after the workflow.",
)
@click.option(
    "-t",
    "--target",
    type=Word(list(TARGETS)),
    help="What to compile to; sbatch with a slurm backend, else bash.",
)
@click.option(
    "--output-dir",
    metavar="DIR",
    shell_complete=complete_folders,
    help="Where the script puts run directories; sflow_output in the workspace.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with a diff when the file is out of date.")
@workflow_options()
def command(inputs: Inputs, output: str | None, target: str | None, output_dir: str | None, check: bool) -> None:
    """Compile workflow files to a standalone script.

    Without --output the script goes to standard output.
    """
    if check and output in (None, "-"):
        raise click.UsageError("--check needs --output: the file that is to be checked.")
    more = ("--output-dir", output_dir) if output_dir else ()
    plan = plan_or_exit(inputs, rebuild_command(inputs, *more), to_stdout=output in (None, "-"))
    plan = dataclasses.replace(plan, output_dir=output_dir or "")
    chosen = TARGETS[target] if target else default_target(plan)
    check_target(plan, chosen)
    text = chosen.emit(plan)
    if output is None or output == "-":
        write_output(text)
        return
    path = output_path(output, plan, chosen)
    if check:
        _compare(path, text)
    else:
        write_file(path, text, mode=script_mode(plan))


def check_target(plan: Plan, target: Target) -> None:
    """Ends the command when the target cannot run the plan."""
    slurm = [backend.name for backend in plan.backends if backend.type == "slurm"]
    if target.name == "sbatch" and not slurm:
        fail("the sbatch target needs a slurm backend; this workflow has none")
    if target.name == "bash" and slurm:
        fail(f"the bash target cannot run the slurm backend '{slurm[0]}'")


def script_mode(plan: Plan) -> int:
    """Of the script's file: for its owner alone when it holds secrets."""
    return 0o700 if plan.secrets else 0o755


def output_path(output: str, plan: Plan, target: Target) -> Path:
    """The file: a directory, or what ends in a slash, gets one that is named after the workflow."""
    path = Path(output)
    if output.endswith(("/", os.sep)) or path.is_dir():
        return path / f"{plan.workflow}{target.suffix}"
    return path


def write_output(text: str) -> None:
    """Writes the script to standard output, byte for byte, whatever the locale."""
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()


def _compare(path: Path, text: str) -> None:
    try:
        old = path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        fail(f"cannot read {path}: {error.strerror}")
    if old == text:
        return
    import difflib

    lines = difflib.unified_diff(
        old.splitlines(keepends=True), text.splitlines(keepends=True), str(path), f"{path} (as it would be built)"
    )
    click.echo("".join(lines), nl=False)
    fail(f"{path} is out of date: build it again")
