"""`sflowc lint`: everything that the compiler can find, and nothing written.

In: files and overrides. Out: diagnostics; exit status 1 when one is an error, with --strict also for a warning.
"""

from __future__ import annotations

import click

from .. import render
from .inputs import Inputs, compile_inputs, tell, workflow_options


@click.command("lint")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@workflow_options()
def command(inputs: Inputs, strict: bool) -> None:
    """Report everything that the compiler can find."""
    done, sources = compile_inputs(inputs)
    if inputs.format == "json":
        click.echo(render.to_json(render.diagnostics_json(done.diagnostics)), nl=False)
    else:
        tell(done.diagnostics, sources, inputs.format)
    warned = any(diagnostic.severity == "warning" for diagnostic in done.diagnostics)
    if done.plan is None or (strict and warned):
        raise SystemExit(1)
    if inputs.format == "text":
        names = ", ".join(inputs.files)
        click.echo(f"{names}: {'no errors' if warned else 'nothing to say'}")
