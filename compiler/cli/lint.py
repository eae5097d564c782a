"""`sflowc lint`: everything that the compiler can find, and nothing written.

In: files and overrides. Out: diagnostics; exit status 1 when one is an error, with --strict also for a warning.
"""

from __future__ import annotations

import click

from .. import render
from .inputs import Inputs, compile_inputs, tell, workflow_options
from .shellcheck import LEVELS, lint_with
from .words import Word


@click.command("lint")
@click.option(
    "--shellcheck",
    "level",
    type=Word(LEVELS),
    default="warning",
    show_default=True,
    help="The least severe findings of shellcheck in the tasks' scripts that are told.",
)
@workflow_options()
def command(inputs: Inputs, level: str) -> None:
    """Report everything that the compiler can find."""
    done, sources = compile_inputs(inputs, lint=lint_with(level))
    if inputs.format == "json":
        click.echo(render.to_json(render.diagnostics_json(done.diagnostics)), nl=False)
    else:
        tell(done.diagnostics, sources, inputs.format)
    warned = any(diagnostic.severity == "warning" for diagnostic in done.diagnostics)
    if done.plan is None:
        raise SystemExit(1)
    if inputs.format == "text":
        names = ", ".join(inputs.files)
        click.echo(f"{names}: {'no errors' if warned else 'nothing to say'}")
